// What the calculators share: files of figures.
#pragma once

#include <fstream>
#include <string>

namespace tributary::cli {

// Throws file_unreadable.
std::ifstream opened(const std::string& path);

}  // namespace tributary::cli
