// Outcome codes of `compensate`.
#pragma once

#include "base/error.h"

namespace tributary::compensate::codes {

inline constexpr Code wrong_period{"compensate", 1, "wrong_period", Kind::invalid_input};
inline constexpr Code no_places{"compensate", 2, "no_places", Kind::not_found};
inline constexpr Code contradictory_claims{"compensate", 3, "contradictory_claims", Kind::conflict};
inline constexpr Code no_party{"compensate", 4, "no_party", Kind::conflict};
inline constexpr Code several_series{"compensate", 5, "several_series", Kind::conflict};
inline constexpr Code bad_attribute{"compensate", 6, "bad_attribute", Kind::conflict};
inline constexpr Code unknown_run{"compensate", 7, "unknown_run", Kind::not_found};
inline constexpr Code unknown_statement{"compensate", 8, "unknown_statement", Kind::not_found};
inline constexpr Code wrong_state{"compensate", 9, "wrong_state", Kind::conflict};
inline constexpr Code superseded{"compensate", 10, "superseded", Kind::conflict};
inline constexpr Code window_unknown{"compensate", 11, "window_unknown", Kind::conflict};
inline constexpr Code window_open{"compensate", 12, "window_open", Kind::conflict};
inline constexpr Code window_over{"compensate", 13, "window_over", Kind::conflict};
inline constexpr Code not_a_party{"compensate", 14, "not_a_party", Kind::forbidden};
inline constexpr Code reason_missing{"compensate", 15, "reason_missing", Kind::invalid_input};
inline constexpr Code predecessor_open{"compensate", 16, "predecessor_open", Kind::conflict};
inline constexpr Code bad_record{"compensate", 17, "bad_record", Kind::unavailable};
inline constexpr Code amount_too_large{"compensate", 18, "amount_too_large", Kind::conflict};
inline constexpr Code same_person{"compensate", 19, "same_person", Kind::forbidden};
inline constexpr Code bad_measure{"compensate", 20, "bad_measure", Kind::conflict};

inline constexpr std::array all{wrong_period,   no_places,        contradictory_claims, no_party,
                                several_series, bad_attribute,    unknown_run,          unknown_statement,
                                wrong_state,    superseded,       window_unknown,       window_open,
                                window_over,    not_a_party,      reason_missing,       predecessor_open,
                                bad_record,     amount_too_large, same_person,
                                bad_measure};
static_assert(dense(all));

}  // namespace tributary::compensate::codes
