// One row of a table of water readings as a sample: «here are the columns of a CSV, which class is this?».
//
// Columns are recognised by indicator code, with or without a unit: "codmn", "codmn_mgl"; "codmn_raw" is the
// unrounded value and then "codmn_mgl" is what was displayed. "tp_scale" or "water" is river or lake; "note"
// holds marks such as "nh3n:极值过滤;tp:…". A field "" or "--" is missing, "*" is not measured by the
// station, "<0.025" and "0.025L" are below a detection limit. Concentrations are in the standard's units; no
// conversion.
#pragma once

#include "observe/class_standard.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::observe {

class WaterRowReader {
 public:
  // Columns that are none of the standard's items are ignored. Throws unknown_item when none is recognised.
  WaterRowReader(const ClassStandard& standard, std::span<const std::string> header);

  // Throws bad_concentration, with the column's name as the field, for what is not a number or negative.
  WaterSample sample(std::span<const std::string_view> fields) const;

 private:
  enum class Role : std::uint8_t { none, displayed, raw, kind, note };
  struct Column {
    Role role = Role::none;
    std::string indicator;
    std::string name;
  };
  std::vector<Column> columns_;
};

}  // namespace tributary::observe
