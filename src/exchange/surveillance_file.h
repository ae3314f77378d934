// Deals, orders and thresholds from JSON, for `watch`:
//
//   {"rules": {"groups": {"ent:a1": "ent:a"}, "barred": ["person:clerk"], "own_trades": true,
//              "circle": {"days": 10, "share": 0.8},
//              "ladder": {"deals": 3, "quantity": 500, "minutes": 30},
//              "layering": {"orders": 3, "minutes": 5},
//              "far_price": {"share": 0.3, "days": 30}},
//    "deals": [{"key": "1", "at": "2026-11-28 09:30", "instrument": "COD", "seller": "a", "buyer": "b", "qty": 500,
//               "price": "6000", "bulk": false}],
//    "orders": [{"key": "o1", "placed": …, "ended": …, "instrument": …, "party": …, "side": "buy", "qty": …, "filled": 0,
//                "withdrawn": true}]}
//
// What is left out of `rules` is not looked for.
#pragma once

#include "exchange/surveillance.h"

#include <string>
#include <string_view>
#include <vector>

namespace tributary::exchange {

struct WatchInput {
  WatchRules rules;
  std::vector<Deal> deals;
  std::vector<OrderLife> orders;
};

// Throws bad_input with the JSON pointer of the fault.
WatchInput read_watch(std::string_view json, const std::string& file);

}  // namespace tributary::exchange
