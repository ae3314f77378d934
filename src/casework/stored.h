// A case as it stands in the database, with its personal values opened; private.
#pragma once

#include "casework/casework.h"

#include <string>
#include <vector>

namespace tributary::casework {

struct Casework::Stored {
  CaseId id;
  std::shared_ptr<const CaseType> type;
  std::string number;
  std::string party;
  CaseState state;
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

// "(x.role = ? AND x.organisation IN (?, ?)) OR …" with its values, for what one person's roles reach.
struct Reach {
  std::string condition;
  std::vector<store::Value> values;
};
Reach reach_of(const Person& who, const std::string& alias, bool everybodys);

// A cursor or a number of a list; what is none counts as `otherwise`.
std::int64_t number_of(std::string_view text, std::int64_t otherwise);

Error changed_meanwhile();

// A value of the form as it stands in a sentence; choices by their label when `labels`.
std::string value_in_text(const CaseType& type, const Json& form, const std::string& name, bool labels);

}  // namespace tributary::casework
