// Organisations, users, roles.
#include "api/routes.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::boolean, schema::both, schema::instant, schema::line, schema::list, schema::nullable,
    schema::object, schema::one_of, schema::optional, schema::text;

std::string version_tag(std::int64_t version) {
  return fmt::format("\"v{}\"", version);
}

// The version the caller saw, from If-Match; nothing when it was not sent.
std::optional<std::int64_t> version_seen(const Call& call) {
  std::string_view given = call.request.header("If-Match");
  if (given.empty() || given == "*") return std::nullopt;
  if (given.starts_with("W/")) given.remove_prefix(2);
  const auto version = given.size() > 3 && given.starts_with("\"v")
                           ? whole_number(given.substr(2, given.size() - 3))
                           : std::nullopt;
  if (!version)
    throw Error(codes::edit_conflict,
                {"If-Match 与读到的 ETag 不符", "If-Match is not the ETag that was read"}, {},
                {"请重新读取后再改", "read it again and repeat the change"});
  return version;
}

Answer versioned(Json json, std::int64_t version) {
  Answer out = std::move(json);
  out.headers = {{"ETag", version_tag(version)}};
  return out;
}

Json organisation_json(const identity::Organisation& o) {
  return {{"id", o.id.value},
          {"name", json_of(o.name)},
          {"kind", identity::to_string(o.kind)},
          {"kind_title", json_of(identity::title_of(o.kind))},
          {"parent", o.parent.value.empty() ? Json(nullptr) : Json(o.parent.value)},
          {"jurisdiction", o.jurisdiction},
          {"party", o.party.empty() ? Json(nullptr) : Json(o.party)},
          {"acts_for", o.acts_for.empty() ? Json(nullptr) : Json(o.acts_for)},
          {"source", o.source},
          {"active", o.active},
          {"opened", begin_of(o.exists.from)},
          {"closed", end_of(o.exists.to)}};
}

Json organisation_schema() {
  return object({{"id", text()},
                 {"name", both()},
                 {"kind", text()},
                 {"kind_title", both()},
                 {"parent", nullable(text())},
                 {"jurisdiction", text()},
                 {"party", nullable(text())},
                 {"acts_for", nullable(text())},
                 {"source", text()},
                 {"active", boolean()},
                 {"opened", schema::nullable(schema::day())},
                 {"closed", schema::nullable(schema::day())}});
}

Json user_json(const identity::User& u) {
  return {{"id", u.id.value},
          {"name", u.name},
          {"display_name", u.display_name},
          {"organisation", u.organisation.value},
          {"roles", u.roles},
          {"state", identity::to_string(u.state)},
          {"must_change_password", u.must_change_password},
          {"totp_enabled", u.totp_enabled},
          {"created", to_rfc3339(u.created)},
          {"last_sign_in", u.last_sign_in ? Json(to_rfc3339(*u.last_sign_in)) : Json(nullptr)}};
}

Json user_schema() {
  return object({{"id", text()},
                 {"name", text()},
                 {"display_name", text()},
                 {"organisation", text()},
                 {"roles", list(text())},
                 {"state", one_of({"active", "disabled"})},
                 {"must_change_password", boolean()},
                 {"totp_enabled", boolean()},
                 {"created", instant()},
                 {"last_sign_in", nullable(instant())}});
}

Text text_in(const Json& value) {
  return {value.value("zh", ""), value.value("en", "")};
}

std::vector<std::string> texts_in(const Json& list) {
  std::vector<std::string> out;
  for (const Json& entry : list) out.push_back(entry.get<std::string>());
  return out;
}

const std::vector<std::string> organisation_kinds{"government", "office",      "department", "township",
                                                  "enterprise", "third_party", "public_body"};

Answer create_organisation(Call& call) {
  identity::NewOrganisation wanted;
  wanted.name = text_in(call.body.at("name"));
  wanted.kind = *identity::parse_organisation_kind(call.given("kind"));
  if (call.body.contains("parent")) wanted.parent = {call.given("parent")};
  wanted.jurisdiction = call.given("jurisdiction");
  wanted.party = call.given("party");
  wanted.source = call.given("source");
  const auto made = call.identity().create_organisation(call.caller, wanted);
  return versioned(organisation_json(made), made.version);
}

Answer change_organisation(Call& call) {
  identity::OrganisationChange change;
  if (call.body.contains("name")) change.name = text_in(call.body.at("name"));
  if (call.body.contains("parent")) change.parent = identity::OrganisationId{call.given("parent")};
  if (call.body.contains("jurisdiction")) change.jurisdiction = call.given("jurisdiction");
  if (call.body.contains("party")) change.party = call.given("party");
  if (call.body.contains("active")) change.active = call.body.at("active").get<bool>();
  const auto changed =
      call.identity().change_organisation(call.caller, {call.in_path("id")}, change, version_seen(call));
  return versioned(organisation_json(changed), changed.version);
}

Page list_users(Call& call, const PageRequest& page) {
  identity::UserFilter filter;
  filter.organisation = call.text("organisation");
  filter.role = call.text("role");
  filter.text = call.text("q");
  if (call.has("state")) filter.state = identity::parse_user_state(call.text("state"));
  Page out;
  const auto users = call.identity().users(call.caller, filter, page.limit, page.cursor);
  for (const auto& user : users) out.items.push_back(user_json(user));
  if (users.size() == page.limit) out.next = users.back().name;
  return out;
}

Answer create_user(Call& call) {
  const auto made = call.identity().create_user(call.caller, {call.given("name"),
                                                              call.given("display_name"),
                                                              {call.given("organisation")},
                                                              texts_in(call.body.at("roles"))});
  Json out = user_json(made.user);
  out["one_time_password"] = made.password;
  return versioned(std::move(out), made.user.version);
}

Answer change_user(Call& call) {
  identity::UserChange change;
  if (call.body.contains("display_name")) change.display_name = call.given("display_name");
  if (call.body.contains("organisation"))
    change.organisation = identity::OrganisationId{call.given("organisation")};
  if (call.body.contains("roles")) change.roles = texts_in(call.body.at("roles"));
  if (call.body.contains("state")) change.state = identity::parse_user_state(call.given("state"));
  change.remove_totp = call.body.value("remove_totp", false);
  const auto changed =
      call.identity().change_user(call.caller, {call.in_path("id")}, change, version_seen(call));
  return versioned(user_json(changed), changed.version);
}

void add_organisations(RouteTable& table) {
  table.add({.path = "/api/v1/organisations",
             .name = "organisations",
             .tag = "people",
             .summary = {"单位", "organisations"},
             .access = Access::to(Permission::organisations_read),
             .answer = organisation_schema(),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& o : call.identity().organisations(call.caller))
                 all.push_back(organisation_json(o));
               return page_of(std::move(all), page);
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/organisations",
             .name = "create_organisation",
             .tag = "people",
             .summary = {"新增单位", "add an organisation"},
             .access = Access::to(Permission::organisations_manage),
             .body = object({{"name", both()},
                             {"kind", one_of(organisation_kinds)},
                             optional("parent", line()),
                             optional("jurisdiction", text(12)),
                             optional("party", text(100)),
                             optional("source", text(500))}),
             .answer = organisation_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = create_organisation});
  table.add({.path = "/api/v1/organisations/{id}",
             .name = "organisation",
             .tag = "people",
             .summary = {"一个单位", "one organisation"},
             .access = Access::to(Permission::organisations_read),
             .answer = organisation_schema(),
             .handler = [](Call& call) -> Answer {
               const auto o = call.identity().organisation(call.caller, {call.in_path("id")});
               return versioned(organisation_json(o), o.version);
             }});
  table.add({.method = Method::patch,
             .path = "/api/v1/organisations/{id}",
             .name = "change_organisation",
             .tag = "people",
             .summary = {"修改单位", "change an organisation"},
             .access = Access::to(Permission::organisations_manage),
             .body = object({optional("name", both()), optional("parent", line()),
                             optional("jurisdiction", text(12)), optional("party", text(100)),
                             optional("active", boolean())}),
             .answer = organisation_schema(),
             .changes_are_versioned = true,
             .handler = change_organisation});
}

void add_users(RouteTable& table) {
  Json made = user_schema();
  made["properties"]["one_time_password"] = text();
  table.add({.path = "/api/v1/users",
             .name = "users",
             .tag = "people",
             .summary = {"用户", "users"},
             .access = Access::to(Permission::users_read),
             .query = {{"organisation", text(100), {"单位", "organisation"}},
                       {"role", text(100), {"角色", "role"}},
                       {"state", one_of({"active", "disabled"}), {"状态", "state"}},
                       {"q", text(100), {"名称中的字", "in the name"}}},
             .answer = user_schema(),
             .pager = list_users});
  table.add({.method = Method::post,
             .path = "/api/v1/users",
             .name = "create_user",
             .tag = "people",
             .summary = {"新增用户，一次性密码只显示一次", "add a user; the one-time password is shown once"},
             .access = Access::to(Permission::users_manage),
             .body = object({{"name", line(100)},
                             {"display_name", line(100)},
                             {"organisation", line(100)},
                             {"roles", list(line(60), 20)}}),
             .answer = made,
             .success = 201,
             .handler = create_user});
  table.add({.path = "/api/v1/users/{id}",
             .name = "user",
             .tag = "people",
             .summary = {"一个用户", "one user"},
             .access = Access::signed_in(),
             .answer = user_schema(),
             .handler = [](Call& call) -> Answer {
               const auto u = call.identity().user(call.caller, {call.in_path("id")});
               return versioned(user_json(u), u.version);
             }});
  table.add({.method = Method::patch,
             .path = "/api/v1/users/{id}",
             .name = "change_user",
             .tag = "people",
             .summary = {"修改用户", "change a user"},
             .access = Access::to(Permission::users_manage),
             .body = object({optional("display_name", line(100)), optional("organisation", line(100)),
                             optional("roles", list(line(60), 20)),
                             optional("state", one_of({"active", "disabled"})),
                             optional("remove_totp", boolean())}),
             .answer = user_schema(),
             .changes_are_versioned = true,
             .handler = change_user});
  table.add({.method = Method::post,
             .path = "/api/v1/users/{id}/reset",
             .name = "issue_reset",
             .tag = "people",
             .summary = {"发放一次性重设密码链接", "issue a link that sets the password once"},
             .access = Access::to(Permission::users_manage),
             .answer = object({{"link", text()}}),
             .handler = [](Call& call) -> Answer {
               return Json{
                   {"link", "/reset/" + call.identity().issue_reset(call.caller, {call.in_path("id")})}};
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/password-reset",
             .name = "reset_password",
             .tag = "people",
             .summary = {"用链接重设密码", "set a password by a link"},
             .access = Access::open(),
             .body = object({{"token", line(200)}, {"new", text(200)}}),
             .success = 204,
             .handler = [](Call& call) -> Answer {
               call.identity().reset_password(call.given("token"), call.given("new"), call.address);
               return Json();
             }});
}

}  // namespace

void add_people_routes(RouteTable& table) {
  add_organisations(table);
  add_users(table);
  table.add({.path = "/api/v1/roles",
             .name = "roles",
             .tag = "people",
             .summary = {"角色", "roles"},
             .access = Access::signed_in(),
             .answer = object({{"key", text()},
                               {"title", both()},
                               {"scope", one_of({"own", "tenant"})},
                               {"permissions", list(text())},
                               {"excludes", list(text())}}),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& role : call.identity().roles())
                 all.push_back({{"key", role.key},
                                {"title", json_of(role.title)},
                                {"scope", identity::to_string(role.scope)},
                                {"permissions", role.permissions.keys()},
                                {"excludes", role.excludes}});
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/permissions",
             .name = "permissions",
             .tag = "people",
             .summary = {"权限", "permissions"},
             .access = Access::signed_in(),
             .answer = object({{"key", text()}, {"title", both()}}),
             .pager = [](Call&, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& info : identity::permissions)
                 all.push_back({{"key", info.key}, {"title", json_of(identity::title_of(info.permission))}});
               return page_of(std::move(all), page);
             }});
}

}  // namespace tributary::api
