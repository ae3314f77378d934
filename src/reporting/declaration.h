// What is reported, as the packs declare it (policies/<pack>/reporting/*.yaml): elements (atomic figures),
// indicators (one sum over another), and data sets (which figures, by whom, for which periods, how checked
// and who approves). Values only, strictly loaded; the layout of the files is in docs/reporting.md.
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "base/unit.h"
#include "known/known.h"
#include "policy/compile.h"
#include "policy/rule.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tributary::reporting {

// A flow adds up over months, a stock does not; a ratio does not add up at all.
enum class Nature : std::uint8_t { flow, stock, ratio };
// How figures become one, in time or over organisations.
enum class Merge : std::uint8_t { sum, average, last, first, max, min, none };
std::string_view to_string(Nature nature);
std::string_view to_string(Merge merge);

// A figure that the system has already: filled in from there and never typed.
struct Prefill {
  enum class From : std::uint8_t {
    cases,     // of the kind `what` that the organisation began in the period: how many
    places,    // of the kind `what` in its area at the period's end: how many
    readings,  // of the indicator `what` at the places of its area: `statistic` of their means in the period
    ledger,    // money that came into (`what` is "received") or left ("paid") its cash account in the period
  } from = From::cases;
  std::string what;
  // Of readings.
  std::string kind;    // of place
  std::string source;  // of the series; empty: the place must have one series only
  known::Statistic statistic = known::Statistic::mean;
};
std::string_view to_string(Prefill::From from);

struct Element {
  std::string code;
  Text name;
  Text help;
  Unit unit;
  int places = 0;  // decimals at most
  bool negative = false;
  bool higher_is_better = true;
  bool directed = false;  // whether higher or lower is better is said at all
  Nature nature = Nature::flow;
  Merge in_time = Merge::sum;
  Merge over_units = Merge::sum;
  std::string owner;  // organisation that answers for the definition
  std::optional<policy::Source> source;
  bool verified = true;
  std::optional<Prefill> prefill;
  std::string pack;
  Where where;
};

struct Indicator {
  std::string code;
  Text name;
  std::string numerator;
  std::string denominator;
  Unit numerator_unit;
  Unit denominator_unit;
  Unit unit;
  Rational factor{1};  // from the units: 100 for a share in %
  int places = 2;
  std::optional<policy::Source> source;
  bool verified = true;
  std::string pack;
  Where where;
  Where denominator_where;
};

// What a missing figure means for one side of a rule.
enum class Missing : std::uint8_t { skip_if_any, skip_if_all, zero };
enum class Operator : std::uint8_t { equal, not_equal, greater, at_least, less, at_most, pair, exclusive };
struct Side {
  std::string formula;
  Missing missing = Missing::skip_if_any;
  Where where;
};
struct CheckRule {
  std::string name;
  Text text;  // what is said when it does not hold
  Side left;
  Operator op = Operator::equal;
  Side right;
  Unit unit;
  bool error = true;  // else a warning
  Where where;
};

// A figure that differs much needs an explanation; it is never dropped.
struct OutlierRule {
  std::string element;
  enum class Against : std::uint8_t { own_history, peers, previous } against = Against::own_history;
  std::optional<Decimal>
      limit;      // modified z, or for `previous` the share of change; none: not said by anyone yet
  int least = 5;  // figures to compare with, at least
  bool verified = false;
  std::optional<policy::Source> source;
  Where where;
};

// So many days after the period's end; 0 is its last day.
struct Term {
  int days = 0;
  bool working = false;
  bool verified = true;
  std::optional<policy::Source> source;
};

struct Level {
  std::string name;
  Text label;
  std::vector<std::string> roles;
  bool own = false;  // somebody of the reporting organisation itself
};

struct Group {
  Text label;
  std::vector<std::string> elements;
};

struct DataSet {
  std::string name;
  Text title;
  Text explanation;
  policy::Source source;
  bool verified = true;
  Granularity period = Granularity::year;
  std::string first;  // first period
  std::vector<Group> groups;
  std::vector<std::string> kinds;          // of organisations
  std::vector<std::string> organisations;  // or these
  std::optional<Term> opens;               // none: with the period's first day
  std::optional<Term> due;                 // none: the office sets a day for each period
  std::optional<Term> closes;
  std::vector<std::string> fill;     // roles
  std::vector<std::string> office;   // roles that return, re-open, set days and see all
  std::vector<std::string> readers;  // further roles that see all
  std::vector<Level> levels;
  std::vector<CheckRule> rules;
  std::vector<OutlierRule> outliers;
  std::string pack;
  std::string hash;  // of its text: the version a template was made for
  Where where;

  std::vector<std::string> elements() const;
  const Level* level(std::size_t index) const { return index < levels.size() ? &levels[index] : nullptr; }
};

// All declarations of a cascade of packs, the formulas compiled.
struct Book {
  std::map<std::string, Element> elements;
  std::map<std::string, Indicator> indicators;
  std::map<std::string, DataSet> sets;
  std::shared_ptr<const policy::CompiledRule> formulas;

  const DataSet* set(const std::string& name) const {
    const auto found = sets.find(name);
    return found == sets.end() ? nullptr : &found->second;
  }
};

// Files as (path, text) with the pack they are of, upper packs first; a lower pack's entry of the same name
// replaces the upper one's. Throws bad_declaration and what policy's reader and compiler throw.
struct SourceFile {
  std::string path;
  std::string text;
  std::string pack;
};
Book read_book(const std::vector<SourceFile>& files);
// All reporting/*.yaml of the packs' folders.
Book load_book(const std::vector<std::pair<std::string, policy::PackContext>>& folders);

// The name of a formula of the book.
std::string numerator_of(const std::string& indicator);
std::string denominator_of(const std::string& indicator);
std::string side_of(const std::string& set, const std::string& rule, bool left);

}  // namespace tributary::reporting
