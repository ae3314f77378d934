// A linear programme with named rows and columns, in exact fractions:
//
//   minimise or maximise  Σ cost·x   subject to  lower ≤ Σ coefficient·x ≤ upper (rows),  lower ≤ x ≤ upper
#pragma once

#include "base/rational.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::optimise {

enum class Sense : std::uint8_t { minimise, maximise };

// A coefficient and what it belongs to: a column in a row, or a row in a column.
struct Term {
  std::size_t index = 0;
  Rational value;
};

// Without a bound the side is open.
struct Column {
  std::string name;
  std::optional<Rational> lower = Rational(0);
  std::optional<Rational> upper{};
  Rational cost{};
};

struct Row {
  std::string name;
  std::optional<Rational> lower{};
  std::optional<Rational> upper{};
  std::vector<Term> terms{};  // by column; once in a model each column stands once, without zeros
};

class Model {
 public:
  explicit Model(Sense sense) : sense_(sense) {}

  std::size_t add(Column column);
  // Terms of the same column are added up. Throws bad_model for a column that is not there.
  std::size_t add(Row row);
  void set_cost(std::size_t column, Rational cost) { columns_[column].cost = std::move(cost); }
  void set_bounds(std::size_t column, std::optional<Rational> lower, std::optional<Rational> upper);

  Sense sense() const { return sense_; }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<Row>& rows() const { return rows_; }
  // The coefficients of one column, by row.
  const std::vector<Term>& column_terms(std::size_t column) const { return by_column_[column]; }

 private:
  Sense sense_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
  std::vector<std::vector<Term>> by_column_;
};

// The model as CPLEX LP text, as `glpsol --lp` reads it. Names that the format does not allow are replaced by
// x1, x2 … and r1, r2 …, with a comment that says which is which; a row with two different bounds becomes two
// rows. Coefficients are exact decimals where there are such, else 17 digits.
std::string to_lp(const Model& model);

}  // namespace tributary::optimise
