// Moving quantities in memory: what is available, caps, permits, standing orders, serial numbers.
#include "base/text.h"
#include "rights/book.h"
#include "rights/titles.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

UnitKey plus(const UnitKey& unit, int periods) {
  return {unit.instrument, unit.period + periods, unit.project};
}

bool swept(Compartment c) {
  return c == Compartment::free || c == Compartment::locked;
}

bool may_be_below_zero(const AccountRow& account, const Instrument& instrument) {
  return account.is.type == AccountType::issue ||
         (account.is.type == AccountType::clearing && instrument.kind == InstrumentKind::money);
}

}  // namespace

Text unit_title(const Instrument& instrument, int period, const std::string& project) {
  if (instrument.kind == InstrumentKind::money) return {"资金", "cash"};
  if (instrument.kind == InstrumentKind::flow)
    return {instrument.name.zh + " " + to_string(Month{period}), instrument.name.en + " " + to_string(Month{period})};
  const std::string of = fmt::format(" {}{}{}", period, project.empty() ? "" : " ", project);
  return {instrument.name.zh + of, instrument.name.en + of};
}

std::string unit_text(const Instrument& instrument, int period, const std::string& project) {
  if (instrument.kind == InstrumentKind::money) return instrument.code;
  if (instrument.kind == InstrumentKind::flow) return instrument.code + " " + to_string(Month{period});
  return fmt::format("{} {}{}{}", instrument.code, period, project.empty() ? "" : " ", project);
}

std::int64_t Book::begin(std::string event, std::string transaction, const Act& act) {
  const std::int64_t number = entries_before_ + static_cast<std::int64_t>(entries_.size()) + 1;
  entries_.push_back({number, std::move(event), std::move(transaction), act, Json::object(), {}});
  return number;
}

void Book::mark() {
  marked_ = {true, {}, {}, entries_.size(), postings_.size(), permit_rows_.size(), certificates_.size()};
}

void Book::take_back() {
  for (auto& [key, cell] : marked_.cells) cells_[key] = std::move(cell);
  for (const auto& [unit, cap] : marked_.caps) caps_[unit] = cap;
  entries_.resize(marked_.entries);
  postings_.resize(marked_.postings);
  permit_rows_.resize(marked_.permit_rows);
  certificates_.resize(marked_.certificates);
  marked_ = {};
}

// Neighbouring months with the same figures are one line.
void Book::record(const Move& move) {
  auto& moves = entries_.back().moves;
  if (!moves.empty()) {
    Move& last = moves.back();
    if (last.mode == move.mode && last.from == move.from && last.from_in == move.from_in &&
        last.to == move.to && last.to_in == move.to_in && last.amount == move.amount &&
        last.unit.instrument == move.unit.instrument && last.unit.project == move.unit.project &&
        last.unit.period + last.count == move.unit.period) {
      last.count += move.count;
      return;
    }
  }
  moves.push_back(move);
}

void Book::check_credit(const AccountRow& to, const UnitKey& unit) const {
  const Instrument& is = instrument(unit.instrument).is;
  if (is.kind != InstrumentKind::flow || !to.is.permit_to || unit.period < to.is.permit_to->index) return;
  throw Error(
      codes::beyond_permit,
      {fmt::format("账户 {} 的许可证 {} 自 {} 起失效，不能取得该月及以后的权利", to.is.code, to.is.permit,
                   to_string(*to.is.permit_to)),
       fmt::format(
           "the permit {} of account {} no longer holds from {} on; it cannot get rights for that month",
           to.is.permit, to.is.code, to_string(*to.is.permit_to))},
      {{}, 0, 0, "term"}, {"请缩短期间，或先延续许可证。", "Shorten the term, or renew the permit first."});
}

Move Book::move(Move move, const std::string& claim) {
  move.entry = entries_.back().number;
  move.line = entries_.back().lines;
  for (int i = 0; i < move.count; ++i) step(move, i, claim);
  return move;
}

Move Book::resolve(const Move& held, bool settle, const std::string& claim) {
  Move move = held;
  move.mode = settle ? Mode::settle : Mode::undo;
  for (int i = 0; i < move.count; ++i) step(move, i, claim);
  return move;
}

void Book::step(const Move& move, int i, const std::string& claim) {
  const UnitKey unit = plus(move.unit, i);
  const CellKey from_key{move.from, unit};
  const CellKey to_key{move.to, unit};
  Cell& from = cells_[from_key];
  Cell& to = cells_[to_key];
  if (marked_.active) {
    marked_.cells.try_emplace(from_key, from);
    marked_.cells.try_emplace(to_key, to);
  }
  Cell::Amount& out = from[move.from_in];
  Cell::Amount& in = to[move.to_in];
  const AccountRow& giver = account(move.from);
  const AccountRow& taker = account(move.to);
  const Instrument& is = instrument(unit.instrument).is;
  TRIBUTARY_CHECK(
      move.amount > 0 && (move.from != move.to || move.from_in != move.to_in),
      fmt::format("{} {} {}", move.amount, giver.is.code, unit_text(is, unit.period, unit.project)));
  const bool begins = move.mode == Mode::post || move.mode == Mode::hold;
  if (begins && !may_be_below_zero(giver, is) && out.available() < move.amount)
    throw Error(
        codes::insufficient,
        {fmt::format("账户 {} 的 {} 在“{}”中仅有 {}，不足 {}", giver.is.code,
                     unit_title(is, unit.period, unit.project).zh, title_of(move.from_in).zh, out.available(),
                     move.amount),
         fmt::format("account {} has only {} of {} in “{}”, less than {}", giver.is.code, out.available(),
                     unit_title(is, unit.period, unit.project).en, title_of(move.from_in).en, move.amount)},
        {{}, 0, 0, "quantity"});
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 4;
  if (begins && (move.amount > most || in.posted > most - move.amount || in.in > most - move.amount ||
                 out.posted - out.out < move.amount - most))
    throw Error(codes::overflow,
                {"数量超出系统可表示的范围", "a quantity is beyond what the system can represent"});
  if (move.mode != Mode::undo && move.from != move.to) check_credit(taker, unit);
  if ((move.mode == Mode::post || move.mode == Mode::settle) && giver.is.type == AccountType::issue) {
    CapRow& cap = caps_[unit];
    if (marked_.active) marked_.caps.try_emplace(unit, cap);
    const bool wanted = is.capped || is.kind == InstrumentKind::flow;
    if ((wanted && !cap.cap) || (cap.cap && move.amount > *cap.cap - cap.issued))
      throw Error(codes::over_cap,
                  {fmt::format("{} 的总量控制数为 {}，已发放 {}，不能再发放 {}",
                               unit_title(is, unit.period, unit.project).zh,
                               cap.cap ? fmt::format("{}", *cap.cap) : "未设定", cap.issued, move.amount),
                   fmt::format("the cap of {} is {}, {} is issued, so {} more cannot be",
                               unit_title(is, unit.period, unit.project).en,
                               cap.cap ? fmt::format("{}", *cap.cap) : "not set", cap.issued, move.amount)},
                  {{}, 0, 0, "quantity"});
    cap.issued += move.amount;
    cap.dirty = true;
  }
  switch (move.mode) {
    case Mode::post:
      out.posted -= move.amount;
      in.posted += move.amount;
      break;
    case Mode::hold:
      out.out += move.amount;
      in.in += move.amount;
      break;
    case Mode::settle:
      out.out -= move.amount;
      out.posted -= move.amount;
      in.in -= move.amount;
      in.posted += move.amount;
      break;
    case Mode::undo:
      out.out -= move.amount;
      in.in -= move.amount;
      break;
  }
  const auto action = move.mode == Mode::post     ? ledger::Action::post
                      : move.mode == Mode::hold   ? ledger::Action::hold
                      : move.mode == Mode::settle ? ledger::Action::settle
                                                  : ledger::Action::void_hold;
  Entry& entry = entries_.back();
  postings_.push_back({action, &from, from_key, move.from_in, &to, to_key, move.to_in, move.amount,
                       entry.number, entry.lines++, begins ? 0 : move.entry, begins ? 0 : move.line + i,
                       entries_.size() - 1});
  Move one = move;
  one.unit = unit;
  one.count = 1;
  record(one);
  const bool arrives = move.mode == Mode::post || move.mode == Mode::settle;
  if (arrives && move.from != move.to && is.kind == InstrumentKind::stock)
    shift_blocks(from, giver, to, taker, unit, move.amount, claim);
  if (arrives && move.to_in == Compartment::locked) {
    to.locked_on = tributary::to_string(today());
    to.lock_changed = true;
  }
  if (arrives && swept(move.to_in)) sweep(move.to, unit);
  if (move.mode == Mode::undo && swept(move.from_in)) sweep(move.from, unit);
}

void Book::shift_blocks(Cell& from, const AccountRow& giver, Cell& to, const AccountRow& taker,
                        const UnitKey& unit, std::int64_t amount, const std::string& claim) {
  std::vector<Block> blocks;
  if (giver.is.type == AccountType::issue)
    blocks.push_back({next("serial:" + instrument(unit.instrument).is.code, amount), amount});
  else
    blocks = from.lots.take(amount);
  for (const Block& block : blocks) {
    if (is_sink(taker.is.type))
      to.claimed.emplace_back(block, claim);
    else
      to.lots.add(block);
    entries_.back().blocks.push_back({instrument(unit.instrument).is.code, unit.period, unit.project,
                                      giver.is.code, taker.is.code, block.start, block.length});
  }
}

// ---- standing orders ----

std::int64_t Book::unmet(std::int64_t account, const UnitKey& unit) const {
  const bool flow = instrument(unit.instrument).is.kind == InstrumentKind::flow;
  std::int64_t demanded = 0;
  for (const auto& [key, order] : freezes_)
    if (order.account == account && order.instrument == unit.instrument &&
        (!flow || (order.period_from <= unit.period && unit.period < order.period_to)))
      demanded += order.quantity;
  std::int64_t frozen = 0;
  if (flow) {
    const Cell* cell = find_cell(account, unit);
    frozen = cell == nullptr ? 0 : (*cell)[Compartment::frozen].posted;
  } else {
    for (auto at = cells_.lower_bound({account, {unit.instrument, 0, {}}});
         at != cells_.end() && at->first.account == account && at->first.unit.instrument == unit.instrument;
         ++at)
      frozen += at->second[Compartment::frozen].posted;
  }
  return demanded - frozen;
}

void Book::sweep(std::int64_t account, const UnitKey& unit) {
  if (!has_freeze_.contains({account, unit.instrument})) return;
  for (const Compartment c : {Compartment::free, Compartment::locked}) {
    const std::int64_t part = std::min(unmet(account, unit), cell(account, unit)[c].available());
    if (part > 0) move({Mode::post, account, c, account, Compartment::frozen, unit, 1, part});
  }
}

std::int64_t Book::met(const FreezeRow& order, int period) const {
  const bool flow = instrument(order.instrument).is.kind == InstrumentKind::flow;
  std::int64_t frozen = 0;
  for (auto at = cells_.lower_bound({order.account, {order.instrument, 0, {}}});
       at != cells_.end() && at->first.account == order.account &&
       at->first.unit.instrument == order.instrument;
       ++at)
    if (!flow || at->first.unit.period == period) frozen += at->second[Compartment::frozen].posted;
  std::vector<const FreezeRow*> before;
  for (const auto& [key, other] : freezes_)
    if (other.account == order.account && other.instrument == order.instrument &&
        (!flow || (other.period_from <= period && period < other.period_to)) &&
        std::tie(other.rank, other.since, other.key) < std::tie(order.rank, order.since, order.key))
      frozen -= other.quantity;
  return std::clamp<std::int64_t>(frozen, 0, order.quantity);
}

// What was locked on an earlier day is free; done when it is met, so that nothing depends on a nightly job.
void Book::roll() {
  const std::string day = tributary::to_string(today());
  std::vector<CellKey> due;
  for (const auto& [key, cell] : cells_)
    if (cell[Compartment::locked].available() > 0 && !cell.locked_on.empty() && cell.locked_on < day)
      due.push_back(key);
  if (due.empty()) return;
  begin("roll", "", {"system", "", "次日可用 / free on the next day", "registry"});
  for (const auto& key : due)
    move({Mode::post, key.account, Compartment::locked, key.account, Compartment::free, key.unit, 1,
          cell(key.account, key.unit)[Compartment::locked].available()});
}

void Book::forget_locks() {
  const std::string day = tributary::to_string(today());
  for (auto& [key, cell] : cells_)
    if (!cell.locked_on.empty() && cell.locked_on < day && cell[Compartment::locked].posted == 0) {
      cell.locked_on.clear();
      cell.lock_changed = true;
    }
}

void Book::cut_permit(const AccountRow& account, const std::string& transaction, const Part& part, int index,
                      std::int64_t quantity) {
  if (account.is.permit.empty() || instrument(index).is.kind != InstrumentKind::flow) return;
  const Entry& entry = entries_.back();
  permit_rows_.push_back({entry.number, static_cast<int>(permit_rows_.size()), transaction, account.is.code,
                          account.is.permit, instrument(index).is.code, part.period, part.period + part.count,
                          quantity});
}

std::string Book::certify(const std::string& prefix, const std::string& transaction,
                          const AccountRow& account, int index, const std::vector<Part>& parts) {
  const std::string number = fmt::format("{}{:06}", prefix, next("certificate:" + prefix, 1));
  certificates_.push_back(
      {number, transaction, account.is.code, account.is.owner, instrument(index).is.code, parts, now_});
  content()["certificates"].push_back(number);
  return number;
}

std::int64_t Book::next(const std::string& counter, std::int64_t by) {
  auto at = counters_.find(counter);
  if (at == counters_.end()) {
    const auto row = t_.first("SELECT value FROM right_counter WHERE jurisdiction = ? AND name = ?",
                              jurisdiction_, counter);
    at = counters_.emplace(counter, std::pair{row ? row->integer(0) : 0, false}).first;
  }
  const std::int64_t first = at->second.first + 1;
  if (by > std::numeric_limits<std::int64_t>::max() - first)
    throw Error(codes::overflow, {"编号用尽", "the numbers are used up"});
  at->second = {at->second.first + by, true};
  return first;
}

// ---- what comes in ----

void require_act(const Act& act, bool both) {
  const auto bad = [](std::string_view text) {
    return text.empty() || text.size() > 1000 || text.find('\0') != std::string_view::npos;
  };
  const char* field = bad(act.actor)    ? "actor"
                      : bad(act.reason) ? "reason"
                      : bad(act.rule)   ? "rule"
                                        : nullptr;
  if (both && act.approver.empty()) field = "approver";
  if (field != nullptr)
    throw Error(
        codes::bad_value,
        {fmt::format("经办人、复核人、事由、规则版本均须写明（缺 {}）", field),
         fmt::format("actor, approver, reason and rule version must be given ({} is missing)", field)},
        {{}, 0, 0, field});
  if (act.actor == act.approver)
    throw Error(codes::same_person,
                {fmt::format("“{}”不能复核自己经办的事项", act.actor),
                 fmt::format("“{}” cannot approve what he began himself", act.actor)},
                {{}, 0, 0, "approver"}, {"请由另一人复核。", "Another person has to approve it."});
}

void require_code(std::string_view value, std::string_view field, std::size_t most) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:";
  if (!value.empty() && value.size() <= most && value.find_first_not_of(allowed) == std::string_view::npos)
    return;
  throw Error(codes::bad_value,
              {fmt::format("代码“{}”不合要求", value), fmt::format("the code “{}” is not acceptable", value)},
              {{}, 0, 0, std::string(field)},
              {fmt::format("须为 1 至 {} 个字母、数字或 . _ - :", most),
               fmt::format("It has 1 to {} letters, digits or . _ - :", most)});
}

void require_key(std::string_view key, std::string_view field) {
  const bool control = std::ranges::any_of(key, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (!key.empty() && key.size() <= 150 && !control && is_utf8(key)) return;
  throw Error(codes::bad_value,
              {"编号为空、过长或含有控制字符", "the key is empty, too long or has control characters"},
              {{}, 0, 0, std::string(field)});
}

}  // namespace tributary::rights
