// ledger accounts|journal|check|close|export.
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/names.h"
#include "ledger/ledger.h"
#include "rights/rights.h"

#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using ledger::Ledger;

std::map<std::string, int> decimals_of(const Ledger& ledger) {
  std::map<std::string, int> out;
  for (const auto& unit : ledger.units()) out[unit.code] = unit.decimals;
  return out;
}

int accounts(Context& c) {
  const PartyNames names(c);
  const Ledger ledger(c.database(), c.tenant(), c.clock());
  const auto decimals = decimals_of(ledger);
  Json out = Json::array();
  document::Table table;
  table.caption = {"账户余额", "Balances"};
  table.columns = {{{"账户", "account"}, document::CellKind::number},
                   {{"户主", "owner"}},
                   {{"用途", "purpose"}},
                   {{"单位", "unit"}},
                   {{"余额", "balance"}, document::CellKind::money},
                   {{"可用", "available"}, document::CellKind::money}};
  for (const auto& [account, balance] : ledger.accounts()) {
    if (rights::is_of_registry(account)) continue;
    const int places = decimals.at(account.unit);
    const std::string posted = ledger::format_amount(balance.posted, places);
    const std::string available = ledger::format_amount(balance.available(), places);
    out.push_back({{"account", account.id.value},
                   {"owner", account.owner},
                   {"purpose", account.purpose},
                   {"unit", account.unit},
                   {"balance", posted},
                   {"available", available},
                   {"open", account.open}});
    table.rows.push_back({std::to_string(account.id.value), document::Cell(names.of(account.owner)),
                          document::Cell(purpose_name(account.purpose)), account.unit,
                          group_thousands(posted), group_thousands(available)});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int journal(Context& c, const ledger::JournalFilter& filter, int limit) {
  const PartyNames names(c);
  const Ledger ledger(c.database(), c.tenant(), c.clock());
  const auto decimals = decimals_of(ledger);
  std::map<std::int64_t, ledger::Account> known;
  for (const auto& entry : ledger.accounts()) known.emplace(entry.account.id.value, entry.account);
  const auto name = [&](ledger::AccountId id) {
    return known.contains(id.value) ? known.at(id.value).owner + ":" + known.at(id.value).purpose
                                    : std::string();
  };
  const auto shown = [&](ledger::AccountId id) {
    if (!known.contains(id.value)) return document::Cell("");
    const Text owner = names.of(known.at(id.value).owner);
    const Text purpose = purpose_name(known.at(id.value).purpose);
    return document::Cell(Text{owner.zh + "·" + purpose.zh, owner.en + " · " + purpose.en});
  };
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"号", "no."}, document::CellKind::number},
                   {{"日期", "date"}},
                   {{"转出", "from"}},
                   {{"转入", "to"}},
                   {{"金额", "amount"}, document::CellKind::money},
                   {{"单位", "unit"}},
                   {{"事由", "cause"}},
                   {{"状态", "state"}}};
  for (const ledger::Transfer& t : ledger.journal(filter, {}, limit).transfers) {
    const std::string unit = known.contains(t.debit.value) ? known.at(t.debit.value).unit : "";
    const std::string amount =
        ledger::format_amount(t.amount, decimals.contains(unit) ? decimals.at(unit) : 0);
    const std::string cause = t.cause.kind + " " + t.cause.id;
    Json entry{{"number", t.number},
               {"id", t.id},
               {"action", ledger::to_string(t.action)},
               {"date", to_string(t.legal_date)},
               {"debit", name(t.debit)},
               {"credit", name(t.credit)},
               {"amount", amount},
               {"unit", unit},
               {"cause", cause},
               {"state", ledger::to_string(t.state)},
               {"recorded", to_rfc3339(t.recorded)}};
    if (!t.corrects.empty()) entry["corrects"] = t.corrects;
    if (!t.note.empty()) entry["note"] = t.note;
    out.push_back(std::move(entry));
    table.rows.push_back({std::to_string(t.number), to_string(t.legal_date), shown(t.debit), shown(t.credit),
                          group_thousands(amount), unit, cause, std::string(ledger::to_string(t.state))});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int check(Context& c) {
  const auto violations = Ledger(c.database(), c.tenant(), c.clock()).check();
  if (c.json()) {
    Json list = Json::array();
    for (const auto& v : violations)
      list.push_back({{"rule", v.rule}, {"subject", v.subject}, {"message", json_of(v.message)}});
    c.print(Json{{"sound", violations.empty()}, {"violations", list}});
  } else if (violations.empty()) {
    c.line({"账本各项不变量成立：借贷相等，余额等于流水，不低于下限，笔笔有事由。",
            "The ledger is sound: debits equal credits, balances equal their transfers, no floor is broken, "
            "every transfer has a cause."});
  } else {
    for (const auto& v : violations)
      c.line({fmt::format("✗ {} {}：{}", v.rule, v.subject, v.message.zh),
              fmt::format("✗ {} {}: {}", v.rule, v.subject, v.message.en)});
  }
  return violations.empty() ? 0 : 1;
}

int export_journal(Context& c, const std::string& format, const std::string& file) {
  if (format != "hledger")
    throw Error(codes::bad_usage,
                {fmt::format("没有格式“{}”", format), fmt::format("there is no format \"{}\"", format)}, {},
                {"可用：hledger", "there is: hledger"});
  const Ledger ledger(c.database(), c.tenant(), c.clock());
  if (file.empty()) {
    ledger.export_hledger(c.out());
    return 0;
  }
  std::ostringstream text;
  ledger.export_hledger(text);
  write_file(file, text.str());
  c.line({"已写入 " + file, "written to " + file});
  return 0;
}

}  // namespace

void add_ledger_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("ledger", "账本 / ledger");
  group->require_subcommand(1);
  group->add_subcommand("accounts", "账户与余额（权益登记的见 right holdings） / accounts and balances (of rights: right holdings)")->callback([&action] {
    action = accounts;
  });
  struct Arguments {
    std::int64_t account = 0;
    std::string from, to, cause, format = "hledger", file, day;
    int limit = 100;
  };
  const auto a = std::make_shared<Arguments>();
  auto* journal_command = group->add_subcommand("journal", "流水，新的在前 / the journal, newest first");
  journal_command->add_option("--account", a->account, "账户号 / account number");
  journal_command->add_option("--from", a->from, "起日 / from (legal date)");
  journal_command->add_option("--to", a->to, "止日（含）/ to, included");
  journal_command->add_option("--limit", a->limit, "最多 / at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  journal_command->callback([=, &action] {
    action = [=](Context& c) {
      ledger::JournalFilter filter;
      if (a->account > 0) filter.account = ledger::AccountId{a->account};
      if (!a->from.empty()) filter.from = parse_date(a->from);
      if (!a->to.empty()) filter.to = parse_date(a->to);
      return journal(c, filter, a->limit);
    };
  });
  group->add_subcommand("check", "证明各项不变量 / prove the invariants")->callback([&action] {
    action = check;
  });
  auto* close_command = group->add_subcommand("close", "关账到某日（含）/ close the books through a day");
  close_command->add_option("day", a->day, "日期 / day")->required();
  close_command->callback([=, &action] {
    action = [=](Context& c) {
      Ledger(c.database(), c.tenant(), c.clock()).close(parse_date(a->day));
      c.line({"已关账到 " + a->day, "closed through " + a->day});
      return 0;
    };
  });
  auto* export_command =
      group->add_subcommand("export", "导出纯文本账，供他人的程序核对 / export for an independent program");
  export_command->add_option("--format", a->format, "hledger")->capture_default_str();
  export_command->add_option("--out", a->file, "文件（缺省：标准输出）/ file, default standard output");
  export_command->footer(
      "例 / example: tributary ledger export --format hledger | hledger -f - check --strict");
  export_command->callback(
      [=, &action] { action = [=](Context& c) { return export_journal(c, a->format, a->file); }; });
}

}  // namespace tributary::cli
