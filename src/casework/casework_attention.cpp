// Following cases, being named in comments, taking over from a colleague, and the calendar.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

constexpr std::size_t longest_calendar = 500;  // entries of each kind

// The last event and the last comment of a case.
std::pair<std::int64_t, std::int64_t> latest(store::Transaction& t, const std::string& tenant, CaseId id) {
  const auto last = [&](const char* table) {
    return t
        .first(
            fmt::format("SELECT COALESCE(MAX(seq), 0) FROM {} WHERE jurisdiction = ? AND case_id = ?", table),
            tenant, id.value)
        ->integer(0);
  };
  return {last("casework_event"), last("casework_comment")};
}

}  // namespace

void Casework::follow(store::Transaction& t, const std::string& user, CaseId id) {
  if (user.empty()) return;  // the program itself
  const auto [event, comment] = latest(t, tenant_, id);
  t.execute(
      "INSERT INTO casework_following (jurisdiction, user_id, case_id, seen_event, seen_comment, mentioned, "
      "handed_by) VALUES (?, ?, ?, ?, ?, 0, '') ON CONFLICT (jurisdiction, user_id, case_id) DO UPDATE SET "
      "seen_event = excluded.seen_event, seen_comment = excluded.seen_comment",
      tenant_, user, id.value, event, comment);
}

void Casework::follow(const identity::Caller& caller, CaseId id, bool following) {
  database_.write([&](store::Transaction& t) {
    visible(t, caller, id);
    if (following) return follow(t, caller.user.value, id);
    t.execute("DELETE FROM casework_following WHERE jurisdiction = ? AND user_id = ? AND case_id = ?",
              tenant_, caller.user.value, id.value);
  });
}

void Casework::seen(const identity::Caller& caller, CaseId id) {
  database_.write([&](store::Transaction& t) {
    visible(t, caller, id);
    const auto [event, comment] = latest(t, tenant_, id);
    t.execute(
        "UPDATE casework_following SET seen_event = ?, seen_comment = ?, handed_by = '' WHERE jurisdiction = "
        "? "
        "AND user_id = ? AND case_id = ?",
        event, comment, tenant_, caller.user.value, id.value);
  });
}

void Casework::mention(store::Transaction& t, const Stored& stored, const std::vector<std::string>& users,
                       std::int64_t comment, const std::string& by) {
  for (const std::string& user : users) {
    if (user == by) continue;
    t.execute(
        "INSERT INTO casework_following (jurisdiction, user_id, case_id, seen_event, seen_comment, "
        "mentioned, "
        "handed_by) VALUES (?, ?, ?, ?, ?, ?, '') ON CONFLICT (jurisdiction, user_id, case_id) DO UPDATE SET "
        "mentioned = excluded.mentioned",
        tenant_, user, stored.id.value, latest(t, tenant_, stored.id).first, comment - 1, comment);
  }
}

std::vector<CasePerson> Casework::people(const identity::Caller& caller, CaseId id) const {
  return database_.read([&](store::Transaction& t) {
    visible(t, caller, id);
    std::map<std::string, CasePerson> found;
    const auto take = [&](const store::Row& row) {
      if (row.text(0) != caller.user.value && !row.text(0).empty())
        found[row.text(0)] = {row.text(0), row.text(1), row.text(2)};
    };
    t.each(
        take,
        "SELECT user_id, name, '' FROM casework_comment WHERE jurisdiction = ? AND case_id = ? ORDER BY seq",
        tenant_, id.value);
    t.each(
        take,
        "SELECT user_id, name, organisation FROM casework_event WHERE jurisdiction = ? AND case_id = ? ORDER "
        "BY seq",
        tenant_, id.value);
    std::vector<CasePerson> out;
    for (auto& [user, person] : found) out.push_back(std::move(person));
    return out;
  });
}

NewsPage Casework::news(const identity::Caller& caller, std::size_t limit, const std::string& cursor) const {
  const Person reader = person(caller, identity::Permission::cases_read);
  const Reach reach = reach_of(reader, "s", !reader.hats.empty());
  std::string sql =
      "SELECT c.id, f.mentioned, f.seen_comment, f.handed_by, "
      "(SELECT COUNT(*) FROM casework_event e WHERE e.jurisdiction = f.jurisdiction AND e.case_id = "
      "f.case_id "
      "AND e.seq > f.seen_event AND e.user_id <> f.user_id), "
      "(SELECT COUNT(*) FROM casework_comment m WHERE m.jurisdiction = f.jurisdiction AND m.case_id = "
      "f.case_id "
      "AND m.seq > f.seen_comment AND m.user_id <> f.user_id) "
      "FROM casework_following f JOIN casework_case c ON c.jurisdiction = f.jurisdiction AND c.id = "
      "f.case_id "
      "WHERE f.jurisdiction = ? AND f.user_id = ? AND c.id < ? AND (f.handed_by <> '' "
      "OR EXISTS (SELECT 1 FROM casework_event e WHERE e.jurisdiction = f.jurisdiction AND e.case_id = "
      "f.case_id "
      "AND e.seq > f.seen_event AND e.user_id <> f.user_id) "
      "OR EXISTS (SELECT 1 FROM casework_comment m WHERE m.jurisdiction = f.jurisdiction AND m.case_id = "
      "f.case_id AND m.seq > f.seen_comment AND m.user_id <> f.user_id)) "
      "AND EXISTS (SELECT 1 FROM casework_seer s WHERE s.jurisdiction = c.jurisdiction AND s.case_id = c.id "
      "AND "
      "(" +
      reach.condition + ")) ORDER BY c.id DESC LIMIT ?";
  std::vector<store::Value> values{
      store::to_value(tenant_), store::to_value(caller.user.value),
      store::to_value(number_of(cursor, std::numeric_limits<std::int64_t>::max()))};
  values.insert(values.end(), reach.values.begin(), reach.values.end());
  values.push_back(store::to_value(static_cast<std::int64_t>(limit) + 1));
  return database_.read([&](store::Transaction& t) {
    std::vector<store::Row> rows;
    t.each_values(sql, values, [&](const store::Row& row) { rows.push_back(row); });
    NewsPage out;
    for (const store::Row& row : rows) {
      if (out.items.size() == limit) {
        out.next = std::to_string(out.items.back().head.id.value);
        break;
      }
      News one;
      one.head = *head(t, {row.integer(0)});
      one.mentioned = row.integer(1) > row.integer(2);
      one.handed_by = row.text(3);
      one.steps = row.integer(4);
      one.comments = row.integer(5);
      out.items.push_back(std::move(one));
    }
    return out;
  });
}

std::int64_t Casework::hand_over(const identity::Caller& caller, const identity::User& from,
                                 const identity::User& to) {
  caller.require(identity::Permission::users_manage);
  if (from.id == to.id || from.organisation != to.organisation || to.state != identity::UserState::active)
    throw FormError(
        codes::bad_form,
        {{"to", {"请选同一单位另一位在用的用户", "name another active user of the same organisation"}}});
  return database_.write([&](store::Transaction& t) {
    // What the one began or follows, and is not at an end.
    std::vector<std::int64_t> cases;
    t.each(
        [&](const store::Row& row) { cases.push_back(row.integer(0)); },
        "SELECT c.id FROM casework_case c WHERE c.jurisdiction = ? AND c.open = 1 AND (c.created_by = ? OR "
        "EXISTS (SELECT 1 FROM casework_following f WHERE f.jurisdiction = c.jurisdiction AND f.case_id = "
        "c.id "
        "AND f.user_id = ?)) ORDER BY c.id",
        tenant_, from.id.value, from.id.value);
    for (const std::int64_t id : cases)
      t.execute(
          "INSERT INTO casework_following (jurisdiction, user_id, case_id, seen_event, seen_comment, "
          "mentioned, "
          "handed_by) VALUES (?, ?, ?, 0, 0, 0, ?) ON CONFLICT (jurisdiction, user_id, case_id) DO UPDATE "
          "SET "
          "handed_by = excluded.handed_by",
          tenant_, to.id.value, id, from.display_name.empty() ? from.name : from.display_name);
    t.execute("DELETE FROM casework_following WHERE jurisdiction = ? AND user_id = ?", tenant_,
              from.id.value);
    audit_.append(t, caller,
                  {"case.hand_over", "user/" + from.name, identity::AuditOutcome::done,
                   fmt::format("{} cases to {}", cases.size(), to.name)});
    return static_cast<std::int64_t>(cases.size());
  });
}

std::vector<CalendarEntry> Casework::calendar(const identity::Caller& caller, Date from, Date to) const {
  const Person who = person(caller, identity::Permission::cases_act);
  const Person reader = person(caller, identity::Permission::cases_read);
  return database_.read([&](store::Transaction& t) {
    std::vector<CalendarEntry> out;
    // The first in time are kept where there are very many; the page says so by what is missing at its end.
    const auto most = store::to_value(static_cast<std::int64_t>(longest_calendar));
    const store::Value first = store::to_value(base::to_string(from));
    const store::Value last = store::to_value(base::to_string(to));
    if (const Reach mine = reach_of(who, "w", false); !mine.pairs.empty()) {
      const std::vector<std::string> parts(
          mine.pairs.size(),
          "SELECT DISTINCT w.due, w.case_id FROM casework_waiting w WHERE w.jurisdiction = ? AND w.role = ? "
          "AND "
          "w.organisation = ? AND w.due >= ? AND w.due <= ? ORDER BY w.due, w.case_id LIMIT ?");
      std::vector<store::Value> values;
      for (const auto& [role, organisation] : mine.pairs)
        for (const store::Value& value : {store::to_value(tenant_), store::to_value(role),
                                          store::to_value(organisation), first, last, most})
          values.push_back(value);
      values.push_back(most);
      std::vector<std::pair<std::string, CaseId>> due;
      std::vector<CaseId> ids;
      t.each_values(together_of(parts, "due, case_id", "due, case_id"), values, [&](const store::Row& row) {
        due.emplace_back(row.text(0), CaseId{row.integer(1)});
        ids.push_back({row.integer(1)});
      });
      const auto found = find_all(t, ids);
      for (const auto& [day, id] : due) {
        const auto stored = found.find(id.value);
        auto item = stored == found.end() ? due_from(t, who, id) : due_from(who, stored->second);
        if (item) out.push_back({parse_date(day), std::move(item->head), std::move(item->what), true});
      }
    }
    const Reach visible = reach_of(reader, "s", !reader.hats.empty());
    std::vector<store::Value> values{store::to_value(tenant_), first, last};
    values.insert(values.end(), visible.values.begin(), visible.values.end());
    values.push_back(most);
    std::vector<store::Row> rows;
    t.each_values(
        "SELECT d.day, d.case_id, d.field, c.hash FROM casework_day d JOIN casework_case c ON c.jurisdiction "
        "= d.jurisdiction AND c.id = d.case_id WHERE d.jurisdiction = ? AND d.day >= ? AND d.day <= ? AND "
        "EXISTS (SELECT 1 FROM casework_seer s WHERE s.jurisdiction = d.jurisdiction AND s.case_id = "
        "d.case_id AND (" +
            visible.condition + ")) ORDER BY d.day, d.case_id, d.field LIMIT ?",
        values, [&](const store::Row& row) { rows.push_back(row); });
    for (const store::Row& row : rows) {
      const Field* field = type_of(t, row.text(3))->field(row.text(2));
      if (auto found = head(t, {row.integer(1)}))
        out.push_back({parse_date(row.text(0)),
                       std::move(*found),
                       {field == nullptr ? Text{row.text(2), row.text(2)} : field->label},
                       false});
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const CalendarEntry& a, const CalendarEntry& b) { return a.day < b.day; });
    return out;
  });
}

}  // namespace tributary::casework
