#include "exchange/smart_market_codes.h"
#include "exchange/smart_market_rules.h"

#include <set>

#include <fmt/format.h>

namespace tributary::exchange::smart_market {
namespace {

using optimise::Row;
using optimise::Term;

// Quantities only fall once they have been rounded, so mending comes to an end.
class Rounding {
 public:
  Rounding(const Market& market, const Programme& programme, std::vector<Rational> columns)
      : market_(market),
        programme_(programme),
        values_(std::move(columns)),
        sums_(programme.model.rows().size()) {
    for (std::size_t j = 0; j < values_.size(); ++j)
      if (!values_[j].is_zero())
        for (const Term& term : programme.model.column_terms(j)) sums_[term.index] += term.value * values_[j];
    group_of_.assign(values_.size(), nullptr);
    for (const Group& group : programme.groups) group_of_[group.column] = &group;
  }

  std::vector<Rational> whole() {
    for (const Group& group : programme_.groups) {
      const Rational steps = values_[group.column] / market_.step;
      if (steps.is_integer()) continue;
      set(group.column, (group.buy ? steps.floor() : steps.ceil()) * market_.step);
      if (!group.buy) raised_.insert(group.column);
    }
    while (!broken_.empty()) mend(*broken_.begin());
    return std::move(values_);
  }

 private:
  void set(std::size_t column, const Rational& value) {
    const Rational change = value - values_[column];
    values_[column] = value;
    for (const Term& term : programme_.model.column_terms(column)) {
      const std::size_t i = term.index;
      sums_[i] += term.value * change;
      const Row& row = programme_.model.rows()[i];
      if ((row.lower && sums_[i] < *row.lower) || (row.upper && sums_[i] > *row.upper))
        broken_.insert(i);
      else
        broken_.erase(i);
    }
  }

  // Lowers one thing that stands in the row.
  void mend(std::size_t i) {
    const Row& row = programme_.model.rows()[i];
    const bool too_much = row.upper && sums_[i] > *row.upper;
    const Group* cheapest = nullptr;
    const Term* flow = nullptr;
    for (const Term& term : row.terms) {
      if ((term.value.sign() > 0) != too_much || values_[term.index].is_zero()) continue;
      if (raised_.contains(term.index)) {
        raised_.erase(term.index);
        set(term.index, values_[term.index] - market_.step);
        return;
      }
      const Group* group = group_of_[term.index];
      if (group == nullptr) {
        if (flow == nullptr) flow = &term;
      } else if (group->buy && (cheapest == nullptr || group->price < cheapest->price)) {
        cheapest = group;
      }
    }
    if (cheapest != nullptr) {
      set(cheapest->column, values_[cheapest->column] - market_.step);
    } else if (flow != nullptr) {
      const Rational lack = (sums_[i] - (too_much ? *row.upper : *row.lower)).abs() / flow->value.abs();
      set(flow->index, lack < values_[flow->index] ? values_[flow->index] - lack : Rational(0));
    } else {
      throw Error(codes::cannot_round,
                  {fmt::format("按整数步长取整后无法满足“{}”", row.name),
                   fmt::format("\"{}\" cannot be met in whole steps", row.name)},
                  {}, {"减小步长 step", "use a smaller step"});
    }
  }

  const Market& market_;
  const Programme& programme_;
  std::vector<Rational> values_;
  std::vector<Rational> sums_;
  std::vector<const Group*> group_of_;  // by column
  std::set<std::size_t> raised_;        // columns of sold water that were rounded up
  std::set<std::size_t> broken_;        // rows
};

}  // namespace

std::vector<Rational> whole_steps(const Market& market, const Programme& programme,
                                  std::vector<Rational> columns) {
  return Rounding(market, programme, std::move(columns)).whole();
}

}  // namespace tributary::exchange::smart_market
