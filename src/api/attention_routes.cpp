// Working with many cases: what is new in those one follows, days, the same step for several, taking over,
// and moving a case to its newer type.
#include "api/case_answers.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using casework::Casework;
using identity::Permission;
using schema::boolean, schema::both, schema::integer, schema::line, schema::list, schema::named,
    schema::object, schema::text;

constexpr int longest_span = 100;  // days of a calendar
constexpr std::size_t most_at_once = 100;

Page list_news(Call& call, const PageRequest& page) {
  const Names names(call);
  Page out;
  auto found = casework_of(call).news(call.caller, page.limit, page.cursor);
  for (const auto& item : found.items) {
    Json one = head_json(item.head, names, *call.worker.services.case_types);
    one["mentioned"] = item.mentioned;
    one["handed_by"] = item.handed_by;
    one["steps"] = item.steps;
    one["comments"] = item.comments;
    out.items.push_back(std::move(one));
  }
  out.next = found.next;
  return out;
}

Page list_calendar(Call& call, const PageRequest& page) {
  const Date from = call.day("from").value_or(call.clock().today());
  const Date to = call.day("to").value_or(from + std::chrono::days{31});
  if (to < from || to > from + std::chrono::days{longest_span})
    throw InvalidInput(codes::bad_parameter, {{"to",
                                               {fmt::format("一次至多看 {} 天", longest_span),
                                                fmt::format("at most {} days at once", longest_span)}}});
  const Names names(call);
  std::vector<Json> all;
  for (const auto& entry : casework_of(call).calendar(call.caller, from, to)) {
    Json one = head_json(entry.head, names, *call.worker.services.case_types);
    one["day"] = to_string(entry.day);
    one["mine"] = entry.mine;
    one["what"] = Json::array();
    for (const Text& what : entry.what) one["what"].push_back(json_of(what));
    all.push_back(std::move(one));
  }
  return page_of(std::move(all), page);
}

// Each case for itself: what one refuses does not hold up the others.
Answer act_in_many(Call& call) {
  casework::Action action;
  action.step = call.given("step");
  action.reason = call.given("reason");
  Casework cases = casework_of(call);
  Json results = Json::array();
  for (const Json& one : call.body.at("cases")) {
    const auto id = one.at("id").get<std::int64_t>();
    try {
      const auto view = cases.act(call.caller, {id}, action, one.at("version").get<std::int64_t>());
      tell_of(call, view);
      results.push_back({{"id", id}, {"done", true}, {"code", ""}, {"detail", json_of(Text{})}});
    } catch (const Error& e) {
      if (e.code().kind == Kind::internal || e.code().kind == Kind::unavailable) throw;
      results.push_back({{"id", id},
                         {"done", false},
                         {"code", fmt::format("{}.{}", e.code().module, e.code().name)},
                         {"detail", json_of(e.message())}});
    }
  }
  return Json{{"results", results}};
}

Answer list_people(Call& call) {
  const Names names(call);
  Json all = Json::array();
  std::set<std::string> there;
  for (const auto& one : casework_of(call).people(call.caller, case_in(call))) {
    there.insert(one.user);
    all.push_back(
        {{"user", one.user},
         {"name", one.name},
         {"organisation", one.organisation.empty() ? Json(nullptr) : names.organisation(one.organisation)}});
  }
  for (const auto& colleague : call.identity().colleagues(call.caller))
    if (there.insert(colleague.id.value).second)
      all.push_back({{"user", colleague.id.value},
                     {"name", colleague.display_name.empty() ? colleague.name : colleague.display_name},
                     {"organisation", names.organisation(colleague.organisation.value)}});
  return Json{{"people", all}};
}

Answer hand_over(Call& call) {
  return told([&] {
    auto& people = call.identity();
    const auto from = people.user(call.caller, {call.in_path("id")});
    const auto to = people.user(call.caller, {call.given("to")});
    return Json{{"cases", casework_of(call).hand_over(call.caller, from, to)}};
  });
}

}  // namespace

void add_attention_routes(RouteTable& table) {
  table.add({.path = "/api/v1/news",
             .name = "news",
             .tag = "casework",
             .summary = {"我关注的事项中，别人办过、写过、提到我的", "what others did in cases I follow"},
             .access = Access::signed_in(),
             .answer = with(head_schema(), object({{"mentioned", boolean()},
                                                   {"handed_by", text()},
                                                   {"steps", integer(0)},
                                                   {"comments", integer(0)}})),
             .pager = list_news});
  table.add(
      {.path = "/api/v1/calendar",
       .name = "calendar",
       .tag = "casework",
       .summary = {"日历：待我办理的到期日、会议等日子", "days: what is due from me, meetings and the like"},
       .access = Access::signed_in(),
       .query = {{"from", schema::day(), {"从此日（缺省今天）", "from this day (today)"}},
                 {"to", schema::day(), {"到此日", "to this day"}}},
       .answer =
           with(head_schema(), object({{"day", schema::day()}, {"mine", boolean()}, {"what", list(both())}})),
       .pager = list_calendar});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/case-actions",
       .name = "act_in_cases",
       .tag = "casework",
       .summary = {"对多件事项办同一步骤，各自成败", "the same step for several cases, each for itself"},
       .access = Access::signed_in(),
       .body = object({{"step", line(60)},
                       {"cases", list(object({{"id", integer(1)}, {"version", integer(1)}}), most_at_once)},
                       schema::optional("reason", text(4000))}),
       .answer = object(
           {{"results",
             list(object({{"id", integer(1)}, {"done", boolean()}, {"code", text()}, {"detail", both()}}))}}),
       .handler = act_in_many});
  table.add(
      {.path = "/api/v1/cases/{id}/people",
       .name = "case_people",
       .tag = "casework",
       .summary = {"可在批注中提到的人：经手过的人和本单位同事", "who may be named in a comment"},
       .access = Access::signed_in(),
       .answer = object({{"people", list(object({{"user", text()},
                                                 {"name", text()},
                                                 {"organisation", schema::nullable(named("Named"))}}))}}),
       .handler = list_people});
  table.add({.method = Method::put,
             .path = "/api/v1/cases/{id}/following",
             .name = "follow_case",
             .tag = "casework",
             .summary = {"关注或不再关注", "follow, or no longer"},
             .access = Access::signed_in(),
             .body = object({{"following", boolean()}}),
             .answer = object({{"following", boolean()}}),
             .handler = [](Call& call) -> Answer {
               const bool following = call.body.at("following").get<bool>();
               casework_of(call).follow(call.caller, case_in(call), following);
               return Json{{"following", following}};
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/cases/{id}/seen",
             .name = "case_seen",
             .tag = "casework",
             .summary = {"已看过，动态中不再列出", "has been looked at"},
             .access = Access::signed_in(),
             .answer = object({{"seen", boolean()}}),
             .handler = [](Call& call) -> Answer {
               casework_of(call).seen(call.caller, case_in(call));
               return Json{{"seen", true}};
             }});
  table.add({.method = Method::post,
             .path = "/api/v1/cases/{id}/migration",
             .name = "migrate_case",
             .tag = "casework",
             .summary = {"改用新版表单和流程（写明理由，记入经过）",
                         "move to the newer type, with a reason that is recorded"},
             .access = Access::signed_in(),
             .body = object({{"reason", text(4000)},
                             schema::optional("state", line(60)),
                             schema::optional("version", integer(1))}),
             .answer = named("Case"),
             .repeats = Repeats::by_key,
             .handler = [](Call& call) -> Answer {
               std::optional<std::int64_t> version;
               if (call.body.contains("version")) version = call.body.at("version").get<std::int64_t>();
               return told([&] {
                 return view_json(call,
                                  casework_of(call).migrate(call.caller, case_in(call), call.given("state"),
                                                            call.given("reason"), version));
               });
             }});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/users/{id}/hand-over",
       .name = "hand_over",
       .tag = "people",
       .summary = {"人员变动：把未办结的事项移交给同事", "open cases to a colleague when somebody leaves"},
       .access = Access::to(Permission::users_manage),
       .body = object({{"to", line(100)}}),
       .answer = object({{"cases", integer(0)}}),
       .repeats = Repeats::by_key,
       .handler = hand_over});
}

}  // namespace tributary::api
