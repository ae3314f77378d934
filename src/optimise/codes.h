// Outcome codes of `optimise`.
#pragma once

#include "base/error.h"

namespace tributary::optimise::codes {

inline constexpr Code bad_model{"optimise", 1, "bad_model", Kind::internal};
inline constexpr Code solver_failed{"optimise", 2, "solver_failed", Kind::internal};

inline constexpr std::array all{bad_model, solver_failed};
static_assert(dense(all));

}  // namespace tributary::optimise::codes
