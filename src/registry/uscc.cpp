#include "registry/uscc.h"

#include "base/error.h"
#include "base/text.h"

#include <array>

namespace tributary::registry {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";  // without I O S V Z
static_assert(alphabet.size() == 31);
constexpr std::array outer_weights{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
constexpr std::array inner_weights{3, 7, 9, 10, 5, 8, 4, 2};
constexpr std::size_t organisation_from = 8;  // the organisation code is characters 9 to 17

// GB 11714 counts in its own table of 36 letters, not in the 31 of GB 32100.
int organisation_value(char c) {
  return c <= '9' ? c - '0' : c - 'A' + 10;
}

// Characters, not bytes: one Chinese character typed by mistake is one character too many.
std::size_t count_characters(std::string_view text) {
  std::size_t n = 0;
  for (char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return n;
}

}  // namespace

std::string_view to_string(CodeCheck check) {
  switch (check) {
    case CodeCheck::ok:
      return "OK";
    case CodeCheck::bad_char:
      return "BAD_CHAR";
    case CodeCheck::bad_len:
      return "BAD_LEN";
    case CodeCheck::bad_check:
      return "BAD_CHECK";
    case CodeCheck::bad_org_check:
      return "BAD_ORG_CHECK";
  }
  return "";
}

char uscc_check_character(std::string_view first17) {
  TRIBUTARY_CHECK(first17.size() == outer_weights.size(), std::string(first17));
  int sum = 0;
  for (std::size_t i = 0; i < first17.size(); ++i) {
    const std::size_t value = alphabet.find(first17[i]);
    TRIBUTARY_CHECK(value != std::string_view::npos, std::string(first17));
    sum += static_cast<int>(value) * outer_weights[i];
  }
  return alphabet[static_cast<std::size_t>((31 - sum % 31) % 31)];  // the outer mod turns 31 into 0
}

char organisation_check_character(std::string_view first8) {
  TRIBUTARY_CHECK(first8.size() == inner_weights.size(), std::string(first8));
  int sum = 0;
  for (std::size_t i = 0; i < first8.size(); ++i) sum += organisation_value(first8[i]) * inner_weights[i];
  const int check = 11 - sum % 11;
  return check == 10 ? 'X' : check == 11 ? '0' : static_cast<char>('0' + check);
}

UsccCheck check_uscc(std::string_view typed) {
  UsccCheck out;
  out.code = fold_width_upper(trim(typed));
  if (count_characters(out.code) != 18) {
    out.outcome = CodeCheck::bad_len;
    return out;
  }
  int position = 0;
  for (char c : out.code) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++position;
    if (alphabet.find(c) != std::string_view::npos) continue;
    out.outcome = CodeCheck::bad_char;
    out.position = position;
    return out;
  }
  const std::string_view code = out.code;
  if (const char expected = uscc_check_character(code.substr(0, 17)); code[17] != expected) {
    out.outcome = CodeCheck::bad_check;
    out.position = 18;
    out.expected = expected;
  } else if (const char inner = organisation_check_character(code.substr(organisation_from, 8));
             code[16] != inner) {
    out.outcome = CodeCheck::bad_org_check;
    out.position = 17;
    out.expected = inner;
  }
  return out;
}

}  // namespace tributary::registry
