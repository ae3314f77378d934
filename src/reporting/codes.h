// Outcome codes of `reporting`.
#pragma once

#include "base/error.h"

namespace tributary::reporting::codes {

inline constexpr Code bad_declaration{"reporting", 1, "bad_declaration", Kind::invalid_input};
inline constexpr Code unknown_report{"reporting", 2, "unknown_report", Kind::not_found};
inline constexpr Code changed_meanwhile{"reporting", 3, "changed_meanwhile", Kind::conflict};
inline constexpr Code not_for_you{"reporting", 4, "not_for_you", Kind::forbidden};
inline constexpr Code same_person{"reporting", 5, "same_person", Kind::forbidden};
inline constexpr Code wrong_state{"reporting", 6, "wrong_state", Kind::conflict};
inline constexpr Code locked{"reporting", 7, "locked", Kind::conflict};
inline constexpr Code not_yet_open{"reporting", 8, "not_yet_open", Kind::conflict};
inline constexpr Code bad_figure{"reporting", 9, "bad_figure", Kind::invalid_input};
inline constexpr Code prefilled{"reporting", 10, "prefilled", Kind::conflict};
inline constexpr Code unsound{"reporting", 11, "unsound", Kind::conflict};
inline constexpr Code reason_missing{"reporting", 12, "reason_missing", Kind::invalid_input};
inline constexpr Code below_missing{"reporting", 13, "below_missing", Kind::conflict};
inline constexpr Code bad_sheet{"reporting", 14, "bad_sheet", Kind::invalid_input};

inline constexpr std::array all{bad_declaration, unknown_report, changed_meanwhile, not_for_you, same_person,
                                wrong_state,     locked,         not_yet_open,      bad_figure,  prefilled,
                                unsound,         reason_missing, below_missing,     bad_sheet};
static_assert(dense(all));

}  // namespace tributary::reporting::codes
