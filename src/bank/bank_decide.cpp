// What one person proposes and another decides.
#include "bank/bank.h"
#include "bank/reference.h"
#include "bank/rows.h"
#include "base/json.h"
#include "base/text.h"

#include <algorithm>

namespace tributary::bank {
namespace {

using Json = nlohmann::json;

// "statement:17" in two.
std::pair<std::string, std::string> target_of(const std::string& target) {
  const std::size_t colon = target.find(':');
  if (colon == std::string::npos) return {target, ""};
  return {target.substr(0, colon), target.substr(colon + 1)};
}

// As a word of its own: D-1 is not named by D-12.
bool names(std::string_view text, std::string_view key) {
  const auto goes_on = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
  };
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    const std::size_t end = at + key.size();
    if ((at == 0 || !goes_on(text[at - 1])) && (end == text.size() || !goes_on(text[end]))) return true;
  }
  return false;
}

Error bad_target(const std::string& target) {
  return {codes::bad_value,
          {fmt::format("“{}”不是可以指定的去向", target), fmt::format("\"{}\" is nothing a line can be assigned to", target)},
          {{}, 0, 0, "target"},
          {"可用：account:登记账户、statement:结算单、right:登记交易、not_ours",
           "one of: account:CODE, statement:ID, right:KEY, not_ours"}};
}

}  // namespace

Error Bank::same_person(const std::string& by) const {
  return {codes::same_person,
          {fmt::format("“{}”不能复核自己经办的事项", by), fmt::format("“{}” cannot decide what he proposed himself", by)},
          {},
          {"请由另一人办理（命令行用 --by 写明经办人）", "another person must do it (on the command line: --by)"}};
}

std::int64_t Bank::propose(store::Transaction& t, const char* what, const std::string& subject,
                           const std::string& body, const std::string& by, const std::string& reason) {
  require_reason(reason);
  if (trim(by).empty()) throw Error(codes::bad_value, {"请写明经办人", "say who does it"}, {{}, 0, 0, "by"});
  if (const auto open = t.first(
          "SELECT id FROM bank_proposal WHERE jurisdiction = ? AND what = ? AND subject = ? AND state = 'open'",
          d_.tenant, what, subject))
    throw Error(codes::proposal_open, {fmt::format("此事已提出（第 {} 号），等待复核", open->integer(0)),
                                       fmt::format("this waits for a decision already (proposal {})", open->integer(0))});
  const std::int64_t id =
      t.first("SELECT COALESCE(MAX(id), 0) + 1 FROM bank_proposal WHERE jurisdiction = ?", d_.tenant)->integer(0);
  t.execute(
      "INSERT INTO bank_proposal (jurisdiction, id, what, subject, body, reason, by_whom, at, state, note) VALUES (?, ?, "
      "?, ?, ?, ?, ?, ?, 'open', '')",
      d_.tenant, id, what, subject, body, reason, by, d_.clock.now().seconds);
  return id;
}

std::int64_t Bank::propose_payee(const Payee& payee, const std::string& by, const std::string& reason) {
  for (const auto& [value, field] :
       {std::pair{&payee.party, "party"}, {&payee.name, "name"}, {&payee.bank, "bank"}, {&payee.number, "number"}})
    if (trim(*value).empty() || value->size() > 200 || value->find_first_of("\r\n") != std::string::npos)
      throw Error(codes::bad_value, {fmt::format("{} 为空、过长或换行", field),
                                     fmt::format("{} is empty, too long or of several lines", field)},
                  {{}, 0, 0, field});
  // Digits, and the hyphens and letters of some banks: no spreadsheet takes it for a formula.
  const bool fine = payee.number.front() != '-' && std::ranges::all_of(payee.number, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
  });
  if (!fine)
    throw Error(codes::bad_value, {"账号只用数字、字母和 -", "an account number has digits, letters and - only"},
                {{}, 0, 0, "number"});
  const std::string body = Json{{"name", payee.name}, {"bank", payee.bank}, {"number", payee.number}}.dump();
  std::int64_t id = 0;
  d_.database.together([&](store::Transaction& t) {
    id = propose(t, "payee", payee.party, d_.seal.close(body, place("payee", payee.party)), by, reason);
  });
  return id;
}

std::int64_t Bank::propose_withdrawal(std::int64_t batch, const std::string& by, const std::string& reason) {
  std::int64_t id = 0;
  d_.database.together([&](store::Transaction& t) {
    const Batch is = require_batch(t, d_.tenant, batch);
    if (is.state != "approved") throw wrong_state({"该批指令", "the batch"}, is.state);
    id = propose(t, "withdraw", std::to_string(batch), "", by, reason);
  });
  return id;
}

// Money that left under the reference is not taken for refused, however little the line fits.
void Bank::require_not_at_bank(store::Transaction& t, const std::string& reference) const {
  t.each(
      [&](const store::Row& row) {
        if (std::ranges::count(references_in(row.text(2)), reference) == 0) return;
        throw Error(codes::wrong_state,
                    {fmt::format("账户 {} 的流水 {} 写明 {}，款项已付出", row.text(0), row.text(1), reference),
                     fmt::format("line {} of account {} names {}: the money has left", row.text(1), row.text(0), reference)},
                    {{}, 0, 0, "reference"}, {"请先办理该笔流水", "settle that line first"});
      },
      "SELECT account, serial, remark FROM bank_entry WHERE jurisdiction = ? AND state <> 'matched' AND state <> "
      "'not_ours' AND fen < 0",
      d_.tenant);
}

std::int64_t Bank::propose_failed(const std::string& reference, const std::string& by, const std::string& reason) {
  std::int64_t id = 0;
  d_.database.together([&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT i.state, b.state FROM bank_instruction i JOIN bank_batch b ON b.jurisdiction = i.jurisdiction AND "
        "b.number = i.batch WHERE i.jurisdiction = ? AND i.reference = ?",
        d_.tenant, reference);
    if (!row)
      throw Error(codes::unknown_line, {fmt::format("没有编号为 {} 的指令", reference),
                                        fmt::format("there is no instruction {}", reference)},
                  {{}, 0, 0, "reference"});
    if (row->text(0) != "open") throw wrong_state({"该笔指令", "the instruction"}, row->text(0));
    if (row->text(1) != "acknowledged") throw wrong_state({"该批指令", "the batch"}, row->text(1));
    require_not_at_bank(t, reference);
    id = propose(t, "failed", reference, "", by, reason);
  });
  return id;
}

std::int64_t Bank::assign(const std::string& account, const std::string& serial, const std::string& target,
                          const std::string& by, const std::string& reason) {
  const BankAccount& at = *find_account(d_.layouts, account).account;
  const auto [kind, subject] = target_of(target);
  std::int64_t id = 0;
  d_.database.together([&](store::Transaction& t) {
    const auto row = t.first("SELECT fen, state FROM bank_entry WHERE jurisdiction = ? AND account = ? AND serial = ?",
                             d_.tenant, account, serial);
    if (!row)
      throw Error(codes::unknown_line, {fmt::format("账户 {} 没有流水 {}", account, serial),
                                        fmt::format("the account {} has no line {}", account, serial)},
                  {{}, 0, 0, "serial"});
    const std::string state = row->text(1);
    if (state != "unmatched" && state != "not_ours") throw wrong_state({"该笔流水", "the line"}, state);
    if (kind == "account") {
      if (row->integer(0) < 0)
        throw Error(codes::bad_value, {"付出的款项不能记为登记账户的缴存", "what went out is no deposit"},
                    {{}, 0, 0, "target"});
      if (at.clearing.empty()) throw bad_target(target);
      d_.rights.account(subject);
      require_no_twin(t, at, subject, row->integer(0), reason);
    } else if (kind == "statement" || kind == "right") {
      if (const auto why = obstacle(t, account, kind, subject, row->integer(0), ""))
        throw Error(codes::not_payable, *why, {{}, 0, 0, "target"});
    } else if (target != "not_ours") {
      throw bad_target(target);
    }
    id = propose(t, "assign", account + "/" + serial, target, by, reason);
    t.execute("UPDATE bank_entry SET state = 'proposed' WHERE jurisdiction = ? AND account = ? AND serial = ?", d_.tenant,
              account, serial);
  });
  return id;
}

std::vector<std::string> Bank::twins_of(store::Transaction& t, const BankAccount& account, const std::string& to,
                                        std::int64_t fen) const {
  std::vector<std::string> out;
  for (std::string& key : open_rights(t, rights::TransactionKind::deposit, account.clearing, to, true)) {
    const auto parts = d_.rights.transaction(key).parts;
    if (parts.size() == 1 && parts.front().amount == fen) out.push_back(std::move(key));
  }
  return out;
}

void Bank::require_no_twin(store::Transaction& t, const BankAccount& account, const std::string& to, std::int64_t fen,
                           const std::string& reason) const {
  const auto twins = twins_of(t, account, to, fen);
  const auto unnamed = std::ranges::find_if(twins, [&](const std::string& key) { return !names(reason, key); });
  if (unnamed == twins.end()) return;
  const std::string& twin = *unnamed;
  throw Error(codes::not_payable,
              {fmt::format("账户 {} 已有手工登记的同额缴存 {}，尚无流水", to, twin),
               fmt::format("a deposit {} of the same amount to {} was entered by hand and has no line yet", twin, to)},
              {{}, 0, 0, "target"},
              {fmt::format("即此笔的，指定为 right:{}；确为另一笔的，在事由中写明 {}", twin, twin),
               fmt::format("where it is that one, assign the line to right:{}; where it is another, name {} in the reason",
                           twin, twin)});
}

void Bank::enact_assignment(store::Transaction& t, const Proposal& p, const std::string& by) {
  const std::size_t slash = p.subject.find('/');
  const std::string account = p.subject.substr(0, slash), serial = p.subject.substr(slash + 1);
  const BankAccount& at = *find_account(d_.layouts, account).account;
  const auto row = t.first("SELECT fen, seq FROM bank_entry WHERE jurisdiction = ? AND account = ? AND serial = ?",
                           d_.tenant, account, serial);
  const std::int64_t fen = row->integer(0);
  auto [kind, subject] = target_of(p.target);
  if (p.target == "not_ours") {
    t.execute(
        "UPDATE bank_entry SET state = 'not_ours', note_zh = ?, note_en = ? WHERE jurisdiction = ? AND account = ? AND "
        "serial = ?",
        p.reason, p.reason, d_.tenant, account, serial);
    return;
  }
  if (kind == "account") {
    require_no_twin(t, at, subject, fen, p.reason);
    const std::string key = fmt::format("BANK-{}-{}", account, row->integer(1));
    d_.rights.propose({.key = key,
                       .kind = rights::TransactionKind::deposit,
                       .instrument = std::string(rights::cash),
                       .from = at.clearing,
                       .to = subject,
                       .quantity = fen},
                      {p.by, "", p.reason, d_.rule, true});
    d_.rights.approve(key, {by, "", p.reason, d_.rule});
    kind = "right";
    subject = key;
  } else {
    if (const auto why = obstacle(t, account, kind, subject, fen, by)) throw Error(codes::not_payable, *why);
    settle(t, at, kind, subject, serial, by);
  }
  t.execute(
      "UPDATE bank_entry SET state = 'matched', kind = ?, subject = ?, note_zh = ?, note_en = ? WHERE jurisdiction = ? AND "
      "account = ? AND serial = ?",
      kind, subject, p.reason, p.reason, d_.tenant, account, serial);
}

void Bank::enact(store::Transaction& t, const Proposal& p, const std::string& body, const std::string& by) {
  if (p.what == "assign") return enact_assignment(t, p, by);
  if (p.what == "payee") {
    t.execute(
        "INSERT INTO bank_payee (jurisdiction, party, sealed, proposal) VALUES (?, ?, ?, ?) ON CONFLICT (jurisdiction, "
        "party) DO UPDATE SET sealed = excluded.sealed, proposal = excluded.proposal",
        d_.tenant, p.subject, body, p.id);
    return;
  }
  if (p.what == "failed") {
    require_not_at_bank(t, p.subject);
    const auto changed = t.execute(
        "UPDATE bank_instruction SET state = 'failed' WHERE jurisdiction = ? AND reference = ? AND state = 'open'",
        d_.tenant, p.subject);
    if (changed != 1) throw wrong_state({"该笔指令", "the instruction"}, "paid");
    return;
  }
  const std::int64_t number = number_in(p.subject).value();
  if (p.what == "batch") return approve_batch(t, number, by);
  const Batch is = require_batch(t, d_.tenant, number);
  if (is.state != "approved") throw wrong_state({"该批指令", "the batch"}, is.state);
  t.execute("UPDATE bank_batch SET state = 'withdrawn' WHERE jurisdiction = ? AND number = ?", d_.tenant, number);
  t.execute("UPDATE bank_instruction SET state = 'withdrawn' WHERE jurisdiction = ? AND batch = ?", d_.tenant, number);
}

void Bank::decide(std::int64_t proposal_id, bool granted, const std::string& by, const std::string& note) {
  require_reason(note);
  d_.database.together([&](store::Transaction& t) {
    const Proposal p = proposal(proposal_id);
    if (p.state != "open") {
      if (p.state == (granted ? "approved" : "refused") && same(p.decided_by, by)) return;  // a retry
      throw wrong_state({"该事项", "the proposal"}, p.state);
    }
    const bool own = same(p.by, by);
    if (own && granted) throw same_person(by);
    if (granted) {
      const auto row =
          t.first("SELECT body FROM bank_proposal WHERE jurisdiction = ? AND id = ?", d_.tenant, proposal_id);
      enact(t, p, row->text(0), by);
    } else if (p.what == "batch") {
      t.execute("UPDATE bank_batch SET state = 'refused' WHERE jurisdiction = ? AND number = ?", d_.tenant,
                number_in(p.subject).value());
      t.execute("UPDATE bank_instruction SET state = 'withdrawn' WHERE jurisdiction = ? AND batch = ?", d_.tenant,
                number_in(p.subject).value());
    } else if (p.what == "assign") {
      const std::size_t slash = p.subject.find('/');
      t.execute("UPDATE bank_entry SET state = 'unmatched' WHERE jurisdiction = ? AND account = ? AND serial = ?",
                d_.tenant, p.subject.substr(0, slash), p.subject.substr(slash + 1));
    }
    t.execute(
        "UPDATE bank_proposal SET state = ?, decided_by = ?, decided = ?, note = ? WHERE jurisdiction = ? AND id = ?",
        granted ? "approved" : own ? "taken_back" : "refused", by, d_.clock.now().seconds, note, d_.tenant, proposal_id);
  });
}

}  // namespace tributary::bank
