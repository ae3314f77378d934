// The action plan of a jurisdiction, article by article (policies/<pack>/plan.yaml); the lowest pack's holds.
//
//   plan:
//     source: {document: …, number: …}
//     articles:
//       - {number: 9, title: {zh: …, en: …}, text: {zh: …, en: …}, lead: [drc], verified: false}
#pragma once

#include "base/error.h"
#include "policy/rule.h"

#include <string>
#include <vector>

namespace tributary::casework {

struct PlanArticle {
  int number = 0;
  Text title;
  Text text;                      // what it asks for, in short
  std::vector<std::string> lead;  // organisations; empty: the document does not say, or it is not known
  bool verified = true;
};

struct Plan {
  policy::Source source;
  std::vector<PlanArticle> articles;
};

// Empty when no pack has one. Throws what the YAML reader throws, and bad_case_type for a number given twice.
Plan load_plan(const std::vector<std::string>& folders);

}  // namespace tributary::casework
