// What people read instead of the words that are stored.
#pragma once

#include "base/error.h"

#include <string_view>

namespace tributary::bank {

Text title_of_state(std::string_view state);  // of batches, their lines, proposals and lines of statements
Text title_of_what(std::string_view what);    // Proposal::what

}  // namespace tributary::bank
