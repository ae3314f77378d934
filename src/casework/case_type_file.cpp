// A file of cases/*.yaml to a CaseType. The layout is in docs/cases.md.
#include "base/text.h"
#include "casework/case_type_reading.h"
#include "casework/conditions.h"
#include "policy/catalog.h"
#include "policy/codes.h"
#include "policy/yaml.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using namespace reading;
using policy::YamlMap;
using policy::YamlNode;

constexpr std::array kinds{FieldKind::text,         FieldKind::paragraph,     FieldKind::number,
                           FieldKind::money,        FieldKind::boolean,       FieldKind::date,
                           FieldKind::choice,       FieldKind::party,         FieldKind::place,
                           FieldKind::organisation, FieldKind::organisations, FieldKind::person,
                           FieldKind::citizen_id,   FieldKind::credit_code,   FieldKind::phone,
                           FieldKind::account,      FieldKind::documents,     FieldKind::table};
constexpr std::array sensitivities{Sensitivity::open, Sensitivity::internal, Sensitivity::personal,
                                   Sensitivity::sensitive};
// What concerns a person is personal, whatever the pack says of it.
Sensitivity least_sensitivity(FieldKind kind) {
  switch (kind) {
    case FieldKind::citizen_id:
    case FieldKind::account:
      return Sensitivity::sensitive;
    case FieldKind::person:
    case FieldKind::phone:
      return Sensitivity::personal;
    default:
      return Sensitivity::open;
  }
}

// `table`: of a column, the table it stands in.
Field read_field(const YamlNode& key, const YamlNode& value, const Field* table) {
  YamlMap map(value, key.scalar);
  Field out;
  out.name = key.scalar;
  out.where = key.where;
  out.where.field = key.scalar;
  const YamlNode& kind = map.require("type");
  out.kind = pick(kinds, policy::scalar_of(kind, "type"), kind.where, "type");
  out.label = map.bilingual("label");
  out.help = map.bilingual_or_none("help");
  out.source = map.source_or_none();
  out.required = map.boolean_or("required", false);
  const Sensitivity least = least_sensitivity(out.kind);
  if (const YamlNode* given = map.find("sensitivity"))
    out.sensitivity =
        pick(sensitivities, policy::scalar_of(*given, "sensitivity"), given->where, "sensitivity");
  else
    out.sensitivity = std::max(table != nullptr ? table->sensitivity : Sensitivity::internal, least);
  if (out.sensitivity < least)
    bad(out.where, fmt::format("“{}”是个人信息，至少应为 {}", out.label.zh, to_string(least)),
        fmt::format("\"{}\" is personal information: at least {}", out.label.en, to_string(least)));
  if (out.kind == FieldKind::number) {
    const YamlNode& unit = map.require("unit");
    try {
      out.unit = Unit::parse(policy::scalar_of(unit, "unit"));
    } catch (const Error& e) {
      throw e.at(unit.where);
    }
  }
  if (out.kind == FieldKind::number || out.kind == FieldKind::money) {
    if (const YamlNode* min = map.find("min")) out.min = policy::decimal_of(*min, "min");
    if (const YamlNode* max = map.find("max")) out.max = policy::decimal_of(*max, "max");
    if (out.min && out.max && *out.max < *out.min) bad(out.where, "max 小于 min", "max is below min");
  }
  if (out.kind == FieldKind::text || out.kind == FieldKind::paragraph) {
    out.max_length = out.kind == FieldKind::text ? 200 : 5000;
    if (map.find("length") != nullptr) {
      const int length = map.integer("length");
      if (length < 1 || length > 50'000)
        bad(out.where, "length 应在 1 到 50000 之间", "length lies in 1 … 50000");
      out.max_length = static_cast<std::size_t>(length);
    }
  }
  if (out.kind == FieldKind::choice)
    each_named(map, "choices", true, [&](const YamlNode& name, const YamlNode& label) {
      out.choices.push_back({name.scalar, policy::bilingual_of(label, name.scalar)});
    });
  if (out.kind == FieldKind::table) {
    Sensitivity most = out.sensitivity;
    if (table != nullptr) bad(out.where, "表中不能再有表", "a table cannot hold a table");
    each_named(map, "columns", true, [&](const YamlNode& name, const YamlNode& field) {
      out.columns.push_back(read_field(name, field, &out));
      const Field& added = out.columns.back();
      if (added.kind == FieldKind::documents || added.kind == FieldKind::organisations)
        bad(added.where, "表中不能用这种类型", "this type cannot stand in a table");
      most = std::max(most, added.sensitivity);
    });
    out.sensitivity = most;  // as much as the column that needs it most
    if (out.columns.empty()) bad(out.where, "表至少要有一栏", "a table needs a column");
    if (const YamlNode* rows = map.find("rows")) out.rows = read_rows(*rows, out.columns);
  }
  out.in_calendar = map.boolean_or("calendar", false);
  if (out.in_calendar &&
      (out.kind != FieldKind::date || table != nullptr || out.sensitivity > Sensitivity::internal))
    bad(out.where, "只有不涉及个人信息的日期能进日历",
        "only a day that is not personal goes into the calendar");
  if (map.find("draft") != nullptr) out.in_draft_said = map.boolean_or("draft", true);
  if (const YamlNode* prefill = map.find("prefill"); prefill != nullptr && prefill->kind == YamlNode::Kind::map) {
    if (table != nullptr) bad(prefill->where, "表中的栏不能带出", "a column is not filled in from elsewhere");
    out.known = read_known(*prefill);
  } else if (prefill != nullptr) {
    out.prefill = policy::scalar_of(*prefill, "prefill");
    constexpr std::array<std::string_view, 6> known{"organisation", "jurisdiction", "party",
                                                    "year",         "today",        "others"};
    if (std::find(known.begin(), known.end(), out.prefill) == known.end())
      bad(prefill->where, fmt::format("prefill：没有“{}”", out.prefill),
          fmt::format("prefill: \"{}\" is not known", out.prefill),
          {fmt::format("可用：{}", fmt::join(known, "、")),
           fmt::format("one of: {}", fmt::join(known, ", "))});
  }
  map.finish();
  return out;
}

Computed read_computed(const YamlNode& key, const YamlNode& value) {
  YamlMap map(value, key.scalar);
  Computed out;
  out.name = key.scalar;
  out.where = key.where;
  out.where.field = key.scalar;
  out.label = map.bilingual("label");
  const YamlNode& formula = map.require("formula");
  out.formula = policy::scalar_of(formula, "formula");
  out.where.line = formula.where.line;
  out.where.column = formula.where.column;
  if (map.boolean_or("boolean", false)) {
    out.type.kind = policy::ValueType::Kind::boolean;
  } else {
    const YamlNode& unit = map.require("unit");
    try {
      out.type.unit = Unit::parse(policy::scalar_of(unit, "unit"));
    } catch (const Error& e) {
      throw e.at(unit.where);
    }
    if (map.find("places") != nullptr)
      out.round = policy::RoundingRule{map.integer("places"), Rounding::half_up};
  }
  map.finish();
  return out;
}

// A review is two confirmations that are given in the step itself, each time anew.
void add_review(Declaration& d) {
  const auto reviews = [](const Step& step) { return step.review; };
  if (std::none_of(d.steps.begin(), d.steps.end(), reviews)) return;
  const auto confirm = [&](std::string_view name, Text label, Text help) {
    const auto same = [&](const Field& field) { return field.name == name; };
    if (std::any_of(d.form.begin(), d.form.end(), same))
      bad(d.where, fmt::format("“{}”由 review 加入，不要另写", name),
          fmt::format("\"{}\" comes with review: do not declare it", name));
    Field field;
    field.name = name;
    field.kind = FieldKind::boolean;
    field.label = std::move(label);
    field.help = std::move(help);
    field.in_draft_said = false;
    field.where = d.where;
    d.form.push_back(std::move(field));
  };
  confirm(not_secret, {"保密审查通过", "Secrecy: cleared"},
          {"要公开的内容不含国家秘密、工作秘密和商业秘密",
           "what becomes public holds no secret of the state, of work or of business"});
  confirm(privacy_ok, {"个人信息审查通过", "Privacy: cleared"},
          {"要公开的内容没有身份证号、个人手机号、银行账号和不该公开的姓名",
           "what becomes public holds no citizen or account number, no private phone, no name that must not "
           "stand there"});
  for (Step& step : d.steps) {
    if (!step.review) continue;
    for (const std::string_view name : {not_secret, privacy_ok}) {
      if (std::find(step.sets.begin(), step.sets.end(), "all") == step.sets.end())
        step.sets.emplace_back(name);
      step.needs.emplace_back(name);
    }
    const std::string both = fmt::format("{} and {}", not_secret, privacy_ok);
    const Text uncleared{"保密审查和个人信息审查都要通过；没有通过的，请退回修改",
                         "secrecy and privacy must both be cleared; otherwise send it back"};
    step.when = step.when.empty() ? both : fmt::format("({}) and {}", step.when, both);
    step.otherwise = step.otherwise.zh.empty() ? uncleared
                                               : Text{step.otherwise.zh + "；或者" + uncleared.zh,
                                                      step.otherwise.en + "; or " + uncleared.en};
  }
}

Step read_step(const YamlNode& key, const YamlNode& value) {
  YamlMap map(value, key.scalar);
  Step out;
  out.name = key.scalar;
  out.where = key.where;
  out.where.field = key.scalar;
  out.label = map.bilingual("label");
  map.require("from");
  out.from = words(map, "from");
  out.to = map.text_or("to");
  out.by = read_actors(map, "by", true);
  out.not_by = words(map, "not_by");
  if (const YamlNode* when = map.find("when")) {
    out.when = policy::scalar_of(*when, "when");
    out.otherwise = map.bilingual("otherwise");
    out.where.line = when->where.line;
    out.where.column = when->where.column;
  }
  out.sets = words(map, "sets");
  out.needs = words(map, "needs");
  out.reason = map.boolean_or("reason", false);
  out.before = map.text_or("before");
  out.after = map.text_or("after");
  out.expected = map.boolean_or("expected", true);
  out.issues = words(map, "issues");
  out.review = map.boolean_or("review", false);
  if (const YamlNode* effects = map.find("effects")) {
    if (effects->kind != YamlNode::Kind::sequence)
      bad(effects->where, "effects 应为列表", "effects is a list");
    for (const YamlNode& effect : effects->items) out.effects.push_back(read_effect(effect));
  }
  map.finish();
  return out;
}

Retention read_retention(const YamlNode& node) {
  YamlMap map(node, "retention");
  Retention out;
  out.where = node.where;
  out.after = map.text("after");
  const YamlNode* years = map.find("years");
  const YamlNode* months = map.find("months");
  if ((years != nullptr) == (months != nullptr))
    bad(node.where, "retention 要写 years 或 months 之一", "retention has either years or months");
  out.months = years != nullptr ? map.integer("years") * 12 : map.integer("months");
  if (out.months < 1 || out.months > 1200)
    bad(node.where, "保存期限应为 1 个月至 100 年", "personal values are kept for 1 month to 100 years");
  out.source = map.source();
  out.verified = map.boolean_or("verified", true);
  map.finish();
  return out;
}

Declaration read_declaration(const std::string& text, const std::string& file,
                             const policy::PackContext& context) {
  const YamlNode root = policy::parse_yaml(text, file);
  YamlMap map(root, "case");
  Declaration out;
  out.where = root.where;
  const YamlNode& name = map.require("case");
  out.name = policy::scalar_of(name, "case");
  const bool good = !out.name.empty() && out.name.size() <= 60 &&
                    std::all_of(out.name.begin(), out.name.end(), [](unsigned char c) {
                      return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
                    });
  if (!good)
    bad(name.where, "事项名称用小写英文字母、数字和连字符",
        "a case is named by lower-case letters, digits and hyphens");
  out.version = map.text("version");
  for (const std::string& article : words(map, "article")) {
    const bool number =
        !article.empty() && article.size() <= 2 &&
        std::all_of(article.begin(), article.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!number || Decimal::parse(article).to_int64() < 1)
      bad(map.where(), "article 应为条目的序号", "article is the number of an article of the plan");
    out.articles.push_back(static_cast<int>(Decimal::parse(article).to_int64()));
  }
  out.title = map.bilingual("title");
  out.explanation = map.bilingual("explanation");
  out.source = map.source();
  out.verified = map.boolean_or("verified", true);
  out.lead = map.text_or("lead");
  out.readers = words(map, "readers");
  out.article_field = map.text_or("article_field");
  if (const YamlNode* node = map.find("responsible")) {
    YamlMap responsible(*node, "responsible");
    out.responsible = responsible.text("field");
    out.responsible_in = responsible.texts("in");
    responsible.finish();
  }
  out.open_to_all = map.boolean_or("open_to_all", false);
  each_named(map, "form", true, [&](const YamlNode& key, const YamlNode& value) {
    out.form.push_back(read_field(key, value, nullptr));
  });
  each_named(map, "computed", false, [&](const YamlNode& key, const YamlNode& value) {
    out.computed.push_back(read_computed(key, value));
  });
  each_named(map, "states", true, [&](const YamlNode& key, const YamlNode& value) {
    YamlMap state(value, key.scalar);
    out.states.push_back({key.scalar, state.bilingual("label"), state.boolean_or("final", false), key.where});
    state.finish();
  });
  {
    YamlMap start(map.require("start"), "start");
    out.start_state = start.text("state");
    out.start_by = read_actors(start, "by", true);
    start.finish();
  }
  each_named(map, "steps", true,
             [&](const YamlNode& key, const YamlNode& value) { out.steps.push_back(read_step(key, value)); });
  each_named(map, "terms", false,
             [&](const YamlNode& key, const YamlNode& value) { out.terms.push_back(read_term(key, value)); });
  each_named(map, "ballots", false, [&](const YamlNode& key, const YamlNode& value) {
    out.ballots.push_back(read_ballot(key, value));
  });
  if (const YamlNode* node = map.find("number")) {
    YamlMap number(*node, "number");
    out.number = NumberForm{number.text("form"), number.text("on")};
    number.finish();
    if (out.number->form.find("{year}") == std::string::npos ||
        out.number->form.find("{n}") == std::string::npos)
      bad(node->where, "文号格式中要有 {year} 和 {n}", "a number's form needs {year} and {n}");
  }
  if (const YamlNode* node = map.find("retention")) out.retention = read_retention(*node);
  add_review(out);
  // What a later step sets is that step's to say, unless the field says that the draft does too.
  for (Field& field : out.form) {
    const auto sets = [&](const Step& step) {
      return std::find(step.sets.begin(), step.sets.end(), field.name) != step.sets.end() &&
             std::find(step.from.begin(), step.from.end(), out.start_state) == step.from.end();
    };
    field.in_draft = field.in_draft_said.value_or(field.required ||
                                                  std::none_of(out.steps.begin(), out.steps.end(), sets));
  }
  each_named(map, "documents", false, [&](const YamlNode& key, const YamlNode& value) {
    out.papers.push_back(read_paper(key, value));
  });
  if (const YamlNode* node = map.find("sheet")) out.sheet = read_sheet(*node, out);
  map.find("examples");  // read by examples.h
  map.finish();
  out.pack = context.pack;
  out.example = context.example;
  out.text = text;
  out.hash = sha256_hex(text);
  return out;
}

}  // namespace

std::shared_ptr<const CaseType> read_case_type(const std::string& text, const std::string& file,
                                               const policy::PackContext& context, Checks checks) {
  auto out = std::make_shared<CaseType>();
  out->declared = read_declaration(text, file, context);
  if (checks == Checks::today) {
    check_names(out->declared);
    check_known(out->declared);
    check_papers(out->declared);
    check_ways(out->declared);
  }
  compile_conditions(*out);
  return out;
}

// What is gathered from cases of another type is there, and not personal.
static void check_sources(const Effect& effect, const CaseTypes& types) {
  const auto found = types.find(effect.arguments.at("from"));
  if (found == types.end())
    bad(effect.where, fmt::format("没有事项“{}”", effect.arguments.at("from")),
        fmt::format("there is no case \"{}\"", effect.arguments.at("from")));
  const CaseType& type = *found->second;
  const auto field = [&](const std::string& name, const Field* table) -> const Field& {
    const Field* out = type.field(name);
    if (table != nullptr) {
      out = nullptr;
      for (const Field& column : table->columns)
        if (column.name == name) out = &column;
    }
    if (out == nullptr)
      bad(effect.where, fmt::format("事项“{}”没有字段“{}”", type.name(), name),
          fmt::format("the case \"{}\" has no field \"{}\"", type.name(), name));
    if (out->sensitivity > Sensitivity::internal)
      bad(effect.where, fmt::format("“{}”是个人信息，不能带出", name),
          fmt::format("\"{}\" is personal: it may not be carried out of the case", name));
    return *out;
  };
  const Field* rows = nullptr;
  if (const auto table = effect.arguments.find("rows"); table != effect.arguments.end()) {
    rows = &field(table->second, nullptr);
    if (rows->kind != FieldKind::table)
      bad(effect.where, fmt::format("“{}”不是表格", table->second),
          fmt::format("\"{}\" is no table", table->second));
  }
  for (const auto& [name, text] : effect.where_is) field(name, nullptr);
  for (const auto& [column, name] : effect.set) field(name, rows);
  for (const std::string& name : effect.group) field(name, rows);
  const auto state = [&](const std::string& name) {
    if (type.state(name) == nullptr)
      bad(effect.where, fmt::format("事项“{}”没有状态“{}”", type.name(), name),
          fmt::format("the case \"{}\" has no state \"{}\"", type.name(), name));
  };
  for (const std::string& name : effect.states) state(name);
  for (const auto& [column, name] : effect.count)
    if (name != "all") state(name);
  if (const auto due = effect.arguments.find("due"); due != effect.arguments.end())
    field(due->second, nullptr);
  if (const auto step = effect.arguments.find("submitted");
      step != effect.arguments.end() && type.step(step->second) == nullptr)
    bad(effect.where, fmt::format("事项“{}”没有步骤“{}”", type.name(), step->second),
        fmt::format("the case \"{}\" has no step \"{}\"", type.name(), step->second));
}

CaseTypes load_case_types(const std::vector<std::pair<std::string, policy::PackContext>>& folders) {
  CaseTypes out;
  for (const auto& [folder, context] : folders)
    for (const std::string& file : policy::files_in(folder + "/cases", ".yaml")) {
      const auto type = read_case_type(read_file(file), file, context);
      const auto found = out.find(type->name());
      if (found != out.end() && found->second->declared.pack == context.pack)
        bad(type->declared.where,
            fmt::format("事项“{}”已在 {} 中声明", type->name(), found->second->declared.where.file),
            fmt::format("the case \"{}\" is declared in {} already", type->name(),
                        found->second->declared.where.file));
      check_release(type->declared);
      out[type->name()] = type;
    }
  // What a step opens must be there, with the fields that it fills in.
  for (const auto& [name, type] : out)
    for (const Step& step : type->declared.steps)
      for (const Effect& effect : step.effects) {
        if (effect.kind == Effect::Kind::compile) check_sources(effect, out);
        if (effect.kind != Effect::Kind::open_case) continue;
        const auto opened = out.find(effect.arguments.at("case"));
        if (opened == out.end())
          bad(effect.where, fmt::format("没有事项“{}”", effect.arguments.at("case")),
              fmt::format("there is no case \"{}\"", effect.arguments.at("case")));
        for (const auto& [field, text] : effect.set)
          if (opened->second->field(field) == nullptr)
            bad(effect.where, fmt::format("事项“{}”没有字段“{}”", opened->first, field),
                fmt::format("the case \"{}\" has no field \"{}\"", opened->first, field));
      }
  return out;
}

}  // namespace tributary::casework
