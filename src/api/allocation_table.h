// Tables sent to the calculators of allocation, and those that the registry of rights can begin one with.
#pragma once

#include "allocate/asked.h"
#include "api/routes.h"

#include <sstream>

namespace tributary::api {

inline constexpr const char* xlsx_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

// CSV, XLSX (what was typed only: no formulas, no merged cells) or {"rows": [{column: value}]}.
std::istringstream table_of(const Call& call);
// Every fault of a table at once, each with its cell as a spreadsheet shows it ("C7").
[[noreturn]] void refuse_table(const allocate::BadTable& bad);

void add_allocation_unit_routes(RouteTable& table);

}  // namespace tributary::api
