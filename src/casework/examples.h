// Worked examples of a case type, in its own file under `examples:`; they run on the engine without a
// database, so that whoever writes a pack sees at once what it does:
//
//   examples:
//     - name: 退回后改正
//       people:
//         zhao: {organisation: div-341602100000, roles: [township]}
//         qian: {organisation: office, roles: [office_drafter], wide: true}
//       steps:
//         - {who: zhao, on: 2026-03-02, start: true, set: {title: 河道清淤}, state: draft}
//         - {who: zhao, on: 2026-03-02, do: submit, state: submitted, due: {review: 2026-03-30}}
//         - {who: qian, on: 2026-03-03, do: return, refused: reason_missing}
//         - {who: qian, on: 2026-03-03, do: return, reason: 缺附件, state: draft}
//         - {who: qian, on: 2026-03-03, vote: committee, choice: against, reason: 资金未落实}
//         - {who: sun, on: 2026-03-03, vote: marks, choice: for, score: 85}
//
// Each step says the state afterwards, or the code with which it is refused; `computed: {name: text}` and
// `due` look at figures and terms, `shows: {paper: [text, …]}` at what a paper of the case then says.
#pragma once

#include "casework/decide.h"

#include <string>
#include <vector>

namespace tributary::casework {

struct ExampleFailure {
  Where where;
  Text message;
};

struct ExampleReport {
  int steps = 0;
  std::vector<ExampleFailure> failures;
  std::vector<std::string> untaken;  // steps of the type that no example takes
};

// Throws bad_example for what is not well-formed.
ExampleReport run_examples(const CaseType& type, const WorkCalendar& calendar);

}  // namespace tributary::casework
