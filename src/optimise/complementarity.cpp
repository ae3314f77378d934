#include "optimise/complementarity.h"

namespace tributary::optimise {
namespace {

// Rows of: w − M·z − z0·1 = q. Columns: w (they hold the inverse of the basis), z, z0, right side.
class Tableau {
 public:
  Tableau(const std::vector<std::vector<Rational>>& matrix, const std::vector<Rational>& q)
      : n_(q.size()), rows_(n_, std::vector<Rational>(2 * n_ + 2)), basic_(n_) {
    for (std::size_t i = 0; i < n_; ++i) {
      rows_[i][i] = Rational(1);
      for (std::size_t j = 0; j < n_; ++j) rows_[i][n_ + j] = -matrix[i][j];
      rows_[i][artificial()] = Rational(-1);
      rows_[i][right()] = q[i];
      basic_[i] = i;
    }
  }
  std::size_t artificial() const { return 2 * n_; }
  std::size_t right() const { return 2 * n_ + 1; }
  std::size_t complement(std::size_t j) const { return j < n_ ? j + n_ : j - n_; }

  // The row that is lexicographically least, for the start.
  std::size_t least() const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < n_; ++i)
      if (less(i, Rational(1), best, Rational(1))) best = i;
    return best;
  }
  // The row that stops the entering column first; the artificial one before others.
  std::optional<std::size_t> leaving(std::size_t column) const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < n_; ++i)
      if (rows_[i][column].sign() > 0 && (!best || less(i, rows_[i][column], *best, rows_[*best][column])))
        best = i;
    if (best)
      for (std::size_t i = 0; i < n_; ++i)
        if (basic_[i] == artificial() && rows_[i][column].sign() > 0 &&
            rows_[i][right()] * rows_[*best][column] == rows_[*best][right()] * rows_[i][column])
          return i;
    return best;
  }
  std::size_t pivot(std::size_t row, std::size_t column) {
    const Rational divisor = rows_[row][column];
    for (Rational& value : rows_[row])
      if (!value.is_zero()) value = value / divisor;
    for (std::size_t i = 0; i < n_; ++i) {
      if (i == row || rows_[i][column].is_zero()) continue;
      const Rational factor = rows_[i][column];
      for (std::size_t j = 0; j < rows_[i].size(); ++j)
        if (!rows_[row][j].is_zero()) rows_[i][j] -= factor * rows_[row][j];
    }
    const std::size_t left = basic_[row];
    basic_[row] = column;
    return left;
  }
  std::vector<Rational> z() const {
    std::vector<Rational> out(n_);
    for (std::size_t i = 0; i < n_; ++i)
      if (basic_[i] >= n_ && basic_[i] < 2 * n_) out[basic_[i] - n_] = rows_[i][right()];
    return out;
  }

 private:
  bool less(std::size_t a, const Rational& divide_a, std::size_t b, const Rational& divide_b) const {
    const auto order = rows_[a][right()] * divide_b <=> rows_[b][right()] * divide_a;
    if (order != 0) return order < 0;
    for (std::size_t j = 0; j < n_; ++j) {
      const auto next = rows_[a][j] * divide_b <=> rows_[b][j] * divide_a;
      if (next != 0) return next < 0;
    }
    return false;
  }

  std::size_t n_;
  std::vector<std::vector<Rational>> rows_;
  std::vector<std::size_t> basic_;
};

}  // namespace

std::optional<std::vector<Rational>> solve_complementary(const std::vector<std::vector<Rational>>& matrix,
                                                         const std::vector<Rational>& q) {
  bool done = true;
  for (const Rational& value : q) done = done && value.sign() >= 0;
  if (done) return std::vector<Rational>(q.size());
  Tableau tableau(matrix, q);
  std::size_t left = tableau.pivot(tableau.least(), tableau.artificial());
  while (left != tableau.artificial()) {
    const std::size_t entering = tableau.complement(left);
    const auto row = tableau.leaving(entering);
    if (!row) return std::nullopt;
    left = tableau.pivot(*row, entering);
  }
  return tableau.z();
}

// The conditions of optimality: x ⟂ linear + 2·quadratic·x − rowsᵀ·dual + bound,  dual ⟂ rows·x − least,
// bound ⟂ upper − x.
std::optional<SeparableSolution> solve(const SeparableProgramme& p) {
  const std::size_t n = p.linear.size();
  const std::size_t m = p.rows.size();
  const std::size_t size = 2 * n + m;
  std::vector<std::vector<Rational>> matrix(size, std::vector<Rational>(size));
  std::vector<Rational> q(size);
  for (std::size_t j = 0; j < n; ++j) {
    q[j] = p.linear[j];
    matrix[j][j] = Rational(2) * p.quadratic[j];
    for (std::size_t i = 0; i < m; ++i) {
      matrix[j][n + i] = -p.rows[i][j];
      matrix[n + i][j] = p.rows[i][j];
    }
    matrix[j][n + m + j] = Rational(1);
    matrix[n + m + j][j] = Rational(-1);
    q[n + m + j] = p.upper[j];
  }
  for (std::size_t i = 0; i < m; ++i) q[n + i] = -p.least[i];
  const auto z = solve_complementary(matrix, q);
  if (!z) return std::nullopt;
  const auto at = [&](std::size_t i) { return z->begin() + static_cast<std::ptrdiff_t>(i); };
  return SeparableSolution{{at(0), at(n)}, {at(n), at(n + m)}};
}

}  // namespace tributary::optimise
