// What each kind of transaction holds back when it is proposed, and moves when it is completed.
#include "rights/desk.h"
#include "rights/proposal.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

using Kind = TransactionKind;

Selection selection_of(const Proposal& p) {
  return {p.quantity, p.term, p.vintage, p.project};
}

Move move_of(Mode mode, const AccountRow& from, Compartment out, const AccountRow& to, Compartment in,
             int instrument, const Part& part) {
  return {mode, from.id, out, to.id, in, unit_of(instrument, part), part.count, part.amount};
}

std::int64_t converted(std::int64_t amount, const Ratio& ratio) {
  return static_cast<std::int64_t>(__int128{amount} * ratio.numerator / ratio.denominator);
}

// Not begun yet: what a month before this one allowed is over.
void require_not_past(const Proposal& p, Date today) {
  if (!p.term || p.term->from >= Month::of(today)) return;
  throw Error(
      codes::bad_term,
      {fmt::format("{} 已经过去，不能转让、出租或质押", to_string(p.term->from)),
       fmt::format("{} is over and cannot be transferred, leased or pledged", to_string(p.term->from))},
      {{}, 0, 0, "term"}, {"请从本月或以后的月份起。", "Begin with this month or a later one."});
}

}  // namespace

void Desk::hold(TransactionRow& row, const Proposal& p, const InstrumentRow& instrument) {
  AccountRow& from = book_.account(p.from);
  AccountRow& to = book_.account(p.to);
  const auto hold_all = [&](Compartment out, Compartment in) {
    row.is.parts = take(from, instrument, selection_of(p), out);
    for (const Part& part : row.is.parts)
      row.moves.push_back(book_.move(move_of(Mode::hold, from, out, to, in, instrument.index, part)));
  };
  switch (p.kind) {
    case Kind::transfer:
    case Kind::lease:
      require_not_past(p, book_.today());
      hold_all(Compartment::free, p.kind == Kind::lease ? Compartment::leased : Compartment::free);
      return;
    case Kind::pledge:
      require_not_past(p, book_.today());
      hold_all(Compartment::free, Compartment::pledged);
      return;
    case Kind::allocate:
      return hold_all(Compartment::free, p.unpaid ? Compartment::unpaid : Compartment::free);
    case Kind::pay:
      return hold_all(Compartment::unpaid, Compartment::free);
    case Kind::surrender:
    case Kind::retire:
    case Kind::cancel:
    case Kind::deposit:
    case Kind::withdraw:
      return hold_all(Compartment::free, Compartment::free);
    case Kind::convert:
      return hold_conversion(row, p, instrument);
    case Kind::reverse: {
      const TransactionRow& was = referred(p.refers);
      const Compartment in = proposal_of(was.is.body).unpaid && was.is.kind == Kind::allocate
                                 ? Compartment::unpaid
                                 : Compartment::free;
      row.is.parts = was.is.parts;
      for (const Part& part : row.is.parts)
        row.moves.push_back(
            book_.move(move_of(Mode::hold, from, in, to, Compartment::free, instrument.index, part)));
      return;
    }
    case Kind::lease_return: {
      const TransactionRow& lease = referred(p.refers);
      const std::vector<Part>& was = lease.is.parts;  // one after the other, of one amount
      const Term left = left_of(lease, p.key);
      if (p.term->from < left.from || p.term->to != left.to || p.term->months() < 1)
        throw Error(codes::bad_term,
                    {fmt::format("提前归还须从租期内某月起至租期届满，还没有归还的是 {}", to_string(left)),
                     fmt::format("an early return runs from a month of the lease to the end of what is left, {}", to_string(left))},
                    {{}, 0, 0, "term"});
      require_not_past(p, book_.today());
      row.is.parts = {{p.term->from.index, p.term->months(), {}, was.front().amount}};
      row.moves.push_back(book_.move(move_of(Mode::hold, from, Compartment::leased, to, Compartment::free,
                                             instrument.index, row.is.parts[0])));
      return;
    }
    case Kind::issue:
      row.is.parts = take(from, instrument, selection_of(p), Compartment::free);
      return;
    case Kind::freeze:
      if (p.term && p.term->months() < 1)
        throw Error(codes::bad_term, {"冻结期间不含任何月份", "the months to be frozen are none"},
                    {{}, 0, 0, "term"});
      if (p.term) row.is.parts = {{p.term->from.index, p.term->months(), {}, p.quantity}};
      return;
    default:  // release, unfreeze, compulsory, expire: decided when it is completed
      return;
  }
}

void Desk::hold_conversion(TransactionRow& row, const Proposal& p, const InstrumentRow& instrument) {
  AccountRow& from = book_.account(p.from);
  AccountRow& to = book_.account(p.to);
  AccountRow& sink = book_.account(p.retired_to);
  const AccountType wanted = p.into.empty() ? AccountType::retire : AccountType::cancel;
  if (sink.is.type != wanted || (!p.into.empty() && book_.account(p.issuer).is.type != AccountType::issue))
    throw Error(codes::kind_not_for_account,
                {fmt::format("折算减少的部分不能记入账户 {}", sink.is.code),
                 fmt::format("what a conversion takes away cannot be booked to account {}", sink.is.code)},
                {{}, 0, 0, "retired_to"});
  if (!p.into.empty() && book_.instrument(p.into).is.kind != instrument.is.kind)
    throw Error(codes::kind_not_for_instrument,
                {"只能折算为同类品种", "a right can only be converted into one of the same kind"},
                {{}, 0, 0, "into"});
  row.is.parts = take(from, instrument, selection_of(p), Compartment::free);
  for (const Part& part : row.is.parts) {
    Part arrives = part, rest = part;
    arrives.amount = converted(part.amount, p.ratio);
    rest.amount = p.into.empty() ? part.amount - arrives.amount : part.amount;
    if (arrives.amount <= 0)
      throw Error(codes::bad_value, {"折算后不足一个单位", "less than one unit would arrive"},
                  {{}, 0, 0, "quantity"});
    const bool same_place = from.id == to.id;  // what stays where it is does not move
    if (p.into.empty() && !same_place)
      row.moves.push_back(book_.move(
          move_of(Mode::hold, from, Compartment::free, to, Compartment::free, instrument.index, arrives)));
    if (rest.amount > 0)
      row.moves.push_back(book_.move(
          move_of(Mode::hold, from, Compartment::free, sink, Compartment::free, instrument.index, rest)));
  }
}

void Desk::complete(TransactionRow& row, const Act& act) {
  const Proposal p = proposal_of(row.is.body);
  check_status(p, false);
  // What was used meanwhile is neither let out nor given back.
  if (p.kind == Kind::lease || p.kind == Kind::lease_return) require_not_past(p, book_.today());
  book_.begin("completed", row.is.key, act);
  Json& content = book_.content();
  content["kind"] = to_string(p.kind);
  content["request"] = json_of(p);
  sell_saving({p.saving, p.from, p.instrument, p.quantity});
  const std::string claim =
      is_sink(book_.account(row.is.to).is.type) || p.kind == Kind::convert ? row.is.key : "";
  for (const Move& held : row.moves) {
    if (p.kind == Kind::reverse && p.copied) book_.unclaim(book_.account(row.is.from), held.unit, p.refers);
    book_.resolve(held, true, claim);
  }
  row.moves.clear();
  switch (p.kind) {
    case Kind::issue:
      issue(row, p);
      break;
    case Kind::freeze:
      freeze(row, p);
      break;
    case Kind::unfreeze:
      unfreeze(row, p);
      break;
    case Kind::release:
      release_pledge(row, p);
      break;
    case Kind::compulsory:
      compulsory(row, p);
      break;
    case Kind::expire:
      expire(row, p);
      break;
    case Kind::convert:
      post_conversion(row, p);
      break;
    default:
      break;
  }
  after(row, p);
  book_.content()["parts"] = json_of(row.is.parts);
  row.is.state = TransactionState::completed;
  row.is.approver = act.approver;
  row.is.decided = book_.now();
  row.dirty = true;
}

// What follows from a completed transaction beside the movement.
void Desk::after(TransactionRow& row, const Proposal& p) {
  AccountRow& from = book_.account(row.is.from);
  AccountRow& to = book_.account(row.is.to);
  const int instrument = book_.instrument(p.instrument).index;
  if (p.kind == Kind::pledge) {
    EncumbranceRow& pledge = book_.new_encumbrance(row.is.key);
    pledge.in = Compartment::pledged;
    pledge.account = from.id;
    pledge.instrument = instrument;
    pledge.parts = row.is.parts;
    pledge.beneficiary = p.beneficiary;
    pledge.body_hash = row.body_hash;
  }
  if (p.kind == Kind::reverse) {
    TransactionRow& was = referred(p.refers);
    if (!was.is.reversed_by.empty())
      throw Error(
          codes::wrong_state,
          {fmt::format("交易“{}”已由“{}”冲回", p.refers, was.is.reversed_by),
           fmt::format("the transaction “{}” is already reversed by “{}”", p.refers, was.is.reversed_by)},
          {{}, 0, 0, "refers"});
    was.is.reversed_by = row.is.key;
    was.dirty = true;
  }
  // Whoever gives is permitted less, and as much as before when he gets it back. Whoever takes is permitted what his permit says.
  const auto gives = [](Kind kind) { return kind == Kind::transfer || kind == Kind::lease || kind == Kind::convert; };
  const bool gives_back = p.kind == Kind::lease_return || (p.kind == Kind::reverse && gives(referred(p.refers).is.kind));
  for (const Part& part : row.is.parts) {
    if (gives(p.kind) && from.id != to.id) book_.cut_permit(from, row.is.key, part, instrument, -part.amount);
    if (gives_back) book_.cut_permit(to, row.is.key, part, instrument, part.amount);
  }
  if (!p.certificate.empty()) book_.certify(p.certificate, row.is.key, to, instrument, row.is.parts);
}

void Desk::issue(TransactionRow& row, const Proposal& p) {
  const int instrument = book_.instrument(p.instrument).index;
  for (const Part& part : row.is.parts)
    book_.move(move_of(Mode::post, book_.account(p.from), Compartment::free, book_.account(p.to),
                       p.unpaid ? Compartment::unpaid : Compartment::free, instrument, part));
}

void Desk::post_conversion(TransactionRow& row, const Proposal& p) {
  if (p.into.empty()) return;
  for (Part part : row.is.parts) {
    part.amount = converted(part.amount, p.ratio);
    book_.move(move_of(Mode::post, book_.account(p.issuer), Compartment::free, book_.account(p.to),
                       Compartment::free, book_.instrument(p.into).index, part));
  }
}

void Desk::freeze(TransactionRow& row, const Proposal& p) {
  const InstrumentRow& instrument = book_.instrument(p.instrument);
  const AccountRow& account = book_.account(p.from);
  FreezeRow& order = book_.new_freeze(row.is.key, account.id, instrument.index);
  order.quantity = p.quantity;
  order.period_from = p.term ? p.term->from.index : 0;
  order.period_to = p.term ? p.term->to.index : 0;
  order.rank = p.rank;
  order.since = row.is.number;
  order.authority = p.authority;
  for (const UnitKey& unit : book_.units_of(account.id, instrument.index)) book_.sweep(account.id, unit);
}

void Desk::unfreeze(TransactionRow& row, const Proposal& p) {
  FreezeRow* order = book_.freeze(p.refers);
  if (order == nullptr || p.quantity > order->quantity)
    throw Error(codes::insufficient,
                {fmt::format("冻结令“{}”尚余 {}，不足 {}", p.refers, order == nullptr ? 0 : order->quantity,
                             p.quantity),
                 fmt::format("of the order “{}” {} is left, less than {}", p.refers,
                             order == nullptr ? 0 : order->quantity, p.quantity)},
                {{}, 0, 0, "quantity"});
  const std::int64_t lifted = p.quantity == 0 ? order->quantity : p.quantity;
  order->quantity -= lifted;
  order->dirty = true;
  book_.content()["lifted"] = lifted;
  const InstrumentRow& instrument = book_.instrument(p.instrument);
  const AccountRow& account = book_.account(p.from);
  for (const UnitKey& unit : book_.units_of(account.id, instrument.index)) {
    const std::int64_t free = std::min(-book_.unmet(account.id, unit),
                                       book_.cell(account.id, unit)[Compartment::frozen].available());
    if (free <= 0) continue;
    const Part part{unit.period, 1, unit.project, free};
    book_.move(move_of(Mode::post, account, Compartment::frozen, account, Compartment::free, instrument.index,
                       part));
    row.is.parts.push_back(part);
  }
}

void Desk::release_pledge(TransactionRow& row, const Proposal& p) {
  EncumbranceRow* pledge = book_.encumbrance(p.refers);
  TRIBUTARY_CHECK(pledge != nullptr, p.refers);
  std::int64_t all = 0;
  for (const Part& part : pledge->parts)
    all = book_.instrument(pledge->instrument).is.kind == InstrumentKind::flow ? std::max(all, part.amount)
                                                                               : all + part.amount;
  Selection selection;
  selection.quantity = p.quantity == 0 ? all : p.quantity;
  row.is.parts = draw(*pledge, selection);
  const AccountRow& account = book_.account(p.from);
  for (const Part& part : row.is.parts)
    book_.move(move_of(Mode::post, account, Compartment::pledged, account, Compartment::free,
                       pledge->instrument, part));
}

void Desk::compulsory(TransactionRow& row, const Proposal& p) {
  const InstrumentRow& instrument = book_.instrument(p.instrument);
  const AccountRow& from = book_.account(p.from);
  const AccountRow& to = book_.account(p.to);
  if (!p.refers.empty()) {
    FreezeRow* order = book_.freeze(p.refers);
    const auto short_of = [&](std::int64_t have) {
      throw Error(codes::insufficient,
                  {fmt::format("冻结令“{}”已冻结 {}，不足 {}", p.refers, have, p.quantity),
                   fmt::format("the order “{}” has frozen {}, less than {}", p.refers, have, p.quantity)},
                  {{}, 0, 0, "quantity"});
    };
    if (order == nullptr) short_of(0);
    const bool flow = instrument.is.kind == InstrumentKind::flow;
    Selection selection{p.quantity, {}, p.vintage, p.project};
    if (flow) selection.term = Term{{order->period_from}, {order->period_to}};
    const int periods = flow ? order->period_to - order->period_from : 1;
    for (int i = 0; i < periods; ++i)
      if (const auto have = book_.met(*order, order->period_from + i); have < p.quantity) short_of(have);
    row.is.parts = take(from, instrument, selection, Compartment::frozen);
    order->quantity -=
        p.quantity;  // before the movement: what is credited back is swept for the other orders only
    order->dirty = true;
    for (const Part& part : row.is.parts)
      book_.move(
          move_of(Mode::post, from, Compartment::frozen, to, Compartment::free, instrument.index, part));
    return;
  }
  // Without an order: what nobody else has a hand on.
  constexpr std::array places{Compartment::free, Compartment::unpaid, Compartment::locked};
  std::vector<UnitKey> units;
  if (p.term)
    for (int i = p.term->from.index; i < p.term->to.index; ++i) units.push_back({instrument.index, i, {}});
  else
    for (UnitKey& unit : book_.units_of(from.id, instrument.index))
      if (!p.vintage || (unit.period == *p.vintage && (p.project.empty() || unit.project == p.project)))
        units.push_back(std::move(unit));
  std::int64_t left = p.quantity;
  for (const UnitKey& unit : units) {
    if (p.term) left = p.quantity;  // of each month
    std::int64_t took = 0;
    for (const Compartment place : places) {
      const std::int64_t part = std::min(left, book_.cell(from.id, unit)[place].available());
      if (part <= 0) continue;
      book_.move({Mode::post, from.id, place, to.id, Compartment::free, unit, 1, part});
      left -= part;
      took += part;
    }
    if (p.term && left > 0) break;
    if (took > 0 && !p.term) row.is.parts.push_back({unit.period, 1, unit.project, took});
  }
  if (p.term) row.is.parts = {{p.term->from.index, p.term->months(), {}, p.quantity}};
  if (left > 0 || units.empty())
    throw Error(codes::insufficient,
                {fmt::format("账户 {} 无负担的数量不足 {}", from.is.code, p.quantity),
                 fmt::format("account {} has less than {} that is not encumbered", from.is.code, p.quantity)},
                {{}, 0, 0, "quantity"});
}

void Desk::expire(TransactionRow& row, const Proposal& p) {
  const InstrumentRow& instrument = book_.instrument(p.instrument);
  const AccountRow& from = book_.account(p.from);
  const AccountRow& to = book_.account(p.to);
  for (const UnitKey& unit : book_.units_of(from.id, instrument.index)) {
    const bool inside = p.term
                            ? p.term->from.index <= unit.period && unit.period < p.term->to.index
                            : unit.period == *p.vintage && (p.project.empty() || unit.project == p.project);
    if (!inside) continue;
    const Cell& cell = book_.cell(from.id, unit);
    bool encumbered = cell[Compartment::pledged].posted + cell[Compartment::frozen].posted +
                          cell[Compartment::reserved].posted >
                      0;
    for (const auto& amount : cell.at) encumbered = encumbered || amount.out > 0;
    if (encumbered)
      throw Error(codes::encumbered,
                  {fmt::format("账户 {} 的 {} 仍有质押、冻结、挂单或待过户的数量", from.is.code,
                               unit_title(instrument.is, unit.period, unit.project).zh),
                   fmt::format("account {} still has {} that is pledged, frozen, on order or on its way out",
                               from.is.code, unit_title(instrument.is, unit.period, unit.project).en)},
                  {{}, 0, 0, "account"}, {"请先解除。", "Release it first."});
    Part part{unit.period, 1, unit.project, 0};
    for (const Compartment place :
         {Compartment::free, Compartment::locked, Compartment::unpaid, Compartment::leased})
      if (const std::int64_t amount = cell[place].available(); amount > 0) {
        book_.move({Mode::post, from.id, place, to.id, Compartment::free, unit, 1, amount}, row.is.key);
        part.amount += amount;
      }
    if (part.amount > 0) row.is.parts.push_back(part);
  }
  if (p.carried > 0) carry_over(row, p);
}

// One transaction with the expiry: there is never the one without the other, nor more than lapsed.
void Desk::carry_over(const TransactionRow& row, const Proposal& p) {
  std::int64_t lapsed = 0;
  for (const Part& part : row.is.parts)
    if (part.project == p.project) lapsed += part.amount;
  const InstrumentRow& instrument = book_.instrument(p.instrument);
  if (lapsed < p.carried)
    throw Error(codes::insufficient,
                {fmt::format("账户 {} 的 {} 只剩 {}，不能结转 {}", p.from, unit_title(instrument.is, *p.vintage, p.project).zh, lapsed, p.carried),
                 fmt::format("account {} has {} left of {}, so {} cannot carry over", p.from, lapsed,
                             unit_title(instrument.is, *p.vintage, p.project).en, p.carried)},
                {{}, 0, 0, "carried"}, {"请驳回，重新核定结转数量后再提出。", "Reject it, settle the quantity again and propose anew."});
  const Part part{*p.carried_to, 1, p.project, p.carried};
  book_.move(move_of(Mode::post, book_.account(p.issuer), Compartment::free, book_.account(p.from), Compartment::free,
                     instrument.index, part));
}

// Takes from what a pledge or an order has set aside; of a flow right the same rate of all its months or of
// those selected, of a stock from its parts in their order.
std::vector<Part> Desk::draw(EncumbranceRow& e, const Selection& s) {
  const auto short_of = [&](std::int64_t have) {
    throw Error(codes::insufficient,
                {fmt::format("“{}”尚余 {}，不足 {}", e.key, have, s.quantity),
                 fmt::format("of “{}” {} is left, less than {}", e.key, have, s.quantity)},
                {{}, 0, 0, "quantity"});
  };
  if (!e.open) short_of(0);
  std::vector<Part> out, rest;
  if (book_.instrument(e.instrument).is.kind == InstrumentKind::flow) {
    const int from = s.term ? s.term->from.index : std::numeric_limits<int>::min();
    const int to = s.term ? s.term->to.index : std::numeric_limits<int>::max();
    int months = 0;
    for (const Part& part : e.parts) {
      const int a = std::clamp(from, part.period, part.period + part.count);
      const int b = std::clamp(to, a, part.period + part.count);
      if (a > part.period) rest.push_back({part.period, a - part.period, {}, part.amount});
      if (a < b) {
        if (part.amount < s.quantity) short_of(part.amount);
        out.push_back({a, b - a, {}, s.quantity});
        months += b - a;
        if (part.amount > s.quantity) rest.push_back({a, b - a, {}, part.amount - s.quantity});
      }
      if (b < part.period + part.count) rest.push_back({b, part.period + part.count - b, {}, part.amount});
    }
    if (months == 0 || (s.term && months != s.term->months())) short_of(0);
  } else {
    std::int64_t left = s.quantity;
    for (const Part& part : e.parts) {
      const bool fits =
          !s.vintage || (part.period == *s.vintage && (s.project.empty() || part.project == s.project));
      const std::int64_t took = fits ? std::min(left, part.amount) : 0;
      if (took > 0) out.push_back({part.period, 1, part.project, took});
      if (part.amount > took) rest.push_back({part.period, 1, part.project, part.amount - took});
      left -= took;
    }
    if (left > 0) short_of(s.quantity - left);
  }
  e.parts = std::move(rest);
  e.open = !e.parts.empty();
  e.dirty = true;
  return out;
}

}  // namespace tributary::rights
