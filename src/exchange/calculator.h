// Auctions from a file: «what would this book give?», without a database. The answer explains itself step by step.
#pragma once

#include "base/decimal.h"
#include "exchange/call_auction.h"
#include "exchange/one_way_auction.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tributary::exchange {

// A figure of an explanation: whole numbers as such, prices and words as text.
using Cell = std::variant<std::int64_t, std::string>;

struct Step {
  std::string name;
  Text text;
  std::vector<std::pair<std::string, Cell>> facts;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  std::size_t omitted = 0;  // rows that are not shown
};

struct Fill {
  std::string id;
  bool id_is_number = false;  // as the file wrote it
  std::string side;           // "buy", "sell"
  std::string bidder;         // of a one-way auction
  Quantity qty = 0;
  std::string price;          // decimal
  std::string amount;         // yuan, of a one-way auction
};

struct Clearing {
  std::string rule;
  std::string outcome;               // "cleared", "no_trade", "cancelled"
  std::optional<std::string> price;  // decimal
  Quantity executed = 0;
  std::int64_t surplus = 0;  // bought minus sold side at the price; of a one-way auction: supply minus executed
  std::vector<Fill> fills;
  std::vector<Step> steps;
  bool numbers = true;  // the file wrote every price as a number, so does the answer
};

// The rules by name, for help and messages.
const std::vector<std::string>& rule_names();

// `rule`: one of rule_names(). The book: {ref, tick, limit?, buys: [{id, qty, price|"market", time?}], sells: […]} resp.
// {supply, reserve, …, bids: […]}; docs/exchange.md lists all members. Throws unknown_rule, bad_input (with the JSON
// pointer), and what the auctions throw.
Clearing clear(std::string_view rule, std::string_view json, const std::string& file);

// What clear() reads before it computes: for measuring, and for those who want the orders.
struct CallBook {
  CallTerms terms;
  Decimal tick;
  std::vector<CallOrder> buys, sells;  // in order of time
  struct Id {
    std::uint32_t from = 0;  // in `texts`
    std::uint32_t length = 0;
    bool number = false;     // as the file wrote it
  };
  std::vector<Id> buy_ids, sell_ids;
  std::string texts;
  std::string id(const Id& which) const { return texts.substr(which.from, which.length); }
  bool numbers = true;
};
CallBook read_call_book(std::string_view rule, std::string_view json, const std::string& file);

nlohmann::ordered_json json_of(const Clearing& clearing);

}  // namespace tributary::exchange
