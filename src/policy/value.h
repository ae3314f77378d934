// Values as text and back: "0.85", "true", "III", "suspended".
#pragma once

#include "base/rational.h"
#include "policy/rule.h"

#include <optional>
#include <string>
#include <string_view>

namespace tributary::policy {

// The number that stands for the text in formulas (booleans 0/1, classes 1 … 6, choices by position); nothing
// when the text is not a value of the type.
std::optional<Rational> parse_value(const ValueType& type, std::string_view text);
// What parse_value expects, for messages.
Text expected_form(const ValueType& type);
// Back to text. Numbers: exact when they end within 12 decimals, else "≈…".
std::string format_value(const ValueType& type, const Rational& value);
// "mg/L"; empty for pure numbers and other kinds.
std::string unit_text(const ValueType& type);

}  // namespace tributary::policy
