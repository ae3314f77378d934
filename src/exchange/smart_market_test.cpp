#include "exchange/smart_market.h"

#include "base/json.h"
#include "base/text.h"
#include "exchange/smart_market_codes.h"
#include "exchange/smart_market_rules.h"
#include "exchange/transfer_balance.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>

#include <unistd.h>

namespace tributary::exchange::smart_market {
namespace {

using Json = nlohmann::json;

Rational r(std::int64_t a, std::int64_t b = 1) {
  return Rational::from_fraction(a, b);
}

// The market of water-rights.md §8: U sells 100 at 0.20, D 60 at 0.45; U buys 50 at 0.35, D 80 at 0.90, 70 at
// 0.50, 60 at 0.40; 10 % is lost from U to D.
std::string note(const std::string& capacity) {
  return R"({"zones": ["U", "D"], "links": [{"from": "U", "to": "D", "loss": 0.1)" + capacity + R"(}],
    "asks": [{"id": "s1", "zone": "U", "quantity": 100, "price": 0.20}, {"id": "s2", "zone": "D", "quantity": 60, "price": 0.45}],
    "bids": [{"id": "b1", "zone": "U", "quantity": 50, "price": 0.35}, {"id": "b2", "zone": "D", "quantity": 80, "price": 0.90},
             {"id": "b3", "zone": "D", "quantity": 70, "price": 0.50}, {"id": "b4", "zone": "D", "quantity": 60, "price": 0.40}]})";
}

std::int64_t steps(const Market& market, const Clearing& c, const std::string& id) {
  for (const Fill& fill : c.fills)
    if (market.orders[fill.order].id == id) return fill.steps;
  ADD_FAILURE() << id;
  return -1;
}

// Everything that must hold of any clearing, from the market and the result alone.
void expect_sound(const Market& market, const Clearing& c) {
  const Totals& t = c.totals;
  EXPECT_EQ(t.buyers_fen, t.sellers_fen + t.supply_fen + t.rent_fen + t.rounding_fen);
  EXPECT_EQ(t.sold + t.supplied, t.bought + t.lost + t.left);
  EXPECT_GE(t.left, r(0));
  std::int64_t buyers = 0, sellers = 0, rents = 0;
  // Nodes, with the flows as sent.
  std::vector<Rational> nodes(market.zones.size() * market.periods.size());
  const auto node = [&](std::size_t zone, std::size_t period) -> Rational& {
    return nodes[zone * market.periods.size() + period];
  };
  for (std::size_t z = 0; z < market.zones.size(); ++z)
    for (std::size_t p = 0; p < market.periods.size(); ++p)
      node(z, p) = market.zones[z].supply[p].value_or(r(0));
  for (const Fill& fill : c.fills) {
    const Order& order = market.orders[fill.order];
    EXPECT_GE(fill.steps, 0);
    EXPECT_LE(fill.steps, order.steps);
    if (fill.steps > 0) {  // nobody worse off than by their own price
      if (order.buy) {
        EXPECT_LE(fill.price, order.price);
      } else {
        EXPECT_GE(fill.price, order.price);
      }
    }
    const Rational quantity = Rational::from_int(fill.steps) * market.step;
    EXPECT_EQ(fill.fen, (fill.price * quantity * r(100)).round(0, Rounding::half_up).to_int64());
    (order.buy ? buyers : sellers) += fill.fen;
    node(order.zone, order.period) += order.buy ? -quantity : quantity;
  }
  EXPECT_EQ(buyers, t.buyers_fen);
  EXPECT_EQ(sellers, t.sellers_fen);
  for (const Flow& flow : c.flows) {
    const Link& link = market.links[flow.link];
    EXPECT_GE(flow.sent, r(0));
    node(link.from, flow.period) -= flow.sent;
    node(link.to, flow.period) += flow.delivered;
    if (link.capacity[flow.period]) {
      EXPECT_LE(flow.sent, *link.capacity[flow.period]);
    }
    if (link.balance) {
      EXPECT_GE(*flow.balance, link.balance->lo);
      EXPECT_LE(*flow.balance, link.balance->hi);
    }
  }
  if (market.mask.empty()) {
    for (const Rational& left : nodes) EXPECT_GE(left, r(0));
  }
  for (const Rent& rent : c.rents) rents += rent.fen;
  EXPECT_EQ(rents, t.rent_fen);
  for (const NodePrice& price : c.prices) {
    EXPECT_GE(price.price.settled, r(0));
    if (price.price.from) {
      EXPECT_GE(price.price.settled, *price.price.from);
    }
    if (price.price.to) {
      EXPECT_LE(price.price.settled, *price.price.to);
    }
  }
}

TEST(SmartMarket, TheNotesMarketWithATransferCapOf70) {
  const Market market = read_market(note(R"(, "capacity": 70)"), "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_EQ(c.flows[0].sent, r(70));
  EXPECT_EQ(c.flows[0].delivered, r(63));
  EXPECT_EQ(steps(market, c, "b1"), 30);
  EXPECT_EQ(steps(market, c, "b2"), 80);
  EXPECT_EQ(steps(market, c, "b3"), 43);
  EXPECT_EQ(steps(market, c, "b4"), 0);
  EXPECT_EQ(c.prices[0].price.settled, r(35, 100));
  EXPECT_EQ(c.prices[1].price.settled, r(50, 100));
  ASSERT_EQ(c.rents.size(), 1U);
  EXPECT_EQ(c.rents[0].price.settled, r(1, 10));
  EXPECT_EQ(c.totals.welfare, r(57));
  EXPECT_EQ(c.totals.buyers_fen, 7200);
  EXPECT_EQ(c.totals.sellers_fen, 6500);
  EXPECT_EQ(c.totals.rent_fen, 700);
  EXPECT_EQ(c.totals.rounding_fen, 0);
  EXPECT_TRUE(c.record.one_optimum);
}

// The note gives 0.20, 0.90 and 0.61: the prices where no water crosses.
TEST(SmartMarket, TheNotesMarketWithoutTransfer) {
  const Market market = read_market(note(R"(, "capacity": 0)"), "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_EQ(c.flows[0].sent, r(0));
  EXPECT_EQ(steps(market, c, "b1"), 50);
  EXPECT_EQ(steps(market, c, "b2"), 60);
  EXPECT_EQ(c.prices[0].price.settled, r(20, 100));
  EXPECT_EQ(c.prices[1].price.settled, r(90, 100));
  EXPECT_EQ(c.rents[0].price.settled, r(61, 100));
  EXPECT_EQ(c.totals.welfare, r(345, 10));
}

TEST(SmartMarket, TheNotesMarketWithoutALimitHasPricesWithinAnInterval) {
  const Market market = read_market(note(""), "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_EQ(c.flows[0].sent, r(100));
  EXPECT_EQ(steps(market, c, "b1"), 0);
  EXPECT_EQ(steps(market, c, "b2"), 80);
  EXPECT_EQ(steps(market, c, "b3"), 70);
  EXPECT_EQ(c.totals.welfare, r(60));
  EXPECT_EQ(c.prices[0].price.from, r(405, 1000));
  EXPECT_EQ(c.prices[0].price.to, r(45, 100));
  EXPECT_EQ(c.prices[1].price.from, r(45, 100));
  EXPECT_EQ(c.prices[1].price.to, r(50, 100));
  EXPECT_EQ(c.prices[0].price.settled, r(4275, 10000));
  EXPECT_EQ(c.prices[1].price.settled, r(475, 1000));
  EXPECT_EQ(c.totals.rent_fen, 0);
}

TEST(TransferBalance, TheNotesSequence) {
  TransferBalance balance(r(0), r(200), r(160));
  EXPECT_EQ(balance.out(r(30), false), r(30));
  EXPECT_EQ(balance.balance(), r(190));
  TransferBalance refused = balance;
  EXPECT_EQ(refused.out(r(15), false), r(0));
  EXPECT_EQ(refused.balance(), r(190));
  EXPECT_EQ(balance.out(r(15), true), r(10));
  EXPECT_EQ(balance.balance(), r(200));
  EXPECT_EQ(balance.back(r(20), false), r(20));
  balance.call_out(r(50));
  EXPECT_EQ(balance.balance(), r(130));  // carried over the year's end
  EXPECT_EQ(balance.back(r(150), false), r(0));
  EXPECT_EQ(balance.back(r(150), true), r(130));
  EXPECT_EQ(balance.balance(), r(0));
  EXPECT_THROW(balance.call_out(r(1)), Error);
}

// The same account inside the programme: of 30 + 15 asked for in the first period 40 fit; a call-out in the
// second makes room for 50; the third trades back, not below zero.
TEST(SmartMarket, TransferBalancesCarryOver) {
  const Market market = read_market(R"({"zones": ["U", "D"], "periods": ["1", "2", "3"],
    "links": [{"id": "out", "from": "U", "to": "D", "balance": {"start": 160, "lo": 0, "hi": 200, "calls": {"2": 50}}},
              {"id": "home", "from": "D", "to": "U", "back_of": "out"}],
    "asks": [{"id": "a1", "zone": "U", "period": "1", "quantity": 500, "price": 1},
             {"id": "a2", "zone": "U", "period": "2", "quantity": 500, "price": 1},
             {"id": "a3", "zone": "D", "period": "3", "quantity": 500, "price": 1}],
    "bids": [{"id": "b1", "zone": "D", "period": "1", "quantity": 30, "price": 6},
             {"id": "b2", "zone": "D", "period": "1", "quantity": 15, "price": 5},
             {"id": "b3", "zone": "D", "period": "2", "quantity": 90, "price": 3},
             {"id": "b4", "zone": "U", "period": "3", "quantity": 300, "price": 4}]})",
                                    "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_EQ(steps(market, c, "b1"), 30);
  EXPECT_EQ(steps(market, c, "b2"), 10);
  EXPECT_EQ(steps(market, c, "b3"), 50);
  EXPECT_EQ(steps(market, c, "b4"), 200);
  EXPECT_EQ(c.flows[0].balance, r(200));
  EXPECT_EQ(c.flows[1].balance, r(200));
  EXPECT_EQ(c.flows[2].balance, r(0));
}

TEST(SmartMarket, TiesAreSharedInProportionAndTheRestGoesByFractionAndId) {
  const Market market = read_market(R"({"zones": ["Z"],
    "asks": [{"id": "a", "zone": "Z", "quantity": 100, "price": 1}],
    "bids": [{"id": "x", "zone": "Z", "quantity": 50, "price": 2}, {"id": "w", "zone": "Z", "quantity": 50, "price": 2},
             {"id": "v", "zone": "Z", "quantity": 51, "price": 2}]})",
                                    "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  // 100·50/151 = 33.11, 100·51/151 = 33.77
  EXPECT_EQ(steps(market, c, "v"), 34);
  EXPECT_EQ(steps(market, c, "w"), 33);
  EXPECT_EQ(steps(market, c, "x"), 33);
  EXPECT_EQ(c.prices[0].price.settled, r(2));
}

// Equal bids in two zones without congestion between them: the programme has many optima, the rule one.
TEST(SmartMarket, TiesAcrossZonesFillTheSmallestShareFirst) {
  const Market market =
      read_market(R"({"zones": ["A", "B"], "links": [{"from": "A", "to": "B"}, {"from": "B", "to": "A"}],
    "asks": [{"id": "a", "zone": "A", "quantity": 90, "price": 1}],
    "bids": [{"id": "x", "zone": "A", "quantity": 60, "price": 2}, {"id": "y", "zone": "B", "quantity": 120, "price": 2}]})",
                  "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_FALSE(c.record.one_optimum);
  EXPECT_EQ(steps(market, c, "x"), 30);
  EXPECT_EQ(steps(market, c, "y"), 60);
  EXPECT_EQ(c.flows[0].sent, r(60));
  EXPECT_EQ(c.flows[1].sent, r(0));
}

TEST(SmartMarket, AnAreaCapIsPaidForInsideTheAreaAndItsRentIsBooked) {
  const Market market = read_market(R"({"zones": ["U", "D"], "links": [{"from": "U", "to": "D"}],
    "asks": [{"id": "a", "zone": "U", "quantity": 100, "price": 1}],
    "bids": [{"id": "x", "zone": "D", "quantity": 80, "price": 3}],
    "constraints": [{"id": "cap-D", "kind": "area-cap", "terms": [{"zone": "D"}], "max": 50}]})",
                                    "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_EQ(steps(market, c, "x"), 50);
  EXPECT_EQ(c.fills[0].price, r(3));  // node 1 and the cap's 2
  EXPECT_EQ(c.totals.rent_fen, 10000);
  EXPECT_EQ(c.totals.sellers_fen, 5000);
}

TEST(SmartMarket, EcologicalFlowAndGroundwaterHold) {
  const Market market =
      read_market(R"({"zones": ["U", "D"], "links": [{"id": "river", "from": "U", "to": "D"}],
    "asks": [{"id": "a", "zone": "U", "quantity": 100, "price": 1}, {"id": "well", "zone": "D", "quantity": 100, "price": 0.5}],
    "bids": [{"id": "x", "zone": "U", "quantity": 100, "price": 3}, {"id": "y", "zone": "D", "quantity": 100, "price": 2}],
    "constraints": [
      {"id": "flow", "kind": "ecological-flow", "terms": [{"link": "river"}], "base": 10, "min": 25},
      {"id": "level", "kind": "groundwater", "terms": [{"zone": "D", "side": "sell", "coefficient": 0.2}], "max": 8}]})",
                  "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_EQ(c.flows[0].sent, r(15));
  EXPECT_EQ(steps(market, c, "well"), 40);
  EXPECT_EQ(steps(market, c, "x"), 85);
  EXPECT_EQ(steps(market, c, "y"), 55);
}

TEST(SmartMarket, ThePurposeMaskKeepsFarmWaterFromIndustryUnlessAllowed) {
  const std::string market_text =
      R"({"zones": ["Z"], "mask": {"farm": ["farm"], "industry": ["industry", "farm"]},
    "asks": [{"id": "f", "zone": "Z", "purpose": "farm", "quantity": 50, "price": 1},
             {"id": "i", "zone": "Z", "purpose": "industry", "quantity": 30, "price": 2}],
    "bids": [{"id": "bf", "zone": "Z", "purpose": "farm", "quantity": 60, "price": 3},
             {"id": "bi", "zone": "Z", "purpose": "industry", "quantity": 60, "price": 9}]})";
  const Market market = read_market(market_text, "m.json");
  const Clearing c = clear(market);
  expect_sound(market, c);
  EXPECT_EQ(steps(market, c, "bf"), 50);
  EXPECT_EQ(steps(market, c, "bi"), 30);
}

TEST(SmartMarket, WhatContradictsIsNamed) {
  const Market market =
      read_market(R"({"zones": ["U", "D"], "links": [{"id": "river", "from": "U", "to": "D", "capacity": 5}],
    "asks": [{"id": "a", "zone": "U", "quantity": 100, "price": 1}], "bids": [{"id": "x", "zone": "D", "quantity": 80, "price": 3}],
    "constraints": [{"id": "flow", "terms": [{"link": "river"}], "min": 25}]})",
                  "m.json");
  try {
    clear(market);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::no_solution);
    EXPECT_NE(e.message().en.find("capacity.river.1"), std::string::npos);
    EXPECT_NE(e.message().en.find("limit.flow.1"), std::string::npos) << e.message().en;
  }
}

TEST(SmartMarket, BadInputIsNamedByItsPath) {
  const auto field = [](const std::string& json) {
    try {
      read_market(json, "m.json");
    } catch (const Error& e) {
      EXPECT_FALSE(e.message().zh.empty());
      return fmt::format("{}@{}:{}", e.code().name, e.where().field, e.where().line);
    }
    return std::string("read");
  };
  EXPECT_EQ(field("{\n\"zones\": [,"), "bad_json@:2");
  EXPECT_EQ(field(R"({"zones": []})"), "bad_value@zones:0");
  EXPECT_EQ(field(R"({"zones": ["A"], "bid": []})"), "unknown_field@bid:0");
  EXPECT_EQ(field(R"({"zones": ["A"], "bids": [{"id": "x", "zone": "B"}], "asks": []})"),
            "unknown_name@bids[0].zone:0");
  EXPECT_EQ(
      field(
          R"({"zones": ["A"], "bids": [{"id": "x", "zone": "A", "quantity": 1.5, "price": 1}], "asks": []})"),
      "bad_value@bids[0].quantity:0");
  EXPECT_EQ(
      field(
          R"({"zones": ["A"], "bids": [{"id": "x", "zone": "A", "quantity": 1, "price": -1}], "asks": []})"),
      "bad_value@bids[0].price:0");
  EXPECT_EQ(
      field(
          R"({"zones": ["A"], "asks": [], "bids": [{"id": "x", "zone": "A", "quantity": 1, "price": 1}, {"id": "x", "zone": "A", "quantity": 1, "price": 1}]})"),
      "duplicate_name@bids[1]:0");
  EXPECT_EQ(
      field(
          R"({"zones": ["A", "B"], "links": [{"from": "A", "to": "B", "loss": 1}], "bids": [], "asks": []})"),
      "bad_value@links[0].loss:0");
}

// ---- random markets

Json random_market(std::mt19937_64& random, int orders) {
  const auto whole = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  const int zones = whole(1, 4), periods = whole(1, 3);
  Json out;
  for (int z = 0; z < zones; ++z)
    out["zones"].push_back({{"id", fmt::format("Z{}", z)}, {"supply", whole(0, 2) * 5}});
  for (int t = 0; t < periods; ++t) out["periods"].push_back(fmt::format("p{}", t));
  out["links"] = Json::array();
  for (int a = 0; a < zones; ++a)
    for (int b = 0; b < zones; ++b) {
      if (a == b || whole(0, 1) == 0) continue;
      Json link{
          {"id", fmt::format("L{}{}", a, b)}, {"from", fmt::format("Z{}", a)}, {"to", fmt::format("Z{}", b)}};
      if (whole(0, 1) != 0) link["loss"] = whole(1, 3) / 10.0;
      if (whole(0, 1) != 0) link["capacity"] = whole(0, 30);
      if (whole(0, 2) == 0)
        link["balance"] = {
            {"start", 10}, {"lo", 0}, {"hi", whole(10, 30)}, {"calls", {{"p0", whole(0, 10)}}}};
      out["links"].push_back(link);
    }
  out["bids"] = Json::array();
  out["asks"] = Json::array();
  for (int i = 0; i < orders; ++i)
    out[whole(0, 1) != 0 ? "bids" : "asks"].push_back({{"id", fmt::format("o{}", i)},
                                                       {"zone", fmt::format("Z{}", whole(0, zones - 1))},
                                                       {"period", fmt::format("p{}", whole(0, periods - 1))},
                                                       {"quantity", whole(1, 40)},
                                                       {"price", whole(1, 12) / 4.0}});
  out["constraints"] = Json::array();
  if (whole(0, 1) != 0)
    out["constraints"].push_back({{"id", "cap"},
                                  {"terms", {{{"zone", "Z0"}, {"coefficient", 0.5}}}},
                                  {"max", whole(0, 20)},
                                  {"over", whole(0, 1) != 0 ? "all" : "each"}});
  return out;
}

double glpsol(const std::string& lp) {
  const auto base = std::filesystem::temp_directory_path() / fmt::format("market_{}", ::getpid());
  write_file(base.string() + ".lp", lp);
  const std::string command = fmt::format("glpsol --lp {0}.lp -o {0}.txt >/dev/null 2>&1", base.string());
  EXPECT_EQ(std::system(command.c_str()), 0);
  double out = 0;
  const std::string said = read_file(base.string() + ".txt");  // outlives the loop over its lines
  for (const std::string_view line : split(said, '\n')) {
    if (line.starts_with("Status:")) {
      EXPECT_EQ(trim(line.substr(7)), "OPTIMAL");
    }
    if (line.starts_with("Objective:"))
      out = std::strtod(std::string(line.substr(line.find('=') + 1)).c_str(), nullptr);
  }
  std::filesystem::remove(base.string() + ".lp");
  std::filesystem::remove(base.string() + ".txt");
  return out;
}

TEST(SmartMarketProperties, SoundForAnyMarketAndWelfareEqualsGlpk) {
  std::mt19937_64 random(5);
  int tied = 0, open = 0, whole_markets = 0;
  for (int round = 0; round < 250; ++round) {
    const Market market = read_market(random_market(random, 30).dump(), "m.json");
    const Clearing c = clear(market);
    expect_sound(market, c);
    ASSERT_FALSE(HasFailure()) << round;
    const auto lines = static_cast<std::int64_t>(c.fills.size() + c.rents.size() + c.prices.size());
    // At most half a fen a line, and what rounding to whole steps is worth (3.01 yuan a step of each group).
    EXPECT_LE(std::abs(c.totals.rounding_fen),
              lines + (c.totals.welfare == c.totals.welfare_executed ? 0 : 301 * lines));
    if (c.totals.welfare == c.totals.welfare_executed) ++whole_markets;
    if (!c.record.one_optimum) ++tied;
    for (const NodePrice& p : c.prices)
      if (!p.price.unique()) ++open;
    if (round % 5 == 0) {
      EXPECT_NEAR(glpsol(to_lp(market)), c.totals.welfare.to_double(), 1e-6);
    }
  }
  EXPECT_GT(tied, 20);
  EXPECT_GT(open, 50);
  EXPECT_GT(whole_markets, 20);
}

TEST(SmartMarketProperties, TheOrderOfTheOrdersDoesNotMatter) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 60; ++round) {
    Json json = random_market(random, 30);
    const auto sorted = [](const Json& j) {
      const Market market = read_market(j.dump(), "m.json");
      Json out = Json::parse(to_json(market, clear(market)));
      for (const char* side : {"bids", "asks"})
        std::sort(out[side].begin(), out[side].end(),
                  [](const Json& a, const Json& b) { return a["id"] < b["id"]; });
      out.erase("record");
      return out;
    };
    const Json before = sorted(json);
    std::shuffle(json["bids"].begin(), json["bids"].end(), random);
    std::shuffle(json["asks"].begin(), json["asks"].end(), random);
    ASSERT_EQ(before, sorted(json));
  }
}

// The prices hold the outcome up whatever optimal basis they were read from: the same market with its limits
// written in another order settles at the same prices and quantities.
TEST(SmartMarketProperties, PricesAndQuantitiesDoNotDependOnTheBasis) {
  std::mt19937_64 random(61);
  int compared = 0;
  for (int round = 0; round < 80; ++round) {
    const Market market = read_market(random_market(random, 20).dump(), "m.json");
    const Programme programme = programme_of(market);
    const optimise::Solution a = optimise::solve(programme.model);
    const optimise::Solution b = optimise::solve_exactly(programme.model);
    if (a.basis == b.basis) continue;
    ++compared;
    const std::vector<Price> prices = settle_prices(optimise::dual_face(programme.model, a));
    const std::vector<Price> others = settle_prices(optimise::dual_face(programme.model, b));
    for (std::size_t i = 0; i < prices.size(); ++i) {
      EXPECT_EQ(prices[i].settled, others[i].settled);
      EXPECT_EQ(prices[i].from, others[i].from);
      EXPECT_EQ(prices[i].to, others[i].to);
    }
    EXPECT_EQ(choose_quantities(programme, optimise::primal_face(programme.model, a)),
              choose_quantities(programme, optimise::primal_face(programme.model, b)));
  }
  EXPECT_GT(compared, 20);
}

}  // namespace
}  // namespace tributary::exchange::smart_market
