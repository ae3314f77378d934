// Figures the system has already: from the ledger's payments and from readings, exact, and said to be unknown
// where they are.
#include "casework/casework.h"
#include "ledger/ledger.h"
#include "observe/observation_writer.h"
#include "observe/observations.h"
#include "reporting/reporting_testing.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace tributary::reporting {
namespace {

using testing::Town;

struct Sourced : Town {
  explicit Sourced(const std::string& kind) : Town(kind) {
    std::vector<store::Migration> all = identity::testing::all_migrations();
    for (const auto list : {observe::migrations(), ledger::migrations(), migrations()})
      all.insert(all.end(), list.begin(), list.end());
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    db().migrate(all);
    observe::StatisticsRule year;
    year.id = "year";
    year.granularity = Granularity::year;
    year.minimum = 2;
    year.document = "试验";
    rules.push_back(year);
  }
  store::Database& db() { return w.database.db(); }
  std::optional<Known> known(const std::string& prefill, int places = 2, const std::string& unit = "mg/L") {
    const Book one =
        read_book({{"d.yaml",
                    fmt::format("elements:\n  x: {{name: {{zh: 数, en: x}}, unit: {}, places: {}, nature: "
                                "ratio, in_time: none, over_units: none, prefill: {}}}\n",
                                unit, places, prefill),
                    "p"}});
    return db().read([&](store::Transaction& t) {
      return sources_of("341602", rules)(t, one.elements.at("x"),
                                         *identity::organisation_in(t, "341602", "div-341602100"),
                                         Period::parse("2026"));
    });
  }
  void place(const std::string& code, const std::string& area) {
    registry::RegistryData data;
    registry::Place p;
    p.code = code;
    p.kind = "section";
    p.name = {code, code};
    p.jurisdiction = area;
    data.places.push_back(p);
    registry::Registry(db(), "341602").apply(data);
  }
  void readings(std::int64_t series, const std::string& place, const std::string& source,
                const std::string& unit, const std::vector<double>& values) {
    db().write([&](store::Transaction& t) {
      t.execute(
          "INSERT INTO series (jurisdiction, id, place, indicator, source, unit) VALUES ('341602', ?, ?, "
          "'nh3n', ?, ?)",
          series, place, source, unit);
      observe::ObservationWriter writer(t, "341602", {1}, w.clock.now());
      std::int64_t hour = 0;
      for (const double value : values) {
        observe::NewObservation one;
        one.series = {series};
        one.time = {parse_instant("2026-05-01 08:00").seconds + 3600 * hour++};
        one.value = value;
        writer.add(one);
      }
      writer.finish();
    });
  }
  std::vector<observe::StatisticsRule> rules;
};

class PrefillFrom : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Databases, PrefillFrom, ::testing::ValuesIn(store::test_kinds()));

TEST_P(PrefillFrom, ReadingsAreMeansOfThePlacesOfTheArea) {
  Sourced town(GetParam());
  const auto of = [&](const char* statistic, int places = 2) {
    return town.known(
        fmt::format("{{from: readings, what: nh3n, places: section, statistic: {}}}", statistic), places);
  };
  EXPECT_FALSE(of("mean"));  // no place, no mean, and no zero
  EXPECT_FALSE(of("count"));
  town.place("sec:a", "341602100");
  town.place("sec:b", "341602100");
  town.place("sec:c", "341602100");
  town.place("sec:d", "341602100");
  town.place("sec:far", "341602101");
  EXPECT_FALSE(of("mean"));  // nothing is measured there
  town.readings(1, "sec:a", "one", "mg/L", {1.0, 2.0});
  town.readings(2, "sec:b", "one", "ug/L", {2500, 3502});  // another unit of the same thing
  town.readings(3, "sec:c", "one", "mg/L", {9.0});         // too few for a mean
  town.readings(4, "sec:d", "one", "mg/L", {5.0, 5.0});
  town.readings(5, "sec:d", "two", "mg/L", {7.0, 7.0});  // whose is right is not guessed
  town.readings(6, "sec:far", "one", "mg/L", {50.0, 50.0});
  const auto mean = of("mean", 4);
  ASSERT_TRUE(mean);
  EXPECT_EQ(mean->value, "2.2505");
  EXPECT_EQ(mean->detail, "readings:nh3n:mean:2/4");
  EXPECT_EQ(of("mean", 1)->value, "2.3");
  EXPECT_EQ(of("max", 3)->value, "3.001");
  EXPECT_EQ(of("min")->value, "1.5");
  EXPECT_EQ(of("count")->value, "2");
  const auto named =
      town.known("{from: readings, what: nh3n, places: section, series_of: two, statistic: max}");
  EXPECT_EQ(named->value, "7");
  EXPECT_EQ(named->detail, "readings:nh3n:max:1/1");
  EXPECT_FALSE(town.known("{from: readings, what: nh3n, places: section, statistic: mean}", 2, "t"));
}

TEST_P(PrefillFrom, TheLedgerKnowsWhatWasPaidAndItsCorrections) {
  Sourced town(GetParam());
  const auto of = [&](const char* what) {
    return *town.known(fmt::format("{{from: ledger, what: {}}}", what), 2, "CNY");
  };
  EXPECT_EQ(of("received").value, "0");  // without an account nothing was paid through it
  EXPECT_EQ(of("received").detail, "ledger:received:none");
  ledger::Ledger book(town.db(), "341602", town.w.clock);
  book.define_unit({"CNY", 2, {"人民币", "renminbi"}});
  const auto account = [&](const char* owner, const char* purpose) {
    return book.open_account({owner, "CNY", purpose, std::nullopt});
  };
  const auto mine = account("gov:341602100", "cash");
  const auto owed = account("gov:341602100", "settlement");
  const auto theirs = account("gov:341602", "cash");
  const auto post = [&](const char* id, ledger::AccountId from, ledger::AccountId to, std::int64_t fen,
                        const char* day, const char* corrects = "") {
    ledger::Request request;
    request.id = id;
    request.debit = from;
    request.credit = to;
    request.amount = fen;
    request.cause = {"statement", "1"};
    request.legal_date = parse_date(day);
    request.corrects = corrects;
    const std::array requests{request};
    ledger::require_accepted(requests, book.post(requests));
  };
  post("a", theirs, mine, 10'000, "2026-01-01");
  post("b", mine, theirs, 3'000, "2026-05-01");
  post("c", mine, theirs, 1'050, "2026-06-01", "a");  // less was received, no payment was made
  post("d", theirs, mine, 70'000, "2025-12-31");      // another year's
  post("e", theirs, owed, 50'000, "2026-06-01");      // owed is not paid
  EXPECT_EQ(of("received").value, "89.5");
  EXPECT_EQ(of("received").detail, "ledger:received:3");
  EXPECT_EQ(of("paid").value, "30");
}

}  // namespace
}  // namespace tributary::reporting
