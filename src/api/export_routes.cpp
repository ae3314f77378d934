// Exports of personal values: asked for, approved by somebody else, fetched by whoever asked.
#include "api/case_answers.h"
#include "api/scratch.h"
#include "base/text.h"
#include "casework/exports.h"
#include "casework/personal_register.h"
#include "document/pdf.h"
#include "document/xlsx.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using casework::Export;
using casework::ExportFormat;
using casework::Exports;
using schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::line, schema::list,
    schema::named, schema::nullable, schema::object, schema::one_of, schema::text;

constexpr std::array types{"text/csv; charset=utf-8",
                           "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/pdf"};

Text type_title(Call& call, const std::string& name) {
  const auto& all = *call.worker.services.case_types;
  const auto found = all.find(name);
  return found == all.end() ? Text{name, name} : found->second->declared.title;
}

Json export_json(Call& call, const Names& names, const std::vector<casework::PersonalField>& known,
                 const Export& one) {
  Json labels = Json::array();
  for (const std::string& path : one.wish.fields) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const casework::PersonalField& field) {
      return field.type->name() == one.wish.type && field.path == path;
    });
    labels.push_back(json_of(found == known.end() ? Text{path, path} : found->label));
  }
  Json files = Json::array();
  for (const auto& file : one.files)
    files.push_back({{"n", file.n}, {"at", to_rfc3339(file.at)}, {"cases", file.cases}, {"bytes", file.bytes},
                     {"sha256", file.sha256}});
  return {{"id", one.id},
          {"type", one.wish.type},
          {"type_title", json_of(type_title(call, one.wish.type))},
          {"cases", one.wish.cases.size()},
          {"fields", one.wish.fields},
          {"labels", labels},
          {"format", casework::to_string(one.wish.format)},
          {"purpose", one.wish.purpose},
          {"last_day", to_string(one.wish.last_day)},
          {"downloads", one.wish.downloads},
          {"state", casework::to_string(one.state)},
          {"asked", to_rfc3339(one.asked)},
          {"name", one.name},
          {"organisation", names.organisation(one.organisation)},
          {"mine", one.user == call.caller.user.value},
          {"decided", one.decided ? Json(to_rfc3339(*one.decided)) : Json(nullptr)},
          {"decided_name", one.decided_name},
          {"reason", one.reason},
          {"files", files}};
}

Json export_json(Call& call, const Export& one) {
  return export_json(call, Names(call), casework::personal_fields(*call.worker.services.case_types), one);
}

Json export_schema() {
  return object({{"id", integer(1)},
                 {"type", text()},
                 {"type_title", both()},
                 {"cases", integer()},
                 {"fields", list(text())},
                 {"labels", list(both())},
                 {"format", text()},
                 {"purpose", text()},
                 {"last_day", day()},
                 {"downloads", integer(1)},
                 {"state", one_of({"asked", "approved", "refused", "withdrawn", "ended"})},
                 {"asked", instant()},
                 {"name", text()},
                 {"organisation", named("Named")},
                 {"mine", boolean()},
                 {"decided", nullable(instant())},
                 {"decided_name", text()},
                 {"reason", text()},
                 {"files", list(object({{"n", integer(1)},
                                        {"at", instant()},
                                        {"cases", integer()},
                                        {"bytes", integer()},
                                        {"sha256", text()}}))}});
}

Page list_exports(Call& call, const PageRequest& page) {
  const std::string whose = call.query.value("whose", "mine");
  casework::Casework cases = casework_of(call);
  const auto found = Exports(cases).list(call.caller,
                                         whose == "mine"        ? Exports::Whose::mine
                                         : whose == "to_decide" ? Exports::Whose::to_decide
                                                                : Exports::Whose::all,
                                         page.limit + 1, whole_number(page.cursor).value_or(0));
  const Names names(call);
  const auto known = casework::personal_fields(*call.worker.services.case_types);
  Page out;
  for (const Export& one : found) {
    if (out.items.size() == page.limit) {
      out.next = out.items.back().at("id").dump();
      break;
    }
    out.items.push_back(export_json(call, names, known, one));
  }
  return out;
}

Answer ask(Call& call) {
  casework::ExportWish wish;
  wish.type = call.given("type");
  if (call.body.contains("cases"))
    for (const Json& id : call.body.at("cases")) wish.cases.push_back({id.get<std::int64_t>()});
  wish.fields = call.body.at("fields").get<std::vector<std::string>>();
  wish.format = *casework::parse_export_format(call.given("format"));
  wish.purpose = call.given("purpose");
  wish.last_day = parse_date(call.given("last_day"));
  wish.downloads = call.body.at("downloads").get<int>();
  return told([&] {
    casework::Casework cases = casework_of(call);
    return export_json(call, Exports(cases).ask(call.caller, wish));
  });
}

// What is made of the content: at most 5000 rows, in memory.
std::string printed(Call& call, const casework::ExportContent& content) {
  if (content.format == ExportFormat::csv) return content.csv;
  if (content.format == ExportFormat::pdf)
    return document::render_pdf(content.document, {.sizes = document::Sizes::compact, .landscape = true});
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("export.xlsx");
  document::write_xlsx(content.document, path);
  return read_file(path);
}

Answer take(Call& call) {
  casework::Casework cases = casework_of(call);
  Exports exports(cases);
  const std::int64_t id = call.id_in_path("id");
  const auto content = exports.take(
      call.caller, id, call.tongue == Tongue::en ? document::Language::en : document::Language::zh);
  std::string bytes = printed(call, content);
  exports.handed_over(call.caller, id, content.n, bytes);
  Response out = file(std::move(bytes), types[static_cast<std::size_t>(content.format)], content.name);
  out.set("Cache-Control", "no-store");
  return out;
}

// Kinds of cases with personal values that one of the caller's roles deals with.
Page list_choices(Call& call, const PageRequest& page) {
  std::vector<Json> all;
  for (const auto& field : casework::personal_fields(*call.worker.services.case_types)) {
    if (std::none_of(field.sees.begin(), field.sees.end(), [&](const std::string& role) {
          return std::any_of(call.caller.grants.begin(), call.caller.grants.end(),
                             [&](const identity::Grant& grant) { return grant.role == role; });
        }))
      continue;
    if (all.empty() || all.back().at("type") != field.type->name())
      all.push_back({{"type", field.type->name()},
                     {"title", json_of(field.type->declared.title)},
                     {"fields", Json::array()}});
    all.back()["fields"].push_back({{"path", field.path},
                                    {"label", json_of(field.label)},
                                    {"sensitivity", casework::to_string(field.sensitivity)}});
  }
  return page_of(std::move(all), page);
}

}  // namespace

void add_export_routes(RouteTable& table) {
  table.components()["PersonalExport"] = export_schema();
  table.add({.path = "/api/v1/export-choices",
             .name = "export_choices",
             .tag = "privacy",
             .summary = {"我经办的、含个人信息的事项种类", "kinds of cases with personal values that I deal with"},
             .access = Access::to(identity::Permission::cases_act),
             .answer = object({{"type", text()},
                               {"title", both()},
                               {"fields", list(object({{"path", text()}, {"label", both()}, {"sensitivity", text()}}))}}),
             .pager = list_choices});
  table.add({.path = "/api/v1/exports",
             .name = "exports",
             .tag = "privacy",
             .summary = {"个人信息导出申请：我的、待我批准的、全部",
                         "requests to export personal values: mine, those I may decide, all"},
             .access = Access::signed_in(),
             .query = {{"whose", one_of({"mine", "to_decide", "all"}), {"哪些", "which"}}},
             .answer = named("PersonalExport"),
             .pager = list_exports});
  table.add({.method = Method::post,
             .path = "/api/v1/exports",
             .name = "ask_export",
             .tag = "privacy",
             .summary = {"申请导出个人信息：用途、范围、有效期、次数",
                         "ask to export personal values: what for, which, until when, how often"},
             .access = Access::to(identity::Permission::cases_act),
             .body = object({{"type", line(60)},
                             schema::optional("cases", list(integer(1), Exports::most_cases)),
                             {"fields", list(line(120), 200)},
                             {"format", one_of({"csv", "xlsx", "pdf"})},
                             {"purpose", text(300)},
                             {"last_day", day()},
                             {"downloads", integer(1, Exports::most_downloads)}}),
             .answer = named("PersonalExport"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = ask});
  table.add({.path = "/api/v1/exports/{id}",
             .name = "export",
             .tag = "privacy",
             .summary = {"一项导出申请", "one request"},
             .access = Access::signed_in(),
             .answer = named("PersonalExport"),
             .handler = [](Call& call) -> Answer {
               casework::Casework cases = casework_of(call);
               return export_json(call, Exports(cases).view(call.caller, call.id_in_path("id")));
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/exports/{id}/decision",
             .name = "decide_export",
             .tag = "privacy",
             .summary = {"批准或不批准他人的导出申请", "approve or refuse what somebody else asked for"},
             .access = Access::whole(identity::Permission::privacy_approve),
             .body = object({{"approve", boolean()}, schema::optional("reason", text(1000))}),
             .answer = named("PersonalExport"),
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 casework::Casework cases = casework_of(call);
                 return export_json(call, Exports(cases).decide(call.caller, call.id_in_path("id"),
                                                                call.body.at("approve").get<bool>(),
                                                                call.given("reason")));
               });
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/exports/{id}/withdrawal",
             .name = "withdraw_export",
             .tag = "privacy",
             .summary = {"撤回自己的申请", "take one's own request back"},
             .access = Access::signed_in(),
             .answer = named("PersonalExport"),
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               casework::Casework cases = casework_of(call);
               return export_json(call, Exports(cases).withdraw(call.caller, call.id_in_path("id")));
             }});
  // A POST: it counts, and nothing may fetch it beforehand. Its answer is not kept for repetition.
  table.add({.method = Method::post,
             .path = "/api/v1/exports/{id}/file",
             .name = "take_export",
             .tag = "privacy",
             .summary = {"下载已批准的导出（带水印，计次，记入审计）",
                         "the file of an approved request: marked, counted, noted"},
             .access = Access::signed_in(),
             .answer_types = {types.begin(), types.end()},
             .handler = take});
}

}  // namespace tributary::api
