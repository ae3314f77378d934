// For tests: random rules of every construct of the language, well typed, with values that meet boundaries
// often.
#pragma once

#include "policy/compile.h"

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tributary::policy {

class RandomRules {
 public:
  explicit RandomRules(std::uint64_t seed) : engine_(seed) {}

  // A rule that compiles: inputs, parameters (by place, indexed, a table, one that may be unlimited),
  // formulas, a payment.
  Rule rule();
  // Values of one input in so many rows; NaN is missing.
  std::vector<double> column(const Input& input, std::size_t rows);
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

  // Limits of the standard 'gb' for the elements a and b.
  static std::optional<LimitTable> limits(const std::string& standard, const std::string& indicator);
  static const std::vector<std::string>& places();

 private:
  enum class Dimension : std::uint8_t { plain, concentration, money };

  std::string pick(const std::vector<std::string>& list) { return list[below(list.size())]; }
  std::string decimal();
  std::string number(Dimension dimension, int depth);
  std::string leaf(Dimension dimension);
  std::string plain(int depth);
  std::string condition(int depth);
  std::string quality(int depth);
  std::string choice(int depth);
  std::string wrapped(const std::string& a, const std::string& sign, const std::string& b) {
    return "(" + a + " " + sign + " " + b + ")";
  }
  static std::string unit(Dimension dimension);
  Formula formula(std::size_t i);

  std::mt19937_64 engine_;
  bool indexed_ = false;  // inside a formula or reduction over the index
  std::vector<Formula> made_;
};

}  // namespace tributary::policy
