#include "policy/columns_bounds.h"

namespace tributary::policy::columns {
namespace {

// --- roundings

constexpr bool half(Rounding mode) {
  return mode == Rounding::half_even || mode == Rounding::half_up;
}

// The rounded quotient, both whole; d > 0.
__int128 rounded_quotient(__int128 n, __int128 d, Rounding mode) {
  __int128 q = n / d;
  __int128 r = n % d;
  if (r < 0) r += d, --q;  // floor
  if (r == 0) return q;
  const __int128 rest = d - r;
  switch (mode) {
    case Rounding::floor:
      return q;
    case Rounding::ceiling:
      return q + 1;
    case Rounding::down:
      return n < 0 ? q + 1 : q;
    case Rounding::up:
      return n < 0 ? q : q + 1;
    case Rounding::half_up:
      return r > rest || (r == rest && n > 0) ? q + 1 : q;
    case Rounding::half_even:
      return r > rest || (r == rest && q % 2 != 0) ? q + 1 : q;
  }
  return q;
}

// A sum of decimals at a tie, in whole numbers; false when a column has more decimals than that takes.
bool in_whole_numbers(const Step& step, const Block& block, std::size_t row, double& index) {
  if (!step.whole_form) return false;
  const Step::Whole& form = *step.whole_form;
  const double power = power_of_ten(form.decimals);
  __int128 sum = form.constant;
  for (std::size_t k = 0; k < form.args.size(); ++k) {
    const double x = block.columns[static_cast<std::size_t>(form.args[k])].values[row];
    const double digits = nearest_whole(x * power);
    if (!(magnitude(digits) < 1e15) || digits / power != x) return false;
    sum += static_cast<__int128>(form.weights[k]) * static_cast<std::int64_t>(digits);
  }
  const __int128 rounded = rounded_quotient(sum, form.denominator, step.rounding.mode);
  index = static_cast<double>(rounded);
  return magnitude(index) <
         index_limit / (step.rounding.places < 0 ? power_of_ten(-step.rounding.places) : 1);
}

// Runs `f` with the way of rounding as a constant, so that the loops carry no choice.
template <class F>
void with_mode(Rounding mode, F&& f) {
  switch (mode) {
    case Rounding::half_even:
      return f(std::integral_constant<Rounding, Rounding::half_even>{});
    case Rounding::half_up:
      return f(std::integral_constant<Rounding, Rounding::half_up>{});
    case Rounding::up:
      return f(std::integral_constant<Rounding, Rounding::up>{});
    case Rounding::down:
      return f(std::integral_constant<Rounding, Rounding::down>{});
    case Rounding::ceiling:
      return f(std::integral_constant<Rounding, Rounding::ceiling>{});
    case Rounding::floor:
      return f(std::integral_constant<Rounding, Rounding::floor>{});
  }
}

// The whole number of a directed rounding from those below and above.
template <Rounding mode>
double directed(double down, double up, bool positive) {
  return mode == Rounding::floor              ? down
         : mode == Rounding::ceiling          ? up
         : (mode == Rounding::up) == positive ? up
                                              : down;
}

// Rounds values in place order; `near` gets the rows where the bound does not decide. True when there are
// any.
template <Rounding mode, bool decimals, class E>
bool round_rows(std::size_t n, const double* a, E e, double power, double* __restrict values,
                double* __restrict near) {
  const double growth = power == 1 ? 0 : u;
  const double most = decimals ? index_limit : index_limit / power;
  for (std::size_t i = 0; i < n; ++i) {
    const double q = decimals ? a[i] * power : a[i] / power;
    const double error = ((decimals ? e[i] * power : e[i] / power) + growth * magnitude(q)) * safe;
    const double r = nearest_whole(q);
    const double gap = magnitude(q - r);
    const bool clear = half(mode) ? magnitude(gap - 0.5) > error : (gap > error) | (error == 0);
    const double index = half(mode) ? r : directed<mode>(r > q ? r - 1 : r, r < q ? r + 1 : r, q > 0);
    const bool doubtful = !(clear & (magnitude(q) < most)) & known(q);
    near[i] = doubtful ? 1.0 : 0.0;
    values[i] = (decimals ? index / power : index * power) + 0.0;
  }
  return greatest(near, n, huge) != 0;
}

// Rounds scale × x + shift by comparing x with the boundary nearest to it, which is a decimal.
template <Rounding mode, bool decimals>
void grid_rows(const Step& step, std::size_t n, const double* x, double power, double* __restrict values,
               double* __restrict flags) {
  const double scale = step.scale, shift = step.shift, spacing = step.spacing, origin = step.origin,
               unit = step.unit;
  const double most = decimals ? 9e12 : std::min(9e12, index_limit / power);
  for (std::size_t i = 0; i < n; ++i) {
    const double q = x[i] * scale + shift;
    double index;
    bool exact;
    if constexpr (half(mode)) {
      const double m = below(q);
      const double twice = (2 * m + 1) * spacing + 2 * origin;
      const double tie = twice / (2 * unit);
      const bool at_tie = mode == Rounding::half_even ? nearest_whole(m * 0.5) == m * 0.5 : m < 0;
      const bool stays = (x[i] < tie) | ((x[i] == tie) & at_tie);
      index = stays ? m : m + 1;
      exact = (magnitude(twice) < 2e14) | (magnitude(q - m - 0.5) > 0.1);
    } else {
      const double r = nearest_whole(q);
      const double line = r * spacing + origin;
      const double boundary = line / unit;
      const bool positive = (r > 0) | ((r == 0) & (x[i] > boundary));
      index = directed<mode>(x[i] < boundary ? r - 1 : r, x[i] > boundary ? r + 1 : r, positive);
      exact = (magnitude(line) < 1e15) | (magnitude(q - r) > 0.1);
    }
    const bool within = (magnitude(q) < most) & (magnitude(q - shift) < 1e13);
    flags[i] = !(within & exact) & known(x[i]) ? 1.0 : flags[i];
    values[i] = (decimals ? index / power : index * power) + 0.0;
  }
}

}  // namespace

TRIBUTARY_KERNEL void round(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const Column& x = argument(step, block, 0);
  const int places = step.rounding.places;
  if (x.whole && places >= 0) {
    for (std::size_t i = 0; i < n; ++i) room.values[i] = x.values[i] + 0.0;  // leaves no negative zero
    return settle_whole(out, x.most);
  }
  if (std::abs(places) > 20) flag_all(block);
  const double power = power_of_ten(std::min(std::abs(places), 20));
  double* near = room.scratch;
  bool any = false;
  with_mode(step.rounding.mode, [&](auto mode) {
    with_errors(x, [&](auto e) {
      any = places >= 0 ? round_rows<mode(), true>(n, x.values, e, power, room.values, near)
                        : round_rows<mode(), false>(n, x.values, e, power, room.values, near);
    });
  });
  for (std::size_t i = 0; any && i < n; ++i) {
    if (near[i] == 0) continue;
    double index = 0;
    if (in_whole_numbers(step, block, i, index))
      room.values[i] = (places >= 0 ? index / power : index * power) + 0.0;
    else
      block.flags[i] = 1;
  }
  settle_canonical(out, block, room.errors, x.most + (places >= 0 ? 1 / power : power), places <= 0);
}

TRIBUTARY_KERNEL void grid(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const Column& column = argument(step, block, 0);
  const int places = step.rounding.places;
  const double power = power_of_ten(std::abs(places));
  with_mode(step.rounding.mode, [&](auto mode) {
    if (places >= 0)
      grid_rows<mode(), true>(step, n, column.values, power, room.values, block.flags);
    else
      grid_rows<mode(), false>(step, n, column.values, power, room.values, block.flags);
  });
  if (step.counts_steps) {
    const double* x = column.values;
    const double zero = step.origin / step.unit;
    const double first = step.lower_closed ? 1 : 0;
    for (std::size_t i = 0; i < n; ++i) room.values[i] = x[i] <= zero ? 0 : room.values[i] + first;
  }
  const double most =
      (column.most * step.scale + magnitude(step.shift) + 2) * (places >= 0 ? 1 / power : power) * safe;
  settle_canonical(out, block, room.errors, most, places <= 0);
}

TRIBUTARY_KERNEL void steps(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const Column& x = argument(step, block, 0);
  const Column& y = argument(step, block, 1);
  const double *a = x.values, *w = y.values, *closed = argument(step, block, 2).values;
  double* __restrict values = room.values;
  double* __restrict flags = block.flags;
  // A quotient of whole numbers that is no whole number is not rounded to one.
  const double trust = x.whole && y.whole && x.most < 0x1p51 ? 0 : 1;
  with_errors(x, [&](auto ea) {
    with_errors(y, [&](auto ew) {
      for (std::size_t i = 0; i < n; ++i) {
        const double p = ea[i];
        const double q = ew[i];
        const double ratio = a[i] / w[i];
        const double error = quotient_error(a[i], ratio, p, w[i], q) * trust;
        const double r = nearest_whole(ratio);
        const double up = r < ratio ? r + 1 : r;
        const double down = r > ratio ? r - 1 : r;
        const double begun = closed[i] != 0 ? down + 1 : up;
        const bool all_known = known(a[i]) & known(w[i]) & known(closed[i]);
        const bool wide = w[i] > q;
        const bool no_width = (w[i] < -q) | (w[i] + q == 0) | ((q == 0) & (w[i] <= 0));
        const bool positive = a[i] > p;
        const bool none = (a[i] < -p) | ((p == 0) & (a[i] <= 0));
        const bool on_line = !(magnitude(ratio - r) > error) & (error != 0);
        const bool beyond = !(ratio < index_limit);
        const bool unsure_width = !(wide | no_width);
        const bool unsure_sign = !(positive | none);
        const bool doubtful = unsure_width | (wide & (unsure_sign | (positive & (on_line | beyond))));
        flags[i] = doubtful & all_known ? 1.0 : flags[i];
        values[i] = !all_known || no_width ? missing : none ? 0 : begun;
      }
    });
  });
  settle_whole(out, greatest(values, n, index_limit));
}

// Nothing is tried in doubles: what is missing is missing, the rest goes to exact fractions.
void exact(const Step& step, Block& block, Column& out, const Room& room) {
  for (std::size_t i = 0; i < block.rows; ++i) {
    bool all_known = true;
    for (std::size_t k = 0; k < step.args.size(); ++k)
      all_known = all_known && known(argument(step, block, k).values[i]);
    room.values[i] = all_known ? 0 : missing;
    if (all_known) block.flags[i] = 1;
  }
  settle_whole(out, 0);
}

}  // namespace tributary::policy::columns
