// A case as it stands in the database, with its personal values opened; private.
#pragma once

#include "casework/casework.h"

#include <string>
#include <utility>
#include <vector>

namespace tributary::casework {

struct Casework::Stored {
  CaseId id;
  std::shared_ptr<const CaseType> type;
  std::string number;
  std::string party;
  CaseState state;
  Json origins = Json::object();  // by field: {from, what, of, value, detail, at}, {party, rule, subject, period, year, starts,
                                  // ends} as asked for, and {reason, by} where it was typed
  Instant created;
  std::string created_by;
  std::string created_name;
  Instant entered;
  std::int64_t parent = 0;
  std::int64_t version = 0;
  std::int64_t text_row = 0;

  std::string title() const;
  std::optional<Date> due() const;  // of the running term that ends first
  bool open() const { return !type->state(state.state)->final; }
  CaseHead head() const;
};

inline constexpr const char* no_end = "9999-12-31";

// The organisation a wide role is not bound to, in the tables of who waits and who sees.
inline constexpr const char* anywhere = "";

// A counter shared by all tenants: rows of the indices of words.
inline const std::string everywhere;
// The counter of removals from the index of words since it was last merged.
inline constexpr const char* removed_words = "removed words";

// What one person's roles reach: pairs of role and organisation, each once, and "(x.role = ? AND
// x.organisation = ?) OR …" with its values.
struct Reach {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::string condition;
  std::vector<store::Value> values;
};
Reach reach_of(const Person& who, const std::string& alias, bool everybodys);

// The first lines of several lists that are in order, as one list in order, each line once; the last value is
// how many. So each list is read no further than its lines are wanted.
std::string together_of(const std::vector<std::string>& parts, const char* columns, const char* order);

// A cursor or a number of a list; what is none counts as `otherwise`.
std::int64_t number_of(std::string_view text, std::int64_t otherwise);

Error changed_meanwhile();

// A value of the form as it stands in a sentence; choices by their label when `labels`.
std::string value_in_text(const CaseType& type, const Json& form, const std::string& name, bool labels);
std::string value_in_text(const Field& field, const Json& values, bool labels);

// An argument of an effect that is one field of the form: its value; any other text as it is; "" where there is none.
std::string argument_in(const CaseType& type, const Json& form, const Effect& effect, const char* name);

// Why a case of another party may not renew an entry of the holder.
Text not_renewed_for(const std::string& holder);

// What leaves the draft is what its record says: nothing else is reviewed and published. Throws effect_failed.
void check_allotment(const CaseType& type, const Json& form);

}  // namespace tributary::casework
