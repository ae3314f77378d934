// Outcome codes of `casework`.
#pragma once

#include "base/error.h"

namespace tributary::casework::codes {

// Of a declaration.
inline constexpr Code bad_case_type{"casework", 1, "bad_case_type", Kind::invalid_input};
inline constexpr Code bad_example{"casework", 2, "bad_example", Kind::invalid_input};
// Of what somebody wants to do; the order is the order in which they are looked at.
inline constexpr Code unknown_type{"casework", 3, "unknown_type", Kind::not_found};
inline constexpr Code unknown_case{"casework", 4, "unknown_case", Kind::not_found};
inline constexpr Code changed_meanwhile{"casework", 5, "changed_meanwhile", Kind::conflict};
inline constexpr Code unknown_step{"casework", 6, "unknown_step", Kind::not_found};
inline constexpr Code wrong_state{"casework", 7, "wrong_state", Kind::conflict};
inline constexpr Code not_for_you{"casework", 8, "not_for_you", Kind::forbidden};
inline constexpr Code same_person{"casework", 9, "same_person", Kind::forbidden};
inline constexpr Code too_late{"casework", 10, "too_late", Kind::conflict};
inline constexpr Code too_early{"casework", 11, "too_early", Kind::conflict};
inline constexpr Code reason_missing{"casework", 12, "reason_missing", Kind::invalid_input};
inline constexpr Code bad_form{"casework", 13, "bad_form", Kind::invalid_input};
inline constexpr Code not_editable{"casework", 14, "not_editable", Kind::invalid_input};
inline constexpr Code incomplete{"casework", 15, "incomplete", Kind::conflict};
inline constexpr Code condition_unknown{"casework", 16, "condition_unknown", Kind::conflict};
inline constexpr Code condition_false{"casework", 17, "condition_false", Kind::conflict};
inline constexpr Code already_spoken{"casework", 18, "already_spoken", Kind::conflict};
// Of effects and of what is kept.
inline constexpr Code effect_failed{"casework", 19, "effect_failed", Kind::conflict};
inline constexpr Code bad_record{"casework", 20, "bad_record", Kind::unavailable};
inline constexpr Code bad_upload{"casework", 21, "bad_upload", Kind::invalid_input};
inline constexpr Code bad_search{"casework", 22, "bad_search", Kind::invalid_input};
inline constexpr Code already_latest{"casework", 23, "already_latest", Kind::conflict};
inline constexpr Code unknown_paper{"casework", 24, "unknown_paper", Kind::not_found};
inline constexpr Code personal_text{"casework", 25, "personal_text", Kind::invalid_input};
inline constexpr Code unknown_publication{"casework", 26, "unknown_publication", Kind::not_found};
inline constexpr Code not_reviewed{"casework", 27, "not_reviewed", Kind::conflict};
// Of exports, erasures and holds.
inline constexpr Code unknown_request{"casework", 28, "unknown_request", Kind::not_found};
inline constexpr Code already_decided{"casework", 29, "already_decided", Kind::conflict};
inline constexpr Code export_ended{"casework", 30, "export_ended", Kind::conflict};
inline constexpr Code not_erasable{"casework", 31, "not_erasable", Kind::conflict};
inline constexpr Code erased{"casework", 32, "erased", Kind::conflict};
// Of a figure that the system has already.
inline constexpr Code known_figure{"casework", 33, "known_figure", Kind::conflict};

inline constexpr std::array all{
    bad_case_type, bad_example,         unknown_type, unknown_case,      changed_meanwhile, unknown_step,
    wrong_state,   not_for_you,         same_person,  too_late,          too_early,         reason_missing,
    bad_form,      not_editable,        incomplete,   condition_unknown, condition_false,   already_spoken,
    effect_failed, bad_record,          bad_upload,   bad_search,        already_latest,    unknown_paper,
    personal_text, unknown_publication, not_reviewed, unknown_request,   already_decided,   export_ended,
    not_erasable,  erased,              known_figure};
static_assert(dense(all));

}  // namespace tributary::casework::codes
