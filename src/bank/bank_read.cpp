// Lists, and the bank's balance against the ledger's.
#include "bank/bank.h"
#include "bank/rows.h"
#include "base/json.h"

#include <algorithm>
#include <map>

namespace tributary::bank {
namespace {

using Json = nlohmann::json;

constexpr int page = 1000;

// What a transfer moved into (above zero) the account; 0 for holds and voidings.
std::int64_t moved(const ledger::Transfer& t, ledger::AccountId account) {
  if (t.action != ledger::Action::post && t.action != ledger::Action::settle) return 0;
  return (t.credit == account ? t.amount : 0) - (t.debit == account ? t.amount : 0);
}

}  // namespace

std::vector<Batch> Bank::batches() const {
  return d_.database.read([&](store::Transaction& t) {
    std::vector<Batch> out;
    t.each([&](const store::Row& row) { out.push_back(batch_of(row)); },
           fmt::format("SELECT {} FROM bank_batch WHERE jurisdiction = ? ORDER BY number DESC", batch_columns), d_.tenant);
    return out;
  });
}

Batch Bank::batch(std::int64_t number) const {
  return d_.database.read([&](store::Transaction& t) { return require_batch(t, d_.tenant, number); });
}

std::vector<Instruction> Bank::lines(std::optional<std::int64_t> batch) const {
  return d_.database.read([&](store::Transaction& t) {
    if (batch) return lines_of(t, d_.tenant, require_batch(t, d_.tenant, *batch).number);
    std::vector<Instruction> out;
    t.each([&](const store::Row& row) { out.push_back(instruction_of(row)); },
           fmt::format("SELECT {} FROM bank_instruction WHERE jurisdiction = ? ORDER BY batch DESC, line", line_columns),
           d_.tenant);
    return out;
  });
}

std::vector<Entry> Bank::entries(const std::string& account, const std::string& state, const EntryPlace& after,
                                 int most) const {
  // As the indexes have it; what is not matched has one of its own.
  const std::string sql = fmt::format(
      "SELECT e.account, e.serial, e.day, e.fen, e.balance, e.sealed, e.remark, e.line, e.state, e.kind, e.subject, "
      "e.note_zh, e.note_en, i.file, e.seq FROM bank_entry e JOIN bank_import i ON i.jurisdiction = e.jurisdiction AND "
      "i.account = e.account AND i.number = e.import WHERE e.jurisdiction = ? AND {} AND {} ORDER BY e.account, e.seq LIMIT ?",
      account.empty() ? "(e.account, e.seq) > (?, ?)" : "e.account = ? AND e.seq > ?",
      state.empty()        ? "? = ''"
      : state == "matched" ? "e.state = ?"
                           : "e.state = ? AND e.state <> 'matched'");
  return d_.database.read([&](store::Transaction& t) {
    std::vector<Entry> out;
    t.each(
        [&](const store::Row& row) {
          Entry e;
          e.account = row.text(0);
          e.serial = row.text(1);
          e.day = parse_date(row.text(2));
          e.fen = row.integer(3);
          e.balance = row.integer_or_null(4);
          const Json other = Json::parse(d_.seal.open(row.text(5), place("entry", e.account + "/" + e.serial)));
          e.other_account = other.at("account");
          e.other_name = other.at("name");
          e.remark = row.text(6);
          e.line = row.integer(7);
          e.state = row.text(8);
          e.kind = row.text_or_null(9).value_or("");
          e.subject = row.text_or_null(10).value_or("");
          e.note = {row.text(11), row.text(12)};
          e.file = row.text(13);
          e.seq = row.integer(14);
          out.push_back(std::move(e));
        },
        sql, d_.tenant, account.empty() ? after.account : account, after.seq, state, most);
    return out;
  });
}

std::vector<Proposal> Bank::proposals(bool open_only) const {
  return d_.database.read([&](store::Transaction& t) {
    std::vector<Proposal> out;
    t.each([&](const store::Row& row) { out.push_back(proposal_of(row)); },
           fmt::format("SELECT {} FROM bank_proposal WHERE jurisdiction = ?{} ORDER BY id DESC", proposal_columns,
                       open_only ? " AND state = 'open'" : ""),
           d_.tenant);
    return out;
  });
}

Proposal Bank::proposal(std::int64_t id) const {
  return d_.database.read([&](store::Transaction& t) {
    const auto row =
        t.first(fmt::format("SELECT {} FROM bank_proposal WHERE jurisdiction = ? AND id = ?", proposal_columns), d_.tenant, id);
    if (!row)
      throw Error(codes::unknown_proposal, {fmt::format("没有第 {} 号待办事项", id), fmt::format("there is no proposal {}", id)},
                  {{}, 0, 0, "proposal"});
    return proposal_of(*row);
  });
}

Payee Bank::payee_of(const std::string& party, const std::string& sealed) const {
  const Json is = Json::parse(d_.seal.open(sealed, place("payee", party)));
  return {party, is.at("name"), is.at("bank"), is.at("number")};
}

std::optional<Payee> Bank::payee(const std::string& party) const {
  return d_.database.read([&](store::Transaction& t) -> std::optional<Payee> {
    const auto row = t.first("SELECT sealed FROM bank_payee WHERE jurisdiction = ? AND party = ?", d_.tenant, party);
    if (!row) return std::nullopt;
    return payee_of(party, row->text(0));
  });
}

std::vector<std::pair<ledger::AccountId, int>> Bank::mirrors(const BankAccount& account) const {
  const ledger::Ledger book(d_.database, d_.tenant, d_.clock);
  std::vector<std::pair<ledger::AccountId, int>> out;
  const auto add = [&](const std::string& owner, const char* purpose, int sign) {
    if (owner.empty()) return;
    if (const auto found = book.find_account(owner, rights::cash, purpose)) out.emplace_back(found->id, sign);
  };
  add(account.owner, "cash", 1);
  add(account.clearing, "right:free", -1);  // a deposit leaves the mirror and reaches the holder
  return out;
}

std::int64_t Bank::booked(const BankAccount& account, const std::string& kind, const std::string& subject) const {
  const ledger::Ledger book(d_.database, d_.tenant, d_.clock);
  std::int64_t out = 0, from = 0;
  const auto both = mirrors(account);
  do {
    const auto some = book.journal({.cause = ledger::Cause{kind, subject}}, from, page);
    for (const ledger::Transfer& x : some.transfers)
      for (const auto& [id, sign] : both) out += sign * moved(x, id);
    from = some.next;
  } while (from != 0);
  return out;
}

// What a line of the bank can be matched with: what obstacle() lets pass, and nothing else that moves cash.
bool Bank::may_have_a_line(const std::string& kind, const std::string& subject) const {
  try {
    if (kind == "right") {
      const rights::Transaction x = d_.rights.transaction(subject);
      return x.state == rights::TransactionState::completed && x.reversed_by.empty();
    }
    const auto id = kind == "statement" ? number_in(subject) : std::nullopt;
    return id && d_.statements.statement(*id).state == compensate::StatementState::paid;
  } catch (const Error& error) {
    if (error.kind() != Kind::not_found) throw;
    return false;
  }
}

const char* Bank::why_of(const BankAccount& account, const std::string& kind, const std::string& subject,
                         std::optional<std::int64_t> at_bank) const {
  constexpr const char* never = "unexplained";
  const std::int64_t whole = booked(account, kind, subject);
  if (at_bank) return *at_bank == whole ? "later" : never;
  // Not at the bank by that day: it came later with just this, or it may still come.
  if (!may_have_a_line(kind, subject)) return never;
  return d_.database.read([&](store::Transaction& t) {
    const auto line = t.first(
        "SELECT fen FROM bank_entry WHERE jurisdiction = ? AND kind = ? AND subject = ? AND state = 'matched'", d_.tenant,
        kind, subject);
    if (line && line->integer(0) != whole) return never;
    const auto live = t.first(
        "SELECT i.fen FROM bank_instruction i JOIN bank_batch b ON b.jurisdiction = i.jurisdiction AND b.number = i.batch "
        "WHERE i.jurisdiction = ? AND b.account = ? AND i.kind = ? AND i.subject = ? AND i.state = 'open'",
        d_.tenant, account.code, kind, subject);
    if (!live) return "booked";
    return live->integer(0) == -whole ? "instructed" : never;
  });
}

Reconciliation Bank::reconcile(const std::string& account, Date day) const {
  const auto [layout, at] = find_account(d_.layouts, account);
  Reconciliation out;
  out.account = account;
  out.day = day;
  d_.database.snapshot([&] {
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::int64_t> bank, book;
    std::int64_t opening = 0, lines = 0;
    std::optional<std::int64_t> stated;
    d_.database.read([&](store::Transaction& t) {
      if (const auto first = t.first(
              "SELECT opening FROM bank_import WHERE jurisdiction = ? AND account = ? ORDER BY number LIMIT 1", d_.tenant,
              account))
        opening = first->integer(0);
      t.each(
          [&](const store::Row& row) {
            const std::int64_t fen = row.integer(1);
            lines += fen;
            stated = row.integer_or_null(2);
            if (row.text(3) == "matched")
              bank[{row.text(4), row.text(5)}] += fen;
            else
              out.differences.push_back({row.text(3), "line", row.text(0), fen});
          },
          "SELECT serial, fen, balance, state, COALESCE(kind, ''), COALESCE(subject, '') FROM bank_entry WHERE jurisdiction "
          "= ? AND account = ? AND day <= ? ORDER BY seq",
          d_.tenant, account, to_string(day));
    });
    const ledger::Ledger journal(d_.database, d_.tenant, d_.clock);
    for (const auto& [id, sign] : mirrors(*at)) {
      out.ledger += sign * journal.balance_on(id, day);
      std::int64_t from = 0;
      do {
        const auto some = journal.journal({.account = id, .to = day}, from, page);
        for (const ledger::Transfer& x : some.transfers)
          if (const std::int64_t fen = moved(x, id); fen != 0) book[{x.cause.kind, x.cause.id}] += sign * fen;
        from = some.next;
      } while (from != 0);
    }
    out.bank = stated ? *stated : opening + lines;
    if (opening != 0) out.differences.push_back({"opening", "", "", opening});
    for (const auto& [key, fen] : bank) book.try_emplace(key, 0);
    if (out.bank != opening + lines) out.differences.push_back({"unexplained", "", "", out.bank - opening - lines});
    for (const auto& [key, fen] : book) {
      const auto found = bank.find(key);
      const auto at_bank = found == bank.end() ? std::nullopt : std::optional(found->second);
      const std::int64_t less = at_bank.value_or(0) - fen;
      if (less != 0) out.differences.push_back({why_of(*at, key.first, key.second, at_bank), key.first, key.second, less});
    }
    for (const Difference& one : out.differences)
      if (one.why == "unexplained") out.unexplained += one.fen < 0 ? -one.fen : one.fen;
  });
  return out;
}

void each_sealed(store::Database& database, const std::string& tenant,
                 const std::function<std::optional<std::string>(const std::string&, const std::string&)>& visit) {
  struct Table {
    const char* read;
    const char* write;
    const char* place;
  };
  static constexpr std::array tables{
      Table{"SELECT party, '', sealed FROM bank_payee WHERE jurisdiction = ?",
            "UPDATE bank_payee SET sealed = ? WHERE jurisdiction = ? AND party = ? AND '' = ?", "payee"},
      Table{"SELECT subject, CAST(id AS TEXT), body FROM bank_proposal WHERE jurisdiction = ? AND what = 'payee'",
            "UPDATE bank_proposal SET body = ? WHERE jurisdiction = ? AND subject = ? AND CAST(id AS TEXT) = ?", "payee"},
      Table{"SELECT CAST(number AS TEXT), '', sealed FROM bank_batch WHERE jurisdiction = ?",
            "UPDATE bank_batch SET sealed = ? WHERE jurisdiction = ? AND CAST(number AS TEXT) = ? AND '' = ?", "batch"},
      Table{"SELECT account, serial, sealed FROM bank_entry WHERE jurisdiction = ?",
            "UPDATE bank_entry SET sealed = ? WHERE jurisdiction = ? AND account = ? AND serial = ?", "entry"}};
  database.together([&](store::Transaction& t) {
    for (const Table& table : tables)
      for (const store::Row& row : t.query(table.read, tenant)) {
        const std::string key = std::string(table.place) == "entry" ? row.text(0) + "/" + row.text(1) : row.text(0);
        const auto anew = visit(row.text(2), fmt::format("bank/{}/{}/{}", tenant, table.place, key));
        if (anew) t.execute(table.write, *anew, tenant, row.text(0), row.text(1));
      }
  });
}

}  // namespace tributary::bank
