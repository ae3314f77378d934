// Announcing, and what every call needs: loading, events, reading.
#include "venues/auctions.h"

#include "base/text.h"
#include "venues/ascent.h"
#include "venues/sealing.h"
#include "venues/stored.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

void require_announced_in_time(const Terms& terms, Instant now) {
  const Instant earliest{now.seconds + terms.venue.announcement_days * day};
  if (terms.announcement.opens >= earliest) return;
  throw Error(
      codes::too_early,
      {fmt::format("公告期 {} 天：最早 {} 开始竞价", terms.venue.announcement_days, to_string(earliest)),
       fmt::format("the announcement stands for {} days: bidding opens on {} at the earliest",
                   terms.venue.announcement_days, to_string(earliest))},
      {{}, 0, 0, "opens"});
}

}  // namespace

std::optional<Decimal> price_in(const Json& result) {
  const Json& price = result.at("clearing").at("price");
  return price.is_null() ? std::nullopt : std::optional(Decimal::parse(price.get<std::string>()));
}

std::int64_t sold_in(const Json& result) {
  return result.at("clearing").at("sold").get<std::int64_t>();
}

std::string random_hex(int words) {
  std::random_device device;
  std::string out;
  for (int i = 0; i < words; ++i) out += fmt::format("{:08x}", device());
  return out;
}

void require_act(const rights::Act& act) {
  if (!act.actor.empty() && !act.reason.empty()) return;
  throw bad_field(act.actor.empty() ? "actor" : "reason", "须写明经办人和事由",
                  "who does it and why must be given");
}

void require_other(const std::string& actor, std::initializer_list<std::string> taken) {
  if (std::ranges::find(taken, actor) == taken.end()) return;
  throw Error(codes::same_person,
              {fmt::format("“{}”已经手此场竞价，不能办理这一步", actor),
               fmt::format("\"{}\" had another part in this auction and cannot take this step", actor)},
              {{}, 0, 0, "actor"}, {"请由另一人办理。", "Another person has to do it."});
}

Auctions::Auctions(store::Database& database, std::string jurisdiction, const Clock& clock,
                   const WorkCalendar& calendar, const identity::Vault& vault)
    : database_(database),
      jurisdiction_(std::move(jurisdiction)),
      clock_(clock),
      calendar_(calendar),
      vault_(vault) {}

// ---- rows ----

namespace {

constexpr const char* columns =
    "SELECT number, state, terms, announced_by, approved_by, closed_by, secret, bids, head, events, result, "
    "result_hash, price, sold, ends, extensions, seal FROM venue_auction ";

std::optional<Instant> instant_in(const std::optional<std::int64_t>& seconds) {
  return seconds ? std::optional(Instant{*seconds}) : std::nullopt;
}
std::optional<Decimal> decimal_in(const std::optional<std::string>& text) {
  return text ? std::optional(Decimal::parse(*text)) : std::nullopt;
}

}  // namespace

Auctions::Row Auctions::load(store::Transaction& t, std::int64_t number) const {
  const auto row =
      t.first(std::string(columns) + "WHERE jurisdiction = ? AND number = ?", jurisdiction_, number);
  if (!row)
    throw Error(codes::unknown_auction,
                {fmt::format("没有第 {} 场竞价", number), fmt::format("there is no auction {}", number)});
  Row out;
  out.number = row->integer(0);
  out.state = row->text(1);
  out.terms = terms_of(row->text(2));
  out.announced_by = row->text(3);
  out.approved_by = row->text(4);
  out.closed_by = row->text(5);
  out.secret = row->text(6);
  out.bids = row->integer(7);
  out.head = row->text(8);
  out.events = row->integer(9);
  out.result = row->text_or_null(10).value_or("");
  out.result_hash = row->text_or_null(11).value_or("");
  out.price = decimal_in(row->text_or_null(12));
  out.sold = row->integer_or_null(13);
  out.ends = instant_in(row->integer_or_null(14));
  out.seal = row->text(16);
  out.extensions = static_cast<int>(row->integer(15));
  return out;
}

void Auctions::change_state(store::Transaction& t, Row& row, const std::string& state,
                            const std::string& event, const std::string& detail) const {
  row.state = state;
  ++row.events;
  t.execute(
      "UPDATE venue_auction SET state = ?, events = ?, approved_by = ?, closed_by = ?, ends = ?, extensions "
      "= ? WHERE "
      "jurisdiction = ? AND number = ?",
      row.state, row.events, row.approved_by, row.closed_by,
      row.ends ? std::optional(row.ends->seconds) : std::nullopt, row.extensions, jurisdiction_, row.number);
  t.execute(
      "INSERT INTO venue_event (jurisdiction, auction, seq, at, event, detail) VALUES (?, ?, ?, ?, ?, ?)",
      jurisdiction_, row.number, row.events, clock_.now().seconds, event, detail);
}

// ---- announcing ----

std::int64_t Auctions::announce(const AuctionVenue& venue, const Announcement& announcement,
                                const rights::Act& act) {
  require_act(act);
  const Terms terms{venue, announcement};
  const std::string text = to_text(terms);
  if (announcement.key.empty() || announcement.key.size() > 100)
    throw bad_field("key", "须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes");
  if (announcement.supply <= 0 || announcement.supply % venue.lot != 0 || announcement.supply < venue.min_bid)
    throw bad_field(
        "supply", fmt::format("数量 {} 须为手数 {} 的整数倍", announcement.supply, venue.lot),
        fmt::format("the supply {} must be a whole number of lots of {}", announcement.supply, venue.lot));
  if (announcement.closes <= announcement.opens)
    throw bad_field("closes", "截止须晚于开始", "the close comes after the opening");
  require_months(venue.lease, announcement.term,
                 venue.approval_days ? std::optional(day_of({announcement.closes.seconds + *venue.approval_days * day})) : std::nullopt);
  if (venue.format == Format::sealed_then_ascending && *timed_from(terms) <= announcement.opens)
    throw bad_field("closes",
                    fmt::format("最后 {} 秒为限时竞价，其前须有密封报价的时间", venue.ascending->lasts),
                    fmt::format("the last {} seconds are timed; the sealed round needs time before them",
                                venue.ascending->lasts));
  const std::string secret = random_hex(8);
  std::int64_t number = 0;
  database_.together([&](store::Transaction& t) {
    if (const auto row = t.first(
            "SELECT number, terms, announced_by FROM venue_auction WHERE jurisdiction = ? AND key = ?",
            jurisdiction_, announcement.key)) {
      if (row->text(1) != text || row->text(2) != act.actor)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一场竞价", announcement.key),
                     fmt::format("the key \"{}\" stands for another auction", announcement.key)},
                    {{}, 0, 0, "key"});
      number = row->integer(0);
      return;
    }
    require_announced_in_time(terms, clock_.now());
    rights::Rights registry = rights();
    const rights::Instrument instrument = registry.instrument(venue.instrument);
    if ((instrument.kind == rights::InstrumentKind::flow) != announcement.term.has_value())
      throw bad_field("term", "流量型权利须写明起止月，存量型不写",
                      "a flow right needs its months, a stock has none");
    if (registry.account(announcement.account).type != rights::AccountType::reserve)
      throw bad_field("account", fmt::format("账户 {} 不是政府储备账户", announcement.account),
                      fmt::format("account {} is no reserve account", announcement.account));
    number = t.first("SELECT COALESCE(MAX(number), 0) + 1 FROM venue_auction WHERE jurisdiction = ?",
                     jurisdiction_)
                 ->integer(0);
    Row row;
    row.number = number;
    row.terms = terms;
    row.announced_by = act.actor;
    t.execute(
        "INSERT INTO venue_auction (jurisdiction, number, key, state, terms, opens, closes, announced_by, "
        "approved_by, closed_by, secret, "
        "bids, head, events, seal) VALUES (?, ?, ?, 'draft', ?, ?, ?, ?, '', '', ?, 0, '', 0, ?)",
        jurisdiction_, number, announcement.key, text, announcement.opens.seconds,
        announcement.closes.seconds, act.actor, secret,
        seal_at(vault_, place_of_seal("auction", jurisdiction_, number)));
    change_state(t, row, "draft", "drafted", "");
    const bool sale = venue.side == exchange::OneWaySide::sale;
    rights::Order order{.key = row.lot_key(),
                        .account = announcement.account,
                        .instrument = sale ? venue.instrument : std::string(rights::cash),
                        .quantity = sale ? announcement.supply : budget_of(terms)};
    if (sale) {
      order.term = announcement.term;
      order.vintage = announcement.vintage;
      order.project = announcement.project;
    }
    registry.reserve(std::span(&order, 1), {act.actor, "", act.reason, row.rule()});
  });
  return number;
}

void Auctions::approve(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    require_other(act.actor, {row.announced_by});
    if (row.state == "announced" && row.approved_by == act.actor) return;
    if (row.state != "draft")
      throw Error(codes::wrong_state, {fmt::format("第 {} 场竞价的状态为“{}”", number, row.state),
                                       fmt::format("auction {} is \"{}\"", number, row.state)});
    require_announced_in_time(row.terms, clock_.now());
    row.approved_by = act.actor;
    change_state(t, row, "announced", "announced", sha256_hex(row.secret));
  });
}

void Auctions::reject(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    if (row.state == "rejected") return;
    if (row.state != "draft")
      throw Error(codes::wrong_state, {fmt::format("第 {} 场竞价的状态为“{}”", number, row.state),
                                       fmt::format("auction {} is \"{}\"", number, row.state)});
    const std::string key = row.lot_key();
    rights().release(std::span(&key, 1), {act.actor, "", act.reason, row.rule()});
    change_state(t, row, "rejected", "rejected", act.reason);
  });
}

void Auctions::cancel(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    require_other(act.actor, {row.announced_by});
    for (const Bidder& bidder : this->bidders(number)) require_other(act.actor, {bidder.applied_by});
    if (row.state == "cancelled") return;
    if (row.state != "announced")
      throw Error(codes::wrong_state,
                  {fmt::format("第 {} 场竞价的状态为“{}”，不能撤销", number, row.state),
                   fmt::format("auction {} is \"{}\" and is not called off", number, row.state)});
    row.closed_by = act.actor;
    release_all(row, standing_bids(t, row), {act.actor, "", act.reason, row.rule()});
    change_state(t, row, "cancelled", "called_off", act.reason);
  });
}

// ---- reading ----

AuctionView Auctions::summary(const Row& row, bool closed) {
  AuctionView out;
  out.number = row.number;
  out.state = row.state;
  out.venue = row.terms.venue;
  out.announcement = row.terms.announcement;
  out.announced_by = row.announced_by;
  out.approved_by = row.approved_by;
  out.closed_by = row.closed_by;
  if (closed || !row.terms.venue.reserve_hidden)
    out.reserve = row.terms.venue.reserve_price;
  else
    out.venue.reserve_price = Decimal(0);
  out.price = row.price;
  out.sold = row.sold.value_or(0);
  out.ends = row.end();
  out.extensions = row.extensions;
  out.timed_from = timed_from(row.terms);
  return out;
}

AuctionView Auctions::view(const Row& row) const {
  AuctionView out = summary(row, !row.result.empty());
  out.commitment = sha256_hex(row.secret);
  for (const Bidder& bidder : bidders(row.number)) out.admitted += bidder.state == "admitted" ? 1 : 0;
  if (row.result.empty()) return out;
  out.secret = row.secret;
  out.result = row.result;
  out.result_hash = row.result_hash;
  const Json result = Json::parse(row.result);
  out.seed = result.at("seed");
  out.price = price_in(result);
  out.sold = sold_in(result);
  const rights::Rights registry = rights();
  for (const Json& trade : result.at("trades")) {
    Outcome outcome;
    outcome.bid = trade.at("bid");
    outcome.account = trade.at("account");
    outcome.quantity = trade.at("quantity");
    outcome.price = Decimal::parse(trade.at("price").get<std::string>());
    outcome.fen = trade.at("fen");
    outcome.trade = trade.at("trade");
    outcome.why = trade.at("refused");
    outcome.state = "refused";
    if (outcome.why.empty()) {
      const rights::Transaction booked = registry.transaction(outcome.trade);
      outcome.state = rights::to_string(booked.state);
      if (booked.state == rights::TransactionState::conditional) out.decide_by = booked.deadline;
    }
    out.outcomes.push_back(std::move(outcome));
  }
  return out;
}

AuctionView Auctions::auction(std::int64_t number) const {
  AuctionView out;
  database_.snapshot(
      [&] { out = view(database_.read([&](store::Transaction& t) { return load(t, number); })); });
  return out;
}

std::vector<AuctionView> Auctions::auctions(const AuctionPage& page) const {
  const auto [key, marks] =
      page.by_close ? std::pair("(closes, number)", "(?, ?)") : std::pair("number", "?");
  std::string sql =
      "SELECT number, state, terms, announced_by, approved_by, closed_by, result_hash, price, sold, "
      "CASE WHEN sold IS NULL THEN result END, ends, extensions FROM venue_auction WHERE jurisdiction = ?";
  std::vector<store::Value> values{store::to_value(jurisdiction_)};
  if (page.published) sql += " AND state NOT IN ('draft', 'rejected')";
  if (page.after) {
    sql += fmt::format(" AND {} {} {}", key, page.upward ? ">" : "<", marks);
    if (page.by_close) values.push_back(store::to_value(page.after->first.seconds));
    values.push_back(store::to_value(page.after->second));
  }
  const char* direction = page.upward ? "ASC" : "DESC";
  sql += fmt::format(" ORDER BY {}number {} LIMIT ?",
                     page.by_close ? fmt::format("closes {}, ", direction) : "", direction);
  values.push_back(store::to_value(page.limit));
  return database_.read([&](store::Transaction& t) {
    std::vector<AuctionView> out;
    t.each_values(sql, values, [&](const store::Row& r) {
      Row row;
      row.number = r.integer(0);
      row.state = r.text(1);
      row.terms = terms_of(r.text(2));
      row.announced_by = r.text(3);
      row.approved_by = r.text(4);
      row.closed_by = r.text(5);
      row.price = decimal_in(r.text_or_null(7));
      row.sold = r.integer_or_null(8);
      if (const auto result = r.text_or_null(9)) {
        const Json parsed = Json::parse(*result);
        row.price = price_in(parsed);
        row.sold = sold_in(parsed);
      }
      row.ends = instant_in(r.integer_or_null(10));
      row.extensions = static_cast<int>(r.integer(11));
      out.push_back(summary(row, r.text_or_null(6).has_value()));
    });
    return out;
  });
}

std::vector<CourseEvent> Auctions::events(std::int64_t number, std::int64_t after) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<CourseEvent> out;
    for (const store::Row& row : t.query("SELECT seq, at, event, detail FROM venue_event WHERE jurisdiction "
                                         "= ? AND auction = ? AND seq > ? ORDER BY seq",
                                         jurisdiction_, number, after))
      out.push_back({row.integer(0), {row.integer(1)}, row.text(2), row.text(3)});
    return out;
  });
}

}  // namespace tributary::venues
