#include "policy/random_rules.h"

#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Input input(const std::string& name, const std::string& index, ValueType type) {
  Input out;
  out.name = name;
  out.index = index;
  out.type = std::move(type);
  return out;
}

ValueType number_of(const std::string& unit) {
  return {ValueType::Kind::number, Unit::parse(unit), {}};
}
ValueType kind_of(ValueType::Kind kind, std::vector<std::string> choices = {}) {
  return {kind, {}, std::move(choices)};
}

Parameter parameter(const std::string& name, const std::string& index, ValueType type,
                    std::map<std::string, std::string> elements) {
  Parameter out;
  out.name = name;
  out.index = index;
  out.type = std::move(type);
  ParameterValue value;
  value.in_force = make_date(2010, 1, 1);
  value.known = make_date(2010, 1, 1);
  value.elements = std::move(elements);
  out.values.push_back(std::move(value));
  return out;
}

}  // namespace

const std::vector<std::string>& RandomRules::places() {
  static const std::vector<std::string> list{"city:3416", "city:3412", "city:nowhere"};
  return list;
}

std::optional<LimitTable> RandomRules::limits(const std::string& standard, const std::string& indicator) {
  if (standard != "gb" || (indicator != "a" && indicator != "b")) return std::nullopt;
  LimitTable out;
  out.standard = standard;
  out.indicator = indicator;
  out.unit = Unit::parse("mg/L");
  const auto d = [](const char* text) { return std::optional(Decimal::parse(text)); };
  if (indicator == "a")
    out.values = {
        {{d("2"), d("2")}, {d("4"), d("4")}, {d("6"), d("6")}, {d("10"), d("10")}, {d("15"), d("15")}}};
  else
    out.values = {{{d("0.02"), d("0.01")},
                   {d("0.1"), d("0.025")},
                   {d("0.2"), d("0.05")},
                   {d("0.3"), d("0.1")},
                   {d("0.4"), std::nullopt}}};
  return out;
}

std::string RandomRules::decimal() {
  static const std::vector<std::string> special{"0",   "1",    "0.5",  "0.45", "0.3", "2.2", "0.1",
                                                "100", "0.05", "1e-6", "20%",  "3",   "1.5"};
  if (chance(50)) return pick(special);
  const std::size_t places = below(4);
  return fmt::format("{:.{}f}", static_cast<double>(below(400)) / std::pow(10.0, static_cast<double>(places)),
                     places);
}

std::string RandomRules::unit(Dimension dimension) {
  return dimension == Dimension::plain ? "1" : dimension == Dimension::concentration ? "mg/L" : "CNY";
}

std::string RandomRules::leaf(Dimension dimension) {
  std::vector<std::string> names;
  for (const Formula& f : made_)
    if (f.type.kind == ValueType::Kind::number && f.type.unit.same_dimension(Unit::parse(unit(dimension))))
      names.push_back(f.index.empty() || indexed_ ? f.name : f.name + "[" + pick({"a", "b", "c"}) + "]");
  if (!names.empty() && chance(25)) return pick(names);
  const std::string element = indexed_ && chance(60) ? "" : "[" + pick({"a", "b", "c"}) + "]";
  switch (dimension) {
    case Dimension::plain:
      return pick({"n", "m", "k0", "K", "w" + element, decimal(), decimal(), "r"});
    case Dimension::concentration:
      return pick({"C" + element, "C" + element, "C0" + element, "p", "q", "0",
                   decimal().find('%') == std::string::npos ? "0.2 {mg/L}" : "150 {ug/L}"});
    case Dimension::money:
      return pick({"v", "base", "0", "50 {CNY}", "0.02 {万元}"});
  }
  return "0";
}

std::string RandomRules::plain(int depth) {
  const auto same = [&] { return static_cast<Dimension>(below(3)); };
  switch (below(12)) {
    case 0: {
      const Dimension d = same();
      return wrapped(number(d, depth - 1), "/", number(d, depth - 1));
    }
    case 1:
      return pick({"ceil(", "floor("}) + plain(depth - 1) + ")";
    case 2: {
      const Dimension d = same();
      return fmt::format("steps({}, {}, '{}')", number(d, depth - 1),
                         chance(60) ? (d == Dimension::plain   ? "0.5"
                                       : d == Dimension::money ? "10 {CNY}"
                                                               : "0.1 {mg/L}")
                                    : number(d, depth - 1),
                         pick({"upper", "lower"}));
    }
    case 3:
      return wrapped(quality(depth - 1), "-", quality(depth - 1));
    case 4:
      return wrapped(plain(depth - 1), "*", plain(depth - 1));
    case 5:
      if (!indexed_) {
        indexed_ = true;
        const std::string out = "count(ix: " + condition(depth - 1) + ")";
        indexed_ = false;
        return out;
      }
      [[fallthrough]];
    default:
      return leaf(Dimension::plain);
  }
}

std::string RandomRules::number(Dimension dimension, int depth) {
  if (depth <= 0) return leaf(dimension);
  const auto again = [&] { return number(dimension, depth - 1); };
  switch (below(17)) {
    case 0:
      return wrapped(again(), "+", again());
    case 1:
      return wrapped(again(), "-", again());
    case 2:
      return wrapped(again(), "*", plain(depth - 1));
    case 3:
      return wrapped(again(), "/", plain(depth - 1));
    case 4:
      return "(-" + again() + ")";
    case 5:
      return "abs(" + again() + ")";
    case 6:
      return fmt::format("{}({}, {})", pick({"min", "max"}), again(), again());
    case 7:
      return dimension == Dimension::plain ? fmt::format("min(cap, {}, {})", again(), again())
                                           : fmt::format("max(0, {})", again());
    case 8:
      return fmt::format("clamp({}, {}, {})", again(), again(), again());
    case 9:
      return fmt::format("(if {} then {} else {})", condition(depth - 1), again(), again());
    case 10:
      return fmt::format("coalesce({}, {})", again(), again());
    case 11:
    case 12:
      return fmt::format("round({}, {}, {})", again(), pick({"0", "1", "2", "3", "-1"}),
                         pick({"half_even", "half_up", "up", "down", "ceiling", "floor"}));
    case 13:
      if (!indexed_) {
        indexed_ = true;
        const std::string out = fmt::format("{}(ix: {})", pick({"sum", "min", "max", "mean"}), again());
        indexed_ = false;
        return out;
      }
      return again();
    case 14:
      if (dimension == Dimension::money) return "tier(table, " + plain(depth - 1) + ")";
      if (dimension == Dimension::concentration)
        return fmt::format("limit('gb', {}, {}, water)", pick({"a", "b"}), quality(depth - 1));
      return plain(depth);
    default:
      return dimension == Dimension::plain ? plain(depth) : leaf(dimension);
  }
}

std::string RandomRules::condition(int depth) {
  if (depth <= 0) return pick({"flag", "true", "flag"});
  static const std::vector<std::string> relations{"<", "<=", "=", "!=", ">=", ">"};
  switch (below(10)) {
    case 0:
      return "(not " + condition(depth - 1) + ")";
    case 1:
      return wrapped(condition(depth - 1), pick({"and", "or"}), condition(depth - 1));
    case 2:
      return wrapped(quality(depth - 1), pick(relations), quality(depth - 1));
    case 3:
      return wrapped("status", pick({"=", "!="}), pick({"'assessed'", "'no_flow'", choice(depth - 1)}));
    case 4:
      return "present(" + number(static_cast<Dimension>(below(3)), depth - 1) + ")";
    case 5:
      if (!indexed_) {
        indexed_ = true;
        const std::string out = pick({"any", "all"}) + "(ix: " + condition(depth - 1) + ")";
        indexed_ = false;
        return out;
      }
      [[fallthrough]];
    default: {
      const auto d = static_cast<Dimension>(below(3));
      return wrapped(number(d, depth - 1), pick(relations), number(d, depth - 1));
    }
  }
}

std::string RandomRules::quality(int depth) {
  if (depth <= 0 || chance(60)) return pick({"actual", "target", "I", "III", "V", "worse_V"});
  switch (below(3)) {
    case 0:
      return fmt::format("{}({}, {})", pick({"min", "max"}), quality(depth - 1), quality(depth - 1));
    case 1:
      return fmt::format("(if {} then {} else {})", condition(depth - 1), quality(depth - 1),
                         quality(depth - 1));
    default:
      return fmt::format("coalesce({}, {})", quality(depth - 1), quality(depth - 1));
  }
}

std::string RandomRules::choice(int depth) {
  return depth <= 0 || chance(60) ? "status"
                                  : fmt::format("(if {} then status else 'no_flow')", condition(depth - 1));
}

Formula RandomRules::formula(std::size_t i) {
  Formula out;
  out.name = fmt::format("f{}", i);
  indexed_ = chance(25);
  if (indexed_) out.index = "ix";
  const int depth = 1 + static_cast<int>(below(4));
  const std::size_t what = below(8);
  if (what < 6) {
    const auto d = static_cast<Dimension>(what % 3);
    out.type = number_of(d == Dimension::money && chance(30)           ? "万元"
                         : d == Dimension::concentration && chance(30) ? "ug/L"
                                                                       : unit(d));
    out.text = number(d, depth);
    if (chance(30)) out.round = RoundingRule{static_cast<int>(below(4)), static_cast<Rounding>(below(6))};
  } else if (what == 6) {
    out.type = kind_of(ValueType::Kind::boolean);
    out.text = condition(depth);
  } else {
    out.type = kind_of(ValueType::Kind::quality);
    out.text = quality(depth);
  }
  indexed_ = false;
  return out;
}

Rule RandomRules::rule() {
  Rule out;
  out.name = "random";
  out.indices["ix"] = {"a", "b", "c"};
  out.inputs = {input("C", "ix", number_of("mg/L")),
                input("p", "", number_of("ug/L")),
                input("q", "", number_of("mg/L")),
                input("n", "", number_of("1")),
                input("m", "", number_of("1")),
                input("r", "", number_of("%")),
                input("v", "", number_of("CNY")),
                input("actual", "", kind_of(ValueType::Kind::quality)),
                input("target", "", kind_of(ValueType::Kind::quality)),
                input("water", "", kind_of(ValueType::Kind::choice, {"river", "lake"})),
                input("status", "", kind_of(ValueType::Kind::choice, {"assessed", "suspended", "no_flow"})),
                input("flag", "", kind_of(ValueType::Kind::boolean))};
  out.parameters = {parameter("k0", "", number_of("1"),
                              {{"", pick({"0.85", "0.89", "1", "0", "-2", "0.333333333333333333333333"})}}),
                    parameter("w", "ix", number_of("1"),
                              {{"a", "0.25"}, {"b", decimal() == "0" ? "0" : "0.22"}, {"c", "0.5"}}),
                    parameter("C0", "ix", number_of("mg/L"),
                              {{"a", pick({"2.02", "2"})}, {"b", "0.2"}, {"c", pick({"0.03", "1"})}}),
                    parameter("base", "", number_of("万元"), {{"", pick({"10000", "0.5", "50"})}}),
                    parameter("cap", "", number_of("1"), {{"", pick({"unlimited", "3", "0.5"})}}),
                    parameter("K", "", number_of("1"),
                              {{places()[0], pick({"20", "0.1"})}, {places()[1], pick({"0", "2.5", "-1"})}})};
  out.parameters.back().by_place = true;
  Parameter table = parameter("table", "", number_of("CNY"), {});
  table.is_table = true;
  table.upper_inclusive = chance(50);
  table.values[0].tiers = {{Decimal::parse(pick({"0", "0.1"})), "10"},
                           {Decimal::parse("0.5"), pick({"25.5", "20"})},
                           {Decimal::parse("2"), "100000"}};
  out.parameters.push_back(std::move(table));
  made_.clear();
  const std::size_t count = 2 + below(5);
  while (made_.size() < count) {
    Formula f = formula(made_.size());
    if (f.text.size() < 1500) made_.push_back(std::move(f));
  }
  out.formulas = made_;
  if (chance(30)) out.assessed_when = condition(2);
  Payment payment;
  payment.when = condition(2);
  payment.amount = number(Dimension::money, 2);
  out.payments.push_back(std::move(payment));
  return out;
}

std::vector<double> RandomRules::column(const Input& declared, std::size_t rows) {
  std::vector<double> out(rows);
  const int gaps = chance(30) ? 0 : static_cast<int>(below(25));
  const std::size_t places = below(4);
  const std::size_t spread = std::vector<std::size_t>{3, 20, 300, 20000}[below(4)];
  const bool negative = chance(30);
  const bool awkward = chance(10);
  for (double& x : out) {
    switch (declared.type.kind) {
      case ValueType::Kind::boolean:
        x = static_cast<double>(below(2));
        break;
      case ValueType::Kind::quality:
        x = static_cast<double>(1 + below(6));
        break;
      case ValueType::Kind::choice:
        x = static_cast<double>(below(declared.type.choices.size()));
        break;
      case ValueType::Kind::number:
        x = static_cast<double>(below(spread)) / std::pow(10.0, static_cast<double>(places));
        if (negative && chance(40)) x = -x;
        if (awkward && chance(30)) {
          static const std::vector<double> odd{
              0.1 + 0.2, 1.0 / 3, 1e-9, 123456789.123,      9.99999999999999e14,
              0.0005,    2.2,     0.45, 1.0000000000000002, 4503599627370497.5,
              1e-20,     1e25};
          x = odd[below(odd.size())];
        }
    }
    if (chance(gaps)) x = missing;
  }
  return out;
}

}  // namespace tributary::policy
