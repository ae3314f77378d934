#include "policy/value.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

constexpr std::array qualities{"I", "II", "III", "IV", "V", "worse_V"};
constexpr std::array qualities_zh{"Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"};

}  // namespace

std::optional<Rational> parse_value(const ValueType& type, std::string_view text) {
  switch (type.kind) {
    case ValueType::Kind::number: {
      const auto value = Decimal::try_parse(text);
      return value ? std::optional(Rational(*value)) : std::nullopt;
    }
    case ValueType::Kind::boolean:
      if (text == "true") return Rational(1);
      if (text == "false") return Rational(0);
      return std::nullopt;
    case ValueType::Kind::quality:
      for (std::size_t i = 0; i < qualities.size(); ++i)
        if (text == qualities[i] || text == qualities_zh[i]) return Rational(static_cast<int>(i) + 1);
      return std::nullopt;
    case ValueType::Kind::choice: {
      const auto found = std::find(type.choices.begin(), type.choices.end(), text);
      if (found == type.choices.end()) return std::nullopt;
      return Rational(static_cast<int>(found - type.choices.begin()));
    }
  }
  return std::nullopt;
}

Text expected_form(const ValueType& type) {
  switch (type.kind) {
    case ValueType::Kind::number:
      return {"应为小数，例如 0.85", "a decimal is expected, for example 0.85"};
    case ValueType::Kind::boolean:
      return {"应为 true 或 false", "true or false is expected"};
    case ValueType::Kind::quality:
      return {"应为 I、II、III、IV、V 或 worse_V", "I, II, III, IV, V or worse_V is expected"};
    case ValueType::Kind::choice:
      return {fmt::format("可选：{}", fmt::join(type.choices, "、")),
              fmt::format("one of: {}", fmt::join(type.choices, ", "))};
  }
  return {};
}

std::string format_value(const ValueType& type, const Rational& value) {
  switch (type.kind) {
    case ValueType::Kind::number:
      return value.to_string();
    case ValueType::Kind::boolean:
      return value.is_zero() ? "false" : "true";
    case ValueType::Kind::quality: {
      const std::int64_t i = value.to_int64() - 1;
      return i >= 0 && i < 6 ? qualities[static_cast<std::size_t>(i)] : value.to_string();
    }
    case ValueType::Kind::choice: {
      const std::int64_t i = value.to_int64();
      return i >= 0 && i < static_cast<std::int64_t>(type.choices.size())
                 ? type.choices[static_cast<std::size_t>(i)]
                 : value.to_string();
    }
  }
  return {};
}

std::string unit_text(const ValueType& type) {
  return type.kind == ValueType::Kind::number && type.unit.symbol() != "1" ? type.unit.symbol()
                                                                           : std::string();
}

}  // namespace tributary::policy
