// Outcome codes of `ledger`: first what becomes of a request to post (Outcome), then what is thrown. One
// list.
#pragma once

#include "base/error.h"

#include <algorithm>

namespace tributary::ledger {

// What became of one request. The order is the precedence: of several wrongs the first one listed is
// returned.
enum class Outcome : std::uint16_t {
  accepted = 1,  // recorded now
  exists,        // recorded before with the same content: a retry, nothing was done, all is well
  // The chain
  chain_failed,        // another member of the linked chain failed, so none of it was recorded
  chain_open,          // the last request of the batch says it is linked to a next one
  bad_id,              // empty, longer than 200 bytes, not UTF-8 or with control characters
  duplicate_in_chain,  // the id stands twice in one chain
  // The id is taken by a transfer that differs
  exists_with_different_action,
  exists_with_different_hold,
  exists_with_different_accounts,
  exists_with_different_amount,
  exists_with_different_cause,
  exists_with_different_date,
  exists_with_different_expiry,
  exists_with_different_correction,
  exists_with_different_note,
  exists_with_different_chain,
  // The request by itself
  misplaced_field,  // a field that the action does not take, see Request
  bad_cause,        // kind or id empty, too long (200 bytes), not UTF-8 or with control characters
  bad_note,         // longer than 2000 bytes, not UTF-8 or with NUL
  bad_date,         // outside the years 1 … 9999
  amount_not_positive,
  accounts_are_the_same,
  expiry_has_passed,
  // The request against the ledger
  hold_not_found,
  not_a_hold,
  hold_already_posted,
  hold_already_voided,
  hold_expired,
  exceeds_hold,
  debit_account_not_found,
  credit_account_not_found,
  debit_account_closed,
  credit_account_closed,
  units_differ,
  corrected_not_found,
  corrected_not_posted,
  period_closed,
  overflow,     // a balance, posted or pending, would leave the range of 64 bits
  below_floor,  // the available balance of the debit account would fall below its floor
};

namespace codes {

namespace detail {
consteval Code of(Outcome outcome, std::string_view name, Kind kind) {
  return {"ledger", static_cast<std::uint16_t>(outcome), name, kind};
}
}  // namespace detail

using enum Kind;

// By the number of the Outcome; then the codes of errors that are thrown.
inline constexpr std::array outcomes{
    detail::of(Outcome::accepted, "accepted", internal),
    detail::of(Outcome::exists, "exists", internal),
    detail::of(Outcome::chain_failed, "chain_failed", conflict),
    detail::of(Outcome::chain_open, "chain_open", invalid_input),
    detail::of(Outcome::bad_id, "bad_id", invalid_input),
    detail::of(Outcome::duplicate_in_chain, "duplicate_in_chain", invalid_input),
    detail::of(Outcome::exists_with_different_action, "exists_with_different_action", conflict),
    detail::of(Outcome::exists_with_different_hold, "exists_with_different_hold", conflict),
    detail::of(Outcome::exists_with_different_accounts, "exists_with_different_accounts", conflict),
    detail::of(Outcome::exists_with_different_amount, "exists_with_different_amount", conflict),
    detail::of(Outcome::exists_with_different_cause, "exists_with_different_cause", conflict),
    detail::of(Outcome::exists_with_different_date, "exists_with_different_date", conflict),
    detail::of(Outcome::exists_with_different_expiry, "exists_with_different_expiry", conflict),
    detail::of(Outcome::exists_with_different_correction, "exists_with_different_correction", conflict),
    detail::of(Outcome::exists_with_different_note, "exists_with_different_note", conflict),
    detail::of(Outcome::exists_with_different_chain, "exists_with_different_chain", conflict),
    detail::of(Outcome::misplaced_field, "misplaced_field", invalid_input),
    detail::of(Outcome::bad_cause, "bad_cause", invalid_input),
    detail::of(Outcome::bad_note, "bad_note", invalid_input),
    detail::of(Outcome::bad_date, "bad_date", invalid_input),
    detail::of(Outcome::amount_not_positive, "amount_not_positive", invalid_input),
    detail::of(Outcome::accounts_are_the_same, "accounts_are_the_same", invalid_input),
    detail::of(Outcome::expiry_has_passed, "expiry_has_passed", conflict),
    detail::of(Outcome::hold_not_found, "hold_not_found", not_found),
    detail::of(Outcome::not_a_hold, "not_a_hold", conflict),
    detail::of(Outcome::hold_already_posted, "hold_already_posted", conflict),
    detail::of(Outcome::hold_already_voided, "hold_already_voided", conflict),
    detail::of(Outcome::hold_expired, "hold_expired", conflict),
    detail::of(Outcome::exceeds_hold, "exceeds_hold", conflict),
    detail::of(Outcome::debit_account_not_found, "debit_account_not_found", not_found),
    detail::of(Outcome::credit_account_not_found, "credit_account_not_found", not_found),
    detail::of(Outcome::debit_account_closed, "debit_account_closed", conflict),
    detail::of(Outcome::credit_account_closed, "credit_account_closed", conflict),
    detail::of(Outcome::units_differ, "units_differ", invalid_input),
    detail::of(Outcome::corrected_not_found, "corrected_not_found", not_found),
    detail::of(Outcome::corrected_not_posted, "corrected_not_posted", conflict),
    detail::of(Outcome::period_closed, "period_closed", conflict),
    detail::of(Outcome::overflow, "overflow", conflict),
    detail::of(Outcome::below_floor, "below_floor", conflict),
};
static_assert(dense(outcomes));

inline constexpr Code bad_unit{"ledger", 40, "bad_unit", invalid_input};
inline constexpr Code unit_conflict{"ledger", 41, "unit_conflict", conflict};
inline constexpr Code unknown_unit{"ledger", 42, "unknown_unit", not_found};
inline constexpr Code bad_account{"ledger", 43, "bad_account", invalid_input};
inline constexpr Code account_conflict{"ledger", 44, "account_conflict", conflict};
inline constexpr Code unknown_account{"ledger", 45, "unknown_account", not_found};
inline constexpr Code account_not_empty{"ledger", 46, "account_not_empty", conflict};
inline constexpr Code floor_above_balance{"ledger", 47, "floor_above_balance", conflict};
inline constexpr Code unknown_transfer{"ledger", 48, "unknown_transfer", not_found};
inline constexpr Code period_not_over{"ledger", 49, "period_not_over", invalid_input};
inline constexpr Code already_closed{"ledger", 50, "already_closed", conflict};
inline constexpr Code bad_amount{"ledger", 51, "bad_amount", invalid_input};

inline constexpr std::array thrown{bad_unit,         unit_conflict,   unknown_unit,      bad_account,
                                   account_conflict, unknown_account, account_not_empty, floor_above_balance,
                                   unknown_transfer, period_not_over, already_closed,    bad_amount};

inline constexpr auto all = [] {
  std::array<Code, outcomes.size() + thrown.size()> list{};
  std::copy(thrown.begin(), thrown.end(), std::copy(outcomes.begin(), outcomes.end(), list.begin()));
  return list;
}();
static_assert(dense(all));

}  // namespace codes

constexpr const Code& code_of(Outcome outcome) {
  return codes::outcomes[static_cast<std::size_t>(outcome) - 1];
}
constexpr std::string_view to_string(Outcome outcome) {
  return code_of(outcome).name;
}
constexpr bool is_success(Outcome outcome) {
  return outcome == Outcome::accepted || outcome == Outcome::exists;
}

// What the outcome means, for people.
Text describe(Outcome outcome);

}  // namespace tributary::ledger
