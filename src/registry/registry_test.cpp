#include "registry/registry.h"

#include "registry/codes.h"
#include "store/testing.h"

#include <random>

#include <gtest/gtest.h>

namespace tributary::registry {
namespace {

Date d(const char* text) {
  return parse_date(text);
}
Validity from(const char* text) {
  return {d(text), Date::max()};
}
Validity between(const char* a, const char* b) {
  return {d(a), d(b)};
}

Jurisdiction division(std::string code, Level level, std::string parent, std::string name) {
  Jurisdiction v;
  v.code = std::move(code);
  v.level = level;
  v.parent = std::move(parent);
  v.name = {std::move(name), ""};
  return v;
}

Party government(std::string code, std::string jurisdiction) {
  Party v;
  v.code = std::move(code);
  v.kind = PartyKind::government;
  v.name = {"某某人民政府", ""};
  v.jurisdiction = std::move(jurisdiction);
  return v;
}

Place section(std::string code, std::string name, std::set<std::string> aliases = {}) {
  Place v;
  v.code = std::move(code);
  v.kind = "section";
  v.name = {std::move(name), ""};
  v.aliases = std::move(aliases);
  v.water_kind = WaterKind::river;
  v.jurisdiction = "341600";
  return v;
}

PlaceRole role(std::string place, std::string name, std::string party, const char* share,
               Validity validity = {}) {
  return {std::move(place), std::move(name), std::move(party), Decimal::parse(share), validity, "", {}};
}

PlaceAttribute target(const char* value, Validity validity, const char* known) {
  return {"s1", "target", value, validity, d(known), "document", true, false, {}};
}

RegistryData small() {
  RegistryData data;
  data.jurisdictions = {division("34", Level::province, "", "安徽省"),
                        division("341600", Level::prefecture, "34", "亳州市"),
                        division("341602", Level::county, "341600", "谯城区"),
                        division("341602105", Level::township, "341602", "颜集镇"),
                        division("341602400", Level::zone, "341602", "高新区")};
  data.jurisdictions.back().managed_by = "341600";
  data.parties = {government("gov:341600", "3416"), government("gov:341602", "341602"),
                  government("gov:340000", "34")};
  data.places = {section("s1", "颜集"), section("s2", "界首七渡口(七渡口)", {"七渡口"}),
                 section("s3", "付桥")};
  data.places[1].groups = {"huai", "assessed"};
  data.places[1].jurisdiction = "341602";
  return data;
}

// Runs `work` and returns the code's name, or "" when it does not throw.
template <class Work>
std::string outcome(Work&& work) {
  try {
    work();
    return "";
  } catch (const Error& e) {
    return std::string(e.code().name);
  }
}

class RegistryTest : public testing::TestWithParam<std::string> {
 protected:
  RegistryTest() : database_(GetParam()), registry_(database_.db(), "341602") {
    database_.db().migrate(migrations());
  }
  ApplyCounts apply(const RegistryData& data) { return registry_.apply(data); }

  store::TestDatabase database_;
  Registry registry_;
};
INSTANTIATE_TEST_SUITE_P(Both, RegistryTest, testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(RegistryTest, ApplyTwiceChangesNothing) {
  const ApplyCounts first = apply(small());
  EXPECT_EQ(first, (ApplyCounts{5 + 3 + 3 + 2 + 1, 0, 0, 0}));  // with 2 groups and 1 alias
  EXPECT_EQ(apply(small()), (ApplyCounts{0, 0, 0, 14}));
}

TEST_P(RegistryTest, TenantsAreApart) {
  apply(small());
  Registry other(database_.db(), "341621");
  EXPECT_EQ(outcome([&] { other.find_place("s1"); }), "not_found");
  EXPECT_EQ(other.apply(small()).unchanged, 0);
}

TEST_P(RegistryTest, Tree) {
  apply(small());
  const Date day = d("2020-11-10");
  const auto codes_of = [](const std::vector<Jurisdiction>& list) {
    std::string out;
    for (const auto& v : list) out += std::string(significant(v.code)) + " ";
    return out;
  };
  EXPECT_EQ(registry_.jurisdiction("341602", day).name.zh, "谯城区");
  EXPECT_EQ(codes_of(registry_.children("341602", day)), "341602105 341602400 ");
  EXPECT_EQ(codes_of(registry_.children("341602", day, Tree::by_management)), "341602105 ");
  EXPECT_EQ(codes_of(registry_.children("341600", day, Tree::by_management)), "341602 341602400 ");
  EXPECT_EQ(codes_of(registry_.ancestors("341602105", day)), "341602 3416 34 ");
  EXPECT_EQ(codes_of(registry_.ancestors("341602400", day, Tree::by_management)), "3416 34 ");
  EXPECT_TRUE(registry_.is_within("341602400", "341602", day));
  EXPECT_FALSE(registry_.is_within("341602400", "341602", day, Tree::by_management));
  EXPECT_TRUE(registry_.is_within("341602", "341602", day));
  EXPECT_FALSE(registry_.is_within("3416", "341602", day));
  EXPECT_EQ(outcome([&] { registry_.jurisdiction("341699", day); }), "not_found");
}

TEST_P(RegistryTest, ARenamedZoneHasTwoVersions) {
  RegistryData data = small();
  data.jurisdictions.back().validity.to = d("2023-06-30");
  Jurisdiction renamed = data.jurisdictions.back();
  renamed.name.zh = "亳州高新技术产业开发区";
  renamed.validity = from("2023-06-30");
  data.jurisdictions.insert(data.jurisdictions.begin(), renamed);
  apply(data);
  EXPECT_EQ(registry_.jurisdiction("341602400", d("2023-06-29")).name.zh, "高新区");
  EXPECT_EQ(registry_.jurisdiction("341602400", d("2023-06-30")).name.zh, "亳州高新技术产业开发区");
}

TEST_P(RegistryTest, ClosingAndFollowing) {
  apply(small());
  RegistryData next;
  next.places = {section("s1", "颜集"), section("s1", "颜集")};
  next.places[0].validity = from("2021-01-01");
  next.places[0].water_body = "包河";
  EXPECT_EQ(outcome([&] { apply({.places = {next.places[0]}}); }),
            "contradiction");  // the old one is still open
  next.places[1].validity.to = d("2021-01-01");
  EXPECT_EQ(apply(next), (ApplyCounts{1, 1, 0, 0}));  // given newest first
  EXPECT_EQ(apply(next), (ApplyCounts{0, 0, 0, 2}));
  EXPECT_EQ(registry_.find_place("s1", "", d("2020-12-31")).water_body, "");
  EXPECT_EQ(registry_.find_place("s1", "", d("2021-01-01")).water_body, "包河");
  EXPECT_EQ(registry_.find_place("颜集").water_body, "包河");
  EXPECT_EQ(outcome([&] { apply(small()); }), "contradiction");  // the older state does not come back
}

TEST_P(RegistryTest, ContradictionsChangeNothing) {
  apply(small());
  RegistryData data;
  data.parties = {government("gov:1", "34"), government("gov:341602", "341602")};
  data.parties[1].name.zh = "另一个";
  data.parties[1].where = {"parties.csv", 7, 0, ""};
  try {
    apply(data);
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::contradiction);
    EXPECT_EQ(e.where().line, 7);
    EXPECT_NE(e.message().zh.find("某某人民政府"), std::string::npos) << e.message().zh;
  }
  EXPECT_EQ(outcome([&] { registry_.party("gov:1"); }), "not_found");
}

TEST_P(RegistryTest, DescriptionsMayBeRevised) {
  apply(small());
  RegistryData data = small();
  data.places[0].source = "corrected";
  data.places[0].position = Position{115.892611, 33.975944, "unstated"};
  EXPECT_EQ(apply(data), (ApplyCounts{0, 0, 1, 13}));
  EXPECT_EQ(registry_.find_place("s1").position, data.places[0].position);
  EXPECT_EQ(registry_.find_place("s1").source, "corrected");
  EXPECT_EQ(apply(data).revised, 0);
}

TEST_P(RegistryTest, FindPlace) {
  RegistryData data = small();
  data.places.push_back(section("s4", "付桥"));
  Place city = section("city:3416", "亳州市", {"亳州"});
  city.kind = "city";
  Place other = section("s5", "亳州");
  data.places.insert(data.places.end(), {city, other});
  apply(data);
  EXPECT_EQ(registry_.find_place("s2").name.zh, "界首七渡口(七渡口)");
  EXPECT_EQ(registry_.find_place("七渡口").code, "s2");
  EXPECT_EQ(registry_.find_place(" 界首七渡口（七渡口）").code, "s2");  // full-width brackets
  EXPECT_EQ(registry_.find_place("s2").aliases, (std::set<std::string>{"七渡口"}));
  EXPECT_EQ(outcome([&] { registry_.find_place("付桥"); }), "ambiguous_name");
  EXPECT_EQ(outcome([&] { registry_.find_place("亳州"); }), "ambiguous_name");
  EXPECT_EQ(registry_.find_place("亳州", "city").code, "city:3416");
  EXPECT_EQ(registry_.find_place("亳州", "section").code, "s5");
  try {
    registry_.find_place("颜及");
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::not_found);
    EXPECT_NE(e.hint().zh.find("颜集"), std::string::npos) << e.hint().zh;
  }
}

TEST_P(RegistryTest, PlacesByFilter) {
  RegistryData data = small();
  data.groups = {{"s1", "assessed", from("2021-01-01"), "", {}}};
  data.places[2].validity.to = d("2020-06-01");
  apply(data);
  const auto list = [&](const PlaceFilter& filter, const char* day) {
    std::string out;
    for (const Place& v : registry_.places(filter, d(day))) out += v.code + " ";
    return out;
  };
  EXPECT_EQ(list({}, "2020-01-01"), "s1 s2 s3 ");
  EXPECT_EQ(list({}, "2020-06-01"), "s1 s2 ");
  EXPECT_EQ(list({.kind = "city"}, "2020-06-01"), "");
  EXPECT_EQ(list({.group = "assessed"}, "2020-12-31"), "s2 ");
  EXPECT_EQ(list({.kind = "section", .group = "assessed"}, "2021-01-01"), "s1 s2 ");
  EXPECT_EQ(list({.jurisdiction = "341602"}, "2020-01-01"), "s2 ");
  EXPECT_EQ(list({.jurisdiction = "34"}, "2020-01-01"), "s1 s2 s3 ");
  EXPECT_EQ(registry_.places({.group = "huai"}, d("2020-01-01"))[0].groups,
            (std::set<std::string>{"assessed", "huai"}));
}

TEST_P(RegistryTest, SharesSumToOneOnEveryDay) {
  apply(small());
  const auto with = [&](std::vector<PlaceRole> roles) {
    return outcome([&] { apply({.roles = std::move(roles)}); });
  };
  EXPECT_EQ(
      with({role("s1", "responsible", "gov:341600", "0.4"), role("s1", "responsible", "gov:341602", "0.5")}),
      "shares_not_one");
  EXPECT_EQ(with({role("s1", "responsible", "gov:341600", "0.4"),
                  role("s1", "responsible", "gov:341602", "0.6", from("2021-01-01"))}),
            "shares_not_one");
  EXPECT_EQ(with({role("s1", "responsible", "gov:341600", "1.1")}), "bad_value");
  EXPECT_EQ(with({role("s1", "responsible", "gov:341600", "0")}), "bad_value");
  EXPECT_EQ(with({role("s1", "responsible", "gov:nobody", "1")}), "unknown_reference");
  EXPECT_EQ(with({role("s9", "responsible", "gov:341600", "1")}), "unknown_reference");
  EXPECT_EQ(with({role("s1", "responsible", "gov:341600", "0.40"),
                  role("s1", "responsible", "gov:341602", "0.6"), role("s1", "superior", "gov:340000", "1")}),
            "");
  // A third party cannot come in unless another makes room on the same day.
  EXPECT_EQ(with({role("s1", "responsible", "gov:340000", "0.6", from("2022-01-01"))}), "shares_not_one");
  EXPECT_EQ(with({role("s1", "responsible", "gov:340000", "0.6", from("2022-01-01")),
                  role("s1", "responsible", "gov:341602", "0.6", {Date::min(), d("2022-01-01")})}),
            "");
  const auto day = [&](const char* text) {
    std::string out;
    for (const PlaceRole& v : registry_.roles("s1", "responsible", d(text)))
      out += v.party + " " + v.share.to_string() + " ";
    return out;
  };
  EXPECT_EQ(day("2021-12-31"), "gov:341600 0.4 gov:341602 0.6 ");
  EXPECT_EQ(day("2022-01-01"), "gov:340000 0.6 gov:341600 0.4 ");
  EXPECT_EQ(registry_.roles("s1", d("2022-01-01")).size(), 3U);
}

// Whatever is accepted, the shares are 1 on every day; whatever is refused, nothing changed. The judge adds
// in integers.
TEST_P(RegistryTest, RandomSharesAgainstAnObviousCheck) {
  RegistryData data = small();
  apply(data);
  std::mt19937 random(341602);
  const std::vector<std::string> parties{"gov:341600", "gov:341602", "gov:340000"};
  int accepted = 0;
  for (int round = 0; round < 120; ++round) {
    const std::string name = "r" + std::to_string(round);
    std::vector<PlaceRole> roles;
    std::vector<std::array<int, 3>> plain;  // from, to, tenths
    for (const std::string& party : parties) {
      const int first = static_cast<int>(random() % 2);
      const int last = first + 1 + static_cast<int>(random() % 2);
      const int tenths = std::array{10, 5, 5, 2, 8}[random() % 5];
      if (random() % 2 == 0) continue;
      roles.push_back(role("s2", name, party, ("0." + std::to_string(tenths)).c_str(),
                           {make_date(2020 + first, 1, 1), make_date(2020 + last, 1, 1)}));
      if (tenths == 10) roles.back().share = 1;
      plain.push_back({first, last, tenths});
    }
    bool good = true;
    for (int year = 0; year < 4; ++year) {
      int sum = 0;
      for (const auto& [first, last, tenths] : plain) sum += first <= year && year < last ? tenths : 0;
      good = good && (sum == 0 || sum == 10);
    }
    const std::string result = outcome([&] { apply({.roles = roles}); });
    ASSERT_EQ(result, good ? "" : "shares_not_one") << round;
    ASSERT_EQ(registry_.roles("s2", name, d("2020-06-01")).empty() &&
                  registry_.roles("s2", name, d("2021-06-01")).empty() &&
                  registry_.roles("s2", name, d("2022-06-01")).empty(),
              !good || roles.empty());
    accepted += good && !roles.empty() ? 1 : 0;
  }
  EXPECT_GT(accepted, 10);
}

TEST_P(RegistryTest, ARoleNeedsItsPartyOnAllItsDays) {
  RegistryData data = small();
  data.parties[0].validity = from("2010-01-01");
  apply(data);
  const auto with = [&](RegistryData more) { return outcome([&] { apply(std::move(more)); }); };
  EXPECT_EQ(with({.roles = {role("s1", "upstream", "gov:341600", "1")}}), "bad_validity");
  EXPECT_EQ(with({.roles = {role("s1", "upstream", "gov:341600", "1", from("2010-01-01"))}}), "");
  Party closed = data.parties[0];
  closed.validity.to = d("2022-01-01");
  EXPECT_EQ(with({.parties = {closed}}), "bad_validity");  // while it has a role
  EXPECT_EQ(with({.parties = {closed},
                  .roles = {role("s1", "upstream", "gov:341600", "1", between("2010-01-01", "2022-01-01"))}}),
            "");
}

TEST_P(RegistryTest, AttributesAsKnown) {
  apply(small());
  apply({.attributes = {target("IV", between("2018-01-01", "2021-01-01"), "2018-03-01"),
                        target("III", from("2021-01-01"), "2021-02-01"),
                        target("III", between("2020-01-01", "2021-01-01"), "2020-06-01")}});
  const auto at = [&](const char* day, const char* known) {
    const auto v = registry_.attribute("s1", "target", d(day), d(known));
    return v ? v->value : "-";
  };
  EXPECT_EQ(at("2017-12-31", "2024-01-01"), "-");
  EXPECT_EQ(at("2019-05-01", "2018-02-28"), "-");
  EXPECT_EQ(at("2019-05-01", "2018-03-01"), "IV");
  EXPECT_EQ(at("2020-05-01", "2020-05-31"), "IV");  // the correction came on 1 June
  EXPECT_EQ(at("2020-05-01", "2020-06-01"), "III");
  EXPECT_EQ(at("2019-05-01", "2024-01-01"), "IV");
  EXPECT_EQ(at("2021-05-01", "2021-01-31"), "-");
  EXPECT_EQ(at("2021-05-01", "2021-02-01"), "III");
  EXPECT_EQ(registry_.attributes("s1").size(), 3U);
  EXPECT_EQ(outcome([&] { apply({.attributes = {target("V", from("2021-01-01"), "2021-02-01")}}); }),
            "contradiction");
  EXPECT_EQ(outcome([&] { apply({.attributes = {target("V", from("2022-01-01"), "2021-02-01")}}); }),
            "contradiction");
  // What was known on a day is not closed afterwards.
  EXPECT_EQ(outcome([&] {
              apply({.attributes = {target("III", between("2021-01-01", "2022-01-01"), "2021-02-01")}});
            }),
            "contradiction");
  // One without a value ends it, from its day on and since it was known.
  apply({.attributes = {target("", from("2022-01-01"), "2021-11-01")}});
  EXPECT_EQ(at("2022-01-01", "2021-10-31"), "III");
  EXPECT_EQ(at("2022-01-01", "2021-11-01"), "-");
  EXPECT_EQ(at("2021-12-31", "2021-11-01"), "III");
}

TEST_P(RegistryTest, EventsAsKnown) {
  apply(small());
  const auto event = [](EventKind kind, Validity validity, const char* known) {
    return PlaceEvent{"s1", kind, validity, d(known), "notice", "", {}};
  };
  apply({.events = {event(EventKind::suspended, from("2020-05-10"), "2020-05-08"),
                    event(EventKind::suspended, between("2020-05-10", "2020-09-01"), "2020-08-20"),
                    event(EventKind::no_flow, between("2020-12-01", "2021-01-10"), "2020-12-05"),
                    event(EventKind::accident, between("2020-03-01", "2020-03-02"), "2020-03-01"),
                    event(EventKind::accident, between("2020-03-01", "2020-03-01"), "2020-04-01")}});
  const auto list = [&](const char* period, const char* known) {
    std::string out;
    for (const PlaceEvent& v : registry_.events("s1", Period::parse(period), d(known)))
      out += std::string(to_string(v.kind)) + " ";
    return out;
  };
  EXPECT_EQ(list("2020-10", "2020-08-19"), "suspended ");
  EXPECT_EQ(list("2020-10", "2020-08-20"), "");
  EXPECT_EQ(list("2020-08", "2021-01-01"), "suspended ");
  EXPECT_EQ(list("2020-09", "2021-01-01"), "");
  EXPECT_EQ(list("2020", "2021-01-01"), "suspended no_flow ");
  EXPECT_EQ(list("2021-01", "2021-01-01"), "no_flow ");
  EXPECT_EQ(list("2020-03", "2020-03-31"), "accident ");
  EXPECT_EQ(list("2020-03", "2020-04-01"), "");  // withdrawn
  EXPECT_EQ(list("2020-04", "2020-04-30"), "");
}

TEST_P(RegistryTest, RefusedRows) {
  struct Case {
    const char* expected;
    std::function<void(RegistryData&)> spoil;
  };
  const std::vector<Case> cases{
      {"duplicate_row", [](RegistryData& x) { x.places.push_back(x.places[0]); }},
      {"unknown_reference", [](RegistryData& x) { x.places[0].jurisdiction = "3417"; }},
      {"unknown_reference", [](RegistryData& x) { x.places[0].inflow_section = "s77"; }},
      {"unknown_reference", [](RegistryData& x) { x.parties[0].jurisdiction = "4101"; }},
      {"unknown_reference",
       [](RegistryData& x) {
         x.jurisdictions.push_back(division("341702", Level::county, "341700", "贵池区"));
       }},
      {"unknown_reference", [](RegistryData& x) { x.groups = {{"s77", "huai", {}, "", {}}}; }},
      {"bad_region_code", [](RegistryData& x) { x.jurisdictions[2].code = "34160"; }},
      {"bad_region_code", [](RegistryData& x) { x.jurisdictions[2].level = Level::prefecture; }},
      {"bad_value", [](RegistryData& x) { x.jurisdictions[2].parent = ""; }},
      {"bad_value", [](RegistryData& x) { x.jurisdictions[2].parent = "341700"; }},
      {"bad_value", [](RegistryData& x) { x.jurisdictions[2].managed_by = "341602105"; }},
      {"bad_value", [](RegistryData& x) { x.places[0].name.zh = " "; }},
      {"bad_value", [](RegistryData& x) { x.places[0].code = "断面1"; }},
      {"bad_value", [](RegistryData& x) { x.places[0].kind = "Section"; }},
      {"bad_value", [](RegistryData& x) { x.places[0].position = Position{33.9, 115.9, "GCJ-02"}; }},
      {"bad_value", [](RegistryData& x) { x.places[0].position = Position{115.9, 33.9, ""}; }},
      {"bad_validity", [](RegistryData& x) { x.places[0].validity = between("2020-01-01", "2020-01-01"); }},
      {"bad_uscc", [](RegistryData& x) { x.parties[0].uscc = "91350100M000100Y44"; }},
      {"bad_uscc",
       [](RegistryData& x) {
         x.parties[0].uscc = "9135O100M000100Y43";
         x.parties[0].uscc_override = {{"clerk", "as on the licence", "scan 1", d("2021-01-01")}};
       }},
      {"bad_override",
       [](RegistryData& x) {
         x.parties[0].uscc = "91350100M000100Y43";
         x.parties[0].uscc_override = {{"clerk", "as on the licence", "scan 1", d("2021-01-01")}};
       }},
      {"bad_override",
       [](RegistryData& x) {
         x.parties[0].uscc = "91350100M000100Y44";
         x.parties[0].uscc_override = {{"clerk", "", "scan 1", d("2021-01-01")}};
       }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    RegistryData data = small();
    cases[i].spoil(data);
    EXPECT_EQ(outcome([&] { apply(data); }), cases[i].expected) << "case " << i;
  }
  EXPECT_EQ(apply(small()).added, 14);  // nothing was left behind
}

TEST_P(RegistryTest, OverriddenUscc) {
  apply(small());
  Party v = government("91350100M000100Y44", "3416");
  v.uscc = "９１３５０１００m000100Y44";
  v.uscc_override = {{"张三", "执照如此", "扫描件 12", d("2021-03-01")}};
  apply({.parties = {v}});
  EXPECT_EQ(registry_.party("91350100M000100Y44").uscc, "91350100M000100Y44");
  EXPECT_EQ(registry_.party("91350100M000100Y44").uscc_override, v.uscc_override);
}

TEST_P(RegistryTest, OneReadOfSeveralThings) {
  apply(small());
  const auto count = registry_.read([](RegistryReader& r) {
    return r.places({}, parse_date("2020-01-01")).size() + r.parties(parse_date("2020-01-01")).size();
  });
  EXPECT_EQ(count, 6U);
}

}  // namespace
}  // namespace tributary::registry
