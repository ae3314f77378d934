// How cases stand in answers: their JSON and its schemas.
#pragma once

#include "api/routes.h"
#include "casework/casework.h"

namespace tributary::api {

casework::Casework casework_of(Call& call);

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
