#include "compensate/statement_code.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tributary::compensate {

std::string statement_code(std::string_view tenant, const Statement& s) {
  std::string period = s.period.to_string();
  std::erase(period, '-');
  const std::string said = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", tenant, s.id, s.run, s.rule,
                                       period, s.payer, s.payee, s.amount, s.created.seconds);
  return fmt::format("{}-{}-{}-{}", tenant, period, s.id, sha256_hex(said).substr(0, 12));
}

std::optional<std::int64_t> id_in_code(std::string_view code) {
  const auto parts = split(code, '-');
  if (parts.size() != 4) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), id);
  if (error != std::errc{} || end != parts[2].data() + parts[2].size() || id <= 0) return std::nullopt;
  return id;
}

}  // namespace tributary::compensate
