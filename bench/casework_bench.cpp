// Does an inbox stay quick when there are many cases? 40 organisations with 50 people each, and cases of
// which nine tenths are at an end; the inbox of one organisation, a page of its list and a search are asked
// for, beside the bare SQL that reads the same rows, and the reports of a year are gathered into one. Then
// again with ten times as many cases, and with reports of nine earlier years.
//
//   casework_bench [--cases=100000] [--rounds=200]
//
// PostgreSQL is measured too when TRIBUTARY_TEST_POSTGRES names a server.
#include "casework/casework.h"
#include "identity/entropy.h"
#include "ledger/ledger.h"
#include "registry/registry.h"
#include "store/jobs.h"
#include "store/testing.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::casework;
using Time = std::chrono::steady_clock;

constexpr const char* type_text = R"(case: work
version: "1"
article: [15]
title: {zh: 事项, en: Work}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
form:
  title: {type: text, label: {zh: 名称, en: Title}, required: true}
  amount: {type: money, label: {zh: 金额, en: Amount}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  open: {label: {zh: 在办, en: Open}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: open, by: [{role: township, in: applicant}]}
  finish: {label: {zh: 办结, en: Finish}, from: open, to: done, by: [{role: township, in: applicant}, office_approver]}
terms:
  due: {label: {zh: 期限, en: Due}, runs_in: [open], days: 30}
)";

constexpr const char* report_text = R"(case: report
version: "1"
article: [14]
title: {zh: 报告, en: Report}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
form:
  year: {type: number, unit: "1", label: {zh: 年度, en: Year}, required: true}
  progress: {type: paragraph, label: {zh: 进展, en: Progress}}
  data: {type: table, label: {zh: 数据, en: Data}, columns: {item: {type: text, label: {zh: 指标, en: Item}}, measure: {type: text, label: {zh: 单位, en: Measure}},
      n: {type: number, unit: "1", label: {zh: 数, en: N}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  send: {label: {zh: 报送, en: Send}, from: draft, to: done, by: [{role: township, in: applicant}]}
)";
constexpr const char* whole_text = R"(case: whole
version: "1"
article: [14]
title: {zh: 汇编, en: Whole}
explanation: {zh: 试, en: a trial}
source: {document: 试验}
form:
  year: {type: number, unit: "1", label: {zh: 年度, en: Year}}
  expected: {type: organisations, label: {zh: 应报, en: Expected}}
  units: {type: table, draft: false, label: {zh: 情况, en: Units}, columns: {unit: {type: organisation, label: {zh: 单位, en: Unit}},
      progress: {type: paragraph, label: {zh: 进展, en: Progress}}}}
  data: {type: table, draft: false, label: {zh: 数据, en: Data}, columns: {item: {type: text, label: {zh: 指标, en: Item}}, measure: {type: text, label: {zh: 单位, en: Measure}},
      n: {type: number, unit: "1", label: {zh: 数, en: N}}, lacking: {type: paragraph, label: {zh: 未报, en: Lacking}}}}
states:
  draft: {label: {zh: 草稿, en: Draft}}
  done: {label: {zh: 办结, en: Done}, final: true}
start: {state: draft, by: [township]}
steps:
  gather:
    label: {zh: 汇编, en: Gather}
    from: draft
    to: done
    by: [township]
    effects:
      - {do: compile, from: report, states: [done], where: {year: "{year}"}, expected: expected, into: units, set: {progress: progress}}
      - {do: compile, from: report, states: [done], where: {year: "{year}"}, expected: expected, rows: data, into: data, group: [item, measure], lacking: lacking, set: {n: n}}
)";

int number(const std::vector<std::string>& arguments, const std::string& name, int otherwise) {
  for (const std::string& a : arguments)
    if (a.starts_with("--" + name + "=")) return std::atoi(a.c_str() + name.size() + 3);
  return otherwise;
}

identity::Caller somebody(int organisation, int person) {
  identity::Caller out;
  out.user = {fmt::format("user{}-{}", organisation, person)};
  out.name = out.user.value;
  out.organisation = {fmt::format("org{}", organisation)};
  out.via = identity::Via::cookie;
  out.grants.push_back({{identity::Permission::cases_read, identity::Permission::cases_act},
                        identity::Scope::own,
                        {},
                        out.organisation,
                        "township",
                        out.user});
  return out;
}

double p99(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() * 99 / 100];
}

template <class Work>
double measured(int rounds, Work&& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begun = Time::now();
    work(i);
    times.push_back(std::chrono::duration<double, std::milli>(Time::now() - begun).count());
  }
  return p99(std::move(times));
}

void run(const std::string& kind, int most, int rounds) {
  store::TestDatabase database(kind);
  std::vector<store::Migration> all;
  for (const auto list : {registry::migrations(), ledger::migrations(), identity::migrations(),
                          store::migrations(), casework::migrations()})
    all.insert(all.end(), list.begin(), list.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  store::Database& db = database.db();
  db.migrate(all);
  FixedClock clock(parse_instant("2026-11-24 09:00"));
  identity::SystemEntropy entropy;
  identity::Audit audit(db, "341602", clock, entropy);
  auto types = std::make_shared<CaseTypes>();
  (*types)["work"] = read_case_type(type_text, "work.yaml", {});
  (*types)["report"] = read_case_type(report_text, "report.yaml", {});
  (*types)["whole"] = read_case_type(whole_text, "whole.yaml", {});
  const WorkCalendar calendar;
  const Vault vault(std::string(32, 'k'), Cipher::aes, entropy);
  Casework cases(db, "341602", clock, entropy, types, calendar, vault, audit);
  Action send;
  send.step = "send";
  Action finish;
  finish.step = "finish";
  // One report of each organisation for a year, with ten figures.
  const auto report_year = [&](int year) {
    Json data = Json::array();
    for (int i = 0; i < 10; ++i)
      data.push_back({{"item", fmt::format("指标{}", i)}, {"measure", "km"}, {"n", std::to_string(i)}});
    db.together([&](store::Transaction&) {
      for (int i = 0; i < 40; ++i) {
        const Json values{{"year", std::to_string(year)}, {"progress", "沟塘清淤完成"}, {"data", data}};
        const auto view = cases.start(somebody(i, 0), "report", values);
        cases.act(somebody(i, 0), view.head.id, send, std::nullopt);
      }
    });
  };
  Action gather;
  gather.step = "gather";
  Json expected = Json::array();
  for (int i = 0; i < 40; ++i) expected.push_back(fmt::format("org{}", i));
  report_year(2026);
  int made = 0;
  for (const int target : {most / 10, most}) {
    while (made < target)
      db.together([&](store::Transaction&) {
        for (int i = 0; i < 1000 && made < target; ++i, ++made) {
          const identity::Caller who = somebody(made % 40, made / 40 % 50);
          const auto view =
              cases.start(who, "work",
                          {{"title", fmt::format("河道整治第{}段", made)}, {"amount", std::to_string(made)}});
          cases.act(who, view.head.id, send, std::nullopt);
          if (made % 10 != 0) cases.act(who, view.head.id, finish, std::nullopt);
        }
      });
    if (target == most)
      for (int year = 2017; year < 2026; ++year) report_year(year);
    fmt::print("{} {} cases, a tenth of them open\n", kind, made);
    const auto line = [&](const char* what, double ours, double bare) {
      fmt::print("  {:<28} p99 {:8.3f} ms   bare SQL {:8.3f} ms   ratio {:.2f}\n", what, ours, bare,
                 ours / bare);
    };
    const auto bare = [&](const std::string& sql, auto... values) {
      return measured(rounds, [&](int i) {
        db.read([&](store::Transaction& t) {
          std::size_t bytes = 0;
          t.each([&](const store::Row& row) { bytes += row.size(); }, sql, "341602",
                 fmt::format("org{}", i % 40 / 10 * 10), values...);
          if (bytes == 0) std::exit(1);
        });
      });
    };
    const std::string columns =
        "c.id, c.type, c.hash, c.number, c.title, c.state, c.open, c.applicant, c.due, c.created, "
        "c.created_name, c.entered, c.version";
    line("inbox, 20 lines",
         measured(rounds,
                  [&](int i) {
                    if (cases.inbox(somebody(i % 40 / 10 * 10, 1), 20).items.size() != 20) std::exit(1);
                  }),
         bare("SELECT " + columns +
              " FROM casework_waiting w JOIN casework_case c ON c.jurisdiction = w.jurisdiction AND c.id = "
              "w.case_id WHERE "
              "w.jurisdiction = ? AND w.role = 'township' AND w.organisation = ? ORDER BY w.due, w.case_id "
              "LIMIT 20"));
    line("list, 20 lines",
         measured(rounds,
                  [&](int i) {
                    if (cases.list(somebody(i % 40 / 10 * 10, 1), {}, 20).cases.size() != 20) std::exit(1);
                  }),
         bare("SELECT " + columns +
              " FROM casework_case c WHERE c.jurisdiction = ? AND c.applicant = ? ORDER BY c.id DESC LIMIT "
              "20"));
    // One case, by words that only it has.
    const double ours = measured(rounds, [&](int i) {
      const int wanted = i * 40 % (made - 40) / 40 * 40;
      const auto found = cases.list(somebody(0, 1), {.words = fmt::format("第{}段", wanted)}, 20);
      if (found.cases.empty()) std::exit(1);
    });
    const double plain = measured(rounds, [&](int i) {
      db.read([&](store::Transaction& t) {
        const std::int64_t id = i * 40 % (made - 40) / 40 * 40 + 1;
        if (t.query("SELECT " + columns + " FROM casework_case c WHERE c.jurisdiction = ? AND c.id = ?",
                    "341602", id)
                .empty())
          std::exit(1);
      });
    });
    line("search, one found (by key)", ours, plain);
    // The step with all it writes, beside reading the forms of the same forty reports.
    std::vector<CaseId> wholes;
    for (int i = 0; i < rounds; ++i)
      wholes.push_back(
          cases.start(somebody(0, 0), "whole", {{"year", "2026"}, {"expected", expected}}).head.id);
    const double gathered = measured(rounds, [&](int i) {
      const auto view = cases.act(somebody(0, 0), wholes[static_cast<std::size_t>(i)], gather, std::nullopt);
      if (view.state.form.at("units").size() != 40 || view.state.form.at("data").size() != 10) std::exit(1);
    });
    const double read = measured(rounds, [&](int) {
      db.read([&](store::Transaction& t) {
        std::size_t rows = 0;
        t.each([&](const store::Row& row) { rows += row.text(1).empty() ? 0 : 1; },
               "SELECT c.id, c.form FROM casework_key k JOIN casework_case c ON c.jurisdiction = "
               "k.jurisdiction AND c.id = k.case_id WHERE k.jurisdiction = ? AND k.type = 'report' AND "
               "k.field = 'year' AND k.value = '2026'",
               "341602");
        if (rows != 40) std::exit(1);
      });
    });
    line("gathering 40 reports", gathered, read);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  const int most = number(arguments, "cases", 100'000);
  const int rounds = number(arguments, "rounds", 200);
  run("sqlite", most, rounds);
  if (std::getenv("TRIBUTARY_TEST_POSTGRES") != nullptr) run("postgresql", most, rounds);
}
