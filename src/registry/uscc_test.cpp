#include "registry/uscc.h"

#include <random>

#include <gtest/gtest.h>

namespace tributary::registry {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// A code with both checks right. The outer alphabet holds every inner check character (0–9, X).
std::string random_code(std::mt19937& random) {
  std::string code;
  for (int i = 0; i < 16; ++i)
    code += i >= 2 && i < 8 ? static_cast<char>('0' + random() % 10) : alphabet[random() % 31];
  code += organisation_check_character(std::string_view(code).substr(8, 8));
  code += uscc_check_character(code);
  return code;
}

TEST(Uscc, Table) {
  struct Case {
    const char* typed;
    CodeCheck outcome;
    int position;
  };
  for (const Case& c : {
           Case{"91350100M000100Y43", CodeCheck::ok, 0},
           Case{"  91350100m000100y43\t", CodeCheck::ok, 0},
           Case{"９１３５０１００Ｍ０００１００Ｙ４３", CodeCheck::ok, 0},
           Case{"91350100M000100Y4", CodeCheck::bad_len, 0},
           Case{"91350100M000100Y433", CodeCheck::bad_len, 0},
           Case{"9135 0100M000100Y43", CodeCheck::bad_len, 0},
           Case{"", CodeCheck::bad_len, 0},
           Case{"I1350100M000100Y4", CodeCheck::bad_len, 0},  // both wrong: the length is reported
           Case{"9135O100M000100Y43", CodeCheck::bad_char, 5},
           Case{"91350100M00010谯043", CodeCheck::bad_char, 15},
           Case{"91350100M000100Z43", CodeCheck::bad_char, 16},
           Case{"91350100M000100Y44", CodeCheck::bad_check, 18},
           Case{"91350100M000100X43", CodeCheck::bad_check, 18},
       }) {
    const UsccCheck check = check_uscc(c.typed);
    EXPECT_EQ(check.outcome, c.outcome) << c.typed << " " << to_string(check.outcome);
    EXPECT_EQ(check.position, c.position) << c.typed;
  }
  EXPECT_EQ(check_uscc("９１３５０１００m000100Y43").code, "91350100M000100Y43");
  EXPECT_EQ(check_uscc("9135O100M000100Y43").code, "9135O100M000100Y43");  // O is not made a 0
  EXPECT_EQ(check_uscc("91350100M000100Y44").expected, '3');
  EXPECT_EQ(to_string(CodeCheck::bad_org_check), "BAD_ORG_CHECK");
}

TEST(Uscc, OrganisationCode) {
  // The digits of the example: M000100Y-4, from GB 32100's own letters but GB 11714's values (M = 22, Y =
  // 34).
  EXPECT_EQ(organisation_check_character("M000100Y"), '4');
  // Σ mod 11 = 1 → 10 → X; Σ mod 11 = 0 → 11 → 0.
  EXPECT_EQ(organisation_check_character("00000006"), 'X');
  EXPECT_EQ(organisation_check_character("00000000"), '0');
}

TEST(Uscc, WrongInnerCheckWithRightOuterOne) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string code = random_code(random);
    const char right = code[16];
    do code[16] = alphabet[random() % 31];
    while (code[16] == right);
    code.pop_back();
    code += uscc_check_character(code);
    const UsccCheck check = check_uscc(code);
    ASSERT_EQ(check.outcome, CodeCheck::bad_org_check) << code;
    EXPECT_EQ(check.position, 17);
    EXPECT_EQ(check.expected, right);
  }
}

// Every outer check character occurs, also the 0 that comes from 31 mod 31.
TEST(Uscc, GeneratedCodesPassAndOneChangedCharacterFails) {
  std::mt19937 random(32100);
  std::string seen;
  for (int i = 0; i < 500; ++i) {
    const std::string code = random_code(random);
    ASSERT_EQ(check_uscc(code).outcome, CodeCheck::ok) << code;
    if (seen.find(code.back()) == std::string::npos) seen += code.back();
    for (std::size_t at = 0; at < 18; ++at)
      for (char c = '0'; c <= 'Z'; ++c) {
        if (c == code[at]) continue;
        std::string changed = code;
        changed[at] = c;
        ASSERT_NE(check_uscc(changed).outcome, CodeCheck::ok) << code << " → " << changed;
      }
  }
  EXPECT_EQ(seen.size(), 31U);
}

// A second, obvious implementation of the outer check: weights by repeated multiplication.
TEST(Uscc, OuterCheckAgainstDefinition) {
  std::mt19937 random(7);
  for (int i = 0; i < 1000; ++i) {
    std::string code;
    for (int j = 0; j < 17; ++j) code += alphabet[random() % 31];
    long weight = 1;
    long sum = 0;
    for (char c : code) {
      sum += static_cast<long>(alphabet.find(c)) * weight;
      weight = weight * 3 % 31;
    }
    const long value = static_cast<long>(alphabet.find(uscc_check_character(code)));
    ASSERT_EQ((sum + value) % 31, 0) << code;
  }
}

}  // namespace
}  // namespace tributary::registry
