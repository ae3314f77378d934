// The result of a smart market as JSON. Exact values are texts: a decimal where it is one, else a fraction.
#include "exchange/smart_market.h"

#include "base/json.h"

#include <fmt/format.h>

namespace tributary::exchange::smart_market {
namespace {

using Json = nlohmann::ordered_json;

std::string exact(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? value.to_fraction() : text;
}

// Numbers that end are numbers; others are fractions as text, with their value beside them where it helps.
Json number(const Rational& value) {
  return exact(value);
}

Json of(const std::optional<Rational>& value) {
  return value ? number(*value) : Json();
}

Json of(const Price& price) {
  return {{"price", number(price.settled)},
          {"unique", price.unique()},
          {"interval", {of(price.from), of(price.to)}}};
}

Json yuan(std::int64_t fen) {
  return (Rational::from_int(fen) * Rational::from_fraction(1, 100))
      .to_decimal(2, Rounding::half_even)
      .to_fixed(2);
}

}  // namespace

std::string to_json(const Market& market, const Clearing& clearing) {
  Json out;
  Json bids = Json::array();
  Json asks = Json::array();
  for (const Fill& fill : clearing.fills) {
    const Order& order = market.orders[fill.order];
    (order.buy ? bids : asks)
        .push_back({{"id", order.id},
                    {"zone", market.zones[order.zone].id},
                    {"period", market.periods[order.period]},
                    {"quantity", number(Rational::from_int(fill.steps) * market.step)},
                    {"of", number(Rational::from_int(order.steps) * market.step)},
                    {"price", number(fill.price)},
                    {order.buy ? "pays" : "receives", yuan(fill.fen)}});
  }
  out["bids"] = std::move(bids);
  out["asks"] = std::move(asks);
  out["prices"] = Json::array();
  for (const NodePrice& node : clearing.prices) {
    Json one{{"zone", market.zones[node.zone].id}, {"period", market.periods[node.period]}};
    if (!node.purpose.empty()) one[node.sold_side ? "sold_purpose" : "used_purpose"] = node.purpose;
    one.update(of(node.price));
    out["prices"].push_back(std::move(one));
  }
  out["flows"] = Json::array();
  for (const Flow& flow : clearing.flows) {
    Json one{{"link", market.links[flow.link].id},
             {"period", market.periods[flow.period]},
             {"sent", number(flow.sent)},
             {"delivered", number(flow.delivered)},
             {"loss", number(flow.sent - flow.delivered)}};
    if (flow.balance) one["balance"] = number(*flow.balance);
    out["flows"].push_back(std::move(one));
  }
  out["rent"] = Json::array();
  for (const Rent& rent : clearing.rents) {
    Json one{{"limit", rent.limit}};
    one.update(of(rent.price));
    one["at"] = number(rent.amount_limited);
    one["amount"] = yuan(rent.fen);
    out["rent"].push_back(std::move(one));
  }
  const Totals& t = clearing.totals;
  out["money"] = {{"buyers_pay", yuan(t.buyers_fen)},
                  {"sellers_receive", yuan(t.sellers_fen)},
                  {"supply", yuan(t.supply_fen)},
                  {"rent", yuan(t.rent_fen)},
                  {"rounding", yuan(t.rounding_fen)}};
  out["water"] = {{"unit", market.unit},        {"sold", number(t.sold)}, {"supplied", number(t.supplied)},
                  {"bought", number(t.bought)}, {"lost", number(t.lost)}, {"left", number(t.left)}};
  out["welfare"] = number(t.welfare);
  out["welfare_executed"] = number(t.welfare_executed);
  const Record& r = clearing.record;
  out["record"] = {{"input_sha256", r.input_digest},
                   {"solver", r.solver},
                   {"rows", r.rows},
                   {"columns", r.columns},
                   {"iterations", r.iterations},
                   {"exact_steps", r.exact_steps},
                   {"one_optimum", r.one_optimum},
                   {"basis", r.basis}};
  return out.dump();
}

}  // namespace tributary::exchange::smart_market
