#include "observe/class_standard.h"

#include "base/unit.h"
#include "observe/standard_yaml_testing.h"

#include <random>

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

const ClassStandard& gb3838() {
  static const ClassStandard standard = testing::class_standard("gb3838-2002");
  return standard;
}

// "codmn=4.6 cod=22 tp<0.05 chla=*": a value, below detection, not measured; "lake:" in front for lakes.
WaterSample sample(std::string text) {
  WaterSample out;
  if (text.starts_with("lake:")) out.kind = WaterKind::lake, text = text.substr(5);
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t at = word.find_first_of("=<");
    const std::string name = word.substr(0, at), value = word.substr(at + 1);
    if (value == "*")
      out.not_measured.insert(name);
    else
      out.values[name] = {
          .value = Decimal::parse(value), .below_detection = word[at] == '<', .displayed = {}, .flag = {}};
  }
  return out;
}

std::string described(const ClassJudgement& judgement) {
  if (!judgement.water_class)
    return std::string("none ") + std::string(latin_name(judgement.at_best)) + ".." +
           std::string(latin_name(judgement.at_worst));
  std::string out{latin_name(*judgement.water_class)};
  for (const std::string& item : judgement.deciding) out += " " + item;
  return out;
}

TEST(ClassStandard, TheFileIsSound) {
  EXPECT_NO_THROW(gb3838().validate());
  std::set<std::string> classified;
  for (const ClassItem& item : gb3838().items)
    if (item.classified) classified.insert(item.indicator);
  EXPECT_EQ(classified.size(), 21U);      // 24 less water temperature, TN, faecal coliforms
  EXPECT_EQ(gb3838().items.size(), 25U);  // TP twice
  EXPECT_FALSE(gb3838().head.verified);
}

// Spot checks against the table itself, typed a second time by class: I, II, III, IV, V.
TEST(ClassStandard, Limits) {
  const auto row = [](const char* indicator, WaterKind kind) {
    std::string out;
    for (const WaterClass c :
         {WaterClass::I, WaterClass::II, WaterClass::III, WaterClass::IV, WaterClass::V}) {
      const auto limit = gb3838().limit(indicator, c, kind);
      out += (out.empty() ? "" : " ") + (limit ? limit->normalized().to_string() : std::string("-"));
    }
    return out;
  };
  EXPECT_EQ(row("do", WaterKind::river), "7.5 6 5 3 2");
  EXPECT_EQ(row("codmn", WaterKind::river), "2 4 6 10 15");
  EXPECT_EQ(row("cod", WaterKind::river), "15 15 20 30 40");
  EXPECT_EQ(row("nh3n", WaterKind::lake), "0.15 0.5 1 1.5 2");
  EXPECT_EQ(row("tp", WaterKind::river), "0.02 0.1 0.2 0.3 0.4");
  EXPECT_EQ(row("tp", WaterKind::lake), "0.01 0.025 0.05 0.1 0.2");
  EXPECT_EQ(row("tn", WaterKind::lake), "0.2 0.5 1 1.5 2");
  EXPECT_EQ(row("tn", WaterKind::river), "- - - - -");
  EXPECT_EQ(row("ph", WaterKind::river), "- - - - -");
  EXPECT_EQ(row("wtemp", WaterKind::river), "- - - - -");
  EXPECT_EQ(row("hg", WaterKind::river), "0.00005 0.00005 0.0001 0.001 0.001");
  EXPECT_EQ(row("zn", WaterKind::river), "0.05 1 1 2 2");
  EXPECT_EQ(row("phenol", WaterKind::river), "0.002 0.002 0.005 0.01 0.1");
  EXPECT_EQ(row("oil", WaterKind::river), "0.05 0.05 0.05 0.5 1");
  EXPECT_EQ(row("fcoli", WaterKind::river), "200 2000 10000 20000 40000");
  EXPECT_THROW(gb3838().limit("tp", WaterClass::worse_V, WaterKind::river), Error);
  try {
    gb3838().limit("nh3", WaterClass::I, WaterKind::river);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), standard_codes::unknown_item);
    EXPECT_NE(error.hint().zh.find("nh3n"), std::string::npos);
  }
}

TEST(ClassStandard, Names) {
  for (const char* text : {"Ⅲ", "III", "Ⅲ类", "Ⅲ类水质", " III类 ", "ＩＩＩ"})
    EXPECT_EQ(parse_water_class(text), WaterClass::III) << text;
  for (const char* text : {"劣Ⅴ", "劣V类", "worse_V", "劣Ⅴ类"})
    EXPECT_EQ(parse_water_class(text), WaterClass::worse_V) << text;
  for (int i = 1; i <= 6; ++i) {
    EXPECT_EQ(parse_water_class(roman_name(water_class_of(i))), water_class_of(i));
    EXPECT_EQ(parse_water_class(latin_name(water_class_of(i))), water_class_of(i));
    EXPECT_EQ(ordinal(water_class_of(i)), i);
  }
  for (const char* text : {"", "-", "VI", "劣", "IIII", "3"})
    EXPECT_FALSE(try_parse_water_class(text)) << text;
  EXPECT_THROW(parse_water_class("-"), Error);
  EXPECT_THROW(water_class_of(0), Error);
  EXPECT_THROW(water_class_of(7), Error);
  EXPECT_EQ(title_of(condition_of(WaterClass::I)).zh, "优");
  EXPECT_EQ(title_of(condition_of(WaterClass::II)).zh, "优");
  EXPECT_EQ(title_of(condition_of(WaterClass::III)).zh, "良好");
  EXPECT_EQ(title_of(condition_of(WaterClass::worse_V)).zh, "重度污染");
}

TEST(ClassStandard, SingleFactor) {
  struct Row {
    const char* sample;
    const char* expected;  // class and deciding items
  };
  for (const Row& row : {
           Row{"codmn=4.6 cod=22 nh3n=0.42 tp=0.17 do=6.8 tn=3.9", "IV cod"},
           Row{"lake: codmn=4.6 cod=22 nh3n=0.42 tp=0.17 do=6.8 tn=3.9", "V tp"},
           Row{"nh3n=1.0", "III nh3n"},
           Row{"nh3n=1.01", "IV nh3n"},
           Row{"nh3n=1.000000000000000000001", "IV nh3n"},
           Row{"cod=15 ph=7", "I cod ph"},  // I and II have one limit: the better class
           Row{"cod=15.1", "III cod"},
           Row{"fluoride=1.2", "IV fluoride"},
           Row{"do=7.5", "I do"},
           Row{"do=7.49", "II do"},
           Row{"do=2", "V do"},
           Row{"do=1.99", "worse_V do"},
           Row{"do=0", "worse_V do"},
           Row{"ph=6", "I ph"},
           Row{"ph=9", "I ph"},
           Row{"ph=5.99 codmn=1", "worse_V ph"},
           Row{"ph=9.01", "worse_V ph"},
           Row{"codmn=6 nh3n=0.9 tp=0.2", "III codmn nh3n tp"},
           Row{"tp=0.41", "worse_V tp"},
           Row{"codmn=1 tn=9 fcoli=99999 wtemp=35", "I codmn"},  // these three take no part
           Row{"tn=0.1", "none I..worse_V"},
           Row{"", "none I..worse_V"},
       })
    EXPECT_EQ(described(gb3838().judge(sample(row.sample))), row.expected) << row.sample;
}

TEST(ClassStandard, BelowDetection) {
  struct Row {
    const char* sample;
    const char* expected;
  };
  for (const Row& row : {
           Row{"tp<0.01", "I tp"},
           Row{"tp<0.02", "I tp"},
           Row{"tp<0.05", "none I..II"},        // the limit of detection is above the limit of class I
           Row{"tp<0.05 codmn=3", "II codmn"},  // another item is II anyhow
           Row{"tp<0.05 nh3n=1.8", "V nh3n"},
           Row{"hg<0.0002 ph=7", "none I..IV"},
           Row{"do<2.5", "none IV..worse_V"},
       }) {
    // DO below 2.5 lies between 0 and 2.5: V at best.
    const std::string expected = std::string(row.sample) == "do<2.5" ? "none V..worse_V" : row.expected;
    EXPECT_EQ(described(gb3838().judge(sample(row.sample))), expected) << row.sample;
  }
  const auto check = [](const char* text, WaterClass target) {
    return gb3838().check(sample(text), target).at(0);
  };
  EXPECT_EQ(check("tp<0.05", WaterClass::I).met, Met::unknown);
  EXPECT_EQ(check("tp<0.05", WaterClass::II).met, Met::yes);
  EXPECT_EQ(check("tp=0.05", WaterClass::I).met, Met::no);
  EXPECT_NE(gb3838().judge(sample("tp<0.05")).undetermined.zh.find("未检出"), std::string::npos);
}

TEST(ClassStandard, RequiredItems) {
  const ClassPractice* practice = gb3838().find_practice("cnemc-daily");
  ASSERT_NE(practice, nullptr);
  const auto judged = [&](const char* text) { return gb3838().judge(sample(text), practice); };
  EXPECT_EQ(described(judged("ph=7 do=8 codmn=3 nh3n=0.1 tp=0.05")), "II codmn tp");
  EXPECT_EQ(described(judged("ph=7 do=8 codmn=3 nh3n=0.1 tp=*")),
            "II codmn");  // the station does not measure TP
  const ClassJudgement lacking = judged("ph=7 do=8 codmn=3 nh3n=0.1");
  EXPECT_FALSE(lacking.water_class);
  EXPECT_EQ(lacking.missing, std::vector<std::string>{"tp"});
  EXPECT_EQ(lacking.at_best, WaterClass::II);  // what is there is II already
  EXPECT_EQ(lacking.undetermined.zh, "缺少必需项目: tp");
  EXPECT_EQ(judged("ph=7 do=8 tp=0.1").missing, (std::vector<std::string>{"codmn", "nh3n"}));
  EXPECT_FALSE(judged("ph=7 do=8 codmn=3 tp=0.1 nh3n=*").water_class);  // only TP may be not measured
}

TEST(ClassStandard, ExceedanceIsExact) {
  const auto x = [](const char* indicator, const char* value, WaterClass target) {
    const auto out = gb3838().exceedance(indicator, Decimal::parse(value), target, WaterKind::river);
    return out ? out->to_string() : std::string("none");
  };
  EXPECT_EQ(x("tp", "0.45", WaterClass::IV), "0.5");  // trap 1: not 0.5000000000000001
  EXPECT_EQ((Rational::from_fraction(45, 30) - Rational(1)),
            *gb3838().exceedance("tp", Decimal::parse("0.45"), WaterClass::IV, WaterKind::river));
  EXPECT_EQ(x("codmn", "7.2", WaterClass::III), "0.2");
  EXPECT_EQ(x("nh3n", "2.3", WaterClass::III), "1.3");
  EXPECT_EQ(x("tp", "0.18", WaterClass::III), "-0.1");
  EXPECT_EQ(x("codmn", "7", WaterClass::III), "≈0.166666666667");
  EXPECT_EQ(x("ph", "9.5", WaterClass::III), "none");
  EXPECT_EQ(x("do", "1", WaterClass::III), "none");
  EXPECT_EQ(x("wtemp", "30", WaterClass::III), "none");
  EXPECT_EQ(x("tn", "30", WaterClass::III), "none");  // no limit for rivers

  const auto checks = gb3838().check(sample("codmn=7.2 nh3n=0.5 do=4 ph=5 tn=9"), WaterClass::III);
  ASSERT_EQ(checks.size(), 4U);  // not TN
  EXPECT_EQ(checks[0].indicator, "codmn");
  EXPECT_EQ(checks[0].met, Met::no);
  EXPECT_EQ(checks[0].exceedance->to_string(), "0.2");
  EXPECT_EQ(checks[1].indicator, "do");
  EXPECT_EQ(checks[1].met, Met::no);
  EXPECT_FALSE(checks[1].exceedance);
  EXPECT_EQ(checks[2].indicator, "nh3n");
  EXPECT_EQ(checks[2].met, Met::yes);
  EXPECT_FALSE(checks[2].exceedance);
  EXPECT_EQ(checks[3].met, Met::no);  // pH
}

TEST(ClassStandard, RoundsToTheMethodsDecimalsBeforeComparing) {
  ClassStandard standard = gb3838();
  for (ClassItem& item : standard.items)
    if (item.indicator == "nh3n") item.decimals = 1;
  const ClassJudgement judgement = standard.judge(sample("nh3n=1.04"));
  EXPECT_EQ(described(judgement), "III nh3n");
  EXPECT_EQ(judgement.items[0].value.to_string(), "1.04");
  EXPECT_EQ(judgement.items[0].compared.to_string(), "1.0");
  EXPECT_EQ(described(standard.judge(sample("nh3n=1.05"))), "III nh3n");  // half to even
  EXPECT_EQ(described(standard.judge(sample("nh3n=1.15"))), "IV nh3n");
  EXPECT_EQ(described(gb3838().judge(sample("nh3n=1.04"))), "IV nh3n");  // no decimals in the file: as it is
}

TEST(ClassStandard, SaysThatSaturationIsNotEvaluated) {
  EXPECT_EQ(gb3838().judge(sample("do=7")).notes.size(), 1U);
  EXPECT_TRUE(gb3838().judge(sample("do=8")).notes.empty());
  EXPECT_TRUE(gb3838().judge(sample("do=5")).notes.empty());
}

// An independent, slow judge: the best class in which no item fails.
TEST(ClassStandard, AgreesWithTryingEveryClass) {
  std::mt19937 random(20201105);
  const std::vector<std::string> names{"do", "codmn", "cod", "nh3n", "tp", "fluoride", "cr6"};
  for (int round = 0; round < 3000; ++round) {
    WaterSample s;
    s.kind = round % 3 == 0 ? WaterKind::lake : WaterKind::river;
    for (const std::string& name : names) {
      if (random() % 3 == 0) continue;
      // Around the limits themselves, so that equality happens.
      const auto limit =
          gb3838().limit(name, water_class_of(static_cast<int>(random() % 5) + 1), s.kind).value();
      s.values[name].value = limit + Decimal::from_parts(static_cast<int>(random() % 3) - 1, 4);
    }
    if (s.values.empty()) continue;
    int expected = 6;
    for (int c = 5; c >= 1; --c) {
      bool all = true;
      for (const auto& [name, value] : s.values) {
        const double v = value.value.to_double(),
                     l = gb3838().limit(name, water_class_of(c), s.kind)->to_double();
        all &= name == "do" ? v > l - 1e-9 : v < l + 1e-9;
      }
      if (all) expected = c;
    }
    ASSERT_EQ(ordinal(gb3838().judge(s).water_class.value()), expected) << round;
  }
}

TEST(ClassStandard, RefusesBadTables) {
  const auto with = [](auto change) {
    ClassStandard standard = gb3838();
    change(standard);
    standard.validate();
  };
  const auto item = [](ClassStandard& s, const char* name) -> ClassItem& {
    return *std::ranges::find(s.items, name, &ClassItem::indicator);
  };
  EXPECT_THROW(with([&](auto& s) { item(s, "tn").limits[3] = Decimal(105); }),
               Error);  // a slip seen on the web
  EXPECT_THROW(with([&](auto& s) { item(s, "do").limits[0] = Decimal(5); }), Error);
  EXPECT_THROW(with([&](auto& s) { item(s, "cod").limits.pop_back(); }), Error);
  EXPECT_THROW(with([&](auto& s) { item(s, "ph").low = Decimal(10); }), Error);
  EXPECT_THROW(with([&](auto& s) { item(s, "tp").water.reset(); }), Error);
  EXPECT_THROW(with([&](auto& s) { item(s, "cod").unit = "mgL"; }), Error);
  EXPECT_THROW(with([&](auto& s) { item(s, "wtemp").classified = true; }), Error);
  EXPECT_THROW(with([&](auto& s) { s.practices[0].required.push_back("tss"); }), Error);
}

TEST(ClassStandard, InForceFrom2002) {
  const std::vector<ClassStandard> all{gb3838()};
  EXPECT_EQ(standard_on<ClassStandard>(all, parse_date("2002-06-01")).head.id, "gb3838-2002");
  EXPECT_THROW(standard_on<ClassStandard>(all, parse_date("2002-05-31")), Error);
  const std::vector<ClassStandard> twice{gb3838(), gb3838()};
  try {
    standard_on<ClassStandard>(twice, parse_date("2020-01-01"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), standard_codes::standards_overlap);
  }
}

TEST(River, FewSectionsByTheMean) {
  // CODMn 4, 5, 9.1 → 6.0333… → IV, though two of three sections are III or better.
  const std::vector<WaterSample> sections{sample("codmn=4 tp=0.1"), sample("codmn=5 tp<0.02"),
                                          sample("codmn=9.1")};
  const RiverJudgement river = judge_river(gb3838(), sections);
  EXPECT_EQ(river.method, RiverJudgement::Method::mean_of_sections);
  EXPECT_EQ(described(*river.mean), "IV codmn");
  EXPECT_EQ(river.condition, WaterCondition::light);
  for (const ItemClass& item : river.mean->items)
    if (item.indicator == "tp") {
      EXPECT_EQ(item.value.to_string(), "0.055");  // (0.1 + 0.02/2)/2
    }
  const std::vector<WaterSample> exact{sample("codmn=6"), sample("codmn=5.999"), sample("codmn=6.001")};
  EXPECT_EQ(described(*judge_river(gb3838(), exact).mean), "III codmn");
  EXPECT_FALSE(judge_river(gb3838(), {}).condition);
}

TEST(River, FiveAndMoreByShares) {
  const auto river = [](int good, int middle, int worst) {
    std::vector<WaterSample> sections;
    for (int i = 0; i < good; ++i) sections.push_back(sample("codmn=3"));
    for (int i = 0; i < middle; ++i) sections.push_back(sample("codmn=12"));
    for (int i = 0; i < worst; ++i) sections.push_back(sample("codmn=16"));
    return judge_river(gb3838(), sections).condition;
  };
  EXPECT_EQ(river(9, 1, 0), WaterCondition::excellent);  // 90 %
  EXPECT_EQ(river(8, 2, 0), WaterCondition::good);
  EXPECT_EQ(river(6, 2, 0), WaterCondition::good);  // 75 %
  EXPECT_EQ(river(7, 2, 1), WaterCondition::light);
  EXPECT_EQ(river(4, 0, 1), WaterCondition::good);
  EXPECT_EQ(river(2, 2, 1), WaterCondition::moderate);  // 20 % worse than V
  EXPECT_EQ(river(2, 1, 2), WaterCondition::heavy);     // 40 %
  std::vector<WaterSample> with_gap(6, sample("codmn=3"));
  with_gap[0] = sample("");
  const RiverJudgement judged = judge_river(gb3838(), with_gap);
  EXPECT_EQ(judged.without_class, 1U);
  EXPECT_EQ(judged.condition, WaterCondition::excellent);
}

TEST(Indicators, EveryItemOfTheStandardIsThereWithItsUnit) {
  const auto list = testing::indicators();
  std::set<std::string> codes;
  for (const IndicatorInfo& info : list) {
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_NO_THROW(Unit::parse(info.unit)) << info.code;
    EXPECT_FALSE(info.title.zh.empty() || info.title.en.empty()) << info.code;
    if (!info.hj212_unit.empty()) {
      EXPECT_TRUE(Unit::parse(info.unit).same_dimension(Unit::parse(info.hj212_unit))) << info.code;
    }
  }
  for (const ClassItem& item : gb3838().items) {
    const auto found = std::ranges::find(list, item.indicator, &IndicatorInfo::code);
    ASSERT_NE(found, list.end()) << item.indicator;
    EXPECT_TRUE(Unit::parse(found->unit).same(Unit::parse(item.unit))) << item.indicator;
    EXPECT_EQ(found->title.zh, item.title.zh);
  }
  for (const char* code :
       {"so2", "no2", "co", "o3", "o3_8h", "pm10", "pm25", "aqi", "cond", "turb", "chla", "algae"})
    EXPECT_TRUE(codes.contains(code)) << code;
}

}  // namespace
}  // namespace tributary::observe
