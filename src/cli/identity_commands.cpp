// user, audit: who may come in, and the trail of what was done.
#include "base/codes.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "identity/identity.h"

#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using identity::Identity;

// The module with what it needs, for the time of one command. At the machine itself one may do everything;
// the trail says that it was done there and by whom.
struct Session {
  explicit Session(Context& c)
      : identity(c.database(), c.tenant(), c.clock(), entropy), caller(identity.command(c.by())) {}
  ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  identity::SystemEntropy entropy;
  Identity identity;
  identity::Caller caller;
};

identity::IdentityData data_of_packs(Context& c) {
  identity::IdentityData data;
  for (const auto& info : c.policy().packs())
    data.append(identity::read_identity_folder(info.folder + "/identity"));
  return data;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

Json json_of_user(const identity::User& u) {
  return Json{{"id", u.id.value},
              {"name", u.name},
              {"display_name", u.display_name},
              {"organisation", u.organisation.value},
              {"roles", u.roles},
              {"state", identity::to_string(u.state)},
              {"must_change_password", u.must_change_password},
              {"totp_enabled", u.totp_enabled},
              {"created", to_rfc3339(u.created)},
              {"last_sign_in", u.last_sign_in ? Json(to_rfc3339(*u.last_sign_in)) : Json()}};
}

void print_password(Context& c, const identity::OneTimePassword& made) {
  if (c.json()) {
    Json out = json_of_user(made.user);
    out["one_time_password"] = made.password;
    c.print(out);
    return;
  }
  c.line({fmt::format("用户 {} 的一次性密码（只显示这一次，首次登录时须改）：", made.user.name),
          fmt::format("One-time password of {} (shown only now; to be changed at the first sign-in):",
                      made.user.name)});
  c.out() << "  " << made.password << '\n';
}

int setup(Context& c) {
  Session s(c);
  const identity::ApplyCounts counts = s.identity.apply(data_of_packs(c));
  const auto first = s.identity.ensure_administrator();
  s.identity.audit().seal();
  if (c.json() && !first) {
    c.print(Json{{"added", counts.added}, {"changed", counts.changed}, {"unchanged", counts.unchanged}});
    return 0;
  }
  if (!c.json())
    c.line({fmt::format("角色和单位：新增 {} 项，更新 {} 项，未变 {} 项。", counts.added, counts.changed,
                        counts.unchanged),
            fmt::format("Roles and organisations: {} added, {} changed, {} unchanged.", counts.added,
                        counts.changed, counts.unchanged)});
  if (first) print_password(c, *first);
  return 0;
}

int list_users(Context& c) {
  const Session s(c);
  std::vector<identity::User> users;
  for (std::string after;;) {
    auto page = s.identity.users(s.caller, {}, 500, after);
    users.insert(users.end(), page.begin(), page.end());
    if (page.size() < 500) break;
    after = page.back().name;
  }
  if (c.json()) {
    Json out = Json::array();
    for (const auto& u : users) out.push_back(json_of_user(u));
    c.print(out);
    return 0;
  }
  document::Table table;
  table.columns = {{{"登录名", "name"}},          {{"姓名", "display name"}}, {{"单位", "organisation"}},
                   {{"角色", "roles"}},           {{"状态", "state"}},        {{"验证器", "authenticator"}},
                   {{"上次登录", "last sign-in"}}};
  for (const auto& u : users)
    table.rows.push_back({u.name, u.display_name, u.organisation.value, joined(u.roles),
                          document::Cell(u.state == identity::UserState::active ? Text{"在用", "active"}
                                                                                : Text{"停用", "disabled"}),
                          document::Cell(u.totp_enabled ? Text{"是", "yes"} : Text{"否", "no"}),
                          u.last_sign_in ? to_string(*u.last_sign_in) : std::string()});
  c.print(table);
  return 0;
}

int list_organisations(Context& c) {
  const Session s(c);
  const auto all = s.identity.organisations(s.caller);
  if (c.json()) {
    Json out = Json::array();
    for (const auto& o : all)
      out.push_back(Json{{"id", o.id.value},
                         {"name", json_of(o.name)},
                         {"kind", identity::to_string(o.kind)},
                         {"parent", o.parent.value},
                         {"jurisdiction", o.jurisdiction},
                         {"party", o.party},
                         {"acts_for", o.acts_for},
                         {"active", o.active}});
    c.print(out);
    return 0;
  }
  document::Table table;
  table.columns = {{{"代码", "id"}},
                   {{"名称", "name"}},
                   {{"类型", "kind"}},
                   {{"上级", "parent"}},
                   {{"当事方", "acts for"}}};
  for (const auto& o : all)
    table.rows.push_back({o.id.value, document::Cell(o.name), document::Cell(identity::title_of(o.kind)),
                          o.parent.value, o.acts_for});
  c.print(table);
  return 0;
}

int list_roles(Context& c) {
  Session s(c);
  const auto roles = s.identity.roles();
  if (c.json()) {
    Json out = Json::array();
    for (const auto& r : roles)
      out.push_back(Json{{"key", r.key},
                         {"title", json_of(r.title)},
                         {"scope", identity::to_string(r.scope)},
                         {"permissions", r.permissions.keys()},
                         {"excludes", r.excludes}});
    c.print(out);
    return 0;
  }
  document::Table table;
  table.columns = {{{"角色", "role"}}, {{"名称", "title"}}, {{"范围", "scope"}}, {{"权限", "permissions"}}};
  for (const auto& r : roles)
    table.rows.push_back(
        {r.key, document::Cell(r.title),
         document::Cell(r.scope == identity::Scope::tenant ? Text{"全部", "all"} : Text{"本单位", "own"}),
         identity::to_string(r.permissions)});
  c.print(table);
  return 0;
}

int add_user(Context& c, const identity::NewUser& user) {
  Session s(c);
  const auto made = s.identity.create_user(s.caller, user);
  s.identity.audit().seal();
  print_password(c, made);
  return 0;
}

int renew_password(Context& c, const std::string& name) {
  Session s(c);
  const auto user = s.identity.user_named(s.caller, name);
  const auto made = s.identity.renew_password(s.caller, user.id);
  s.identity.audit().seal();
  print_password(c, made);
  return 0;
}

int change_user(Context& c, const std::string& name, const identity::UserChange& change) {
  Session s(c);
  const auto before = s.identity.user_named(s.caller, name);
  const auto user = s.identity.change_user(s.caller, before.id, change, before.version);
  s.identity.audit().seal();
  if (c.json())
    c.print(json_of_user(user));
  else
    c.line({fmt::format("用户 {}：角色 {}；单位 {}；{}", user.name, joined(user.roles),
                        user.organisation.value, user.state == identity::UserState::active ? "在用" : "停用"),
            fmt::format("user {}: roles {}; organisation {}; {}", user.name, joined(user.roles),
                        user.organisation.value, identity::to_string(user.state))});
  return 0;
}

std::optional<identity::AuditHead> known_head(const std::string& file) {
  if (file.empty()) return std::nullopt;
  return identity::parse_audit_head(read_file(file));
}

int report(Context& c, const identity::AuditVerification& v) {
  if (c.json()) {
    Json faults = Json::array();
    for (const Text& f : v.faults) faults.push_back(json_of(f));
    c.print(Json{{"intact", v.intact},
                 {"batches", v.batches},
                 {"entries", v.entries},
                 {"unsealed", v.unsealed},
                 {"faults", faults}});
    return v.intact ? 0 : 1;
  }
  if (v.intact)
    c.line({fmt::format("审计日志完好：{} 条记录，{} 批；另有 {} 条待封。", v.entries, v.batches, v.unsealed),
            fmt::format("The audit trail is intact: {} entries in {} batches; {} not yet sealed.", v.entries,
                        v.batches, v.unsealed)});
  else {
    c.line({"审计日志被动过：", "The audit trail was tampered with:"});
    for (const Text& f : v.faults) c.line({"  " + f.zh, "  " + f.en});
  }
  return v.intact ? 0 : 1;
}

int verify(Context& c, const std::string& file, const std::string& head) {
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    if (!in) read_file(file);  // says why
    try {
      return report(c, identity::verify_audit_export(in, known_head(head)));
    } catch (const Error& e) {
      throw e.at({file, 0, 0, {}});
    }
  }
  Session s(c);
  s.identity.audit().seal();
  return report(c, s.identity.audit().verify(known_head(head)));
}

int head(Context& c, const std::string& out) {
  Session s(c);
  s.identity.audit().seal();
  const std::string text = identity::to_json(s.identity.audit().head());
  if (out.empty()) {
    c.out() << text << '\n';
    return 0;
  }
  write_file(out, text + "\n");
  c.line({fmt::format("链头已写入 {}；请另处保存，日后用 audit verify --head {} 核对", out, out),
          fmt::format("head written to {}; keep it elsewhere and check later by audit verify --head {}", out,
                      out)});
  return 0;
}

int export_trail(Context& c, const std::string& file) {
  Session s(c);
  s.identity.audit().append(s.caller, {"audit.export", file, identity::AuditOutcome::done, ""});
  s.identity.audit().seal();
  const std::string half = file + ".part";
  std::ofstream out(half, std::ios::binary | std::ios::trunc);
  const auto count = s.identity.audit().export_lines([&](std::string_view line) { out << line << '\n'; });
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(half, file, failed);
  if (!out || failed) {
    std::filesystem::remove(half, failed);
    throw Error(
        base::codes::file_unwritable,
        {fmt::format("写不了 {}", file), fmt::format("{} cannot be written", file)}, {file, 0, 0, {}},
        {"请检查文件夹是否存在、磁盘是否已满", "is the folder there, and is there room on the disk?"});
  }
  c.line(
      {fmt::format("{} 条记录已写入 {}；用 audit verify --file {} 离线核对", count, file, file),
       fmt::format("{} entries written to {}; check offline by audit verify --file {}", count, file, file)});
  return 0;
}

int search(Context& c, const identity::AuditFilter& filter, std::size_t limit) {
  Session s(c);
  const auto page = s.identity.audit().search(filter, limit);
  if (c.json()) {
    Json out = Json::array();
    for (const auto& e : page.entries)
      out.push_back(Json{{"id", e.id},
                         {"at", to_rfc3339(e.at)},
                         {"who", e.who},
                         {"via", identity::to_string(e.via)},
                         {"address", e.address},
                         {"action", e.action},
                         {"object", e.object},
                         {"outcome", identity::to_string(e.outcome)},
                         {"detail", e.detail}});
    c.print(out);
    return 0;
  }
  document::Table table;
  table.columns = {{{"时间", "at"}},     {{"何人", "who"}},     {{"来源", "from"}},  {{"操作", "action"}},
                   {{"对象", "object"}}, {{"结果", "outcome"}}, {{"说明", "detail"}}};
  for (const auto& e : page.entries)
    table.rows.push_back({to_string(e.at), e.who,
                          e.address.empty() ? std::string(identity::to_string(e.via)) : e.address, e.action,
                          e.object, std::string(identity::to_string(e.outcome)), e.detail});
  c.print(table);
  return 0;
}

struct UserArguments {
  identity::NewUser created;
  std::string name, organisation, display, roles;
  bool disable = false, enable = false, remove_totp = false;
};

void add_user_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("user", "用户、角色、单位 / users, roles, organisations");
  group->require_subcommand(1);
  const auto a = std::make_shared<UserArguments>();
  group
      ->add_subcommand(
          "setup",
          "载入政策包的角色和单位；首次建立系统管理员 / load roles and organisations; the first time, "
          "make an administrator")
      ->callback([&action] { action = setup; });
  group->add_subcommand("list", "用户名单 / list of users")->callback([&action] { action = list_users; });
  group->add_subcommand("roles", "角色及其权限 / roles and what they may do")->callback([&action] {
    action = list_roles;
  });
  group->add_subcommand("organisations", "单位 / organisations")->callback([&action] {
    action = list_organisations;
  });
  auto* add =
      group->add_subcommand("add", "新建用户，显示一次性密码 / make a user, shows a one-time password");
  add->add_option("name", a->created.name, "登录名 / sign-in name")->required();
  add->add_option("--display", a->created.display_name, "姓名 / name of the person")->required();
  add->add_option("--organisation", a->created.organisation.value, "单位代码 / id of the organisation")
      ->required();
  add->add_option("--roles", a->created.roles, "角色 / roles")->delimiter(',');
  add->footer(
      "例 / example: tributary user add li.ming --display 李明 --organisation water --roles lead_department");
  add->callback([=, &action] { action = [=](Context& c) { return add_user(c, a->created); }; });
  auto* password = group->add_subcommand("password", "新的一次性密码 / a new one-time password");
  password->add_option("name", a->name, "登录名 / sign-in name")->required();
  password->callback([=, &action] { action = [=](Context& c) { return renew_password(c, a->name); }; });
  auto* change = group->add_subcommand("change", "更改角色、单位、状态 / change roles, organisation, state");
  change->add_option("name", a->name, "登录名 / sign-in name")->required();
  auto* roles =
      change->add_option("--roles", a->roles, "全部角色，逗号分隔 / all roles, with commas between");
  auto* organisation =
      change->add_option("--organisation", a->organisation, "单位代码 / id of the organisation");
  auto* display = change->add_option("--display", a->display, "姓名 / name of the person");
  change->add_flag("--disable", a->disable, "停用 / switch off");
  change->add_flag("--enable", a->enable, "启用 / switch on");
  change->add_flag("--remove-totp", a->remove_totp, "关闭验证器（手机遗失）/ remove the authenticator");
  change->callback([=, &action] {
    action = [=](Context& c) {
      identity::UserChange what;
      if (*display) what.display_name = a->display;
      if (*organisation) what.organisation = identity::OrganisationId{a->organisation};
      if (*roles) {
        what.roles.emplace();
        for (std::string_view role : split(a->roles, ','))
          if (!trim(role).empty()) what.roles->emplace_back(trim(role));
      }
      if (a->disable && a->enable)
        throw Error(codes::bad_usage, {"--disable 与 --enable 只能用一个", "either --disable or --enable"});
      if (a->disable) what.state = identity::UserState::disabled;
      if (a->enable) what.state = identity::UserState::active;
      what.remove_totp = a->remove_totp;
      return change_user(c, a->name, what);
    };
  });
}

struct AuditArguments {
  std::string file, head, out, from, to, outcome;
  identity::AuditFilter filter;
  std::size_t limit = 50;
};

void add_audit_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("audit", "审计日志 / the audit trail");
  group->require_subcommand(1);
  const auto a = std::make_shared<AuditArguments>();
  auto* verify_command =
      group->add_subcommand("verify", "核对审计日志有无被改动 / check that nothing was tampered with");
  verify_command->add_option("--head", a->head, "早先写下的链头文件 / a head written down earlier");
  verify_command->add_option("--file", a->file,
                             "核对导出文件，不需数据库 / check an export, without a database");
  verify_command->callback(
      [=, &action] { action = [=](Context& c) { return verify(c, a->file, a->head); }; });
  auto* head_command =
      group->add_subcommand("head", "链头，供另处保存 / the head of the chain, to be kept elsewhere");
  head_command->add_option("--out", a->out, "文件 / file");
  head_command->callback([=, &action] { action = [=](Context& c) { return head(c, a->out); }; });
  auto* export_command = group->add_subcommand("export", "导出为 JSON 行 / export as JSON lines");
  export_command->add_option("file", a->file, "文件 / file")->required();
  export_command->callback([=, &action] { action = [=](Context& c) { return export_trail(c, a->file); }; });
  auto* list = group->add_subcommand("list", "查看，新的在前 / look at it, newest first");
  list->add_option("--who", a->filter.who, "何人 / who");
  list->add_option("--action", a->filter.action,
                   "操作，如 user.create，或 user. / action, or all that begin so");
  list->add_option("--object", a->filter.object, "对象，如 statement/12 / object");
  list->add_option("--from", a->from, "起（含）/ from");
  list->add_option("--to", a->to, "止（不含）/ until, not included");
  list->add_option("--outcome", a->outcome, "done|denied|failed")
      ->check(CLI::IsMember({"done", "denied", "failed"}));
  list->add_option("--limit", a->limit, "条数 / how many")->check(CLI::Range(1, 5000))->capture_default_str();
  list->callback([=, &action] {
    action = [=](Context& c) {
      identity::AuditFilter filter = a->filter;
      if (!a->from.empty()) filter.from = start_of(parse_date(a->from));
      if (!a->to.empty()) filter.to = start_of(parse_date(a->to));
      filter.outcome = identity::parse_audit_outcome(a->outcome);
      return search(c, filter, a->limit);
    };
  });
}

}  // namespace

void add_identity_commands(CLI::App& app, Action& action) {
  add_user_commands(app, action);
  add_audit_commands(app, action);
}

}  // namespace tributary::cli
