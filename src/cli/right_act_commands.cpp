// right instruments|accounts|use|cap|propose|approve|reject|cancel|waiting|advance: the registry worked from a shell.
// Whoever sits at the machine may do everything, but nobody alone: a change names two persons.
#include "base/json.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/names.h"
#include "cli/rights_packs.h"
#include "registry/registry.h"
#include "rights/carry_over.h"
#include "rights/purchases.h"
#include "rights/titles.h"
#include "rights/year_end.h"

#include <algorithm>
#include <map>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {

using rights::Act;
using rights::InstrumentKind;
using rights::Month;
using rights::Part;
using rights::Proposal;
using rights::Rights;
using rights::RightsData;
using rights::Term;
using rights::Transaction;

RightsData rights_of_packs(const policy::Policy& policy) {
  return rights::read_rights_of(policy.folders());
}

std::size_t apply_rights(Context& c, const std::string& jurisdiction, const policy::Policy& policy) {
  const RightsData data = rights_of_packs(policy);
  if (data.instruments.empty() && data.accounts.empty()) return 0;
  std::set<std::string> known;
  for (const auto& party : registry::Registry(c.database(), jurisdiction).parties(c.clock().today()))
    known.insert(party.code);
  for (const auto& [code, account] : data.accounts)
    if (!known.contains(account.is.owner))
      throw Error(codes::unknown_name,
                  {fmt::format("账户 {} 的户主“{}”没有登记为主体", code, account.is.owner),
                   fmt::format("\"{}\", the owner of account {}, is no registered party", account.is.owner, code)},
                  account.where, {"请写入 registry/parties.csv", "enter it in registry/parties.csv"});
  const WorkCalendar calendar;
  Rights rights(c.database(), jurisdiction, c.clock(), calendar);
  const std::string pack = fmt::format("pack {} {}", policy.pack().id, policy.pack().version);
  return rights::apply(rights, data, {c.by(), pack, "按政策包建立 / set up from the pack", pack});
}

namespace {

struct Acting {
  std::string key, kind, instrument, from, to, start, end, project, refers, beneficiary, claim, surrendered_on, source, authority, saving,
      reason, rule, approver, prefix, ratio, into, retired_to, issuer;
  std::vector<std::string> keys, sold, bought, held;
  std::int64_t quantity = 0;
  int vintage = 0, carried_into = 0, rank = 0, max_months = 0, delay_days = 0;
  bool unpaid = false;
};

// The registry with the calendar of the packs.
struct Registry {
  explicit Registry(Context& c)
      : calendar(c.policy().catalog().calendar()), rights(c.database(), c.tenant(), c.clock(), calendar) {}
  WorkCalendar calendar;
  Rights rights;
};

std::string rule_of(Context& c, const Acting& a) {
  if (!a.rule.empty()) return a.rule;
  return fmt::format("pack {} {}", c.policy().pack().id, c.policy().pack().version);
}

std::string period_text(const rights::Instrument& is, int period, const std::string& project) {
  if (is.kind == InstrumentKind::flow) return to_string(Month{period});
  return fmt::format("{}{}{}", period, project.empty() ? "" : " ", project);
}

Json json_of_transaction(const Transaction& x) {
  return {{"key", x.key},         {"kind", to_string(x.kind)}, {"state", to_string(x.state)},
          {"from", x.from},       {"to", x.to},                {"instrument", x.instrument},
          {"initiator", x.initiator}, {"approver", x.approver}, {"note", x.note}};
}

void told(Context& c, const std::vector<Transaction>& all) {
  Json out = Json::array();
  for (const Transaction& x : all) {
    if (c.json()) {
      out.push_back(json_of_transaction(x));
      continue;
    }
    c.line({fmt::format("{} {}：{}{}{}", x.key, title_of(x).zh, title_of(x.state).zh, x.note.empty() ? "" : "，",
                        x.note),
            fmt::format("{} {}: {}{}{}", x.key, title_of(x).en, title_of(x.state).en, x.note.empty() ? "" : ", ",
                        x.note)});
  }
  if (c.json()) c.print(out);
}

int instruments(Context& c) {
  Registry registry(c);
  const RightsData data = rights_of_packs(c.policy());
  Json out = Json::array();
  document::Table table;
  table.caption = {"权利品种", "Instruments"};
  table.columns = {{{"品种", "instrument"}}, {{"名称", "name"}},     {{"种类", "kind"}},   {{"计量", "measure"}},
                   {{"范围", "zone"}},       {{"有效", "validity"}}, {{"核实", "verified"}}, {{"出处", "source"}}};
  for (const auto& is : registry.rights.instruments()) {
    if (is.kind == InstrumentKind::money) continue;
    const auto found = data.instruments.find(is.code);
    const bool known = found != data.instruments.end();
    const bool verified = known && found->second.verified;
    const bool view_only = known && found->second.view_only;
    const std::string source = known ? found->second.source : std::string();
    const std::string from = period_text(is, is.period_from, {}), to = period_text(is, is.period_to, {});
    table.rows.push_back({is.code, document::Cell(is.name),
                          document::Cell(view_only ? Text{"只查看", "view only"} : title_of(is.kind)),
                          is.measure, is.zone, from + ".." + to, verified ? "✓" : "✗", source});
    out.push_back({{"instrument", is.code},
                   {"name", json_of(is.name)},
                   {"kind", to_string(is.kind)},
                   {"measure", is.measure},
                   {"zone", is.zone},
                   {"from", from},
                   {"to", to},
                   {"capped", is.capped},
                   {"view_only", view_only},
                   {"verified", verified},
                   {"source", source}});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int accounts(Context& c) {
  Registry registry(c);
  const PartyNames names(c);
  Json out = Json::array();
  document::Table table;
  table.caption = {"登记账户（许可至：该月起不再有效）", "Accounts (permit to: the first month for which it no longer holds)"};
  table.columns = {{{"账户", "account"}}, {{"户主", "owner"}},  {{"种类", "type"}},
                   {{"状态", "status"}},  {{"许可证", "permit"}}, {{"许可至", "permit to"}}};
  for (const auto& a : registry.rights.accounts()) {
    const std::string to = a.permit_to ? to_string(*a.permit_to) : std::string();
    table.rows.push_back({a.code, document::Cell(names.of(a.owner)), document::Cell(title_of(a.type)),
                          document::Cell(title_of(a.status)), a.permit, to});
    out.push_back({{"account", a.code},
                   {"owner", a.owner},
                   {"type", to_string(a.type)},
                   {"status", to_string(a.status)},
                   {"permit", a.permit},
                   {"permit_to", to}});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

// What was bought in a year, and how much of it from preferred sellers.
int purchases(Context& c, const Acting& a) {
  Registry registry(c);
  const PartyNames names(c);
  const RightsData data = rights_of_packs(c.policy());
  const int year = a.vintage != 0 ? a.vintage : year_of(c.clock().today());
  Json out = Json::array();
  document::Table table;
  table.caption = {fmt::format("{} 年买入和其中的优先购买", year), fmt::format("Bought in {}, and of it from preferred sellers", year)};
  table.columns = {{{"类别", "kind"}}, {{"品种", "instrument"}}, {{"受让方", "buyer"}},
                   {{"买入", "bought"}, document::CellKind::number}, {{"其中", "of it"}, document::CellKind::number},
                   {{"占比", "share"}, document::CellKind::number}};
  for (const rights::Purchases& one : rights::purchases(registry.rights, data.tags, year, data.copied())) {
    const std::string share = one.quantity > 0 ? fmt::format("{}.{}%", one.tagged * 1000 / one.quantity / 10, one.tagged * 1000 / one.quantity % 10) : "";
    table.rows.push_back({document::Cell(data.tags.at(one.tag).title), one.instrument, document::Cell(names.of(one.buyer)), std::to_string(one.quantity), std::to_string(one.tagged), share});
    out.push_back({{"tag", one.tag}, {"instrument", one.instrument}, {"buyer", one.buyer}, {"quantity", one.quantity}, {"tagged", one.tagged}});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

// Months with equal figures side by side are one line.
int use(Context& c, const Acting& a) {
  Registry registry(c);
  const auto is = registry.rights.instrument(a.instrument);
  std::vector<Rights::Use> lines;
  for (const Rights::Use& one : registry.rights.use_of_cap(a.instrument)) {
    if (is.kind == InstrumentKind::flow && !lines.empty()) {
      Rights::Use& last = lines.back();
      if (last.cap.period + last.cap.count == one.cap.period && last.cap.amount == one.cap.amount &&
          last.issued == one.issued) {
        ++last.cap.count;
        continue;
      }
    }
    lines.push_back(one);
  }
  Json out = Json::array();
  document::Table table;
  const auto number = document::CellKind::number;
  table.caption = {fmt::format("{} 总量与已发行（{}，止不含）", is.name.zh, is.measure),
                   fmt::format("{}: caps and what was issued ({}, end not included)", is.name.en, is.measure)};
  table.columns = {{{"起", "from"}}, {{"止", "to"}}, {{"总量", "cap"}, number}, {{"已发行", "issued"}, number},
                   {{"余", "left"}, number}};
  for (const auto& u : lines) {
    const std::string from = period_text(is, u.cap.period, u.cap.project);
    const std::string to = period_text(is, u.cap.period + u.cap.count, {});
    table.rows.push_back({from, to, std::to_string(u.cap.amount), std::to_string(u.issued),
                          std::to_string(u.cap.amount - u.issued)});
    out.push_back({{"from", from}, {"to", to}, {"cap", u.cap.amount}, {"issued", u.issued}});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int cap(Context& c, const Acting& a) {
  Registry registry(c);
  const auto is = registry.rights.instrument(a.instrument);
  Part part;
  if (is.kind == InstrumentKind::flow) {
    const Term term{Month::parse(a.start), Month::parse(a.end)};
    part = {term.from.index, term.months(), "", a.quantity};
  } else {
    if (a.vintage == 0)
      throw Error(codes::bad_usage, {"该品种按年度：请写 --vintage", "this instrument goes by year: give --vintage"},
                  {{}, 0, 0, "vintage"});
    part = {a.vintage, 1, a.project, a.quantity};
  }
  registry.rights.set_cap(a.instrument, std::span(&part, 1), {c.by(), a.approver, a.reason, rule_of(c, a)});
  c.note("rights.cap", "instrument/" + a.instrument, a.reason);
  return use(c, a);
}

// Does it, and notes it in the trail unless it had been done before: a repetition leaves no trace.
template <class Work>
auto noted(Context& c, const Registry& registry, const char* action, const std::string& key, const std::string& reason,
           Work&& work) {
  const std::size_t before = registry.rights.history(key).size();
  auto done = work();
  if (registry.rights.history(key).size() != before) c.note(action, "right/" + key, reason);
  return done;
}

// "2:3".
rights::Ratio ratio_of(const std::string& text) {
  const auto colon = text.find(':');
  try {
    if (colon != std::string::npos)
      return {Decimal::parse(text.substr(0, colon)).to_int64(), Decimal::parse(text.substr(colon + 1)).to_int64()};
  } catch (const Error&) {  // told below
  }
  throw Error(codes::bad_usage, {fmt::format("折算比例“{}”应写成 2:3 这样", text), fmt::format("the ratio \"{}\" must be like 2:3", text)},
              {{}, 0, 0, "ratio"});
}

int propose(Context& c, const Acting& a) {
  Registry registry(c);
  Proposal p;
  p.key = a.key;
  const auto kind = rights::parse_transaction_kind(a.kind);
  if (!kind || *kind == rights::TransactionKind::trade)
    throw Error(codes::bad_usage,
                {fmt::format("没有交易种类“{}”", a.kind), fmt::format("there is no kind of transaction \"{}\"", a.kind)},
                {{}, 0, 0, "kind"});
  p.kind = *kind;
  p.instrument = a.instrument;
  p.from = a.from;
  p.to = a.to;
  p.quantity = a.quantity;
  if (!a.start.empty()) p.term = Term{Month::parse(a.start), Month::parse(a.end)};
  if (a.vintage != 0) p.vintage = a.vintage;
  p.project = a.project;
  p.refers = a.refers;
  p.unpaid = a.unpaid;
  p.beneficiary = a.beneficiary;
  p.claim = a.claim;
  if (!a.surrendered_on.empty()) p.surrendered_on = parse_date(a.surrendered_on);
  p.authority = a.authority;
  p.rank = a.rank;
  p.saving = a.saving;
  p.max_months = a.max_months;
  p.delay_days = a.delay_days;
  p.certificate = a.prefix;
  p.into = a.into;
  p.retired_to = a.retired_to;
  p.issuer = a.issuer;
  if (!a.ratio.empty()) p.ratio = ratio_of(a.ratio);
  const RightsData data = rights_of_packs(c.policy());
  data.check(p);
  // How long a lease may be is the pack's to say. Certificates are not: the same key must stay the same content.
  if (p.kind == rights::TransactionKind::lease || p.kind == rights::TransactionKind::reverse) data.complete(p, registry.rights);
  if (p.kind == rights::TransactionKind::transfer) p.delay_days = std::max(p.delay_days, data.cooling_off.transfer);
  told(c, {noted(c, registry, "rights.propose", a.key, a.reason,
                 [&] { return registry.rights.propose(p, {c.by(), "", a.reason, rule_of(c, a)}); })});
  return 0;
}

// What is left of a vintage expires, and what is carried over is of a later one: one transaction for each account.
int year_end(Context& c, const Acting& a) {
  Registry registry(c);
  rights::YearEnd of{a.instrument, a.vintage, a.to.empty() ? "CANCELLED" : a.to, a.issuer.empty() ? "ISSUE" : a.issuer, {}, a.carried_into};
  for (const std::string& one : a.keys) {
    const auto equals = one.find('=');
    const auto quantity = equals == std::string::npos ? std::nullopt : Decimal::try_parse(one.substr(equals + 1));
    if (!quantity || !Rational(*quantity).is_integer() || quantity->sign() <= 0)
      throw Error(codes::bad_usage, {fmt::format("结转“{}”应写成 H-1=12000 这样", one), fmt::format("\"{}\" must be like H-1=12000", one)},
                  {{}, 0, 0, "carry"});
    if (!of.carried.emplace(one.substr(0, equals), quantity->to_int64()).second)
      throw Error(codes::bad_usage, {fmt::format("结转“{}”：账户写了两次", one), fmt::format("\"{}\": the account is given twice", one)}, {{}, 0, 0, "carry"});
  }
  // A figure for no account that carries over, or a second one, would be passed over.
  for (const auto& [given, option] : {std::pair{&a.sold, "sold"}, std::pair{&a.bought, "bought"}, std::pair{&a.held, "held"}}) {
    std::set<std::string> seen;
    for (const std::string& one : *given)
      if (const std::string account = one.substr(0, one.find('=')); !of.carried.contains(account) || !seen.insert(account).second)
        throw Error(codes::bad_usage,
                    {fmt::format("--{} {}：账户没有结转，或者写了两次", option, one), fmt::format("--{} {}: the account carries nothing over, or is given twice", option, one)},
                    {{}, 0, 0, option});
  }
  for (const auto& [account, quantity] : of.carried) {
    const auto figure = [&, &name = account](const std::vector<std::string>& given, const char* option) {
      for (const std::string& one : given)
        if (const auto value = Decimal::try_parse(one.substr(one.find('=') + 1)); one.starts_with(name + "=") && value && value->sign() >= 0)
          return *value;
      throw Error(codes::bad_usage,
                  {fmt::format("账户 {} 结转，须有 --{} {}=数量", name, option, name), fmt::format("to carry over, account {} needs --{} {}=quantity", name, option, name)},
                  {{}, 0, 0, option}, {"照全国登记系统的对账单填", "as the statement of the national registry says"});
    };
    of.basis[account] = {figure(a.sold, "sold"), figure(a.bought, "bought"), figure(a.held, "held"), a.source};
  }
  rights::check_carry_over(registry.rights, rights_of_packs(c.policy()), c.policy(), c.clock().today(), of);
  const std::vector<Proposal> all = rights::year_end(registry.rights, of);
  std::vector<Transaction> done;
  c.database().together([&](store::Transaction&) {
    done.clear();
    for (const Proposal& one : all)
      done.push_back(noted(c, registry, "rights.propose", one.key, a.reason,
                           [&] { return registry.rights.propose(one, {c.by(), "", a.reason, rule_of(c, a)}); }));
  });
  if (done.empty() && !c.json())
    c.line({fmt::format("{} 的 {} 年份没有剩余。", a.instrument, a.vintage), fmt::format("nothing is left of {} of {}.", a.instrument, a.vintage)});
  else
    told(c, done);
  return 0;
}

// All of them or none.
int approve(Context& c, const Acting& a) {
  Registry registry(c);
  std::vector<Transaction> done;
  c.database().together([&](store::Transaction&) {
    done.clear();
    for (const std::string& key : a.keys)
      done.push_back(noted(c, registry, "rights.approve", key, a.reason,
                           [&] { return registry.rights.approve(key, {c.by(), "", a.reason, rule_of(c, a)}); }));
  });
  told(c, done);
  return 0;
}

int give_up(Context& c, const Acting& a, bool reject) {
  Registry registry(c);
  const Act act{c.by(), "", a.reason, rule_of(c, a)};
  std::vector<Transaction> done;
  c.database().together([&](store::Transaction&) {
    done.clear();
    for (const std::string& key : a.keys)
      done.push_back(noted(c, registry, reject ? "rights.reject" : "rights.cancel", key, a.reason, [&] {
        if (reject)
          registry.rights.reject(key, act);
        else
          registry.rights.cancel(key, act);
        return registry.rights.transaction(key);
      }));
  });
  told(c, done);
  return 0;
}

int waiting(Context& c) {
  Registry registry(c);
  told(c, registry.rights.waiting());
  return 0;
}

int advance(Context& c) {
  Registry registry(c);
  const int changed = registry.rights.advance({c.by(), "", "到期事项 / what fell due", rule_of(c, {})});
  if (c.json())
    c.print(Json{{"changed", changed}});
  else
    c.line({fmt::format("{} 笔交易有变化。", changed), fmt::format("{} transactions changed.", changed)});
  return 0;
}

}  // namespace

void add_right_act_commands(CLI::App& group, Action& action) {
  const auto a = std::make_shared<Acting>();
  const auto command = [&](const char* name, const char* text, std::function<int(Context&, const Acting&)> work) {
    auto* made = group.add_subcommand(name, text);
    made->callback([a, work = std::move(work), &action] { action = [a, work](Context& c) { return work(c, *a); }; });
    return made;
  };
  const auto reasoned = [a](CLI::App* one) {
    one->add_option("--reason", a->reason, "事由 / why")->required();
    one->add_option("--rule", a->rule, "依据（缺省：政策包版本）/ rule version (default: that of the pack)");
  };
  const auto period = [a](CLI::App* one) {
    auto* start = one->add_option("--start", a->start, "起月 YYYY-MM / first month");
    auto* end = one->add_option("--end", a->end, "止月，不含 / end month, not included");
    start->needs(end);
    end->needs(start);
    one->add_option("--vintage", a->vintage, "年度 / year")->check(CLI::Range(1, 9999));
    one->add_option("--project", a->project, "项目 / project");
  };
  command("instruments", "品种、出处与是否核实 / instruments, their sources, and whether they were verified",
          [](Context& c, const Acting&) { return instruments(c); });
  command("accounts", "登记账户 / accounts", [](Context& c, const Acting&) { return accounts(c); });
  command("use", "总量与已发行 / caps and what was issued", use)
      ->add_option("instrument", a->instrument, "品种 / instrument")
      ->required();
  command("purchases", "一年里买入的，其中向优先购买的卖方买入的 / what was bought in a year, and of it from preferred sellers", purchases)
      ->add_option("--year", a->vintage, "年度，缺省今年 / year; this one unless given")
      ->check(CLI::Range(2000, 9999));
  auto* cap_command = command("cap", "登记总量控制数（两人）/ enter a cap; takes two persons", cap);
  cap_command->add_option("instrument", a->instrument, "品种 / instrument")->required();
  cap_command->add_option("--quantity", a->quantity, "每月或每年度的数量 / per month or year")
      ->required()
      ->check(CLI::NonNegativeNumber);
  period(cap_command);
  cap_command->add_option("--approver", a->approver, "复核人，不得是经办人 / the second person")->required();
  reasoned(cap_command);
  cap_command->footer(
      "例 / example: tributary right cap COD-GUO --start 2026-01 --end 2031-01 --quantity 120000 --by zhang "
      "--approver li --reason 总量文件");
  auto* propose_command = command("propose", "提出一笔交易，由另一人审核 / propose a transaction; another approves it", propose);
  propose_command->add_option("key", a->key, "编号，重复提交无害 / key; repeating it does no harm")->required();
  propose_command
      ->add_option("--kind", a->kind, "种类 / kind: issue, allocate, pay, transfer, lease, pledge, freeze, surrender, …")
      ->required();
  propose_command->add_option("--instrument", a->instrument, "品种 / instrument");
  propose_command->add_option("--from", a->from, "转出账户 / account");
  propose_command->add_option("--to", a->to, "转入账户 / account");
  propose_command->add_option("--quantity", a->quantity, "数量（排污权为每年千克数）/ quantity; of a flow right, its rate");
  period(propose_command);
  propose_command->add_option("--refers", a->refers, "所涉交易编号 / key of the transaction meant");
  propose_command->add_flag("--unpaid", a->unpaid, "无偿分配，有偿使用费未缴 / free of charge, the fee is not paid yet");
  propose_command->add_option("--beneficiary", a->beneficiary, "质权人、受益人 / in whose favour");
  propose_command->add_option("--claim", a->claim, "清缴义务或声明 / obligation or claim");
  propose_command->add_option("--surrendered-on", a->surrendered_on, "全国系统里的清缴日 / day of the surrender in the national system");
  propose_command->add_option("--authority", a->authority, "冻结机关 / who ordered the freeze");
  propose_command->add_option("--rank", a->rank, "冻结顺位 / rank of the freeze");
  propose_command->add_option("--saving", a->saving, "核定的节约量 / verified saving");
  propose_command->add_option("--max-months", a->max_months, "最长租期（月）/ longest lease");
  propose_command->add_option("--delay-days", a->delay_days, "冷静期（工作日）/ cooling off, working days");
  propose_command->add_option("--certificate", a->prefix, "凭证号前缀 / prefix of the certificate");
  propose_command->add_option("--ratio", a->ratio, "折算比例，如 2:3 / ratio of a conversion");
  propose_command->add_option("--into", a->into, "折算为另一品种 / convert into another instrument");
  propose_command->add_option("--retired-to", a->retired_to, "折减部分记入的账户 / account for what a conversion takes away");
  propose_command->add_option("--issuer", a->issuer, "另一品种的发行账户 / issuer of the other instrument");
  reasoned(propose_command);
  propose_command->footer(
      "例 / example: tributary right propose T-1 --kind transfer --instrument COD-GUO --from H-LIQUOR --to H-FOOD "
      "--quantity 2500 --start 2027-01 --end 2029-01 --reason 协议转让");
  auto* year_end_command = command("year-end", "一个年份到期：剩余失效，允许的结转到以后的年份；由另一人审核 / the end of a vintage: what is left expires, what may be carried over is of a later one; another person approves",
                                   year_end);
  year_end_command->add_option("instrument", a->instrument, "品种 / instrument")->required();
  year_end_command->add_option("--vintage", a->vintage, "到期的年份 / the vintage that ends")->required()->check(CLI::Range(1, 9998));
  year_end_command->add_option("--to", a->to, "注销账户（缺省 CANCELLED）/ account that cancels (default: CANCELLED)");
  year_end_command->add_option("--issuer", a->issuer, "发行账户，结转用（缺省 ISSUE）/ issuer, for what is carried over (default: ISSUE)");
  year_end_command->add_option("--carry", a->keys, "结转的数量，账户=数量，按规则核定 / carried over, account=quantity, by the rule");
  year_end_command->add_option("--into", a->carried_into, "结转成哪个年份，有结转时必填 / the vintage it becomes, needed with --carry")->check(CLI::Range(1, 9998));
  year_end_command->add_option("--sold", a->sold, "结转规则看的期间里卖出，账户=数量 / sold in the time the rule looks at, account=quantity");
  year_end_command->add_option("--bought", a->bought, "同期买入 / bought in it");
  year_end_command->add_option("--held", a->held, "期末持有 / held on its last day");
  year_end_command->add_option("--source", a->source, "以上数字的来源（对账单），有结转时必填 / where these are from, needed with --carry");
  reasoned(year_end_command);
  year_end_command->footer(
      "例 / example: tributary right year-end CEA --vintage 2023 --carry H-LIQUOR=10000 --into 2025 --sold H-LIQUOR=0 --bought H-LIQUOR=0 "
      "--held H-LIQUOR=12000 --source 全国登记系统对账单 --reason 2026年结转通知\n"
      "碳配额的结转至多是规则 carbon-carry-over 的可结转量，超过的退回；用水权没有见到结转规定，到期失效。/ carbon: at most what the rule carbon-carry-over allows; water: no rule seen, it lapses.");
  const auto keyed = [&](CLI::App* one) {
    one->add_option("keys", a->keys, "编号 / keys")->required();
    reasoned(one);
  };
  keyed(command("approve", "审核通过，不得是提出人 / approve; not by whoever proposed it", approve));
  keyed(command("reject", "驳回 / reject", [](Context& c, const Acting& given) { return give_up(c, given, true); }));
  keyed(command("cancel", "撤回 / take back", [](Context& c, const Acting& given) { return give_up(c, given, false); }));
  command("waiting", "待办的交易 / transactions under way", [](Context& c, const Acting&) { return waiting(c); });
  command("advance", "办理到期事项（逾期、冷静期满、解锁）/ what fell due: lapses, ends of cooling off, unlocking",
          [](Context& c, const Acting&) { return advance(c); });
}

}  // namespace tributary::cli
