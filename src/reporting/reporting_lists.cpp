// Over many reports: whose are due, who has reported, what they come to.
#include "reporting/codes.h"
#include "reporting/stored.h"

#include <algorithm>

namespace tributary::reporting {
namespace {

using identity::Caller;
using identity::Permission;

}  // namespace

std::vector<ReportHead> Reporting::mine(const Caller& caller) {
  return database_.read([&](store::Transaction& t) {
    std::vector<ReportHead> out;
    const Date today = clock_.today();
    for (const auto& [name, set] : book_.sets) {
      const auto units = assigned(t, set);
      for (const std::string& text : periods(set)) {
        const Period period = Period::parse(text);
        const Days days = days_of(t, set, period);
        for (const identity::Organisation& unit : units) {
          if (!open_in(unit.exists, period) || !may_see(caller, set, unit.id.value)) continue;
          const Stored s = read(t, set, unit, period, days);
          if (s.days.opens && today < *s.days.opens) continue;
          const bool own = wears(caller, set.fill, unit.id.value, Permission::reports_act);
          const auto may = allowed(t, caller, s);
          const bool approves = std::find(may.begin(), may.end(), "approve") != may.end();
          if (approves || (own && s.state != State::accepted)) out.push_back(s.head(today));
        }
      }
    }
    std::stable_sort(out.begin(), out.end(), [](const ReportHead& a, const ReportHead& b) {
      return a.days.due.value_or(Date::max()) < b.days.due.value_or(Date::max());
    });
    return out;
  });
}

Overview Reporting::overview(const Caller& caller, const std::string& name, const std::string& period) {
  return database_.read([&](store::Transaction& t) {
    const DataSet& set = set_of(name);
    const auto all = periods(set);
    if (!oversees(caller, set) || std::find(all.begin(), all.end(), period) == all.end())
      throw Error(codes::unknown_report,
                  {"没有这张报表，或您无权查看", "there is no such report, or you may not see it"});
    Overview out;
    const Period p = Period::parse(period);
    out.days = days_of(t, set, p);
    std::vector<Standing> standings;
    for (const Stored& s : all_of(t, set, p)) {
      out.reports.push_back(s.head(clock_.today()));
      const bool on_time =
          !s.first_received.empty() && (!s.days.due || parse_date(s.first_received) <= *s.days.due);
      standings.push_back({out.reports.back().expected, !s.submitted.empty(), on_time});
    }
    out.counts = completeness(standings);
    return out;
  });
}

Aggregate Reporting::aggregate(const Caller& caller, const std::string& name,
                               const std::vector<std::string>& wanted, bool accepted_only) {
  return database_.read([&](store::Transaction& t) {
    const DataSet& set = set_of(name);
    if (!oversees(caller, set))
      throw Error(codes::unknown_report,
                  {"没有这张报表，或您无权查看", "there is no such report, or you may not see it"});
    std::vector<std::string> periods_in_order = periods(set);
    std::reverse(periods_in_order.begin(), periods_in_order.end());
    std::map<std::string, Series> series;
    std::vector<Figures> reports;
    for (const std::string& period : periods_in_order) {
      if (std::find(wanted.begin(), wanted.end(), period) == wanted.end()) continue;
      for (const Stored& s : all_of(t, set, Period::parse(period))) {
        if (!open_in(s.unit.exists, s.period)) continue;
        const bool usable = s.state == State::accepted || (!accepted_only && s.state == State::submitted);
        const auto all = usable ? entries(t, s, false) : std::map<std::string, Entry>{};
        reports.push_back(figures_of(all));
        for (const std::string& code : set.elements()) {
          const auto found = reports.back().find(code);
          series[code][s.unit.id.value].push_back(
              found == reports.back().end() ? std::nullopt : std::optional(found->second));
        }
      }
    }
    Aggregate out;
    for (const std::string& code : set.elements()) {
      const Element& element = book_.elements.at(code);
      out.lines.push_back({code, false, total(element, series[code]), element.places});
    }
    const auto elements = set.elements();
    for (const auto& [code, indicator] : book_.indicators) {
      // Only indicators of which this set has every element.
      const auto used = elements_of(book_, indicator);
      if (std::all_of(used.begin(), used.end(), [&](const std::string& e) {
            return std::find(elements.begin(), elements.end(), e) != elements.end();
          }))
        out.lines.push_back({code, true, total(book_, indicator, reports), indicator.places});
    }
    return out;
  });
}

std::vector<Observation> Reporting::observations(const Caller& caller, const std::string& name,
                                                 const std::string& period) {
  return database_.read([&](store::Transaction& t) {
    const DataSet& set = set_of(name);
    const auto all = periods(set);
    if (!oversees(caller, set) || std::find(all.begin(), all.end(), period) == all.end())
      throw Error(codes::unknown_report,
                  {"没有这张报表，或您无权查看", "there is no such report, or you may not see it"});
    std::vector<Observation> out;
    for (const Stored& s : all_of(t, set, Period::parse(period))) {
      if (!open_in(s.unit.exists, s.period)) continue;
      const auto entries_now = entries(t, s, false);
      for (const std::string& code : set.elements())
        out.push_back({s.key(), code, entries_now.at(code), s.state});
    }
    return out;
  });
}

}  // namespace tributary::reporting
