// Bids of rounds as rows: encrypted until they are opened, chained, read by those who may.
#include "base/text.h"
#include "venues/sealing.h"
#include "venues/smart_stored.h"
#include "venues/stored.h"

#include <fmt/format.h>

namespace tributary::venues {
namespace {

constexpr const char* columns =
    "SELECT seq, key, account, buy, period, ticks, quantity, cover, replaces, replaced_by, at, salt, hash, "
    "sealed FROM venue_round_bid WHERE jurisdiction = ? AND round = ? ";

}  // namespace

std::string hash_of(const std::string& before, const StoredSmartBid& bid) {
  return sha256_hex(Json{
      {"before", before},
      {"seq", bid.seq},
      {"key", bid.key},
      {"account", bid.account},
      {"buy", bid.buy},
      {"period", bid.period},
      {"price", bid.price.normalized().to_string()},
      {"quantity", bid.quantity},
      {"cover", bid.cover_fen},
      {"replaces", bid.replaces},
      {"at", bid.at.seconds},
      {"salt",
       bid.salt}}.dump());
}

std::vector<StoredSmartBid> SmartRounds::own_bids(std::int64_t number, const std::string& account,
                                                  const std::string& actor) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    require_agent(t, row, account, actor);
    std::vector<StoredSmartBid> out = read_bids(t, row, account);
    if (row.result.empty())
      for (StoredSmartBid& bid : out) bid.salt.clear();
    return out;
  });
}

StoredSmartBid SmartRounds::stored_bid(const Row& row, const store::Row& r) const {
  const std::int64_t seq = r.integer(0);
  const std::string sealed = r.text(13);
  const Content content =
      sealed.empty() ? Content{r.integer(5), r.integer(6), r.integer(7), r.text(11)}
                     : opened_content(vault_, place_in_round(jurisdiction_, row.number, seq), sealed);
  return {.seq = seq,
          .key = r.text(1),
          .account = r.text(2),
          .buy = r.integer(3) != 0,
          .period = r.text(4),
          .price = yuan_of(row.terms.venue, content.ticks),
          .quantity = content.quantity,
          .cover_fen = content.cover_fen,
          .replaces = r.text(8),
          .replaced_by = r.integer_or_null(9),
          .at = {r.integer(10)},
          .salt = content.salt,
          .hash = r.text(12)};
}

std::vector<StoredSmartBid> SmartRounds::read_bids(store::Transaction& t, const Row& row,
                                                   const std::string& account) const {
  std::vector<StoredSmartBid> out;
  for (const store::Row& r : account.empty()
                                 ? t.query(std::string(columns) + "ORDER BY seq", jurisdiction_, row.number)
                                 : t.query(std::string(columns) + "AND account = ? ORDER BY seq",
                                           jurisdiction_, row.number, account))
    out.push_back(stored_bid(row, r));
  return out;
}

std::optional<StoredSmartBid> SmartRounds::bid_under(store::Transaction& t, const Row& row,
                                                     const std::string& account,
                                                     const std::string& key) const {
  const auto found =
      t.first(std::string(columns) + "AND account = ? AND key = ?", jurisdiction_, row.number, account, key);
  return found ? std::optional(stored_bid(row, *found)) : std::nullopt;
}

std::vector<std::int64_t> SmartRounds::standing_bids(store::Transaction& t, const Row& row) const {
  std::vector<std::int64_t> out;
  // A withdrawal says of itself that it stands for nothing; before bids were sealed its quantity said so.
  t.each([&](const store::Row& r) { out.push_back(r.integer(0)); },
         "SELECT seq FROM venue_round_bid WHERE jurisdiction = ? AND round = ? AND replaced_by IS NULL AND "
         "(sealed <> '' OR quantity > 0) ORDER BY seq",
         jurisdiction_, row.number);
  return out;
}

void SmartRounds::insert_bid(store::Transaction& t, const Row& row, const StoredSmartBid& bid,
                             const std::string& by) const {
  const std::string sealed =
      sealed_content(vault_, place_in_round(jurisdiction_, row.number, bid.seq),
                     {ticks_of(row.terms.venue, bid.price), bid.quantity, bid.cover_fen, bid.salt});
  t.execute(
      "INSERT INTO venue_round_bid (jurisdiction, round, seq, key, account, buy, period, ticks, quantity, "
      "cover, replaces, replaced_by, at, by_whom, salt, hash, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, "
      "?, ?, ?, ?, '', ?, ?)",
      jurisdiction_, row.number, bid.seq, bid.key, bid.account, bid.buy ? 1 : 0, bid.period, bid.replaces,
      bid.replaced_by, bid.at.seconds, by, bid.hash, sealed);
}

// From here on the record is proved without any key.
void SmartRounds::open_bids(store::Transaction& t, const Row& row,
                            const std::vector<StoredSmartBid>& bids) const {
  for (const StoredSmartBid& bid : bids)
    t.execute(
        "UPDATE venue_round_bid SET ticks = ?, quantity = ?, cover = ?, salt = ?, sealed = '' WHERE "
        "jurisdiction = ? AND round = ? AND seq = ? AND sealed <> ''",
        ticks_of(row.terms.venue, bid.price), bid.quantity, bid.cover_fen, bid.salt, jurisdiction_,
        row.number, bid.seq);
}

std::vector<StoredSmartBid> SmartRounds::bids(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    if (row.result.empty())
      throw Error(codes::sealed, {"申报在截止并撮合前不公开，任何人不得查看",
                                  "bids are sealed until the close; nobody reads them before"});
    return read_bids(t, row);
  });
}

}  // namespace tributary::venues
