// Checks unified social credit codes (统一社会信用代码, GB 32100-2015) with the organisation code inside (GB
// 11714).
//
// 18 characters: registry department, category, 6 digits of the registering office's region, 9 of the
// organisation code (8 and its check character), 1 outer check character.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::registry {

// Of several faults one is reported: a wrong length before a wrong character (with a character too many or
// too few, no position means anything), the characters before the checks, the outer check before the inner
// one.
enum class CodeCheck : std::uint8_t { ok, bad_char, bad_len, bad_check, bad_org_check };

std::string_view to_string(CodeCheck check);  // OK | BAD_CHAR | BAD_LEN | BAD_CHECK | BAD_ORG_CHECK

struct UsccCheck {
  CodeCheck outcome = CodeCheck::ok;
  // As typed but trimmed, half-width, upper case. Nothing is repaired: an O stays an O and is a bad
  // character.
  std::string code;
  // From 1: the first bad character, or the check character that does not fit (18 outer, 17 inner); 0 for ok
  // and bad_len.
  int position = 0;
  // The check character that would fit, for bad_check and bad_org_check; else 0.
  char expected = 0;
};

UsccCheck check_uscc(std::string_view typed);

// The check character for the first 17 characters, which must all be of the alphabet:
// (31 − Σ value × 3^(i−1) mod 31) mod 31.
char uscc_check_character(std::string_view first17);
// The GB 11714 check character for 8 characters of 0–9 A–Z: 11 − Σ value × (3 7 9 10 5 8 4 2) mod 11; 10 → X,
// 11 → 0.
char organisation_check_character(std::string_view first8);

}  // namespace tributary::registry
