// What a run computes and what becomes of it: results per place, statements, their states.
//
// Money is whole fen (1/100 yuan) in 64-bit integers; no floating point anywhere.
#pragma once

#include "base/decimal.h"
#include "base/time.h"
#include "policy/explain.h"
#include "policy/outcome.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::compensate {

using base::to_string;  // ours stand beside those of base

// One formula of the rule for one place, as text (see policy/value.h).
struct FormulaValue {
  std::string name;
  Text title;
  std::string value;  // "-" when missing
  std::string unit;
};

// What a payment of the rule comes to between one payer and one payee for one place.
struct Share {
  std::string payer;
  std::string payee;
  Decimal share = 1;
  std::int64_t amount = 0;  // fen
};

struct PlacePayment {
  std::size_t payment = 0;  // in Rule::payments
  Text title;
  std::int64_t whole = 0;  // fen
  std::vector<Share> shares;
};

// Who had a role of the rule for a place when the run was made.
struct RoleHeld {
  std::string role;
  std::string party;
  Decimal share = 1;
  std::vector<std::string> accounts{};  // where the rule reads rights: those of the party that count for the place
  std::string shared_with{};  // another place whose accounts these could be as well, so that they count for none
};

struct PlaceResult {
  std::string place;
  Text name;
  policy::Outcome::State outcome = policy::Outcome::State::computed;
  std::vector<std::string> missing;
  std::vector<FormulaValue> results;
  std::vector<PlacePayment> payments;
  std::vector<RoleHeld> roles;  // as registered when the run was made
  // Derivations without the single observations; those are looked up when asked for (see Derivations).
  std::optional<policy::Explanation> assessed;
  std::vector<policy::Explanation> payment_derivations;  // one per payment of the rule
  std::vector<policy::Explanation> formula_derivations;  // one per shown formula
};

struct RunHead {
  std::int64_t id = 0;  // 0: not stored
  std::string rule;
  Text title;
  Date version;  // first day in force of the rule version
  Period period = Period::parse("2000");
  Date known;        // law and attributes of places as known on this day
  Instant as_known;  // observations as known at this instant
  std::int64_t position = 0;  // rights as they stood when the ledger had so many transfers
  std::string pack;
  std::string pack_hash;
  std::string fingerprint;
  bool unverified = false;
  bool example = false;
  Instant created;
  std::string created_by;
  std::optional<std::int64_t> supersedes;
};

struct Computation {
  RunHead head;
  std::vector<PlaceResult> places;
};

enum class StatementState : std::uint8_t { drafted, published, objected, confirmed, posted, paid };
std::string_view to_string(StatementState state);
Text title_of(StatementState state);
std::optional<StatementState> parse_state(std::string_view name);

struct StatementLine {
  std::int64_t line = 0;
  std::string place;
  std::string place_name;
  std::size_t payment = 0;
  Text title;
  std::int64_t whole = 0;
  std::string share;
  std::int64_t amount = 0;
};

struct StatementEvent {
  std::string event;
  Instant at;
  std::string by;
  std::string note;
};

// What one party owes another by one run. Never edited: corrected data or rules give another one that
// supersedes it.
struct Statement {
  std::int64_t id = 0;
  std::int64_t run = 0;
  std::string rule;
  Period period = Period::parse("2000");
  std::string payer;
  std::string payee;
  std::int64_t amount = 0;  // fen
  StatementState state = StatementState::drafted;
  std::optional<Date> deadline;
  std::optional<std::int64_t> supersedes;
  std::optional<std::int64_t> superseded_by;
  bool unverified = false;
  bool example = false;
  Instant created;
  std::vector<StatementLine> lines;
  std::vector<StatementEvent> events;
};

// "1234567" fen as "12,345.67" yuan.
std::string yuan_text(std::int64_t fen);
Decimal yuan(std::int64_t fen);

}  // namespace tributary::compensate
