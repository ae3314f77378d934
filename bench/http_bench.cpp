// How many requests a second the server answers, beside a bare «hello» of the same HTTP library in the same
// process.
//
//   http_bench [--requests=20000] [--connections=16] [--listeners=1000] [--path=/api/v1/jobs/1]
//
// Both are asked over loopback by the same client: kept-alive connections, one request under way on each. The
// baseline answers from the network's thread without a worker, a database, a session or a log; it is measured
// before and after each route, and the ratio is against the mean of the two. Then event streams are opened
// and left idle, and what they take in memory is printed. PostgreSQL is measured too when
// TRIBUTARY_TEST_POSTGRES names a server.
#include "api/world_testing.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

namespace {

using namespace tributary;
using namespace tributary::api;
using namespace tributary::api::testing;
using Time = std::chrono::steady_clock;

struct Measured {
  double per_second = 0;
  double p50 = 0;  // milliseconds
  double p99 = 0;
  int wrong = 0;  // answers that were not 200
};

Measured ask(std::uint16_t port, const std::string& path, const std::string& cookie, int requests,
             int connections) {
  const std::string text = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                           (cookie.empty() ? "" : "Cookie: tributary_session=" + cookie + "\r\n") + "\r\n";
  std::vector<std::vector<double>> times(static_cast<std::size_t>(connections));
  std::vector<int> wrong(static_cast<std::size_t>(connections), 0);
  std::vector<std::thread> threads;
  const auto start = Time::now();
  for (int c = 0; c < connections; ++c)
    threads.emplace_back([&, c] {
      const auto at = static_cast<std::size_t>(c);
      Wire wire(port);
      for (int i = 0; i < requests / connections; ++i) {
        const auto begun = Time::now();
        wire.send(text);
        if (wire.answer().status != 200) ++wrong[at];
        times[at].push_back(std::chrono::duration<double, std::milli>(Time::now() - begun).count());
      }
    });
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Time::now() - start).count();
  std::vector<double> all;
  for (const auto& part : times) all.insert(all.end(), part.begin(), part.end());
  std::sort(all.begin(), all.end());
  Measured out;
  out.per_second = static_cast<double>(all.size()) / seconds;
  out.p50 = all[all.size() / 2];
  out.p99 = all[all.size() * 99 / 100];
  for (const int count : wrong) out.wrong += count;
  return out;
}

double resident_megabytes() {
  std::ifstream in("/proc/self/status");
  std::string word;
  while (in >> word)
    if (word == "VmRSS:") {
      double kilobytes = 0;
      in >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

int number(const std::vector<std::string>& arguments, const std::string& name, int otherwise) {
  for (const std::string& a : arguments)
    if (a.starts_with("--" + name + "=")) return std::atoi(a.c_str() + name.size() + 3);
  return otherwise;
}

void measure(const std::string& kind, std::uint16_t hello, int requests, int connections, int listeners,
             const std::string& only) {
  World world(kind);
  world.person("drafter", {"office_drafter"});
  world.serve();
  Client client = world.signed_in("drafter");
  const Json started = client.post("/api/v1/runs", {{"rule", "section-month"}, {"period", "2020-10"}}).json();
  world.wait_for(client, started.value("job", 0));
  fmt::print("{}\n", kind);
  for (const char* path :
       {"/health", "/api/v1/public/rules/section-month", "/api/v1/jobs/1", "/api/v1/statements/1",
        "/api/v1/statements?limit=20", "/api/v1/series/1/observations?limit=20"}) {
    if (!only.empty() && only != path) continue;
    const Measured before = ask(hello, "/", "", requests, connections);
    const Measured measured = ask(world.server->port(), path, client.cookie(), requests, connections);
    const Measured after = ask(hello, "/", "", requests, connections);
    const double baseline = (before.per_second + after.per_second) / 2;
    fmt::print("  {:44} {:8.0f}/s  p50 {:6.2f} ms  p99 {:6.2f} ms  ratio to hello {:.2f}{}\n", path,
               measured.per_second, measured.p50, measured.p99, measured.per_second / baseline,
               measured.wrong == 0 ? "" : fmt::format("  WRONG {}", measured.wrong));
  }
  const double before = resident_megabytes();
  std::vector<std::unique_ptr<Wire>> open;
  for (int i = 0; i < listeners; ++i) {
    open.push_back(std::make_unique<Wire>(world.server->port()));
    open.back()->send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\nCookie: tributary_session=" +
                      client.cookie() + "\r\n\r\n");
    std::string heard;
    while (heard.find("retry:") == std::string::npos && open.back()->receive(heard)) {
    }
  }
  fmt::print("  {} idle event streams: {:.1f} MB more, {:.0f} MB in all\n", listeners,
             resident_megabytes() - before, resident_megabytes());
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int requests = number(arguments, "requests", 20'000);
  const int connections = number(arguments, "connections", 16);
  const int listeners = number(arguments, "listeners", 1000);
  std::string only;
  for (const std::string& a : arguments)
    if (a.starts_with("--path=")) only = a.substr(7);
  rlimit files{8192, 8192};
  setrlimit(RLIMIT_NOFILE, &files);
  HttpSettings settings;
  settings.port = 0;
  const HttpServer hello(settings, [](Request, Reply reply) {
    Response response;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = R"({"hello":"world"})";
    reply.send(std::move(response));
  });
  measure("sqlite", hello.port(), requests, connections, listeners, only);
  if (std::getenv("TRIBUTARY_TEST_POSTGRES") != nullptr)
    measure("postgresql", hello.port(), requests, connections, listeners, only);
  return 0;
}
