#include "api/server.h"

#include "api/auction_desk.h"
#include "api/dispatch.h"
#include "api/idempotency.h"
#include "api/job_runner.h"
#include "api/market_desk.h"
#include "api/outlines.h"
#include "api/problem.h"
#include "api/smart_desk.h"
#include "api/static_files.h"
#include "api/venue_routes.h"
#include "casework/erasure.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace tributary::api {

namespace {

std::vector<std::pair<std::string, policy::PackContext>> case_folders(const policy::Policy& policy) {
  std::vector<std::pair<std::string, policy::PackContext>> out;
  for (const auto& pack : policy.packs())
    out.push_back({pack.folder, {pack.id, static_cast<int>(out.size()), pack.example}});
  return out;
}

// The number of what a reader wants to watch; throws where he may not see it.
template <class Desk>
std::int64_t enter(Call& call) {
  return Desk(call).enter(call.id_in_path("number"));
}

}  // namespace

Services::Services(ServerSettings given, const Clock& time, identity::Entropy& random)
    : settings(std::move(given)),
      clock(time),
      entropy(random),
      policy(std::make_shared<const policy::Policy>(policy::Policy::load(settings.packs, settings.pack))),
      case_types(
          std::make_shared<const casework::CaseTypes>(casework::load_case_types(case_folders(*policy)))),
      reports(std::make_shared<const reporting::Book>(reporting::load_book(case_folders(*policy)))),
      rights(std::make_shared<const rights::RightsData>(rights::read_rights_of(policy->folders()))),
      declared(std::make_shared<const Declared>(*policy)),
      plan(casework::load_plan(policy->folders(), *case_types)),
      vault(settings.identity.key, settings.cipher, entropy),
      table(make_routes()),
      openapi(dump(api::openapi(table, settings.version))),
      outlines(read_outlines(settings.outlines)),
      started(time.now()) {}

std::string Services::public_url() const {
  constexpr std::string_view open = ":0";
  const std::string& url = settings.public_url;
  if (!url.ends_with(open)) return url;
  return url.substr(0, url.size() - open.size() + 1) + std::to_string(port.load());
}

Worker::Worker(Services& shared)
    : services(shared),
      database(store::Database::open(shared.settings.database)),
      identity(*database, shared.settings.tenant, shared.clock, shared.entropy, shared.settings.identity),
      jobs(*database, shared.settings.tenant, shared.clock) {}

class Server::Impl {
 public:
  Impl(const ServerSettings& settings, const HttpSettings& http, const Clock& clock,
       identity::Entropy& entropy, Log log)
      : log_(std::move(log)),
        services_(settings, clock, entropy),
        origins_(origins_of(settings.basemap)),
        files_(settings.web) {
    serve_rooms(services_.table, "auction_events", auction_rooms_, enter<AuctionDesk>);
    serve_rooms(services_.table, "smart_events", smart_rooms_, enter<SmartDesk>);
    serve_rooms(services_.table, "public_smart_events", public_smart_rooms_, enter<SmartDesk>);
    serve_rooms(services_.table, "market_events", market_rooms_, enter_market);
    for (std::size_t i = 0; i < std::max<std::size_t>(1, settings.workers); ++i)
      workers_.push_back(std::make_unique<Worker>(services_));
    for (const auto& worker : workers_) threads_.emplace_back([this, &worker] { work(*worker); });
    jobs_ = std::make_unique<JobRunner>(services_, [this](const Json& entry) { write(entry); });
    services_.job_added = [this] { jobs_->wake(); };
    keeper_ = std::thread([this] { keep(); });
    try {
      http_ = std::make_unique<HttpServer>(
          http, [this](Request request, Reply reply) { take(std::move(request), std::move(reply)); });
      services_.port = http_->port();
    } catch (...) {
      stop();
      throw;
    }
  }

  ~Impl() { stop(); }

  std::uint16_t port() const { return http_->port(); }

 private:
  struct Waiting {
    Request request;
    Reply reply;
    std::chrono::steady_clock::time_point since;
  };

  // On the network's thread: what needs no database is answered at once, the rest waits for a worker.
  void take(Request request, Reply reply) {
    request.id = services_.entropy.base64url(9);
    const auto since = std::chrono::steady_clock::now();
    const bool for_worker = request.path.starts_with("/api/") || request.path == "/ogc" ||
                            request.path.starts_with("/ogc/") || request.path == "/ready" ||
                            request.path == "/metrics" || request.path == "/health";
    if (request.path == "/health" || !for_worker) {
      Done done{{}, "static", {}, sender_of(request, services_.settings.trusted_proxies).address, {}};
      if (request.path == "/health") {
        done.route = "health";
        done.response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
        done.response.body = R"({"status":"ok"})";
      } else if (is_safe(request.method)) {
        done.response = files_.get(request);
      } else {
        done.response = problem({codes::wrong_method, {"此网址只能读取", "this address can only be read"}},
                                request.id, Tongue::zh, nullptr);
        done.response.set("Allow", "GET, HEAD");
      }
      return answer(request, std::move(reply), std::move(done), since);
    }
    {
      const std::lock_guard lock(mutex_);
      if (queue_.size() < services_.settings.queue && !stopping_) {
        queue_.push_back({std::move(request), std::move(reply), since});
        ++services_.metrics.waiting;
        changed_.notify_one();
        return;
      }
    }
    ++services_.metrics.refused;
    Done done{problem({codes::busy, {"服务器正忙，请稍后再试", "the server is busy; try again shortly"}},
                      request.id, Tongue::zh, nullptr),
              "-",
              {},
              request.peer,
              "api.busy"};
    answer(request, std::move(reply), std::move(done), since);
  }

  void work(Worker& worker) {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      Waiting next = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      --services_.metrics.waiting;
      ++services_.metrics.working;
      Done done = dispatch(next.request, worker);
      compress(next.request, done.response);
      answer(next.request, std::move(next.reply), std::move(done), next.since);
      --services_.metrics.working;
    }
  }

  void answer(const Request& request, Reply reply, Done done, std::chrono::steady_clock::time_point since) {
    add_security_headers(done.response, origins_);
    done.response.set("X-Request-Id", request.id);
    if (sender_of(request, services_.settings.trusted_proxies).secure)
      done.response.set("Strict-Transport-Security", "max-age=31536000");
    const int status = done.response.status;
    const std::size_t bytes = done.response.size();
    std::string fault;
    try {
      reply.send(std::move(done.response));
    } catch (const std::exception& e) {  // of a list that was being streamed
      fault = e.what();
    }
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - since);
    services_.metrics.request(done.route, status, took);
    if (!services_.settings.log_requests) return;
    Json entry{{"level", status >= 500 ? "error" : "info"},
               {"message", "request"},
               {"request_id", request.id},
               {"method", to_string(request.method)},
               {"path", request.path},
               {"route", done.route},
               {"status", status},
               {"bytes", bytes},
               {"ms", static_cast<double>(took.count()) / 1000},
               {"from", done.address}};
    if (!done.who.empty()) entry["who"] = done.who;
    if (!done.code.empty()) entry["code"] = done.code;
    if (!fault.empty()) entry["fault"] = fault;
    write(std::move(entry));
  }

  void write(Json entry) {
    Json line{{"at", to_rfc3339(services_.clock.now())}};
    line.update(entry);
    const std::lock_guard lock(log_mutex_);
    log_(dump(line));
  }

  // Personal values whose time is over are listed, once a day; that they go is decided by two people.
  void tell_due(Worker& worker) {
    casework::Casework cases(*worker.database, worker.tenant(), services_.clock, services_.entropy,
                             services_.case_types, worker.policy().catalog().calendar(), services_.vault,
                             worker.identity.audit());
    for (const auto& [type, n] : casework::Erasures(cases).note_due(worker.identity.command("server")))
      write({{"level", "info"}, {"message", "retention due"}, {"type", type}, {"cases", n}});
  }

  // Of rights: proposals lapse, cooling off ends, what was locked for the day is free.
  void advance_rights(Worker& worker) {
    const auto& pack = worker.policy().pack();
    rights::Rights book(*worker.database, worker.tenant(), services_.clock, worker.policy().catalog().calendar());
    book.advance({"server", "", "到期事项 / what fell due", fmt::format("pack {} {}", pack.id, pack.version)});
  }

  venues::Auctions hall_of(Worker& worker) const {
    return {*worker.database, worker.tenant(), services_.clock, worker.policy().catalog().calendar(),
            services_.vault};
  }

  venues::SmartRounds smart_of(Worker& worker) {
    return {*worker.database, worker.tenant(), services_.clock, worker.policy().catalog().calendar(), services_.vault};
  }

  venues::Markets markets_of(Worker& worker) {
    return {*worker.database, worker.tenant(), services_.clock, worker.policy().catalog().calendar(), services_.markets};
  }

  // Sessions and auctions to the second; who may not trade any more is looked for once a minute.
  // What one market runs into holds up nothing else, and is told once a minute.
  void keep_markets(Worker& worker, int second) {
    try {
      venues::Markets markets = markets_of(worker);
      if (second % 60 == 30 || markets.due()) markets.advance({"server", "", "按交易时段 / by the sessions", ""});
    } catch (const std::exception& e) {
      if (second < markets_told_ + 60) return;
      markets_told_ = second;
      write({{"level", "error"}, {"message", "markets"}, {"error", e.what()}});
    }
  }

  void tell_rooms(Worker& worker) {
    const Instant now = services_.clock.now();
    const auto tell = [&](Rooms& rooms, const char* name, const auto& hall, bool to_all = false) {
      if (rooms.empty()) return;
      rooms.tell([&](std::int64_t n, const std::string& heard) { return course_news(name, hall.events(n, heard_number(heard)), to_all); }, now);
    };
    tell(auction_rooms_, "auction", hall_of(worker));
    tell(smart_rooms_, "smart", smart_of(worker));
    tell(public_smart_rooms_, "smart", smart_of(worker), true);
    if (!market_rooms_.empty()) {
      venues::Markets markets = markets_of(worker);
      market_rooms_.tell([&](std::int64_t n, const std::string& heard) { return market_news(markets, n, heard, now); }, now);
    }
  }

  // What recurs. A failure is told and tried again the next time.
  void keep() {
    std::unique_ptr<Worker> worker;
    std::unique_lock lock(mutex_);
    for (int second = 1; !stopping_; ++second) {
      keep_.wait_for(lock, std::chrono::seconds{1}, [&] { return stopping_; });
      const bool last = stopping_;
      lock.unlock();
      try {
        if (second % 15 == 0) services_.events.beat(services_.clock.now());
        if (!worker) worker = std::make_unique<Worker>(services_);
        keep_markets(*worker, second);
        try {
          tell_rooms(*worker);
        } catch (const std::exception& e) {  // what ails one room holds up nothing else
          write({{"level", "error"}, {"message", "rooms"}, {"error", e.what()}});
        }
        if (second % 5 == 0 || last) worker->identity.audit().seal();
        if (second % 60 == 30) {
          advance_rights(*worker);
          hall_of(*worker).advance({"server", "", "审批期限已过 / the term of approval is over", ""});
          smart_of(*worker).advance({"server", "", "审批期限已过 / the term of approval is over", ""});
        }
        if (second % 3600 == 60) {
          worker->identity.sweep();
          sweep_answers(*worker->database, worker->tenant(), services_.clock.now());
          tell_due(*worker);
          worker->jobs.sweep({services_.clock.now().seconds - std::int64_t{90} * 86400});
        }
      } catch (const std::exception& e) {
        worker.reset();
        write({{"level", "error"}, {"message", "housekeeping"}, {"error", e.what()}});
      }
      lock.lock();
    }
  }

  void stop() {
    if (http_) {
      http_->stop_accepting();
      services_.events.close();
      for (Rooms* rooms : {&auction_rooms_, &market_rooms_, &smart_rooms_, &public_smart_rooms_}) rooms->close();
      const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
      while (services_.metrics.waiting + services_.metrics.working > 0 &&
             std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    keep_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    jobs_.reset();
    if (keeper_.joinable()) keeper_.join();
    if (http_)
      std::this_thread::sleep_for(std::chrono::milliseconds{50});  // the last answers leave the socket
    http_.reset();
  }

  Log log_;
  std::mutex log_mutex_;
  Rooms auction_rooms_, market_rooms_, smart_rooms_, public_smart_rooms_;
  Services services_;
  std::string origins_;  // of the basemap
  StaticFiles files_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable keep_;
  int markets_told_ = -60;  // when trouble with a market was told last
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  std::unique_ptr<JobRunner> jobs_;
  std::thread keeper_;
  std::unique_ptr<HttpServer> http_;
};

Server::Server(const ServerSettings& settings, const HttpSettings& http, const Clock& clock,
               identity::Entropy& entropy, Log log)
    : impl_(std::make_unique<Impl>(settings, http, clock, entropy, std::move(log))) {}
Server::~Server() = default;
std::uint16_t Server::port() const {
  return impl_->port();
}

}  // namespace tributary::api
