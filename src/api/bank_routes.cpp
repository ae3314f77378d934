// The bank as files: what waits to be paid, batches, statements, lines that are not matched, reconciliation.
//
// Whoever pays statements drafts, imports and assigns. Another person decides: one who pays as well, or one who
// confirms statements; never whoever proposed it (bank.same_person). Account numbers of other sides are shown to
// these only; the file of a batch, with the numbers of payees, is handed out to whoever pays, and that is noted.
#include "bank/bank.h"

#include "api/problem.h"
#include "api/routes.h"
#include "base/text.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using bank::Bank;
using identity::Permission;
using schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::line, schema::list,
    schema::money, schema::named, schema::nullable, schema::object, schema::one_of, schema::optional, schema::text;

struct Office {
  explicit Office(Call& call)
      : calendar(call.policy().catalog().calendar()),
        rights(call.database(), call.tenant(), call.clock(), calendar),
        statements(compensation_of(call)),
        bank({call.database(), call.tenant(), call.clock(), call.declared().banks, rights, statements, seal(call),
              fmt::format("pack {} {}", call.policy().pack().id, call.policy().pack().version)}) {}

  static bank::Seal seal(Call& call) {
    const identity::Vault& vault = call.worker.services.vault;
    return {[&vault](const std::string& plain, const std::string& place) { return vault.sealed(plain, place); },
            [&vault](const std::string& sealed, const std::string& place) { return vault.opened(sealed, place); }};
  }

  WorkCalendar calendar;
  rights::Rights rights;
  compensate::Compensation statements;
  Bank bank;
};

std::string yuan(std::int64_t fen) {
  return ledger::format_amount(fen, 2);
}

bool may_decide(const Call& call) {
  return call.caller.may_all(Permission::statements_pay) || call.caller.may_all(Permission::statements_confirm);
}

// ---- answers ----

Json batch_json(const bank::Batch& b) {
  return {{"batch", b.number},
          {"account", b.account},
          {"layout", b.layout},
          {"state", b.state},
          {"lines", b.lines},
          {"amount", yuan(b.fen)},
          {"sha256", b.sha256},
          {"made_by", b.made_by},
          {"made", to_rfc3339(b.made)},
          {"approved_by", b.approved_by},
          {"approved", b.approved ? Json(to_rfc3339(*b.approved)) : Json(nullptr)},
          {"acknowledged", b.acknowledged}};
}
Json batch_schema() {
  return object({{"batch", integer(1)},
                 {"account", text()},
                 {"layout", text()},
                 {"state", one_of({"drafted", "approved", "acknowledged", "refused", "withdrawn"})},
                 {"lines", integer(1)},
                 {"amount", money()},
                 {"sha256", text()},
                 {"made_by", text()},
                 {"made", instant()},
                 {"approved_by", text()},
                 {"approved", nullable(instant())},
                 {"acknowledged", text()}});
}

Json proposal_json(const bank::Proposal& p) {
  return {{"proposal", p.id},   {"what", p.what},   {"subject", p.subject},         {"target", p.target}, {"reason", p.reason},
          {"by", p.by},         {"at", to_rfc3339(p.at)}, {"state", p.state}, {"decided_by", p.decided_by}, {"note", p.note}};
}
Json proposal_schema() {
  return object({{"proposal", integer(1)},
                 {"what", one_of({"batch", "withdraw", "failed", "payee", "assign"})},
                 {"subject", text()},
                 {"target", text()},
                 {"reason", text()},
                 {"by", text()},
                 {"at", instant()},
                 {"state", one_of({"open", "approved", "refused", "taken_back"})},
                 {"decided_by", text()},
                 {"note", text()}});
}

// ---- lists ----

Page list_accounts(Call& call, const PageRequest& page) {
  const Names names(call);
  std::vector<Json> all;
  for (const auto& layout : call.declared().banks)
    for (const auto& a : layout.accounts)
      all.push_back({{"account", a.code},
                     {"title", json_of(a.title)},
                     {"bank", json_of(layout.title)},
                     {"owner", a.owner.empty() ? Json(nullptr) : names.party(a.owner)},
                     {"clearing", a.clearing},
                     {"verified", layout.verified},
                     {"example", layout.example},
                     {"source", layout.source}});
  return page_of(std::move(all), page);
}

Page list_waiting(Call& call, const PageRequest& page) {
  Office office(call);
  const Names names(call);
  std::vector<Json> all;
  for (const auto& p : office.bank.waiting(call.text("bank_account")))
    all.push_back({{"subject", p.kind + ":" + p.subject},
                   {"payee", names.party(p.party)},
                   {"amount", yuan(p.fen)},
                   {"for", json_of(p.what)},
                   {"has_payee", p.has_payee}});
  return page_of(std::move(all), page);
}

Page list_batches(Call& call, const PageRequest& page) {
  Office office(call);
  std::vector<Json> all;
  for (const auto& b : office.bank.batches()) all.push_back(batch_json(b));
  return page_of(std::move(all), page);
}

Page list_lines(Call& call, const PageRequest& page) {
  Office office(call);
  const Names names(call);
  std::vector<Json> all;
  for (const auto& l : office.bank.lines(call.whole("batch")))
    all.push_back({{"batch", l.batch},
                   {"line", l.line},
                   {"reference", l.reference},
                   {"subject", l.kind + ":" + l.subject},
                   {"payee", names.party(l.party)},
                   {"amount", yuan(l.fen)},
                   {"state", l.state}});
  return page_of(std::move(all), page);
}

Page list_entries(Call& call, const PageRequest& page) {
  Office office(call);
  const bool sees = may_decide(call);
  bank::EntryPlace after;  // of a cursor "17/ACCOUNT"
  if (!page.cursor.empty()) {
    const std::size_t slash = std::min(page.cursor.find('/'), page.cursor.size() - 1);
    after.seq = whole_number(page.cursor.substr(0, slash)).value_or(0);
    after.account = page.cursor.substr(slash + 1);
    if (after.seq <= 0 || after.account.empty()) throw bad_cursor();
  }
  auto found = office.bank.entries(call.text("bank_account"), call.text("state"), after, static_cast<int>(page.limit) + 1);
  Page out;
  if (found.size() > page.limit) {
    found.resize(page.limit);
    out.next = fmt::format("{}/{}", found.back().seq, found.back().account);
  }
  for (const auto& e : found)
    out.items.push_back({{"account", e.account},
                         {"serial", e.serial},
                         {"day", base::to_string(e.day)},
                         {"amount", yuan(e.fen)},
                         {"balance", e.balance ? Json(yuan(*e.balance)) : Json(nullptr)},
                         {"other_account", sees ? Json(e.other_account) : Json(nullptr)},
                         {"other_name", sees ? Json(e.other_name) : Json(nullptr)},
                         {"remark", sees ? Json(e.remark) : Json(nullptr)},
                         {"state", e.state},
                         {"subject", e.kind.empty() ? Json(nullptr) : Json(e.kind + ":" + e.subject)},
                         {"note", json_of(e.note)},
                         {"file", e.file},
                         {"line", e.line}});
  return out;
}

Page list_proposals(Call& call, const PageRequest& page) {
  Office office(call);
  std::vector<Json> all;
  for (const auto& p : office.bank.proposals(call.query.value("open", false))) all.push_back(proposal_json(p));
  return page_of(std::move(all), page);
}

Answer reconciliation(Call& call) {
  Office office(call);
  const auto r = office.bank.reconcile(call.text("bank_account"), call.day("day").value_or(call.clock().today()));
  Json differences = Json::array();
  for (const auto& d : r.differences)
    differences.push_back({{"why", d.why},
                           {"title", json_of(bank::title_of_difference(d.why))},
                           {"subject", d.kind.empty() ? Json(nullptr) : Json(d.kind + ":" + d.subject)},
                           {"amount", yuan(d.fen)}});
  return Json{{"account", r.account},           {"day", base::to_string(r.day)}, {"bank", yuan(r.bank)},
              {"ledger", yuan(r.ledger)},       {"differences", differences},    {"unexplained", yuan(r.unexplained)}};
}

// ---- work ----

// Does it and notes it, both or neither; what comes back is the number it got.
template <class Work>
std::int64_t noted(Call& call, const char* action, const char* object, const Work& work) {
  std::int64_t id = 0;
  call.database().together([&](store::Transaction&) {
    id = work();
    call.note(action, fmt::format("{}/{}", object, id), call.given("reason"));
  });
  return id;
}

Answer instruct(Call& call) {
  Office office(call);
  std::set<std::string> subjects;
  if (call.body.contains("subjects"))
    for (const Json& one : call.body.at("subjects")) subjects.insert(one.get<std::string>());
  const auto number = noted(call, "bank.instruct", "bank-batch", [&] {
    return office.bank.instruct(call.given("account"), subjects, call.caller.by(), call.given("reason"));
  });
  return batch_json(office.bank.batch(number));
}

Answer hand_out(Call& call) {
  Office office(call);
  const auto number = call.id_in_path("batch");
  const std::string bytes = office.bank.file(number);
  call.note("bank.file", fmt::format("bank-batch/{}", number), sha256_hex(bytes));
  return file(bytes, "text/csv", fmt::format("bank-{:06}.csv", number));
}

Answer acknowledge(Call& call) {
  Office office(call);
  const auto number = call.id_in_path("batch");
  noted(call, "bank.acknowledge", "bank-batch", [&] {
    office.bank.acknowledge(number, call.given("reason"));
    return number;
  });
  return batch_json(office.bank.batch(number));
}

template <class Work>
Answer proposed(Call& call, const char* action, const Work& work) {
  Office office(call);
  const auto id = noted(call, action, "bank-proposal", [&] { return work(office.bank); });
  return proposal_json(office.bank.proposal(id));
}

Answer withdraw(Call& call) {
  return proposed(call, "bank.withdraw", [&](Bank& bank) {
    return bank.propose_withdrawal(call.id_in_path("batch"), call.caller.by(), call.given("reason"));
  });
}
Answer fail(Call& call) {
  return proposed(call, "bank.failed", [&](Bank& bank) {
    return bank.propose_failed(call.given("reference"), call.caller.by(), call.given("reason"));
  });
}
Answer register_payee(Call& call) {
  const std::string party = call.given("party");
  if (!Names(call).book().parties.contains(party)) throw not_found({"这个主体", "such party"});
  return proposed(call, "bank.payee", [&](Bank& bank) {
    return bank.propose_payee({party, call.given("name"), call.given("bank"), call.given("number")}, call.caller.by(),
                              call.given("reason"));
  });
}
Answer assign(Call& call) {
  return proposed(call, "bank.assign", [&](Bank& bank) {
    return bank.assign(call.given("account"), call.given("serial"), call.given("target"), call.caller.by(),
                       call.given("reason"));
  });
}

// All of them or none.
Answer decide(Call& call) {
  if (!may_decide(call))
    throw Error(bank::codes::not_entitled, {"银行事项由财政或联席会议办公室审核人员复核",
                                            "what concerns the bank is decided by finance or by those who confirm statements"});
  Office office(call);
  const bool granted = call.given("decision") == "approve";
  const auto ids = call.body.at("proposals").get<std::vector<std::int64_t>>();
  call.database().together([&](store::Transaction&) {
    for (const std::int64_t id : ids) {
      office.bank.decide(id, granted, call.caller.by(), call.given("reason"));
      call.note(granted ? "bank.approve" : "bank.refuse", fmt::format("bank-proposal/{}", id), call.given("reason"));
    }
  });
  Json out = Json::array();
  for (const std::int64_t id : ids) out.push_back(proposal_json(office.bank.proposal(id)));
  return Json{{"proposals", out}};
}

Answer import(Call& call) {
  Office office(call);
  const std::string account = call.text("bank_account");
  const std::string name = call.text("filename").empty() ? "statement.csv" : call.text("filename");
  bank::ImportReport report;
  try {
    call.database().together([&](store::Transaction&) {
      report = office.bank.import(account, name, call.request.body, call.caller.by());
      call.note("bank.import", "bank-account/" + account, fmt::format("{} {}", name, report.sha256));
    });
  } catch (const bank::BadFile& bad) {
    std::vector<schema::Fault> faults;
    for (const Error& e : bad.faults()) {
      std::string at = std::to_string(e.where().line);
      if (!e.where().field.empty()) at += " " + e.where().field;
      faults.push_back({std::move(at), e.message()});
    }
    throw InvalidInput(bad, std::move(faults));
  }
  return Json{{"rows", report.rows},         {"known", report.known},         {"matched", report.matched},
              {"proposed", report.proposed}, {"unmatched", report.unmatched}, {"sha256", report.sha256}};
}

void add_reads(RouteTable& table) {
  const Parameter account{"bank_account", line(30), {"银行账户代号", "code of the bank account"}, true};
  const auto read = [&](const char* path, const char* name, Text summary, std::vector<Parameter> query, Json answer,
                        Pager pager) {
    table.add({.path = path,
               .name = name,
               .tag = "bank",
               .summary = std::move(summary),
               .access = Access::whole(Permission::statements_read),
               .query = std::move(query),
               .answer = std::move(answer),
               .pager = std::move(pager)});
  };
  read("/api/v1/bank/accounts", "bank_accounts", {"银行账户与版式", "bank accounts and layouts"}, {},
       object({{"account", text()},
               {"title", both()},
               {"bank", both()},
               {"owner", nullable(named("Named"))},
               {"clearing", text()},
               {"verified", boolean()},
               {"example", boolean()},
               {"source", text()}}),
       list_accounts);
  read("/api/v1/bank/waiting", "bank_waiting", {"待付款项", "what waits to be paid"}, {account},
       object({{"subject", text()}, {"payee", named("Named")}, {"amount", money()}, {"for", both()}, {"has_payee", boolean()}}),
       list_waiting);
  read("/api/v1/bank/batches", "bank_batches", {"各批支付指令，新的在前", "batches of instructions, newest first"}, {},
       batch_schema(), list_batches);
  read("/api/v1/bank/lines", "bank_lines", {"支付指令", "instructions"},
       {{"batch", integer(1), {"批次", "number of the batch"}}},
       object({{"batch", integer(1)},
               {"line", integer(1)},
               {"reference", text()},
               {"subject", text()},
               {"payee", named("Named")},
               {"amount", money()},
               {"state", one_of({"open", "paid", "failed", "withdrawn"})}}),
       list_lines);
  const std::vector<std::string> states{"matched", "proposed", "unmatched", "not_ours"};
  read("/api/v1/bank/entries", "bank_entries", {"对账单流水", "lines of statements"},
       {{"bank_account", line(30), {"银行账户代号", "code of the bank account"}},
        {"state", one_of(states), {"状态", "state"}}},
       object({{"account", text()},
               {"serial", text()},
               {"day", day()},
               {"amount", money()},
               {"balance", nullable(money())},
               {"other_account", nullable(text())},
               {"other_name", nullable(text())},
               {"remark", nullable(text())},
               {"state", one_of(states)},
               {"subject", nullable(text())},
               {"note", both()},
               {"file", text()},
               {"line", integer(1)}}),
       list_entries);
  read("/api/v1/bank/proposals", "bank_proposals", {"银行事项，新的在前", "what was proposed, newest first"},
       {{"open", boolean(), {"只看待复核的", "only what waits"}}}, proposal_schema(), list_proposals);
  table.add({.path = "/api/v1/bank/reconciliation",
             .name = "bank_reconciliation",
             .tag = "bank",
             .summary = {"某日银行与账面的差额及原因", "bank against ledger on a day, the difference explained"},
             .access = Access::whole(Permission::statements_read),
             .query = {account, {"day", day(), {"日期，缺省今天", "day, today by default"}}},
             .answer = object({{"account", text()},
                               {"day", day()},
                               {"bank", money()},
                               {"ledger", money()},
                               {"differences", list(object({{"why", text()},
                                                            {"title", both()},
                                                            {"subject", nullable(text())},
                                                            {"amount", money()}}))},
                               {"unexplained", money()}}),
             .handler = reconciliation});
}

}  // namespace

void add_bank_routes(RouteTable& table) {
  add_reads(table);
  const auto act = [&](const char* path, const char* name, Text summary, Access access, Json body, Json answer,
                       Handler handler) {
    table.add({.method = Method::post,
               .path = path,
               .name = name,
               .tag = "bank",
               .summary = std::move(summary),
               .access = access,
               .body = std::move(body),
               .answer = std::move(answer),
               .repeats = Repeats::by_key,
               .handler = std::move(handler)});
  };
  const Access pays = Access::whole(Permission::statements_pay);
  const Json reason = object({{"reason", line(500)}});
  act("/api/v1/bank/batches", "bank_instruct", {"拟一批支付指令，另一人审核", "draft a batch; another person approves it"}, pays,
      object({{"account", line(30)}, optional("subjects", list(line(120), 9'999)), {"reason", line(500)}}), batch_schema(),
      instruct);
  act("/api/v1/bank/batches/{batch}/acknowledge", "bank_acknowledge", {"银行已受理", "the bank has taken it"}, pays, reason,
      batch_schema(), acknowledge);
  act("/api/v1/bank/batches/{batch}/withdraw", "bank_withdraw",
      {"提出撤回未受理的批次", "propose to withdraw a batch that is not yet taken"}, pays, reason, proposal_schema(), withdraw);
  act("/api/v1/bank/failures", "bank_failed", {"提出银行退回的一笔", "propose that the bank refused a line"}, pays,
      object({{"reference", line(20)}, {"reason", line(500)}}), proposal_schema(), fail);
  act("/api/v1/bank/payees", "bank_payee", {"提出收款账号", "propose a payee's account number"}, pays,
      object({{"party", line(100)}, {"name", line(200)}, {"bank", line(200)}, {"number", line(50)}, {"reason", line(500)}}),
      proposal_schema(), register_payee);
  act("/api/v1/bank/assignments", "bank_assign", {"提出一笔流水的去向", "propose what a line is for"}, pays,
      object({{"account", line(30)}, {"serial", line(100)}, {"target", line(120)}, {"reason", line(500)}}),
      proposal_schema(), assign);
  act("/api/v1/bank/decisions", "bank_decide", {"复核，全部或全不", "decide, all or none"},
      Access::whole(Permission::statements_read),
      object({{"proposals", list(integer(1), 100)}, {"decision", one_of({"approve", "refuse"})}, {"reason", line(500)}}),
      object({{"proposals", list(proposal_schema())}}), decide);
  table.add({.method = Method::post,
             .path = "/api/v1/bank/batches/{batch}/file",
             .name = "bank_file",
             .tag = "bank",
             .summary = {"已审核批次的文件（记入审计）", "the file of an approved batch; noted in the trail"},
             .access = pays,
             .answer_types = {"text/csv"},
             .handler = hand_out});
  table.add({.method = Method::post,
             .path = "/api/v1/bank/imports",
             .name = "bank_import",
             .tag = "bank",
             .summary = {"导入对账单：全部或全不，列出所有错误", "import a statement: all or nothing, every fault told"},
             .access = pays,
             .query = {{"bank_account", line(30), {"银行账户代号", "code of the bank account"}, true},
                       {"filename", line(200), {"文件名", "name of the file"}}},
             .body_types = {"text/csv", "application/octet-stream"},
             .body_limit = std::size_t{64} << 20,
             .answer = object({{"rows", integer()},
                               {"known", integer()},
                               {"matched", integer()},
                               {"proposed", integer()},
                               {"unmatched", integer()},
                               {"sha256", text()}}),
             .handler = import});
}

}  // namespace tributary::api
