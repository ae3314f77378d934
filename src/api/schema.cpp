#include "api/schema.h"

#include "base/decimal.h"
#include "base/text.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tributary::api::schema {

Json text(std::size_t most) {
  return {{"type", "string"}, {"maxLength", most}};
}
Json line(std::size_t most) {
  return {{"type", "string"}, {"minLength", 1}, {"maxLength", most}, {"pattern", "^[^\\x00-\\x1f\\x7f]+$"}};
}
Json integer(std::int64_t least, std::int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}
Json number() {
  return {{"type", "number"}};
}
Json boolean() {
  return {{"type", "boolean"}};
}
Json decimal() {
  return {{"type", "string"}, {"format", "decimal"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?$"}};
}
Json money() {
  return {{"type", "string"}, {"format", "money"}, {"pattern", "^-?[0-9]+\\.[0-9]{2}$"}};
}
Json day() {
  return {{"type", "string"}, {"format", "date"}};
}
Json instant() {
  return {{"type", "string"}, {"format", "date-time"}};
}
Json period() {
  return {{"type", "string"}, {"format", "period"}, {"examples", {"2020-10", "2020-Q4", "2020"}}};
}
Json both() {
  return named("Text");
}
Json one_of(const std::vector<std::string>& values) {
  return {{"type", "string"}, {"enum", values}};
}
Json list(Json items, std::size_t most) {
  return {{"type", "array"}, {"items", std::move(items)}, {"maxItems", most}};
}
Json map_of(Json values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}
Json object(std::vector<Property> properties) {
  Json fields = Json::object();
  Json required = Json::array();
  for (Property& p : properties) {
    if (p.required) required.push_back(p.name);
    fields[p.name] = std::move(p.schema);
  }
  Json out{{"type", "object"}, {"properties", std::move(fields)}};
  if (!required.empty()) out["required"] = std::move(required);
  out["additionalProperties"] = false;
  return out;
}
Json nullable(Json schema) {
  return {{"anyOf", Json::array({std::move(schema), Json{{"type", "null"}}})}};
}
Json any() {
  return Json::object();
}
Json named(std::string_view component) {
  return {{"$ref", fmt::format("#/components/schemas/{}", component)}};
}
Property optional(std::string name, Json schema) {
  return {std::move(name), std::move(schema), false};
}

namespace {

const Json& resolved(const Json& schema, const Json& components) {
  const auto reference = schema.find("$ref");
  if (reference == schema.end()) return schema;
  const std::string& path = reference->get_ref<const std::string&>();
  const auto found = components.find(path.substr(path.find_last_of('/') + 1));
  TRIBUTARY_CHECK(found != components.end(), "no schema " + path);
  return *found;
}

std::size_t length_of(std::string_view text) {  // in code points
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

template <class Parse>
bool parses(Parse&& parse) {
  try {
    parse();
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool has_format(std::string_view format, const std::string& text) {
  if (format == "date") return text.size() == 10 && text[4] == '-' && parses([&] { parse_date(text); });
  if (format == "date-time") return parses([&] { parse_instant(text); });
  if (format == "period") return parses([&] { Period::parse(text); });
  if (format == "decimal") return Decimal::try_parse(text).has_value();
  if (format == "money") {
    const auto value = Decimal::try_parse(text);
    return value && value->scale() <= 2;
  }
  return true;
}

Text format_hint(std::string_view format) {
  if (format == "date") return {"日期应写成 2020-10-05", "a day is written 2020-10-05"};
  if (format == "date-time")
    return {"时刻应写成 2020-10-05T08:00:00+08:00", "an instant is written 2020-10-05T08:00:00+08:00"};
  if (format == "period")
    return {"时段应写成 2020-10-05、2020-10、2020-Q4 或 2020",
            "a period is written 2020-10-05, 2020-10, 2020-Q4 or 2020"};
  return {"应为十进制数，如 1000.00", "must be a decimal number such as 1000.00"};
}

class Checker {
 public:
  Checker(const Json& components, std::vector<Fault>& faults) : components_(components), faults_(faults) {}

  void check(const Json& raw, const Json& value, const std::string& field) {
    if (faults_.size() >= 20) return;
    const Json& schema = resolved(raw, components_);
    if (const auto choices = schema.find("anyOf"); choices != schema.end())
      return check_any(*choices, value, field);
    const auto type = schema.find("type");
    if (type == schema.end()) return;
    const std::string& name = type->get_ref<const std::string&>();
    if (name == "null") {
      if (!value.is_null()) add(field, {"应为空", "must be null"});
    } else if (name == "string") {
      check_text(schema, value, field);
    } else if (name == "integer" || name == "number") {
      check_number(schema, value, field, name == "integer");
    } else if (name == "boolean") {
      if (!value.is_boolean()) add(field, {"应为 true 或 false", "must be true or false"});
    } else if (name == "array") {
      check_array(schema, value, field);
    } else {
      check_object(schema, value, field);
    }
  }

 private:
  void add(const std::string& field, Text message) { faults_.push_back({field, std::move(message)}); }

  void check_any(const Json& choices, const Json& value, const std::string& field) {
    std::vector<Fault> first;
    for (const Json& choice : choices) {
      std::vector<Fault> found;
      Checker(components_, found).check(choice, value, field);
      if (found.empty()) return;
      if (first.empty()) first = std::move(found);
    }
    faults_.insert(faults_.end(), first.begin(), first.end());
  }

  void check_text(const Json& schema, const Json& value, const std::string& field) {
    if (!value.is_string()) return add(field, {"应为文字", "must be text"});
    const auto& text = value.get_ref<const std::string&>();
    const std::size_t length = length_of(text);
    if (length < schema.value("minLength", std::size_t{0}))
      return add(field, {"不能为空", "must not be empty"});
    if (const auto most = schema.find("maxLength"); most != schema.end() && length > most->get<std::size_t>())
      return add(field, {fmt::format("最多 {} 个字", most->get<std::size_t>()),
                         fmt::format("at most {} characters", most->get<std::size_t>())});
    if (const auto choices = schema.find("enum"); choices != schema.end()) {
      if (std::find(choices->begin(), choices->end(), value) == choices->end()) {
        std::string zh, en;
        for (const Json& c : *choices) {
          zh += (zh.empty() ? "" : "、") + c.get<std::string>();
          en += (en.empty() ? "" : ", ") + c.get<std::string>();
        }
        add(field, {"应为其中之一：" + zh, "must be one of: " + en});
      }
      return;
    }
    if (const auto format = schema.find("format"); format != schema.end()) {
      const std::string& name = format->get_ref<const std::string&>();
      if (!has_format(name, text)) add(field, format_hint(name));
      return;
    }
    if (schema.contains("pattern") && std::any_of(text.begin(), text.end(), [](char c) {
          return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        }))
      add(field, {"不能有换行或控制字符", "no line ends or control characters"});
    if (text.find('\0') != std::string::npos) add(field, {"不能有空字符", "no NUL characters"});
  }

  void check_number(const Json& schema, const Json& value, const std::string& field, bool whole) {
    if (whole ? !value.is_number_integer() : !value.is_number())
      return add(field,
                 whole ? Text{"应为整数", "must be a whole number"} : Text{"应为数字", "must be a number"});
    if (!whole) return;
    const auto least = schema.value("minimum", std::int64_t{0});
    const auto most = schema.value("maximum", std::int64_t{9'007'199'254'740'991});
    const bool too_big = value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{1} << 62;
    if (too_big || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most)
      add(field, {fmt::format("应在 {} 与 {} 之间", least, most),
                  fmt::format("must be between {} and {}", least, most)});
  }

  void check_array(const Json& schema, const Json& value, const std::string& field) {
    if (!value.is_array()) return add(field, {"应为列表", "must be a list"});
    if (value.size() > schema.value("maxItems", std::size_t{100'000}))
      return add(field, {"项数过多", "too many entries"});
    for (std::size_t i = 0; i < value.size(); ++i)
      check(schema.at("items"), value[i], fmt::format("{}[{}]", field, i));
  }

  void check_object(const Json& schema, const Json& value, const std::string& field) {
    if (!value.is_object()) return add(field, {"应为对象 {…}", "must be an object {…}"});
    const std::string prefix = field.empty() ? "" : field + ".";
    if (const auto required = schema.find("required"); required != schema.end())
      for (const Json& name : *required)
        if (!value.contains(name.get_ref<const std::string&>()))
          add(prefix + name.get<std::string>(), {"必须填写", "is required"});
    const auto properties = schema.find("properties");
    const auto more = schema.find("additionalProperties");
    for (const auto& [name, entry] : value.items()) {
      if (properties != schema.end())
        if (const auto known = properties->find(name); known != properties->end()) {
          check(*known, entry, prefix + name);
          continue;
        }
      if (more == schema.end()) continue;
      if (more->is_object())
        check(*more, entry, prefix + name);
      else
        unknown(prefix + name, name, properties == schema.end() ? Json::object() : *properties);
    }
  }

  void unknown(const std::string& field, const std::string& name, const Json& properties) {
    std::vector<std::string> names;
    for (const auto& [known, schema] : properties.items()) names.push_back(known);
    const auto close = near_misses(name, names);
    add(field, close.empty() ? Text{"没有这一项", "there is no such member"}
                             : Text{fmt::format("没有这一项，是否想写“{}”？", close[0]),
                                    fmt::format("there is no such member; did you mean \"{}\"?", close[0])});
  }

  const Json& components_;
  std::vector<Fault>& faults_;
};

}  // namespace

std::vector<Fault> check(const Json& schema, const Json& value, const Json& components) {
  std::vector<Fault> faults;
  Checker(components, faults).check(schema, value, "");
  return faults;
}

Json from_text(const Json& raw, const std::string& text, const Json& components) {
  const Json& schema = resolved(raw, components);
  const std::string type = schema.value("type", "");
  if (type == "integer") {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size()) return value;
  } else if (type == "number") {
    if (const auto value = Decimal::try_parse(text)) return value->to_double();
  } else if (type == "boolean") {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
  }
  return text;
}

}  // namespace tributary::api::schema
