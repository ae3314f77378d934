#include "rights/lots.h"

#include "base/error.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace tributary::rights {

void Lots::add(Block block) {
  TRIBUTARY_CHECK(block.length > 0 && block.start <= std::numeric_limits<std::int64_t>::max() - block.length,
                  fmt::format("{}+{}", block.start, block.length));
  auto at = std::ranges::lower_bound(blocks_, block.start, {}, &Block::start);
  const bool overlaps = (at != blocks_.end() && at->start < block.end()) ||
                        (at != blocks_.begin() && std::prev(at)->end() > block.start);
  TRIBUTARY_CHECK(!overlaps, fmt::format("{}+{}", block.start, block.length));
  quantity_ += block.length;
  if (at != blocks_.begin() && std::prev(at)->end() == block.start) {
    --at;
    at->length += block.length;
  } else {
    at = blocks_.insert(at, block);
  }
  if (const auto next = std::next(at); next != blocks_.end() && next->start == at->end()) {
    at->length += next->length;
    blocks_.erase(next);
  }
}

std::vector<Block> Lots::take(std::int64_t quantity) {
  TRIBUTARY_CHECK(quantity >= 0 && quantity <= quantity_, fmt::format("{} of {}", quantity, quantity_));
  std::vector<Block> out;
  quantity_ -= quantity;
  std::size_t whole = 0;
  while (quantity > 0) {
    Block& first = blocks_[whole];
    const std::int64_t part = std::min(quantity, first.length);
    out.push_back({first.start, part});
    first.start += part;
    first.length -= part;
    quantity -= part;
    if (first.length == 0) ++whole;
  }
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<std::ptrdiff_t>(whole));
  return out;
}

bool partitions(const Block& parent, const std::vector<Block>& parts) {
  std::int64_t at = parent.start;
  for (const Block& part : parts) {
    if (part.start != at || part.length <= 0) return false;
    at = part.end();
  }
  return at == parent.end();
}

}  // namespace tributary::rights
