// Statements: lists, one with its derivation and paper, and its way from draft to payment.
#include "api/routes.h"
#include "api/scratch.h"
#include "base/text.h"
#include "compensate/codes.h"
#include "compensate/duties.h"
#include "compensate/statement_code.h"
#include "compensate/statement_document.h"
#include "document/pdf.h"
#include "document/xlsx.h"
#include "policy/explanation_json.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::api {

using compensate::Statement;
using compensate::StatementState;
using identity::Permission;
using schema::any, schema::boolean, schema::integer, schema::line, schema::list, schema::named,
    schema::object, schema::one_of, schema::optional, schema::period, schema::text;

Json statement_json(Call& call, const Names& names, const Statement& s) {
  return {{"id", s.id},
          {"code", compensate::statement_code(call.tenant(), s)},
          {"rule", s.rule},
          {"rule_title", json_of(rule_title(call.policy(), s.rule))},
          {"period", s.period.to_string()},
          {"payer", names.party(s.payer)},
          {"payee", names.party(s.payee)},
          {"amount", compensate::yuan(s.amount).to_fixed(2)},
          {"state", compensate::to_string(s.state)},
          {"state_title", json_of(compensate::title_of(s.state))},
          {"deadline", json_of(s.deadline)},
          {"unverified", s.unverified},
          {"example", s.example},
          {"supersedes", s.supersedes ? Json(*s.supersedes) : Json(nullptr)},
          {"superseded_by", s.superseded_by ? Json(*s.superseded_by) : Json(nullptr)},
          {"created", to_rfc3339(s.created)}};
}

namespace {

Error unknown_statement(std::int64_t id) {
  return {compensate::codes::unknown_statement,
          {fmt::format("没有结算单 {}", id), fmt::format("there is no statement {}", id)}};
}

bool concerns(const Statement& s, const std::optional<std::set<std::string>>& parties) {
  return !parties || parties->contains(s.payer) || parties->contains(s.payee);
}

// What is not for the caller's eyes is not there.
Statement statement_in_path(Call& call, const compensate::Compensation& compensation) {
  const std::int64_t id = call.id_in_path("id");
  Statement s = compensation.statement(id);
  if (!concerns(s, call.caller.parties(Permission::statements_read))) throw unknown_statement(id);
  return s;
}

bool free_of(const Call& call, const Statement& s, const char* step) {
  return !compensate::conflicting_step(s, step, call.caller.by());
}

// The party the caller may object for; empty: none.
std::string objecting_party(const Call& call, const Statement& s) {
  for (const std::string& party : {s.payer, s.payee})
    if (call.caller.party == party && call.caller.may(Permission::statements_object, party)) return party;
  return {};
}

// What the caller may do now, as far as can be said beforehand.
Json may_do(const Call& call, const Statement& s) {
  Json out = Json::array();
  if (s.superseded_by) return out;
  const identity::Caller& who = call.caller;
  const bool open_window = s.deadline && call.clock().today() <= *s.deadline;
  switch (s.state) {
    case StatementState::drafted:
      if (who.may_all(Permission::statements_publish)) out.push_back("publish");
      break;
    case StatementState::published:
      if (open_window && (!objecting_party(call, s).empty() || who.may_all(Permission::statements_object)))
        out.push_back("object");
      if (who.may_all(Permission::statements_confirm) && free_of(call, s, "confirmed"))
        out.push_back("confirm");
      break;
    case StatementState::objected:
      if (who.may_all(Permission::statements_decide) && who.may_all(Permission::statements_confirm) &&
          free_of(call, s, "confirmed"))
        out.push_back("confirm");
      break;
    case StatementState::confirmed:
      if (who.may_all(Permission::statements_post) && free_of(call, s, "posted")) out.push_back("post");
      break;
    case StatementState::posted:
      if (who.may_all(Permission::statements_pay) && free_of(call, s, "paid")) out.push_back("pay");
      break;
    case StatementState::paid:
      break;
  }
  return out;
}

Text event_title(const std::string& event) {
  if (const auto state = compensate::parse_state(event)) return compensate::title_of(*state);
  return event == "superseded" ? Text{"被取代", "superseded"} : Text{event, event};
}

Json whole_json(Call& call, const compensate::Compensation& compensation, const Statement& s) {
  const Names names(call);
  Json out = statement_json(call, names, s);
  Json lines = Json::array();
  for (const auto& l : s.lines)
    lines.push_back({{"line", l.line},
                     {"place", named_json(l.place, {l.place_name,
                                                    names.place(l.place)["name"]["en"].get<std::string>()})},
                     {"title", json_of(l.title)},
                     {"whole", compensate::yuan(l.whole).to_fixed(2)},
                     {"share", l.share},
                     {"amount", compensate::yuan(l.amount).to_fixed(2)}});
  out["lines"] = lines;
  Json events = Json::array();
  for (const auto& e : s.events)
    events.push_back({{"event", e.event},
                      {"title", json_of(event_title(e.event))},
                      {"at", to_rfc3339(e.at)},
                      {"by", e.by},
                      {"note", e.note}});
  out["events"] = events;
  out["run"] = run_json(call.policy(), compensation.stored_head(s.run));
  out["may"] = may_do(call, s);
  return out;
}

Page list_statements(Call& call, const PageRequest& page) {
  compensate::StatementFilter filter;
  filter.rule = call.text("rule");
  filter.period = call.has("period") ? Period::parse(call.text("period")).to_string() : "";
  filter.party = call.text("party");
  if (call.has("state")) filter.state = compensate::parse_state(call.text("state"));
  filter.superseded_too = call.query.value("superseded", false);
  compensate::StatementPageRequest wanted;
  if (const auto parties = call.caller.parties(Permission::statements_read))
    wanted.parties.emplace(parties->begin(), parties->end());
  wanted.newest_first = page.sort != "id";
  wanted.limit = page.limit;
  if (!page.cursor.empty()) wanted.after = whole_number(page.cursor).value_or(0);
  const Names names(call);
  Page out;
  const auto statements = compensation_of(call).statements(filter, wanted);
  for (const Statement& s : statements) out.items.push_back(statement_json(call, names, s));
  if (statements.size() == page.limit) out.next = std::to_string(statements.back().id);
  return out;
}

Answer explanation(Call& call) {
  const auto compensation = compensation_of(call);
  const Statement s = statement_in_path(call, compensation);
  const auto trees = compensation.explain(s.id, call.whole("line").value_or(0));
  Json out = Json::array();
  for (const policy::Explanation& e : trees) out.push_back(Json::parse(policy::to_json(e)));
  return Json{{"statement", s.id}, {"lines", out}};
}

Answer paper(Call& call) {
  const auto compensation = compensation_of(call);
  const Statement s = statement_in_path(call, compensation);
  const std::string language = call.query.value("lang", call.tongue == Tongue::en ? "en" : "zh");
  const document::Language chosen = language == "en"     ? document::Language::en
                                    : language == "both" ? document::Language::both
                                                         : document::Language::zh;
  const document::Document document = compensate::printed_statement(
      compensation, call.policy(), registry::Registry(call.database(), call.tenant()), call.tenant(), s.id,
      call.clock().today(), chosen, call.worker.services.public_url());
  const bool pdf = call.query.value("format", "pdf") == "pdf";
  const std::string name = compensate::statement_code(call.tenant(), s) + (pdf ? ".pdf" : ".xlsx");
  call.note("statement.print", fmt::format("statement/{}", s.id), name);
  if (pdf) {
    Response out = file(document::render_pdf(document, {document::Sizes::compact}), "application/pdf", name);
    return out;
  }
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("statement.xlsx");
  document::write_xlsx(document, path);
  return file(read_file(path), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name);
}

Answer verification(Call& call) {
  const auto compensation = compensation_of(call);
  const Statement s = statement_in_path(call, compensation);
  const compensate::Verification v = compensation.verify(s.run);
  Json differences = Json::array();
  for (const Text& d : v.differences) differences.push_back(json_of(d));
  return Json{{"statement", s.id},
              {"run", s.run},
              {"same", v.same},
              {"same_pack", v.same_pack},
              {"differences", differences}};
}

// One step on the way of a statement: the right to it, the step, the trail, the answer.
template <class Work>
Answer step(Call& call, const char* action, Work&& work) {
  auto compensation = compensation_of(call);
  const Statement before = statement_in_path(call, compensation);
  if (const std::string_view seen = call.request.header("If-Match"); !seen.empty() && seen != "*") {
    std::string_view tag = seen;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag != "\"" + sha256_hex(dump(whole_json(call, compensation, before))).substr(0, 32) + "\"")
      throw Error(codes::edit_conflict,
                  {"结算单在您读取之后已有变化", "the statement has changed since you read it"}, {},
                  {"请重新读取后再操作", "read it again and repeat"});
  }
  const Statement after = work(compensation, before);
  call.note(fmt::format("statement.{}", action), fmt::format("statement/{}", after.id),
            fmt::format("{} {} {} → {}", after.rule, after.period.to_string(), after.payer, after.payee));
  call.events.push_back({"statement",
                         {{"id", after.id}, {"state", compensate::to_string(after.state)}},
                         Permission::statements_read,
                         {after.payer, after.payee}});
  return whole_json(call, compensation, compensation.statement(after.id));
}

Answer publish(Call& call) {
  return step(call, "publish", [&](compensate::Compensation& c, const Statement& s) {
    std::optional<int> days;
    if (call.body.contains("working_days")) days = call.body.at("working_days").get<int>();
    return c.publish(s.id, call.caller.by(), days, call.given("basis"));
  });
}

Answer object_to(Call& call) {
  return step(call, "object", [&](compensate::Compensation& c, const Statement& s) {
    std::string party = call.given("party");
    if (party.empty()) party = objecting_party(call, s);
    if (party.empty())
      throw Error(codes::not_your_party,
                  {"您的单位不是这份结算单的付款方或收款方",
                   "your organisation neither pays nor receives by this statement"},
                  {}, {"代他人提出异议时请写明 party", "name the `party` when objecting for another"});
    call.caller.require(Permission::statements_object, party);
    return c.object(s.id, party, call.given("reason"), call.caller.by());
  });
}

Answer confirm(Call& call) {
  return step(call, "confirm", [&](compensate::Compensation& c, const Statement& s) {
    if (s.state == StatementState::objected) call.caller.require_all(Permission::statements_decide);
    return c.confirm(s.id, call.caller.by(), call.given("note"));
  });
}

Answer post(Call& call) {
  return step(call, "post", [&](compensate::Compensation& c, const Statement& s) {
    return c.post(s.id, call.caller.by());
  });
}

Answer pay(Call& call) {
  return step(call, "pay", [&](compensate::Compensation& c, const Statement& s) {
    return c.pay(s.id, call.caller.by(), call.given("evidence"));
  });
}

void add_steps(RouteTable& table) {
  const auto add = [&](const char* word, Text summary, Access access, Json body, Handler handler) {
    table.add({.method = Method::post,
               .path = fmt::format("/api/v1/statements/{{id}}/{}", word),
               .name = fmt::format("{}_statement", word),
               .tag = "statements",
               .summary = std::move(summary),
               .access = access,
               .body = std::move(body),
               .answer = named("WholeStatement"),
               .repeats = Repeats::by_key,
               .changes_are_versioned = true,
               .handler = std::move(handler)});
  };
  add("publish", {"公示，开始异议期", "publish; opens the objection window"},
      Access::whole(Permission::statements_publish),
      object({optional("working_days", integer(1, 365)), optional("basis", text(500))}), publish);
  add("object", {"提出异议", "object"}, Access::to(Permission::statements_object),
      object({{"reason", text(4000)}, optional("party", line(100))}), object_to);
  add("confirm", {"确认；有异议时写明处理决定", "confirm; with the decision where there was an objection"},
      Access::whole(Permission::statements_confirm), object({optional("note", text(4000))}), confirm);
  add("post", {"入账", "post to the ledger"}, Access::whole(Permission::statements_post), object({}), post);
  add("pay", {"登记已付款", "record the payment"}, Access::whole(Permission::statements_pay),
      object({{"evidence", line(500)}}), pay);
}

}  // namespace

void add_statement_routes(RouteTable& table) {
  table.add({.path = "/api/v1/statements",
             .name = "statements",
             .tag = "statements",
             .summary = {"结算单，新的在前", "statements, newest first"},
             .access = Access::to(Permission::statements_read),
             .query = {{"rule", text(100), {"规则", "rule"}},
                       {"period", period(), {"时段", "period"}},
                       {"party", text(100), {"付款方或收款方", "payer or payee"}},
                       {"state",
                        one_of({"drafted", "published", "objected", "confirmed", "posted", "paid"}),
                        {"状态", "state"}},
                       {"superseded", boolean(), {"含已被取代的", "superseded ones too"}}},
             .answer = named("Statement"),
             .sorts = {"id"},
             .pager = list_statements});
  table.add({.path = "/api/v1/statements/{id}",
             .name = "statement",
             .tag = "statements",
             .summary = {"一份结算单", "one statement"},
             .access = Access::to(Permission::statements_read),
             .answer = named("WholeStatement"),
             .handler = [](Call& call) -> Answer {
               const auto compensation = compensation_of(call);
               return whole_json(call, compensation, statement_in_path(call, compensation));
             }});
  table.add({.path = "/api/v1/statements/{id}/explanation",
             .name = "explanation",
             .tag = "statements",
             .summary = {"为什么是这个数，直到文件的某一行", "why, down to a row of a file"},
             .access = Access::to(Permission::statements_read),
             .query = {{"line", integer(1), {"只看第几行", "only this line"}}},
             .answer = object({{"statement", integer(1)}, {"lines", list(named("Explanation"))}}),
             .handler = explanation});
  table.add({.path = "/api/v1/statements/{id}/document",
             .name = "statement_document",
             .tag = "statements",
             .summary = {"结算通知书（PDF 或 XLSX）", "the statement on paper (PDF or XLSX)"},
             .access = Access::to(Permission::statements_read),
             .query = {{"format", one_of({"pdf", "xlsx"}), {"格式", "format"}},
                       {"lang", one_of({"zh", "en", "both"}), {"语言", "language"}}},
             .answer_types = {"application/pdf",
                              "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
             .handler = paper});
  table.add({.path = "/api/v1/statements/{id}/verification",
             .name = "statement_verification",
             .tag = "statements",
             .summary = {"按当时的数据和规则重算", "compute again as it was known"},
             .access = Access::to(Permission::statements_read),
             .answer = object({{"statement", integer(1)},
                               {"run", integer(1)},
                               {"same", boolean()},
                               {"same_pack", boolean()},
                               {"differences", list(named("Text"))}}),
             .handler = verification});
  add_steps(table);
}

}  // namespace tributary::api
