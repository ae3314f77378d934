// Requests as JSON, word for word what is kept and hashed; private to `rights`.
#pragma once

#include "rights/types.h"

#include "base/json.h"

namespace tributary::rights {

nlohmann::ordered_json json_of(const Proposal& proposal);
Proposal proposal_of(const std::string& body);
nlohmann::ordered_json json_of(const Order& order);
nlohmann::ordered_json json_of(const Trade& trade);
Trade trade_of(const std::string& body);

}  // namespace tributary::rights
