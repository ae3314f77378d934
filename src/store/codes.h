// Outcome codes of `store`.
#pragma once

#include "base/error.h"

namespace tributary::store::codes {

inline constexpr Code bad_url{"store", 1, "bad_url", Kind::invalid_input};
inline constexpr Code cannot_open{"store", 2, "cannot_open", Kind::unavailable};
inline constexpr Code corrupted{"store", 3, "corrupted", Kind::unavailable};
inline constexpr Code lost_connection{"store", 4, "lost_connection", Kind::unavailable};
inline constexpr Code disk_full{"store", 5, "disk_full", Kind::unavailable};
inline constexpr Code disk_failure{"store", 6, "disk_failure", Kind::unavailable};
inline constexpr Code busy{"store", 7, "busy", Kind::unavailable};
inline constexpr Code newer_schema{"store", 8, "newer_schema", Kind::conflict};
inline constexpr Code changed_migration{"store", 9, "changed_migration", Kind::conflict};
inline constexpr Code bad_migration{"store", 10, "bad_migration", Kind::internal};
inline constexpr Code constraint{"store", 11, "constraint", Kind::conflict};
inline constexpr Code bad_value{"store", 12, "bad_value", Kind::invalid_input};
inline constexpr Code read_only{"store", 13, "read_only", Kind::internal};
inline constexpr Code unexpected_null{"store", 14, "unexpected_null", Kind::internal};
inline constexpr Code wrong_type{"store", 15, "wrong_type", Kind::internal};
inline constexpr Code unfinished_bulk{"store", 16, "unfinished_bulk", Kind::internal};
inline constexpr Code sql{"store", 17, "sql", Kind::internal};
inline constexpr Code file_exists{"store", 18, "file_exists", Kind::conflict};
inline constexpr Code not_a_backup{"store", 19, "not_a_backup", Kind::invalid_input};
inline constexpr Code not_empty{"store", 20, "not_empty", Kind::conflict};
inline constexpr Code tool_failed{"store", 21, "tool_failed", Kind::unavailable};

inline constexpr std::array all{bad_url,         cannot_open, corrupted,    lost_connection,   disk_full,
                                disk_failure,    busy,        newer_schema, changed_migration, bad_migration,
                                constraint,      bad_value,   read_only,    unexpected_null,   wrong_type,
                                unfinished_bulk, sql,         file_exists,  not_a_backup,      not_empty,
                                tool_failed};
static_assert(dense(all));

}  // namespace tributary::store::codes
