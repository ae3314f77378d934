// Results as they are stored: a place's formulas and derivations as JSON, and back.
#pragma once

#include "compensate/types.h"

#include <string>
#include <string_view>

namespace tributary::compensate {

std::string results_json(const PlaceResult& place);
std::string derivation_json(const PlaceResult& place);
// Fill `place` from what was stored. Throw bad_record when it cannot be read.
void read_results(std::string_view json, PlaceResult& place);
void read_derivation(std::string_view json, PlaceResult& place);

}  // namespace tributary::compensate
