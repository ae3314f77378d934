#include "exchange/calculator.h"

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"
#include "exchange/calculator_reading.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::exchange {
namespace reading {

namespace {
constexpr std::int64_t second = 1'000'000;

[[noreturn]] void bad_time(const JsonInput::Value& value) {
  value.fail({fmt::format("“{}”不是时间", value.text()), fmt::format("\"{}\" is not a time", value.text())},
             {"写成 09:30:00、2026-11-28 09:30 或秒数", "write 09:30:00, 2026-11-28 09:30, or a number of seconds"});
}

std::int64_t micros(const JsonInput::Value& value, const Decimal& seconds) {
  const Decimal scaled = (seconds * Decimal::from_int(second)).round(0, Rounding::floor);
  const Decimal most = Decimal::from_int(std::int64_t{1} << 61);
  if (scaled.abs() > most) bad_time(value);
  return scaled.to_int64();
}
}  // namespace

std::int64_t time_of(const JsonInput::Value& value) {
  if (value.is(JsonInput::Kind::number)) {
    const Decimal seconds = value.as_decimal();
    if (seconds.scale() > 20 || seconds.abs() > Decimal::from_int(std::int64_t{1} << 40)) bad_time(value);
    return micros(value, seconds);
  }
  std::string text(value.as_string());
  // A fraction of a second stands after the last colon's two digits.
  std::int64_t fraction = 0;
  if (const std::size_t point = text.find('.'); point != std::string::npos) {
    std::size_t end = point + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const auto part = Decimal::try_parse("0" + text.substr(point, end - point));
    if (!part || end - point > 15) bad_time(value);
    fraction = micros(value, *part);
    text.erase(point, end - point);
  }
  if (text.size() < 10) text = "1970-01-01 " + text;
  try {
    return parse_instant(text).seconds * second + fraction;
  } catch (const Error&) {
    bad_time(value);
  }
}

std::string id_of(const JsonInput::Value& value) {
  if (value.is(JsonInput::Kind::number))
    (void)value.as_integer();
  else if (value.as_string().empty() || value.text().size() > 200)
    value.fail({"编号须为 1 至 200 字节", "an id has 1 to 200 bytes"});
  return std::string(value.text());
}

Decimal share_of(const JsonInput::Value& value) {
  const Decimal out = value.as_decimal().normalized();
  if (out.sign() < 0 || out > Decimal(1) || out.scale() > 9)
    value.fail({"应在 0 至 1 之间，最多九位小数", "should be between 0 and 1, with at most nine decimals"},
               {"百分之十写作 0.1", "ten per cent is 0.1"});
  return out;
}

std::size_t word_of(const JsonInput::Value& value, std::span<const std::string_view> words) {
  const auto at = std::find(words.begin(), words.end(), value.as_string());
  if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
  value.fail({fmt::format("没有“{}”", value.text()), fmt::format("there is no \"{}\"", value.text())},
             {fmt::format("可用：{}", fmt::join(words, "、")), fmt::format("there are: {}", fmt::join(words, ", "))});
}

Quantity quantity_of(const JsonInput::Value& value) {
  const Quantity out = value.as_integer();
  if (out <= 0) value.fail({"数量须大于零", "the quantity must be above zero"});
  return out;
}

}  // namespace reading

const std::vector<std::string>& rule_names() {
  static const std::vector<std::string> names{"call-auction:four-step", "call-auction:midpoint",
                                              "call-auction:nearest-close", "call-auction:within-best",
                                              "one-way:uniform", "one-way:pay-as-bid", "one-way:ascending"};
  return names;
}

Clearing clear(std::string_view rule, std::string_view json, const std::string& file) {
  const auto& names = rule_names();
  if (std::find(names.begin(), names.end(), rule) == names.end()) {
    const auto close = near_misses(rule, names);
    const auto& shown = close.empty() ? names : close;
    throw Error(codes::unknown_rule,
                {fmt::format("没有名为“{}”的规则", rule), fmt::format("there is no rule \"{}\"", rule)}, {},
                {fmt::format("可用：{}", fmt::join(shown, "、")), fmt::format("there are: {}", fmt::join(shown, ", "))});
  }
  try {
    return rule.starts_with("call-auction:") ? reading::clear_call(rule, json, file)
                                             : reading::clear_one_way(rule, json, file);
  } catch (const Error& e) {
    throw e.at({file, 0, 0, {}});
  }
}

namespace {

using Json = nlohmann::ordered_json;

// As a number where that is exact, else as text.
Json price_json(const std::string& text, bool number) {
  const auto value = number ? Decimal::try_parse(text) : std::nullopt;
  if (!value) return text;
  if (value->normalized().scale() <= 0 && value->abs() < Decimal::from_int(std::int64_t{1} << 53))
    return value->normalized().to_int64();
  const double near = value->to_double();
  if (Decimal::from_double(near) != *value) return text;
  return near;
}

Json cell_json(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  return std::get<std::string>(cell);
}

}  // namespace

Json json_of(const Clearing& c) {
  Json out;
  out["rule"] = c.rule;
  out["outcome"] = c.outcome;
  out["price"] = c.price ? price_json(*c.price, c.numbers) : Json(nullptr);
  out["executed"] = c.executed;
  out["surplus"] = c.surplus;
  Json fills = Json::array();
  for (const Fill& f : c.fills) {
    Json fill;
    fill["id"] = f.id_is_number ? Json(Decimal::parse(f.id).to_int64()) : Json(f.id);
    fill["side"] = f.side;
    if (!f.bidder.empty()) fill["bidder"] = f.bidder;
    fill["qty"] = f.qty;
    fill["price"] = price_json(f.price, c.numbers);
    if (!f.amount.empty()) fill["amount"] = f.amount;
    fills.push_back(std::move(fill));
  }
  out["fills"] = std::move(fills);
  Json steps = Json::array();
  for (const Step& s : c.steps) {
    Json step;
    step["name"] = s.name;
    step["text"] = {{"zh", s.text.zh}, {"en", s.text.en}};
    for (const auto& [name, cell] : s.facts) step[name] = cell_json(cell);
    if (!s.columns.empty()) {
      Json rows = Json::array();
      for (const auto& row : s.rows) {
        Json one;
        for (std::size_t i = 0; i < s.columns.size(); ++i) one[s.columns[i]] = cell_json(row[i]);
        rows.push_back(std::move(one));
      }
      step["rows"] = std::move(rows);
      if (s.omitted > 0) step["omitted"] = s.omitted;
    }
    steps.push_back(std::move(step));
  }
  out["steps"] = std::move(steps);
  return out;
}

}  // namespace tributary::exchange
