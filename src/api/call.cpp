#include "api/call.h"

#include "base/decimal.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tributary::api {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Error not_found(const Text& what) {
  return {codes::not_found, {"找不到" + what.zh, "no such " + what.en}};
}

std::int64_t Call::id_in_path(const std::string& name) const {
  const auto id = whole_number(in_path(name));
  if (!id || *id <= 0) throw not_found({"这一项", "entry"});
  return *id;
}

std::optional<std::int64_t> Call::whole(const std::string& name) const {
  return has(name) ? std::optional(query.at(name).get<std::int64_t>()) : std::nullopt;
}

std::optional<Date> Call::day(const std::string& name) const {
  return has(name) ? std::optional(parse_date(query.at(name).get<std::string>())) : std::nullopt;
}

void Call::note(const std::string& action, const std::string& object, const std::string& detail) {
  worker.identity.audit().append(caller, {action, object, identity::AuditOutcome::done, detail});
}

namespace {

// Numbers as numbers, texts as texts; what is missing comes last.
bool less(const Json& a, const Json& b) {
  if (a.is_null() || b.is_null()) return !a.is_null() && b.is_null();
  if (a.is_number() && b.is_number()) return a.get<double>() < b.get<double>();
  if (a.is_object() && b.is_object()) return dump(a) < dump(b);
  if (!a.is_string() || !b.is_string()) return false;
  const auto& x = a.get_ref<const std::string&>();
  const auto& y = b.get_ref<const std::string&>();
  const auto p = Decimal::try_parse(x);
  const auto q = Decimal::try_parse(y);
  return p && q ? *p < *q : x < y;
}

}  // namespace

Error bad_cursor() {
  return {codes::bad_parameter, {"cursor 无效", "the cursor is not one of ours"}, {{}, 0, 0, "cursor"}};
}

Page page_of(std::vector<Json> all, const PageRequest& wanted) {
  if (!wanted.sort.empty()) {
    const bool down = wanted.sort.front() == '-';
    const std::string name = down ? wanted.sort.substr(1) : wanted.sort;
    const auto member = [&](const Json& row) { return row.contains(name) ? row.at(name) : Json(nullptr); };
    std::stable_sort(all.begin(), all.end(), [&](const Json& a, const Json& b) {
      return down ? less(member(b), member(a)) : less(member(a), member(b));
    });
  }
  std::size_t from = 0;
  if (!wanted.cursor.empty()) {
    const auto position = whole_number(wanted.cursor);
    if (!position || *position < 0) throw bad_cursor();
    from = std::min(all.size(), static_cast<std::size_t>(*position));
  }
  const std::size_t to = std::min(all.size(), from + wanted.limit);
  Page page;
  page.items.assign(std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(from)),
                    std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(to)));
  if (to < all.size()) page.next = std::to_string(to);
  return page;
}

Response file(std::string bytes, const std::string& type, const std::string& name) {
  Response out;
  out.headers = {{"Content-Type", type},
                 {"Content-Disposition", fmt::format("attachment; filename=\"download\"; filename*=UTF-8''{}",
                                                     percent_encoded(name))}};
  out.body = std::move(bytes);
  return out;
}

}  // namespace tributary::api
