// Against the running server over loopback: who is let in, what is refused, what must not leak.
#include "api/world_testing.h"
#include "base/text.h"

#include <gtest/gtest.h>

namespace tributary::api::testing {
namespace {

std::string code_in(const Received& answer) {
  return answer.json().value("code", "-");
}

TEST(Server, SignsInByCookieAndOut) {
  World world;
  world.person("zhang", {"office_drafter"});
  world.serve();
  Client client = world.client();
  EXPECT_EQ(client.get("/api/v1/session").status, 401);
  const Received wrong = client.sign_in("zhang", "no");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(code_in(wrong), "identity.sign_in_refused");
  const Received in = client.sign_in("zhang", World::good);
  ASSERT_EQ(in.status, 200) << in.body;
  const std::string cookie = in.header("Set-Cookie");
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_EQ(cookie.find("Secure"), std::string::npos);
  EXPECT_EQ(in.json()["user"]["name"], "zhang");
  EXPECT_EQ(client.get("/api/v1/session").json()["csrf"], client.csrf());
  EXPECT_EQ(client.ask("DELETE", "/api/v1/session").status, 204);
  EXPECT_EQ(
      world.client().get("/api/v1/session", {{"Cookie", "tributary_session=" + client.cookie()}}).status,
      401);
}

TEST(Server, RefusesTheUnknownOnEveryRouteThatIsNotOpen) {
  World world;
  world.serve();
  // What the packs let everybody see.
  identity::PermissionSet open_to_all;
  for (const identity::Role& role : world.identity().roles())
    if (role.key == identity::public_role) open_to_all = role.permissions;
  Client client = world.client();
  const RouteTable table = make_routes();
  for (const auto& route : table.routes()) {
    std::string path;
    for (std::size_t i = 0; i < route->path.size(); ++i) {
      if (route->path[i] != '{') {
        path += route->path[i];
        continue;
      }
      path += "1";
      i = route->path.find('}', i);
    }
    const std::string method(to_string(route->method));
    const Received answer = client.ask(method, path, {}, is_safe(route->method) ? "" : "{}");
    const bool open =
        route->access.kind == Access::Kind::open ||
        (route->access.kind == Access::Kind::permission && open_to_all.has(*route->access.permission));
    EXPECT_EQ(answer.status != 401, open) << method << " " << path;
    EXPECT_TRUE(!open || is_safe(route->method) || route->name == "sign_in" ||
                route->name == "reset_password");
    EXPECT_LT(answer.status, 500) << method << " " << path << " " << answer.body;
  }
}

TEST(Server, TakesAChangeByCookieOnlyWithTheToken) {
  World world;
  world.person("zhang", {"office_drafter"});
  world.serve();
  Client client = world.signed_in("zhang");
  const Json run{{"rule", "section-month"}, {"period", "2020-10"}};
  EXPECT_EQ(client.post("/api/v1/runs", run, {{"X-CSRF-Token", "x"}}).status, 403);
  EXPECT_EQ(client.post("/api/v1/runs", run, {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
  EXPECT_EQ(client.post("/api/v1/runs", run).status, 202);
  client.forget_csrf();
  EXPECT_EQ(code_in(client.post("/api/v1/runs", run)), "api.csrf");
}

TEST(Server, LetsNobodyDoWhatTheirRoleDoesNotSay) {
  World world;
  world.person("reader", {"third_party"});
  world.serve();
  Client client = world.signed_in("reader");
  const Received answer = client.post("/api/v1/runs", {{"rule", "section-month"}, {"period", "2020-10"}});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(code_in(answer), "identity.forbidden");
  EXPECT_EQ(client.get("/api/v1/audit").status, 403);
  EXPECT_EQ(client.get("/api/v1/users").status, 403);
  // The refusals stand in the trail.
  auto all = world.identity();
  EXPECT_GE(all.audit().search({.outcome = identity::AuditOutcome::denied}, 10).entries.size(), 3u);
}

TEST(Server, AsksForAnotherPasswordBeforeAnythingElse) {
  World world;
  auto all = world.identity();
  const auto made = all.create_user(all.command("operator"), {"new", "new", {"root"}, {"office_drafter"}});
  world.serve();
  Client client = world.client();
  EXPECT_EQ(client.sign_in("new", made.password).status, 200);
  EXPECT_TRUE(client.get("/api/v1/session").json()["user"]["must_change_password"].get<bool>());
  EXPECT_EQ(code_in(client.get("/api/v1/home")), "identity.must_change_password");
  EXPECT_EQ(code_in(client.get("/api/v1/statements")), "identity.must_change_password");
  EXPECT_EQ(client.post("/api/v1/session/password", {{"old", made.password}, {"new", World::good}}).status,
            204);
  EXPECT_EQ(client.sign_in("new", World::good).status, 200);
  EXPECT_EQ(client.get("/api/v1/home").status, 200);
}

TEST(Server, SaysWhatIsWrongWithABodyAndAQuery) {
  World world;
  world.person("zhang", {"office_drafter"});
  world.serve();
  Client client = world.signed_in("zhang");
  const Received body = client.post("/api/v1/runs", {{"rul", "section-month"}, {"period", "2020-10"}});
  EXPECT_EQ(body.status, 400);
  EXPECT_EQ(code_in(body), "api.bad_body");
  EXPECT_EQ(body.json()["errors"].size(), 2u);
  EXPECT_EQ(code_in(client.ask("POST", "/api/v1/runs", {}, "{\"rule\":")), "api.bad_json");
  EXPECT_EQ(code_in(client.ask("POST", "/api/v1/runs", {}, std::string(5000, '['))), "api.bad_json");
  EXPECT_EQ(client.ask("POST", "/api/v1/runs", {{"Content-Type", "text/plain"}}, "{}").status, 415);
  EXPECT_EQ(client.ask("POST", "/api/v1/runs", {}, "\"" + std::string(2 << 20, 'x') + "\"").status, 413);
  const Received query = client.get("/api/v1/places?kindd=section");
  EXPECT_EQ(query.status, 400);
  EXPECT_NE(query.json()["errors"][0]["message"]["en"].get<std::string>().find("kind"), std::string::npos);
  EXPECT_EQ(client.get("/api/v1/places?kind=a&kind=b").status, 400);
  EXPECT_EQ(client.get("/api/v1/places?limit=501").status, 400);
  EXPECT_EQ(client.get("/api/v1/places?fields=nothing").status, 400);
  EXPECT_EQ(client.ask("PUT", "/api/v1/places").status, 405);
  EXPECT_EQ(client.ask("PUT", "/api/v1/places").header("Allow"), "GET, HEAD");
}

TEST(Server, NoPathLeadsOutAndNoHeaderComesIn) {
  World world;
  world.person("zhang", {"office_drafter"});
  world.serve();
  Client client = world.signed_in("zhang");
  for (const char* path : {"/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd",
                           "/assets/../../etc/passwd", "/api/v1/../../etc/passwd", "/api/v1/places/..%2f..",
                           "/api/v1/places/%00", "/\\..\\x.txt", "/%c0%ae%c0%ae/x.y"}) {
    const Received answer = client.get(path);
    EXPECT_TRUE(answer.status == 404 || answer.status == 0 || answer.body.find("<!doctype html>") == 0)
        << path << answer.status;
    EXPECT_EQ(answer.body.find("root:"), std::string::npos) << path;
  }
  const Received split = client.get("/api/v1/rules/x%0d%0aSet-Cookie:%20a=b");
  EXPECT_EQ(split.status, 404);
  EXPECT_EQ(split.header("Set-Cookie"), "");
  for (const char* header :
       {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Request-Id"})
    EXPECT_NE(split.header(header), "") << header;
}

TEST(Server, BrokenRequestsHurtNobodyElse) {
  World world;
  HttpSettings http;
  http.read_time = std::chrono::milliseconds{300};
  http.max_body = 100'000;
  world.serve({}, http);
  const auto spoken = [&](const std::string& text) {
    Wire wire(world.server->port());
    wire.send(text);
    return wire.answer().status;
  };
  EXPECT_EQ(spoken("rubbish\r\n\r\n"), 0);
  EXPECT_EQ(spoken("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), 0);
  EXPECT_EQ(spoken("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 500; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(spoken(many + "\r\n"), 0);
  EXPECT_EQ(spoken("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" +
                   std::string(200'000, 'x')),
            0);
  EXPECT_EQ(spoken("POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: "
                   "chunked\r\n\r\n0\r\n\r\n"),
            0);
  // One that never finishes is let go, and the connection closed.
  EXPECT_EQ(spoken("GET /health HTTP/1.1\r\nHost: a\r\nX-Slow: "), 0);
  EXPECT_EQ(world.client().get("/health").status, 200);
}

TEST(Server, SlowClientsDoNotKeepOthersOut) {
  World world;
  world.serve();
  std::vector<std::unique_ptr<Wire>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<Wire>(world.server->port()));
    slow.back()->send(
        "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
        "100\r\n\r\n{");
  }
  EXPECT_EQ(world.client().get("/ready").status, 200);
  EXPECT_EQ(world.client().get("/api/v1/public/summary").status, 200);
}

TEST(Server, LimitsTheRateOfOneCaller) {
  World world;
  ServerSettings settings = world.settings();
  settings.anonymous = {0.001, 5};
  settings.sign_in = {0.001, 2};
  world.serve(settings);
  Client client = world.client();
  EXPECT_EQ(client.sign_in("nobody", "x").status, 401);
  EXPECT_EQ(client.sign_in("nobody", "x").status, 401);
  const Received third = client.sign_in("nobody", "x");
  EXPECT_EQ(third.status, 429);
  EXPECT_NE(third.header("Retry-After"), "");
  client.get("/api/v1/public/summary");
  client.get("/api/v1/public/summary");
  EXPECT_EQ(client.get("/api/v1/public/summary").status, 429);
  EXPECT_EQ(client.get("/health").status, 200);
}

TEST(Server, SendsNotWhatIsKnownAlreadyAndSmallWhatIsNot) {
  World world;
  world.serve();
  Client client = world.client();
  const Received first = client.get("/api/v1/public/rules");
  ASSERT_EQ(first.status, 200);
  const Received again = client.get("/api/v1/public/rules", {{"If-None-Match", first.header("ETag")}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  const Received small = client.get("/api/v1/public/rules", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(small.header("Content-Encoding"), "br");
  EXPECT_LT(small.body.size() * 2, first.body.size());
  const Received head = client.ask("HEAD", "/api/v1/public/rules");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), std::to_string(first.body.size()));
}

TEST(Server, AnswersWhatIsUnderWayBeforeItStops) {
  World world;
  world.serve();
  Wire wire(world.server->port());
  wire.send("GET /api/v1/public/classes?month=2020-10 HTTP/1.1\r\nHost: a\r\n\r\n");
  // The request has been read when the workers count it.
  Client other = world.client();
  for (int i = 0; i < 200; ++i) {
    const std::string metrics = other.get("/metrics").body;
    if (metrics.find("route=\"public_classes\"") != std::string::npos ||
        metrics.find("tributary_requests_working 2") != std::string::npos)
      break;
  }
  world.server.reset();
  EXPECT_EQ(wire.answer().status, 200);
}

TEST(Server, ReadsNoBodyOfWhomItTurnsAway) {
  World world;
  ServerSettings settings = world.settings();
  settings.queue = 0;
  world.serve(settings);
  const Received answer = world.client().get("/api/v1/public/summary");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(world.client().get("/health").status, 200);
}

TEST(Server, ServesTheConsoleFromItsFolder) {
  World world;
  const std::string folder = ::testing::TempDir() + "tributary-web-test";
  std::filesystem::create_directories(folder + "/assets");
  write_file(folder + "/index.html", "<!doctype html><title>console</title>" + std::string(2000, ' '));
  write_file(folder + "/assets/index-AbCd1234.js", "export default 1;" + std::string(3000, ' '));
  write_file(folder + "/.secret", "hidden");
  ServerSettings settings = world.settings();
  settings.web = folder;
  settings.basemap = {"https://t{0-7}.example.org/{z}/{x}/{y}.png", "somebody"};
  world.serve(settings);
  Client client = world.client();
  const Received page = client.get("/console/statements/7");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Cache-Control"), "no-cache");
  const std::string policy = page.header("Content-Security-Policy");
  for (const char* part : {"frame-ancestors 'none'", "default-src 'self'; style-src 'self'; img-src",
                           "img-src 'self' data: blob: https://*.example.org; "})
    EXPECT_NE(policy.find(part), std::string::npos) << part;
  const Received script = client.get("/assets/index-AbCd1234.js", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(script.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(script.header("Content-Encoding"), "gzip");
  EXPECT_EQ(client
                .get("/assets/index-AbCd1234.js",
                     {{"Accept-Encoding", "gzip"}, {"If-None-Match", script.header("ETag")}})
                .status,
            304);
  EXPECT_EQ(client.get("/.secret").status, 404);
  EXPECT_EQ(client.get("/assets/none.js").status, 404);
  EXPECT_EQ(client.ask("POST", "/", {}, "{}").status, 405);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tributary::api::testing
