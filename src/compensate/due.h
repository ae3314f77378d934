// What paying a statement moves: the difference to what its chain of superseded statements has been paid.
#pragma once

#include "compensate/types.h"
#include "store/store.h"

#include <cstdint>
#include <string>

namespace tributary::compensate {

// In fen, from payer to payee; below zero the other way (more was paid before than is due now). Of a posted one.
std::int64_t due(store::Transaction& t, const std::string& tenant, const Statement& statement);

// One that supersedes it, or one after that, is paid already: then due() of those did without it.
bool is_overtaken(store::Transaction& t, const std::string& tenant, const Statement& statement);

}  // namespace tributary::compensate
