#include "cli/figures.h"

#include "base/text.h"

namespace tributary::cli {

std::ifstream opened(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) read_file(path);  // says why
  return in;
}

}  // namespace tributary::cli
