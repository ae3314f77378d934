#include "api/dispatch.h"

#include "api/encoding.h"
#include "api/idempotency.h"
#include "api/list.h"
#include "api/problem.h"
#include "base/text.h"
#include "identity/codes.h"

#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

namespace tributary::api {

Sender sender_of(const Request& request, const std::vector<std::string>& trusted_proxies) {
  Sender out{request.peer, request.secure};
  const auto trusted = [&](std::string_view address) {
    return std::find(trusted_proxies.begin(), trusted_proxies.end(), address) != trusted_proxies.end();
  };
  if (!trusted(request.peer)) return out;
  out.secure = out.secure || same_ignoring_case(trim(request.header("X-Forwarded-Proto")), "https");
  // From the right: the last address that is not a proxy of ours is the client; what stands left of it,
  // anybody may have written.
  // Some proxies add to the header, others write another one below it.
  std::string all;
  for (const auto& [name, value] : request.headers)
    if (same_ignoring_case(name, "X-Forwarded-For")) all += "," + value;
  const auto hops = split(std::string_view(all).substr(all.empty() ? 0 : 1), ',');
  for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
    const std::string_view address = trim(*hop);
    const bool plausible = !address.empty() && address.size() <= 45 &&
                           address.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
    if (!plausible) break;
    out.address = std::string(address);
    if (!trusted(address)) break;
  }
  return out;
}

namespace {

Tongue tongue_of(const Request& request) {
  const std::string_view wanted = trim(request.header("Accept-Language"));
  return wanted.size() >= 2 && same_ignoring_case(wanted.substr(0, 2), "en") ? Tongue::en : Tongue::zh;
}

identity::Caller caller_of(const Request& request, const Route& route, Worker& worker,
                           const std::string& address) {
  const std::string_view authorization = request.header("Authorization");
  const std::string_view cookie = request.cookie(session_cookie);
  const bool open = route.access.kind == Access::Kind::open;
  try {
    if (authorization.size() > 7 && same_ignoring_case(authorization.substr(0, 7), "Bearer "))
      return worker.identity.caller_of_token(trim(authorization.substr(7)), address);
    if (!cookie.empty()) return worker.identity.caller_of_session(cookie, address);
  } catch (const Error& e) {
    // What is public stays so for one whose session is over.
    if (!open || e.kind() != Kind::forbidden) throw;
  }
  return open ? identity::Caller{} : worker.identity.anonymous(address);
}

void check_access(const Access& access, const identity::Caller& caller) {
  switch (access.kind) {
    case Access::Kind::open:
      return;
    case Access::Kind::known:
    case Access::Kind::signed_in:
      if (!caller.known()) throw Error(identity::codes::not_signed_in, {"请先登录", "please sign in first"});
      if (access.kind == Access::Kind::signed_in && caller.must_change_password)
        throw Error(identity::codes::must_change_password,
                    {"请先修改一次性密码", "please change your one-time password first"});
      return;
    case Access::Kind::permission:
      return caller.require(*access.permission);
    case Access::Kind::whole:
      return caller.require_all(*access.permission);
  }
}

// A page of another site can make a browser send our cookie, but neither read our token nor set this header.
void check_forgery(const Request& request, const Route& route, const identity::Caller& caller) {
  if (is_safe(route.method)) return;
  const std::string_view site = request.header("Sec-Fetch-Site");
  const bool foreign =
      !site.empty() && !same_ignoring_case(site, "same-origin") && !same_ignoring_case(site, "none");
  // Signing in needs no session; that it comes from another site shows in the header above, which a page
  // cannot set.
  const bool by_cookie = caller.via == identity::Via::cookie && route.access.kind != Access::Kind::open;
  if (!foreign &&
      (!by_cookie || identity::csrf_matches(request.cookie(session_cookie), request.header("X-CSRF-Token"))))
    return;
  throw Error(codes::csrf,
              {"请求未能证明来自本系统的页面", "the request does not show that it comes from a page of ours"},
              {}, {"请刷新页面后重试", "reload the page and try again"});
}

void check_rate(Call& call) {
  const ServerSettings& settings = call.worker.services.settings;
  const bool known = call.caller.known();
  const auto now = std::chrono::steady_clock::now();
  Limiter& limiter = call.worker.services.limiter;
  const std::string who = known ? "user " + call.caller.user.value : "address " + call.address;
  if (const auto wait = limiter.take(who, known ? settings.signed_in : settings.anonymous, now))
    throw Limited(*wait);
  if (call.route.name == "sign_in" || call.route.name == "reset_password")
    if (const auto wait = limiter.take("sign-in " + call.address, settings.sign_in, now))
      throw Limited(*wait);
  // Numbers could be tried out one after the other.
  if (call.route.name == "look_up_cases")
    if (const auto wait = limiter.take("look-up " + who, settings.look_up, now)) throw Limited(*wait);
}

void read_query(Call& call) {
  const auto pairs = parse_query(call.request.query);
  if (!pairs)
    throw Error(codes::bad_request, {"网址中的查询部分有误", "the query of the address is not well-formed"});
  std::vector<Parameter> known = call.route.query;
  if (call.route.pager) add_list_parameters(call.route, known);
  const Json& components = call.worker.services.table.components();
  std::vector<schema::Fault> faults;
  for (const auto& [name, value] : *pairs) {
    const auto parameter =
        std::find_if(known.begin(), known.end(), [&](const Parameter& p) { return p.name == name; });
    if (parameter == known.end()) {
      std::vector<std::string> names;
      for (const Parameter& p : known) names.push_back(p.name);
      const auto close = near_misses(name, names);
      faults.push_back({name, close.empty()
                                  ? Text{"没有这个参数", "there is no such parameter"}
                                  : Text{fmt::format("没有这个参数，是否想写“{}”？", close[0]),
                                         fmt::format("no such parameter; did you mean \"{}\"?", close[0])}});
      continue;
    }
    if (value.empty() && !parameter->required) continue;  // an empty field of a form
    if (call.query.contains(name)) {
      faults.push_back({name, {"只能写一次", "may be given only once"}});
      continue;
    }
    Json read = schema::from_text(parameter->schema, value, components);
    for (schema::Fault& fault : schema::check(parameter->schema, read, components)) {
      fault.field = name;
      faults.push_back(std::move(fault));
    }
    call.query[name] = std::move(read);
  }
  for (const Parameter& p : known)
    if (p.required && !call.query.contains(p.name)) faults.push_back({p.name, {"必须填写", "is required"}});
  if (!faults.empty()) throw InvalidInput(codes::bad_parameter, std::move(faults));
}

bool is_type(std::string_view given, std::string_view wanted) {
  return same_ignoring_case(trim(given.substr(0, given.find(';'))), wanted);
}

void read_body(Call& call) {
  const Route& route = call.route;
  const std::string& bytes = call.request.body;
  if (bytes.size() > route.body_limit)
    throw Error(codes::too_large, {fmt::format("内容过大，最多 {} 字节", route.body_limit),
                                   fmt::format("the body is too large; at most {} bytes", route.body_limit)});
  const std::string_view type = call.request.header("Content-Type");
  if (!route.body_types.empty()) {
    if (std::none_of(route.body_types.begin(), route.body_types.end(),
                     [&](const std::string& wanted) { return is_type(type, wanted); }))
      throw Error(codes::unsupported_media,
                  {fmt::format("Content-Type 应为 {}", fmt::join(route.body_types, "、")),
                   fmt::format("Content-Type must be {}", fmt::join(route.body_types, " or "))});
    return;
  }
  if (!route.body) return;
  if (bytes.empty() && !route.body->contains("required")) {
    call.body = Json::object();
    return;
  }
  if (!is_type(type, "application/json") && !is_type(type, "application/merge-patch+json"))
    throw Error(codes::unsupported_media,
                {"Content-Type 应为 application/json", "Content-Type must be application/json"});
  bool deep = false;
  call.body = Json::parse(
      bytes,
      [&](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > 30;
        return !deep;
      },
      false);
  if (call.body.is_discarded() || deep || !is_utf8(bytes))
    throw Error(codes::bad_json, {"内容不是合法的 JSON", "the body is not well-formed JSON"});
  if (auto faults = schema::check(*route.body, call.body, call.worker.services.table.components());
      !faults.empty())
    throw InvalidInput(codes::bad_body, std::move(faults));
}

std::string tag_of(const std::string& bytes) {
  return "\"" + sha256_hex(bytes).substr(0, 32) + "\"";
}

bool names_tag(std::string_view header, std::string_view tag) {
  if (trim(header) == "*") return true;
  for (std::string_view one : split(header, ',')) {
    one = trim(one);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
  }
  return false;
}

Response response_of(Call& call, Answer answer) {
  if (answer.raw) {
    Response out = std::move(*answer.raw);
    if (out.header("Cache-Control").empty()) out.set("Cache-Control", "private, no-cache");
    return out;
  }
  Response out;
  out.status = answer.status != 0 ? answer.status : call.route.success;
  out.headers = std::move(answer.headers);
  if (out.status == 204) return out;
  out.body = dump(answer.json);
  if (out.header("Content-Type").empty()) out.set("Content-Type", "application/json");
  if (is_safe(call.route.method)) {
    if (out.header("ETag").empty()) out.set("ETag", tag_of(out.body));
    if (out.header("Cache-Control").empty())
      out.set("Cache-Control",
              call.route.access.kind == Access::Kind::open ? "no-cache" : "private, no-cache");
  } else if (out.header("Cache-Control").empty()) {
    out.set("Cache-Control", "no-store");
  }
  return out;
}

Response work_of(Call& call) {
  if (call.route.pager) return list_response(call);
  if (call.route.repeats == Repeats::by_key)
    return repeatable(call, [&] { return response_of(call, call.route.handler(call)); });
  // What is read for one answer is of one moment. Files are made by themselves: they may leave a note.
  if (is_safe(call.route.method) && call.route.answer_types.empty()) {
    Answer answer{Json()};
    call.database().snapshot([&] { answer = call.route.handler(call); });
    return response_of(call, std::move(answer));
  }
  return response_of(call, call.route.handler(call));
}

Response carry_out(Call& call) {
  if (!call.route.around) return work_of(call);
  Response out;
  call.route.around(call, [&] { out = work_of(call); });
  return out;
}

Response not_modified(const Response& full) {
  Response out;
  out.status = 304;
  for (const auto& [name, value] : full.headers)
    if (!same_ignoring_case(name, "Content-Type") && !same_ignoring_case(name, "Content-Disposition"))
      out.headers.emplace_back(name, value);
  return out;
}

Response route_missing(const Request& request, const Match& match, Tongue tongue) {
  if (match.others.empty())
    return problem({codes::no_such_route, {"没有这个网址", "there is nothing at this address"}}, request.id,
                   tongue, nullptr);
  std::string allowed;
  for (const Method method : match.others)
    allowed += (allowed.empty() ? "" : ", ") + std::string(to_string(method)) +
               (method == Method::get ? ", HEAD" : "");
  Response out = problem(
      {codes::wrong_method, {"此网址不支持这种操作，可用：" + allowed, "this address takes only " + allowed}},
      request.id, tongue, nullptr);
  out.set("Allow", allowed);
  return out;
}

void note_denial(Call& call, const Error& error) {
  if (!call.caller.known() || error.kind() != Kind::forbidden || status_of(error) != 403) return;
  try {
    call.worker.identity.note_denied(call.caller, call.route.name, call.request.path, error);
  } catch (const Error&) {  // the database is not there: the answer says so already
  }
}

}  // namespace

Done dispatch(const Request& request, Worker& worker) {
  Done done{{}, "-", {}, {}, {}};
  const ServerSettings& settings = worker.services.settings;
  const Sender sender = sender_of(request, settings.trusted_proxies);
  done.address = sender.address;
  const Tongue tongue = tongue_of(request);
  const Match match = worker.services.table.find(request.method, request.path);
  if (match.route == nullptr) {
    done.response = route_missing(request, match, tongue);
    return done;
  }
  const auto shared = std::make_shared<Call>(request, *match.route, worker, match.path);
  Call& call = *shared;
  call.tongue = tongue;
  call.address = sender.address;
  call.secure = sender.secure;
  done.route = match.route->name;
  try {
    call.caller = caller_of(request, *match.route, worker, sender.address);
    call.caller.address = sender.address;
    call.caller.request_id = request.id;
    done.who = call.caller.name;
    check_rate(call);
    check_access(match.route->access, call.caller);
    check_forgery(request, *match.route, call.caller);
    read_query(call);
    read_body(call);
    done.response = carry_out(call);
    for (const Event& event : call.events) {
      worker.services.events.publish(event);
      if (event.name == "job") worker.services.job_added();
    }
    const std::string_view wanted = request.header("If-None-Match");
    const std::string_view tag = done.response.header("ETag");
    if (is_safe(request.method) && done.response.status == 200 && !wanted.empty() && !tag.empty() &&
        names_tag(wanted, tag))
      done.response = not_modified(done.response);
  } catch (const Error& e) {
    note_denial(call, e);
    done.code = fmt::format("{}.{}", e.code().module, e.code().name);
    done.response = problem(e, request.id, tongue, &settings);
    const std::string& cookie = std::string(request.cookie(session_cookie));
    if (!cookie.empty() &&
        (e.code() == identity::codes::session_over || e.code() == identity::codes::not_signed_in))
      done.response.set("Set-Cookie",
                        fmt::format("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict", session_cookie));
  } catch (const std::exception& e) {
    done.code = fmt::format("fault: {}", e.what());
    done.response = problem({codes::internal,
                             {"服务器内部故障", "a fault of the server"},
                             {},
                             {"请把请求编号告诉管理员", "tell the administrator the request id"}},
                            request.id, tongue, &settings);
  }
  return done;
}

Json run_within(Call& batch, Method method, const std::string& path, const Json& body) {
  Request request;
  request.method = method;
  request.path = path;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = dump(body);
  request.peer = batch.request.peer;
  request.id = batch.request.id;
  const Match match = batch.worker.services.table.find(method, path);
  if (match.route == nullptr || match.route->repeats != Repeats::by_key || match.route->around ||
      match.route->name == batch.route.name)
    throw Error(codes::bad_request, {fmt::format("批量操作中不能用 {} {}", to_string(method), path),
                                     fmt::format("{} {} cannot stand in a batch", to_string(method), path)});
  const auto call = std::make_shared<Call>(request, *match.route, batch.worker, match.path);
  call->caller = batch.caller;
  call->tongue = batch.tongue;
  call->address = batch.address;
  call->secure = batch.secure;
  check_access(match.route->access, call->caller);
  read_body(*call);
  const Answer answer = match.route->handler(*call);
  batch.events.insert(batch.events.end(), call->events.begin(), call->events.end());
  return {{"status", answer.status != 0 ? answer.status : match.route->success}, {"body", answer.json}};
}

void add_security_headers(Response& response, std::string_view origins) {
  const auto put = [&](const char* name, std::string value) {
    if (response.header(name).empty()) response.headers.emplace_back(name, std::move(value));
  };
  // Styles and scripts come from our own files only; the pages set styles through the object model, which no
  // policy needs to allow.
  put("Content-Security-Policy",
      fmt::format(
          "default-src 'self'; style-src 'self'; img-src 'self' data: "
          "blob:{}{}; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
          "frame-ancestors 'none'",
          origins.empty() ? "" : " ", origins));
  put("X-Content-Type-Options", "nosniff");
  put("Referrer-Policy", "same-origin");
  put("X-Frame-Options", "DENY");
  put("Cross-Origin-Opener-Policy", "same-origin");
  put("Cross-Origin-Resource-Policy", "same-origin");
  put("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
}

void compress(const Request& request, Response& response) {
  constexpr std::size_t worth = 1400;  // bytes: about one packet
  if (response.producer || response.shared_body || response.body.size() < worth) return;
  if (!response.header("Content-Encoding").empty()) return;
  const std::string_view type = response.header("Content-Type");
  const bool text = type.starts_with("text/") || type.find("json") != std::string_view::npos ||
                    type.find("javascript") != std::string_view::npos ||
                    type.find("svg") != std::string_view::npos;
  if (!text) return;
  response.set("Vary", "Accept-Encoding");
  const Encoding encoding = preferred_encoding(request.header("Accept-Encoding"));
  if (encoding == Encoding::identity) return;
  std::string small = packed(response.body, encoding, Effort::each_time);
  if (small.empty()) return;
  response.body = std::move(small);
  response.set("Content-Encoding", std::string(to_string(encoding)));
  // The bytes differ from those that were tagged; the weak form says that they mean the same.
  if (const std::string tag(response.header("ETag")); !tag.empty() && !tag.starts_with("W/"))
    response.set("ETag", "W/" + tag);
}

}  // namespace tributary::api
