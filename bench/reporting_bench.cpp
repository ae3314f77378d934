// Do the office's tables stay quick when many report? A data set of twelve figures and two indicators, asked
// of 40 and of 2,000 organisations for six periods, all of them handed in: the table of a period (who has
// reported), what all of it comes to, the same by organisation, what is due from one clerk and from the
// approver, beside the bare SQL that reads the same rows. And again with four times as many periods kept:
// what is asked for is one period, so it must not cost more.
//
//   reporting_bench [--rounds=20]
//
// PostgreSQL is measured too when TRIBUTARY_TEST_POSTGRES names a server.
#include "identity/entropy.h"
#include "registry/registry.h"
#include "reporting/reporting.h"
#include "store/testing.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::reporting;

constexpr int figures = 12;

std::string dictionary() {
  std::string out = "elements:\n";
  for (int i = 0; i < figures; ++i)
    out += fmt::format(
        "  e{}: {{name: {{zh: 数{}, en: n{}}}, unit: CNY, places: 2, nature: flow, in_time: sum, over_units: "
        "sum}}\n",
        i, i, i);
  out += "indicators:\n";
  for (int i = 0; i < 2; ++i)
    out += fmt::format(
        "  r{}: {{name: {{zh: 率{}, en: r{}}}, numerator: {{formula: e{}, unit: CNY}}, denominator: "
        "{{formula: e{} + "
        "e{}, unit: CNY}}, unit: \"%\"}}\n",
        i, i, i, i, i, i + 4);
  return out;
}
std::string data_set() {
  std::string all;
  for (int i = 0; i < figures; ++i) all += fmt::format("{}e{}", i > 0 ? ", " : "", i);
  return fmt::format(R"(data_set: months
title: {{zh: 月报, en: Monthly}}
explanation: {{zh: 试, en: a trial}}
source: {{document: 试验}}
period: month
first: 2016-01
organisations: {{kinds: [township]}}
due: {{days: 20}}
fill: [township]
office: [office_approver]
levels: [{{name: office, label: {{zh: 办公室, en: Office}}, roles: [office_approver]}}]
groups: {{all: {{label: {{zh: 全部, en: All}}, elements: [{}]}}}}
rules:
  within: {{text: {{zh: 不多于, en: within}}, left: e0, operator: "<=", right: e4, unit: CNY, severity: warning}}
)",
                     all);
}

identity::Caller somebody(const std::string& organisation, const std::string& role, identity::Scope scope) {
  identity::Caller out;
  out.user = {"user-" + organisation};
  out.name = out.user.value;
  out.organisation = {organisation};
  out.via = identity::Via::cookie;
  out.grants.push_back({{identity::Permission::reports_read, identity::Permission::reports_act},
                        scope,
                        {},
                        out.organisation,
                        role,
                        out.user});
  return out;
}

// Of the processor where the database is in this process, so that a busy machine does not count; else by the
// clock.
double now(bool processor) {
  timespec at{};
  clock_gettime(processor ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &at);
  return static_cast<double>(at.tv_sec) * 1e3 + static_cast<double>(at.tv_nsec) / 1e6;
}

template <class Work>
double median_of(int rounds, bool processor, Work&& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const double begun = now(processor);
    work();
    times.push_back(now(processor) - begun);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void run(const std::string& kind, int organisations, int periods, int rounds) {
  const bool processor = kind == "sqlite";
  store::TestDatabase database(kind);
  std::vector<store::Migration> all;
  for (const auto list : {registry::migrations(), identity::migrations(), migrations()})
    all.insert(all.end(), list.begin(), list.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  store::Database& db = database.db();
  db.migrate(all);
  FixedClock clock(parse_instant("2026-11-24 09:00"));
  identity::SystemEntropy entropy;
  identity::Audit audit(db, "341602", clock, entropy);
  const Book book = read_book({{"d.yaml", dictionary(), "p"}, {"s.yaml", data_set(), "p"}});
  const WorkCalendar calendar;
  Reporting reports(db, "341602", clock, book, calendar, audit);
  const auto periods_all = reports.periods(book.sets.at("months"));  // newest first
  std::vector<std::string> used(periods_all.begin() + 1, periods_all.begin() + 1 + periods);
  db.write([&](store::Transaction& t) {
    for (int o = 0; o < organisations; ++o) {
      const std::string id = fmt::format("org{:04}", o);
      t.execute(
          "INSERT INTO identity_organisation (jurisdiction, id, name_zh, name_en, kind, parent, area, party, "
          "acts_for, source, origin, active, version) VALUES ('341602', ?, ?, ?, 'township', '', "
          "'341602000000', "
          "'', '', '', 'pack', 1, 1)",
          id, "某镇" + std::to_string(o), "town " + std::to_string(o));
      for (const std::string& period : used) {
        t.execute(
            "INSERT INTO reporting_report (jurisdiction, set_name, organisation, period, state, level, "
            "reopened, submitted, first_received, version) VALUES ('341602', 'months', ?, ?, ?, ?, 0, "
            "'2026-11-10', '2026-11-10', 3)",
            id, period, period == used[0] && o % 100 == 0 ? "submitted" : "accepted",
            period == used[0] && o % 100 == 0 ? 0 : 1);
        for (int e = 0; e < figures; ++e)
          t.execute(
              "INSERT INTO reporting_value (jurisdiction, set_name, organisation, period, element, kind, "
              "value, "
              "reason, explanation, origin, detail, user_id, user_name, at, version) VALUES ('341602', "
              "'months', ?, ?, ?, 'value', ?, '', '', 'typed', '', 'u', '某人', 1700000000, 1)",
              id, period, fmt::format("e{}", e), fmt::format("{}.{:02}", 1000 + o + e, o % 100));
      }
    }
  });
  if (kind == "sqlite") db.write([&](store::Transaction& t) { t.execute("ANALYZE"); });
  const identity::Caller office = somebody("office", "office_approver", identity::Scope::tenant);
  const identity::Caller clerk = somebody("org0007", "township", identity::Scope::own);
  const std::string last = used[0];
  const std::vector<std::string> half(used.begin(), used.begin() + std::min(6, periods));
  fmt::print("{} {} organisations, {} periods handed in\n", kind, organisations, periods);
  std::int64_t sink = 0;
  const auto bare = [&](const char* sql, const std::vector<std::string>& of) {
    return median_of(rounds, processor, [&] {
      db.read([&](store::Transaction& t) {
        for (const std::string& period : of)
          t.each([&](const store::Row& row) { sink += static_cast<std::int64_t>(row.text(2).size()); }, sql,
                 period);
      });
    });
  };
  const char* heads =
      "SELECT organisation, period, state, level, reopened, submitted, first_received, version FROM "
      "reporting_report WHERE jurisdiction = '341602' AND set_name = 'months' AND period = ?";
  const char* values =
      "SELECT organisation, element, value FROM reporting_value WHERE jurisdiction = '341602' AND "
      "set_name = 'months' AND period = ?";
  const auto show = [&](const char* what, double ours, double theirs) {
    fmt::print("  {:34} {:9.3f} ms   bare SQL {:9.3f} ms   ratio {:.2f}\n", what, ours, theirs,
               ours / theirs);
  };
  show("who has reported, one period",
       median_of(rounds, processor,
                 [&] {
                   sink +=
                       static_cast<std::int64_t>(reports.overview(office, "months", last).counts.received);
                 }),
       bare(heads, {last}));
  show("export of one period",
       median_of(
           rounds, processor,
           [&] { sink += static_cast<std::int64_t>(reports.observations(office, "months", last).size()); }),
       bare(values, {last}));
  const double six = bare(values, half);
  show("totals of six periods",
       median_of(rounds, processor,
                 [&] {
                   sink += static_cast<std::int64_t>(
                       reports.aggregate(office, "months", half, true).lines.size());
                 }),
       six);
  show("the same, by organisation",
       median_of(rounds, processor,
                 [&] {
                   sink += static_cast<std::int64_t>(
                       reports.aggregate(office, "months", half, true, By::organisation).lines.size());
                 }),
       six);
  const double submitted = median_of(rounds, processor, [&] {
    db.read([&](store::Transaction& t) {
      t.each([&](const store::Row& row) { sink += static_cast<std::int64_t>(row.text(2).size()); },
             "SELECT organisation, period, state FROM reporting_report WHERE jurisdiction = '341602' AND "
             "set_name = "
             "'months' AND state = 'submitted'");
    });
  });
  const double own = median_of(rounds, processor, [&] {
    db.read([&](store::Transaction& t) {
      t.each([&](const store::Row& row) { sink += static_cast<std::int64_t>(row.text(2).size()); },
             "SELECT organisation, period, state FROM reporting_report WHERE jurisdiction = '341602' AND "
             "set_name = "
             "'months' AND organisation = 'org0007'");
    });
  });
  show("waiting for the approver",
       median_of(rounds, processor, [&] { sink += static_cast<std::int64_t>(reports.mine(office).size()); }),
       submitted);
  show("due from one clerk",
       median_of(rounds, processor, [&] { sink += static_cast<std::int64_t>(reports.mine(clerk).size()); }),
       own);
  if (sink == 0) fmt::print("nothing was read\n");
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  int rounds = 20;
  for (const std::string argument : std::vector<std::string>(argv + 1, argv + argc))
    if (argument.starts_with("--rounds=")) rounds = std::max(1, std::atoi(argument.c_str() + 9));
  for (const std::string& kind : store::test_kinds()) {
    if (kind != "sqlite" && std::getenv("TRIBUTARY_TEST_POSTGRES") == nullptr) continue;
    run(kind, 40, 6, rounds);
    run(kind, 2000, 6, rounds);
    run(kind, 2000, 24, rounds);
  }
}
