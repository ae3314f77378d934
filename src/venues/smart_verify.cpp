// The proof afterwards: the chain of bids, the market, the clearing, the registry and the transfer accounts,
// each against what is on record.
#include "base/text.h"
#include "rights/proposal.h"
#include "venues/smart_stored.h"

#include <algorithm>

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

void check_chain(Faults& faults, const SmartTerms& terms, const std::vector<StoredSmartBid>& bids,
                 const std::string& end) {
  std::string head;
  for (const StoredSmartBid& bid : bids) {
    faults.add(bid.hash == hash_of(head, bid), fmt::format("第 {} 号申报与其哈希不符", bid.seq),
               fmt::format("bid {} does not fit its hash", bid.seq));
    faults.add(terms.notice.opens <= bid.at && bid.at < terms.notice.closes,
               fmt::format("第 {} 号申报不在申报时间内", bid.seq),
               fmt::format("bid {} lies outside the bidding time", bid.seq));
    // A withdrawal stands for nothing, which its own number says.
    const bool replaced = bid.replaced_by == bid.seq
                              ? bid.quantity == 0
                              : std::ranges::any_of(bids, [&](const StoredSmartBid& later) {
                                  return later.seq == bid.replaced_by && later.account == bid.account &&
                                         later.replaces == bid.key;
                                });
    faults.add(!bid.replaced_by || replaced, fmt::format("第 {} 号申报没有被其后的申报代替", bid.seq),
               fmt::format("bid {} was replaced by none of the later ones", bid.seq));
    faults.add(bid.replaces.empty() || std::ranges::any_of(bids,
                                                           [&](const StoredSmartBid& b) {
                                                             return b.key == bid.replaces &&
                                                                    b.account == bid.account &&
                                                                    b.replaced_by == bid.seq;
                                                           }),
               fmt::format("第 {} 号申报所代替的申报仍然有效", bid.seq),
               fmt::format("what bid {} replaces still stands", bid.seq));
    head = bid.hash;
  }
  faults.add(head == end, "申报链的末端与记录不符", "the end of the chain of bids is not the one on record");
}

// Each trade of the registry is the one the clearing gives, and is as far as the round is.
void check_registry(Faults& faults, const rights::Rights& registry, const std::vector<rights::Trade>& trades,
                    const std::string& state,
                    bool decided) {
  bool completed = false;
  for (const rights::Trade& trade : trades) {
    rights::Transaction booked;
    try {
      booked = registry.transaction(trade.key);
    } catch (const Error& error) {
      faults.add(false, error.message().zh, error.message().en);
      continue;
    }
    // Whether it had to be decided, and by when, is no figure of the clearing.
    Json body = Json::parse(booked.body);
    body.erase("conditional");
    body.erase("deadline");
    faults.add(booked.kind == rights::TransactionKind::trade && booked.from == trade.seller &&
                   booked.to == trade.buyer && booked.instrument == trade.instrument &&
                   body == rights::json_of(trade),
               fmt::format("登记簿中的交易 {} 与出清不符", booked.key),
               fmt::format("transaction {} of the registry differs from the clearing", booked.key));
    using rights::TransactionState;
    completed = completed || booked.state == TransactionState::completed;
    // What unwound by its deadline makes the round cancelled a moment later.
    const bool open =
        booked.state == TransactionState::conditional || booked.state == TransactionState::expired;
    faults.add(state == "awaiting" ? open
               : state == "settled"
                   ? booked.state == TransactionState::completed || (decided && booked.state != TransactionState::conditional)
                   : booked.state == TransactionState::rejected || booked.state == TransactionState::expired,
               fmt::format("场次状态为“{}”，登记簿中的交易 {} 却为“{}”", state, booked.key,
                           rights::to_string(booked.state)),
               fmt::format("the round is \"{}\", but transaction {} of the registry is \"{}\"", state,
                           booked.key, rights::to_string(booked.state)));
  }
  faults.add(state != "settled" || completed, "场次已交割，登记簿中却没有完成的成交",
             "the round is settled, but none of its trades in the registry is");
}

bool registry_has(const rights::Rights& registry, const std::string& key) {
  try {
    registry.transaction(key);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<Text> SmartRounds::verify(std::int64_t number) const {
  std::vector<Text> out;
  database_.snapshot([&](store::Transaction& t) {
    Faults faults;
    const auto prove = [&] {
      const Row row = load(t, number);
      if (row.result.empty())
        throw Error(codes::wrong_state, {fmt::format("第 {} 场尚未撮合", number),
                                         fmt::format("round {} is not closed yet", number)});
      std::string announced;
      for (const CourseEvent& event : events(number))
        if (event.event == "announced") announced = event.detail;
      faults.add(sha256_hex(to_text(row.terms)) == announced, "条件与公告时公布的哈希不符",
                 "the terms are not those whose hash was announced");
      faults.add(sha256_hex(row.result) == row.result_hash, "结果与其哈希不符",
                 "the result does not fit its hash");
      const std::vector<StoredSmartBid> bids = read_bids(t, row);
      check_chain(faults, row.terms, bids, row.head);
      const Json stored = Json::parse(row.result);
      faults.add(row.bought == bought_in(stored), "清单里的买入量与结果不符",
                 "lists tell another quantity than the result");
      LeftOut left_out;
      for (const Json& one : stored.at("left_out"))
        if (!one.contains("bid")) left_out.members[one.at("account")] = {one.at("zh"), one.at("en")};
      left_out.periods = stored.at("lapsed").get<std::vector<std::string>>();
      left_out.bids = crossing_bids(row.terms.venue.control, members(number), bids, left_out);
      faults.add(
          input_of(t, row, bids, left_out, row.closing.value_or(0)) == row.input,
          "由存档申报和此前各场重新拼成的市场与记录不同",
          "the market made again from the stored bids and the rounds before differs from the one on record");
      if (!faults.out.empty()) return;

      const auto market = exchange::smart_market::read_market(row.input, row.terms.venue.id);
      const auto clearing = exchange::smart_market::clear(market);
      const std::vector<SmartTrade> trades = trades_of(row.terms.venue, market, clearing);
      faults.add(smart_result(row, row.input, left_out, market, clearing, trades, bids) == stored,
                 "重新出清的结果与记录不同", "clearing again gives another result than the one on record");
      std::vector<rights::Trade> asked;
      for (const SmartTrade& trade : trades)
        asked.push_back(trade_for(row, trade, static_cast<std::int64_t>(asked.size()) + 1, bids, {}));
      const rights::Rights registry = rights();
      check_registry(faults, registry, asked, row.state, row.terms.venue.approval_days.has_value());
      faults.add(!registry_has(registry, row.trade_key(static_cast<std::int64_t>(asked.size()) + 1)),
                 "登记簿中有出清之外的成交", "the registry has a trade that the clearing does not give");
      for (const StoredSmartBid& bid : bids) {
        if (bid.quantity == 0) continue;
        faults.add(!registry.reservation(row.bid_key(bid.seq)).open,
                   fmt::format("第 {} 号申报的冻结没有解除", bid.seq),
                   fmt::format("what bid {} had set aside is still set aside", bid.seq));
      }

      // The transfer accounts: each entry adds up, and those of this round are what it sent.
      std::map<std::string, Rational> before, booked;
      for (const store::Row& r :
           t.query("SELECT link, cause, number, amount, balance, seq FROM venue_balance WHERE "
                   "jurisdiction = ? AND venue = ? ORDER BY link, seq",
                   jurisdiction_, row.terms.venue.id)) {
        const Rational amount = exact_of(r.text(3)), balance = exact_of(r.text(4));
        faults.add(before[r.text(0)] + amount == balance,
                   fmt::format("通道 {} 第 {} 笔余额不符", r.text(0), r.integer(5)),
                   fmt::format("entry {} of the account of {} does not add up", r.integer(5), r.text(0)));
        before[r.text(0)] = balance;
        if ((r.text(1) == "round" || r.text(1) == "undone") && r.integer(2) == number)
          booked[r.text(0)] += amount;
        if (r.text(1) != "call") continue;
        const auto call = t.first(
            "SELECT quantity FROM venue_call WHERE jurisdiction = ? AND number = ? AND link = ? AND "
            "state = 'done'",
            jurisdiction_, r.integer(2), r.text(0));
        faults.add(call && -exact_of(call->text(0)) == amount,
                   fmt::format("通道 {} 的调出与记录不符", r.text(0)),
                   fmt::format("a call-out of {} is not the one on record", r.text(0)));
      }
      const bool undone = row.state == "cancelled";
      Carried freed;
      if (!row.unwound.empty()) {
        std::set<std::string> refused;
        for (const rights::Trade& trade : asked)
          if (registry_has(registry, trade.key) &&
              registry.transaction(trade.key).state != rights::TransactionState::completed)
            refused.insert(trade.key);
        freed = freed_by(row, refused).value_or(Carried{});
        faults.add(text_of(freed) == row.unwound, "不予批准的成交退回的额度与记录不符",
                   "what refused trades gave back is not what is on record");
      }
      for (const auto& [link, change] : balance_changes(market, clearing))
        faults.add(booked[link] == (undone ? Rational(0) : change - freed.balances[link]),
                   fmt::format("通道 {} 的余额与结果不符", link),
                   fmt::format("the account of {} does not have what the round sent", link));
    };
    try {
      prove();
    } catch (const Error& error) {
      if (error.code() != codes::bids_locked) throw;
      // After the close no bid is sealed any more: one that is, was put there.
      faults.add(false, error.message().zh, error.message().en);
    } catch (const Json::exception&) {
      faults.add(false, "本场或此前一场的记录无法读取", "a record of this or of an earlier round cannot be read");
    }
    out = std::move(faults.out);
  });
  return out;
}

}  // namespace tributary::venues
