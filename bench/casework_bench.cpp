// Does an inbox stay quick when there are many cases? 40 organisations with 50 people each, and cases of
// which nine tenths are at an end; the inbox of one organisation, a page of its list and a search are asked
// for, beside the bare SQL that reads the same rows, and the reports of a year are gathered into one. Then
// again with ten times as many cases, and with reports of nine earlier years. The same is asked for somebody
// of the office, whose role reaches every case. Gathering writes, so it stands beside bare SQL that reads the
// same reports and writes the same rows.
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
#include <cstdio>
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

// Of the office: sees and may end every case.
identity::Caller office() {
  identity::Caller out = somebody(0, 0);
  out.user = {"office"};
  out.name = "office";
  out.organisation = {"office"};
  out.grants = {{{identity::Permission::cases_read, identity::Permission::cases_act},
                 identity::Scope::tenant,
                 {},
                 out.organisation,
                 "office_approver",
                 out.user}};
  return out;
}

[[noreturn]] void stop(const std::string& zh, const std::string& en) {
  fmt::print(stderr, "错误：{}\nerror: {}\n", zh, en);
  std::exit(1);
}

// In milliseconds. On a machine that does other work besides, the middle tells more than the end.
struct Times {
  double p50 = 0;
  double p99 = 0;
};

template <class Work>
Times measured(int rounds, Work&& work) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begun = Time::now();
    work(i);
    times.push_back(std::chrono::duration<double, std::milli>(Time::now() - begun).count());
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 99 / 100]};
}

// What gathering reads and writes, in bare SQL, one transaction: the forms of forty reports; the case, its
// words, who took part, who waits and sees, its keys, an event, an entry of the trail.
void write_bare(store::Database& db, std::int64_t id, int round) {
  constexpr const char* tenant = "341602";
  db.write([&](store::Transaction& t) {
    std::size_t rows = 0;
    t.each(
        [&](const store::Row& row) { rows += row.text(1).empty() ? 0 : 1; },
        "SELECT c.id, c.form FROM casework_key k JOIN casework_case c ON c.jurisdiction = k.jurisdiction AND "
        "c.id = k.case_id WHERE k.jurisdiction = ? AND k.type = 'report' AND k.field = 'year' AND k.value = "
        "'2026'",
        tenant);
    if (rows != 40) stop("应有 40 份报告", "there should be 40 reports");
    const auto row =
        *t.first("SELECT form, title, state, text_row FROM casework_case WHERE jurisdiction = ? AND id = ?",
                 tenant, id);
    if (t.dialect() == store::Dialect::sqlite)
      t.execute("UPDATE casework_text SET tokens = ? WHERE rowid = ?", "x31 x32 x33 x34", row.integer(3));
    else
      t.execute("UPDATE casework_text SET tokens = to_tsvector('simple', ?) WHERE row_id = ?",
                "x31 x32 x33 x34", row.integer(3));
    t.execute(
        "UPDATE casework_case SET form = ?, title = ?, state = ?, version = version + 1 WHERE jurisdiction = "
        "? "
        "AND id = ?",
        row.text(0), row.text(1), row.text(2), tenant, id);
    t.execute(
        "INSERT INTO casework_took (jurisdiction, case_id, step, user_id) VALUES (?, ?, 'bare', 'user')",
        tenant, id);
    t.execute("DELETE FROM casework_waiting WHERE jurisdiction = ? AND case_id = ?", tenant, id);
    const auto seers = t.query(
        "SELECT role, organisation, type, open FROM casework_seer WHERE jurisdiction = ? AND case_id = ?",
        tenant, id);
    t.execute("DELETE FROM casework_seer WHERE jurisdiction = ? AND case_id = ?", tenant, id);
    for (const store::Row& seer : seers)
      t.execute(
          "INSERT INTO casework_seer (jurisdiction, role, organisation, case_id, type, open) VALUES (?, ?, "
          "?, ?, "
          "?, ?)",
          tenant, seer.text(0), seer.text(1), id, seer.text(2), seer.integer(3));
    t.execute(
        "INSERT INTO casework_event (jurisdiction, case_id, seq, at, user_id, name, organisation, step, "
        "from_state, to_state, reason, changes, effects) SELECT jurisdiction, case_id, seq + 1, at, user_id, "
        "name, "
        "organisation, step, from_state, to_state, reason, changes, effects FROM casework_event WHERE "
        "jurisdiction = ? AND case_id = ? ORDER BY seq DESC LIMIT 1",
        tenant, id);
    t.execute(
        "INSERT INTO audit_entry (jurisdiction, id, at, user_id, who, via, address, request_id, action, "
        "object, "
        "outcome, detail, batch) VALUES (?, ?, 0, 'user', 'user', 'cookie', '', '', 'case.gather', ?, "
        "'done', "
        "'whole: draft -> done', 0)",
        tenant, fmt::format("bare {} {}", id, round), fmt::format("case/{}", id));
  });
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
    if (kind == "postgresql")  // what autovacuum does within the minute after so many new rows
      db.write([](store::Transaction& t) { t.execute("ANALYZE"); });
    fmt::print("{} {} cases, a tenth of them open: ours / bare SQL = ratio\n", kind, made);
    const auto line = [&](const char* what, const Times& ours, const Times& bare) {
      fmt::print("  {:<28} p50 {:8.3f} / {:8.3f} ms = {:6.2f}   p99 {:8.3f} / {:8.3f} ms = {:6.2f}\n", what,
                 ours.p50, bare.p50, ours.p50 / bare.p50, ours.p99, bare.p99, ours.p99 / bare.p99);
    };
    const auto page = [&](const char* what, std::size_t got) {
      if (got != 20)
        stop(fmt::format("{}：应有 20 行，只有 {} 行", what, got),
             fmt::format("{}: {} lines instead of 20", what, got));
    };
    const auto own = [](int i) { return i % 40 / 10 * 10; };  // an organisation that has open cases
    const std::string columns =
        "c.id, c.type, c.hash, c.number, c.title, c.state, c.open, c.applicant, c.due, c.created, "
        "c.created_name, c.entered, c.version";
    // Rows of the same page by their index; `organisation`: the second value.
    const auto bare = [&](const char* what, const std::string& sql, const auto& organisation) {
      return measured(rounds, [&](int i) {
        std::size_t got = 0;
        db.read([&](store::Transaction& t) {
          t.each([&](const store::Row&) { ++got; }, sql, "341602", organisation(i));
        });
        page(what, got);
      });
    };
    const auto org = [&](int i) { return fmt::format("org{}", own(i)); };
    const auto anybody = [](int) { return std::string(); };
    const auto waiting = [&](const char* role) {
      return "SELECT " + columns +
             " FROM casework_waiting w JOIN casework_case c ON c.jurisdiction = w.jurisdiction AND c.id = "
             "w.case_id WHERE w.jurisdiction = ? AND w.role = '" +
             role + "' AND w.organisation = ? ORDER BY w.due, w.case_id LIMIT 20";
    };
    const auto listed = [&](const char* role, const char* more) {
      return "SELECT " + columns +
             " FROM casework_seer s JOIN casework_case c ON c.jurisdiction = s.jurisdiction AND c.id = "
             "s.case_id WHERE s.jurisdiction = ? AND s.role = '" +
             role + "' AND s.organisation = ? " + more + " ORDER BY s.case_id DESC LIMIT 20";
    };
    const auto inbox = [&](const char* what, const char* role, const auto& who, const auto& organisation) {
      const Times ours = measured(rounds, [&](int i) { page(what, cases.inbox(who(i), 20).items.size()); });
      line(what, ours, bare(what, waiting(role), organisation));
    };
    const auto list = [&](const char* what, const char* role, const CaseFilter& filter, const char* more,
                          const auto& who, const auto& organisation) {
      const Times ours =
          measured(rounds, [&](int i) { page(what, cases.list(who(i), filter, 20).cases.size()); });
      line(what, ours, bare(what, listed(role, more), organisation));
    };
    const auto clerk = [&](int i) { return somebody(own(i), 1); };
    const auto boss = [](int) { return office(); };
    inbox("inbox", "township", clerk, org);
    inbox("inbox of the office", "office_approver", boss, anybody);
    list("list", "township", {}, "", clerk, org);
    list("list, open of a type", "township", {.type = "work", .open = true},
         "AND s.type = 'work' AND s.open = 1", clerk, org);
    list("list of the office", "office_approver", {}, "", boss, anybody);
    list("list of the office, open", "office_approver", {.open = true}, "AND s.open = 1", boss, anybody);
    line("list of the office, state",
         measured(rounds,
                  [&](int) { page("list", cases.list(office(), {.state = "open"}, 20).cases.size()); }),
         bare("list",
              "SELECT " + columns +
                  " FROM casework_case c WHERE c.jurisdiction = ? AND c.state = 'open' AND '' = ? ORDER BY "
                  "c.id "
                  "DESC LIMIT 20",
              anybody));
    // One case, by words that only it has.
    const Times ours = measured(rounds, [&](int i) {
      const int wanted = i * 40 % (made - 40) / 40 * 40;
      const auto found = cases.list(somebody(0, 1), {.words = fmt::format("第{}段", wanted)}, 20);
      if (found.cases.empty()) stop("检索没有找到", "a search found nothing");
    });
    const Times plain = measured(rounds, [&](int i) {
      db.read([&](store::Transaction& t) {
        const std::int64_t id = i * 40 % (made - 40) / 40 * 40 + 1;
        if (t.query("SELECT " + columns + " FROM casework_case c WHERE c.jurisdiction = ? AND c.id = ?",
                    "341602", id)
                .empty())
          stop("没有这件事项", "no such case");
      });
    });
    line("search, one found (by key)", ours, plain);
    // Words that every case has.
    const Times many = measured(
        rounds, [&](int i) { page("search", cases.list(clerk(i), {.words = "河道"}, 20).cases.size()); });
    line("search, all found", many, bare("search", listed("township", "AND s.type = 'work'"), org));
    // The step with all it writes, beside bare SQL that reads the same forty reports and writes as many rows
    // of the same size: the bare one does it to the cases gathered before, so both commit alike.
    std::vector<CaseId> wholes;
    for (int i = 0; i < rounds; ++i)
      wholes.push_back(
          cases.start(somebody(0, 0), "whole", {{"year", "2026"}, {"expected", expected}}).head.id);
    const Times gathered = measured(rounds, [&](int i) {
      const auto view = cases.act(somebody(0, 0), wholes[static_cast<std::size_t>(i)], gather, std::nullopt);
      if (view.state.form.at("units").size() != 40 || view.state.form.at("data").size() != 10)
        stop("汇编不全", "not everything was gathered");
    });
    const Times read =
        measured(rounds, [&](int i) { write_bare(db, wholes[static_cast<std::size_t>(i)].value, i); });
    line("gathering 40 reports", gathered, read);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 4096);
  const std::vector<std::string> arguments{argv + 1, argv + argc};
  const int most = number(arguments, "cases", 100'000);
  const int rounds = number(arguments, "rounds", 200);
  // A page of an organisation's open cases needs twenty of them among a tenth of a tenth of a fortieth.
  if (most < 10'000 || rounds < 10)
    stop("--cases 至少 10000，--rounds 至少 10", "--cases is at least 10000, --rounds at least 10");
  run("sqlite", most, rounds);
  if (std::getenv("TRIBUTARY_TEST_POSTGRES") != nullptr) run("postgresql", most, rounds);
}
