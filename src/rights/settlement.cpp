// Orders set aside, trades delivered against payment.
#include "rights/desk.h"
#include "rights/proposal.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

void require_usable(const AccountRow& account, bool debit, bool at_start) {
  const AccountStatus status = account.is.status;
  const bool ok = status == AccountStatus::open || (status == AccountStatus::suspended && !at_start) ||
                  (!debit && status != AccountStatus::closed);
  if (ok) return;
  throw Error(codes::account_not_open,
              {fmt::format("账户 {} 的状态为“{}”，不能办理", account.is.code, to_string(status)),
               fmt::format("account {} is “{}”, so this cannot be done", account.is.code, to_string(status))},
              {{}, 0, 0, "account"});
}

void require_type(const AccountRow& account, std::initializer_list<AccountType> types) {
  if (std::ranges::find(types, account.is.type) != types.end()) return;
  throw Error(codes::kind_not_for_account,
              {fmt::format("账户 {}（{}）不能用于此项", account.is.code, to_string(account.is.type)),
               fmt::format("account {} ({}) is not for this", account.is.code, to_string(account.is.type))},
              {{}, 0, 0, "account"});
}

void require_not_past(const std::optional<Term>& term, Date today) {
  if (!term || term->from >= Month::of(today)) return;
  throw Error(codes::bad_term,
              {fmt::format("{} 已经过去，不能交易", to_string(term->from)),
               fmt::format("{} is over and cannot be traded", to_string(term->from))},
              {{}, 0, 0, "term"});
}

// What arrives and what is lost on the way: of a flow right in each month, of a stock from the last parts.
std::pair<std::vector<Part>, std::vector<Part>> split(const std::vector<Part>& parts, std::int64_t lost,
                                                      bool flow) {
  std::vector<Part> arrives = parts, gone;
  for (std::size_t i = parts.size(); i > 0; --i) {
    Part& part = arrives[i - 1];
    const std::int64_t away = flow ? lost : std::min(lost, part.amount);
    if (away > 0) {
      gone.push_back(part);
      gone.back().amount = away;
      part.amount -= away;
      if (!flow) lost -= away;
    }
  }
  std::erase_if(arrives, [](const Part& part) { return part.amount == 0; });
  return {std::move(arrives), std::move(gone)};
}

std::int64_t checked_sum(const Trade& trade, bool buyer) {
  __int128 sum = 0;
  for (const Charge& charge : trade.charges)
    if (charge.buyer == buyer && charge.fen > 0) sum += charge.fen;
  if (sum + trade.fen > std::numeric_limits<std::int64_t>::max() / 4)
    throw Error(codes::overflow,
                {"金额超出系统可表示的范围", "an amount is beyond what the system can represent"});
  return static_cast<std::int64_t>(sum);
}

}  // namespace

// ---- orders ----

void Desk::reserve(const Order& order, const std::string& body_hash, const Act& act) {
  require_key(order.key);
  if (const EncumbranceRow* row = book_.encumbrance(order.key)) {
    if (row->body_hash == body_hash) return;
    throw Error(codes::key_conflict,
                {fmt::format("编号“{}”已用于内容不同的另一事项", order.key),
                 fmt::format("the key “{}” stands for another content", order.key)},
                {{}, 0, 0, "key"});
  }
  const InstrumentRow& instrument = book_.instrument(order.instrument);
  const AccountRow& account = book_.account(order.account);
  require_type(account, {AccountType::holding, AccountType::trading, AccountType::reserve});
  require_usable(account, true, true);
  require_not_past(order.term, book_.today());
  if (order.quantity <= 0)
    throw bad_field("quantity", fmt::format("数量 {} 须为正数", order.quantity),
                    fmt::format("the quantity {} must be positive", order.quantity));
  const std::vector<Part> parts = take(
      account, instrument, {order.quantity, order.term, order.vintage, order.project}, Compartment::free);
  book_.begin("reserved", order.key, act);
  book_.content()["request"] = json_of(order);
  book_.content()["parts"] = json_of(parts);
  for (const Part& part : parts)
    book_.move({Mode::post, account.id, Compartment::free, account.id, Compartment::reserved,
                unit_of(instrument.index, part), part.count, part.amount});
  EncumbranceRow& row = book_.new_encumbrance(order.key);
  row.in = Compartment::reserved;
  row.account = account.id;
  row.instrument = instrument.index;
  row.parts = parts;
  row.body_hash = body_hash;
}

void Desk::release(EncumbranceRow& row, const Act& act) {
  if (!row.open) return;
  book_.begin("released", row.key, act);
  book_.content()["parts"] = json_of(row.parts);
  for (const Part& part : row.parts)
    book_.move({Mode::post, row.account, Compartment::reserved, row.account, Compartment::free,
                unit_of(row.instrument, part), part.count, part.amount});
  row.parts.clear();
  row.open = false;
  row.dirty = true;
}

void Desk::trim(EncumbranceRow& row, std::int64_t left, const Act& act) {
  if (!row.open) return;
  const bool flow = book_.instrument(row.instrument).is.kind == InstrumentKind::flow;
  std::int64_t total = 0;
  for (const Part& part : row.parts) total += part.amount;
  // Of a flow right so much of each month; of a stock the last vintages go first, as they would be sold last.
  std::vector<Part> kept, gone;
  for (std::size_t i = row.parts.size(); i > 0; --i) {
    const Part& part = row.parts[i - 1];
    const std::int64_t away =
        flow ? std::max<std::int64_t>(0, part.amount - left) : std::clamp<std::int64_t>(total - left, 0, part.amount);
    total -= flow ? 0 : away;
    for (auto [amount, parts] : {std::pair{part.amount - away, &kept}, std::pair{away, &gone}}) {
      if (amount == 0) continue;
      parts->insert(parts->begin(), part);
      parts->front().amount = amount;
    }
  }
  if (gone.empty()) return;
  if (kept.empty()) return release(row, act);
  book_.begin("released", row.key, act);
  book_.content()["parts"] = json_of(gone);
  book_.content()["left"] = json_of(kept);
  for (const Part& part : gone)
    book_.move({Mode::post, row.account, Compartment::reserved, row.account, Compartment::free,
                unit_of(row.instrument, part), part.count, part.amount});
  row.parts = std::move(kept);
  row.dirty = true;
}

// ---- trades ----

void Desk::prepare(std::span<const Trade> trades) {
  std::set<std::string> keys, orders, accounts, savings;
  for (const Trade& t : trades) {
    keys.insert(t.key);
    orders.insert({t.sell, t.buy});
    accounts.insert({t.seller, t.buyer, t.lost_to});
    for (const Charge& charge : t.charges) accounts.insert(charge.to);
    savings.insert(t.saving);
  }
  book_.load_transactions(keys);
  book_.load_encumbrances(orders);
  book_.load_accounts(accounts);
  book_.load_savings(savings);
  const InstrumentRow& money = book_.instrument(cash);
  for (const Trade& t : trades) {
    const auto want = [&](const std::string& code, const InstrumentRow& instrument,
                          std::optional<Term> term) {
      if (book_.has_account(code)) book_.want(book_.account(code), instrument, term);
    };
    try {
      const InstrumentRow& instrument = book_.instrument(t.instrument);
      for (const std::string& code : {t.seller, t.buyer, t.lost_to})
        want(code, instrument, instrument.is.kind == InstrumentKind::flow ? t.term : std::nullopt);
    } catch (const Error&) {
      continue;  // that trade is refused when its turn comes
    }
    for (const std::string& code : {t.seller, t.buyer}) want(code, money, {});
    for (const Charge& charge : t.charges) want(charge.to, money, {});
  }
  book_.load();
}

std::vector<std::string> Desk::settle(const Trade& trade, const std::string& body_hash, const Act& act) {
  require_key(trade.key);
  const InstrumentRow& instrument = book_.instrument(trade.instrument);
  const InstrumentRow& money = book_.instrument(cash);
  const AccountRow& seller = book_.account(trade.seller);
  const AccountRow& buyer = book_.account(trade.buyer);
  require_type(seller, {AccountType::holding, AccountType::trading, AccountType::reserve});
  require_type(buyer, {AccountType::holding, AccountType::trading, AccountType::reserve});
  require_usable(seller, true, false);
  require_usable(buyer, true, false);
  require_not_past(trade.term, book_.today());
  const bool flow = instrument.is.kind == InstrumentKind::flow;
  if (instrument.is.kind == InstrumentKind::money || flow != trade.term.has_value())
    throw bad_field("instrument", "品种或期间不合要求", "the instrument or the term is not acceptable");
  if (trade.quantity <= 0 || trade.lost < 0 || trade.lost >= trade.quantity ||
      (trade.lost > 0) == trade.lost_to.empty())
    throw bad_field(
        "quantity", fmt::format("数量 {}、损耗 {} 不合要求", trade.quantity, trade.lost),
        fmt::format("the quantity {} or the loss {} is not acceptable", trade.quantity, trade.lost));
  if (trade.lease_months != 0) {
    if (!flow || trade.lost != 0)
      throw bad_field("lease_months", "只有按期间的权利可以出租，租出的没有损耗", "only a flow right is leased, and nothing of it is lost");
    require_lease(*trade.term, trade.lease_months);
  }
  if (seller.id == buyer.id)
    throw bad_field("buyer", "买卖双方为同一账户", "seller and buyer are one account");
  if (!trade.lost_to.empty())
    require_type(book_.account(trade.lost_to), {AccountType::loss, AccountType::retire});
  if (trade.deadline && *trade.deadline <= book_.now())
    throw bad_field("deadline", "期限已过", "the deadline has passed");
  for (const Charge& charge : trade.charges) {
    if (charge.fen == 0 || charge.kind.empty() || (charge.fen < 0 && charge.buyer))
      throw bad_field("charges", "费用须为正数并写明种类；只有付给卖方的补差为负数",
                      "a charge is positive and of a kind; only what is added for the seller is below zero");
    const AccountRow& to = book_.account(charge.to);
    require_type(to, {charge.fen > 0 ? AccountType::fee : AccountType::reserve});
    require_usable(to, charge.fen < 0, true);
    if (charge.fen > 0) continue;
    require_usable(to, true, false);
    if (to.id == seller.id || to.id == buyer.id)
      throw bad_field("charges", "补差须由买卖双方以外的账户支付", "what is added comes from a third account");
    take(to, money, {-charge.fen}, Compartment::free);
  }
  const std::int64_t of_buyer = checked_sum(trade, true), of_seller = checked_sum(trade, false);
  if (trade.fen < 0 || of_seller > trade.fen)
    throw Error(
        codes::amounts_differ,
        {fmt::format("卖方费用 {} 分超过价款 {} 分", of_seller, trade.fen),
         fmt::format("the seller's charges of {} fen exceed the price of {} fen", of_seller, trade.fen)},
        {{}, 0, 0, "charges"});
  if (!trade.certificate.empty()) require_key(trade.certificate, "certificate");

  const Selection selection{trade.quantity, trade.term, trade.vintage, trade.project};
  const auto order = [&](const std::string& key, const AccountRow& account, int of) -> EncumbranceRow& {
    EncumbranceRow* row = book_.encumbrance(key);
    if (row == nullptr || row->in != Compartment::reserved || row->account != account.id ||
        row->instrument != of)
      throw Error(codes::unknown_reservation,
                  {fmt::format("没有账户 {} 的挂单“{}”", account.is.code, key),
                   fmt::format("there is no order “{}” of account {}", key, account.is.code)},
                  {{}, 0, 0, "order"});
    return *row;
  };
  const Compartment goods_in = trade.sell.empty() ? Compartment::free : Compartment::reserved;
  const Compartment cash_in = trade.buy.empty() ? Compartment::free : Compartment::reserved;
  const std::vector<Part> parts = trade.sell.empty()
                                      ? take(seller, instrument, selection, Compartment::free)
                                      : draw(order(trade.sell, seller, instrument.index), selection);
  if (const std::int64_t due = trade.fen + of_buyer; !trade.buy.empty() && due > 0)
    draw(order(trade.buy, buyer, money.index), {due});
  sell_saving({trade.saving, trade.seller, trade.instrument, trade.quantity});

  const std::int64_t number = book_.begin(trade.conditional ? "conditional" : "completed", trade.key, act);
  Json& content = book_.content();
  content["kind"] = "trade";
  content["request"] = json_of(trade);
  content["parts"] = json_of(parts);
  const Mode mode = trade.conditional ? Mode::hold : Mode::post;
  std::vector<Move> moves;
  const auto [arrives, gone] = split(parts, trade.lost, flow);
  const Compartment into = trade.lease_months > 0      ? Compartment::leased
                           : instrument.is.locks_for_day ? Compartment::locked
                                                         : Compartment::free;
  for (const Part& part : arrives)
    moves.push_back(book_.move({mode, seller.id, goods_in, buyer.id, into, unit_of(instrument.index, part),
                                part.count, part.amount}));
  for (const Part& part : gone)
    moves.push_back(book_.move({mode, seller.id, goods_in, book_.account(trade.lost_to).id, Compartment::free,
                                unit_of(instrument.index, part), part.count, part.amount},
                               trade.key));
  const auto pay = [&](const AccountRow& to, std::int64_t fen) {
    if (fen > 0)
      moves.push_back(
          book_.move({mode, buyer.id, cash_in, to.id, Compartment::free, {money.index, 0, {}}, 1, fen}));
  };
  pay(seller, trade.fen - of_seller);
  for (const Charge& charge : trade.charges) pay(book_.account(charge.to), charge.fen);
  for (const Charge& charge : trade.charges)
    if (charge.fen < 0)
      moves.push_back(book_.move({mode, book_.account(charge.to).id, Compartment::free, seller.id, Compartment::free,
                                  {money.index, 0, {}}, 1, -charge.fen}));

  std::vector<std::string> certificates;
  if (!trade.conditional) {
    for (const Part& part : parts) book_.cut_permit(seller, trade.key, part, instrument.index, -part.amount);
    if (!trade.certificate.empty())
      certificates.push_back(book_.certify(trade.certificate, trade.key, buyer, instrument.index, arrives));
  }
  TransactionRow& row = book_.new_transaction(trade.key);
  row.body_hash = body_hash;
  Transaction& x = row.is;
  x.kind = TransactionKind::trade;
  x.state = trade.conditional ? TransactionState::conditional : TransactionState::completed;
  x.instrument = trade.instrument;
  x.from = trade.seller;
  x.to = trade.buyer;
  x.parts = parts;
  x.initiator = act.actor;
  x.approver = act.approver;
  x.proposed = book_.now();
  x.deadline = trade.deadline;
  x.body = json_of(trade).dump();
  x.number = number;
  if (trade.conditional)
    row.moves = std::move(moves);
  else
    x.decided = book_.now();
  return certificates;
}

void Desk::conclude(TransactionRow& row, bool granted, const Act& act, const std::string& event) {
  const Trade trade = trade_of(row.is.body);
  const InstrumentRow& instrument = book_.instrument(trade.instrument);
  const AccountRow& seller = book_.account(trade.seller);
  const AccountRow& buyer = book_.account(trade.buyer);
  if (granted) {
    require_usable(seller, true, false);
    require_usable(buyer, false, false);
    if (trade.lease_months > 0) require_not_past(trade.term, book_.today());  // nobody pays for the use of months that are over
  }
  book_.begin(event, row.is.key, act);
  book_.content()["kind"] = "trade";
  book_.content()["request"] = json_of(trade);
  book_.content()["granted"] = granted;
  for (const Move& held : row.moves) book_.resolve(held, granted, row.is.key);
  if (granted) {
    for (const Part& part : row.is.parts)
      book_.cut_permit(seller, row.is.key, part, instrument.index, -part.amount);
    if (!trade.certificate.empty())
      book_.certify(trade.certificate, row.is.key, buyer, instrument.index,
                    split(row.is.parts, trade.lost, instrument.is.kind == InstrumentKind::flow).first);
  } else {
    // The match took it out of the order; unwound, it is the holder's own again.
    for (const Move& held : row.moves)
      if (held.from_in == Compartment::reserved) {
        Move back = held;
        back.mode = Mode::post;
        back.to = held.from;
        back.to_in = Compartment::free;
        book_.move(back);
      }
    if (SavingRow* saving = book_.saving(trade.saving)) {
      saving->sold -= trade.quantity;
      saving->dirty = true;
    }
  }
  row.moves.clear();
  row.is.state = granted              ? TransactionState::completed
                 : event == "expired" ? TransactionState::expired
                                      : TransactionState::rejected;
  row.is.approver = act.approver;
  row.is.decided = book_.now();
  row.is.note = granted ? "" : act.reason;
  row.dirty = true;
}

}  // namespace tributary::rights
