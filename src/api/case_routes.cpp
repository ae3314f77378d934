// Casework: what may be begun, what is due, one case and what may be done with it, and what came of it.
#include "api/problem.h"
#include "api/routes.h"
#include "casework/casework.h"
#include "casework/codes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using casework::CaseId;
using casework::Casework;
using schema::any, schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::line,
    schema::list, schema::named, schema::nullable, schema::object, schema::one_of, schema::text;

constexpr std::size_t upload_limit = std::size_t{21} << 20;

Casework casework_of(Call& call) {
  const Services& services = call.worker.services;
  return Casework(call.database(), call.tenant(), call.clock(), services.entropy, services.case_types,
                  call.policy().catalog().calendar(), services.vault, call.identity().audit());
}

// Faults of a form become faults of the body, each beside its field.
template <class Work>
auto told(Work&& work) {
  try {
    return work();
  } catch (const casework::FormError& e) {
    std::vector<schema::Fault> faults;
    for (const casework::FieldFault& fault : e.faults()) faults.push_back({fault.field, fault.text});
    throw InvalidInput(e.code(), std::move(faults));
  }
}

CaseId case_in(Call& call) {
  return {call.id_in_path("id")};
}

Json type_json(const casework::CaseType& type) {
  const casework::Declaration& d = type.declared;
  return {{"name", d.name},       {"title", json_of(d.title)}, {"explanation", json_of(d.explanation)},
          {"version", d.version}, {"articles", d.articles},    {"source", json_of(d.source)},
          {"lead", d.lead},       {"verified", d.verified}};
}

Json type_schema() {
  return object({{"name", text()},
                 {"title", both()},
                 {"explanation", both()},
                 {"version", text()},
                 {"articles", list(integer(1))},
                 {"source", any()},
                 {"lead", text()},
                 {"verified", boolean()}});
}

Json states_json(const casework::CaseType& type) {
  Json out = Json::array();
  for (const auto& state : type.declared.states)
    out.push_back({{"name", state.name}, {"label", json_of(state.label)}, {"final", state.final}});
  return out;
}

Json type_detail(const casework::CaseType& type) {
  Json out = type_json(type);
  out["form"] = casework::form_schema(type);
  out["states"] = states_json(type);
  Json steps = Json::array();
  for (const auto& step : type.declared.steps) {
    Json by = Json::array();
    for (const auto& actor : step.by) by.push_back({{"role", actor.role}, {"in", actor.in}});
    steps.push_back({{"name", step.name},
                     {"label", json_of(step.label)},
                     {"from", step.from},
                     {"to", step.to},
                     {"by", by},
                     {"condition", step.when}});
  }
  out["steps"] = steps;
  Json terms = Json::array();
  for (const auto& term : type.declared.terms)
    terms.push_back({{"name", term.name},
                     {"label", json_of(term.label)},
                     {"days", term.length},
                     {"working", term.working_days},
                     {"until", term.until},
                     {"verified", term.verified}});
  out["terms"] = terms;
  return out;
}

Json head_json(const casework::CaseHead& head, const Names& names, const casework::CaseTypes& types) {
  const auto type = types.find(head.type);
  return {{"id", head.id.value},
          {"type", head.type},
          {"type_title",
           json_of(type == types.end() ? Text{head.type, head.type} : type->second->declared.title)},
          {"number", head.number},
          {"title", head.title},
          {"state", head.state},
          {"state_label", json_of(head.state_label)},
          {"open", head.open},
          {"applicant", names.organisation(head.applicant)},
          {"due", json_of(head.due)},
          {"created", to_rfc3339(head.created)},
          {"created_by", head.created_name},
          {"entered", to_rfc3339(head.entered)},
          {"version", head.version}};
}

Json head_schema() {
  return object({{"id", integer(1)},
                 {"type", text()},
                 {"type_title", both()},
                 {"number", text()},
                 {"title", text()},
                 {"state", text()},
                 {"state_label", both()},
                 {"open", boolean()},
                 {"applicant", named("Named")},
                 {"due", nullable(day())},
                 {"created", instant()},
                 {"created_by", text()},
                 {"entered", instant()},
                 {"version", integer(1)}});
}

Json document_json(const casework::StoredDocument& document) {
  return {{"id", document.id},       {"name", document.name},     {"media_type", document.media_type},
          {"bytes", document.bytes}, {"sha256", document.sha256}, {"at", to_rfc3339(document.at)},
          {"by", document.by}};
}
Json document_schema() {
  return object({{"id", text()},
                 {"name", text()},
                 {"media_type", text()},
                 {"bytes", integer()},
                 {"sha256", text()},
                 {"at", instant()},
                 {"by", text()}});
}

Json option_json(const casework::CaseView& view, const casework::Option& option) {
  const casework::Step& step = *option.step;
  Json sets = Json::array();
  for (const auto& field : view.type->declared.form)
    if (std::find(step.sets.begin(), step.sets.end(), "all") != step.sets.end() ||
        std::find(step.sets.begin(), step.sets.end(), field.name) != step.sets.end())
      sets.push_back(field.name);
  Json effects = Json::array();
  for (const auto& effect : step.effects) effects.push_back(casework::to_string(effect.kind));
  Json refused = nullptr;
  if (option.refused)
    refused = {{"code", fmt::format("casework.{}", option.refused->code().name)},
               {"detail", json_of(option.refused->message())}};
  return {{"step", step.name},
          {"label", json_of(step.label)},
          {"to", step.to},
          {"sets", sets},
          {"needs", step.needs},
          {"reason", step.reason},
          {"expected", step.expected},
          {"effects", effects},
          {"refused", refused}};
}

Json view_json(Call& call, const casework::CaseView& view) {
  const Names names(call);
  const auto& types = *call.worker.services.case_types;
  Json out = head_json(view.head, names, types);
  out["type_detail"] = type_json(*view.type);
  out["latest_version"] = view.latest_version;
  out["form"] = casework::form_schema(*view.type);
  out["values"] = view.state.form;
  Json computed = Json::array();
  for (const auto& figure : view.type->declared.computed) {
    const auto found = view.computed.find(figure.name);
    computed.push_back({{"name", figure.name},
                        {"label", json_of(figure.label)},
                        {"unit", figure.type.unit.symbol()},
                        {"formula", figure.formula},
                        {"value", found == view.computed.end() ? Json(nullptr) : Json(found->second)}});
  }
  out["computed"] = computed;
  out["states"] = states_json(*view.type);
  Json options = Json::array();
  for (const auto& option : view.options)
    if (!option.for_others) options.push_back(option_json(view, option));
  out["options"] = options;
  // Whom it waits for, for those who can only look.
  Json waiting = Json::array();
  for (const auto& one : casework::waiting_for(*view.type, view.state)) {
    const casework::Step* step = view.type->step(one.what);
    const casework::Ballot* ballot = view.type->ballot(one.what);
    waiting.push_back(
        {{"role", one.role},
         {"organisation", one.organisation.empty() ? Json(nullptr) : names.organisation(one.organisation)},
         {"what", json_of(step != nullptr ? step->label : ballot->label)}});
  }
  out["waiting"] = waiting;
  Json ballots = Json::array();
  for (const auto& ballot : view.type->declared.ballots) {
    const bool mine = std::any_of(view.ballots.begin(), view.ballots.end(),
                                  [&](const casework::Ballot* open) { return open->name == ballot.name; });
    Json voices = Json::array();
    for (const auto& voice : view.voices)
      if (voice.ballot == ballot.name)
        voices.push_back({{"live", voice.live},
                          {"name", voice.name},
                          {"organisation", names.organisation(voice.organisation)},
                          {"choice", casework::to_string(voice.choice)},
                          {"words", voice.words},
                          {"at", to_rfc3339(voice.at)}});
    ballots.push_back({{"name", ballot.name},
                       {"label", json_of(ballot.label)},
                       {"open", view.head.state == ballot.in},
                       {"mine", mine},
                       {"objection_in_words", ballot.objection_in_words},
                       {"voices", voices}});
  }
  out["ballots"] = ballots;
  Json terms = Json::array();
  for (const auto& term : view.type->declared.terms) {
    const auto found = view.state.terms.find(term.name);
    const casework::TermState state = found == view.state.terms.end() ? casework::TermState{} : found->second;
    terms.push_back({{"name", term.name},
                     {"label", json_of(term.label)},
                     {"status", casework::to_string(state.status)},
                     {"due", json_of(state.due)},
                     {"left", state.left},
                     {"provisional", state.provisional},
                     {"verified", term.verified},
                     {"source", term.source ? json_of(*term.source) : Json(nullptr)}});
  }
  out["terms"] = terms;
  out["may_save"] = view.may_save;
  out["may_reveal"] = view.may_reveal;
  Json events = Json::array();
  for (const auto& event : view.events)
    events.push_back({{"seq", event.seq},
                      {"at", to_rfc3339(event.at)},
                      {"by", event.name},
                      {"organisation", names.organisation(event.organisation)},
                      {"step", event.step},
                      {"label", json_of(event.label)},
                      {"from", event.from},
                      {"to", event.to},
                      {"reason", event.reason},
                      {"changes", event.changes},
                      {"effects", event.effects}});
  out["events"] = events;
  Json comments = Json::array();
  for (const auto& comment : view.comments)
    comments.push_back({{"at", to_rfc3339(comment.at)}, {"by", comment.name}, {"words", comment.words}});
  out["comments"] = comments;
  out["documents"] = Json::array();
  for (const auto& document : view.documents) out["documents"].push_back(document_json(document));
  out["children"] = Json::array();
  for (const auto& child : view.children) out["children"].push_back(head_json(child, names, types));
  return out;
}

Json view_schema() {
  Json out = head_schema();
  const Json more = object(
      {{"type_detail", type_schema()},
       {"latest_version", boolean()},
       {"form", any()},
       {"values", any()},
       {"computed", list(object({{"name", text()},
                                 {"label", both()},
                                 {"unit", text()},
                                 {"formula", text()},
                                 {"value", nullable(text())}}))},
       {"states", list(object({{"name", text()}, {"label", both()}, {"final", boolean()}}))},
       {"options", list(object({{"step", text()},
                                {"label", both()},
                                {"to", text()},
                                {"sets", list(text())},
                                {"needs", list(text())},
                                {"reason", boolean()},
                                {"expected", boolean()},
                                {"effects", list(text())},
                                {"refused", nullable(object({{"code", text()}, {"detail", both()}}))}}))},
       {"waiting",
        list(object({{"role", text()}, {"organisation", nullable(named("Named"))}, {"what", both()}}))},
       {"ballots", list(object({{"name", text()},
                                {"label", both()},
                                {"open", boolean()},
                                {"mine", boolean()},
                                {"objection_in_words", boolean()},
                                {"voices", list(object({{"live", boolean()},
                                                        {"name", text()},
                                                        {"organisation", named("Named")},
                                                        {"choice", text()},
                                                        {"words", text()},
                                                        {"at", instant()}}))}}))},
       {"terms", list(object({{"name", text()},
                              {"label", both()},
                              {"status", text()},
                              {"due", nullable(day())},
                              {"left", integer(-100'000)},
                              {"provisional", boolean()},
                              {"verified", boolean()},
                              {"source", any()}}))},
       {"may_save", boolean()},
       {"may_reveal", boolean()},
       {"events", list(object({{"seq", integer(1)},
                               {"at", instant()},
                               {"by", text()},
                               {"organisation", named("Named")},
                               {"step", text()},
                               {"label", both()},
                               {"from", text()},
                               {"to", text()},
                               {"reason", text(20'000)},
                               {"changes", any()},
                               {"effects", any()}}))},
       {"comments", list(object({{"at", instant()}, {"by", text()}, {"words", text(8000)}}))},
       {"documents", list(document_schema())},
       {"children", list(head_schema())}});
  for (const auto& [name, value] : more.at("properties").items()) out["properties"][name] = value;
  for (const auto& name : more.at("required")) out["required"].push_back(name);
  return out;
}

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

Answer act(Call& call) {
  casework::Action action;
  action.step = call.given("step");
  action.reason = call.given("reason");
  if (call.body.contains("values")) action.values = call.body.at("values");
  action.ballot = call.given("ballot");
  if (const std::string choice = call.given("choice"); !choice.empty())
    action.choice = *casework::parse_voice(choice);
  std::optional<std::int64_t> version;
  if (call.body.contains("version")) version = call.body.at("version").get<std::int64_t>();
  return told([&] {
    const auto view = casework_of(call).act(call.caller, case_in(call), action, version);
    for (const auto& event : view.events)
      for (const Json& effect : event.effects)
        if (effect.contains("job")) call.worker.services.job_added();
    return view_json(call, view);
  });
}

Json publication_json(const casework::Publication& p, const casework::CaseTypes& types, const Names& names) {
  const auto type = types.find(p.type);
  Json content = p.content;
  for (Json& one : content) {  // codes by the names they have
    const auto kind = one.at("kind").get<std::string>();
    const auto code = one.at("value").get<std::string>();
    if (kind == "organisation") one["value"] = names.organisation(code).at("name").at("zh");
    if (kind == "party") one["value"] = names.party(code).at("name").at("zh");
    if (kind == "place") one["value"] = names.place(code).at("name").at("zh");
  }
  return {{"id", p.id},
          {"kind", p.kind},
          {"type_title", json_of(type == types.end() ? Text{p.type, p.type} : type->second->declared.title)},
          {"title", p.title},
          {"content", content},
          {"articles", p.articles},
          {"published", to_rfc3339(p.published)},
          {"until", json_of(p.until)},
          {"replaced_by", p.replaced_by == 0 ? Json(nullptr) : Json(p.replaced_by)}};
}
Json publication_schema() {
  return object({{"id", integer(1)},
                 {"kind", text()},
                 {"type_title", both()},
                 {"title", text()},
                 {"content", any()},
                 {"articles", list(integer(1))},
                 {"published", instant()},
                 {"until", nullable(day())},
                 {"replaced_by", nullable(integer(1))}});
}

Answer plan(Call& call) {
  const casework::Plan& plan = call.worker.services.plan;
  const auto& types = *call.worker.services.case_types;
  const Names names(call);
  const auto counts = casework_of(call).counts_by_article();
  Json articles = Json::array();
  for (const auto& article : plan.articles) {
    Json lead = Json::array();
    for (const std::string& one : article.lead) lead.push_back(names.organisation(one));
    Json kinds = Json::array();
    for (const auto& [name, type] : types) {
      const auto& of = type->declared.articles;
      if (std::find(of.begin(), of.end(), article.number) != of.end())
        kinds.push_back({{"name", name}, {"title", json_of(type->declared.title)}});
    }
    const auto count = counts.contains(article.number) ? counts.at(article.number) : Casework::ArticleCount{};
    articles.push_back({{"number", article.number},
                        {"title", json_of(article.title)},
                        {"text", json_of(article.text)},
                        {"lead", lead},
                        {"verified", article.verified},
                        {"kinds", kinds},
                        {"open", count.open},
                        {"closed", count.closed},
                        {"overdue", count.overdue}});
  }
  return Json{{"source", json_of(plan.source)}, {"articles", articles}};
}

Page list_publications(Call& call, const PageRequest& page) {
  Page out;
  const Names names(call);
  const std::int64_t before = page.cursor.empty() ? 0 : whole_number(page.cursor).value_or(0);
  const auto all = casework_of(call).publications(page.limit + 1, before,
                                                  static_cast<int>(call.whole("article").value_or(0)));
  for (const auto& one : all) {
    if (out.items.size() == page.limit) {
      out.next = std::to_string(all[page.limit - 1].id);
      break;
    }
    out.items.push_back(publication_json(one, *call.worker.services.case_types, names));
  }
  return out;
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
                   out["required"].push_back("what");
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
             .body = object({{"words", text(2000)}}),
             .answer = named("Case"),
             .success = 201,
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               return told([&] {
                 Casework cases = casework_of(call);
                 cases.comment(call.caller, case_in(call), call.given("words"));
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
             .answer_types = {"application/octet-stream"},
             .handler = [](Call& call) -> Answer {
               auto [document, bytes] = casework_of(call).download(call.caller, call.in_path("id"));
               call.note("case.download", fmt::format("case/{}/{}", document.of.value, document.id),
                         document.name);
               return file(std::move(bytes), "application/octet-stream", document.name);
             }});
  table.add({.path = "/api/v1/directory",
             .name = "directory",
             .tag = "casework",
             .summary = {"单位名录", "organisations by name"},
             .access = Access::signed_in(),
             .answer = named("Named"),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& [id, name] : Names(call).organisations()) all.push_back(named_json(id, name));
               return page_of(std::move(all), page);
             }});
  const Json plan_schema =
      object({{"source", any()},
              {"articles", list(object({{"number", integer(1)},
                                        {"title", both()},
                                        {"text", both()},
                                        {"lead", list(named("Named"))},
                                        {"verified", boolean()},
                                        {"kinds", list(object({{"name", text()}, {"title", both()}}))},
                                        {"open", integer()},
                                        {"closed", integer()},
                                        {"overdue", integer()}}))}});
  table.add({.path = "/api/v1/public/plan",
             .name = "plan",
             .tag = "public",
             .summary = {"行动方案各条及办理情况", "the plan's articles and how far they are"},
             .access = Access::open(),
             .answer = plan_schema,
             .handler = plan});
  table.add({.path = "/api/v1/public/notices",
             .name = "notices",
             .tag = "public",
             .summary = {"公示与公开，新的在前", "what was made public, newest first"},
             .access = Access::open(),
             .query = {{"article", integer(1, 99), {"行动方案的条目", "article of the plan"}}},
             .answer = publication_schema(),
             .pager = list_publications});
  table.add({.path = "/api/v1/register/{kind}",
             .name = "register",
             .tag = "casework",
             .summary = {"资产、权利、证书登记", "register of assets, rights, certificates"},
             .access = Access::signed_in(),
             .answer = object({{"number", text()},
                               {"title", text()},
                               {"holder", text()},
                               {"from", text()},
                               {"to", text()},
                               {"details", any()},
                               {"case", integer(1)},
                               {"ended", boolean()}}),
             .pager = [](Call& call, const PageRequest& page) {
               Page out;
               const auto all = casework_of(call).entries(call.in_path("kind"), page.limit + 1, page.cursor);
               for (const auto& entry : all) {
                 if (out.items.size() == page.limit) {
                   out.next = all[page.limit - 1].number;
                   break;
                 }
                 out.items.push_back({{"number", entry.number},
                                      {"title", entry.title},
                                      {"holder", entry.holder},
                                      {"from", entry.from},
                                      {"to", entry.to},
                                      {"details", entry.details},
                                      {"case", entry.of.value},
                                      {"ended", entry.ended}});
               }
               return out;
             }});
}

}  // namespace tributary::api
