// Random figures and steps of several people, against a model that says plainly what may happen: who may do
// what when, and what a report then holds. Zero is not missing, nobody overwrites a figure they have not
// seen, and a report is accepted by two people in order who neither typed nor submitted.
#include "reporting/reporting_testing.h"

#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::reporting {
namespace {

using testing::Town;

const std::vector<std::string> elements{"area", "money", "spent"};
const Date closing = make_date(2026, 2, 9);  // forty days after the year

// One report, as one would keep it on paper.
struct Paper {
  struct Cell {
    std::string kind = "missing";  // value, none
    std::string value;
    int version = 0;
  };
  std::map<std::string, Cell> cells{{"area", {}}, {"money", {}}, {"spent", {}}};
  std::string state = "open";
  std::vector<std::string> approved;  // people, first level first
  bool reopened = false;
  std::set<std::string> wrote;      // ever typed a figure
  std::set<std::string> handed_in;  // ever submitted

  static bool of_town(const std::string& who) { return who == "zhao" || who == "qian" || who == "tao"; }
  static bool of_office(const std::string& who) { return who == "wang" || who == "chen"; }
  static bool sees(const std::string& who) { return of_town(who) || of_office(who); }
  static bool of_level(const std::string& who, std::size_t level) {
    return level == 0 ? of_town(who) : level == 1 && who == "wang";
  }
  bool open() const { return state == "open" || state == "returned"; }
  bool locked(Date today) const { return open() && !reopened && today > closing; }

  std::string may_fill(const std::string& who, Date today) const {
    if (!sees(who)) return "unknown_report";
    if (!of_town(who)) return "not_for_you";
    if (!open()) return "wrong_state";
    return locked(today) ? "locked" : "";
  }
  std::string save(const std::string& who, Date today, const std::string& element, const std::string& kind,
                   const std::string& value, int seen) {
    if (const std::string no = may_fill(who, today); !no.empty()) return no;
    Cell& cell = cells[element];
    if (cell.kind == kind && cell.value == value) return "";
    if (cell.version != seen) return "changed_meanwhile";
    cell = {kind, value, cell.version + 1};
    wrote.insert(who);
    return "";
  }
  std::string submit(const std::string& who, Date today) {
    if (const std::string no = may_fill(who, today); !no.empty()) return no;
    for (const auto& [element, cell] : cells)
      if (cell.kind == "missing") return "bad_figure";
    if (cells["spent"].kind == "value" && cells["money"].kind == "value" &&
        std::stoi(cells["spent"].value) > std::stoi(cells["money"].value))
      return "bad_figure";
    state = "submitted";
    approved.clear();
    reopened = false;
    handed_in.insert(who);
    return "";
  }
  std::string approve(const std::string& who, std::size_t level) {
    if (!sees(who)) return "unknown_report";
    if (!of_level(who, level > 0 ? level - 1 : approved.size())) return "not_for_you";
    if (state != "submitted" || (level > 0 && level <= approved.size())) return "wrong_state";
    if (level > approved.size() + 1) return "below_missing";
    if (wrote.contains(who) || handed_in.contains(who) ||
        std::count(approved.begin(), approved.end(), who) > 0)
      return "same_person";
    approved.push_back(who);
    if (approved.size() == 2) state = "accepted";
    return "";
  }
  std::string give_back(const std::string& who, const std::string& reason) {
    if (!sees(who)) return "unknown_report";
    if (state != "submitted") return "wrong_state";
    if (!of_level(who, approved.size()) && !of_office(who)) return "not_for_you";
    if (reason.empty()) return "reason_missing";
    state = "returned";
    approved.clear();
    reopened = true;
    return "";
  }
  std::string withdraw(const std::string& who, std::size_t level, const std::string& reason) {
    if (!sees(who)) return "unknown_report";
    if (level < 1 || level > approved.size()) return "wrong_state";
    if (!of_office(who) && !of_level(who, level - 1)) return "not_for_you";
    if (reason.empty()) return "reason_missing";
    state = "submitted";
    approved.resize(level - 1);
    return "";
  }
  std::string reopen(const std::string& who, Date today, const std::string& reason) {
    if (!sees(who)) return "unknown_report";
    if (!of_office(who)) return "not_for_you";
    if (!locked(today) && state != "accepted") return "wrong_state";
    if (reason.empty()) return "reason_missing";
    if (state == "accepted") state = "returned";
    approved.clear();
    reopened = true;
    return "";
  }
};

std::string kind_of(const Entry& entry) {
  return entry.kind == Entry::Kind::value ? "value" : entry.kind == Entry::Kind::none ? "none" : "missing";
}

TEST(RandomSteps, EndAsThePlainModelSays) {
  std::map<std::string, int> outcomes;
  const std::string set = testing::changed(
      testing::trial, "outliers:\n  - {element: area, against: previous, limit: \"0.5\"}\n", "");
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return random() % n; };
    Town town("sqlite", set);
    town.w.person("tao", {"township"}, "div-341602100");
    std::map<std::string, identity::Caller> callers;
    for (const char* who : {"zhao", "qian", "tao", "yi", "wang", "chen", "sun"}) callers[who] = town.as(who);
    std::vector<std::string> people;
    for (const auto& [who, caller] : callers) people.push_back(who);
    const ReportKey key{"trial", "div-341602100", "2025"};
    Paper paper;
    Date today = make_date(2026, 1, 10) + std::chrono::days{7 * (seed - 1)};  // the last finds it closed
    for (int step = 0; step < 250; ++step) {
      if (below(25) == 0) today += std::chrono::days{below(6)};
      town.w.clock.set(Instant{start_of(today).seconds + 36'000});
      // Mostly those whose turn it is: one writes, the others approve.
      const unsigned action = below(10);
      const auto one_of = [&](const std::vector<std::string>& some) {
        return some[below(static_cast<unsigned>(some.size()))];
      };
      const std::string who = below(action < 4 ? 25 : 5) == 0 ? one_of(people)
                              : action < 6                    ? "zhao"
                              : action < 8                    ? one_of({"qian", "tao", "wang", "wang"})
                                                              : one_of({"qian", "wang", "chen"});
      const identity::Caller& caller = callers.at(who);
      const std::string reason = below(6) == 0 ? "" : "核对后再报";
      const std::size_t level = below(4) == 0 ? below(4) : 0;
      std::string expected;
      std::string got;
      const auto done = [&](auto&& work) {
        try {
          work();
          got.clear();
        } catch (const Error& e) {
          got = e.code().name;
        }
      };
      std::string what;
      switch (action) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const std::string element = elements[below(3)];
          const std::string kind =
              std::vector<std::string>{"value", "value", "value", "none", "missing"}[below(5)];
          const std::string value = kind == "value" ? std::to_string(below(4)) : "";
          const int seen = below(4) == 0 ? static_cast<int>(below(5)) : paper.cells[element].version;
          what = fmt::format("save {} {} {} seen {}", element, kind, value, seen);
          Change change;
          change.element = element;
          change.kind = kind == "value"  ? Entry::Kind::value
                        : kind == "none" ? Entry::Kind::none
                                         : Entry::Kind::missing;
          change.value = value;
          change.reason = kind == "none" ? "没有此项" : "";
          change.seen = seen;
          expected = paper.save(who, today, element, kind, value, seen);
          done([&] { town.reports().save(caller, key, {change}); });
          break;
        }
        case 4:
        case 5:
          what = "submit";
          expected = paper.submit(who, today);
          done([&] { town.reports().submit(caller, key, {}); });
          break;
        case 6:
        case 7:
          what = fmt::format("approve {}", level);
          expected = paper.approve(who, level);
          done([&] { town.reports().approve(caller, key, static_cast<int>(level), {}); });
          break;
        case 8:
          what = "give back";
          expected = paper.give_back(who, reason);
          done([&] { town.reports().give_back(caller, key, reason); });
          break;
        default:
          if (below(2) == 0) {
            const std::size_t of = 1 + below(2);
            what = fmt::format("withdraw {}", of);
            expected = paper.withdraw(who, of, reason);
            done([&] { town.reports().withdraw(caller, key, static_cast<int>(of), reason); });
          } else {
            what = "reopen";
            expected = paper.reopen(who, today, reason);
            done([&] { town.reports().reopen(caller, key, reason); });
          }
      }
      const std::string at = fmt::format("seed {} step {} {}: {}", seed, step, who, what);
      ASSERT_EQ(got, expected) << at;
      ++outcomes[what.substr(0, what.find(' ')) + " " + expected];
      const Report now = town.reports().report(callers.at("zhao"), key);
      for (const auto& [element, cell] : paper.cells) {
        ASSERT_EQ(kind_of(now.entries.at(element)), cell.kind) << at;
        ASSERT_EQ(now.entries.at(element).value, cell.value) << at;
        ASSERT_EQ(now.entries.at(element).version, cell.version) << at;
      }
      ASSERT_EQ(to_string(now.head.state), paper.state) << at;
      ASSERT_EQ(static_cast<std::size_t>(now.head.level), paper.approved.size()) << at;
      ASSERT_EQ(now.head.locked, paper.locked(today)) << at;
      // What is offered is what may be done.
      for (const auto& [name, one] : callers) {
        if (!Paper::sees(name)) continue;
        const auto may = town.reports().report(one, key).may;
        const bool fill = std::count(may.begin(), may.end(), "fill") > 0;
        ASSERT_EQ(fill, Paper(paper).may_fill(name, today).empty()) << at << " / " << name;
        ASSERT_EQ(std::count(may.begin(), may.end(), "approve") > 0, Paper(paper).approve(name, 0).empty())
            << at << " / " << name;
      }
    }
  }
  // The walk went everywhere: what it never met it has not tested.
  for (const char* met :
       {"save ", "save changed_meanwhile", "save locked", "save wrong_state", "save not_for_you", "submit ",
        "submit bad_figure", "approve ", "approve same_person", "approve below_missing",
        "approve not_for_you", "give ", "give reason_missing", "withdraw ", "reopen ", "reopen wrong_state"})
    EXPECT_GT(outcomes[met], 0) << met;
}

}  // namespace
}  // namespace tributary::reporting
