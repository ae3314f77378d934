#include "policy/columns_bounds.h"

namespace tributary::policy::columns {
namespace {

using Relation = Step::Relation;

template <Relation relation>
bool holds(double a, double b) {
  switch (relation) {
    case Relation::less:
      return a < b;
    case Relation::less_equal:
      return a <= b;
    case Relation::greater:
      return a > b;
    case Relation::greater_equal:
      return a >= b;
    case Relation::equal:
      return a == b;
    case Relation::not_equal:
      return a != b;
    case Relation::never:
      return false;
    case Relation::always:
      return true;
  }
  return false;
}

template <class F>
void with_relation(Relation relation, F&& f) {
  switch (relation) {
    case Relation::less:
      return f(std::integral_constant<Relation, Relation::less>{});
    case Relation::less_equal:
      return f(std::integral_constant<Relation, Relation::less_equal>{});
    case Relation::greater:
      return f(std::integral_constant<Relation, Relation::greater>{});
    case Relation::greater_equal:
      return f(std::integral_constant<Relation, Relation::greater_equal>{});
    case Relation::equal:
      return f(std::integral_constant<Relation, Relation::equal>{});
    case Relation::not_equal:
      return f(std::integral_constant<Relation, Relation::not_equal>{});
    case Relation::never:
      return f(std::integral_constant<Relation, Relation::never>{});
    case Relation::always:
      return f(std::integral_constant<Relation, Relation::always>{});
  }
}

}  // namespace

TRIBUTARY_KERNEL void compare(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const Column& x = argument(step, block, 0);
  const double* a = x.values;
  double* __restrict values = room.values;
  settle_whole(out, 1);
  with_relation(step.relation, [&](auto relation) {
    if (step.kind == Step::Kind::threshold) {
      const double b = step.value;
      for (std::size_t i = 0; i < n; ++i)
        values[i] = known(a[i]) ? (holds<relation()>(a[i], b) ? 1.0 : 0.0) : missing;
      return;
    }
    const Column& y = argument(step, block, 1);
    const double* b = y.values;
    for (std::size_t i = 0; i < n; ++i)
      values[i] = known(a[i]) & known(b[i]) ? (holds<relation()>(a[i], b[i]) ? 1.0 : 0.0) : missing;
    if (x.canonical && y.canonical) return;
    double* __restrict flags = block.flags;
    with_errors(x, [&](auto ea) {
      with_errors(y, [&](auto eb) {
        for (std::size_t i = 0; i < n; ++i) {
          const double error = (ea[i] + eb[i]) * safe;
          const bool clear = (magnitude(a[i] - b[i]) > error) | (error == 0);
          flags[i] = !clear & known(a[i]) & known(b[i]) ? 1.0 : flags[i];
        }
      });
    });
  });
}

TRIBUTARY_KERNEL void logical(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const double* a = argument(step, block, 0).values;
  double* __restrict values = room.values;
  settle_whole(out, 1);
  if (step.kind == Step::Kind::complement) {
    for (std::size_t i = 0; i < n; ++i) values[i] = a[i] == 0 ? 1.0 : known(a[i]) ? 0.0 : missing;
    return;
  }
  if (step.kind == Step::Kind::present) {
    for (std::size_t i = 0; i < n; ++i) values[i] = known(a[i]) ? 1.0 : 0.0;
    return;
  }
  const double* b = argument(step, block, 1).values;
  if (step.kind == Step::Kind::conjunction) {
    for (std::size_t i = 0; i < n; ++i)
      values[i] = (a[i] == 0) | (b[i] == 0) ? 0.0 : known(a[i]) & known(b[i]) ? 1.0 : missing;
  } else {
    for (std::size_t i = 0; i < n; ++i) {
      const bool yes = ((a[i] != 0) & known(a[i])) | ((b[i] != 0) & known(b[i]));
      values[i] = yes ? 1.0 : known(a[i]) & known(b[i]) ? 0.0 : missing;
    }
  }
}

namespace {

// Takes each row from one of two columns.
template <class Pick>
void choose(const Column& x, const Column& y, Block& block, Column& out, const Room& room, Pick pick) {
  const std::size_t n = block.rows;
  const double *a = x.values, *b = y.values;
  double* __restrict errors = room.errors;
  out.most = std::max(x.most, y.most);
  out.whole = x.whole && y.whole;
  out.canonical = x.canonical && y.canonical;
  out.error = std::max(x.error, y.error);
  if (x.errors != nullptr || y.errors != nullptr || x.error != y.error) {
    with_errors(x, [&](auto p) {
      with_errors(y, [&](auto q) {
        for (std::size_t i = 0; i < n; ++i) {
          const double one = p[i], other = q[i];
          errors[i] = pick(i, one, other);
        }
      });
    });
    out.errors = errors;
  }
  double* __restrict values = room.values;
  for (std::size_t i = 0; i < n; ++i) {
    const double one = a[i], other = b[i];
    values[i] = pick(i, one, other);
  }
}

}  // namespace

TRIBUTARY_KERNEL void select(const Step& step, Block& block, Column& out, const Room& room) {
  const double* c = argument(step, block, 0).values;
  choose(argument(step, block, 1), argument(step, block, 2), block, out, room,
         [c](std::size_t i, double yes, double no) { return c[i] == 0     ? no
                                                            : known(c[i]) ? yes
                                                                          : missing; });
}

TRIBUTARY_KERNEL void coalesce(const Step& step, Block& block, Column& out, const Room& room) {
  const Column& x = argument(step, block, 0);
  const double* a = x.values;
  choose(x, argument(step, block, 1), block, out, room,
         [a](std::size_t i, double first, double other) { return known(a[i]) ? first : other; });
}

// --- tables

namespace {

void settle_table(const Step& step, Column& out) {
  out.canonical = step.canonical;
  out.error = step.table_error;
  out.most = step.table_most;
  out.whole = step.table_error == 0;
  out.canonical = out.canonical || out.whole;
}

}  // namespace

TRIBUTARY_KERNEL void tier(const Step& step, Block& block, Column& out, const Room& room) {
  const std::size_t n = block.rows;
  const Column& x = argument(step, block, 0);
  const double* a = x.values;
  double* __restrict values = room.values;
  std::fill_n(values, n, missing);
  for (const Step::Tier& t : step.tiers) {
    const double above = t.above;
    const double value = t.value;
    if (step.upper_inclusive)
      for (std::size_t i = 0; i < n; ++i) values[i] = a[i] > above ? value : values[i];
    else
      for (std::size_t i = 0; i < n; ++i) values[i] = a[i] >= above ? value : values[i];
    if (step.bounds_canonical) continue;
    with_errors(x, [&](auto e) {
      for (std::size_t i = 0; i < n; ++i) {
        const double error = (e[i] + step.bounds_error) * safe;
        const bool clear = (magnitude(a[i] - above) > error) | (error == 0);
        block.flags[i] = !clear & known(a[i]) ? 1.0 : block.flags[i];
      }
    });
  }
  settle_table(step, out);
}

void limit(const Step& step, Block& block, Column& out, const Room& room) {
  const double* quality = argument(step, block, 0).values;
  const double* water = argument(step, block, 1).values;
  for (std::size_t i = 0; i < block.rows; ++i) {
    const bool has = quality[i] >= 1 && quality[i] < 6 && known(water[i]);
    const auto row = has ? (static_cast<std::size_t>(quality[i]) - 1) * 2 + (water[i] != 0 ? 1U : 0U) : 0U;
    room.values[i] = has ? step.table[row] : missing;
  }
  settle_table(step, out);
}

}  // namespace tributary::policy::columns
