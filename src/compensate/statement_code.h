// The code printed on a statement, by which anybody can check that the paper says what was stated:
// number, period and a digest of payer, payee and amount. Nobody can find a statement by guessing codes.
#pragma once

#include "compensate/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::compensate {

// "341602-202010-17-9f3a5c0b7e21"
std::string statement_code(std::string_view tenant, const Statement& statement);
// The statement's id in a code; whether the digest is right shows only by making the code again.
std::optional<std::int64_t> id_in_code(std::string_view code);

}  // namespace tributary::compensate
