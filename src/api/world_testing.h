// A small running server for tests: the packs of the project, a few real readings, people in several roles,
// and a client that speaks HTTP by hand, so that it can also speak it wrongly. Nothing of the product may
// include it.
#pragma once

#include "api/scratch.h"
#include "api/server.h"
#include "bank/bank.h"
#include "base/text.h"
#include "compensate/compensation.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "observe/import.h"
#include "observe/observations.h"
#include "observe/place_names.h"
#include "policy/tenant.h"
#include "registry/registry.h"
#include "registry/registry_files.h"
#include "reporting/reporting.h"
#include "rights/rights_files.h"
#include "store/jobs.h"
#include "store/testing.h"
#include "venues/auctions.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tributary::api::testing {

class SeededEntropy final : public identity::Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : random_(seed) {}
  void fill(std::span<std::byte> bytes) override {
    const std::lock_guard lock(mutex_);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random_() & 0xffU);
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 random_;
};

struct Received {
  int status = 0;  // 0: the connection was closed without an answer
  Headers headers;
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (same_ignoring_case(key, name)) return value;
    return {};
  }
  Json json() const { return Json::parse(body, nullptr, false); }
};

// Its answer ends only with the connection.
inline bool waits_for_events(const Route& route) {
  return route.answer_types == std::vector<std::string>{"text/event-stream"};
}

// One connection. What is asked may be any bytes.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~Wire() { ::close(socket_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool open() const { return open_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // More bytes into `into`; false at the end.
  bool receive(std::string& into) {
    char buffer[16384];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    into.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  // One whole answer; HEAD answers have no body.
  Received answer(bool head = false) {
    Received out;
    std::size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos)
      if (!receive(pending_)) return out;
    const std::string top = pending_.substr(0, end);
    pending_.erase(0, end + 4);
    std::size_t at = top.find("\r\n");
    out.status = std::atoi(top.c_str() + 9);
    while (at != std::string::npos) {
      const std::size_t next = top.find("\r\n", at + 2);
      const std::string line = top.substr(at + 2, next == std::string::npos ? next : next - at - 2);
      const std::size_t colon = line.find(": ");
      if (colon != std::string::npos) out.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
      at = next;
    }
    if (head || out.status == 204 || out.status == 304) return out;
    if (out.header("Transfer-Encoding") == "chunked") return chunks(std::move(out));
    const std::size_t length = static_cast<std::size_t>(std::atoll(out.header("Content-Length").c_str()));
    while (pending_.size() < length)
      if (!receive(pending_)) break;
    out.body = pending_.substr(0, length);
    pending_.erase(0, length);
    return out;
  }

 private:
  Received chunks(Received out) {
    for (;;) {
      std::size_t end;
      while ((end = pending_.find("\r\n")) == std::string::npos)
        if (!receive(pending_)) return out;
      const std::size_t size = std::strtoul(pending_.c_str(), nullptr, 16);
      while (pending_.size() < end + 2 + size + 2)
        if (!receive(pending_)) return out;
      out.body += pending_.substr(end + 2, size);
      pending_.erase(0, end + 2 + size + 2);
      if (size == 0) return out;
    }
  }
  int socket_;
  bool open_ = false;
  std::string pending_;
};

// A person with a browser: keeps the cookie, sends the token.
class Client {
 public:
  explicit Client(std::uint16_t port) : port_(port) {}

  Received ask(const std::string& method, const std::string& target, const Headers& more = {},
               const std::string& body = {}) {
    Wire wire(port_);
    std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
    const auto given = [&](std::string_view name) {
      return std::any_of(more.begin(), more.end(),
                         [&](const auto& h) { return same_ignoring_case(h.first, name); });
    };
    if (!cookie_.empty() && !given("Cookie")) text += "Cookie: tributary_session=" + cookie_ + "\r\n";
    if (!csrf_.empty() && !given("X-CSRF-Token")) text += "X-CSRF-Token: " + csrf_ + "\r\n";
    if (!body.empty() && !given("Content-Type")) text += "Content-Type: application/json\r\n";
    for (const auto& [name, value] : more) text += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST" || method == "PATCH" || method == "PUT")
      text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n" + body;
    wire.send(text);
    Received out = wire.answer(method == "HEAD");
    const std::string set = out.header("Set-Cookie");
    if (set.rfind("tributary_session=", 0) == 0) cookie_ = set.substr(18, set.find(';') - 18);
    return out;
  }
  Received get(const std::string& target, const Headers& more = {}) { return ask("GET", target, more); }
  Received post(const std::string& target, const Json& body, const Headers& more = {}) {
    return ask("POST", target, more, dump(body));
  }
  Received sign_in(const std::string& name, const std::string& password) {
    Received out = post("/api/v1/session", {{"name", name}, {"password", password}});
    const Json json = out.json();
    if (out.status == 200) csrf_ = json.value("csrf", "");
    return out;
  }
  const std::string& cookie() const { return cookie_; }
  const std::string& csrf() const { return csrf_; }
  void forget_csrf() { csrf_.clear(); }

 private:
  std::uint16_t port_;
  std::string cookie_;
  std::string csrf_;
};

inline std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> out;
  for (const auto list : {registry::migrations(), identity::migrations(), casework::migrations(), reporting::migrations(),
                          observe::migrations(), policy::migrations(), ledger::migrations(), rights::migrations(), venues::migrations(),
                          compensate::migrations(), bank::migrations(), store::migrations(), api::migrations()})
    out.insert(out.end(), list.begin(), list.end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return out;
}

struct World {
  static constexpr const char* tenant = "341602";
  static constexpr const char* good = "红鲤鱼-绿鲤鱼-与驴";
  static inline const std::string packs = std::string(TRIBUTARY_SOURCE_DIR) + "/policies";

  store::TestDatabase database;
  FixedClock clock{parse_instant("2026-11-24 09:00")};
  SeededEntropy entropy{7};
  identity::Settings people{.password_cost = {1, 8192}, .key = std::string(32, 'k')};
  static const policy::Policy& loaded() {  // once for all tests of a program
    static const policy::Policy policy = policy::Policy::load(packs, "demo");
    return policy;
  }
  const policy::Policy& policy = loaded();
  std::vector<std::string> log;
  std::mutex log_mutex;
  std::unique_ptr<Server> server;

  explicit World(const std::string& kind = "sqlite") : database(kind) {
    store::Database& db = database.db();
    db.migrate(all_migrations());
    policy::adopt(db, {tenant, "demo"}, clock.now());
    registry::RegistryData data;
    identity::IdentityData who;
    for (const auto& info : policy.packs()) {
      if (const std::string folder = info.folder + "/registry"; std::filesystem::is_directory(folder))
        data.append(registry::read_registry_folder(folder));
      who.append(identity::read_identity_folder(info.folder + "/identity"));
    }
    registry::Registry registry(db, tenant);
    registry.apply(data);
    ledger::Ledger(db, tenant, clock).define_unit({"CNY", 2, {"人民币", "renminbi"}});
    identity().apply(who);
    const WorkCalendar no_calendar;
    rights::Rights registry_of_rights(db, tenant, clock, no_calendar);
    rights::apply(registry_of_rights, rights::read_rights_of(policy.folders()), {"operator", "pack", "set up", "pack demo"});
    const observe::PlaceNames names(registry, clock.today());
    const ScratchFolder folder("");
    write_file(folder.file("october.csv"), readings_of("2020-10"));
    observe::import_csv(observe::import_target(db, tenant, names, clock), folder.file("october.csv"),
                        policy.catalog().import("cnemc-daily"));
  }

  // A month of the real readings, as a file.
  static std::string readings_of(const std::string& month) {
    const std::string all =
        read_file(std::string(TRIBUTARY_SOURCE_DIR) + "/data/water/cnemc_daily_huai_xinan.csv");
    std::string out;
    for (const std::string_view line : split(all, '\n'))
      if (out.empty() || line.find("," + month + "-") != std::string_view::npos) (out += line) += '\n';
    return out;
  }

  identity::Identity identity() { return identity::Identity(database.db(), tenant, clock, entropy, people); }

  // A person whose password is `good`.
  void person(const std::string& name, std::vector<std::string> roles,
              const std::string& organisation = "root") {
    identity::Identity all = identity();
    const auto made =
        all.create_user(all.command("operator"), {name, name, {organisation}, std::move(roles)});
    const auto in = all.sign_in({name, made.password, {}, "10.0.0.1", "test", "r"});
    all.change_password(in.caller, made.password, good);
    all.sign_out(in.caller);
  }

  ServerSettings settings() {
    ServerSettings s;
    s.database = database.url();
    s.tenant = tenant;
    s.packs = packs;
    s.pack = "demo";
    s.version = "test";
    s.identity = people;
    s.signed_in = s.anonymous = s.sign_in = s.look_up = {};
    s.workers = 2;
    return s;
  }
  void serve(std::optional<ServerSettings> wanted = {}, HttpSettings http = {}) {
    http.port = 0;
    server = std::make_unique<Server>(wanted ? *wanted : settings(), http, clock, entropy,
                                      [this](const std::string& line) {
                                        const std::lock_guard lock(log_mutex);
                                        log.push_back(line);
                                      });
  }
  Client client() const { return Client(server->port()); }
  Client signed_in(const std::string& name) {
    Client out = client();
    out.sign_in(name, good);
    return out;
  }
  // Waits for a job to be over.
  Json wait_for(Client& client, std::int64_t job) {
    for (int i = 0; i < 2000; ++i) {
      const Json now = client.get("/api/v1/jobs/" + std::to_string(job)).json();
      const std::string state = now.value("state", "");
      if (state != "waiting" && state != "running") return now;
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return {};
  }
};

}  // namespace tributary::api::testing
