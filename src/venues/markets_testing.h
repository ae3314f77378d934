// A county with four holders and one declared market, for the tests of markets.
#pragma once

#include "venues/markets.h"
#include "venues/venues_testing.h"

namespace tributary::venues::testing {

using exchange::Side;

// The declaration with single lines replaced.
inline MarketVenue market_venue(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  std::string text = R"(venue: m
title: {zh: 试, en: test}
kind: order_book
instrument: COD
medium: water
trading: continuous
self_trade: cancel_newest
call: four_step
tick_yuan: "10"
lot: 10
band: "0.2"
band_rounding: inward
market_orders: true
bulk: {from: "1000", band: "0.3"}
sessions:
  - {at: "09:00", do: call}
  - {at: "09:20", do: no_cancel}
  - {at: "09:30", do: uncross_open}
  - {at: "15:00", do: end}
fees: [{payer: buyer, kind: fee, to: FEE, rate: "0.01"}, {payer: seller, kind: tax, to: TAX, rate: "0.02"}]
certificate: M
source: {document: 试}
)";
  for (const auto& [from, to] : changes) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  }
  policy::PackInfo pack;
  pack.id = "test";
  pack.version = "1";
  return read_market(policy::parse_yaml(text, "m.yaml"), pack);
}

// Trading runs from Monday the 5th to Friday the 9th of January; it is 10:00 of the first day.
class Floor {
 public:
  explicit Floor(const std::string& kind = "sqlite") : w(kind) {
    auto migrations = rights::testing::all_migrations();
    for (const auto& m : venues::migrations()) migrations.push_back(m);
    w.database.db().migrate(migrations);
    w.clock.set(parse_instant("2026-01-05 08:00"));
    for (const char* account : {"A", "B", "C", "D"}) {
      w.give(account, "COD", 5'000, months(1, 13));
      w.rights.set_permit(account, std::string("P-") + account, std::nullopt, rights::testing::pair);
      w.deposit(account, 100'000'00);
    }
  }
  Listing listing() {
    return {.key = fmt::format("N{}", ++keys),
            .term = months(1, 13),
            .reference = Decimal(1000),
            .first_day = make_date(2026, 1, 5),
            .last_day = make_date(2026, 1, 9)};
  }
  // Listed, approved, and A … D admitted.
  std::int64_t open(const MarketVenue& venue) {
    const std::int64_t no = markets.list(venue, listing(), zhao);
    markets.approve(no, qian);
    for (const char* account : {"A", "B", "C", "D"}) {
      markets.apply(no, {account, "涡河"}, agent(account));
      markets.admit(no, account, true, sun);
    }
    return no;
  }
  void at(const std::string& time) {
    w.clock.set(parse_instant("2026-01-" + time));
    markets.advance({"clock", "", "到点", "1"});
  }
  Placed order(std::int64_t no, const std::string& account, Side side, const std::string& price, std::int64_t quantity,
               exchange::Stands stands = exchange::Stands::day) {
    return markets.submit(no,
                          {.key = fmt::format("O{}", ++keys),
                           .account = account,
                           .side = side,
                           .stands = stands,
                           .price = Decimal::parse(price),
                           .quantity = quantity},
                          agent(account));
  }
  std::int64_t cash(const std::string& account) { return w.free_of(account, "CNY", 0); }
  std::int64_t goods(const std::string& account) { return w.free_of(account, "COD", jan + 1); }
  // Everything that should hold and does not.
  std::string troubles(std::int64_t no) {
    std::string out = w.troubles();
    for (const Text& text : markets.verify(no)) out += text.en + "\n";
    MarketHall fresh;  // the same book from the journal alone
    Markets again(w.database.db(), "341602", w.clock, w.calendar, fresh);
    const Depth kept = markets.depth(no, 100), replayed = again.depth(no, 100);
    for (const auto& [a, b] : {std::pair{&kept.buys, &replayed.buys}, {&kept.sells, &replayed.sells}}) {
      if (a->size() != b->size()) out += "the kept book is not the replayed one\n";
      for (std::size_t i = 0; i < std::min(a->size(), b->size()); ++i)
        if ((*a)[i].price != (*b)[i].price || (*a)[i].quantity != (*b)[i].quantity)
          out += "the kept book is not the replayed one\n";
    }
    return out;
  }

  rights::testing::World w;
  MarketHall hall;
  Markets markets{w.database.db(), "341602", w.clock, w.calendar, hall};
  int keys = 0;
};

}  // namespace tributary::venues::testing
