#include "venues/market_session.h"

#include <fmt/format.h>

namespace tributary::venues {

using exchange::Action, exchange::Cover, exchange::OrderId, exchange::Side, exchange::Trade;

MarketSession::MarketSession(const MarketTerms& terms, std::int64_t number)
    : terms_(terms), number_(number), book_(rules_of(terms), from_book_, 64), bulk_(book_, from_bulk_) {}

std::int64_t MarketSession::amount_of(const Need& need) const {
  return need.buys ? cover_of(terms_, need.cash, need.quantity) : need.quantity;
}

std::string MarketSession::Asked::key(OrderId order, Side side) const {
  return bulk_ ? proposal_key(session_.number_, order, side) : order_key(session_.number_, order);
}

bool MarketSession::Asked::reserve(const Cover& cover) {
  MarketSession& s = session_;
  const std::string key = this->key(cover.order, cover.side);
  const Need need{cover.cash, cover.wanted, cover.side == Side::buy};
  s.outcome_->covered = (*s.set_aside_)(key, cover.account, cover.side, s.amount_of(need));
  if (s.outcome_->covered && !s.rehearsing_) s.needs_[key] = need;
  return s.outcome_->covered;
}

void MarketSession::Asked::release(const Cover& cover) {
  MarketSession& s = session_;
  if (s.rehearsing_) return;
  const std::string key = this->key(cover.order, cover.side);
  const auto at = s.needs_.find(key);
  at->second.cash -= cover.cash;
  at->second.quantity -= cover.wanted;
  if (at->second.quantity > 0) {
    s.outcome_->left[key] = s.amount_of(at->second);
    return;
  }
  s.needs_.erase(at);
  s.outcome_->left.erase(key);
  s.outcome_->done.push_back(key);
}

void MarketSession::Asked::settle(const Trade& trade) {
  MarketSession& s = session_;
  if (s.rehearsing_) return;
  s.outcome_->trades.push_back(trade);
  release({trade.buy_order, trade.buyer, Side::buy, 0, trade.reserved, trade.qty});
  release({trade.sell_order, trade.seller, Side::sell, trade.qty, 0, trade.qty});
}

// For as long as a command is applied: where what the book asks goes to.
struct MarketSession::Asking {
  Asking(MarketSession& session, Outcome& out, const SetAside& set_aside, bool rehearsing) : s(session) {
    s.outcome_ = &out;
    s.set_aside_ = &set_aside;
    s.rehearsing_ = rehearsing;
  }
  ~Asking() {
    s.outcome_ = nullptr;
    s.set_aside_ = nullptr;
    s.rehearsing_ = false;
  }
  MarketSession& s;
};

MarketSession::Outcome MarketSession::apply(const exchange::Command& c, const SetAside& set_aside) {
  Outcome out;
  const Asking asking(*this, out, set_aside, false);
  switch (c.action) {
    case Action::bulk_propose:
      proposals_ = std::max(proposals_, c.order);
      [[fallthrough]];
    case Action::bulk_confirm:
    case Action::bulk_withdraw:
      bulk_.apply(c, out.bulk);
      break;
    case Action::block:
      if (book_.members().known(c.account)) bulk_.lapse_of(c.account, out.bulk);
      book_.apply(c, out.book);
      break;
    case Action::end_day:
      bulk_.lapse_all(out.bulk);
      book_.apply(c, out.book);
      break;
    default:
      book_.apply(c, out.book);
  }
  return out;
}

exchange::Events MarketSession::rehearse(const exchange::Command& command, const SetAside& set_aside) {
  Outcome out;
  exchange::Book copy = book_;
  const Asking asking(*this, out, set_aside, true);
  copy.apply(command, out.book);
  return out.book;
}

std::string MarketSession::hash() const {
  exchange::StateHash bulk;
  bulk_.hash(bulk);
  return fmt::format("{:016x}{:016x}", book_.state_hash(), bulk.value());
}

std::map<std::string, std::int64_t> MarketSession::needs() const {
  std::map<std::string, std::int64_t> out;
  for (const auto& [key, need] : needs_) out[key] = amount_of(need);
  return out;
}

}  // namespace tributary::venues
