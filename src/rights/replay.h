// The journal once more, slow and obvious: what a second verifier makes of it, entry by entry, knowing
// nothing of how the registry works inside. Shares the journal's text and nothing else. Private to `rights`.
#pragma once

#include "rights/types.h"

#include "base/json.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace tributary::rights {

class Replay {
 public:
  using Json = nlohmann::ordered_json;
  // instrument, period, project
  using Unit = std::tuple<std::string, int, std::string>;
  struct Amount {
    std::int64_t posted = 0, out = 0, in = 0;
    bool operator==(const Amount&) const = default;
  };
  // account, unit, compartment
  using Place = std::tuple<std::string, Unit, std::string>;
  struct Account {
    std::string owner, type, status = "open", permit;
    std::optional<int> permit_to{};
  };
  struct Serial {
    std::int64_t length = 0;
    std::string account;
    int period = 0;
    std::string project;
    std::string claim;
    bool operator==(const Serial&) const = default;
  };
  struct Order {
    std::string account, instrument;
    int from = 0, to = 0;
    std::int64_t quantity = 0;
  };
  struct Deal {
    std::string kind, state, initiator, reversed_by;
    Json request;
    std::map<std::tuple<Place, Place>, std::int64_t> held;
    std::optional<int> back_from{};  // of a lease: the first month that went back early
  };
  struct Aside {  // a pledge, or what an order has set aside
    std::string compartment;
    std::map<std::pair<std::string, Unit>, std::int64_t> left;
    bool open = true;
  };
  struct Paper {  // a certificate: what its holder got by the transaction
    std::string transaction, account, holder, instrument;
    std::map<Unit, std::int64_t> amounts;
    bool operator==(const Paper&) const = default;
  };
  // transaction, account, permit, instrument, month
  using PermitMonth = std::tuple<std::string, std::string, std::string, std::string, int>;
  struct Saving {
    std::string instrument;
    std::int64_t volume = 0, sold = 0;
    std::string account;  // whose it is; from before savings had an owner: empty
  };

  explicit Replay(const std::string& jurisdiction);

  void read(const JournalEntry& entry);
  // After the last entry: what can only be said of the whole.
  void finish();
  std::string state_hash() const;

  std::vector<Fault> faults;
  std::int64_t entries = 0;
  std::string head;
  std::map<std::string, Json> instruments;
  std::map<std::string, Account> accounts;
  std::map<Place, Amount> amounts;
  std::map<std::string, std::map<std::int64_t, Serial>> serials;  // by instrument and first number
  std::map<Unit, std::int64_t> caps, issued;
  std::map<std::string, Order> orders;
  std::map<std::string, Deal> deals;
  std::map<std::string, Aside> asides;
  std::map<std::string, Saving> savings;
  std::map<std::string, Paper> papers;                                   // by number
  std::map<PermitMonth, std::int64_t> permit_changes;
  std::map<std::pair<std::string, std::string>, std::int64_t> trusted;   // account, whom; from when

  void wrong(std::string rule, const std::string& subject, const std::string& zh, const std::string& en);

 private:
  struct Moved {
    std::string mode;
    Place from, to;
    std::int64_t amount = 0;
  };
  // The transaction that the entry brings back out of a sink: only of a copy of another registry, and only what left it.
  std::string corrects(const JournalEntry& entry, const Json& content) const;
  void read_moves(const JournalEntry& entry, const Json& content);
  void move(const JournalEntry& entry, const Moved& m);
  void read_blocks(const JournalEntry& entry, const Json& blocks);
  void read_setup(const JournalEntry& entry, const Json& content);
  void read_deal(const JournalEntry& entry, const Json& content);
  void completed(const JournalEntry& entry, const Json& content, Deal& deal);
  void check_quantities(const JournalEntry& entry, const Deal& deal);
  void check_trade(const JournalEntry& entry, const Json& request);
  void check_lease(const JournalEntry& entry, const Deal& deal);
  void check_touched(const JournalEntry& entry);
  // What follows from a transaction that moved title: the permits of both sides, and the certificate.
  void follow_up(const JournalEntry& entry, const Json& content, const Deal& deal);
  void sell(const std::string& saving, const std::string& seller, std::int64_t quantity);
  void draw(const JournalEntry& entry, const std::string& key, const std::string& compartment);
  bool is_flow(const std::string& instrument) const;
  bool is_stock(const std::string& instrument) const;
  std::string type_of(const std::string& account) const;
  // What went in this entry from (to) an account and unit, to (from) any other account.
  std::int64_t given(const std::string& account, const Unit& unit) const;
  std::int64_t taken(const std::string& account, const Unit& unit) const;

  std::string corrected_;  // the transaction whose units the entry being read brings back out of a sink, or empty
  std::vector<Moved> moves_;                   // of the entry being read
  std::map<std::string, std::int64_t> series_;  // last number of each prefix of certificates
};

}  // namespace tributary::rights
