#include "policy/pack.h"

#include "policy/codes.h"
#include "policy/packs_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::policy {
namespace {

constexpr const char* patch_head = "rule: sample\nknown: 2026-01-01\nparameters:\n";

std::string price(const std::string& in_force, const std::string& value) {
  return fmt::format(
      "  price:\n    values:\n      - {{in_force: {}, value: \"{}\", source: {{document: d}}}}\n", in_force,
      value);
}

// What loading says; «good» when it loads.
struct Said {
  std::string code = "good";
  std::string words;
  Where where;
};

Said said(const TemporaryPacks& packs, const std::string& id) {
  try {
    packs.load(id);
    return {};
  } catch (const Error& e) {
    EXPECT_FALSE(e.message().zh.empty());
    return {std::string(e.code().name), e.message().en + " / " + e.hint().en, e.where()};
  }
}

void expect(const Said& got, const std::string& code, const std::string& words, const std::string& file,
            long line) {
  EXPECT_EQ(got.code, code) << got.words;
  EXPECT_NE(got.words.find(words), std::string::npos) << got.words;
  EXPECT_TRUE(got.where.file.ends_with(file)) << got.where.file;
  EXPECT_EQ(got.where.line, line) << got.words;
}

TEST(Pack, RefusesFoldersThatAreNoPacks) {
  TemporaryPacks packs;
  packs.pack("upper");
  packs.pack("lower", "upper");
  EXPECT_EQ(said(packs, "lower").code, "good");
  EXPECT_EQ(Policy::pack_ids(packs.root()), (std::vector<std::string>{"lower", "upper"}));
  expect(said(packs, "uper"), "unknown_pack", "did you mean \"upper\"", "", 0);
  expect(said(packs, "elsewhere"), "unknown_pack", "there are: lower, upper", "", 0);

  packs.write("other/pack.yaml", "pack: another\ntitle: {zh: 包, en: pack}\nversion: \"1\"\n");
  expect(said(packs, "other"), "bad_value", "must be the same", "other/pack.yaml", 1);
  packs.pack("a", "b");
  packs.pack("b", "c");
  packs.pack("c", "a");
  expect(said(packs, "b"), "circular", "circle", "b/pack.yaml", 0);
  packs.pack("self", "self");
  EXPECT_EQ(said(packs, "self").code, "circular");
  packs.pack("orphan", "uppper");
  expect(said(packs, "orphan"), "unknown_pack", "did you mean \"upper\"", "", 0);
  packs.write("extra/pack.yaml", "pack: extra\ntitle: {zh: 包, en: pack}\nversion: \"1\"\nextend: upper\n");
  expect(said(packs, "extra"), "unknown_key", "did you mean \"extends\"", "extra/pack.yaml", 4);
}

TEST(Pack, VersionsOfOneRuleMustNotOverlap) {
  TemporaryPacks packs;
  packs.pack("p");
  packs.write("p/rules/a.yaml", sample_rule);
  packs.write("p/rules/b.yaml",
              replaced(sample_rule, "{from: 2020-01-01, to: 2021-01-01}", "{from: 2020-12-31}"));
  expect(said(packs, "p"), "overlapping_dates", "a.yaml", "p/rules/b.yaml", 1);
  // The end is not part of the period: the next version may begin on that day.
  packs.write("p/rules/b.yaml",
              replaced(sample_rule, "{from: 2020-01-01, to: 2021-01-01}", "{from: 2021-01-01}"));
  EXPECT_EQ(said(packs, "p").code, "good");
}

TEST(Pack, TwoRulesMustNotDecideTheSameCase) {
  TemporaryPacks packs;
  packs.pack("upper");
  packs.pack("lower", "upper");
  const std::string second = replaced(sample_rule, "rule: sample", "rule: second");
  packs.write("upper/rules/a.yaml", sample_rule);
  packs.write("lower/rules/b.yaml", second);
  expect(said(packs, "lower"), "contradictory_rules", "sample-case", "lower/rules/b.yaml", 1);
  const auto with = [&](const std::string& what, const std::string& by) {
    packs.write("lower/rules/b.yaml", replaced(second, what, by));
    return said(packs, "lower").code;
  };
  EXPECT_EQ(with("to: 2021-01-01", "to: 2020-01-02"), "contradictory_rules");
  EXPECT_EQ(with("{from: 2020-01-01, to: 2021-01-01}", "{from: 2021-01-01}"), "good");
  EXPECT_EQ(with("sample-case", "other-case"), "good");
  EXPECT_EQ(with("claims: sample-case\n", ""), "good");
  EXPECT_EQ(with("section × month", "section × year"), "good");
  EXPECT_EQ(with("section × month", "city × month"), "good");
  EXPECT_EQ(with("section × month\n", "section × month\ngroup: g\n"),
            "contradictory_rules");  // the other takes all
  packs.write("upper/rules/a.yaml",
              replaced(sample_rule, "section × month\n", "section × month\ngroup: h\n"));
  EXPECT_EQ(with("section × month\n", "section × month\ngroup: g\n"), "good");
}

TEST(Pack, WhatALowerPackReplacesIsListed) {
  TemporaryPacks packs;
  packs.pack("upper");
  packs.pack("lower", "upper", true);
  packs.write("upper/rules/a.yaml", sample_rule);
  EXPECT_TRUE(packs.load("lower").overrides().empty());
  packs.write("lower/parameters/p.yaml", patch_head + price("2020-01-01", "99"));
  {
    const Policy policy = packs.load("lower");
    ASSERT_EQ(policy.overrides().size(), 1u);
    const Override o = policy.overrides()[0];
    EXPECT_EQ(o.what, "parameter sample.price");
    EXPECT_EQ(o.upper + " " + o.lower, "upper lower");
    EXPECT_TRUE(o.where.file.ends_with("lower/parameters/p.yaml"));
    EXPECT_EQ(o.where.line, 4);
    EXPECT_TRUE(packs.load("upper").overrides().empty());
  }
  packs.write("lower/rules/a.yaml", replaced(sample_rule, "\"12\"", "\"13\""));
  const Policy policy = packs.load("lower");
  ASSERT_EQ(policy.overrides().size(), 2u);
  EXPECT_EQ(policy.overrides()[1].what, "rule sample");
  const auto rule = policy.rule("sample", make_date(2020, 6, 1), make_date(2026, 1, 1));
  EXPECT_EQ(rule->rule.pack, "lower");
  EXPECT_TRUE(rule->rule.example);
  EXPECT_EQ(packs.load("upper").rule("sample", make_date(2020, 6, 1), make_date(2026, 1, 1))->rule.pack,
            "upper");
}

TEST(Pack, ParameterFilesAreCheckedAgainstTheRuleAbove) {
  struct Row {
    const char* label;
    std::string text;
    const char* code;
    long line;
    const char* words;
  };
  const auto value = [](const char* name, const char* what) {
    return fmt::format(
        "{}  {}:\n    values:\n      - {{in_force: 2020-01-01, {}, source: {{document: d}}}}\n", patch_head,
        name, what);
  };
  const std::vector<Row> table{
      {"unknown parameter", value("prise", "value: \"1\""), "unknown_name", 4, "did you mean \"price\""},
      {"unknown rule", replaced(value("price", "value: \"1\""), "sample", "smaple"), "unknown_rule", 1,
       "did you mean \"sample\""},
      {"version that is not", "version: 2022-01-01\n" + value("price", "value: \"1\""), "unknown_rule", 1,
       "version"},
      {"no number", value("price", "value: \"ten\""), "bad_value", 6, "ten"},
      {"unquoted", value("price", "value: 0.5"), "bad_value", 6, "quotes"},
      {"element left out", value("weight", "value: {a: \"1\"}"), "index_mismatch", 6, "\"b\""},
      {"element too many", value("weight", "value: {a: \"1\", b: \"1\", c: \"1\"}"), "index_mismatch", 6,
       "\"c\""},
      {"value for a table", value("tariff", "value: \"1\""), "bad_value", 6, "tiers"},
      {"tiers for no table", value("price", "tiers: [{above: \"0\", value: \"1\"}]"), "bad_value", 6,
       "tiers"},
      {"tier that is no number", value("tariff", "tiers: [{above: \"0\", value: much}]"), "bad_value", 6,
       "much"},
      {"one value for all places", value("K", "value: \"1\""), "index_mismatch", 6, "by place"},
      {"good", value("K", "value: {\"s:2\": \"1\"}"), "good", 0, ""},
      {"good table", value("tariff", "tiers: [{above: \"0\", value: \"1\"}]"), "good", 0, ""},
  };
  for (const Row& row : table) {
    TemporaryPacks packs;
    packs.pack("upper");
    packs.pack("lower", "upper");
    packs.write("upper/rules/a.yaml", sample_rule);
    packs.write("lower/parameters/p.yaml", row.text);
    const Said got = said(packs, "lower");
    EXPECT_EQ(got.code, row.code) << row.label << ": " << got.words;
    EXPECT_NE(got.words.find(row.words), std::string::npos) << row.label << ": " << got.words;
    EXPECT_EQ(got.where.line, row.line) << row.label << ": " << got.words;
    if (got.code != "good") {
      EXPECT_TRUE(got.where.file.ends_with("lower/parameters/p.yaml")) << row.label << ": " << got.where.file;
    }
  }
}

TEST(Pack, TwoParameterFilesMustNotGiveTheSameDates) {
  TemporaryPacks packs;
  packs.pack("upper");
  packs.pack("lower", "upper");
  packs.write("upper/rules/a.yaml", sample_rule);
  packs.write("lower/parameters/a.yaml", patch_head + price("2020-01-01", "1"));
  packs.write("lower/parameters/b.yaml", patch_head + price("2020-01-01", "2"));
  expect(said(packs, "lower"), "overlapping_dates", "a.yaml", "lower/parameters/b.yaml", 6);
  packs.write("lower/parameters/b.yaml", patch_head + price("2020-02-01", "2"));
  EXPECT_EQ(said(packs, "lower").code, "good");
}

TEST(Pack, ObjectionWindowFromARuleAndFromALowerPack) {
  TemporaryPacks packs;
  packs.pack("upper");
  packs.pack("lower", "upper");
  packs.write("upper/rules/a.yaml", sample_rule);
  const auto window = [](const Policy& policy) { return policy.rules()[0]->rule.objection; };
  EXPECT_FALSE(window(packs.load("lower")));
  packs.write("lower/parameters/p.yaml",
              "rule: sample\nobjection: {working_days: 10, source: {document: d}}\n");
  ASSERT_TRUE(window(packs.load("lower")));
  EXPECT_EQ(window(packs.load("lower"))->working_days, 10);
  EXPECT_TRUE(packs.load("lower").overrides().empty());
  packs.write("upper/rules/a.yaml", sample_rule + "objection: {working_days: 15, source: {document: d}}\n");
  EXPECT_EQ(window(packs.load("upper"))->working_days, 15);
  const Policy lower = packs.load("lower");
  EXPECT_EQ(window(lower)->working_days, 10);
  ASSERT_EQ(lower.overrides().size(), 1u);
  EXPECT_EQ(lower.overrides()[0].what, "objection sample");
}

TEST(Pack, TheVersionInForceAsKnown) {
  TemporaryPacks packs;
  packs.pack("upper");
  packs.pack("lower", "upper");
  packs.write("upper/rules/a.yaml", sample_rule);
  packs.write("upper/rules/b.yaml",
              replaced(replaced(sample_rule, "{from: 2020-01-01, to: 2021-01-01}", "{from: 2021-01-01}"),
                       "known: 2019-12-01", "known: 2021-03-15"));
  packs.write("lower/rules/a.yaml", replaced(sample_rule, "known: 2019-12-01", "known: 2020-07-01"));
  const Policy policy = packs.load("lower");
  const auto pack_on = [&](Date on, Date known) { return policy.rule("sample", on, known)->rule.pack; };
  EXPECT_EQ(pack_on(make_date(2020, 3, 1), make_date(2020, 6, 30)),
            "upper");  // the lower one was not known yet
  EXPECT_EQ(pack_on(make_date(2020, 3, 1), make_date(2020, 7, 1)), "lower");
  EXPECT_EQ(policy.rule("sample", make_date(2021, 1, 1), make_date(2021, 3, 15))->rule.in_force.from,
            make_date(2021, 1, 1));
  for (const auto& [on, known] : {std::pair{make_date(2021, 1, 1), make_date(2021, 3, 14)},
                                  {make_date(2019, 12, 31), make_date(2026, 1, 1)}}) {
    try {
      policy.rule("sample", on, known);
      ADD_FAILURE();
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), codes::not_in_force);
      for (const char* part : {"2020-01-01 – 2021-01-01", "2021-01-01 – …", "known 2021-03-15", "pack lower"})
        EXPECT_NE(e.hint().en.find(part), std::string::npos) << e.hint().en;
    }
  }
  try {
    policy.rule("sampel", make_date(2020, 3, 1), make_date(2020, 3, 1));
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), codes::unknown_rule);
    EXPECT_NE(e.hint().en.find("sample"), std::string::npos);
  }
  EXPECT_EQ(policy.rule_names(), std::vector<std::string>{"sample"});
}

TEST(Pack, RemarksAndHash) {
  TemporaryPacks packs;
  packs.pack("p");
  packs.write("p/rules/a.yaml",
              replaced(sample_rule, "claims:", "checked: {on: 2025-01-01, by: x}\nverified: false\nclaims:"));
  const Policy policy = packs.load("p");
  const auto count = [&](Date today, Remark::Kind kind) {
    const auto all = policy.remarks(today);
    return std::count_if(all.begin(), all.end(), [&](const Remark& r) { return r.kind == kind; });
  };
  EXPECT_EQ(count(make_date(2026, 1, 2), Remark::Kind::stale), 0);
  EXPECT_EQ(count(make_date(2026, 1, 3), Remark::Kind::stale), 1);
  EXPECT_EQ(count(make_date(2026, 1, 3), Remark::Kind::unverified), 1);
  EXPECT_EQ(count(make_date(2026, 1, 3), Remark::Kind::never_checked), 0);
  const std::string before = policy.hash();
  EXPECT_EQ(before, packs.load("p").hash());
  packs.write("p/note.txt", "x");
  EXPECT_NE(before, packs.load("p").hash());
}

}  // namespace
}  // namespace tributary::policy
