// Announcing rounds, admitting members, and what every call needs: loading, events, reading.
#include "venues/smart_rounds.h"

#include "base/text.h"
#include "venues/sealing.h"
#include "venues/smart_stored.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;
constexpr int most_periods = 36;

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

Error wrong_state(std::int64_t number, const std::string& state) {
  return {codes::wrong_state,
          {fmt::format("第 {} 场的状态为“{}”，不能办理这一步", number, state),
           fmt::format("round {} is \"{}\"; this cannot be done now", number, state)}};
}

void require_announced_in_time(const SmartTerms& terms, Instant now) {
  const Instant earliest{now.seconds + terms.venue.announcement_days * day};
  if (terms.notice.opens >= earliest) return;
  throw Error(
      codes::too_early,
      {fmt::format("公告期 {} 天：最早 {} 开始申报", terms.venue.announcement_days, to_string(earliest)),
       fmt::format("the announcement stands for {} days: bidding opens on {} at the earliest",
                   terms.venue.announcement_days, to_string(earliest))},
      {{}, 0, 0, "opens"});
}

void require_form(const SmartNotice& notice) {
  if (notice.key.empty() || notice.key.size() > 100)
    throw bad_field("key", "须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes");
  if (notice.closes <= notice.opens)
    throw bad_field("closes", "截止须晚于开始", "the close comes after the opening");
  if (notice.term.has_value() == notice.vintage.has_value())
    throw bad_field("term", "流量型权利写起止月，存量型写年份",
                    "a flow right needs its months, a stock its vintage");
  if (notice.term && (notice.term->months() < 1 || notice.term->months() > most_periods))
    throw bad_field("term", fmt::format("一场最多 {} 个月", most_periods),
                    fmt::format("a round has at least one month and at most {}", most_periods));
  for (const SmartFigure& figure : notice.figures)
    if (figure.reason.empty())
      throw bad_field("figures", fmt::format("“{}”的本场数值须写明理由", figure.id),
                      fmt::format("the figure of \"{}\" needs a reason", figure.id));
}

void require_accounts(const rights::Rights& registry, const SmartVenue& venue) {
  using rights::AccountType;
  const auto require_type = [&](const std::string& code, std::initializer_list<AccountType> types) {
    const rights::RightAccount account = registry.account(code);
    const AccountType type = account.type;
    if (std::ranges::find(types, type) != types.end() && account.status != rights::AccountStatus::closed) return;
    throw bad_field("accounts", fmt::format("账户 {}（{}）不能这样使用", code, to_string(type)),
                    fmt::format("account {} ({}) is not for this", code, to_string(type)));
  };
  require_type(venue.rent, {AccountType::fee});
  require_type(venue.loss, {AccountType::loss, AccountType::retire});
  require_type(venue.operator_account, {AccountType::reserve});
}

}  // namespace

std::int64_t bought_in(const Json& result) {
  std::int64_t out = 0;
  for (const Json& used : result.at("used")) out += used.at("bought").get<std::int64_t>();
  return out;
}

std::vector<NodePrice> node_prices(const std::string& input, const std::string& result) {
  const Json market = Json::parse(input), record = Json::parse(result);
  const auto text = [](const Json& of) { return of.is_null() ? std::nullopt : std::optional(of.get<std::string>()); };
  std::vector<NodePrice> out;
  for (const Json& p : record.at("clearing").at("prices")) {
    NodePrice one{.zone = p.at("zone"),
                  .period = p.at("period"),
                  .sold_for = p.value("sold_purpose", ""),
                  .used_for = p.value("used_purpose", ""),
                  .price = p.at("price"),
                  .unique = p.at("unique"),
                  .from = text(p.at("interval")[0]),
                  .to = text(p.at("interval")[1])};
    const bool sold = !one.sold_for.empty();
    const auto meets = [&](const Json& order) {
      return order.at("zone") == one.zone && order.at("period") == one.period &&
             order.at("purpose") == (sold ? one.sold_for : one.used_for);
    };
    one.quoted = (!sold && one.used_for.empty()) || std::ranges::any_of(market.at(sold ? "asks" : "bids"), meets);
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> SmartView::periods() const {
  return SmartTerms{venue, notice}.periods();
}

SmartRounds::SmartRounds(store::Database& database, std::string jurisdiction, const Clock& clock,
                         const WorkCalendar& calendar, const identity::Vault& vault)
    : database_(database),
      jurisdiction_(std::move(jurisdiction)),
      clock_(clock),
      calendar_(calendar),
      vault_(vault) {}

SmartRounds::Row SmartRounds::load(store::Transaction& t, std::int64_t number) const {
  const auto row = t.first(
      "SELECT number, state, terms, announced_by, approved_by, closed_by, bids, head, events, closing, "
      "input, result, "
      "result_hash, seal, bought, unwound FROM venue_round WHERE jurisdiction = ? AND number = ?",
      jurisdiction_, number);
  if (!row)
    throw Error(smart_codes::unknown_round,
                {fmt::format("没有第 {} 场撮合", number), fmt::format("there is no round {}", number)});
  Row out;
  out.number = row->integer(0);
  out.state = row->text(1);
  out.terms = smart_terms_of(row->text(2));
  out.announced_by = row->text(3);
  out.approved_by = row->text(4);
  out.closed_by = row->text(5);
  out.bids = row->integer(6);
  out.head = row->text(7);
  out.events = row->integer(8);
  out.closing = row->integer_or_null(9);
  out.input = row->text_or_null(10).value_or("");
  out.result = row->text_or_null(11).value_or("");
  out.result_hash = row->text_or_null(12).value_or("");
  out.seal = row->text(13);
  out.bought = row->integer_or_null(14);
  if (!out.bought && !out.result.empty()) out.bought = bought_in(Json::parse(out.result));
  out.unwound = row->text_or_null(15).value_or("");
  return out;
}

void SmartRounds::change_state(store::Transaction& t, Row& row, const std::string& state,
                               const std::string& event, const std::string& detail) const {
  row.state = state;
  ++row.events;
  t.execute(
      "UPDATE venue_round SET state = ?, events = ?, approved_by = ?, closed_by = ? WHERE jurisdiction = ? "
      "AND number = ?",
      row.state, row.events, row.approved_by, row.closed_by, jurisdiction_, row.number);
  t.execute(
      "INSERT INTO venue_round_event (jurisdiction, round, seq, at, event, detail) VALUES (?, ?, ?, ?, ?, ?)",
      jurisdiction_, row.number, row.events, clock_.now().seconds, event, detail);
}

// ---- announcing ----

std::int64_t SmartRounds::announce(const SmartVenue& venue, const SmartNotice& notice,
                                   const rights::Act& act) {
  require_act(act);
  require_form(notice);
  const SmartTerms terms{venue, notice};
  const std::string text = to_text(terms);
  std::int64_t number = 0;
  database_.together([&](store::Transaction& t) {
    if (const auto row =
            t.first("SELECT number, terms, announced_by FROM venue_round WHERE jurisdiction = ? AND key = ?",
                    jurisdiction_, notice.key)) {
      if (row->text(1) != text || row->text(2) != act.actor)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一场", notice.key),
                     fmt::format("the key \"{}\" stands for another round", notice.key)},
                    {{}, 0, 0, "key"});
      number = row->integer(0);
      return;
    }
    require_announced_in_time(terms, clock_.now());
    const rights::Rights registry = rights();
    const rights::Instrument instrument = registry.instrument(venue.instrument);
    if ((instrument.kind == rights::InstrumentKind::flow) != notice.term.has_value())
      throw bad_field("term", "流量型权利须写明起止月，存量型写年份",
                      "a flow right needs its months, a stock its vintage");
    require_accounts(registry, venue);
    Row row;
    row.terms = terms;
    row.announced_by = act.actor;
    // Figures that name nothing, and limits that nobody could keep, are told now and not at the close.
    const Json market =
        market_json(terms, instrument.measure, carried(t, row, std::numeric_limits<std::int64_t>::max()), {});
    require_room(exchange::smart_market::read_market(market.dump(), venue.id));
    number =
        t.first("SELECT COALESCE(MAX(number), 0) + 1 FROM venue_round WHERE jurisdiction = ?", jurisdiction_)
            ->integer(0);
    row.number = number;
    t.execute(
        "INSERT INTO venue_round (jurisdiction, number, key, venue, state, terms, opens, closes, "
        "announced_by, approved_by, "
        "closed_by, bids, head, events, seal) VALUES (?, ?, ?, ?, 'draft', ?, ?, ?, ?, '', '', 0, '', 0, ?)",
        jurisdiction_, number, notice.key, venue.id, text, notice.opens.seconds, notice.closes.seconds,
        act.actor, seal_at(vault_, place_of_seal("round", jurisdiction_, number)));
    change_state(t, row, "draft", "drafted", "");
  });
  return number;
}

void SmartRounds::approve(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    require_other(act.actor, {row.announced_by});
    if (row.state == "announced" && row.approved_by == act.actor) return;
    if (row.state != "draft") throw wrong_state(number, row.state);
    require_announced_in_time(row.terms, clock_.now());
    row.approved_by = act.actor;
    change_state(t, row, "announced", "announced", sha256_hex(to_text(row.terms)));
  });
}

void SmartRounds::reject(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    if (row.state == "rejected") return;
    if (row.state != "draft") throw wrong_state(number, row.state);
    change_state(t, row, "rejected", "rejected", act.reason);
  });
}

void SmartRounds::cancel(std::int64_t number, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    require_other(act.actor, {row.announced_by});
    for (const SmartMember& member : members(number)) require_other(act.actor, {member.applied_by});
    if (row.state == "cancelled") return;
    if (row.state != "announced") throw wrong_state(number, row.state);
    row.closed_by = act.actor;
    release_all(t, row, {act.actor, "", act.reason, row.rule()});
    change_state(t, row, "cancelled", "called_off", act.reason);
  });
}

// ---- who may trade ----

std::vector<Check> SmartRounds::checks_of(const Row& row, const SmartApplication& application) const {
  const SmartVenue& venue = row.terms.venue;
  AdmissionTerms terms;
  terms.declared = venue.pack + "/venues: " + venue.id;
  if (!venue.source.document.empty())
    terms.document = venue.source.document + venue.source.number + venue.source.article;
  terms.instrument = venue.instrument;
  terms.term = row.terms.notice.term;
  // Months that are over do not count; the others do. When all are, the check says so.
  if (terms.term)
    if (const rights::Month now = rights::Month::of(clock_.today()); now < terms.term->to)
      terms.term->from = std::max(terms.term->from, now);
  terms.vintage = row.terms.notice.vintage;
  terms.sale = false;
  std::vector<Check> out = admission_checks(
      rights(), terms, {.account = application.account, .zone = application.zone}, clock_.today());
  const auto known = [](const std::vector<std::string>& list, const std::string& one) {
    return std::ranges::find(list, one) != list.end();
  };
  const auto add = [&](const char* code, bool fine, Text why) {
    out.push_back(
        {code, fine ? Check::Outcome::passed : Check::Outcome::failed, std::move(why), terms.declared});
  };
  add("ZONE", known(venue.zones, application.zone),
      {fmt::format("分区“{}”须为本市场的分区：{}", application.zone, fmt::join(venue.zones, "、")),
       fmt::format("the zone \"{}\" must be one of {}", application.zone, fmt::join(venue.zones, ", "))});
  if (venue.sold_for.empty()) {
    add("PURPOSE", application.purpose.empty(),
        {"本市场不分用途", "this market does not keep purposes apart"});
  } else {
    std::vector<std::string> all = venue.sold_for;
    for (const std::string& use : venue.used_for)
      if (!known(all, use)) all.push_back(use);
    add("PURPOSE", known(all, application.purpose),
        {fmt::format("用途“{}”须为：{}", application.purpose, fmt::join(all, "、")),
         fmt::format("the purpose \"{}\" must be one of {}", application.purpose, fmt::join(all, ", "))});
  }
  return out;
}

std::vector<Check> SmartRounds::checks(std::int64_t number, const SmartApplication& application) const {
  std::vector<Check> out;
  database_.snapshot([&] {
    out = checks_of(database_.read([&](store::Transaction& t) { return load(t, number); }), application);
  });
  return out;
}

std::vector<Check> SmartRounds::apply(std::int64_t number, const SmartApplication& application,
                                      const rights::Act& act) {
  require_act(act);
  std::vector<Check> out;
  database_.together([&](store::Transaction& t) {
    const Row row = load(t, number);
    if (row.state != "announced") throw wrong_state(number, row.state);
    require_other(act.actor, {row.announced_by, row.approved_by});
    out = checks_of(row, application);
    if (const auto had = t.first("SELECT applied_by, zone, purpose FROM venue_round_member WHERE "
                                 "jurisdiction = ? AND round = ? AND account = ?",
                                 jurisdiction_, number, application.account)) {
      if (had->text(0) == act.actor && had->text(1) == application.zone &&
          had->text(2) == application.purpose)
        return;
      throw Error(codes::key_conflict,
                  {fmt::format("账户 {} 已报名，内容不同", application.account),
                   fmt::format("account {} has applied already, with other content", application.account)});
    }
    // Without days for qualification one may come as long as bids count.
    const int days = row.terms.venue.qualification_days;
    const Instant last =
        days > 0 ? Instant{row.terms.notice.opens.seconds - days * day} : row.terms.notice.closes;
    if (clock_.now() >= last)
      throw Error(codes::too_late, {fmt::format("报名已于 {} 截止", to_string(last)),
                                    fmt::format("applications ended on {}", to_string(last))});
    require_admissible(out);
    t.execute(
        "INSERT INTO venue_round_member (jurisdiction, round, account, owner, zone, purpose, state, "
        "applied_by, decided_by) "
        "VALUES (?, ?, ?, ?, ?, ?, 'applied', ?, '')",
        jurisdiction_, number, application.account, rights().account(application.account).owner,
        application.zone, application.purpose, act.actor);
  });
  return out;
}

void SmartRounds::admit(std::int64_t number, const std::string& account, bool admitted,
                        const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    const auto had = t.first(
        "SELECT zone, purpose, state, applied_by FROM venue_round_member WHERE jurisdiction = ? AND round = "
        "? AND account = ?",
        jurisdiction_, number, account);
    if (!had)
      throw Error(codes::unknown_bidder, {fmt::format("账户 {} 没有报名", account),
                                          fmt::format("account {} has not applied", account)});
    require_other(act.actor, {had->text(3)});
    const std::string wanted = admitted ? "admitted" : "refused";
    if (had->text(2) == wanted) return;
    if (had->text(2) != "applied" || row.state != "announced" || clock_.now() >= row.terms.notice.closes)
      throw Error(
          codes::wrong_state,
          {fmt::format("账户 {} 的报名状态为“{}”，不能再决定", account, had->text(2)),
           fmt::format("the application of {} is \"{}\" and is decided no more", account, had->text(2))});
    if (admitted) require_admissible(checks_of(row, {account, had->text(0), had->text(1)}));
    t.execute(
        "UPDATE venue_round_member SET state = ?, decided_by = ? WHERE jurisdiction = ? AND round = ? AND "
        "account = ?",
        wanted, act.actor, jurisdiction_, number, account);
    if (admitted && row.terms.venue.admitted_public) {
      const auto count = t.first(
          "SELECT COUNT(*) FROM venue_round_member WHERE jurisdiction = ? AND round = ? AND state = "
          "'admitted'",
          jurisdiction_, number);
      change_state(t, row, row.state, "admitted", std::to_string(count->integer(0)));
    }
  });
}

std::vector<SmartMember> SmartRounds::members(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<SmartMember> out;
    for (const store::Row& row : t.query("SELECT account, owner, zone, purpose, state, applied_by, "
                                         "decided_by FROM venue_round_member WHERE "
                                         "jurisdiction = ? AND round = ? ORDER BY account",
                                         jurisdiction_, number))
      out.push_back(
          {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6)});
    return out;
  });
}

// ---- reading ----

SmartView SmartRounds::view(const Row& row) const {
  SmartView out;
  out.number = row.number;
  out.state = row.state;
  out.venue = row.terms.venue;
  out.notice = row.terms.notice;
  out.announced_by = row.announced_by;
  out.approved_by = row.approved_by;
  out.closed_by = row.closed_by;
  out.bought = row.bought;
  out.input = row.input;
  out.result = row.result;
  out.result_hash = row.result_hash;
  return out;
}

SmartView SmartRounds::round(std::int64_t number) const {
  SmartView out;
  database_.snapshot([&] {
    out = view(database_.read([&](store::Transaction& t) { return load(t, number); }));
    for (const SmartMember& member : members(number)) out.admitted += member.state == "admitted" ? 1 : 0;
    if (!out.closed()) return;
    const rights::Rights registry = rights();
    const Json result = Json::parse(out.result);
    for (const Json& trade : result.at("trades")) {
      SmartOutcome one;
      one.trade = trade.at("trade");
      one.ask = trade.at("ask");
      one.bid = trade.at("bid");
      one.seller = trade.at("seller");
      one.buyer = trade.at("buyer");
      one.period = trade.at("period");
      one.quantity = trade.at("quantity");
      one.lost = trade.at("lost");
      one.fen = trade.at("fen");
      one.rent_fen = trade.at("rent_fen");
      one.added_fen = trade.at("added_fen");
      const rights::Transaction booked = registry.transaction(one.trade);
      one.state = rights::to_string(booked.state);
      if (booked.state == rights::TransactionState::conditional) out.decide_by = booked.deadline;
      if (booked.state == rights::TransactionState::rejected) one.why = booked.note;
      out.outcomes.push_back(std::move(one));
    }
  });
  return out;
}

std::vector<SmartView> SmartRounds::rounds(const SmartPage& page) const {
  std::string sql =
      "SELECT number, state, terms, announced_by, approved_by, closed_by, result_hash, bought, "
      "CASE WHEN bought IS NULL THEN result END FROM venue_round WHERE jurisdiction = ? AND number < ?";
  std::vector<store::Value> values{store::to_value(jurisdiction_), store::to_value(page.before)};
  if (page.published) sql += " AND state NOT IN ('draft', 'rejected')";
  if (!page.venue.empty()) {
    sql += " AND venue = ?";
    values.push_back(store::to_value(page.venue));
  }
  sql += " ORDER BY number DESC LIMIT ?";
  values.push_back(store::to_value(page.limit));
  return database_.read([&](store::Transaction& t) {
    std::vector<SmartView> out;
    t.each_values(sql, values, [&](const store::Row& r) {
      Row row;
      row.number = r.integer(0);
      row.state = r.text(1);
      row.terms = smart_terms_of(r.text(2));
      row.announced_by = r.text(3);
      row.approved_by = r.text(4);
      row.closed_by = r.text(5);
      row.result_hash = r.text_or_null(6).value_or("");
      row.bought = r.integer_or_null(7);
      if (const auto of_before = r.text_or_null(8)) row.bought = bought_in(Json::parse(*of_before));
      out.push_back(view(row));
    });
    return out;
  });
}

std::vector<CourseEvent> SmartRounds::events(std::int64_t number, std::int64_t after) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<CourseEvent> out;
    for (const store::Row& row :
         t.query("SELECT seq, at, event, detail FROM venue_round_event WHERE jurisdiction = ? AND "
                 "round = ? AND seq > ? ORDER BY seq",
                 jurisdiction_, number, after))
      out.push_back({row.integer(0), {row.integer(1)}, row.text(2), row.text(3)});
    return out;
  });
}

}  // namespace tributary::venues
