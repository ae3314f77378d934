// Which personal values the case types in force ask for, and who sees them: the generated half of the
// register for the assessment of what processing means to people (个人信息保护法 arts. 55, 56). The
// assessments themselves are people's work.
#pragma once

#include "casework/case_type.h"

#include <string>
#include <vector>

namespace tributary::casework {

struct PersonalField {
  std::shared_ptr<const CaseType> type;
  std::string path;  // "id", "people.name"
  Text label;
  FieldKind kind = FieldKind::text;
  Sensitivity sensitivity = Sensitivity::personal;
  policy::Source source;            // the field's own, else the type's
  bool own_source = false;          // the field names the document that asks for it
  std::vector<std::string> sees;    // roles that may be shown the value, for a purpose that is noted
  std::vector<std::string> masked;  // roles that see it masked only
};

// In order of type and form.
std::vector<PersonalField> personal_fields(const CaseTypes& types);

}  // namespace tributary::casework
