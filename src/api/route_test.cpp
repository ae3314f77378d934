#include "api/route.h"

#include "api/services.h"
#include "base/text.h"

#include <set>

#include <gtest/gtest.h>

namespace tributary::api {
namespace {

RouteTable small() {
  RouteTable table;
  const Handler nothing = [](Call&) -> Answer { return Json(); };
  table.add({.path = "/a/{id}", .name = "one", .access = Access::open(), .handler = nothing});
  table.add({.path = "/a/last", .name = "last", .access = Access::open(), .handler = nothing});
  table.add({.method = Method::post,
             .path = "/a/{id}/b",
             .name = "post",
             .access = Access::open(),
             .handler = nothing});
  return table;
}

std::string found(const RouteTable& table, Method method, std::string_view path) {
  const Match match = table.find(method, path);
  std::string out = match.route == nullptr ? "-" : match.route->name;
  for (const auto& [name, value] : match.path) out += " " + name + "=" + value;
  return out;
}

TEST(Routes, AreFoundByPathAndMethod) {
  const RouteTable table = small();
  EXPECT_EQ(found(table, Method::get, "/a/7"), "one id=7");
  EXPECT_EQ(found(table, Method::head, "/a/7/"), "one id=7");
  EXPECT_EQ(found(table, Method::get, "/a/last"), "last");
  EXPECT_EQ(found(table, Method::post, "/a/x%2Fy/b"), "post id=x/y");
  EXPECT_EQ(found(table, Method::get, "/a/gov%3A34"), "one id=gov:34");
  EXPECT_EQ(found(table, Method::delete_, "/a/7"), "- id=7");
  EXPECT_EQ(table.find(Method::delete_, "/a/7").others.size(), 1u);
}

TEST(Routes, NothingAnswersATrickedPath) {
  const RouteTable table = small();
  for (const char* path : {"", "a/7", "/a", "/a//b", "/a/.", "/a/..", "/a/%2e%2e", "/a/%00", "/a/%0d%0a",
                           "/a/%zz", "/a/7/b/c", "//a/7"})
    EXPECT_EQ(table.find(Method::get, path).route, nullptr) << path;
}

// The whole table: names are unique by construction; here what OpenAPI demands of it.
TEST(Routes, TheirDescriptionIsWellFormed) {
  const RouteTable table = make_routes();
  const Json document = openapi(table, "1");
  EXPECT_EQ(document.at("openapi"), "3.1.0");
  std::size_t operations = 0;
  std::set<std::string> names;
  for (const auto& [path, methods] : document.at("paths").items()) {
    for (const auto& [method, operation] : methods.items()) {
      ++operations;
      EXPECT_TRUE(names.insert(operation.at("operationId")).second);
      EXPECT_FALSE(operation.at("summary").get<std::string>().empty());
      std::set<std::string> in_path;
      for (const Json& p : operation.at("parameters"))
        if (p.at("in") == "path") in_path.insert(p.at("name"));
      for (const std::string_view part : split(path, '/'))
        if (part.starts_with("{"))
          EXPECT_TRUE(in_path.erase(std::string(part.substr(1, part.size() - 2)))) << path;
      EXPECT_TRUE(in_path.empty()) << path;
      EXPECT_TRUE(operation.at("responses").contains("default"));
      if (method == "get") EXPECT_FALSE(operation.contains("requestBody")) << path;
    }
  }
  EXPECT_EQ(operations, table.routes().size());
  // Every reference leads somewhere.
  const std::string text = document.dump();
  for (std::size_t at = text.find("#/components/schemas/"); at != std::string::npos;
       at = text.find("#/components/schemas/", at + 1)) {
    const std::size_t begin = at + 21;
    EXPECT_TRUE(
        document["components"]["schemas"].contains(text.substr(begin, text.find('"', begin) - begin)));
  }
}

TEST(Routes, WhatChangesSomethingIsNeverOpenButForSigningIn) {
  const RouteTable table = make_routes();
  for (const auto& route : table.routes())
    if (!is_safe(route->method) && route->access.kind == Access::Kind::open)
      EXPECT_TRUE(route->name == "sign_in" || route->name == "reset_password") << route->name;
}

}  // namespace
}  // namespace tributary::api
