#include "casework/form.h"

#include "base/text.h"
#include "casework/codes.h"
#include "registry/uscc.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

Text first_text(const std::vector<FieldFault>& faults) {
  if (faults.empty()) return {"表单有误", "the form is not right"};
  return {fmt::format("{}：{}", faults[0].field, faults[0].text.zh),
          fmt::format("{}: {}", faults[0].field, faults[0].text.en)};
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool has_control_characters(std::string_view text, bool lines) {
  return std::any_of(text.begin(), text.end(), [&](unsigned char c) {
    return (c < 0x20 && !(lines && (c == '\n' || c == '\t'))) || c == 0x7f;
  });
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

class Check {
 public:
  Check(const Field& field, std::string path, std::vector<FieldFault>& faults)
      : field_(field), path_(std::move(path)), faults_(faults) {}

  Json value(const Json& given) {
    if (given.is_null()) return nullptr;
    switch (field_.kind) {
      case FieldKind::boolean:
        return given.is_boolean() ? given : fault("请选“是”或“否”", "say yes or no");
      case FieldKind::organisations:
      case FieldKind::documents:
        return list(given);
      case FieldKind::table:
        return table(given);
      case FieldKind::number:
      case FieldKind::money:
        return number(given);
      default:
        return text(given);
    }
  }

 private:
  Json fault(const std::string& zh, const std::string& en) {
    faults_.push_back({path_, {zh, en}});
    return nullptr;
  }

  Json number(const Json& given) {
    std::string written;
    if (given.is_string())
      written = std::string(trim(given.get<std::string>()));
    else if (given.is_number_integer())
      written = given.dump();
    else
      return fault("应为十进制数（以文本给出）", "a decimal, given as text");
    if (written.empty()) return nullptr;
    written.erase(std::remove(written.begin(), written.end(), ','), written.end());
    const auto value = written.size() <= 30 ? Decimal::try_parse(written) : std::nullopt;
    if (!value)
      return fault(fmt::format("“{}”不是数", written), fmt::format("\"{}\" is not a number", written));
    if (field_.kind == FieldKind::money && value->scale() > 2)
      return fault("金额最多两位小数（到分）", "an amount has two decimals at most");
    if ((field_.min && *value < *field_.min) ||
        (field_.kind == FieldKind::money && !field_.min && value->sign() < 0))
      return fault(fmt::format("不能小于 {}", field_.min ? field_.min->to_string() : "0"),
                   fmt::format("may not be below {}", field_.min ? field_.min->to_string() : "0"));
    if (field_.max && *field_.max < *value)
      return fault(fmt::format("不能大于 {}", field_.max->to_string()),
                   fmt::format("may not be above {}", field_.max->to_string()));
    return value->to_string();
  }

  Json text(const Json& given) {
    if (!given.is_string()) return fault("应为文本", "should be text");
    const std::string all = given.get<std::string>();
    std::string value(trim(all));
    if (value.empty()) return nullptr;
    if (!is_utf8(value)) return fault("不是有效的文字", "is not well-formed text");
    if (has_control_characters(value, field_.kind == FieldKind::paragraph))
      return fault("含有不可见的控制字符", "holds control characters");
    const std::size_t longest = field_.max_length > 0 ? field_.max_length : 200;
    if (count_characters(value) > longest)
      return fault(fmt::format("最多 {} 字", longest), fmt::format("at most {} characters", longest));
    switch (field_.kind) {
      case FieldKind::date:
        return date(value);
      case FieldKind::choice:
        if (std::none_of(field_.choices.begin(), field_.choices.end(),
                         [&](const Choice& c) { return c.key == value; }))
          return fault(fmt::format("没有选项“{}”", value), fmt::format("there is no choice \"{}\"", value));
        return value;
      case FieldKind::citizen_id: {
        value = fold_width_upper(value);
        if (value.size() == 18 && value.ends_with("000"))
          return fault("末三位是 000，可能被 Excel 改坏了；请按文本重新输入",
                       "ends in 000: a spreadsheet may have spoilt it; enter it again as text");
        if (!is_citizen_id(value))
          return fault("不是有效的身份证号（18 位，末位校验）",
                       "is not a valid citizen number (18 characters with a check)");
        return value;
      }
      case FieldKind::credit_code: {
        const auto check = registry::check_uscc(value);
        using registry::CodeCheck;
        if (check.outcome == CodeCheck::bad_len || check.outcome == CodeCheck::bad_char)
          return fault("统一社会信用代码应为 18 位数字和大写字母（没有 I O S V Z）",
                       "a credit code has 18 digits and capitals (no I O S V Z)");
        if (check.outcome != CodeCheck::ok)
          return fault("统一社会信用代码的校验位不符，请核对",
                       "the check character does not fit; compare it again");
        return check.code;
      }
      case FieldKind::phone: {
        value = fold_width_upper(value);
        std::erase_if(value, [](char c) { return c == ' ' || c == '-'; });
        if (value.size() < 7 || value.size() > 15 ||
            !all_digits(std::string_view(value).substr(value[0] == '+' ? 1 : 0)))
          return fault("不是电话号码", "is not a phone number");
        return value;
      }
      case FieldKind::account: {
        value = fold_width_upper(value);
        std::erase_if(value, [](char c) { return c == ' '; });
        if (value.size() < 8 || value.size() > 32 || !all_digits(value))
          return fault("银行账号应为 8 到 32 位数字", "an account number has 8 to 32 digits");
        return value;
      }
      default:
        return value;
    }
  }

  Json date(const std::string& value) {
    try {
      const Date day = parse_date(value);
      if (year_of(day) < 1900 || year_of(day) > 2200) return fault("日期超出范围", "the day is out of range");
      return base::to_string(day);
    } catch (const Error&) {
      return fault(fmt::format("“{}”不是日期（如 2026-03-31）", value),
                   fmt::format("\"{}\" is not a day (such as 2026-03-31)", value));
    }
  }

  Json list(const Json& given) {
    if (!given.is_array()) return fault("应为列表", "should be a list");
    if (given.size() > 200) return fault("最多 200 项", "at most 200");
    std::set<std::string> seen;
    Json out = Json::array();
    for (const Json& one : given) {
      if (!one.is_string() || one.get<std::string>().empty() || one.get<std::string>().size() > 200)
        return fault("应为代码的列表", "should be a list of codes");
      if (seen.insert(one.get<std::string>()).second) out.push_back(one);
    }
    return out.empty() ? Json(nullptr) : out;
  }

  Json table(const Json& given) {
    if (!given.is_array()) return fault("应为表格", "should be a table");
    if (given.size() > 2000) return fault("最多 2000 行", "at most 2000 rows");
    Json out = Json::array();
    for (std::size_t i = 0; i < given.size(); ++i) {
      const std::string row_path = fmt::format("{}[{}]", path_, i + 1);
      if (!given[i].is_object()) {
        faults_.push_back({row_path, {"应为一行", "should be a row"}});
        continue;
      }
      Json row = Json::object();
      for (const Field& column : field_.columns) {
        const std::string path = row_path + "." + column.name;
        const auto found = given[i].find(column.name);
        row[column.name] =
            found == given[i].end() ? Json(nullptr) : Check(column, path, faults_).value(*found);
        if (column.required && row[column.name].is_null() && faults_.empty())
          faults_.push_back(
              {path,
               {fmt::format("{}必须填写", column.label.zh), fmt::format("{} is required", column.label.en)}});
      }
      for (const auto& [name, ignored] : given[i].items())
        if (!row.contains(name))
          faults_.push_back({row_path + "." + name, {"没有这一栏", "there is no such column"}});
      out.push_back(std::move(row));
    }
    return out.empty() ? Json(nullptr) : out;
  }

  const Field& field_;
  std::string path_;
  std::vector<FieldFault>& faults_;
};

Json both(const Text& text) {
  return {{"zh", text.zh}, {"en", text.en.empty() ? text.zh : text.en}};
}

Json field_schema(const Field& field) {
  Json out = Json::object();
  out["title"] = field.label.zh;
  const auto text = [&](std::size_t longest) {
    out["type"] = {"string", "null"};
    out["maxLength"] = longest;
  };
  switch (field.kind) {
    case FieldKind::boolean:
      out["type"] = {"boolean", "null"};
      break;
    case FieldKind::number:
    case FieldKind::money:
      out["type"] = {"string", "null"};
      out["pattern"] =
          field.kind == FieldKind::money ? "^-?[0-9]+(\\.[0-9]{1,2})?$" : "^-?[0-9]+(\\.[0-9]+)?$";
      out["x-unit"] = field.kind == FieldKind::money ? "CNY" : field.unit.symbol();
      if (field.min) out["x-min"] = field.min->to_string();
      if (field.max) out["x-max"] = field.max->to_string();
      break;
    case FieldKind::date:
      out["type"] = {"string", "null"};
      out["format"] = "date";
      break;
    case FieldKind::choice: {
      out["enum"] = Json::array();
      Json labels = Json::object();
      for (const Choice& choice : field.choices) {
        out["enum"].push_back(choice.key);
        labels[choice.key] = both(choice.label);
      }
      out["enum"].push_back(nullptr);
      out["x-choices"] = labels;
      break;
    }
    case FieldKind::organisations:
    case FieldKind::documents:
      out["type"] = {"array", "null"};
      out["items"] = {{"type", "string"}, {"maxLength", 200}};
      out["maxItems"] = 200;
      break;
    case FieldKind::table: {
      out["type"] = {"array", "null"};
      out["maxItems"] = 2000;
      Json row{{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
      for (const Field& column : field.columns) row["properties"][column.name] = field_schema(column);
      out["items"] = row;
      break;
    }
    default:
      text(field.max_length > 0 ? field.max_length : 200);
  }
  out["x-kind"] = to_string(field.kind);
  out["x-label"] = both(field.label);
  if (!field.help.zh.empty()) out["x-help"] = both(field.help);
  if (field.source)
    out["x-source"] = {{"document", field.source->document},
                       {"number", field.source->number},
                       {"article", field.source->article}};
  out["x-sensitivity"] = to_string(field.sensitivity);
  out["x-required"] = field.required;
  out["x-in-draft"] = field.in_draft;
  if (!field.prefill.empty()) out["x-prefill"] = field.prefill;
  if (field.known) out["x-known"] = {{"from", to_string(field.known->from)}, {"override", field.known->may_override}};
  return out;
}

// The conditions of rows as a program that a browser works through: of nodes that name earlier ones, constants exact.
Json rows_schema(const Field& table, const policy::CompiledRule& rule) {
  Json nodes = Json::array();
  for (const policy::Node& node : rule.program.nodes) {
    Json one{{"op", *browser_op(node.op)}};
    if (!node.args.empty()) one["args"] = node.args;
    if (node.op == policy::Op::constant || node.op == policy::Op::scale) one["value"] = node.value.to_string();
    if (node.op == policy::Op::input)
      one["column"] = rule.rule.inputs[rule.program.inputs[static_cast<std::size_t>(node.slot)].declaration].name;
    nodes.push_back(std::move(one));
  }
  Json conditions = Json::array();
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    conditions.push_back({{"node", *rule.find_formula(fmt::format("row_{}", i + 1))},
                          {"at", table.rows[i].at},
                          {"otherwise", both(table.rows[i].otherwise)}});
  return {{"nodes", nodes}, {"conditions", conditions}};
}

}  // namespace

std::optional<std::string_view> browser_op(policy::Op op) {
  using policy::Op;
  switch (op) {
    case Op::constant:
      return "constant";
    case Op::input:
      return "input";
    case Op::scale:
      return "scale";
    case Op::add:
      return "add";
    case Op::subtract:
      return "subtract";
    case Op::multiply:
      return "multiply";
    case Op::divide:
      return "divide";
    case Op::negate:
      return "negate";
    case Op::less:
      return "less";
    case Op::less_equal:
      return "less_equal";
    case Op::equal:
      return "equal";
    case Op::not_equal:
      return "not_equal";
    case Op::logical_and:
      return "and";
    case Op::logical_or:
      return "or";
    case Op::logical_not:
      return "not";
    case Op::select:
      return "select";
    case Op::present:
      return "present";
    default:
      return std::nullopt;
  }
}

FormError::FormError(Code code, std::vector<FieldFault> faults)
    : Error(code, first_text(faults), {"", 0, 0, faults.empty() ? std::string() : faults[0].field}),
      faults_(std::move(faults)) {}

Json checked_value(const Field& field, const Json& given, const std::string& path,
                   std::vector<FieldFault>& faults) {
  return Check(field, path, faults).value(given);
}

Json with_values(const CaseType& type, const Json& form, const Json& patch) {
  std::vector<FieldFault> faults;
  Json out = form;
  for (const auto& [name, value] : patch.items()) {
    const Field* field = type.field(name);
    if (field == nullptr) {
      faults.push_back({name, {"没有这个字段", "there is no such field"}});
      continue;
    }
    Json good = checked_value(*field, value, name, faults);
    if (good.is_null())
      out.erase(name);
    else
      out[name] = std::move(good);
  }
  if (!faults.empty()) throw FormError(codes::bad_form, std::move(faults));
  return out;
}

bool is_empty(const Json& form, const std::string& field) {
  const auto found = form.find(field);
  return found == form.end() || found->is_null();
}

Json form_schema(const CaseType& type) {
  Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
           {"title", type.declared.title.zh},
           {"type", "object"},
           {"properties", Json::object()},
           {"additionalProperties", false}};
  for (const Field& field : type.declared.form) {
    out["properties"][field.name] = field_schema(field);
    if (const auto rows = type.rows.find(field.name); rows != type.rows.end())
      out["properties"][field.name]["x-rows"] = rows_schema(field, *rows->second);
  }
  return out;
}

std::string masked(FieldKind kind, const std::string& value) {
  const auto stars = [](std::size_t n) { return std::string(n, '*'); };
  switch (kind) {
    case FieldKind::citizen_id:
      return value.size() == 18 ? value.substr(0, 6) + stars(8) + value.substr(14) : stars(18);
    case FieldKind::phone:
      return value.size() >= 7 ? value.substr(0, 3) + stars(value.size() - 7) + value.substr(value.size() - 4)
                               : stars(value.size());
    case FieldKind::account:
      return value.size() > 4 ? stars(value.size() - 4) + value.substr(value.size() - 4)
                              : stars(value.size());
    case FieldKind::boolean:  // even a first letter would tell
    case FieldKind::choice:
    case FieldKind::number:
    case FieldKind::money:
    case FieldKind::date:
    case FieldKind::party:
    case FieldKind::place:
    case FieldKind::organisation:
    case FieldKind::organisations:
    case FieldKind::documents:
      return "**";
    default: {  // the first character
      std::size_t end = 1;
      while (end < value.size() && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) ++end;
      return value.empty() ? value : value.substr(0, end) + "**";
    }
  }
}

bool is_citizen_id(std::string_view text) {
  if (text.size() != 18 || !all_digits(text.substr(0, 17))) return false;
  constexpr std::array weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (text[i] - '0');
  if (text[17] != "10X98765432"[sum % 11]) return false;
  const std::string day = fmt::format("{}-{}-{}", text.substr(6, 4), text.substr(10, 2), text.substr(12, 2));
  try {
    return year_of(parse_date(day)) >= 1800;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace tributary::casework
