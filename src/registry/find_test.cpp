// Parties and places found by a part of a name, of any time, or of a code; never persons.
#include "registry/find.h"

#include "store/testing.h"

#include <gtest/gtest.h>

namespace tributary::registry {
namespace {

class FindTest : public ::testing::TestWithParam<std::string> {
 protected:
  FindTest() : database(GetParam()) {
    database.db().migrate(migrations());
    RegistryData data;
    Jurisdiction area;
    area.code = "340000";
    area.level = Level::province;
    area.name = {"某省", ""};
    data.jurisdictions = {area};
    const auto party = [&](const char* code, PartyKind kind, const char* name, const char* en, Validity validity) {
      Party one;
      one.code = code;
      one.kind = kind;
      one.name = {name, en};
      one.jurisdiction = "340000";
      one.validity = validity;
      data.parties.push_back(one);
    };
    const Date day = parse_date("2020-01-01");
    party("ent:00417", PartyKind::organisation, "古井酿酒有限公司", "", {Date::min(), day});
    party("ent:00417", PartyKind::organisation, "新井酒业有限公司", "Xinjing", {day, Date::max()});
    party("ent:00418", PartyKind::organisation, "城东污水处理厂", "", {});
    party("hh:0001", PartyKind::person, "古井生", "", {});
    Place place;
    place.code = "sec:wh-01";
    place.kind = "section";
    place.name = {"大寺闸", "Dasi sluice"};
    place.aliases = {"涡河大寺"};
    place.water_body = "涡河";
    place.jurisdiction = "340000";
    data.places = {place};
    Registry(database.db(), "340000").apply(data);
  }
  std::string parties(const std::vector<std::string>& words, std::size_t limit = 10, const std::string& after = {}) {
    std::string out;
    database.db().read([&](store::Transaction& t) {
      for (const FoundParty& one : find_parties(t, "340000", words, limit, after)) {
        out += one.party.name.zh;
        for (const std::string& other : one.other) out += "（" + other + "）";
        out += ";";
      }
    });
    return out;
  }
  std::string places(const std::vector<std::string>& words) {
    std::string out;
    database.db().read([&](store::Transaction& t) {
      for (const FoundPlace& one : find_places(t, "340000", words, 10)) {
        out += one.place.name.zh;
        for (const std::string& other : one.other) out += "（" + other + "）";
        out += ";";
      }
    });
    return out;
  }
  store::TestDatabase database;
};

INSTANTIATE_TEST_SUITE_P(Databases, FindTest, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& on) { return on.param; });

TEST_P(FindTest, PartiesByWhatTheyAreOrWereCalled) {
  EXPECT_EQ(parties({"新井"}), "新井酒业有限公司（古井酿酒有限公司）;");
  EXPECT_EQ(parties({"古井"}), "新井酒业有限公司（古井酿酒有限公司）;");  // and not the person
  EXPECT_EQ(parties({"xinj"}), "新井酒业有限公司（古井酿酒有限公司）;");
  EXPECT_EQ(parties({"0418"}), "城东污水处理厂;");
  EXPECT_EQ(parties({"ＥＮＴ：０"}), "新井酒业有限公司（古井酿酒有限公司）;城东污水处理厂;");
  EXPECT_EQ(parties({"有限", "酒业"}), "新井酒业有限公司（古井酿酒有限公司）;");
  EXPECT_EQ(parties({"有限", "污水"}), "");
  EXPECT_EQ(parties({"%"}), "");
  EXPECT_EQ(parties({"0001"}), "");
  EXPECT_EQ(parties({"ENT"}, 1), "新井酒业有限公司（古井酿酒有限公司）;");
  EXPECT_EQ(parties({"ENT"}, 1, "ent:00417"), "城东污水处理厂;");
}

TEST_P(FindTest, PlacesAlsoByTheNamesInFiles) {
  EXPECT_EQ(places({"大寺"}), "大寺闸（涡河大寺）;");
  EXPECT_EQ(places({"涡河大"}), "大寺闸（涡河大寺）;");
  EXPECT_EQ(places({"wh-01"}), "大寺闸（涡河大寺）;");
  EXPECT_EQ(places({"小寺"}), "");
}

}  // namespace
}  // namespace tributary::registry
