#include "policy/program_checks.h"

#include "policy/codes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::policy {

// A parameter slot may be «unlimited» when it is read only as a direct argument of min/max (through unit
// conversions).
std::vector<bool> unlimited_slots(const Program& program) {
  const auto& nodes = program.nodes;
  std::vector<bool> misused(nodes.size(), false);
  for (const FormulaNode& f : program.formulas) misused[static_cast<std::size_t>(f.node)] = true;
  for (const PaymentNodes& p : program.payments) misused[static_cast<std::size_t>(p.amount)] = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const bool carries =
        nodes[i].op == Op::scale ? !misused[i] : nodes[i].op == Op::minimum || nodes[i].op == Op::maximum;
    if (carries) continue;
    for (int arg : nodes[i].args) misused[static_cast<std::size_t>(arg)] = true;
  }
  std::vector<bool> out(program.parameters.size(), true);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].op == Op::parameter && misused[i]) out[static_cast<std::size_t>(nodes[i].slot)] = false;
  return out;
}

// Fractions grow with every multiplication: a formula of x^64 made of the 64th powers of another would never
// end. Counts the factors of every node; sums share their denominators.
void check_growth(const Rule& rule, const Program& program) {
  constexpr double most_factors = 4096;
  std::vector<double> factors;
  for (const Node& node : program.nodes) {
    double count = 1;
    for (int arg : node.args) {
      const double of_arg = factors[static_cast<std::size_t>(arg)];
      const bool product = node.op == Op::multiply || node.op == Op::divide || node.op == Op::steps;
      if (node.op == Op::power || node.op == Op::exponential) break;  // of at most 31 digits and 12 decimals
      count = product && &arg != &node.args.front() ? count + of_arg : std::max(count, of_arg);
    }
    if (count > most_factors)
      throw Error(
          codes::too_complex,
          {fmt::format("规则 {} 连乘的数太多", rule.name),
           fmt::format("rule {} multiplies too many numbers with each other", rule.name)},
          rule.where,
          {"请检查是否有公式反复自乘", "look for a formula that is multiplied with itself again and again"});
    factors.push_back(count);
  }
}

}  // namespace tributary::policy
