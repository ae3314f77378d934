// The end of personal values, what keeps them from it, and the register of what is asked for and why.
#include "api/case_answers.h"
#include "api/scratch.h"
#include "base/text.h"
#include "casework/erasure.h"
#include "casework/personal_register.h"
#include "document/pdf.h"
#include "document/xlsx.h"

#include <array>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using casework::Assessment;
using casework::Assessments;
using casework::Erasure;
using casework::Erasures;
using casework::Hold;
using identity::Permission;
using schema::any, schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::line,
    schema::list, schema::named, schema::nullable, schema::object, schema::one_of, schema::text;

constexpr const char* pdf_type = "application/pdf";
constexpr const char* xlsx_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

template <class T>
Json optional_instant(const T& at) {
  return at ? Json(to_rfc3339(*at)) : Json(nullptr);
}

// A page of things numbered downwards; `of` gives a limit and a number to stay below.
template <class Get, class Made>
Page numbered(const PageRequest& page, Get&& get, Made&& made) {
  Page out;
  for (const auto& one : get(page.limit + 1, whole_number(page.cursor).value_or(0))) {
    if (out.items.size() == page.limit) {
      out.next = out.items.back().at("id").dump();
      break;
    }
    out.items.push_back(made(one));
  }
  return out;
}

Json case_json(Call& call, const Names& names, const casework::CaseHead& head) {
  return head_json(head, names, *call.worker.services.case_types);
}

Page list_due(Call& call, const PageRequest& page) {
  casework::Casework cases = casework_of(call);
  const Names names(call);
  const auto found = Erasures(cases).due(call.caller, page.limit, page.cursor);
  Page out;
  for (const auto& one : found.cases)
    out.items.push_back({{"case", case_json(call, names, one.head)},
                         {"due", to_string(one.due)},
                         {"held", one.held},
                         {"proposal", one.proposal == 0 ? Json(nullptr) : Json(one.proposal)}});
  out.next = found.next;
  return out;
}

Json erasure_json(Call& call, const Names& names, const Erasure& one) {
  return {{"id", one.id},
          {"case", case_json(call, names, one.head)},
          {"ground", casework::to_string(one.ground)},
          {"why", one.why},
          {"state", casework::to_string(one.state)},
          {"proposed", to_rfc3339(one.proposed)},
          {"proposed_name", one.proposed_name},
          {"mine", one.proposed_by == call.caller.user.value},
          {"decided", optional_instant(one.decided)},
          {"decided_name", one.decided_name},
          {"reason", one.reason},
          {"destroyed", one.destroyed}};
}
Json erasure_schema() {
  return object({{"id", integer(1)},
                 {"case", head_schema()},
                 {"ground", one_of({"retention", "request"})},
                 {"why", text()},
                 {"state", one_of({"proposed", "approved", "refused"})},
                 {"proposed", instant()},
                 {"proposed_name", text()},
                 {"mine", boolean()},
                 {"decided", nullable(instant())},
                 {"decided_name", text()},
                 {"reason", text()},
                 {"destroyed", any()}});
}

Json hold_json(Call& call, const Names& names, const Hold& one) {
  return {{"id", one.id},
          {"case", case_json(call, names, one.head)},
          {"why", one.why},
          {"placed", to_rfc3339(one.placed)},
          {"placed_name", one.placed_name},
          {"lifted", optional_instant(one.lifted)},
          {"lifted_name", one.lifted_name},
          {"lifted_why", one.lifted_why}};
}
Json hold_schema() {
  return object({{"id", integer(1)},
                 {"case", head_schema()},
                 {"why", text()},
                 {"placed", instant()},
                 {"placed_name", text()},
                 {"lifted", nullable(instant())},
                 {"lifted_name", text()},
                 {"lifted_why", text()}});
}

// What Erasures lists, newest first; `open` leaves out what is settled.
template <class One>
auto listed(std::vector<One> (Erasures::*list)(const identity::Caller&, bool, std::size_t, std::int64_t) const,
            Json (*shown)(Call&, const Names&, const One&)) {
  return [list, shown](Call& call, const PageRequest& page) {
    casework::Casework cases = casework_of(call);
    const Names names(call);
    return numbered(
        page,
        [&](std::size_t limit, std::int64_t before) {
          return (Erasures(cases).*list)(call.caller, call.query.value("open", false), limit, before);
        },
        [&](const One& one) { return shown(call, names, one); });
  };
}

Json assessment_json(const Assessment& one) {
  return {{"version", one.version},   {"made", to_string(one.made)},
          {"review", to_string(one.review)}, {"purpose", one.purpose},
          {"risk", one.risk},         {"measures", one.measures},
          {"assessor", one.assessor}, {"recorded", to_rfc3339(one.recorded)},
          {"name", one.name}};
}
Json assessment_schema() {
  return object({{"version", integer(1)},
                 {"made", day()},
                 {"review", day()},
                 {"purpose", text(12'000)},
                 {"risk", text(12'000)},
                 {"measures", text(12'000)},
                 {"assessor", text()},
                 {"recorded", instant()},
                 {"name", text()}});
}

Page list_types(Call& call, const PageRequest& page) {
  casework::Casework cases = casework_of(call);
  std::vector<Json> all;
  for (const auto& entry : Assessments(cases).lines(call.caller)) {
    const auto& d = entry.type->declared;
    Json fields = Json::array();
    for (const auto& field : entry.fields)
      fields.push_back({{"path", field.path},
                        {"label", json_of(field.label)},
                        {"sensitivity", casework::to_string(field.sensitivity)},
                        {"source", json_of(field.source)},
                        {"own_source", field.own_source},
                        {"sees", field.sees},
                        {"masked", field.masked}});
    all.push_back({{"type", d.name},
                   {"title", json_of(d.title)},
                   {"purpose", json_of(d.explanation)},
                   {"verified", d.verified},
                   {"retention", json_of(casework::retention_in_words(d.retention ? &*d.retention : nullptr, *entry.type))},
                   {"retention_source", d.retention ? json_of(d.retention->source) : Json(nullptr)},
                   {"fields", fields},
                   {"state", casework::to_string(entry.state)},
                   {"latest", entry.latest ? assessment_json(*entry.latest) : Json(nullptr)}});
  }
  return page_of(std::move(all), page);
}
Json personal_type_schema() {
  return object({{"type", text()},
                 {"title", both()},
                 {"purpose", both()},
                 {"verified", boolean()},
                 {"retention", both()},
                 {"retention_source", any()},
                 {"fields", list(object({{"path", text()},
                                         {"label", both()},
                                         {"sensitivity", text()},
                                         {"source", any()},
                                         {"own_source", boolean()},
                                         {"sees", list(text())},
                                         {"masked", list(text())}}))},
                 {"state", one_of({"not_needed", "missing", "changed", "due", "current"})},
                 {"latest", nullable(assessment_schema())}});
}

Answer register_file(Call& call) {
  casework::Casework cases = casework_of(call);
  const bool pdf = call.query.value("format", "pdf") == "pdf";
  const auto paper = casework::register_document(
      Assessments(cases).lines(call.caller), call.clock().now(),
      call.tongue == Tongue::en ? document::Language::en : document::Language::zh);
  if (pdf)
    return file(document::render_pdf(paper, {.sizes = document::Sizes::compact, .landscape = true}), pdf_type,
                "personal-register.pdf");
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("register.xlsx");
  document::write_xlsx(paper, path);
  return file(read_file(path), xlsx_type, "personal-register.xlsx");
}

void add_erasure_routes(RouteTable& table) {
  table.components()["Erasure"] = erasure_schema();
  table.add({.path = "/api/v1/retention",
             .name = "retention_due",
             .tag = "privacy",
             .summary = {"个人信息保存期已满的事项", "cases whose personal values are due to be erased"},
             .access = Access::whole(Permission::privacy_read),
             .answer = object({{"case", head_schema()},
                               {"due", day()},
                               {"held", boolean()},
                               {"proposal", nullable(integer(1))}}),
             .pager = list_due});
  table.add({.path = "/api/v1/erasures",
             .name = "erasures",
             .tag = "privacy",
             .summary = {"删除个人信息的提议和决定", "proposals to erase personal values, and what became of them"},
             .access = Access::whole(Permission::privacy_read),
             .query = {{"open", boolean(), {"只列待决定的", "only those to be decided"}}},
             .answer = named("Erasure"),
             .pager = listed(&Erasures::list, erasure_json)});
  table.add({.method = Method::post,
             .path = "/api/v1/erasures",
             .name = "propose_erasures",
             .tag = "privacy",
             .summary = {"提议删除若干事项的个人信息，全部或都不", "propose to erase the values of cases, all or none"},
             .access = Access::whole(Permission::privacy_manage),
             .body = object({{"cases", list(integer(1), 200)},
                             {"ground", one_of({"retention", "request"})},
                             {"why", text(1000)}}),
             .answer = object({{"erasures", list(named("Erasure"))}}),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 std::vector<casework::CaseId> of;
                 for (const Json& id : call.body.at("cases")) of.push_back({id.get<std::int64_t>()});
                 casework::Casework cases = casework_of(call);
                 const Names names(call);
                 Json made = Json::array();
                 for (const Erasure& one : Erasures(cases).propose(
                          call.caller, of, *casework::parse_ground(call.given("ground")), call.given("why")))
                   made.push_back(erasure_json(call, names, one));
                 return Json{{"erasures", made}};
               });
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/erasures/{id}/decision",
             .name = "decide_erasure",
             .tag = "privacy",
             .summary = {"批准（立即销毁）或不批准他人的提议", "approve, which destroys at once, or refuse what somebody else proposed"},
             .access = Access::whole(Permission::privacy_approve),
             .body = object({{"approve", boolean()}, schema::optional("reason", text(1000))}),
             .answer = named("Erasure"),
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 casework::Casework cases = casework_of(call);
                 return erasure_json(call, Names(call),
                                     Erasures(cases).decide(call.caller, call.id_in_path("id"),
                                                            call.body.at("approve").get<bool>(), call.given("reason")));
               });
             }});
  table.add({.path = "/api/v1/holds",
             .name = "holds",
             .tag = "privacy",
             .summary = {"保全：不得删除的事项", "holds: cases that may not be erased"},
             .access = Access::whole(Permission::privacy_read),
             .query = {{"open", boolean(), {"只列未解除的", "only those not lifted"}}},
             .answer = hold_schema(),
             .pager = listed(&Erasures::holds, hold_json)});
  table.add({.method = Method::post,
             .path = "/api/v1/holds",
             .name = "place_hold",
             .tag = "privacy",
             .summary = {"保全一件事项", "place a hold on a case"},
             .access = Access::whole(Permission::privacy_manage),
             .body = object({{"case", integer(1)}, {"why", text(1000)}}),
             .answer = hold_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 casework::Casework cases = casework_of(call);
                 return hold_json(call, Names(call),
                                  Erasures(cases).place(call.caller, {call.body.at("case").get<std::int64_t>()},
                                                        call.given("why")));
               });
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/holds/{id}/lift",
             .name = "lift_hold",
             .tag = "privacy",
             .summary = {"解除保全", "lift a hold"},
             .access = Access::whole(Permission::privacy_manage),
             .body = object({{"why", text(1000)}}),
             .answer = hold_schema(),
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 casework::Casework cases = casework_of(call);
                 return hold_json(call, Names(call),
                                  Erasures(cases).lift(call.caller, call.id_in_path("id"), call.given("why")));
               });
             }});
}

}  // namespace

void add_privacy_routes(RouteTable& table) {
  add_erasure_routes(table);
  table.add({.path = "/api/v1/personal-types",
             .name = "personal_types",
             .tag = "privacy",
             .summary = {"收集个人信息的事项：收集什么、依据、谁能看、保存多久、影响评估",
                         "kinds of cases with personal values: which, on what source, who sees them, how long, assessed"},
             .access = Access::whole(Permission::privacy_read),
             .answer = personal_type_schema(),
             .pager = list_types});
  table.add({.path = "/api/v1/personal-register",
             .name = "personal_register",
             .tag = "privacy",
             .summary = {"个人信息保护影响登记册（PDF 或 Excel）", "the register as PDF or XLSX"},
             .access = Access::whole(Permission::privacy_read),
             .query = {{"format", one_of({"pdf", "xlsx"}), {"格式", "format"}}},
             .answer_types = {pdf_type, xlsx_type},
             .handler = register_file});
  table.add({.path = "/api/v1/personal-types/{name}/assessments",
             .name = "assessments",
             .tag = "privacy",
             .summary = {"影响评估的各版，新的在前", "assessments of a kind of case, newest first"},
             .access = Access::whole(Permission::privacy_read),
             .answer = assessment_schema(),
             .pager = [](Call& call, const PageRequest& page) {
               casework::Casework cases = casework_of(call);
               std::vector<Json> all;
               for (const Assessment& one : Assessments(cases).history(call.caller, call.in_path("name")))
                 all.push_back(assessment_json(one));
               return page_of(std::move(all), page);
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/personal-types/{name}/assessments",
             .name = "record_assessment",
             .tag = "privacy",
             .summary = {"登记一次影响评估（新版，旧版保留）", "record an assessment: a new version, the old ones stay"},
             .access = Access::whole(Permission::privacy_manage),
             .body = object({{"made", day()},
                             {"review", day()},
                             {"purpose", text(4000)},
                             {"risk", text(4000)},
                             {"measures", text(4000)},
                             {"assessor", text(200)}}),
             .answer = assessment_schema(),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 Assessment given;
                 given.type = call.in_path("name");
                 given.made = parse_date(call.given("made"));
                 given.review = parse_date(call.given("review"));
                 given.purpose = call.given("purpose");
                 given.risk = call.given("risk");
                 given.measures = call.given("measures");
                 given.assessor = call.given("assessor");
                 casework::Casework cases = casework_of(call);
                 return assessment_json(Assessments(cases).record(call.caller, given));
               });
             }});
}

}  // namespace tributary::api
