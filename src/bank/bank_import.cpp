// Statements in: each new line is matched and booked, or left for people, all in one transaction.
#include "bank/bank.h"
#include "bank/reference.h"
#include "bank/rows.h"
#include "bank/titles.h"
#include "base/json.h"
#include "base/text.h"
#include "compensate/due.h"
#include "compensate/duties.h"
#include "compensate/statement_code.h"

#include <algorithm>

namespace tributary::bank {
namespace {

using Json = nlohmann::json;
using compensate::StatementState;

Text differs(std::int64_t due, std::int64_t fen) {
  return {fmt::format("金额不符：应为 {} 元，流水为 {} 元", yuan(due), yuan(fen)),
          fmt::format("the amounts differ: {} yuan is due, the line has {} yuan", yuan(due), yuan(fen))};
}

// Words of a remark that could be codes: runs of the characters codes are made of, in upper case.
std::vector<std::string> words_of(const std::string& remark) {
  std::vector<std::string> out(1);
  for (const char c : fold_width_upper(remark)) {
    const bool part = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == ':';
    if (part)
      out.back() += c;
    else if (!out.back().empty())
      out.emplace_back();
  }
  return out;
}

std::string same_text(const StatementRow& r) {
  return Json{to_string(r.day), r.fen, r.balance ? Json(*r.balance) : Json(), r.account, r.name, r.remark}.dump();
}

std::string sealed_text(const StatementRow& r) {
  return Json{{"account", r.account}, {"name", r.name}}.dump();
}

}  // namespace

std::optional<Text> Bank::already(store::Transaction& t, const std::string& kind, const std::string& subject) const {
  const auto row = t.first(
      "SELECT account, serial FROM bank_entry WHERE jurisdiction = ? AND kind = ? AND subject = ? AND state = 'matched'",
      d_.tenant, kind, subject);
  if (!row) return std::nullopt;
  return Text{fmt::format("已由账户 {} 的流水 {} 办结", row->text(0), row->text(1)),
              fmt::format("settled already by line {} of account {}", row->text(1), row->text(0))};
}

std::optional<Text> Bank::obstacle(store::Transaction& t, const std::string& account, const std::string& kind,
                                   const std::string& subject, std::int64_t fen, const std::string& by) const {
  const BankAccount& at = *find_account(d_.layouts, account).account;
  if (auto why = already(t, kind, subject)) return why;
  if (kind == "right") {
    const rights::Transaction x = d_.rights.transaction(subject);
    if (x.state != rights::TransactionState::completed || !x.reversed_by.empty())
      return Text{fmt::format("登记交易 {} 未办结或已冲回", subject),
                  fmt::format("transaction {} is not completed, or was reversed", subject)};
    const std::int64_t moved = booked(at, kind, subject);
    if (moved == 0)
      return Text{fmt::format("登记交易 {} 与本账户无关", subject),
                  fmt::format("transaction {} is not of this account", subject)};
    if (moved != fen) return differs(moved, fen);
    return std::nullopt;
  }
  const auto id = number_in(subject);
  if (!id) return Text{"结算单编号不对", "this is no statement's number"};
  const compensate::Statement s = d_.statements.statement(*id);
  // One the bank was told to pay before it was superseded counts for what its successors owe: unless they are paid already.
  const bool instructed =
      s.superseded_by && fen < 0 &&
      t.first("SELECT 1 FROM bank_instruction i JOIN bank_batch b ON b.jurisdiction = i.jurisdiction AND b.number = i.batch "
              "WHERE i.jurisdiction = ? AND i.kind = ? AND i.subject = ? AND i.fen = ? AND b.account = ? AND b.approved IS "
              "NOT NULL",
              d_.tenant, kind, subject, -fen, account);
  if (s.superseded_by && (!instructed || compensate::is_overtaken(t, d_.tenant, s)))
    return Text{fmt::format("结算单 {} 已被 {} 取代", *id, *s.superseded_by),
                fmt::format("statement {} is superseded by {}", *id, *s.superseded_by)};
  if (s.payer == s.payee || (s.payer != at.owner && s.payee != at.owner))
    return Text{fmt::format("结算单 {} 与本账户无关", *id), fmt::format("statement {} is not of this account", *id)};
  if (s.state != StatementState::posted && s.state != StatementState::paid)
    return Text{fmt::format("结算单 {} 为“{}”，未入账", *id, compensate::title_of(s.state).zh),
                fmt::format("statement {} is {}, not posted", *id, to_string(s.state))};
  const std::int64_t due = s.state == StatementState::paid ? booked(at, kind, subject)
                           : s.payer == at.owner           ? -compensate::due(t, d_.tenant, s)
                                                           : compensate::due(t, d_.tenant, s);
  if (due != fen) return differs(due, fen);
  if (s.state == StatementState::posted && !by.empty())
    if (const auto step = compensate::conflicting_step(s, "paid", by))
      return Text{fmt::format("{} 已办理结算单 {} 的确认，不能再登记付款", by, *id),
                  fmt::format("{} confirmed statement {} and may not record its payment", by, *id)};
  return std::nullopt;
}

void Bank::settle(store::Transaction& t, const BankAccount& account, const std::string& kind,
                  const std::string& subject, const std::string& serial, const std::string& by) {
  if (kind == "statement") {
    const std::int64_t id = *number_in(subject);
    if (d_.statements.statement(id).state == StatementState::posted)
      d_.statements.pay_instructed(id, by, fmt::format("银行流水 / bank serial {} {}", account.code, serial));
  }
  t.execute(
      "UPDATE bank_batch SET state = 'acknowledged', acknowledged = ? WHERE jurisdiction = ? AND state = 'approved' AND "
      "number IN (SELECT batch FROM bank_instruction WHERE jurisdiction = ? AND kind = ? AND subject = ? AND state IN "
      "('open', 'paid') AND state = 'open')",
      fmt::format("流水 / line {}", serial), d_.tenant, d_.tenant, kind, subject);
  t.execute(
      "UPDATE bank_instruction SET state = 'paid' WHERE jurisdiction = ? AND kind = ? AND subject = ? AND state IN ('open', "
      "'paid') AND state = 'open'",
      d_.tenant, kind, subject);
}

Bank::Match Bank::match_out(store::Transaction& t, const BankAccount& account, const StatementRow& row,
                            const std::string& by) {
  Match out;
  const auto found = references_in(row.remark);
  if (found.size() != 1) {
    out.note = found.empty() ? Text{"备注里没有指令编号", "the remark has no reference of an instruction"}
                             : Text{"备注里有几个指令编号", "the remark has several references"};
    return out;
  }
  const std::string& reference = found.front();
  const auto line = t.first(
      "SELECT i.kind, i.subject, i.fen, i.state, b.state, b.account FROM bank_instruction i JOIN bank_batch b ON "
      "b.jurisdiction = i.jurisdiction AND b.number = i.batch WHERE i.jurisdiction = ? AND i.reference = ?",
      d_.tenant, reference);
  const auto refused = [&](std::string zh, std::string en) {
    out.note = {reference + "：" + zh, reference + ": " + en};
    return out;
  };
  if (!is_reference(reference)) return refused("校验位不符，编号有误", "the check digits do not fit; it is mistyped");
  if (!line) return refused("没有这个编号的指令", "there is no such instruction");
  const std::string kind = line->text(0), subject = line->text(1), state = line->text(3), batch = line->text(4);
  if (line->text(5) != account.code) return refused("是另一账户的指令", "it is of another account");
  // Whatever else is wrong with the line: the bank has the batch.
  t.execute(
      "UPDATE bank_batch SET state = 'acknowledged', acknowledged = ? WHERE jurisdiction = ? AND state = 'approved' AND "
      "number IN (SELECT batch FROM bank_instruction WHERE jurisdiction = ? AND reference = ?)",
      fmt::format("流水 / line {}", row.serial), d_.tenant, d_.tenant, reference);
  if (state == "open" && batch != "approved" && batch != "acknowledged")
    return refused("该批指令未经审核", "its batch is not approved");
  if (state != "open") {
    const auto why = already(t, kind, subject);
    if (why) return refused(why->zh, why->en);
    return refused("该笔指令" + title_of_state(state).zh, "the instruction is " + title_of_state(state).en);
  }
  if (line->integer(2) != -row.fen) {
    const Text why = differs(-line->integer(2), row.fen);
    return refused(why.zh, why.en);
  }
  if (const auto why = obstacle(t, account.code, kind, subject, row.fen, by)) return refused(why->zh, why->en);
  settle(t, account, kind, subject, row.serial, by);
  return {"matched", kind, subject, {reference, reference}, {}};
}

Bank::Holders Bank::holders_at(const BankAccount& account) const {
  Holders out;
  if (account.clearing.empty()) return out;
  for (const auto& a : d_.rights.accounts())
    if (a.type == rights::AccountType::holding || a.type == rights::AccountType::trading)
      out.emplace(fold_width_upper(a.code), a.code);
  return out;
}

Bank::Match Bank::match_in(store::Transaction& t, const BankAccount& account, const StatementRow& row,
                           const std::string& by, const Holders& holders) {
  Match out;
  out.note = {"备注里没有登记账户或结算单编号", "the remark names no account of the registry and no statement"};
  if (const auto returned = references_in(row.remark); !returned.empty()) {
    out.note = {"可能是退回的付款：" + returned.front(), "perhaps a payment that came back: " + returned.front()};
    return out;
  }
  std::set<std::string> words;
  for (std::string& word : words_of(row.remark)) words.insert(std::move(word));
  std::vector<std::int64_t> statements;
  for (const std::string& word : words) {
    const auto id = compensate::id_in_code(word);
    if (!id || account.owner.empty()) continue;
    if (!t.first("SELECT 1 FROM statement WHERE jurisdiction = ? AND id = ?", d_.tenant, *id)) continue;
    const auto s = d_.statements.statement(*id);
    if (fold_width_upper(compensate::statement_code(d_.tenant, s)) == word) statements.push_back(*id);
  }
  std::vector<std::string> accounts;
  for (const std::string& word : words) {
    const auto [from, to] = holders.equal_range(word);
    for (auto at = from; at != to; ++at) accounts.push_back(at->second);
  }
  if (statements.size() + accounts.size() > 1) {
    out.note = {"备注里有几个编号", "the remark has several codes"};
    return out;
  }
  if (!statements.empty()) {
    const std::string subject = std::to_string(statements.front());
    if (const auto why = obstacle(t, account.code, "statement", subject, row.fen, by)) {
      out.note = *why;
      return out;
    }
    settle(t, account, "statement", subject, row.serial, by);
    return {"matched", "statement", subject, {"备注写明结算单", "the remark names the statement"}, {}};
  }
  if (!accounts.empty()) {
    if (const auto twins = twins_of(t, account, accounts.front(), row.fen); !twins.empty()) {
      out.note = {fmt::format("可能是已手工登记的缴存 {}", fmt::join(twins, "、")),
                  fmt::format("perhaps the deposit {} entered by hand", fmt::join(twins, " or "))};
      return out;
    }
    out.state = "proposed";
    out.target = "account:" + accounts.front();
    out.note = {"备注写明登记账户 " + accounts.front(), "the remark names the account " + accounts.front()};
  }
  return out;
}

ImportReport Bank::import(const std::string& account, const std::string& name, const std::string& bytes,
                          const std::string& by) {
  const auto [layout, at] = find_account(d_.layouts, account);
  if (trim(by).empty()) throw Error(codes::bad_value, {"请写明经办人", "say who does it"}, {{}, 0, 0, "by"});
  const StatementFile file = read_statement(bytes, name, *layout, *at);
  ImportReport report;
  d_.database.together([&](store::Transaction& t) {
    report = ImportReport{};
    report.sha256 = file.sha256;
    report.rows = file.rows.size();
    std::vector<Error> faults;
    std::vector<const StatementRow*> fresh;
    const auto fault = [&](const Code& code, const StatementRow& r, const std::string& head, Text message) {
      if (faults.size() < most_faults) faults.emplace_back(code, std::move(message), Where{name, r.line, 0, head});
    };
    for (const StatementRow& r : file.rows) {
      const auto have = t.first(
          "SELECT e.day, e.fen, e.balance, e.sealed, e.remark, e.line, i.file FROM bank_entry e JOIN bank_import i ON "
          "i.jurisdiction = e.jurisdiction AND i.account = e.account AND i.number = e.import WHERE e.jurisdiction = ? AND "
          "e.account = ? AND e.serial = ?",
          d_.tenant, account, r.serial);
      if (!have) {
        fresh.push_back(&r);
        continue;
      }
      ++report.known;
      if (layout->has_balances() && !fresh.empty())
        fault(codes::gap, r, layout->statement.serial,
              {fmt::format("流水 {} 已导入，却排在新的流水之后", r.serial),
               fmt::format("line {} is known, yet it stands after new ones", r.serial)});
      const Json other = Json::parse(d_.seal.open(have->text(3), place("entry", account + "/" + r.serial)));
      StatementRow was{.line = have->integer(5),
                       .day = parse_date(have->text(0)),
                       .serial = r.serial,
                       .fen = have->integer(1),
                       .balance = have->integer_or_null(2),
                       .account = other.at("account"),
                       .name = other.at("name"),
                       .remark = have->text(4)};
      if (same_text(was) != same_text(r))
        fault(codes::serial_conflict, r, layout->statement.serial,
              {fmt::format("流水号 {} 内容不一：{} 第 {} 行为 {} {} 元“{}”，本文件为 {} {} 元“{}”", r.serial, have->text(6),
                           was.line, to_string(was.day), yuan(was.fen), was.remark, to_string(r.day), yuan(r.fen), r.remark),
               fmt::format("serial number {} with two contents: {} line {} has {} {} yuan “{}”, this file {} {} yuan “{}”",
                           r.serial, have->text(6), was.line, to_string(was.day), yuan(was.fen), was.remark,
                           to_string(r.day), yuan(r.fen), r.remark)});
    }
    const auto last = t.first(
        "SELECT seq, balance, day, serial FROM bank_entry WHERE jurisdiction = ? AND account = ? ORDER BY seq DESC LIMIT 1",
        d_.tenant, account);
    const std::int64_t opening =
        fresh.empty() || !fresh.front()->balance ? 0 : *fresh.front()->balance - fresh.front()->fen;
    if (layout->has_balances() && !fresh.empty() && last &&
        (last->integer_or_null(1) != opening || parse_date(last->text(2)) > fresh.front()->day))
      fault(codes::gap, *fresh.front(), layout->statement.balance,
            {fmt::format("与已导入的最后一笔（{} {}）接不上，中间缺少流水", last->text(2), last->text(3)),
             fmt::format("it does not go on from the last known line ({} {}); lines are missing", last->text(2),
                         last->text(3))});
    if (!faults.empty()) throw BadFile(std::move(faults));
    if (fresh.empty()) return;
    const std::int64_t number =
        t.first("SELECT COALESCE(MAX(number), 0) + 1 FROM bank_import WHERE jurisdiction = ? AND account = ?", d_.tenant,
                account)
            ->integer(0);
    t.execute(
        "INSERT INTO bank_import (jurisdiction, account, number, file, sha256, rows_added, opening, by_whom, at) VALUES (?, "
        "?, ?, ?, ?, ?, ?, ?, ?)",
        d_.tenant, account, number, name, file.sha256, static_cast<std::int64_t>(fresh.size()), opening, by,
        d_.clock.now().seconds);
    std::int64_t seq = last ? last->integer(0) : 0;
    Holders holders;  // read once a file
    if (std::ranges::any_of(fresh, [](const StatementRow* r) { return r->fen > 0; })) holders = holders_at(*at);
    for (const StatementRow* r : fresh) {
      const Match match = r->fen < 0 ? match_out(t, *at, *r, by) : match_in(t, *at, *r, by, holders);
      const auto known = [&](const std::string& text) {
        return match.state == "matched" ? std::optional(text) : std::nullopt;
      };
      t.execute(
          "INSERT INTO bank_entry (jurisdiction, account, serial, seq, day, fen, balance, sealed, remark, import, line, "
          "state, kind, subject, note_zh, note_en) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          d_.tenant, account, r->serial, ++seq, to_string(r->day), r->fen, r->balance,
          d_.seal.close(sealed_text(*r), place("entry", account + "/" + r->serial)), r->remark, number,
          static_cast<std::int64_t>(r->line), match.state, known(match.kind), known(match.subject), match.note.zh,
          match.note.en);
      if (match.state == "proposed")
        propose(t, "assign", account + "/" + r->serial, match.target, by, match.note.zh + " / " + match.note.en);
      ++(match.state == "matched" ? report.matched : match.state == "proposed" ? report.proposed : report.unmatched);
    }
  });
  return report;
}

}  // namespace tributary::bank
