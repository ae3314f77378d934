#include "cli/figures.h"

#include "base/text.h"
#include "cli/codes.h"

#include <fmt/format.h>

namespace tributary::cli {

std::ifstream opened(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) read_file(path);  // says why
  return in;
}

std::string exact(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? value.to_fraction() : text;
}
std::string rounded(const Rational& value, int places) {
  return value.to_decimal(places, Rounding::half_even).normalized().to_string();
}
Error bad_option(const std::string& option, const std::string& text, const Text& expected) {
  return {codes::bad_usage,
          {fmt::format("{} 的值“{}”有误：{}", option, text, expected.zh),
           fmt::format("{}: \"{}\" is wrong: {}", option, text, expected.en)},
          {},
          {}};
}

Rational number_option(const std::string& option, std::string_view text) {
  if (const auto value = Decimal::try_parse(trim(text)); value && value->sign() >= 0) return Rational(*value);
  throw bad_option(option, std::string(text), {"应为不小于零的数", "a number of at least zero is expected"});
}
Rational percent_option(const std::string& option, std::string_view text) {
  if (text.ends_with("%")) text.remove_suffix(1);
  const Rational out = number_option(option, text) * Rational::from_fraction(1, 100);
  if (out > Rational(1))
    throw bad_option(option, std::string(text), {"不得超过 100%", "at most 100 % are possible"});
  return out;
}
std::pair<std::string, std::string> assignment(const std::string& option, const std::string& text) {
  const auto at = text.rfind('=');
  if (at == std::string::npos || at == 0)
    throw bad_option(option, text, {"应为 名称=数", "NAME=NUMBER is expected"});
  return {text.substr(0, at), text.substr(at + 1)};
}

}  // namespace tributary::cli
