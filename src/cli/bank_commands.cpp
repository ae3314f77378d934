// bank waiting|payee|instruct|batches|file|acknowledge|withdraw|failed|proposals|approve|refuse|import|unmatched|
// assign|reconcile: payment instructions out, statements in, bank against ledger.
#include "cli/bank_commands.h"

#include "bank/bank.h"
#include "bank/titles.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/vault.h"
#include "identity/key_file.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using bank::Bank;
using bank::Proposal;

struct Arguments {
  std::string account, reason, file, out, target, serial, party, name, bank, number, reference, day, state;
  std::vector<std::string> subjects;
  std::vector<std::int64_t> ids;
  std::int64_t batch = 0;
};

// The bank with everything it stands on.
struct Office {
  explicit Office(Context& c)
      : calendar(c.policy().catalog().calendar()),
        rights(c.database(), c.tenant(), c.clock(), calendar),
        statements(c.database(), c.tenant(), c.policy(), c.clock()),
        layouts(bank::load_layouts(c.policy())),
        keys(c.key_file(), entropy, identity::KeyFile::Use::shared),
        vault(keys.keys(), identity::Cipher::aes, entropy),
        bank({c.database(), c.tenant(), c.clock(), layouts, rights, statements,
              {[this](const std::string& plain, const std::string& place) { return vault.sealed(plain, place); },
               [this](const std::string& sealed, const std::string& place) { return vault.opened(sealed, place); }},
              fmt::format("pack {} {}", c.policy().pack().id, c.policy().pack().version)}) {}

  identity::SystemEntropy entropy;
  WorkCalendar calendar;
  rights::Rights rights;
  compensate::Compensation statements;
  std::vector<bank::BankLayout> layouts;
  identity::KeyFile keys;
  identity::Vault vault;
  Bank bank;
};

std::string yuan(std::int64_t fen) {
  return ledger::format_amount(fen, 2);
}

// Done and noted in the trail, both or neither.
template <class Work>
auto noted(Context& c, const char* action, const std::string& object, const std::string& detail, const Work& work) {
  std::int64_t out = 0;
  c.database().together([&](store::Transaction&) {
    out = work();
    c.note(action, object.empty() ? fmt::format("bank/{}", out) : object, detail);
  });
  return out;
}

int told_proposal(Context& c, const Proposal& p) {
  if (c.json()) {
    c.print(Json{{"proposal", p.id}, {"what", p.what}, {"subject", p.subject}, {"state", p.state}});
    return 0;
  }
  const Text what = bank::title_of_what(p.what), state = bank::title_of_state(p.state);
  c.line({fmt::format("事项 {}（{} {}）：{}", p.id, what.zh, p.subject, state.zh),
          fmt::format("proposal {} ({} {}): {}", p.id, what.en, p.subject, state.en)});
  return 0;
}

int waiting(Context& c, const Arguments& a) {
  Office office(c);
  Json out = Json::array();
  document::Table table;
  table.caption = {"待付款项", "What waits to be paid"};
  table.columns = {{{"款项", "subject"}}, {{"收款人", "payee"}}, {{"金额", "amount"}, document::CellKind::money},
                   {{"收款账号", "account known"}}, {{"说明", "for"}}};
  for (const auto& p : office.bank.waiting(a.account)) {
    const std::string subject = p.kind + ":" + p.subject;
    out.push_back({{"subject", subject}, {"party", p.party}, {"amount", yuan(p.fen)}, {"has_payee", p.has_payee}});
    table.rows.push_back({subject, p.party, group_thousands(yuan(p.fen)), p.has_payee ? "✓" : "✗", document::Cell(p.what)});
  }
  c.json() ? c.print(out) : c.print(table);
  return 0;
}

int batches(Context& c) {
  Office office(c);
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"批次", "batch"}, document::CellKind::number}, {{"账户", "account"}}, {{"状态", "state"}},
                   {{"笔数", "lines"}, document::CellKind::number}, {{"金额", "amount"}, document::CellKind::money},
                   {{"经办", "made by"}}, {{"审核", "approved by"}}, {{"SHA-256", "SHA-256"}}};
  for (const auto& b : office.bank.batches()) {
    out.push_back({{"batch", b.number}, {"account", b.account}, {"state", b.state}, {"lines", b.lines},
                   {"amount", yuan(b.fen)}, {"made_by", b.made_by}, {"approved_by", b.approved_by}, {"sha256", b.sha256}});
    table.rows.push_back({std::to_string(b.number), b.account, document::Cell(bank::title_of_state(b.state)), std::to_string(b.lines),
                          group_thousands(yuan(b.fen)), b.made_by, b.approved_by, b.sha256.substr(0, 12)});
  }
  c.json() ? c.print(out) : c.print(table);
  return 0;
}

int instruct(Context& c, const Arguments& a) {
  Office office(c);
  const std::set<std::string> subjects(a.subjects.begin(), a.subjects.end());
  const auto number = noted(c, "bank.instruct", "", a.reason,
                            [&] { return office.bank.instruct(a.account, subjects, c.by(), a.reason); });
  const auto b = office.bank.batch(number);
  if (c.json())
    c.print(Json{{"batch", number}, {"lines", b.lines}, {"amount", yuan(b.fen)}, {"sha256", b.sha256}});
  else
    c.line({fmt::format("第 {} 批：{} 笔，{} 元，待另一人审核（bank approve）", number, b.lines, group_thousands(yuan(b.fen))),
            fmt::format("batch {}: {} lines, {} yuan; another person approves it (bank approve)", number, b.lines,
                        group_thousands(yuan(b.fen)))});
  return 0;
}

int give_file(Context& c, const Arguments& a) {
  Office office(c);
  const std::string bytes = office.bank.file(a.batch);
  c.note("bank.file", fmt::format("bank-batch/{}", a.batch), sha256_hex(bytes));
  write_file(a.out, bytes);
  c.line({"已写入 " + a.out, "written to " + a.out});
  return 0;
}

int proposals(Context& c) {
  Office office(c);
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"事项", "proposal"}, document::CellKind::number}, {{"种类", "what"}}, {{"对象", "subject"}},
                   {{"去向", "target"}}, {{"事由", "reason"}}, {{"提出人", "by"}}};
  for (const auto& p : office.bank.proposals(true)) {
    out.push_back({{"proposal", p.id}, {"what", p.what}, {"subject", p.subject}, {"target", p.target},
                   {"reason", p.reason}, {"by", p.by}});
    table.rows.push_back({std::to_string(p.id), document::Cell(bank::title_of_what(p.what)), p.subject, p.target, p.reason, p.by});
  }
  c.json() ? c.print(out) : c.print(table);
  return 0;
}

// All of them or none.
int decide(Context& c, const Arguments& a, bool granted) {
  Office office(c);
  c.database().together([&](store::Transaction&) {
    for (const std::int64_t id : a.ids) {
      office.bank.decide(id, granted, c.by(), a.reason);
      c.note(granted ? "bank.approve" : "bank.refuse", fmt::format("bank-proposal/{}", id), a.reason);
    }
  });
  for (const std::int64_t id : a.ids) told_proposal(c, office.bank.proposal(id));
  return 0;
}

int import(Context& c, const Arguments& a) {
  Office office(c);
  const std::string bytes = read_file(a.file);
  const std::string name = a.file.substr(a.file.find_last_of('/') + 1);
  bank::ImportReport report;
  try {
    noted(c, "bank.import", "bank-account/" + a.account, name, [&] {
      report = office.bank.import(a.account, name, bytes, c.by());
      return 0;
    });
  } catch (const bank::BadFile& bad) {
    if (!c.json())
      for (std::size_t i = 1; i < bad.faults().size(); ++i) {
        const Error& e = bad.faults()[i];
        c.line({to_string(e.where()) + "：" + e.message().zh, to_string(e.where()) + ": " + e.message().en});
      }
    throw;
  }
  if (c.json())
    c.print(Json{{"rows", report.rows}, {"known", report.known}, {"matched", report.matched},
                 {"proposed", report.proposed}, {"unmatched", report.unmatched}, {"sha256", report.sha256}});
  else
    c.line({fmt::format("{} 笔：已有 {}，入账 {}，待复核 {}，未匹配 {}", report.rows, report.known, report.matched,
                        report.proposed, report.unmatched),
            fmt::format("{} lines: {} known, {} booked, {} wait for a second person, {} not matched", report.rows,
                        report.known, report.matched, report.proposed, report.unmatched)});
  return 0;
}

int unmatched(Context& c, const Arguments& a) {
  Office office(c);
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"账户", "account"}}, {{"流水号", "serial"}}, {{"日期", "day"}},
                   {{"金额", "amount"}, document::CellKind::money}, {{"摘要", "remark"}}, {{"原因", "why"}}};
  for (const auto& e : office.bank.entries(a.account, a.state)) {
    out.push_back({{"account", e.account}, {"serial", e.serial}, {"day", to_string(e.day)}, {"amount", yuan(e.fen)},
                   {"remark", e.remark}, {"state", e.state}, {"why", json_of(e.note)}});
    table.rows.push_back({e.account, e.serial, to_string(e.day), group_thousands(yuan(e.fen)), e.remark,
                          document::Cell(e.note)});
  }
  c.json() ? c.print(out) : c.print(table);
  return 0;
}

int reconcile(Context& c, const Arguments& a) {
  Office office(c);
  const auto r = office.bank.reconcile(a.account, a.day.empty() ? c.clock().today() : parse_date(a.day));
  Json differences = Json::array();
  document::Table table;
  table.caption = {fmt::format("{} {}：银行 {} 元，账面 {} 元，未能说明 {} 元", r.account, to_string(r.day),
                               group_thousands(yuan(r.bank)), group_thousands(yuan(r.ledger)), yuan(r.unexplained)),
                   fmt::format("{} {}: bank {} yuan, ledger {} yuan, unexplained {} yuan", r.account, to_string(r.day),
                               group_thousands(yuan(r.bank)), group_thousands(yuan(r.ledger)), yuan(r.unexplained))};
  table.columns = {{{"原因", "why"}}, {{"对象", "subject"}}, {{"银行减账面", "bank minus ledger"}, document::CellKind::money}};
  for (const auto& d : r.differences) {
    differences.push_back({{"why", d.why}, {"kind", d.kind}, {"subject", d.subject}, {"amount", yuan(d.fen)}});
    table.rows.push_back({document::Cell(bank::title_of_difference(d.why)),
                          d.kind.empty() ? std::string() : d.kind + ":" + d.subject, group_thousands(yuan(d.fen))});
  }
  if (c.json())
    c.print(Json{{"account", r.account}, {"day", to_string(r.day)}, {"bank", yuan(r.bank)}, {"ledger", yuan(r.ledger)},
                 {"differences", differences}, {"unexplained", yuan(r.unexplained)}});
  else
    c.print(table);
  return r.unexplained == 0 ? 0 : 1;
}

}  // namespace

void add_bank_commands(CLI::App& app, Action& action) {
  const auto a = std::make_shared<Arguments>();
  auto* group = app.add_subcommand("bank", "银行文件：支付指令、对账单、对账 / the bank as files: instructions, statements, reconciliation");
  group->require_subcommand(1);
  const auto command = [&](const char* name, const char* text, std::function<int(Context&, const Arguments&)> work) {
    auto* made = group->add_subcommand(name, text);
    made->callback([a, work = std::move(work), &action] { action = [a, work](Context& c) { return work(c, *a); }; });
    return made;
  };
  const auto account = [a](CLI::App* one) {
    one->add_option("--account", a->account, "银行账户代号 / code of the bank account")->required();
    return one;
  };
  const auto reasoned = [a](CLI::App* one) {
    one->add_option("--reason", a->reason, "事由 / why")->required();
    return one;
  };
  const auto batch = [a](CLI::App* one) {
    one->add_option("batch", a->batch, "批次 / number of the batch")->required();
    return one;
  };
  // A step that another person decides.
  const auto step = [&](const char* name, const char* text, std::function<std::int64_t(Bank&, const Arguments&, const std::string&)> work) {
    return reasoned(command(name, text, [name, work = std::move(work)](Context& c, const Arguments& given) {
      Office office(c);
      const auto id = noted(c, (std::string("bank.") + name).c_str(), "", given.reason,
                            [&] { return work(office.bank, given, c.by()); });
      return told_proposal(c, office.bank.proposal(id));
    }));
  };
  account(command("waiting", "待付款项 / what waits to be paid", waiting));
  auto* payee = step("payee", "登记收款账号（另一人同意）/ register a payee's account number; another person agrees",
                     [](Bank& bank, const Arguments& given, const std::string& by) {
                       return bank.propose_payee({given.party, given.name, given.bank, given.number}, by, given.reason);
                     });
  payee->add_option("party", a->party, "主体 / party")->required();
  payee->add_option("--name", a->name, "户名 / name of the account")->required();
  payee->add_option("--bank", a->bank, "开户行 / bank")->required();
  payee->add_option("--number", a->number, "账号 / number")->required();
  auto* out = account(reasoned(command("instruct", "拟一批支付指令 / draft a batch of instructions", instruct)));
  out->add_option("subjects", a->subjects, "款项，如 statement:17；缺省全部 / what to pay, all by default");
  out->footer("例 / example: tributary bank instruct --account DEMO-FISCAL --reason 11月结算 --by zhang");
  command("batches", "各批指令 / batches", [](Context& c, const Arguments&) { return batches(c); });
  batch(command("file", "已审核批次的文件 / the file of an approved batch", give_file))
      ->add_option("--out", a->out, "写到 / write to")
      ->required();
  reasoned(batch(command("acknowledge", "银行已受理 / the bank has taken it", [](Context& c, const Arguments& given) {
    Office office(c);
    noted(c, "bank.acknowledge", fmt::format("bank-batch/{}", given.batch), given.reason, [&] {
      office.bank.acknowledge(given.batch, given.reason);
      return 0;
    });
    return batches(c);
  })));
  batch(step("withdraw", "撤回未受理的批次（另一人同意）/ withdraw a batch not yet taken; another person agrees",
             [](Bank& bank, const Arguments& given, const std::string& by) {
               return bank.propose_withdrawal(given.batch, by, given.reason);
             }));
  step("failed", "银行退回一笔（另一人同意）/ the bank refused a line; another person agrees",
       [](Bank& bank, const Arguments& given, const std::string& by) {
         return bank.propose_failed(given.reference, by, given.reason);
       })
      ->add_option("reference", a->reference, "指令编号 / reference")
      ->required();
  command("proposals", "待复核事项 / what waits for a second person", [](Context& c, const Arguments&) { return proposals(c); });
  const auto deciding = [&](const char* name, const char* text, bool granted) {
    reasoned(command(name, text, [granted](Context& c, const Arguments& given) { return decide(c, given, granted); }))
        ->add_option("proposals", a->ids, "事项编号 / numbers of proposals")
        ->required();
  };
  deciding("approve", "复核同意，不得是提出人 / agree; not by whoever proposed it", true);
  deciding("refuse", "不同意；提出人用以撤回 / refuse; whoever proposed it takes it back", false);
  auto* in = account(command("import", "导入对账单 / import a statement", import));
  in->add_option("file", a->file, "文件 / file")->required()->check(CLI::ExistingFile);
  in->footer("例 / example: tributary bank import 11月.csv --account DEMO-FISCAL --by zhang");
  auto* left = command("unmatched", "未匹配的流水 / lines that are not matched", unmatched);
  left->add_option("--account", a->account, "银行账户代号 / code of the bank account");
  left->add_option("--state", a->state, "状态 / state")
      ->default_val("unmatched")
      ->check(CLI::IsMember({"matched", "proposed", "unmatched", "not_ours"}));
  auto* assign = account(step("assign", "指定一笔流水的去向（另一人同意）/ assign a line; another person agrees",
                              [](Bank& bank, const Arguments& given, const std::string& by) {
                                return bank.assign(given.account, given.serial, given.target, by, given.reason);
                              }));
  assign->add_option("serial", a->serial, "流水号 / serial number")->required();
  assign->add_option("--to", a->target, "account:登记账户、statement:结算单、right:登记交易、not_ours")->required();
  account(command("reconcile", "对账：有未能说明的差额时退出码为 1 / bank against ledger; exit code 1 when something is unexplained", reconcile))
      ->add_option("--day", a->day, "日期，缺省今天 / day, today by default");
}

}  // namespace tributary::cli
