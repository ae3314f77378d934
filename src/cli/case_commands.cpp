// case types|check|personal|index (and begin|list|show, case_act_commands.cpp): what a pack's kinds of casework are, whether they hold together, and which
// personal values they ask for.
#include "base/json.h"
#include "casework/examples.h"
#include "casework/finds.h"
#include "casework/personal_register.h"
#include "cli/case_acts.h"
#include "cli/cases.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "identity/identity_files.h"

#include <algorithm>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {

casework::CaseTypes types_of(const policy::Policy& policy) {
  std::vector<std::pair<std::string, policy::PackContext>> folders;
  for (std::size_t i = 0; i < policy.packs().size(); ++i)
    folders.push_back(
        {policy.packs()[i].folder, {policy.packs()[i].id, static_cast<int>(i), policy.packs()[i].example}});
  return casework::load_case_types(folders);
}

Adoptions check_adoptions(Context& c) {
  identity::SystemEntropy entropy;
  identity::Identity people(c.database(), c.tenant(), c.clock(), entropy, {});
  const identity::Vault vault({}, identity::Cipher::aes, entropy);  // nothing personal is opened
  const casework::Casework cases(c.database(), c.tenant(), c.clock(), entropy,
                                 std::make_shared<const casework::CaseTypes>(types_of(c.policy())),
                                 c.policy().catalog().calendar(), vault, people.audit());
  Adoptions out;
  out.faults = cases.check_adoptions(&out.checked);
  return out;
}

namespace {

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

// What is known by the declarations; that an assessment was made is known by nobody here, and not claimed.
int personal(Context& c, const std::string& pack) {
  const policy::Policy policy = policy_of(c, pack);
  Json all = Json::array();
  document::Table table;
  table.columns = {{{"事项", "case"}},
                   {{"内容", "value"}},
                   {{"程度", "sensitivity"}},
                   {{"依据", "source"}},
                   {{"可以查看的角色", "roles that may be shown it"}},
                   {{"只见遮盖后的角色", "roles that see it masked"}},
                   {{"保存期限", "kept for"}}};
  for (const auto& one : casework::personal_fields(types_of(policy))) {
    const bool sensitive = one.sensitivity == casework::Sensitivity::sensitive;
    const auto& retention = one.type->declared.retention;
    const Text kept = casework::retention_in_words(retention ? &*retention : nullptr, *one.type);
    all.push_back({{"case", one.type->name()},
                   {"title", json_of(one.type->declared.title)},
                   {"purpose", json_of(one.type->declared.explanation)},
                   {"field", one.path},
                   {"label", json_of(one.label)},
                   {"kind", casework::to_string(one.kind)},
                   {"sensitivity", casework::to_string(one.sensitivity)},
                   {"source", one.source.document},
                   {"article", one.source.article},
                   {"source_of_field", one.own_source},
                   {"verified", one.type->declared.verified},
                   {"sees", one.sees},
                   {"masked", one.masked},
                   {"published", false},
                   {"retention", json_of(kept)},
                   {"assessment_needed", sensitive}});
    table.rows.push_back(
        {document::Cell(one.type->declared.title), document::Cell(one.label),
         document::Cell(sensitive
                            ? Text{"敏感，处理前须作影响评估", "sensitive: to be assessed before processing"}
                            : Text{"个人信息", "personal"}),
         one.source.document + (one.own_source ? "" : " *"), fmt::format("{}", fmt::join(one.sees, " ")),
         fmt::format("{}", fmt::join(one.masked, " ")),
         document::Cell(Text{"未规定，须有依据地填写", "not declared; to be set with a source"})});
  }
  if (c.json()) {
    c.print(all);
    return 0;
  }
  c.print(table);
  c.line(
      {"* "
       "该项没有自己的依据，列出的是整个事项的依据。个人信息不公开（载入时检查）。影响评估由人作出，记录至少"
       "保存三年"
       "（个人信息保护法第五十五、五十六条）。",
       "* No source of its own: that of the whole case stands here. Personal values are never published "
       "(checked "
       "on loading). The assessment is made by people and its record kept at least three years (Personal "
       "Information Protection Law, arts. 55 and 56)."});
  return 0;
}

// What an earlier release did not put into the index of words: all cases anew, and the text of files. The server reads
// files by itself; after an upgrade this brings cases up to date, and with `again` reads every file once more.
int bring_in(Context& c, bool again) {
  Cases all(c);
  casework::Finds finds(all.cases());
  std::int64_t cases = 0;
  for (casework::CaseId last; (last = finds.index_again(last, 200, cases)).value != 0;) {
  }
  std::size_t counted = 0;
  while (const std::size_t some = all.cases().count_waiting(200)) counted += some;
  if (again) finds.read_again();
  const std::int64_t waiting = finds.waiting();
  std::int64_t files = 0;
  auto progress = Progress::on_stderr({"读文件", "reading files"}, static_cast<std::uint64_t>(waiting),
                                      Progress::Measure::steps, c.language());
  for (; finds.read_waiting(1) > 0; ++files) progress.advance();
  progress.finish();
  if (c.json())
    c.print(Json{{"cases", cases}, {"counted", counted}, {"files", files}});
  else
    c.line({fmt::format("检索：事项 {} 件重新编入，文件 {} 份读过；合计：{} 件补计。", cases, files, counted),
            fmt::format("Search: {} cases put in anew, {} files read; sums: {} cases added.", cases, files, counted)});
  return 0;
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
  auto* personal_command = group->add_subcommand(
      "personal",
      "各事项收集的个人信息、依据、谁能看 / personal values asked for, on which source, who sees them");
  personal_command->add_option("pack", *pack, "政策包 / pack");
  personal_command->callback([=, &action] { action = [=](Context& c) { return personal(c, *pack); }; });
  auto* check_command =
      group->add_subcommand("check", "严格载入并走一遍算例 / load strictly and walk through the examples");
  check_command->add_option("pack", *pack, "政策包 / pack");
  check_command->footer("例 / example: tributary case check cn-341602");
  const auto again = std::make_shared<bool>(false);
  auto* index_command = group->add_subcommand(
      "index", "升级后：事项重新编入检索，读文件正文，补计合计 / after an upgrade: cases and files into the search, sums");
  index_command->add_flag("--again", *again, "读过的文件也重读 / read files again that were read");
  index_command->callback([=, &action] { action = [=](Context& c) { return bring_in(c, *again); }; });
  add_case_act_commands(*group, action);
  check_command->callback([=, &action] { action = [=](Context& c) { return check(c, *pack); }; });
}

}  // namespace tributary::cli
