// The action plan of a jurisdiction, article by article (policies/<pack>/plan.yaml); the lowest pack's holds.
//
//   plan:
//     source: {document: …, number: …}
//     tasks: annual-task                    # the kind of case that is a yearly task
//     articles:
//       - number: 9
//         title: {zh: …, en: …}
//         text: {zh: …, en: …}
//         lead: [drc]
//         verified: false
//         figures:
//           - {label: {zh: …, en: …}, statements: [posted, paid], sum: amount}
//           - {label: {zh: …, en: …}, cases: ranger-appointment, states: [engaged], sum: pay_year}
//         missing: [{zh: …, en: …}]         # what nothing here tells yet
#pragma once

#include "base/error.h"
#include "casework/case_type.h"
#include "policy/rule.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tributary::casework {

// A figure of an article that is counted or added up where it comes from, whenever somebody looks.
struct PlanFigure {
  enum class From : std::uint8_t {
    cases,         // of the type `of` in `states` (`open: true`: under way); with `sum` a field or computed
                   // figure of theirs
    entries,       // of the register (`register: asset`, right, certificate) in force, of cases of the type `by`
    publications,  // of the kind `of` that stand
    statements,    // in `states`; with `sum: amount` their yuan
    transfers,     // yuan posted in the ledger for cases of the type `of`
    readings,      // `of`: files, rows, series; latest: the day of the last import
  };
  Text label;
  From from = From::cases;
  std::string of;
  std::string type;
  std::vector<std::string> states;  // empty: any
  bool open = false;                // the states are all that are no end
  std::string sum;
  Where where;
};

struct PlanArticle {
  int number = 0;
  Text title;
  Text text;                      // what it asks for, in short
  std::vector<std::string> lead;  // organisations; empty: the document does not say, or it is not known
  bool verified = true;
  std::vector<PlanFigure> figures;
  std::vector<Text> missing;
};

struct Plan {
  policy::Source source;
  std::string tasks;  // a case type; empty: none
  std::vector<PlanArticle> articles;
};

// Empty when no pack has one. Throws what the YAML reader throws, and bad_case_type for a number given twice
// and for a figure of what there is not: an unknown type, state, field, or one that is personal or no figure.
Plan load_plan(const std::vector<std::string>& folders, const CaseTypes& types);

// The unit of what a figure sums up: that of the field; CNY for amounts of money.
std::string unit_of(const PlanFigure& figure, const CaseTypes& types);

}  // namespace tributary::casework
