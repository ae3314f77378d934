// Ids are distinct types: a PartyId can never be passed where a PlaceId is due.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace tributary {
inline namespace base {

template <class Tag, class Rep = std::int64_t>
struct Id {
  Rep value{};
  auto operator<=>(const Id&) const = default;
};

}  // namespace base
}  // namespace tributary

template <class Tag, class Rep>
struct std::hash<tributary::Id<Tag, Rep>> {
  std::size_t operator()(const tributary::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
