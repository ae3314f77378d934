// Outcome codes of the environmental standards in `observe`: a closed list of its own.
#pragma once

#include "base/error.h"

namespace tributary::observe::standard_codes {

inline constexpr Code bad_standard{"observe.standard", 1, "bad_standard", Kind::invalid_input};
inline constexpr Code bad_class{"observe.standard", 2, "bad_class", Kind::invalid_input};
inline constexpr Code unknown_item{"observe.standard", 3, "unknown_item", Kind::invalid_input};
inline constexpr Code bad_concentration{"observe.standard", 4, "bad_concentration", Kind::invalid_input};
inline constexpr Code no_standard_in_force{"observe.standard", 5, "no_standard_in_force", Kind::not_found};
inline constexpr Code standards_overlap{"observe.standard", 6, "standards_overlap", Kind::conflict};

inline constexpr std::array all{bad_standard,         bad_class,        unknown_item, bad_concentration,
                                no_standard_in_force, standards_overlap};
static_assert(dense(all));

}  // namespace tributary::observe::standard_codes
