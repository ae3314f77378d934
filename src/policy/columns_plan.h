// Inside columns.h: a program turned into steps over blocks of rows. Constants are folded exactly, sums of
// products with constant coefficients are one step, and comparisons and roundings of a single decimal are put
// as questions that doubles answer exactly (see the error analysis in columns.cpp).
#pragma once

#include "policy/binding.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::policy::columns {

// A step's value is «canonical» when it is the double that its exact value, a finite decimal, is typed as
// (Rational::from_double gives the exact value back). Inputs, roundings and table values are.
struct Step {
  enum class Kind : std::uint8_t {
    input,     // slot in Program::inputs
    place,     // slot in Program::parameters, one value per place
    constant,  // value, NaN when missing
    linear,    // offset + Σ coefficients × args
    negate,
    absolute,
    multiply,
    divide,
    extreme,    // least or greatest of args
    grid,       // rounding or steps of scale × args[0] + shift, args[0] canonical: exact
    round,      // rounding of args[0]
    steps,      // args: a, width, closed
    exact,      // what doubles cannot answer: every row with all its args goes to exact fractions
    compare,    // args: a, b
    threshold,  // args[0] canonical, against a constant: exact
    conjunction,
    disjunction,
    complement,
    select,
    coalesce,
    present,
    tier,
    limit,
  };
  enum class Relation : std::uint8_t {
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    never,
    always
  };

  Kind kind = Kind::constant;
  std::vector<int> args;  // earlier steps
  bool canonical = false;
  bool discrete = false;  // an input of a class, a choice or a boolean: whole numbers
  int slot = -1;
  double value = 0;  // constant; threshold
  double error = 0;  // of the constant
  Relation relation = Relation::less;
  bool greatest = false;  // extreme
  RoundingRule rounding;

  // linear
  double offset = 0;
  std::vector<double> coefficients;
  bool whole = false;  // offset and coefficients are whole numbers, exactly

  // grid: boundary r lies at (r × spacing + origin) / unit, all three whole numbers; index ≈ scale × x +
  // shift
  double scale = 0;
  double shift = 0;
  double spacing = 0;
  double origin = 0;
  double unit = 1;
  bool counts_steps = false;  // steps(): none at or below zero
  bool lower_closed = false;

  // round of a linear step of canonical columns, for ties: Σ weights × digits of the columns over a
  // denominator
  struct Whole {
    std::vector<int> args;  // columns
    std::vector<std::int64_t> weights;
    __int128 constant = 0;
    __int128 denominator = 1;
    int decimals = 0;  // digits are x × 10^decimals
  };
  std::optional<Whole> whole_form;

  // tier: bounds and values, ascending; limit: value at (class − 1) × 2 + water kind, NaN when there is none
  struct Tier {
    double above;
    double value;
  };
  std::vector<Tier> tiers;
  bool upper_inclusive = true;
  bool bounds_canonical = false;
  double bounds_error = 0;  // of any bound
  std::vector<double> table;
  double table_error = 0;  // of any value
  double table_most = 0;   // greatest magnitude
};

struct Output {
  int step = -1;
  int node = -1;  // of the program
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Output> outputs;
  std::vector<int> buffers;  // per step: where its values and bounds go
  std::size_t buffer_count = 0;
  bool by_place = false;  // reads the place of each row
};

Plan make_plan(const CompiledRule& rule, const Binding& binding, const std::vector<int>& wanted);

}  // namespace tributary::policy::columns
