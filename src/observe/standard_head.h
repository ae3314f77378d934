// What every dated standard carries, and how the one in force on a day is found.
//
// In YAML (the same in all files under policies/cn/standards):
//
//   <kind>: <id>                            class_standard: gb3838-2002
//   title: {zh: …, en: …}
//   source: {document: …, number: …, article: …}
//   in_force: {from: 2002-06-01, to: …}     `to` is the first day on which it no longer holds; absent =
//   forever verified: true | false                  false: nobody has checked it against the text itself
//   note: {zh: …, en: …}                    where the figures come from and what is doubtful
//
// Numbers of a standard are decimals: read them as text (`Decimal::parse`), never through a double.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "observe/standard_codes.h"

#include <span>
#include <string>

namespace tributary::observe {

struct StandardSource {
  std::string document;  // "地表水环境质量标准"
  std::string number;    // "GB 3838-2002"
  std::string article;   // "表1"
};

struct StandardHead {
  std::string id;
  Text title;
  StandardSource source;
  Validity in_force;
  bool verified = false;
  Text note;
};

// The one standard of the list in force on `day`. Throws no_standard_in_force, or standards_overlap when two
// hold.
template <class Standard>
const Standard& standard_on(std::span<const Standard> standards, Date day) {
  const Standard* found = nullptr;
  for (const Standard& standard : standards) {
    if (!standard.head.in_force.holds_on(day)) continue;
    if (found != nullptr)
      throw Error(
          standard_codes::standards_overlap,
          {tributary::to_string(day) + " 有两个标准同时有效: " + found->head.id + " 与 " + standard.head.id,
           "two standards are in force on " + tributary::to_string(day) + ": " + found->head.id + " and " +
               standard.head.id},
          {}, {"请修正两者的有效期, 使其不重叠", "make their periods of validity disjoint"});
    found = &standard;
  }
  if (found == nullptr)
    throw Error(standard_codes::no_standard_in_force,
                {tributary::to_string(day) + " 没有有效的标准",
                 "no standard is in force on " + tributary::to_string(day)},
                {},
                {"请检查日期, 或补充当时有效的标准文件",
                 "check the date, or add the standard that was in force then"});
  return *found;
}

}  // namespace tributary::observe
