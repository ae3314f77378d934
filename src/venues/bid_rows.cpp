// Bids as rows: encrypted until they are opened, chained, read by those who may.
#include "base/text.h"
#include "venues/ascent.h"
#include "venues/auctions.h"
#include "venues/sealing.h"
#include "venues/stored.h"

#include <fmt/format.h>

namespace tributary::venues {
namespace {

constexpr const char* columns =
    "SELECT seq, key, account, ticks, quantity, cover, improves, replaced_by, at, hash, salt, sealed, "
    "outbid_by FROM "
    "venue_bid WHERE jurisdiction = ? AND auction = ? ";
constexpr const char* that_stand = "AND replaced_by IS NULL AND outbid_by IS NULL ";

}  // namespace

std::string hash_of(const std::string& before, const StoredBid& bid) {
  Json content{{"before", before},
               {"seq", bid.seq},
               {"key", bid.key},
               {"account", bid.account},
               {"price", bid.price.normalized().to_string()},
               {"quantity", bid.quantity},
               {"cover", bid.cover_fen},
               {"improves", bid.improves},
               {"at", bid.at.seconds}};
  if (!bid.salt.empty()) content["salt"] = bid.salt;
  return sha256_hex(content.dump());
}

StoredBid Auctions::stored_bid(const Row& row, const store::Row& r) const {
  const std::int64_t seq = r.integer(0);
  const std::string sealed = r.text(11);
  const Content content = sealed.empty() ? Content{r.integer(3), r.integer(4), r.integer(5), r.text(10)}
                                         : opened_content(vault_, jurisdiction_, row.number, seq, sealed);
  return {.seq = seq,
          .key = r.text(1),
          .account = r.text(2),
          .price = yuan_of(row.terms.venue, content.ticks),
          .quantity = content.quantity,
          .cover_fen = content.cover_fen,
          .improves = r.text(6),
          .replaced_by = r.integer_or_null(7),
          .at = {r.integer(8)},
          .hash = r.text(9),
          .outbid_by = r.integer_or_null(12),
          .salt = content.salt};
}

std::vector<StoredBid> Auctions::read_bids(store::Transaction& t, const Row& row) const {
  std::vector<StoredBid> out;
  for (const store::Row& r : t.query(std::string(columns) + "ORDER BY seq", jurisdiction_, row.number))
    out.push_back(stored_bid(row, r));
  return out;
}

std::vector<StoredBid> Auctions::read_standing_bids(store::Transaction& t, const Row& row) const {
  std::vector<StoredBid> out;
  for (const store::Row& r : t.query(std::string(columns) + that_stand + "ORDER BY seq", jurisdiction_, row.number))
    out.push_back(stored_bid(row, r));
  return out;
}

std::optional<StoredBid> Auctions::bid_under(store::Transaction& t, const Row& row,
                                             const std::string& account, const std::string& key) const {
  const auto found =
      t.first(std::string(columns) + "AND account = ? AND key = ?", jurisdiction_, row.number, account, key);
  return found ? std::optional(stored_bid(row, *found)) : std::nullopt;
}

std::vector<std::int64_t> Auctions::standing_bids(store::Transaction& t, const Row& row) const {
  std::vector<std::int64_t> out;
  // A withdrawal says of itself that it stands for nothing; before bids were sealed its quantity said so.
  for (const store::Row& r : t.query(fmt::format("SELECT seq FROM venue_bid WHERE jurisdiction = ? AND auction = ? {}"
                                                 "AND (sealed <> '' OR quantity > 0) ORDER BY seq",
                                                 that_stand),
                                     jurisdiction_, row.number))
    out.push_back(r.integer(0));
  return out;
}

void Auctions::insert_bid(store::Transaction& t, const Row& row, const StoredBid& bid,
                          const std::string& by) const {
  const std::string sealed =
      sealed_content(vault_, jurisdiction_, row.number, bid.seq,
                     {ticks_of(row.terms.venue, bid.price), bid.quantity, bid.cover_fen, bid.salt});
  t.execute(
      "INSERT INTO venue_bid (jurisdiction, auction, seq, key, account, ticks, quantity, cover, improves, "
      "replaced_by, at, by_whom, hash, salt, sealed) VALUES (?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?, '', ?)",
      jurisdiction_, row.number, bid.seq, bid.key, bid.account, bid.improves, bid.replaced_by, bid.at.seconds,
      by, bid.hash, sealed);
}

// From here on the record is proved without any key.
void Auctions::open_bids(store::Transaction& t, const Row& row, const std::vector<StoredBid>& bids) const {
  for (const StoredBid& bid : bids)
    t.execute(
        "UPDATE venue_bid SET ticks = ?, quantity = ?, cover = ?, salt = ?, sealed = '' WHERE "
        "jurisdiction = ? AND auction = ? AND seq = ? AND sealed <> ''",
        ticks_of(row.terms.venue, bid.price), bid.quantity, bid.cover_fen, bid.salt, jurisdiction_,
        row.number, bid.seq);
}

std::vector<StoredBid> Auctions::own_bids(std::int64_t number, const std::string& account,
                                          const std::string& actor) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    require_agent(t, row, account, actor);
    std::vector<StoredBid> out;
    for (const store::Row& r :
         t.query(std::string(columns) + "AND account = ? ORDER BY seq", jurisdiction_, number, account))
      out.push_back(stored_bid(row, r));
    if (row.result.empty())
      for (StoredBid& bid : out) bid.salt.clear();
    return out;
  });
}

std::vector<StoredBid> Auctions::bids(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    const Row row = load(t, number);
    if (row.result.empty())
      throw Error(codes::sealed, {"报价在截止并开标前不公开，任何人不得查看",
                                  "bids are sealed until the close; nobody reads them before"});
    return read_bids(t, row);
  });
}

Standing Auctions::standing(std::int64_t number) const {
  Standing out;
  database_.snapshot([&] {
    out = {};
    Row row;
    std::vector<StoredBid> bids;
    std::vector<std::string> accounts;  // in the order of their first bids
    database_.read([&](store::Transaction& t) {
      row = load(t, number);
      out.timed = row.state == "announced" && timed_at(row.terms, clock_.now());
      if (!out.timed) return;
      bids = read_standing_bids(t, row);
      for (const store::Row& r : t.query("SELECT account FROM venue_bid WHERE jurisdiction = ? AND auction = ? "
                                         "GROUP BY account ORDER BY MIN(seq)",
                                         jurisdiction_, number))
        accounts.push_back(r.text(0));
    });
    if (!out.timed) return;
    const Ascent ascent(row.terms, owners_of(bidders(number)), bids, row.end(), row.extensions);
    out.price = ascent.price();
    out.next = ascent.next();
    out.bidders = static_cast<std::int64_t>(accounts.size());
    for (std::size_t i = 0; i < accounts.size(); ++i)
      if (const StoredBid* bid = ascent.standing_of(accounts[i]);
          bid != nullptr && ascent.leads(bid->seq) > 0)
        out.leaders.push_back({static_cast<std::int64_t>(i) + 1, accounts[i], ascent.leads(bid->seq)});
  });
  return out;
}

}  // namespace tributary::venues
