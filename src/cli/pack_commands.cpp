// pack check|show|diff.
#include "base/json.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/rights_packs.h"
#include "policy/examples.h"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

// "cn-34", or "policies/cn-34": the folder that holds the packs and the id.
std::pair<std::string, std::string> located(const Context& c, std::string pack) {
  while (pack.size() > 1 && pack.back() == '/') pack.pop_back();
  const std::size_t slash = pack.find_last_of('/');
  if (slash == std::string::npos) return {c.packs_folder(), pack};
  return {slash == 0 ? "/" : pack.substr(0, slash), pack.substr(slash + 1)};
}

const char* kind_code(policy::Remark::Kind kind) {
  switch (kind) {
    case policy::Remark::Kind::stale:
      return "stale";
    case policy::Remark::Kind::never_checked:
      return "never_checked";
    case policy::Remark::Kind::unverified:
      return "unverified";
    case policy::Remark::Kind::unset:
      return "unset";
    case policy::Remark::Kind::retroactive:
      return "retroactive";
  }
  return "";
}

Text kind_title(policy::Remark::Kind kind) {
  switch (kind) {
    case policy::Remark::Kind::stale:
      return {"超过一年未与出处核对", "not compared with the source for over a year"};
    case policy::Remark::Kind::never_checked:
      return {"从未与出处核对", "never compared with the source"};
    case policy::Remark::Kind::unverified:
      return {"未核实", "not verified"};
    case policy::Remark::Kind::unset:
      return {"未定，须带出处填写", "unset, to be entered with its source"};
    case policy::Remark::Kind::retroactive:
      return {"知悉晚于生效", "known after it took effect"};
  }
  return {};
}

int check(Context& c, const std::string& pack) {
  const auto [root, id] = located(c, pack);
  const policy::Policy policy = policy::Policy::load(root, id);
  policy::ExampleReport examples;
  for (const std::string& file : policy::files_in(policy.pack().folder + "/tests", ".test")) {
    policy::ExampleReport one = policy::run_examples(policy, file);
    examples.rows += one.rows;
    examples.failures.insert(examples.failures.end(), one.failures.begin(), one.failures.end());
  }
  const rights::RightsData rights = rights_of_packs(policy);
  const auto unverified = std::ranges::count_if(rights.instruments, [](const auto& one) { return !one.second.verified; });
  const auto remarks = policy.remarks(c.clock().today());
  std::map<policy::Remark::Kind, std::size_t> counts;
  for (const auto& remark : remarks) ++counts[remark.kind];
  const bool good = examples.failures.empty();
  if (c.json()) {
    Json failures = Json::array();
    for (const auto& f : examples.failures)
      failures.push_back({{"where", to_string(f.where)}, {"message", json_of(f.message)}});
    Json counted = Json::object();
    for (const auto& [kind, count] : counts) counted[kind_code(kind)] = count;
    c.print(Json{{"pack", id},
                 {"good", good},
                 {"hash", policy.hash()},
                 {"rules", policy.rules().size()},
                 {"examples", examples.rows},
                 {"instruments", rights.instruments.size()},
                 {"instruments_unverified", unverified},
                 {"failures", failures},
                 {"remarks", counted}});
    return good ? 0 : 1;
  }
  for (const auto& f : examples.failures)
    c.line({fmt::format("✗ {}: {}", to_string(f.where), f.message.zh),
            fmt::format("✗ {}: {}", to_string(f.where), f.message.en)});
  c.line({fmt::format("政策包 {}：规则 {} 个版本，算例 {} 个，不符 {} 个。", id, policy.rules().size(),
                      examples.rows, examples.failures.size()),
          fmt::format("pack {}: {} rule versions, {} examples, {} fail.", id, policy.rules().size(),
                      examples.rows, examples.failures.size())});
  if (!rights.instruments.empty())
    c.line({fmt::format("  权利品种：{}，其中未核实 {}", rights.instruments.size(), unverified),
            fmt::format("  instruments of rights: {}, not verified {}", rights.instruments.size(), unverified)});
  for (const auto& [kind, count] : counts)
    c.line({fmt::format("  {}：{}", kind_title(kind).zh, count),
            fmt::format("  {}: {}", kind_title(kind).en, count)});
  return good ? 0 : 1;
}

std::string source_text(const policy::Source& s) {
  std::string out = s.document;
  for (const std::string& part : {s.number, s.article, s.note})
    if (!part.empty()) out += " · " + part;
  return out;
}

int show(Context& c, const std::string& pack, const std::string& rule_name) {
  const auto [root, id] = located(c, pack);
  const policy::Policy policy = policy::Policy::load(root, id);
  if (!rule_name.empty()) {
    bool found = false;
    Json out = Json::array();
    for (const auto& compiled : policy.rules()) {
      const policy::Rule& rule = compiled->rule;
      if (rule.name != rule_name) continue;
      found = true;
      const std::string to = rule.in_force.to == Date::max() ? "" : to_string(rule.in_force.to);
      Json parameters = Json::object();
      document::Table table;
      table.caption = {fmt::format("{}（{} – {}，包 {}{}）", rule.title.zh, to_string(rule.in_force.from), to,
                                   rule.pack, rule.verified ? "" : "，未核实"),
                       fmt::format("{} ({} – {}, pack {}{})", rule.title.en, to_string(rule.in_force.from),
                                   to, rule.pack, rule.verified ? "" : ", not verified")};
      table.columns = {{{"参数", "parameter"}}, {{"值", "value"}},   {{"单位", "unit"}},
                       {{"生效", "in force"}},  {{"知悉", "known"}}, {{"包", "pack"}},
                       {{"出处", "source"}}};
      for (const policy::Parameter& p : rule.parameters) {
        Json values = Json::array();
        if (p.values.empty())
          table.rows.push_back({p.name, document::Cell(Text{"未定", "unset"}), p.type.unit.symbol(), "", "",
                                "", document::Cell(p.unset)});
        for (const policy::ParameterValue& v : p.values) {
          std::string text;
          for (const auto& [element, value] : v.elements)
            text += (text.empty() ? "" : ", ") + (element.empty() ? value : element + "=" + value);
          for (const auto& tier : v.tiers)
            text += fmt::format("{}>{}: {}", text.empty() ? "" : ", ", tier.above.to_string(), tier.value);
          table.rows.push_back({p.name, text, p.type.unit.symbol(), to_string(v.in_force), to_string(v.known),
                                v.pack, source_text(v.source) + (v.verified ? "" : "（未核实）")});
          values.push_back({{"value", text},
                            {"in_force", to_string(v.in_force)},
                            {"known", to_string(v.known)},
                            {"pack", v.pack},
                            {"verified", v.verified},
                            {"source", source_text(v.source)}});
        }
        parameters[p.name] = {{"unit", p.type.unit.symbol()}, {"values", values}};
        if (!p.unset.zh.empty()) parameters[p.name]["unset"] = json_of(p.unset);
      }
      Json formulas = Json::object();
      document::Table lines;
      lines.columns = {{{"公式", "formula"}}, {{"单位", "unit"}}, {{"内容", "is"}}};
      for (const policy::Formula& f : rule.formulas) {
        const std::string name = f.index.empty() ? f.name : f.name + "[" + f.index + "]";
        formulas[name] = {{"unit", f.type.unit.symbol()}, {"is", f.text}};
        lines.rows.push_back({name, f.type.unit.symbol(), f.text});
      }
      out.push_back({{"rule", rule.name},
                     {"pack", rule.pack},
                     {"from", to_string(rule.in_force.from)},
                     {"to", to},
                     {"known", to_string(rule.known)},
                     {"verified", rule.verified},
                     {"title", json_of(rule.title)},
                     {"source", source_text(rule.source)},
                     {"parameters", parameters},
                     {"formulas", formulas}});
      if (c.json()) continue;
      c.print(table);
      c.print(lines);
      c.line({"出处：" + source_text(rule.source), "source: " + source_text(rule.source)});
      c.line(rule.note);
    }
    if (!found) policy.rule(rule_name, c.clock().today(), c.clock().today());  // says which there are
    if (c.json()) c.print(out);
    return 0;
  }
  Json packs = Json::array();
  document::Table table;
  table.caption = {"层级", "Cascade"};
  table.columns = {{{"包", "pack"}},
                   {{"名称", "title"}},
                   {{"地区", "jurisdiction"}},
                   {{"版本", "version"}},
                   {{"校验", "hash"}}};
  for (const auto& info : policy.packs()) {
    table.rows.push_back(
        {info.id, document::Cell(info.title), info.jurisdiction, info.version, info.hash.substr(0, 12)});
    packs.push_back({{"pack", info.id},
                     {"title", json_of(info.title)},
                     {"jurisdiction", info.jurisdiction},
                     {"version", info.version},
                     {"hash", info.hash},
                     {"example", info.example}});
  }
  Json rules = Json::array();
  document::Table list;
  list.caption = {"规则", "Rules"};
  list.columns = {{{"规则", "rule"}}, {{"名称", "title"}}, {{"生效", "from"}},
                  {{"失效", "to"}},   {{"包", "pack"}},    {{"核实", "verified"}}};
  for (const auto& compiled : policy.rules()) {
    const policy::Rule& r = compiled->rule;
    const std::string to = r.in_force.to == Date::max() ? "" : to_string(r.in_force.to);
    list.rows.push_back(
        {r.name, document::Cell(r.title), to_string(r.in_force.from), to, r.pack, r.verified ? "✓" : "✗"});
    rules.push_back({{"rule", r.name},
                     {"title", json_of(r.title)},
                     {"from", to_string(r.in_force.from)},
                     {"to", to},
                     {"pack", r.pack},
                     {"verified", r.verified}});
  }
  Json overrides = Json::array();
  document::Table over;
  over.caption = {"下级覆盖上级", "Overrides"};
  over.columns = {{{"内容", "what"}}, {{"上级", "upper"}}, {{"下级", "lower"}}, {{"位置", "where"}}};
  for (const auto& o : policy.overrides()) {
    over.rows.push_back({o.what, o.upper, o.lower, to_string(o.where)});
    overrides.push_back(
        {{"what", o.what}, {"upper", o.upper}, {"lower", o.lower}, {"where", to_string(o.where)}});
  }
  if (c.json()) {
    c.print(Json{{"packs", packs}, {"rules", rules}, {"overrides", overrides}, {"hash", policy.hash()}});
    return 0;
  }
  c.print(table);
  c.print(list);
  if (!over.rows.empty()) c.print(over);
  return 0;
}

// Everything of a policy that decides an amount, as text by name.
std::map<std::string, std::string> facts(const policy::Policy& policy) {
  std::map<std::string, std::string> out;
  for (const auto& compiled : policy.rules()) {
    const policy::Rule& r = compiled->rule;
    const std::string base = fmt::format("{} {}", r.name, to_string(r.in_force.from));
    out[base] = fmt::format("to {} known {} verified {} pack {}",
                            r.in_force.to == Date::max() ? "…" : to_string(r.in_force.to), to_string(r.known),
                            r.verified, r.pack);
    for (const auto& f : r.formulas) out[base + " formula " + f.name] = f.text;
    for (const auto& p : r.payments)
      out[base + " pays " + p.title.en] = fmt::format("{} → {} when {}: {}", p.from, p.to, p.when, p.amount);
    for (const auto& p : r.parameters) {
      if (p.values.empty()) out[base + " parameter " + p.name] = "unset";
      for (const auto& v : p.values) {
        std::string text;
        for (const auto& [element, value] : v.elements) text += element + "=" + value + " ";
        for (const auto& tier : v.tiers) text += fmt::format(">{}: {} ", tier.above.to_string(), tier.value);
        out[fmt::format("{} parameter {} from {} known {}", base, p.name, to_string(v.in_force),
                        to_string(v.known))] = fmt::format("{}({})", text, v.pack);
      }
    }
  }
  return out;
}

int diff(Context& c, const std::string& before, const std::string& after) {
  const auto [root_a, id_a] = located(c, before);
  const auto [root_b, id_b] = located(c, after);
  const auto a = facts(policy::Policy::load(root_a, id_a));
  const auto b = facts(policy::Policy::load(root_b, id_b));
  document::Table table;
  table.columns = {{{"", ""}}, {{"内容", "what"}}, {{"原", "before"}}, {{"新", "after"}}};
  Json out = Json::array();
  const auto add = [&](const char* sign, const std::string& what, const std::string& was,
                       const std::string& is) {
    table.rows.push_back({sign, what, was, is});
    out.push_back({{"what", what},
                   {"before", was.empty() ? Json(nullptr) : Json(was)},
                   {"after", is.empty() ? Json(nullptr) : Json(is)}});
  };
  for (const auto& [what, was] : a)
    if (!b.contains(what))
      add("-", what, was, "");
    else if (b.at(what) != was)
      add("~", what, was, b.at(what));
  for (const auto& [what, is] : b)
    if (!a.contains(what)) add("+", what, "", is);
  if (c.json())
    c.print(out);
  else if (table.rows.empty())
    c.line({"两者相同。", "They are the same."});
  else
    c.print(table);
  return table.rows.empty() ? 0 : 1;
}

}  // namespace

void add_pack_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("pack", "政策包 / policy packs");
  group->require_subcommand(1);
  struct Arguments {
    std::string pack, other, rule;
  };
  const auto a = std::make_shared<Arguments>();
  auto* check_command =
      group->add_subcommand("check", "严格载入并跑算例 / load strictly and run the worked examples");
  check_command->add_option("pack", a->pack, "名称或文件夹 / id or folder")->required();
  check_command->footer("例 / example: tributary pack check policies/cn-34");
  check_command->callback([=, &action] { action = [=](Context& c) { return check(c, a->pack); }; });
  auto* show_command =
      group->add_subcommand("show", "层级、规则、参数与出处 / cascade, rules, parameters and sources");
  show_command->add_option("pack", a->pack, "名称或文件夹 / id or folder")->required();
  show_command->add_option("rule", a->rule, "只看一条规则 / one rule");
  show_command->footer("例 / example: tributary pack show cn-34 section-month");
  show_command->callback([=, &action] { action = [=](Context& c) { return show(c, a->pack, a->rule); }; });
  auto* diff_command = group->add_subcommand("diff", "比较两个政策包 / compare two packs");
  diff_command->add_option("before", a->pack, "原 / before")->required();
  diff_command->add_option("after", a->other, "新 / after")->required();
  diff_command->callback([=, &action] { action = [=](Context& c) { return diff(c, a->pack, a->other); }; });
}

}  // namespace tributary::cli
