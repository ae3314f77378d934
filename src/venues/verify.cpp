// The proof afterwards: the chain of bids, the draw, the clearing and the registry, each against what is on
// record.
#include "base/text.h"
#include "venues/ascent.h"
#include "venues/stored.h"

#include <fmt/format.h>

namespace tributary::venues {
namespace {

class Faults {
 public:
  void add(bool fine, std::string zh, std::string en) {
    if (!fine) out.push_back({std::move(zh), std::move(en)});
  }
  std::vector<Text> out;
};

void check_chain(Faults& faults, const Terms& terms, const std::vector<StoredBid>& bids,
                 const std::string& end, Instant closed) {
  std::string head;
  for (const StoredBid& bid : bids) {
    faults.add(bid.hash == hash_of(head, bid), fmt::format("第 {} 号报价与其哈希不符", bid.seq),
               fmt::format("bid {} does not fit its hash", bid.seq));
    faults.add(terms.announcement.opens <= bid.at && bid.at < closed,
               fmt::format("第 {} 号报价不在竞价时间内", bid.seq),
               fmt::format("bid {} lies outside the bidding time", bid.seq));
    head = bid.hash;
  }
  faults.add(head == end, "报价链的末端与记录不符", "the end of the chain of bids is not the one on record");
}

// Each bid of a timed auction counted when it came: it kept to the step, the end had not come, and what it
// replaced, outbid and put off is what is on record.
void check_ascent(Faults& faults, const Terms& terms, const std::vector<StoredBid>& bids,
                  const std::map<std::string, std::string>& owners, Instant end, int extensions) {
  Ascent course(terms, owners, {}, terms.announcement.closes, 0);
  std::map<std::int64_t, std::int64_t> replaced, outbid;
  for (const StoredBid& bid : bids) {
    faults.add(bid.at < course.end(), fmt::format("第 {} 号报价晚于当时的截止时间", bid.seq),
               fmt::format("bid {} came after the end as it then was", bid.seq));
    if (timed_at(terms, bid.at)) try {
        course.require_counts({.account = bid.account, .price = bid.price, .quantity = bid.quantity});
      } catch (const Error& e) {
        faults.add(false, fmt::format("第 {} 号报价当时不应计入：{}", bid.seq, e.message().zh),
                   fmt::format("bid {} did not count when it came: {}", bid.seq, e.message().en));
      }
    const Ascent::Effect effect = course.add(bid);
    if (effect.replaced) replaced[effect.replaced->seq] = bid.seq;
    if (bid.quantity == 0) replaced[bid.seq] = bid.seq;  // a withdrawal
    for (const StoredBid& out : effect.outbid) outbid[out.seq] = bid.seq;
  }
  const auto marked = [](const std::map<std::int64_t, std::int64_t>& marks, std::int64_t seq) {
    const auto found = marks.find(seq);
    return found == marks.end() ? std::nullopt : std::optional(found->second);
  };
  for (const StoredBid& bid : bids)
    faults.add(bid.replaced_by == marked(replaced, bid.seq) && bid.outbid_by == marked(outbid, bid.seq),
               fmt::format("第 {} 号报价被取代或被超过的记录与重放不符", bid.seq),
               fmt::format("what replaced or outbid bid {} is not what the replay gives", bid.seq));
  faults.add(course.end() == end && course.extensions() == extensions, "延时后的截止时间与重放不符",
             "the end as put off is not what the replay gives");
}

// What the clearing gives is what stands on record and in the registry, and nothing else does.
void check_trades(Faults& faults, const Terms& terms, const exchange::OneWayResult& cleared,
                  const std::vector<StoredBid>& bids, const Json& trades, const rights::Rights& registry) {
  const bool sale = terms.venue.side == exchange::OneWaySide::sale;
  std::size_t at = 0;
  for (const auto& served : cleared.rows) {
    if (served.filled == 0) continue;
    const std::int64_t seq = Decimal::parse(served.bid).to_int64();
    if (at == trades.size() || trades[at].at("bid") != seq) {
      faults.add(false, fmt::format("记录缺第 {} 号报价的成交", seq),
                 fmt::format("the trade of bid {} is not on record", seq));
      return;
    }
    const Json& trade = trades[at++];
    const std::string& account = bids[static_cast<std::size_t>(seq) - 1].account;
    const std::int64_t fen = price_of(terms, served.filled, yuan_of(terms.venue, served.pays));
    faults.add(
        trade.at("account") == account && trade.at("quantity") == served.filled && trade.at("fen") == fen,
        fmt::format("第 {} 号报价的成交与出清不符", seq),
        fmt::format("the trade of bid {} differs from the clearing", seq));
    if (!trade.at("refused").get<std::string>().empty()) continue;
    const rights::Transaction booked = registry.transaction(trade.at("trade").get<std::string>());
    const Json body = Json::parse(booked.body);
    faults.add((sale ? booked.to : booked.from) == account && body.at("quantity") == served.filled &&
                   body.value("fen", std::int64_t{0}) == fen && body.value("lease_months", 0) == lease_months(terms.venue.lease) &&
                   booked.instrument == terms.venue.instrument && is_of(booked, terms.announcement.term),
               fmt::format("登记簿中的交易 {} 与结果不符", booked.key),
               fmt::format("transaction {} of the registry differs from the result", booked.key));
  }
  faults.add(at == trades.size(), "记录中有出清之外的成交",
             "there are trades on record that the clearing does not give");
}

}  // namespace

std::vector<Text> Auctions::verify(std::int64_t number) const {
  std::vector<Text> out;
  database_.snapshot([&] {
    Row row;
    std::vector<StoredBid> bids;
    database_.read([&](store::Transaction& t) {
      row = load(t, number);
      bids = read_bids(t, row);
    });
    if (row.result.empty())
      throw Error(codes::wrong_state, {fmt::format("第 {} 场竞价尚未开标", number),
                                       fmt::format("auction {} is not closed yet", number)});
    Faults faults;
    std::string commitment;
    for (const CourseEvent& event : events(number))
      if (event.event == "announced") commitment = event.detail;
    const Json stored = Json::parse(row.result);
    faults.add(sha256_hex(row.result) == row.result_hash, "结果与其哈希不符",
               "the result does not fit its hash");
    faults.add(sha256_hex(row.secret) == commitment, "秘密种子与公告时公布的承诺不符",
               "the secret does not fit the commitment that was announced");
    faults.add(!row.sold || (*row.sold == sold_in(stored) && row.price == price_in(stored)),
               "列表中的成交价、成交量与结果不符",
               "price and quantity in the lists are not those of the result");
    faults.add(stored.at("bids") == row.head, "报价链的末端与结果不符",
               "the end of the chain of bids is not the one in the result");
    check_chain(faults, row.terms, bids, row.head, row.end());
    if (row.terms.venue.format != Format::sealed && faults.out.empty())
      check_ascent(faults, row.terms, bids, owners_of(bidders(number)), row.end(), row.extensions);
    if (faults.out.empty()) {
      const auto again = clear(row.terms, bids, owners_of(bidders(number)),
                               exchange::Seed{commitment, row.secret, stored.at("seed").get<std::string>()});
      faults.add(json_of(row.terms.venue, again) == stored.at("clearing"), "重新出清的结果与记录不同",
                 "clearing again gives another result than the one on record");
      check_trades(faults, row.terms, again, bids, stored.at("trades"), rights());
    }
    out = std::move(faults.out);
  });
  return out;
}

}  // namespace tributary::venues
