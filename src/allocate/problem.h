// Private: what a method works on, and what each gives.
#pragma once

#include "allocate/allocate.h"

namespace tributary::allocate {

inline Rational sum(const std::vector<Rational>& values) {
  Rational out;
  for (const Rational& value : values) out += value;
  return out;
}

struct Problem {
  const Table& table;
  const Options& options;
  std::vector<Criterion> criteria;
  Rational total;  // to be divided
  std::vector<Rational> floors;
  std::vector<std::optional<Rational>> caps;

  std::size_t size() const { return table.units.size(); }
  std::vector<Rational> column(std::string_view name) const;  // of every unit
};

struct Division {
  std::vector<Rational> amounts;  // may sum up to less than the total: the rest goes to the reserve
  std::vector<Finding> findings;
  std::vector<Rational> weights{};  // what the amounts are in proportion to, where they are
  bool unique = true;               // whether no other division is as good
};

// In proportion within bounds; names what stands in the way.
std::vector<Rational> in_proportion(const Problem& problem, const std::vector<Rational>& weights);

Division divide_by_criteria(const Problem& problem, Method method);  // entropy, topsis
Division divide_by_gini(const Problem& problem);
Division divide_by_cost(const Problem& problem);
Division divide_by_shortage(const Problem& problem);

// Throws infeasible with what contradicts what.
[[noreturn]] void contradictory(const Problem& problem, const std::vector<std::string>& conflict, Text hint = {});

// Σ coefficient·share ≤ most, by point, from either way of saying it.
struct Load {
  std::string point;
  std::vector<Rational> coefficients;
  Rational most;
  std::optional<Rational> reduction{};
};
std::vector<Load> loads(const Problem& problem);

}  // namespace tributary::allocate
