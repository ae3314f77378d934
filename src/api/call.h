// One request as a handler sees it: checked, with the caller known and the values of path, query and body at
// hand.
#pragma once

#include "api/codes.h"
#include "api/route.h"
#include "api/services.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::api {

enum class Tongue : std::uint8_t { zh, en };  // of plain text: messages, CSV heads, documents
inline const std::string& in(Tongue tongue, const Text& text) {
  return tongue == Tongue::en && !text.en.empty() ? text.en : text.zh.empty() ? text.en : text.zh;
}

class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(const Request& r, const Route& what, Worker& w, std::map<std::string, std::string> in_the_path)
      : request(r), route(what), worker(w), path(std::move(in_the_path)) {}

  const Request& request;
  const Route& route;
  Worker& worker;
  identity::Caller caller;
  std::map<std::string, std::string> path;
  Json query = Json::object();  // by name, by the type of its schema
  Json body;
  Tongue tongue = Tongue::zh;
  std::string address;          // of the client, behind trusted proxies
  bool secure = false;          // the client speaks TLS, to us or to a trusted proxy
  std::vector<Event> events{};  // told to listeners once everything is stored

  store::Database& database() { return *worker.database; }
  const std::string& tenant() const { return worker.tenant(); }
  const policy::Policy& policy() const { return worker.policy(); }
  const Declared& declared() const { return *worker.services.declared; }
  const Clock& clock() const { return worker.clock(); }
  identity::Identity& identity() { return worker.identity; }

  const std::string& in_path(const std::string& name) const { return path.at(name); }
  // A whole number in the path; throws not_found (a wrong one names nothing).
  std::int64_t id_in_path(const std::string& name) const;
  bool has(const std::string& name) const { return query.contains(name); }
  // Empty when not given.
  std::string text(const std::string& name) const { return query.value(name, ""); }
  std::optional<std::int64_t> whole(const std::string& name) const;
  std::optional<Date> day(const std::string& name) const;
  // Of the body.
  std::string given(const std::string& name) const { return body.value(name, ""); }

  // Notes in the trail, in the transaction that is open or in one of its own.
  void note(const std::string& action, const std::string& object, const std::string& detail = {});
};

// A whole number in decimal, or nothing.
std::optional<std::int64_t> whole_number(std::string_view text);

// "找不到{zh}" / "no such {en}".
Error not_found(const Text& what);

// Of a cursor that no page ever gave.
Error bad_cursor();

// Pages over a list that fits in memory: sorted by the member asked for, cut by the cursor (a position).
Page page_of(std::vector<Json> all, const PageRequest& wanted);

// A file to be saved.
Response file(std::string bytes, const std::string& type, const std::string& name);

}  // namespace tributary::api
