#include <iostream>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/context.h"

int main(int argc, char** argv) {
  const tributary::SystemClock clock;
  return tributary::cli::run_program({argv + 1, argv + argc}, clock, std::cout, std::cerr);
}
