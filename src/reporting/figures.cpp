#include "reporting/figures.h"

#include "policy/evaluate.h"

#include <algorithm>
#include <set>

namespace tributary::reporting {
namespace {

class Formulas {
 public:
  // `binding`: of the rule, the same for all figures.
  Formulas(const policy::CompiledRule& rule, const policy::Binding& binding, const Figures& figures,
           const std::set<std::string>& as_zero = {})
      : rule_(rule) {
    for (const policy::Slot& slot : rule.program.inputs) {
      const std::string& name = rule.rule.inputs[slot.declaration].name;
      const auto found = figures.find(name);
      inputs_.push_back(found != figures.end()   ? std::optional(found->second)
                        : as_zero.contains(name) ? std::optional(Rational(0))
                                                 : std::nullopt);
    }
    cells_ = policy::evaluate(rule.program, binding, inputs_);
  }
  static policy::Binding bound(const policy::CompiledRule& rule) {
    const Date day = make_date(2000, 1, 1);  // no formula of a book depends on the day
    return policy::bind(rule, day, day);
  }
  std::optional<Rational> at(const std::string& formula) const {
    const auto node = rule_.find_formula(formula);
    return node ? cells_[static_cast<std::size_t>(*node)].optional() : std::nullopt;
  }

 private:
  const policy::CompiledRule& rule_;
  std::vector<std::optional<Rational>> inputs_;
  std::vector<policy::Cell> cells_;
};

// The elements a formula looks at.
std::set<std::string> elements_of(const policy::CompiledRule& rule, const std::string& formula) {
  std::set<std::string> out;
  const auto begin = rule.find_formula(formula);
  if (!begin) return out;
  std::vector<int> open{*begin};
  std::set<int> seen;
  while (!open.empty()) {
    const int at = open.back();
    open.pop_back();
    if (!seen.insert(at).second) continue;
    const policy::Node& node = rule.program.nodes[static_cast<std::size_t>(at)];
    if (node.op == policy::Op::input)
      out.insert(rule.rule.inputs[rule.program.inputs[static_cast<std::size_t>(node.slot)].declaration].name);
    open.insert(open.end(), node.args.begin(), node.args.end());
  }
  return out;
}

bool holds(Operator op, const Rational& a, const Rational& b) {
  switch (op) {
    case Operator::equal:
      return a == b;
    case Operator::not_equal:
      return !(a == b);
    case Operator::greater:
      return a > b;
    case Operator::at_least:
      return a >= b;
    case Operator::less:
      return a < b;
    case Operator::at_most:
      return a <= b;
    case Operator::pair:
    case Operator::exclusive:
      break;
  }
  return true;
}

Rational median(std::vector<Rational>& values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / Rational(2);
}

}  // namespace

std::vector<std::string> elements_of(const Book& book, const Indicator& indicator) {
  auto out = elements_of(*book.formulas, numerator_of(indicator.code));
  out.merge(elements_of(*book.formulas, denominator_of(indicator.code)));
  return {out.begin(), out.end()};
}

std::vector<Finding> check(const Book& book, const DataSet& set, const Figures& figures,
                           const std::vector<std::string>& answered) {
  std::vector<Finding> out;
  const policy::Binding binding = Formulas::bound(*book.formulas);
  const auto is_answered = [&](const std::string& element) {
    return std::find(answered.begin(), answered.end(), element) != answered.end();
  };
  for (const CheckRule& rule : set.rules) {
    if (rule.op == Operator::pair || rule.op == Operator::exclusive) {
      const bool left =
          rule.op == Operator::pair ? is_answered(rule.left.formula) : figures.contains(rule.left.formula);
      const bool right =
          rule.op == Operator::pair ? is_answered(rule.right.formula) : figures.contains(rule.right.formula);
      if (rule.op == Operator::pair ? left != right : left && right)
        out.push_back({rule.name, {rule.left.formula, rule.right.formula}, rule.text, rule.error});
      continue;
    }
    std::set<std::string> about;
    std::optional<Rational> sides[2];
    for (const bool left : {true, false}) {
      const Side& side = left ? rule.left : rule.right;
      const std::string name = side_of(set.name, rule.name, left);
      const auto elements = elements_of(*book.formulas, name);
      about.insert(elements.begin(), elements.end());
      const bool all_missing =
          !elements.empty() &&
          std::none_of(elements.begin(), elements.end(), [&](const auto& e) { return figures.contains(e); });
      std::set<std::string> as_zero;
      if (side.missing == Missing::zero || (side.missing == Missing::skip_if_all && !all_missing))
        as_zero = elements;
      sides[left ? 0 : 1] = Formulas(*book.formulas, binding, figures, as_zero).at(name);
    }
    if (sides[0] && sides[1] && !holds(rule.op, *sides[0], *sides[1]))
      out.push_back({rule.name, {about.begin(), about.end()}, rule.text, rule.error});
  }
  return out;
}

std::optional<Rational> modified_z(const Rational& x, std::vector<Rational> others) {
  if (others.empty()) return std::nullopt;
  const Rational middle = median(others);
  for (Rational& one : others) one = (one - middle).abs();
  const Rational mad = median(others);
  if (mad.is_zero()) return std::nullopt;
  return Rational::from_fraction(6745, 10000) * (x - middle) / mad;
}

bool stands_out(const OutlierRule& rule, const Rational& x, const std::vector<Rational>& others) {
  if (!rule.limit || others.size() < static_cast<std::size_t>(rule.least)) return false;
  const Rational limit(*rule.limit);
  if (rule.against == OutlierRule::Against::previous) {
    const Rational& before = others.back();
    return before.is_zero() ? !x.is_zero() : (x - before).abs() > limit * before.abs();
  }
  if (const auto z = modified_z(x, others)) return z->abs() > limit;
  // More than half of them are one and the same figure: any other stands out.
  std::vector<Rational> sorted = others;
  return !(x == median(sorted));
}

std::optional<Rational> merged(Merge how, const std::vector<Rational>& values) {
  if (values.empty()) return std::nullopt;
  switch (how) {
    case Merge::sum:
    case Merge::average: {
      Rational sum(0);
      for (const Rational& one : values) sum = sum + one;
      return how == Merge::sum ? sum : sum / Rational::from_int(static_cast<std::int64_t>(values.size()));
    }
    case Merge::last:
      return values.back();
    case Merge::first:
      return values.front();
    case Merge::max:
      return *std::max_element(values.begin(), values.end());
    case Merge::min:
      return *std::min_element(values.begin(), values.end());
    case Merge::none:
      return values.size() == 1 ? std::optional(values.front()) : std::nullopt;
  }
  return std::nullopt;
}

Total total(const Element& element, const Series& series) {
  Total out;
  std::vector<Rational> by_unit;
  bool apart = false;
  for (const auto& [unit, values] : series) {
    out.expected += values.size();
    std::vector<Rational> given;
    for (const auto& value : values)
      if (value) given.push_back(*value);
    out.given += given.size();
    if (given.empty()) continue;
    // Where one organisation's figures are not to be merged, the rest of them is not the total.
    const auto one = merged(element.in_time, given);
    apart = apart || !one;
    if (one) by_unit.push_back(*one);
  }
  if (!apart) out.value = merged(element.over_units, by_unit);
  return out;
}

Total total(const Book& book, const Indicator& indicator, const std::vector<Figures>& reports) {
  return totals(book, {&indicator}, reports).front();
}

std::vector<Total> totals(const Book& book, const std::vector<const Indicator*>& indicators,
                          const std::vector<Figures>& reports) {
  struct Sums {
    Rational above{0};
    Rational below{0};
  };
  std::vector<Sums> sums(indicators.size());
  std::vector<Total> out(indicators.size());
  for (Total& one : out) one.expected = reports.size();
  if (indicators.empty()) return out;
  const policy::Binding binding = Formulas::bound(*book.formulas);
  for (const Figures& figures : reports) {
    if (figures.empty()) continue;
    const Formulas formulas(*book.formulas, binding, figures);
    for (std::size_t i = 0; i < indicators.size(); ++i) {
      const auto numerator = formulas.at(numerator_of(indicators[i]->code));
      const auto denominator = formulas.at(denominator_of(indicators[i]->code));
      if (!numerator || !denominator) continue;
      ++out[i].given;
      sums[i].above = sums[i].above + *numerator;
      sums[i].below = sums[i].below + *denominator;
    }
  }
  for (std::size_t i = 0; i < indicators.size(); ++i)
    if (out[i].given > 0 && !sums[i].below.is_zero())
      out[i].value = sums[i].above / sums[i].below * indicators[i]->factor;
  return out;
}

Completeness completeness(const std::vector<Standing>& all) {
  Completeness out;
  for (const Standing& one : all) {
    if (!one.expected) continue;
    ++out.expected;
    if (!one.received) continue;
    ++out.received;
    if (one.on_time) ++out.on_time;
  }
  return out;
}

bool open_in(const Validity& exists, const Period& period) {
  return exists.overlaps({period.from(), period.to()});
}

std::string shown(const Rational& value, int places) {
  return value.to_decimal(places, Rounding::half_even).normalized().to_string();
}

}  // namespace tributary::reporting
