// The class computed from real readings of the national automatic stations against the class the public page
// showed.
#include "base/csv.h"
#include "observe/standard_yaml_testing.h"
#include "observe/water_row.h"

#include <fstream>
#include <iostream>

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

struct Tally {
  int classified = 0;
  int agree = 0;
  int not_published = 0;
  int missing_and_not_published = 0;
  std::map<std::string, std::string> reasons;  // section and day → reason
};

Tally compare(const std::string& file) {
  const ClassStandard standard = testing::class_standard("gb3838-2002");
  const ClassPractice* practice = standard.find_practice("cnemc-daily");
  std::ifstream in(std::string(TRIBUTARY_SOURCE_DIR) + "/data/water/" + file, std::ios::binary);
  CsvReader csv(in, file);
  EXPECT_TRUE(csv.next());
  const std::vector<std::string> header(csv.fields().begin(), csv.fields().end());
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin());
  };
  const WaterRowReader reader(standard, header);
  const std::size_t section = column("section"), day = column("snapshot_date"),
                    shown = column("class_published");
  Tally out;
  while (csv.next()) {
    const auto fields = csv.fields();
    const WaterSample sample = reader.sample(fields);
    const ClassJudgement judgement = standard.judge(sample, practice);
    const auto published = try_parse_water_class(fields[shown]);
    if (!published) {
      ++out.not_published;
      out.missing_and_not_published += !judgement.missing.empty();
      continue;
    }
    ++out.classified;
    if (judgement.water_class == published) {
      ++out.agree;
      continue;
    }
    const Disagreement why = standard.explain_disagreement(sample, judgement, *published);
    const std::string key = std::string(fields[section]) + " " + std::string(fields[day]);
    out.reasons[key] = name_of(why.why);
    std::cout << file << ":" << csv.line() << " " << key << " 公布 " << roman_name(*published) << ", 计算 "
              << (judgement.water_class ? roman_name(*judgement.water_class) : "无") << " ["
              << name_of(why.why) << "] " << why.text.zh << "\n";
  }
  std::cout << file << ": " << out.agree << " of " << out.classified << " classified rows agree; "
            << out.not_published << " rows without a published class, of which "
            << out.missing_and_not_published << " lack a required item\n";
  return out;
}

TEST(PublishedClass, HuaiAndXinan) {
  const Tally tally = compare("cnemc_daily_huai_xinan.csv");
  EXPECT_GT(tally.classified, 3000);
  EXPECT_GE(tally.agree * 1000, tally.classified * 999);
  EXPECT_EQ(tally.reasons, (std::map<std::string, std::string>{{"大屈 2020-11-04", "another_reading"}}));
}

TEST(PublishedClass, OtherBasins) {
  const Tally tally = compare("cnemc_daily_other_basins.csv");
  EXPECT_GT(tally.classified, 9000);
  EXPECT_GE(tally.agree * 1000, tally.classified * 999);
  EXPECT_EQ(tally.reasons, (std::map<std::string, std::string>{{"三岔口 2020-11-04", "another_reading"},
                                                               {"汤河水库 2020-11-01", "other_water_kind"},
                                                               {"泺口 2021-02-08", "unclassified_item"}}));
}

class Row : public ::testing::Test {
 protected:
  const ClassStandard standard_ = testing::class_standard("gb3838-2002");
  ClassJudgement judged(const std::vector<std::string>& header, const std::vector<std::string_view>& fields) {
    return standard_.judge(WaterRowReader(standard_, header).sample(fields));
  }
};

TEST_F(Row, AnyColumns) {
  EXPECT_EQ(judged({"section", "codmn", "cod_mgl"}, {"颜集", "3", "22"}).water_class, WaterClass::IV);
  EXPECT_EQ(judged({"codmn", "cod"}, {"--", "<10"}).water_class, WaterClass::I);
  EXPECT_EQ(judged({"tp_mgl", "water"}, {"0.17", "lake"}).water_class, WaterClass::V);
  EXPECT_EQ(judged({"nh3n_mgl", "nh3n_raw"}, {"1.00", "1.004"}).water_class, WaterClass::IV);  // raw wins
  EXPECT_EQ(judged({"nh3n_mgl", "nh3n_raw"}, {"1.00", ""}).water_class, WaterClass::III);
  EXPECT_EQ(judged({"hg", "ph"}, {"0.0002L", "7"}).water_class, std::nullopt);
  EXPECT_THROW(judged({"section", "when"}, {"a", "b"}), Error);
  for (const char* bad : {"abc", "1,5", "-1", "nan", "<", "L", "1 2"})
    EXPECT_THROW(judged({"codmn"}, {bad}), Error) << bad;
}

TEST_F(Row, ExplainsByDisplayedAndByFlagged) {
  const std::vector<std::string> header{"nh3n_mgl", "nh3n_raw", "codmn_mgl", "codmn_raw", "note"};
  const WaterRowReader reader(standard_, header);
  const auto why = [&](const std::vector<std::string_view>& fields, WaterClass published) {
    const WaterSample sample = reader.sample(fields);
    return standard_.explain_disagreement(sample, standard_.judge(sample), published).why;
  };
  EXPECT_EQ(why({"1.00", "1.004", "3", "3", ""}, WaterClass::IV), Disagreement::Why::none);
  EXPECT_EQ(why({"1.00", "1.004", "3", "3", ""}, WaterClass::III), Disagreement::Why::displayed_values);
  EXPECT_EQ(why({"9", "9", "3", "3", "nh3n:极值过滤"}, WaterClass::II), Disagreement::Why::flagged_value);
  EXPECT_EQ(why({"9", "9", "3", "3", ""}, WaterClass::II), Disagreement::Why::item_left_out);
  EXPECT_EQ(why({"9", "9", "3", "3", ""}, WaterClass::III), Disagreement::Why::another_reading);
}

}  // namespace
}  // namespace tributary::observe
