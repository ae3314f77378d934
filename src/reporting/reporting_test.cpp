// Declarations that may not be; totals and completeness against a plain second computation; the way of a
// report with its duties, conflicts and locks; and that a step which fails anywhere leaves nothing.
#include "reporting/reporting_testing.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::reporting {
namespace {

using identity::testing::code_of;
using namespace testing;  // NOLINT: the small town

TEST(Declarations, WhatMayNotBeIsRefusedWithItsLine) {
  EXPECT_EQ(book_of(dictionary, trial).sets.size(), 1U);
  const auto refused = [](const std::string& words, const std::string& set, int line,
                          const std::string& code) {
    try {
      book_of(words, set);
      ADD_FAILURE() << "taken: " << words << set;
    } catch (const Error& e) {
      EXPECT_EQ(e.code().name, code) << e.message().en;
      EXPECT_EQ(e.where().line, line) << e.message().en;
    }
  };
  // A stock summed over months.
  refused(changed(dictionary, "in_time: last", "in_time: sum"), trial, 2, "bad_declaration");
  refused(changed(dictionary, "nature: flow", "nature: ratio"), trial, 3, "bad_declaration");
  refused(changed(dictionary, "nature: flow", "nature: tide"), trial, 3, "bad_declaration");
  refused(changed(dictionary, "unit: \"%\"", "unit: ha"), trial, 6, "bad_declaration");
  refused(changed(dictionary, "formula: spent", "formula: spend"), trial, 6, "unknown_name");
  refused(changed(dictionary, "formula: spent", "formula: area"), trial, 6, "unit_mismatch");
  refused(changed(dictionary, "places: 2", "placse: 2"), trial, 2, "unknown_key");
  refused(dictionary, changed(trial, "[area, money, spent]", "[area, mony]"), 1, "bad_declaration");
  const auto prefilled = [](const std::string& how) {
    return changed(dictionary, "over_units: sum}\n  money",
                   "over_units: sum, prefill: " + how + "}\n  money");
  };
  EXPECT_NO_THROW(
      book_of(prefilled("{from: readings, what: nh3n, places: section, statistic: mean}"), trial));
  refused(prefilled("{from: readings, what: nh3n, places: section, statistic: mode}"), trial, 2,
          "bad_declaration");
  refused(prefilled("{from: readings, what: nh3n}"), trial, 2, "missing_key");
  refused(prefilled("{from: ledger, what: received}"), trial, 2, "bad_declaration");  // an area is no money
  refused(prefilled("{from: thin_air, what: nh3n}"), trial, 2, "bad_declaration");
  refused(dictionary, changed(trial, "first: \"2025\"", "first: 2025-Q1"), 6, "bad_declaration");
  refused(dictionary, changed(trial, "left: spent", "left: area"), 17, "unit_mismatch");
  refused(dictionary, changed(trial, "limit: \"0.5\"", "limit: \"-1\""), 19, "bad_declaration");
  refused(dictionary, changed(trial, "fill: [township]", "fill: []"), 1, "bad_declaration");
  const Book book = book_of(dictionary, trial);
  EXPECT_EQ(book.indicators.at("rate").factor, Rational(100));
}

TEST(Figures, WorkedExamplesSixAndSeven) {
  std::vector<Standing> all(24);
  for (std::size_t i = 2; i < 24; ++i) all[i] = {true, i < 22, i < 19};
  all[0] = {false, true, true};  // closed before the period: not counted whatever it sent
  const Completeness c = completeness(all);
  EXPECT_EQ(c.expected, 22U);
  EXPECT_EQ(c.received, 20U);
  EXPECT_EQ(c.on_time, 17U);
  const Book book = book_of(dictionary, trial);
  const auto rate = [&](const std::vector<Figures>& reports) {
    return total(book, book.indicators.at("rate"), reports).value;
  };
  const Figures a{{"spent", Rational(30)}, {"money", Rational(100)}};
  const Figures b{{"spent", Rational(90)}, {"money", Rational(150)}};
  EXPECT_EQ(rate({a, b}), Rational(48));
  EXPECT_EQ(rate({{{"spent", Rational(1)}, {"money", Rational(0)}}}), std::nullopt);
  EXPECT_EQ(rate({{{"spent", Rational(1)}}}), std::nullopt);
  EXPECT_EQ(rate({}), std::nullopt);
  EXPECT_EQ(rate({{{"spent", Rational(0)}, {"money", Rational(5)}}}), Rational(0));  // zero is a value
}

TEST(Figures, WhatIsNotToBeMergedIsNoTotal) {
  Element e;
  e.in_time = Merge::none;
  e.over_units = Merge::sum;
  const auto some = [](int x) { return std::optional(Rational(x)); };
  // One of them has two periods: the other's figure alone is not what all come to.
  const Total apart = total(e, {{"a", {some(1), some(2)}}, {"b", {some(5), std::nullopt}}});
  EXPECT_EQ(apart.value, std::nullopt);
  EXPECT_EQ(apart.given, 3U);
  EXPECT_EQ(total(e, {{"a", {std::nullopt, some(2)}}, {"b", {some(0), std::nullopt}}}).value, Rational(2));
  EXPECT_EQ(total(e, {{"a", {std::nullopt}}}).value, std::nullopt);
}

TEST(Figures, AgreeWithAPlainSecondComputation) {
  std::mt19937 random(7);
  const Book book = book_of(dictionary, trial);
  for (int round = 0; round < 300; ++round) {
    Series series;
    long sum = 0;
    long last_sum = 0;
    std::size_t given = 0;
    const int units = 1 + static_cast<int>(random() % 5);
    const int periods = 1 + static_cast<int>(random() % 6);
    bool any = false;
    for (int u = 0; u < units; ++u) {
      std::optional<long> last;
      for (int p = 0; p < periods; ++p) {
        auto& list = series[std::to_string(u)];
        if (random() % 3 == 0) {
          list.emplace_back();
          continue;
        }
        const long x = static_cast<long>(random() % 50);
        list.emplace_back(Rational::from_int(x));
        sum += x;
        last = x;
        ++given;
        any = true;
      }
      last_sum += last.value_or(0);
    }
    const Total flow = total(book.elements.at("money"), series);
    const Total stock = total(book.elements.at("area"), series);
    EXPECT_EQ(flow.given, given);
    EXPECT_EQ(flow.expected, static_cast<std::size_t>(units * periods));
    EXPECT_EQ(flow.value, any ? std::optional(Rational::from_int(sum)) : std::nullopt);
    EXPECT_EQ(stock.value, any ? std::optional(Rational::from_int(last_sum)) : std::nullopt);
  }
}

TEST(Figures, StandOutAndMissingSides) {
  EXPECT_EQ(modified_z(Rational(10), {Rational(1), Rational(2), Rational(3)}),
            Rational::from_fraction(6745 * 8, 10000));
  EXPECT_EQ(modified_z(Rational(10), {}), std::nullopt);
  OutlierRule rule;
  rule.against = OutlierRule::Against::previous;
  rule.least = 1;
  EXPECT_FALSE(stands_out(rule, Rational(9), {Rational(1)}));  // no limit is nobody's limit
  rule.limit = Decimal::parse("0.5");
  EXPECT_TRUE(stands_out(rule, Rational(16), {Rational(10)}));
  EXPECT_FALSE(stands_out(rule, Rational(15), {Rational(10)}));
  EXPECT_FALSE(stands_out(rule, Rational(15), {}));
  const Book skip = book_of(dictionary, trial);
  EXPECT_TRUE(check(skip, skip.sets.at("trial"), {{"spent", Rational(1)}}, {"spent"}).empty());
  const Book zero =
      book_of(dictionary, changed(trial, "right: money", "right: {formula: money, missing: zero}"));
  EXPECT_EQ(check(zero, zero.sets.at("trial"), {{"spent", Rational(1)}}, {"spent"}).size(), 1U);
  const Book pair = book_of(dictionary, changed(trial, "operator: \"<=\", right: money, unit: CNY",
                                                "operator: pair, right: money"));
  EXPECT_EQ(check(pair, pair.sets.at("trial"), {}, {"spent"}).size(), 1U);
  EXPECT_TRUE(check(pair, pair.sets.at("trial"), {}, {"spent", "money"}).empty());
}

class Reports : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, Reports, ::testing::ValuesIn(store::test_kinds()));

TEST_P(Reports, GoTheirWayWithDutiesApart) {
  Town town(GetParam());
  const auto reports = [&] { return town.reports(); };
  EXPECT_EQ(code_of([&] { reports().report(town.as("yi"), town.key); }), "unknown_report");
  EXPECT_EQ(code_of([&] { reports().report(town.as("sun"), town.key); }), "unknown_report");
  EXPECT_EQ(reports().mine(town.as("zhao")).size(), 2U);  // 2025 and 2026
  EXPECT_EQ(code_of([&] { reports().submit(town.as("zhao"), town.key, {}); }), "bad_figure");
  EXPECT_EQ(code_of([&] { reports().save(town.as("wang"), town.key, {Town::number("area", "1")}); }),
            "not_for_you");
  for (const char* odd : {"1,000", "十", "1.234", "-1", "", "1e999"})
    EXPECT_EQ(code_of([&] { reports().save(town.as("zhao"), town.key, {Town::number("area", odd)}); }),
              "bad_figure")
        << odd;
  town.fill();
  const Report filled = reports().report(town.as("zhao"), town.key);
  EXPECT_EQ(filled.entries.at("area").value, "10.5");
  EXPECT_EQ(filled.entries.at("money").value, "0");
  EXPECT_EQ(filled.entries.at("spent").kind, Entry::Kind::none);
  // More spent than there is.
  reports().save(town.as("zhao"), town.key, {Town::number("spent", "5", 1)});
  EXPECT_EQ(code_of([&] { reports().submit(town.as("zhao"), town.key, {}); }), "bad_figure");
  reports().save(town.as("zhao"), town.key, {Town::number("money", "8", 1)});
  const std::int64_t version = reports().report(town.as("zhao"), town.key).head.version;
  EXPECT_EQ(code_of([&] { reports().submit(town.as("zhao"), town.key, version - 1); }), "changed_meanwhile");
  reports().submit(town.as("zhao"), town.key, version);
  EXPECT_EQ(code_of([&] { reports().save(town.as("zhao"), town.key, {Town::number("area", "1", 1)}); }),
            "wrong_state");
  EXPECT_EQ(code_of([&] { reports().approve(town.as("wang"), town.key, 2, {}); }), "below_missing");
  EXPECT_EQ(code_of([&] { reports().approve(town.as("zhao"), town.key, 0, {}); }), "same_person");
  EXPECT_EQ(code_of([&] { reports().approve(town.as("yi"), town.key, 0, {}); }), "unknown_report");
  EXPECT_EQ(code_of([&] { reports().approve(town.as("chen"), town.key, 0, {}); }), "not_for_you");
  reports().approve(town.as("qian"), town.key, 0, {});
  EXPECT_EQ(code_of([&] { reports().approve(town.as("qian"), town.key, 0, {}); }), "not_for_you");
  EXPECT_EQ(reports().approve(town.as("wang"), town.key, 2, {}).head.state, State::accepted);
  // Taking the lower approval back takes the upper one with it.
  EXPECT_EQ(code_of([&] { reports().withdraw(town.as("chen"), town.key, 1, " "); }), "reason_missing");
  const Report back = reports().withdraw(town.as("chen"), town.key, 1, "负责人看错了");
  EXPECT_EQ(back.head.level, 0);
  EXPECT_EQ(back.head.state, State::submitted);
  for (const Event& e : back.events) EXPECT_EQ(e.live, e.what != "approve");
  EXPECT_EQ(reports().give_back(town.as("qian"), town.key, "核一下面积").head.state, State::returned);
  EXPECT_EQ(reports().history(town.as("zhao"), town.key, "money").size(), 2U);
  reports().save(town.as("zhao"), town.key, {Town::number("area", "11", 1)});
  reports().submit(town.as("zhao"), town.key, {});
  const Overview seen = reports().overview(town.as("chen"), "trial", "2026");
  EXPECT_EQ(seen.counts.expected, 2U);
  EXPECT_EQ(seen.counts.received, 1U);
  EXPECT_EQ(code_of([&] { reports().overview(town.as("zhao"), "trial", "2026"); }), "unknown_report");
  const auto sums = reports().aggregate(town.as("chen"), "trial", {"2026"}, false);
  ASSERT_EQ(sums.lines.size(), 4U);
  EXPECT_EQ(sums.lines[0].total.value, Rational(11));
  EXPECT_EQ(sums.lines[0].total.expected, 2U);
  EXPECT_EQ(shown(*sums.lines[3].total.value, 2), "62.5");
}

TEST_P(Reports, SomebodyElsesFigureIsShownAndNeverOverwritten) {
  Town town(GetParam());
  town.fill();
  town.reports().save(town.as("qian"), town.key, {Town::number("area", "12", 1)});
  try {
    town.reports().save(town.as("zhao"), town.key,
                        {Town::number("area", "13", 1), Town::number("money", "4", 1)});
    ADD_FAILURE() << "overwritten";
  } catch (const Conflict& e) {
    ASSERT_EQ(e.theirs().size(), 1U);
    EXPECT_EQ(e.theirs().at("area").value, "12");
    EXPECT_EQ(e.theirs().at("area").user, "某人qian");
  }
  const Report now = town.reports().report(town.as("zhao"), town.key);
  EXPECT_EQ(now.entries.at("money").value, "0");  // all or none
  // The same figure typed by both is no conflict; another cell is nobody's.
  town.reports().save(town.as("zhao"), town.key,
                      {Town::number("area", "12.0", 1), Town::number("money", "4", 1)});
  EXPECT_EQ(town.reports().report(town.as("zhao"), town.key).entries.at("money").value, "4");
}

TEST_P(Reports, LateIsNotClosedAndClosedOpensOnlyWithAReason) {
  Town town(GetParam());
  const ReportKey last{"trial", "div-341602100", "2025"};  // due 2026-01-20, closed 2026-02-09
  town.w.clock.set(parse_instant("2026-01-25 09:00"));
  EXPECT_TRUE(town.reports().report(town.as("zhao"), last).head.late);
  EXPECT_FALSE(town.reports().report(town.as("zhao"), last).head.locked);
  town.reports().save(town.as("zhao"), last, {Town::number("area", "10")});
  town.w.clock.set(parse_instant("2026-02-10 09:00"));
  EXPECT_EQ(code_of([&] { town.reports().save(town.as("zhao"), last, {Town::number("area", "11", 1)}); }),
            "locked");
  EXPECT_EQ(code_of([&] { town.reports().reopen(town.as("zhao"), last, "补报"); }), "not_for_you");
  EXPECT_EQ(code_of([&] { town.reports().reopen(town.as("chen"), last, ""); }), "reason_missing");
  EXPECT_TRUE(town.reports().reopen(town.as("chen"), last, "统计口径更正").head.reopened);
  town.reports().save(
      town.as("zhao"), last,
      {Town::number("area", "11", 1), Town::number("money", "1"), Town::number("spent", "0")});
  town.reports().submit(town.as("zhao"), last, {});
  const Overview seen = town.reports().overview(town.as("chen"), "trial", "2025");
  EXPECT_EQ(seen.counts.received, 1U);
  EXPECT_EQ(seen.counts.on_time, 0U);
  // More than half as much again as last year needs a word; the figure itself stays.
  town.reports().save(town.as("zhao"), town.key,
                      {Town::number("area", "30"), Town::number("money", "1"), Town::number("spent", "0")});
  EXPECT_EQ(code_of([&] { town.reports().submit(town.as("zhao"), town.key, {}); }), "bad_figure");
  town.reports().save(town.as("zhao"), town.key, {Town::number("area", "30", 1, "新并入三个村")});
  EXPECT_EQ(town.reports().submit(town.as("zhao"), town.key, {}).head.state, State::submitted);
  // The office sets another day for one period.
  EXPECT_EQ(code_of([&] { town.reports().set_days(town.as("zhao"), "trial", "2026", {}, {}, "通知"); }),
            "unknown_report");
  town.reports().set_days(town.as("chen"), "trial", "2026", make_date(2027, 3, 1), {}, "年度通知");
  EXPECT_EQ(town.reports().report(town.as("zhao"), town.key).head.days.due, make_date(2027, 3, 1));
}

TEST_P(Reports, AnOrganisationClosedBeforeThePeriodOwesNothingAndKeepsItsHistory) {
  Town town(GetParam());
  town.w.database.db().write([&](store::Transaction& t) {
    t.execute("UPDATE identity_organisation SET closed = '2026-01-01' WHERE id = 'div-341602101'");
  });
  EXPECT_EQ(town.reports().overview(town.as("chen"), "trial", "2026").counts.expected, 1U);
  EXPECT_EQ(town.reports().overview(town.as("chen"), "trial", "2025").counts.expected, 2U);
}

TEST(ReportFaults, AStepThatFailsAnywhereLeavesNothing) {
  Town town("sqlite");
  town.fill();
  town.reports().save(town.as("zhao"), town.key, {Town::number("money", "8", 1)});
  const identity::Caller zhao = town.as("zhao");
  const identity::Caller qian = town.as("qian");
  auto& db = town.w.database.db();
  std::vector<std::string> tables;
  db.write([&](store::Transaction& t) {
    t.execute("CREATE TABLE bomb (left_ones INTEGER NOT NULL)");
    t.execute("INSERT INTO bomb VALUES (0)");
    for (const store::Row& row : t.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND (name LIKE "
                                         "'reporting_%' OR name LIKE 'identity_audit%')"))
      tables.push_back(row.text(0));
    for (const std::string& table : tables)
      for (const char* what : {"INSERT", "UPDATE", "DELETE"})
        t.execute(fmt::format(
            "CREATE TRIGGER bomb_{}_{} BEFORE {} ON {} BEGIN UPDATE bomb SET left_ones = left_ones - 1; "
            "SELECT RAISE(ABORT, 'boom') WHERE (SELECT left_ones FROM bomb) = 0; END",
            table, what, what, table));
  });
  const auto contents = [&] {
    std::string out;
    db.read([&](store::Transaction& t) {
      for (const std::string& table : tables)
        t.each([&](const store::Row& row) { out += table + ":" + row.text(0) + ";"; },
               fmt::format("SELECT COUNT(*) || ' ' || COALESCE(MAX(rowid), 0) FROM {}", table));
      t.each([&](const store::Row& row) { out += row.text(0); },
             "SELECT state || level || version || submitted FROM reporting_report");
      t.each([&](const store::Row& row) { out += row.text(0); },
             "SELECT value || version FROM reporting_value ORDER BY element");
    });
    return out;
  };
  int failed = 0;
  const auto until_done = [&](auto&& step) {
    const std::string before = contents();
    for (int n = 1;; ++n) {
      ASSERT_LT(n, 100);
      db.write([&](store::Transaction& t) { t.execute("UPDATE bomb SET left_ones = ?", n); });
      try {
        step();
        return;
      } catch (const Error&) {
        ++failed;
        ASSERT_EQ(contents(), before) << "write " << n;
      }
    }
  };
  until_done([&] {
    town.reports().save(zhao, town.key, {Town::number("area", "7", 1), Town::number("money", "9", 2)});
  });
  until_done([&] { town.reports().submit(zhao, town.key, {}); });
  until_done([&] { town.reports().approve(qian, town.key, 0, {}); });
  until_done([&] { town.reports().give_back(town.as("wang"), town.key, "再核"); });
  EXPECT_GT(failed, 12);
}

}  // namespace
}  // namespace tributary::reporting
