// Proving the invariants: everything is computed again from the stored journal and compared.
#include "ledger/ledger.h"
#include "ledger/rows.h"

#include <map>
#include <unordered_map>

#include <fmt/format.h>

namespace tributary::ledger {

namespace {

using Wide = __int128;

std::string text(Wide value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  std::string out;
  for (; value != 0; value /= 10)
    out += static_cast<char>('0' + static_cast<int>(negative ? -(value % 10) : value % 10));
  if (negative) out += '-';
  return {out.rbegin(), out.rend()};
}

// Recomputes a ledger transfer by transfer. Keeps the accounts and the holds in memory, not the
// journal.
class Auditor {
 public:
  Auditor(store::Transaction& t, const std::string& jurisdiction)
      : t_(t), jurisdiction_(jurisdiction), state_(read_state(t, jurisdiction, false)) {}

  std::vector<Violation> run() {
    read_accounts();
    read_holds();
    read_closings();
    read_journal();
    check_references();
    compare_balances();
    compare_units();
    return std::move(violations_);
  }

 private:
  struct Computed {
    std::string unit;
    Wide posted = 0, pending_in = 0, pending_out = 0;  // from the journal
    std::int64_t last = 0;
    std::int64_t stored_posted, stored_in, stored_out, stored_last;
    std::optional<std::int64_t> floor;
    bool open;
  };
  struct Hold {
    std::int64_t debit, credit, amount;
    State state;
    std::int64_t resolved_by;
    bool seen = false;
    bool resolved = false;
  };

  void wrong(std::string rule, std::string subject, std::string zh, std::string en) {
    if (violations_.size() < 100)
      violations_.push_back({std::move(rule), std::move(subject), {std::move(zh), std::move(en)}});
  }
  void differs(const std::string& rule, const std::string& subject, const std::string& zh,
               const std::string& en, Wide stored, Wide computed) {
    if (stored == computed) return;
    wrong(rule, subject, fmt::format("{}:存储为 {},按流水计算为 {}", zh, text(stored), text(computed)),
          fmt::format("{}: stored {}, computed from the journal {}", en, text(stored), text(computed)));
  }

  void read_accounts() {
    t_.each(
        [&](const store::Row& row) {
          const auto id = row.integer(0);
          if (row.is_null(3)) {
            wrong("account", fmt::format("{}", id), "账户没有余额记录", "the account has no balance row");
            return;
          }
          accounts_.emplace(id, Computed{.unit = row.text(1),
                                         .stored_posted = row.integer(3),
                                         .stored_in = row.integer(4),
                                         .stored_out = row.integer(5),
                                         .stored_last = row.integer(6),
                                         .floor = row.integer_or_null(7),
                                         .open = row.integer(2) != 0});
          if (id > state_.accounts)
            wrong("account", fmt::format("{}", id),
                  fmt::format("编号大于已分配的最大编号 {}", state_.accounts),
                  fmt::format("the id is above the last one given, {}", state_.accounts));
        },
        "SELECT a.id, a.unit, a.is_open, b.posted, b.pending_in, b.pending_out, b.last_transfer, b.floor "
        "FROM ledger_account a LEFT JOIN ledger_balance b ON b.jurisdiction = a.jurisdiction AND b.account = "
        "a.id "
        "WHERE a.jurisdiction = ? ORDER BY a.id",
        jurisdiction_);
  }

  void read_holds() {
    t_.each(
        [&](const store::Row& row) {
          holds_.emplace(row.integer(0),
                         Hold{row.integer(1), row.integer(2), row.integer(3),
                              static_cast<State>(row.integer(4)), row.integer_or_null(5).value_or(0)});
        },
        "SELECT number, debit, credit, amount, state, resolved_by FROM ledger_hold WHERE jurisdiction = ?",
        jurisdiction_);
  }

  void read_closings() {
    t_.each([&](const store::Row& row) { closings_.emplace_back(row.text(0), row.integer(1)); },
            "SELECT day, transfers FROM ledger_closing WHERE jurisdiction = ? ORDER BY day", jurisdiction_);
    std::optional<std::string> last;
    if (state_.closed_through) last = tributary::to_string(*state_.closed_through);
    const std::string stored = closings_.empty() ? "-" : closings_.back().first;
    if (last.value_or("-") != stored)
      wrong("closing", stored, fmt::format("结账日记录为 {},与 {} 不符", last.value_or("-"), stored),
            fmt::format("the books are said to be closed through {}, but the last closing is {}",
                        last.value_or("-"), stored));
  }

  Computed* account(const std::string& id, std::int64_t number) {
    const auto found = accounts_.find(number);
    if (found != accounts_.end()) return &found->second;
    wrong("account", id, fmt::format("账户 {} 不存在", number),
          fmt::format("account {} does not exist", number));
    return nullptr;
  }

  void read_journal() {
    t_.each(
        [&](const store::Row& row) { read(row); },
        fmt::format(
            "SELECT {}, t.debit_before, t.credit_before FROM {} WHERE t.jurisdiction = ? ORDER BY t.number",
            transfer_columns, transfer_from),
        jurisdiction_);
    if (last_number_ != state_.transfers)
      wrong("journal", fmt::format("{}", last_number_),
            fmt::format("流水应有 {} 笔,实有 {} 笔", state_.transfers, last_number_),
            fmt::format("the journal should end with number {}, it ends with {}", state_.transfers,
                        last_number_));
    if (chain_left_ != 0)
      wrong("chain", fmt::format("{}", chain_first_), "连带转账不完整", "the linked chain is incomplete");
    for (const auto& [number, hold] : holds_) {
      if (!hold.seen)
        wrong("hold", fmt::format("{}", number), "流水中没有这笔预留", "the journal has no such hold");
      if ((hold.state == State::posted || hold.state == State::voided) && !hold.resolved)
        wrong(
            "hold", fmt::format("{}", number),
            fmt::format("状态为 {},但流水中没有相应转账", to_string(hold.state)),
            fmt::format("it is {}, but the journal has no transfer that made it so", to_string(hold.state)));
    }
  }

  void read(const store::Row& row) {
    const Transfer t = transfer_of(row);
    if (t.number != last_number_ + 1)
      wrong("journal", t.id, fmt::format("流水号 {} 之后是 {}", last_number_, t.number),
            fmt::format("number {} is followed by {}", last_number_, t.number));
    last_number_ = t.number;
    if (t.amount <= 0)
      wrong("amount", t.id, fmt::format("数额为 {}", t.amount), fmt::format("the amount is {}", t.amount));
    if (t.cause.kind.empty() || t.cause.id.empty()) wrong("cause", t.id, "没有事由", "it has no cause");
    read_chain(t);
    read_closed(t);
    Computed* debit = account(t.id, t.debit.value);
    Computed* credit = account(t.id, t.credit.value);
    if (debit == nullptr || credit == nullptr) return;
    if (debit->unit != credit->unit)
      wrong("unit", t.id, fmt::format("从 {} 转到 {}", debit->unit, credit->unit),
            fmt::format("it moves {} into {}", debit->unit, credit->unit));
    differs("thread", t.id, "付方账户的上一笔", "the transfer of the debit account before it",
            row.integer(transfer_column_count), debit->last);
    differs("thread", t.id, "收方账户的上一笔", "the transfer of the credit account before it",
            row.integer(transfer_column_count + 1), credit->last);
    debit->last = credit->last = t.number;
    if (t.action == Action::hold) read_hold(t, *debit, *credit);
    if (t.action == Action::settle || t.action == Action::void_hold) read_resolution(t);
    if (t.action == Action::post || t.action == Action::settle) {
      debit->posted -= t.amount;
      credit->posted += t.amount;
    }
  }

  void read_chain(const Transfer& t) {
    if (chain_left_ == 0) {
      chain_first_ = t.number;
      chain_size_ = chain_left_ = t.chain_size;
    }
    if (t.chain != chain_first_ || t.chain_size != chain_size_) {
      wrong("chain", t.id,
            fmt::format("应属于从 {} 起的 {} 笔连带转账,实为从 {} 起的 {} 笔", chain_first_, chain_size_,
                        t.chain, t.chain_size),
            fmt::format("it should be of the chain of {} from number {}, it says {} from {}", chain_size_,
                        chain_first_, t.chain_size, t.chain));
      chain_left_ = std::max<std::int64_t>(1, t.chain + t.chain_size - t.number);  // go on with what it says
      chain_first_ = t.chain;
      chain_size_ = t.chain_size;
    }
    --chain_left_;
  }

  void read_closed(const Transfer& t) {
    const std::string day = tributary::to_string(t.legal_date);
    for (auto closing = closings_.rbegin(); closing != closings_.rend() && closing->first >= day; ++closing)
      if (t.number > closing->second) {
        wrong("closing", t.id,
              fmt::format("记账日期 {} 在结账日 {} 之前,却在结账之后入账", day, closing->first),
              fmt::format("its legal date {} was closed (through {}) before it was recorded", day,
                          closing->first));
        return;
      }
  }

  void read_hold(const Transfer& t, Computed& debit, Computed& credit) {
    const auto found = holds_.find(t.number);
    if (found == holds_.end()) {
      wrong("hold", t.id, "缺少该笔预留的状态", "the state of the hold is missing");
      return;
    }
    Hold& hold = found->second;
    hold.seen = true;
    if (hold.debit != t.debit.value || hold.credit != t.credit.value || hold.amount != t.amount)
      wrong("hold", t.id,
            fmt::format("流水为 {} → {}: {},预留记录为 {} → {}: {}", t.debit.value, t.credit.value, t.amount,
                        hold.debit, hold.credit, hold.amount),
            fmt::format("the journal says {} -> {}: {}, the hold {} -> {}: {}", t.debit.value, t.credit.value,
                        t.amount, hold.debit, hold.credit, hold.amount));
    if (hold.state == State::expired && !t.expires)
      wrong("hold", t.id, "没有期限却已过期", "it has expired without having an expiry");
    if (hold.state != State::pending) {
      if (hold.state != State::expired) awaited_.emplace(t.id, t.number);
      return;
    }
    debit.pending_out += t.amount;
    credit.pending_in += t.amount;
    awaited_.emplace(t.id, t.number);
  }

  void read_resolution(const Transfer& t) {
    const auto awaited = awaited_.find(t.hold);
    if (awaited == awaited_.end()) {
      wrong("hold", t.id, fmt::format("没有可结算或撤销的预留“{}”", t.hold),
            fmt::format("there is no hold “{}” that could be settled or voided", t.hold));
      return;
    }
    Hold& hold = holds_.at(awaited->second);
    const State state = t.action == Action::settle ? State::posted : State::voided;
    if (hold.resolved || hold.state != state || hold.resolved_by != t.number)
      wrong("hold", t.id,
            fmt::format("预留“{}”的状态为 {}(由 {} 处理),与此转账不符", t.hold, to_string(hold.state),
                        hold.resolved_by),
            fmt::format("the hold “{}” is {} by number {}, which is not this transfer", t.hold,
                        to_string(hold.state), hold.resolved_by));
    hold.resolved = true;
    if (t.debit.value != hold.debit || t.credit.value != hold.credit || t.amount > hold.amount)
      wrong("hold", t.id, fmt::format("与预留“{}”的账户或数额不符", t.hold),
            fmt::format("its accounts or amount do not fit the hold “{}”", t.hold));
    awaited_.erase(awaited);
  }

  // Questions that the database answers by its indexes.
  void check_references() {
    t_.each(
        [&](const store::Row& row) {
          wrong("corrects", row.text(0), fmt::format("被更正的转账“{}”不存在", row.text(1)),
                fmt::format("the transfer “{}” that it corrects does not exist", row.text(1)));
        },
        "SELECT t.id, t.corrects FROM ledger_transfer t WHERE t.jurisdiction = ? AND t.corrects IS NOT NULL "
        "AND NOT "
        "EXISTS (SELECT 1 FROM ledger_transfer c WHERE c.jurisdiction = t.jurisdiction AND c.id = t.corrects "
        "AND "
        "c.number < t.number) ORDER BY t.number",
        jurisdiction_);
    t_.each(
        [&](const store::Row& row) {
          wrong("identity", row.text(0), fmt::format("同一编号入账 {} 次", row.integer(1)),
                fmt::format("the id is recorded {} times", row.integer(1)));
        },
        "SELECT id, COUNT(*) FROM ledger_transfer WHERE jurisdiction = ? GROUP BY id HAVING COUNT(*) > 1",
        jurisdiction_);
  }

  void compare_balances() {
    for (const auto& [id, a] : accounts_) {
      const std::string subject = fmt::format("{}", id);
      differs("balance", subject, "余额", "posted", a.stored_posted, a.posted);
      differs("balance", subject, "待收", "pending in", a.stored_in, a.pending_in);
      differs("balance", subject, "待付", "pending out", a.stored_out, a.pending_out);
      differs("thread", subject, "最近一笔转账", "last transfer", a.stored_last, a.last);
      if (a.floor && a.posted - a.pending_out < *a.floor)
        wrong("floor", subject,
              fmt::format("可用余额 {} 低于最低余额 {}", text(a.posted - a.pending_out), *a.floor),
              fmt::format("{} available, below the floor {}", text(a.posted - a.pending_out), *a.floor));
      if (!a.open && (a.posted != 0 || a.pending_in != 0 || a.pending_out != 0))
        wrong("account", subject, fmt::format("已销户,余额却为 {}", text(a.posted)),
              fmt::format("it is closed, but has {}", text(a.posted)));
    }
  }

  void compare_units() {
    std::map<std::string, Wide> sums;
    for (const auto& [id, a] : accounts_) sums[a.unit] += a.stored_posted;
    for (const auto& [unit, sum] : sums)
      if (sum != 0)
        wrong("unit_sum", unit, fmt::format("全部余额之和为 {},应为 0", text(sum)),
              fmt::format("its balances sum to {}, not to 0", text(sum)));
  }

  store::Transaction& t_;
  const std::string& jurisdiction_;
  LedgerState state_;
  std::map<std::int64_t, Computed> accounts_;
  std::unordered_map<std::int64_t, Hold> holds_;
  std::unordered_map<std::string, std::int64_t> awaited_;  // holds that a later transfer may or must resolve
  std::vector<std::pair<std::string, std::int64_t>> closings_;
  std::int64_t last_number_ = 0;
  std::int64_t chain_first_ = 0, chain_size_ = 0, chain_left_ = 0;
  std::vector<Violation> violations_;
};

}  // namespace

std::vector<Violation> Ledger::check() const {
  return database_.read([&](store::Transaction& t) { return Auditor(t, jurisdiction_).run(); });
}

}  // namespace tributary::ledger
