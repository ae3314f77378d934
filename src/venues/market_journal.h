// The journal of a market as rows: commands in hexadecimal digits, chained. Private to `venues`.
#pragma once

#include "exchange/venue.h"
#include "venues/market_terms.h"

namespace tributary::venues {

struct JournalRow {
  std::int64_t seq = 0, at = 0;
  std::string by, reason;
  std::string body;  // hexadecimal digits
  bool covered = true;
  std::string hash;
};
std::string hash_of(const std::string& before, const JournalRow& row);
std::string to_body(const exchange::Command& command);
exchange::Command command_of(const std::string& body);  // throws journal_damaged

// From `after` on, in order.
void each_command(store::Transaction& t, const std::string& jurisdiction, std::int64_t market, std::int64_t after,
                  const std::function<void(const JournalRow&)>& visit);

}  // namespace tributary::venues
