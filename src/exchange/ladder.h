// One side of a book: a level per tick of the band, orders of a level in a linked list in order of time, the levels in use
// in a bitmap of three storeys. Everything is found by index; nothing is allocated while trading.
#pragma once

#include "exchange/types.h"

#include <bit>

namespace tributary::exchange {

using Slot = std::uint32_t;
inline constexpr Slot no_slot = std::numeric_limits<Slot>::max();

// An order that rests, or is being matched. One cache line.
struct alignas(64) Resting {
  OrderId id = 0;
  std::uint64_t sequence = 0;  // of its place in time
  Quantity left = 0;
  Quantity filled = 0;
  Quantity min_qty = 0;
  std::uint32_t level = 0;
  Slot next = no_slot;
  Slot previous = no_slot;
  AccountNumber account = 0;
  std::uint32_t group = 0;
  Side side = Side::buy;
  OrderType type = OrderType::limit;
  Stands stands = Stands::day;
};
static_assert(sizeof(Resting) == 64);

// The levels in use, found in at most three steps up and three down.
class LevelMap {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  void resize(std::size_t levels) {
    for (auto& storey : storeys_) {
      levels = (levels + 63) / 64;
      storey.assign(levels, 0);
    }
  }
  void set(std::uint32_t level) {
    for (auto& storey : storeys_) {
      storey[level >> 6] |= bit(level);
      level >>= 6;
    }
  }
  void clear(std::uint32_t level) {
    for (auto& storey : storeys_) {
      std::uint64_t& word = storey[level >> 6];
      word &= ~bit(level);
      if (word != 0) return;
      level >>= 6;
    }
  }
  // The nearest level in use at or above, at or below.
  std::uint32_t at_or_above(std::uint32_t level) const {
    for (std::size_t s = 0; s < storeys_.size(); ++s) {
      const std::size_t at = level >> 6;
      if (at >= storeys_[s].size()) return none;
      if (const std::uint64_t word = storeys_[s][at] >> (level & 63)) {
        level += static_cast<std::uint32_t>(std::countr_zero(word));
        while (s-- > 0)
          level = (level << 6) + static_cast<std::uint32_t>(std::countr_zero(storeys_[s][level]));
        return level;
      }
      level = (level >> 6) + 1;
    }
    return none;
  }
  std::uint32_t at_or_below(std::uint32_t level) const {
    for (std::size_t s = 0; s < storeys_.size(); ++s) {
      if (const std::uint64_t word = storeys_[s][level >> 6] << (63 - (level & 63))) {
        level -= static_cast<std::uint32_t>(std::countl_zero(word));
        while (s-- > 0)
          level = (level << 6) + 63 - static_cast<std::uint32_t>(std::countl_zero(storeys_[s][level]));
        return level;
      }
      if (level >> 6 == 0) return none;
      level = (level >> 6) - 1;
    }
    return none;
  }

 private:
  static constexpr std::uint64_t bit(std::uint32_t level) { return std::uint64_t{1} << (level & 63); }
  std::array<std::vector<std::uint64_t>, 3> storeys_;
};

class Ladder {
 public:
  struct Level {
    Slot first = no_slot;
    Slot last = no_slot;
    Quantity qty = 0;
  };
  static constexpr std::uint32_t none = LevelMap::none;

  explicit Ladder(Side side) : side_(side) {}

  void resize(std::size_t levels) {
    levels_.assign(levels, {});
    used_.resize(levels);
    best_ = none;
  }
  std::uint32_t best() const { return best_; }
  const Level& operator[](std::uint32_t level) const { return levels_[level]; }
  bool better(std::uint32_t a, std::uint32_t b) const { return side_ == Side::buy ? a > b : a < b; }
  // The next level in use after this one, away from the best.
  std::uint32_t after(std::uint32_t level) const {
    if (side_ == Side::sell) return used_.at_or_above(level + 1);
    return level == 0 ? none : used_.at_or_below(level - 1);
  }

  // Last in its level.
  void add(std::vector<Resting>& orders, Slot slot) {
    Resting& order = orders[slot];
    Level& level = levels_[order.level];
    order.next = no_slot;
    order.previous = level.last;
    if (level.last == no_slot) {
      level.first = slot;
      used_.set(order.level);
      if (best_ == none || better(order.level, best_)) best_ = order.level;
    } else {
      orders[level.last].next = slot;
    }
    level.last = slot;
    level.qty += order.left;
  }
  void remove(std::vector<Resting>& orders, Slot slot) {
    const Resting& order = orders[slot];
    Level& level = levels_[order.level];
    (order.previous == no_slot ? level.first : orders[order.previous].next) = order.next;
    (order.next == no_slot ? level.last : orders[order.next].previous) = order.previous;
    level.qty -= order.left;
    if (level.first != no_slot) return;
    used_.clear(order.level);
    if (best_ == order.level) best_ = after(order.level);
  }
  // Before `left` of an order in this level falls by so much.
  void shrink(std::uint32_t level, Quantity by) { levels_[level].qty -= by; }

 private:
  Side side_;
  std::uint32_t best_ = none;
  std::vector<Level> levels_;
  LevelMap used_;
};

}  // namespace tributary::exchange
