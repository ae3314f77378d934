#include "casework/methods_compared.h"

#include "allocate/answer.h"
#include "allocate/record.h"
#include "base/text.h"
#include "casework/codes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

std::string text_in(const Json& row, std::string_view column) {
  const auto found = row.find(std::string(column));
  return found == row.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

// «环境基尼系数最小／历史排放等比例» as the record names it, "gini/grandfather"; empty when a part is no
// method.
std::string method_called(std::string_view title) {
  std::string out;
  constexpr std::string_view slash = "／";
  for (bool more = true; more;) {
    const auto at = title.find(slash);
    more = at != std::string_view::npos;
    const std::string_view one = title.substr(0, at);
    const auto found = std::ranges::find_if(allocate::all_methods,
                                            [&](allocate::Method m) { return allocate::title(m).zh == one; });
    if (found == allocate::all_methods.end()) return {};
    out += (out.empty() ? "" : "/") + std::string(allocate::to_string(*found));
    if (more) title.remove_prefix(at + slash.size());
  }
  return out;
}

// Of the whole: by level the first one.
const allocate::Allocation& whole_of(const allocate::Outcome& outcome) {
  for (const allocate::LevelAttempt& way : outcome.levels) {
    if (way.refused) throw Error(*way.refused);
    for (const allocate::Branch& branch : way.branches)
      if (branch.parent.empty()) return branch.allocation;
  }
  if (outcome.attempts.at(0).refused) throw Error(*outcome.attempts[0].refused);
  return *outcome.attempts[0].allocation;
}

// As people are shown it: exactly, or to so many decimals.
bool is_shown_as(const std::string& said, const Rational& exact, int places) {
  if (said == allocate::exact(exact)) return true;
  const auto value = Decimal::try_parse(said);
  if (!value) return false;
  const Rational off = Rational(*value) < exact ? exact - Rational(*value) : Rational(*value) - exact;
  return off + off <= Rational(Decimal::from_parts(1, places)) * Rational::from_fraction(100'001, 100'000);
}

// "population 0.4064; gdp 0.11"
bool are_ginis(const std::string& said, const std::vector<allocate::Gini>& ginis) {
  for (const std::string_view part : split(said, ';')) {
    const std::string one(trim(part));
    const auto blank = one.rfind(' ');
    const auto found = std::ranges::find(ginis, one.substr(0, blank), &allocate::Gini::criterion);
    if (blank == std::string::npos || found == ginis.end() ||
        !is_shown_as(one.substr(blank + 1), found->after, 4))
      return false;
  }
  return true;
}

}  // namespace

void check_methods_compared(const Json& rows, const Text& label, const std::string& record) {
  std::size_t number = 0;
  for (const Json& row : rows) {
    ++number;
    const auto require = [&](bool is, std::string_view column) {
      if (!is)
        throw Error(codes::effect_failed,
                    {fmt::format("“{}”第 {} 行的 {}（“{}”）与按测算记录重算的不一致", label.zh, number,
                                 column, text_in(row, column)),
                     fmt::format("\"{}\", row {}: {} (\"{}\") is not what the record gives", label.en, number,
                                 column, text_in(row, column))},
                    {},
                    {"从分配工作台重新发起，不要改动带入的内容",
                     "begin again in the allocation studio, and change nothing of what it brings"});
    };
    const std::string method = method_called(text_in(row, "method"));
    require(!method.empty(), "method");
    const allocate::Outcome outcome = allocate::recompute(record, method);
    const allocate::Allocation& is = whole_of(outcome);
    const auto figure = [&](std::string_view column, const std::optional<Rational>& exact, int places) {
      if (const std::string said = text_in(row, column); !said.empty())
        require(exact && is_shown_as(said, *exact, places), column);
    };
    if (const std::string said = text_in(row, "gini"); !said.empty())
      require(are_ginis(said, is.ginis), "gini");
    figure("cost", is.cost, 6);
    figure("gaining", Rational(is.gaining), 6);
    figure("losing", Rational(is.losing), 6);
    figure("moved", is.moved, 6);
  }
}

}  // namespace tributary::casework
