// Values of a form: checked field by field, in one normal shape, and described as JSON Schema for browsers
// and for whoever uses the interface.
#pragma once

#include "casework/case_type.h"

#include "base/json.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::casework {

using Json = nlohmann::ordered_json;  // members stay in the order of the form

struct FieldFault {
  std::string field;  // "title", "members[2].share" (rows from 1)
  Text text;
};

// Several faults of one form at once; the first stands in the message.
class FormError : public Error {
 public:
  FormError(Code code, std::vector<FieldFault> faults);
  const std::vector<FieldFault>& faults() const { return faults_; }

 private:
  std::vector<FieldFault> faults_;
};

// One value in its normal shape: text trimmed, decimals as text, codes folded. Null stands for «empty» and
// comes back for an empty text or list. Faults are added to the list; what comes back then means nothing.
Json checked_value(const Field& field, const Json& given, const std::string& path,
                   std::vector<FieldFault>& faults);

// The values of `patch` laid over `form`. Throws FormError bad_form for what is not well-formed or not a
// field.
Json with_values(const CaseType& type, const Json& form, const Json& patch);

// What the pages call an operation of a row's condition (web/src/casework/rows.ts); none for those they do not know.
std::optional<std::string_view> browser_op(policy::Op op);

bool is_empty(const Json& form, const std::string& field);

// JSON Schema 2020-12 of the form; help, legal source and sensitivity stand beside as x-…
Json form_schema(const CaseType& type);

// "341602********1234", "138****5678", "************1234", "王**".
std::string masked(FieldKind kind, const std::string& value);

// 18 digits of GB 11643: the date is one, the check character fits.
bool is_citizen_id(std::string_view text);

}  // namespace tributary::casework
