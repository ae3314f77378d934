// What all lists have in common: pages, order, chosen fields, and the whole list as a CSV or XLSX file.
#pragma once

#include "api/call.h"

#include <vector>

namespace tributary::api {

// limit, cursor, fields, format and sort, as far as the list takes them.
void add_list_parameters(const Route& route, std::vector<Parameter>& parameters);

// CSV streams: nothing but a page is held in memory.
Response list_response(Call& call);

}  // namespace tributary::api
