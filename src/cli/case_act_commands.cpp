// case begin|list|show: a draft begun from a shell with what the system knows filled in, and what there is. Whoever sits at the
// machine does it for an organisation and in a role, both named; every further step is taken in the console.
#include "base/json.h"
#include "cli/case_acts.h"
#include "cli/cases.h"
#include "cli/codes.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

struct Arguments {
  std::string type, organisation, role;
  std::vector<std::string> values;
  std::int64_t id = 0;
};

identity::Caller acting(const Cases& all, const Arguments& a) {
  identity::Caller out = all.caller();
  out.organisation = {a.organisation};
  for (identity::Grant& grant : out.grants) grant.role = a.role, grant.organisation = out.organisation;
  return out;
}

std::string text_of(const casework::Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Open values by their labels; what is personal is masked and stays in the console.
int print(Context& c, const casework::CaseView& view) {
  Json values = Json::object();
  document::Table table;
  table.caption = {fmt::format("{} {}：{}", view.head.id.value, view.type->declared.title.zh, view.head.state_label.zh),
                   fmt::format("{} {}: {}", view.head.id.value, view.type->declared.title.en, view.head.state_label.en)};
  table.columns = {{{"项目", "field"}}, {{"内容", "value"}}, {{"由系统带出", "filled in by the system"}}};
  for (const casework::Field& field : view.type->declared.form) {
    const auto found = view.state.form.find(field.name);
    if (found == view.state.form.end() || found->is_null() || field.sensitivity > casework::Sensitivity::internal) continue;
    values[field.name] = *found;
    table.rows.push_back({document::Cell(field.label), text_of(*found), view.origins.contains(field.name) ? "✓" : ""});
  }
  if (c.json())
    c.print(Json{{"id", view.head.id.value}, {"type", view.type->name()}, {"state", view.state.state}, {"values", values}});
  else
    c.print(table);
  return 0;
}

int begin(Context& c, const Arguments& a) {
  Json values = Json::object();
  for (const std::string& one : a.values) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      throw Error(codes::bad_usage, {fmt::format("“{}”应写成 字段=内容", one), fmt::format("\"{}\" must be like field=value", one)}, {{}, 0, 0, "set"});
    values[one.substr(0, equals)] = one.substr(equals + 1);
  }
  Cases all(c);
  return print(c, all.cases().start(acting(all, a), a.type, values));
}

int list(Context& c, const Arguments& a) {
  Cases all(c);
  const auto found = all.cases().list(acting(all, a), {.type = a.type}, 200);
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"编号", "id"}}, {{"事项", "case"}}, {{"名称", "title"}}, {{"状态", "state"}}};
  for (const casework::CaseHead& one : found.cases) {
    out.push_back({{"id", one.id.value}, {"type", one.type}, {"title", one.title}, {"state", one.state}});
    table.rows.push_back({std::to_string(one.id.value), one.type, one.title, document::Cell(one.state_label)});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int show(Context& c, const Arguments& a) {
  Cases all(c);
  return print(c, all.cases().view(acting(all, a), {a.id}));
}

}  // namespace

void add_case_act_commands(CLI::App& group, Action& action) {
  const auto a = std::make_shared<Arguments>();
  const auto command = [&](const char* name, const char* text, int (*work)(Context&, const Arguments&)) {
    auto* made = group.add_subcommand(name, text);
    made->add_option("--for", a->organisation, "替哪个单位办（单位代码）/ for which organisation")->required();
    made->add_option("--role", a->role, "以什么角色 / in which role")->required();
    made->callback([a, work, &action] { action = [a, work](Context& c) { return work(c, *a); }; });
    return made;
  };
  auto* begin_command = command("begin", "起草一件事，系统已有的数自动带入 / begin a draft; figures the system has are filled in", begin);
  begin_command->add_option("type", a->type, "事项 / kind of case")->required();
  begin_command->add_option("--set", a->values, "字段=内容 / field=value");
  begin_command->footer(
      "例 / example: tributary case begin compliance-notice --for ecology --role lead_department --set party=ent:demo-food "
      "site=plant:demo-food rule=discharge-rolling-year period=2026-10 subject=化学需氧量");
  auto* list_command = command("list", "有哪些事，新的在前（至多 200 件）/ the cases there are, newest first, at most 200", list);
  list_command->add_option("--type", a->type, "只看这种事项 / of this kind only");
  command("show", "一件事填了什么 / what a case says", show)->add_option("id", a->id, "编号 / id")->required();
}

}  // namespace tributary::cli
