// A small registry on either database, for the tests of `rights`.
#pragma once

#include "rights/rights.h"
#include "store/testing.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tributary::rights::testing {

using Kind = TransactionKind;

inline std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> out;
  for (const auto list : {ledger::migrations(), rights::migrations()})
    out.insert(out.end(), list.begin(), list.end());
  std::ranges::sort(out, {}, &store::Migration::number);
  return out;
}

inline const Act first{"zhao", "", "申请", "pack 1"};
inline const Act second{"qian", "", "同意", "pack 1"};
inline const Act pair{"zhao", "qian", "开户", "pack 1"};
inline const Act exchange{"exchange", "clearing", "成交", "pack 1"};

inline constexpr int jan = 2026 * 12;  // Month::index of 2026-01
inline Term months(int from, int to) {
  return {{jan + from}, {jan + to}};
}

// The accounts: ISS issues, RES is the government's reserve, A … D hold, BANK is the bank's mirror.
inline void set_up(Rights& r) {
  r.define({"COD",
            InstrumentKind::flow,
            {"化学需氧量", "COD"},
            "kg/yr",
            "COD",
            "涡河",
            false,
            true,
            jan,
            jan + 120},
           pair);
  r.define(
      {"CEA", InstrumentKind::stock, {"碳配额", "allowances"}, "t CO2e", "CEA", "", true, false, 2020, 2040},
      pair);
  r.define({"WATER",
            InstrumentKind::stock,
            {"年度水量", "water of a year"},
            "m3",
            "surface",
            "",
            false,
            true,
            2020,
            2040},
           pair);
  using T = AccountType;
  const std::vector<NewRightAccount> accounts{{"ISS", "gov:341602", T::issue},
                                              {"RES", "gov:341602", T::reserve},
                                              {"A", "pa", T::holding},
                                              {"B", "pb", T::holding},
                                              {"C", "pc", T::holding},
                                              {"D", "pd", T::trading},
                                              {"COMP", "gov:341602", T::compliance},
                                              {"RET", "gov:341602", T::retire},
                                              {"CAN", "gov:341602", T::cancel},
                                              {"LOSS", "gov:341602", T::loss},
                                              {"BANK", "bank", T::clearing},
                                              {"FEE", "gov:341602", T::fee},
                                              {"TAX", "gov:341602", T::fee},
                                              {"COURT", "court", T::dispute}};
  r.open(accounts, pair);
  const std::vector<Part> cod{{jan, 120, "", 1'000'000}};
  r.set_cap("COD", cod, pair);
  const std::vector<Part> water{{2026, 1, "", 1'000'000}, {2027, 1, "", 1'000'000}};
  r.set_cap("WATER", water, pair);
}

class World {
 public:
  explicit World(const std::string& kind = "sqlite") : database(kind) {
    database.db().migrate(all_migrations());
    set_up(rights);
  }
  // Proposed by one, approved by another.
  Transaction done(Proposal p) {
    if (p.key.empty()) p.key = "K" + std::to_string(++keys);
    rights.propose(p, first);
    return rights.approve(p.key, second);
  }
  Holding held(const std::string& account, const std::string& instrument, int period) {
    for (Holding& h : rights.holdings({.account = account, .instrument = instrument}))
      if (h.part.period <= period && period < h.part.period + h.part.count) return h;
    return {};
  }
  std::int64_t free_of(const std::string& account, const std::string& instrument, int period) {
    return held(account, instrument, period).free;
  }
  void deposit(const std::string& account, std::int64_t fen) {
    done({.kind = Kind::deposit, .instrument = "CNY", .from = "BANK", .to = account, .quantity = fen});
  }
  void give(const std::string& account, const std::string& instrument, std::int64_t quantity,
            std::optional<Term> term, std::optional<int> vintage = {}) {
    done({.kind = Kind::issue,
          .instrument = instrument,
          .from = "ISS",
          .to = account,
          .quantity = quantity,
          .term = term,
          .vintage = vintage});
  }
  std::string troubles() {
    std::string out;
    for (const Fault& f : rights.check()) out += f.rule + " " + f.subject + ": " + f.message.en + "\n";
    for (const auto& v : ledger::Ledger(database.db(), "341602", clock).check())
      out += "ledger " + v.rule + " " + v.subject + ": " + v.message.en + "\n";
    return out;
  }

  store::TestDatabase database;
  FixedClock clock{parse_instant("2026-01-05 10:00")};
  WorkCalendar calendar{"test",
                        {"试", "test"},
                        {HolidayNotice{.year = 2026,
                                       .document = "试",
                                       .number = "1",
                                       .published = make_date(2025, 11, 1),
                                       .url = "",
                                       .verified = false,
                                       .off = {},
                                       .work = {}}}};
  Rights rights{database.db(), "341602", clock, calendar};
  int keys = 0;
};

template <class Work>
std::string code_of(const Work& work) {
  try {
    work();
    return "";
  } catch (const Error& error) {
    return std::string(error.code().name);
  }
}

}  // namespace tributary::rights::testing
