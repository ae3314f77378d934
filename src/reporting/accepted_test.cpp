// Which periods are accepted, kept as runs: against a plain set, and as the schema makes them of reports that were there.
#include "reporting/stored.h"

#include "store/testing.h"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace tributary::reporting {
namespace {

class Accepted : public ::testing::TestWithParam<std::string> {
 protected:
  std::vector<std::string> open(const std::string& set, const std::string& first, const char* today) {
    return database.db().read([&](store::Transaction& t) {
      std::vector<std::string> out;
      for (const Period& one : not_accepted(t, "341602", set, "o", Period::parse(first), parse_date(today)))
        out.push_back(one.to_string());
      return out;
    });
  }
  void accept(const std::string& set, const std::string& period, bool accepted) {
    database.db().write([&](store::Transaction& t) {
      keep_accepted(t, "341602", {set, "o", period}, Period::parse(period), accepted);
    });
  }
  std::int64_t runs() {
    return database.db().read(
        [](store::Transaction& t) { return t.first("SELECT COUNT(*) FROM reporting_accepted")->integer(0); });
  }
  store::TestDatabase database{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Databases, Accepted, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& on) { return on.param; });

TEST_P(Accepted, RunsAreWhatASetWouldSay) {
  database.db().migrate(migrations());
  std::mt19937 random(20261128);  // NOLINT: the same every time
  std::vector<std::string> months;
  for (Period p = Period::parse("2024-01"); p.from() <= parse_date("2026-11-28"); p = p.next())
    months.push_back(p.to_string());
  std::set<std::string> accepted;
  for (int i = 0; i < 400; ++i) {
    const std::string& month = months[random() % months.size()];
    const bool now = random() % 4 != 0;
    accept("s", month, now);
    now ? (void)accepted.insert(month) : (void)accepted.erase(month);
    std::vector<std::string> wanted;
    std::int64_t apart = 0;
    for (std::size_t n = 0; n < months.size(); ++n) {
      if (!accepted.contains(months[n])) wanted.push_back(months[n]);
      apart += accepted.contains(months[n]) && (n == 0 || !accepted.contains(months[n - 1])) ? 1 : 0;
    }
    ASSERT_EQ(open("s", "2024-01", "2026-11-28"), wanted) << i << " " << month;
    ASSERT_EQ(runs(), apart);
  }
  // However many were accepted: one run, and what is due is all that is looked at.
  for (const std::string& month : months) accept("s", month, true);
  EXPECT_EQ(runs(), 1);
  EXPECT_EQ(open("s", "2024-01", "2027-01-15"), (std::vector<std::string>{"2026-12", "2027-01"}));
  EXPECT_EQ(open("other", "2026-10", "2026-11-28"), (std::vector<std::string>{"2026-10", "2026-11"}));
}

TEST_P(Accepted, ReportsOfAnEarlierReleaseAreInTheRuns) {
  std::vector<store::Migration> before;
  std::ranges::copy_if(migrations(), std::back_inserter(before), [](const auto& one) { return one.number < 864; });
  database.db().migrate(before);
  database.db().write([](store::Transaction& t) {
    for (const auto& [set, period, state] :
         {std::tuple{"m", "2025-11", "accepted"}, {"m", "2025-12", "accepted"}, {"m", "2026-01", "accepted"}, {"m", "2026-02", "submitted"},
          {"m", "2026-03", "accepted"}, {"q", "2025-Q4", "accepted"}, {"q", "2026-Q1", "accepted"}, {"y", "2024", "accepted"}})
      t.execute(
          "INSERT INTO reporting_report (jurisdiction, set_name, organisation, period, state, level, reopened, submitted, "
          "first_received, version) VALUES ('341602', ?, 'o', ?, ?, 0, 0, '', '', 1)",
          set, period, state);
  });
  database.db().migrate(migrations());
  EXPECT_EQ(runs(), 4);
  EXPECT_EQ(open("m", "2025-10", "2026-04-02"), (std::vector<std::string>{"2025-10", "2026-02", "2026-04"}));
  EXPECT_EQ(open("q", "2025-Q4", "2026-06-02"), (std::vector<std::string>{"2026-Q2"}));
  EXPECT_EQ(open("y", "2023", "2025-06-02"), (std::vector<std::string>{"2023", "2025"}));
  accept("q", "2025-Q4", false);  // re-opened
  EXPECT_EQ(open("q", "2025-Q4", "2026-06-02"), (std::vector<std::string>{"2025-Q4", "2026-Q2"}));
}

}  // namespace
}  // namespace tributary::reporting
