// The second verifier against the tables and the ledger.
#include "rights/journal.h"
#include "rights/replay.h"
#include "rights/rights.h"

#include <map>
#include <set>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

using Json = Replay::Json;

// Compares what the journal leads to with what is stored.
class Comparison {
 public:
  Comparison(store::Transaction& t, ledger::Ledger& ledger, const std::string& jurisdiction, Replay& replay)
      : t_(t), ledger_(ledger), jurisdiction_(jurisdiction), replay_(replay) {}

  void run() {
    compare_head();
    compare_instruments();
    compare_accounts();
    compare_ledger();
    compare_lots();
    compare_rows();
    compare_papers();
  }

 private:
  template <class A, class B>
  void differs(const std::string& rule, const std::string& subject, const A& stored, const B& computed) {
    if (stored == computed) return;
    replay_.wrong(rule, subject, fmt::format("存储为 {}，按流水计算为 {}", stored, computed),
                  fmt::format("stored {}, computed from the journal {}", stored, computed));
  }

  void compare_head() {
    const auto row = t_.first("SELECT entries, head FROM right_state WHERE jurisdiction = ?", jurisdiction_);
    differs("E13", "head", row ? row->integer(0) : 0, replay_.entries);
    if (row) differs("E13", "head", row->text(1), replay_.head);
  }

  void compare_accounts() {
    std::size_t seen = 0;
    t_.each(
        [&](const store::Row& r) {
          ids_[r.integer(0)] = r.text(1);
          ++seen;
          const auto at = replay_.accounts.find(r.text(1));
          if (at == replay_.accounts.end())
            return replay_.wrong("account", r.text(1), "流水中没有该账户",
                                 "the journal knows no such account");
          differs("account", r.text(1), r.text(2), at->second.owner);
          differs("account", r.text(1), to_string(static_cast<AccountType>(r.integer(3))), at->second.type);
          differs("account", r.text(1), to_string(static_cast<AccountStatus>(r.integer(4))),
                  at->second.status);
          differs("account", r.text(1), r.text(5), at->second.permit);
          differs("account", r.text(1), r.integer_or_null(6).value_or(-1),
                  std::int64_t{at->second.permit_to.value_or(-1)});
        },
        "SELECT id, code, owner, type, status, permit, permit_to FROM right_account WHERE jurisdiction = ?",
        jurisdiction_);
    differs("account", "accounts", seen, replay_.accounts.size());
  }

  // Every compartment on the ledger holds what the journal says, and nothing else does.
  void compare_ledger() {
    std::vector<Replay::Place> places;
    std::vector<ledger::AccountId> ids;
    t_.each(
        [&](const store::Row& r) {
          places.push_back({ids_[r.integer(0)],
                            {r.text(1), static_cast<int>(r.integer(2)), r.text(3)},
                            std::string(to_string(static_cast<Compartment>(r.integer(4))))});
          ids.push_back({r.integer(5)});
        },
        "SELECT account, instrument, period, project, compartment, ledger_account FROM right_cell WHERE "
        "jurisdiction = ?",
        jurisdiction_);
    const auto balances = ledger_.balances(t_, ids);
    std::set<Replay::Place> seen;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Replay::Amount want =
          replay_.amounts.contains(places[i]) ? replay_.amounts.at(places[i]) : Replay::Amount{};
      const std::string subject =
          fmt::format("{} {} {}", std::get<0>(places[i]), std::get<0>(std::get<1>(places[i])),
                      std::get<1>(std::get<1>(places[i])));
      differs("ledger", subject, balances[i].posted, want.posted);
      differs("ledger", subject, balances[i].pending_out, want.out);
      differs("ledger", subject, balances[i].pending_in, want.in);
      seen.insert(places[i]);
    }
    for (const auto& [place, amount] : replay_.amounts)
      if (!seen.contains(place) && !(amount == Replay::Amount{}))
        replay_.wrong("ledger", std::get<0>(place), "账本上没有该户该项", "the ledger has no account for it");
  }

  // Blocks that lie side by side are one for both.
  using Joined = std::map<std::int64_t, Replay::Serial>;
  static Joined joined(const Joined& all) {
    Joined out;
    for (const auto& [start, s] : all) {
      if (!out.empty()) {
        auto& [at, last] = *out.rbegin();
        Replay::Serial same = s;
        same.length = last.length;
        if (at + last.length == start && same == last) {
          last.length += s.length;
          continue;
        }
      }
      out[start] = s;
    }
    return out;
  }

  void compare_lots() {
    std::map<std::string, Joined> stored;
    t_.each(
        [&](const store::Row& r) {
          stored[r.text(0)][r.integer(1)] = {r.integer(2), ids_[r.integer(3)], static_cast<int>(r.integer(4)),
                                             r.text(5), r.text(6)};
        },
        "SELECT instrument, start, length, account, period, project, claim FROM right_lot WHERE jurisdiction "
        "= ? ORDER "
        "BY instrument, start",
        jurisdiction_);
    for (const auto& [instrument, all] : stored) {
      std::int64_t end = 0;
      for (const auto& [start, s] : all) {
        if (start < end)
          replay_.wrong("E9", instrument, fmt::format("编号 {} 重叠", start),
                        fmt::format("{} overlaps", start));
        end = start + s.length;
      }
    }
    for (auto& [instrument, all] : replay_.serials) stored.try_emplace(instrument);
    for (const auto& [instrument, all] : stored)
      if (joined(all) != joined(replay_.serials[instrument]))
        replay_.wrong("E9", instrument, "编号段与流水不符", "the serial blocks differ from the journal");
  }

  void compare_instruments() {
    std::size_t seen = 1;  // money is there without an entry
    t_.each(
        [&](const store::Row& r) {
          ++seen;
          const auto at = replay_.instruments.find(r.text(0));
          if (at == replay_.instruments.end())
            return replay_.wrong("instrument", r.text(0), "流水中没有该品种",
                                 "the journal knows no such instrument");
          differs("instrument", r.text(0), to_string(static_cast<InstrumentKind>(r.integer(1))),
                  at->second.value("kind", std::string()));
          differs("instrument", r.text(0), r.integer(2), at->second.value("from", std::int64_t{0}));
          differs("instrument", r.text(0), r.integer(3), at->second.value("to", std::int64_t{0}));
        },
        "SELECT code, kind, period_from, period_to FROM right_instrument WHERE jurisdiction = ?",
        jurisdiction_);
    differs("instrument", "instruments", seen, replay_.instruments.size());
  }

  void compare_rows() {
    t_.each(
        [&](const store::Row& r) {
          const Replay::Unit unit{r.text(0), static_cast<int>(r.integer(1)), r.text(2)};
          differs("I1", r.text(0), r.integer(4), replay_.issued[unit]);
          differs("I1", r.text(0), r.integer_or_null(3).value_or(-1),
                  replay_.caps.contains(unit) ? replay_.caps.at(unit) : -1);
        },
        "SELECT instrument, period, project, cap, issued FROM right_cap WHERE jurisdiction = ?",
        jurisdiction_);
    std::int64_t orders = 0;
    t_.each(
        [&](const store::Row& r) {
          ++orders;
          differs("E3", r.text(0), r.integer(1),
                  replay_.orders.contains(r.text(0)) ? replay_.orders.at(r.text(0)).quantity : -1);
        },
        "SELECT key, quantity FROM right_freeze WHERE jurisdiction = ?", jurisdiction_);
    differs("E3", "orders", orders, static_cast<std::int64_t>(replay_.orders.size()));
    t_.each(
        [&](const store::Row& r) {
          const auto at = replay_.deals.find(r.text(0));
          differs("state", r.text(0), to_string(static_cast<TransactionState>(r.integer(1))),
                  at == replay_.deals.end() ? "-" : at->second.state);
          differs("state", r.text(0), r.text(2), at == replay_.deals.end() ? "-" : at->second.reversed_by);
          // For which obligation and on which day something was surrendered stands in the request alone.
          if (at != replay_.deals.end() && Json::parse(r.text(3), nullptr, false) != at->second.request)
            replay_.wrong("state", r.text(0), "交易的内容与流水不符", "what the transaction says differs from the journal");
        },
        "SELECT key, state, reversed_by, body FROM right_transaction WHERE jurisdiction = ?", jurisdiction_);
    t_.each(
        [&](const store::Row& r) {
          std::map<std::pair<std::string, Replay::Unit>, std::int64_t> left;
          for (const Json& p : Json::parse(r.text(3)))
            for (int i = 0; i < p[1].get<int>(); ++i)
              left[{ids_[r.integer(1)], {r.text(2), p[0].get<int>() + i, p[2].get<std::string>()}}] +=
                  p[3].get<std::int64_t>();
          const auto at = replay_.asides.find(r.text(0));
          if (at == replay_.asides.end() || at->second.left != left || at->second.open != (r.integer(4) != 0))
            replay_.wrong("E4", r.text(0), "挂单或质押的余量与流水不符",
                          "what is left of the order or pledge differs from the journal");
        },
        "SELECT key, account, instrument, parts, is_open FROM right_encumbrance WHERE jurisdiction = ?",
        jurisdiction_);
    t_.each(
        [&](const store::Row& r) {
          const auto at = replay_.savings.find(r.text(0));
          differs("W4", r.text(0), r.integer(1), at == replay_.savings.end() ? -1 : at->second.sold);
          if (at != replay_.savings.end() && (at->second.account != r.text(2) || at->second.volume != r.integer(3) ||
                                              at->second.instrument != r.text(4)))
            replay_.wrong("W4", r.text(0), "节约量的账户、品种或核定量与流水不符",
                          "account, instrument or volume of the saving differ from the journal");
        },
        "SELECT id, sold, account, volume, instrument FROM right_saving WHERE jurisdiction = ?", jurisdiction_);
  }

  void compare_papers() {
    std::set<std::string> seen;
    t_.each(
        [&](const store::Row& r) {
          Replay::Paper stored{r.text(1), r.text(2), r.text(3), r.text(4), {}};
          for (const Json& p : Json::parse(r.text(5)))
            for (int i = 0; i < p[1].get<int>(); ++i)
              stored.amounts[{stored.instrument, p[0].get<int>() + i, p[2].get<std::string>()}] += p[3].get<std::int64_t>();
          const auto at = replay_.papers.find(r.text(0));
          if (at == replay_.papers.end() || !(at->second == stored))
            replay_.wrong("certificate", r.text(0), "证书与流水不符", "the certificate differs from the journal");
          seen.insert(r.text(0));
        },
        "SELECT number, transaction_key, account, holder, instrument, parts FROM right_certificate WHERE jurisdiction = ?",
        jurisdiction_);
    for (const auto& [number, paper] : replay_.papers)
      if (!seen.contains(number))
        replay_.wrong("certificate", number, "流水中有、表里没有的证书", "the journal knows a certificate that is not there");

    std::map<Replay::PermitMonth, std::int64_t> changes;
    t_.each(
        [&](const store::Row& r) {
          for (auto month = static_cast<int>(r.integer(4)); month < static_cast<int>(r.integer(5)); ++month)
            changes[{r.text(0), r.text(1), r.text(2), r.text(3), month}] += r.integer(6);
        },
        "SELECT transaction_key, account, permit, instrument, period_from, period_to, quantity FROM right_permit_change "
        "WHERE jurisdiction = ?",
        jurisdiction_);
    for (const auto& [of, quantity] : replay_.permit_changes) changes.try_emplace(of, 0);
    for (const auto& [of, quantity] : changes)
      if (const auto want = replay_.permit_changes.find(of);
          quantity != (want == replay_.permit_changes.end() ? 0 : want->second))
        differs("permit", fmt::format("{} {} {}", std::get<0>(of), std::get<1>(of), std::get<4>(of)), quantity,
                want == replay_.permit_changes.end() ? 0 : want->second);

    std::map<std::pair<std::string, std::string>, std::int64_t> trusted;
    t_.each([&](const store::Row& r) { trusted[{ids_[r.integer(0)], ids_[r.integer(1)]}] = r.integer(2); },
            "SELECT account, trusted, active_from FROM right_trust WHERE jurisdiction = ?", jurisdiction_);
    if (trusted != replay_.trusted)
      replay_.wrong("trust", "trusted", "互信名单与流水不符", "the trusted accounts differ from the journal");
  }

  store::Transaction& t_;
  ledger::Ledger& ledger_;
  const std::string& jurisdiction_;
  Replay& replay_;
  std::map<std::int64_t, std::string> ids_;
};

}  // namespace

std::vector<Fault> Rights::check() const {
  Replay replay(jurisdiction_);
  database_.snapshot([&] {
    each_entry([&](const JournalEntry& entry) { replay.read(entry); });
    replay.finish();
    database_.read([&](store::Transaction& t) {
      ledger::Ledger ledger(database_, jurisdiction_, clock_);
      Comparison(t, ledger, jurisdiction_, replay).run();
    });
  });
  return std::move(replay.faults);
}

std::string Rights::state_hash() const {
  Replay replay(jurisdiction_);
  each_entry([&](const JournalEntry& entry) { replay.read(entry); });
  return replay.state_hash();
}

}  // namespace tributary::rights
