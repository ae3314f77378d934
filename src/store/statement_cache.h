// The statements a connection has prepared, least recently used ones dropped; private to `store`.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tributary::store {

template <class Handle>
class StatementCache {
 public:
  explicit StatementCache(std::size_t size) : size_(size) {}

  // Null when the key is not kept. The pointer holds until the next keep() or clear().
  Handle* find(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return &recent_.front().second;
  }
  // Keeps a new key; returns what had to go for it.
  std::optional<Handle> keep(std::string key, Handle handle) {
    recent_.emplace_front(std::move(key), std::move(handle));
    by_key_[recent_.front().first] = recent_.begin();
    if (recent_.size() <= size_) return std::nullopt;
    std::optional<Handle> gone(std::move(recent_.back().second));
    by_key_.erase(recent_.back().first);
    recent_.pop_back();
    return gone;
  }
  void clear() {
    by_key_.clear();
    recent_.clear();
  }

 private:
  using Entry = std::pair<std::string, Handle>;
  std::size_t size_;
  std::list<Entry> recent_;  // most recently used first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> by_key_;  // keys live in recent_
};

}  // namespace tributary::store
