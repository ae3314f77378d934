#include "exchange/surveillance_file.h"

#include "exchange/calculator_reading.h"
#include "exchange/json_input.h"

#include <array>

namespace tributary::exchange {
namespace {

using Value = JsonInput::Value;
using Kind = JsonInput::Kind;

std::string string_of(const Value& value) { return std::string(value.as_string()); }
Instant instant_of(const Value& value) { return {reading::time_of(value) / 1'000'000}; }
int whole_of(const Value& value, int least, int most) {
  const std::int64_t out = value.as_integer();
  if (out < least || out > most)
    value.fail({"应在 " + std::to_string(least) + " 到 " + std::to_string(most) + " 之间",
                "must be from " + std::to_string(least) + " to " + std::to_string(most)});
  return static_cast<int>(out);
}
std::int64_t quantity_of(const Value& value, std::int64_t least) {
  const std::int64_t out = value.as_integer();
  if (out < least) value.fail({"数量太小", "the quantity is too small"});
  return out;
}
Rational share_of(const Value& value) {
  const Decimal out = value.as_decimal();
  if (out <= Decimal(0) || out > Decimal(1)) value.fail({"应大于 0、不超过 1", "must be above 0 and at most 1"});
  return Rational(out);
}
template <class Visit>
void each(const Value& list, const Visit& visit) {
  for (auto item = list.first(); item; item = item->next()) visit(*item);
}

WatchRules rules_of(const Value& from) {
  from.require(Kind::object);
  from.only({"groups", "barred", "own_trades", "circle", "ladder", "layering", "far_price"});
  WatchRules out;
  if (const auto groups = from.find("groups")) {
    groups->require(Kind::object);
    each(*groups, [&](const Value& one) { out.group_of.emplace(one.name(), string_of(one)); });
  }
  if (const auto barred = from.find("barred")) {
    barred->require(Kind::array);
    each(*barred, [&](const Value& one) { out.barred.insert(string_of(one)); });
  }
  if (const auto own = from.find("own_trades")) out.own_trades = own->as_boolean();
  if (const auto circle = from.find("circle")) {
    circle->only({"days", "share"});
    out.circle_days = whole_of(circle->need("days"), 0, 3660);
    out.circle_share = share_of(circle->need("share"));
  }
  if (const auto ladder = from.find("ladder")) {
    ladder->only({"deals", "quantity", "minutes"});
    out.ladder_deals = whole_of(ladder->need("deals"), 2, 1000);
    out.ladder_quantity = quantity_of(ladder->need("quantity"), 1);
    out.ladder_minutes = whole_of(ladder->need("minutes"), 0, 100'000);
  }
  if (const auto layering = from.find("layering")) {
    layering->only({"orders", "minutes"});
    out.layer_orders = whole_of(layering->need("orders"), 1, 1000);
    out.layer_minutes = whole_of(layering->need("minutes"), 0, 100'000);
  }
  if (const auto far = from.find("far_price")) {
    far->only({"share", "days"});
    out.far_price = share_of(far->need("share"));
    out.far_days = whole_of(far->need("days"), 1, 3660);
  }
  return out;
}

}  // namespace

WatchInput read_watch(std::string_view json, const std::string& file) {
  const JsonInput input = JsonInput::parse(json, file);
  const Value root = input.root();
  root.require(Kind::object);
  root.only({"rules", "deals", "orders"});
  WatchInput out;
  out.rules = rules_of(root.need("rules"));
  if (const auto deals = root.find("deals")) {
    deals->require(Kind::array);
    each(*deals, [&](const Value& one) {
      one.require(Kind::object);
      one.only({"key", "at", "instrument", "seller", "buyer", "qty", "price", "bulk"});
      const Value price = one.need("price");
      if (price.as_decimal() < Decimal(0)) price.fail({"价格不能为负", "the price must not be below 0"});
      const auto bulk = one.find("bulk");
      out.deals.push_back({reading::id_of(one.need("key")), instant_of(one.need("at")), string_of(one.need("instrument")),
                           string_of(one.need("seller")), string_of(one.need("buyer")), quantity_of(one.need("qty"), 1),
                           Rational(price.as_decimal()), bulk && bulk->as_boolean(), false});
    });
  }
  if (const auto orders = root.find("orders")) {
    orders->require(Kind::array);
    each(*orders, [&](const Value& one) {
      one.require(Kind::object);
      one.only({"key", "placed", "ended", "instrument", "party", "side", "qty", "filled", "withdrawn"});
      static constexpr std::array<std::string_view, 2> sides{"buy", "sell"};
      out.orders.push_back({reading::id_of(one.need("key")), instant_of(one.need("placed")), instant_of(one.need("ended")),
                            string_of(one.need("instrument")), string_of(one.need("party")),
                            reading::word_of(one.need("side"), sides) == 0, quantity_of(one.need("qty"), 1),
                            quantity_of(one.need("filled"), 0), one.need("withdrawn").as_boolean()});
    });
  }
  return out;
}

}  // namespace tributary::exchange
