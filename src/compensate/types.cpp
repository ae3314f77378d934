#include "compensate/types.h"

#include "base/text.h"

#include <array>

namespace tributary::compensate {
namespace {

struct StateName {
  StatementState state;
  std::string_view name;
  const char* zh;
};
constexpr std::array names{StateName{StatementState::drafted, "drafted", "拟稿"},
                           StateName{StatementState::published, "published", "已公示"},
                           StateName{StatementState::objected, "objected", "有异议"},
                           StateName{StatementState::confirmed, "confirmed", "已确认"},
                           StateName{StatementState::posted, "posted", "已入账"},
                           StateName{StatementState::paid, "paid", "已付款"}};

}  // namespace

std::string_view to_string(StatementState state) {
  return names[static_cast<std::size_t>(state)].name;
}

Text title_of(StatementState state) {
  const StateName& entry = names[static_cast<std::size_t>(state)];
  return {entry.zh, std::string(entry.name)};
}

std::optional<StatementState> parse_state(std::string_view name) {
  for (const StateName& entry : names)
    if (entry.name == name) return entry.state;
  return std::nullopt;
}

Decimal yuan(std::int64_t fen) {
  return Decimal::from_parts(fen, 2);
}
std::string yuan_text(std::int64_t fen) {
  return group_thousands(yuan(fen).to_string());
}

}  // namespace tributary::compensate
