#include "venues/watching.h"

#include "rights/transfers.h"
#include "venues/market_terms.h"
#include "venues/smart_terms.h"
#include "venues/terms.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

using exchange::Pattern;

struct Goods {
  std::string instrument, label;  // months or vintage
  bool lease = false;             // the use of those months: another price than that of title
  auto operator<=>(const Goods&) const = default;
};
Goods goods_of(const std::string& instrument, const std::optional<rights::Term>& term, const std::optional<int>& vintage,
               const std::string& project, bool lease = false) {
  std::string label = term ? rights::to_string(*term) : vintage ? std::to_string(*vintage) : "";
  if (!project.empty()) label += " " + project;
  return {instrument, std::move(label), lease};
}

// Deals and withdrawn orders, by what was traded: only the same months or vintage can go round in a circle.
struct Lot {
  std::vector<exchange::Deal> deals;
  std::vector<exchange::OrderLife> orders;
  std::map<std::string, Named> named;
};

class Reading {
 public:
  Reading(store::Transaction& t, const std::string& jurisdiction, Instant from, Instant to)
      : t_(t), jurisdiction_(jurisdiction), from_(from), to_(to) {}

  std::map<Goods, Lot> lots;

  void markets() {
    for (const store::Row& r : t_.query(
             "SELECT d.market, d.seq, d.at, d.kind, s.owner, b.owner, d.ticks, d.quantity FROM venue_deal d JOIN venue_member "
             "s ON s.jurisdiction = d.jurisdiction AND s.market = d.market AND s.account = d.seller JOIN venue_member b ON "
             "b.jurisdiction = d.jurisdiction AND b.market = d.market AND b.account = d.buyer WHERE d.jurisdiction = ? AND "
             "d.day >= ? AND d.day < ? ORDER BY d.at, d.market, d.seq",
             jurisdiction_, day_of(from_).time_since_epoch().count(), day_of(to_).time_since_epoch().count())) {
      const MarketTerms& terms = terms_of_market(r.integer(0));
      Named named{.key = deal_key(r.integer(0), r.integer(1)), .market = r.integer(0), .at = {r.integer(2)},
                  .seller = r.text(4), .buyer = r.text(5), .quantity = r.integer(7),
                  .price = yuan_of(terms, r.integer(6))};
      add(market_goods(terms), std::move(named), r.text(3) == "bulk", false);
    }
    for (const store::Row& r : t_.query(
             "SELECT o.market, o.id, o.at, o.withdrawn, m.owner, o.side, o.quantity, o.filled, o.ticks, o.type FROM "
             "venue_order o JOIN venue_member m ON m.jurisdiction = o.jurisdiction AND m.market = o.market AND m.account = "
             "o.account WHERE o.jurisdiction = ? AND o.withdrawn >= ? AND o.withdrawn < ? AND o.withdrawn IS NOT NULL AND "
             "o.desk = 'book' ORDER BY o.withdrawn, o.market, o.id",
             jurisdiction_, from_.seconds, to_.seconds)) {
      const MarketTerms& terms = terms_of_market(r.integer(0));
      const bool buys = static_cast<exchange::Side>(r.integer(5)) == exchange::Side::buy;
      Named named{.key = order_key(r.integer(0), static_cast<std::uint64_t>(r.integer(1))), .order = true,
                  .market = r.integer(0), .at = {r.integer(2)}, .quantity = r.integer(6)};
      (buys ? named.buyer : named.seller) = r.text(4);
      if (static_cast<exchange::OrderType>(r.integer(9)) == exchange::OrderType::limit)
        named.price = yuan_of(terms, r.integer(8));
      const Goods goods = market_goods(terms);
      Lot& lot = lots[goods];
      lot.orders.push_back({named.key, {r.integer(2)}, {r.integer(3)}, goods.instrument, r.text(4), buys, r.integer(6),
                            r.integer(7), true});
      lot.named.emplace(named.key, named);
    }
  }

  void transfers(store::Database& database) {
    for (const rights::Transferred& x : rights::transfers(database, jurisdiction_, from_, to_)) {
      const Goods goods = goods_of(
          x.instrument, x.flow ? std::optional(rights::Term{{x.part.period}, {x.part.period + x.part.count}}) : std::nullopt,
          x.flow ? std::nullopt : std::optional(x.part.period), x.part.project);
      exchange::Deal deal{x.key, x.at, x.instrument, x.from, x.to, x.part.amount, Rational(0)};
      deal.outside = true;
      Lot& lot = lots[goods];
      lot.deals.push_back(std::move(deal));
      lot.named.emplace(x.key, Named{.key = x.key, .at = x.at, .seller = x.from, .buyer = x.to, .quantity = x.part.amount});
    }
  }

  // What the operator takes, or adds to sellers, is no deal of theirs; a conditional trade is one when it is made, as in markets.
  void rounds() {
    for (const store::Row& r :
         t_.query("SELECT v.number, v.terms, v.result, e.at FROM venue_round_event e JOIN venue_round v ON v.jurisdiction = "
                  "e.jurisdiction AND v.number = e.round WHERE e.jurisdiction = ? AND e.at >= ? AND e.at < ? AND e.event = "
                  "'closed' ORDER BY e.at, v.number",
                  jurisdiction_, from_.seconds, to_.seconds)) {
      const SmartTerms terms = smart_terms_of(r.text(1));
      std::map<std::string, std::string> owners;
      for (const store::Row& m : t_.query("SELECT account, owner FROM venue_round_member WHERE jurisdiction = ? AND round = ?",
                                          jurisdiction_, r.integer(0)))
        owners.emplace(m.text(0), m.text(1));
      const Json result = Json::parse(r.text(2));
      for (const Json& trade : result.at("trades")) {
        if (trade.at("bid").get<std::int64_t>() == 0) continue;
        const std::int64_t quantity = trade.at("quantity").get<std::int64_t>(), fen = trade.at("fen").get<std::int64_t>();
        add(goods_of(terms.venue.instrument, terms.term_of(trade.at("period").get<std::string>()), terms.notice.vintage,
                     terms.notice.project),
            {.key = trade.at("trade").get<std::string>(), .round = r.integer(0), .at = {r.integer(3)},
             .seller = owners.at(trade.at("seller").get<std::string>()),
             .buyer = owners.at(trade.at("buyer").get<std::string>()), .quantity = quantity,
             .price = Decimal::divide(Decimal::from_int(fen), Decimal::from_int(quantity * 100), 4, Rounding::half_up)},
            false, true);
      }
    }
  }

  // What the registry refused at the close is no deal.
  void auctions(const rights::Rights& registry) {
    for (const store::Row& r :
         t_.query("SELECT a.number, a.terms, a.result, e.at FROM venue_event e JOIN venue_auction a ON a.jurisdiction = "
                  "e.jurisdiction AND a.number = e.auction WHERE e.jurisdiction = ? AND e.at >= ? AND e.at < ? AND e.event = "
                  "'closed' ORDER BY e.at, a.number",
                  jurisdiction_, from_.seconds, to_.seconds)) {
      const Terms terms = terms_of(r.text(1));
      const Announcement& lot = terms.announcement;
      const std::string reserve = registry.account(lot.account).owner;
      std::map<std::string, std::string> owners;
      for (const store::Row& b : t_.query("SELECT account, owner FROM venue_bidder WHERE jurisdiction = ? AND auction = ?",
                                          jurisdiction_, r.integer(0)))
        owners.emplace(b.text(0), b.text(1));
      const bool sale = terms.venue.side == exchange::OneWaySide::sale;
      const Json result = Json::parse(r.text(2));
      for (const Json& trade : result.at("trades")) {
        if (!trade.at("refused").get<std::string>().empty()) continue;
        const std::string& bidder = owners.at(trade.at("account").get<std::string>());
        add(goods_of(terms.venue.instrument, lot.term, lot.vintage, lot.project, terms.venue.lease.has_value()),
            {.key = trade.at("trade").get<std::string>(), .auction = r.integer(0), .at = {r.integer(3)},
             .seller = sale ? reserve : bidder, .buyer = sale ? bidder : reserve,
             .quantity = trade.at("quantity").get<std::int64_t>(),
             .price = Decimal::parse(trade.at("price").get<std::string>())},
            false, true);
      }
    }
  }

 private:
  void add(const Goods& goods, Named named, bool bulk, bool auctioned) {
    Lot& lot = lots[goods];
    lot.deals.push_back({named.key, named.at, goods.instrument, named.seller, named.buyer, named.quantity,
                         Rational(*named.price), bulk, auctioned});
    lot.named.emplace(named.key, std::move(named));
  }
  const MarketTerms& terms_of_market(std::int64_t number) {
    const auto found = terms_.find(number);
    if (found != terms_.end()) return found->second;
    const auto row =
        t_.first("SELECT terms FROM venue_market WHERE jurisdiction = ? AND number = ?", jurisdiction_, number);
    return terms_.emplace(number, market_terms_of(row->text(0))).first->second;
  }
  static Goods market_goods(const MarketTerms& terms) {
    return goods_of(terms.venue.instrument, terms.listing.term, terms.listing.vintage, terms.listing.project, terms.venue.lease.has_value());
  }

  store::Transaction& t_;
  const std::string& jurisdiction_;
  Instant from_, to_;
  std::map<std::int64_t, MarketTerms> terms_;
};

// How many days before an alert its first deal may lie.
int reach(const WatchDeclaration& declaration) {
  int out = 0;
  for (const Threshold& one : declaration.thresholds)
    out = std::max(out, std::max(one.days, one.minutes / (24 * 60) + (one.minutes > 0 ? 1 : 0)));
  return out;
}

}  // namespace

Watched watch_days(store::Database& database, const std::string& jurisdiction, const Clock& clock,
                   const WorkCalendar& calendar, const WatchDeclaration& declaration, Date from, Date to) {
  if (to <= from)
    throw Error(codes::bad_value, {"止日须晚于起日", "the last day comes after the first"}, {{}, 0, 0, "to"});
  std::map<Goods, Lot> lots;
  database.snapshot([&](store::Transaction& t) {
    Reading reading(t, jurisdiction, start_of(from - std::chrono::days{reach(declaration)}), start_of(to));
    reading.markets();
    reading.auctions(rights::Rights(database, jurisdiction, clock, calendar));
    reading.rounds();
    reading.transfers(database);
    lots = std::move(reading.lots);
  });
  Watched out;
  std::set<std::string> instruments;
  const Instant begin = start_of(from);
  for (const auto& [goods, lot] : lots) {
    instruments.insert(goods.instrument);
    out.deals += std::ranges::count_if(lot.deals, [&](const exchange::Deal& d) { return d.at >= begin && !d.outside; });
    out.orders += std::ranges::count_if(lot.orders, [&](const exchange::OrderLife& o) { return o.ended >= begin; });
    for (exchange::Alert& alert : exchange::watch(lot.deals, lot.orders, declaration.rules(goods.instrument))) {
      if (alert.at < begin) continue;  // told of the days before
      Seen seen{alert.pattern, goods.instrument, goods.label, goods.lease, alert.at, {}, std::move(alert.parties), alert.message,
                declaration.of(alert.pattern, goods.instrument)};
      for (const std::string& key : alert.keys) seen.what.push_back(lot.named.at(key));
      out.alerts.push_back(std::move(seen));
    }
  }
  std::ranges::stable_sort(out.alerts, {}, &Seen::at);
  if (declaration.barred.empty()) out.missing.push_back({Pattern::barred, {}});
  for (const Pattern pattern : {Pattern::circle, Pattern::ladder, Pattern::layering, Pattern::far_price}) {
    if (std::ranges::find(declaration.thresholds, pattern, &Threshold::pattern) == declaration.thresholds.end()) {
      out.missing.push_back({pattern, {}});
      continue;
    }
    for (const std::string& instrument : instruments)
      if (declaration.of(pattern, instrument) == nullptr) out.missing.push_back({pattern, instrument});
  }
  return out;
}

}  // namespace tributary::venues
