// A small data set and the people who report, for the tests of this module. Nothing of the product may
// include it.
#pragma once

#include "identity/world_testing.h"
#include "reporting/codes.h"
#include "reporting/reporting.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace tributary::reporting::testing {

inline constexpr const char* dictionary = R"Y(elements:
  area: {name: {zh: 面积, en: Area}, unit: ha, places: 2, nature: stock, in_time: last, over_units: sum}
  money: {name: {zh: 资金, en: Money}, unit: CNY, places: 2, nature: flow, in_time: sum, over_units: sum}
  spent: {name: {zh: 支出, en: Spent}, unit: CNY, places: 2, nature: flow, in_time: sum, over_units: sum}
indicators:
  rate: {name: {zh: 使用率, en: Rate}, numerator: {formula: spent, unit: CNY}, denominator: {formula: money, unit: CNY}, unit: "%"}
)Y";
inline constexpr const char* trial = R"Y(data_set: trial
title: {zh: 试, en: trial}
explanation: {zh: 试, en: trial}
source: {document: 试}
period: year
first: "2025"
organisations: {kinds: [township]}
due: {days: 20}
closes: {days: 40}
fill: [township]
office: [office_drafter, office_approver]
levels:
  - {name: head, label: {zh: 负责人, en: Head}, roles: [township], own: true}
  - {name: office, label: {zh: 办公室, en: Office}, roles: [office_approver]}
groups: {all: {label: {zh: 全部, en: All}, elements: [area, money, spent]}}
rules:
  within: {text: {zh: 支出不能多于资金, en: too much spent}, left: spent, operator: "<=", right: money, unit: CNY, severity: error}
outliers:
  - {element: area, against: previous, limit: "0.5"}
)Y";

inline Book book_of(const std::string& words, const std::string& set) {
  return read_book({{"d.yaml", words, "p"}, {"s.yaml", set, "p"}});
}
inline std::string changed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

struct Town {
  explicit Town(const std::string& kind, const std::string& set = trial)
      : w(kind), book(book_of(dictionary, set)) {
    std::vector<store::Migration> all;
    for (const auto list : {identity::testing::all_migrations()})
      all.insert(all.end(), list.begin(), list.end());
    all.insert(all.end(), migrations().begin(), migrations().end());
    w.database.db().migrate(all);
    w.person("zhao", {"township"}, "div-341602100");
    w.person("qian", {"township"}, "div-341602100");
    w.person("yi", {"township"}, "div-341602101");
    w.person("wang", {"office_approver"});
    w.person("chen", {"office_drafter"});
    w.person("sun", {"lead_department"});
  }
  Reporting reports() { return {w.database.db(), "341602", w.clock, book, calendar, w.identity.audit()}; }
  identity::Caller as(const std::string& name) { return w.enter(name).caller; }
  static Change number(const std::string& element, const std::string& value, std::int64_t seen = 0,
                       const std::string& why = {}) {
    return {element, Entry::Kind::value, value, {}, why, seen};
  }
  void fill(const std::string& who = "zhao") {
    reports().save(as(who), key,
                   {number("area", "10.50"),
                    number("money", "0"),
                    {"spent", Entry::Kind::none, {}, "没有支出事项", {}, 0}});
  }
  identity::testing::World w;
  Book book;
  WorkCalendar calendar;
  ReportKey key{"trial", "div-341602100", "2026"};
};

}  // namespace tributary::reporting::testing
