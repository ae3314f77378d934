#include "api/case_answers.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {

using schema::any, schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::list,
    schema::named, schema::nullable, schema::object, schema::text;

casework::Casework casework_of(Call& call) {
  const Services& services = call.worker.services;
  return casework::Casework(call.database(), call.tenant(), call.clock(), services.entropy,
                            services.case_types, call.policy().catalog().calendar(), services.vault,
                            call.identity().audit(), &call.policy());
}

void tell_of(Call& call, const casework::CaseView& view) {
  // Which case it was is not said: whoever listens need not be one who may see it.
  call.events.push_back({"case", Json::object(), identity::Permission::cases_read});
  for (const Json& effect : view.events.back().effects)
    if (effect.contains("job"))
      call.events.push_back({"job",
                             {{"id", effect.at("job")}, {"state", "waiting"}},
                             identity::Permission::jobs_read,
                             {},
                             call.caller.user.value});
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

static Json states_json(const casework::CaseType& type) {
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
                     {"length", term.length},
                     {"unit", casework::to_string(term.unit)},
                     {"from", term.from},
                     {"rolls_on", term.rolls_on},
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
          {"by", document.by},       {"personal", document.personal}, {"erased", document.erased}};
}
Json document_schema() {
  return object({{"id", text()},
                 {"name", text()},
                 {"media_type", text()},
                 {"bytes", integer()},
                 {"sha256", text()},
                 {"at", instant()},
                 {"by", text()},
                 {"personal", boolean()},
                 {"erased", boolean()}});
}

static Json option_json(const casework::CaseView& view, const casework::Option& option) {
  const casework::Step& step = *option.step;
  Json sets = Json::array();
  for (const auto& field : view.type->declared.form)
    if (std::find(step.sets.begin(), step.sets.end(), "all") != step.sets.end() ||
        std::find(step.sets.begin(), step.sets.end(), field.name) != step.sets.end())
      sets.push_back(field.name);
  Json effects = Json::array();
  for (const auto& effect : step.effects) effects.push_back(casework::to_string(effect.kind));
  Json issues = Json::array();
  for (const auto& paper : step.issues) issues.push_back(json_of(view.type->paper(paper)->label));
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
          {"issues", issues},
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
                          {"score", voice.score.empty() ? Json(nullptr) : Json(voice.score)},
                          {"at", to_rfc3339(voice.at)}});
    ballots.push_back({{"name", ballot.name},
                       {"label", json_of(ballot.label)},
                       {"open", view.head.state == ballot.in},
                       {"mine", mine},
                       {"objection_in_words", ballot.objection_in_words},
                       {"score", !ballot.score ? Json(nullptr)
                                               : Json{{"min", ballot.score->min.to_string()},
                                                      {"max", ballot.score->max.to_string()},
                                                      {"places", ballot.score->places}}},
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
  out["following"] = view.following;
  out["may_migrate"] = view.may_migrate;
  out["may_save"] = view.may_save;
  out["origins"] = Json(view.origins);
  out["may_reveal"] = view.may_reveal;
  out["erased"] = view.erased ? Json(to_rfc3339(*view.erased)) : Json(nullptr);
  out["held"] = view.held;
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
  Json papers = Json::array();
  for (const auto& one : view.papers)
    papers.push_back({{"name", one.paper->name},
                      {"label", json_of(one.paper->label)},
                      {"kind", casework::to_string(one.paper->kind)},
                      {"personal", one.paper->personal},
                      {"may_make", one.may_make},
                      {"issued", one.pdf.empty() ? Json(nullptr) : Json(to_rfc3339(one.issued))}});
  out["papers"] = papers;
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
                                {"issues", list(both())},
                                {"refused", nullable(object({{"code", text()}, {"detail", both()}}))}}))},
       {"waiting",
        list(object({{"role", text()}, {"organisation", nullable(named("Named"))}, {"what", both()}}))},
       {"ballots",
        list(object({{"name", text()},
                     {"label", both()},
                     {"open", boolean()},
                     {"mine", boolean()},
                     {"objection_in_words", boolean()},
                     {"score", nullable(object({{"min", text()}, {"max", text()}, {"places", integer()}}))},
                     {"voices", list(object({{"live", boolean()},
                                             {"name", text()},
                                             {"organisation", named("Named")},
                                             {"choice", text()},
                                             {"words", text()},
                                             {"score", nullable(text())},
                                             {"at", instant()}}))}}))},
       {"terms", list(object({{"name", text()},
                              {"label", both()},
                              {"status", text()},
                              {"due", nullable(day())},
                              {"left", integer(-100'000)},
                              {"provisional", boolean()},
                              {"verified", boolean()},
                              {"source", any()}}))},
       {"following", boolean()},
       {"may_migrate", boolean()},
       {"may_save", boolean()},
       {"origins", schema::map_of(object({{"from", text()},
                                          {"what", text()},
                                          {"of", text()},
                                          {"value", any()},
                                          {"detail", text()},
                                          {"at", day()},
                                          schema::optional("party", text()),
                                          schema::optional("rule", text()),
                                          schema::optional("subject", text()),
                                          schema::optional("period", text()),
                                          schema::optional("year", text()),
                                          schema::optional("starts", text()),
                                          schema::optional("ends", text()),
                                          schema::optional("reason", text()),
                                          schema::optional("by", text())}))},
       {"may_reveal", boolean()},
       {"erased", nullable(instant())},
       {"held", boolean()},
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
       {"papers", list(object({{"name", text()},
                               {"label", both()},
                               {"kind", text()},
                               {"personal", boolean()},
                               {"may_make", boolean()},
                               {"issued", nullable(instant())}}))},
       {"children", list(head_schema())}});
  for (const auto& [name, value] : more.at("properties").items()) out["properties"][name] = value;
  for (const auto& name : more.at("required")) out["required"].push_back(name);
  return out;
}

}  // namespace tributary::api
