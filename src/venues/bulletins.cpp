#include "venues/bulletins.h"

#include "venues/market_journal.h"
#include "venues/smart_stored.h"
#include "venues/stored.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

constexpr const char* what_a_halt_is = "substr(body, 1, 2) IN ('08', '09')";  // as the index says it

std::int64_t number_of(Date day) {
  return day.time_since_epoch().count();
}

// Titles, instruments and ticks, each market read once.
class MarketsTerms {
 public:
  MarketsTerms(store::Transaction& t, std::string jurisdiction) : t_(t), jurisdiction_(std::move(jurisdiction)) {}
  const MarketTerms& operator[](std::int64_t number) {
    const auto found = known_.find(number);
    if (found != known_.end()) return found->second;
    const auto row =
        t_.first("SELECT terms FROM venue_market WHERE jurisdiction = ? AND number = ?", jurisdiction_, number);
    return known_.emplace(number, market_terms_of(row->text(0))).first->second;
  }

 private:
  store::Transaction& t_;
  std::string jurisdiction_;
  std::map<std::int64_t, MarketTerms> known_;
};

constexpr const char* day_columns =
    "SELECT market, day, opening, high, low, closing, quantity, fen, deals, bulk_quantity, bulk_fen, bulk_deals FROM venue_day ";

DayPrices prices_of(const MarketTerms& terms, const store::Row& r) {
  const auto yuan = [&](std::size_t column) {
    const auto ticks = r.integer_or_null(column);
    return ticks ? std::optional(yuan_of(terms, *ticks)) : std::nullopt;
  };
  DayPrices out;
  out.market = r.integer(0);
  out.title = terms.venue.title;
  out.instrument = terms.venue.instrument;
  out.lease = terms.venue.lease.has_value();
  out.term = terms.listing.term;
  out.vintage = terms.listing.vintage;
  out.project = terms.listing.project;
  out.day = {Date{std::chrono::days{r.integer(1)}},
             yuan(2),
             yuan(3),
             yuan(4),
             yuan_of(terms, r.integer(5)),
             r.integer(6),
             r.integer(7),
             r.integer(8),
             r.integer(9),
             r.integer(10),
             r.integer(11),
             {}};
  return out;
}

AuctionNotice notice_of(const store::Row& r) {
  const Terms terms = terms_of(r.text(1));
  AuctionNotice out;
  out.number = r.integer(0);
  out.title = terms.venue.title;
  out.instrument = terms.venue.instrument;
  out.lease = terms.venue.lease.has_value();
  out.term = terms.announcement.term;
  out.vintage = terms.announcement.vintage;
  out.project = terms.announcement.project;
  out.buy_back = terms.venue.side == exchange::OneWaySide::buy_back;
  out.supply = terms.announcement.supply;
  out.state = r.text(2);
  out.at = {r.integer(3)};
  const Json result = Json::parse(r.text(4));
  out.price = price_in(result);
  out.sold = sold_in(result);
  return out;
}

RoundNotice round_of(const store::Row& r) {
  const SmartTerms terms = smart_terms_of(r.text(1));
  const std::string input = r.text(4), result = r.text(5);
  const Json record = Json::parse(result), &clearing = record.at("clearing");
  RoundNotice out;
  out.number = r.integer(0);
  out.title = terms.venue.title;
  out.instrument = terms.venue.instrument;
  out.term = terms.notice.term;
  out.vintage = terms.notice.vintage;
  out.project = terms.notice.project;
  out.state = r.text(2);
  out.at = {r.integer(3)};
  out.bids = static_cast<std::int64_t>(clearing.at("bids").size() + clearing.at("asks").size());
  out.bought = bought_in(record);
  out.rent_fen = record.at("booked").at("rent_fen");
  if (out.bought > 0) out.prices = node_prices(input, result);
  std::erase_if(out.prices, [](const NodePrice& price) { return !price.quoted; });
  return out;
}

}  // namespace

Bulletins::Bulletins(store::Database& database, std::string jurisdiction, const Clock& clock)
    : database_(database), jurisdiction_(std::move(jurisdiction)), clock_(clock) {}

// Each of the four is asked for its latest day before the one just found, by an index.
std::vector<Date> Bulletins::days(std::optional<Date> before, std::int64_t limit) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<Date> out;
    Date bound = before.value_or(clock_.today() + std::chrono::days{1});
    while (static_cast<std::int64_t>(out.size()) < limit) {
      std::optional<Date> latest;
      const auto take = [&](Date day) { latest = std::max(latest.value_or(day), day); };
      if (const auto row = t.first("SELECT MAX(day) FROM venue_day WHERE jurisdiction = ? AND day < ?", jurisdiction_,
                                   number_of(bound));
          row && !row->is_null(0))
        take(Date{std::chrono::days{row->integer(0)}});
      for (const std::string& sql :
           {std::string("SELECT MAX(at) FROM venue_event WHERE jurisdiction = ? AND at < ? AND event = 'closed'"),
            std::string("SELECT MAX(at) FROM venue_round_event WHERE jurisdiction = ? AND at < ? AND event = 'closed'"),
            fmt::format("SELECT MAX(at) FROM venue_command WHERE jurisdiction = ? AND at < ? AND {}", what_a_halt_is)})
        if (const auto row = t.first(sql, jurisdiction_, start_of(bound).seconds); row && !row->is_null(0))
          take(day_of({row->integer(0)}));
      if (!latest) break;
      out.push_back(*latest);
      bound = *latest;
    }
    return out;
  });
}

Bulletin Bulletins::bulletin(Date day, bool totals) const {
  Bulletin out;
  const Instant begin = start_of(day), end = start_of(day + std::chrono::days{1});
  database_.snapshot([&](store::Transaction& t) {
    out = {};
    out.day = day;
    out.running = day >= clock_.today();
    MarketsTerms terms(t, jurisdiction_);
    for (const store::Row& r : t.query(std::string(day_columns) + "WHERE jurisdiction = ? AND day = ? ORDER BY market",
                                       jurisdiction_, number_of(day)))
      out.markets.push_back(prices_of(terms[r.integer(0)], r));
    for (const store::Row& r :
         t.query("SELECT a.number, a.terms, a.state, e.at, a.result FROM venue_event e JOIN venue_auction a ON "
                 "a.jurisdiction = e.jurisdiction AND a.number = e.auction WHERE e.jurisdiction = ? AND e.at >= ? AND e.at < "
                 "? AND e.event = 'closed' ORDER BY e.at, a.number",
                 jurisdiction_, begin.seconds, end.seconds))
      out.auctions.push_back(notice_of(r));
    for (const store::Row& r :
         t.query("SELECT o.number, o.terms, o.state, e.at, o.input, o.result FROM venue_round_event e JOIN venue_round o ON "
                 "o.jurisdiction = e.jurisdiction AND o.number = e.round WHERE e.jurisdiction = ? AND e.at >= ? AND e.at < ? "
                 "AND e.event = 'closed' ORDER BY e.at, o.number",
                 jurisdiction_, begin.seconds, end.seconds))
      out.rounds.push_back(round_of(r));
    for (const store::Row& r :
         t.query(fmt::format("SELECT market, at, reason, body FROM venue_command WHERE jurisdiction = ? AND at >= ? AND at < ? "
                             "AND {} ORDER BY at, market, seq",
                             what_a_halt_is),
                 jurisdiction_, begin.seconds, end.seconds)) {
      const exchange::Command command = command_of(r.text(3));
      HaltNotice halt{r.integer(0), terms[r.integer(0)].venue.title, {r.integer(1)},
                      command.action == exchange::Action::resume, {}, r.text(2)};
      if (!halt.resumed && command.until > 0) halt.until = Instant{command.until};
      out.halts.push_back(std::move(halt));
    }
    if (totals) out.totals = rights::day_totals(database_, jurisdiction_, day);
  });
  return out;
}

std::vector<DayPrices> Bulletins::prices(const PriceFilter& filter) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<DayPrices> out;
    MarketsTerms terms(t, jurisdiction_);
    std::string where = "WHERE jurisdiction = ?";
    std::vector<store::Value> values{store::to_value(jurisdiction_)};
    const auto add = [&](const std::string& condition, std::int64_t value) {
      where += " AND " + condition;
      values.push_back(store::to_value(value));
    };
    if (filter.market) add("market = ?", *filter.market);
    if (!filter.instrument.empty()) {
      std::string numbers;  // a county has few markets, each of many days
      for (const store::Row& r :
           t.query("SELECT number FROM venue_market WHERE jurisdiction = ? AND state IN ('open', 'ended')", jurisdiction_))
        if (terms[r.integer(0)].venue.instrument == filter.instrument)
          numbers += (numbers.empty() ? "" : ", ") + std::to_string(r.integer(0));
      if (numbers.empty()) return out;
      where += fmt::format(" AND market IN ({})", numbers);
    }
    if (filter.from) add("day >= ?", number_of(*filter.from));
    if (filter.to) add("day <= ?", number_of(*filter.to));
    if (filter.after) {
      add("(day, market) < (?, ?)", number_of(filter.after->first));
      values.push_back(store::to_value(filter.after->second));
    }
    where += " ORDER BY day DESC, market DESC LIMIT ?";
    values.push_back(store::to_value(filter.limit));
    std::vector<store::Row> rows;
    t.each_values(day_columns + where, values, [&](const store::Row& r) { rows.push_back(r); });
    for (const store::Row& r : rows) out.push_back(prices_of(terms[r.integer(0)], r));
    return out;
  });
}

std::optional<Date> Bulletins::first_day() const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first("SELECT MIN(day) FROM venue_day WHERE jurisdiction = ?", jurisdiction_);
    return row->is_null(0) ? std::nullopt : std::optional(Date{std::chrono::days{row->integer(0)}});
  });
}

}  // namespace tributary::venues
