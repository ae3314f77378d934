// Rounds of smart markets as words, tables and JSON.
#pragma once

#include "base/json.h"
#include "base/rational.h"
#include "cli/context.h"
#include "venues/smart_rounds.h"

#include <string>

namespace tributary::cli {

// The words for a state, a limit or a cause; the word itself where there are none.
Text said(const std::string& word);
// Exactly: as a fraction where the decimals do not end.
std::string plain(const Rational& value);
// For which purpose a price is, where purposes are kept apart.
Text purpose_of(const venues::NodePrice& price);
nlohmann::ordered_json summary_json(const venues::SmartView& view);
// Terms, and the result with its prices, flows and rents. Returns 0, the exit code.
int print(Context& c, const venues::SmartView& view);

}  // namespace tributary::cli
