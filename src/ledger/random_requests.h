// Seeded requests of all kinds, right and wrong, for tests and for the differential run.
#pragma once

#include "ledger/ledger.h"

#include <random>
#include <string>
#include <vector>

namespace tributary::ledger {

// The accounts of the random tests: three units, floors of all kinds, names that plain text finds hard.
inline std::vector<NewAccount> random_accounts() {
  return {{"341602000", "CNY", "settlement", {}},
          {"341602107", "CNY", "cash", 0},
          {"谯城区;双沟镇  (试点)", "CNY", "settlement", -5'000},
          {"* 河长制: 基金", "CNY", "fund", {}},
          {"341602107", "CNY", "settlement", 0},
          {"a:b", "CNY", "c", {}},
          {"a-b", "CNY", "c", -1},  // reads like the one above once cleaned
          {"341602000", "COD/kg", "cap", {}},
          {"9134", "COD/kg", "permit", 0},
          {"9135", "COD/kg", "permit", 0},
          {"341602000", "水/m³", "cap", {}},
          {"9134", "水/m³", "permit", 0},
          {"9135", "水/m³", "closed", 0}};
}
inline std::vector<UnitOfAccount> random_units() {
  return {{"CNY", 2, {"人民币", "renminbi"}},
          {"COD/kg", 3, {"化学需氧量", "COD"}},
          {"水/m³", 0, {"取水量", "water"}}};
}

class RandomRequests {
 public:
  RandomRequests(std::uint64_t seed, std::int64_t accounts) : random_(seed), accounts_(accounts) {}

  std::int64_t below(std::int64_t n) {
    return std::uniform_int_distribution<std::int64_t>(0, n - 1)(random_);
  }
  bool chance(int percent) { return below(100) < percent; }

  // `today` is the legal day of the clock.
  std::vector<Request> batch(Instant now) {
    std::vector<Request> out;
    const auto size = chance(10) ? 100 + below(100) : 1 + below(20);
    while (static_cast<std::int64_t>(out.size()) < size) {
      if (chance(12) && !sent_.empty()) {
        repeat(out);
      } else {
        out.push_back(fresh(now));
        if (chance(15)) out.back().linked = true;
        if (out.back().linked && chance(5)) out.push_back(out.back());  // the same twice in one chain
      }
    }
    if (!chance(3)) out.back().linked = false;
    for (const auto& request : out) {
      sent_.push_back(request);
      if (request.action == Action::hold) holds_.push_back(request.id);
    }
    return out;
  }

 private:
  // What was sent before: as it was, with its chain, or with one field changed.
  void repeat(std::vector<Request>& out) {
    std::size_t at = static_cast<std::size_t>(below(static_cast<std::int64_t>(sent_.size())));
    if (chance(60)) {
      while (at > 0 && sent_[at - 1].linked) --at;
      for (; at < sent_.size(); ++at) {
        out.push_back(sent_[at]);
        if (!sent_[at].linked) break;
      }
    } else {
      out.push_back(sent_[at]);
    }
    if (chance(50)) change(out.back());
  }

  void change(Request& r) {
    switch (below(11)) {
      case 0:
        r.action = static_cast<Action>(1 + below(4));
        break;
      case 1:
        r.hold = any_hold();
        break;
      case 2:
        r.debit = any_account();
        break;
      case 3:
        r.amount += 1 - below(3);
        break;
      case 4:
        r.cause.id += "x";
        break;
      case 5:
        r.legal_date += std::chrono::days{1};
        break;
      case 6:
        r.expires = Instant{r.expires.value_or(Instant{}).seconds + 1};
        break;
      case 7:
        r.corrects = any_sent();
        break;
      case 8:
        r.note = r.note.empty() ? "改" : "";
        break;
      case 9:
        r.linked = !r.linked;
        break;
      default:
        std::swap(r.debit, r.credit);
    }
  }

  Request fresh(Instant now) {
    Request r;
    r.id = "T-" + std::to_string(++made_);
    r.cause = {chance(50) ? "statement" : "trade", "S-" + std::to_string(made_ / 4)};
    r.legal_date = day_of(now) - std::chrono::days{below(60)};
    r.amount = chance(3) ? (std::int64_t{1} << 62) + below(1000) : 1 + below(2'000);
    if (chance(10)) r.note = "附注 \"" + std::to_string(made_) + "\"; 第二行\n";
    const auto kind = below(100);
    if (kind < 50) {
      r.action = Action::post;
    } else if (kind < 72) {
      r.action = Action::hold;
      if (chance(40)) r.expires = Instant{now.seconds + below(20'000) - (chance(10) ? 20'000 : 0)};
    } else if (kind < 90) {
      r.action = Action::settle;
      r.amount = chance(50) ? 0 : r.amount;
    } else {
      r.action = Action::void_hold;
      r.amount = 0;
    }
    if (r.action == Action::post || r.action == Action::hold) {
      r.debit = any_account();
      r.credit = any_account();
    } else {
      r.hold = any_hold();
    }
    if (chance(6)) r.corrects = any_sent();
    if (chance(5)) spoil(r);
    return r;
  }

  void spoil(Request& r) {
    switch (below(11)) {
      case 0:
        r.id = "";
        break;
      case 1:
        r.id = "T\n";
        break;
      case 2:
        r.id = std::string(201, 'x');
        break;
      case 3:
        r.cause.kind = "";
        break;
      case 4:
        r.cause.id = "\xff";
        break;
      case 5:
        r.note = std::string(2001, 'n');
        break;
      case 6:
        r.legal_date = make_date(9999, 12, 31) + std::chrono::days{1};
        break;
      case 7:
        r.amount = -below(3);
        break;
      case 8:
        r.credit = r.debit;
        break;
      case 9:
        r.hold = any_hold();
        break;
      default:
        r.corrects = "nothing";
    }
  }

  // Mostly accounts of one unit, sometimes any, sometimes none.
  AccountId any_account() {
    if (chance(3)) return {below(accounts_ + 5) - 2};
    if (chance(70)) return {1 + below(7)};
    return {8 + below(accounts_ - 7)};
  }
  std::string any_hold() {
    if (holds_.empty() || chance(4)) return any_sent();
    const auto n = static_cast<std::int64_t>(holds_.size());
    return holds_[static_cast<std::size_t>(chance(80) ? n - 1 - below(std::min<std::int64_t>(n, 30))
                                                      : below(n))];
  }
  std::string any_sent() {
    if (sent_.empty()) return "none";
    return sent_[static_cast<std::size_t>(below(static_cast<std::int64_t>(sent_.size())))].id;
  }

  std::mt19937_64 random_;
  std::int64_t accounts_;
  std::int64_t made_ = 0;
  std::vector<Request> sent_;
  std::vector<std::string> holds_;
};

}  // namespace tributary::ledger
