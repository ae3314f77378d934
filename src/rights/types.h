// What the registry of rights is made of: instruments, accounts, transactions, trades.
//
// Quantities are whole numbers of the instrument's measure (kg/yr, m³, t CO2e, fen). A flow right is a rate
// that holds in each month of a term; a stock is a number of units of a vintage and a project, with serial
// numbers beneath.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "rights/lots.h"
#include "rights/term.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::rights {

// Who does it, who else agreed, why, and under which version of the rules. Nobody approves his own (I8, E12).
struct Act {
  std::string actor;     // the user or system that does it
  std::string approver;  // the second person; empty where the step itself is the first of two
  std::string reason;
  std::string rule;  // rule version: pack and version, document and article
  bool own_keys = false;  // by a module that numbers its transactions itself; see reserved_keys
};
// How the keys begin under which venues, bank and casework write here. They can be foretold: nobody else may propose under
// one of them, or he would void what it is kept for.
inline constexpr std::array<std::string_view, 4> reserved_keys{"auction-", "market-", "BANK-", "case-"};

using base::to_string;  // ours stand beside those of base

// ---- instruments ----

enum class InstrumentKind : std::uint8_t { stock = 1, flow = 2, money = 3 };
std::string_view to_string(InstrumentKind kind);

// The instrument of money: fen of the cash that stands on accounts of the registry for settlement. Always
// there.
inline constexpr std::string_view cash = "CNY";

// A class of rights, from a pack: «COD in the Guo basin», «national allowances», «surface water of 2026».
struct Instrument {
  std::string code;  // 1 … 30 of A-Z a-z 0-9 . _ -
  InstrumentKind kind = InstrumentKind::stock;
  Text name;
  std::string measure;         // "kg/yr", "t CO2e", "m³"
  std::string subject;         // pollutant, source or class: "COD", "CEA", "surface water"
  std::string zone;            // basin, district …; may be empty
  bool locks_for_day = false;  // what is bought today is free on the next day
  bool capped = false;         // no issue without a cap (I1); flow rights always are
  int period_from = 0;         // flow: first Month::index; stock: first vintage
  int period_to = 0;           // not included
  bool operator==(const Instrument&) const = default;
};

// The same amount in `count` consecutive periods: of a flow right a rate over a run of months, of a stock a
// quantity of one vintage and project (count 1).
struct Part {
  int period = 0;
  int count = 1;
  std::string project{};
  std::int64_t amount = 0;
  bool operator==(const Part&) const = default;
};

// ---- accounts ----

enum class AccountType : std::uint8_t {
  issue = 1,   // the issuer: its balance is minus what was issued
  reserve,     // government reserve, from which is allocated and sold
  holding,     // an enterprise's or person's
  trading,     // a sub-account for the exchange
  clearing,    // the clearing bank's mirror; the only one whose cash may be below zero
  compliance,  // sink: what was surrendered
  retire,      // sink: what was given up for good
  cancel,      // sink: what lapsed, was cancelled or converted
  loss,        // sink: what a trade loses on its way (W5)
  buffer,      // held against non-permanence
  dispute,     // what a court has set aside
  fee,         // fees and non-tax revenue; cash only
};
std::string_view to_string(AccountType type);
std::optional<AccountType> parse_account_type(std::string_view name);
bool is_sink(AccountType type);  // never debited (E2), but to correct a copy of another registry

enum class AccountStatus : std::uint8_t {
  open = 1,
  suspended,  // its users may begin nothing; what is under way goes on
  blocked,    // no debit; credits come in
  frozen,     // by a court or regulator: no debit but by compulsory transfer
  closed,     // was empty
};
std::string_view to_string(AccountStatus status);

struct NewRightAccount {
  std::string code;   // 1 … 40 of A-Z a-z 0-9 . _ - :
  std::string owner;  // party code; accounts of one owner trust each other
  AccountType type = AccountType::holding;
};
struct RightAccount {
  std::string code;
  std::string owner;
  AccountType type = AccountType::holding;
  AccountStatus status = AccountStatus::open;
  std::string permit;                // discharge permit or entitlement; may be empty
  std::optional<Month> permit_to{};  // the first month for which it no longer holds (I3)
};

// Where within an account a quantity stands. What an account holds is the sum over all of them.
enum class Compartment : std::uint8_t {
  free = 1,
  locked,  // bought today
  pledged,
  frozen,    // by order of a court or regulator
  reserved,  // set aside for an order of the exchange
  unpaid,    // allocated free of charge; may be used, not sold
  leased,    // taken on lease; may be used, not sold on
};
inline constexpr std::size_t compartments = 7;
std::string_view to_string(Compartment compartment);

// What an account holds of one unit: a month of a flow right, a vintage and project of a stock.
// free = posted - pending_out - frozen - pledged - locked - unpaid - leased, never below 0 (E3); pending_out
// counts what is reserved for orders and what proposals and trades hold back.
struct Holding {
  std::string account;
  std::string instrument;
  Part part;  // posted
  std::int64_t pending_in = 0;
  std::int64_t pending_out = 0;
  std::int64_t frozen = 0;
  std::int64_t pledged = 0;
  std::int64_t locked = 0;
  std::int64_t unpaid = 0;
  std::int64_t leased = 0;
  std::int64_t on_lease = 0;  // of the posted: leased, what is on its way back included
  std::int64_t free = 0;
  std::vector<Block> blocks{};  // of a stock
};

// ---- transactions ----

enum class TransactionKind : std::uint8_t {
  issue = 1,   // issuer → reserve or holding, under the cap
  allocate,    // reserve → holding; `unpaid`: no paid-use fee yet
  pay,         // the paid-use fee was paid: unpaid → free, same account
  transfer,    // holding → holding, outside the exchange
  pledge,      // to `beneficiary`
  release,     // of the pledge `refers`, whole or in part
  freeze,      // an order over a quantity; what is not there yet is taken from later credits first
  unfreeze,    // of the order `refers`, whole or in part
  compulsory,  // by a court or the authority; under the order `refers`, or of what is free, unpaid or
               // locked
  surrender,   // to a compliance account, for the obligation `claim`
  retire,      // voluntary, for the `claim`
  cancel,
  expire,        // what is left of a vintage, or of a term; nothing of it may be encumbered
  convert,       // quantity × ratio arrives, the rest is booked as retired; or into another instrument
  reverse,       // of the completed transaction `refers`: the opposite entry
  lease,         // of whole months; returns by itself, for the months after it never left
  lease_return,  // of what is left of the lease `refers`, from the month term.from on
  deposit,       // cash from the bank
  withdraw,      // cash to the bank
  trade,         // delivery against payment, see Trade
};
std::string_view to_string(TransactionKind kind);
std::optional<TransactionKind> parse_transaction_kind(std::string_view name);

enum class TransactionState : std::uint8_t {
  proposed = 1,  // waits for the second person
  completed,     // final
  delayed,       // approved, cooling off: the receiver is not on the sender's list
  conditional,   // a trade: units and cash held back until the authority decides
  rejected,
  expired,
  cancelled,
};
std::string_view to_string(TransactionState state);

struct Ratio {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
  bool operator==(const Ratio&) const = default;
};

// What a carry-over is worked out from, in the instrument's measure, as the statement of the registry that holds title says.
struct CarryBasis {
  Decimal sold, bought;  // in the time the rule looks at
  Decimal held;          // on the day it looks at
  std::string source;    // the statement
};

// What somebody wants done. `key` is the caller's and makes a retry harmless: the same key with another
// content is refused (E11). Which field goes with which kind stands at TransactionKind; others stay empty.
struct Proposal {
  std::string key{};
  TransactionKind kind = TransactionKind::transfer;
  std::string instrument{};
  std::string from{};  // account codes
  std::string to{};
  std::int64_t quantity = 0;     // per month for flow rights
  std::optional<Term> term{};    // flow rights
  std::optional<int> vintage{};  // stocks; where absent the oldest vintage first, then the lowest number
  std::string project{};         // stocks, only with a vintage
  std::string refers{};          // release, unfreeze, compulsory, reverse, lease_return
  bool unpaid = false;           // allocate, issue
  std::string beneficiary{};     // pledge: to whom; retire: in whose favour
  std::string claim{};           // surrender: the obligation; retire: the claim
  std::optional<Date> surrendered_on{};  // surrender: the day in the registry that holds title; not after today
  std::string authority{};       // freeze: who ordered it
  int rank = 0;                  // freeze: lower goes first, then the earlier
  Ratio ratio{};                 // convert: what arrives of one unit, at most 1 within an instrument
  std::string into{};            // convert: another instrument; empty: the same
  std::string retired_to{};  // convert: the retire account (or, into another instrument, the cancel account)
  std::string issuer{};      // convert into another instrument, expire with `carried`: the issue account
  std::int64_t carried = 0;  // expire of a stock: how much is issued again as carried_to; refused when less expires
  std::optional<int> carried_to{};  // the later vintage
  std::optional<CarryBasis> basis{};  // expire with `carried`: by which figures
  bool copied = false;       // reverse, from the pack (RightsData::complete): what the nation's registry holds comes back out of a sink
  std::string saving{};      // transfer, lease: the verified saving it comes from (W4)
  int max_months = 0;        // lease: the longest allowed
  std::optional<Instant> deadline{};  // lapses when not approved by then
  int delay_days = 0;         // transfer to an account that is not trusted: working days of cooling off
  std::string certificate{};  // prefix of the certificate's number; empty: none
};

struct Transaction {
  std::string key;
  TransactionKind kind = TransactionKind::transfer;
  TransactionState state = TransactionState::proposed;
  std::string instrument;
  std::string from, to;
  std::vector<Part> parts;  // of `instrument`, what moves or moved from `from`
  std::string initiator, approver;
  Instant proposed;
  std::optional<Instant> decided, due, deadline;
  std::string reversed_by;
  std::string note;         // why it was rejected
  std::string body;         // the request as JSON
  std::int64_t number = 0;  // of the journal entry that began it
};

// ---- settlement ----

// What an order of the exchange sets aside before anybody sees it: rights, or cash (instrument «CNY»,
// quantity in fen).
struct Order {
  std::string key;
  std::string account;
  std::string instrument;
  std::int64_t quantity = 0;
  std::optional<Term> term{};
  std::optional<int> vintage{};
  std::string project{};
};
struct Reservation {
  std::string key;
  std::string account;
  std::string instrument;
  std::vector<Part> parts;  // what is left
  bool open = true;
};

// Money beside the price: who pays it, to which account, and what it is.
struct Charge {
  bool buyer = true;  // else the seller pays, out of the price
  std::string to;     // account of type fee; of a supplement, the reserve account that pays it
  std::string kind;   // "fee", "non_tax", "tax", "paid_use", "congestion_rent", "supplement"
  std::int64_t fen = 0;  // below 0: a supplement, which the seller gets beside the price
};

// One match of the exchange: rights one way, yuan the other, all or nothing.
struct Trade {
  std::string key{};
  std::string sell{};    // the order's key; or empty, then `seller` gives from what is free
  std::string buy{};     // the order's key (cash); or empty, then `buyer` pays from his free cash
  std::string seller{};  // account codes; they must agree with the orders
  std::string buyer{};
  std::string instrument{};
  std::int64_t quantity = 0;
  std::optional<Term> term{};    // flow rights
  std::optional<int> vintage{};  // as in Proposal
  std::string project{};
  std::int64_t lost = 0;  // of the quantity, what does not arrive (W5); less than quantity
  std::string lost_to{};  // account of type loss or retire
  std::int64_t fen = 0;   // the price in all
  std::vector<Charge> charges{};
  bool conditional = false;           // the authority still has to decide: both legs are held back
  std::optional<Instant> deadline{};  // of a conditional one: then both unwind
  std::string saving{};
  std::string certificate{};
  int lease_months = 0;  // above 0: on lease, of at most so many months; title stays, and nothing may be lost on the way
};

// Of whole months, for its use: by a proposal of kind lease, or by a trade.
bool is_lease(const Transaction& transaction);

struct Certificate {
  std::string number;
  std::string transaction;
  std::string account;
  std::string holder;  // party code
  std::string instrument;
  std::vector<Part> parts;
  Instant issued;
};

// An order to freeze, as far as it still stands.
struct FreezeOrder {
  std::string key;
  std::string account;
  std::string instrument;
  std::int64_t quantity = 0;   // left of it
  std::optional<Term> term{};  // flow rights
  int rank = 0;
  std::string authority;
};

// What the permit of a seller has to follow: so much less in the months [term.from, term.to).
struct PermitChange {
  std::int64_t number = 0;  // of the journal
  std::string transaction;
  std::string account;
  std::string permit;
  std::string instrument;
  Term term;
  std::int64_t quantity = 0;  // below zero: less
};

struct JournalEntry {
  std::int64_t number = 0;
  Instant at;
  std::string event;  // "proposed", "completed", "account" …
  std::string transaction;
  Act act;
  std::string content;  // JSON
  std::string hash;     // 64 hex digits
};
// The chain's hash at the end of a day: written down elsewhere, it proves later that nothing before it was
// touched.
struct DailyRoot {
  Date day;
  std::int64_t number = 0;
  std::string hash;
};

struct Fault {
  std::string rule;  // "E1" … "W5", "journal", "ledger" …
  std::string subject;
  Text message;
};

}  // namespace tributary::rights
