// Does an inbox stay quick when there are many cases? 40 organisations with 50 people each, and cases of
// which nine tenths are at an end; the inbox of one organisation, a page of its list and a search are asked
// for, beside the bare SQL that reads the same rows. Then again with ten times as many cases.
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
  const WorkCalendar calendar;
  const Vault vault(std::string(32, 'k'), Cipher::aes, entropy);
  Casework cases(db, "341602", clock, entropy, types, calendar, vault, audit);
  Action send;
  send.step = "send";
  Action finish;
  finish.step = "finish";
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
