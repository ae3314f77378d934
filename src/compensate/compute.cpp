#include "compensate/compute.h"

#include "base/text.h"
#include "compensate/codes.h"
#include "compensate/inputs.h"
#include "compensate/standing.h"
#include "policy/sharing.h"
#include "policy/value.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::compensate {
namespace {

using policy::Cell;
using policy::CompiledRule;
using policy::Explanation;

Text granularity_text(Granularity granularity) {
  switch (granularity) {
    case Granularity::day:
      return {"日", "day"};
    case Granularity::month:
      return {"月", "month"};
    case Granularity::quarter:
      return {"季", "quarter"};
    case Granularity::year:
      return {"年", "year"};
  }
  return {};
}

// One run in the making.
class Computing {
 public:
  Computing(store::Database& database, const std::string& tenant, const policy::Policy& policy,
            const ComputeRequest& request)
      : policy_(policy),
        request_(request),
        tenant_(tenant),
        registry_(database, tenant),
        inputs_(database, tenant, policy, request.known, request.as_known, request.position,
                request.before_run) {}

  Computation run() {
    rule_ = policy_.rule(request_.rule, request_.period.from(), request_.known);
    check_period();
    find_places();
    binding_ = policy::bind(*rule_, request_.period.from(), request_.known, request_.overrides);
    gather();
    fill_group_means();
    Computation out;
    out.head.rule = request_.rule;
    out.head.title = rule_->rule.title;
    out.head.version = rule_->rule.in_force.from;
    out.head.period = request_.period;
    out.head.known = request_.known;
    out.head.as_known = request_.as_known;
    out.head.position = request_.position;
    out.head.pack = policy_.pack().id;
    out.head.pack_hash = policy_.hash();
    out.head.unverified = binding_.unverified || !request_.overrides.empty();
    out.head.example = binding_.example;
    for (const Row& row : rows_) {
      for (const GivenInput& given : row.given)
        out.head.unverified |= !given.verified, out.head.example |= given.example;
      out.places.push_back(result(row));
    }
    out.head.fingerprint = fingerprint(out);
    return out;
  }

 private:
  struct Row {
    registry::Place place;
    std::vector<GivenInput> given;                // per Program::inputs
    std::vector<std::optional<Rational>> values;  // the same, for the evaluator
  };

  void check_period() const {
    if (rule_->rule.granularity == request_.period.granularity()) return;
    const Text wanted = granularity_text(rule_->rule.granularity);
    throw Error(codes::wrong_period,
                {fmt::format("规则 {} 按{}计算，{} 不是一个{}", request_.rule, wanted.zh,
                             request_.period.to_string(), wanted.zh),
                 fmt::format("rule {} is per {}; {} is not one", request_.rule, wanted.en,
                             request_.period.to_string())},
                {{}, 0, 0, "period"},
                {"年 2020、季 2020-Q4、月 2020-10", "year 2020, quarter 2020-Q4, month 2020-10"});
  }

  void find_places() {
    const policy::Rule& rule = rule_->rule;
    for (registry::Place& place : places_in(registry_, rule, request_.period)) {
      if (request_.recorded != nullptr && recorded(place.code) == nullptr) continue;
      if (!request_.place.empty() && place.code != request_.place) continue;
      Row row;
      row.place = std::move(place);
      rows_.push_back(std::move(row));
    }
    if (rows_.empty())
      throw Error(
          codes::no_places,
          {fmt::format("{} 没有适用规则 {} 的地点（类别 {}{}{}）", request_.period.to_string(), rule.name,
                       rule.place_kind, rule.group.empty() ? "" : "，组 ", rule.group),
           fmt::format("no place for rule {} in {} (kind {}{}{})", rule.name, request_.period.to_string(),
                       rule.place_kind, rule.group.empty() ? "" : ", group ", rule.group)},
          {},
          {"请在政策包的 registry/places.csv 或 groups.csv 中登记",
           "register them in registry/places.csv or groups.csv of a pack"});
    // Two rules of different groups may claim the same case; a place in both groups would be paid twice.
    if (rule.claims.empty()) return;
    for (const auto& other : policy_.rules()) {
      const policy::Rule& o = other->rule;
      if (o.name == rule.name || o.claims != rule.claims || o.place_kind != rule.place_kind ||
          o.granularity != rule.granularity || !o.in_force.holds_on(request_.period.from()))
        continue;
      for (const Row& row : rows_)
        if (o.group.empty() || row.place.groups.contains(o.group))
          throw Error(codes::contradictory_claims,
                      {fmt::format("{} 同时属于规则 {} 和 {}（事项 {}）", row.place.name.zh, rule.name,
                                   o.name, rule.claims),
                       fmt::format("{} is claimed by both {} and {} (case {})", row.place.name.zh, rule.name,
                                   o.name, rule.claims)},
                      o.where, {"请把它从其中一组移出", "take it out of one of the groups"});
    }
  }

  void gather() {
    for (Row& row : rows_)
      for (const policy::Slot& slot : rule_->program.inputs) {
        const std::string& role = rule_->rule.inputs[slot.declaration].origin.role;
        row.given.push_back(inputs_.get(*rule_, slot, row.place, request_.period,
                                        role.empty() ? std::vector<RoleHeld>{} : holders(row.place, role)));
        row.values.push_back(row.given.back().value);
      }
  }

  // Means over all places of a formula that does not itself need one: two passes.
  void fill_group_means() {
    for (std::size_t i = 0; i < rule_->program.inputs.size(); ++i) {
      const policy::Input& input = rule_->rule.inputs[rule_->program.inputs[i].declaration];
      if (input.origin.kind != policy::InputOrigin::Kind::group_mean) continue;
      const auto node = rule_->find_formula(input.origin.name.text);
      TRIBUTARY_CHECK(node.has_value(), input.origin.name.text);  // the compiler has seen to it
      Rational sum;
      int count = 0;
      bool verified = true;
      bool example = false;
      for (const Row& row : rows_) {
        for (const GivenInput& given : row.given) verified &= given.verified, example |= given.example;
        const auto cells = evaluate(rule_->program, binding_, row.values, row.place.code);
        const Cell& cell = cells[static_cast<std::size_t>(*node)];
        if (cell.present()) sum = sum + cell.value, ++count;
      }
      for (Row& row : rows_) {
        GivenInput& given = row.given[i];
        if (count > 0) given.value = sum / Rational(count);
        given.verified = verified;
        given.example = example;
        given.reason = {fmt::format("{} 个地点的平均（共 {} 个）", count, rows_.size()),
                        fmt::format("mean over {} of {} places", count, rows_.size())};
        row.values[i] = given.value;
      }
    }
  }

  PlaceResult result(const Row& row) const {
    const auto cells = evaluate(rule_->program, binding_, row.values, row.place.code);
    const policy::Outcome outcome = outcome_of(*rule_, cells);
    PlaceResult out;
    out.place = row.place.code;
    out.name = row.place.name;
    out.outcome = outcome.state;
    out.missing = outcome.missing;
    const auto behind = [&](std::size_t slot, Explanation& leaf) {
      const GivenInput& given = row.given[slot];
      if (!given.reason.zh.empty()) leaf.reason = given.reason;
      leaf.verified = given.verified;
      leaf.example = given.example;
      leaf.children.insert(leaf.children.end(), given.behind.begin(), given.behind.end());
    };
    const policy::Explainer explainer(*rule_, binding_, cells, row.place.code, behind);
    out.assessed = explainer.assessed();
    for (const policy::FormulaNode& f : rule_->program.formulas) {
      const policy::Formula& formula = rule_->rule.formulas[f.declaration];
      if (!formula.shown) continue;
      const Cell& cell = cells[static_cast<std::size_t>(f.node)];
      const std::string name = policy::element_name(formula.name, f.element);
      out.results.push_back({name, formula.title,
                             cell.present() ? policy::format_value(formula.type, cell.value) : "-",
                             policy::unit_text(formula.type)});
      out.formula_derivations.push_back(explainer.formula(name));
    }
    for (std::size_t i = 0; i < rule_->rule.payments.size(); ++i)
      out.payment_derivations.push_back(explainer.payment(i));
    std::set<std::string> named;
    for (const policy::Payment& declared : rule_->rule.payments) named.insert({declared.from, declared.to});
    std::set<std::string> holding;
    for (const policy::Input& input : rule_->rule.inputs)
      if (!input.origin.role.empty()) holding.insert(input.origin.role);
    for (const std::string& role : named)
      if (!holding.contains(role))
        for (RoleHeld& one : held(row.place, role)) out.roles.push_back(std::move(one));
    for (const std::string& role : holding)
      for (RoleHeld& one : holders(row.place, role)) out.roles.push_back(std::move(one));
    for (const auto& due : outcome.dues) out.payments.push_back(payment(row.place, due));
    return out;
  }

  // Whole fen, shared over payers and payees without residue.
  PlacePayment payment(const registry::Place& place, const policy::Outcome::Due& due) const {
    const policy::Payment& declared = rule_->rule.payments[due.payment];
    PlacePayment out;
    out.payment = due.payment;
    out.title = declared.title;
    try {
      out.whole = (due.amount * Decimal(100)).to_int64();
    } catch (const Error&) {
      throw Error(
          codes::amount_too_large,
          {fmt::format("{} 的金额 {} 元超出可记账的范围", place.name.zh, due.amount.to_string()),
           fmt::format("{}: {} yuan is more than can be posted", place.name.zh, due.amount.to_string())});
    }
    const auto payers = roles(place, declared.from);
    const auto payees = roles(place, declared.to);
    std::vector<Decimal> weights;
    for (const auto& payer : payers)
      for (const auto& payee : payees) {
        out.shares.push_back({payer.party, payee.party, payer.share * payee.share, 0});
        weights.push_back(out.shares.back().share);
      }
    const auto parts = policy::share_out(out.whole, weights);
    for (std::size_t i = 0; i < parts.size(); ++i) out.shares[i].amount = parts[i];
    return out;
  }

  const PlaceResult* recorded(const std::string& place) const {
    const auto& places = request_.recorded->places;
    const auto found = std::ranges::find(places, place, &PlaceResult::place);
    return found == places.end() ? nullptr : &*found;
  }

  Date role_day(const registry::Place& place) const { return compensate::role_day(rule_->rule, request_.period, place); }

  // By code of the party; empty when nobody has the role.
  std::vector<RoleHeld> held(const registry::Place& place, const std::string& role) const {
    std::vector<RoleHeld> out;
    if (request_.recorded != nullptr) {
      for (const RoleHeld& one : recorded(place.code)->roles)
        if (one.role == role) out.push_back(one);
    } else {
      for (const registry::PlaceRole& one : registry_.roles(place.code, role, role_day(place)))
        out.push_back({role, one.party, one.share});
    }
    std::ranges::sort(out, {}, &RoleHeld::party);
    return out;
  }

  // The same with the accounts whose rights count for the place.
  std::vector<RoleHeld> holders(const registry::Place& place, const std::string& role) const {
    auto out = held(place, role);
    if (request_.recorded == nullptr)
      for (RoleHeld& one : out) {
        one.shared_with = inputs_.shared_with(place, one, request_.period.from());
        if (one.shared_with.empty()) one.accounts = inputs_.accounts(place, one.party, request_.period.from());
      }
    return out;
  }

  std::vector<RoleHeld> roles(const registry::Place& place, const std::string& role) const {
    auto found = held(place, role);
    if (found.empty())
      throw Error(
          codes::no_party,
          {fmt::format("{} 在 {} 没有登记“{}”是谁", place.name.zh, to_string(role_day(place)), role),
           fmt::format("{}: nobody is registered as \"{}\" on {}", place.name.zh, role,
                       to_string(role_day(place)))},
          {}, {"请在政策包的 registry/roles.csv 中登记", "register it in registry/roles.csv of a pack"});
    return found;
  }

  // Everything that went in and came out, so that a re-run with nothing new is recognised.
  std::string fingerprint(const Computation& c) const {
    std::string all = fmt::format("{}|{}|{}|{}|{}\n", c.head.rule, to_string(c.head.version),
                                  c.head.period.to_string(), c.head.unverified, c.head.example);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const PlaceResult& place = c.places[i];
      all += fmt::format("{}|{}|{}\n", place.place, policy::to_string(place.outcome),
                         fmt::join(place.missing, ","));
      for (const auto& value : rows_[i].values) all += (value ? value->to_string() : "-") + "|";
      for (const FormulaValue& f : place.results) all += fmt::format("{}={}|", f.name, f.value);
      for (const PlacePayment& p : place.payments)
        for (const Share& s : p.shares)
          all += fmt::format("{}>{} {} {}|", s.payer, s.payee, s.share.to_string(), s.amount);
    }
    for (const auto& bound : binding_.parameters)
      all += bound.origin != nullptr
                 ? fmt::format("{} {} {}\n", bound.origin->pack, to_string(bound.origin->in_force),
                               to_string(bound.origin->known))
                 : "by hand " + bound.override_text + "\n";
    return sha256_hex(all);
  }

  const policy::Policy& policy_;
  const ComputeRequest& request_;
  std::string tenant_;
  registry::Registry registry_;
  InputSource inputs_;
  std::shared_ptr<const CompiledRule> rule_;
  policy::Binding binding_;
  std::vector<Row> rows_;
};

}  // namespace

Computation compute(store::Database& database, const std::string& tenant, const policy::Policy& policy,
                    const ComputeRequest& request) {
  return Computing(database, tenant, policy, request).run();
}

}  // namespace tributary::compensate
