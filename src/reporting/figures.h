// What figures say together: whether a report is sound, which figures stand out, what organisations and
// periods come to, and who has reported. Functions of values, in exact fractions; a missing figure is never
// zero, and zero never missing.
#pragma once

#include "reporting/declaration.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tributary::reporting {

using Figures = std::map<std::string, Rational>;  // by element; what is missing is not there

struct Finding {
  std::string rule;
  std::vector<std::string> elements;  // what it is about
  Text text;
  bool error = true;
};
// Rules that do not hold. `answered`: elements that have a figure or are said not to apply.
std::vector<Finding> check(const Book& book, const DataSet& set, const Figures& figures,
                           const std::vector<std::string>& answered);

// Modified z of Iglewicz and Hoaglin, 0.6745 (x - median) / MAD; nothing when MAD is 0 or there is nothing to
// compare with.
std::optional<Rational> modified_z(const Rational& x, std::vector<Rational> others);
// Whether a figure stands out. `others`: the own history, the peers, or the one figure before.
bool stands_out(const OutlierRule& rule, const Rational& x, const std::vector<Rational>& others);

// Figures as one; nothing where there is none or they are not to be merged. In order of time.
std::optional<Rational> merged(Merge how, const std::vector<Rational>& values);

// Of one element: first in time for each organisation, then over organisations. No value though figures are
// given: they are not to be merged, or the denominator is 0.
struct Total {
  std::optional<Rational> value;
  std::size_t given = 0;     // figures it is made of
  std::size_t expected = 0;  // organisations × periods
};
// By organisation and by period, in order; a missing one is nothing.
using Series = std::map<std::string, std::vector<std::optional<Rational>>>;
Total total(const Element& element, const Series& series);

// Σ numerator / Σ denominator × factor, over organisations and periods that have both. Denominator 0 or
// missing: nothing.
Total total(const Book& book, const Indicator& indicator, const std::vector<Figures>& reports);
// Of several at once: each report is looked at once.
std::vector<Total> totals(const Book& book, const std::vector<const Indicator*>& indicators,
                          const std::vector<Figures>& reports);

// The elements an indicator is made of.
std::vector<std::string> elements_of(const Book& book, const Indicator& indicator);

// Who has reported.
struct Standing {
  bool expected = false;  // assigned and open in the period
  bool received = false;
  bool on_time = false;
};
struct Completeness {
  std::size_t expected = 0;
  std::size_t received = 0;
  std::size_t on_time = 0;
};
Completeness completeness(const std::vector<Standing>& all);
// Open on some day of the period.
bool open_in(const Validity& exists, const Period& period);

// Rounded for people, without trailing zeros where the element has fewer places.
std::string shown(const Rational& value, int places);

}  // namespace tributary::reporting
