#include "api/route.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {

std::string to_string(const Access& access) {
  switch (access.kind) {
    case Access::Kind::open:
      return "open";
    case Access::Kind::known:
      return "known";
    case Access::Kind::signed_in:
      return "signed in";
    case Access::Kind::permission:
      return std::string(identity::key_of(*access.permission));
    case Access::Kind::whole:
      return std::string(identity::key_of(*access.permission)) + " (whole)";
  }
  return {};
}

struct RouteTable::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
  std::unique_ptr<Node> parameter;
  std::string parameter_name;
  std::map<Method, const Route*> routes;
};

RouteTable::RouteTable() : root_(std::make_unique<Node>()) {}
RouteTable::~RouteTable() = default;
RouteTable::RouteTable(RouteTable&&) noexcept = default;

namespace {

// "/a/b" as its parts, decoded. Nothing for an empty part, "." or "..": such paths name nothing of ours.
std::optional<std::vector<std::string>> parts_of(std::string_view path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  std::vector<std::string> out;
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path == "/") return out;
  for (const std::string_view part : split(path.substr(1), '/')) {
    auto decoded = percent_decoded(part);
    if (!decoded || decoded->empty() || *decoded == "." || *decoded == "..") return std::nullopt;
    const bool control = std::any_of(decoded->begin(), decoded->end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (control) return std::nullopt;
    out.push_back(std::move(*decoded));
  }
  return out;
}

}  // namespace

void RouteTable::add(Route route) {
  for (const auto& other : routes_)
    TRIBUTARY_CHECK(other->name != route.name, "two routes named " + route.name);
  TRIBUTARY_CHECK(static_cast<bool>(route.handler) != static_cast<bool>(route.pager), route.name);
  Node* node = root_.get();
  for (const std::string_view part : split(std::string_view(route.path).substr(1), '/')) {
    if (part.empty()) break;
    if (part.front() == '{') {
      const std::string name(part.substr(1, part.size() - 2));
      if (!node->parameter) {
        node->parameter = std::make_unique<Node>();
        node->parameter_name = name;
      }
      TRIBUTARY_CHECK(node->parameter_name == name, route.path + ": " + node->parameter_name);
      node = node->parameter.get();
    } else {
      auto& child = node->children[std::string(part)];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
    }
  }
  TRIBUTARY_CHECK(!node->routes.contains(route.method), "two routes for " + route.path);
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  node->routes[routes_.back()->method] = routes_.back().get();
}

Match RouteTable::find(Method method, std::string_view path) const {
  Match out;
  const auto parts = parts_of(path);
  if (!parts) return out;
  const Node* node = root_.get();
  for (const std::string& part : *parts) {
    if (const auto child = node->children.find(part); child != node->children.end()) {
      node = child->second.get();
    } else if (node->parameter) {
      out.path[node->parameter_name] = part;
      node = node->parameter.get();
    } else {
      return {};
    }
  }
  const auto found = node->routes.find(method == Method::head ? Method::get : method);
  if (found != node->routes.end()) out.route = found->second;
  for (const auto& [other, route] : node->routes) out.others.push_back(other);
  return out;
}

}  // namespace tributary::api
