#include "venues/terms.h"

#include <map>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

Json optional_text(const std::optional<Decimal>& value) {
  return value ? Json(value->to_string()) : Json();
}
std::optional<Decimal> decimal_or_none(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return Decimal::parse(value.get<std::string>());
}
Ascending ascending_of(const Json& rules) {
  Ascending out;
  out.step_ticks = rules.at("step_ticks");
  out.step_share = decimal_or_none(rules.at("step_share"));
  out.within = rules.at("within");
  out.by = rules.at("by");
  if (!rules.at("most").is_null()) out.most = rules.at("most").get<int>();
  if (!rules.at("until").is_null()) out.until = rules.at("until").get<std::int64_t>();
  out.lasts = rules.at("lasts");
  out.names = rules.at("names");
  out.freed_at_once = rules.at("freed_at_once");
  return out;
}

}  // namespace

std::string to_text(const Terms& terms) {
  const AuctionVenue& v = terms.venue;
  const Announcement& a = terms.announcement;
  Json venue{{"id", v.id},
             {"zh", v.title.zh},
             {"en", v.title.en},
             {"pack", v.pack},
             {"version", v.version},
             {"instrument", v.instrument},
             {"medium", v.medium},
             {"side", static_cast<int>(v.side)},
             {"pricing", static_cast<int>(v.pricing)},
             {"tie", static_cast<int>(v.tie)},
             {"under", static_cast<int>(v.under)},
             {"amend", static_cast<int>(v.amend)},
             {"tick", v.tick.to_string()},
             {"lot", v.lot},
             {"min_bid", v.min_bid},
             {"max_share", optional_text(v.max_share)},
             {"deposit", v.deposit_fen},
             {"reserve_price", v.reserve_price.to_string()},
             {"reserve_hidden", v.reserve_hidden},
             {"floor", optional_text(v.floor)},
             {"announcement_days", v.announcement_days},
             {"qualification_days", v.qualification_days},
             {"approval_days", v.approval_days ? Json(*v.approval_days) : Json()},
             {"fees", fees_json(v.fees)},
             {"certificate", v.certificate},
             {"seed_source", v.seed_source},
             {"admitted_public", v.admitted_public},
             {"results", static_cast<int>(v.results)},
             {"document", v.source.document},
             {"document_number", v.source.number},
             {"article", v.source.article},
             {"verified", v.verified}};
  // Auctions announced before there were others keep their text.
  if (v.format != Format::sealed) {
    const Ascending& rules = *v.ascending;
    venue["format"] = static_cast<int>(v.format);
    venue["ascending"] = {{"step_ticks", rules.step_ticks},
                          {"step_share", optional_text(rules.step_share)},
                          {"within", rules.within},
                          {"by", rules.by},
                          {"most", rules.most ? Json(*rules.most) : Json()},
                          {"until", rules.until ? Json(*rules.until) : Json()},
                          {"lasts", rules.lasts},
                          {"names", rules.names},
                          {"freed_at_once", rules.freed_at_once}};
  }
  if (!v.control.empty()) venue["control"] = v.control;  // likewise
  put_lease(venue, v.lease);
  Json announcement{{"key", a.key},
                    {"account", a.account},
                    {"supply", a.supply},
                    {"from", a.term ? Json(a.term->from.index) : Json()},
                    {"to", a.term ? Json(a.term->to.index) : Json()},
                    {"vintage", a.vintage ? Json(*a.vintage) : Json()},
                    {"project", a.project},
                    {"opens", a.opens.seconds},
                    {"closes", a.closes.seconds}};
  return Json{{"venue", venue}, {"announcement", announcement}}.dump();
}

Terms terms_of(const std::string& text) {
  const Json all = Json::parse(text);
  const Json& v = all.at("venue");
  const Json& a = all.at("announcement");
  Terms out;
  AuctionVenue& venue = out.venue;
  venue.id = v.at("id");
  venue.title = {v.at("zh"), v.at("en")};
  venue.pack = v.at("pack");
  venue.version = v.at("version");
  venue.instrument = v.at("instrument");
  venue.medium = v.at("medium");
  venue.side = static_cast<exchange::OneWaySide>(v.at("side").get<int>());
  venue.pricing = static_cast<exchange::Pricing>(v.at("pricing").get<int>());
  venue.tie = static_cast<exchange::Tie>(v.at("tie").get<int>());
  venue.under = static_cast<exchange::Under>(v.at("under").get<int>());
  venue.amend = static_cast<Amend>(v.at("amend").get<int>());
  venue.tick = Decimal::parse(v.at("tick").get<std::string>());
  venue.lot = v.at("lot");
  venue.min_bid = v.at("min_bid");
  venue.max_share = decimal_or_none(v.at("max_share"));
  venue.deposit_fen = v.at("deposit");
  venue.reserve_price = Decimal::parse(v.at("reserve_price").get<std::string>());
  venue.reserve_hidden = v.at("reserve_hidden");
  venue.floor = decimal_or_none(v.at("floor"));
  venue.announcement_days = v.at("announcement_days");
  venue.qualification_days = v.at("qualification_days");
  if (!v.at("approval_days").is_null()) venue.approval_days = v.at("approval_days").get<int>();
  venue.fees = fees_of(v.at("fees"));
  venue.certificate = v.at("certificate");
  if (v.contains("control")) venue.control = v.at("control").get<Control>();  // not in those of before
  venue.lease = lease_in(v);
  venue.seed_source = v.at("seed_source");
  // Auctions announced before there were these.
  venue.admitted_public = v.value("admitted_public", false);
  venue.results = static_cast<Disclosure>(v.value("results", 0));
  venue.format = static_cast<Format>(v.value("format", 0));
  if (v.contains("ascending")) venue.ascending = ascending_of(v.at("ascending"));
  venue.source.document = v.at("document");
  venue.source.number = v.at("document_number");
  venue.source.article = v.at("article");
  venue.verified = v.at("verified");
  Announcement& announcement = out.announcement;
  announcement.key = a.at("key");
  announcement.account = a.at("account");
  announcement.supply = a.at("supply");
  if (!a.at("from").is_null())
    announcement.term = rights::Term{{a.at("from").get<int>()}, {a.at("to").get<int>()}};
  if (!a.at("vintage").is_null()) announcement.vintage = a.at("vintage").get<int>();
  announcement.project = a.at("project");
  announcement.opens = {a.at("opens").get<std::int64_t>()};
  announcement.closes = {a.at("closes").get<std::int64_t>()};
  return out;
}

std::int64_t ticks_of(const AuctionVenue& venue, const Decimal& yuan) {
  const Decimal ticks = Decimal::divide(yuan, venue.tick, 0, Rounding::floor);
  if (yuan.sign() <= 0 || ticks * venue.tick != yuan)
    throw Error(codes::bad_value,
                {fmt::format("价格 {} 须为正数且为最小变动价位 {} 元的整数倍", yuan.to_string(),
                             venue.tick.to_string()),
                 fmt::format("the price {} must be positive and a whole number of ticks of {} yuan",
                             yuan.to_string(), venue.tick.to_string())},
                {{}, 0, 0, "price"});
  return ticks.to_int64();
}

Decimal yuan_of(const AuctionVenue& venue, std::int64_t ticks) {
  return Decimal::from_int(ticks) * venue.tick;
}

std::int64_t price_of(const Terms& terms, std::int64_t quantity, const Decimal& yuan) {
  const auto& term = terms.announcement.term;
  return term ? rights::value_of_rate(quantity, *term, yuan) : rights::value_of_stock(quantity, yuan);
}

std::int64_t due_from_buyer(const Terms& terms, std::int64_t quantity, const Decimal& yuan) {
  std::int64_t out = price_of(terms, quantity, yuan);
  const std::int64_t fen = out;
  for (const rights::Charge& charge : charges_of(terms.venue.fees, fen))
    if (charge.buyer) out += charge.fen;
  return out;
}

std::int64_t budget_of(const Terms& terms) {
  // Each of at most so many trades rounds its price and its fees up by less than a fen and owes the least fee
  // at most.
  const std::int64_t trades = terms.announcement.supply / terms.venue.lot;
  const std::int64_t fen = price_of(terms, terms.announcement.supply, terms.venue.reserve_price) + trades;
  std::int64_t out = fen;
  for (const VenueFee& fee : terms.venue.fees)
    if (fee.buyer) out += exchange::fee_of(fen, {fee.rule.rate, 0, 0}) + trades * (1 + fee.rule.least);
  return out;
}

exchange::OneWayResult clear(const Terms& terms, const std::vector<StoredBid>& bids,
                             const std::map<std::string, std::string>& owners,
                             const std::optional<exchange::Seed>& seed) {
  const AuctionVenue& v = terms.venue;
  exchange::OneWayTerms rules;
  rules.side = v.side;
  rules.pricing = v.pricing;
  rules.supply = terms.announcement.supply;
  rules.reserve = Decimal::divide(v.reserve_price, v.tick, 0, Rounding::floor).to_int64();
  rules.lot = v.lot;
  rules.min_bid = v.min_bid;
  if (v.max_share)
    rules.max_share = (*v.max_share * Decimal::from_int(rules.supply)).round(0, Rounding::floor).to_int64();
  rules.tie = v.tie;
  rules.under = v.under;
  rules.seed = seed;
  std::vector<exchange::OneWayBid> standing;
  for (const StoredBid& bid : bids)
    if (bid.stands())
      standing.push_back({.id = std::to_string(bid.seq),
                          .bidder = beneficial_owner(v.control, owners.at(bid.account)),
                          .price = ticks_of(v, bid.price),
                          .qty = bid.quantity,
                          .time = bid.seq});
  return exchange::one_way_auction(rules, standing, {});
}

Json json_of(const AuctionVenue& venue, const exchange::OneWayResult& result) {
  Json dropped = Json::array(), trimmed = Json::array(), rows = Json::array();
  for (const auto& drop : result.dropped) {
    const Text why = exchange::describe(drop.reason);
    dropped.push_back(
        {{"bid", drop.bid}, {"reason", exchange::to_string(drop.reason)}, {"zh", why.zh}, {"en", why.en}});
  }
  for (const auto& trim : result.trimmed)
    trimmed.push_back({{"bid", trim.bid}, {"from", trim.from}, {"to", trim.to}});
  for (const auto& row : result.rows)
    rows.push_back({{"bid", row.bid},
                    {"bidder", row.bidder},
                    {"price", yuan_of(venue, row.price).to_string()},
                    {"quantity", row.qty},
                    {"cumulative", static_cast<std::int64_t>(row.cumulative)},
                    {"filled", row.filled},
                    {"pays", yuan_of(venue, row.pays).to_string()},
                    {"draw", row.drawn}});
  return {{"price", result.price ? Json(yuan_of(venue, *result.price).to_string()) : Json()},
          {"sold", result.sold},
          {"cancelled", result.cancelled},
          {"undersubscribed", result.undersubscribed},
          {"marginal", result.marginal},
          {"dropped", dropped},
          {"trimmed", trimmed},
          {"rows", rows}};
}

}  // namespace tributary::venues
