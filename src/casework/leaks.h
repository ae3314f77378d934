// Looks for what must not become public in a text somebody typed: numbers of citizens, of private phones and
// of bank accounts. A net, not a review: names and what one can guess are for people to see.
#pragma once

#include "base/error.h"

#include <optional>
#include <string_view>

namespace tributary::casework {

// What was found first, in words that do not repeat it; nothing when the text holds no such number.
// Organisations' credit codes, landlines and document numbers are none.
std::optional<Text> personal_number_in(std::string_view text);

}  // namespace tributary::casework
