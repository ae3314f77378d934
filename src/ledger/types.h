// What the ledger is made of: units of account, accounts, requests, transfers, balances.
//
// Amounts are whole numbers of the smallest part of the unit (fen, gram …). A transfer moves its amount from
// the debit account to the credit account:  balance(debit) -= amount,  balance(credit) += amount.
#pragma once

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "ledger/codes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::ledger {

// What is counted: "CNY" (2 decimals: the smallest part is the fen), or a right such as "COD/kg".
struct UnitOfAccount {
  std::string code;  // up to 60 bytes, no spaces, quotes or semicolons
  int decimals = 0;  // 0 … 18
  Text name;
  bool operator==(const UnitOfAccount&) const = default;
};

// "1234.56" for 123456 with 2 decimals; exact. And back: throws bad_amount when the text is not an amount of
// this many decimals within 64 bits.
std::string format_amount(std::int64_t amount, int decimals);
std::int64_t parse_amount(std::string_view text, int decimals);

using AccountId = Id<struct AccountTag>;  // counted from 1 within the tenant; 0 is «none»

struct NewAccount {
  std::string owner;    // code of the party
  std::string unit;     // code of a UnitOfAccount
  std::string purpose;  // "settlement", "cash" …
  std::optional<std::int64_t>
      floor{};  // the least that may be available; none: may be overdrawn without limit
};

// One party's holding of one unit for one purpose.
struct Account {
  AccountId id;
  std::string owner;
  std::string unit;
  std::string purpose;
  std::optional<std::int64_t> floor;
  bool open = true;
  Instant opened;
  bool operator==(const Account&) const = default;
};

struct Balance {
  std::int64_t posted = 0;
  std::int64_t pending_in = 0;   // held for this account by others
  std::int64_t pending_out = 0;  // held from this account
  std::int64_t available() const { return posted - pending_out; }
  bool operator==(const Balance&) const = default;
};

struct AccountBalance {
  Account account;
  Balance balance;
};

// Why a transfer is made: {"statement", "ST-2020-10-017"}, {"trade", …}, {"case", …}, {"opening", …}.
struct Cause {
  std::string kind;
  std::string id;
  bool operator==(const Cause&) const = default;
};

enum class Action : std::uint8_t {
  post = 1,       // moves the amount at once
  hold = 2,       // reserves the amount on the debit account; nothing moves yet
  settle = 3,     // posts a hold, whole or in part; what is left of it is free again
  void_hold = 4,  // gives a hold up
};
std::string_view to_string(Action action);  // "post", "hold", "settle", "void"

// A request to the ledger. Which field goes with which action:
//
//   post      id, debit, credit, amount > 0, cause, legal_date, [corrects], [note], [linked]
//   hold      the same and [expires]; no corrects
//   settle    id, hold, amount (0: the whole hold), cause, legal_date, [corrects], [note], [linked]
//   void      id, hold, cause, legal_date, [note], [linked]
//
// The id is the caller's and makes a retry harmless. Ids that ascend or share beginnings (a statement's
// number and a line's) are stored several times faster than random ones.
struct Request {
  Action action = Action::post;
  std::string id{};
  AccountId debit{};
  AccountId credit{};
  std::int64_t amount = 0;
  Cause cause{};
  Date legal_date{};                 // the day on which it counts
  std::optional<Instant> expires{};  // when the hold lapses by itself
  std::string hold{};                // id of the hold that is settled or voided
  std::string corrects{};            // id of the posted transfer this one corrects
  std::string note{};
  bool linked = false;  // with the next request of the batch: all of the chain happen or none
};

// What has become of a transfer. Only posted ones count in balances.
enum class State : std::uint8_t { posted = 1, pending = 2, voided = 3, expired = 4 };
std::string_view to_string(State state);

// One entry of the journal. Never changed once recorded, but for the state of a hold.
struct Transfer {
  std::int64_t number = 0;  // place in the journal, from 1 without gaps
  std::string id;
  Action action = Action::post;
  AccountId debit;
  AccountId credit;
  std::int64_t amount = 0;  // of a settlement: what was posted; of a voiding: what was given up
  Cause cause;
  Date legal_date;
  Instant recorded;
  std::string hold;
  std::optional<Instant> expires;
  std::string corrects;
  std::string note;
  std::int64_t chain = 0;  // number of the first of the linked transfers; its own when it stands alone
  std::int64_t chain_size = 1;
  State state = State::posted;  // settle: posted, void: voided
  bool operator==(const Transfer&) const = default;
};

// What was posted to and from an account in some days. A correction lessens the side that it corrects.
struct Turnover {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t transfers = 0;
  bool operator==(const Turnover&) const = default;
};

// A broken invariant, found by check().
struct Violation {
  std::string rule;     // "unit_sum", "balance", "floor", …
  std::string subject;  // the unit, account or transfer
  Text message;         // with the values
};

// The sum over all accounts of a unit. Sound ledgers have posted = 0 and pending_in = pending_out.
struct UnitTotal {
  UnitOfAccount unit;
  std::int64_t accounts = 0;
  std::int64_t posted = 0;    // must be 0
  std::int64_t positive = 0;  // sum of the balances above zero: what is in circulation; saturates at 64 bits
  std::int64_t pending = 0;   // held altogether; saturates
};

}  // namespace tributary::ledger
