// What an allocation was made from, as a text that a person can read and any copy of this program computes again:
//
//   tributary allocation 1
//   method: gini
//   cap: 50
//   bounds: cut:5..40
//
//   unit,current,population
//   示例甲镇,30,10
//
// The number is the version of the methods: it rises when one of them would give other shares from the same text.
// The table is written from its figures (rows in the order given, exact decimals, known columns by their English
// names), so that the same question is the same text however its table was sent.
#pragma once

#include "allocate/asked.h"

#include <string>
#include <string_view>

namespace tributary::allocate {

inline constexpr int methods_version = 1;

std::string record_of(const Table& table, const Asked& asked);
std::string hash_of(std::string_view record);  // SHA-256, 64 hex digits

// Throws bad_record for what is none, or is of another version of the methods; and what compute() throws.
Outcome recompute(const std::string& record);
// The same question by another method: «gini», by level «gini/grandfather».
Outcome recompute(const std::string& record, const std::string& method);

}  // namespace tributary::allocate
