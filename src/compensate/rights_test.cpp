// Metered amounts over several months against a permit and the rights of its holder: the rolling year of the
// notes, gaps, several holders, rights as they stood at the time of a run.
#include "compensate/codes.h"
#include "compensate/world_testing.h"
#include "rights/rights.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::compensate {
namespace {

using testing::World;
using testing::write;

const char* const rolling_rule = R"Y(indices:
  pollutant: [cod, nox]
inputs:
  E[pollutant]: {unit: t, from: total, indicator: {cod: cod, nox: codmn}, period: {months: 12}, optional: true, title: {zh: 十二个月, en: twelve months}}
  before[pollutant]: {unit: t, from: total, indicator: {cod: cod}, period: {months: 11}, optional: true, title: {zh: 十一个月, en: eleven months}}
  bound[pollutant]: {unit: t, from: total, indicator: {cod: cod, nox: codmn}, subject: {cod: COD, nox: NOx}, period: {months: 12}, optional: true, title: {zh: 有权利的月, en: months with rights}}
  this_year: {unit: t, from: total, indicator: cod, period: year_to_date, title: {zh: 今年以来, en: this year}}
  permitted[pollutant]: {unit: t, from: attribute, name: {cod: permitted_cod, nox: permitted_nox}, optional: true, title: {zh: 许可, en: permitted}}
  rights[pollutant]: {unit: t, from: rights, subject: {cod: COD, nox: NOx}, role: operator, period: {months: 12}, title: {zh: 权利, en: rights}}
formulas:
  over[pollutant]: {type: boolean, title: {zh: 超, en: over}, is: "present(permitted) and (E > permitted or E > rights)"}
  total[pollutant]: {unit: t, title: {zh: 合计, en: total}, is: E}
  room: {unit: t, title: {zh: 下月可排, en: room}, is: "min(permitted[cod], rights[cod]) - before[cod]"}
  year: {unit: t, title: {zh: 今年, en: this year}, is: this_year}
  bound_by_rights: {unit: t, title: {zh: 需权利的, en: needs rights}, is: "bound[cod]"}
  held[pollutant]: {unit: t, title: {zh: 持有, en: held}, is: rights}
)Y";

class Metered : public ::testing::TestWithParam<std::string> {
 protected:
  Metered() {
    world.clock.set(parse_instant("2021-01-05 09:00"));
    world.rule("town", "rolling", testing::head("rolling", "plant × month", "plants") + rolling_rule);
    write(world.packs() / "root/indicators.yaml",
          "indicators:\n  - {code: cod, title: {zh: 化学需氧量, en: COD}, unit: kg, kind: water}\n  - {code: codmn, "
          "title: {zh: 高锰酸盐指数, en: permanganate}, unit: mg/L, kind: water}\n  - {code: nh3n, title: {zh: 氨氮, en: "
          "ammonia}, unit: mg/L, kind: water}\n  - {code: tp, title: {zh: 总磷, en: phosphorus}, unit: mg/L, kind: "
          "water}\n");
    write(world.packs() / "root/imports/mini.yaml",
          "import: mini\ntitle: {zh: 试验, en: test}\nseries: mini\nplace: {columns: [place]}\ntime:\n  - {columns: "
          "[day], format: \"%Y-%m-%d\", second_of_day: 28800}\nmissing: [\"\"]\nvalues:\n  - {column: kg, indicator: "
          "cod, unit: kg, impossible: {below: \"0\"}}\n");
    std::filesystem::remove_all(world.packs() / "root/standards");
    std::filesystem::remove(world.packs() / "town/rules/section.yaml");
    write(world.registry("places.csv"),
          "code,kind,name,water_body,water_kind,jurisdiction,valid_from,source\nplant:a,plant,甲厂,涡河,river,,,s\n");
    write(world.registry("groups.csv"), "place,group,source\nplant:a,plants,s\n");
    write(world.registry("parties.csv"),
          "code,kind,name,source\nent:a,organisation,甲公司,s\nent:b,organisation,乙公司,s\ngov,government,政府,s\n");
    write(world.registry("roles.csv"), "place,role,party,share,source\nplant:a,operator,ent:a,1,s\n");
    write(world.registry("attributes.csv"),
          "place,name,value,valid_from,known,source,verified,example\nplant:a,permitted_cod,12,2019-01-01,2019-01-01,"
          "s,true,false\nplant:a,permit,P-1,2019-01-01,2019-01-01,s,true,false\n");
    world.load();
    for (const auto& [code, subject, zone] :
         {std::tuple{"COD-GUO", "COD", "涡河"}, std::tuple{"COD-HUAI", "COD", "淮河"}, std::tuple{"NOX", "NOx", ""}})
      registry.define({code, rights::InstrumentKind::flow, {code, code}, "kg/yr", subject, zone, false, true,
                       rights::Month::make(2019, 1).index, rights::Month::make(2025, 1).index},
                      both);
    registry.open({"ISSUE", "gov", rights::AccountType::issue}, both);
    for (const auto& [code, owner] : {std::pair{"A", "ent:a"}, std::pair{"A2", "ent:a"}, std::pair{"B", "ent:b"}}) {
      registry.open({code, owner, rights::AccountType::holding}, both);
      registry.set_permit(code, "P-1", std::nullopt, both);
    }
    for (const char* code : {"COD-GUO", "COD-HUAI"})
      registry.set_cap(code, std::vector<rights::Part>{{rights::Month::make(2019, 1).index, 72, "", 1'000'000}}, both);
  }

  // A right of so many kg/yr for the months [from, to).
  void issue(const std::string& account, const std::string& instrument, std::int64_t quantity, const char* from,
             const char* to) {
    const std::string key = fmt::format("I{}", ++issued);
    rights::Proposal p{.key = key, .kind = rights::TransactionKind::issue, .instrument = instrument, .from = "ISSUE",
                       .to = account, .quantity = quantity};
    p.term = rights::Term{rights::Month::parse(from), rights::Month::parse(to)};
    registry.propose(p, {"one", "", "试", "r"});
    registry.approve(key, {"two", "", "试", "r"});
  }

  // kg of COD in each month from `from` on.
  void meter(const std::string& file, Period from, const std::vector<std::string>& kg, const std::string& plant = "甲厂") {
    std::string text = "place,day,kg\n";
    for (const std::string& value : kg) {
      text += fmt::format("{},{}-15,{}\n", plant, from.to_string(), value);
      from = from.next();
    }
    write(world.file(file), text);
    const observe::ImportTarget target{
        world.database.db(), World::tenant,
        [](std::string_view name) {
          return name == "甲厂" ? std::optional<std::string>("plant:a") : name == "乙厂" ? std::optional<std::string>("plant:b") : std::nullopt;
        },
        [](std::string_view) { return std::vector<std::string>{}; }, world.clock};
    const auto report = observe::import_csv(target, world.file(file).string(), world.policy().catalog().import("mini"));
    EXPECT_EQ(report.rejected, 0);
  }

  static std::string value(const RunReport& report, const std::string& name) {
    for (const FormulaValue& one : report.computation.places.at(0).results)
      if (one.name == name) return one.value;
    return "?";
  }
  RunReport run(const char* month) {
    Compensation c = world.compensation();
    return c.run("rolling", Period::parse(month), "clerk");
  }

  World world{GetParam(), TRIBUTARY_SOURCE_DIR};
  rights::Act both{"one", "two", "试", "r"};
  WorkCalendar calendar;
  rights::Rights registry{world.database.db(), World::tenant, world.clock, calendar};
  int issued = 0;
};
INSTANTIATE_TEST_SUITE_P(Databases, Metered, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& each) { return each.param; });

// Worked example of the notes: neither calendar year exceeds 12 t, July to June has 15.6.
TEST_P(Metered, NoCalendarYearExceedsButTwelveMonthsDo) {
  issue("A", "COD-GUO", 20'000, "2019-01", "2021-01");
  meter("a.csv", Period::parse("2019-01"), std::vector<std::string>(6, "600"));
  meter("b.csv", Period::parse("2019-07"), std::vector<std::string>(12, "1300"));
  meter("c.csv", Period::parse("2020-07"), std::vector<std::string>(6, "600"));
  EXPECT_EQ(value(run("2019-12"), "total[cod]"), "11.4");
  EXPECT_EQ(value(run("2020-12"), "total[cod]"), "11.4");
  const RunReport worst = run("2020-06");
  EXPECT_EQ(value(worst, "total[cod]"), "15.6");
  EXPECT_EQ(value(worst, "over[cod]"), "true");
  EXPECT_EQ(value(run("2019-12"), "over[cod]"), "false");
  EXPECT_EQ(value(worst, "year"), "7.8");
  // 12 t permitted less the eleven months that stay: 11 × 1.3 = 14.3.
  EXPECT_EQ(value(worst, "room"), "-2.3");
  // Each month can be followed to its reading.
  Compensation c = world.compensation();
  EXPECT_EQ(c.look("rolling", Period::parse("2020-06"), "plant:a").head.fingerprint,
            worst.computation.head.fingerprint);
  const auto& total = worst.computation.places[0].formula_derivations.at(2);
  ASSERT_EQ(total.name, "total[cod]");
  ASSERT_EQ(total.children.size(), 1U);
  EXPECT_EQ(total.children[0].children.size(), 12U);
  EXPECT_EQ(total.children[0].children[0].name, "cod 2019-07");
  policy::Explanation july = total.children[0].children[0];
  c.add_observations(july);
  ASSERT_EQ(july.children.size(), 1U);
  EXPECT_EQ(july.children[0].where.file, "b.csv");
  EXPECT_EQ(july.children[0].where.line, 2);
}

// Rights begin with 2019: what was emitted before needs none.
TEST_P(Metered, BeforeThereWereRightsNoneWereNeeded) {
  meter("a.csv", Period::parse("2018-07"), std::vector<std::string>(12, "600"));
  EXPECT_EQ(value(run("2019-06"), "bound_by_rights"), "3.6");
  EXPECT_EQ(value(run("2019-06"), "total[cod]"), "7.2");
}

TEST_P(Metered, AMonthWithoutAReadingIsNotZero) {
  meter("a.csv", Period::parse("2019-01"),
        {"600", "600", "600", "", "600", "600", "600", "600", "600", "600", "600", "600"});
  const RunReport report = run("2019-12");
  EXPECT_EQ(value(report, "total[cod]"), "-");
  EXPECT_EQ(value(report, "over[cod]"), "-");
  const auto& input = report.computation.places[0].formula_derivations.at(2).children.at(0);
  EXPECT_EQ(input.reason.en.rfind("no valid reading in 2019-04", 0), 0U) << input.reason.en;
}

// What is not emitted is not asked for: no permit for it, no result needed.
TEST_P(Metered, WhatHasNoPermitIsNotOver) {
  meter("a.csv", Period::parse("2019-01"), std::vector<std::string>(12, "600"));
  EXPECT_EQ(value(run("2019-12"), "over[nox]"), "false");
}

TEST_P(Metered, RightsCountByMonthBasinPermitAndHolder) {
  meter("a.csv", Period::parse("2019-01"), std::vector<std::string>(24, "600"));
  EXPECT_EQ(value(run("2019-12"), "held[cod]"), "0");
  issue("A", "COD-GUO", 6'000, "2019-01", "2021-01");   // 12/12 of 6 t
  issue("A", "COD-GUO", 1'200, "2019-07", "2019-10");   // 3/12 of 1.2 t
  issue("A2", "COD-GUO", 1'200, "2019-12", "2020-02");  // 1/12 of 1.2 t, another account of the holder
  issue("A", "COD-HUAI", 9'000, "2019-01", "2021-01");  // another basin
  issue("B", "COD-GUO", 9'000, "2019-01", "2021-01");   // another holder
  EXPECT_EQ(value(run("2019-12"), "held[cod]"), "6.4");
  // Beyond 32 bits: 6 million tonnes a year.
  registry.set_cap("COD-GUO", std::vector<rights::Part>{{rights::Month::make(2019, 1).index, 72, "", 7'000'000'000}}, both);
  issue("A", "COD-GUO", 6'000'000'000, "2019-12", "2020-01");
  EXPECT_EQ(value(run("2019-12"), "held[cod]"), "500006.4");
  EXPECT_EQ(value(run("2020-01"), "held[cod]"), "500006.5");
  // An account of another permit does not count for this one.
  registry.set_permit("A2", "P-2", std::nullopt, both);
  EXPECT_EQ(value(run("2019-12"), "held[cod]"), "500006.3");
  registry.set_permit("A2", "P-1", std::nullopt, both);
  EXPECT_EQ(value(run("2019-12"), "held[cod]"), "500006.4");
}

// Encumbered rights are held all the same; what was sold is not.
TEST_P(Metered, PledgedCountsAndSoldDoesNot) {
  meter("a.csv", Period::parse("2019-01"), std::vector<std::string>(24, "600"));
  issue("A", "COD-GUO", 6'000, "2019-01", "2023-01");
  rights::Proposal p{.key = "P", .kind = rights::TransactionKind::pledge, .instrument = "COD-GUO", .from = "A",
                     .quantity = 2'000, .beneficiary = "ent:b"};
  p.term = rights::Term{rights::Month::parse("2021-01"), rights::Month::parse("2023-01")};
  registry.propose(p, {"one", "", "试", "r"});
  registry.approve("P", {"two", "", "试", "r"});
  EXPECT_EQ(value(run("2021-06"), "held[cod]"), "6");
  rights::Proposal sale{.key = "T", .kind = rights::TransactionKind::transfer, .instrument = "COD-GUO", .from = "A",
                        .to = "B", .quantity = 3'600};
  sale.term = rights::Term{rights::Month::parse("2021-06"), rights::Month::parse("2023-01")};
  registry.propose(sale, {"one", "", "试", "r"});
  EXPECT_EQ(value(run("2021-06"), "held[cod]"), "6");  // proposed is not sold
  registry.approve("T", {"two", "", "试", "r"});
  EXPECT_EQ(value(run("2021-06"), "held[cod]"), "5.7");  // 6 × 11/12 + 2.4 × 1/12
  EXPECT_EQ(value(run("2022-05"), "held[cod]"), "2.4");
}

// A run is made again from the rights as they stood then.
TEST_P(Metered, ARunReproducesAfterRightsMoved) {
  meter("a.csv", Period::parse("2019-01"), std::vector<std::string>(12, "600"));
  issue("A", "COD-GUO", 6'000, "2019-01", "2021-01");
  const RunReport old = run("2019-12");
  EXPECT_EQ(value(old, "held[cod]"), "6");
  issue("A", "COD-GUO", 1'200, "2019-01", "2021-01");
  Compensation c = world.compensation();
  EXPECT_TRUE(c.verify(old.computation.head.id).same);
  // The account gets another permit: it no longer counts, but then it did.
  registry.set_permit("A", "P-9", std::nullopt, both);
  EXPECT_TRUE(c.verify(old.computation.head.id).same);
  EXPECT_EQ(value(run("2019-12"), "held[cod]"), "0");
  registry.set_permit("A", "P-1", std::nullopt, both);
  const RunReport now = run("2019-12");
  EXPECT_EQ(value(now, "held[cod]"), "7.2");
  EXPECT_TRUE(c.verify(old.computation.head.id).same);
  EXPECT_TRUE(c.verify(now.computation.head.id).same);
  EXPECT_TRUE(registry.check().empty());
}

// One holder, two sites: each has its permit, its account, its amounts and its own twelve months.
TEST_P(Metered, TwoSitesOfOneHolderStandEachForItself) {
  write(world.registry("places.csv"),
        "code,kind,name,water_body,water_kind,jurisdiction,valid_from,source\nplant:a,plant,甲厂,涡河,river,,,s\nplant:b,plant,乙厂,涡河,river,,,s\n");
  write(world.registry("groups.csv"), "place,group,source\nplant:a,plants,s\nplant:b,plants,s\n");
  write(world.registry("roles.csv"), "place,role,party,share,source\nplant:a,operator,ent:a,1,s\nplant:b,operator,ent:a,1,s\n");
  write(world.registry("attributes.csv"),
        "place,name,value,valid_from,known,source,verified,example\nplant:a,permitted_cod,12,2019-01-01,2019-01-01,s,true,false\n"
        "plant:a,permit,P-1,2019-01-01,2019-01-01,s,true,false\nplant:b,permitted_cod,5,2019-01-01,2019-01-01,s,true,false\n"
        "plant:b,permit,P-2,2019-01-01,2019-01-01,s,true,false\n");
  world.load();
  registry.set_permit("A2", "P-2", std::nullopt, both);
  issue("A", "COD-GUO", 12'000, "2019-01", "2021-01");
  issue("A2", "COD-GUO", 5'000, "2019-01", "2021-01");
  meter("a.csv", Period::parse("2019-01"), std::vector<std::string>(12, "600"));
  meter("b.csv", Period::parse("2019-01"), std::vector<std::string>(12, "500"), "乙厂");
  const RunReport report = run("2019-12");
  const auto at = [&](std::size_t place, const std::string& name) {
    for (const FormulaValue& one : report.computation.places.at(place).results)
      if (one.name == name) return one.value;
    return std::string("?");
  };
  EXPECT_EQ(at(0, "total[cod]") + " " + at(0, "held[cod]") + " " + at(0, "over[cod]"), "7.2 12 false");
  EXPECT_EQ(at(1, "total[cod]") + " " + at(1, "held[cod]") + " " + at(1, "over[cod]"), "6 5 true");
}

// Two sites without a permit, and an account without one: it counts for neither, and both say why. A permit of one of them is enough.
TEST_P(Metered, WithoutPermitsNobodyCanTellWhoseTheRightsAre) {
  write(world.registry("places.csv"),
        "code,kind,name,water_body,water_kind,jurisdiction,valid_from,source\nplant:a,plant,甲厂,涡河,river,,,s\nplant:b,plant,乙厂,涡河,river,,,s\n"
        "plant:c,plant,丙厂,涡河,river,,,s\n");
  write(world.registry("groups.csv"), "place,group,source\nplant:a,plants,s\nplant:b,plants,s\nplant:c,plants,s\n");
  write(world.registry("roles.csv"),
        "place,role,party,share,source\nplant:a,operator,ent:a,1,s\nplant:b,operator,ent:b,1,s\nplant:c,operator,ent:b,1,s\n");
  world.load();
  registry.set_permit("B", "", std::nullopt, both);
  issue("B", "COD-GUO", 12'000, "2019-01", "2021-01");
  meter("a.csv", Period::parse("2019-01"), std::vector<std::string>(12, "600"));
  const auto held = [&](const RunReport& report, std::size_t place) {
    for (const FormulaValue& one : report.computation.places.at(place).results)
      if (one.name == "held[cod]") return one.value;
    return std::string("?");
  };
  const RunReport unclear = run("2019-12");
  EXPECT_EQ(held(unclear, 1) + " " + held(unclear, 2), "- -");
  EXPECT_TRUE(world.compensation().verify(unclear.computation.head.id).same);
  write(world.registry("attributes.csv"),
        "place,name,value,valid_from,known,source,verified,example\nplant:c,permit,P-2,2019-01-01,2019-01-01,s,true,false\n");
  world.load();
  const RunReport clear = run("2019-12");
  EXPECT_EQ(held(clear, 1) + " " + held(clear, 2), "12 0");
  EXPECT_TRUE(world.compensation().verify(unclear.computation.head.id).same);
}

// A plant changes hands in the middle of the year. What falls due after the year is owed by whoever has it on the last day, by his
// rights; what does not, by whoever had it on the first.
TEST_P(Metered, WhoHasThePlaceOnTheLastDayOwesWhatFallsDueLater) {
  const std::string due = "  late: {type: boolean, from: past, due: {years_later: 1, month: 12, day: 31}, title: {zh: 时限已过, en: over}}\n";
  const auto rule = [&](const std::string& name, const std::string& inputs, const std::string& amount) {
    world.rule("town", name,
               testing::head(name, "plant × year", "plants") +
                   "objection: {working_days: 3, source: {document: 试验办法}}\ninputs:\n" + inputs +
                   "  rights: {unit: t, from: rights, subject: COD, role: operator, title: {zh: 权利, en: rights}}\nformulas:\n"
                   "  held: {unit: t, title: {zh: 持有, en: held}, is: rights}\n  fine: {unit: CNY, title: {zh: 罚, en: fine}, is: \"" +
                   amount + "\"}\npays:\n  - {title: {zh: 罚, en: fine}, when: fine > 0, from: operator, to: authority, amount: fine, round: {places: 2, mode: half_up}}\n");
  };
  rule("later", due, "if late then 100 {CNY} else 1 {CNY}");
  rule("at-once", "", "100 {CNY}");
  write(world.registry("roles.csv"),
        "place,role,party,share,valid_from,valid_to,source\nplant:a,operator,ent:a,1,,2019-07-01,s\n"
        "plant:a,operator,ent:b,1,2019-07-01,,s\nplant:a,authority,gov,1,,,s\n");
  world.load();
  issue("A", "COD-GUO", 6'000, "2019-01", "2021-01");
  issue("B", "COD-GUO", 2'400, "2019-01", "2021-01");
  Compensation c = world.compensation();
  const auto owes = [&](const char* name, const char* year) {
    const RunReport report = c.run(name, Period::parse(year), "clerk");
    std::string out = value(report, "held");
    for (const Statement& one : c.statements_of(report.computation.head.id)) out += " " + one.payer + " " + std::to_string(one.amount);
    return out;
  };
  EXPECT_EQ(owes("later", "2019"), "2.4 ent:b 10000");  // 31 December 2020 is over in January 2021
  EXPECT_EQ(owes("later", "2018"), "0 ent:a 10000");
  EXPECT_EQ(owes("at-once", "2019"), "6 ent:a 10000");
}

}  // namespace
}  // namespace tributary::compensate
