// Every route × every role: what the table and the roles say together is what the running server does.
#include "api/world_testing.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

std::string filled(const std::string& path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '{') {
      out += path[i];
      continue;
    }
    out += "1";
    i = path.find('}', i);
  }
  return out;
}

bool allowed(const Access& access, const identity::Role& role) {
  switch (access.kind) {
    case Access::Kind::open:
    case Access::Kind::known:
    case Access::Kind::signed_in:
      return true;
    case Access::Kind::permission:
      return role.permissions.has(*access.permission);
    case Access::Kind::whole:
      return role.permissions.has(*access.permission) && role.scope == identity::Scope::tenant;
  }
  return false;
}

TEST(Authorisation, IsWhatTheTableSaysForEveryRouteAndRole) {
  World world;
  auto all = world.identity();
  const auto other = all.create_organisation(
      all.command("operator"),
      {.name = {"某企业", "an enterprise"}, .kind = identity::OrganisationKind::enterprise});
  const std::vector<identity::Role> roles = all.roles();
  for (const identity::Role& role : roles) {
    world.person("own-" + role.key, {role.key});
    world.person("other-" + role.key, {role.key}, other.id.value);
  }
  world.serve();
  const RouteTable table = make_routes();
  std::size_t walked = 0;
  for (const identity::Role& role : roles)
    for (const char* whose : {"own-", "other-"}) {
      Client client = world.signed_in(whose + role.key);
      for (const auto& route : table.routes()) {
        // These end the session, begin another, or wait for events.
        if (route->name == "sign_out" || route->name == "sign_in" || waits_for_events(*route)) continue;
        const std::string method(to_string(route->method));
        const Received answer =
            client.ask(method, filled(route->path), {}, is_safe(route->method) ? "" : "{}");
        const bool refused = answer.status == 403 && answer.json().value("code", "") == "identity.forbidden";
        ++walked;
        // A right for the own party may still not reach what is asked for; without the right nothing does.
        if (!allowed(route->access, role))
          EXPECT_TRUE(refused) << whose << role.key << " " << method << " " << route->path << " "
                               << answer.status;
        else if (route->access.permission && role.scope == identity::Scope::tenant)
          EXPECT_FALSE(refused) << whose << role.key << " " << method << " " << route->path << " "
                                << answer.body;
        EXPECT_NE(answer.status, 401) << method << " " << route->path;
        EXPECT_LT(answer.status, 500) << method << " " << route->path << " " << answer.body;
        if (::testing::Test::HasFailure()) return;
      }
    }
  EXPECT_GT(walked, roles.size() * 2 * 80);
}

}  // namespace
}  // namespace tributary::api::testing
