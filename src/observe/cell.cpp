#include "observe/cell.h"

#include "base/text.h"
#include "observe/codes.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool one_of(std::string_view text, const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (text == word) return true;
  return false;
}

// Digits without the zeros that only place the point.
int significant_digits(std::string_view text) {
  int digits = 0;
  int zeros = 0;  // that count only if another digit follows
  for (const char c : text) {
    if (c == 'e' || c == 'E') break;
    if (!is_digit(c)) continue;
    if (c == '0') {
      if (digits > 0) ++zeros;
    } else {
      digits += zeros + 1;
      zeros = 0;
    }
  }
  return digits;
}

// A number by its shape; `exact` tells whether 15 digits suffice.
std::optional<double> number_of(std::string_view text, bool& exact) {
  const std::string_view unsigned_part = text.starts_with('-') ? text.substr(1) : text;
  if (unsigned_part.empty() || !(is_digit(unsigned_part[0]) || unsigned_part[0] == '.')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-15 || size >= 1e18)) return std::nullopt;
  exact = text.size() <= 15 || significant_digits(text) <= 15;
  return value == 0 ? 0.0 : value;  // never -0
}

// "1,5" is a decimal comma; "1,234" and "1,234.5" may as well be thousands, which bad_value names.
bool looks_like_decimal_comma(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || comma == 0 || comma + 1 == text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i != comma && !is_digit(text[i])) return false;
  return true;
}

// The limit named by "<0.025", "＜0.025", "0.025L", "0.025l".
std::optional<std::string_view> limit_in(std::string_view text) {
  constexpr std::string_view wide = "＜";
  if (text.starts_with('<')) return trim(text.substr(1));
  if (text.starts_with(wide)) return trim(text.substr(wide.size()));
  if (text.size() > 1 && (text.back() == 'L' || text.back() == 'l') && is_digit(text[text.size() - 2]))
    return text.substr(0, text.size() - 1);
  return std::nullopt;
}

Cell bad(const Code& problem) {
  return {Cell::Kind::bad, 0, problem};
}

}  // namespace

std::string clipped(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return std::string(text.substr(0, most)) + " …";
}

std::optional<double> parse_measured(std::string_view text) {
  bool exact = false;
  const auto value = number_of(text, exact);
  return value && exact ? value : std::nullopt;
}

Cell read_cell(std::string_view text, const ImportMapping& mapping, const ValueColumn& column) {
  bool exact = false;
  if (column.ordinals.empty()) {
    if (const auto value = number_of(text, exact)) {
      if (!exact) return bad(codes::too_many_digits);
      return {Cell::Kind::number, *value, {}};
    }
  }
  text = trim(text);
  for (const Ordinal& ordinal : column.ordinals)
    if (text == ordinal.text) return {Cell::Kind::number, ordinal.value, {}};
  if (one_of(text, mapping.missing)) return {Cell::Kind::missing, 0, {}};
  if (one_of(text, mapping.not_measured)) return {Cell::Kind::not_measured, 0, {}};
  if (!column.ordinals.empty()) return bad(codes::bad_value);
  if (one_of(text, mapping.below_limit)) {
    if (!column.detection_limit) return bad(codes::no_detection_limit);
    return {Cell::Kind::below_limit, *column.detection_limit, {}};
  }
  if (const auto limit = limit_in(text)) {
    const auto value = number_of(*limit, exact);
    if (!value || !(*value > 0)) return bad(codes::bad_value);
    if (!exact) return bad(codes::too_many_digits);
    return {Cell::Kind::below_limit, *value, {}};
  }
  if (const auto value = number_of(text, exact)) {  // only blanks stood around it
    if (!exact) return bad(codes::too_many_digits);
    return {Cell::Kind::number, *value, {}};
  }
  return bad(looks_like_decimal_comma(text) ? codes::decimal_comma : codes::bad_value);
}

Error cell_error(const Code& problem, std::string_view text, const ValueColumn& column, Where where) {
  const std::string shown = clipped(text, 60);
  const auto error = [&](std::string_view zh, std::string_view en, Text hint) {
    return Error(problem, {fmt::format("“{}”{}", shown, zh), fmt::format("\"{}\" {}", shown, en)},
                 std::move(where), std::move(hint));
  };
  if (problem == codes::decimal_comma)
    return error("用逗号作小数点", "has a decimal comma",
                 {"请改用小数点，如 1.5", "use a decimal point: 1.5"});
  if (problem == codes::too_many_digits)
    return error("超过 15 位有效数字，无法精确保存",
                 "has more than 15 significant digits and cannot be kept exactly",
                 {"请按方法规定的位数修约", "round it to the digits that the method prescribes"});
  if (problem == codes::no_detection_limit)
    return error("表示未检出，但不知道检出限", "means not detected, but the detection limit is not known",
                 {"请写成 <0.025 或 0.025L，或在对照表中给出检出限",
                  "write <0.025 or 0.025L, or give the detection limit in the mapping"});
  if (!column.ordinals.empty()) {
    std::string known;
    for (const Ordinal& ordinal : column.ordinals)
      known += fmt::format("{}{}", known.empty() ? "" : " ", ordinal.text);
    return error("不是已知的类别", "is not a known class",
                 {fmt::format("可用：{}", known), fmt::format("known are: {}", known)});
  }
  if (text.find(',') != std::string_view::npos)
    return error("不是数字", "is not a number",
                 {"请去掉千分位逗号和文字，只写数字，如 1234.5",
                  "write the bare number without thousands separators: 1234.5"});
  return error("不是数字", "is not a number",
               {"请写半角数字；缺测请留空", "write a number in plain digits; leave a missing value empty"});
}

}  // namespace tributary::observe
