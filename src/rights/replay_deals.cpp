// The second verifier: transactions from their first entry to their last, and whether the quantities are
// right.
#include "rights/replay.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

using Json = Replay::Json;

std::string get(const Json& json, const char* name) {
  return json.value(name, std::string());
}
std::int64_t count(const Json& json, const char* name) {
  return json.value(name, std::int64_t{0});
}

}  // namespace

void Replay::read_deal(const JournalEntry& entry, const Json& content) {
  const std::string& key = entry.transaction;
  const std::string subject = fmt::format("{} {}", entry.number, key);
  if (key.empty()) return;
  if (entry.event == "reserved") {
    deals.erase(key);  // made by looking for holds
    if (asides.contains(key)) wrong("E11", subject, "编号重复", "the key is there twice");
    Aside& aside = asides[key];
    aside.compartment = "reserved";
    for (const Moved& m : moves_)
      if (std::get<2>(m.to) == "reserved") aside.left[{std::get<0>(m.to), std::get<1>(m.to)}] += m.amount;
    return;
  }
  if (entry.event == "released") {
    deals.erase(key);
    draw(entry, key, "reserved");
    if (!content.contains("left")) asides[key].open = false;
    return;
  }
  Deal& deal = deals[key];
  const std::string before = deal.state;
  if (entry.event == "proposed") {
    if (!before.empty()) wrong("E11", subject, "编号重复", "the key is there twice");
    deal.kind = get(content["request"], "kind");
    deal.request = content["request"];
    deal.initiator = entry.act.actor;
    deal.state = "proposed";
    if (const std::string day = get(deal.request, "surrendered_on");
        !day.empty() && (deal.kind != "surrender" || day > base::to_string(day_of(entry.at))))
      wrong("E14", subject, fmt::format("清缴日 {} 晚于登记，或不是清缴", day),
            fmt::format("a day of surrender {} after the entry, or of no surrender", day));
    return;
  }
  const bool trade = get(content, "kind") == "trade";
  if (trade && before.empty()) {
    deal.kind = "trade";
    deal.request = content["request"];
    deal.initiator = entry.act.actor;
  }
  // PROPOSED → (DELAYED) → an end; a trade ends at once or waits for the authority.
  const bool from_ok =
      trade ? before.empty() || before == "conditional" : before == "proposed" || before == "delayed";
  const bool to_ok = entry.event == "completed" || entry.event == "rejected" || entry.event == "expired" ||
                     entry.event == "cancelled" || (entry.event == "delayed" && before == "proposed") ||
                     (entry.event == "conditional" && trade && before.empty());
  if (!from_ok || !to_ok)
    wrong("state", subject, fmt::format("从“{}”到“{}”", before, entry.event),
          fmt::format("from “{}” to “{}”", before, entry.event));
  if (!trade && entry.event == "completed" &&
      (entry.act.actor != deal.initiator || entry.act.approver == deal.initiator))
    wrong("I8", subject, "复核人与发起人不符要求", "initiator and approver are not two persons");
  deal.state = entry.event;
  if (trade && (entry.event == "conditional" || (entry.event == "completed" && before.empty()))) {
    check_trade(entry, deal.request);
    check_lease(entry, deal);
    for (const char* order : {"sell", "buy"})
      if (!get(deal.request, order).empty()) draw(entry, get(deal.request, order), "reserved");
    sell(get(deal.request, "saving"), get(deal.request, "seller"), count(deal.request, "quantity"));
  }
  if (trade && before == "conditional" && entry.event != "completed" && !get(deal.request, "saving").empty())
    savings[get(deal.request, "saving")].sold -= count(deal.request, "quantity");
  if (!trade && entry.event == "completed") completed(entry, content, deal);
  if (entry.event == "completed") follow_up(entry, content, deal);
  for (const auto& [id, saving] : savings)
    if (saving.sold > saving.volume || saving.sold < 0)
      wrong("W4", id, fmt::format("已售 {}，核定 {}", saving.sold, saving.volume),
            fmt::format("{} sold of {}", saving.sold, saving.volume));
}

void Replay::completed(const JournalEntry& entry, const Json& content, Deal& deal) {
  const std::string& key = entry.transaction;
  const Json& request = deal.request;
  const std::string refers = get(request, "refers");
  const std::string subject = fmt::format("{} {}", entry.number, key);
  check_quantities(entry, deal);
  check_lease(entry, deal);
  if (deal.kind == "freeze") {
    Order order{get(request, "from"), get(request, "instrument"), 0, 0, count(request, "quantity")};
    if (request.contains("term")) {
      order.from = request["term"][0].get<int>();
      order.to = request["term"][1].get<int>();
    }
    orders[key] = order;
  }
  if (deal.kind == "unfreeze") orders[refers].quantity -= count(content, "lifted");
  if (deal.kind == "compulsory" && !refers.empty()) orders[refers].quantity -= count(request, "quantity");
  for (const auto& [name, order] : orders)
    if (order.quantity < 0) wrong("E3", name, "冻结令被解除过多", "more was lifted than was ordered");
  if (deal.kind == "pledge") {
    Aside& aside = asides[key];
    aside.compartment = "pledged";
    for (const Moved& m : moves_)
      if (std::get<2>(m.to) == "pledged") aside.left[{std::get<0>(m.to), std::get<1>(m.to)}] += m.amount;
  }
  if (deal.kind == "release") draw(entry, refers, "pledged");
  if (deal.kind == "reverse") {
    Deal& was = deals[refers];
    if (!was.reversed_by.empty() || was.state != "completed")
      wrong("state", subject, "被冲回的交易未完成或已冲回",
            "what is reversed was not completed, or reversed before");
    was.reversed_by = key;
  }
  if ((deal.kind == "retire" || deal.kind == "surrender") && get(request, "claim").empty())
    wrong("E14", subject, "未写明用途", "it names no claim");
  sell(get(request, "saving"), get(request, "from"), count(request, "quantity"));
}

// Out of a saving sells its owner, from whichever of his accounts. (Before savings had an owner it was whoever held enough.)
void Replay::sell(const std::string& saving, const std::string& seller, std::int64_t quantity) {
  if (saving.empty()) return;
  Saving& of = savings[saving];
  of.sold += quantity;
  if (!of.account.empty() && accounts[of.account].owner != accounts[seller].owner)
    wrong("W4", saving, fmt::format("账户 {} 转让了账户 {} 的节约量", seller, of.account),
          fmt::format("account {} sold out of the saving of account {}", seller, of.account));
}

// What left the giver and reached the taker is what was asked for, in each month (I4).
void Replay::check_quantities(const JournalEntry& entry, const Deal& deal) {
  const Json& request = deal.request;
  const std::string from = get(request, "from"), to = get(request, "to"),
                    instrument = get(request, "instrument");
  const std::int64_t asked = count(request, "quantity");
  const std::string subject = fmt::format("{} {}", entry.number, entry.transaction);
  static const std::set<std::string> between{"issue",  "allocate", "transfer", "compulsory", "surrender",
                                             "retire", "cancel",   "lease",    "deposit",    "withdraw"};
  const auto differs = [&](std::int64_t want, std::int64_t have) {
    if (want != have)
      wrong("I4", subject, fmt::format("应为 {}，实为 {}", want, have),
            fmt::format("should be {}, is {}", want, have));
  };
  std::set<Unit> units;
  for (const Moved& m : moves_) units.insert(std::get<1>(m.from));
  std::int64_t sum_out = 0, sum_in = 0;
  int months = 0;
  const bool flow = is_flow(instrument);
  for (const Unit& unit : units) {
    if (std::get<0>(unit) != instrument) continue;
    const std::int64_t out = given(from, unit), in = taken(to, unit);
    sum_out += out;
    sum_in += in;
    if (out == 0 && in == 0) continue;
    ++months;
    if (between.contains(deal.kind) && flow) differs(asked, out);
    if (between.contains(deal.kind)) differs(out, in);
  }
  if (between.contains(deal.kind) && flow && request.contains("term"))
    differs(request["term"][1].get<int>() - request["term"][0].get<int>(), months);
  if (between.contains(deal.kind) && !flow) differs(asked, sum_out);
  if (deal.kind == "expire" && is_stock(instrument)) {
    // What carries over is issued in the same entry, and never more than lapsed; nothing else comes in.
    const std::int64_t carried = count(request, "carried");
    const std::string issuer = get(request, "issuer"), project = get(request, "project");
    std::int64_t lapsed = 0, issued_again = 0;
    for (const Unit& unit : units) {
      if (std::get<1>(unit) == count(request, "vintage") && std::get<2>(unit) == project) lapsed += given(from, unit);
      issued_again += taken(from, unit);
    }
    differs(carried, issued_again);
    if (carried > 0) differs(carried, given(issuer, {instrument, static_cast<int>(count(request, "carried_to")), project}));
    if (lapsed < carried)
      wrong("I4", subject, fmt::format("失效 {}，却结转了 {}", lapsed, carried), fmt::format("{} lapsed, yet {} was carried over", lapsed, carried));
  }
  if (deal.kind == "convert") {
    const std::int64_t num = request.contains("ratio") ? request["ratio"][0].get<std::int64_t>() : 1;
    const std::int64_t den = request.contains("ratio") ? request["ratio"][1].get<std::int64_t>() : 1;
    const std::string into = get(request, "into"), sink = get(request, "retired_to");
    for (const Unit& unit : units) {
      if (std::get<0>(unit) != instrument) continue;
      const std::int64_t retired = taken(sink, unit);
      if (into.empty()) {
        // given × ratio arrives, the rest is retired, nothing is lost in between
        const std::int64_t gave = from == to ? 0 : given(from, unit);
        if (from != to) differs(gave, taken(to, unit) + retired);
        if (from != to) differs(static_cast<std::int64_t>(__int128{gave} * num / den), taken(to, unit));
      } else {
        differs(given(from, unit), retired);
        const Unit other{into, std::get<1>(unit), std::get<2>(unit)};
        differs(static_cast<std::int64_t>(__int128{retired} * num / den), taken(to, other));
      }
    }
  }
}

// W5: what the seller gives arrives or is booked as lost. I5: what the buyer pays is what the seller and the
// charges get.
void Replay::check_trade(const JournalEntry& entry, const Json& request) {
  const std::string subject = fmt::format("{} {}", entry.number, entry.transaction);
  const std::string seller = get(request, "seller"), buyer = get(request, "buyer"),
                    lost_to = get(request, "lost_to"), instrument = get(request, "instrument");
  const std::int64_t quantity = count(request, "quantity"), lost = count(request, "lost"),
                     fen = count(request, "fen");
  const auto differs = [&](const char* rule, std::int64_t want, std::int64_t have) {
    if (want != have)
      wrong(rule, subject, fmt::format("应为 {}，实为 {}", want, have),
            fmt::format("should be {}, is {}", want, have));
  };
  std::set<Unit> units;
  for (const Moved& m : moves_)
    if (std::get<0>(std::get<1>(m.from)) == instrument) units.insert(std::get<1>(m.from));
  std::int64_t gave = 0, got = 0, gone = 0;
  for (const Unit& unit : units) {
    gave += given(seller, unit);
    got += taken(buyer, unit);
    if (!lost_to.empty()) gone += taken(lost_to, unit);
    if (is_flow(instrument)) {
      differs("I4", quantity, given(seller, unit));
      differs("W5", quantity - lost, taken(buyer, unit));
    }
  }
  const std::int64_t months =
      is_flow(instrument) ? request["term"][1].get<int>() - request["term"][0].get<int>() : 1;
  differs("W5", quantity * months, gave);
  differs("W5", gave, got + gone);
  const Unit money{"CNY", 0, ""};
  std::int64_t of_buyer = 0, of_seller = 0;
  std::map<std::string, std::int64_t> fees;
  if (request.contains("charges"))
    for (const Json& c : request["charges"]) {
      (c[0].get<int>() != 0 ? of_buyer : of_seller) += c[3].get<std::int64_t>();
      fees[c[1].get<std::string>()] += c[3].get<std::int64_t>();
    }
  differs("I5", fen + of_buyer, given(buyer, money));
  differs("I5", fen - of_seller, taken(seller, money));
  for (const auto& [account, amount] : fees) differs("I5", amount, taken(account, money) - given(account, money));
}

// What is leased, and nothing else, comes to lie among what may be used and not sold, for no more months than were allowed; what
// is given back early lay there, and was leased by the transaction it names.
void Replay::check_lease(const JournalEntry& entry, const Deal& deal) {
  const Json& request = deal.request;
  const std::string subject = fmt::format("{} {}", entry.number, entry.transaction);
  const auto longest = [](const Deal& of) {
    return of.kind == "trade" ? count(of.request, "lease_months") : of.kind == "lease" ? count(of.request, "max_months") : 0;
  };
  const bool leases = longest(deal) > 0, returns = deal.kind == "lease_return";
  const std::string taker = get(request, deal.kind == "trade" ? "buyer" : "to"), instrument = get(request, "instrument");
  for (const Moved& m : moves_) {
    const auto& [account, unit, in] = m.to;
    if (std::get<0>(unit) != instrument || account == std::get<0>(m.from) || m.mode == "void") continue;
    const bool as_leased = in == "leased", from_leased = std::get<2>(m.from) == "leased";
    if (as_leased != (leases && account == taker) || (returns && !from_leased))
      wrong("lease", subject, fmt::format("{} 进入“{}”", account, in), fmt::format("{} gets it as “{}”", account, in));
  }
  if (leases && request["term"][1].get<int>() - request["term"][0].get<int>() > longest(deal))
    wrong("lease", subject, "租赁期过长", "it is leased for too long");
  if (!returns) return;
  const auto at = deals.find(get(request, "refers"));
  if (at == deals.end() || longest(at->second) == 0 || at->second.state != "completed")
    return wrong("lease", subject, "归还的不是租来的", "what is given back was not leased");
  // Each month once, what was leased of it, by the one to the other.
  Deal& lease = at->second;
  const bool traded = lease.kind == "trade";
  const int from = request["term"][0].get<int>(), to = request["term"][1].get<int>();
  bool right = get(request, "from") == get(lease.request, traded ? "buyer" : "to") && taker == get(lease.request, traded ? "seller" : "from") &&
               from >= lease.request["term"][0].get<int>() && from < to && to == lease.back_from.value_or(lease.request["term"][1].get<int>());
  for (int month = from; month < to; ++month)
    right = right && given(get(request, "from"), {instrument, month, ""}) == count(lease.request, "quantity");
  std::int64_t sum = 0;
  for (const Moved& m : moves_)
    if (std::get<0>(std::get<1>(m.from)) == instrument && std::get<0>(m.from) != std::get<0>(m.to) && m.mode != "void") sum += m.amount;
  if (!right || sum != count(lease.request, "quantity") * (to - from))
    wrong("lease", subject, "归还的数量、月份或双方与租赁不符，或已归还", "quantity, months or parties of what is given back are not those of the lease, or it is back already");
  lease.back_from = from;
}

// What this entry takes out of a pledge or an order.
void Replay::draw(const JournalEntry& entry, const std::string& key, const std::string& compartment) {
  const auto at = asides.find(key);
  if (at == asides.end() || !at->second.open || at->second.compartment != compartment)
    return wrong("E4", fmt::format("{} {}", entry.number, key), "没有这一挂单或质押，或已了结",
                 "there is no such order or pledge, or it is over");
  auto& left = at->second.left;
  for (const Moved& m : moves_) {
    if (std::get<2>(m.from) != compartment || m.mode == "void") continue;
    const auto place = left.find({std::get<0>(m.from), std::get<1>(m.from)});
    if (place == left.end()) continue;  // of the other order of the trade
    place->second -= m.amount;
    if (place->second < 0)
      wrong("E4", fmt::format("{} {}", entry.number, key), "动用超过预留",
            "more was drawn than was set aside");
    if (place->second == 0) left.erase(place);
  }
  at->second.open = !left.empty();
}

}  // namespace tributary::rights
