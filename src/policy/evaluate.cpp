#include "policy/evaluate.h"

#include <algorithm>

namespace tributary::policy {
namespace {

Cell value(Rational v) {
  return {Cell::State::value, std::move(v)};
}
Cell truth(bool b) {
  return value(Rational(b ? 1 : 0));
}

// Number of steps of `width` begun by `a`.
Rational steps(const Rational& a, const Rational& width, bool lower_closed) {
  if (a.sign() <= 0) return Rational(0);
  const Rational ratio = a / width;
  return lower_closed ? ratio.floor() + Rational(1) : ratio.ceil();
}

class Evaluation {
 public:
  Evaluation(const Program& program, const Binding& binding, std::span<const std::optional<Rational>> inputs,
             const std::string& place)
      : program_(program), binding_(binding), inputs_(inputs), place_(place) {}

  std::vector<Cell> run() {
    cells_.reserve(program_.nodes.size());
    for (const Node& node : program_.nodes) cells_.push_back(one(node));
    return std::move(cells_);
  }

 private:
  const Cell& arg(const Node& node, std::size_t i) const {
    return cells_[static_cast<std::size_t>(node.args[i])];
  }

  Cell parameter(const Node& node) const {
    const BoundParameter& bound = binding_.parameters[static_cast<std::size_t>(node.slot)];
    switch (bound.state) {
      case BoundParameter::State::value:
        return value(bound.value);
      case BoundParameter::State::unlimited:
        return {Cell::State::unlimited, {}};
      case BoundParameter::State::by_place: {
        const auto found = bound.places.find(place_);
        if (found != bound.places.end()) return value(found->second);
        return bound.everywhere ? value(*bound.everywhere) : Cell{};
      }
      case BoundParameter::State::table:
        return {};
    }
    return {};
  }

  Cell extreme(const Node& node) const {
    std::optional<Rational> best;
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      const Cell& a = arg(node, i);
      if (a.state == Cell::State::missing) return {};
      if (a.state == Cell::State::unlimited) continue;
      if (!best || (node.op == Op::minimum ? a.value < *best : a.value > *best)) best = a.value;
    }
    return best ? value(*best) : Cell{};
  }

  Cell logical(const Node& node) const {
    const Cell& a = arg(node, 0);
    const Cell& b = arg(node, 1);
    const bool decisive = node.op == Op::logical_or;  // the value that decides alone
    if ((a.present() && a.truth() == decisive) || (b.present() && b.truth() == decisive))
      return truth(decisive);
    return a.present() && b.present() ? truth(!decisive) : Cell{};
  }

  Cell limit(const Node& node) const {
    const Cell& quality = arg(node, 0);
    const Cell& water = arg(node, 1);
    if (!quality.present() || !water.present()) return {};
    const std::int64_t row = quality.value.to_int64() - 1;
    if (row < 0 || row > 4) return {};  // «worse than V» has no limit
    const auto& found = program_.limits[static_cast<std::size_t>(node.slot)]
                            .values[static_cast<std::size_t>(row)][water.truth() ? 1 : 0];
    return found ? value(Rational(*found)) : Cell{};
  }

  Cell one(const Node& node) const {
    switch (node.op) {
      case Op::constant:
        return value(node.value);
      case Op::input: {
        const auto& given = inputs_[static_cast<std::size_t>(node.slot)];
        return given ? value(*given) : Cell{};
      }
      case Op::parameter:
        return parameter(node);
      case Op::scale: {
        Cell a = arg(node, 0);
        if (a.present()) a.value = a.value * node.value;
        return a;
      }
      case Op::minimum:
      case Op::maximum:
        return extreme(node);
      case Op::logical_and:
      case Op::logical_or:
        return logical(node);
      case Op::select: {
        const Cell& condition = arg(node, 0);
        return condition.present() ? arg(node, condition.truth() ? 1 : 2) : Cell{};
      }
      case Op::coalesce:
        return arg(node, 0).present() ? arg(node, 0) : arg(node, 1);
      case Op::present:
        return truth(arg(node, 0).state != Cell::State::missing);
      case Op::tier: {
        const Cell& x = arg(node, 0);
        if (!x.present()) return {};
        const auto found = tier_at(binding_.parameters[static_cast<std::size_t>(node.slot)], x.value);
        return found ? value(*found) : Cell{};
      }
      case Op::limit:
        return limit(node);
      default:
        break;
    }
    for (std::size_t i = 0; i < node.args.size(); ++i)
      if (!arg(node, i).present()) return {};
    const Rational& a = arg(node, 0).value;
    switch (node.op) {
      case Op::negate:
        return value(-a);
      case Op::absolute:
        return value(a.abs());
      case Op::ceiling:
        return value(a.ceil());
      case Op::floor:
        return value(a.floor());
      case Op::round:
        return value(a.round(node.rounding.places, node.rounding.mode));
      case Op::exponential: {
        auto out = Rational::exp(a, node.rounding.places);
        return out ? value(std::move(*out)) : Cell{};
      }
      case Op::logical_not:
        return truth(a.is_zero());
      default:
        break;
    }
    const Rational& b = arg(node, 1).value;
    switch (node.op) {
      case Op::add:
        return value(a + b);
      case Op::subtract:
        return value(a - b);
      case Op::multiply:
        return value(a * b);
      case Op::divide:
        return b.is_zero() ? Cell{} : value(a / b);
      case Op::power: {
        auto out = Rational::power(a, b, node.rounding.places);
        return out ? value(std::move(*out)) : Cell{};
      }
      case Op::steps:
        return b.sign() <= 0 ? Cell{} : value(steps(a, b, arg(node, 2).truth()));
      case Op::less:
        return truth(a < b);
      case Op::less_equal:
        return truth(a <= b);
      case Op::equal:
        return truth(a == b);
      case Op::not_equal:
        return truth(!(a == b));
      default:
        return {};
    }
  }

  const Program& program_;
  const Binding& binding_;
  std::span<const std::optional<Rational>> inputs_;
  const std::string& place_;
  std::vector<Cell> cells_;
};

}  // namespace

std::vector<Cell> evaluate(const Program& program, const Binding& binding,
                           std::span<const std::optional<Rational>> inputs, const std::string& place) {
  return Evaluation(program, binding, inputs, place).run();
}

}  // namespace tributary::policy
