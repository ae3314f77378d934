// Serial blocks: which numbered units stand beneath a balance.
#pragma once

#include <cstdint>
#include <vector>

namespace tributary::rights {

// The units start, start + 1, …, start + length - 1 of one instrument.
struct Block {
  std::int64_t start = 0;
  std::int64_t length = 0;
  std::int64_t end() const { return start + length; }
  bool operator==(const Block&) const = default;
};

// Blocks in the order of their numbers, disjoint; neighbours are joined. What a cell of the registry holds.
class Lots {
 public:
  Lots() = default;
  const std::vector<Block>& blocks() const { return blocks_; }
  std::int64_t quantity() const { return quantity_; }
  // Adds one; a broken invariant when it overlaps another.
  void add(Block block);
  // Takes exactly that many, the lowest numbers first; the last block is split exactly where needed. A broken
  // invariant when there are not so many.
  std::vector<Block> take(std::int64_t quantity);

 private:
  std::vector<Block> blocks_;
  std::int64_t quantity_ = 0;
};

// True when the parts lie inside the parent, in order, side by side, and together are all of it.
bool partitions(const Block& parent, const std::vector<Block>& parts);

}  // namespace tributary::rights
