#include "registry/registry_files.h"

#include "base/text.h"
#include "registry/registry.h"
#include "store/testing.h"

#include <filesystem>

#include <gtest/gtest.h>

namespace tributary::registry {
namespace {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("registry-files-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void put(const std::string& name, std::string_view text) const {
    write_file((path_ / name).string(), text);
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(RegistryFiles, ReadsWhatIsThere) {
  const Folder folder;
  folder.put("places.csv",
             "# source: somewhere, \"quoted\n"
             "code,kind,name,aliases,water_kind,jurisdiction,groups,lon,lat,datum,valid_to\r\n"
             "s1,section,颜集,,river,341600,huai; assessed,115.892611,33.975944,unstated,\r\n"
             "s2,section,\"界首七渡口(七渡口)\",七渡口;界首,lake,,,,,,2021-01-01\r\n");
  folder.put("roles.csv", "place,role,party,share,source\ns1,upstream,gov:1,0.25,\"a, b\"\n");
  folder.put("attributes.csv",
             "place,name,value,valid_from,valid_to,known,source,verified\ns1,target,III,2020-01-01,2021-01-"
             "01,2019-12-31,x,false\n");
  folder.put("events.csv", "place,kind,valid_from,known,source\ns1,no_flow,2020-01-01,2020-02-01,notice\n");
  const RegistryData data = read_registry_folder(folder.path());
  ASSERT_EQ(data.places.size(), 2U);
  EXPECT_EQ(data.places[0].groups, (std::set<std::string>{"assessed", "huai"}));
  EXPECT_EQ(data.places[0].position, (Position{115.892611, 33.975944, "unstated"}));
  EXPECT_EQ(data.places[0].where.line, 3);
  EXPECT_EQ(data.places[1].aliases, (std::set<std::string>{"七渡口", "界首"}));
  EXPECT_EQ(data.places[1].water_kind, WaterKind::lake);
  EXPECT_EQ(data.places[1].validity, (Validity{Date::min(), parse_date("2021-01-01")}));
  ASSERT_EQ(data.roles.size(), 1U);
  EXPECT_EQ(data.roles[0].share, Decimal::parse("0.25"));
  EXPECT_EQ(data.roles[0].source, "a, b");
  EXPECT_FALSE(data.attributes.at(0).verified);
  EXPECT_EQ(data.events.at(0).validity.to, Date::max());
  EXPECT_TRUE(data.parties.empty());
}

TEST(RegistryFiles, ErrorsSayWhere) {
  struct Case {
    const char* file;
    const char* text;
    const char* expected;  // code, line, column, field
  };
  for (const Case& c : {
           Case{"places.csv", "code,kind,nmae\n", "unknown_column 1:11 "},
           Case{"places.csv", "# a\n\ncode,kind,kind,name\n", "unknown_column 3:11 "},
           Case{"places.csv", "code,kind\n", "missing_column 1:10 "},
           Case{"places.csv", "code,kind,name\ns1,section\n", "bad_row 2:11 "},
           Case{"places.csv", "code,kind,name\ns1,section,a,b\n", "bad_row 2:14 "},
           Case{"places.csv", "code,kind,name\ns1,section,\"a\n", "bad_csv 2:12 "},
           Case{"places.csv", "code,name,kind\ns1,颜集,Section\n", "bad_value 2:7 kind"},
           Case{"places.csv", "code,kind,name,lon,lat\ns1,section,颜集,115.9x,33\n", "bad_number 2:15 lon"},
           Case{"places.csv", "code,kind,name,lon,lat\ns1,section,颜集,115.9,33\n", "bad_value 2:1 datum"},
           Case{"places.csv", "code,kind,name,water_kind\ns1,section,颜集,pond\n",
                "bad_value 2:15 water_kind"},
           Case{"places.csv", "code,kind,name\ns1,section,\xd1\xd5\xbc\xaf\n", "bad_encoding 2:1 "},
           Case{"events.csv", "place,kind,valid_from,known,source\ns1,flood,2020-01-01,2020-01-02,x\n",
                "bad_value 2:4 kind"},
           Case{"events.csv", "place,kind,valid_from,known,source\ns1,no_flow,2020-02-30,2020-01-02,x\n",
                "bad_date 2:12 valid_from"},
           Case{"roles.csv", "place,role,party,share\ns1,upstream,gov:1,1/3\n", "bad_number 2:19 share"},
           Case{"attributes.csv", "place,name,value,known,source,verified\ns1,target,III,2020-01-01,x,yes\n",
                "bad_value 2:28 verified"},
           Case{"parties.csv", "code,kind,name,uscc\np,organisation,某公司,91350100M000100Y44\n",
                "bad_uscc 2:20 uscc"},
           Case{"jurisdictions.csv", "code,name,level,parent\n34160,谯城区,county,3416\n",
                "bad_region_code 2:1 code"},
           Case{"role.csv", "", "unknown_file 0:0 "},
       }) {
    const Folder folder;
    folder.put(c.file, c.text);
    try {
      read_registry_folder(folder.path());
      ADD_FAILURE() << c.text;
    } catch (const Error& e) {
      EXPECT_EQ(std::string(e.code().name) + " " + std::to_string(e.where().line) + ":" +
                    std::to_string(e.where().column) + " " + e.where().field,
                c.expected)
          << c.text;
      EXPECT_TRUE(e.where().file.ends_with(c.file)) << e.where().file;
    }
  }
  EXPECT_THROW(read_registry_folder("no/such/folder"), Error);
}

// The packs that are shipped load together, twice, on an empty database.
class Packs : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Both, Packs, testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(Packs, LoadAndAnswer) {
  store::TestDatabase database(GetParam());
  database.db().migrate(migrations());
  Registry registry(database.db(), "341602");
  RegistryData all;
  int rows = 0;
  for (const char* pack : {"cn", "cn-34", "cn-3416", "cn-341602"}) {
    const RegistryData data =
        read_registry_folder(std::string(TRIBUTARY_SOURCE_DIR "/policies/") + pack + "/registry");
    rows += registry.apply(data).added;
    all.append(data);
  }
  EXPECT_GT(rows, 100);
  const ApplyCounts again = registry.apply(all);
  EXPECT_EQ(again.added + again.closed + again.revised, 0);

  const Date day = parse_date("2020-11-10");
  const Date later = parse_date("2024-01-01");
  EXPECT_EQ(registry.places({.kind = "city"}, day).size(), 16U);
  EXPECT_EQ(registry.places({.kind = "section"}, day).size(), 18U);
  EXPECT_EQ(registry.find_place("亳州").code, "city:3416");
  EXPECT_EQ(registry.find_place("街口(鸠坑口)").code, registry.find_place("鸠坑口").code);
  EXPECT_EQ(registry.find_place("颜集").jurisdiction, "341600000000");
  EXPECT_FALSE(registry.find_place("石头埠(老)").position.has_value());
  EXPECT_EQ(registry.party("gov:341602").jurisdiction, "341602000000");
  EXPECT_EQ(registry.party("fin:34").kind, PartyKind::department);
  EXPECT_EQ(registry.children("3416", day).size(), 4U);
  EXPECT_EQ(registry.children("341602", day).size(), 27U);    // as in the edition of 30 June 2020
  EXPECT_EQ(registry.children("341602", later).size(), 28U);  // 3 streets, 20 towns, 2 townships, 3 zones
  EXPECT_EQ(registry.children("341602", later, Tree::by_management).size(), 26U);
  EXPECT_EQ(registry.jurisdiction("341602400", later).name.zh, "亳州高新技术产业开发区");
  EXPECT_EQ(registry.jurisdiction("341602400", day).name.zh, "亳州市经济开发区");
  EXPECT_EQ(registry.jurisdiction("411628", day).parent, "411600000000");
}

}  // namespace
}  // namespace tributary::registry
