#include "api/problem.h"

#include "identity/codes.h"

#include <fmt/format.h>

namespace tributary::api {

namespace {

Text faults_told(const std::vector<schema::Fault>& faults) {
  const schema::Fault& first = faults.front();
  const std::string field = first.field.empty() ? "" : first.field + ": ";
  return {field + first.message.zh, field + first.message.en};
}

}  // namespace

InvalidInput::InvalidInput(Code code, std::vector<schema::Fault> faults)
    : Error(code, faults_told(faults), {{}, 0, 0, faults.front().field}), faults_(std::move(faults)) {}

Limited::Limited(std::int64_t wait)
    : Error(codes::too_many_requests, {fmt::format("请求过多，请 {} 秒后再试", wait),
                                       fmt::format("too many requests; try again in {} s", wait)}),
      wait_(wait) {}

int status_of(const Error& error) {
  const Code& code = error.code();
  if (code.module == "api") {
    if (code == codes::unsupported_media) return 415;
    if (code == codes::too_large) return 413;
    if (code == codes::wrong_method) return 405;
    if (code == codes::too_many_requests) return 429;
    if (code == codes::edit_conflict) return 412;
    if (code == codes::if_match_needed) return 428;
    if (code == codes::key_reused) return 422;
    if (code == codes::gone) return 410;
  }
  if (code.module == "identity") {
    if (code == identity::codes::not_signed_in || code == identity::codes::session_over ||
        code == identity::codes::sign_in_refused || code == identity::codes::totp_required ||
        code == identity::codes::totp_refused)
      return 401;
    if (code == identity::codes::too_many_attempts) return 429;
    if (code == identity::codes::changed_meanwhile) return 412;
  }
  switch (error.kind()) {
    case Kind::invalid_input:
      return 400;
    case Kind::not_found:
      return 404;
    case Kind::conflict:
      return 409;
    case Kind::forbidden:
      return 403;
    case Kind::unavailable:
      return 503;
    case Kind::internal:
      return 500;
  }
  return 500;
}

namespace {

std::string public_path(std::string file, const ServerSettings* settings) {
  if (file.empty() || settings == nullptr) return file;
  if (!settings->packs.empty() && file.starts_with(settings->packs)) {
    file.erase(0, settings->packs.size());
    while (file.starts_with("/")) file.erase(0, 1);
    return file;
  }
  const std::size_t slash = file.find_last_of('/');
  return slash == std::string::npos ? file : file.substr(slash + 1);
}

}  // namespace

Response problem(const Error& error, const std::string& request_id, Tongue tongue,
                 const ServerSettings* settings) {
  const std::string code = fmt::format("{}.{}", error.code().module, error.code().name);
  const int status = status_of(error);
  Json out{{"type", "urn:tributary:problem:" + code},
           {"title", in(tongue, error.message())},
           {"status", status},
           {"code", code},
           {"detail", json_of(error.message())}};
  if (!error.hint().zh.empty() || !error.hint().en.empty()) out["hint"] = json_of(error.hint());
  const Where& where = error.where();
  Json place = Json::object();
  if (!where.file.empty()) place["file"] = public_path(where.file, settings);
  if (where.line > 0) place["line"] = where.line;
  if (where.column > 0) place["column"] = where.column;
  if (!where.field.empty()) place["field"] = where.field;
  if (!place.empty()) out["where"] = place;
  if (const auto* several = dynamic_cast<const InvalidInput*>(&error)) {
    Json list = Json::array();
    for (const schema::Fault& fault : several->faults())
      list.push_back({{"field", fault.field}, {"message", json_of(fault.message)}});
    out["errors"] = list;
  }
  out["request_id"] = request_id;
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}};
  if (const auto* waiting = dynamic_cast<const identity::TooManyAttempts*>(&error))
    response.set("Retry-After", std::to_string(waiting->wait()));
  else if (const auto* limited = dynamic_cast<const Limited*>(&error))
    response.set("Retry-After", std::to_string(limited->wait()));
  else if (status == 503)
    response.set("Retry-After", "1");
  response.body = dump(out);
  return response;
}

}  // namespace tributary::api
