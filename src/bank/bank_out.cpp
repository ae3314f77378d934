// Payment instructions: what waits, batches and their files.
#include "bank/bank.h"
#include "bank/reference.h"
#include "bank/rows.h"
#include "base/text.h"
#include "compensate/due.h"
#include "compensate/statement_code.h"

#include <algorithm>

namespace tributary::bank {
namespace {

Text purpose_of_right(const std::string& account) {
  return {"退回登记账户资金 " + account, "cash out of account " + account};
}

}  // namespace

std::string Bank::place(const char* table, const std::string& key) const {
  return fmt::format("bank/{}/{}/{}", d_.tenant, table, key);
}

// The registry's own table, asked for what is open: its list of an account has all there ever was.
std::vector<std::string> Bank::open_rights(store::Transaction& t, rights::TransactionKind kind, const std::string& from,
                                           const std::string& to, bool under_way) const {
  std::vector<std::string> out;
  t.each([&](const store::Row& row) { out.push_back(row.text(0)); },
         "SELECT x.key FROM right_transaction x WHERE x.jurisdiction = ? AND x.to_account = ? AND (? = '' OR x.from_account "
         "= ?) AND x.kind = ? AND x.state IN (?, ?, ?) AND x.reversed_by = '' AND NOT EXISTS (SELECT 1 FROM bank_entry e WHERE "
         "e.jurisdiction = x.jurisdiction AND e.kind = 'right' AND e.subject = x.key AND e.state = 'matched') AND NOT EXISTS "
         "(SELECT 1 FROM bank_instruction i WHERE i.jurisdiction = x.jurisdiction AND i.kind = 'right' AND i.subject = x.key "
         "AND i.state IN ('open', 'paid')) ORDER BY x.number",
         d_.tenant, to, from, from, static_cast<int>(kind), static_cast<int>(rights::TransactionState::completed),
         static_cast<int>(under_way ? rights::TransactionState::proposed : rights::TransactionState::completed),
         static_cast<int>(under_way ? rights::TransactionState::delayed : rights::TransactionState::completed));
  return out;
}

std::vector<Payable> Bank::waiting(const std::string& account) const {
  const BankAccount& at = *find_account(d_.layouts, account).account;
  std::vector<Payable> out;
  d_.database.snapshot([&] {
    out.clear();
    std::set<std::string> payees;
    d_.database.read([&](store::Transaction& t) {
      t.each([&](const store::Row& row) { payees.insert(row.text(0)); },
             "SELECT party FROM bank_payee WHERE jurisdiction = ?", d_.tenant);
    });
    // Of what is open, one by one, by the unique indexes: what is settled grows with the years.
    const auto instructed = [&](std::int64_t id) -> std::string {
      return d_.database.read([&](store::Transaction& t) {
        const auto row = t.first(
            "SELECT state FROM bank_instruction WHERE jurisdiction = ? AND kind = 'statement' AND subject = ? AND state IN "
            "('open', 'paid')",
            d_.tenant, std::to_string(id));
        return row ? row->text(0) : std::string();
      });
    };
    const auto at_bank = [&](std::int64_t id) {
      return d_.database.read(
          [&](store::Transaction& t) { return already(t, "statement", std::to_string(id)).has_value(); });
    };
    // One that supersedes what is on its way to the bank would be paid twice.
    const auto earlier_under_way = [&](const compensate::Statement& s) {
      for (auto id = s.supersedes; id; id = d_.statements.statement(*id).supersedes)
        if (instructed(*id) == "open") return true;
      return false;
    };
    const auto add = [&](Payable p) {
      p.has_payee = payees.contains(p.party);
      out.push_back(std::move(p));
    };
    if (!at.owner.empty())
      for (const auto& s : d_.statements.statements(
               {.rule = {}, .period = {}, .party = at.owner, .state = compensate::StatementState::posted})) {
        const std::int64_t due =
            d_.database.read([&](store::Transaction& t) { return compensate::due(t, d_.tenant, s); });
        const std::string& from = due > 0 ? s.payer : s.payee;
        if (due == 0 || from != at.owner || s.payer == s.payee || !instructed(s.id).empty() || at_bank(s.id) ||
            earlier_under_way(s))
          continue;
        const std::string code = compensate::statement_code(d_.tenant, s);
        add({"statement", std::to_string(s.id), due > 0 ? s.payee : s.payer, due > 0 ? due : -due,
             {"生态保护补偿 " + code, "ecological compensation " + code}});
      }
    if (!at.clearing.empty()) {
      std::map<std::string, std::string> owners;
      for (const auto& a : d_.rights.accounts()) owners.emplace(a.code, a.owner);
      for (const std::string& key : d_.database.read([&](store::Transaction& t) {
             return open_rights(t, rights::TransactionKind::withdraw, "", at.clearing);
           })) {
        const rights::Transaction x = d_.rights.transaction(key);
        std::int64_t fen = 0;
        for (const auto& part : x.parts) fen += part.amount;
        add({"right", x.key, owners[x.from], fen, purpose_of_right(x.from)});
      }
    }
  });
  std::ranges::sort(out, {}, [](const Payable& p) { return std::pair(p.kind, p.subject); });
  return out;
}

std::int64_t Bank::instruct(const std::string& account, const std::set<std::string>& subjects, const std::string& by,
                            const std::string& reason) {
  require_reason(reason);
  const auto [layout, at] = find_account(d_.layouts, account);
  std::int64_t number = 0;
  d_.database.together([&](store::Transaction& t) {
    std::set<std::string> wanted = subjects;
    std::vector<Payable> chosen;
    for (Payable& p : waiting(account)) {
      const bool named = wanted.erase(p.kind + ":" + p.subject) > 0;
      if (!subjects.empty() && !named) continue;
      if (!p.has_payee && named)
        throw Error(codes::no_payee,
                    {fmt::format("{} 没有登记收款账号", p.party),
                     fmt::format("no account number of {} is registered", p.party)},
                    {}, {"先登记收款账号，由另一人同意", "register it first; another person agrees"});
      if (p.has_payee) chosen.push_back(std::move(p));
    }
    if (!wanted.empty())
      throw Error(codes::not_payable, {fmt::format("“{}”没有待付款项", *wanted.begin()),
                                       fmt::format("nothing of “{}” waits to be paid", *wanted.begin())},
                  {{}, 0, 0, "subjects"});
    if (chosen.empty())
      throw Error(codes::nothing_payable, {"没有可以支付的款项", "there is nothing that can be paid"}, {},
                  {"没有登记收款账号的款项不列入指令", "what has no payee's account is left out"});
    if (chosen.size() > static_cast<std::size_t>(most_lines)) chosen.resize(most_lines);
    number = t.first("SELECT COALESCE(MAX(number), 0) + 1 FROM bank_batch WHERE jurisdiction = ?", d_.tenant)->integer(0);
    if (number > most_batches)
      throw Error(codes::not_payable, {"批次号已用完", "there are no numbers of batches left"});
    std::vector<Instruction> lines;
    std::vector<Payee> payees;
    std::vector<Text> purposes;
    std::int64_t total = 0;
    for (const Payable& p : chosen) {
      const auto line = static_cast<std::int64_t>(lines.size()) + 1;
      lines.push_back({number, line, reference_of(number, line), p.kind, p.subject, p.party, p.fen, "open"});
      payees.push_back(*payee(p.party));
      purposes.push_back(p.what);
      if (__builtin_add_overflow(total, p.fen, &total))
        throw Error(codes::bad_value, {"合计超出范围", "the total is out of range"});
    }
    const std::string bytes = instruction_file(*layout, *at, lines, payees, purposes);
    t.execute(
        "INSERT INTO bank_batch (jurisdiction, number, account, layout, state, lines, fen, sha256, sealed, made_by, "
        "made) VALUES (?, ?, ?, ?, 'drafted', ?, ?, ?, ?, ?, ?)",
        d_.tenant, number, account, layout->id, static_cast<std::int64_t>(lines.size()), total, sha256_hex(bytes),
        d_.seal.close(bytes, place("batch", std::to_string(number))), by, d_.clock.now().seconds);
    for (const Instruction& line : lines)
      t.execute(
          "INSERT INTO bank_instruction (jurisdiction, batch, line, reference, kind, subject, party, fen, state) VALUES "
          "(?, ?, ?, ?, ?, ?, ?, ?, 'open')",
          d_.tenant, line.batch, line.line, line.reference, line.kind, line.subject, line.party, line.fen);
    propose(t, "batch", std::to_string(number), "", by, reason);
  });
  return number;
}

std::optional<Text> Bank::not_due(store::Transaction& t, const std::string& account, const Instruction& line) const {
  if (line.kind == "statement") {
    const compensate::Statement s = d_.statements.statement(number_in(line.subject).value());
    if (s.superseded_by)
      return Text{fmt::format("结算单 {} 已被 {} 取代", s.id, *s.superseded_by),
                  fmt::format("statement {} is superseded by {}", s.id, *s.superseded_by)};
    if (s.state != compensate::StatementState::posted)
      return Text{fmt::format("结算单 {} 为“{}”，不再待付", s.id, compensate::title_of(s.state).zh),
                  fmt::format("statement {} is {}; it does not wait to be paid", s.id, to_string(s.state))};
  }
  return obstacle(t, account, line.kind, line.subject, -line.fen, "");
}

// What changed since it was drafted must not go to the bank: each line is still due, to the same account.
void Bank::approve_batch(store::Transaction& t, std::int64_t number, const std::string& by) {
  const Batch is = require_batch(t, d_.tenant, number);
  if (is.state != "drafted") throw wrong_state({"该批指令", "the batch"}, is.state);
  const auto [layout, at] = find_account(d_.layouts, is.account);
  const auto lines = lines_of(t, d_.tenant, number);
  std::vector<Payee> payees;
  std::vector<Text> purposes;
  for (const Instruction& line : lines) {
    if (const auto why = not_due(t, is.account, line))
      throw Error(codes::not_payable, {fmt::format("第 {} 行：{}", line.line, why->zh),
                                       fmt::format("line {}: {}", line.line, why->en)},
                  {}, {"退回本批，重新拟制", "refuse the batch and draft it again"});
    payees.push_back(*payee(line.party));
    if (line.kind == "statement") {
      const std::string code =
          compensate::statement_code(d_.tenant, d_.statements.statement(number_in(line.subject).value()));
      purposes.push_back({"生态保护补偿 " + code, ""});
    } else {
      purposes.push_back(purpose_of_right(d_.rights.transaction(line.subject).from));
    }
  }
  if (sha256_hex(instruction_file(*layout, *at, lines, payees, purposes)) != is.sha256)
    throw Error(codes::not_payable,
                {"拟制以后收款账号或版式有变", "an account number of a payee, or the layout, has changed since it was drafted"},
                {}, {"退回本批，重新拟制", "refuse the batch and draft it again"});
  t.execute("UPDATE bank_batch SET state = 'approved', approved_by = ?, approved = ? WHERE jurisdiction = ? AND number = ?",
            by, d_.clock.now().seconds, d_.tenant, number);
}

std::string Bank::file(std::int64_t batch) const {
  std::string out;
  d_.database.together([&](store::Transaction& t) {
    const Batch is = require_batch(t, d_.tenant, batch);
    if (is.state != "approved" && is.state != "acknowledged") throw wrong_state({"该批指令", "the batch"}, is.state);
    // Once the bank has it, the file is a record.
    if (is.state == "approved")
      for (const Instruction& line : lines_of(t, d_.tenant, batch))
        if (const auto why = not_due(t, is.account, line))
          throw Error(codes::not_payable, {fmt::format("第 {} 行：{}", line.line, why->zh),
                                           fmt::format("line {}: {}", line.line, why->en)},
                      {}, {"撤回本批，重新拟制", "withdraw the batch and draft it again"});
    const auto row = t.first("SELECT sealed FROM bank_batch WHERE jurisdiction = ? AND number = ?", d_.tenant, batch);
    out = d_.seal.open(row->text(0), place("batch", std::to_string(batch)));
  });
  return out;
}

void Bank::acknowledge(std::int64_t batch, const std::string& words) {
  require_reason(words);
  d_.database.together([&](store::Transaction& t) {
    const Batch is = require_batch(t, d_.tenant, batch);
    if (is.state == "acknowledged" && is.acknowledged == words) return;
    if (is.state != "approved") throw wrong_state({"该批指令", "the batch"}, is.state);
    t.execute("UPDATE bank_batch SET state = 'acknowledged', acknowledged = ? WHERE jurisdiction = ? AND number = ?",
              words, d_.tenant, batch);
  });
}

}  // namespace tributary::bank
