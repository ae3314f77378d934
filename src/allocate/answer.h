// What the calculators found, as JSON: the same on the command line and over HTTP. Figures are text.
#pragma once

#include "allocate/asked.h"

#include "base/json.h"

#include <cstdint>
#include <string>

namespace tributary::allocate {

// A decimal where it is one, else the fraction: "0.35", "162/7".
std::string exact(const Rational& value);
std::string rounded(const Rational& value, int places = 6);
std::string yuan(std::int64_t fen);  // "10666.67"

nlohmann::ordered_json answer(const Allocation& allocation, const Options& options);
// {"levels": [...], "refused": [...]} where units have parents, else {"methods": [...], "refused": [{"method", "title",
// "error", "message", "hint", "line", "column", "field"}]}; line and column are of the cell, 0 where there is none. Of levels
// each branch says which way it is of: "way" ("gini/grandfather") and "way_title".
nlohmann::ordered_json answer(const Outcome& outcome);
nlohmann::ordered_json answer(const Ranking& ranking, RankRule rule);

}  // namespace tributary::allocate
