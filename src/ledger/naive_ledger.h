// The ledger once more, slow and obvious: it judges the fast one in tests. Shares its types and nothing else.
//
// For each request it collects everything that is wrong and returns the first by number, which is what the
// order of the list of outcomes promises.
#pragma once

#include "base/text.h"
#include "ledger/types.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace tributary::ledger {

class NaiveLedger {
 public:
  std::map<std::int64_t, Account> accounts;
  std::map<std::int64_t, Balance> balances;
  std::vector<Transfer> journal;
  std::optional<Date> closed;

  std::vector<Outcome> post(std::span<const Request> requests, Instant now) {
    for (auto& t : journal)
      if (t.action == Action::hold && t.state == State::pending && t.expires && *t.expires <= now) {
        t.state = State::expired;
        unreserve(t);
      }
    std::vector<Outcome> out(requests.size());
    for (std::size_t from = 0; from < requests.size();) {
      std::size_t to = from;
      while (to < requests.size() && requests[to].linked) ++to;
      if (to < requests.size()) ++to;
      chain(requests.subspan(from, to - from), now, std::span(out).subspan(from, to - from));
      from = to;
    }
    return out;
  }

 private:
  void chain(std::span<const Request> requests, Instant now, std::span<Outcome> out) {
    std::map<std::int64_t, Balance> old_balances;
    std::vector<Transfer> old_journal;
    const bool alone = requests.size() == 1;  // then nothing needs taking back
    if (!alone) {
      old_balances = balances;
      old_journal = journal;
    }
    const auto size = static_cast<std::int64_t>(requests.size());
    const bool repeated = is_recorded_as_chain(requests);
    const auto first = static_cast<std::int64_t>(journal.size()) + 1;
    std::set<std::string> earlier;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      out[i] = one(requests[i], now, first, size, repeated, earlier,
                   i + 1 == requests.size() && requests[i].linked);
      earlier.insert(requests[i].id);
      if (out[i] == Outcome::accepted || out[i] == Outcome::exists) continue;
      for (std::size_t k = 0; k < requests.size(); ++k)
        if (k != i) out[k] = Outcome::chain_failed;
      if (!alone) {
        balances = old_balances;
        journal = old_journal;
        ids_.clear();
        for (std::size_t k = 0; k < journal.size(); ++k) ids_[journal[k].id] = k;
      }
      return;
    }
  }

  Transfer* find(const std::string& id) {
    const auto at = ids_.find(id);
    return at == ids_.end() ? nullptr : &journal[at->second];
  }

  bool is_recorded_as_chain(std::span<const Request> requests) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const Transfer* t = find(requests[i].id);
      const Transfer* first = find(requests[0].id);
      if (t == nullptr || t->chain_size != static_cast<std::int64_t>(requests.size())) return false;
      if (t->chain != first->number || t->number != first->number + static_cast<std::int64_t>(i))
        return false;
    }
    return true;
  }

  static bool bad_text(const std::string& text, std::size_t most, bool may_be_empty, bool may_have_control) {
    if (text.size() > most || (text.empty() && !may_be_empty) || !is_utf8(text)) return true;
    for (const char c : text) {
      if (c == 0) return true;
      if (!may_have_control && ((c >= 0 && c < 32) || c == 127)) return true;
    }
    return false;
  }

  Outcome one(const Request& r, Instant now, std::int64_t chain, std::int64_t chain_size, bool repeated,
              const std::set<std::string>& earlier, bool open_end) {
    using enum Outcome;
    std::set<Outcome> wrong;
    const auto is = [&](bool condition, Outcome outcome) {
      if (condition) wrong.insert(outcome);
    };
    const auto verdict = [&] { return wrong.empty() ? accepted : *wrong.begin(); };
    is(open_end, chain_open);
    is(bad_text(r.id, 200, false, false), bad_id);
    is(earlier.contains(r.id), duplicate_in_chain);
    if (!wrong.empty()) return verdict();

    const bool from_hold = r.action == Action::settle || r.action == Action::void_hold;
    if (const Transfer* t = find(r.id)) {
      is(r.action != t->action, exists_with_different_action);
      is(r.hold != t->hold, exists_with_different_hold);
      is(from_hold ? r.debit.value != 0 || r.credit.value != 0 : r.debit != t->debit || r.credit != t->credit,
         exists_with_different_accounts);
      std::int64_t meant = r.amount;
      if (from_hold && meant == 0 && find(t->hold) != nullptr) meant = find(t->hold)->amount;
      if (r.action == Action::void_hold && r.amount != 0) meant = -1;
      is(meant != t->amount, exists_with_different_amount);
      is(r.cause != t->cause, exists_with_different_cause);
      is(r.legal_date != t->legal_date, exists_with_different_date);
      is(r.expires != t->expires, exists_with_different_expiry);
      is(r.corrects != t->corrects, exists_with_different_correction);
      is(r.note != t->note, exists_with_different_note);
      is(!repeated, exists_with_different_chain);
      return wrong.empty() ? exists : verdict();
    }

    is(from_hold && (r.debit.value != 0 || r.credit.value != 0), misplaced_field);
    is(!from_hold && !r.hold.empty(), misplaced_field);
    is(r.action != Action::hold && r.expires.has_value(), misplaced_field);
    is((r.action == Action::hold || r.action == Action::void_hold) && !r.corrects.empty(), misplaced_field);
    is(r.action == Action::void_hold && r.amount != 0, misplaced_field);
    is(bad_text(r.cause.kind, 200, false, false) || bad_text(r.cause.id, 200, false, false), bad_cause);
    is(bad_text(r.note, 2000, true, true), bad_note);
    is(r.legal_date < make_date(1, 1, 1) || r.legal_date > make_date(9999, 12, 31), bad_date);
    is(r.amount < 0 || (r.amount == 0 && !from_hold), amount_not_positive);
    is(!from_hold && r.debit == r.credit, accounts_are_the_same);
    is(r.expires && *r.expires <= now, expiry_has_passed);

    std::int64_t debit = r.debit.value, credit = r.credit.value, amount = r.amount;
    Transfer* hold = from_hold ? find(r.hold) : nullptr;
    if (from_hold) {
      is(hold == nullptr, hold_not_found);
      if (hold == nullptr) return verdict();
      is(hold->action != Action::hold, not_a_hold);
      is(hold->state == State::posted, hold_already_posted);
      is(hold->state == State::voided, hold_already_voided);
      is(hold->state == State::expired, hold_expired);
      is(amount > hold->amount, exceeds_hold);
      debit = hold->debit.value;
      credit = hold->credit.value;
      if (amount == 0) amount = hold->amount;
    }
    const bool has_debit = accounts.contains(debit), has_credit = accounts.contains(credit);
    is(!has_debit, debit_account_not_found);
    is(!has_credit, credit_account_not_found);
    is(has_debit && !accounts[debit].open, debit_account_closed);
    is(has_credit && !accounts[credit].open, credit_account_closed);
    is(has_debit && has_credit && accounts[debit].unit != accounts[credit].unit, units_differ);
    if (!r.corrects.empty()) {
      const Transfer* corrected = find(r.corrects);
      is(corrected == nullptr, corrected_not_found);
      is(corrected && corrected->action != Action::post && corrected->action != Action::settle,
         corrected_not_posted);
    }
    is(closed && r.legal_date <= *closed, period_closed);
    if (!wrong.empty()) return verdict();

    Balance& from = balances[debit];
    Balance& to = balances[credit];
    if (!from_hold) {
      const __int128 most = INT64_MAX, least = INT64_MIN;
      const __int128 available = __int128{from.posted} - from.pending_out - amount;
      is(available < least || __int128{to.posted} + to.pending_in + amount > most, overflow);
      is(r.action == Action::hold && __int128{from.pending_out} + amount > most, overflow);
      is(r.action == Action::hold && __int128{to.pending_in} + amount > most, overflow);
      is(accounts[debit].floor && available < *accounts[debit].floor, below_floor);
      if (!wrong.empty()) return verdict();
    }

    State state = State::posted;
    if (hold != nullptr) {
      unreserve(*hold);
      hold->state = r.action == Action::settle ? State::posted : State::voided;
    }
    if (r.action == Action::hold) {
      from.pending_out += amount;
      to.pending_in += amount;
      state = State::pending;
    } else if (r.action == Action::void_hold) {
      state = State::voided;
    } else {
      from.posted -= amount;
      to.posted += amount;
    }
    Transfer t;
    t.number = static_cast<std::int64_t>(journal.size()) + 1;
    t.id = r.id;
    t.action = r.action;
    t.debit = {debit};
    t.credit = {credit};
    t.amount = amount;
    t.cause = r.cause;
    t.legal_date = r.legal_date;
    t.recorded = now;
    t.hold = r.hold;
    t.expires = r.expires;
    t.corrects = r.corrects;
    t.note = r.note;
    t.chain = chain;
    t.chain_size = chain_size;
    t.state = state;
    ids_[t.id] = journal.size();
    journal.push_back(t);
    return accepted;
  }

  void unreserve(const Transfer& hold) {
    balances[hold.debit.value].pending_out -= hold.amount;
    balances[hold.credit.value].pending_in -= hold.amount;
  }

  std::map<std::string, std::size_t> ids_;
};

}  // namespace tributary::ledger
