// A compiled rule: a flat list of typed operations over input and parameter slots, indices unrolled, units
// converted. Both evaluators read it: evaluate.h (one case, exact fractions) and columns.h (many rows,
// doubles with a bound).
#pragma once

#include "base/rational.h"
#include "policy/expression.h"
#include "policy/rule.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tributary::policy {

enum class Op : std::uint8_t {
  constant,   // value
  input,      // slot in Program::inputs
  parameter,  // slot in Program::parameters
  scale,      // args[0] × value: a conversion of units; lets «unlimited» through
  add,
  subtract,
  multiply,
  divide,
  negate,
  absolute,
  minimum,
  maximum,  // n-ary; «unlimited» arguments are left out
  ceiling,
  floor,
  round,        // rounding
  power,        // args: base, exponent; rounded half even to rounding.places
  exponential,  // of args[0]; likewise
  steps,        // args: a, width, closed (0 upper, 1 lower)
  less,
  less_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
  logical_not,
  select,    // args: condition, then, else
  coalesce,  // args: first, otherwise
  present,
  tier,   // args[0]; slot in Program::parameters (a table)
  limit,  // args: class, water kind (0 river, 1 lake); slot in Program::limits
};

// Booleans are 0 and 1, classes 1 … 6, choices their position from 0; a missing value makes what needs it
// missing.
struct Node {
  Op op = Op::constant;
  std::vector<int> args;  // earlier nodes only
  Rational value;
  int slot = -1;
  RoundingRule rounding;
};

// One input or parameter element: C[tp], k0.
struct Slot {
  std::size_t declaration = 0;  // in Rule::inputs / Rule::parameters
  std::string element;          // empty when not indexed
};

// Limits of one indicator of a standard, per class I … V and water kind.
struct LimitTable {
  std::string standard;
  std::string indicator;
  Unit unit;
  std::array<std::array<std::optional<Decimal>, 2>, 5> values;  // [class - 1][0 river, 1 lake]
  Source source;
  bool verified = true;
};

// A formula for one element of its index, or a payment's condition or amount.
struct FormulaNode {
  std::size_t declaration = 0;  // in Rule::formulas
  std::string element;
  int node = -1;
};

struct PaymentNodes {
  int when = -1;
  int amount = -1;  // in yuan, rounded
};

struct Program {
  std::vector<Node> nodes;
  std::vector<Slot> inputs;
  std::vector<Slot> parameters;
  std::vector<bool> may_be_unlimited;  // per parameter slot: used only directly inside min/max
  std::vector<LimitTable> limits;
  std::map<std::string, int> limit_nodes;  // by limit_key()
  std::vector<FormulaNode> formulas;       // in the order of the rule, then of the index
  std::vector<PaymentNodes> payments;
  int assessed = -1;                       // or -1: always
  std::vector<Expression> formula_syntax;  // per declared formula
  std::vector<Expression> when_syntax;     // per payment
  std::vector<Expression> amount_syntax;
  std::optional<Expression> assessed_syntax;
};

// Which call of limit(): its text and the elements that indices stand for where it stands.
inline std::string limit_key(const Expression& call, const std::map<std::string, std::string>& elements) {
  std::string out = expression_text(call);
  for (const auto& [index, element] : elements) out += " " + index + "=" + element;
  return out;
}

inline std::string element_name(const std::string& name, const std::string& element) {
  return element.empty() ? name : name + "[" + element + "]";
}

}  // namespace tributary::policy
