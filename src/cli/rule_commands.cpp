// rule eval, run, whatif.
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/names.h"
#include "compensate/compensation.h"
#include "compensate/periods.h"
#include "compensate/statement_document.h"
#include "policy/outcome.h"
#include "policy/value.h"
#include "registry/registry.h"

#include <algorithm>
#include <functional>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

std::map<std::string, std::string> assignments(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> out;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(codes::bad_usage,
                  {fmt::format("“{}”应写成 名称=值", text), fmt::format("\"{}\" must be name=value", text)},
                  {}, {"例如 --set k0=0.85", "for example --set k0=0.85"});
    out[std::string(trim(std::string_view(text).substr(0, equals)))] =
        std::string(trim(std::string_view(text).substr(equals + 1)));
  }
  return out;
}

std::optional<Date> date_or_none(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(parse_date(text));
}

Text outcome_text(policy::Outcome::State state) {
  switch (state) {
    case policy::Outcome::State::computed:
      return {"已计算", "computed"};
    case policy::Outcome::State::not_assessed:
      return {"不考核", "not assessed"};
    case policy::Outcome::State::missing:
      return {"缺数据", "missing"};
  }
  return {};
}

struct EvalArguments {
  std::string rule;
  std::string pack = "cn-341602";
  std::string on;
  std::string known;
  std::string place;
  std::vector<std::string> set;
};

// A pack by its id, or by the path of its folder.
policy::Policy load_pack(const Context& c, const std::string& pack) {
  const std::size_t slash = pack.find_last_of('/');
  if (slash == std::string::npos) return policy::Policy::load(c.packs_folder(), pack);
  std::string path = pack;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t last = path.find_last_of('/');
  return policy::Policy::load(
      last == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(last, 1)),
      last == std::string::npos ? path : path.substr(last + 1));
}

int eval(Context& c, const EvalArguments& a) {
  const policy::Policy policy = load_pack(c, a.pack);
  const Date on = parse_date(a.on);
  const policy::CaseResult result = policy::evaluate_case(
      policy,
      {a.rule, on, a.known.empty() ? c.clock().today() : parse_date(a.known), a.place, assignments(a.set)});
  const policy::Rule& rule = result.rule->rule;
  const policy::Explainer explainer = result.explainer();
  std::vector<policy::Explanation> tree;
  for (std::size_t i = 0; i < rule.payments.size(); ++i) tree.push_back(explainer.payment(i));
  if (const auto assessed = explainer.assessed()) tree.push_back(*assessed);
  Json results = Json::object();
  for (const policy::FormulaNode& f : result.rule->program.formulas) {
    const policy::Formula& formula = rule.formulas[f.declaration];
    if (!formula.shown) continue;
    const policy::Cell& cell = result.cells[static_cast<std::size_t>(f.node)];
    const std::string name = policy::element_name(formula.name, f.element);
    Json entry;
    if (cell.present())
      entry["value"] = policy::format_value(formula.type, cell.value);
    else
      entry["value"] = nullptr;
    if (const std::string unit = policy::unit_text(formula.type); !unit.empty()) entry["unit"] = unit;
    results[name] = entry;
    if (rule.payments.empty()) tree.push_back(explainer.formula(name));
  }
  Json pays = Json::array();
  for (const auto& due : result.outcome.dues) {
    const policy::Payment& payment = rule.payments[due.payment];
    pays.push_back({{"from", payment.from},
                    {"to", payment.to},
                    {"amount", due.amount.to_fixed(2)},
                    {"unit", "CNY"},
                    {"title", json_of(payment.title)}});
  }
  if (c.json()) {
    Json out;
    out["rule"] = rule.name;
    out["version"] = to_string(rule.in_force.from);
    out["pack"] = rule.pack;
    out["on"] = a.on;
    out["known"] = to_string(result.binding.known);
    out["outcome"] = policy::to_string(result.outcome.state);
    out["results"] = results;
    out["pays"] = pays;
    if (!result.outcome.missing.empty()) out["missing"] = result.outcome.missing;
    out["verified"] = !result.binding.unverified;
    out["example"] = result.binding.example;
    Json explanation = Json::array();
    for (const auto& e : tree) explanation.push_back(json_of(e));
    out["explanation"] = explanation;
    c.print(out);
    return 0;
  }
  document::Table table;
  table.caption = {fmt::format("{}（{}，{} 起）", rule.title.zh, rule.name, to_string(rule.in_force.from)),
                   fmt::format("{} ({}, from {})", rule.title.en, rule.name, to_string(rule.in_force.from))};
  table.columns = {{{"结果", "result"}}, {{"值", "value"}, document::CellKind::number}, {{"单位", "unit"}}};
  for (const auto& [name, entry] : results.items())
    table.rows.push_back({name,
                          entry["value"].is_null() ? std::string("-") : entry["value"].get<std::string>(),
                          entry.value("unit", "")});
  c.print(table);
  for (const auto& p : pays)
    c.line(
        {fmt::format("{}：{} → {} {} 元", p["title"]["zh"].get<std::string>(), p["from"].get<std::string>(),
                     p["to"].get<std::string>(), group_thousands(p["amount"].get<std::string>())),
         fmt::format("{}: {} → {} {} yuan", p["title"]["en"].get<std::string>(), p["from"].get<std::string>(),
                     p["to"].get<std::string>(), group_thousands(p["amount"].get<std::string>()))});
  if (!result.outcome.missing.empty())
    c.line({fmt::format("缺少：{}", fmt::join(result.outcome.missing, "、")),
            fmt::format("missing: {}", fmt::join(result.outcome.missing, ", "))});
  document::Tree printed;
  for (const auto& e : tree) printed.roots.push_back(compensate::tree_of(e));
  c.print(printed);
  return 0;
}

struct RunArguments {
  std::string rule;
  std::string period;
  std::string known;
  std::vector<std::string> set;
};

// Why a place has no result: each missing value with its reason, as the derivations give it.
std::map<std::string, Text> missing_reasons(const compensate::PlaceResult& place) {
  std::map<std::string, Text> reasons;
  const std::function<void(const policy::Explanation&)> collect = [&](const policy::Explanation& e) {
    const bool named = std::find(place.missing.begin(), place.missing.end(), e.name) != place.missing.end();
    if (named && e.missing && !(e.reason.zh.empty() && e.reason.en.empty()))
      reasons.emplace(e.name, e.reason);
    for (const auto& child : e.children) collect(child);
  };
  if (place.assessed) collect(*place.assessed);
  for (const auto& e : place.payment_derivations) collect(e);
  for (const auto& e : place.formula_derivations) collect(e);
  return reasons;
}

Json json_of_computation(const compensate::Computation& computation) {
  Json places = Json::array();
  for (const auto& place : computation.places) {
    Json results = Json::object();
    for (const auto& f : place.results) results[f.name] = f.value == "-" ? Json(nullptr) : Json(f.value);
    Json pays = Json::array();
    for (const auto& payment : place.payments)
      for (const auto& share : payment.shares)
        pays.push_back({{"from", share.payer},
                        {"to", share.payee},
                        {"amount", compensate::yuan(share.amount).to_string()},
                        {"title", json_of(payment.title)}});
    Json entry{{"place", place.place},
               {"name", place.name.zh},
               {"outcome", policy::to_string(place.outcome)},
               {"results", results},
               {"pays", pays}};
    if (!place.missing.empty()) {
      entry["missing"] = place.missing;
      Json reasons = Json::object();
      for (const auto& [name, reason] : missing_reasons(place)) reasons[name] = json_of(reason);
      entry["reasons"] = reasons;
    }
    places.push_back(std::move(entry));
  }
  const auto& h = computation.head;
  return {{"rule", h.rule},
          {"period", h.period.to_string()},
          {"version", to_string(h.version)},
          {"known", to_string(h.known)},
          {"pack", h.pack},
          {"pack_hash", h.pack_hash},
          {"verified", !h.unverified},
          {"example", h.example},
          {"places", places}};
}

void print_computation(Context& c, const compensate::Computation& computation) {
  const auto& h = computation.head;
  document::Table table;
  table.caption = {fmt::format("{} {}{}", h.title.zh, h.period.to_string(),
                               h.example      ? "（示例）"
                               : h.unverified ? "（含未核实内容）"
                                              : ""),
                   fmt::format("{} {}{}", h.title.en, h.period.to_string(),
                               h.example      ? " (example)"
                               : h.unverified ? " (partly unverified)"
                                              : "")};
  table.columns = {{{"地点", "place"}},
                   {{"情况", "outcome"}},
                   {{"付款方", "payer"}},
                   {{"收款方", "payee"}},
                   {{"金额（元）", "yuan"}, document::CellKind::money},
                   {{"说明", "remark"}}};
  const PartyNames names(c);
  for (const auto& place : computation.places) {
    const std::string missing =
        place.missing.empty() ? "" : fmt::format("{}", fmt::join(place.missing, ", "));
    const Text remark = missing.empty() ? Text{} : Text{"缺 " + missing, "missing " + missing};
    bool any = false;
    for (const auto& payment : place.payments)
      for (const auto& share : payment.shares) {
        any = true;
        table.rows.push_back({place.name.zh, document::Cell(payment.title),
                              document::Cell(names.of(share.payer)), document::Cell(names.of(share.payee)),
                              document::money_cell(compensate::yuan(share.amount)), document::Cell(remark)});
      }
    if (!any)
      table.rows.push_back(
          {place.name.zh, document::Cell(outcome_text(place.outcome)), "", "", "", document::Cell(remark)});
  }
  c.print(table);
  for (const auto& place : computation.places)
    for (const auto& [name, reason] : missing_reasons(place))
      c.line({fmt::format("{}：缺 {}：{}", place.name.zh, name, reason.zh),
              fmt::format("{}: {} is missing: {}", place.name.zh, name, reason.en)});
}

int run(Context& c, const RunArguments& a) {
  compensate::Compensation compensation(c.database(), c.tenant(), c.policy(), c.clock());
  const auto periods = compensate::periods_of(a.period);
  Json all = Json::array();
  auto progress =
      Progress::on_stderr({"运行", "run"}, periods.size(), Progress::Measure::steps, c.language());
  for (const Period& period : periods) {
    compensate::RunReport report;
    try {
      report = compensation.run(a.rule, period, c.by(), date_or_none(a.known));
    } catch (const Error&) {
      if (c.json() && !all.empty()) c.print(Json{{"runs", all}});  // what has been written before it stopped
      throw;
    }
    if (periods.size() > 1) progress.advance();
    if (!report.unchanged)
      c.note("run.start", fmt::format("run/{}", report.computation.head.id),
             fmt::format("{} {}", a.rule, period.to_string()));
    if (c.json()) {
      Json entry = json_of_computation(report.computation);
      entry["run"] = report.computation.head.id;
      entry["unchanged"] = report.unchanged;
      entry["stored"] = report.stored;
      entry["statements"] = report.statements;
      all.push_back(std::move(entry));
      continue;
    }
    if (periods.size() == 1) print_computation(c, report.computation);
    const auto& ids = report.statements;
    if (report.unchanged)
      c.line({fmt::format("{} {}：与第 {} 次运行相同，没有新结算单。", a.rule, period.to_string(),
                          report.computation.head.id),
              fmt::format("{} {}: the same as run {}, no new statements.", a.rule, period.to_string(),
                          report.computation.head.id)});
    else if (!report.stored)
      c.line({fmt::format("{} {}：按 {} 所知试算；后来的运行知道得更多，什么都没有写入。", a.rule,
                          period.to_string(), to_string(report.computation.head.known)),
              fmt::format("{} {}: computed as known on {}; a later run knows more, so nothing was written.",
                          a.rule, period.to_string(), to_string(report.computation.head.known))});
    else if (ids.empty() && report.standing > 0)
      c.line({fmt::format("{} {}：第 {} 次运行，原有结算单 {} 份不变。", a.rule, period.to_string(),
                          report.computation.head.id, report.standing),
              fmt::format("{} {}: run {}, the {} statements there are still stand.", a.rule,
                          period.to_string(), report.computation.head.id, report.standing)});
    else if (ids.empty())
      c.line({fmt::format("{} {}：第 {} 次运行，没有结算单。", a.rule, period.to_string(),
                          report.computation.head.id),
              fmt::format("{} {}: run {}, no statements.", a.rule, period.to_string(),
                          report.computation.head.id)});
    else
      c.line({fmt::format("{} {}：第 {} 次运行，新结算单 {} 份（{}）。", a.rule, period.to_string(),
                          report.computation.head.id, ids.size(), fmt::join(ids, "、")),
              fmt::format("{} {}: run {}, {} new statements ({}).", a.rule, period.to_string(),
                          report.computation.head.id, ids.size(), fmt::join(ids, ", "))});
  }
  progress.finish();
  if (c.json()) c.print(periods.size() == 1 ? all[0] : Json{{"runs", all}});
  return 0;
}

int whatif(Context& c, const RunArguments& a) {
  const compensate::Compensation compensation(c.database(), c.tenant(), c.policy(), c.clock());
  std::map<std::string, compensate::PartyChange> parties;
  std::vector<Text> remarks;
  Json periods = Json::array();
  for (const Period& period : compensate::periods_of(a.period)) {
    const compensate::WhatIf result =
        compensation.what_if(a.rule, period, assignments(a.set), date_or_none(a.known));
    Json changes = Json::array();
    for (const auto& change : result.parties) {
      auto& sum = parties[change.party];
      sum.party = change.party;
      if (__builtin_add_overflow(sum.before, change.before, &sum.before) ||
          __builtin_add_overflow(sum.after, change.after, &sum.after))
        throw Error(codes::bad_usage,
                    {fmt::format("{} 的合计超出可表示的范围", change.party),
                     fmt::format("the total of {} is more than can be told", change.party)});
      changes.push_back({{"party", change.party},
                         {"before", compensate::yuan(change.before).to_string()},
                         {"after", compensate::yuan(change.after).to_string()},
                         {"change", compensate::yuan(change.after - change.before).to_string()}});
    }
    Json unlike = Json::array();
    for (const std::string& code : result.unlike) {
      const auto of = [&](const compensate::Computation& computation) -> const compensate::PlaceResult& {
        return *std::ranges::find(computation.places, code, &compensate::PlaceResult::place);
      };
      const compensate::PlaceResult& before = of(result.before);
      const compensate::PlaceResult& after = of(result.after);
      const Text was = outcome_text(before.outcome);
      const Text is = outcome_text(after.outcome);
      const std::string missing = fmt::format("{}", fmt::join(after.missing, ", "));
      const bool unknown = after.outcome == policy::Outcome::State::missing;
      const Text lacks = missing.empty() ? Text{} : Text{"，缺 " + missing, ", for want of " + missing};
      const Text not_zero =
          unknown ? Text{"，金额未知，不是零", "; its amount is unknown, not zero"} : Text{};
      unlike.push_back({{"place", code},
                        {"before", policy::to_string(before.outcome)},
                        {"after", policy::to_string(after.outcome)},
                        {"missing", after.missing}});
      remarks.push_back({fmt::format("{} {}：{} → {}{}{}", period.to_string(), before.name.zh, was.zh, is.zh,
                                     lacks.zh, not_zero.zh),
                         fmt::format("{} {}: {} → {}{}{}", period.to_string(),
                                     before.name.en.empty() ? before.name.zh : before.name.en, was.en, is.en,
                                     lacks.en, not_zero.en)});
    }
    periods.push_back({{"period", period.to_string()}, {"parties", changes}, {"unlike", unlike}});
  }
  if (c.json()) {
    c.print(Json{{"rule", a.rule}, {"set", assignments(a.set)}, {"written", false}, {"periods", periods}});
    return 0;
  }
  document::Table table;
  table.caption = {
      fmt::format("假设 {}（什么都没有写入）：各方净得（元）", fmt::join(a.set, "，")),
      fmt::format("What if {} (nothing was written): net received, yuan", fmt::join(a.set, ", "))};
  table.columns = {{{"当事方", "party"}},
                   {{"现在", "before"}, document::CellKind::money},
                   {{"假设", "after"}, document::CellKind::money},
                   {{"变化", "change"}, document::CellKind::money}};
  const PartyNames names(c);
  for (const auto& [party, change] : parties)
    table.rows.push_back({document::Cell(names.of(party)),
                          document::money_cell(compensate::yuan(change.before)),
                          document::money_cell(compensate::yuan(change.after)),
                          document::money_cell(compensate::yuan(change.after - change.before))});
  c.print(table);
  for (const Text& remark : remarks) c.line(remark);
  return 0;
}

}  // namespace

void add_rule_commands(CLI::App& app, Action& action) {
  auto* rule = app.add_subcommand("rule", "单独计算一条规则，不用数据库 / evaluate one rule, no database");
  rule->require_subcommand(1);
  auto* eval_command =
      rule->add_subcommand("eval", "算一次，并给出推导 / one evaluation with its derivation");
  const auto e = std::make_shared<EvalArguments>();
  eval_command->add_option("rule", e->rule, "规则 / rule")->required();
  eval_command->add_option("--pack", e->pack, "政策包名称或文件夹 / pack, id or folder")
      ->capture_default_str();
  eval_command->add_option("--set", e->set, "输入或参数 名称=值 / input or parameter, name=value")
      ->take_all();
  eval_command->add_option("--on", e->on, "按此日有效的规则 / law in force on this day")->required();
  eval_command->add_option("--known", e->known, "按此日所知 / as known on this day (default: today)");
  eval_command->add_option("--place", e->place,
                           "地点（按地点取值的参数用）/ place, for parameters kept by place");
  eval_command->footer(
      "例 / example: tributary rule eval section-month --pack policies/cn-34 --on 2020-10-01 --set "
      "C[codmn]=7.2 --set C[nh3n]=2.3 --set C[tp]=0.18 "
      "--set target=III --set actual=IV --set water=river --set status=assessed --set closed=upper --set "
      "cap=unlimited");
  eval_command->callback([=, &action] { action = [=](Context& c) { return eval(c, *e); }; });

  auto* run_command =
      app.add_subcommand("run", "按规则计算一个时段并拟结算单 / compute a period and draft statements");
  const auto r = std::make_shared<RunArguments>();
  run_command->add_option("rule", r->rule, "规则 / rule")->required();
  run_command->add_option("--period", r->period, "2020-10 | 2020-Q4 | 2020 | 2020-05..2021-04")->required();
  run_command->add_option("--known", r->known,
                          "法规和登记按此日所知 / law and registry as known on this day");
  run_command->footer("例 / example: tributary run section-month --period 2020-10");
  run_command->callback([=, &action] { action = [=](Context& c) { return run(c, *r); }; });

  auto* whatif_command =
      app.add_subcommand("whatif", "换参数试算，不写入 / the same with other parameters, nothing written");
  const auto w = std::make_shared<RunArguments>();
  whatif_command->add_option("rule", w->rule, "规则 / rule")->required();
  whatif_command->add_option("--period", w->period, "2020-10 | 2020-05..2021-04")->required();
  whatif_command->add_option("--set", w->set, "参数=值 / parameter=value")->required()->take_all();
  whatif_command->add_option("--known", w->known, "按此日所知 / as known on this day");
  whatif_command->footer(
      "例 / example: tributary whatif section-month --period 2020-10 --set unit_payment=600000");
  whatif_command->callback([=, &action] { action = [=](Context& c) { return whatif(c, *w); }; });
}

}  // namespace tributary::cli
