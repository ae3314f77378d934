#include "compensate/duties.h"

#include "base/text.h"
#include "compensate/codes.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

namespace tributary::compensate {
namespace {

struct StepName {
  std::string_view event;
  std::string_view zh;
  std::string_view en;
};
constexpr std::array step_names = std::to_array<StepName>({{"drafted", "拟稿", "draft"},
                                                           {"published", "公示", "publish"},
                                                           {"objected", "提出异议", "object to"},
                                                           {"confirmed", "确认", "confirm"},
                                                           {"posted", "入账", "post"},
                                                           {"paid", "登记付款", "record the payment of"}});

const StepName& name_of(std::string_view event) {
  return *std::find_if(step_names.begin(), step_names.end() - 1,
                       [&](const StepName& n) { return n.event == event; });
}

bool excludes(std::string_view step, std::string_view earlier) {
  if (step == "confirmed") return earlier == "drafted" || earlier == "published" || earlier == "objected";
  if (step == "posted" || step == "paid") return earlier == "confirmed";
  return false;
}

std::string person(std::string_view name) {
  return fold_width_upper(trim(name));
}

}  // namespace

std::optional<StatementEvent> conflicting_step(const Statement& statement, std::string_view step,
                                               std::string_view by) {
  for (const StatementEvent& event : statement.events)
    if (excludes(step, event.event) && person(event.by) == person(by)) return event;
  return std::nullopt;
}

void require_other_person(const Statement& statement, std::string_view step, std::string_view by) {
  const auto earlier = conflicting_step(statement, step, by);
  if (!earlier) return;
  const StepName& before = name_of(earlier->event);
  const StepName& now = name_of(step);
  throw Error(
      codes::same_person,
      {fmt::format("{} 已为结算单 {} {}，不能再由其{}", by, statement.id, before.zh, now.zh),
       fmt::format("{} did {} statement {} and may not {} it too", by, before.en, statement.id, now.en)},
      {},
      {"请由另一人办理（命令行用 --by 写明经办人）",
       "another person must do it (on the command line: --by)"});
}

}  // namespace tributary::compensate
