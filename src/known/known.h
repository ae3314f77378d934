// Figures that the system has already, so that nobody types them again: from readings, the ledger, the register and the
// registry of rights; each with what it was made from. Where the system cannot tell, there is none: missing is not zero.
#pragma once

#include "base/rational.h"
#include "base/time.h"
#include "base/unit.h"
#include "observe/statistics_rule.h"
#include "store/store.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::known {

// An exact decimal (or, of the register, a text), and in one line what it was made from: "readings:nh3n:mean:3/4".
struct Figure {
  std::string value;
  std::string detail;
};

// How the means of several places become one; `count`: how many places have one.
enum class Statistic : std::uint8_t { mean, max, min, count };
inline constexpr std::array all_statistics{Statistic::mean, Statistic::max, Statistic::min, Statistic::count};
std::string_view to_string(Statistic statistic);

// Places of a kind in a division's area on the last day of the period.
struct Area {
  std::string kind;
  std::string jurisdiction;
  Period period;
};
std::vector<std::string> places_in(store::Transaction& t, const std::string& tenant, const Area& area);

// The means of the places in the period, each by the rules of statistics in force, as one; in `unit`, rounded to
// `decimals`. Places without the indicator do not count; one with two series of which none is named is not guessed at.
struct OfReadings {
  std::vector<std::string> places;
  std::string indicator;
  std::string series;  // source of the series; empty: the place must have one only
  Statistic statistic = Statistic::mean;
  Unit unit;
  int decimals = 0;
  Period period;
};
std::optional<Figure> of_readings(store::Transaction& t, const std::string& tenant,
                                  const std::vector<observe::StatisticsRule>& rules, const OfReadings& wanted);

// Yuan that came into (or left) the party's cash account in the days of the period. What is only owed stands on other
// accounts; a party without one has neither received nor paid anything through this ledger.
Figure of_ledger(store::Transaction& t, const std::string& tenant, bool received, const std::string& party,
                 const Period& period);

// Of an organisation in the register: `what` is "credit_code", "name" or "jurisdiction". Of persons and households, nothing.
inline constexpr std::array<std::string_view, 3> party_facts{"credit_code", "name", "jurisdiction"};
std::optional<Figure> of_party(store::Transaction& t, const std::string& tenant, const std::string& party,
                               const std::string& what);
// An attribute of a place as it holds on the day, as far as it is known on it.
std::optional<Figure> of_place(store::Transaction& t, const std::string& tenant, const std::string& place,
                               const std::string& attribute, Date on);

// What a party holds free (neither pledged, frozen nor on offer) of the rights to a subject (a pollutant, a source of
// water; letters and digits count), in all its accounts: of rates the least of the months, of quantities those of the
// vintage in which `from` lies. Reads through the database: not inside a read() or write() that is not joined.
struct OfRights {
  std::string party;
  std::string subject;
  Date from;
  Date to;  // not included; of rates
};
std::optional<Figure> of_rights(store::Database& database, const std::string& tenant, const Clock& clock,
                                const OfRights& wanted);

}  // namespace tributary::known
