#include "bank/reference.h"

#include "base/error.h"
#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::bank {
namespace {

constexpr std::size_t digits = 12;  // two to check, six of the batch, four of the line

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int mod97(std::string_view number) {
  int left = 0;
  for (const char c : number) left = (left * 10 + (c - '0')) % 97;
  return left;
}

// The letters RF as numbers, R = 27 and F = 15, then the check digits.
int remainder(std::string_view body, std::string_view check) {
  return mod97(fmt::format("{}2715{}", body, check));
}

}  // namespace

std::string reference_of(std::int64_t batch, std::int64_t line) {
  TRIBUTARY_CHECK(batch > 0 && batch <= most_batches && line > 0 && line <= most_lines,
                  fmt::format("batch={} line={}", batch, line));
  const std::string body = fmt::format("{:06}{:04}", batch, line);
  return fmt::format("RF{:02}{}", 98 - remainder(body, "00"), body);
}

bool is_reference(std::string_view text) {
  return text.size() == 2 + digits && text.starts_with("RF") && std::ranges::all_of(text.substr(2), is_digit) &&
         remainder(text.substr(4), text.substr(2, 2)) == 1;
}

std::vector<std::string> references_in(std::string_view remark) {
  const std::string text = fold_width_upper(remark);
  std::vector<std::string> out;
  for (std::size_t at = text.find("RF"); at != std::string::npos; at = text.find("RF", at + 2)) {
    std::size_t end = at + 2;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end - at - 2 < digits / 2) continue;  // a word, not a reference
    const std::string one = text.substr(at, end - at);
    if (std::ranges::find(out, one) == out.end()) out.push_back(one);
  }
  return out;
}

}  // namespace tributary::bank
