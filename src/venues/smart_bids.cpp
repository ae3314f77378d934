// Bids and asks: covered before they count, chained in the server's order, sealed until the close.
#include "base/text.h"
#include "rights/codes.h"
#include "venues/sealing.h"
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

// So that no number of bids makes the sums of a round too large to be cleared.
void require_value(const SmartVenue& venue, const SmartBid& bid) {
  if (!venue.most_price ||
      Rational(*venue.most_price) * Rational::from_int(bid.quantity) <= Rational::power_of_ten(12))
    return;
  throw bad_field("quantity", "按最高限价计，一份申报不得超过 10^12 元",
                  "at the highest price that is taken, a bid comes to no more than 10^12 yuan");
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

// Against the bids of accounts that the same person bids for, which he knows of. What others offer is told to
// nobody before the close; there the later ones do not count (crossing_bids).
void SmartRounds::require_one_side(store::Transaction& t, const Row& row, const SmartBid& bid,
                                   const std::string& actor) const {
  const Control& control = row.terms.venue.control;
  std::map<std::string, std::string> behind;  // by account
  for (const SmartMember& one : members(row.number))
    if (one.applied_by == actor) behind[one.account] = beneficial_owner(control, one.owner);
  bool other = false;
  t.each(
      [&](const store::Row& r) {
        const auto own = behind.find(r.text(0));
        other = other || (own != behind.end() && own->second == behind.at(bid.account));
      },
      "SELECT account FROM venue_round_bid WHERE jurisdiction = ? AND round = ? AND period = ? AND buy <> ? "
      "AND replaced_by IS NULL AND (sealed <> '' OR quantity > 0)",
      jurisdiction_, row.number, bid.period, bid.buy ? 1 : 0);
  if (!other) return;
  throw Error(smart_codes::own_side,
              {fmt::format("同一权利人在同一时段只能买或只能卖：{} 已有{}", bid.period,
                           bid.buy ? "卖出申报" : "买入申报"),
               fmt::format("an owner stands on one side in a period: there is {} for {} already",
                           bid.buy ? "an ask" : "a bid", bid.period)},
              {{}, 0, 0, "buy"});
}

// Withdrawals are always taken: there can be no more of them than of what they withdraw.
void SmartRounds::require_few(store::Transaction& t, const Row& row, const SmartBid& bid,
                              const std::optional<StoredSmartBid>& old) const {
  const SmartVenue& venue = row.terms.venue;
  if (venue.most_standing == 0) return;
  const auto counts = t.first(
      "SELECT COUNT(*), COALESCE(SUM(CASE WHEN replaced_by IS NULL THEN 1 ELSE 0 END), 0) FROM "
      "venue_round_bid WHERE jurisdiction = ? AND round = ? AND account = ? AND period = ? AND (sealed <> '' "
      "OR quantity > 0) AND (replaced_by IS NULL OR replaced_by <> seq)",
      jurisdiction_, row.number, bid.account, bid.period);
  const std::int64_t entered = counts->integer(0),
                     stand = counts->integer(1) - (old && old->period == bid.period ? 1 : 0);
  if (entered < venue.most_entries && stand < venue.most_standing) return;
  throw Error(
      smart_codes::too_many,
      {fmt::format("账户 {} 在 {} 的申报已满：有效的最多 {} 份，连同更改最多 {} 份", bid.account, bid.period,
                   venue.most_standing, venue.most_entries),
       fmt::format("account {} has all its bids in {}: at most {} stand, and {} with what was replaced",
                   bid.account, bid.period, venue.most_standing, venue.most_entries)},
      {{}, 0, 0, "key"});
}

StoredSmartBid SmartRounds::replaced(store::Transaction& t, const Row& row, const SmartBid& bid) const {
  const auto old = bid_under(t, row, bid.account, bid.replaces);
  if (!old || !old->stands() || old->buy != bid.buy)
    throw bad_field("replaces", fmt::format("没有可改的申报“{}”", bid.replaces),
                    fmt::format("there is no standing bid \"{}\" to replace", bid.replaces));
  if (row.terms.venue.amend == Amend::none)
    throw Error(codes::not_improved, {"申报一经提交不得更改", "bids are irrevocable"},
                {{}, 0, 0, "replaces"});
  return *old;
}

Receipt SmartRounds::bid(std::int64_t number, const SmartBid& bid, const rights::Act& act) {
  require_act(act);
  if (bid.key.empty() || bid.key.size() > 100)
    throw bad_field("key", "须有编号，不超过 100 字节", "a key is needed, of at most 100 bytes");
  Receipt out;
  database_.together([&](store::Transaction& t) {
    const Instant now = clock_.now();
    const Row row = load(t, number);
    const SmartVenue& venue = row.terms.venue;
    const SmartApplication member = require_agent(t, row, bid.account, act.actor);
    const std::int64_t ticks = ticks_of(venue, bid.price);
    if (const auto had = bid_under(t, row, bid.account, bid.key)) {
      if (had->buy != bid.buy || had->period != bid.period || ticks_of(venue, had->price) != ticks ||
          had->quantity != bid.quantity || had->replaces != bid.replaces)
        throw Error(codes::key_conflict,
                    {fmt::format("编号“{}”已用于内容不同的另一申报", bid.key),
                     fmt::format("the key \"{}\" stands for another bid", bid.key)},
                    {{}, 0, 0, "key"});
      out = {had->seq, had->at, had->hash};
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
    require_key(vault_, place_of_seal("round", jurisdiction_, number), row.seal);
    if (!withdraws(bid)) {
      require_period(row.terms, bid.period, clock_.today());
      require_quantity(venue, bid);
      require_price(venue, bid);
      require_value(venue, bid);
      require_purpose(venue, member.purpose, bid.buy);
      require_admissible(checks_of(row, member));
    }
    rights::Rights registry = rights();
    const rights::Act by{act.actor, "", act.reason, row.rule()};
    const std::int64_t seq = row.bids + 1;
    std::optional<StoredSmartBid> old;
    if (!bid.replaces.empty()) old = replaced(t, row, bid);
    if (!withdraws(bid)) require_few(t, row, bid, old);
    if (old) {
      const std::string key = row.bid_key(old->seq);
      registry.release(std::span(&key, 1), by);
      t.execute("UPDATE venue_round_bid SET replaced_by = ? WHERE jurisdiction = ? AND round = ? AND seq = ?",
                seq, jurisdiction_, number, old->seq);
    }
    std::int64_t cover = 0;
    if (!withdraws(bid)) {
      require_one_side(t, row, bid, act.actor);
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
    // Stands for nothing, which is told without opening it.
    if (withdraws(bid)) stored.replaced_by = seq;
    stored.hash = hash_of(row.head, stored);
    insert_bid(t, row, stored, act.actor);
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
  database_.snapshot([&](store::Transaction& t) {
    out = {};
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
    judge([&] { require_value(venue, bid); });
    judge([&] { require_purpose(venue, member.purpose, bid.buy); });
    judge([&] { require_admissible(checks_of(row, member)); });
    judge([&] { require_few(t, row, bid, old); });
    judge([&] { require_one_side(t, row, bid, actor); });
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
  return out;
}

}  // namespace tributary::venues
