// Listing a market, admitting its members, reading it.
#include "venues/markets.h"

#include "base/text.h"
#include "venues/market_change.h"
#include "venues/market_journal.h"
#include "venues/stored.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

constexpr const char* market_columns =
    "SELECT number, state, terms, opened_by, approved_by, clocked, commands, head, deals, halt_reason FROM venue_market ";
constexpr const char* deal_columns =
    "SELECT seq, at, kind, buy_order, sell_order, buyer, seller, ticks, quantity, fen FROM venue_deal ";

MarketRow row_of(const store::Row& r) {
  MarketRow out;
  out.number = r.integer(0);
  out.state = r.text(1);
  out.terms = market_terms_of(r.text(2));
  out.opened_by = r.text(3);
  out.approved_by = r.text(4);
  out.clocked = r.integer(5);
  out.commands = r.integer(6);
  out.head = r.text(7);
  out.deals = r.integer(8);
  out.halt_reason = r.text(9);
  return out;
}

MarketView view_of(MarketRow row) {
  return {row.number,      row.state,       std::move(row.terms.venue), std::move(row.terms.listing),
          row.opened_by,   row.approved_by, row.halt_reason,            row.commands,
          row.deals,       row.head};
}

Deal deal_of(const MarketRow& row, const store::Row& r) {
  return {r.integer(0), {r.integer(1)}, r.text(2), r.integer(3), r.integer(4), r.text(5), r.text(6),
          yuan_of(row.terms, r.integer(7)), r.integer(8), r.integer(9), deal_key(row.number, r.integer(0))};
}

Error unknown_market(std::int64_t number) {
  return {codes::unknown_market,
          {fmt::format("没有第 {} 号市场", number), fmt::format("there is no market {}", number)}};
}

}  // namespace

MarketHall::MarketHall() = default;
MarketHall::~MarketHall() = default;

Markets::Markets(store::Database& database, std::string jurisdiction, const Clock& clock,
                 const WorkCalendar& calendar, MarketHall& hall)
    : database_(database), jurisdiction_(std::move(jurisdiction)), clock_(clock), calendar_(calendar), hall_(hall) {}

MarketRow Markets::load(store::Transaction& t, std::int64_t number) const {
  const auto row = t.first(std::string(market_columns) + "WHERE jurisdiction = ? AND number = ?", jurisdiction_, number);
  if (!row) throw unknown_market(number);
  return row_of(*row);
}

MarketRow Markets::require_open(store::Transaction& t, std::int64_t number) const {
  MarketRow row = load(t, number);
  if (row.state != "open")
    throw Error(codes::wrong_state, {fmt::format("第 {} 号市场的状态为“{}”", number, row.state),
                                     fmt::format("market {} is \"{}\"", number, row.state)});
  return row;
}

// What is kept in memory is brought up to the journal; what is of another one (a transaction that came to nothing) is thrown
// away.
MarketSession& Markets::session(store::Transaction& t, const MarketRow& row) const {
  std::unique_ptr<MarketSession>& kept = hall_.sessions_[{jurisdiction_, row.number}];
  std::string head;
  if (kept && kept->applied > 0 && kept->applied <= row.commands) {
    const auto at = t.first("SELECT hash FROM venue_command WHERE jurisdiction = ? AND market = ? AND seq = ?",
                            jurisdiction_, row.number, kept->applied);
    if (at) head = at->text(0);
  }
  if (!kept || kept->applied < 0 || kept->applied > row.commands || kept->head != head)
    kept = std::make_unique<MarketSession>(row.terms, row.number);
  each_command(t, jurisdiction_, row.number, kept->applied, [&](const JournalRow& entry) {
    kept->apply(command_of(entry.body), [&](const auto&...) { return entry.covered; });
    kept->applied = entry.seq;
    kept->head = entry.hash;
  });
  if (kept->accounts.size() != kept->book().members().accounts().size()) {
    kept->accounts.clear();
    for (const store::Row& r : t.query("SELECT account FROM venue_member WHERE jurisdiction = ? AND market = ? AND "
                                       "account_number IS NOT NULL ORDER BY account_number",
                                       jurisdiction_, row.number))
      kept->accounts.push_back(r.text(0));
  }
  return *kept;
}

// ---- listing ----

std::int64_t Markets::list(const MarketVenue& venue, const Listing& listing, const rights::Act& act) {
  require_act(act);
  const MarketTerms terms{venue, listing};
  const std::string text = to_text(terms);
  if (listing.key.empty() || listing.key.size() > 100)
    throw bad_field("key", "须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes");
  if (listing.last_day < listing.first_day)
    throw bad_field("last_day", "末日不得早于首日", "the last day is not before the first");
  require_months(venue.lease, listing.term,
                 venue.approval_days ? std::optional(listing.last_day + std::chrono::days{*venue.approval_days}) : std::nullopt);
  (void)rules_of(terms);
  std::int64_t number = 0;
  database_.together([&](store::Transaction& t) {
    if (const auto row = t.first("SELECT number, terms, opened_by FROM venue_market WHERE jurisdiction = ? AND key = ?",
                                 jurisdiction_, listing.key)) {
      if (row->text(1) != text || row->text(2) != act.actor)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一个市场", listing.key),
                     fmt::format("the key \"{}\" stands for another market", listing.key)},
                    {{}, 0, 0, "key"});
      number = row->integer(0);
      return;
    }
    const rights::Instrument instrument = rights().instrument(venue.instrument);
    for (const VenueFee& fee : venue.fees)  // else no deal could ever be settled
      if (const rights::RightAccount to = rights().account(fee.to);
          to.type != rights::AccountType::fee || to.status == rights::AccountStatus::closed)
        throw bad_field("fees", fmt::format("账户 {} 不是可用的收费账户", fee.to),
                        fmt::format("account {} is none for fees, or closed", fee.to));
    if ((instrument.kind == rights::InstrumentKind::flow) != listing.term.has_value())
      throw bad_field("term", "流量型权利须写明起止月，存量型不写", "a flow right needs its months, a stock has none");
    if (listing.term && rights::Month::of(listing.last_day).index > listing.term->from.index)
      throw bad_field("last_day",
                      fmt::format("标的自 {} 起，末日不得晚于该月", to_string(listing.term->from)),
                      fmt::format("what is traded begins in {}; the last day is not after that month",
                                  to_string(listing.term->from)));
    if (listing.first_day < clock_.today())
      throw bad_field("first_day", "首日已过", "the first day is over");
    number = t.first("SELECT COALESCE(MAX(number), 0) + 1 FROM venue_market WHERE jurisdiction = ?", jurisdiction_)
                 ->integer(0);
    t.execute(
        "INSERT INTO venue_market (jurisdiction, number, key, state, terms, opened_by, approved_by, clocked, commands, head, "
        "deals, halt_reason) VALUES (?, ?, ?, 'draft', ?, ?, '', 0, 0, '', 0, '')",
        jurisdiction_, number, listing.key, text, act.actor);
  });
  return number;
}

void Markets::approve(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    require_other(act.actor, {row.opened_by});
    if (row.state == "open" && row.approved_by == act.actor) return;
    if (row.state != "draft")
      throw Error(codes::wrong_state, {fmt::format("第 {} 号市场的状态为“{}”", number, row.state),
                                       fmt::format("market {} is \"{}\"", number, row.state)});
    // The sessions are kept from the first day on, of today from its beginning.
    const Instant from = start_of(std::max(row.terms.listing.first_day, clock_.today()));
    t.execute(
        "UPDATE venue_market SET state = 'open', approved_by = ?, clocked = ? WHERE jurisdiction = ? AND number = ?",
        act.actor, from.seconds - 1, jurisdiction_, number);
  });
}

void Markets::reject(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    if (row.state == "rejected") return;
    if (row.state != "draft")
      throw Error(codes::wrong_state, {fmt::format("第 {} 号市场的状态为“{}”", number, row.state),
                                       fmt::format("market {} is \"{}\"", number, row.state)});
    t.execute("UPDATE venue_market SET state = 'rejected', approved_by = ? WHERE jurisdiction = ? AND number = ?", act.actor,
              jurisdiction_, number);
  });
}

// ---- members ----

std::vector<Check> Markets::checks_of(const MarketRow& row, const Application& application, bool buys) const {
  const MarketVenue& venue = row.terms.venue;
  AdmissionTerms terms;
  terms.declared = venue.pack + "/venues: " + venue.id;
  if (!venue.source.document.empty())
    terms.document = venue.source.document + venue.source.number + venue.source.article;
  terms.instrument = venue.instrument;
  terms.medium = venue.medium;
  terms.term = row.terms.listing.term;
  terms.vintage = row.terms.listing.vintage;
  terms.lease = venue.lease;
  terms.buys = buys;
  terms.sale = false;  // no price here is the government's
  return admission_checks(rights(), terms, application, clock_.today());
}

std::vector<Check> Markets::checks(std::int64_t number, const Application& application, bool buys) const {
  std::vector<Check> out;
  database_.snapshot([&] {
    out = checks_of(database_.read([&](store::Transaction& t) { return load(t, number); }), application, buys);
  });
  return out;
}

std::vector<Check> Markets::apply(std::int64_t number, const Application& application, const rights::Act& act) {
  require_act(act);
  std::vector<Check> out;
  database_.together([&](store::Transaction& t) {
    const MarketRow row = require_open(t, number);
    require_outsider(t, row, act.actor);
    // Whoever only sells needs no permit for what he gives away; a buyer's is asked for with each order.
    out = checks_of(row, application, false);
    if (const auto had = t.first(
            "SELECT state, zone FROM venue_member WHERE jurisdiction = ? AND market = ? AND account = ?", jurisdiction_,
            number, application.account)) {
      if (had->text(0) != "refused" && had->text(1) == application.zone) return;
      if (had->text(0) != "refused")
        throw Error(codes::key_conflict,
                    {fmt::format("账户 {} 已申请，内容不同", application.account),
                     fmt::format("account {} has applied already, with other content", application.account)});
    }
    require_admissible(out);
    t.execute("DELETE FROM venue_member WHERE jurisdiction = ? AND market = ? AND account = ? AND state = 'refused'",
              jurisdiction_, number, application.account);
    t.execute(
        "INSERT INTO venue_member (jurisdiction, market, account, owner, zone, state, applied_by, decided_by, "
        "account_number, group_number) VALUES (?, ?, ?, ?, ?, 'applied', ?, '', NULL, NULL)",
        jurisdiction_, number, application.account, rights().account(application.account).owner, application.zone,
        act.actor);
  });
  return out;
}

void Markets::admit(std::int64_t number, const std::string& account, bool admitted, const rights::Act& act) {
  require_act(act);
  in_market(number, [&](store::Transaction& t, MarketRow& row) {
    const Member had = member(t, number, account);
    require_other(act.actor, {had.applied_by});
    require_no_trader(t, number, act.actor);
    const std::string wanted = admitted ? "admitted" : "refused";
    if (had.state == wanted || (admitted && had.state == "blocked")) return;
    if (had.state != "applied")
      throw Error(codes::wrong_state,
                  {fmt::format("账户 {} 的状态为“{}”，不能再决定", account, had.state),
                   fmt::format("the application of {} is \"{}\" and is decided no more", account, had.state)});
    if (!admitted) {
      t.execute(
          "UPDATE venue_member SET state = 'refused', decided_by = ? WHERE jurisdiction = ? AND market = ? AND account = ?",
          act.actor, jurisdiction_, number, account);
      return;
    }
    require_admissible(checks_of(row, {account, had.zone}, false));
    const auto next = static_cast<exchange::AccountNumber>(session(t, row).book().members().accounts().size());
    std::uint32_t group = next;  // or that of somebody who stands for the same owner
    const Control& control = row.terms.venue.control;
    for (const store::Row& other : t.query("SELECT owner, group_number FROM venue_member WHERE jurisdiction = ? AND market = ? "
                                           "AND group_number IS NOT NULL ORDER BY account_number",
                                           jurisdiction_, number))
      if (beneficial_owner(control, other.text(0)) == beneficial_owner(control, had.owner)) {
        group = static_cast<std::uint32_t>(other.integer(1));
        break;
      }
    t.execute(
        "UPDATE venue_member SET state = 'admitted', decided_by = ?, account_number = ?, group_number = ? WHERE "
        "jurisdiction = ? AND market = ? AND account = ?",
        act.actor, static_cast<std::int64_t>(next), static_cast<std::int64_t>(group), jurisdiction_, number, account);
    (void)carry_out(t, row, {.action = exchange::Action::admit, .account = next, .group = group}, act);
  });
}

namespace {

Member member_of(const store::Row& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4), r.text(5)};
}

}  // namespace

Member Markets::member(store::Transaction& t, std::int64_t number, const std::string& account) const {
  const auto row = t.first(
      "SELECT account, owner, zone, state, applied_by, decided_by FROM venue_member WHERE jurisdiction = ? AND market = ? "
      "AND account = ?",
      jurisdiction_, number, account);
  if (!row)
    throw Error(codes::unknown_member, {fmt::format("账户 {} 没有申请加入这个市场", account),
                                        fmt::format("account {} has not applied to this market", account)});
  return member_of(*row);
}

std::vector<Member> Markets::members(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<Member> out;
    for (const store::Row& r : t.query("SELECT account, owner, zone, state, applied_by, decided_by FROM venue_member WHERE "
                                       "jurisdiction = ? AND market = ? ORDER BY account",
                                       jurisdiction_, number))
      out.push_back(member_of(r));
    return out;
  });
}

void Markets::require_outsider(store::Transaction& t, const MarketRow& row, const std::string& actor) const {
  require_other(actor, {row.opened_by, row.approved_by});
  // Who admitted somebody, or halted or resumed (the codes of these two begin a command's bytes).
  if (t.first("SELECT 1 FROM venue_member WHERE jurisdiction = ? AND market = ? AND decided_by = ?", jurisdiction_,
              row.number, actor) ||
      t.first("SELECT 1 FROM venue_command WHERE jurisdiction = ? AND market = ? AND substr(body, 1, 2) IN ('08', '09') AND "
              "by_whom = ?",
              jurisdiction_, row.number, actor))
    require_other(actor, {actor});
}

// ---- reading ----

MarketView Markets::market(std::int64_t number) const {
  return view_of(database_.read([&](store::Transaction& t) { return load(t, number); }));
}

std::vector<MarketView> Markets::markets(std::int64_t before, int limit) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<MarketView> out;
    for (const store::Row& r :
         t.query(std::string(market_columns) + "WHERE jurisdiction = ? AND number < ? ORDER BY number DESC LIMIT ?",
                 jurisdiction_, before, limit))
      out.push_back(view_of(row_of(r)));
    return out;
  });
}

std::vector<Deal> Markets::deals(std::int64_t number, std::int64_t before, int limit) const {
  return database_.read([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    std::vector<Deal> out;
    for (const store::Row& r : t.query(std::string(deal_columns) +
                                           "WHERE jurisdiction = ? AND market = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
                                       jurisdiction_, number, before, limit))
      out.push_back(deal_of(row, r));
    return out;
  });
}

Deal Markets::deal(std::int64_t number, std::int64_t seq) const {
  return database_.read([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    const auto r = t.first(std::string(deal_columns) + "WHERE jurisdiction = ? AND market = ? AND seq = ?", jurisdiction_,
                           number, seq);
    if (!r)
      throw Error(codes::unknown_deal, {fmt::format("第 {} 号市场没有第 {} 笔成交", number, seq),
                                        fmt::format("market {} has no deal {}", number, seq)});
    return deal_of(row, *r);
  });
}

std::vector<Deal> Markets::undecided(std::int64_t number) const {
  std::vector<Deal> out;
  database_.snapshot([&](store::Transaction& t) {
    out.clear();
    const MarketRow row = load(t, number);
    if (!row.terms.venue.approval_days) return;
    std::set<std::string> waiting;
    for (const rights::Transaction& x : rights().waiting())
      if (x.state == rights::TransactionState::conditional) waiting.insert(x.key);
    for (const std::string& key : waiting) {
      const auto seq = number_of_deal(number, key);
      if (seq) out.push_back(deal(number, *seq));
    }
  });
  std::ranges::sort(out, {}, &Deal::seq);
  return out;
}

Markets::Free Markets::free_of(std::int64_t number, const std::string& account) const {
  Free out;
  database_.snapshot([&](store::Transaction& t) { out = free_of(load(t, number), account); });
  return out;
}

// Of months he has what he has in each of them.
Markets::Free Markets::free_of(const MarketRow& row, const std::string& account) const {
  const rights::Rights registry = rights();
  const Listing& listing = row.terms.listing;
  Free out;
  for (const rights::Holding& h : registry.holdings({.account = account, .instrument = std::string(rights::cash)}))
    out.cash += h.free;
  std::optional<std::int64_t> least;
  std::int64_t months = 0, sum = 0;
  for (const rights::Holding& h :
       registry.holdings({.account = account, .instrument = row.terms.venue.instrument, .term = listing.term})) {
    if (listing.vintage && h.part.period != *listing.vintage) continue;
    if (!listing.project.empty() && h.part.project != listing.project) continue;
    least = std::min(least.value_or(h.free), h.free);
    months += h.part.count;
    sum += h.free;
  }
  out.goods = !listing.term ? sum : months == listing.term->months() ? least.value_or(0) : 0;
  return out;
}

std::vector<StoredOrder> Markets::orders(std::int64_t number, const std::string& account, bool open_only,
                                         std::int64_t before, int limit) const {
  return database_.read([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    std::string where = "WHERE jurisdiction = ? AND market = ?";
    std::vector<store::Value> values{jurisdiction_, number};
    if (!account.empty()) {
      where += " AND account = ?";
      values.emplace_back(account);
    }
    if (open_only) where += " AND state IN ('open', 'partial')";
    where += " AND seq < ? ORDER BY seq DESC LIMIT ?";
    values.emplace_back(before);
    values.emplace_back(std::int64_t{limit});
    std::vector<StoredOrder> out;
    t.each_values(order_columns + where, values,
                  [&](const store::Row& r) { out.push_back(order_of(row.terms, r)); });
    return out;
  });
}

std::vector<StoredOrder> Markets::proposals_to(std::int64_t number, const std::string& account) const {
  return database_.read([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    std::vector<StoredOrder> out;
    for (const store::Row& r : t.query(std::string(order_columns) +
                                           "WHERE jurisdiction = ? AND market = ? AND desk = 'bulk' AND state = 'open' AND "
                                           "counterparty = ? ORDER BY id",
                                       jurisdiction_, number, account))
      out.push_back(order_of(row.terms, r));
    return out;
  });
}

Depth Markets::depth(std::int64_t number, std::size_t levels) {
  const std::lock_guard lock(hall_.mutex_);
  Depth out;
  database_.snapshot([&](store::Transaction& t) {
    out = {};
      const MarketRow row = load(t, number);
      const exchange::Book& book = session(t, row).book();
      out.commands = row.commands;
      out.phase = book.phase();
      out.halted = book.halted();
      out.reference = yuan_of(row.terms, book.reference());
      out.low = yuan_of(row.terms, book.band().lo);
      out.high = yuan_of(row.terms, book.band().hi);
      for (const auto& [side, into] : {std::pair{exchange::Side::buy, &out.buys}, {exchange::Side::sell, &out.sells}})
        for (const auto& level : book.depth(side, levels)) into->push_back({yuan_of(row.terms, level.price), level.qty});
      if (book.phase() == exchange::Phase::call || book.phase() == exchange::Phase::call_no_cancel) {
        const exchange::CallPrice found = book.indicative();
        if (found.price) out.indicative = yuan_of(row.terms, *found.price);
        out.indicative_quantity = found.executed;
        out.indicative_surplus = found.surplus;
      }
      if (row.terms.venue.rules.market != exchange::Market::continuous)
        for (const store::Row& r : t.query(std::string(order_columns) +
                                               "WHERE jurisdiction = ? AND market = ? AND desk = 'book' AND state IN "
                                               "('open', 'partial') ORDER BY id",
                                           jurisdiction_, number)) {
          const StoredOrder order = order_of(row.terms, r);
          out.offers.push_back({order.id, order.side, order.price.value_or(Decimal(0)), order.left, order.min_quantity});
        }
      const Listing& listing = row.terms.listing;
      for (Date day = std::max(listing.first_day, clock_.today()); row.state == "open" && !out.next && day <= listing.last_day;
           day += std::chrono::days{1}) {
        if (!trades_on(row.terms.venue, day)) continue;
        for (const SessionStep& step : row.terms.venue.sessions) {
          const Instant at{start_of(day).seconds + step.minute * 60};
          if (out.next || at <= clock_.now()) continue;
          out.next = step;
          out.next_at = at;
        }
      }
  });
  return out;
}

std::string Markets::pulse(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT commands, state, (SELECT COUNT(*) FROM venue_member m WHERE m.jurisdiction = v.jurisdiction AND m.market = "
        "v.number AND m.state = 'applied'), (SELECT COUNT(*) FROM right_transaction x WHERE x.jurisdiction = v.jurisdiction AND "
        "x.state IN (1, 3, 4) AND x.state = ? AND x.key LIKE ?) FROM venue_market v WHERE jurisdiction = ? AND number = ?",
        // the list is that of the index of what is open
        static_cast<int>(rights::TransactionState::conditional), fmt::format("market-{}-deal-%", number), jurisdiction_, number);
    if (!row) throw unknown_market(number);
    return fmt::format("{}-{}-{}-{}", row->integer(0), row->text(1), row->integer(2), row->integer(3));
  });
}

std::vector<MarketDay> Markets::days(std::int64_t number, Date from, Date to) const {
  return database_.read([&](store::Transaction& t) {
    const MarketRow row = load(t, number);
    const auto yuan = [&](const std::optional<std::int64_t>& ticks) {
      return ticks ? std::optional(yuan_of(row.terms, *ticks)) : std::nullopt;
    };
    std::vector<MarketDay> out;
    for (const store::Row& r :
         t.query("SELECT day, opening, high, low, closing, quantity, fen, deals, bulk_quantity, bulk_fen, bulk_deals, hash "
                 "FROM venue_day WHERE jurisdiction = ? AND market = ? AND day >= ? AND day <= ? ORDER BY day",
                 jurisdiction_, number, from.time_since_epoch().count(), to.time_since_epoch().count()))
      out.push_back({Date{std::chrono::days{r.integer(0)}}, yuan(r.integer_or_null(1)), yuan(r.integer_or_null(2)),
                     yuan(r.integer_or_null(3)), yuan_of(row.terms, r.integer(4)), r.integer(5), r.integer(6), r.integer(7),
                     r.integer(8), r.integer(9), r.integer(10), r.text(11)});
    const Date today = clock_.today();
    if (today < from || today > to || (!out.empty() && out.back().day == today)) return out;
    const DaySums sums = sums_of_day(t, jurisdiction_, number, today.time_since_epoch().count());
    if (sums.book.deals + sums.bulk.deals == 0) return out;
    Decimal last = row.terms.listing.reference;
    if (const auto before = t.first("SELECT closing FROM venue_day WHERE jurisdiction = ? AND market = ? ORDER BY day DESC LIMIT 1",
                                    jurisdiction_, number))
      last = yuan_of(row.terms, before->integer(0));
    out.push_back({today, yuan(sums.opening), yuan(sums.high), yuan(sums.low), yuan(sums.last).value_or(last),
                   sums.book.quantity, sums.book.fen, sums.book.deals, sums.bulk.quantity, sums.bulk.fen, sums.bulk.deals, {}});
    return out;
  });
}

}  // namespace tributary::venues
