// One market whole: book, bulk agreements, cash and goods. What the journal records are its commands; the same commands
// give the same state_hash().
#pragma once

#include "exchange/bulk.h"
#include "exchange/purse.h"

#include <string>

namespace tributary::exchange {

class Venue {
 public:
  Venue(const BookRules& rules, std::size_t expected_orders, bool resale = false)
      : purse_(resale), book_(rules, purse_, expected_orders), bulk_(book_, purse_) {}
  Venue(const Venue&) = delete;
  Venue& operator=(const Venue&) = delete;

  void apply(const Command& command, Events& events);

  const Book& book() const { return book_; }
  const Purse& purse() const { return purse_; }
  std::uint64_t state_hash() const;
  // What should hold and does not: cash and goods neither made nor lost, what is reserved equal to what open orders and
  // proposals need, account by account.
  std::vector<std::string> check() const;

 private:
  void money(const Command& c, Events& events);

  Purse purse_;
  Book book_;
  BulkDesk bulk_;
  std::int64_t now_ = 0;
};

// A command as the journal keeps it: little-endian, 72 bytes, 104 with terms.
void encode(const Command& command, std::string& out);
// Reads one from the front of `bytes` and drops it there. Throws journal_damaged.
Command decode(std::string_view& bytes);

}  // namespace tributary::exchange
