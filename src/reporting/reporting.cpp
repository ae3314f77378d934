#include "reporting/reporting.h"

#include "base/text.h"
#include "identity/words.h"
#include "reporting/codes.h"
#include "reporting/stored.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::reporting {
namespace {

using identity::Caller;
using identity::kept;
using identity::Organisation;
using identity::Permission;

Error unknown_report() {
  return {codes::unknown_report,
          {"没有这张报表，或您无权查看", "there is no such report, or you may not see it"}};
}

Text named(const Text& first, std::size_t more) {
  if (more == 0) return first;
  return {fmt::format("{}（另有 {} 处）", first.zh, more), fmt::format("{} (and {} more)", first.en, more)};
}

bool has(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

// Which figures somebody else changed, for the message.
Text of_whom(const std::map<std::string, Entry>& theirs) {
  const auto& [element, entry] = *theirs.begin();
  return named({fmt::format("{} 刚改过“{}”", entry.user, element),
                fmt::format("{} has just changed \"{}\"", entry.user, element)},
               theirs.size() - 1);
}

}  // namespace

Conflict::Conflict(std::map<std::string, Entry> theirs)
    : Error(codes::changed_meanwhile, of_whom(theirs), {},
            {"请对照两边的数，选定一个", "compare the two figures and choose one"}),
      theirs_(std::move(theirs)) {}

BadFigures::BadFigures(std::vector<Fault> faults)
    : Error(codes::bad_figure, named(faults.front().text, faults.size() - 1),
            {{}, 0, 0, faults.front().element}),
      faults_(std::move(faults)) {}

std::string_view to_string(State state) {
  switch (state) {
    case State::open:
      return "open";
    case State::submitted:
      return "submitted";
    case State::accepted:
      return "accepted";
    case State::returned:
      return "returned";
  }
  return "";
}

ReportKey ReportKey::parse(const std::string& text) {
  const auto parts = split(text, '.');
  if (parts.size() != 3) throw unknown_report();
  return {std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

std::pair<std::string, Entry> entry_of(const store::Row& row) {
  Entry out;
  out.kind = row.text(1) == "value"  ? Entry::Kind::value
             : row.text(1) == "none" ? Entry::Kind::none
                                     : Entry::Kind::missing;
  out.value = row.text(2);
  out.reason = row.text(3);
  out.explanation = row.text(4);
  out.origin = row.text(5);
  out.detail = row.text(6);
  out.user = row.text(7);
  out.at = {row.integer(8)};
  out.version = row.integer(9);
  return {row.text(0), out};
}

Figures figures_of(const std::map<std::string, Entry>& entries) {
  Figures out;
  for (const auto& [element, entry] : entries)
    if (entry.kind == Entry::Kind::value) out.emplace(element, Rational(Decimal::parse(entry.value)));
  return out;
}

std::string canonical(const Element& e, const std::string& text, std::vector<Fault>& faults) {
  const auto fault = [&](const std::string& zh, const std::string& en) {
    faults.push_back(
        {e.code, {fmt::format("“{}”：{}", e.name.zh, zh), fmt::format("\"{}\": {}", e.name.en, en)}});
    return std::string();
  };
  const auto value = Decimal::try_parse(trim(text));
  if (!value)
    return fault(fmt::format("“{}”不是数；用阿拉伯数字填写，不要单位和逗号", kept(text, 40)),
                 fmt::format("\"{}\" is no number; write digits, without a unit or commas", kept(text, 40)));
  const Decimal plain = value->normalized();
  if (plain.scale() > e.places)
    return fault(fmt::format("最多 {} 位小数", e.places), fmt::format("at most {} decimals", e.places));
  if (plain.sign() < 0 && !e.negative) return fault("不能是负数", "cannot be negative");
  return plain.to_string();
}

ReportHead Reporting::Stored::head(Date today) const {
  ReportHead out;
  out.key = key();
  out.organisation_name = unit.name;
  out.state = state;
  out.level = level;
  out.days = days;
  out.expected = open_in(unit.exists, period);
  out.submitted = submitted;
  if (days.due)
    out.late = first_received.empty() ? today > *days.due : parse_date(first_received) > *days.due;
  out.locked = locked(today);
  out.reopened = reopened;
  out.version = version;
  return out;
}

Reporting::Reporting(store::Database& database, std::string tenant, const Clock& clock, const Book& book,
                     const WorkCalendar& calendar, identity::Audit& audit, Sources sources)
    : database_(database),
      tenant_(std::move(tenant)),
      clock_(clock),
      book_(book),
      calendar_(calendar),
      audit_(audit),
      sources_(std::move(sources)) {}

// `own`: the organisation that the role must be held in; empty: a role for the whole district.
bool Reporting::wears(const Caller& caller, const std::vector<std::string>& roles, const std::string& own,
                      Permission permission) const {
  if (caller.must_change_password) return false;
  return std::any_of(caller.grants.begin(), caller.grants.end(), [&](const identity::Grant& grant) {
    return grant.permissions.has(permission) && has(roles, grant.role) &&
           (own.empty() ? grant.scope == identity::Scope::tenant : grant.organisation.value == own);
  });
}

bool Reporting::oversees(const Caller& caller, const DataSet& set) const {
  if (wears(caller, set.office, {}, Permission::reports_read) ||
      wears(caller, set.readers, {}, Permission::reports_read))
    return true;
  return std::any_of(set.levels.begin(), set.levels.end(), [&](const Level& level) {
    return !level.own && wears(caller, level.roles, {}, Permission::reports_read);
  });
}

bool Reporting::may_see(const Caller& caller, const DataSet& set, const std::string& organisation) const {
  if (oversees(caller, set) || wears(caller, set.fill, organisation, Permission::reports_read)) return true;
  return std::any_of(set.levels.begin(), set.levels.end(), [&](const Level& level) {
    return level.own && wears(caller, level.roles, organisation, Permission::reports_read);
  });
}

const DataSet& Reporting::set_of(const std::string& name) const {
  const DataSet* set = book_.set(name);
  if (set == nullptr) throw unknown_report();
  return *set;
}

std::vector<std::string> Reporting::periods(const DataSet& set) const {
  std::vector<std::string> out;
  const Date today = clock_.today();
  for (Period p = Period::parse(set.first); p.from() <= today; p = p.next()) out.push_back(p.to_string());
  std::reverse(out.begin(), out.end());
  return out;
}

bool Reporting::is_assigned(const DataSet& set, const Organisation& unit) const {
  return has(set.organisations, unit.id.value) || has(set.kinds, std::string(identity::to_string(unit.kind)));
}

std::vector<Organisation> Reporting::assigned(store::Transaction& t, const DataSet& set) const {
  std::vector<Organisation> out;
  for (auto& [id, o] : identity::all_organisations(t, tenant_))
    if (is_assigned(set, o)) out.push_back(std::move(o));
  return out;
}

std::map<std::string, OfficeDays> office_days(store::Transaction& t, const std::string& tenant,
                                              const DataSet& set, const std::string& period) {
  std::map<std::string, OfficeDays> out;
  t.each([&](const store::Row& row) { out[row.text(0)] = {row.text(1), row.text(2), row.text(3)}; },
         "SELECT period, due, closes, basis FROM reporting_period WHERE jurisdiction = ? AND set_name = ? AND period >= ?",
         tenant, set.name, period);
  return out;
}

Days Reporting::days_of(store::Transaction& t, const DataSet& set, const Period& period) const {
  return days_in(calendar_, set, period, office_days(t, tenant_, set));
}

Days days_in(const WorkCalendar& calendar, const DataSet& set, const Period& period,
             const std::map<std::string, OfficeDays>& office) {
  Days out;
  const auto day = [&](const std::optional<Term>& term) -> std::optional<Date> {
    if (!term) return std::nullopt;
    if (!term->verified) out.verified = false;
    if (!term->working) return period.last_day() + std::chrono::days{term->days};
    // A term may reach into a year whose holidays are not known yet.
    if (!calendar.covers(period.to()) ||
        !calendar.covers(period.last_day() + std::chrono::days{term->days * 3})) {
      out.beyond_calendar = true;
      return std::nullopt;
    }
    return calendar.add_working_days(period.last_day(), term->days);
  };
  out.opens = set.opens ? day(set.opens) : std::optional(period.from());
  out.due = day(set.due);
  out.closes = day(set.closes);
  if (const auto set_by_office = office.find(period.to_string()); set_by_office != office.end()) {
    const OfficeDays& given = set_by_office->second;
    if (!given.due.empty()) out.due = parse_date(given.due);
    if (!given.closes.empty()) out.closes = parse_date(given.closes);
    out.basis = given.basis;
    out.verified = true;
  }
  return out;
}

Reporting::Stored Reporting::read(store::Transaction& t, const DataSet& set, const Organisation& unit,
                                  const Period& period, const Days& days) const {
  Stored out{&set, unit, period, days};
  if (const auto row =
          t.first(fmt::format("SELECT {} FROM reporting_report WHERE jurisdiction = ? AND set_name "
                              "= ? AND organisation = ? AND period = ?",
                              report_columns),
                  tenant_, set.name, unit.id.value, period.to_string()))
    out.take(*row);
  return out;
}

void Reporting::Stored::take(const store::Row& row) {
  for (const State one : {State::open, State::submitted, State::accepted, State::returned})
    if (to_string(one) == row.text(2)) state = one;
  level = static_cast<int>(row.integer(3));
  reopened = row.integer(4) != 0;
  submitted = row.text(5);
  first_received = row.text(6);
  version = row.integer(7);
}

std::vector<Reporting::Stored> Reporting::all_of(store::Transaction& t, const DataSet& set,
                                                 const Period& period) const {
  std::vector<Stored> out;
  const Days days = days_of(t, set, period);
  std::map<std::string, std::size_t> at;
  for (Organisation& unit : assigned(t, set)) {
    at[unit.id.value] = out.size();
    out.push_back({&set, std::move(unit), period, days});
  }
  t.each(
      [&](const store::Row& row) {
        if (const auto found = at.find(row.text(0)); found != at.end()) out[found->second].take(row);
      },
      fmt::format("SELECT {} FROM reporting_report WHERE jurisdiction = ? AND set_name = ? AND period = ?",
                  report_columns),
      tenant_, set.name, period.to_string());
  return out;
}

Reporting::Stored Reporting::find(store::Transaction& t, const Caller& caller, const ReportKey& key) const {
  const DataSet& set = set_of(key.set);
  if (!may_see(caller, set, key.organisation) || !has(periods(set), key.period)) throw unknown_report();
  const auto unit = identity::organisation_in(t, tenant_, key.organisation);
  if (!unit || !is_assigned(set, *unit)) throw unknown_report();
  const Period period = Period::parse(key.period);
  return read(t, set, *unit, period, days_of(t, set, period));
}

std::map<std::string, Known> Reporting::known(store::Transaction& t, const Stored& s) const {
  std::map<std::string, Known> out;
  if (!sources_) return out;
  for (const std::string& code : s.set->elements()) {
    const Element& element = book_.elements.at(code);
    if (!element.prefill) continue;
    if (const auto value = sources_(t, element, s.unit, s.period)) out[code] = *value;
  }
  return out;
}

std::map<std::string, Entry> Reporting::entries(store::Transaction& t, const Stored& s, bool fresh) const {
  std::map<std::string, Entry> out;
  for (const std::string& code : s.set->elements()) out[code] = {};
  const ReportKey key = s.key();
  for (const store::Row& row : t.query(
           fmt::format(
               "SELECT {} FROM reporting_value WHERE jurisdiction = ? AND set_name = ? AND organisation = ? "
               "AND period = ?",
               entry_columns),
           tenant_, key.set, key.organisation, key.period)) {
    auto [element, entry] = entry_of(row);
    if (const auto found = out.find(element); found != out.end()) found->second = entry;
  }
  if (!fresh || !s.fillable()) return out;
  for (const auto& [code, known] : known(t, s)) {
    Entry& entry = out[code];
    if (entry.origin == "prefilled" && entry.value == known.value && entry.detail == known.detail) continue;
    const std::int64_t version = entry.version;
    const std::string explanation = entry.explanation;
    entry = {};
    entry.kind = Entry::Kind::value;
    entry.value = known.value;
    entry.detail = known.detail;
    entry.explanation = explanation;
    entry.origin = "prefilled";
    entry.at = clock_.now();
    entry.version = version;
  }
  return out;
}

std::vector<Remark> Reporting::remarks(store::Transaction& t, const Stored& s,
                                       const std::map<std::string, Entry>& all) const {
  std::vector<Remark> out;
  const Figures figures = figures_of(all);
  std::vector<std::string> answered;
  for (const auto& [code, entry] : all)
    if (entry.kind != Entry::Kind::missing) answered.push_back(code);
  for (const Finding& finding : check(book_, *s.set, figures, answered))
    out.push_back({finding, false, false});
  for (const OutlierRule& rule : s.set->outliers) {
    const auto x = figures.find(rule.element);
    if (x == figures.end() || !rule.limit) continue;
    const bool peers = rule.against == OutlierRule::Against::peers;
    std::vector<std::pair<Date, Rational>> found;
    t.each(
        [&](const store::Row& row) {
          const Period period = Period::parse(row.text(1));
          if (peers ? row.text(0) == s.unit.id.value : period.from() >= s.period.from()) return;
          found.emplace_back(period.from(), Rational(Decimal::parse(row.text(2))));
        },
        fmt::format("SELECT organisation, period, value FROM reporting_value WHERE jurisdiction = ? AND "
                    "set_name = ? AND element = ? AND kind = 'value' AND {} = ?",
                    peers ? "period" : "organisation"),
        tenant_, s.set->name, rule.element, peers ? s.period.to_string() : s.unit.id.value);
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Rational> others;
    for (const auto& [day, value] : found) others.push_back(value);
    if (!stands_out(rule, x->second, others)) continue;
    Remark remark;
    remark.rule = "outlier";
    remark.elements = {rule.element};
    remark.error = false;
    remark.outlier = true;
    remark.explained = !all.at(rule.element).explanation.empty();
    remark.text =
        peers ? Text{"与同类单位相差较大，请说明原因", "differs much from other organisations; say why"}
              : Text{"与本单位以往相差较大，请说明原因", "differs much from earlier figures; say why"};
    out.push_back(std::move(remark));
  }
  return out;
}

bool Reporting::took_part(store::Transaction& t, const Caller& caller, const ReportKey& key) const {
  const std::string& user = caller.user.value;
  return t.first(
             "SELECT 1 FROM reporting_history WHERE jurisdiction = ? AND set_name = ? AND organisation = ? "
             "AND "
             "period = ? AND user_id = ? LIMIT 1",
             tenant_, key.set, key.organisation, key.period, user) ||
         t.first(
             "SELECT 1 FROM reporting_event WHERE jurisdiction = ? AND set_name = ? AND organisation = ? AND "
             "period = ? AND user_id = ? AND live = 1 AND what IN ('submit', 'approve') LIMIT 1",
             tenant_, key.set, key.organisation, key.period, user);
}

std::vector<std::string> Reporting::allowed(store::Transaction& t, const Caller& caller,
                                            const Stored& s) const {
  std::vector<std::string> out;
  const Date today = clock_.today();
  const auto act = Permission::reports_act;
  const bool office = wears(caller, s.set->office, {}, act);
  if (s.fillable() && !s.locked(today) && (!s.days.opens || today >= *s.days.opens) &&
      wears(caller, s.set->fill, s.unit.id.value, act)) {
    out.emplace_back("fill");
    out.emplace_back("submit");
  }
  if (s.state == State::submitted) {
    const Level* level = s.set->level(static_cast<std::size_t>(s.level));
    if (level != nullptr && wears(caller, level->roles, level->own ? s.unit.id.value : "", act)) {
      if (!took_part(t, caller, s.key())) out.emplace_back("approve");
      out.emplace_back("return");
    } else if (office) {
      out.emplace_back("return");
    }
  }
  if (s.level > 0) {
    const Level* last = s.set->level(static_cast<std::size_t>(s.level - 1));
    if (office || wears(caller, last->roles, last->own ? s.unit.id.value : "", act))
      out.emplace_back("withdraw");
  }
  if (office && (s.locked(today) || s.state == State::accepted)) out.emplace_back("reopen");
  return out;
}

Report Reporting::view(store::Transaction& t, const Caller& caller, const Stored& s) const {
  Report out;
  out.head = s.head(clock_.today());
  out.set = s.set;
  out.entries = entries(t, s, true);
  out.remarks = remarks(t, s, out.entries);
  Stored before{s.set, s.unit, s.period.previous(), {}};
  for (auto& [code, entry] : entries(t, before, false))
    if (entry.kind != Entry::Kind::missing) out.previous[code] = entry;
  const ReportKey key = s.key();
  t.each(
      [&](const store::Row& row) {
        out.events.push_back({{row.integer(0)},
                              row.text(1),
                              row.text(2),
                              static_cast<int>(row.integer(3)),
                              row.integer(4) != 0,
                              row.text(5)});
      },
      "SELECT at, user_name, what, level, live, reason FROM reporting_event WHERE jurisdiction = ? AND "
      "set_name = ? "
      "AND organisation = ? AND period = ? ORDER BY seq",
      tenant_, key.set, key.organisation, key.period);
  out.may = allowed(t, caller, s);
  return out;
}

Report Reporting::report(const Caller& caller, const ReportKey& key) {
  return database_.read([&](store::Transaction& t) { return view(t, caller, find(t, caller, key)); });
}

std::vector<Entry> Reporting::history(const Caller& caller, const ReportKey& key,
                                      const std::string& element) {
  return database_.read([&](store::Transaction& t) {
    find(t, caller, key);
    std::vector<Entry> out;
    t.each(
        [&](const store::Row& row) { out.push_back(entry_of(row).second); },
        fmt::format(
            "SELECT {} FROM reporting_history WHERE jurisdiction = ? AND set_name = ? AND organisation = ? "
            "AND period = ? AND element = ? ORDER BY version DESC",
            entry_columns),
        tenant_, key.set, key.organisation, key.period, element);
    return out;
  });
}

}  // namespace tributary::reporting
