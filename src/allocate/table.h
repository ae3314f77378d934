// The figures that shares are made from: a CSV with one row per township or enterprise.
//
//   unit            name of the unit, once (单位, 乡镇)
//   parent          the unit above it, empty for the first level (上级)
//   current         what it emits, draws or holds now (现状)
//   demand          what it would need; default: current (需求)
//   floor, cap      least and most it may get (下限, 上限)
//   activity, benchmark    output and what is allowed per unit of output (产量, 基准)
//   weight          for water-filling (权重)
//   cost_linear, cost_quadratic, max_cut    cost a·r + b·r² of cutting r ≤ max_cut (一次费用, 二次费用,
//   最大削减)
//   t:POINT         what of a unit's load arrives at a point of the river (传输:POINT)
//   name, account, note    not looked at (名称, 账户, 备注)
//   any other       a criterion: population, gdp, area, capacity …
//
// Blank cells are «not given». UTF-8.
#pragma once

#include "allocate/faults.h"
#include "base/rational.h"

#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::allocate {

struct Unit {
  std::string id;
  std::string parent;
  std::map<std::string, Rational, std::less<>> values;  // by the column's English name, or as it is headed
  long line = 0;
};

struct Table {
  std::string file;
  std::vector<std::string> columns;   // of numbers
  std::vector<std::string> criteria;  // those of them that are criteria
  std::vector<std::string> points;    // POINT of the columns t:POINT
  std::vector<Unit> units;            // by id
  std::map<std::string, long, std::less<>> positions;  // of the columns in the file, from 1

  bool has(std::string_view column) const;
};

// Throws BadTable: every bad_table, bad_cell and duplicate_unit, with line, column and field.
Table read_table(std::istream& in, const std::string& file);

// The value, or missing_column, missing_value.
const Rational& value(const Table& table, const Unit& unit, std::string_view column);
const Rational* find(const Unit& unit, std::string_view column);

}  // namespace tributary::allocate
