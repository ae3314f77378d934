#include "casework/conditions.h"

#include "casework/codes.h"
#include "policy/expression.h"
#include "policy/value.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::casework {
namespace {

using policy::ValueType;

ValueType number_type(const std::string& unit) {
  ValueType out;
  out.unit = Unit::parse(unit);
  return out;
}
ValueType boolean_type() {
  ValueType out;
  out.kind = ValueType::Kind::boolean;
  return out;
}

bool counts(const Field& field) {
  return field.kind == FieldKind::number || field.kind == FieldKind::money;
}

ValueType type_of(const Field& field) {
  switch (field.kind) {
    case FieldKind::number: {
      ValueType out;
      out.unit = field.unit;
      return out;
    }
    case FieldKind::money:
      return number_type("CNY");
    case FieldKind::date:
      return number_type("1");
    case FieldKind::choice: {
      ValueType out;
      out.kind = ValueType::Kind::choice;
      for (const Choice& choice : field.choices) out.choices.push_back(choice.key);
      return out;
    }
    default:
      return boolean_type();
  }
}

// What a column comes to over the rows: numbers added up, in all or where another column says yes; a yes or no counted.
std::string sum_name(const Field& table, const Field& column, const Field* where = nullptr) {
  return fmt::format("{}_{}_{}{}", table.name, column.name, column.kind == FieldKind::boolean ? "count" : "sum",
                     where == nullptr ? std::string() : "_where_" + where->name);
}

std::string condition_name(const Step& step) {
  return "when_" + step.name;
}

Rational day_number(Date day) {
  return Rational::from_int(day.time_since_epoch().count());
}

std::optional<Rational> value_of(const Field& field, const Json& form) {
  const auto found = form.find(field.name);
  if (found == form.end() || found->is_null()) return std::nullopt;
  switch (field.kind) {
    case FieldKind::number:
    case FieldKind::money:
      return Rational(Decimal::parse(found->get<std::string>()));
    case FieldKind::boolean:
      return Rational(found->get<bool>() ? 1 : 0);
    case FieldKind::date:
      return day_number(parse_date(found->get<std::string>()));
    case FieldKind::choice:
      return policy::parse_value(type_of(field), found->get<std::string>());
    default:
      return Rational(1);
  }
}

// ---- comparing what names somebody or something

using policy::Expression;
using Kind = policy::Expression::Kind;

constexpr const char* applicant = "applicant";

// Takes every comparison of organisations, parties and places out of a formula and puts the name of an input
// in its place, which says whether it holds.
class Compared {
 public:
  Compared(const Declaration& d, std::vector<Comparison>& out) : d_(d), out_(out) {}

  std::string formula(const std::string& text, const Where& where) {
    where_ = &where;
    Expression e = policy::parse_expression(text, where);
    found_ = false;
    replace(e);
    return found_ ? policy::expression_text(e) : text;
  }

 private:
  // What a name stands for; none for what is no such name.
  std::optional<FieldKind> named(const Expression& e) const {
    if (e.kind != Kind::name || !e.index.empty()) return std::nullopt;
    for (const Field& field : d_.form) {
      if (field.name != e.text) continue;
      switch (field.kind) {
        case FieldKind::organisation:
        case FieldKind::organisations:
        case FieldKind::party:
        case FieldKind::place:
          return field.kind;
        default:
          return std::nullopt;
      }
    }
    return e.text == applicant ? std::optional(FieldKind::organisation) : std::nullopt;
  }

  [[noreturn]] void bad(const Expression& e, const Text& why, Text hint = {}) const {
    Where where = *where_;
    where.column += std::max<long>(e.column, 1) - 1;
    throw Error(codes::bad_case_type, why, where, std::move(hint));
  }

  void replace(Expression& e) {
    if ((e.kind == Kind::equal || e.kind == Kind::not_equal) && (named(e.args[0]) || named(e.args[1]))) {
      if (!named(e.args[0])) std::swap(e.args[0], e.args[1]);
      const FieldKind left = *named(e.args[0]);
      if (left == FieldKind::organisations || named(e.args[1]) == FieldKind::organisations)
        bad(e, {"多个单位不能用等号比较", "several organisations are not compared by ="},
            {"写 contains(单位字段, 单位)", "write contains(organisations, one)"});
      Expression is = input(e.args[0], e.args[1], left, false);
      if (e.kind == Kind::equal) {
        e = std::move(is);
      } else {
        e.kind = Kind::logical_not;
        e.args = {std::move(is)};
      }
      return;
    }
    if (e.kind == Kind::call && e.text == "contains") {
      if (e.args.size() != 2 || named(e.args[0]) != FieldKind::organisations)
        bad(e, {"contains 的第一项应是多单位字段，第二项是一个单位",
                "contains takes a field of organisations, and one organisation"});
      e = input(e.args[0], e.args[1], FieldKind::organisation, true);
      return;
    }
    if (e.kind == Kind::call && e.text == "present") return;
    for (Expression& part : e.args) replace(part);
  }

  Expression input(const Expression& left, const Expression& right, FieldKind kind, bool among) {
    const bool literal = right.kind == Kind::text;
    if (!literal && named(right) != kind)
      bad(right, {"只能与同类的字段或引号里的代码比较",
                  "compare it with a field of its own kind, or a code in quotes"});
    Comparison one{{}, left.text, right.text, literal, among};
    for (const Comparison& have : out_) {
      one.input = have.input;
      if (have == one) return name_of(one, left);
    }
    one.input = fmt::format("Compared{}", out_.size());
    out_.push_back(one);
    return name_of(one, left);
  }

  Expression name_of(const Comparison& one, const Expression& at) {
    found_ = true;
    Expression e;
    e.kind = Kind::name;
    e.text = one.input;
    e.column = at.column;
    return e;
  }

  const Declaration& d_;
  std::vector<Comparison>& out_;
  const Where* where_ = nullptr;
  bool found_ = false;
};

// Nothing where one of the two is missing.
std::optional<Rational> holds(const Comparison& one, const Json& form, const Tallies& tallies) {
  const auto value = [&](const std::string& name) -> Json {
    if (const auto found = form.find(name); found != form.end()) return *found;
    return name == applicant && !tallies.applicant.empty() ? Json(tallies.applicant) : Json(nullptr);
  };
  const Json left = value(one.left);
  const Json right = one.literal ? Json(one.right) : value(one.right);
  if (left.is_null() || right.is_null()) return std::nullopt;
  const bool is = one.among ? std::find(left.begin(), left.end(), right) != left.end() : left == right;
  return Rational(is ? 1 : 0);
}

// Nothing in any row is missing, or the sum is: missing is not zero. Of a yes or no: in how many rows it holds; with
// `where` of the rows in which that column holds.
std::optional<Rational> sum_of(const Field& column, const Json& rows, const Field* where = nullptr) {
  Rational sum(0);
  for (const Json& row : rows) {
    if (where != nullptr) {
      const auto counted = value_of(*where, row);
      if (!counted) return std::nullopt;
      if (counted->is_zero()) continue;
    }
    const auto value = value_of(column, row);
    if (!value) return std::nullopt;
    sum = sum + *value;
  }
  return sum;
}

}  // namespace

static std::shared_ptr<const policy::CompiledRule> compiled_rows(const Declaration& declared, const Field& table) {
  policy::Rule rule;
  rule.name = declared.name + "." + table.name;
  rule.title = table.label;
  rule.source = declared.source;
  rule.where = table.where;
  for (const Field& column : table.columns) {
    policy::Input input;
    input.name = column.name;
    input.type = type_of(column);
    input.optional = true;
    input.where = column.where;
    rule.inputs.push_back(std::move(input));
  }
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    policy::Formula formula;
    formula.name = fmt::format("row_{}", i + 1);
    formula.type = boolean_type();
    formula.text = table.rows[i].when;
    formula.where = table.rows[i].where;
    formula.shown = false;
    rule.formulas.push_back(std::move(formula));
  }
  auto out = policy::compile(std::move(rule), [](const std::string&, const std::string&) { return std::nullopt; });
  for (const policy::Node& node : out->program.nodes)
    if (!browser_op(node.op))
      throw Error(codes::bad_case_type,
                  {"行的条件只能用四则运算、比较、and、or、not、if 和 present",
                   "a condition of rows has arithmetic, comparisons, and, or, not, if and present only"},
                  table.rows[0].where);
  return out;
}

void compile_conditions(CaseType& type) {
  const Declaration& declared = type.declared;
  type.rows.clear();
  for (const Field& field : declared.form)
    if (!field.rows.empty()) type.rows[field.name] = compiled_rows(declared, field);
  type.comparisons.clear();
  Compared compared(declared, type.comparisons);
  policy::Rule rule;
  rule.name = declared.name;
  rule.title = declared.title;
  rule.source = declared.source;
  rule.where = declared.where;
  const auto input = [&](const std::string& name, ValueType type, const Where& where) {
    policy::Input out;
    out.name = name;
    out.type = std::move(type);
    out.optional = true;
    out.where = where;
    rule.inputs.push_back(std::move(out));
  };
  for (const Field& field : declared.form) {
    input(field.name, type_of(field), field.where);
    if (field.kind != FieldKind::table) continue;
    input(field.name + "_count", number_type("1"), field.where);
    for (const Field& column : field.columns) {
      if (counts(column)) input(sum_name(field, column), type_of(column), column.where);
      if (column.kind == FieldKind::boolean) input(sum_name(field, column), number_type("1"), column.where);
      for (const Field& where : field.columns)
        if (counts(column) && where.kind == FieldKind::boolean)
          input(sum_name(field, column, &where), type_of(column), column.where);
    }
  }
  for (const Ballot& ballot : declared.ballots)
    for (const char* what : {"for", "against", "abstain", "recused", "cast", "missing"})
      input(fmt::format("{}_{}", ballot.name, what), number_type("1"), ballot.where);
  for (const Ballot& ballot : declared.ballots)
    if (ballot.score)
      for (const char* what : {"mean", "min", "max"})
        input(fmt::format("{}_score_{}", ballot.name, what), number_type("1"), ballot.where);
  input("today", number_type("1"), declared.where);
  for (const Computed& figure : declared.computed) {
    policy::Formula formula;
    formula.name = figure.name;
    formula.type = figure.type;
    formula.title = figure.label;
    formula.text = compared.formula(figure.formula, figure.where);
    formula.round = figure.round;
    formula.where = figure.where;
    rule.formulas.push_back(std::move(formula));
  }
  for (const Step& step : declared.steps) {
    if (step.when.empty()) continue;
    policy::Formula formula;
    formula.name = condition_name(step);
    formula.type = boolean_type();
    formula.text = compared.formula(step.when, step.where);
    formula.where = step.where;
    formula.shown = false;
    rule.formulas.push_back(std::move(formula));
  }
  for (const Comparison& one : type.comparisons) input(one.input, boolean_type(), declared.where);
  type.conditions =
      policy::compile(std::move(rule), [](const std::string&, const std::string&) { return std::nullopt; });
}

Figures::Figures(const CaseType& type, const Json& form, const Tallies& tallies, Date today) : type_(type) {
  std::map<std::string, std::optional<Rational>> known;
  for (const Field& field : type.declared.form) {
    known[field.name] = value_of(field, form);
    if (field.kind != FieldKind::table) continue;
    const auto rows = form.find(field.name);
    const Json none = Json::array();
    const Json& list = rows == form.end() ? none : *rows;
    known[field.name + "_count"] = Rational::from_int(static_cast<std::int64_t>(list.size()));
    for (const Field& column : field.columns) {
      if (counts(column) || column.kind == FieldKind::boolean) known[sum_name(field, column)] = sum_of(column, list);
      for (const Field& where : field.columns)
        if (counts(column) && where.kind == FieldKind::boolean)
          known[sum_name(field, column, &where)] = sum_of(column, list, &where);
    }
  }
  for (const auto& [name, figure] : tallies.figures) known[name] = figure;
  for (const Comparison& one : type.comparisons) {
    known[one.input] = holds(one, form, tallies);
    // What is missing is told by the fields, not by the comparison.
    for (const auto& [name, literal] : {std::pair(one.left, false), std::pair(one.right, one.literal)})
      if (!literal && is_empty(form, name) && !(name == applicant && type.field(name) == nullptr))
        lacking_[one.input].push_back(name);
  }
  known["today"] = day_number(today);
  const policy::Program& program = type.conditions->program;
  for (const policy::Slot& slot : program.inputs)
    inputs_.push_back(known[type.conditions->rule.inputs[slot.declaration].name]);
  cells_ = policy::evaluate(program, policy::bind(*type.conditions, today, today), inputs_);
}

std::optional<Rational> Figures::at(const std::string& formula) const {
  const auto node = type_.conditions->find_formula(formula);
  return node ? cells_[static_cast<std::size_t>(*node)].optional() : std::nullopt;
}

std::optional<bool> Figures::condition(const Step& step) const {
  if (step.when.empty()) return true;
  const auto value = at(condition_name(step));
  if (!value) return std::nullopt;
  return !value->is_zero();
}

// Slots of the inputs that a node is made from.
static std::vector<std::size_t> slots_of(const policy::Program& program, int begin) {
  std::vector<std::size_t> out;
  std::vector<int> open{begin};
  std::set<int> seen;
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    const policy::Node& node = program.nodes[static_cast<std::size_t>(at)];
    if (node.op == policy::Op::input) out.push_back(static_cast<std::size_t>(node.slot));
    open.insert(open.end(), node.args.begin(), node.args.end());
  }
  return out;
}

static const std::string& name_of_slot(const policy::CompiledRule& rule, std::size_t slot) {
  return rule.rule.inputs[rule.program.inputs[slot].declaration].name;
}

std::vector<std::string> inputs_of(const policy::CompiledRule& rule, const std::string& formula) {
  std::vector<std::string> out;
  if (const auto node = rule.find_formula(formula))
    for (const std::size_t slot : slots_of(rule.program, *node)) out.push_back(name_of_slot(rule, slot));
  return out;
}

// Names of the inputs that a node needs and that are not there.
static std::vector<std::string> lacking_inputs(const policy::CompiledRule& rule,
                                               const std::vector<std::optional<Rational>>& inputs, int begin) {
  std::vector<std::string> out;
  for (const std::size_t slot : slots_of(rule.program, begin))
    if (!inputs[slot]) out.push_back(name_of_slot(rule, slot));
  return out;
}

std::vector<std::string> Figures::missing(const Step& step) const {
  std::vector<std::string> out;
  const auto begin = type_.conditions->find_formula(condition_name(step));
  if (!begin) return out;
  for (const std::string& name : lacking_inputs(*type_.conditions, inputs_, *begin)) {
    const auto compared = lacking_.find(name);
    for (const std::string& field : compared == lacking_.end() ? std::vector{name} : compared->second)
      if (std::find(out.begin(), out.end(), field) == out.end()) out.push_back(field);
  }
  return out;
}

RowFaults faults_of_rows(const CaseType& type, const Field& table, const Json& form, Date today) {
  RowFaults out;
  const auto found = type.rows.find(table.name);
  const auto rows = form.find(table.name);
  if (found == type.rows.end() || rows == form.end() || !rows->is_array()) return out;
  const policy::CompiledRule& rule = *found->second;
  const auto column = [&](const std::string& name) -> const Field& {
    return *std::find_if(table.columns.begin(), table.columns.end(), [&](const Field& c) { return c.name == name; });
  };
  const auto binding = policy::bind(rule, today, today);
  for (std::size_t i = 0; i < rows->size(); ++i) {
    std::vector<std::optional<Rational>> inputs;
    for (const policy::Slot& slot : rule.program.inputs)
      inputs.push_back(value_of(column(rule.rule.inputs[slot.declaration].name), (*rows)[i]));
    const auto cells = policy::evaluate(rule.program, binding, inputs);
    for (std::size_t n = 0; n < table.rows.size(); ++n) {
      const int node = *rule.find_formula(fmt::format("row_{}", n + 1));
      const auto holds = cells[static_cast<std::size_t>(node)].optional();
      const std::string path = fmt::format("{}[{}].{}", table.name, i + 1, table.rows[n].at);
      if (holds && holds->is_zero()) out.broken.push_back({path, table.rows[n].otherwise});
      if (holds) continue;
      std::vector<std::string> zh;
      std::vector<std::string> en;
      for (const std::string& name : lacking_inputs(rule, inputs, node)) {
        zh.push_back(column(name).label.zh);
        en.push_back(column(name).label.en);
      }
      out.missing.push_back({path,
                             {fmt::format("还缺：{}", fmt::join(zh, "、")),
                              fmt::format("still missing: {}", fmt::join(en, ", "))}});
    }
  }
  return out;
}

std::map<std::string, std::string> Figures::computed() const {
  std::map<std::string, std::string> out;
  for (const Computed& figure : type_.declared.computed)
    if (const auto value = at(figure.name)) out[figure.name] = policy::format_value(figure.type, *value);
  return out;
}

}  // namespace tributary::casework
