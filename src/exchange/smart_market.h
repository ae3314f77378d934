// The smart market: bids and asks in zones and periods, joined by links with losses, capacities and transfer
// balances, under further constraints, are cleared at once by a linear programme (domain notes: Murphy et al.
// 2000). Quantities and prices are exact; where an optimum is not the only one, stated rules choose.
//
//   maximise  Σ price·bought − Σ price·sold
//   node      bought + flows out − Σ(1 − loss)·flows in ≤ sold + supply          each zone, period (and
//   purpose) capacity  flow ≤ capacity                                                    each link, period
//   balance   lo ≤ start + Σ flow − Σ flow of links back − calls ≤ hi            each link with one, every
//   period further   min ≤ base + Σ coefficient·(bought − sold, or flow) ≤ max
//
// Rules. Orders of one zone, period, purpose, side and price are one; what it gets is shared in proportion,
// the remainder by largest fraction, then by id. Where different orders tie, the smallest share filled is
// made as large as possible, then the next; flows are as small as they can be. A price is the middle of the
// interval it may take, those before it held (order: nodes by period and zone, then links, balances,
// constraints); where the interval is open to one side, its end. A bid pays the node's price and its part in
// each constraint, an ask gets it: never worse than its own. Bought quantities are rounded down to the step,
// sold ones up.
#pragma once

#include "base/rational.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::exchange::smart_market {

using ByPeriod = std::vector<std::optional<Rational>>;

struct Zone {
  std::string id;
  ByPeriod supply;      // there without an ask
  std::string purpose;  // of the supply, where purposes are masked
};

// A running account of what has been sent one way and not yet delivered (inter-valley transfer account).
struct Balance {
  Rational start;
  Rational lo;
  Rational hi;
  ByPeriod calls;  // called out, which makes room
};

struct Link {
  std::string id;
  std::size_t from = 0;
  std::size_t to = 0;
  Rational loss;      // part of the flow, [0, 1)
  ByPeriod capacity;  // nullopt: no limit
  std::optional<Balance> balance{};
  std::optional<std::size_t> back_of{};  // flows on this link reduce that link's balance
};

struct Order {
  std::string id;
  bool buy = false;
  std::size_t zone = 0;
  std::size_t period = 0;
  std::string purpose;
  std::int64_t steps = 0;  // quantity, in steps
  Rational price;          // yuan per unit of quantity
};

enum class Side : std::uint8_t { net, buy, sell };

struct ConstraintTerm {
  bool is_link = false;
  std::size_t index = 0;  // zone or link
  Side side = Side::net;  // of a zone: bought − sold, bought, sold
  Rational coefficient;
};

// One row for each of its periods, or one over all of them.
struct Constraint {
  std::string id;
  std::string kind;  // area-cap, ecological-flow, groundwater, other: a word for people
  std::vector<ConstraintTerm> terms;
  std::vector<std::size_t> periods;
  bool over_all = false;
  Rational base;
  std::optional<Rational> min{};
  std::optional<Rational> max{};
};

struct Market {
  std::string unit = "m3";
  Rational step = 1;  // quantities are whole multiples
  std::vector<Zone> zones;
  std::vector<std::string> periods;
  std::vector<Link> links;
  std::vector<Order> orders;
  std::vector<Constraint> constraints;
  // Purposes of sold water and what they may be used for; empty: purposes do not matter.
  std::map<std::string, std::vector<std::string>> mask;
  std::string digest;  // SHA-256 of the text it was read from
};

struct Price {
  Rational settled;
  // The interval of all prices that support the outcome; an open side is nullopt.
  std::optional<Rational> from;
  std::optional<Rational> to;
  bool unique() const { return from && to && *from == *to; }
};

struct NodePrice {
  std::size_t zone;
  std::size_t period;
  std::string purpose;  // empty without a mask
  bool sold_side;       // with a mask: of sold water, else of used water
  Price price;
};

struct Fill {
  std::size_t order;
  std::int64_t steps;
  Rational price;    // node's price and parts in constraints
  std::int64_t fen;  // to pay, or to receive
};

struct Flow {
  std::size_t link;
  std::size_t period;
  Rational sent;
  Rational delivered;
  std::optional<Rational> balance;  // of its link, at the end of the period
};

// What a binding limit earns: its price times the limit. Negative for limits that cost (least flows).
struct Rent {
  std::string limit;
  Price price;
  Rational amount_limited;
  std::int64_t fen;
};

struct Totals {
  Rational sold, supplied, bought, lost, left;  // sold + supplied = bought + lost + left
  std::int64_t buyers_fen = 0;
  std::int64_t sellers_fen = 0;
  std::int64_t supply_fen = 0;  // for the supply of the zones, to whom it belongs
  std::int64_t rent_fen = 0;
  // What whole steps and whole fen leave: buyers = sellers + supply + rent + rounding.
  std::int64_t rounding_fen = 0;
  Rational welfare;           // of the optimum
  Rational welfare_executed;  // after rounding to steps
};

// Enough to clear again and see the same.
struct Record {
  std::string input_digest;
  std::string solver;
  std::size_t rows = 0;
  std::size_t columns = 0;
  int iterations = 0;
  int exact_steps = 0;
  bool one_optimum = false;   // of the quantities, before the rules for ties
  std::string basis;          // one letter per column, then per row: b basic, l lower, u upper, f free
  double solver_seconds = 0;  // for benchmarks; not part of the result
};

struct Clearing {
  std::vector<Fill> fills;  // every order, in the order given
  std::vector<NodePrice> prices;
  std::vector<Flow> flows;
  std::vector<Rent> rents;
  Totals totals;
  Record record;
};

// Reads the JSON of docs/smart-market.md. Throws bad_json, missing_field, unknown_field, bad_value,
// unknown_name, duplicate_name, with the path of the field.
Market read_market(const std::string& json, const std::string& file);

// Throws no_solution, which names the limits that contradict one another, and cannot_round.
Clearing clear(const Market& market);

// The programme as CPLEX LP text.
std::string to_lp(const Market& market);

// The result as JSON, one value; the same for the same market on every machine.
std::string to_json(const Market& market, const Clearing& clearing);

}  // namespace tributary::exchange::smart_market
