// A rule as written in a pack: inputs, dated parameters, formulas, payments. Values only; compile.h gives
// them meaning.
#pragma once

#include "base/decimal.h"
#include "base/error.h"
#include "base/time.h"
#include "base/unit.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::policy {

// The document behind a rule or a value.
struct Source {
  std::string document;  // title
  std::string number;    // 文号
  std::string article;
  std::string url;
  std::string note;
  bool operator==(const Source&) const = default;
};

// What kind of value a name stands for.
struct ValueType {
  enum class Kind : std::uint8_t { number, boolean, quality, choice };
  Kind kind = Kind::number;
  Unit unit;                         // of a number
  std::vector<std::string> choices;  // of a choice, in order
};

// One text, or one for each element of the input's index.
struct PerElement {
  std::string text{};
  std::map<std::string, std::string> each{};  // when not empty, an element that is not in it has none

  bool empty() const { return text.empty() && each.empty(); }
  // What stands for the element ("" without an index); the element itself when nothing was written.
  const std::string& of(const std::string& element) const {
    static const std::string none;
    if (const auto found = each.find(element); found != each.end()) return found->second;
    if (!each.empty()) return none;
    return text.empty() ? element : text;
  }
};

// Where a run takes an input from.
struct InputOrigin {
  enum class Kind : std::uint8_t {
    given,          // only by hand (rule eval --set, or an entry)
    mean,           // statistic of the series of the indicator over the period
    quality_class,  // class of the place's means by a standard
    attribute,      // dated attribute of the place (target class …)
    place,          // fixed field of the place (water_kind …)
    status,         // assessed / suspended / no_flow … from the place's events
    event,          // true when the place has such an event in the period (accident …)
    group_mean,     // mean of a formula of this rule over all places of the run
    result,         // output of another rule for the same place
    total,          // sum of what the series of the indicator metered, part by part of the period
    rights,         // what the party of the place holds, or surrendered, in the registry of rights
    past,           // boolean: on the day of knowledge, is the day `due` over?
  };
  // Of rights: what is held, or what was surrendered for the period (Proposal::claim begins with it), up to the position
  // of the run or with `due` as the last day.
  enum class Surrendered : std::uint8_t { no, so_far, in_time };
  // A day of each year: of the year the period begins in, or so many years later.
  struct YearDay {
    std::uint8_t years_later = 0;
    std::uint8_t month = 12;
    std::uint8_t day = 31;
    Date of(const Period& period) const { return make_date(year_of(period.from()) + years_later, month, day); }
  };
  // `months` back from the end of the period: as many as InputOrigin::months says.
  enum class When : std::uint8_t { period, previous_period, previous_year, year, year_to_date, months };
  Kind kind = Kind::given;
  When when = When::period;
  int months = 0;  // of When::months: 2 … 120
  PerElement name;  // attribute, event or field name; formula of group_mean; standard of quality_class; rule of
                    // result
  std::string output;     // of result: the formula
  std::string aggregate;  // of result over shorter periods: sum, mean, max, min, count
  PerElement indicator;   // of mean and total; unset: the index element
  std::string source;     // of mean, total and quality_class: which publisher's series, when there are several
  PerElement subject;     // of rights: of which instruments (Instrument::subject); unset: the index element. Of
                          // total: only parts in which there are such instruments
  std::string role;       // of rights: whose, by role at the place
  Granularity each = Granularity::month;  // of total: every such part must have a reading
  Surrendered surrendered = Surrendered::no;
  std::optional<int> vintage_from{};      // of rights in stocks: vintages, half-open; absent: the years of the
  std::optional<int> vintage_to{};        // period
  std::optional<YearDay> due{};  // of past, and of rights surrendered in time
};

struct Input {
  std::string name;
  std::string index;  // empty: one value
  ValueType type;
  Text title;
  InputOrigin origin;
  bool optional = false;  // absence is an ordinary answer (present(x) is asked), not a gap to report
  Where where;
};

// One value of a parameter, good from `in_force` on, known to us since `known`.
struct ParameterValue {
  Date in_force;
  Date known;
  // Element → value; a single parameter has the one key "". For a keyed parameter the keys are places, for an
  // indexed one the index elements. A value is a decimal text, "true"/"false", a class or choice name, or
  // "unlimited".
  std::map<std::string, std::string> elements;
  struct Tier {
    Decimal above;      // tier applies from here …
    std::string value;  // … to the next tier's `above`
  };
  std::vector<Tier> tiers;  // of a table, ascending
  Source source;
  bool verified = true;
  std::string pack;  // the pack that states it
  int depth = 0;     // how far down the cascade that pack is; deeper ones override
  bool example = false;
  Where where;
};

struct Parameter {
  std::string name;
  std::string index;            // empty, or an index of the rule
  bool by_place = false;        // one value per place
  bool is_table = false;        // tiered table over a number
  Unit over;                    // unit of the table's argument
  bool upper_inclusive = true;  // tiers are (above, next]; false: [above, next)
  ValueType type;
  Text title;
  Text unset;                          // why no document gives it, when values are empty
  std::vector<ParameterValue> values;  // ascending by in_force, then known
  Where where;
};

struct RoundingRule {
  int places = 0;
  Rounding mode = Rounding::half_even;
};

struct Formula {
  std::string name;
  std::string index;
  ValueType type;
  Text title;
  std::string text;
  std::optional<RoundingRule> round;
  Where where;        // of the formula's text
  bool shown = true;  // listed among the results
};

// Who pays whom. Roles are the place's roles (responsible, superior, upstream, downstream …).
struct Payment {
  std::string when;
  std::string from;
  std::string to;
  std::string amount;
  Text title;
  RoundingRule round{2, Rounding::half_up};  // in yuan
  Source source;
  Where when_where;
  Where amount_where;
};

// How long a published statement may be objected to.
struct ObjectionWindow {
  int working_days = 0;
  Source source;
  bool verified = true;
  bool example = false;
};

struct Rule {
  std::string name;
  Text title;
  Source source;
  Validity in_force;
  Date known;
  std::optional<Date> checked;
  std::string checked_by;
  bool verified = true;
  Text note;
  std::string claims;  // the case it decides; empty: a helper that claims none
  std::string place_kind;
  Granularity granularity = Granularity::month;
  std::string group;  // only places of this group; empty: all of the kind
  std::map<std::string, std::vector<std::string>> indices;
  std::vector<Input> inputs;
  std::vector<Parameter> parameters;
  std::vector<Formula> formulas;
  std::string assessed_when;  // empty: always
  Text not_assessed;          // what is said when it is false
  Where assessed_where;
  std::vector<Payment> payments;
  std::optional<ObjectionWindow> objection;  // absent: the documents seen do not say
  std::string pack;
  int depth = 0;         // how far down the cascade that pack is
  bool example = false;  // the pack is an example
  Where where;
};

// What every entry of a pack inherits from it.
struct PackContext {
  std::string pack;
  int depth = 0;
  bool example = false;
};

// Values that a lower pack enters for parameters of a rule above it.
struct ParameterPatch {
  std::string rule;
  std::optional<Date> version;  // the version in force on this day; absent only where there is one version
  std::map<std::string, std::vector<ParameterValue>> values;
  std::map<std::string, Where> names;  // where each parameter is named
  std::optional<ObjectionWindow> objection;
  PackContext context;
  Where where;
};

}  // namespace tributary::policy
