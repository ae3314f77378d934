// Private: a heading and rows as people send them, read to the end; faults are gathered on the way.
#pragma once

#include "allocate/faults.h"
#include "base/rational.h"

#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::allocate {

class Sheet {
 public:
  struct Row {
    long line = 0;
    std::vector<std::string> cells;  // trimmed, as many as the heading has
  };

  // Throws bad_csv, and BadTable where there is no heading or the bytes are not UTF-8. A row that is too short or
  // too long is a fault and left out.
  Sheet(std::istream& in, std::string file);

  const std::vector<std::string>& heads() const { return heads_; }
  const std::vector<Row>& rows() const { return rows_; }

  Where where(long line, std::size_t column) const;  // with the heading as its field
  void fault(const Code& code, Where where, Text message, Text hint = {});
  // nullopt with a fault where it is none. Blank is nullopt without one.
  std::optional<Rational> number(const Row& row, std::size_t column, bool may_be_negative);
  // A name that is there and has not been there yet.
  void name_once(const Row& row, std::size_t column);
  // Throws BadTable when there is any; of a heading that is wrong, where no row can be understood, these alone.
  void finish_heading();
  void finish();

 private:
  std::string file_;
  std::vector<std::string> heads_;
  std::vector<Row> rows_;
  std::vector<TableFault> faults_;
  std::map<std::string, long> names_;
};

}  // namespace tributary::allocate
