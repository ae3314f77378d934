#include "venues/market_journal.h"

#include "base/text.h"

#include <fmt/format.h>

namespace tributary::venues {

std::string hash_of(const std::string& before, const JournalRow& row) {
  return sha256_hex(Json{before, row.seq, row.at, row.by, row.reason, row.body, row.covered}.dump());
}

std::string to_body(const exchange::Command& command) {
  std::string bytes, out;
  exchange::encode(command, bytes);
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

exchange::Command command_of(const std::string& body) {
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < body.size(); i += 2)
    bytes += static_cast<char>(digit(body[i]) * 16 + digit(body[i + 1]));
  std::string_view rest = bytes;
  return exchange::decode(rest);
}

void each_command(store::Transaction& t, const std::string& jurisdiction, std::int64_t market, std::int64_t after,
                  const std::function<void(const JournalRow&)>& visit) {
  t.each(
      [&](const store::Row& r) {
        visit({r.integer(0), r.integer(1), r.text(2), r.text(3), r.text(4), r.integer(5) != 0, r.text(6)});
      },
      "SELECT seq, at, by_whom, reason, body, covered, hash FROM venue_command WHERE jurisdiction = ? AND market = ? AND "
      "seq > ? ORDER BY seq",
      jurisdiction, market, after);
}

}  // namespace tributary::venues
