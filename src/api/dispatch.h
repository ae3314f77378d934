// From a request to its answer: who is it, may they, is it well-formed, do it, and say it the way it was
// asked for. Knows nothing of sockets and threads.
#pragma once

#include "api/call.h"

#include <string>

namespace tributary::api {

inline constexpr std::string_view session_cookie = "tributary_session";

// Who sent it and how, seen through the proxies that are trusted.
struct Sender {
  std::string address;
  bool secure = false;
};
Sender sender_of(const Request& request, const std::vector<std::string>& trusted_proxies);

// One line of the log for each request.
struct Done {
  Response response;
  std::string route;  // its name, or "-"
  std::string who;    // the sign-in name, or empty
  std::string address;
  std::string code;  // of the error, if it ended in one
};

// Never throws.
Done dispatch(const Request& request, Worker& worker);

// One operation of a batch: as if it were a request of the same caller, inside the transaction that is open.
// Only writes that can be repeated by key may stand in a batch. Throws what the route throws.
Json run_within(Call& batch, Method method, const std::string& path, const Json& body);

// Headers every answer gets. Pictures may also come from `origins`.
void add_security_headers(Response& response, std::string_view origins);
// Packs what is worth it as the reader prefers.
void compress(const Request& request, Response& response);

}  // namespace tributary::api
