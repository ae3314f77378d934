// The route table as an OpenAPI 3.1 document.
#include "api/route.h"
#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

std::string both_languages(const Text& text) {
  return text.en.empty() ? text.zh : text.zh + " / " + text.en;
}

Json parameter(const std::string& name, const char* place, const Json& schema, const std::string& note,
               bool required) {
  Json out{{"name", name}, {"in", place}, {"required", required}, {"schema", schema}};
  if (!note.empty()) out["description"] = note;
  return out;
}

Json content(const std::string& type, const Json& schema) {
  return {{type, {{"schema", schema}}}};
}

Json list_answer(const Json& item) {
  return schema::object({{"items", schema::list(item)}, {"next", schema::nullable(schema::text())}});
}

Json answers_of(const Route& route) {
  Json good{{"description", "OK"}};
  if (route.pager) {
    good["content"] = content("application/json", list_answer(route.answer));
    good["content"]["text/csv"] = {{"schema", {{"type", "string"}}}};
    good["content"]["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"] = {
        {"schema", Json::object()}};
  } else if (!route.answer_types.empty()) {
    good["content"] = Json::object();
    for (const std::string& type : route.answer_types) good["content"][type] = {{"schema", route.answer.is_null() ? Json::object() : route.answer}};
  } else if (route.success != 204) {
    good["content"] = content("application/json", route.answer.is_null() ? Json::object() : route.answer);
  }
  Json out;
  out[std::to_string(route.success)] = good;
  out["default"] = {{"description", "RFC 9457"},
                    {"content", content("application/problem+json", schema::named("Problem"))}};
  return out;
}

Json parameters_of(const Route& route) {
  Json out = Json::array();
  for (const std::string_view part : split(route.path, '/'))
    if (!part.empty() && part.front() == '{')
      out.push_back(
          parameter(std::string(part.substr(1, part.size() - 2)), "path", schema::text(), "", true));
  for (const Parameter& p : route.query)
    out.push_back(parameter(p.name, "query", p.schema, both_languages(p.note), p.required));
  if (route.pager) {
    out.push_back(
        parameter("limit", "query", schema::integer(1, 500), "每页条数 / entries of a page", false));
    out.push_back(
        parameter("cursor", "query", schema::text(), "上一页的 next / `next` of the page before", false));
    out.push_back(parameter("fields", "query", schema::text(),
                            "只要这些字段，逗号分隔 / only these fields, by comma", false));
    out.push_back(parameter("format", "query", schema::one_of({"json", "csv", "xlsx"}),
                            "csv、xlsx 给出全表 / csv and xlsx give the whole list", false));
    if (!route.sorts.empty()) {
      std::vector<std::string> choices;
      for (const std::string& name : route.sorts) {
        choices.push_back(name);
        choices.push_back("-" + name);
      }
      out.push_back(parameter("sort", "query", schema::one_of(choices),
                              "排序，减号为降序 / order; a minus: descending", false));
    }
  }
  if (route.repeats == Repeats::by_key)
    out.push_back(parameter("Idempotency-Key", "header", schema::text(200),
                            "重试时用同一个键，事情只做一次 / the same for a retry: it is done once", false));
  if (route.changes_are_versioned)
    out.push_back(
        parameter("If-Match", "header", schema::text(200), "读到的 ETag / the ETag that was read", false));
  return out;
}

}  // namespace

Json openapi(const RouteTable& table, const std::string& version) {
  Json paths = Json::object();
  for (const auto& route : table.routes()) {
    Json operation{{"operationId", route->name},
                   {"tags", {route->tag}},
                   {"summary", both_languages(route->summary)},
                   {"parameters", parameters_of(*route)}};
    if (route->body)
      operation["requestBody"] = {{"required", true}, {"content", content("application/json", *route->body)}};
    if (!route->body_types.empty()) {
      Json types = Json::object();
      for (const std::string& type : route->body_types) types[type] = {{"schema", Json::object()}};
      operation["requestBody"] = {{"required", true}, {"content", types}};
    }
    operation["responses"] = answers_of(*route);
    operation["security"] = route->access.kind == Access::Kind::open
                                ? Json::array()
                                : Json::array({{{"session", Json::array()}}, {{"token", Json::array()}}});
    operation["x-access"] = to_string(route->access);
    std::string method(to_string(route->method));
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    paths[route->path][method] = std::move(operation);
  }
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Tributary"},
            {"version", version},
            {"description", "生态保护补偿 / ecological compensation"},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"servers", Json::array({{{"url", "/"}}})},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", table.components()},
            {"securitySchemes",
             {{"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "tributary_session"}}},
              {"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
}

}  // namespace tributary::api
