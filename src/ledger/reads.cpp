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

// Throws unknown_transfer.
std::string legal_date_of(store::Transaction& t, const std::string& jurisdiction, std::int64_t number) {
  const auto row = t.first("SELECT legal_date FROM ledger_transfer WHERE jurisdiction = ? AND number = ?",
                           jurisdiction, number);
  if (row) return row->text(0);
  throw Error(
      codes::unknown_transfer,
      {fmt::format("没有流水号为 {} 的转账", number), fmt::format("there is no transfer number {}", number)},
      {{}, 0, 0, "from"});
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

// The statement that reads a page and one transfer more, which tells where the next page begins.
struct Statement {
  std::string sql;
  std::vector<store::Value> values;
};

Statement of_account(store::Transaction& t, const std::string& jurisdiction, const JournalFilter& filter,
                     std::int64_t from, int limit) {
  const std::int64_t account = filter.account->value;
  const std::int64_t last = newest(t, jurisdiction, *filter.account);
  // The cursor names one of the account's own transfers; any other number is reached from the newest one.
  const bool own =
      from > 0 &&
      t.first(
          "SELECT 1 FROM ledger_transfer WHERE jurisdiction = ? AND number = ? AND (debit = ? OR credit = ?)",
          jurisdiction, from, account, account);
  Conditions conditions;
  if (from > 0 && !own) conditions.add("own.number <= ?", from);
  conditions.add(filter, "own");
  std::vector<store::Value> values{jurisdiction, own ? from : last, jurisdiction, account};
  values.insert(values.end(), conditions.values().begin(), conditions.values().end());
  values.emplace_back(std::int64_t{limit} + 1);
  values.emplace_back(jurisdiction);
  return {fmt::format("{}SELECT {} FROM (SELECT number FROM own WHERE 1 = 1{} LIMIT ?) o CROSS JOIN {} "
                      "WHERE t.jurisdiction = ? AND t.number = o.number ORDER BY t.number DESC",
                      chain, transfer_columns, conditions.text(), transfer_from),
          std::move(values)};
}

Statement of_all(store::Transaction& t, const std::string& jurisdiction, const JournalFilter& filter,
                 bool by_date, std::int64_t from, int limit) {
  // SQLite would read the journal instead: without statistics it takes every condition for equally selective.
  std::string_view index;
  if (t.dialect() == store::Dialect::sqlite && by_date) index = " INDEXED BY ledger_transfer_day";
  if (t.dialect() == store::Dialect::sqlite && filter.cause && !filter.cause->id.empty())
    index = " INDEXED BY ledger_transfer_cause";
  Conditions conditions;
  std::vector<store::Value> values{jurisdiction};
  conditions.add(filter, "t");
  values.insert(values.end(), conditions.values().begin(), conditions.values().end());
  std::string_view beyond;
  if (from > 0 && by_date) {
    beyond = " AND (t.legal_date, t.number) <= (?, ?)";
    values.emplace_back(legal_date_of(t, jurisdiction, from));
    values.emplace_back(from);
  } else if (from > 0) {
    beyond = " AND t.number <= ?";
    values.emplace_back(from);
  }
  values.emplace_back(std::int64_t{limit} + 1);
  return {
      fmt::format("SELECT {} FROM ledger_transfer t{} {} WHERE t.jurisdiction = ?{}{} ORDER BY {} LIMIT ?",
                  transfer_columns, index, join_hold, conditions.text(), beyond,
                  by_date ? "t.legal_date DESC, t.number DESC" : "t.number DESC"),
      std::move(values)};
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
  const bool by_date = !filter.account && !filter.cause && (filter.from || filter.to);
  return database_.read([&](store::Transaction& t) {
    const Statement statement = filter.account ? of_account(t, jurisdiction_, filter, from, limit)
                                               : of_all(t, jurisdiction_, filter, by_date, from, limit);
    JournalPage page;
    t.each_values(statement.sql, statement.values,
                  [&](const store::Row& row) { page.transfers.push_back(transfer_of(row)); });
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

std::map<std::string, std::int64_t> Ledger::posted_by_cause(std::string_view kind,
                                                            std::string_view unit) const {
  return database_.read([&](store::Transaction& t) {
    std::map<std::string, std::int64_t> out;
    t.each([&](const store::Row& row) { out[row.text(0)] = row.integer(1); },
           "SELECT x.cause_id, SUM(x.amount) FROM ledger_transfer x JOIN ledger_account a ON a.jurisdiction = "
           "x.jurisdiction AND a.id = x.debit WHERE x.jurisdiction = ? AND x.cause_kind = ? AND a.unit = ? AND "
           "x.action IN (1, 3) AND x.corrects IS NULL GROUP BY x.cause_id",
           jurisdiction_, kind, unit);
    return out;
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

std::optional<Turnover> Ledger::turnover(store::Transaction& transaction, const std::string& jurisdiction,
                                         const NewAccount& of, const Period& period) {
  const auto found = transaction.first(
      "SELECT a.id, b.last_transfer FROM ledger_account a JOIN ledger_balance b ON b.jurisdiction = "
      "a.jurisdiction AND b.account = a.id WHERE a.jurisdiction = ? AND a.owner = ? AND a.unit = ? AND "
      "a.purpose = ?",
      jurisdiction, of.owner, of.unit, of.purpose);
  if (!found) return std::nullopt;
  const std::int64_t id = found->integer(0);
  Wide in = 0;
  Wide out = 0;
  Turnover result;
  transaction.each(
      [&](const store::Row& row) {
        const bool credited = row.integer(0) == id;
        const bool corrects = !row.text_or_null(2).value_or("").empty();
        Wide& side = credited != corrects ? in : out;
        side += corrects ? -row.integer(1) : row.integer(1);
        ++result.transfers;
      },
      fmt::format("{}SELECT own.credit, own.amount, t.corrects FROM own JOIN ledger_transfer t ON "
                  "t.jurisdiction = ? AND t.number = own.number WHERE own.action IN (1, 3) AND "
                  "own.legal_date >= ? AND own.legal_date < ?",
                  chain),
      jurisdiction, found->integer(1), jurisdiction, id, jurisdiction, tributary::to_string(period.from()),
      tributary::to_string(period.to()));
  result.in = saturated(in);
  result.out = saturated(out);
  return result;
}

}  // namespace tributary::ledger
