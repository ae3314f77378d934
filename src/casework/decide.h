// What may be done with a case, and what it then is: the whole of the engine as a function of values, without
// database, clock or people. `Casework` (casework.h) reads a case, asks here, and writes down the answer.
#pragma once

#include "base/calendar.h"
#include "casework/conditions.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::casework {

// One role somebody has. `wide`: it reaches everything, else what belongs to the organisation.
struct Hat {
  std::string role;
  std::string organisation;
  bool wide = false;
};
struct Person {
  std::string user;
  std::string organisation;
  std::vector<Hat> hats;
};

// A term of a case. The due day is the last on which it has not passed.
struct TermState {
  enum class Status : std::uint8_t { waiting, running, paused, ended };
  Status status = Status::waiting;
  std::optional<Date> due;   // while running; while paused the day as it was
  int left = 0;              // while paused: days still to go, negative when it had passed
  bool provisional = false;  // beyond the years for which holidays are known: weekends only
  bool operator==(const TermState&) const = default;
};
std::string_view to_string(TermState::Status status);

struct Voice {
  enum class Choice : std::uint8_t { in_favour, against, abstain, recused };
  Choice choice = Choice::in_favour;
  std::string user;
  std::string organisation;
  std::string words;
  std::optional<Decimal> score{};  // of a ballot with scores, for or against
  bool operator==(const Voice&) const = default;
};
std::string_view to_string(Voice::Choice choice);  // "for", "against", "abstain", "recused"
std::optional<Voice::Choice> parse_voice(std::string_view text);

struct CaseState {
  std::string state;
  std::string applicant;  // organisation
  Json form = Json::object();
  // Step ("start" too) → users who took it: in every round, and in the present one. A round begins whenever
  // the case comes back to where it started.
  std::map<std::string, std::set<std::string>> took;
  std::map<std::string, std::set<std::string>> took_lately;
  std::map<std::string, TermState> terms;
  std::map<std::string, std::vector<Voice>> voices;  // of the present round, by ballot
  bool operator==(const CaseState&) const = default;
};

struct Action {
  std::string step;  // a step; "save" for a draft; "vote"
  Json values = Json::object();
  std::string reason;    // words of a step or a voice
  std::string ballot{};  // of a vote
  Voice::Choice choice = Voice::Choice::in_favour;
  std::string score{};  // of a vote, where the ballot wants one
  std::map<std::string, std::string> reasons{};  // by field: why another value than the one the system has
};

// Days of the calendar; beyond its years weekends only, and said so.
class Days {
 public:
  explicit Days(const WorkCalendar& calendar) : calendar_(calendar) {}
  Date add(Date from, int n, bool working, bool& provisional) const;
  // The day itself when it is a working day, else the next that is.
  Date working(Date day, bool& provisional) const;
  int between(Date from, Date to, bool working) const;

 private:
  bool works(Date day, bool& provisional) const;
  const WorkCalendar& calendar_;
};

// The same day n months on; where the month lacks it, its last day (民法典 art. 202).
Date months_on(Date from, int n);

// What `step` writes into the form beyond confirming a review: whoever took it has a part in the content.
bool writes(const Step& step);

// A case that begins. Throws not_for_you when none of the person's roles may.
CaseState begin(const CaseType& type, const Person& who, Date today, const Days& days);

// The case after the action. Throws, in this order of precedence, unknown_step, wrong_state, not_for_you,
// same_person, too_late, too_early, reason_missing, bad_form and not_editable, incomplete, condition_unknown,
// condition_false; for a voice already_spoken.
CaseState decide(const CaseType& type, const CaseState& before, const Action& action, const Person& who,
                 Date today, const Days& days);

// Every step that leaves the present state, and what stands against it, for pages: values that are still to
// be filled in count as being there.
struct Option {
  const Step* step = nullptr;
  std::optional<Error> refused;  // why not
  bool for_others = false;       // not this person's to take
};
std::vector<Option> options(const CaseType& type, const CaseState& now, const Person& who, Date today);
// Ballots in which the person may speak now.
std::vector<const Ballot*> open_ballots(const CaseType& type, const CaseState& now, const Person& who);
bool may_make(const Paper& paper, const CaseState& now, const Person& who);  // a draft of it
bool may_save(const CaseType& type, const CaseState& now, const Person& who);

// Who the case waits for: of each expected step and ballot of the present state. An empty organisation: any.
struct Waiting {
  std::string role;
  std::string organisation;
  std::string what;  // step or ballot
  bool operator==(const Waiting&) const = default;
};
std::vector<Waiting> waiting_for(const CaseType& type, const CaseState& now);

// Who may see the case: (role, organisation), an empty organisation standing for roles that reach everything;
// the role "*" for everybody signed in.
std::vector<std::pair<std::string, std::string>> seen_by(const CaseType& type, const CaseState& now);
// The person may take part in the case at some time, not only read it.
bool acts_in(const CaseType& type, const CaseState& now, const Person& who);

// The same state with its terms begun, for a case that begins otherwise than by begin().
CaseState settled_terms(const CaseType& type, CaseState state, Date today, const Days& days);

// Organisations that a field names; one or many.
std::vector<std::string> named_in(const Json& form, const std::string& field);

Tallies tallies(const CaseType& type, const CaseState& now);

}  // namespace tributary::casework
