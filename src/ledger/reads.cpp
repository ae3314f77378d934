// Reading the journal: single transfers, pages, an account's past, totals.
#include "base/codes.h"
#include "ledger/ledger.h"
#include "ledger/rows.h"

#include <algorithm>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace tributary::ledger {

namespace {

using Wide = __int128;

std::int64_t saturated(Wide value) {
  return static_cast<std::int64_t>(std::clamp<Wide>(value, std::numeric_limits<std::int64_t>::min(),
                                                    std::numeric_limits<std::int64_t>::max()));
}

// The number of the newest transfer of an account. Throws unknown_account.
std::int64_t newest(store::Transaction& t, const std::string& jurisdiction, AccountId account) {
  const auto row = t.first("SELECT last_transfer FROM ledger_balance WHERE jurisdiction = ? AND account = ?",
                           jurisdiction, account.value);
  if (row) return row->integer(0);
  throw Error(codes::unknown_account,
              {fmt::format("没有编号为 {} 的账户", account.value),
               fmt::format("there is no account {}", account.value)},
              {{}, 0, 0, "account"});
}

// The account's own transfers from one of them back to its first: each row names the one before it, so no
// index by account has to be kept while posting.
constexpr std::string_view chain =
    "WITH RECURSIVE own (number, debit, credit, debit_before, credit_before, amount, action, legal_date, "
    "cause_kind, "
    "cause_id) AS ("
    "SELECT number, debit, credit, debit_before, credit_before, amount, action, legal_date, cause_kind, "
    "cause_id "
    "FROM ledger_transfer WHERE jurisdiction = ? AND number = ? "
    "UNION ALL "
    "SELECT t.number, t.debit, t.credit, t.debit_before, t.credit_before, t.amount, t.action, t.legal_date, "
    "t.cause_kind, t.cause_id FROM own JOIN ledger_transfer t ON t.jurisdiction = ? "
    "AND t.number = CASE WHEN own.debit = ? THEN own.debit_before ELSE own.credit_before END) ";

// The conditions of a filter on the rows called `table`.
class Conditions {
 public:
  void add(std::string_view condition, store::Value value) {
    text_ += fmt::format(" AND {}", condition);
    values_.push_back(std::move(value));
  }
  void add(const JournalFilter& filter, std::string_view table) {
    if (filter.cause) {
      add(fmt::format("{}.cause_kind = ?", table), filter.cause->kind);
      if (!filter.cause->id.empty()) add(fmt::format("{}.cause_id = ?", table), filter.cause->id);
    }
    if (filter.from) add(fmt::format("{}.legal_date >= ?", table), tributary::to_string(*filter.from));
    if (filter.to) add(fmt::format("{}.legal_date <= ?", table), tributary::to_string(*filter.to));
  }
  const std::string& text() const { return text_; }
  const std::vector<store::Value>& values() const { return values_; }

 private:
  std::string text_;
  std::vector<store::Value> values_;
};

// The page and, if there is more, the first transfer of the next page.
std::vector<Transfer> one_more_than_page(store::Transaction& t, const std::string& sql,
                                         const std::vector<store::Value>& values) {
  std::vector<Transfer> out;
  t.each_values(sql, values, [&](const store::Row& row) { out.push_back(transfer_of(row)); });
  return out;
}

std::vector<Transfer> of_account(store::Transaction& t, const std::string& jurisdiction,
                                 const JournalFilter& filter, std::int64_t from, int limit) {
  const std::int64_t account = filter.account->value;
  const std::int64_t last = newest(t, jurisdiction, *filter.account);
  // `next` names one of the account's own transfers; any other number is reached from the newest one.
  bool own = false;
  if (from > 0)
    own = t.first(
               "SELECT 1 FROM ledger_transfer WHERE jurisdiction = ? AND number = ? AND (debit = ? OR credit "
               "= ?)",
               jurisdiction, from, account, account)
              .has_value();
  Conditions conditions;
  if (from > 0 && !own) conditions.add("own.number <= ?", from);
  conditions.add(filter, "own");
  std::vector<store::Value> values{jurisdiction, own ? from : last, jurisdiction, account};
  values.insert(values.end(), conditions.values().begin(), conditions.values().end());
  values.emplace_back(std::int64_t{limit} + 1);
  values.emplace_back(jurisdiction);
  return one_more_than_page(
      t,
      fmt::format("{}SELECT {} FROM (SELECT number FROM own WHERE 1 = 1{} LIMIT ?) o, {} "
                  "WHERE t.jurisdiction = ? AND t.number = o.number ORDER BY t.number DESC",
                  chain, transfer_columns, conditions.text(), transfer_from),
      values);
}

std::vector<Transfer> of_all(store::Transaction& t, const std::string& jurisdiction,
                             const JournalFilter& filter, std::int64_t from, int limit) {
  Conditions conditions;
  if (from > 0) conditions.add("t.number <= ?", from);
  conditions.add(filter, "t");
  std::vector<store::Value> values{jurisdiction};
  values.insert(values.end(), conditions.values().begin(), conditions.values().end());
  values.emplace_back(std::int64_t{limit} + 1);
  return one_more_than_page(
      t,
      fmt::format("SELECT {} FROM {} WHERE t.jurisdiction = ?{} ORDER BY t.number DESC LIMIT ?",
                  transfer_columns, transfer_from, conditions.text()),
      values);
}

}  // namespace

Transfer Ledger::transfer(std::string_view id) const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first(fmt::format("SELECT {} FROM {} WHERE t.jurisdiction = ? AND t.id = ?",
                                         transfer_columns, transfer_from),
                             jurisdiction_, id);
    if (row) return transfer_of(*row);
    throw Error(codes::unknown_transfer,
                {fmt::format("没有编号为“{}”的转账", id), fmt::format("there is no transfer “{}”", id)},
                {{}, 0, 0, "id"});
  });
}

JournalPage Ledger::journal(const JournalFilter& filter, std::int64_t from, int limit) const {
  limit = std::clamp(limit, 1, 1000);
  return database_.read([&](store::Transaction& t) {
    JournalPage page;
    page.transfers = filter.account ? of_account(t, jurisdiction_, filter, from, limit)
                                    : of_all(t, jurisdiction_, filter, from, limit);
    if (page.transfers.size() > static_cast<std::size_t>(limit)) {
      page.next = page.transfers.back().number;
      page.transfers.pop_back();
    }
    return page;
  });
}

void Ledger::each_transfer(const std::function<void(const Transfer&)>& visit) const {
  database_.read([&](store::Transaction& t) {
    t.each([&](const store::Row& row) { visit(transfer_of(row)); },
           fmt::format("SELECT {} FROM {} WHERE t.jurisdiction = ? ORDER BY t.number", transfer_columns,
                       transfer_from),
           jurisdiction_);
  });
}

std::int64_t Ledger::balance_on(AccountId account, Date day) const {
  return database_.read([&](store::Transaction& t) {
    Wide sum = 0;
    t.each(
        [&](const store::Row& row) {
          sum += row.integer(1) == account.value ? -Wide{row.integer(0)} : Wide{row.integer(0)};
        },
        fmt::format("{}SELECT amount, debit FROM own WHERE action IN (1, 3) AND legal_date <= ?", chain),
        jurisdiction_, newest(t, jurisdiction_, account), jurisdiction_, account.value,
        tributary::to_string(day));
    if (sum == saturated(sum)) return saturated(sum);
    throw Error(
        tributary::codes::number_overflow,
        {fmt::format("账户 {} 在 {} 的余额超出 64 位整数范围", account.value, tributary::to_string(day)),
         fmt::format("the balance of account {} on {} is beyond 64 bits", account.value,
                     tributary::to_string(day))},
        {{}, 0, 0, "account"});
  });
}

std::vector<UnitTotal> Ledger::totals() const {
  struct Sum {
    std::int64_t accounts = 0;
    Wide posted = 0, positive = 0, pending = 0;
  };
  const auto all = accounts();
  std::map<std::string, Sum> sums;
  for (const auto& [account, balance] : all) {
    auto& sum = sums[account.unit];
    ++sum.accounts;
    sum.posted += balance.posted;
    sum.positive += std::max<std::int64_t>(balance.posted, 0);
    sum.pending += balance.pending_out;
  }
  std::vector<UnitTotal> out;
  for (const auto& unit : units()) {
    const auto& sum = sums[unit.code];
    out.push_back(
        {unit, sum.accounts, saturated(sum.posted), saturated(sum.positive), saturated(sum.pending)});
  }
  return out;
}

}  // namespace tributary::ledger
