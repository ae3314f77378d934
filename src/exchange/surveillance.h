// What a supervisor should look at: patterns in deals and orders that may be manipulation. An alert proves nothing; it
// names the deals, the parties and why they stand out, for a person to judge.
//
// Source of the patterns: the notes on environmental exchanges (self and affiliate trade, circular trade within days, price
// ladder by tiny lots, layering, bulk price far from the mean price, dealing by those who may not). No document seen gives
// thresholds: they come in with the call, and what is left out is not looked for.
#pragma once

#include "base/error.h"
#include "base/rational.h"
#include "base/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace tributary::exchange {

struct Deal {
  std::string key;
  Instant at;
  std::string instrument;
  std::string seller;  // party codes
  std::string buyer;
  std::int64_t quantity = 0;  // of the instrument's measure, above 0
  Rational price;             // per unit of it (of a rate: per year)
  bool bulk = false;          // by agreement, outside the book
  bool auctioned = false;     // out of a one-way auction: its price is none of the book's either
  bool outside = false;       // a transfer outside the exchange: without a price, it only may close a circle
};

// One order's life.
struct OrderLife {
  std::string key;
  Instant placed;
  Instant ended;
  std::string instrument;
  std::string party;
  bool buys = false;
  std::int64_t quantity = 0;
  std::int64_t filled = 0;
  bool withdrawn = false;  // ended by its owner, not by filling or the session's end
};

// A threshold that is absent switches its pattern off.
struct WatchRules {
  std::map<std::string, std::string> group_of{};  // party → whoever controls it; itself when not named
  std::set<std::string> barred{};                 // regulators, registry, exchange, verifiers and their staff

  bool own_trades = true;               // both sides under one control
  std::optional<int> circle_days{};     // goods come back to whoever sold them, within so many days …
  Rational circle_share{1};             // … by deals that are at least this share of the first, and it of them
  std::optional<int> ladder_deals{};    // so many deals of one buyer in a row, each dearer than the one before …
  std::int64_t ladder_quantity = 0;     // … each of at most so much …
  int ladder_minutes = 0;               // … within so many minutes
  std::optional<int> layer_orders{};    // so many orders of one side withdrawn unfilled …
  int layer_minutes = 0;                // … within so many minutes after a fill of the same party on the other side
  std::optional<Rational> far_price{};  // a bulk price further from the mean price of the book than this share …
  int far_days = 0;                     // … of the deals of so many days before it
};

enum class Pattern : std::uint8_t { barred = 1, own_trade, circle, ladder, layering, far_price };
std::string_view to_string(Pattern pattern);

struct Alert {
  Pattern pattern = Pattern::barred;
  std::string instrument;
  Instant at;                        // of the last deal or order that makes it
  std::vector<std::string> keys;     // deals, or orders of layering, in time
  std::vector<std::string> parties;  // in order of appearance
  Text message;
};

// By time, pattern and first key. Deals and orders may come in any order; those of one instant go by key. Throws
// bad_input for a quantity that is not above 0, a price below 0, or thresholds that make no sense.
std::vector<Alert> watch(std::span<const Deal> deals, std::span<const OrderLife> orders, const WatchRules& rules);

}  // namespace tributary::exchange
