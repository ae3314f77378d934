// How cases stand in answers: their JSON and its schemas.
#pragma once

#include "api/problem.h"
#include "api/routes.h"
#include "casework/casework.h"

namespace tributary::api {

casework::Casework casework_of(Call& call);

// Faults of a form become faults of the body, each beside its field.
template <class Work>
auto told(Work&& work) {
  try {
    return work();
  } catch (const casework::FormError& e) {
    std::vector<schema::Fault> faults;
    for (const casework::FieldFault& fault : e.faults()) faults.push_back({fault.field, fault.text});
    throw InvalidInput(e.code(), std::move(faults));
  }
}

inline casework::CaseId case_in(Call& call) {
  return {call.id_in_path("id")};
}
// Once the change is kept: those who listen learn that some case moved on, and a run that a step has put into
// the queue begins.
void tell_of(Call& call, const casework::CaseView& view);

// The schema of an object with the properties of another added.
inline Json with(Json schema, const Json& more) {
  for (const auto& [name, value] : more.at("properties").items()) {
    schema["properties"][name] = value;
    schema["required"].push_back(name);
  }
  return schema;
}

Json type_json(const casework::CaseType& type);
Json type_schema();
Json type_detail(const casework::CaseType& type);
Json head_json(const casework::CaseHead& head, const Names& names, const casework::CaseTypes& types);
Json head_schema();
Json document_json(const casework::StoredDocument& document);
Json document_schema();
Json view_json(Call& call, const casework::CaseView& view);
Json view_schema();

}  // namespace tributary::api
