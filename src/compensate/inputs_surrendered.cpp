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
  for (const rights::Surrendered& one : rights_.surrendered(
           {accounts, subject, input.origin.vintage_from.value_or(0), input.origin.vintage_to.value_or(9999)},
           position_)) {
    const bool is_this = is_for(one.claim, period);
    const bool counts = is_this && one.on <= due;
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
    line.reason = {
        fmt::format("{} 年{}，{} 清缴，用途“{}”{}", one.part.period,
                    project, to_string(one.on), one.claim,
                    counts    ? ""
                    : is_this ? "：逾期"
                              : "：不是这一年度的"),
        fmt::format("vintage {}{}, surrendered on {} for \"{}\"{}", one.part.period, project,
                    to_string(one.on), one.claim,
                    counts    ? ""
                    : is_this ? ": late"
                              : ": another obligation")};
    line.reference = fmt::format("rights account={} instrument={} position={}", one.account,
                                 one.instrument.code, position_);
    out.behind.push_back(std::move(line));
  }
  out.value = sum;
  if (out.behind.empty()) out.reason = {"登记簿中没有清缴", "the registry has no surrender"};
  return out;
}

}  // namespace tributary::compensate
