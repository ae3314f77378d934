// The compiler of one rule: compile.cpp holds names, formulas and operators, compile_functions.cpp the
// functions.
#pragma once

#include "policy/compile.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tributary::policy {

// What an expression is of, while it is compiled.
struct Type {
  ValueType::Kind kind = ValueType::Kind::number;
  Unit unit;
  bool any_unit = false;  // a bare 0 fits every unit
  std::vector<std::string> choices;
};

struct Typed {
  int node = -1;
  Type type;
};

// Compiles one rule. Formulas are compiled on demand, once per index element.
class Compiler {
 public:
  Compiler(const Rule& rule, const LimitSource& limits) : rule_(rule), limits_(limits) {}
  Program run();

 private:
  // Where in the text we are, and which element each index stands for.
  struct Scope {
    const Where& where;
    std::map<std::string, std::string> elements;
  };
  [[noreturn]] void fail(Code code, const Expression& at, const Scope& scope, const std::string& zh,
                         const std::string& en, Text hint = {}) const;
  void check_names();
  // A group mean is taken of a formula of this rule that has no index and does not itself need a group mean.
  void check_group_means() const;

  // Nodes of the program.
  std::vector<std::string> elements_of(const std::string& index) const;
  int emit(Op op, std::vector<int> args, Rational value = {}, int slot = -1);
  int constant(Rational value);

  // Units and types.
  void require(ValueType::Kind kind, const Typed& value, const Expression& at, const Scope& scope) const;
  int convert(const Typed& value, const Unit& to, const Expression& at, const Scope& scope);
  // Brings b to the type of a (or a to b's where a is a bare 0) and returns the common type.
  Type unify(Typed& a, Typed& b, const Expression& at, const Scope& scope);
  int boolean(const Expression& e, const Where& where);
  int amount(const Expression& e, const Payment& payment);

  // Names.
  // Which element a name with index `index` stands for here.
  std::string element_here(const Expression& e, const std::string& index, const Scope& scope) const;
  Typed name(const Expression& e, const Scope& scope);
  Typed leaf(Op op, std::vector<Slot>& slots, std::size_t declaration, const std::string& element,
             const ValueType& type);
  int formula(std::size_t declaration, const std::string& element);

  // Expressions.
  Typed expression(const Expression& e, const Scope& scope, const Type* expected = nullptr);
  Unit unit(const Expression& e, const Scope& scope) const;
  Typed number(const Expression& e, const Scope& scope);
  int truth(const Expression& e, const Scope& scope);
  // Both sides of something symmetrical: a choice written as text takes its meaning from the other side.
  std::pair<Typed, Typed> pair(const Expression& left, const Expression& right, const Scope& scope,
                               const Type* expected = nullptr);
  Typed choice(const Expression& e, const Scope& scope, const Type* expected);
  Typed sum(const Expression& e, const Scope& scope);
  Typed comparison(const Expression& e, const Scope& scope);

  // Functions (compile_functions.cpp).
  Typed reduction(const Expression& e, const Scope& outer);
  void arity(const Expression& e, const Scope& scope, std::size_t least, std::size_t most) const;
  int plain(const Expression& e, const Scope& scope);
  Typed call(const Expression& e, const Scope& scope, const Type* expected);
  Typed extreme(const Expression& e, const Scope& scope);
  Typed rounding(const Expression& e, const Scope& scope);
  int places(const Expression& e, const Scope& scope, int least) const;
  Typed power(const Expression& e, const Scope& scope);
  Typed tier(const Expression& e, const Scope& scope);
  Typed limit(const Expression& e, const Scope& scope);

  const Rule& rule_;
  const LimitSource& limits_;
  Program program_;
  std::map<std::pair<std::size_t, std::string>, int> input_nodes_;
  std::map<std::pair<std::size_t, std::string>, int> parameter_nodes_;
  std::map<std::pair<std::size_t, std::string>, int> formula_nodes_;
  std::vector<std::string> open_;
};

}  // namespace tributary::policy
