// Initial allocation: a cap, less a reserve, divided among units by a method, within bounds. Everything is
// exact and the same whatever the order of the rows; shares are rounded to whole registry units by largest
// remainder, ties by id. Σ shares + reserve = cap, always.
//
// Sources: domain notes discharge-rights §5 and water-rights §4; 国办发〔2014〕38号 (the sum must not exceed
// the cap).
#pragma once

#include "allocate/table.h"

#include <array>
#include <string_view>

namespace tributary::allocate {

enum class Method : std::uint8_t {
  grandfather,  // in proportion to `current`
  benchmark,    // benchmark·activity, scaled by one factor
  water_fill,   // in proportion to `weight`
  entropy,      // criteria weighted by how much they tell the units apart
  topsis,       // closeness to the ideal unit; a rank, not a share: only with a floor for every unit
  gini,         // least sum of Gini coefficients over the criteria, none above today's
  least_cost,   // least cost of cutting; river points on request
  minimax       // the largest rate of shortage as small as possible, then the next
};
inline constexpr std::array all_methods{Method::grandfather, Method::benchmark, Method::water_fill,
                                        Method::entropy,     Method::topsis,    Method::gini,
                                        Method::least_cost,  Method::minimax};
std::string_view to_string(Method method);  // "water-fill"
Text title(Method method);
std::optional<Method> parse_method(std::string_view name);

// A point of the river: what may arrive there, Σ t:POINT · share ≤ most (or the least reduction there).
struct Point {
  std::string name;
  std::optional<Rational> most{};
  std::optional<Rational> reduction{};
};

struct Criterion {
  std::string column;
  bool less_is_more = false;  // the smaller the value, the larger the share
  Rational weight = 1;        // of its Gini coefficient
};

struct Options {
  Rational cap;
  Rational reserve;                            // an amount
  Rational unit = Rational::power_of_ten(-6);  // registry unit
  // Each unit is cut by at least and at most this part of `current`; beside the columns floor and cap.
  std::optional<Rational> least_cut{};
  std::optional<Rational> most_cut{};
  std::vector<Criterion> criteria{};  // empty: those of the table
  std::vector<Point> points{};
  bool keep_order = false;  // gini: who has more today keeps at least as much
};

struct Share {
  std::string unit;
  Rational exact;
  Rational amount;  // in whole registry units
  long line = 0;    // of the table
  Rational floor;   // as the bounds have it
  std::optional<Rational> ceiling{};
  std::optional<Rational> weight{};  // the share is in proportion to it, within the bounds
  std::optional<Rational> current{};
  // Part of the criterion over part of the share, by criterion: below 1 the unit has more than its part.
  std::vector<std::optional<Rational>> contribution{};
};

struct Gini {
  std::string criterion;
  std::optional<Rational> before{};  // of `current`
  Rational after;
};

// A price or weight that the method found: the marginal cost, the price of a river point, the weight of a
// criterion, the closeness of a unit, the rate of shortage.
struct Finding {
  std::string kind;  // marginal-cost, point-price, criterion-weight, closeness, shortage
  std::string of;
  Rational value;
};

struct Allocation {
  Method method;
  Rational cap;
  Rational reserve;           // with what the units do not need
  std::vector<Share> shares;  // by unit
  std::vector<Gini> ginis;
  std::optional<Rational> cost{};  // of cutting from current to share, where costs are known
  std::vector<Finding> findings;
  std::optional<Rational> factor{};  // share = weight·factor, where no bound is hit
  bool unique = true;                // no other allocation is as good by this method
  int gaining = 0;  // units above their current figure
  int losing = 0;
  Rational moved;  // Σ |share − proportional part of current| / 2: what changes hands against equal cuts
};

// Throws missing_column, missing_value, bad_cap, bad_option, bounds_cross, floors_exceed, caps_too_low,
// floors_needed, nothing_to_share_by, infeasible; each says which units or columns.
Allocation allocate(const Table& table, Method method, const Options& options);

// Level below level: the units without a parent share the cap by the first method, the children of each share
// its part by the second, and so on (the last holds for all further levels). The reserve of each level is a
// part (0.05) of what is divided there.
struct Level {
  Method method;
  Rational reserve_part;
};
struct Branch {
  std::string parent;  // empty: the whole
  Allocation allocation;
};
std::vector<Branch> allocate_levels(const Table& table, const std::vector<Level>& levels,
                                    const Options& options);

// Gini coefficient of amounts over a criterion: Σᵢ Σₖ |xᵢwₖ − xₖwᵢ| / (2·Σx·Σw). Zero when either sum is.
Rational gini(const std::vector<Rational>& amounts, const std::vector<Rational>& criterion);

// Weights of criteria after entropy, to 40 decimals; and closeness to the ideal after TOPSIS with them.
std::vector<Rational> entropy_weights(const std::vector<std::vector<Rational>>& columns);
std::vector<Rational> closeness(const std::vector<std::vector<Rational>>& columns,
                                const std::vector<bool>& less_is_more, const std::vector<Rational>& weights);

}  // namespace tributary::allocate
