// How one layout of CSV file is read: which column is what. Data, filled from a policy pack.
#pragma once

#include "base/error.h"
#include "observe/flag.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::observe {

// Where the time stands. The sources of a mapping are tried in order: one whose columns are all blank (or
// hold a missing or not-measured word) gives way to the next; one that holds something else must parse.
struct TimeSource {
  std::vector<std::string> columns = {};  // joined by one blank: {"date", "hour"} gives "20200326 18"
  std::string format = {};                // observe/time_format.h: "%Y-%m-%d %H:%M"
  std::optional<int> year = {};           // for a format without %Y
  int second_of_day = 0;                  // for a format without %H: 28800 is 08:00
};

// In the unit of the column, both ends inclusive: a value below/above is impossible (the row is an error) or
// suspect.
struct ValueBounds {
  std::optional<double> impossible_below = {};
  std::optional<double> impossible_above = {};
  std::optional<double> suspect_below = {};
  std::optional<double> suspect_above = {};
};

struct Ordinal {
  std::string text = {};  // "劣Ⅴ"
  double value;           // 6
};

struct ValueColumn {
  std::string column = {};
  std::string preferred_column = {};  // the unrounded value; used where the file has it and it is not blank
  bool optional = false;              // a file without `column` is fine
  std::string indicator = {};
  std::string unit = {};
  std::string unit_column = {};  // holds each row's unit, which must be `unit`
  ValueBounds bounds = {};
  std::optional<double> detection_limit = {};  // for words like "ND" that name none
  std::vector<Ordinal> ordinals = {};          // when not empty: only these texts are values
};

struct FlaggedText {
  std::string text = {};
  Flag flag;
};

struct ImportMapping {
  std::string id = {};  // "cnemc-daily"
  Text title = {};
  std::string source = {};  // of the series; usually the id
  char separator = ',';
  bool comments_at_top = false;  // lines that begin with '#' before the header
  std::vector<std::string> place_columns = {};
  std::string place_separator = "/";  // joins several place columns into the name that is looked up
  std::vector<TimeSource> times = {};
  std::vector<ValueColumn> values = {};
  std::vector<std::string> missing = {"", "--", "NaN"};            // stored as an observation without a value
  std::vector<std::string> not_measured = {"*"};                   // nothing is stored
  std::vector<std::string> below_limit = {"ND", "未检出", "<DL"};  // beside "<0.025" and "0.025L"
  std::string status_column = {};                                  // flags the whole row
  std::vector<FlaggedText> statuses = {};                          // a text that is not here is an error
  std::string note_column = {};                                    // "nh3n:极值过滤;tn:极值过滤"
  char note_separator = ';';
  std::vector<FlaggedText> notes = {};  // a text that is not here makes the named value suspect
  bool unit_row = false;                // the line after the header holds units, which must be those declared
  bool unit_in_header = false;          // "氨氮(mg/L)": `column` is written without the part in parentheses
};

// Throws bad_mapping naming what is missing or contradictory, bad_unit for a unit that is not known.
void check(const ImportMapping& mapping);

// sha256 over everything that changes what a file says; the title does not.
std::string fingerprint(const ImportMapping& mapping);

}  // namespace tributary::observe
