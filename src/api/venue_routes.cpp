#include "api/venue_routes.h"

namespace tributary::api {

using schema::instant, schema::integer, schema::line, schema::list, schema::named, schema::object, schema::optional,
    schema::text;

std::pair<std::optional<rights::Term>, std::optional<int>> periods_in(Call& call) {
  using rights::Month;
  const Json& body = call.body;
  std::pair<std::optional<rights::Term>, std::optional<int>> out;
  if (body.contains("from") != body.contains("to"))
    throw Error(codes::bad_body, {"起月和止月要一起写", "give both months or neither"}, {{}, 0, 0, "from"});
  if (body.contains("from"))
    out.first = rights::Term{Month::parse(call.given("from")), Month::parse(call.given("to"))};
  if (body.contains("vintage")) out.second = body.at("vintage").get<int>();
  return out;
}
Json announcement_schema(std::vector<schema::Property> more) {
  std::vector<schema::Property> out{{"venue", line(80)},
                                    {"key", line(100)},
                                    {"opens", line(40)},
                                    {"closes", line(40)},
                                    optional("from", line(7)),
                                    optional("to", line(7)),
                                    optional("vintage", integer(1, 9999)),
                                    optional("project", line(80))};
  out.insert(out.end(), more.begin(), more.end());
  return reasoned(std::move(out));
}

Page course_page(const std::vector<venues::CourseEvent>& events, const PageRequest& page) {
  std::vector<Json> all;
  for (const venues::CourseEvent& event : events)
    all.push_back({{"number", event.seq},
                   {"at", to_rfc3339(event.at)},
                   {"event", event.event},
                   {"detail", event.detail}});
  return page_of(std::move(all), page);
}
Json course_schema() {
  return object({{"number", integer(1)}, {"at", instant()}, {"event", text()}, {"detail", text()}});
}

std::vector<Rooms::Told> course_news(const char* name, const std::vector<venues::CourseEvent>& events, bool to_all) {
  std::vector<Rooms::Told> out;
  for (const venues::CourseEvent& event : events) {
    if (to_all && event.event == "drafted") continue;
    Json told{{"number", event.seq}, {"at", to_rfc3339(event.at)}, {"event", event.event}};
    if (!to_all) told["detail"] = event.detail;
    out.push_back({std::to_string(event.seq), server_sent_event(name, dump(told))});
  }
  return out;
}
std::int64_t heard_number(const std::string& heard) {
  return whole_number(heard).value_or(0);
}

Text course_events_summary() {
  return {"经过和服务器时间的事件流（SSE），按 Last-Event-ID 续传",
          "its course and the server's time as events (SSE), resumed by Last-Event-ID"};
}
Route events_route(std::string path, std::string name, std::string tag, Access access, Text summary) {
  return {.path = std::move(path),
          .name = std::move(name),
          .tag = std::move(tag),
          .summary = std::move(summary),
          .access = access,
          .answer_types = {"text/event-stream"},
          .handler = [](Call&) -> Answer {  // until the server has its rooms
            throw Error(codes::stopped, {"服务器没有在运行", "no server is running"});
          }};
}

Json verification_json(bool opened, const std::vector<Text>& faults) {
  Json told = Json::array();
  for (const Text& fault : faults) told.push_back(json_of(fault));
  return {{"opened", opened}, {"sound", told.empty()}, {"faults", told}};
}
Json verification_schema() {
  return object({{"opened", schema::boolean()}, {"sound", schema::boolean()}, {"faults", list(named("Text"))}});
}

}  // namespace tributary::api
