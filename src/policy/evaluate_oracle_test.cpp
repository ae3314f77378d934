// A second, slow evaluator: recursive over the syntax tree, its own big fractions (Boost), its own units.
// Judges evaluate() on random rules.
#include "policy/codes.h"
#include "policy/evaluate.h"
#include "policy/random_rules.h"

#include <algorithm>
#include <map>
#include <optional>

#include <boost/multiprecision/cpp_int.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

using Integer = boost::multiprecision::cpp_int;
using Fraction = boost::multiprecision::cpp_rational;

// From a decimal text; to the fractions of the house, for comparing.
Fraction fraction(const std::string& text) {
  Integer digits = 0;
  Integer unit = 1;
  bool point = false;
  for (char c : text) {
    if (c == '.') point = true;
    if (c < '0' || c > '9') continue;
    digits = digits * 10 + (c - '0');
    if (point) unit *= 10;
  }
  return Fraction(text[0] == '-' ? -digits : digits, unit);
}

Rational house(Integer n) {
  const bool negative = n < 0;
  if (negative) n = -n;
  std::string text = n.str();
  Rational out(0);
  for (std::size_t at = 0; at < text.size(); at += 15) {
    const std::string piece = text.substr(at, 15);
    out = out * Rational::power_of_ten(static_cast<int>(piece.size())) + Rational(Decimal::parse(piece));
  }
  return negative ? -out : out;
}
Rational house(const Fraction& x) {
  return house(numerator(x)) / house(denominator(x));
}

Integer floor_of(const Fraction& x) {
  const Integer n = numerator(x);
  const Integer d = denominator(x);
  Integer q = n / d;
  return n < 0 && q * d != n ? Integer(q - 1) : q;
}

Fraction rounded(const Fraction& x, int places, Rounding mode) {
  Fraction unit = 1;
  for (int i = 0; i < std::abs(places); ++i) unit *= 10;
  if (places < 0) unit = 1 / unit;
  const Fraction scaled = x * unit;
  const Integer below = floor_of(scaled);
  const Integer above = scaled == Fraction(below) ? below : Integer(below + 1);
  const Fraction part = scaled - Fraction(below);
  const Fraction half(1, 2);
  Integer out = below;
  switch (mode) {
    case Rounding::floor:
      break;
    case Rounding::ceiling:
      out = above;
      break;
    case Rounding::down:
      out = x < 0 ? above : below;
      break;
    case Rounding::up:
      out = x < 0 ? below : above;
      break;
    case Rounding::half_up:
      out = part > half || (part == half && x > 0) ? above : below;
      break;
    case Rounding::half_even:
      out = part > half || (part == half && below % 2 != 0) ? above : below;
      break;
  }
  return Fraction(out) / unit;
}

Fraction factor_of(const std::string& unit) {
  static const std::map<std::string, Fraction> factors{{"1", 1},    {"%", Fraction(1, 100)},
                                                       {"mg/L", 1}, {"ug/L", Fraction(1, 1000)},
                                                       {"CNY", 1},  {"万元", 10000}};
  return factors.at(unit);
}

// A value in its own unit, so many coherent units each.
struct Value {
  enum class State : std::uint8_t { missing, value, unlimited };
  State state = State::missing;
  Fraction number;
  Fraction factor = 1;
  bool any_unit = false;

  bool there() const { return state == State::value; }
  bool truth() const { return there() && number != 0; }
};

class Oracle {
 public:
  Oracle(const CompiledRule& rule, const std::map<std::string, Fraction>& inputs, const std::string& place)
      : rule_(rule.rule), program_(rule.program), inputs_(inputs), place_(place) {}

  Value formula(std::size_t i, const std::string& element) {
    const std::string key = element_name(rule_.formulas[i].name, element);
    if (const auto done = formulas_.find(key); done != formulas_.end()) return done->second;
    const Formula& f = rule_.formulas[i];
    Value out = of(program_.formula_syntax[i], f.index, element);
    if (f.type.kind == ValueType::Kind::number) out = in(out, factor_of(f.type.unit.symbol()));
    if (f.round && out.there()) out.number = rounded(out.number, f.round->places, f.round->mode);
    return formulas_[key] = out;
  }

  Value payment(std::size_t i) {
    Value out = in(of(program_.amount_syntax[i], "", ""), 1);
    if (out.there())
      out.number = rounded(out.number, rule_.payments[i].round.places, rule_.payments[i].round.mode);
    return out;
  }

  Value condition(const Expression& e) { return of(e, "", ""); }

 private:
  static Value plain(const Fraction& x) { return {Value::State::value, x, 1, false}; }
  static Value truth(bool b) { return plain(b ? 1 : 0); }
  static Value missing_in(const Fraction& factor) { return {Value::State::missing, 0, factor, false}; }

  static Value in(Value v, const Fraction& factor) {
    v.number = v.number * v.factor / factor;
    v.factor = factor;
    v.any_unit = false;
    return v;
  }

  // Both in one unit: the first's, or the second's where the first is a bare 0.
  static void unify(Value& a, Value& b) {
    if (a.any_unit) {
      a.factor = b.factor;
      a.any_unit = b.any_unit;
    } else {
      b = in(b, a.factor);
    }
  }

  std::string element(const Expression& e, const std::string& index, const std::string& bound_index,
                      const std::string& bound) const {
    if (index.empty()) return "";
    return !e.index.empty() && e.index != index ? e.index : bound_index == index ? bound : "?";
  }

  Value name(const Expression& e, const std::string& index, const std::string& bound) {
    for (const Input& x : rule_.inputs)
      if (x.name == e.text) {
        const auto found = inputs_.find(element_name(x.name, element(e, x.index, index, bound)));
        const Fraction factor =
            x.type.kind == ValueType::Kind::number ? factor_of(x.type.unit.symbol()) : Fraction(1);
        return found == inputs_.end() ? missing_in(factor)
                                      : Value{Value::State::value, found->second, factor, false};
      }
    for (std::size_t i = 0; i < rule_.formulas.size(); ++i)
      if (rule_.formulas[i].name == e.text)
        return formula(i, element(e, rule_.formulas[i].index, index, bound));
    for (const Parameter& x : rule_.parameters)
      if (x.name == e.text) {
        const auto& values = x.values[0].elements;
        const auto found = values.find(x.by_place ? place_ : element(e, x.index, index, bound));
        const Fraction factor = factor_of(x.type.unit.symbol());
        if (found == values.end()) return missing_in(factor);
        if (found->second == "unlimited") return {Value::State::unlimited, 0, factor, false};
        return {Value::State::value, fraction(found->second), factor, false};
      }
    throw std::logic_error(e.text);
  }

  static Value extreme(std::vector<Value> values, bool greatest) {
    std::optional<Value> best;
    Value unit = values[0];
    for (std::size_t i = 1; i < values.size(); ++i) unify(unit, values[i]);
    values[0].factor = unit.factor;
    values[0].any_unit = unit.any_unit;
    for (const Value& v : values) {
      if (v.state == Value::State::missing) return {Value::State::missing, 0, unit.factor, unit.any_unit};
      if (v.there() && (!best || (greatest ? v.number > best->number : v.number < best->number))) best = v;
    }
    if (!best) return {Value::State::missing, 0, unit.factor, unit.any_unit};
    best->factor = unit.factor;
    best->any_unit = unit.any_unit;
    return *best;
  }

  static Value logical(const Value& a, const Value& b, bool decisive) {
    if ((a.there() && a.truth() == decisive) || (b.there() && b.truth() == decisive)) return truth(decisive);
    return a.there() && b.there() ? truth(!decisive) : Value{};
  }

  Value reduction(const Expression& e) {
    std::vector<Value> values;
    for (const std::string& element : rule_.indices.at(e.index))
      values.push_back(of(e.args[0], e.index, element));
    if (e.text == "min" || e.text == "max") return extreme(values, e.text == "max");
    if (e.text == "any" || e.text == "all") {
      Value out = values[0];
      for (std::size_t i = 1; i < values.size(); ++i) out = logical(out, values[i], e.text == "any");
      return out;
    }
    Value total = e.text == "count" ? plain(0) : values[0];
    for (std::size_t i = e.text == "count" ? 0 : 1; i < values.size(); ++i) total = sum(total, values[i], 1);
    if (e.text == "mean") total.number /= static_cast<int>(values.size());
    return total;
  }

  static Value sum(Value a, Value b, int sign) {
    unify(a, b);
    if (!a.there() || !b.there()) return {Value::State::missing, 0, a.factor, a.any_unit};
    a.number += sign * b.number;
    return a;
  }

  static Value compared(const Expression& e, Value a, Value b) {
    using Kind = Expression::Kind;
    unify(a, b);
    if (!a.there() || !b.there()) return {};
    switch (e.kind) {
      case Kind::less:
        return truth(a.number < b.number);
      case Kind::less_equal:
        return truth(a.number <= b.number);
      case Kind::greater:
        return truth(a.number > b.number);
      case Kind::greater_equal:
        return truth(a.number >= b.number);
      case Kind::equal:
        return truth(a.number == b.number);
      default:
        return truth(a.number != b.number);
    }
  }

  Value call(const Expression& e, const std::string& index, const std::string& bound) {
    const auto arg = [&](std::size_t i) { return of(e.args[i], index, bound); };
    const std::string& f = e.text;
    if (f == "min" || f == "max") {
      std::vector<Value> values;
      for (std::size_t i = 0; i < e.args.size(); ++i) values.push_back(arg(i));
      return extreme(values, f == "max");
    }
    if (f == "clamp") {
      Value a = arg(0), low = arg(1), high = arg(2);
      unify(a, low);
      unify(a, high);
      low.factor = high.factor = a.factor;
      low.any_unit = high.any_unit = a.any_unit;
      return extreme({low, extreme({high, a}, false)}, true);
    }
    if (f == "abs") {
      Value a = arg(0);
      a.number = abs(a.number);
      return a;
    }
    if (f == "ceil" || f == "floor") {
      const Value a = in(arg(0), 1);
      return a.there() ? plain(rounded(a.number, 0, f == "ceil" ? Rounding::ceiling : Rounding::floor))
                       : Value{};
    }
    if (f == "round") {
      Value a = arg(0);
      const bool negative = e.args[1].kind == Expression::Kind::negate;
      const auto digits = static_cast<int>((negative ? e.args[1].args[0] : e.args[1]).value.to_int64());
      if (a.there())
        a.number = rounded(a.number, negative ? -digits : digits, *parse_rounding(e.args[2].text));
      return a;
    }
    if (f == "steps") {
      const Value a = in(arg(0), 1), width = in(arg(1), 1);
      if (!a.there() || !width.there() || width.number <= 0) return {};
      if (a.number <= 0) return plain(0);
      const Fraction ratio = a.number / width.number;
      // Steps begun: those whose lower bound k·w lies below a, or at it where the bound belongs to the step.
      Integer count = floor_of(ratio) + 1;
      if (e.args[2].text == "upper" && ratio == Fraction(count - 1)) count -= 1;
      return plain(Fraction(count));
    }
    if (f == "present") return truth(arg(0).state != Value::State::missing);
    if (f == "coalesce") {
      Value a = arg(0), b = arg(1);
      unify(a, b);
      if (a.there()) return a;
      b.factor = a.factor;
      b.any_unit = a.any_unit;
      return b;
    }
    if (f == "tier") {
      const Value x = in(arg(1), 1);
      const auto table = std::find_if(rule_.parameters.begin(), rule_.parameters.end(),
                                      [&](const Parameter& p) { return p.name == e.args[0].text; });
      Value out = missing_in(factor_of(table->type.unit.symbol()));
      for (const auto& tier : table->values[0].tiers) {
        const Fraction above = fraction(tier.above.to_string());
        if (x.there() && (table->upper_inclusive ? x.number > above : x.number >= above))
          out.state = Value::State::value, out.number = fraction(tier.value);
      }
      return out;
    }
    if (f == "limit") {
      const Value quality = arg(2), water = arg(3);
      const auto table = RandomRules::limits("gb", e.args[1].text);
      if (!quality.there() || !water.there() || quality.number > 5) return {};
      const auto& value = table->values[quality.number.convert_to<std::size_t>() - 1][water.truth() ? 1 : 0];
      return value ? plain(fraction(value->to_string())) : Value{};
    }
    throw std::logic_error(f);
  }

  Value of(const Expression& e, const std::string& index, const std::string& bound) {
    using Kind = Expression::Kind;
    const auto arg = [&](std::size_t i) { return of(e.args[i], index, bound); };
    switch (e.kind) {
      case Kind::number: {
        // Whatever the reader made of the digits, one number: taken from its exact decimal.
        Value out = plain(fraction(e.value.to_decimal().to_string()));
        if (!e.text.empty()) out.factor = factor_of(e.text);
        out.any_unit = out.number == 0 && e.text.empty();
        return out;
      }
      case Kind::boolean:
        return truth(e.text == "true");
      case Kind::quality:
        return plain(e.text == "worse_V" ? 6
                     : e.text == "V"     ? 5
                     : e.text == "IV"    ? 4
                                         : static_cast<int>(e.text.size()));
      case Kind::text:
        return plain(e.text == "suspended" ? 1 : e.text == "no_flow" ? 2 : 0);
      case Kind::name:
        return name(e, index, bound);
      case Kind::call:
        return call(e, index, bound);
      case Kind::reduction:
        return reduction(e);
      case Kind::negate: {
        Value a = arg(0);
        a.number = -a.number;
        return a;
      }
      case Kind::add:
        return sum(arg(0), arg(1), 1);
      case Kind::subtract:
        return sum(arg(0), arg(1), -1);
      case Kind::multiply:
      case Kind::divide: {
        const Value a = arg(0), b = arg(1);
        const bool times = e.kind == Kind::multiply;
        Value out;
        out.factor = times ? Fraction(a.factor * b.factor) : Fraction(a.factor / b.factor);
        out.any_unit = a.any_unit || (times && b.any_unit);
        if (!a.there() || !b.there() || (!times && b.number == 0)) return out;
        out.state = Value::State::value;
        out.number = times ? Fraction(a.number * b.number) : Fraction(a.number / b.number);
        return out;
      }
      case Kind::logical_not: {
        const Value a = arg(0);
        return a.there() ? truth(!a.truth()) : Value{};
      }
      case Kind::logical_and:
        return logical(arg(0), arg(1), false);
      case Kind::logical_or:
        return logical(arg(0), arg(1), true);
      case Kind::conditional: {
        const Value c = arg(0);
        Value a = arg(1), b = arg(2);
        unify(a, b);
        b.factor = a.factor;
        b.any_unit = a.any_unit;
        if (!c.there()) return {Value::State::missing, 0, a.factor, a.any_unit};
        return c.truth() ? a : b;
      }
      default:
        return compared(e, arg(0), arg(1));
    }
  }

  const Rule& rule_;
  const Program& program_;
  const std::map<std::string, Fraction>& inputs_;
  const std::string& place_;
  std::map<std::string, Value> formulas_;
};

TEST(EvaluateOracle, RandomRules) {
  std::size_t compared = 0;
  std::size_t present = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 2500 && !HasFailure(); ++seed) {
    RandomRules random(seed);
    std::shared_ptr<const CompiledRule> rule;
    try {
      rule = compile(random.rule(), RandomRules::limits);
    } catch (const Error& error) {
      if (error.code() != codes::unit_mismatch) throw;  // a quotient by a bare 0
      ++refused;
      continue;
    }
    const Binding binding = bind(*rule, make_date(2020, 1, 1), make_date(2020, 1, 1));
    for (int row = 0; row < 3; ++row) {
      std::map<std::string, Fraction> inputs;
      std::vector<std::optional<Rational>> given;
      std::string shown;
      for (const Slot& slot : rule->program.inputs) {
        const Input& input = rule->rule.inputs[slot.declaration];
        const double x = random.column(input, 1)[0];
        const std::string name = element_name(input.name, slot.element);
        given.push_back(x == x ? std::optional(Rational::from_double(x)) : std::nullopt);
        if (x == x) inputs[name] = fraction(Decimal::from_double(x).to_string());
        shown += fmt::format(" {}={}", name, x);
      }
      const std::string place = RandomRules::places()[random.below(3)];
      const std::vector<Cell> cells = evaluate(rule->program, binding, given, place);
      Oracle oracle(*rule, inputs, place);
      const auto check = [&](const std::string& what, const std::string& text, int node,
                             const Value& expected) {
        const Cell& cell = cells[static_cast<std::size_t>(node)];
        ++compared;
        present += expected.there() ? 1 : 0;
        EXPECT_EQ(cell.present(), expected.there()) << "seed " << seed << " " << what << ": " << text << "\n"
                                                    << shown;
        if (cell.present() && expected.there()) {
          EXPECT_TRUE(cell.value == house(expected.number))
              << "seed " << seed << " " << what << ": " << text << "\n"
              << shown << "\n"
              << cell.value.to_string() << ", not " << expected.number;
        }
      };
      for (const FormulaNode& f : rule->program.formulas)
        check(rule->rule.formulas[f.declaration].name + f.element, rule->rule.formulas[f.declaration].text,
              f.node, oracle.formula(f.declaration, f.element));
      for (std::size_t i = 0; i < rule->program.payments.size(); ++i) {
        check("when", rule->rule.payments[i].when, rule->program.payments[i].when,
              oracle.condition(rule->program.when_syntax[i]));
        check("amount", rule->rule.payments[i].amount, rule->program.payments[i].amount, oracle.payment(i));
      }
      if (rule->program.assessed >= 0)
        check("assessed", rule->rule.assessed_when, rule->program.assessed,
              oracle.condition(*rule->program.assessed_syntax));
    }
  }
  EXPECT_GT(compared, 20'000U);
  EXPECT_GT(present * 3, compared) << "too many missing values to prove anything";
  EXPECT_LT(refused, 250U);
}

}  // namespace
}  // namespace tributary::policy
