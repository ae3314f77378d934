// Ranking by emission intensity within peer groups, and payments between the units of a group (domain notes,
// discharge-rights §8). No published scheme prescribes one of these rules; which holds, and with what
// amounts, is for the district to decide and publish.
//
//   tier      R1: the k worst pay F each, the k best receive F each; ties at the edge share its places
//   feebate   R2: T = −p·(E − Ī·V), Ī = ΣE/ΣV of the group: sums to zero, no cliff
//   pool      R3: points (1 − I/Ī)·100 or given; both sides are cut down to the smaller pot
//
// Units without output (V ≤ 0) are left out and listed. Payments are whole fen, by largest remainder (ties by
// id), and sum to zero in each group; where a tier pays other than it receives, the difference is the
// treasury's.
#pragma once

#include "allocate/faults.h"
#include "base/rational.h"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::allocate {

enum class RankRule : std::uint8_t { tier, feebate, pool };
std::optional<RankRule> parse_rank_rule(std::string_view name);
std::string_view to_string(RankRule rule);

// CSV: unit, group (optional), emission, output, points (optional); also 单位, 分组, 排放量, 产出, 得分.
// Output may be zero or negative.
struct RankUnit {
  std::string id;
  std::string group;
  Rational emission;
  Rational output;
  std::optional<Rational> points{};
  long line = 0;
};
// Throws BadTable: every fault with its cell.
std::vector<RankUnit> read_rank_table(std::istream& in, const std::string& file);

struct RankOptions {
  RankRule rule = RankRule::feebate;
  Rational price;                      // feebate: yuan per unit of emission; pool: yuan per point
  int places = 0;                      // tier: how many pay and how many receive
  Rational pays;                       // tier: yuan each
  std::optional<Rational> receives{};  // tier: yuan each; default: as pays
};

struct Standing {
  std::string id;
  Rational intensity;
  int rank = 0;    // 1: the lowest intensity; equal ones share a rank
  Rational exact;  // yuan, before rounding; positive: receives
  std::int64_t fen = 0;
};

struct RankGroup {
  std::string name;
  Rational mean;                    // ΣE/ΣV
  std::vector<Standing> standings;  // by rank, then id
  std::int64_t treasury_fen = 0;    // Σ fen + treasury = 0; positive: the treasury receives
};

struct Ranking {
  std::vector<RankGroup> groups;      // by name
  std::vector<std::string> excluded;  // V ≤ 0
};

// Throws bad_option, too_few_units (a tier needs twice its places).
Ranking rank(const std::vector<RankUnit>& units, const RankOptions& options);

}  // namespace tributary::allocate
