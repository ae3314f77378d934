// Bids and asks: covered before they count, chained in the server's order, sealed until the close.
#include "base/text.h"
#include "rights/codes.h"
#include "venues/smart_rounds.h"
#include "venues/smart_stored.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

bool withdraws(const SmartBid& bid) {
  return bid.quantity == 0 && !bid.replaces.empty();
}

void require_quantity(const SmartVenue& venue, const SmartBid& bid) {
  if (bid.quantity > 0 && bid.quantity % venue.step == 0) return;
  throw bad_field(
      "quantity", fmt::format("数量 {} 须为正数且为步长 {} 的整数倍", bid.quantity, venue.step),
      fmt::format("the quantity {} must be positive and whole steps of {}", bid.quantity, venue.step));
}

void require_price(const SmartVenue& venue, const SmartBid& bid) {
  if ((!venue.least_price || *venue.least_price <= bid.price) &&
      (!venue.most_price || bid.price <= *venue.most_price))
    return;
  const auto text = [](const std::optional<Decimal>& limit) {
    return limit ? limit->to_string() : std::string("–");
  };
  throw Error(smart_codes::beyond_limits,
              {fmt::format("价格 {} 元须在 {} 至 {} 元之间", bid.price.to_string(), text(venue.least_price),
                           text(venue.most_price)),
               fmt::format("the price of {} yuan must lie between {} and {} yuan", bid.price.to_string(),
                           text(venue.least_price), text(venue.most_price))},
              {{}, 0, 0, "price"});
}

void require_period(const SmartTerms& terms, const std::string& period, Date today) {
  const std::vector<std::string> periods = terms.periods();
  if (std::ranges::find(periods, period) == periods.end())
    throw bad_field(
        "period", fmt::format("时段“{}”不在本场之内（有：{}）", period, fmt::join(periods, "、")),
        fmt::format("the round has no period \"{}\" (there are: {})", period, fmt::join(periods, ", ")));
  const auto term = terms.term_of(period);
  if (term && term->from < rights::Month::of(today))
    throw bad_field("period", fmt::format("{} 已经过去", period), fmt::format("{} is over", period));
}

void require_purpose(const SmartVenue& venue, const std::string& purpose, bool buy) {
  if (venue.sold_for.empty()) return;
  const std::vector<std::string>& known = buy ? venue.used_for : venue.sold_for;
  if (std::ranges::find(known, purpose) != known.end()) return;
  throw bad_field("buy", fmt::format("用途“{}”在本市场不能{}", purpose, buy ? "买入" : "卖出"),
                  fmt::format("water for \"{}\" is not {} here", purpose, buy ? "bought" : "sold"));
}

}  // namespace

std::string hash_of(const std::string& before, const StoredSmartBid& bid) {
  return sha256_hex(Json{
      {"before", before},
      {"seq", bid.seq},
      {"key", bid.key},
      {"account", bid.account},
      {"buy", bid.buy},
      {"period", bid.period},
      {"price", bid.price.normalized().to_string()},
      {"quantity", bid.quantity},
      {"cover", bid.cover_fen},
      {"replaces", bid.replaces},
      {"at", bid.at.seconds},
      {"salt",
       bid.salt}}.dump());
}

SmartApplication SmartRounds::require_agent(store::Transaction& t, const Row& row, const std::string& account,
                                            const std::string& actor) const {
  const auto who = t.first(
      "SELECT zone, purpose, state, applied_by FROM venue_round_member WHERE jurisdiction = ? AND round = ? "
      "AND account = ?",
      jurisdiction_, row.number, account);
  if (!who || who->text(2) != "admitted")
    throw Error(
        codes::not_admitted,
        {fmt::format("账户 {} 没有交易资格", account), fmt::format("account {} is not admitted", account)},
        {{}, 0, 0, "account"});
  if (who->text(3) != actor)
    throw Error(codes::not_yours,
                {fmt::format("账户 {} 只能由其报名人申报", account),
                 fmt::format("only whoever applied for account {} may bid for it", account)},
                {{}, 0, 0, "account"});
  return {account, who->text(0), who->text(1)};
}

// One side per owner and period, whatever the zone: his own water would be carried through the market to
// himself.
void SmartRounds::require_one_side(store::Transaction& t, const Row& row, const SmartBid& bid) const {
  const Control& control = row.terms.venue.control;
  std::map<std::string, std::string> behind;  // by account
  for (const SmartMember& one : members(row.number)) behind[one.account] = beneficial_owner(control, one.owner);
  bool other = false;
  t.each([&](const store::Row& r) { other = other || behind[r.text(0)] == behind[bid.account]; },
         "SELECT account FROM venue_round_bid WHERE jurisdiction = ? AND round = ? AND period = ? AND buy <> ? AND quantity > 0 "
         "AND replaced_by IS NULL",
         jurisdiction_, row.number, bid.period, bid.buy ? 1 : 0);
  if (!other) return;
  throw Error(smart_codes::own_side,
              {fmt::format("同一权利人在同一时段只能买或只能卖：{} 已有{}", bid.period,
                           bid.buy ? "卖出申报" : "买入申报"),
               fmt::format("an owner stands on one side in a period: there is {} for {} already",
                           bid.buy ? "an ask" : "a bid", bid.period)},
              {{}, 0, 0, "buy"});
}

StoredSmartBid SmartRounds::replaced(store::Transaction& t, const Row& row, const SmartBid& bid) const {
  for (StoredSmartBid& old : read_bids(t, row)) {
    if (old.key != bid.replaces || old.account != bid.account || !old.stands() || old.buy != bid.buy)
      continue;
    if (row.terms.venue.amend == Amend::none)
      throw Error(codes::not_improved, {"申报一经提交不得更改", "bids are irrevocable"},
                  {{}, 0, 0, "replaces"});
    return old;
  }
  throw bad_field("replaces", fmt::format("没有可改的申报“{}”", bid.replaces),
                  fmt::format("there is no standing bid \"{}\" to replace", bid.replaces));
}

SmartReceipt SmartRounds::bid(std::int64_t number, const SmartBid& bid, const rights::Act& act) {
  require_act(act);
  if (bid.key.empty() || bid.key.size() > 100)
    throw bad_field("key", "须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes");
  SmartReceipt out;
  database_.together([&](store::Transaction& t) {
    const Instant now = clock_.now();
    const Row row = load(t, number);
    const SmartVenue& venue = row.terms.venue;
    const SmartApplication member = require_agent(t, row, bid.account, act.actor);
    const std::int64_t ticks = ticks_of(venue, bid.price);
    if (const auto had = t.first(
            "SELECT seq, account, buy, period, ticks, quantity, replaces, at, hash FROM venue_round_bid "
            "WHERE jurisdiction = ? AND round = ? AND key = ?",
            jurisdiction_, number, bid.key)) {
      if (had->text(1) != bid.account || had->integer(2) != (bid.buy ? 1 : 0) || had->text(3) != bid.period ||
          had->integer(4) != ticks || had->integer(5) != bid.quantity || had->text(6) != bid.replaces)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一申报", bid.key),
                     fmt::format("the key \"{}\" stands for another bid", bid.key)},
                    {{}, 0, 0, "key"});
      out = {had->integer(0), {had->integer(7)}, had->text(8)};
      return;
    }
    const SmartNotice& notice = row.terms.notice;
    if (row.state != "announced" || now >= notice.closes)
      throw Error(codes::too_late,
                  {fmt::format("申报已于 {} 截止，收到时间 {}", to_string(notice.closes), to_string(now)),
                   fmt::format("bidding closed on {}; this was received on {}", to_string(notice.closes),
                               to_string(now))});
    if (now < notice.opens)
      throw Error(codes::too_early, {fmt::format("申报于 {} 开始", to_string(notice.opens)),
                                     fmt::format("bidding opens on {}", to_string(notice.opens))});
    if (!withdraws(bid)) {
      require_period(row.terms, bid.period, clock_.today());
      require_quantity(venue, bid);
      require_price(venue, bid);
      require_purpose(venue, member.purpose, bid.buy);
      require_admissible(checks_of(row, member));
    }
    rights::Rights registry = rights();
    const rights::Act by{act.actor, "", act.reason, row.rule()};
    const std::int64_t seq = row.bids + 1;
    if (!bid.replaces.empty()) {
      const StoredSmartBid old = replaced(t, row, bid);
      const std::string key = row.bid_key(old.seq);
      registry.release(std::span(&key, 1), by);
      t.execute("UPDATE venue_round_bid SET replaced_by = ? WHERE jurisdiction = ? AND round = ? AND seq = ?",
                seq, jurisdiction_, number, old.seq);
    }
    std::int64_t cover = 0;
    if (!withdraws(bid)) {
      require_one_side(t, row, bid);
      rights::Order order{.key = row.bid_key(seq), .account = bid.account, .instrument = venue.instrument};
      if (bid.buy) {
        const SmartCost cost = cost_of(venue, true, bid.quantity, bid.price);
        cover = cost.price_fen + cost.fees_fen;
        order.instrument = std::string(rights::cash);
        order.quantity = cover;
      } else {
        order.quantity = bid.quantity;
        order.term = row.terms.term_of(bid.period);
        order.vintage = notice.vintage;
        order.project = notice.project;
      }
      registry.reserve(std::span(&order, 1), by);
    }
    StoredSmartBid stored{.seq = seq,
                          .key = bid.key,
                          .account = bid.account,
                          .buy = bid.buy,
                          .period = bid.period,
                          .price = yuan_of(venue, ticks),
                          .quantity = bid.quantity,
                          .cover_fen = cover,
                          .replaces = bid.replaces,
                          .at = now,
                          .salt = random_hex(4)};
    stored.hash = hash_of(row.head, stored);
    t.execute(
        "INSERT INTO venue_round_bid (jurisdiction, round, seq, key, account, buy, period, ticks, quantity, "
        "cover, replaces, "
        "at, by_whom, salt, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        jurisdiction_, number, seq, bid.key, bid.account, bid.buy ? 1 : 0, bid.period, ticks, bid.quantity,
        cover, bid.replaces, now.seconds, act.actor, stored.salt, stored.hash);
    t.execute("UPDATE venue_round SET bids = ?, head = ? WHERE jurisdiction = ? AND number = ?", seq,
              stored.hash, jurisdiction_, number);
    out = {seq, now, stored.hash};
  });
  return out;
}

SmartQuote SmartRounds::quote(std::int64_t number, const SmartBid& bid, const std::string& actor) const {
  SmartQuote out;
  const auto judge = [&](const auto& requirement) {
    try {
      requirement();
    } catch (const Error& e) {
      out.faults.push_back(e);
    }
  };
  database_.snapshot([&] {
    out = {};
    database_.read([&](store::Transaction& t) {
      const Row row = load(t, number);
      const SmartVenue& venue = row.terms.venue;
      const SmartApplication member = require_agent(t, row, bid.account, actor);
      std::optional<StoredSmartBid> old;
      if (!bid.replaces.empty()) judge([&] { old = replaced(t, row, bid); });
      std::optional<rights::Term> term;
      judge([&] {
        require_period(row.terms, bid.period, clock_.today());
        term = row.terms.term_of(bid.period);
      });
      judge([&] { ticks_of(venue, bid.price); });
      judge([&] { require_quantity(venue, bid); });
      judge([&] { require_price(venue, bid); });
      judge([&] { require_purpose(venue, member.purpose, bid.buy); });
      judge([&] { require_admissible(checks_of(row, member)); });
      judge([&] { require_one_side(t, row, bid); });
      judge([&] {  // what is out of range has no price
        const SmartCost cost = cost_of(venue, bid.buy, bid.quantity, bid.price);
        out.price_fen = cost.price_fen;
        out.fees_fen = cost.fees_fen;
      });
      out.set_aside = bid.buy ? out.price_fen + out.fees_fen : bid.quantity;
      for (const rights::Holding& holding :
           rights().holdings({.account = bid.account,
           .instrument = bid.buy ? std::string(rights::cash) : venue.instrument,
           .term = bid.buy ? std::nullopt : term})) {
        const rights::Part& part = holding.part;
        const bool here =
            bid.buy ||
            (term ? part.period <= term->from.index && term->from.index < part.period + part.count
                  : part.period == row.terms.notice.vintage &&
                        (row.terms.notice.project.empty() || row.terms.notice.project == part.project));
        if (here) out.free += holding.free;
      }
      if (old) out.free += bid.buy ? old->cover_fen : old->quantity;
      if (out.set_aside > out.free)
        out.faults.push_back({rights::codes::insufficient,
                              bid.buy ? Text{"可用资金不足", "there is not enough free cash"}
                                      : Text{"可用数量不足", "there is not enough of the right that is free"},
                              {{}, 0, 0, "quantity"}});
    });
  });
  return out;
}

std::vector<StoredSmartBid> SmartRounds::own_bids(std::int64_t number, const std::string& account,
                                                  const std::string& actor) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    require_agent(t, row, account, actor);
    std::vector<StoredSmartBid> out = read_bids(t, row);
    std::erase_if(out, [&](const StoredSmartBid& bid) { return bid.account != account; });
    if (row.result.empty())
      for (StoredSmartBid& bid : out) bid.salt.clear();
    return out;
  });
}

std::vector<StoredSmartBid> SmartRounds::read_bids(store::Transaction& t, const Row& row) const {
  std::vector<StoredSmartBid> out;
  for (const store::Row& r : t.query("SELECT seq, key, account, buy, period, ticks, quantity, cover, "
                                     "replaces, replaced_by, at, salt, hash FROM "
                                     "venue_round_bid WHERE jurisdiction = ? AND round = ? ORDER BY seq",
                                     jurisdiction_, row.number))
    out.push_back({r.integer(0),
                   r.text(1),
                   r.text(2),
                   r.integer(3) != 0,
                   r.text(4),
                   yuan_of(row.terms.venue, r.integer(5)),
                   r.integer(6),
                   r.integer(7),
                   r.text(8),
                   r.integer_or_null(9),
                   {r.integer(10)},
                   r.text(11),
                   r.text(12)});
  return out;
}

std::vector<StoredSmartBid> SmartRounds::bids(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    if (row.result.empty())
      throw Error(codes::sealed, {"申报在截止并撮合前不公开，任何人不得查看",
                                  "bids are sealed until the close; nobody reads them before"});
    return read_bids(t, row);
  });
}

}  // namespace tributary::venues
