// What changes a report: filling in, and the way from open to accepted and back.
#include "base/text.h"
#include "identity/words.h"
#include "reporting/codes.h"
#include "reporting/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::reporting {
namespace {

using identity::Caller;
using identity::characters;
using identity::Permission;

constexpr std::size_t longest_text = 500;

std::string name_of(const Caller& caller) {
  return caller.display_name.empty() ? caller.name : caller.display_name;
}

std::string_view to_string(Entry::Kind kind) {
  return kind == Entry::Kind::value ? "value" : kind == Entry::Kind::none ? "none" : "cleared";
}

Error not_for_you() {
  return {codes::not_for_you, {"这一步不由您办", "this step is not yours to take"}};
}
Error wrong_state(const Text& text) {
  return {codes::wrong_state, text, {}, {"请刷新后再看", "load the report again"}};
}

void require_reason(const std::string& reason) {
  if (trim(reason).empty() || characters(reason) > longest_text)
    throw Error(codes::reason_missing, {"请写明原因（500 字以内）", "say why, in at most 500 characters"},
                {{}, 0, 0, "reason"});
}

void require_seen(std::int64_t version, std::optional<std::int64_t> seen) {
  if (seen && *seen != version)
    throw Error(codes::changed_meanwhile, {"报表刚有变动", "the report has changed meanwhile"}, {},
                {"请刷新后再办", "load it again, then repeat the step"});
}

}  // namespace

void Reporting::require_fillable(const Caller& caller, const Stored& s) const {
  if (!wears(caller, s.set->fill, s.unit.id.value, Permission::reports_act)) throw not_for_you();
  const Date today = clock_.today();
  if (!s.fillable())
    throw wrong_state({"报表已报出，不能再改", "the report is handed in and cannot be changed"});
  if (s.days.opens && today < *s.days.opens)
    throw Error(codes::not_yet_open, {fmt::format("{} 起才能填报", base::to_string(*s.days.opens)),
                                      fmt::format("open from {}", base::to_string(*s.days.opens))});
  if (s.locked(today))
    throw Error(codes::locked,
                {fmt::format("已于 {} 封账", base::to_string(*s.days.closes)),
                 fmt::format("closed on {}", base::to_string(*s.days.closes))},
                {}, {"请办公室说明原因后重新打开", "the office can re-open it, with a reason"});
}

void Reporting::put(store::Transaction& t, const Caller& caller, const ReportKey& key,
                    const std::string& element, const Entry& e) {
  // What the system filled in is nobody's typing: it keeps nobody from approving.
  const std::string user = e.origin == "prefilled" ? "" : caller.user.value;
  const std::string name = e.origin == "prefilled" ? "" : name_of(caller);
  const auto row = [&](const char* sql) {
    t.execute(sql, tenant_, key.set, key.organisation, key.period, element, to_string(e.kind), e.value,
              e.reason, e.explanation, e.origin, e.detail, user, name, clock_.now().seconds, e.version);
  };
  row("INSERT INTO reporting_value (jurisdiction, set_name, organisation, period, element, kind, value, "
      "reason, "
      "explanation, origin, detail, user_id, user_name, at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, "
      "?) ON CONFLICT (jurisdiction, set_name, organisation, period, element) DO UPDATE SET kind = "
      "excluded.kind, "
      "value = excluded.value, reason = excluded.reason, explanation = excluded.explanation, origin = "
      "excluded.origin, "
      "detail = excluded.detail, user_id = excluded.user_id, user_name = excluded.user_name, at = "
      "excluded.at, version "
      "= excluded.version");
  row("INSERT INTO reporting_history (jurisdiction, set_name, organisation, period, element, kind, value, "
      "reason, "
      "explanation, origin, detail, user_id, user_name, at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?, ?, "
      "?)");
}

void Reporting::move(store::Transaction& t, const Caller& caller, Stored& s, const std::string& what,
                     int level, const std::string& reason) {
  const ReportKey key = s.key();
  ++s.version;
  t.execute(
      "INSERT INTO reporting_report (jurisdiction, set_name, organisation, period, state, level, reopened, "
      "submitted, "
      "first_received, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (jurisdiction, set_name, "
      "organisation, period) DO UPDATE SET state = excluded.state, level = excluded.level, reopened = "
      "excluded.reopened, submitted = excluded.submitted, first_received = excluded.first_received, version "
      "= "
      "excluded.version",
      tenant_, key.set, key.organisation, key.period, reporting::to_string(s.state), s.level,
      s.reopened ? 1 : 0, s.submitted, s.first_received, s.version);
  keep_accepted(t, tenant_, key, s.period, s.state == State::accepted);
  if (what != "save") {
    const auto last = t.first(
        "SELECT COALESCE(MAX(seq), 0) FROM reporting_event WHERE jurisdiction = ? AND set_name = ? AND "
        "organisation = ? "
        "AND period = ?",
        tenant_, key.set, key.organisation, key.period);
    t.execute(
        "INSERT INTO reporting_event (jurisdiction, set_name, organisation, period, seq, at, user_id, "
        "user_name, what, "
        "level, live, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
        tenant_, key.set, key.organisation, key.period, last->integer(0) + 1, clock_.now().seconds,
        caller.user.value, name_of(caller), what, level, reason);
  }
  audit_.append(t, caller, {"report." + what, "report/" + key.text(), identity::AuditOutcome::done, reason});
}

Report Reporting::save(const Caller& caller, const ReportKey& key, const std::vector<Change>& changes,
                       const std::string& origin, const std::string& detail) {
  return database_.write([&](store::Transaction& t) {
    Stored s = find(t, caller, key);
    require_fillable(caller, s);
    const auto now = entries(t, s, true);
    std::vector<Fault> faults;
    std::map<std::string, Entry> theirs;
    std::map<std::string, Entry> fresh;
    for (const Change& change : changes) {
      const auto found = now.find(change.element);
      if (found == now.end()) {
        faults.push_back({change.element,
                          {fmt::format("本表没有“{}”", change.element),
                           fmt::format("this report has no \"{}\"", change.element)}});
        continue;
      }
      const Element& element = book_.elements.at(change.element);
      const Entry& old = found->second;
      Entry entry;
      entry.kind = change.kind;
      entry.explanation = std::string(trim(change.explanation));
      entry.origin = origin;
      entry.detail = detail;
      entry.version = old.version + 1;
      if (change.kind == Entry::Kind::value) entry.value = canonical(element, change.value, faults);
      if (change.kind == Entry::Kind::none) {
        entry.reason = std::string(trim(change.reason));
        if (entry.reason.empty())
          faults.push_back({change.element,
                            {fmt::format("“{}”：不适用要写明原因", element.name.zh),
                             fmt::format("\"{}\": say why it does not apply", element.name.en)}});
      }
      if (characters(entry.reason) > longest_text || characters(entry.explanation) > longest_text)
        faults.push_back({change.element, {"说明至多 500 字", "at most 500 characters"}});
      if (old.origin == "prefilled") {  // only an explanation can be added
        if (change.kind != Entry::Kind::value || entry.value != old.value) {
          faults.push_back(
              {change.element,
               {fmt::format("“{}”由系统已有数据得出，不用填", element.name.zh),
                fmt::format("\"{}\" comes from what the system has and is not typed", element.name.en)}});
          continue;
        }
        entry.origin = old.origin;
        entry.detail = old.detail;
      }
      if (entry.kind == old.kind && entry.value == old.value && entry.reason == old.reason &&
          entry.explanation == old.explanation)
        continue;
      if (change.seen != old.version) theirs[change.element] = old;
      fresh[change.element] = std::move(entry);
    }
    if (!faults.empty()) throw BadFigures(std::move(faults));
    if (!theirs.empty()) throw Conflict(std::move(theirs));
    for (const auto& [code, entry] : fresh) put(t, caller, key, code, entry);
    if (!fresh.empty()) move(t, caller, s, "save", 0, fmt::format("{} figures, {}", fresh.size(), origin));
    return view(t, caller, s);
  });
}

Report Reporting::submit(const Caller& caller, const ReportKey& key, std::optional<std::int64_t> version) {
  return database_.write([&](store::Transaction& t) {
    Stored s = find(t, caller, key);
    require_fillable(caller, s);
    require_seen(s.version, version);
    auto all = entries(t, s, true);
    std::vector<Fault> faults;
    for (const std::string& code : s.set->elements())
      if (all.at(code).kind == Entry::Kind::missing) {
        const Text& name = book_.elements.at(code).name;
        faults.push_back(
            {code,
             {fmt::format("“{}”没有填；没有就填 0，不适用请注明", name.zh),
              fmt::format("\"{}\" is missing; write 0 for none, or say that it does not apply", name.en)}});
      }
    for (const Remark& remark : remarks(t, s, all))
      if (remark.error || (remark.outlier && !remark.explained))
        for (const std::string& element : remark.elements) faults.push_back({element, remark.text});
    if (!faults.empty()) throw BadFigures(std::move(faults));
    for (auto& [code, entry] : all)  // what was known at this moment stays with the report
      if (entry.origin == "prefilled") {
        ++entry.version;
        put(t, caller, key, code, entry);
      }
    s.state = State::submitted;
    s.level = 0;
    s.reopened = false;
    s.submitted = base::to_string(clock_.today());
    if (s.first_received.empty()) s.first_received = s.submitted;
    move(t, caller, s, "submit", 0, {});
    return view(t, caller, s);
  });
}

Report Reporting::approve(const Caller& caller, const ReportKey& key, int level,
                          std::optional<std::int64_t> version) {
  return database_.write([&](store::Transaction& t) {
    Stored s = find(t, caller, key);
    require_seen(s.version, version);
    const Level* wanted = s.set->level(static_cast<std::size_t>(level > 0 ? level - 1 : s.level));
    if (wanted == nullptr ||
        !wears(caller, wanted->roles, wanted->own ? s.unit.id.value : "", Permission::reports_act))
      throw not_for_you();
    if (s.state != State::submitted)
      throw wrong_state({"报表不在待审核状态", "the report is not waiting for approval"});
    if (level > 0 && level <= s.level) throw wrong_state({"这一级已审核", "this level has approved already"});
    if (level > s.level + 1)
      throw Error(codes::below_missing,
                  {fmt::format("“{}”还没有审核", s.set->levels[static_cast<std::size_t>(s.level)].label.zh),
                   fmt::format("\"{}\" has not approved yet",
                               s.set->levels[static_cast<std::size_t>(s.level)].label.en)});
    if (took_part(t, caller, key))
      throw Error(codes::same_person,
                  {"填报人不能审核自己填的报表，同一人也不能审两级",
                   "who filled it in does not approve it, and nobody approves twice"},
                  {}, {"请换一位同事审核", "let a colleague approve"});
    ++s.level;
    if (static_cast<std::size_t>(s.level) == s.set->levels.size()) s.state = State::accepted;
    move(t, caller, s, "approve", s.level, {});
    return view(t, caller, s);
  });
}

namespace {

void take_back(store::Transaction& t, const std::string& tenant, const ReportKey& key, int from) {
  t.execute(
      "UPDATE reporting_event SET live = 0 WHERE jurisdiction = ? AND set_name = ? AND organisation = ? AND "
      "period "
      "= ? AND what = 'approve' AND level >= ? AND live = 1",
      tenant, key.set, key.organisation, key.period, from);
}

}  // namespace

Report Reporting::give_back(const Caller& caller, const ReportKey& key, const std::string& reason) {
  return database_.write([&](store::Transaction& t) {
    Stored s = find(t, caller, key);
    if (s.state != State::submitted)
      throw wrong_state({"报表不在待审核状态", "the report is not waiting for approval"});
    const auto may = allowed(t, caller, s);
    if (std::find(may.begin(), may.end(), "return") == may.end()) throw not_for_you();
    require_reason(reason);
    take_back(t, tenant_, key, 1);
    s.state = State::returned;
    s.level = 0;
    s.submitted.clear();
    // To be mended it must be open, though the closing day may be over.
    s.reopened = true;
    move(t, caller, s, "return", 0, reason);
    return view(t, caller, s);
  });
}

Report Reporting::withdraw(const Caller& caller, const ReportKey& key, int level, const std::string& reason) {
  return database_.write([&](store::Transaction& t) {
    Stored s = find(t, caller, key);
    if (level < 1 || level > s.level) throw wrong_state({"这一级没有审核过", "this level has not approved"});
    const Level& of = s.set->levels[static_cast<std::size_t>(level - 1)];
    if (!wears(caller, s.set->office, {}, Permission::reports_act) &&
        !wears(caller, of.roles, of.own ? s.unit.id.value : "", Permission::reports_act))
      throw not_for_you();
    require_reason(reason);
    take_back(t, tenant_, key, level);
    s.state = State::submitted;
    s.level = level - 1;
    move(t, caller, s, "withdraw", level, reason);
    return view(t, caller, s);
  });
}

Report Reporting::reopen(const Caller& caller, const ReportKey& key, const std::string& reason) {
  return database_.write([&](store::Transaction& t) {
    Stored s = find(t, caller, key);
    if (!wears(caller, s.set->office, {}, Permission::reports_act)) throw not_for_you();
    if (!s.locked(clock_.today()) && s.state != State::accepted)
      throw wrong_state(
          {"报表没有封账，也没有审定，不用重新打开", "the report is neither closed nor accepted"});
    require_reason(reason);
    take_back(t, tenant_, key, 1);
    s.state = s.state == State::accepted ? State::returned : s.state;
    s.level = 0;
    s.submitted.clear();
    s.reopened = true;
    move(t, caller, s, "reopen", 0, reason);
    return view(t, caller, s);
  });
}

void Reporting::set_days(const Caller& caller, const std::string& name, const std::string& period,
                         std::optional<Date> due, std::optional<Date> closes, const std::string& basis) {
  database_.write([&](store::Transaction& t) {
    const DataSet& set = set_of(name);
    if (!oversees(caller, set))
      throw Error(codes::unknown_report, {"没有这张报表", "there is no such report"});
    if (!wears(caller, set.office, {}, Permission::reports_act)) throw not_for_you();
    const auto all = periods(set);
    if (std::find(all.begin(), all.end(), period) == all.end())
      throw Error(codes::unknown_report, {"没有这一期", "there is no such period"});
    require_reason(basis);
    if (due && closes && *closes < *due)
      throw Error(codes::bad_figure, {"封账日不能早于截止日", "the closing day is not before the due day"},
                  {{}, 0, 0, "closes"});
    t.execute(
        "INSERT INTO reporting_period (jurisdiction, set_name, period, due, closes, basis) VALUES (?, ?, ?, "
        "?, ?, ?) "
        "ON CONFLICT (jurisdiction, set_name, period) DO UPDATE SET due = excluded.due, closes = "
        "excluded.closes, "
        "basis = excluded.basis",
        tenant_, name, period, due ? base::to_string(*due) : "", closes ? base::to_string(*closes) : "",
        basis);
    audit_.append(t, caller,
                  {"report.days", fmt::format("report-set/{}/{}", name, period), identity::AuditOutcome::done,
                   fmt::format("due {}, closes {}; {}", due ? base::to_string(*due) : "-",
                               closes ? base::to_string(*closes) : "-", basis)});
  });
}

}  // namespace tributary::reporting
