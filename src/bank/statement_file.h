// A bank's statement as a file: read strictly by its layout, every fault told at once.
#pragma once

#include "bank/layout.h"
#include "base/error.h"
#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::bank {

struct StatementRow {
  long line = 0;  // in the file, from 1
  Date day;
  std::string serial;
  std::int64_t fen = 0;  // above zero: came in
  std::optional<std::int64_t> balance{};
  std::string account, name;  // of the other side, as the bank writes them; may be empty
  std::string remark;
};

struct StatementFile {
  std::string name;
  std::string sha256;  // of the bytes as they came
  std::vector<StatementRow> rows;  // oldest first
};

inline constexpr std::size_t most_faults = 100;

// As an error it is the first of them, in the order of the file.
class BadFile : public Error {
 public:
  explicit BadFile(std::vector<Error> faults);  // not empty
  const std::vector<Error>& faults() const { return faults_; }

 private:
  std::vector<Error> faults_;
};

// Throws bad_encoding, base's bad_csv, and BadFile: bad_file (heading), bad_row (cells), balance_broken. With
// balances, each line's is that of the line before it and its amount, and days do not go back.
StatementFile read_statement(const std::string& bytes, const std::string& name, const BankLayout& layout,
                             const BankAccount& account);

}  // namespace tributary::bank
