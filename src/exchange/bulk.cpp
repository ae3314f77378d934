#include "exchange/bulk.h"

namespace tributary::exchange {

void BulkDesk::apply(const Command& c, Events& events) {
  lapse(c.time, events);
  if (c.action == Action::bulk_propose) return propose(c, events);
  if (c.action == Action::bulk_confirm) return confirm(c, events);
  Refusal reason = Refusal::none;
  if (c.order == 0 || c.order > proposals_.size())
    reason = Refusal::unknown_order;
  else if (proposals_[c.order - 1].state != OrderState::open)
    reason = Refusal::order_done;
  else if (proposals_[c.order - 1].terms.account != c.account)
    reason = Refusal::not_your_order;
  if (reason != Refusal::none)
    return events.push_back({.kind = EventKind::refused, .reason = reason, .order = c.order});
  close(proposals_[c.order - 1], OrderState::cancelled, Refusal::asked, events);
}

Refusal BulkDesk::check(const Command& c) const {
  const BookRules& rules = book_.rules();
  Members& members = book_.members();
  const AccountNumber counterparty = static_cast<AccountNumber>(c.target);
  if (!members.known(c.account) || c.target >= everybody || !members.known(counterparty))
    return Refusal::unknown_account;
  if (members.account(c.account).blocked || members.account(counterparty).blocked)
    return Refusal::account_blocked;
  if (book_.halted()) return Refusal::halted;
  if (book_.phase() == Phase::closed || rules.bulk_threshold == 0) return Refusal::wrong_phase;
  if (c.qty <= 0) return Refusal::quantity_not_positive;
  if (c.qty % rules.lot != 0) return Refusal::quantity_off_lot;
  const Band band = band_around(book_.reference(), rules.bulk_band, rules.band_rounding);
  if (!band.holds(c.price)) return Refusal::price_outside_band;
  BookRules without = rules;
  without.limits.max_order = 0;  // the limit of one order is for the listed market
  if (c.qty > largest_order(without, band.hi)) return Refusal::quantity_too_large;
  if (c.qty < rules.bulk_threshold) return Refusal::below_bulk;
  if (members.account(c.account).group == members.account(counterparty).group) return Refusal::own_offer;
  if (c.until <= c.time) return Refusal::proposal_lapsed;
  return Refusal::none;
}

// Bulk has no value limit of its own: what is agreed face to face is not a slip of the finger.
Refusal BulkDesk::may_add(AccountNumber account, Side side, const Command& c) {
  return book_.members().may_add(book_.rules().limits, account, side, c.qty, 0);
}

// Each lot rounded up, as in the book; an agreement is settled whole, but the rule is one.
Fen BulkDesk::cash(Ticks price, Quantity qty) const {
  const BookRules& r = book_.rules();
  const __int128 lot = (__int128{price} * r.lot * r.value_numerator + r.value_denominator - 1) / r.value_denominator;
  return static_cast<Fen>(lot * (qty / r.lot));
}

Cover BulkDesk::cover(const Command& c, AccountNumber account, Side side) const {
  return {c.order, account, side, side == Side::sell ? c.qty : 0, side == Side::buy ? cash(c.price, c.qty) : 0,
          c.qty};
}

void BulkDesk::propose(const Command& c, Events& events) {
  Event answer{.kind = EventKind::refused, .order = c.order};
  if (c.order == 0 || c.order > proposals_.size() + 1) {
    answer.reason = Refusal::id_gap;
    return events.push_back(answer);
  }
  if (c.order <= proposals_.size()) {
    Command again = c;
    again.time = proposals_[c.order - 1].terms.time;
    const bool same = again == proposals_[c.order - 1].terms;
    answer.kind = same ? EventKind::duplicate : EventKind::refused;
    answer.reason = same ? proposals_[c.order - 1].reason : Refusal::id_reused;
    return events.push_back(answer);
  }
  Proposal proposal{.terms = c};
  proposal.reason = check(c);
  if (proposal.reason == Refusal::none) proposal.reason = may_add(c.account, c.side, c);
  if (proposal.reason == Refusal::none && !reservations_.reserve(cover(c, c.account, c.side)))
    proposal.reason = Refusal::not_covered;
  if (proposal.reason == Refusal::none) {
    proposal.state = OrderState::open;
    book_.members().open(c.account, c.side, c.qty);
    answer = {.kind = EventKind::accepted, .order = c.order, .price = c.price, .qty = c.qty};
  } else {
    answer.reason = proposal.reason;
  }
  proposals_.push_back(proposal);
  events.push_back(answer);
}

void BulkDesk::confirm(const Command& c, Events& events) {
  Refusal reason = Refusal::none;
  if (c.order == 0 || c.order > proposals_.size()) reason = Refusal::unknown_order;
  if (reason != Refusal::none)
    return events.push_back({.kind = EventKind::refused, .reason = reason, .order = c.order});
  Proposal& proposal = proposals_[c.order - 1];
  const Command& terms = proposal.terms;
  const Side side = other(terms.side);
  Command now = terms;
  now.time = c.time;
  if (terms.target != c.account)
    reason = Refusal::not_a_party;
  else if (proposal.state != OrderState::open)
    reason = Refusal::proposal_lapsed;
  else if (terms.terms != c.terms)
    reason = Refusal::terms_differ;
  else
    reason = check(now);  // again: halts, blocks and the band may have changed
  if (reason == Refusal::none) reason = may_add(c.account, side, terms);
  const Cover covered = cover(terms, c.account, side);
  if (reason == Refusal::none && !reservations_.reserve(covered)) reason = Refusal::not_covered;
  if (reason != Refusal::none)
    return events.push_back({.kind = EventKind::refused, .reason = reason, .order = c.order});
  book_.members().open(c.account, side, terms.qty);
  const bool buying = terms.side == Side::buy;
  const BookRules& rules = book_.rules();
  const Fen amount = value_of(terms.price, terms.qty, rules.value_numerator, rules.value_denominator);
  reservations_.settle({c.order, c.order, buying ? terms.account : c.account, buying ? c.account : terms.account,
                        terms.price, terms.qty, amount, cash(terms.price, terms.qty)});
  book_.members().traded(terms.account, terms.side, terms.qty);
  book_.members().traded(c.account, side, terms.qty);
  proposal.state = OrderState::filled;
  events.push_back({.kind = EventKind::traded,
                    .order = c.order,
                    .other = c.order,
                    .price = terms.price,
                    .qty = terms.qty,
                    .amount = amount});
}

void BulkDesk::close(Proposal& proposal, OrderState state, Refusal reason, Events& events) {
  const Command& c = proposal.terms;
  reservations_.release(cover(c, c.account, c.side));
  book_.members().open(c.account, c.side, -c.qty);
  proposal.state = state;
  proposal.reason = reason;
  events.push_back({.kind = state == OrderState::expired ? EventKind::expired : EventKind::cancelled,
                    .reason = reason,
                    .order = c.order,
                    .qty = c.qty});
}

template <class Which>
void BulkDesk::lapse_where(const Which& which, Events& events) {
  for (Proposal& proposal : proposals_)
    if (proposal.state == OrderState::open && which(proposal.terms))
      close(proposal, OrderState::expired, Refusal::proposal_lapsed, events);
}

void BulkDesk::lapse(std::int64_t time, Events& events) {
  lapse_where([&](const Command& terms) { return terms.until <= time; }, events);
}
void BulkDesk::lapse_of(AccountNumber account, Events& events) {
  lapse_where([&](const Command& t) { return t.account == account || t.target == account; }, events);
}
void BulkDesk::lapse_all(Events& events) {
  lapse_where([](const Command&) { return true; }, events);
}

std::vector<Cover> BulkDesk::covers() const {
  std::vector<Cover> out;
  for (const Proposal& p : proposals_)
    if (p.state == OrderState::open) out.push_back(cover(p.terms, p.terms.account, p.terms.side));
  return out;
}

void BulkDesk::hash(StateHash& hash) const {
  for (const Proposal& p : proposals_)
    hash.add_all(p.terms.account, p.terms.target, p.terms.side, p.terms.price, p.terms.qty, p.terms.until, p.state,
                 p.reason);
}

}  // namespace tributary::exchange
