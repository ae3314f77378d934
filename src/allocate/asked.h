// What is asked of the calculators, as people write it: the same words on the command line and over HTTP.
#pragma once

#include "allocate/allocate.h"
#include "allocate/rank.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::allocate {

struct Asked {
  std::string method;                   // a name, several by comma, or "all"; by level "gini/grandfather,entropy/minimax"
  std::string cap;                      // "50"
  std::string reserve = "0";            // an amount or "5%"; by level "5%/2%"
  std::string bounds = "table";         // table, none, cut:5..40
  std::string unit = "0.000001";        // registry unit
  std::vector<std::string> criteria;    // "population,gdp=2,-intensity"
  std::vector<std::string> points;      // "K=80": the most that may arrive
  std::vector<std::string> reductions;  // "K=25": the least reduction there
  bool keep_order = false;
};

// One method tried: either its allocation or why it could not be made.
struct Attempt {
  Method method;
  std::optional<Allocation> allocation;
  std::optional<Error> refused;
};

// One way to divide by level: either its branches or why it could not be made.
struct LevelAttempt {
  std::string method;  // as it was asked for: "gini/grandfather"
  std::vector<Branch> branches;
  std::optional<Error> refused;
};

struct Outcome {
  Options options;
  // By method as it was asked for ("gini", by level "gini/grandfather"): what recompute() takes (record.h).
  std::map<std::string, std::string> records;
  std::vector<LevelAttempt> levels;  // where units have parents
  std::vector<Attempt> attempts;     // else: one for each method
};

// Shares stand as the rows of the table do. Throws bad_option (its field is the member of Asked) and, where units have parents
// and one way to divide them is asked for, what allocate_levels() throws; what one method of several throws is its refusal.
Outcome compute(Table table, const Asked& asked);

struct RankAsked {
  std::string rule = "feebate";  // tier, feebate, pool
  std::string price = "0";
  int places = 0;
  std::string pays = "0";
  std::string receives{};  // empty: as pays
};
// Throws bad_option.
RankOptions rank_options(const RankAsked& asked);

}  // namespace tributary::allocate
