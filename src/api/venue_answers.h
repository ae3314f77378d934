// What the routes of auctions and of markets have in common: who applies, what it costs, what speaks against it.
#pragma once

#include "api/call.h"
#include "rights/rights.h"
#include "venues/admission.h"
#include "venues/declaration.h"
#include "venues/receipt.h"

#include <optional>
#include <string>
#include <vector>

namespace tributary::api {

std::string yuan(std::int64_t fen);  // "1000.00"
Json decimal_json(const std::optional<Decimal>& value);
Decimal decimal_in(Call& call, const char* name);  // of the body; throws bad_body
rights::Act step_act(Call& call, const char* otherwise = "");

Json check_json(const venues::Check& check);
Json check_schema();
Json checks_json(const std::vector<venues::Check>& checks);
Json checks_schema();  // with the account
// Throws what names every check that failed, with its reason and source.
void require_passed(const std::vector<venues::Check>& checks);

Json fees_json(const std::vector<venues::VenueFee>& fees);
Json fees_schema();
Json lease_schema();  // of venues/lease.h
Json faults_json(const std::vector<Error>& faults);  // of a quote
Json faults_schema();
// Without its number, which would tell how many bids there are.
Json receipt_json(const venues::Receipt& receipt);
Json receipt_schema();
// `object` with the reason that each step has to say.
Json reasoned(std::vector<schema::Property> more = {});
void add_to(Json& object, const char* name, Json schema);

}  // namespace tributary::api
