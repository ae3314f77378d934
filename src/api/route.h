// One table of routes: method, path, who may, what goes in, what comes out, what is done. Routing,
// validation, the check of permissions, openapi.json and the generated authorisation test are all made from
// it.
#pragma once

#include "api/http.h"
#include "api/json.h"
#include "api/schema.h"
#include "identity/caller.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::api {

class Call;

// Who may use a route.
struct Access {
  enum class Kind : std::uint8_t {
    open,        // anybody; nothing that is not public may come out
    known,       // whoever signed in, also with a one-time password not yet changed
    signed_in,   // whoever signed in properly
    permission,  // whoever has it, at least for the own party; the handler bounds what is shown
    whole        // whoever has it for the whole tenant
  };
  Kind kind = Kind::signed_in;
  std::optional<identity::Permission> permission;

  static Access open() { return {Kind::open, {}}; }
  static Access known() { return {Kind::known, {}}; }
  static Access signed_in() { return {Kind::signed_in, {}}; }
  static Access to(identity::Permission p) { return {Kind::permission, p}; }
  static Access whole(identity::Permission p) { return {Kind::whole, p}; }
};
std::string to_string(
    const Access& access);  // "open", "signed in", "statements.read", "statements.run (whole)"

struct Parameter {
  std::string name;
  Json schema;
  Text note;
  bool required = false;
};

// What a handler gives back: a JSON value, or a whole response where it is something else.
struct Answer {
  Json json;
  int status = 0;  // 0: the route's
  Headers headers{};
  std::optional<Response> raw{};

  Answer(Json value) : json(std::move(value)) {}  // NOLINT: a value is an answer
  Answer(Response response) : status(response.status), raw(std::move(response)) {}  // NOLINT
};

// One page of a list; `next` is the cursor of the page after, empty at the end.
struct Page {
  std::vector<Json> items;
  std::string next;
};
struct PageRequest {
  std::string cursor;
  std::size_t limit = 100;
  std::string sort;  // as given; a pager that cannot sort so never sees it (Route::sorts)
};

using Handler = std::function<Answer(Call&)>;
// What has to go around the transaction of a request: a lock that is taken before it, doing it again as a whole.
using Around = std::function<void(Call&, const std::function<void()>&)>;
using Pager = std::function<Page(Call&, const PageRequest&)>;

enum class Repeats : std::uint8_t {
  as_they_are,  // no Idempotency-Key: repeating does no harm, or the answer must not be kept (secrets)
  by_key        // with the key everything happens in one transaction, and the answer is kept for repetition
};

struct Route {
  Method method = Method::get;
  std::string path;  // "/api/v1/statements/{id}"
  std::string name;  // operationId: "statement"
  std::string tag;   // the module
  Text summary;
  Access access;
  std::vector<Parameter> query{};
  std::optional<Json> body{};             // schema of a JSON body
  std::vector<std::string> body_types{};  // instead: bytes of these media types
  std::size_t body_limit = std::size_t{1} << 20;
  Json answer{};                            // schema of the JSON answer (of one item, for a list)
  std::vector<std::string> answer_types{};  // instead: other media types
  int success = 200;
  std::vector<std::string> sorts{};  // of a list: names it can be sorted by
  Repeats repeats = Repeats::as_they_are;
  bool changes_are_versioned = false;  // takes If-Match
  Handler handler{};
  Pager pager{};  // instead of a handler: a list, in JSON, CSV or XLSX
  Around around{};  // such a route cannot stand in a batch
};

// What was found for a method and a path.
struct Match {
  const Route* route = nullptr;  // none: no such path, or not with this method
  std::map<std::string, std::string> path;
  std::vector<Method> others;  // methods the path does have
};

class RouteTable {
 public:
  RouteTable();
  ~RouteTable();
  RouteTable(RouteTable&&) noexcept;

  // Stops the process when the path or the name is there already: the table is ours.
  void add(Route route);
  // A path that is not well-formed finds nothing. HEAD finds GET.
  Match find(Method method, std::string_view path) const;
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }
  // Schemas kept by name.
  Json& components() { return components_; }
  const Json& components() const { return components_; }

 private:
  struct Node;
  std::vector<std::unique_ptr<Route>> routes_;
  std::unique_ptr<Node> root_;
  Json components_ = Json::object();
};

// The whole table as an OpenAPI 3.1 document.
Json openapi(const RouteTable& table, const std::string& version);

}  // namespace tributary::api
