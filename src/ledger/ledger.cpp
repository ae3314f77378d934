#include "ledger/ledger.h"

#include "ledger/batch.h"
#include "ledger/rows.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

namespace tributary::ledger {

struct Ledger::Remembered {
  AccountCache accounts;
};

Ledger::Ledger(store::Database& database, std::string jurisdiction, const Clock& clock)
    : database_(database),
      jurisdiction_(std::move(jurisdiction)),
      clock_(clock),
      remembered_(std::make_unique<Remembered>()) {}
Ledger::~Ledger() = default;
Ledger::Ledger(Ledger&&) noexcept = default;

// ---- units ----

namespace {

// Fit for plain-text accounting, where a commodity stands between quotes.
bool is_unit_code(std::string_view code) {
  return is_id(code) && code.size() <= 60 && code.find_first_of(" \";") == std::string_view::npos;
}

Error bad_unit(const UnitOfAccount& unit, std::string field) {
  return {
      codes::bad_unit,
      {fmt::format("记账单位“{}”({} 位小数)不合要求", unit.code, unit.decimals),
       fmt::format("the unit of account “{}” with {} decimals is not acceptable", unit.code, unit.decimals)},
      {{}, 0, 0, std::move(field)},
      {"代码须为 1 至 60 字节,不含空格、引号、分号;小数位数为 0 至 18。",
       "The code has 1 to 60 bytes without spaces, quotes or semicolons; the decimals are 0 to 18."}};
}

}  // namespace

void Ledger::define_unit(const UnitOfAccount& unit) {
  if (!is_unit_code(unit.code)) throw bad_unit(unit, "code");
  if (unit.decimals < 0 || unit.decimals > 18) throw bad_unit(unit, "decimals");
  database_.write([&](store::Transaction& t) {
    const auto row =
        t.first("SELECT decimals, name_zh, name_en FROM ledger_unit WHERE jurisdiction = ? AND code = ?",
                jurisdiction_, unit.code);
    if (!row) {
      t.execute(
          "INSERT INTO ledger_unit (jurisdiction, code, decimals, name_zh, name_en) VALUES (?, ?, ?, ?, ?)",
          jurisdiction_, unit.code, unit.decimals, unit.name.zh, unit.name.en);
      return;
    }
    const UnitOfAccount have{unit.code, static_cast<int>(row->integer(0)), {row->text(1), row->text(2)}};
    if (have == unit) return;
    throw Error(codes::unit_conflict,
                {fmt::format("记账单位“{}”已登记为“{}”({} 位小数),与“{}”({} 位小数)不同", unit.code,
                             have.name.zh, have.decimals, unit.name.zh, unit.decimals),
                 fmt::format("the unit “{}” is already defined as “{}” with {} decimals, not “{}” with {}",
                             unit.code, have.name.en, have.decimals, unit.name.en, unit.decimals)},
                {{}, 0, 0, "unit"},
                {"已使用的单位不能更改,请换一个代码。", "A unit in use cannot change; choose another code."});
  });
}

std::vector<UnitOfAccount> Ledger::units() const {
  return database_.read([&](store::Transaction& t) { return read_units(t, jurisdiction_); });
}

// ---- accounts ----

namespace {

std::optional<AccountBalance> find(store::Transaction& t, const std::string& jurisdiction, AccountId id) {
  const auto row = t.first(fmt::format("{}AND a.id = ?", select_accounts), jurisdiction, id.value);
  return row ? std::optional(account_of(*row)) : std::nullopt;
}

AccountBalance require(store::Transaction& t, const std::string& jurisdiction, AccountId id) {
  if (auto found = find(t, jurisdiction, id)) return *found;
  throw Error(
      codes::unknown_account,
      {fmt::format("没有编号为 {} 的账户", id.value), fmt::format("there is no account {}", id.value)},
      {{}, 0, 0, "account"});
}

Error account_error(const Code& code, const Account& account, const std::string& zh, const std::string& en,
                    Text hint = {}) {
  return {
      code,
      {fmt::format("账户 {}({},{},{}){}", account.id.value, account.owner, account.unit, account.purpose, zh),
       fmt::format("account {} ({}, {}, {}) {}", account.id.value, account.owner, account.unit,
                   account.purpose, en)},
      {{}, 0, 0, "account"},
      std::move(hint)};
}

std::string floor_text(std::optional<std::int64_t> floor) {
  return floor ? fmt::format("{}", *floor) : "-";
}

std::optional<Account> find_named(store::Transaction& t, const std::string& jurisdiction,
                                  std::string_view owner, std::string_view unit, std::string_view purpose) {
  const auto row = t.first(fmt::format("{}AND a.owner = ? AND a.unit = ? AND a.purpose = ?", select_accounts),
                           jurisdiction, owner, unit, purpose);
  return row ? std::optional(account_of(*row).account) : std::nullopt;
}

void require_same(const Account& have, const NewAccount& wanted) {
  if (!have.open)
    throw account_error(codes::account_conflict, have, "已销户", "is closed",
                        {"请换一个用途开立新账户。", "Open another one for another purpose."});
  if (have.floor != wanted.floor)
    throw account_error(
        codes::account_conflict, have,
        fmt::format("已按最低余额 {} 开立,与要求的 {} 不同", floor_text(have.floor),
                    floor_text(wanted.floor)),
        fmt::format("is already open with the floor {}, not {}", floor_text(have.floor),
                    floor_text(wanted.floor)),
        {"如需调整最低余额,请另行设置。", "Change the floor of the existing account instead."});
}

void require_acceptable(const NewAccount& wanted, const std::set<std::string>& units) {
  if (!is_id(wanted.owner) || !is_id(wanted.purpose))
    throw Error(
        codes::bad_account,
        {fmt::format("无法开户:户主“{}”或用途“{}”为空、过长或含有控制字符", wanted.owner, wanted.purpose),
         fmt::format("cannot open an account: the owner “{}” or the purpose “{}” is empty, too long or has "
                     "control characters",
                     wanted.owner, wanted.purpose)},
        {{}, 0, 0, is_id(wanted.owner) ? "purpose" : "owner"},
        {"均须为 1 至 200 字节的文字。", "Each has 1 to 200 bytes of text."});
  if (!units.contains(wanted.unit))
    throw Error(codes::unknown_unit,
                {fmt::format("记账单位“{}”尚未登记", wanted.unit),
                 fmt::format("the unit of account “{}” is not defined", wanted.unit)},
                {{}, 0, 0, "unit"}, {"请先登记该单位。", "Define the unit first."});
  if (wanted.floor && *wanted.floor > 0)
    throw Error(codes::floor_above_balance,
                {fmt::format("新账户余额为 0,不能低于最低余额 {}", *wanted.floor),
                 fmt::format("a new account has 0, which is below its floor {}", *wanted.floor)},
                {{}, 0, 0, "floor"},
                {"请在存入之后再提高最低余额。", "Raise the floor after something came in."});
}

// Those of the accounts that exist, by owner, unit and purpose. On PostgreSQL one round trip for all.
using Name = std::tuple<std::string, std::string, std::string>;
std::map<Name, Account> find_all_named(store::Transaction& t, const std::string& jurisdiction,
                                       std::span<const NewAccount> wanted) {
  std::map<Name, Account> out;
  const auto add = [&](Account account) {
    Name name{account.owner, account.unit, account.purpose};
    out.emplace(std::move(name), std::move(account));
  };
  if (t.dialect() == store::Dialect::sqlite || wanted.size() == 1) {
    for (const NewAccount& w : wanted)
      if (auto have = find_named(t, jurisdiction, w.owner, w.unit, w.purpose)) add(std::move(*have));
    return out;
  }
  List owners(t.dialect()), units(t.dialect()), purposes(t.dialect());
  for (const NewAccount& w : wanted) {
    if (!is_id(w.owner) || !is_id(w.unit) || !is_id(w.purpose)) continue;  // is refused soon
    owners.add(w.owner);
    units.add(w.unit);
    purposes.add(w.purpose);
  }
  if (owners.empty()) return out;
  t.each([&](const store::Row& row) { add(account_of(row).account); },
         fmt::format("{}AND (a.owner, a.unit, a.purpose) IN (SELECT w.owner, w.unit, w.purpose FROM "
                     "unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS TEXT[])) AS w (owner, unit, "
                     "purpose))",
                     select_accounts),
         jurisdiction, owners.text(), units.text(), purposes.text());
  return out;
}

void insert_accounts(store::Transaction& t, const std::string& jurisdiction,
                     std::span<const Account> accounts) {
  constexpr std::array<std::string_view, 7> account_columns{"jurisdiction", "id",      "owner", "unit",
                                                            "purpose",      "is_open", "opened"};
  const auto rows = t.bulk("ledger_account", account_columns);
  for (const Account& a : accounts)
    rows->row(std::array<store::Value, 7>{jurisdiction, a.id.value, a.owner, a.unit, a.purpose,
                                          std::int64_t{1}, a.opened.seconds});
  rows->finish();
  constexpr std::array<std::string_view, 7> balance_columns{
      "jurisdiction", "account", "posted", "pending_in", "pending_out", "floor", "last_transfer"};
  const auto balances = t.bulk("ledger_balance", balance_columns);
  constexpr std::int64_t none = 0;
  for (const Account& a : accounts)
    balances->row(std::array<store::Value, 7>{jurisdiction, a.id.value, none, none, none,
                                              store::to_value(a.floor), none});
  balances->finish();
}

}  // namespace

AccountId Ledger::open_account(const NewAccount& account) {
  return open_accounts(std::span(&account, 1)).front();
}

std::vector<AccountId> Ledger::open_accounts(std::span<const NewAccount> accounts) {
  const Instant now = clock_.now();
  return database_.write([&](store::Transaction& t) {
    LedgerState state = read_state(t, jurisdiction_, true);
    auto known = find_all_named(t, jurisdiction_, accounts);
    std::set<std::string> units;
    if (known.size() < accounts.size())
      for (const UnitOfAccount& unit : read_units(t, jurisdiction_)) units.insert(unit.code);
    std::vector<Account> fresh;
    std::vector<AccountId> out;
    out.reserve(accounts.size());
    for (const NewAccount& wanted : accounts) {
      const Name name{wanted.owner, wanted.unit, wanted.purpose};
      auto at = known.find(name);
      if (at == known.end()) {
        require_acceptable(wanted, units);
        fresh.push_back(
            {{++state.accounts}, wanted.owner, wanted.unit, wanted.purpose, wanted.floor, true, now});
        at = known.emplace(name, fresh.back()).first;
      } else {
        require_same(at->second, wanted);
      }
      out.push_back(at->second.id);
    }
    if (!fresh.empty()) {
      insert_accounts(t, jurisdiction_, fresh);
      write_state(t, jurisdiction_, state);
    }
    return out;
  });
}

void Ledger::set_floor(AccountId id, std::optional<std::int64_t> floor) {
  database_.write([&](store::Transaction& t) {
    const LedgerState state = read_state(t, jurisdiction_, true);
    const auto have = require(t, jurisdiction_, id);
    if (have.account.floor == floor) return;
    if (floor && have.balance.available() < *floor)
      throw account_error(
          codes::floor_above_balance, have.account,
          fmt::format("可用余额为 {},低于拟设的最低余额 {}", have.balance.available(), *floor),
          fmt::format("has {} available, less than the floor {}", have.balance.available(), *floor),
          {"请先补足余额,或设置较低的数。", "Put more in first, or choose a lower floor."});
    t.execute("UPDATE ledger_balance SET floor = ? WHERE jurisdiction = ? AND account = ?", floor,
              jurisdiction_, id.value);
    write_state(t, jurisdiction_, state);
  });
}

void Ledger::close_account(AccountId id) {
  database_.write([&](store::Transaction& t) {
    const LedgerState state = read_state(t, jurisdiction_, true);
    const auto have = require(t, jurisdiction_, id);
    if (!have.account.open) return;
    if (have.balance != Balance{})
      throw account_error(
          codes::account_not_empty, have.account,
          fmt::format("尚有余额 {}、待收 {}、待付 {},不能销户", have.balance.posted, have.balance.pending_in,
                      have.balance.pending_out),
          fmt::format("still has {} posted, {} pending in and {} pending out", have.balance.posted,
                      have.balance.pending_in, have.balance.pending_out),
          {"请先结清余额并处理全部预留。", "Bring the balance to zero and settle or void its holds first."});
    t.execute("UPDATE ledger_account SET is_open = 0 WHERE jurisdiction = ? AND id = ?", jurisdiction_,
              id.value);
    write_state(t, jurisdiction_, state);
  });
}

Account Ledger::account(AccountId id) const {
  return database_.read([&](store::Transaction& t) { return require(t, jurisdiction_, id).account; });
}

std::optional<Account> Ledger::find_account(std::string_view owner, std::string_view unit,
                                            std::string_view purpose) const {
  return database_.read(
      [&](store::Transaction& t) { return find_named(t, jurisdiction_, owner, unit, purpose); });
}

std::vector<AccountBalance> Ledger::accounts() const {
  const Instant now = clock_.now();
  return database_.read([&](store::Transaction& t) { return read_accounts(t, jurisdiction_, now); });
}

Balance Ledger::balance(AccountId id) const {
  const Instant now = clock_.now();
  return database_.read([&](store::Transaction& t) {
    Balance out = require(t, jurisdiction_, id).balance;
    t.each(
        [&](const store::Row& row) {
          if (row.integer(0) == id.value) out.pending_out -= row.integer(2);
          if (row.integer(1) == id.value) out.pending_in -= row.integer(2);
        },
        select_lapsed_holds, jurisdiction_, now.seconds);
    return out;
  });
}

std::vector<Balance> Ledger::balances(store::Transaction& t, std::span<const AccountId> ids) const {
  std::vector<Balance> out(ids.size());
  if (ids.empty()) return out;
  List wanted(t.dialect());
  std::unordered_map<std::int64_t, std::size_t> place;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (place.emplace(ids[i].value, i).second) wanted.add(ids[i].value);
  std::vector<bool> found(ids.size());
  t.each(
      [&](const store::Row& row) {
        const auto at = place.at(row.integer(0));
        out[at] = {row.integer(1), row.integer(2), row.integer(3)};
        found[at] = true;
      },
      fmt::format(
          "SELECT b.account, b.posted, b.pending_in, b.pending_out FROM {} CROSS JOIN ledger_balance b "
          "WHERE b.jurisdiction = ? AND b.account = j.value",
          integers_table(t.dialect())),
      wanted.text(), jurisdiction_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto at = place.at(ids[i].value);
    if (!found[at]) require(t, jurisdiction_, ids[i]);
    out[i] = out[at];
  }
  return out;
}

std::int64_t Ledger::position() const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first("SELECT transfers FROM ledger_state WHERE jurisdiction = ?", jurisdiction_);
    return row ? row->integer(0) : 0;
  });
}

std::vector<std::int64_t> Ledger::posted_at(store::Transaction& t, std::span<const AccountId> ids,
                                            std::int64_t position) const {
  const auto now = balances(t, ids);
  std::unordered_map<std::int64_t, __int128> since;  // by account: what came in after the position
  List wanted(t.dialect());
  for (const AccountId id : ids)
    if (since.emplace(id.value, 0).second) wanted.add(id.value);
  if (!since.empty())
    t.each(
        [&](const store::Row& row) { since[row.integer(0)] += row.integer(1); },
        fmt::format(
            "WITH RECURSIVE walk (account, number) AS ("
            "SELECT b.account, b.last_transfer FROM {} CROSS JOIN ledger_balance b "
            "WHERE b.jurisdiction = ? AND b.account = j.value "
            "UNION ALL "
            "SELECT w.account, CASE WHEN t.debit = w.account THEN t.debit_before ELSE t.credit_before END "
            "FROM walk w CROSS JOIN ledger_transfer t "
            "WHERE w.number > ? AND t.jurisdiction = ? AND t.number = w.number) "
            "SELECT w.account, CASE WHEN t.debit = w.account THEN -t.amount ELSE t.amount END "
            "FROM walk w CROSS JOIN ledger_transfer t "
            "WHERE w.number > ? AND t.jurisdiction = ? AND t.number = w.number AND t.action IN (1, 3)",
            integers_table(t.dialect())),
        wanted.text(), jurisdiction_, position, jurisdiction_, position, jurisdiction_);
  std::vector<std::int64_t> out;
  out.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    out.push_back(static_cast<std::int64_t>(now[i].posted - since.at(ids[i].value)));
  return out;
}

// ---- posting ----

std::vector<Outcome> Ledger::post(std::span<const Request> requests) {
  const Instant now = clock_.now();
  std::int64_t version = 0;
  auto outcomes = database_.write([&](store::Transaction& t) {
    Batch batch(t, jurisdiction_, now, remembered_->accounts);
    auto out = batch.run(requests);
    version = batch.version();
    return out;
  });
  remembered_->accounts.now_at(version);  // only here is it known that the batch is committed
  return outcomes;
}

std::vector<Outcome> Ledger::post(store::Transaction& transaction, std::span<const Request> requests) {
  AccountCache accounts;
  return Batch(transaction, jurisdiction_, clock_.now(), accounts).run(requests);
}

std::int64_t Ledger::release_expired() {
  const Instant now = clock_.now();
  return database_.write([&](store::Transaction& t) {
    AccountCache accounts;
    Batch batch(t, jurisdiction_, now, accounts);
    batch.run({});
    return batch.expired();
  });
}

void Ledger::close(Date period_end) {
  const Instant now = clock_.now();
  if (period_end >= day_of(now))
    throw Error(codes::period_not_over,
                {fmt::format("{} 尚未过去,不能结账(今天是 {})", tributary::to_string(period_end),
                             tributary::to_string(day_of(now))),
                 fmt::format("{} is not over yet and cannot be closed (today is {})",
                             tributary::to_string(period_end), tributary::to_string(day_of(now)))},
                {{}, 0, 0, "period_end"}, {"请选择今天以前的日期。", "Choose a day before today."});
  database_.write([&](store::Transaction& t) {
    LedgerState state = read_state(t, jurisdiction_, true);
    if (state.closed_through == period_end) return;
    if (state.closed_through && *state.closed_through > period_end)
      throw Error(
          codes::already_closed,
          {fmt::format("账目已结至 {},不能再结至更早的 {}", tributary::to_string(*state.closed_through),
                       tributary::to_string(period_end)),
           fmt::format("the books are closed through {} already, which is after {}",
                       tributary::to_string(*state.closed_through), tributary::to_string(period_end))},
          {{}, 0, 0, "period_end"},
          {"结账不能撤回;更正请记入未结账期间,并注明被更正的转账。",
           "A closing cannot be taken back; enter corrections in the open period, naming what they "
           "correct."});
    state.closed_through = period_end;
    t.execute("INSERT INTO ledger_closing (jurisdiction, day, closed, transfers) VALUES (?, ?, ?, ?)",
              jurisdiction_, tributary::to_string(period_end), now.seconds, state.transfers);
    write_state(t, jurisdiction_, state);
  });
}

std::optional<Date> Ledger::closed_through() const {
  return database_.read(
      [&](store::Transaction& t) { return read_state(t, jurisdiction_, false).closed_through; });
}

}  // namespace tributary::ledger
