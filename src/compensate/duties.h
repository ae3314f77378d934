// Separation of duties on a statement, by person: one name may not do two steps of which one is the check of
// the other. Who the person is and what role they have is for the faces; this holds whatever they say.
//
//   confirm        not by who drafted, published or objected
//   post, pay      not by who confirmed
//
// So a payment needs two people at least, and an objection is never decided by who raised it. Names are
// compared without width and case.
#pragma once

#include "compensate/types.h"

#include <optional>
#include <string>
#include <string_view>

namespace tributary::compensate {

// The earlier step of the statement that keeps `by` from doing `step` ("confirmed", "posted", "paid"; others
// are free); nothing if they may.
std::optional<StatementEvent> conflicting_step(const Statement& statement, std::string_view step,
                                               std::string_view by);
// Throws same_person.
void require_other_person(const Statement& statement, std::string_view step, std::string_view by);

}  // namespace tributary::compensate
