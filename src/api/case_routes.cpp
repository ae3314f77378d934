// Casework: what may be begun, what is due, one case and what may be done with it, and what came of it.
#include "api/case_answers.h"
#include "api/routes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using casework::CaseId;
using casework::Casework;
using schema::any, schema::boolean, schema::both, schema::integer, schema::line, schema::list, schema::named,
    schema::object, schema::one_of, schema::text;

constexpr std::size_t upload_limit = std::size_t{21} << 20;

Page list_cases(Call& call, const PageRequest& page) {
  casework::CaseFilter filter;
  filter.type = call.text("type");
  filter.state = call.text("state");
  filter.applicant = call.text("applicant");
  filter.words = call.text("words");
  filter.article = static_cast<int>(call.whole("article").value_or(0));
  if (call.has("open")) filter.open = call.query.at("open").get<bool>();
  const Names names(call);
  Page out;
  auto found = casework_of(call).list(call.caller, filter, page.limit, page.cursor);
  for (const auto& head : found.cases)
    out.items.push_back(head_json(head, names, *call.worker.services.case_types));
  out.next = found.next;
  return out;
}

Page list_inbox(Call& call, const PageRequest& page) {
  const Names names(call);
  Page out;
  auto found = casework_of(call).inbox(call.caller, page.limit, page.cursor);
  for (const auto& item : found.items) {
    Json one = head_json(item.head, names, *call.worker.services.case_types);
    one["what"] = Json::array();
    for (const Text& what : item.what) one["what"].push_back(json_of(what));
    const auto type = call.worker.services.case_types->find(item.head.type);
    one["to_fill"] = type != call.worker.services.case_types->end() &&
                     item.head.state == type->second->declared.start_state;
    one["plain_steps"] = Json::array();
    for (const auto& [step, label] : item.plain_steps)
      one["plain_steps"].push_back({{"step", step}, {"label", json_of(label)}});
    out.items.push_back(std::move(one));
  }
  out.next = found.next;
  return out;
}

Answer start_case(Call& call) {
  const Json values = call.body.contains("values") ? call.body.at("values") : Json::object();
  return told(
      [&] { return view_json(call, casework_of(call).start(call.caller, call.given("type"), values)); });
}

std::vector<std::string> look_up_names() {
  std::vector<std::string> out;
  for (const casework::FieldKind kind : casework::look_up_kinds) out.emplace_back(to_string(kind));
  return out;
}

Answer look_up(Call& call) {
  const auto names = look_up_names();
  const auto at = std::find(names.begin(), names.end(), call.given("kind")) - names.begin();
  return told([&] {
    const Names called(call);
    Json found = Json::array();
    for (const auto& head :
         casework_of(call).look_up(call.caller, casework::look_up_kinds[static_cast<std::size_t>(at)],
                                   call.given("value"), call.given("purpose")))
      found.push_back(head_json(head, called, *call.worker.services.case_types));
    return Json{{"cases", found}};
  });
}

Answer act(Call& call) {
  casework::Action action;
  action.step = call.given("step");
  action.reason = call.given("reason");
  if (call.body.contains("values")) action.values = call.body.at("values");
  action.ballot = call.given("ballot");
  if (const std::string choice = call.given("choice"); !choice.empty())
    action.choice = *casework::parse_voice(choice);
  action.score = call.given("score");
  if (call.body.contains("reasons"))
    for (const auto& [field, reason] : call.body.at("reasons").items()) action.reasons[field] = reason.get<std::string>();
  std::optional<std::int64_t> version;
  if (call.body.contains("version")) version = call.body.at("version").get<std::int64_t>();
  return told([&] {
    const auto view = casework_of(call).act(call.caller, case_in(call), action, version);
    tell_of(call, view);
    return view_json(call, view);
  });
}

}  // namespace

void add_case_routes(RouteTable& table) {
  table.components()["Case"] = view_schema();
  table.add(
      {.path = "/api/v1/case-types",
       .name = "case_types",
       .tag = "casework",
       .summary = {"事项的种类；startable：只列我能发起的", "kinds of cases; startable: those I may begin"},
       .access = Access::signed_in(),
       .query = {{"startable", boolean(), {"只列我能发起的", "only those I may begin"}}},
       .answer = type_schema(),
       .pager = [](Call& call, const PageRequest& page) {
         std::vector<Json> all;
         if (call.has("startable") && call.query.at("startable").get<bool>())
           for (const auto& type : casework_of(call).startable(call.caller)) all.push_back(type_json(*type));
         else
           for (const auto& [name, type] : *call.worker.services.case_types) all.push_back(type_json(*type));
         return page_of(std::move(all), page);
       }});
  table.add({.path = "/api/v1/case-types/{name}",
             .name = "case_type",
             .tag = "casework",
             .summary = {"一种事项：表单（JSON Schema）、状态、步骤、期限",
                         "one kind: form (JSON Schema), states, steps, terms"},
             .access = Access::signed_in(),
             .answer = any(),
             .handler = [](Call& call) -> Answer {
               const auto& types = *call.worker.services.case_types;
               const auto found = types.find(call.in_path("name"));
               if (found == types.end()) throw not_found({"这种事项", "kind of case"});
               return type_detail(*found->second);
             }});
  table.add({.path = "/api/v1/inbox",
             .name = "inbox",
             .tag = "casework",
             .summary = {"待我办理，先到期的在前", "what is due from me, first what ends first"},
             .access = Access::signed_in(),
             .answer =
                 [] {
                   Json out = head_schema();
                   out["properties"]["what"] = list(both());
                   out["properties"]["plain_steps"] = list(object({{"step", text()}, {"label", both()}}));
                   out["properties"]["to_fill"] = boolean();
                   for (const char* name : {"what", "to_fill", "plain_steps"}) out["required"].push_back(name);
                   return out;
                 }(),
             .pager = list_inbox});
  table.add({.path = "/api/v1/cases",
             .name = "cases",
             .tag = "casework",
             .summary = {"我能看的事项，新的在前", "cases I may see, newest first"},
             .access = Access::signed_in(),
             .query = {{"type", text(60), {"种类", "kind"}},
                       {"state", text(60), {"状态", "state"}},
                       {"open", boolean(), {"未办结", "not at an end"}},
                       {"applicant", text(100), {"发起单位", "organisation that began it"}},
                       {"article", integer(1, 99), {"行动方案的条目", "article of the plan"}},
                       {"words", text(200), {"文字、文号", "words, numbers"}}},
             .answer = head_schema(),
             .pager = list_cases});
  table.add({.method = Method::post,
             .path = "/api/v1/cases",
             .name = "start_case",
             .tag = "casework",
             .summary = {"新建事项（草稿）", "begin a case, as a draft"},
             .access = Access::signed_in(),
             .body = object({{"type", line(60)}, schema::optional("values", schema::map_of(any()))}),
             .answer = named("Case"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = start_case});
  table.add({.path = "/api/v1/cases/{id}",
             .name = "case",
             .tag = "casework",
             .summary = {"一件事项，现在能办什么，经过", "one case, what may be done now, its history"},
             .access = Access::signed_in(),
             .answer = named("Case"),
             .handler = [](Call& call) -> Answer {
               return view_json(call, casework_of(call).view(call.caller, case_in(call)));
             }});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/cases/{id}/actions",
       .name = "act_in_case",
       .tag = "casework",
       .summary = {"办理：一个步骤、save（保存草稿）或 vote（表态）", "take a step, save a draft, or vote"},
       .access = Access::signed_in(),
       .body = object({{"step", line(60)},
                       schema::optional("values", schema::map_of(any())),
                       schema::optional("reason", text(4000)),
                       schema::optional("ballot", line(60)),
                       schema::optional("choice", one_of({"for", "against", "abstain", "recused"})),
                       schema::optional("score", line(20)),
                       schema::optional("reasons", schema::map_of(text(1000))),
                       schema::optional("version", integer(1))}),
       .body_limit = std::size_t{4} << 20,
       .answer = named("Case"),
       .repeats = Repeats::by_key,
       .handler = act});
  table.add({.method = Method::post,
             .path = "/api/v1/cases/{id}/comments",
             .name = "comment_case",
             .tag = "casework",
             .summary = {"批注", "comment"},
             .access = Access::signed_in(),
             .body = object({{"words", text(2000)}, schema::optional("mentions", list(line(100), 20))}),
             .answer = named("Case"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 Casework cases = casework_of(call);
                 cases.comment(call.caller, case_in(call), call.given("words"),
                               call.body.value("mentions", std::vector<std::string>{}));
                 return view_json(call, cases.view(call.caller, case_in(call)));
               });
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/cases/{id}/reveal",
             .name = "reveal_field",
             .tag = "casework",
             .summary = {"查看一项个人信息（写明用途，记入审计）",
                         "see one personal value, for a purpose that is noted"},
             .access = Access::signed_in(),
             .body = object({{"field", line(60)}, {"purpose", line(200)}}),
             .answer = object({{"value", text(20'000)}}),
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 return Json{{"value", casework_of(call).reveal(call.caller, case_in(call),
                                                                call.given("field"), call.given("purpose"))}};
               });
             }});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/case-look-up",
       .name = "look_up_cases",
       .tag = "casework",
       .summary = {"按证件号、账号、电话、信用代码或姓名查找我经办的事项（写明用途，记入审计）",
                   "find cases I deal with by a citizen number, account, phone, credit code or name, "
                   "for a purpose that is noted"},
       .access = Access::signed_in(),
       .body = object({{"kind", one_of(look_up_names())}, {"value", line(200)}, {"purpose", line(200)}}),
       .answer = object({{"cases", list(head_schema())}}),
       .handler = look_up});
  table.add({.method = Method::post,
             .path = "/api/v1/cases/{id}/documents",
             .name = "upload_document",
             .tag = "casework",
             .summary = {"上传材料（pdf、图片、docx、xlsx、ofd、csv、txt，至多 20 MB）",
                         "upload a document, at most 20 MB"},
             .access = Access::signed_in(),
             .query = {{"name", line(240), {"文件名", "name of the file"}, true}},
             .body_types = {"application/octet-stream"},
             .body_limit = upload_limit,
             .answer = document_schema(),
             .success = 201,
             .handler = [](Call& call) -> Answer {
               return document_json(casework_of(call).upload(call.caller, case_in(call), call.text("name"),
                                                             call.request.body));
             }});
  table.add({.path = "/api/v1/documents/{id}",
             .name = "document",
             .tag = "casework",
             .summary = {"下载材料", "download a document"},
             .access = Access::signed_in(),
             .query = {{"purpose", text(200), {"用途；可能含个人信息的文件必须写", "what for; needed for one that may be personal"}}},
             .answer_types = {"application/octet-stream"},
             .handler = [](Call& call) -> Answer {
               return told([&]() -> Answer {
                 auto [document, bytes] =
                     casework_of(call).download(call.caller, call.in_path("id"), call.text("purpose"));
                 return file(std::move(bytes), "application/octet-stream", document.name);
               });
             }});
}

}  // namespace tributary::api
