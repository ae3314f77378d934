// What was surrendered for the obligation of a period, from the registry of rights.
#include "compensate/inputs.h"
#include "policy/value.h"

#include <fmt/format.h>

namespace tributary::compensate {

using policy::Explanation;

namespace {

// «2025», «2025年度», «2025 national market»: the claim begins with the period, and nothing makes it a longer
// number.
bool is_for(std::string_view claim, const Period& period) {
  const std::string wanted = period.to_string();
  if (!claim.starts_with(wanted)) return false;
  const std::string_view rest = claim.substr(wanted.size());
  return rest.empty() || (rest[0] != '-' && rest[0] != '.' && (rest[0] < '0' || rest[0] > '9'));
}

}  // namespace

GivenInput InputSource::surrendered(const policy::Input& input, const std::string& subject,
                                    const Period& period, const std::vector<RoleHeld>& holders) {
  const bool in_time = input.origin.surrendered == policy::InputOrigin::Surrendered::in_time;
  const Date due = in_time ? input.origin.due->of(period) : Date::max();
  std::vector<std::string> accounts;
  for (const RoleHeld& holder : holders)
    accounts.insert(accounts.end(), holder.accounts.begin(), holder.accounts.end());
  GivenInput out;
  Rational sum;
  std::string undated;
  for (const rights::Surrendered& one : rights_.surrendered(
           {accounts, subject, input.origin.vintage_from.value_or(0), input.origin.vintage_to.value_or(9999)},
           position_)) {
    const bool is_this = is_for(one.claim, period);
    const auto& stated = one.day;
    const Date on = stated.value_or(one.on);
    const bool counts = is_this && on <= due;
    // Entered here after the day, and nobody says when it was done: that is no proof that it was late.
    const bool unclear = is_this && !counts && !stated;
    if (unclear) undated = one.key;
    const std::string project = one.part.project.empty() ? "" : " · " + one.part.project;
    const Rational worth =
        Rational(Decimal::from_parts(one.part.amount, 0)) * in_unit_of(input, one.instrument);
    if (counts) sum = sum + worth;
    Explanation line;
    line.kind = Explanation::Kind::result;
    line.name = fmt::format("{} {}", one.key, one.instrument.code);
    line.title = one.instrument.name;
    line.value = counts ? worth.to_string() : "0";
    line.unit = policy::unit_text(input.type);
    line.numbers = fmt::format("{} {}", one.part.amount, one.instrument.measure);
    line.reason = {fmt::format("{} 年{}，{} {}，用途“{}”{}", one.part.period, project, to_string(on),
                               stated ? "清缴" : "登记", one.claim,
                               counts    ? ""
                               : unclear ? "：没有写明清缴日"
                               : is_this ? "：逾期"
                                         : "：不是这一年度的"),
                   fmt::format("vintage {}{}, {} on {} for \"{}\"{}", one.part.period, project,
                               stated ? "surrendered" : "entered", to_string(on), one.claim,
                               counts    ? ""
                               : unclear ? ": the day of surrender is missing"
                               : is_this ? ": late"
                                         : ": another obligation")};
    line.reference = fmt::format("rights account={} instrument={} position={}", one.account,
                                 one.instrument.code, position_);
    out.behind.push_back(std::move(line));
  }
  if (undated.empty())
    out.value = sum;
  else
    out.reason = {fmt::format("{} 在时限以后才登记，没有写明全国系统里的清缴日：是否逾期，须凭凭证认定", undated),
                  fmt::format("{} was entered after the day and does not say the day of surrender in the national system: "
                              "whether it was late has to be found by the receipt",
                              undated)};
  if (out.behind.empty()) out.reason = {"登记簿中没有清缴", "the registry has no surrender"};
  return out;
}

}  // namespace tributary::compensate
