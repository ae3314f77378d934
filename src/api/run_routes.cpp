// Runs of rules, and the long work in the background.
#include "api/job_runner.h"
#include "api/routes.h"
#include "compensate/periods.h"

#include <fmt/format.h>

namespace tributary::api {

Json run_json(const policy::Policy& policy, const compensate::RunHead& head) {
  return {{"id", head.id},
          {"rule", head.rule},
          {"title", json_of(rule_title(policy, head.rule))},
          {"version", to_string(head.version)},
          {"period", head.period.to_string()},
          {"known", to_string(head.known)},
          {"as_known", to_rfc3339(head.as_known)},
          {"pack", head.pack},
          {"pack_hash", head.pack_hash},
          {"fingerprint", head.fingerprint},
          {"unverified", head.unverified},
          {"example", head.example},
          {"created", to_rfc3339(head.created)},
          {"by", head.created_by},
          {"supersedes", head.supersedes ? Json(*head.supersedes) : Json(nullptr)}};
}

namespace {

using identity::Permission;
using schema::integer, schema::line, schema::named, schema::object, schema::text;

Answer start_run(Call& call) {
  const std::string rule = call.given("rule");
  const auto periods = compensate::periods_of(call.given("period"));
  // What cannot be run is said now, not by a failed job.
  call.policy().rule(rule, periods.front().from(), call.clock().today());
  const std::int64_t id =
      call.worker.jobs.add({"run", dump(Json{{"rule", rule}, {"period", call.given("period")}}),
                            call.caller.user.value, call.caller.by()});
  call.note("run.start", fmt::format("job/{}", id), fmt::format("{} {}", rule, call.given("period")));
  call.events.push_back(
      {"job", {{"id", id}, {"state", "waiting"}}, Permission::jobs_read, {}, call.caller.user.value});
  Answer out = Json{{"job", id}};
  out.headers = {{"Location", fmt::format("/api/v1/jobs/{}", id)}};
  return out;
}

store::Job job_in_path(Call& call) {
  const auto job = call.worker.jobs.find(call.id_in_path("id"));
  const bool own = job && job->owner == call.caller.user.value && !job->owner.empty();
  if (!job || (!own && !call.caller.may_all(Permission::jobs_read))) throw not_found({"这个任务", "job"});
  return *job;
}

Answer cancel_job(Call& call) {
  const store::Job job = job_in_path(call);
  if (job.owner != call.caller.user.value) call.caller.require_all(Permission::jobs_cancel);
  const bool stopping = call.worker.jobs.cancel(job.id);
  if (stopping) call.note("job.cancel", fmt::format("job/{}", job.id));
  return job_json(*call.worker.jobs.find(job.id));
}

Page list_jobs(Call& call, const PageRequest& page) {
  const std::string owner = call.caller.may_all(Permission::jobs_read) ? "" : call.caller.user.value;
  const std::int64_t before = page.cursor.empty() ? 0 : whole_number(page.cursor).value_or(0);
  Page out;
  if (owner.empty() && !call.caller.may_all(Permission::jobs_read)) return out;
  const auto jobs = call.worker.jobs.list(owner, page.limit, before);
  for (const store::Job& job : jobs) out.items.push_back(job_json(job));
  if (jobs.size() == page.limit) out.next = std::to_string(jobs.back().id);
  return out;
}

}  // namespace

void add_run_routes(RouteTable& table) {
  table.add({.path = "/api/v1/runs",
             .name = "runs",
             .tag = "runs",
             .summary = {"规则的运行，新的在前", "runs of rules, newest first"},
             .access = Access::whole(Permission::statements_read),
             .query = {{"rule", text(100), {"规则", "rule"}}},
             .answer = named("Run"),
             .sorts = {"period", "rule"},
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& head : compensation_of(call).runs(call.text("rule")))
                 all.push_back(run_json(call.policy(), head));
               std::reverse(all.begin(), all.end());
               return page_of(std::move(all), page);
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/runs",
             .name = "start_run",
             .tag = "runs",
             .summary = {"计算一个或几个时段并拟结算单（后台任务）",
                         "compute one or several periods and draft statements (a job)"},
             .access = Access::whole(Permission::statements_run),
             .body = object({{"rule", line(100)}, {"period", line(40)}}),
             .answer = object({{"job", integer(1)}}),
             .success = 202,
             .repeats = Repeats::by_key,
             .handler = start_run});
  table.add({.path = "/api/v1/jobs",
             .name = "jobs",
             .tag = "runs",
             .summary = {"后台任务，新的在前", "jobs, newest first"},
             .access = Access::signed_in(),
             .answer = named("Job"),
             .pager = list_jobs});
  table.add({.path = "/api/v1/jobs/{id}",
             .name = "job",
             .tag = "runs",
             .summary = {"一个任务的进展", "how far a job is"},
             .access = Access::signed_in(),
             .answer = named("Job"),
             .handler = [](Call& call) -> Answer { return job_json(job_in_path(call)); }});
  table.add({.method = Method::delete_,
             .path = "/api/v1/jobs/{id}",
             .name = "cancel_job",
             .tag = "runs",
             .summary = {"取消任务", "cancel a job"},
             .access = Access::signed_in(),
             .answer = named("Job"),
             .repeats = Repeats::by_key,
             .handler = cancel_job});
}

}  // namespace tributary::api
