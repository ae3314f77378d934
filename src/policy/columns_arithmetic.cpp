#include "policy/columns_bounds.h"

namespace tributary::policy::columns {

namespace {

// Greatest and least magnitudes in one pass.
std::pair<double, double> extent(const double* values, std::size_t n) {
  Lanes most[4] = {};
  Lanes least[4] = {Lanes{1, 1}, Lanes{1, 1}, Lanes{1, 1}, Lanes{1, 1}};
  std::size_t i = 0;
  for (; i + lane_rows <= n; i += lane_rows) {
    __builtin_prefetch(values + i + prefetch_rows);
    for (std::size_t k = 0; k < 4; ++k) {
      const Lanes x = magnitudes(values + i + 2 * k);
      most[k] = x > most[k] ? x : most[k];
      least[k] = x < least[k] ? x : least[k];
    }
  }
  std::pair<double, double> out{0, 1};
  for (std::size_t k = 0; k < 4; ++k) {
    out.first = std::max({out.first, most[k][0], most[k][1]});
    out.second = std::min({out.second, least[k][0], least[k][1]});
  }
  for (; i < n; ++i) {
    const double x = magnitude(values[i]);
    out.first = x > out.first ? x : out.first;
    out.second = x < out.second ? x : out.second;
  }
  return out;
}

bool all_whole(const double* values, std::size_t n) {
  return most_of(values, n, [](Lanes x) {
           const Lanes part = x - ((x + 0x1.8p52) - 0x1.8p52);
           return part > 0 ? part : -part;
         }) == 0;
}

}  // namespace

TRIBUTARY_KERNEL void load(const double* values, const Step& step, Block& block, Column& out,
                           const Room& room) {
  const std::size_t n = block.rows;
  const auto [most, least] = extent(values, n);
  out.values = values;
  if (most > 1e37 || least < 1e-13)
    for (std::size_t i = 0; i < n; ++i)
      block.flags[i] = known(values[i]) && !ordinary(values[i]) ? 1.0 : block.flags[i];
  // Whether numbers happen to be whole is looked up only where it may settle something.
  bool whole = (step.discrete || block.per_row) && most < 0x1p51;
  if (whole && !all_whole(values, n)) {
    if (step.discrete)
      for (std::size_t i = 0; i < n; ++i)
        block.flags[i] = known(values[i]) & (nearest_whole(values[i]) != values[i]) ? 1.0 : block.flags[i];
    whole = step.discrete;
  }
  settle_canonical(out, block, room.errors, std::min(most, 1e37), whole);
}

// --- sums

namespace {

void sum_values(const Step& step, const Block& block, double* __restrict out) {
  const std::size_t n = block.rows;
  const auto x = [&](std::size_t k) { return argument(step, block, k).values; };
  const double* c = step.coefficients.data();
  const double offset = step.offset;
  std::size_t done = 0;
  if (step.args.size() >= 4) {
    const double *a = x(0), *b = x(1), *d = x(2), *e = x(3);
    for (std::size_t i = 0; i < n; ++i)
      out[i] = (((offset + c[0] * a[i]) + c[1] * b[i]) + c[2] * d[i]) + c[3] * e[i];
    done = 4;
  } else if (step.args.size() >= 2) {
    const double *a = x(0), *b = x(1);
    for (std::size_t i = 0; i < n; ++i) out[i] = (offset + c[0] * a[i]) + c[1] * b[i];
    done = 2;
  } else if (step.args.size() == 1) {
    const double* a = x(0);
    for (std::size_t i = 0; i < n; ++i) out[i] = offset + c[0] * a[i];
    done = 1;
  }
  for (; done < step.args.size(); ++done) {
    const double* a = x(done);
    const double factor = c[done];
    for (std::size_t i = 0; i < n; ++i) out[i] = out[i] + factor * a[i];
  }
}

}  // namespace

TRIBUTARY_KERNEL void linear(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const double growth = static_cast<double>(step.args.size() + 2) * u;
  double most = magnitude(step.offset);
  double error = 0;
  bool whole = step.whole;
  bool per_row = false;
  bool usable = step.offset == 0 || (most > 1e-100 && most < 1e100);
  for (std::size_t k = 0; k < step.args.size(); ++k) {
    const Column& x = argument(step, block, k);
    const double c = magnitude(step.coefficients[k]);
    usable = usable && (c == 0 || (c > 1e-100 && c < 1e100));
    most += c * x.most;
    error += c * x.error;
    whole = whole && x.whole;
    per_row = per_row || x.errors != nullptr;
  }
  sum_values(step, block, room.values);
  if (!usable) flag_all(block);
  if (whole && most < whole_limit) return settle_whole(out, most);
  settle(out, block, error + growth * most, most, per_row);
  if (!per_row) return;
  double* __restrict errors = room.errors;
  double* __restrict sizes = room.scratch;  // 0 only where every term is exactly 0
  std::fill_n(errors, n, growth * magnitude(step.offset));
  std::fill_n(sizes, n, magnitude(step.offset));
  for (std::size_t k = 0; k < step.args.size(); ++k) {
    const Column& x = argument(step, block, k);
    const double c = magnitude(step.coefficients[k]);
    const double* values = x.values;
    with_errors(x, [&](auto e) {
      for (std::size_t i = 0; i < n; ++i) {
        errors[i] += c * (e[i] + growth * magnitude(values[i]));
        sizes[i] += magnitude(values[i]) + e[i];
      }
    });
  }
  for (std::size_t i = 0; i < n; ++i) errors[i] = errors[i] * safe + (sizes[i] == 0 ? 0 : tiny);
  out.errors = errors;
}

void constant(const Step& step, Block&, Column& out, const Room&) {
  out.error = step.error;
  out.most = std::min(magnitude(known(step.value) ? step.value : 0), huge);
  out.whole = step.error == 0;
  out.canonical = step.canonical || out.whole;
}

TRIBUTARY_KERNEL void mirror(const Step& step, Block& block, Column& out, const Room& room) {
  const Column& x = argument(step, block, 0);
  const double* a = x.values;
  if (step.kind == Step::Kind::negate)
    for (std::size_t i = 0; i < block.rows; ++i) room.values[i] = 0 - a[i];
  else
    for (std::size_t i = 0; i < block.rows; ++i) room.values[i] = magnitude(a[i]);
  const double* values = out.values;
  out = x;
  out.values = values;
  if (x.errors == nullptr) return;
  std::copy_n(x.errors, block.rows, room.errors);
  out.errors = room.errors;
}

// --- products and quotients

TRIBUTARY_KERNEL void multiply(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const Column& x = argument(step, block, 0);
  const Column& y = argument(step, block, 1);
  const double *a = x.values, *b = y.values;
  double* __restrict values = room.values;
  for (std::size_t i = 0; i < n; ++i) values[i] = a[i] * b[i];
  const double most = x.most * y.most;
  if (x.whole && y.whole && most < whole_limit) return settle_whole(out, most);
  const bool per_row = x.errors != nullptr || y.errors != nullptr;
  settle(out, block, x.most * y.error + y.most * x.error + x.error * y.error + u * most, most, per_row);
  if (!per_row) return;
  double* __restrict errors = room.errors;
  with_errors(x, [&](auto ea) {
    with_errors(y, [&](auto eb) {
      for (std::size_t i = 0; i < n; ++i) {
        const double p = ea[i];
        const double q = eb[i];
        const bool zero = magnitude(a[i]) + p == 0 || magnitude(b[i]) + q == 0;
        errors[i] = ((magnitude(a[i]) * q + magnitude(b[i]) * p + p * q) + u * magnitude(values[i])) * safe +
                    (zero ? 0 : tiny);
      }
    });
  });
  out.errors = errors;
}

TRIBUTARY_KERNEL void divide(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const Column& x = argument(step, block, 0);
  const Column& y = argument(step, block, 1);
  const double *a = x.values, *b = y.values;
  double* __restrict values = room.values;
  double* __restrict errors = room.errors;
  double* __restrict flags = block.flags;
  with_errors(x, [&](auto ea) {
    with_errors(y, [&](auto eb) {
      for (std::size_t i = 0; i < n; ++i) {
        const double p = ea[i];
        const double q = eb[i];
        const double ratio = a[i] / b[i];
        const bool clear = magnitude(b[i]) > q;
        const bool by_zero = magnitude(b[i]) + q == 0;
        errors[i] = quotient_error(a[i], ratio, p, b[i], q);
        values[i] = by_zero ? missing : ratio;
        const bool doubtful = !clear || !(magnitude(ratio) < huge);
        flags[i] = doubtful & !by_zero & known(a[i]) & known(b[i]) ? 1.0 : flags[i];
      }
    });
  });
  out.errors = errors;
  out.most = greatest(values, n, huge);
}

// --- least and greatest

namespace {

template <bool most, class A, class B>
void extreme_rows(std::size_t n, const double* a, A ea, const double* b, B eb, double* values,
                  double* errors) {
  for (std::size_t i = 0; i < n; ++i) {
    const double x = a[i], y = b[i], p = ea[i], q = eb[i];
    const bool first = most ? x > y : x < y;
    const bool clear = magnitude(x - y) > (p + q) * safe;
    const double chosen = first ? p : q;
    const double larger = p > q ? p : q;
    errors[i] = clear ? chosen : larger;
    values[i] = !known(x) || first ? x : y;
  }
}

}  // namespace

TRIBUTARY_KERNEL void extreme(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  Column best = argument(step, block, 0);
  for (std::size_t k = 1; k < step.args.size(); ++k) {
    const Column& next = argument(step, block, k);
    with_errors(best, [&](auto p) {
      with_errors(next, [&](auto q) {
        if (step.greatest)
          extreme_rows<true>(n, best.values, p, next.values, q, room.values, room.errors);
        else
          extreme_rows<false>(n, best.values, p, next.values, q, room.values, room.errors);
      });
    });
    best.most = std::max(best.most, next.most);
    best.whole = best.whole && next.whole;
    best.canonical = best.canonical && next.canonical;
    best.values = room.values;
    best.errors = best.whole ? nullptr : room.errors;
  }
  if (best.whole) best.error = 0;
  out = best;
}

TRIBUTARY_KERNEL void store(const Column& column, std::size_t rows, double* out) {
  std::size_t i = 0;
  for (; i + lane_rows <= rows; i += lane_rows) {
    __builtin_prefetch(out + i + prefetch_rows, 1);
    std::memcpy(out + i, column.values + i, lane_rows * sizeof(double));
  }
  std::copy(column.values + i, column.values + rows, out + i);
}

TRIBUTARY_KERNEL bool any_flag(const Block& block) {
  return greatest(block.flags, block.rows, huge) > 0;
}

TRIBUTARY_KERNEL void check_output(const Column& column, Block& block) {
  if (column.canonical) return;
  const double* values = column.values;
  with_errors(column, [&](auto e) {
    for (std::size_t i = 0; i < block.rows; ++i)
      block.flags[i] = !(e[i] <= 0x1p-40 * magnitude(values[i])) & known(values[i]) ? 1.0 : block.flags[i];
  });
}

}  // namespace tributary::policy::columns
