// Writes that may be sent twice: what they do, what they note in the trail and the answer are stored in one
// transaction; the same key with the same request gets the same answer again.
#pragma once

#include "api/call.h"

#include <functional>

namespace tributary::api {

// Runs `work` in one transaction, with the answer if the request carries an Idempotency-Key. Throws
// key_reused when the key came with another request before; what `work` throws undoes everything.
Response repeatable(Call& call, const std::function<Response()>& work);

// Forgets answers older than two days. Returns how many.
std::int64_t sweep_answers(store::Database& database, const std::string& tenant, Instant now);

}  // namespace tributary::api
