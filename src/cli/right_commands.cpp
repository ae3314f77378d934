// right value|holdings|history|check: reading. What changes the registry stands in right_act_commands.cpp.
#include "base/json.h"
#include "base/text.h"
#include "cli/case_types.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/names.h"
#include "cli/rights_packs.h"
#include "rights/rights.h"
#include "rights/titles.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using rights::InstrumentKind;
using rights::Month;
using rights::Rights;
using rights::Term;

struct Arguments {
  std::string rate, from, to, price, account, owner, instrument, transaction;
  int limit = 100;
};

std::int64_t whole(const std::string& text, const char* field) {
  try {
    return Decimal::parse(text).to_int64();
  } catch (const Error&) {
    throw Error(codes::bad_usage,
                {fmt::format("“{}”须为整数", text), fmt::format("\"{}\" must be a whole number", text)},
                {{}, 0, 0, field});
  }
}

int value(Context& c, const Arguments& a) {
  const Term term{Month::parse(a.from), Month::parse(a.to)};
  const std::int64_t rate = whole(a.rate, "rate");
  const std::int64_t fen = rights::value_of_rate(rate, term, Decimal::parse(a.price));
  const std::string yuan = ledger::format_amount(fen, 2);
  if (c.json()) {
    c.print(Json{{"fen", fen}, {"yuan", yuan}, {"months", term.months()}});
    return 0;
  }
  c.line({fmt::format("{} 分（{} 元）：{} kg/年 × {} 元/(t·年) × {} 个月", fen, group_thousands(yuan), rate,
                      a.price, term.months()),
          fmt::format("{} fen ({} yuan): {} kg/yr × {} yuan/(t·yr) × {} months", fen, group_thousands(yuan),
                      rate, a.price, term.months())});
  return 0;
}

// «2026-01» for a month, the vintage and project of a stock, nothing for money.
std::string period_text(const rights::Instrument& instrument, int period, const std::string& project) {
  if (instrument.kind == InstrumentKind::flow) return to_string(Month{period});
  if (instrument.kind == InstrumentKind::money) return {};
  return fmt::format("{}{}{}", period, project.empty() ? "" : " ", project);
}

int holdings(Context& c, const Arguments& a) {
  const WorkCalendar calendar;
  const Rights rights(c.database(), c.tenant(), c.clock(), calendar);
  std::map<std::string, rights::Instrument> instruments;
  for (auto& instrument : rights.instruments()) instruments.emplace(instrument.code, instrument);
  rights::HoldingFilter filter{.account = a.account, .owner = a.owner, .instrument = a.instrument};
  if (!a.from.empty() || !a.to.empty()) filter.term = Term{Month::parse(a.from), Month::parse(a.to)};
  Json out = Json::array();
  document::Table table;
  table.caption = {
      "持有的权利（止月不含；受限指冻结、质押、当日锁定、未缴费、租入，--json 分列）",
      "Rights held (end month not included; bound: frozen, pledged, locked for the day, unpaid, leased, "
      "apart by --json)"};
  const auto number = document::CellKind::number;
  table.columns = {{{"账户", "account"}},
                   {{"品种", "instrument"}},
                   {{"起", "from"}},
                   {{"止", "to"}},
                   {{"持有", "held"}, number},
                   {{"自由", "free"}, number},
                   {{"待付", "out"}, number},
                   {{"待收", "in"}, number},
                   {{"受限", "bound"}, number},
                   {{"计量", "measure"}}};
  for (const rights::Holding& h : rights.holdings(filter)) {
    const rights::Instrument& is = instruments.at(h.instrument);
    const std::string from = period_text(is, h.part.period, h.part.project);
    const std::string to =
        is.kind == InstrumentKind::flow ? to_string(Month{h.part.period + h.part.count}) : std::string();
    Json blocks = Json::array();
    for (const rights::Block& block : h.blocks) blocks.push_back({block.start, block.end() - 1});
    Json line{{"account", h.account},
              {"instrument", h.instrument},
              {"from", from},
              {"to", to},
              {"held", h.part.amount},
              {"free", h.free},
              {"pending_out", h.pending_out},
              {"pending_in", h.pending_in},
              {"frozen", h.frozen},
              {"pledged", h.pledged},
              {"locked", h.locked},
              {"unpaid", h.unpaid},
              {"leased", h.leased},
              {"measure", is.measure}};
    if (is.kind == InstrumentKind::stock) line["numbers"] = std::move(blocks);
    out.push_back(std::move(line));
    const auto text = [](std::int64_t n) { return group_thousands(std::to_string(n)); };
    table.rows.push_back({h.account, document::Cell(is.name), from, to, text(h.part.amount), text(h.free),
                          text(h.pending_out), text(h.pending_in),
                          text(h.frozen + h.pledged + h.locked + h.unpaid + h.leased), is.measure});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int history(Context& c, const Arguments& a) {
  const WorkCalendar calendar;
  const Rights rights(c.database(), c.tenant(), c.clock(), calendar);
  Json out = Json::array();
  document::Table table;
  if (!a.transaction.empty()) {
    rights.transaction(a.transaction);  // throws when there is none
    table.caption = {"办理经过", "What was done"};
    table.columns = {{{"号", "no."}, document::CellKind::number},
                     {{"时间", "at"}},
                     {{"步骤", "step"}},
                     {{"经办", "by"}},
                     {{"复核", "approved by"}},
                     {{"事由", "reason"}},
                     {{"规则", "rule"}}};
    for (const auto& e : rights.history(a.transaction)) {
      out.push_back({{"number", e.number},
                     {"at", to_rfc3339(e.at)},
                     {"event", e.event},
                     {"actor", e.act.actor},
                     {"approver", e.act.approver},
                     {"reason", e.act.reason},
                     {"rule", e.act.rule},
                     {"content", Json::parse(e.content)},
                     {"hash", e.hash}});
      table.rows.push_back({std::to_string(e.number), to_string(e.at), e.event, e.act.actor, e.act.approver,
                            e.act.reason, e.act.rule});
    }
  } else {
    table.caption = {"登记交易，新的在前", "Transactions, newest first"};
    table.columns = {{{"编号", "key"}},
                     {{"种类", "kind"}},
                     {{"状态", "state"}},
                     {{"品种", "instrument"}},
                     {{"转出", "from"}},
                     {{"转入", "to"}},
                     {{"数量", "quantity"}, document::CellKind::number},
                     {{"时间", "at"}}};
    std::map<std::string, Text> names;
    for (const auto& is : rights.instruments()) names.emplace(is.code, is.name);
    for (const auto& x : rights.transactions(a.account, 0, a.limit)) {
      const std::int64_t quantity = [&] {
        std::int64_t sum = 0;
        for (const rights::Part& part : x.parts) sum = part.count > 1 ? part.amount : sum + part.amount;
        return sum;
      }();
      out.push_back({{"key", x.key},
                     {"kind", to_string(x.kind)},
                     {"state", to_string(x.state)},
                     {"instrument", x.instrument},
                     {"from", x.from},
                     {"to", x.to},
                     {"quantity", quantity},
                     {"initiator", x.initiator},
                     {"approver", x.approver},
                     {"proposed", to_rfc3339(x.proposed)},
                     {"reversed_by", x.reversed_by},
                     {"note", x.note},
                     {"number", x.number}});
      const auto is = names.find(x.instrument);
      table.rows.push_back({x.key, document::Cell(title_of(x)), document::Cell(title_of(x.state)),
                            is == names.end() ? document::Cell(x.instrument) : document::Cell(is->second), x.from, x.to, group_thousands(std::to_string(quantity)),
                            to_string(x.proposed)});
    }
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int check(Context& c) {
  const WorkCalendar calendar;
  const Rights rights(c.database(), c.tenant(), c.clock(), calendar);
  auto faults = rights.check();
  for (const auto& one : check_adoptions(c).faults)
    faults.push_back({"allocation", fmt::format("case {}", one.of.value), one.why});
  const auto roots = rights.daily_roots();
  if (c.json()) {
    Json list = Json::array();
    for (const auto& f : faults)
      list.push_back({{"rule", f.rule}, {"subject", f.subject}, {"message", json_of(f.message)}});
    Json out{{"sound", faults.empty()}, {"faults", list}, {"state", rights.state_hash()}};
    if (!roots.empty())
      out["root"] = {
          {"day", to_string(roots.back().day)}, {"number", roots.back().number}, {"hash", roots.back().hash}};
    c.print(out);
  } else {
    for (const auto& f : faults)
      c.line({fmt::format("✗ {} {}：{}", f.rule, f.subject, f.message.zh),
              fmt::format("✗ {} {}: {}", f.rule, f.subject, f.message.en)});
    if (faults.empty())
      c.line(
          {"登记簿各项不变量成立：第二核验程序仅凭流水重算，与账本和各表一致。",
           "The registry is sound: recomputed from the journal alone, it equals the ledger and the tables."});
    if (!roots.empty())
      c.line({fmt::format("{} 日根（至第 {} 条）：{}", to_string(roots.back().day), roots.back().number,
                          roots.back().hash),
              fmt::format("root of {} (through entry {}): {}", to_string(roots.back().day),
                          roots.back().number, roots.back().hash)});
  }
  return faults.empty() ? 0 : 1;
}

}  // namespace

void add_right_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("right", "权利登记 / registry of rights");
  group->require_subcommand(1);
  const auto a = std::make_shared<Arguments>();
  auto* value_command = group->add_subcommand(
      "value", "一项排放权值多少钱（不需数据库）/ what a discharge right is worth, no database needed");
  value_command->add_option("--rate", a->rate, "每年千克数 / kg per year")->required();
  value_command->add_option("--from", a->from, "起月 YYYY-MM / first month")->required();
  value_command->add_option("--to", a->to, "止月 YYYY-MM，不含该月 / end month, itself not included")
      ->required();
  value_command->add_option("--price", a->price, "元/(吨·年) / yuan per tonne and year")->required();
  value_command->footer(
      "例 / example: tributary right value --rate 2500 --from 2026-01 --to 2029-02 --price 6000\n"
      "37 个月，4625000 分 / 37 months, 4625000 fen. 四舍五入到分，只舍入一次 / rounded once, half up.");
  value_command->callback([=, &action] { action = [=](Context& c) { return value(c, *a); }; });

  auto* holdings_command = group->add_subcommand("holdings", "谁持有什么 / who holds what");
  holdings_command->add_option("--account", a->account, "登记账户 / account");
  holdings_command->add_option("--owner", a->owner, "户主代码 / party code");
  holdings_command->add_option("--instrument", a->instrument, "品种 / instrument");
  auto* from = holdings_command->add_option("--from", a->from, "起月 / first month");
  auto* to = holdings_command->add_option("--to", a->to, "止月，不含 / end month, not included");
  from->needs(to);
  to->needs(from);
  holdings_command->callback([=, &action] { action = [=](Context& c) { return holdings(c, *a); }; });

  auto* history_command = group->add_subcommand(
      "history", "登记交易；写明编号则列出其经过 / transactions, or all that was done about one");
  history_command->add_option("transaction", a->transaction, "交易编号 / key of a transaction");
  history_command->add_option("--account", a->account, "登记账户 / account");
  history_command->add_option("--limit", a->limit, "最多 / at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  history_command->callback([=, &action] { action = [=](Context& c) { return history(c, *a); }; });

  group
      ->add_subcommand(
          "check",
          "第二核验：仅凭流水重算，与账本和各表比对 / recompute all from the journal alone and compare")
      ->callback([&action] { action = check; });
  add_right_act_commands(*group, action);
  add_right_setup_commands(*group, action);
}

}  // namespace tributary::cli
