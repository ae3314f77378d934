// All optimal solutions of a solved linear programme, and whether there is but one. Both sides: of the
// quantities (columns) and of the prices (duals of the rows).
//
// The basis already says most: a quantity can differ only along a column that stands at a bound and costs
// nothing to move, a price only along a basic variable that happens to stand at a bound. For these few, and
// what they touch, the face is written out as a small linear region; nothing of the whole model is solved
// again.
#pragma once

#include "optimise/solve.h"

namespace tributary::optimise {

// An open side is nullopt.
struct Interval {
  std::optional<Rational> from;
  std::optional<Rational> to;
  bool point() const { return from && to && *from == *to; }
  bool operator==(const Interval&) const = default;
};

// value[i] = base[i] + Σ combination[i]·t, for all t in `region`. base itself (t = 0) is one of them.
class Face {
 public:
  Face(std::vector<Rational> base, std::vector<std::vector<Term>> combination, Model region)
      : base_(std::move(base)), combination_(std::move(combination)), region_(std::move(region)) {}

  bool unique() const { return region_.columns().empty(); }
  // True when the basis alone proves that this value is the same in all of them.
  bool settled(std::size_t i) const { return combination_[i].empty(); }
  const Rational& base(std::size_t i) const { return base_[i]; }
  const std::vector<Term>& combination(std::size_t i) const { return combination_[i]; }
  std::size_t size() const { return base_.size(); }
  const Model& region() const { return region_; }

  // From the least to the greatest value: two small linear programmes over what is connected with it, none
  // when it is settled.
  Interval range(std::size_t i) const;
  // Keeps only the solutions with this value, which must be in its range.
  void fix(std::size_t i, const Rational& value);
  // One solution of those left.
  std::vector<Rational> any() const;
  // The solution at this t.
  std::vector<Rational> at(const std::vector<Rational>& t) const;

 private:
  std::vector<Rational> base_;
  std::vector<std::vector<Term>> combination_;
  Model region_;
};

// `solution` must be optimal for `model`.
Face primal_face(const Model& model, const Solution& solution);  // of the columns
Face dual_face(const Model& model, const Solution& solution);    // of the duals of the rows

struct Faces {
  Face quantities;
  Face prices;
};
Faces faces(const Model& model, const Solution& solution);  // both, with less work

}  // namespace tributary::optimise
