// Over many reports: whose are due, who has reported, what they come to.
#include "reporting/codes.h"
#include "reporting/stored.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

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
      const auto add = [&](const Stored& s, bool own) {
        ReportHead head = s.head(today);
        const auto may = allowed(t, caller, s);
        for (const char* what : {"approve", "fill"})
          if (std::find(may.begin(), may.end(), what) != may.end()) head.asks = what;
        if (own || head.asks == "approve") out.push_back(std::move(head));
      };
      // What the caller's own organisations have not done with …
      std::set<std::string> own;
      for (const identity::Grant& grant : caller.grants)
        if (wears(caller, set.fill, grant.organisation.value, Permission::reports_act) &&
            !grant.organisation.value.empty())
          own.insert(grant.organisation.value);
      for (const std::string& id : own) {
        const auto unit = identity::organisation_in(t, tenant_, id);
        if (!unit || !is_assigned(set, *unit)) continue;
        std::map<std::string, Stored> kept;
        t.each(
            [&](const store::Row& row) {
              const Period period = Period::parse(row.text(1));
              kept.try_emplace(row.text(1), Stored{&set, *unit, period, {}}).first->second.take(row);
            },
            fmt::format("SELECT {} FROM reporting_report WHERE jurisdiction = ? AND set_name = ? AND "
                        "organisation = ? AND state <> 'accepted'",
                        report_columns),
            tenant_, name, id);
        auto open = not_accepted(t, tenant_, name, id, Period::parse(set.first), today);
        if (open.empty()) continue;
        const auto office = office_days(t, tenant_, set, open.front().to_string());
        std::reverse(open.begin(), open.end());
        for (const Period& period : open) {
          if (!open_in(unit->exists, period)) continue;
          Stored& s = kept.try_emplace(period.to_string(), Stored{&set, *unit, period, {}}).first->second;
          s.days = days_in(calendar_, set, period, office);
          if (s.days.opens && today < *s.days.opens) continue;
          add(s, true);
        }
      }
      // … and what others have handed in and the caller approves.
      const bool approves = std::any_of(set.levels.begin(), set.levels.end(), [&](const Level& level) {
        return std::any_of(caller.grants.begin(), caller.grants.end(), [&](const identity::Grant& grant) {
          return std::find(level.roles.begin(), level.roles.end(), grant.role) != level.roles.end();
        });
      });
      if (!approves) continue;
      const auto submitted = t.query(fmt::format("SELECT {} FROM reporting_report WHERE jurisdiction = ? AND set_name = ? "
                                                 "AND state = 'submitted'",
                                                 report_columns),
                                     tenant_, name);
      if (submitted.empty()) continue;
      std::string oldest = submitted[0].text(1);
      for (const store::Row& row : submitted) oldest = std::min(oldest, row.text(1));
      const auto office = office_days(t, tenant_, set, oldest);
      for (const store::Row& row : submitted) {
        if (own.contains(row.text(0)) || !may_see(caller, set, row.text(0))) continue;
        const auto unit = identity::organisation_in(t, tenant_, row.text(0));
        const Period period = Period::parse(row.text(1));
        if (!unit || !is_assigned(set, *unit) || !open_in(unit->exists, period)) continue;
        Stored s{&set, *unit, period, days_in(calendar_, set, period, office)};
        s.take(row);
        add(s, false);
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

std::map<std::string, Figures> Reporting::figures_in(store::Transaction& t, const DataSet& set,
                                                     const Period& period) const {
  std::map<std::string, Figures> out;
  t.each(
      [&](const store::Row& row) {
        out[row.text(0)].emplace(row.text(1), Rational(Decimal::parse(row.text(2))));
      },
      "SELECT organisation, element, value FROM reporting_value WHERE jurisdiction = ? AND set_name = ? AND "
      "period = ? AND kind = 'value'",
      tenant_, set.name, period.to_string());
  return out;
}

Aggregate Reporting::aggregate(const Caller& caller, const std::string& name,
                               const std::vector<std::string>& wanted, bool accepted_only, By by) {
  return database_.read([&](store::Transaction& t) {
    const DataSet& set = set_of(name);
    if (!oversees(caller, set))
      throw Error(codes::unknown_report,
                  {"没有这张报表，或您无权查看", "there is no such report, or you may not see it"});
    Aggregate out;
    struct Part {
      std::map<std::string, Series> series;
      std::vector<Figures> reports;
    };
    std::map<std::string, Part> parts;
    const auto elements = set.elements();
    std::vector<std::string> in_order = periods(set);
    std::reverse(in_order.begin(), in_order.end());
    for (const std::string& period : in_order) {
      if (std::find(wanted.begin(), wanted.end(), period) == wanted.end()) continue;
      auto figures = figures_in(t, set, Period::parse(period));
      for (const Stored& s : all_of(t, set, Period::parse(period))) {
        if (!open_in(s.unit.exists, s.period)) continue;
        const std::string& unit = s.unit.id.value;
        Part& part = parts[by == By::organisation ? unit : by == By::period ? period : std::string()];
        if (by == By::organisation) out.names[unit] = s.unit.name;
        const bool usable = s.state == State::accepted || (!accepted_only && s.state == State::submitted);
        part.reports.push_back(usable ? std::move(figures[unit]) : Figures{});
        for (const std::string& code : elements) {
          const auto found = part.reports.back().find(code);
          part.series[code][unit].push_back(
              found == part.reports.back().end() ? std::nullopt : std::optional(found->second));
        }
      }
    }
    // Only indicators of which this set has every element.
    std::vector<const Indicator*> indicators;
    for (const auto& [code, indicator] : book_.indicators) {
      const auto used = elements_of(book_, indicator);
      if (std::all_of(used.begin(), used.end(), [&](const std::string& e) {
            return std::find(elements.begin(), elements.end(), e) != elements.end();
          }))
        indicators.push_back(&indicator);
    }
    for (auto& [of, part] : parts) {
      for (const std::string& code : elements) {
        const Element& element = book_.elements.at(code);
        out.lines.push_back({of, code, false, total(element, part.series[code]), element.places});
      }
      const auto totals_of = totals(book_, indicators, part.reports);
      for (std::size_t i = 0; i < indicators.size(); ++i)
        out.lines.push_back({of, indicators[i]->code, true, totals_of[i], indicators[i]->places});
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
    std::map<std::string, std::map<std::string, Entry>> given;
    t.each(
        [&](const store::Row& row) {
          auto [element, entry] = entry_of(row);
          given[row.text(10)][element] = std::move(entry);
        },
        fmt::format(
            "SELECT {}, organisation FROM reporting_value WHERE jurisdiction = ? AND set_name = ? AND "
            "period = ?",
            entry_columns),
        tenant_, name, period);
    for (const Stored& s : all_of(t, set, Period::parse(period))) {
      if (!open_in(s.unit.exists, s.period)) continue;
      for (const std::string& code : set.elements())
        out.push_back({s.key(), code, given[s.unit.id.value][code], s.state});
    }
    return out;
  });
}

}  // namespace tributary::reporting
