// Lists that cost much to make and change seldom, kept until what they were made from changes.
#pragma once

#include "api/json.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tributary::api {

class Remembered {
 public:
  using List = std::shared_ptr<const std::vector<Json>>;

  // Nothing when it was not kept, or was made from something else (`stamp`).
  List find(const std::string& name, const std::string& stamp) const {
    const std::lock_guard lock(mutex_);
    const auto found = lists_.find(name);
    return found == lists_.end() || found->second.stamp != stamp ? nullptr : found->second.list;
  }
  void keep(const std::string& name, const std::string& stamp, List list) {
    const std::lock_guard lock(mutex_);
    if (lists_.size() >= most) lists_.clear();
    lists_[name] = {stamp, std::move(list)};
  }

 private:
  static constexpr std::size_t most = 500;
  struct Entry {
    std::string stamp;
    List list;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Entry> lists_;
};

}  // namespace tributary::api
