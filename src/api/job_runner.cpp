#include "api/job_runner.h"

#include "casework/erasure.h"
#include "casework/finds.h"
#include "compensate/compensation.h"
#include "compensate/periods.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

Json optional_instant(const std::optional<Instant>& at) {
  return at ? Json(to_rfc3339(*at)) : Json(nullptr);
}

Event event_of(const store::Job& job, std::string_view state) {
  return {"job", {{"id", job.id}, {"state", state}}, identity::Permission::jobs_read, {}, job.owner};
}

}  // namespace

Json job_json(const store::Job& job) {
  Json out{{"id", job.id},
           {"kind", job.kind},
           {"arguments", Json::parse(job.arguments, nullptr, false)},
           {"state", store::to_string(job.state)},
           {"progress", {{"done", job.done}, {"total", job.total}}},
           {"message", json_of(job.message)},
           {"result", job.result.empty() ? Json(nullptr) : Json::parse(job.result, nullptr, false)},
           {"by", job.by},
           {"created", to_rfc3339(job.created)},
           {"started", optional_instant(job.started)},
           {"finished", optional_instant(job.finished)}};
  return out;
}

JobRunner::JobRunner(Services& services, Log log)
    : services_(services), log_(std::move(log)), thread_([this] { loop(); }) {}

JobRunner::~JobRunner() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void JobRunner::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void JobRunner::loop() {
  std::unique_ptr<Worker> worker;
  for (;;) {
    try {
      if (!worker) worker = std::make_unique<Worker>(services_);
      // Between two jobs, one of the files that wait is read, so that neither has to wait for long.
      for (bool more = true; more;) {
        const auto job = worker->jobs.take();
        if (job) run(*worker, *job);
        more = keep_found(*worker) || job;
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
    } catch (const std::exception& e) {
      log_({{"level", "error"}, {"message", "job queue"}, {"error", e.what()}});
      worker.reset();
    }
    std::unique_lock lock(mutex_);
    // Jobs of other servers that died are found without being told of them.
    changed_.wait_for(lock, std::chrono::seconds{5}, [&] { return stopping_ || woken_; });
    woken_ = false;
    if (stopping_) return;
  }
}

bool JobRunner::keep_found(Worker& worker) {
  casework::Casework cases(*worker.database, worker.tenant(), services_.clock, services_.entropy,
                           services_.case_types, worker.policy().catalog().calendar(), services_.vault,
                           worker.identity.audit());
  swept_ = casework::Erasures(cases).sweep(swept_);
  // Neither is put off by the other.
  const bool counted = cases.count_waiting(200) > 0;
  return casework::Finds(cases).read_waiting(1) > 0 || counted;
}

void JobRunner::run(Worker& worker, const store::Job& job) {
  services_.events.publish(event_of(job, "running"));
  const auto finish = [&](store::JobState state, const Text& message, const Json& result) {
    worker.jobs.finish(job, state, message, result.is_null() ? "" : dump(result));
    services_.events.publish(event_of(job, store::to_string(state)));
  };
  try {
    if (job.kind != "run")
      return finish(
          store::JobState::failed,
          {fmt::format("不认识的任务“{}”", job.kind), fmt::format("unknown kind of job \"{}\"", job.kind)},
          {});
    const Json arguments = Json::parse(job.arguments);
    const auto rule = arguments.at("rule").get<std::string>();
    const std::vector<Period> periods = compensate::periods_of(arguments.at("period").get<std::string>());
    Json runs = Json::array();
    std::int64_t drafted = 0;
    for (std::size_t i = 0; i < periods.size(); ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return worker.jobs.give_back(job);
      }
      const std::string period = periods[i].to_string();
      if (!worker.jobs.beat(job, static_cast<std::int64_t>(i), static_cast<std::int64_t>(periods.size()),
                            {"正在计算 " + period, "computing " + period}))
        return finish(store::JobState::cancelled, {"已取消", "cancelled"}, {{"runs", runs}});
      compensate::Compensation compensation(*worker.database, worker.tenant(), worker.policy(),
                                            worker.clock());
      const compensate::RunReport report = compensation.run(rule, periods[i], job.by);
      drafted += report.unchanged ? 0 : static_cast<std::int64_t>(report.statements.size());
      runs.push_back({{"period", period},
                      {"run", report.computation.head.id},
                      {"unchanged", report.unchanged},
                      {"statements", report.statements}});
      if (!report.unchanged)
        services_.events.publish({"run",
                                  {{"id", report.computation.head.id}, {"rule", rule}, {"period", period}},
                                  identity::Permission::statements_read,
                                  {},
                                  {}});
    }
    worker.jobs.beat(job, static_cast<std::int64_t>(periods.size()),
                     static_cast<std::int64_t>(periods.size()), {});
    finish(store::JobState::done,
           {fmt::format("完成：新结算单 {} 份", drafted), fmt::format("done: {} new statements", drafted)},
           {{"runs", runs}});
  } catch (const Error& e) {
    log_({{"level", "warning"}, {"message", "job failed"}, {"job", job.id}, {"error", e.what()}});
    finish(store::JobState::failed, e.message(),
           {{"code", fmt::format("{}.{}", e.code().module, e.code().name)},
            {"detail", json_of(e.message())},
            {"hint", json_of(e.hint())}});
  } catch (const std::exception& e) {
    log_({{"level", "error"}, {"message", "job failed"}, {"job", job.id}, {"error", e.what()}});
    finish(store::JobState::failed, {"服务器内部故障", "a fault of the server"}, {});
  }
}

}  // namespace tributary::api
