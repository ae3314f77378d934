// The part of the registry that one transaction touches, in memory; private to `rights`.
//
// Who uses it says first what he will touch (want…), loads that with a few statements, decides and moves in
// memory, and writes what has changed in bulk: one linked chain of ledger transfers and one journal entry per
// event.
#pragma once

#include "base/json.h"
#include "ledger/ledger.h"
#include "rights/rights.h"
#include "store/list.h"

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tributary::rights {

using Json = nlohmann::ordered_json;

Json json_of(const std::vector<Part>& parts);
std::vector<Part> parts_of(const Json& json);

struct AccountRow {
  std::int64_t id = 0;
  RightAccount is;
  bool stored = false;
  bool dirty = false;
};

struct InstrumentRow {
  int index = 0;
  Instrument is;
};

struct UnitKey {
  int instrument = 0;
  int period = 0;
  std::string project{};
  auto operator<=>(const UnitKey&) const = default;
};
struct CellKey {
  std::int64_t account = 0;
  UnitKey unit;
  auto operator<=>(const CellKey&) const = default;
};

// What one account holds of one unit.
struct Cell {
  struct Amount {
    std::int64_t posted = 0, out = 0, in = 0;
    std::int64_t ledger = 0;  // id of the ledger account; 0: none yet
    std::int64_t available() const { return posted - out; }
  };
  std::array<Amount, compartments> at;
  std::string locked_on;
  bool lock_changed = false;
  Lots lots;
  std::vector<Block> stored_lots;
  std::vector<std::pair<Block, std::string>> claimed;  // new ones of a sink, with their claim
  Amount& operator[](Compartment c) { return at[static_cast<std::size_t>(c) - 1]; }
  const Amount& operator[](Compartment c) const { return at[static_cast<std::size_t>(c) - 1]; }
};

// One movement, of the same amount in `count` consecutive periods.
enum class Mode : std::uint8_t { post, hold, settle, undo };
struct Move {
  Mode mode = Mode::post;
  std::int64_t from = 0;
  Compartment from_in = Compartment::free;
  std::int64_t to = 0;
  Compartment to_in = Compartment::free;
  UnitKey unit;  // of the first period
  int count = 1;
  std::int64_t amount = 0;
  std::int64_t entry = 0;  // the journal entry and line of the first hold
  int line = 0;
};

struct TransactionRow {
  Transaction is;
  std::string body_hash;
  std::vector<Move> moves;
  bool stored = false;
  bool dirty = false;
};
struct FreezeRow {
  std::string key;
  std::int64_t account = 0;
  int instrument = 0;
  std::int64_t quantity = 0;
  int period_from = 0, period_to = 0;
  int rank = 0;
  std::int64_t since = 0;
  std::string authority;
  bool stored = false;
  bool dirty = false;
};
struct EncumbranceRow {
  std::string key;
  Compartment in = Compartment::pledged;
  std::int64_t account = 0;
  int instrument = 0;
  std::vector<Part> parts;
  bool open = true;
  std::string beneficiary;
  std::string body_hash;
  bool stored = false;
  bool dirty = false;
};
struct CapRow {
  std::optional<std::int64_t> cap;
  std::int64_t issued = 0;
  bool dirty = false;
};
struct SavingRow {
  std::string instrument;
  std::int64_t volume = 0;
  std::int64_t sold = 0;
  std::string account;  // whose it is; "": from before savings had an owner
  std::string owner;    // of the account
  bool dirty = false;
};

class Book {
 public:
  // `lock`: on PostgreSQL another writer of the tenant waits here instead of failing at its end.
  Book(store::Transaction& t, ledger::Ledger& ledger, const std::string& jurisdiction, Instant now,
       bool lock = true);

  // ---- loading ----
  void load_accounts(const std::set<std::string>& codes);
  void load_accounts(const std::set<std::int64_t>& ids);
  void load_transactions(const std::set<std::string>& keys);
  void load_returns(const Transaction& lease);  // of it, and others between the two accounts
  void load_encumbrances(const std::set<std::string>& keys);
  void load_savings(const std::set<std::string>& ids);
  // Cells of the account for these periods (all when empty), with freezes, lots, caps; then everything wanted
  // at once.
  void want(const AccountRow& account, const InstrumentRow& instrument, std::optional<Term> periods);
  void want_caps(const InstrumentRow& instrument) { wanted_[instrument.index].issuing = true; }
  void load();
  void load_for_reading();  // without setting free what was locked

  // ---- what is there ----
  const InstrumentRow& instrument(std::string_view code) const;  // throws unknown_instrument
  const InstrumentRow& instrument(int index) const { return instruments_[static_cast<std::size_t>(index)]; }
  AccountRow& account(std::string_view code);  // throws unknown_account
  AccountRow& account(std::int64_t id);
  AccountRow& new_account(const NewRightAccount& account);
  // What the transaction claimed of the unit in a sink may move again.
  void unclaim(const AccountRow& sink, const UnitKey& unit, const std::string& transaction);
  bool has_account(std::string_view code) const { return account_ids_.contains(std::string(code)); }
  TransactionRow* transaction(std::string_view key);
  TransactionRow& new_transaction(const std::string& key);
  const std::map<std::string, TransactionRow, std::less<>>& transactions() const { return transactions_; }  // loaded and new
  EncumbranceRow* encumbrance(std::string_view key);
  EncumbranceRow& new_encumbrance(const std::string& key);
  FreezeRow* freeze(std::string_view key);
  FreezeRow& new_freeze(const std::string& key, std::int64_t account, int instrument);
  SavingRow* saving(std::string_view id);
  CapRow& cap(const UnitKey& unit) { return caps_[unit]; }
  Cell& cell(std::int64_t account, const UnitKey& unit) { return cells_[{account, unit}]; }
  const Cell* find_cell(std::int64_t account, const UnitKey& unit) const;
  // The units of an instrument of which the account has a cell, the oldest first: by vintage, then by lowest
  // number.
  std::vector<UnitKey> units_of(std::int64_t account, int instrument) const;
  std::vector<UnitKey> units_by_period(std::int64_t account, int instrument) const;
  std::vector<Instrument> instruments() const;
  // How much of what the order demands has been frozen for it, at each period least.
  std::int64_t met(const FreezeRow& order, int period) const;
  // What standing orders demand of it and have not got yet; below zero: frozen without an order any more.
  std::int64_t unmet(std::int64_t account, const UnitKey& unit) const;

  Instant now() const { return now_; }
  Date today() const { return day_of(now_); }
  store::Transaction& store() { return t_; }

  // ---- changing ----
  // What is moved after mark() can be taken back: one trade of a batch that is refused leaves no trace.
  void mark();
  void take_back();
  // Begins a journal entry; what is moved until the next one belongs to it. Returns its number.
  std::int64_t begin(std::string event, std::string transaction, const Act& act);
  Json& content() { return entries_.back().content; }
  // Moves, checks caps and permits on the way, sweeps what an order wants frozen. Throws over_cap,
  // beyond_permit, insufficient. Returns the move with its hold.
  Move move(Move move, const std::string& claim = {});
  Move resolve(const Move& held, bool settle, const std::string& claim = {});
  void check_credit(const AccountRow& to, const UnitKey& unit) const;  // throws beyond_permit
  // Takes from one account's free (or other) compartment what there is to be frozen by standing orders.
  void sweep(std::int64_t account, const UnitKey& unit);
  void cut_permit(const AccountRow& account, const std::string& transaction, const Part& part, int instrument,
                  std::int64_t quantity);
  std::string certify(const std::string& prefix, const std::string& transaction, const AccountRow& account,
                      int instrument, const std::vector<Part>& parts);
  std::int64_t next(const std::string& counter, std::int64_t by);  // the first of `by` new numbers

  // The day of a lock that is over is forgotten.
  void forget_locks();
  // Rows of the setup, which nothing else keeps.
  void put(const Instrument& instrument);
  void set_cap(const UnitKey& unit, std::int64_t amount);

  // Writes everything: ledger, rows, journal.
  void write();

 private:
  struct Entry {
    std::int64_t number = 0;
    std::string event, transaction;
    Act act;
    Json content;
    std::vector<Move> moves;
    Json blocks = Json::array();
    int lines = 0;
  };
  struct Posting {
    ledger::Action action{};
    Cell* from = nullptr;
    CellKey from_key{};
    Compartment from_in{};
    Cell* to = nullptr;
    CellKey to_key{};
    Compartment to_in{};
    std::int64_t amount = 0;
    std::int64_t entry = 0;
    int line = 0;
    std::int64_t hold_entry = 0;
    int hold_line = 0;
    std::size_t of = 0;  // index of the journal entry
  };

  void load_instruments();
  void load_cells();
  void load_freezes();
  void load_lots();
  void load_caps();
  void roll();
  void step(const Move& move, int i, const std::string& claim);
  void shift_blocks(Cell& from, const AccountRow& giver, Cell& to, const AccountRow& taker,
                    const UnitKey& unit, std::int64_t amount, const std::string& claim);

  void record(const Move& move);

  void write_accounts();
  void write_ledger();
  void open_ledger_accounts();
  void write_lots();
  void write_rows();
  void write_journal();
  std::string unit_code(const UnitKey& unit) const;

  store::Transaction& t_;
  ledger::Ledger& ledger_;
  const std::string& jurisdiction_;
  Instant now_;
  std::int64_t entries_before_ = 0;
  std::int64_t accounts_ = 0;
  std::string head_;

  std::vector<InstrumentRow> instruments_;
  std::map<std::string, int, std::less<>> instrument_by_code_;
  std::map<std::int64_t, AccountRow> accounts_by_id_;
  std::map<std::string, std::int64_t, std::less<>> account_ids_;
  std::map<std::string, TransactionRow, std::less<>> transactions_;
  std::map<std::string, EncumbranceRow, std::less<>> encumbrances_;
  std::map<std::string, FreezeRow, std::less<>> freezes_;
  std::set<std::pair<std::int64_t, int>> has_freeze_;
  std::map<std::string, SavingRow, std::less<>> savings_;
  std::map<UnitKey, CapRow> caps_;
  std::map<CellKey, Cell> cells_;
  std::map<std::string, std::pair<std::int64_t, bool>> counters_;  // value, dirty

  struct Wanted {
    std::set<std::int64_t> accounts;
    int from = 0, to = 0;
    bool all = false;
    bool any = false;
    bool issuing = false;
  };
  std::map<int, Wanted> wanted_;

  std::vector<Entry> entries_;
  std::vector<Posting> postings_;
  struct PermitRow {
    std::int64_t number = 0;
    int line = 0;
    std::string transaction{}, account{}, permit{}, instrument{};
    int from = 0, to = 0;
    std::int64_t quantity = 0;
  };
  std::vector<PermitRow> permit_rows_;
  std::vector<Certificate> certificates_;

  struct Marked {
    bool active = false;
    std::map<CellKey, Cell> cells;
    std::map<UnitKey, CapRow> caps;
    std::size_t entries = 0, postings = 0, permit_rows = 0, certificates = 0;
  } marked_;
};

// What the messages say of a quantity of an instrument.
Text unit_title(const Instrument& instrument, int period, const std::string& project);
// The same by the instrument's code: part of the unit's code on the ledger.
std::string unit_text(const Instrument& instrument, int period, const std::string& project);
// «act» with actor, reason, rule; with two different persons where both are due. Throws bad_value,
// same_person.
void require_act(const Act& act, bool both);
// Refuses what would let an id or code be ambiguous or unprintable. Throws bad_value.
void require_code(std::string_view value, std::string_view field, std::size_t most);
void require_key(std::string_view key, std::string_view field = "key");

}  // namespace tributary::rights
