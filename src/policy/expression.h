// The rule language: text to syntax tree. What may be written is in docs/rules.md; in short
//
//   if status = 'suspended' then 0 else unit * sum(factor: min(cap, ceil(x / 0.5)))
//
// Total by construction: no loops, no recursion, no input or output; nesting and size are bounded.
#pragma once

#include "base/error.h"
#include "base/rational.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::policy {

struct Expression {
  enum class Kind : std::uint8_t {
    number,     // value, text = unit or empty
    text,       // 'assessed'
    boolean,    // true, false (value 1 or 0)
    quality,    // a water-quality class I … V, worse_V (value 1 … 6)
    name,       // C  or  C[tp]: args empty, text = name, index = tp
    call,       // text = function, args
    reduction,  // text = sum|min|max|count|any|all|mean, index = index name, args[0] = body
    negate,
    add,
    subtract,
    multiply,
    divide,
    less,
    less_equal,
    equal,
    not_equal,
    greater,
    greater_equal,
    logical_not,
    logical_and,
    logical_or,
    conditional,  // args: condition, then, else
  };
  Kind kind = Kind::number;
  std::string text;
  std::string index;
  Rational value;
  std::vector<Expression> args;
  long column = 0;  // 1-based, in the text given to parse_expression
};

// Limits that keep evaluation bounded.
inline constexpr std::size_t max_expression_bytes = 4096;
inline constexpr int max_expression_depth = 64;

// Throws policy.syntax (with the column) or policy.too_complex. `where` gives file, line and field; its
// column is the column of the text's first character.
Expression parse_expression(std::string_view text, const Where& where);

// Back to text, names replaced by what `substitute` returns for them (empty = keep the name).
std::string expression_text(const Expression& expression,
                            const std::function<std::string(const Expression& name)>& substitute = {});

}  // namespace tributary::policy
