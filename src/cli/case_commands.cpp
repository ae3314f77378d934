// case types|check: what a pack's kinds of casework are, and whether they hold together.
#include "casework/examples.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "identity/identity_files.h"

#include <algorithm>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tributary::cli {
namespace {

casework::CaseTypes types_of(const policy::Policy& policy) {
  std::vector<std::pair<std::string, policy::PackContext>> folders;
  for (std::size_t i = 0; i < policy.packs().size(); ++i)
    folders.push_back(
        {policy.packs()[i].folder, {policy.packs()[i].id, static_cast<int>(i), policy.packs()[i].example}});
  return casework::load_case_types(folders);
}

// Roles that a type names and no pack of the cascade has.
std::vector<std::string> unknown_roles(const casework::CaseType& type, const std::set<std::string>& roles) {
  std::set<std::string> out;
  const auto look = [&](const std::vector<casework::Actor>& actors) {
    for (const auto& actor : actors)
      if (!roles.contains(actor.role)) out.insert(actor.role);
  };
  look(type.declared.start_by);
  for (const auto& step : type.declared.steps) look(step.by);
  for (const auto& ballot : type.declared.ballots) look(ballot.of);
  for (const std::string& reader : type.declared.readers)
    if (!roles.contains(reader)) out.insert(reader);
  return {out.begin(), out.end()};
}

policy::Policy policy_of(Context& c, const std::string& pack) {
  return pack.empty() ? c.policy() : policy::Policy::load(c.packs_folder(), pack);
}

int list(Context& c, const std::string& pack) {
  const policy::Policy policy = policy_of(c, pack);
  Json all = Json::array();
  document::Table table;
  table.columns = {{{"事项", "case"}},     {{"名称", "title"}},   {{"条", "article"}}, {{"版本", "version"}},
                   {{"状态数", "states"}}, {{"步骤数", "steps"}}, {{"包", "pack"}}};
  for (const auto& [name, type] : types_of(policy)) {
    const auto& d = type->declared;
    all.push_back({{"case", name},
                   {"title", {{"zh", d.title.zh}, {"en", d.title.en}}},
                   {"articles", d.articles},
                   {"version", d.version},
                   {"states", d.states.size()},
                   {"steps", d.steps.size()},
                   {"verified", d.verified},
                   {"pack", d.pack}});
    table.rows.push_back({name, document::Cell(d.title), fmt::format("{}", fmt::join(d.articles, " ")),
                          d.version, std::to_string(d.states.size()), std::to_string(d.steps.size()),
                          d.pack});
  }
  if (c.json())
    c.print(all);
  else
    c.print(table);
  return 0;
}

int check(Context& c, const std::string& pack) {
  const policy::Policy policy = policy_of(c, pack);
  identity::IdentityData data;
  for (const auto& info : policy.packs())
    data.append(identity::read_identity_folder(info.folder + "/identity"));
  std::set<std::string> roles;
  for (const auto& role : data.roles) roles.insert(role.key);
  int steps = 0;
  Json failures = Json::array();
  const auto fail = [&](const Where& where, const Text& text) {
    failures.push_back({{"where", to_string(where)}, {"message", {{"zh", text.zh}, {"en", text.en}}}});
    if (!c.json())
      c.line({fmt::format("✗ {}: {}", to_string(where), text.zh),
              fmt::format("✗ {}: {}", to_string(where), text.en)});
  };
  const auto types = types_of(policy);
  for (const auto& [name, type] : types) {
    for (const std::string& role : unknown_roles(*type, roles))
      fail(type->declared.where, {fmt::format("事项 {}：没有角色“{}”", name, role),
                                  fmt::format("case {}: there is no role \"{}\"", name, role)});
    const auto report = casework::run_examples(*type, policy.catalog().calendar());
    steps += report.steps;
    for (const auto& one : report.failures) fail(one.where, one.message);
    for (const std::string& step : report.untaken)
      fail(type->declared.where, {fmt::format("事项 {}：没有算例走过步骤“{}”", name, step),
                                  fmt::format("case {}: no example takes the step \"{}\"", name, step)});
  }
  if (c.json())
    c.print(
        Json{{"good", failures.empty()}, {"cases", types.size()}, {"steps", steps}, {"failures", failures}});
  else
    c.line({fmt::format("事项 {} 种，算例 {} 步，不符 {} 处。", types.size(), steps, failures.size()),
            fmt::format("{} kinds of cases, {} steps of examples, {} fail.", types.size(), steps,
                        failures.size())});
  return failures.empty() ? 0 : 1;
}

}  // namespace

void add_case_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("case", "办事事项 / casework");
  group->require_subcommand(1);
  const auto pack = std::make_shared<std::string>();
  auto* list_command = group->add_subcommand("types", "有哪些事项 / what kinds there are");
  list_command->add_option("pack", *pack,
                           "政策包；缺省为本库所在地区的 / pack; by default that of the database");
  list_command->callback([=, &action] { action = [=](Context& c) { return list(c, *pack); }; });
  auto* check_command =
      group->add_subcommand("check", "严格载入并走一遍算例 / load strictly and walk through the examples");
  check_command->add_option("pack", *pack, "政策包 / pack");
  check_command->footer("例 / example: tributary case check cn-341602");
  check_command->callback([=, &action] { action = [=](Context& c) { return check(c, *pack); }; });
}

}  // namespace tributary::cli
