// Many values as one parameter: one statement instead of thousands.
#pragma once

#include "store/store.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tributary::store {

// JSON on SQLite, an array on PostgreSQL.
class List {
 public:
  explicit List(Dialect dialect) : open_(dialect == Dialect::sqlite ? '[' : '{'), text_(1, open_) {}
  void add(std::int64_t value);
  void add(std::string_view value);  // without control characters
  bool empty() const { return text_.size() == 1; }
  std::string text() const { return text_ + (open_ == '[' ? ']' : '}'); }

 private:
  void comma() {
    if (!empty()) text_ += ',';
  }
  char open_;
  std::string text_;
};

// A List as a table `j` with one column `value`; one parameter. Put it first and CROSS JOIN the rest: SQLite
// keeps that order, where its planner, which has no statistics, would rather read the whole table than look
// up each value.
std::string_view integers_table(Dialect dialect);
std::string_view texts_table(Dialect dialect);

}  // namespace tributary::store
