// Several periods in one text: "2020-10", or "2020-05..2021-04" for all from the first to the last.
#pragma once

#include "base/time.h"

#include <string>
#include <vector>

namespace tributary::compensate {

// Throws base.bad_period; wrong_period for a range that turns back, mixes kinds of period or is longer than a
// century.
std::vector<Period> periods_of(const std::string& text);

}  // namespace tributary::compensate
