#include "api/idempotency.h"

#include "base/text.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace tributary::api {

Response repeatable(Call& call, const std::function<Response()>& work) {
  const std::string key(trim(call.request.header("Idempotency-Key")));
  const bool fit =
      key.size() <= 200 && std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!fit)
    throw Error(codes::bad_request, {"Idempotency-Key 应为不超过 200 个可见的 ASCII 字符",
                                     "Idempotency-Key must be at most 200 visible ASCII characters"});
  // With the keys outside the database: a plain hash of a short request, a sealed bid say, would tell it to
  // whoever tries them all. One made with an older key is still known as its own.
  const std::string text = fmt::format("{} {}?{}\n{}", to_string(call.request.method), call.request.path,
                                       call.request.query, call.request.body);
  std::vector<std::string> same = call.worker.services.vault.traces("request", text);
  same.insert(same.begin(), sha256_hex(text));  // of before, and where there are no keys
  const std::string request = same.back();
  Response out;
  call.database().together([&](store::Transaction& t) {
    call.events.clear();
    if (!key.empty()) {
      const auto known = t.first(
          "SELECT request, status, headers, body FROM api_answer WHERE jurisdiction = ? AND caller = ? AND "
          "idempotency_key = ?",
          call.tenant(), call.caller.user.value, key);
      if (known) {
        if (std::ranges::find(same, known->text(0)) == same.end())
          throw Error(
              codes::key_reused,
              {"这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key was used for another request"},
              {}, {"每件事用一个新的键", "use a new key for each thing to do"});
        out = {};
        out.status = static_cast<int>(known->integer(1));
        for (const Json& header : Json::parse(known->text(2)))
          out.headers.emplace_back(header.at(0).get<std::string>(), header.at(1).get<std::string>());
        out.body = known->text(3);
        out.set("Idempotent-Replayed", "true");
        return;
      }
    }
    out = work();
    if (key.empty()) return;
    Json headers = Json::array();
    for (const auto& [name, value] : out.headers) headers.push_back({name, value});
    t.execute(
        "INSERT INTO api_answer (jurisdiction, caller, idempotency_key, request, status, headers, body, "
        "created) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?)",
        call.tenant(), call.caller.user.value, key, request, out.status, dump(headers), out.body,
        call.clock().now().seconds);
  });
  return out;
}

std::int64_t sweep_answers(store::Database& database, const std::string& tenant, Instant now) {
  constexpr std::int64_t kept = std::int64_t{2} * 86400;
  return database.write([&](store::Transaction& t) {
    return t.execute("DELETE FROM api_answer WHERE jurisdiction = ? AND created < ?", tenant,
                     now.seconds - kept);
  });
}

}  // namespace tributary::api
