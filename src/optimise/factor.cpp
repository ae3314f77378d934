#include "optimise/factor.h"

#include <algorithm>
#include <limits>

namespace tributary::optimise {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

// The part of the matrix not eliminated yet: its rows with their terms, and for each column the rows it
// stands in (also some it has left).
struct Active {
  std::vector<std::vector<Term>> rows;
  std::vector<std::vector<std::size_t>> columns;
  std::vector<std::size_t> column_count;
  std::vector<char> row_open;
  std::vector<char> column_open;
  std::vector<std::size_t> single_rows;
  std::vector<std::size_t> single_columns;
};

std::size_t find(const std::vector<Term>& terms, std::size_t index) {
  for (std::size_t i = 0; i < terms.size(); ++i)
    if (terms[i].index == index) return i;
  return none;
}

void drop(std::vector<Term>& terms, std::size_t at) {
  if (at + 1 != terms.size()) terms[at] = std::move(terms.back());
  terms.pop_back();
}

std::size_t row_of_column(const Active& a, std::size_t column) {
  for (const std::size_t row : a.columns[column])
    if (a.row_open[row] && find(a.rows[row], column) != none) return row;
  return none;
}

std::pair<std::size_t, std::size_t> next_pivot(Active& a) {
  while (!a.single_columns.empty()) {
    const std::size_t column = a.single_columns.back();
    a.single_columns.pop_back();
    if (a.column_open[column] && a.column_count[column] == 1) return {row_of_column(a, column), column};
  }
  while (!a.single_rows.empty()) {
    const std::size_t row = a.single_rows.back();
    a.single_rows.pop_back();
    if (a.row_open[row] && a.rows[row].size() == 1) return {row, a.rows[row][0].index};
  }
  std::size_t best = none;
  for (std::size_t row = 0; row < a.rows.size(); ++row)
    if (a.row_open[row] && !a.rows[row].empty() && (best == none || a.rows[row].size() < a.rows[best].size()))
      best = row;
  if (best == none) return {none, none};
  std::size_t column = a.rows[best][0].index;
  for (const Term& term : a.rows[best])
    if (a.column_count[term.index] < a.column_count[column] ||
        (a.column_count[term.index] == a.column_count[column] && term.index < column))
      column = term.index;
  return {best, column};
}

}  // namespace

Factor::Factor(const std::vector<const std::vector<Term>*>& columns) : size_(columns.size()) {
  Active a;
  a.rows.resize(size_);
  a.columns.resize(size_);
  a.column_count.assign(size_, 0);
  a.row_open.assign(size_, 1);
  a.column_open.assign(size_, 1);
  for (std::size_t k = 0; k < size_; ++k)
    for (const Term& term : *columns[k]) {
      a.rows[term.index].push_back({k, term.value});
      a.columns[k].push_back(term.index);
      ++a.column_count[k];
    }
  for (std::size_t k = size_; k-- > 0;) {
    if (a.column_count[k] == 1) a.single_columns.push_back(k);
    if (a.rows[k].size() == 1) a.single_rows.push_back(k);
  }
  const auto left = [&](std::size_t column) {
    if (--a.column_count[column] == 1) a.single_columns.push_back(column);
  };
  std::vector<std::size_t> position(size_, none);  // of a column in the row being changed
  steps_.reserve(size_);
  for (;;) {
    const auto [row, column] = next_pivot(a);
    if (row == none) break;
    Step step{row, column, {}, std::move(a.rows[row]), {}};
    const std::size_t at = find(step.upper, column);
    step.pivot = std::move(step.upper[at].value);
    drop(step.upper, at);
    a.row_open[row] = 0;
    a.column_open[column] = 0;
    if (a.column_count[column] > 1)
      for (const std::size_t other : a.columns[column]) {
        if (!a.row_open[other]) continue;
        std::vector<Term>& terms = a.rows[other];
        const std::size_t here = find(terms, column);
        if (here == none) continue;
        const Rational factor = terms[here].value / step.pivot;
        drop(terms, here);
        if (!step.upper.empty()) {
          for (std::size_t i = 0; i < terms.size(); ++i) position[terms[i].index] = i;
          for (const Term& term : step.upper)
            if (position[term.index] != none) {
              terms[position[term.index]].value -= factor * term.value;
            } else {
              terms.push_back({term.index, -(factor * term.value)});
              a.columns[term.index].push_back(other);
              ++a.column_count[term.index];
            }
          for (const Term& term : terms) position[term.index] = none;
          std::erase_if(terms, [&](const Term& term) {
            if (!term.value.is_zero()) return false;
            left(term.index);
            return true;
          });
        }
        if (terms.size() == 1) a.single_rows.push_back(other);
        step.lower.push_back({other, factor});
      }
    for (const Term& term : step.upper) left(term.index);
    steps_.push_back(std::move(step));
  }
  for (std::size_t k = 0; k < size_; ++k) {
    if (a.column_open[k]) dependent_columns_.push_back(k);
    if (a.row_open[k]) rows_without_pivot_.push_back(k);
  }
}

std::vector<Rational> Factor::solve(std::vector<Rational> right) const {
  for (const Step& step : steps_)
    if (!right[step.row].is_zero())
      for (const Term& term : step.lower) right[term.index] -= term.value * right[step.row];
  std::vector<Rational> out(size_);
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    Rational& value = right[step->row];
    for (const Term& term : step->upper)
      if (!out[term.index].is_zero()) value -= term.value * out[term.index];
    if (!value.is_zero()) out[step->column] = value / step->pivot;
  }
  return out;
}

std::vector<Rational> Factor::solve_transposed(std::vector<Rational> right) const {
  std::vector<Rational> out(size_);
  for (const Step& step : steps_) {
    if (right[step.column].is_zero()) continue;
    out[step.row] = right[step.column] / step.pivot;
    for (const Term& term : step.upper) right[term.index] -= term.value * out[step.row];
  }
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step)
    for (const Term& term : step->lower)
      if (!out[term.index].is_zero()) out[step->row] -= term.value * out[term.index];
  return out;
}

}  // namespace tributary::optimise
