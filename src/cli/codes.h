// Outcome codes of `cli`.
#pragma once

#include "base/error.h"

namespace tributary::cli::codes {

inline constexpr Code bad_usage{"cli", 1, "bad_usage", Kind::invalid_input};
inline constexpr Code not_initialised{"cli", 2, "not_initialised", Kind::not_found};
inline constexpr Code packs_not_found{"cli", 3, "packs_not_found", Kind::not_found};
inline constexpr Code several_tenants{"cli", 4, "several_tenants", Kind::invalid_input};
inline constexpr Code check_failed{"cli", 5, "check_failed", Kind::conflict};
inline constexpr Code unknown_name{"cli", 6, "unknown_name", Kind::not_found};
inline constexpr Code bad_settings{"cli", 7, "bad_settings", Kind::invalid_input};

inline constexpr std::array all{bad_usage,    not_initialised, packs_not_found, several_tenants,
                                check_failed, unknown_name,    bad_settings};
static_assert(dense(all));

}  // namespace tributary::cli::codes
