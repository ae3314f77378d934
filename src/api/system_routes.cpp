// The audit trail, the state of the system, the stream of events, the description of the interface.
#include "api/dispatch.h"
#include "api/routes.h"
#include "base/text.h"

#include <chrono>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::any, schema::boolean, schema::instant, schema::integer, schema::list, schema::named,
    schema::nullable, schema::object, schema::one_of, schema::text;

Page list_audit(Call& call, const PageRequest& page) {
  identity::AuditFilter filter;
  if (const auto from = call.day("from")) filter.from = start_of(*from);
  if (const auto to = call.day("to")) filter.to = start_of(*to + std::chrono::days{1});
  filter.who = call.text("who");
  filter.action = call.text("action");
  filter.object = call.text("object");
  if (call.has("outcome")) filter.outcome = identity::parse_audit_outcome(call.text("outcome"));
  const identity::AuditPage found = call.identity().audit().search(filter, page.limit, page.cursor);
  Page out;
  for (const identity::AuditEntry& e : found.entries)
    out.items.push_back({{"id", e.id},
                         {"at", to_rfc3339(e.at)},
                         {"who", e.who},
                         {"user", e.user},
                         {"via", identity::to_string(e.via)},
                         {"address", e.address},
                         {"action", e.action},
                         {"object", e.object},
                         {"outcome", identity::to_string(e.outcome)},
                         {"detail", e.detail},
                         {"request_id", e.request_id},
                         {"batch", e.batch ? Json(*e.batch) : Json(nullptr)}});
  out.next = found.next.value_or("");
  return out;
}

Answer export_audit(Call& call) {
  std::string out;
  call.note("audit.export", "audit");
  call.identity().audit().seal();
  call.identity().audit().export_lines([&](std::string_view line) {
    out += line;
    if (!line.ends_with('\n')) out += '\n';
  });
  return file(std::move(out), "application/jsonl", "audit.jsonl");
}

Answer system_state(Call& call) {
  const Services& services = call.worker.services;
  Json packs = Json::array();
  for (const auto& pack : call.policy().packs())
    packs.push_back(
        {{"name", pack.id}, {"version", pack.version}, {"hash", pack.hash}, {"example", pack.example}});
  const Json counts = call.database().read([&](store::Transaction& t) {
    Json out = Json::object();
    for (const char* table : {"series", "observation", "import_file", "compensation_run", "statement",
                              "ledger_transfer", "registry_place", "job"})
      out[table] =
          t.first(fmt::format("SELECT COUNT(*) FROM {} WHERE jurisdiction = ?", table), call.tenant())
              ->integer(0);
    return out;
  });
  return Json{{"version", services.settings.version},
              {"database", call.database().dialect() == store::Dialect::sqlite ? "sqlite" : "postgresql"},
              {"packs", packs},
              {"started", to_rfc3339(services.started)},
              {"uptime", call.clock().now().seconds - services.started.seconds},
              {"requests", services.metrics.requests()},
              {"listeners", services.events.listeners()},
              {"counts", counts}};
}

Answer listen(Call& call) {
  constexpr std::int64_t longest =
      std::int64_t{15} * 60;  // seconds; then the browser connects anew and is checked anew
  Response out;
  out.headers = {
      {"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  out.producer = [&hub = call.worker.services.events, caller = call.caller,
                  until = Instant{call.clock().now().seconds + longest}](
                     const std::shared_ptr<Stream>& stream) { hub.listen(stream, caller, until); };
  return out;
}

Method method_of(const std::string& name) {
  for (const Method method : {Method::post, Method::put, Method::patch, Method::delete_})
    if (to_string(method) == name) return method;
  return Method::other;
}

Answer batch(Call& call) {
  Json results = Json::array();
  std::size_t number = 0;
  for (const Json& operation : call.body.at("operations")) {
    ++number;
    try {
      results.push_back(run_within(call, method_of(operation.at("method").get<std::string>()),
                                   operation.at("path").get<std::string>(),
                                   operation.value("body", Json::object())));
    } catch (const Error& e) {
      Where where = e.where();
      where.field =
          fmt::format("operations[{}]{}{}", number - 1, where.field.empty() ? "" : ".", where.field);
      throw Error(e.code(),
                  {fmt::format("第 {} 项：{}（全部未执行）", number, e.message().zh),
                   fmt::format("operation {}: {} (none was carried out)", number, e.message().en)},
                  where, e.hint());
    }
  }
  return Json{{"results", results}};
}

void add_batch(RouteTable& table) {
  table.add(
      {.method = Method::post,
       .path = "/api/v1/batch",
       .name = "batch",
       .tag = "system",
       .summary = {"多项写操作，要么全做，要么全不做", "several writes, all or none"},
       .access = Access::signed_in(),
       .body = object({{"operations", list(object({{"method", one_of({"POST", "PUT", "PATCH", "DELETE"})},
                                                   {"path", schema::line(500)},
                                                   schema::optional("body", any())}),
                                           100)}}),
       .answer = object({{"results", list(object({{"status", integer()}, {"body", any()}}))}}),
       .repeats = Repeats::by_key,
       .handler = batch});
}

void add_audit(RouteTable& table) {
  table.add({.path = "/api/v1/audit",
             .name = "audit",
             .tag = "system",
             .summary = {"审计日志，新的在前", "the audit trail, newest first"},
             .access = Access::whole(Permission::audit_read),
             .query = {{"from", schema::day(), {"起日", "first day"}},
                       {"to", schema::day(), {"止日（含）", "last day, included"}},
                       {"who", text(100), {"谁", "who"}},
                       {"action",
                        text(100),
                        {"动作；以点结尾为一类", "action; ending in a point: all that begin so"}},
                       {"object", text(200), {"对象", "object"}},
                       {"outcome", one_of({"done", "denied", "failed"}), {"结果", "outcome"}}},
             .answer = object({{"id", text()},
                               {"at", instant()},
                               {"who", text()},
                               {"user", text()},
                               {"via", text()},
                               {"address", text()},
                               {"action", text()},
                               {"object", text()},
                               {"outcome", text()},
                               {"detail", text()},
                               {"request_id", text()},
                               {"batch", nullable(integer())}}),
             .pager = list_audit});
  table.add({.path = "/api/v1/audit/head",
             .name = "audit_head",
             .tag = "system",
             .summary = {"审计链的头，可另行保存以备核对", "the head of the chain, to be kept elsewhere"},
             .access = Access::whole(Permission::audit_read),
             .answer = any(),
             .handler = [](Call& call) -> Answer {
               return Json::parse(identity::to_json(call.identity().audit().head()));
             }});
  table.add({.path = "/api/v1/audit/verification",
             .name = "audit_verification",
             .tag = "system",
             .summary = {"核对整条审计链", "check the whole chain"},
             .access = Access::whole(Permission::audit_read),
             .answer = object({{"intact", boolean()},
                               {"batches", integer()},
                               {"entries", integer()},
                               {"unsealed", integer()},
                               {"faults", list(named("Text"))}}),
             .handler = [](Call& call) -> Answer {
               const auto v = call.identity().audit().verify();
               Json faults = Json::array();
               for (const Text& fault : v.faults) faults.push_back(json_of(fault));
               return Json{{"intact", v.intact},
                           {"batches", v.batches},
                           {"entries", v.entries},
                           {"unsealed", v.unsealed},
                           {"faults", faults}};
             }});
  table.add({.path = "/api/v1/audit/export",
             .name = "audit_export",
             .tag = "system",
             .summary = {"导出审计日志，可离线核对", "export the trail, to be checked elsewhere"},
             .access = Access::whole(Permission::audit_export),
             .answer_types = {"application/jsonl"},
             .handler = export_audit});
}

}  // namespace

void add_system_routes(RouteTable& table) {
  add_audit(table);
  add_batch(table);
  table.add(
      {.path = "/api/v1/system",
       .name = "system",
       .tag = "system",
       .summary = {"系统状态", "the state of the system"},
       .access = Access::whole(Permission::system_read),
       .answer = object(
           {{"version", text()},
            {"database", one_of({"sqlite", "postgresql"})},
            {"packs",
             list(object({{"name", text()}, {"version", text()}, {"hash", text()}, {"example", boolean()}}))},
            {"started", instant()},
            {"uptime", integer()},
            {"requests", integer()},
            {"listeners", integer()},
            {"counts", schema::map_of(integer())}}),
       .handler = system_state});
  table.add({.path = "/api/v1/events",
             .name = "events",
             .tag = "system",
             .summary = {"变化的事件流（SSE）", "a stream of changes (server-sent events)"},
             .access = Access::signed_in(),
             .answer_types = {"text/event-stream"},
             .handler = listen});
  table.add({.path = "/api/v1/openapi.json",
             .name = "openapi",
             .tag = "system",
             .summary = {"本接口的说明（OpenAPI 3.1）", "this interface (OpenAPI 3.1)"},
             .access = Access::open(),
             .answer = any(),
             .handler = [](Call& call) -> Answer {
               Response out;
               out.body = call.worker.services.openapi;
               out.headers = {{"Content-Type", "application/json"},
                              {"ETag", "\"" + sha256_hex(out.body).substr(0, 32) + "\""},
                              {"Cache-Control", "no-cache"}};
               return out;
             }});
  table.add({.path = "/health",
             .name = "health",
             .tag = "system",
             .summary = {"进程在运行", "the process is there"},
             .access = Access::open(),
             .answer = object({{"status", text()}}),
             .handler = [](Call&) -> Answer { return Json{{"status", "ok"}}; }});
  table.add({.path = "/ready",
             .name = "ready",
             .tag = "system",
             .summary = {"可以接受请求（数据库可用）", "requests can be served (the database answers)"},
             .access = Access::open(),
             .answer = object({{"status", text()}}),
             .handler = [](Call& call) -> Answer {
               call.database().read([](store::Transaction& t) { return t.first("SELECT 1")->integer(0); });
               return Json{{"status", "ready"}};
             }});
  table.add({.path = "/metrics",
             .name = "metrics",
             .tag = "system",
             .summary = {"运行指标（Prometheus），仅供本机和可信代理",
                         "metrics (Prometheus), for this machine and trusted proxies only"},
             .access = Access::open(),
             .answer_types = {"text/plain"},
             .handler = [](Call& call) -> Answer {
               // Seen through a proxy the address is the client's: nobody outside gets this by a forwarded
               // request.
               const bool near = (call.address == "127.0.0.1" || call.address == "::1") &&
                                 call.request.header("X-Forwarded-For").empty();
               if (!near) throw not_found({"这个网址", "address"});
               Response out;
               out.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                              {"Cache-Control", "no-store"}};
               out.body = call.worker.services.metrics.text(call.worker.services.events.listeners());
               return out;
             }});
}

}  // namespace tributary::api
