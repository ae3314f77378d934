// What one command did, and the frame in which commands are carried out. Private to `venues`.
#pragma once

#include "venues/market_session.h"

#include <fmt/format.h>

namespace tributary::venues {

inline constexpr const char* market_clock = "market clock";  // who does what the time brings

struct Markets::Change {
  exchange::Events book, bulk;
  std::vector<Deal> deals;
  std::string why;  // of the registry, where it did not cover the order
  bool refused() const {
    const exchange::Events& events = book.empty() ? bulk : book;
    return !events.empty() && events.back().kind == exchange::EventKind::refused;
  }
};

std::string text_of(const OrderRequest& request);  // what makes two of them the same
// Throws order_refused when there is none.
StoredOrder read_order(store::Transaction& t, const std::string& jurisdiction, const MarketRow& row, bool bulk,
                       std::int64_t id);

// What was traded on one day.
struct DaySums {
  struct Sum {
    std::int64_t quantity = 0, fen = 0, deals = 0;
  };
  std::optional<std::int64_t> opening, high, low, last;  // ticks; bulk agreements set none
  Sum book, bulk;
};
DaySums sums_of_day(store::Transaction& t, const std::string& jurisdiction, std::int64_t market, std::int64_t day);

template <class Work>
void Markets::in_market(std::int64_t number, const Work& work) {
  around(number, [&] {
    bool ended = false;
    database_.together([&](store::Transaction& t) {
      MarketRow row = require_open(t, number);
      int commands = 0;
      keep_time(t, row, {market_clock, "", "按交易时段 / by the sessions", row.rule()}, commands);
      ended = row.state != "open";
      if (!ended) work(t, row);
    });
    if (ended)
      throw Error(codes::wrong_state, {fmt::format("第 {} 号市场已结束", number), fmt::format("market {} is over", number)});
  });
}

}  // namespace tributary::venues
