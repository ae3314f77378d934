// Least environmental Gini, in the pairwise form Σᵢ Σₖ |xᵢwₖ − xₖwᵢ| / (2·Σx·Σw): it holds for every order of the
// units, so the kinks where the order changes need no care.
//
// There are n² pairs, but few of them are near a kink. So each difference v is at first taken with an assumed
// sign, |v| ≥ sign·v, which makes the programme a relaxation; where a solution has a pair the other way round,
// that pair is opened: |v| = sign·v + 2·max(0, −sign·v), one column and one row. Once a solution has no such pair,
// relaxation and programme agree there, and it is optimal for both: the proof in fractions of the small programme
// is the proof of the whole.
#include "allocate/codes.h"
#include "allocate/problem.h"
#include "optimise/face.h"
#include "optimise/lexicographic.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace tributary::allocate {
namespace {

using optimise::Column;
using optimise::Model;
using optimise::Row;
using optimise::Sense;
using optimise::Solution;
using optimise::Status;
using optimise::Term;

constexpr std::size_t near = 12;  // places; of 1, 4 and 12 this was the quickest at 100 units

class Programme {
 public:
  // What is made least: the weighted sum of Ginis, or what the Ginis must be allowed beyond today's.
  enum class Goal : std::uint8_t { gini, excess };

  Programme(const Problem& p, Goal goal) : p_(p), goal_(goal), known_(p.table.has("current")) {
    if (known_) current_ = p.column("current");
    set_guess();
    for (const Criterion& criterion : p.criteria) add(criterion);
  }

  // Proved; infeasible when `conflict` of it says why.
  Solution solve() {
    for (;;) {
      model_ = model();
      Solution out = optimise::solve(*model_);
      if (out.status != Status::optimal || !open_more(out.columns)) return out;
    }
  }
  // Of several optima the one nearest to equal proportion, from one of them; `unique` says whether there is but
  // one.
  std::vector<Rational> nearest(Solution solution, bool& unique) {
    for (;; solution = solve()) {
      const optimise::Face face = optimise::primal_face(*model_, solution);
      unique = true;
      for (std::size_t i = 0; i < p_.size(); ++i) unique = unique && face.settled(i);
      // With every pair open that is even here, the faces of relaxation and programme are the same around here.
      if (!unique && open_more(solution.columns, true)) continue;
      std::size_t same = 0;  // whose amount is the same in all optima
      while (!unique && same < p_.size() && face.range(same).point()) ++same;
      unique = unique || same == p_.size();
      std::vector<Rational> out = unique ? std::move(solution.columns) : nearest_of(face);
      // A point of the relaxation's face that has every sign right is one of the programme's own.
      if (!open_more(out)) {
        out.resize(p_.size());
        return out;
      }
    }
  }
  // By criterion, of a solution of `excess`.
  Rational excess(const Solution& solution, std::size_t criterion) const {
    return solution.columns[p_.size() + criterion];
  }

 private:
  struct Pair {
    std::size_t i, k;
    bool positive;  // the sign assumed of xᵢwₖ − xₖwᵢ
    bool open = false;
  };
  struct Part {
    const Criterion& criterion;
    std::vector<Rational> w;
    Rational whole;  // Σx·Σw
    std::vector<Pair> pairs;
  };

  // In proportion to all criteria together, within the bounds. Any guess gives the same result; a good one soon.
  void set_guess() {
    guess_.resize(p_.size());
    for (const Criterion& criterion : p_.criteria) {
      const std::vector<Rational> w = p_.column(criterion.column);
      const Rational whole = sum(w);
      for (std::size_t i = 0; i < w.size() && !whole.is_zero(); ++i)
        guess_[i] += p_.total * criterion.weight * w[i] / whole;
    }
    for (std::size_t i = 0; i < p_.size(); ++i) {
      guess_[i] = std::max(guess_[i] / Rational::from_int(static_cast<std::int64_t>(p_.criteria.size())), p_.floors[i]);
      if (p_.caps[i] && *p_.caps[i] < guess_[i]) guess_[i] = *p_.caps[i];
    }
  }

  void add(const Criterion& criterion) {
    Part part{criterion, p_.column(criterion.column), {}, {}};
    part.whole = p_.total * sum(part.w);
    if (part.whole.is_zero())
      throw Error(codes::nothing_to_share_by,
                  {fmt::format("指标“{}”全为零", criterion.column),
                   fmt::format("the criterion \"{}\" is zero everywhere", criterion.column)},
                  {p_.table.file, 0, 0, criterion.column});
    // By their place in the guess: which sign is assumed, and which are near enough to a kink to be open at once.
    std::vector<std::size_t> order(p_.size()), place(p_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return guess_[a] * part.w[b] < guess_[b] * part.w[a];
    });
    for (std::size_t r = 0; r < order.size(); ++r) place[order[r]] = r;
    for (std::size_t i = 0; i < p_.size(); ++i)
      for (std::size_t k = 0; k < i; ++k) {
        const bool above = place[i] > place[k];
        part.pairs.push_back({i, k, above, (above ? place[i] - place[k] : place[k] - place[i]) <= near});
      }
    parts_.push_back(std::move(part));
  }

  Rational difference(const Part& part, const Pair& pair, const std::vector<Rational>& x) const {
    return x[pair.i] * part.w[pair.k] - x[pair.k] * part.w[pair.i];
  }

  // Pairs that a solution has the other way round, or even; whether there were any.
  bool open_more(const std::vector<Rational>& x, bool even = false) {
    bool any = false;
    for (Part& part : parts_)
      for (Pair& pair : part.pairs) {
        if (pair.open) continue;
        const int sign = difference(part, pair, x).sign();
        if (sign == 0 ? even : pair.positive != (sign > 0)) any = pair.open = true;
      }
    return any;
  }

  Model model() const {
    Model out(Sense::minimise);
    for (std::size_t i = 0; i < p_.size(); ++i)
      out.add(Column{p_.table.units[i].id, p_.floors[i], p_.caps[i], {}});
    if (goal_ == Goal::excess)
      for (const Part& part : parts_) out.add(Column{"excess." + part.criterion.column, Rational(0), {}, Rational(1)});
    std::vector<Term> all;
    for (std::size_t i = 0; i < p_.size(); ++i) all.push_back({i, Rational(1)});
    out.add(Row{"cap", p_.total, p_.total, all});
    std::vector<Rational> cost(p_.size());
    for (std::size_t j = 0; j < parts_.size(); ++j) add(out, j, cost);
    if (goal_ == Goal::gini)
      for (std::size_t i = 0; i < p_.size(); ++i) out.set_cost(i, cost[i]);
    if (p_.options.keep_order) add_order(out);
    return out;
  }

  void add(Model& out, std::size_t j, std::vector<Rational>& cost) const {
    const Part& part = parts_[j];
    std::vector<Rational> linear(p_.size());
    std::vector<Term> gini;
    const Rational twice = Rational(2) / part.whole;
    for (const Pair& pair : part.pairs) {
      const Rational sign(pair.positive ? 1 : -1);
      linear[pair.i] += sign * part.w[pair.k];
      linear[pair.k] -= sign * part.w[pair.i];
      if (!pair.open) continue;
      const std::string name = fmt::format("pair.{}.{}.{}", part.criterion.column, pair.i, pair.k);
      const std::size_t beyond = out.add(Column{
          name, Rational(0), {}, goal_ == Goal::gini ? twice * part.criterion.weight : Rational(0)});
      out.add(Row{name,
                  Rational(0),
                  {},
                  {{pair.i, sign * part.w[pair.k]}, {pair.k, -(sign * part.w[pair.i])}, {beyond, Rational(1)}}});
      gini.push_back({beyond, twice});
    }
    for (std::size_t i = 0; i < p_.size(); ++i) {
      linear[i] = linear[i] / part.whole;
      cost[i] += part.criterion.weight * linear[i];
      gini.push_back({i, linear[i]});
    }
    if (!known_) return;
    if (goal_ == Goal::excess) gini.push_back({p_.size() + j, Rational(-1)});
    out.add(Row{"gini." + part.criterion.column, {}, allocate::gini(current_, part.w), std::move(gini)});
  }

  // Who has more today keeps at least as much.
  void add_order(Model& out) const {
    std::vector<std::size_t> order(p_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return current_[a] < current_[b]; });
    for (std::size_t r = 1; r < order.size(); ++r)
      out.add(Row{fmt::format("order.{}.{}", p_.table.units[order[r]].id, p_.table.units[order[r - 1]].id),
                  Rational(0),
                  current_[order[r]] == current_[order[r - 1]] ? std::optional(Rational(0)) : std::nullopt,
                  {{order[r], Rational(1)}, {order[r - 1], Rational(-1)}}});
  }

  // The largest deviation from equal proportion, relative to it, as small as possible, then the next.
  std::vector<Rational> nearest_of(const optimise::Face& face) const {
    const std::vector<Rational> toward = known_ ? current_ : parts_[0].w;
    const Rational factor = p_.total / sum(toward);
    std::vector<optimise::Level> levels;
    for (std::size_t i = 0; i < p_.size(); ++i) {
      if (face.settled(i)) continue;
      const Rational scale = toward[i].is_zero() ? Rational(1) : Rational(1) / (toward[i] * factor);
      for (const int sign : {1, -1}) {
        optimise::Level level{Rational(sign) * scale * (face.base(i) - toward[i] * factor), {}};
        for (const Term& term : face.combination(i))
          level.terms.push_back({term.index, Rational(sign) * scale * term.value});
        levels.push_back(std::move(level));
      }
    }
    const optimise::MaxMin fair = optimise::lexicographic_max_min(face.region(), levels);
    TRIBUTARY_CHECK(fair.last.status == Status::optimal, "the face of the optimum is not empty");
    return face.at(fair.last.columns);
  }

  const Problem& p_;
  Goal goal_;
  bool known_;
  std::vector<Rational> current_, guess_;
  std::vector<Part> parts_;
  std::optional<Model> model_;
};

// By how much today's Ginis would have to be exceeded at least, in all, so that the other conditions can be met.
Text least_relaxation(const Problem& p) {
  Programme programme(p, Programme::Goal::excess);
  const Solution solution = programme.solve();
  if (solution.status != Status::optimal || solution.objective.is_zero()) return {};
  Text out{"至少要放宽：", "the least that would do: "};
  bool first = true;
  for (std::size_t j = 0; j < p.criteria.size(); ++j) {
    const Rational more = programme.excess(solution, j);
    if (more.is_zero()) continue;
    const std::string figure = more.to_decimal(6, Rounding::up).to_string();
    out.zh += fmt::format("{}基尼系数（{}）可比现状高 {}", first ? "" : "，", p.criteria[j].column, figure);
    out.en += fmt::format("{}the Gini ({}) may rise above today's by {}", first ? "" : ", ",
                          p.criteria[j].column, figure);
    first = false;
  }
  return out;
}

}  // namespace

Division divide_by_gini(const Problem& p) {
  if (p.criteria.empty())
    throw Error(
        codes::missing_column,
        {"表中没有指标列（人口、GDP、面积……）", "the table has no criteria (population, gdp, area …)"},
        {p.table.file, 1, 0, {}});
  if (p.options.keep_order) p.column("current");  // says so where it is missing
  if (p.total.is_zero()) return {std::vector<Rational>(p.size()), {}};
  in_proportion(p, std::vector<Rational>(p.size(), Rational(1)));  // says so when the caps are too low
  Programme programme(p, Programme::Goal::gini);
  const Solution solution = programme.solve();
  if (solution.status != Status::optimal) {
    std::vector<std::string> conflict = solution.conflict;
    // How differences are written is no condition.
    std::erase_if(conflict, [](const std::string& name) { return name.starts_with("pair."); });
    contradictory(p, conflict, least_relaxation(p));
  }
  Division out{{}, {{"gini-sum", "", solution.objective}}};
  out.amounts = programme.nearest(solution, out.unique);
  return out;
}

}  // namespace tributary::allocate
