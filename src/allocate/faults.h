// What is wrong with a table, all of it: whoever filled it in mends it in one go.
#pragma once

#include "base/error.h"

#include <string>
#include <vector>

namespace tributary::allocate {

inline constexpr std::size_t most_faults = 100;

struct TableFault {
  Code code;
  Where where;  // line and column of the table, from 1, the heading being line 1; 0: not of one cell
  Text message;
  Text hint{};
};

// As an error it is the first of them, in the order of the cells.
class BadTable : public Error {
 public:
  explicit BadTable(std::vector<TableFault> faults);  // not empty
  const std::vector<TableFault>& faults() const { return faults_; }

 private:
  std::vector<TableFault> faults_;
};

}  // namespace tributary::allocate
