#include "ledger/batch.h"

#include <limits>

#include <fmt/format.h>

namespace tributary::ledger {

namespace {

using Wide = __int128;
constexpr Wide least = std::numeric_limits<std::int64_t>::min();
constexpr Wide most = std::numeric_limits<std::int64_t>::max();

bool makes_hold(Action action) {
  return action == Action::hold;
}
bool resolves_hold(Action action) {
  return action == Action::settle || action == Action::void_hold;
}

}  // namespace

// ---- AccountCache ----

void AccountCache::enter(std::int64_t version) {
  if (version_ != version || accounts_.size() > most_accounts) {
    accounts_.clear();
    units_.clear();
  }
  version_.reset();
}

void AccountCache::load(store::Transaction& t, const std::string& jurisdiction,
                        std::span<const std::int64_t> ids) {
  List wanted(t.dialect());
  for (const auto id : ids) wanted.add(id);
  if (wanted.empty()) return;
  t.each(
      [&](const store::Row& row) {
        const auto unit =
            units_.try_emplace(row.text(6), static_cast<std::uint32_t>(units_.size())).first->second;
        accounts_[row.integer(0)] = {.id = row.integer(0),
                                     .posted = row.integer(1),
                                     .pending_in = row.integer(2),
                                     .pending_out = row.integer(3),
                                     .floor = row.integer_or_null(4).value_or(0),
                                     .last_transfer = row.integer(5),
                                     .unit = unit,
                                     .has_floor = !row.is_null(4),
                                     .open = row.integer(7) != 0};
      },
      fmt::format(
          "SELECT b.account, b.posted, b.pending_in, b.pending_out, b.floor, b.last_transfer, a.unit, "
          "a.is_open "
          "FROM {} CROSS JOIN ledger_balance b CROSS JOIN ledger_account a WHERE b.jurisdiction = ? AND "
          "b.account = j.value AND a.jurisdiction = b.jurisdiction AND a.id = b.account",
          integers_table(t.dialect())),
      wanted.text(), jurisdiction);
}

// ---- Batch: what is known beforehand ----

Batch::Batch(store::Transaction& t, const std::string& jurisdiction, Instant now, AccountCache& cache)
    : t_(t),
      jurisdiction_(jurisdiction),
      now_(now),
      cache_(cache),
      state_(read_state(t, jurisdiction, true)) {
  version_ = state_.version;
  cache_.enter(state_.version);
}

std::vector<Outcome> Batch::run(std::span<const Request> requests) {
  std::vector<Outcome> outcomes(requests.size(), Outcome::accepted);
  release_expired();
  look_up(requests);
  load_accounts(requests);
  for (std::size_t from = 0; from < requests.size();) {
    std::size_t to = from;
    while (to < requests.size() && requests[to].linked) ++to;
    const bool complete = to < requests.size();
    to = complete ? to + 1 : to;
    run_chain(requests.subspan(from, to - from), complete, std::span(outcomes).subspan(from, to - from));
    from = to;
  }
  write();
  return outcomes;
}

void Batch::release_expired() {
  struct Lapsed {
    std::int64_t debit, credit, amount;
  };
  std::vector<Lapsed> lapsed;
  t_.each([&](const store::Row& row) { lapsed.push_back({row.integer(0), row.integer(1), row.integer(2)}); },
          select_lapsed_holds, jurisdiction_, now_.seconds);
  expired_ = static_cast<std::int64_t>(lapsed.size());
  if (lapsed.empty()) return;
  std::vector<std::int64_t> missing;
  for (const auto& hold : lapsed)
    for (const auto id : {hold.debit, hold.credit})
      if (cache_.find(id) == nullptr) missing.push_back(id);
  cache_.load(t_, jurisdiction_, missing);
  for (const auto& hold : lapsed) {
    AccountState* debit = cache_.find(hold.debit);
    AccountState* credit = cache_.find(hold.credit);
    TRIBUTARY_CHECK(debit != nullptr && credit != nullptr, fmt::format("{} {}", hold.debit, hold.credit));
    touch(*debit);
    touch(*credit);
    debit->pending_out -= hold.amount;
    credit->pending_in -= hold.amount;
  }
  t_.execute("UPDATE ledger_hold SET state = 4 WHERE jurisdiction = ? AND state = 2 AND expires <= ?",
             jurisdiction_, now_.seconds);
}

void Batch::look_up(std::span<const Request> requests) {
  List ids(t_.dialect());
  const auto add = [&](std::string_view id) {
    if (is_id(id)) ids.add(id);
  };
  for (const auto& request : requests) {
    add(request.id);
    if (!request.hold.empty()) add(request.hold);
    if (!request.corrects.empty()) add(request.corrects);
  }
  if (!ids.empty())
    t_.each([&](const store::Row& row) { found_.push_back(transfer_of(row)); },
            fmt::format("SELECT {} FROM {} CROSS JOIN {} WHERE t.jurisdiction = ? AND t.id = j.value",
                        transfer_columns, texts_table(t_.dialect()), transfer_from),
            ids.text(), jurisdiction_);
  by_id_.reserve(found_.size() + requests.size());
  entries_.reserve(found_.size() + requests.size());
  for (const auto& f : found_) {
    by_id_[f.id] = entries_.size();
    entries_.push_back({.number = f.number,
                        .action = f.action,
                        .state = f.state,
                        .debit = nullptr,
                        .credit = nullptr,
                        .debit_id = f.debit.value,
                        .credit_id = f.credit.value,
                        .amount = f.amount,
                        .id = f.id,
                        .hold = f.hold,
                        .corrects = f.corrects,
                        .cause_kind = f.cause.kind,
                        .cause_id = f.cause.id,
                        .note = f.note,
                        .legal_date = f.legal_date,
                        .expires = f.expires,
                        .chain = f.chain,
                        .chain_size = f.chain_size,
                        .debit_before = 0,
                        .credit_before = 0,
                        .resolved_by = 0});
  }
  stored_ = entries_.size();
}

void Batch::load_accounts(std::span<const Request> requests) {
  std::vector<std::int64_t> missing;
  const auto need = [&](std::int64_t id) {
    if (id > 0 && cache_.find(id) == nullptr) missing.push_back(id);
  };
  for (const auto& request : requests) {
    need(request.debit.value);
    need(request.credit.value);
  }
  for (const auto& entry : entries_)
    if (makes_hold(entry.action)) {
      need(entry.debit_id);
      need(entry.credit_id);
    }
  std::ranges::sort(missing);
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  cache_.load(t_, jurisdiction_, missing);
  for (auto& entry : entries_) {
    if (!makes_hold(entry.action)) continue;
    entry.debit = cache_.find(entry.debit_id);
    entry.credit = cache_.find(entry.credit_id);
    TRIBUTARY_CHECK(entry.debit != nullptr && entry.credit != nullptr, std::string(entry.id));
  }
}

const Batch::Entry* Batch::known(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &entries_[found->second];
}

// ---- Batch: deciding ----

void Batch::run_chain(std::span<const Request> chain, bool complete, std::span<Outcome> outcomes) {
  const std::size_t first_new = entries_.size();
  const bool one = is_stored_as_one(chain);
  const std::int64_t number = state_.transfers + 1;
  in_chain_ = chain.size() > 1;
  std::size_t failed = chain.size();
  for (std::size_t i = 0; i < chain.size() && failed == chain.size(); ++i) {
    Outcome& outcome = outcomes[i];
    const bool last = i + 1 == chain.size();
    if (!complete && last)
      outcome = Outcome::chain_open;
    else if (!is_id(chain[i].id))
      outcome = Outcome::bad_id;
    else if (const auto at = by_id_.find(chain[i].id); at == by_id_.end())
      outcome = apply(chain[i], number, static_cast<std::int64_t>(chain.size()));
    else if (at->second >= first_new)
      outcome = Outcome::duplicate_in_chain;
    else
      outcome = check_repeat(chain[i], entries_[at->second], one);
    if (!is_success(outcome)) failed = i;
  }
  if (failed == chain.size()) {
    undo_ = {};
    return;
  }
  for (std::size_t i = 0; i < chain.size(); ++i)
    if (i != failed) outcomes[i] = Outcome::chain_failed;
  while (entries_.size() > first_new) {
    by_id_.erase(entries_.back().id);
    entries_.pop_back();
    --state_.transfers;
  }
  undo();
}

// True when all of the chain are recorded, as this chain in this order.
bool Batch::is_stored_as_one(std::span<const Request> chain) const {
  std::int64_t first = 0;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Entry* entry = known(chain[i].id);
    if (entry == nullptr || entry->chain_size != static_cast<std::int64_t>(chain.size())) return false;
    if (i == 0) first = entry->number;
    if (entry->chain != first || entry->number != first + static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

Outcome Batch::check_repeat(const Request& r, const Entry& e, bool same_chain) const {
  using enum Outcome;
  const bool derived = resolves_hold(r.action);  // accounts and perhaps the amount come from the hold
  if (r.action != e.action) return exists_with_different_action;
  if (r.hold != e.hold) return exists_with_different_hold;
  const AccountId debit{derived ? 0 : e.debit_id};
  const AccountId credit{derived ? 0 : e.credit_id};
  if (r.debit != debit || r.credit != credit) return exists_with_different_accounts;
  std::int64_t amount = r.amount;
  if (r.action == Action::settle && amount == 0) {
    const Entry* hold = known(e.hold);
    TRIBUTARY_CHECK(hold != nullptr, std::string(e.id));
    amount = hold->amount;
  }
  if (r.action == Action::void_hold ? r.amount != 0 : amount != e.amount) return exists_with_different_amount;
  if (r.cause.kind != e.cause_kind || r.cause.id != e.cause_id) return exists_with_different_cause;
  if (r.legal_date != e.legal_date) return exists_with_different_date;
  if (r.expires != e.expires) return exists_with_different_expiry;
  if (r.corrects != e.corrects) return exists_with_different_correction;
  if (r.note != e.note) return exists_with_different_note;
  if (!same_chain) return exists_with_different_chain;
  return exists;
}

Outcome Batch::check_alone(const Request& r) const {
  using enum Outcome;
  const bool resolves = resolves_hold(r.action);
  const bool has_accounts = r.debit.value != 0 || r.credit.value != 0;
  if (resolves ? has_accounts : !r.hold.empty()) return misplaced_field;
  if (r.expires && r.action != Action::hold) return misplaced_field;
  if (!r.corrects.empty() && r.action != Action::post && r.action != Action::settle) return misplaced_field;
  if (r.action == Action::void_hold && r.amount != 0) return misplaced_field;
  if (!is_id(r.cause.kind) || !is_id(r.cause.id)) return bad_cause;
  if (!is_note(r.note)) return bad_note;
  if (!is_legal_date(r.legal_date)) return bad_date;
  if (resolves ? r.amount < 0 : r.amount <= 0) return amount_not_positive;
  if (!resolves && r.debit == r.credit) return accounts_are_the_same;
  if (r.expires && *r.expires <= now_) return expiry_has_passed;
  return accepted;
}

Outcome Batch::find_hold(const Request& r, std::size_t& index) const {
  using enum Outcome;
  const auto at = by_id_.find(r.hold);
  if (at == by_id_.end()) return hold_not_found;
  const Entry& hold = entries_[at->second];
  if (!makes_hold(hold.action)) return not_a_hold;
  if (hold.state == State::posted) return hold_already_posted;
  if (hold.state == State::voided) return hold_already_voided;
  if (hold.state == State::expired) return hold_expired;
  if (r.amount > hold.amount) return exceeds_hold;
  index = at->second;
  return accepted;
}

Outcome Batch::find_accounts(const Request& r, AccountState*& debit, AccountState*& credit) {
  using enum Outcome;
  debit = cache_.find(r.debit.value);
  credit = cache_.find(r.credit.value);
  if (debit == nullptr) return debit_account_not_found;
  if (credit == nullptr) return credit_account_not_found;
  if (!debit->open) return debit_account_closed;
  if (!credit->open) return credit_account_closed;
  if (debit->unit != credit->unit) return units_differ;
  return accepted;
}

// Keeps, for every account, posted - pending_out and posted + pending_in within 64 bits, so that whatever
// becomes of the holds cannot overflow later.
Outcome Batch::check_room(Action action, std::int64_t amount, const AccountState& debit,
                          const AccountState& credit) const {
  const Wide available = Wide{debit.posted} - debit.pending_out - amount;
  if (available < least || Wide{credit.posted} + credit.pending_in + amount > most) return Outcome::overflow;
  if (makes_hold(action) &&
      (Wide{debit.pending_out} + amount > most || Wide{credit.pending_in} + amount > most))
    return Outcome::overflow;
  if (debit.has_floor && available < debit.floor) return Outcome::below_floor;
  return Outcome::accepted;
}

Outcome Batch::apply(const Request& r, std::int64_t chain, std::int64_t chain_size) {
  if (const auto wrong = check_alone(r); !is_success(wrong)) return wrong;
  std::int64_t amount = r.amount;
  AccountState* debit = nullptr;
  AccountState* credit = nullptr;
  std::size_t hold = entries_.size();
  if (resolves_hold(r.action)) {
    if (const auto wrong = find_hold(r, hold); !is_success(wrong)) return wrong;
    debit = entries_[hold].debit;
    credit = entries_[hold].credit;
    if (amount == 0) amount = entries_[hold].amount;
  } else if (const auto wrong = find_accounts(r, debit, credit); !is_success(wrong)) {
    return wrong;
  }
  if (!r.corrects.empty()) {
    const Entry* corrected = known(r.corrects);
    if (corrected == nullptr) return Outcome::corrected_not_found;
    if (corrected->action != Action::post && corrected->action != Action::settle)
      return Outcome::corrected_not_posted;
  }
  if (state_.closed_through && r.legal_date <= *state_.closed_through) return Outcome::period_closed;
  if (!resolves_hold(r.action))
    if (const auto wrong = check_room(r.action, amount, *debit, *credit); !is_success(wrong)) return wrong;

  const Entry entry{.number = ++state_.transfers,
                    .action = r.action,
                    .state = makes_hold(r.action) ? State::pending : State::posted,
                    .debit = debit,
                    .credit = credit,
                    .debit_id = debit->id,
                    .credit_id = credit->id,
                    .amount = amount,
                    .id = r.id,
                    .hold = r.hold,
                    .corrects = r.corrects,
                    .cause_kind = r.cause.kind,
                    .cause_id = r.cause.id,
                    .note = r.note,
                    .legal_date = r.legal_date,
                    .expires = r.expires,
                    .chain = chain,
                    .chain_size = chain_size,
                    .debit_before = debit->last_transfer,
                    .credit_before = credit->last_transfer,
                    .resolved_by = 0};
  const bool resolves = hold < entries_.size();
  move(entry, resolves ? &entries_[hold] : nullptr);
  if (resolves) {
    if (in_chain_) undo_.holds.push_back(hold);
    if (hold < stored_) resolved_.push_back(hold);
    entries_[hold].state = r.action == Action::settle ? State::posted : State::voided;
    entries_[hold].resolved_by = entry.number;
  }
  by_id_.emplace(entry.id, entries_.size());
  entries_.push_back(entry);
  return Outcome::accepted;
}

void Batch::move(const Entry& entry, const Entry* hold) {
  AccountState& debit = *entry.debit;
  AccountState& credit = *entry.credit;
  if (in_chain_) {
    undo_.accounts.emplace_back(&debit, debit);
    undo_.accounts.emplace_back(&credit, credit);
  }
  touch(debit);
  touch(credit);
  debit.last_transfer = credit.last_transfer = entry.number;
  if (hold != nullptr) {
    debit.pending_out -= hold->amount;
    credit.pending_in -= hold->amount;
  }
  if (makes_hold(entry.action)) {
    debit.pending_out += entry.amount;
    credit.pending_in += entry.amount;
  } else if (entry.action != Action::void_hold) {
    debit.posted -= entry.amount;
    credit.posted += entry.amount;
  }
}

void Batch::undo() {
  for (auto at = undo_.accounts.rbegin(); at != undo_.accounts.rend(); ++at) {
    const bool touched = at->first->touched;  // it stands in the list of the touched, and stays there
    *at->first = at->second;
    at->first->touched = touched;
  }
  for (const auto hold : undo_.holds) {
    if (hold >= entries_.size()) continue;  // made and undone in this chain
    entries_[hold].state = State::pending;
    entries_[hold].resolved_by = 0;
    std::erase(resolved_, hold);
  }
  undo_ = {};
}

void Batch::touch(AccountState& account) {
  if (account.touched) return;
  account.touched = true;
  touched_.push_back(&account);
}

}  // namespace tributary::ledger
