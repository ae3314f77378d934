// Private: what both calculators read alike.
#pragma once

#include "exchange/calculator.h"
#include "exchange/price_format.h"

#include <span>

namespace tributary::exchange::reading {

// A point in time in microseconds: a number as it is (in seconds), "09:30:00.5", "2026-11-28 09:30" or RFC 3339.
std::int64_t time_of(const JsonInput::Value& value);
// An id: a string, or a whole number.
std::string id_of(const JsonInput::Value& value);
// A share of the reference, 0 … 1: 0.1 is ten per cent.
Decimal share_of(const JsonInput::Value& value);
// One of the words; the message lists them.
std::size_t word_of(const JsonInput::Value& value, std::span<const std::string_view> words);
Quantity quantity_of(const JsonInput::Value& value);

Clearing clear_call(std::string_view rule, std::string_view json, const std::string& file);
Clearing clear_one_way(std::string_view rule, std::string_view json, const std::string& file);

}  // namespace tributary::exchange::reading
