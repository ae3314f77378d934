// One field of a file as a measured value: a number, «below the detection limit», missing, or what is wrong
// with it.
#pragma once

#include "base/error.h"
#include "observe/import_mapping.h"

#include <optional>
#include <string>
#include <string_view>

namespace tributary::observe {

struct Cell {
  enum class Kind : std::uint8_t { number, below_limit, missing, not_measured, bad };
  Kind kind = Kind::bad;
  double number = 0;  // the value, or the detection limit
  Code problem{};     // of a bad one: decimal_comma, too_many_digits, bad_value, no_detection_limit
};

// A plain decimal number ("1.5", "-2", "3e-4") with at most 15 significant digits (so that the double holds
// exactly what was typed), zero or of a size from 1e-15 to below 1e18.
std::optional<double> parse_measured(std::string_view text);

// The words that a mapping and a column of it know; "<0.025" and "0.025L" are below a limit that they name.
Cell read_cell(std::string_view text, const ImportMapping& mapping, const ValueColumn& column);

// The beginning of a text, cut between two characters; for messages.
std::string clipped(std::string_view text, std::size_t most);

// The message for a bad cell.
Error cell_error(const Code& problem, std::string_view text, const ValueColumn& column, Where where);

}  // namespace tributary::observe
