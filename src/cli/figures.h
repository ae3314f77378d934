// What the calculators share: files of figures.
#pragma once

#include "allocate/faults.h"

#include <fstream>
#include <string>

namespace tributary::cli {

// Throws file_unreadable.
std::ifstream opened(const std::string& path);

// What `read` makes of the file. Of several faults in it the error tells all, each with its cell.
[[noreturn]] void refuse_table(const allocate::BadTable& bad);
template <class Read>
auto read_figures(const std::string& path, const Read& read) {
  std::ifstream in = opened(path);
  try {
    return read(in, path);
  } catch (const allocate::BadTable& bad) {
    refuse_table(bad);
  }
}

}  // namespace tributary::cli
