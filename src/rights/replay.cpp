#include "rights/replay.h"

#include "base/text.h"
#include "rights/journal.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

using Json = Replay::Json;

const std::set<std::string> sinks{"compliance", "retire", "cancel", "loss"};

std::string text(const Replay::Place& place) {
  const auto& [account, unit, compartment] = place;
  const auto& [instrument, period, project] = unit;
  return fmt::format("{} {} {} {} {}", account, instrument, period, project, compartment);
}
std::string get(const Json& json, const char* name) {
  return json.value(name, std::string());
}
std::int64_t count(const Json& json, const char* name) {
  return json.value(name, std::int64_t{0});
}

}  // namespace

Replay::Replay(const std::string& jurisdiction) : head(first_hash(jurisdiction)) {
  instruments["CNY"] = {{"kind", "money"}};
}

void Replay::wrong(std::string rule, const std::string& subject, const std::string& zh,
                   const std::string& en) {
  if (faults.size() < 100) faults.push_back({std::move(rule), subject, {zh, en}});
}

bool Replay::is_flow(const std::string& instrument) const {
  const auto at = instruments.find(instrument);
  return at != instruments.end() && get(at->second, "kind") == "flow";
}
bool Replay::is_stock(const std::string& instrument) const {
  const auto at = instruments.find(instrument);
  return at != instruments.end() && get(at->second, "kind") == "stock";
}
std::string Replay::type_of(const std::string& account) const {
  const auto at = accounts.find(account);
  return at == accounts.end() ? "" : at->second.type;
}

void Replay::read(const JournalEntry& entry) {
  const std::string subject = fmt::format("{}", entry.number);
  if (entry.number != ++entries)
    wrong("E13", subject, fmt::format("流水号应为 {}", entries),
          fmt::format("the number should be {}", entries));
  head = entry_hash(head, entry);
  if (head != entry.hash)
    wrong("E13", subject, "与链上的散列不符：该条或其前的内容被改动",
          "the hash does not fit the chain: it or one before was changed");
  head = entry.hash;
  static const std::set<std::string> by_two{"completed", "conditional", "delayed", "instrument",
                                            "account",   "status",      "permit",  "cap",
                                            "saving",    "trust"};
  if (entry.act.actor.empty() || entry.act.reason.empty() || entry.act.rule.empty() ||
      entry.act.actor == entry.act.approver || (by_two.contains(entry.event) && entry.act.approver.empty()))
    wrong("E12", subject, "缺经办人、复核人、事由或规则版本，或同一人经办并复核",
          "actor, approver, reason or rule version is missing, or one person did both");
  const Json content = Json::parse(entry.content, nullptr, false);
  if (content.is_discarded()) return wrong("journal", subject, "内容不是 JSON", "the content is not JSON");
  try {
    read_setup(entry, content);
    read_moves(entry, content);
    read_deal(entry, content);
    check_touched(entry);
  } catch (const Json::exception& error) {
    wrong("journal", subject, fmt::format("内容读不懂：{}", error.what()),
          fmt::format("the content cannot be read: {}", error.what()));
  }
}

void Replay::read_setup(const JournalEntry& entry, const Json& content) {
  if (entry.event == "instrument") instruments[get(content, "code")] = content;
  if (entry.event == "account")
    for (const Json& a : content["opened"]) {
      Account& account = accounts[a[0].get<std::string>()];
      account.owner = a[1].get<std::string>();
      account.type = a[2].get<std::string>();
    }
  if (entry.event == "status") accounts[get(content, "account")].status = get(content, "status");
  if (entry.event == "permit") {
    Account& account = accounts[get(content, "account")];
    account.permit = get(content, "permit");
    account.permit_to.reset();
    if (content.contains("to")) account.permit_to = content["to"].get<int>();
  }
  if (entry.event == "cap")
    for (const Json& part : content["caps"])
      for (int i = 0; i < part[1].get<int>(); ++i) {
        const Unit unit{get(content, "instrument"), part[0].get<int>() + i, part[2].get<std::string>()};
        caps[unit] = part[3].get<std::int64_t>();
        if (issued[unit] > caps[unit])
          wrong("I1", std::get<0>(unit), fmt::format("已发放 {} 超过总量 {}", issued[unit], caps[unit]),
                fmt::format("{} issued, above the cap {}", issued[unit], caps[unit]));
      }
  if (entry.event == "trust") trusted[{get(content, "account"), get(content, "trusted")}] = count(content, "from");
  if (entry.event == "distrust") trusted.erase({get(content, "account"), get(content, "trusted")});
  if (entry.event == "saving") {
    const Saving now{get(content, "instrument"), count(content, "volume"), 0, get(content, "account")};
    const auto [at, fresh] = savings.try_emplace(get(content, "id"), now);
    Saving& have = at->second;
    // Known before: only one without an owner may get it.
    if (!fresh && (have.instrument != now.instrument || have.volume != now.volume || !have.account.empty() || now.account.empty()))
      wrong("W4", at->first, "同一节约量重复登记", "the saving was registered before");
    if (!fresh) have.account = now.account;
    if (!now.account.empty() && !accounts.contains(now.account))
      wrong("W4", at->first, fmt::format("节约量的账户 {} 不存在", now.account),
            fmt::format("the saving is of account {}, which there is not", now.account));
  }
}

// ---- movements ----

std::string Replay::corrects(const JournalEntry& entry, const Json& content) const {
  const auto deal = deals.find(entry.transaction);
  const Json request = deal != deals.end() && !deal->second.request.empty() ? deal->second.request : content.value("request", Json::object());
  const std::string refers = get(request, "refers");
  const auto was = deals.find(refers);
  static const std::set<std::string> left{"surrender", "retire", "expire"};
  if (get(request, "kind") != "reverse" || count(request, "copied") != 1 || was == deals.end() || was->second.state != "completed" ||
      !left.contains(was->second.kind) || count(was->second.request, "carried") != 0)
    return {};
  return refers;
}

void Replay::read_moves(const JournalEntry& entry, const Json& content) {
  moves_.clear();
  corrected_ = corrects(entry, content);
  if (content.contains("moves"))
    for (const Json& m : content["moves"])
      for (int i = 0; i < m[7].get<int>(); ++i) {
        const Unit unit{m[5].get<std::string>(), m[6].get<int>() + i, m[8].get<std::string>()};
        moves_.push_back({m[0].get<std::string>(),
                          {m[1].get<std::string>(), unit, m[2].get<std::string>()},
                          {m[3].get<std::string>(), unit, m[4].get<std::string>()},
                          m[9].get<std::int64_t>()});
      }
  for (const Moved& m : moves_) move(entry, m);
  if (content.contains("blocks")) read_blocks(entry, content["blocks"]);
}

void Replay::move(const JournalEntry& entry, const Moved& m) {
  const std::string subject = fmt::format("{} {}", entry.number, text(m.from));
  const auto& [giver, unit, from_in] = m.from;
  const auto& taker = std::get<0>(m.to);
  const std::string& instrument = std::get<0>(unit);
  if (m.amount <= 0 || m.from == m.to || !accounts.contains(giver) || !accounts.contains(taker) ||
      !instruments.contains(instrument))
    return wrong("E5", subject, "数量、账户或品种不合要求",
                 "the amount, an account or the instrument is not acceptable");
  const bool corrected = !corrected_.empty() && get(deals[corrected_].request, "to") == giver && get(deals[corrected_].request, "from") == taker;
  if (sinks.contains(type_of(giver)) && !corrected) wrong("E2", subject, "从终结账户转出", "something leaves a sink");
  Amount& out = amounts[m.from];
  Amount& in = amounts[m.to];
  auto& held = deals[entry.transaction].held;
  const auto resolve = [&] {
    const auto at = held.find({m.from, m.to});
    if (at == held.end() || at->second < m.amount)
      return wrong("E4", subject, "没有与之对应的预留，或已处理",
                   "there is no such hold, or it was resolved before");
    at->second -= m.amount;
    if (at->second == 0) held.erase(at);
  };
  if (m.mode == "hold") {
    held[{m.from, m.to}] += m.amount;
    out.out += m.amount;
    in.in += m.amount;
    return;
  }
  if (m.mode == "settle" || m.mode == "void") {
    resolve();
    out.out -= m.amount;
    in.in -= m.amount;
  }
  if (m.mode == "void") return;
  out.posted -= m.amount;
  in.posted += m.amount;
  if (type_of(giver) == "issue") {
    issued[unit] += m.amount;
    const auto cap = caps.find(unit);
    const bool capped = is_flow(instrument) || instruments[instrument].value("capped", false);
    if ((capped && cap == caps.end()) || (cap != caps.end() && issued[unit] > cap->second))
      wrong("I1", subject, fmt::format("已发放 {} 超过总量", issued[unit]),
            fmt::format("{} issued, above the cap", issued[unit]));
  }
  const Account& to = accounts[taker];
  if (giver != taker && is_flow(instrument) && to.permit_to && std::get<1>(unit) >= *to.permit_to)
    wrong("I3", subject, "取得的权利晚于许可证失效月", "a right beyond the end of the permit");
}

void Replay::read_blocks(const JournalEntry& entry, const Json& blocks) {
  for (const Json& b : blocks) {
    const std::string instrument = b[0].get<std::string>(), giver = b[3].get<std::string>(),
                      taker = b[4].get<std::string>();
    Serial part{b[6].get<std::int64_t>(), taker, b[1].get<int>(), b[2].get<std::string>(), ""};
    const std::int64_t start = b[5].get<std::int64_t>(), end = start + part.length;
    const std::string subject = fmt::format("{} {} {}-{}", entry.number, instrument, start, end - 1);
    auto& all = serials[instrument];
    if (sinks.contains(type_of(taker))) {
      part.claim = entry.transaction;
      if (part.claim.empty())
        wrong("E14", subject, "终结的编号没有对应的事项", "a retired block is claimed by nothing");
    }
    if (part.length <= 0) {
      wrong("E9", subject, "编号段为空", "the block is empty");
      continue;
    }
    if (type_of(giver) == "issue") {
      const auto next = all.lower_bound(start);
      const bool overlaps =
          (next != all.end() && next->first < end) ||
          (next != all.begin() && std::prev(next)->first + std::prev(next)->second.length > start);
      if (overlaps) wrong("E9", subject, "与已有编号重叠", "it overlaps numbers that exist");
      all[start] = part;
      continue;
    }
    // The giver's own blocks are cut at both ends, exactly.
    for (const std::int64_t at : {start, end}) {
      auto owner = all.upper_bound(at);
      if (owner == all.begin()) continue;
      --owner;
      if (owner->first == at || owner->first + owner->second.length <= at) continue;
      Serial right = owner->second;
      right.length = owner->first + owner->second.length - at;
      owner->second.length = at - owner->first;
      all[at] = right;
    }
    std::int64_t covered = 0;
    for (auto at = all.lower_bound(start); at != all.end() && at->first < end; ++at) {
      if (at->second.account != giver || at->second.claim != corrected_ || at->second.period != part.period ||
          at->second.project != part.project)
        wrong(at->second.claim.empty() ? "E9" : "E14", subject, fmt::format("编号不属于 {}", giver),
              fmt::format("the numbers are not {}'s", giver));
      covered += at->second.length;
      at->second.account = taker;
      at->second.claim = part.claim;
    }
    if (covered != part.length) wrong("E9", subject, "编号不完整", "not all of these numbers exist");
  }
}

std::int64_t Replay::given(const std::string& account, const Unit& unit) const {
  std::int64_t sum = 0;
  for (const Moved& m : moves_)
    if (m.mode != "void" && std::get<1>(m.from) == unit && std::get<0>(m.from) == account &&
        std::get<0>(m.to) != account)
      sum += m.amount;
  return sum;
}
std::int64_t Replay::taken(const std::string& account, const Unit& unit) const {
  std::int64_t sum = 0;
  for (const Moved& m : moves_)
    if (m.mode != "void" && std::get<1>(m.to) == unit && std::get<0>(m.to) == account &&
        std::get<0>(m.from) != account)
      sum += m.amount;
  return sum;
}

// ---- what holds after each entry, of what it touched ----

void Replay::check_touched(const JournalEntry& entry) {
  std::set<std::pair<std::string, Unit>> cells;
  for (const Moved& m : moves_)
    for (const Place* place : {&m.from, &m.to}) {
      const auto& [account, unit, compartment] = *place;
      cells.insert({account, unit});
      const Amount& a = amounts[*place];
      const bool bottomless =
          type_of(account) == "issue" || (type_of(account) == "clearing" && std::get<0>(unit) == "CNY");
      if (a.out < 0 || a.in < 0 || (!bottomless && a.posted - a.out < 0))
        wrong("E3", fmt::format("{} {}", entry.number, text(*place)),
              fmt::format("余额 {}、待付 {}、待收 {}", a.posted, a.out, a.in),
              fmt::format("posted {}, pending out {}, pending in {}", a.posted, a.out, a.in));
    }
  std::set<std::tuple<std::string, std::string, int>> buckets;
  for (const auto& [account, unit] : cells)
    buckets.insert({account, std::get<0>(unit), is_flow(std::get<0>(unit)) ? std::get<1>(unit) : 0});
  if (entry.event == "completed" && !entry.transaction.empty())
    if (const auto order = orders.find(entry.transaction);
        order != orders.end() && !is_flow(order->second.instrument))
      buckets.insert({order->second.account, order->second.instrument, 0});
  for (const auto& [account, instrument, month] : buckets) {
    const bool flow = is_flow(instrument);
    std::int64_t demanded = 0, frozen = 0, loose = 0;
    for (const auto& [key, order] : orders)
      if (order.account == account && order.instrument == instrument &&
          (!flow || (order.from <= month && month < order.to)))
        demanded += order.quantity;
    const int last = flow ? month : std::numeric_limits<int>::max();
    for (auto at = amounts.lower_bound({account, {instrument, flow ? month : 0, ""}, ""});
         at != amounts.end() && std::get<0>(at->first) == account &&
         std::get<0>(std::get<1>(at->first)) == instrument && std::get<1>(std::get<1>(at->first)) <= last;
         ++at) {
      const std::string& in = std::get<2>(at->first);
      if (in == "frozen") frozen += at->second.posted;
      if (in == "free" || in == "locked") loose += at->second.posted - at->second.out;
    }
    if (frozen > demanded || (frozen < demanded && loose > 0))
      wrong("E3", fmt::format("{} {} {} {}", entry.number, account, instrument, month),
            fmt::format("冻结令要求 {}，已冻结 {}，自由 {}", demanded, frozen, loose),
            fmt::format("orders demand {}, {} is frozen, {} is free", demanded, frozen, loose));
  }
}

void Replay::finish() {
  // E1: all accounts together, sinks included, hold what was issued; money what came from the bank.
  std::map<Unit, std::int64_t> sums, outstanding;
  for (const auto& [place, amount] : amounts) {
    sums[std::get<1>(place)] += amount.posted;
    if (type_of(std::get<0>(place)) != "issue") outstanding[std::get<1>(place)] += amount.posted;
  }
  for (const auto& [unit, sum] : sums) {
    const std::string& instrument = std::get<0>(unit);
    const bool money = instrument == "CNY";
    if (sum != 0 || (!money && outstanding[unit] != issued[unit]))
      wrong("E1", fmt::format("{} {} {}", instrument, std::get<1>(unit), std::get<2>(unit)),
            fmt::format("各账户合计 {}，已发放 {}", outstanding[unit], issued[unit]),
            fmt::format("the accounts hold {}, {} was issued", outstanding[unit], issued[unit]));
  }
  // E9: the lengths of the blocks are the balance, account by account.
  std::map<std::pair<std::string, Unit>, std::int64_t> lengths;
  for (const auto& [instrument, all] : serials)
    for (const auto& [start, s] : all) lengths[{s.account, {instrument, s.period, s.project}}] += s.length;
  std::map<std::pair<std::string, Unit>, std::int64_t> balances;
  for (const auto& [place, amount] : amounts)
    if (is_stock(std::get<0>(std::get<1>(place))) && type_of(std::get<0>(place)) != "issue")
      balances[{std::get<0>(place), std::get<1>(place)}] += amount.posted;
  for (const auto& [cell, balance] : balances)
    if (lengths[cell] != balance)
      wrong("E9", cell.first + " " + std::get<0>(cell.second),
            fmt::format("编号合计 {}，余额 {}", lengths[cell], balance),
            fmt::format("{} numbered units, but the balance is {}", lengths[cell], balance));
  for (const auto& [key, aside] : asides) {
    std::int64_t left = 0;
    for (const auto& [place, amount] : aside.left) left += amount;
    if (aside.open != (left > 0))
      wrong("E4", key, "已了结而仍有数量，或相反",
            "it is over and yet holds something, or the other way round");
  }
  for (const auto& [key, deal] : deals) {
    const bool waits = deal.state == "proposed" || deal.state == "delayed" || deal.state == "conditional";
    if (!waits && !deal.held.empty())
      wrong("E4", key, "已了结而仍有预留", "it is over and yet holds something back");
  }
}

std::string Replay::state_hash() const {
  std::string all;
  for (const auto& [place, a] : amounts)
    if (!(a == Amount{})) all += fmt::format("{} {} {} {}\n", text(place), a.posted, a.out, a.in);
  for (const auto& [instrument, blocks] : serials)
    for (const auto& [start, s] : blocks)
      all += fmt::format("{} {} {} {} {}\n", instrument, start, s.length, s.account, s.claim);
  for (const auto& [key, o] : orders) all += fmt::format("{} {} {}\n", key, o.account, o.quantity);
  for (const auto& [key, d] : deals) all += fmt::format("{} {} {}\n", key, d.kind, d.state);
  return sha256_hex(all);
}

}  // namespace tributary::rights
