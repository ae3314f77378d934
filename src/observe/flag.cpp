#include "observe/flag.h"

#include <fmt/format.h>

namespace tributary::observe {

std::string_view to_string(Flag flag) {
  switch (flag) {
    case Flag::valid:
      return "valid";
    case Flag::below_limit:
      return "below_limit";
    case Flag::missing:
      return "missing";
    case Flag::filtered:
      return "filtered";
    case Flag::maintenance:
      return "maintenance";
    case Flag::suspect:
      return "suspect";
    case Flag::conflicting:
      return "conflicting";
  }
  return "";
}

Text title_of(Flag flag) {
  switch (flag) {
    case Flag::valid:
      return {"有效", "valid"};
    case Flag::below_limit:
      return {"未检出", "below the detection limit"};
    case Flag::missing:
      return {"缺测", "missing"};
    case Flag::filtered:
      return {"极值过滤", "filtered by the publisher"};
    case Flag::maintenance:
      return {"维护", "under maintenance"};
    case Flag::suspect:
      return {"存疑", "suspect"};
    case Flag::conflicting:
      return {"矛盾", "conflicting"};
  }
  return {};
}

std::optional<Flag> parse_flag(std::string_view name) {
  for (const Flag flag : all_flags)
    if (to_string(flag) == name) return flag;
  return std::nullopt;
}

Flag flag_from_number(std::int64_t number) {
  for (const Flag flag : all_flags)
    if (static_cast<std::int64_t>(flag) == number) return flag;
  broken_invariant("flag is known", __FILE__, __LINE__, fmt::format("flag={}", number));
}

}  // namespace tributary::observe
