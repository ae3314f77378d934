#include "venues/market_terms.h"

#include <charconv>
#include <numeric>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

Json text_or_null(const std::optional<Decimal>& value) {
  return value ? Json(value->to_string()) : Json();
}
Decimal decimal(const Json& value) {
  return Decimal::parse(value.get<std::string>());
}
std::int64_t days_of(Date day) {
  return day.time_since_epoch().count();
}
Date date_of(const Json& value) {
  return Date{std::chrono::days{value.get<std::int64_t>()}};
}

std::int64_t narrow(__int128 value) {
  if (value > std::numeric_limits<std::int64_t>::max())
    throw Error(codes::bad_value, {"最小变动价位的小数位过多", "the tick has too many decimals"},
                {{}, 0, 0, "tick_yuan"});
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::string to_text(const MarketTerms& terms) {
  const MarketVenue& v = terms.venue;
  const exchange::BookRules& r = v.rules;
  Json sessions = Json::array();
  for (const SessionStep& step : v.sessions)
    sessions.push_back({{"minute", step.minute}, {"what", static_cast<int>(step.what)}});
  const Json rules{{"market", static_cast<int>(r.market)},
                   {"self_trade", static_cast<int>(r.self_trade)},
                   {"market_orders", r.market_orders},
                   {"band", r.band.to_string()},
                   {"band_rounding", static_cast<int>(r.band_rounding)},
                   {"lot", r.lot},
                   {"bulk_from", r.bulk_threshold},
                   {"bulk_band", r.bulk_band.to_string()},
                   {"close_min_volume", r.close_min_volume},
                   {"call", static_cast<int>(r.call)},
                   {"rate", r.limits.rate},
                   {"rate_window", r.limits.rate_window},
                   {"max_order", r.limits.max_order},
                   {"max_day", r.limits.max_day},
                   {"max_holding", r.limits.max_holding}};
  Json venue{{"id", v.id},
                   {"zh", v.title.zh},
                   {"en", v.title.en},
                   {"pack", v.pack},
                   {"version", v.version},
                   {"instrument", v.instrument},
                   {"medium", v.medium},
                   {"rules", rules},
                   {"max_value", v.max_value_fen},
                   {"max_share", text_or_null(v.max_share)},
                   {"tick", v.tick.to_string()},
                   {"every_day", v.every_day},
                   {"sessions", sessions},
                   {"approval_days", v.approval_days ? Json(*v.approval_days) : Json()},
                   {"fees", fees_json(v.fees)},
                   {"certificate", v.certificate},
                   {"document", v.source.document},
                   {"document_number", v.source.number},
                   {"article", v.source.article},
                   {"verified", v.verified}};
  if (!v.control.empty()) venue["control"] = v.control;  // markets listed before keep their text
  put_lease(venue, v.lease);
  const Listing& l = terms.listing;
  const Json listing{{"key", l.key},
                     {"from", l.term ? Json(l.term->from.index) : Json()},
                     {"to", l.term ? Json(l.term->to.index) : Json()},
                     {"vintage", l.vintage ? Json(*l.vintage) : Json()},
                     {"project", l.project},
                     {"reference", l.reference.normalized().to_string()},
                     {"reference_source", l.reference_source},
                     {"first_day", days_of(l.first_day)},
                     {"last_day", days_of(l.last_day)}};
  return Json{{"venue", venue}, {"listing", listing}}.dump();
}

MarketTerms market_terms_of(const std::string& text) {
  const Json all = Json::parse(text);
  const Json& v = all.at("venue");
  const Json& j = v.at("rules");
  MarketTerms out;
  MarketVenue& venue = out.venue;
  venue.id = v.at("id");
  venue.title = {v.at("zh"), v.at("en")};
  venue.pack = v.at("pack");
  venue.version = v.at("version");
  venue.instrument = v.at("instrument");
  venue.medium = v.at("medium");
  exchange::BookRules& r = venue.rules;
  r.market = static_cast<exchange::Market>(j.at("market").get<int>());
  r.self_trade = static_cast<exchange::SelfTrade>(j.at("self_trade").get<int>());
  r.market_orders = j.at("market_orders");
  r.band = decimal(j.at("band"));
  r.band_rounding = static_cast<exchange::BandRounding>(j.at("band_rounding").get<int>());
  r.lot = j.at("lot");
  r.bulk_threshold = j.at("bulk_from");
  r.bulk_band = decimal(j.at("bulk_band"));
  r.close_min_volume = j.at("close_min_volume");
  r.call = static_cast<exchange::CallVariant>(j.at("call").get<int>());
  r.limits.rate = j.at("rate");
  r.limits.rate_window = j.at("rate_window");
  r.limits.max_order = j.at("max_order");
  r.limits.max_day = j.at("max_day");
  r.limits.max_holding = j.at("max_holding");
  venue.max_value_fen = v.at("max_value");
  if (!v.at("max_share").is_null()) venue.max_share = decimal(v.at("max_share"));
  venue.tick = decimal(v.at("tick"));
  venue.every_day = v.at("every_day");
  for (const Json& step : v.at("sessions"))
    venue.sessions.push_back({step.at("minute"), static_cast<SessionStep::What>(step.at("what").get<int>())});
  if (!v.at("approval_days").is_null()) venue.approval_days = v.at("approval_days").get<int>();
  venue.fees = fees_of(v.at("fees"));
  venue.certificate = v.at("certificate");
  if (v.contains("control")) venue.control = v.at("control").get<Control>();  // not in those of before
  venue.lease = lease_in(v);
  venue.source.document = v.at("document");
  venue.source.number = v.at("document_number");
  venue.source.article = v.at("article");
  venue.verified = v.at("verified");
  const Json& l = all.at("listing");
  Listing& listing = out.listing;
  listing.key = l.at("key");
  if (!l.at("from").is_null())
    listing.term = rights::Term{{l.at("from").get<int>()}, {l.at("to").get<int>()}};
  if (!l.at("vintage").is_null()) listing.vintage = l.at("vintage").get<int>();
  listing.project = l.at("project");
  listing.reference = decimal(l.at("reference"));
  listing.reference_source = l.at("reference_source");
  listing.first_day = date_of(l.at("first_day"));
  listing.last_day = date_of(l.at("last_day"));
  return out;
}

// Fen of one tick and one unit: 100 · tick, for flow rights by the tonne and year · months / (1000 · 12).
exchange::BookRules rules_of(const MarketTerms& terms) {
  exchange::BookRules rules = terms.venue.rules;
  const Decimal tick = terms.venue.tick.normalized();
  __int128 over = 1, under = 1;
  for (int i = 0; i < tick.scale(); ++i) under *= 10;
  over = tick.coefficient() * 100;
  if (terms.listing.term) {
    over *= terms.listing.term->months();
    under *= 12'000;
  }
  const std::int64_t a = narrow(over), b = narrow(under), common = std::gcd(a, b);
  rules.value_numerator = a / common;
  rules.value_denominator = b / common;
  rules.reference = ticks_of(terms, terms.listing.reference);
  rules.limits.max_value = terms.venue.max_value_fen;
  rules.limits.max_holding = 0;  // judged from the registry: holdings change elsewhere too
  exchange::check(rules);
  return rules;
}

std::int64_t ticks_of(const MarketTerms& terms, const Decimal& yuan) {
  const Decimal& tick = terms.venue.tick;
  const Decimal ticks = Decimal::divide(yuan, tick, 0, Rounding::floor);
  if (yuan.sign() <= 0 || ticks * tick != yuan)
    throw Error(
        codes::bad_value,
        {fmt::format("价格 {} 须为正数且为最小变动价位 {} 元的整数倍", yuan.to_string(), tick.to_string()),
         fmt::format("the price {} must be positive and a whole number of ticks of {} yuan", yuan.to_string(),
                     tick.to_string())},
        {{}, 0, 0, "price"});
  return ticks.to_int64();
}

Decimal yuan_of(const MarketTerms& terms, std::int64_t ticks) {
  return Decimal::from_int(ticks) * terms.venue.tick;
}

std::int64_t cover_of(const MarketTerms& terms, std::int64_t cash, std::int64_t quantity) {
  std::int64_t out = cash;
  // Each deal rounds its fee up by less than a fen, and a lot is the least there is of a deal.
  for (const VenueFee& fee : terms.venue.fees)
    if (fee.buyer && fee.rule.rate.sign() > 0)
      out += exchange::fee_of(cash, fee.rule) + quantity / terms.venue.rules.lot;
  return out;
}

std::string order_key(std::int64_t market, std::uint64_t order) {
  return fmt::format("market-{}-order-{}", market, order);
}
std::string proposal_key(std::int64_t market, std::uint64_t proposal, exchange::Side side) {
  return fmt::format("market-{}-bulk-{}-{}", market, proposal, side == exchange::Side::buy ? "buy" : "sell");
}
std::string deal_key(std::int64_t market, std::int64_t deal) {
  return fmt::format("market-{}-deal-{}", market, deal);
}
std::optional<std::int64_t> number_of_deal(std::int64_t market, const std::string& key) {
  const std::string prefix = fmt::format("market-{}-deal-", market);
  std::int64_t out = 0;
  if (!key.starts_with(prefix)) return std::nullopt;
  const auto [end, fault] = std::from_chars(key.data() + prefix.size(), key.data() + key.size(), out);
  if (fault != std::errc() || end != key.data() + key.size()) return std::nullopt;
  return out;
}

const char* const order_columns =
    "SELECT desk, id, key, account, counterparty, side, type, stands, ticks, quantity, min_quantity, "
    "left_over, filled, state, "
    "reason, why, until, at, by_whom, request, seq FROM venue_order ";

StoredOrder order_of(const MarketTerms& terms, const store::Row& row) {
  StoredOrder out;
  out.bulk = row.text(0) == "bulk";
  out.id = row.integer(1);
  out.key = row.text(2);
  out.account = row.text(3);
  out.counterparty = row.text(4);
  out.side = static_cast<exchange::Side>(row.integer(5));
  out.type = static_cast<exchange::OrderType>(row.integer(6));
  out.stands = static_cast<exchange::Stands>(row.integer(7));
  if (out.type == exchange::OrderType::limit) out.price = yuan_of(terms, row.integer(8));
  out.quantity = row.integer(9);
  out.min_quantity = row.integer(10);
  out.left = row.integer(11);
  out.filled = row.integer(12);
  out.state = row.text(13);
  out.reason = static_cast<exchange::Refusal>(row.integer(14));
  out.why = row.text(15);
  if (row.integer(16) != 0) out.until = Instant{row.integer(16)};
  out.at = {row.integer(17)};
  out.by = row.text(18);
  out.seq = row.integer(20);
  return out;
}

}  // namespace tributary::venues
