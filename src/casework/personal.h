// The personal values of a form, to be sealed, opened, masked and found again; private.
#pragma once

#include "base/text.h"
#include "casework/casework.h"
#include "casework/codes.h"

#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace tributary::casework {

inline bool personal(const Field& field) {
  return field.sensitivity >= Sensitivity::personal;
}

// The form asks for something personal.
inline bool holds_personal(const CaseType& type) {
  for (const Field& field : type.declared.form) {
    if (field.kind != FieldKind::table && personal(field)) return true;
    for (const Field& column : field.columns)
      if (personal(column)) return true;
  }
  return false;
}

// Nothing personal is shown without one. Throws reason_missing.
inline void require_purpose(const std::string& purpose) {
  if (trim(purpose).empty())
    throw FormError(codes::reason_missing, {{"purpose", {"请写明查看的用途", "say what for"}}});
}

// The cells of the fields and columns that are `wanted`, empty ones left out; `visit` gets the field of the
// cell and its path.
template <class Wanted, class Visit>
void each_cell(const CaseType& type, Json& form, Wanted&& wanted, Visit&& visit) {
  for (const Field& field : type.declared.form) {
    const auto found = form.find(field.name);
    if (found == form.end() || found->is_null()) continue;
    if (field.kind != FieldKind::table) {
      if (wanted(field)) visit(field, field.name, *found);
      continue;
    }
    for (Json& row : *found)
      for (const Field& column : field.columns)
        if (wanted(column) && row.contains(column.name) && !row[column.name].is_null())
          visit(column, field.name + "." + column.name, row[column.name]);
  }
}

template <class Visit>
void each_personal(const CaseType& type, Json& form, Visit&& visit) {
  each_cell(type, form, personal, std::forward<Visit>(visit));
}

// What a sealed value is bound to.
inline std::string place_of(const std::string& tenant, CaseId id, const std::string& field) {
  return fmt::format("{}/case/{}/{}", tenant, id.value, field);
}

inline std::string place_of_document(const std::string& tenant, const std::string& id) {
  return tenant + "/document/" + id;
}

// Ids of the papers that steps of the case issued.
std::set<std::string> issued_papers(store::Transaction& t, const std::string& tenant, CaseId id);

inline std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

inline Error unknown_case() {
  return {codes::unknown_case, {"没有这件事，或您无权查看", "there is no such case, or you may not see it"}};
}

}  // namespace tributary::casework
