#include "casework/leaks.h"

#include "base/decimal.h"
#include "base/text.h"
#include "registry/uscc.h"

#include <cctype>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// A run of digits, an X at its end counted, as people write it: groups with one space or hyphen between.
struct Run {
  std::vector<std::string> groups;
  std::size_t begin = 0;
  bool in_word = false;  // letters stand right before or behind it: a code, not a number

  std::string whole() const {
    std::string out;
    for (const std::string& group : groups) out += group;
    return out;
  }
};

std::vector<Run> runs_of(const std::string& text) {
  std::vector<Run> out;
  for (std::size_t i = 0; i < text.size();) {
    if (!digit(text[i])) {
      ++i;
      continue;
    }
    Run run;
    run.begin = i;
    run.in_word = i > 0 && std::isalpha(static_cast<unsigned char>(text[i - 1])) != 0;
    while (i < text.size() && digit(text[i])) {
      std::string group;
      while (i < text.size() && digit(text[i])) group += text[i++];
      if (i < text.size() && text[i] == 'X') group += text[i++];
      run.groups.push_back(std::move(group));
      if (i + 1 < text.size() && (text[i] == ' ' || text[i] == '-') && digit(text[i + 1])) ++i;
    }
    run.in_word = run.in_word || (i < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) != 0);
    out.push_back(std::move(run));
  }
  return out;
}

bool citizen(const std::string& number) {
  if (number.size() != 18) return false;
  const auto part = [&](std::size_t at, std::size_t n) {
    return Decimal::parse(number.substr(at, n)).to_int64();
  };
  const bool day = part(6, 4) >= 1900 && part(6, 4) < 2100 && part(10, 2) >= 1 && part(10, 2) <= 12 &&
                   part(12, 2) >= 1 && part(12, 2) <= 31;
  // One with a slip in its check character is somebody's number all the same.
  return day && registry::check_uscc(number).outcome != registry::CodeCheck::ok;
}

bool mobile(const std::string& number) {
  const std::size_t from = number.size() == 13 && number.starts_with("86") ? 2 : 0;
  return number.size() - from == 11 && number[from] == '1' && number[from + 1] >= '3';
}

bool bank_card(const std::string& number) {
  if (number.size() < 16 || number.size() > 19 || number.back() == 'X') return false;
  int sum = 0;
  for (std::size_t i = 0; i < number.size(); ++i) {
    int value = number[number.size() - 1 - i] - '0';
    if (i % 2 == 1) value = value > 4 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0 && registry::check_uscc(number).outcome != registry::CodeCheck::ok;
}

bool called_account(const std::string& text, std::size_t begin) {
  const std::string before = text.substr(begin < 24 ? 0 : begin - 24, begin < 24 ? begin : 24);
  for (const std::string_view word : {"账号", "帐号", "卡号", "账户"}) {
    const std::size_t at = before.rfind(word);
    if (at == std::string::npos) continue;
    const std::string between = before.substr(at + word.size());
    if (between.empty() || between == ":" || between == " " || between == ": " || between == "为" ||
        between == "是")
      return true;
  }
  return false;
}

}  // namespace

std::optional<Text> personal_number_in(std::string_view given) {
  const std::string text = fold_width_upper(given);
  for (const Run& run : runs_of(text)) {
    // Numbers that happen to stand side by side are looked at one by one, too.
    std::vector<std::string> numbers = run.groups;
    if (run.groups.size() > 1) numbers.push_back(run.whole());
    for (const std::string& number : numbers) {
      if (!run.in_word && citizen(number)) return Text{"像是身份证号", "what looks like a citizen number"};
      if (!run.in_word && mobile(number))
        return Text{"像是个人手机号", "what looks like a private phone number"};
      if (!run.in_word && bank_card(number))
        return Text{"像是银行卡号", "what looks like the number of a bank card"};
      if (number.size() >= 9 && called_account(text, run.begin))
        return Text{"像是银行账号", "what looks like the number of a bank account"};
    }
  }
  return std::nullopt;
}

}  // namespace tributary::casework
