// What is public, as answers, feeds and the catalogue of open data tell it.
#pragma once

#include "api/routes.h"
#include "casework/casework.h"

#include <string>
#include <vector>

namespace tributary::api {

void add_publicity_routes(RouteTable& table);
void add_open_data_routes(RouteTable& table);
void add_feed_routes(RouteTable& table);
void add_worked_example_routes(RouteTable& table);

Json publication_json(Call& call, const casework::Publication& publication, const Names& names);

// Published statements that every one of the words names: by code, period, party or rule. At most twenty.
std::vector<Json> public_statements_about(Call& call, const std::vector<std::string>& words);

}  // namespace tributary::api
