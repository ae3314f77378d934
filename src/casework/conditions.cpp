#include "casework/conditions.h"

#include "policy/value.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

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

// Nothing in any row is missing, or the sum is: missing is not zero.
std::optional<Rational> sum_of(const Field& column, const Json& rows) {
  Rational sum(0);
  for (const Json& row : rows) {
    const auto value = value_of(column, row);
    if (!value) return std::nullopt;
    sum = sum + *value;
  }
  return sum;
}

}  // namespace

std::shared_ptr<const policy::CompiledRule> compile_conditions(const Declaration& declared) {
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
    for (const Field& column : field.columns)
      if (counts(column))
        input(fmt::format("{}_{}_sum", field.name, column.name), type_of(column), column.where);
  }
  for (const Ballot& ballot : declared.ballots)
    for (const char* what : {"for", "against", "abstain", "recused", "cast", "missing"})
      input(fmt::format("{}_{}", ballot.name, what), number_type("1"), ballot.where);
  input("today", number_type("1"), declared.where);
  for (const Computed& figure : declared.computed) {
    policy::Formula formula;
    formula.name = figure.name;
    formula.type = figure.type;
    formula.title = figure.label;
    formula.text = figure.formula;
    formula.round = figure.round;
    formula.where = figure.where;
    rule.formulas.push_back(std::move(formula));
  }
  for (const Step& step : declared.steps) {
    if (step.when.empty()) continue;
    policy::Formula formula;
    formula.name = condition_name(step);
    formula.type = boolean_type();
    formula.text = step.when;
    formula.where = step.where;
    formula.shown = false;
    rule.formulas.push_back(std::move(formula));
  }
  return policy::compile(std::move(rule),
                         [](const std::string&, const std::string&) { return std::nullopt; });
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
    for (const Field& column : field.columns)
      if (counts(column)) known[fmt::format("{}_{}_sum", field.name, column.name)] = sum_of(column, list);
  }
  for (const auto& [name, count] : tallies) known[name] = Rational::from_int(count);
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

std::vector<std::string> Figures::missing(const Step& step) const {
  std::vector<std::string> out;
  const auto begin = type_.conditions->find_formula(condition_name(step));
  if (!begin) return out;
  const policy::Program& program = type_.conditions->program;
  std::vector<int> open{*begin};
  std::set<int> seen;
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    const policy::Node& node = program.nodes[static_cast<std::size_t>(at)];
    if (node.op == policy::Op::input && !inputs_[static_cast<std::size_t>(node.slot)]) {
      const auto& slot = program.inputs[static_cast<std::size_t>(node.slot)];
      const std::string& name = type_.conditions->rule.inputs[slot.declaration].name;
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
    }
    open.insert(open.end(), node.args.begin(), node.args.end());
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
