// Coming in and going out; one's own password, authenticator, sessions and tokens.
#include "api/dispatch.h"
#include "api/routes.h"
#include "identity/codes.h"

#include <chrono>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Caller;
using schema::both, schema::boolean, schema::instant, schema::line, schema::list, schema::named,
    schema::nullable, schema::object, schema::one_of, schema::optional, schema::text;

std::string cookie(const Call& call, const std::string& value, std::int64_t seconds) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", session_cookie, value, seconds,
                     call.secure ? "; Secure" : "");
}

Json basemap_json(const Basemap& basemap) {
  if (basemap.url.empty()) return nullptr;
  return {{"url", basemap.url}, {"attribution", basemap.attribution}};
}

Json session_json(Call& call, const Caller& caller, std::string_view session_token) {
  std::map<std::string, Text> titles;
  for (const identity::Role& role : call.identity().roles()) titles.emplace(role.key, role.title);
  Json roles = Json::array();
  for (const std::string& key : caller.roles)
    roles.push_back(
        {{"key", key}, {"title", json_of(titles.contains(key) ? titles.at(key) : Text{key, key})}});
  Json organisation = nullptr;
  if (!caller.organisation.value.empty())
    organisation = {{"id", caller.organisation.value},
                    {"name", json_of(caller.organisation_name)},
                    {"kind", identity::to_string(caller.organisation_kind)},
                    {"party", caller.party.empty() ? Json(nullptr) : Json(caller.party)}};
  Text tenant{call.tenant(), call.tenant()};
  try {
    tenant = registry::Registry(call.database(), call.tenant())
                 .jurisdiction(call.tenant(), call.clock().today())
                 .name;
  } catch (const Error& e) {
    if (e.kind() != Kind::not_found) throw;
  }
  Json whole = Json::array();  // those that reach the whole jurisdiction
  for (const identity::PermissionInfo& one : identity::permissions)
    if (caller.may_all(one.permission)) whole.push_back(one.key);
  return {{"user",
           {{"id", caller.user.value},
            {"name", caller.name},
            {"display_name", caller.display_name},
            {"must_change_password", caller.must_change_password},
            {"totp_enabled", caller.totp_enabled}}},
          {"organisation", organisation},
          {"roles", roles},
          {"permissions", caller.permissions().keys()},
          {"permissions_whole", whole},
          {"csrf",
           caller.via == identity::Via::cookie ? Json(identity::csrf_token(session_token)) : Json(nullptr)},
          {"tenant", {{"code", call.tenant()}, {"name", json_of(tenant)}}},
          {"examples", call.policy().pack().example},
          {"basemap", basemap_json(call.worker.services.settings.basemap)}};
}

Answer sign_in(Call& call) {
  identity::Credentials given{call.given("name"),
                              call.given("password"),
                              call.given("totp"),
                              call.address,
                              std::string(call.request.header("User-Agent").substr(0, 300)),
                              call.request.id};
  const identity::SignedIn in = call.identity().sign_in(given);
  Answer out = session_json(call, in.caller, in.token);
  out.headers = {{"Set-Cookie", cookie(call, in.token, call.identity().settings().session_absolute)}};
  return out;
}

Answer sign_out(Call& call) {
  call.identity().sign_out(call.caller);
  Answer out = Json();
  out.headers = {{"Set-Cookie", cookie(call, "", 0)}, {"Clear-Site-Data", "\"cache\""}};
  return out;
}

Json session_schema() {
  return object(
      {{"user", object({{"id", text()},
                        {"name", text()},
                        {"display_name", text()},
                        {"must_change_password", boolean()},
                        {"totp_enabled", boolean()}})},
       {"organisation",
        nullable(object({{"id", text()}, {"name", both()}, {"kind", text()}, {"party", nullable(text())}}))},
       {"roles", list(object({{"key", text()}, {"title", both()}}))},
       {"permissions", list(text())},
       {"permissions_whole", list(text())},
       {"csrf", nullable(text())},
       {"tenant", named("Named")},
       {"examples", boolean()},
       {"basemap", nullable(object({{"url", text()}, {"attribution", text()}}))}});
}

Json token_json(const identity::ApiToken& token) {
  return {{"id", token.id.value},
          {"label", token.label},
          {"scopes", token.scopes.keys()},
          {"created", to_rfc3339(token.created)},
          {"expires", to_rfc3339(token.expires)},
          {"last_used", token.last_used ? Json(to_rfc3339(*token.last_used)) : Json(nullptr)}};
}

void add_secrets(RouteTable& table) {
  table.add({.method = Method::post,
             .path = "/api/v1/session/password",
             .name = "change_password",
             .tag = "session",
             .summary = {"修改自己的密码", "change one's password"},
             .access = Access::known(),
             .body = object({{"old", text(200)}, {"new", text(200)}}),
             .success = 204,
             .handler = [](Call& call) -> Answer {
               call.identity().change_password(call.caller, call.given("old"), call.given("new"));
               return Json();
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/session/totp/start",
             .name = "start_totp",
             .tag = "session",
             .summary = {"开始绑定动态口令", "begin to set up an authenticator"},
             .access = Access::signed_in(),
             .answer = object({{"secret", text()}, {"uri", text()}}),
             .handler = [](Call& call) -> Answer {
               const auto start = call.identity().start_totp(call.caller);
               return Json{{"secret", start.secret}, {"uri", start.uri}};
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/session/totp",
             .name = "confirm_totp",
             .tag = "session",
             .summary = {"启用动态口令", "turn the authenticator on"},
             .access = Access::signed_in(),
             .body = object({{"code", line(12)}}),
             .success = 204,
             .handler = [](Call& call) -> Answer {
               call.identity().confirm_totp(call.caller, call.given("code"));
               return Json();
             }});
  table.add({.method = Method::delete_,
             .path = "/api/v1/session/totp",
             .name = "disable_totp",
             .tag = "session",
             .summary = {"停用动态口令", "turn the authenticator off"},
             .access = Access::signed_in(),
             .body = object({{"password", text(200)}}),
             .success = 204,
             .handler = [](Call& call) -> Answer {
               call.identity().disable_totp(call.caller, call.given("password"));
               return Json();
             }});
}

void add_tokens(RouteTable& table) {
  const Json token = object({{"id", text()},
                             {"label", text()},
                             {"scopes", list(text())},
                             {"created", instant()},
                             {"expires", instant()},
                             {"last_used", nullable(instant())}});
  Json issued = token;
  issued["properties"]["secret"] = text();
  table.add({.path = "/api/v1/tokens",
             .name = "tokens",
             .tag = "session",
             .summary = {"自己的接口令牌", "one's API tokens"},
             .access = Access::signed_in(),
             .answer = token,
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& one : call.identity().tokens(call.caller)) all.push_back(token_json(one));
               return page_of(std::move(all), page);
             }});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/tokens",
       .name = "issue_token",
       .tag = "session",
       .summary = {"新建接口令牌，只显示一次", "issue an API token, shown once"},
       .access = Access::signed_in(),
       .body = object({{"label", line(100)}, {"scopes", list(text(60), 60)}, {"expires", schema::day()}}),
       .answer = issued,
       .success = 201,
       .handler = [](Call& call) -> Answer {
         std::string scopes;
         for (const Json& scope : call.body.at("scopes"))
           scopes += (scopes.empty() ? "" : " ") + scope.get<std::string>();
         const Date last = parse_date(call.given("expires"));
         const auto made = call.identity().issue_token(call.caller, call.given("label"),
                                                       identity::parse_permissions(scopes),
                                                       start_of(last + std::chrono::days{1}));
         Json out = token_json(made.token);
         out["secret"] = made.secret;
         return out;
       }});
  table.add({.method = Method::delete_,
             .path = "/api/v1/tokens/{id}",
             .name = "revoke_token",
             .tag = "session",
             .summary = {"撤销接口令牌", "revoke an API token"},
             .access = Access::signed_in(),
             .success = 204,
             .handler = [](Call& call) -> Answer {
               call.identity().revoke_token(call.caller, {call.in_path("id")});
               return Json();
             }});
}

}  // namespace

void add_session_routes(RouteTable& table) {
  table.add({.path = "/api/v1/session",
             .name = "session",
             .tag = "session",
             .summary = {"我是谁，能做什么", "who I am and what I may do"},
             .access = Access::known(),
             .answer = session_schema(),
             .handler = [](Call& call) -> Answer {
               Answer out = session_json(call, call.caller, call.request.cookie(session_cookie));
               out.headers = {{"Cache-Control", "no-store"}};
               return out;
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/session",
             .name = "sign_in",
             .tag = "session",
             .summary = {"登录", "sign in"},
             .access = Access::open(),
             .body = object({{"name", line(100)}, {"password", text(200)}, optional("totp", text(12))}),
             .answer = session_schema(),
             .handler = sign_in});
  table.add({.method = Method::delete_,
             .path = "/api/v1/session",
             .name = "sign_out",
             .tag = "session",
             .summary = {"退出", "sign out"},
             .access = Access::known(),
             .success = 204,
             .handler = sign_out});
  table.add({.path = "/api/v1/sessions",
             .name = "sessions",
             .tag = "session",
             .summary = {"自己的登录", "one's sessions"},
             .access = Access::signed_in(),
             .answer = object({{"id", text()},
                               {"created", instant()},
                               {"last_seen", instant()},
                               {"ends", instant()},
                               {"address", text()},
                               {"agent", text()},
                               {"current", boolean()}}),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& s : call.identity().sessions(call.caller))
                 all.push_back({{"id", s.id.value},
                                {"created", to_rfc3339(s.created)},
                                {"last_seen", to_rfc3339(s.last_seen)},
                                {"ends", to_rfc3339(s.ends)},
                                {"address", s.address},
                                {"agent", s.agent},
                                {"current", s.current}});
               return page_of(std::move(all), page);
             }});
  table.add({.method = Method::delete_,
             .path = "/api/v1/sessions/{id}",
             .name = "revoke_session",
             .tag = "session",
             .summary = {"结束一个登录", "end a session"},
             .access = Access::signed_in(),
             .success = 204,
             .handler = [](Call& call) -> Answer {
               call.identity().revoke_session(call.caller, {call.in_path("id")});
               return Json();
             }});
  add_secrets(table);
  add_tokens(table);
}

}  // namespace tributary::api
