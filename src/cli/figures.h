// What the calculators share: figures read from options and shown.
#pragma once

#include "base/error.h"
#include "base/rational.h"

#include <fstream>
#include <string>
#include <string_view>
#include <utility>

namespace tributary::cli {

// Throws file_unreadable.
std::ifstream opened(const std::string& path);

// A decimal where it is one, else the fraction: "0.35", "162/7".
std::string exact(const Rational& value);
std::string rounded(const Rational& value, int places = 6);

// bad_usage: the value of an option, and what was expected.
Error bad_option(const std::string& option, const std::string& text, const Text& expected);
// At least zero. Throws bad_usage.
Rational number_option(const std::string& option, std::string_view text);
// «5» or «5%», as a part of one.
Rational percent_option(const std::string& option, std::string_view text);
// NAME=VALUE
std::pair<std::string, std::string> assignment(const std::string& option, const std::string& text);

}  // namespace tributary::cli
