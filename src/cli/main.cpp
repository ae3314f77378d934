#include "base/time.h"
#include "cli/context.h"

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  const tributary::SystemClock clock;
  return tributary::cli::run_program({argv + 1, argv + argc}, clock, std::cout, std::cerr);
}
