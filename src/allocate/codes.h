// Outcome codes of `allocate`.
#pragma once

#include "base/error.h"

namespace tributary::allocate::codes {

inline constexpr Code bad_table{"allocate", 1, "bad_table", Kind::invalid_input};
inline constexpr Code bad_cell{"allocate", 2, "bad_cell", Kind::invalid_input};
inline constexpr Code duplicate_unit{"allocate", 3, "duplicate_unit", Kind::invalid_input};
inline constexpr Code missing_column{"allocate", 4, "missing_column", Kind::invalid_input};
inline constexpr Code missing_value{"allocate", 5, "missing_value", Kind::invalid_input};
inline constexpr Code bad_option{"allocate", 6, "bad_option", Kind::invalid_input};
inline constexpr Code bad_cap{"allocate", 7, "bad_cap", Kind::invalid_input};
inline constexpr Code bounds_cross{"allocate", 8, "bounds_cross", Kind::conflict};
inline constexpr Code floors_exceed{"allocate", 9, "floors_exceed", Kind::conflict};
inline constexpr Code caps_too_low{"allocate", 10, "caps_too_low", Kind::conflict};
inline constexpr Code floors_needed{"allocate", 11, "floors_needed", Kind::conflict};
inline constexpr Code nothing_to_share_by{"allocate", 12, "nothing_to_share_by", Kind::conflict};
inline constexpr Code infeasible{"allocate", 13, "infeasible", Kind::conflict};
inline constexpr Code too_few_units{"allocate", 14, "too_few_units", Kind::conflict};
inline constexpr Code too_many_units{"allocate", 15, "too_many_units", Kind::conflict};  // of `gini`, once
inline constexpr Code bad_record{"allocate", 16, "bad_record", Kind::invalid_input};

inline constexpr std::array all{bad_table,     bad_cell,      duplicate_unit, missing_column,
                                missing_value, bad_option,    bad_cap,        bounds_cross,
                                floors_exceed, caps_too_low,  floors_needed,  nothing_to_share_by,
                                infeasible,    too_few_units, too_many_units, bad_record};
static_assert(dense(all));

}  // namespace tributary::allocate::codes
