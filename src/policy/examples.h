// Worked examples of a pack: text tables (tests/*.test) that a domain expert can read and correct. See
// docs/rules.md.
#pragma once

#include "policy/outcome.h"

#include <string>
#include <vector>

namespace tributary::policy {

struct ExampleFailure {
  Where where;
  Text message;  // what was expected and what came out
};

struct ExampleReport {
  std::size_t rows = 0;  // rows and expected errors that were checked
  std::vector<ExampleFailure> failures;
};

// Runs one file. Throws policy.bad_example for text it does not understand; every unknown word is an error.
ExampleReport run_examples(const Policy& policy, const std::string& file);
// The tests of every pack of the cascade of `pack`, each under its own policy: a lower pack may set what an
// upper one's examples expect to be unset.
ExampleReport run_all_examples(const std::string& root, const std::string& pack);

}  // namespace tributary::policy
