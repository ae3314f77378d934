// What was bought in a year, and how much of it from sellers of a kind (pack: `tags`): a report, and no condition.
#pragma once

#include "rights/rights_files.h"

#include <string>
#include <vector>

namespace tributary::rights {

struct Purchases {
  std::string buyer;  // party
  std::string instrument;
  std::int64_t quantity = 0;  // in the instrument's measure; of a flow right the rate, whatever its term
  std::int64_t tagged = 0;    // of it by sellers, or of projects, with the tag
  std::string tag;            // one row for each tag there is
};

// Completed transfers and trades of the calendar year (Asia/Shanghai) between holders, between owners; by instrument,
// buyer and tag. What was reversed is left out. Without tags there are no rows. Of the instruments in `copied` (RightsData::copied)
// no transfer is entered here: what a holder got of a project by issue counts as bought, by the project, with no seller known.
std::vector<Purchases> purchases(const Rights& rights, const std::map<std::string, SellerTag>& tags, int year,
                                 const std::set<std::string>& copied);

}  // namespace tributary::rights
