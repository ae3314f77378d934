// What the registers know: of a party, of a place, and what somebody may sell of his rights. (Readings and the ledger
// are tested where reports ask for them, reporting/sources_test.cpp.)
#include "known/known.h"

#include "registry/registry.h"
#include "rights/rights_testing.h"

#include <gtest/gtest.h>

namespace tributary::known {
namespace {

class Known : public ::testing::TestWithParam<std::string> {
 protected:
  Known() {
    std::vector<store::Migration> all = rights::testing::all_migrations();
    for (const store::Migration& one : registry::migrations()) all.push_back(one);
    std::ranges::sort(all, {}, &store::Migration::number);
    w.database.db().migrate(all);
  }
  std::string rights_of(const std::string& party, const std::string& subject, const char* from, const char* to) {
    const auto found = of_rights(w.database.db(), "341602", w.clock, {party, subject, parse_date(from), parse_date(to)});
    return found ? found->value + " " + found->detail : "unknown";
  }
  rights::testing::World w{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Databases, Known, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& on) { return on.param; });

TEST_P(Known, OfRatesIsTheLeastOfTheMonths) {
  using rights::testing::months;
  EXPECT_EQ(rights_of("pa", "cod", "2026-01-01", "2026-04-01"), "unknown");  // no holding is no zero
  w.give("A", "COD", 500, months(0, 12));
  w.give("A", "COD", 200, months(0, 3));
  EXPECT_EQ(rights_of("pa", "cod", "2026-01-01", "2026-04-01"), "700 rights:A");
  EXPECT_EQ(rights_of("pa", "COD", "2026-03-01", "2026-05-01"), "500 rights:A");
  EXPECT_EQ(rights_of("pa", "cod", "2026-12-01", "2027-02-01"), "0 rights:A");  // a month without any
  EXPECT_EQ(rights_of("pa", "cod", "2026-04-01", "2026-04-01"), "unknown");
  EXPECT_EQ(rights_of("pb", "cod", "2026-01-01", "2026-04-01"), "unknown");
  EXPECT_EQ(rights_of("pa", "nh3n", "2026-01-01", "2026-04-01"), "unknown");  // no such right
  // What is proposed to somebody else is no longer free.
  w.rights.propose({.key = "T", .kind = rights::testing::Kind::transfer, .instrument = "COD", .from = "A", .to = "B", .quantity = 600, .term = months(1, 2)},
                   rights::testing::first);
  EXPECT_EQ(rights_of("pa", "cod", "2026-01-01", "2026-04-01"), "100 rights:A");
}

TEST_P(Known, OfQuantitiesIsWhatOneYearHas) {
  w.give("B", "WATER", 3000, {}, 2026);
  w.give("B", "WATER", 50, {}, 2027);
  EXPECT_EQ(rights_of("pb", "surface", "2026-05-01", "2027-05-01"), "3000 rights:B");
  EXPECT_EQ(rights_of("pb", "surface", "2027-01-01", "2027-05-01"), "50 rights:B");
  EXPECT_EQ(rights_of("pb", "surface", "2028-01-01", "2028-05-01"), "unknown");
}

TEST_P(Known, OfPartiesAndPlacesIsWhatTheRegisterSays) {
  registry::RegistryData data;
  registry::Jurisdiction area;
  area.code = "340000";
  area.level = registry::Level::province;
  area.name = {"某省", ""};
  data.jurisdictions = {area};
  registry::Party firm;
  firm.code = "ent:1";
  firm.name = {"某厂", ""};
  firm.uscc = "91350100M000100Y43";  // an example of GB 32100-2015
  firm.jurisdiction = "340000";
  registry::Party person = firm;
  person.code = "hh:1";
  person.kind = registry::PartyKind::person;
  person.uscc = "";
  data.parties = {firm, person};
  registry::Place place;
  place.code = "sec:1";
  place.kind = "section";
  place.name = {"某断面", ""};
  place.jurisdiction = "340000";
  data.places = {place};
  data.attributes = {{"sec:1", "target_class", "III", {parse_date("2026-01-01"), parse_date("2027-01-01")}, parse_date("2025-12-01"), "文", true, false, {}}};
  registry::Registry(w.database.db(), "341602").apply(data);
  w.database.db().read([&](store::Transaction& t) {
    const auto party = [&](const char* code, const char* what) {
      const auto found = of_party(t, "341602", code, what);
      return found ? found->value : "unknown";
    };
    EXPECT_EQ(party("ent:1", "credit_code"), "91350100M000100Y43");
    EXPECT_EQ(party("ent:1", "name"), "某厂");
    EXPECT_EQ(party("hh:1", "name"), "unknown");  // people are not filled in
    EXPECT_EQ(party("ent:2", "name"), "unknown");
    EXPECT_EQ(of_place(t, "341602", "sec:1", "target_class", parse_date("2026-06-01"))->detail, "place:target_class:verified");
    EXPECT_FALSE(of_place(t, "341602", "sec:1", "target_class", parse_date("2027-06-01")));
  });
}

}  // namespace
}  // namespace tributary::known
