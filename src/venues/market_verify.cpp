// The proof of a market: its journal replayed into a new book, compared with what is stored and with the registry of rights.
#include "rights/codes.h"
#include "venues/market_change.h"
#include "venues/market_journal.h"
#include "venues/markets.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

using exchange::Action, exchange::EventKind;

class Found {
 public:
  void add(std::string zh, std::string en) {
    if (list.size() < 100) list.push_back({std::move(zh), std::move(en)});
  }
  std::vector<Text> list;
};

// Orders as the events leave them.
struct Followed {
  std::int64_t left = 0, filled = 0;
  std::string state = "open";
};

}  // namespace

std::vector<Text> Markets::verify(std::int64_t number) const {
  Found found;
  database_.snapshot([&](store::Transaction& t) {
    found.list.clear();
      const MarketRow row = load(t, number);
      const rights::Rights registry = rights();
      MarketSession book(row.terms, number);
      std::string head;
      std::vector<std::pair<exchange::Trade, const char*>> made;
      std::map<std::pair<bool, exchange::OrderId>, Followed> orders;
      std::vector<std::pair<std::int64_t, std::string>> closed;  // close and hash, day by day
      std::int64_t seq = 0;
      const auto follow = [&](const exchange::Events& events, bool bulk) {
        for (const exchange::Event& e : events) {
          Followed& order = orders[{bulk, e.order}];
          switch (e.kind) {
            case EventKind::accepted:
              order = {.left = e.qty};
              break;
            case EventKind::traded:
            case EventKind::reduced:
              for (const exchange::OrderId id : {e.order, e.other}) {
                Followed& side = orders[{bulk, id}];
                side.left -= e.qty;
                if (e.kind == EventKind::traded) {
                  side.filled += e.qty;
                  side.state = side.left == 0 ? "filled" : "partial";
                }
                if (e.order == e.other) break;
              }
              break;
            case EventKind::amended:
              order.left = e.qty;
              break;
            case EventKind::cancelled:
              order.state = "cancelled";
              break;
            case EventKind::expired:
              order.state = "expired";
              break;
            case EventKind::refused:
              if (order.left == 0 && order.filled == 0) order.state = "refused";
              break;
            default:
              break;
          }
        }
      };
      each_command(t, jurisdiction_, number, 0, [&](const JournalRow& entry) {
        if (entry.seq != ++seq || hash_of(head, entry) != entry.hash)
          found.add(fmt::format("指令 {}：链不连续", entry.seq), fmt::format("command {}: the chain is broken", entry.seq));
        head = entry.hash;
        const exchange::Command command = command_of(entry.body);
        const MarketSession::Outcome done = book.apply(command, [&](const auto&...) { return entry.covered; });
        follow(done.book, false);
        follow(done.bulk, true);
        const char* kind = command.action == Action::bulk_confirm ? "bulk"
                           : command.action == Action::take       ? "listed"
                           : command.action == Action::uncross    ? "call"
                                                                  : "continuous";
        for (const exchange::Trade& trade : done.trades) made.emplace_back(trade, kind);
        for (const exchange::Event& e : done.book)
          if (e.kind == EventKind::day_closed) closed.emplace_back(e.price, book.hash());
      });
      if (seq != row.commands || head != row.head)
        found.add("指令日志与市场记录不符", "the journal and the market's record differ");

      std::vector<std::string> accounts;
      for (const store::Row& r : t.query("SELECT account FROM venue_member WHERE jurisdiction = ? AND market = ? AND "
                                         "account_number IS NOT NULL ORDER BY account_number",
                                         jurisdiction_, number))
        accounts.push_back(r.text(0));

      // Deals: as the book makes them, as they are stored, as the registry settled them.
      const auto deals = t.query(
          "SELECT seq, kind, buyer, seller, ticks, quantity, fen FROM venue_deal WHERE jurisdiction = ? AND market = ? ORDER BY "
          "seq",
          jurisdiction_, number);
      if (deals.size() != made.size())
        found.add(fmt::format("成交 {} 笔，日志得出 {} 笔", deals.size(), made.size()),
                  fmt::format("{} deals are stored, the journal gives {}", deals.size(), made.size()));
      for (std::size_t i = 0; i < std::min(deals.size(), made.size()); ++i) {
        const store::Row& r = deals[i];
        const auto& [trade, kind] = made[i];
        const bool same = r.integer(0) == static_cast<std::int64_t>(i) + 1 && r.text(1) == kind &&
                          trade.buyer < accounts.size() && r.text(2) == accounts[trade.buyer] &&
                          trade.seller < accounts.size() && r.text(3) == accounts[trade.seller] &&
                          r.integer(4) == trade.price && r.integer(5) == trade.qty && r.integer(6) == trade.amount;
        if (!same)
          found.add(fmt::format("成交 {} 与日志不符", i + 1), fmt::format("deal {} differs from the journal", i + 1));
        try {
          const rights::Transaction booked = registry.transaction(deal_key(number, r.integer(0)));
          const Json body = Json::parse(booked.body);
          if (booked.kind != rights::TransactionKind::trade || booked.from != r.text(3) || booked.to != r.text(2) ||
              body.value("quantity", std::int64_t{0}) != r.integer(5) || body.value("fen", std::int64_t{0}) != r.integer(6) ||
              body.value("lease_months", 0) != lease_months(row.terms.venue.lease) || booked.instrument != row.terms.venue.instrument ||
              !is_of(booked, row.terms.listing.term))
            found.add(fmt::format("成交 {} 与权属登记不符", i + 1),
                      fmt::format("deal {} differs from the registry", i + 1));
        } catch (const Error& error) {
          found.add(fmt::format("成交 {}：{}", i + 1, error.message().zh),
                    fmt::format("deal {}: {}", i + 1, error.message().en));
        }
      }

      // Orders, and what is set aside for them: what is needed while they are open, nothing when they are not.
      const std::map<std::string, std::int64_t> needs = book.needs();
      std::vector<std::string> finished;
      std::size_t stored = 0;
      t.each(
          [&](const store::Row& r) {
            ++stored;
            const auto id = static_cast<exchange::OrderId>(r.integer(1));
            const std::vector<std::string> keys =
                r.text(0) == "bulk" ? std::vector{proposal_key(number, id, exchange::Side::buy),
                                                  proposal_key(number, id, exchange::Side::sell)}
                                    : std::vector{order_key(number, id)};
            for (const std::string& key : keys)
              if (!needs.contains(key)) finished.push_back(key);
            const auto at = orders.find({r.text(0) == "bulk", static_cast<exchange::OrderId>(r.integer(1))});
            const bool same = at != orders.end() && at->second.state == r.text(4) && at->second.filled == r.integer(3) &&
                              (r.text(4) == "refused" || at->second.left == r.integer(2));
            if (!same)
              found.add(fmt::format("委托 {} {} 与日志不符", r.text(0), r.integer(1)),
                        fmt::format("order {} {} differs from the journal", r.text(0), r.integer(1)));
          },
          "SELECT desk, id, left_over, filled, state FROM venue_order WHERE jurisdiction = ? AND market = ? ORDER BY desk, id",
          jurisdiction_, number);
      const auto in_journal = std::ranges::count_if(orders, [](const auto& one) { return one.first.second != 0; });
      if (stored != static_cast<std::size_t>(in_journal))
        found.add(fmt::format("委托 {} 笔，日志得出 {} 笔", stored, in_journal),
                  fmt::format("{} orders are stored, the journal gives {}", stored, in_journal));
      for (const std::string& key : finished) {
        try {
          if (registry.reservation(key).open)
            found.add(fmt::format("{}：委托已了结，仍有预留", key), fmt::format("{}: the order is over, something is still set aside", key));
        } catch (const Error& error) {
          if (error.code() != rights::codes::unknown_reservation) throw;  // it was refused, or that side never came
        }
      }
      for (const auto& [key, need] : needs) {
        try {
          const rights::Reservation aside = registry.reservation(key);
          const bool flow = row.terms.listing.term && aside.instrument != rights::cash;
          std::int64_t there = flow && !aside.parts.empty() ? aside.parts.front().amount : 0;
          for (const rights::Part& part : aside.parts)
            there = flow ? std::min(there, part.amount) : there + part.amount;  // of a rate the least month
          if (!aside.open || there < need)
            found.add(fmt::format("{}：应预留 {}，实有 {}", key, need, there),
                      fmt::format("{}: {} is needed, {} is set aside", key, need, there));
        } catch (const Error& error) {
          found.add(fmt::format("{}：{}", key, error.message().zh), fmt::format("{}: {}", key, error.message().en));
        }
      }

      std::size_t day = 0;
      t.each(
          [&](const store::Row& r) {
            if (day >= closed.size() || closed[day].first != r.integer(0) || closed[day].second != r.text(1))
              found.add(fmt::format("第 {} 个交易日的收盘与日志不符", day + 1),
                        fmt::format("the close of trading day {} differs from the journal", day + 1));
            ++day;
          },
          "SELECT closing, hash FROM venue_day WHERE jurisdiction = ? AND market = ? ORDER BY day", jurisdiction_, number);
  });
  return found.list;
}

}  // namespace tributary::venues
