// The book of one market in memory, as its journal leads to it. Private to `venues`.
#pragma once

#include "exchange/book.h"
#include "exchange/bulk.h"
#include "venues/market_terms.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tributary::venues {

class MarketSession {
 public:
  MarketSession(const MarketTerms& terms, std::int64_t number);
  MarketSession(const MarketSession&) = delete;
  MarketSession& operator=(const MarketSession&) = delete;

  // Which journal this is the state of.
  static constexpr std::int64_t spoilt = -1;
  std::int64_t applied = 0;
  std::string head;
  std::vector<std::string> accounts;  // by their number in the book

  // Whether so much (fen with fees, or goods) could be set aside for the order under this key.
  using SetAside = std::function<bool(const std::string& key, exchange::AccountNumber account, exchange::Side side,
                                      std::int64_t amount)>;

  struct Outcome {
    exchange::Events book, bulk;
    std::vector<exchange::Trade> trades;  // in the order of the events
    std::vector<std::string> done;        // keys of which nothing is needed any more
    // Keys of which less is needed than before: fen with the fees of what may still be bought, or goods.
    std::map<std::string, std::int64_t> left;
    bool covered = true;  // what set_aside answered last
  };
  // Where set_aside throws, the session is spoilt and must be thrown away.
  Outcome apply(const exchange::Command& command, const SetAside& set_aside);
  // The command on a copy of the book; nothing changes. Bulk agreements are not tried: nothing comes of them at once.
  exchange::Events rehearse(const exchange::Command& command, const SetAside& set_aside);

  const exchange::Book& book() const { return book_; }
  std::uint64_t next_proposal() const { return proposals_ + 1; }
  // A hash of everything that the journal leads to.
  std::string hash() const;
  // What open orders and proposals need of the registry, by key: fen with fees, or goods.
  std::map<std::string, std::int64_t> needs() const;

 private:
  struct Need {
    exchange::Fen cash = 0;
    exchange::Quantity quantity = 0;  // what is still to be bought or sold
    bool buys = false;
  };
  // What the book or the bulk desk asks of the registry.
  class Asked final : public exchange::Reservations {
   public:
    Asked(MarketSession& session, bool bulk) : session_(session), bulk_(bulk) {}
    bool reserve(const exchange::Cover& cover) override;
    void release(const exchange::Cover& cover) override;
    void settle(const exchange::Trade& trade) override;

   private:
    std::string key(exchange::OrderId order, exchange::Side side) const;
    MarketSession& session_;
    bool bulk_;
  };
  struct Asking;
  std::int64_t amount_of(const Need& need) const;

  MarketTerms terms_;
  std::int64_t number_;
  Asked from_book_{*this, false}, from_bulk_{*this, true};
  exchange::Book book_;
  exchange::BulkDesk bulk_;
  std::uint64_t proposals_ = 0;
  std::map<std::string, Need> needs_;
  // While a command is applied.
  Outcome* outcome_ = nullptr;
  const SetAside* set_aside_ = nullptr;
  bool rehearsing_ = false;
};

}  // namespace tributary::venues
