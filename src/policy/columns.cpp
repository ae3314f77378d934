// Why the columns equal the exact fractions.
//
// Notation. t is the exact value of a step in a row, v the double computed for it, e a bound: |v − t| ≤ e. u
// = 2^-53 is the unit roundoff; fl(x) = x(1 + δ), |δ| ≤ u, for every + − × ÷ whose result neither overflows
// nor is subnormal (IEEE 754 binary64, ties to even, no fused operations, no -ffast-math). «Missing» is NaN.
// A row is flagged when a decision in it is not certain; flagged rows are done again by evaluate(), so bounds
// must be safe, not sharp.
//
// Inputs. The exact value of an input is the shortest decimal that reads as the double. It lies within half a
// unit in the last place, so e = u|v|; whole numbers below 2^53 and zeros are exact, e = 0. An input beyond
// 10^37, or other than zero and below 10^-13, is flagged: its decimal may not fit a Decimal.
//
// Constants are folded in exact fractions before they are rounded once: e = u|v|, or 0 for whole numbers.
//
// Sums. s = c0 + Σ ci·xi, n terms, computed as fl(… fl(fl(c0 + fl(c1 x1)) + fl(c2 x2)) …) with ci rounded to
// double. A term brings |ci| ei for the error of xi, one rounding of ci, one of the product and at most n of
// the additions; c0 one and n:
//   e = Σ |ci| ei + (n + 2) u (|c0| + Σ |ci xi|)                                     up to terms of second
//   order.
// Coefficients must lie between 1e-100 and 1e100 (or be 0), else every row is flagged. A sum of whole numbers
// with whole coefficients that stays below 2^53 is exact. −x and |x| are exact.
//
// Products. v = fl(a b): e = |a| eb + |b| ea + ea eb + u|v|. Quotients. v = fl(a / b) with |b| > eb, else the
// row is flagged unless b is exactly 0 (missing):  a/b − A/B = (a/b) (B − b)/B + (a − A)/B, hence
//   e = (|v| eb + ea) / (|b| − eb) + u|v|.
//
// Second order, and the roundings made in computing the bounds: every bound is multiplied by 1 + 2^-30. The
// neglected factors are below (1 + u)^(n + 8) with n ≤ 32. Underflow: an operation loses at most 2^-1074, and
// so may the bound itself; 1e-260 is added to every bound unless an operand is known to be exactly 0, in
// which case the result is too. Overflow: a magnitude of 1e200 or more is flagged before it can become
// infinite.
//
// One bound or many. A bound is one number for a block of rows (with the greatest |x| of the block in place
// of |x|: the pass over the data is then a few multiplications per row), or a number per row: after
// quotients, min, max and choices the errors of rows differ widely. When a block has flagged rows, it is done
// again with one bound per row from the inputs on; only what is still flagged goes to exact fractions.
//
// Min and max: where |a − b| > ea + eb the error is that of the one taken, else max(ea, eb): |max(a, b) −
// max(A, B)| ≤ max(|a − A|, |b − B|). They never flag; max(0, x) with x clearly negative is exactly 0.
//
// Roundings of v to n decimals: q = fl(v 10^n) has error e 10^n + u|q| (10^n is exact). Certain when q is
// farther than that from the boundary: a whole number and a half, or a whole number for directed rounding.
// The result is fl(k / 10^n), k whole, |k| < 10^15, both exact: correctly rounded, so it is the double that
// the decimal is typed as.
//
// Canonical values. Call v canonical when t is the decimal that v is typed as. Decimals that read as
// different doubles are ordered as these doubles (reading is monotonic), and those that read as the same
// double are the same decimal. So canonical values are compared exactly by comparing doubles, also when
// equal: an input, a rounded value, a limit, a tier's bound, `P <= 1`. A constant that is no such decimal
// (1/3, or one of 20 digits) lies on a known side of the decimal that its double is typed as, which makes <
// of ≤ or the other way round. Likewise a rounding, ceiling or number of steps of c·x + d with x canonical
// has its boundaries at (k 10^-n − d)/c (and ties half-way): when these are decimals of at most 15 digits,
// (k·spacing + origin)/unit in whole numbers, x is compared with the one double that the boundary is typed
// as. The index k comes from a double that is right within 0.01, of |k| < 10^13.
//
// A tie of a sum of canonical columns with at most six decimals is settled in 128-bit whole numbers: the
// columns' digits times the coefficients' common numerators.
#include "policy/columns.h"

#include "base/error.h"
#include "policy/columns_kernels.h"
#include "policy/columns_plan.h"
#include "policy/evaluate.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

namespace tributary::policy {

using columns::Block;
using columns::block_rows;
using columns::Column;
using columns::Room;
using columns::Step;

struct ColumnEvaluator::Plan {
  columns::Plan steps;
  Program program;  // copies: the evaluator outlives what it was made of
  Binding binding;
  std::vector<bool> read;  // program inputs that the wanted nodes need
};

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void apply(const Step& step, Block& block, Column& out, const Room& room) {
  using Kind = Step::Kind;
  out = {};
  out.values = room.values;
  switch (step.kind) {
    case Kind::input:
    case Kind::place:
      return;  // loaded by the run
    case Kind::constant:
      return columns::constant(step, block, out, room);
    case Kind::linear:
      return columns::linear(step, block, out, room);
    case Kind::negate:
    case Kind::absolute:
      return columns::mirror(step, block, out, room);
    case Kind::multiply:
      return columns::multiply(step, block, out, room);
    case Kind::divide:
      return columns::divide(step, block, out, room);
    case Kind::extreme:
      return columns::extreme(step, block, out, room);
    case Kind::grid:
      return columns::grid(step, block, out, room);
    case Kind::round:
      return columns::round(step, block, out, room);
    case Kind::steps:
      return columns::steps(step, block, out, room);
    case Kind::exact:
      return columns::exact(step, block, out, room);
    case Kind::compare:
    case Kind::threshold:
      return columns::compare(step, block, out, room);
    case Kind::conjunction:
    case Kind::disjunction:
    case Kind::complement:
    case Kind::present:
      return columns::logical(step, block, out, room);
    case Kind::select:
      return columns::select(step, block, out, room);
    case Kind::coalesce:
      return columns::coalesce(step, block, out, room);
    case Kind::tier:
      return columns::tier(step, block, out, room);
    case Kind::limit:
      return columns::limit(step, block, out, room);
  }
}

double nearest(const Cell& cell) {
  return cell.present() ? cell.value.to_double() : missing;
}

// One pass over the rows, with its own room: several may run at once.
class Run {
 public:
  Run(const columns::Plan& plan, const Program& program, const Binding& binding,
      const std::vector<bool>& read, const ColumnInputs& inputs, std::span<const std::span<double>> outputs)
      : plan_(plan), program_(program), binding_(binding), read_(read), inputs_(inputs), outputs_(outputs) {
    values_.resize(plan.buffer_count * block_rows);
    errors_.resize(plan.buffer_count * block_rows);
    block_.columns.resize(plan.steps.size());
    block_.flags = flags_.data();
    places_.resize(plan.steps.size());
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
      const Step& step = plan.steps[i];
      if (step.kind == Step::Kind::constant) std::fill_n(room(i).values, block_rows, step.value);
      if (step.kind == Step::Kind::place)
        places_[i] = by_code(binding.parameters[static_cast<std::size_t>(step.slot)]);
    }
  }

  ColumnStatistics all() {
    ColumnStatistics statistics{inputs_.rows, 0};
    for (first_ = 0; first_ < inputs_.rows; first_ += block_rows) {
      block_.rows = std::min(block_rows, inputs_.rows - first_);
      block_.per_row = false;
      steps();
      if (columns::any_flag(block_)) {
        block_.per_row = true;
        steps();
      }
      statistics.exact_rows += exactly();
    }
    return statistics;
  }

 private:
  Room room(std::size_t step) {
    const std::size_t at = static_cast<std::size_t>(plan_.buffers[step]) * block_rows;
    return {values_.data() + at, errors_.data() + at, scratch_.data()};
  }

  std::vector<double> by_code(const BoundParameter& parameter) const {
    std::vector<double> out;
    for (const std::string& code : inputs_.place_codes) {
      const auto found = parameter.places.find(code);
      const std::optional<Rational> value =
          found != parameter.places.end() ? std::optional(found->second) : parameter.everywhere;
      out.push_back(value ? value->to_double() : missing);
    }
    return out;
  }

  void steps() {
    flags_.fill(0);
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      const Step& step = plan_.steps[i];
      const Room to = room(i);
      Column& out = block_.columns[i];
      apply(step, block_, out, to);
      if (step.kind == Step::Kind::input) {
        columns::load(inputs_.inputs[static_cast<std::size_t>(step.slot)].data() + first_, step, block_, out,
                      to);
      } else if (step.kind == Step::Kind::place) {
        for (std::size_t row = 0; row < block_.rows; ++row)
          to.values[row] = places_[i][inputs_.place[first_ + row]];
        columns::load(to.values, step, block_, out, to);
        if (!step.canonical) flags_.fill(1);  // values of too many digits
      }
    }
    for (const columns::Output& output : plan_.outputs)
      columns::check_output(block_.columns[static_cast<std::size_t>(output.step)], block_);
    for (std::size_t k = 0; k < plan_.outputs.size(); ++k)
      columns::store(block_.columns[static_cast<std::size_t>(plan_.outputs[k].step)], block_.rows,
                     outputs_[k].data() + first_);
  }

  std::size_t exactly() {
    std::size_t count = 0;
    if (!columns::any_flag(block_)) return count;
    for (std::size_t row = 0; row < block_.rows; ++row) {
      if (flags_[row] == 0) continue;
      ++count;
      const std::size_t at = first_ + row;
      std::vector<std::optional<Rational>> given(program_.inputs.size());
      for (std::size_t i = 0; i < given.size(); ++i)
        if (const double x = read_[i] ? inputs_.inputs[i][at] : missing; x == x)
          given[i] = Rational::from_double(x);
      const std::vector<Cell> cells = evaluate(
          program_, binding_, given, plan_.by_place ? inputs_.place_codes[inputs_.place[at]] : std::string());
      for (std::size_t k = 0; k < plan_.outputs.size(); ++k)
        outputs_[k][at] = nearest(cells[static_cast<std::size_t>(plan_.outputs[k].node)]);
    }
    return count;
  }

  const columns::Plan& plan_;
  const Program& program_;
  const Binding& binding_;
  const std::vector<bool>& read_;
  const ColumnInputs& inputs_;
  std::span<const std::span<double>> outputs_;
  std::vector<double> values_;
  std::vector<double> errors_;
  std::vector<std::vector<double>> places_;  // per step: by place code
  std::array<double, block_rows> scratch_{};
  std::array<double, block_rows> flags_{};
  Block block_;
  std::size_t first_ = 0;
};

}  // namespace

ColumnEvaluator::ColumnEvaluator(const CompiledRule& rule, const Binding& binding, std::vector<int> wanted)
    : plan_(std::make_unique<Plan>(
          Plan{columns::make_plan(rule, binding, wanted), rule.program, binding, {}})) {
  plan_->read.resize(rule.program.inputs.size());
  for (const Step& step : plan_->steps.steps)
    if (step.kind == Step::Kind::input) plan_->read[static_cast<std::size_t>(step.slot)] = true;
}

ColumnEvaluator::~ColumnEvaluator() = default;
ColumnEvaluator::ColumnEvaluator(ColumnEvaluator&&) noexcept = default;
ColumnEvaluator& ColumnEvaluator::operator=(ColumnEvaluator&&) noexcept = default;

ColumnStatistics ColumnEvaluator::run(const ColumnInputs& inputs,
                                      std::span<const std::span<double>> outputs) const {
  const columns::Plan& plan = plan_->steps;
  TRIBUTARY_CHECK(
      inputs.inputs.size() == plan_->program.inputs.size() && outputs.size() == plan.outputs.size(),
      fmt::format("inputs={} of {} outputs={} of {}", inputs.inputs.size(), plan_->program.inputs.size(),
                  outputs.size(), plan.outputs.size()));
  for (std::size_t i = 0; i < inputs.inputs.size(); ++i)
    TRIBUTARY_CHECK(!plan_->read[i] || inputs.inputs[i].size() >= inputs.rows,
                    fmt::format("input {} has {} rows of {}", i, inputs.inputs[i].size(), inputs.rows));
  for (const auto& output : outputs)
    TRIBUTARY_CHECK(output.size() >= inputs.rows,
                    fmt::format("an output has {} rows of {}", output.size(), inputs.rows));
  if (plan.by_place)
    TRIBUTARY_CHECK(inputs.place.size() >= inputs.rows &&
                        std::all_of(inputs.place.begin(), inputs.place.end(),
                                    [&](auto p) { return p < inputs.place_codes.size(); }),
                    fmt::format("places={} of {} rows, codes={}", inputs.place.size(), inputs.rows,
                                inputs.place_codes.size()));
  return Run(plan, plan_->program, plan_->binding, plan_->read, inputs, outputs).all();
}

}  // namespace tributary::policy
