#include "exchange/smart_market_number.h"

#include <algorithm>

namespace tributary::exchange::smart_market {
namespace {

// Whole numbers are put together from pieces that fit into 64 bits.
constexpr std::size_t piece = 15;

std::optional<Rational> digits(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return '0' <= c && c <= '9'; }))
    return std::nullopt;
  Rational out;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    const std::string_view part = text.substr(0, piece);
    std::int64_t value = 0;
    for (const char c : part) value = value * 10 + (c - '0');
    out = out * Rational::power_of_ten(static_cast<int>(part.size())) + Rational::from_int(value);
  }
  return out;
}

std::optional<Rational> decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  std::optional<Rational> out = digits(text.substr(0, point));
  if (out && point != std::string_view::npos) {
    const std::string_view after = text.substr(point + 1);
    const auto part = digits(after);
    if (!part) return std::nullopt;
    for (std::size_t i = 0; i < after.size(); ++i) *out *= Rational(10);
    *out += *part;
    for (std::size_t i = 0; i < after.size(); ++i) *out = *out / Rational(10);
  }
  return out && negative ? -*out : out;
}

}  // namespace

std::optional<Rational> exact_number(std::string_view text) {
  const auto bar = text.find('/');
  const auto above = decimal(text.substr(0, bar));
  if (bar == std::string_view::npos || !above) return above;
  const auto below = decimal(text.substr(bar + 1));
  if (!below || below->is_zero()) return std::nullopt;
  return *above / *below;
}

}  // namespace tributary::exchange::smart_market
