// Seeded random commands against a plain second model, on both databases; then the verifier, the ledger's own
// check and the state's hash, which must be the same everywhere.
#include "rights/model_testing.h"

#include <map>
#include <random>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace tributary::rights {

using namespace testing;

namespace {

class RandomRun {
 public:
  RandomRun(World& world, unsigned seed) : w(world), random_(seed) {}

  void step() {
    const int what = below(20);
    if (what < 11) return propose();
    if (what < 14) return decide();
    if (what < 16) return reserve();
    if (what < 19) return trade();
    release();
  }

  std::string differences() {
    std::map<std::tuple<std::string, std::string, int>, std::array<std::int64_t, 8>> want, got;
    const auto slot = [](Compartment c) { return static_cast<std::size_t>(c) - 1; };
    for (const auto& [place, amount] : model.have)
      want[{std::get<0>(place), std::get<1>(place), std::get<2>(place)}][slot(std::get<3>(place))] += amount;
    for (const auto& [key, deal] : model.deals)
      for (const auto& line : deal.held) {
        auto& cell = want[{std::get<0>(line.from), std::get<1>(line.from), std::get<2>(line.from)}];
        cell[7] += line.amount;  // what is held back
      }
    for (const auto& [key, lines] : model.conditional)
      for (const auto& line : lines)
        want[{std::get<0>(line.from), std::get<1>(line.from), std::get<2>(line.from)}][7] += line.amount;
    for (const Holding& h : w.rights.holdings({}))
      for (int i = 0; i < h.part.count; ++i) {
        auto& cell = got[{h.account, h.instrument, h.part.period + i}];
        cell[slot(Compartment::free)] += h.free;
        cell[slot(Compartment::locked)] += h.locked;
        cell[slot(Compartment::pledged)] += h.pledged;
        cell[slot(Compartment::frozen)] += h.frozen;
        cell[slot(Compartment::unpaid)] += h.unpaid;
        cell[slot(Compartment::leased)] += h.leased;
        const auto& modelled = want[{h.account, h.instrument, h.part.period + i}];
        cell[slot(Compartment::reserved)] += h.pending_out - modelled[7];
        cell[7] += h.pending_out - modelled[slot(Compartment::reserved)];
      }
    std::string out;
    for (const auto& [cell, figures] : want)
      if (got[cell] != figures &&
          !(std::ranges::all_of(figures, [](auto f) { return f == 0; }) && !got.contains(cell)))
        out += fmt::format("{} {} {}: want {}, got {}\n", std::get<0>(cell), std::get<1>(cell),
                           std::get<2>(cell), fmt::join(figures, ","), fmt::join(got[cell], ","));
    return out;
  }

  // Something to trade with; whatever is issued at random has gaps, over which no order of several months goes.
  void open() {
    const auto done_at_once = [&](Proposal p) {
      p.key = key("K");
      both("open", [&] { w.rights.propose(p, first); }, [&](Model& m) { m.propose(p); });
      approve(p.key);
    };
    const Term year = months(0, 12);
    done_at_once({.kind = Kind::issue, .instrument = "COD", .from = "ISS", .to = "RES", .quantity = 400, .term = year});
    for (const char* account : {"A", "B", "C", "D"}) {
      done_at_once({.kind = Kind::issue, .instrument = "COD", .from = "ISS", .to = account, .quantity = 200, .term = year});
      done_at_once({.kind = Kind::allocate, .instrument = "COD", .from = "RES", .to = account, .quantity = 60, .term = year, .unpaid = true});
      done_at_once({.kind = Kind::deposit, .instrument = "CNY", .from = "BANK", .to = account, .quantity = 300});
    }
  }

  Model model;
  int accepted = 0, refused = 0;
  std::map<std::string, int> done;  // how often each kind of command went

 private:
  // The same everywhere, which the standard's distributions are not.
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string holder() { return std::string(1, static_cast<char>('A' + below(4))); }
  std::string key(const char* prefix) { return fmt::format("{}{:05}", prefix, ++made_); }

  // Both must agree on whether it goes.
  template <class Real, class Modelled>
  bool both(const std::string& what, const Real& real, const Modelled& modelled) {
    Model tried = model;
    bool fine = true;
    try {
      modelled(tried);
    } catch (const Model::Refused&) {
      fine = false;
    }
    const std::string code = code_of(real);
    EXPECT_EQ(code.empty(), fine) << what << " " << made_ << " " << code;
    if (fine) model = std::move(tried);
    if (fine) ++done[what];
    ++(fine ? accepted : refused);
    return fine;
  }

  void propose() {
    Proposal p;
    p.key = key("K");
    constexpr std::array kinds{Kind::issue,   Kind::issue,   Kind::allocate, Kind::transfer, Kind::transfer,
                               Kind::pledge,  Kind::release, Kind::freeze,   Kind::unfreeze, Kind::surrender,
                               Kind::retire,  Kind::cancel,  Kind::reverse,  Kind::lease,    Kind::deposit,
                               Kind::deposit, Kind::pay,     Kind::withdraw, Kind::convert,  Kind::compulsory,
                               Kind::expire,  Kind::lease_return};
    p.kind = kinds[static_cast<std::size_t>(below(kinds.size()))];
    const bool cash_only = p.kind == Kind::deposit || p.kind == Kind::withdraw;
    p.instrument = cash_only ? "CNY" : p.kind == Kind::lease || below(2) == 0 ? "COD" : "WATER";
    p.quantity = 1 + below(p.kind == Kind::issue ? 400 : 150);
    if (p.instrument == "COD") {
      const int a = below(6);
      p.term = months(a, a + 1 + below(6));
    }
    p.from = holder();
    p.to = holder();
    switch (p.kind) {
      case Kind::issue:
        p.from = "ISS";
        if (below(2) == 0) p.to = "RES";
        if (p.instrument == "WATER") p.vintage = 2026 + below(2);
        break;
      case Kind::allocate:
        p.from = "RES";
        p.unpaid = below(2) == 0;
        break;
      case Kind::deposit:
        p.from = "BANK";
        break;
      case Kind::withdraw:
        p.to = "BANK";
        break;
      case Kind::surrender:
      case Kind::retire:
      case Kind::cancel:
        p.to = p.kind == Kind::surrender ? "COMP" : p.kind == Kind::retire ? "RET" : "CAN";
        p.claim = "claim";
        break;
      case Kind::lease:
        p.max_months = 12;
        break;
      case Kind::pledge:
        p.beneficiary = "bank";
        break;
      case Kind::convert:
        p.ratio = {1 + below(3), 3};
        p.retired_to = "RET";
        break;
      case Kind::compulsory:
        if (below(2) == 0) p.to = "COURT";
        break;
      case Kind::expire:
        p.to = "CAN";
        p.quantity = 0;
        if (p.instrument == "WATER") p.vintage = 2026 + below(2);
        break;
      case Kind::freeze:
        p.authority = "court";
        break;
      default:
        break;
    }
    if (p.kind == Kind::pledge || p.kind == Kind::freeze || p.kind == Kind::pay) p.to.clear();
    if (p.kind == Kind::release || p.kind == Kind::unfreeze || p.kind == Kind::reverse || p.kind == Kind::lease_return) {
      if (model.deals.empty()) return;
      const Kind of = p.kind == Kind::release        ? Kind::pledge
                      : p.kind == Kind::unfreeze     ? Kind::freeze
                      : p.kind == Kind::lease_return ? Kind::lease
                                                     : Kind::transfer;
      std::vector<std::string> fitting;
      for (const auto& [name, deal] : model.deals)
        if (deal.p.kind == of) fitting.push_back(name);
      if (of == Kind::lease)
        for (const auto& [name, trade] : model.leases) fitting.push_back(name);
      if (fitting.empty()) return;
      p = {.key = p.key,
           .kind = p.kind,
           .refers = fitting[static_cast<std::size_t>(below(static_cast<int>(fitting.size())))]};
      if (p.kind == Kind::lease_return) {
        const Term all = model.lease_term(p.refers);
        const int from = all.from.index + below(all.months());
        const int end = below(4) == 0 ? all.to.index : model.end_of(p.refers);  // of what is left, or once more of all
        if (from >= end) return;
        p.term = Term{{from}, {end}};
      }
    } else if (p.from == p.to) {
      return;
    }
    const bool fine = both(
        std::string(to_string(p.kind)), [&] { w.rights.propose(p, first); }, [&](Model& m) { m.propose(p); });
    if (fine && below(4) != 0) approve(p.key);
  }
  void approve(const std::string& k) {
    both(
        "approve", [&] { w.rights.approve(k, second); }, [&](Model& m) { m.approve(k); });
  }
  void decide() {
    std::vector<std::string> open;
    for (const auto& [name, deal] : model.deals)
      if (deal.waits) open.push_back(name);
    if (!model.conditional.empty() && below(2) == 0) {
      const std::string k = model.conditional.begin()->first;
      const bool granted = below(2) == 0;
      both(
          "conclude",
          [&] {
            w.rights.conclude(k, granted, {"authority", "chief", "decided", "1"});
          },
          [&](Model& m) { m.conclude(k, granted); });
      return;
    }
    if (open.empty()) return;
    const std::string k = open[static_cast<std::size_t>(below(static_cast<int>(open.size())))];
    if (below(2) == 0) return approve(k);
    both(
        "reject", [&] { w.rights.reject(k, second); }, [&](Model& m) { m.reject(k); });
  }
  void reserve() {
    const std::string k = key("O");
    const bool cod = below(2) == 0;
    const int a = below(6), b = a + 1 + below(6);
    const Model::Order o{holder(), cod ? "COD" : "WATER", cod ? jan + a : 0, cod ? jan + b : 1,
                         1 + below(100)};
    Order order{k, o.account, o.instrument, o.quantity};
    if (cod) order.term = months(a, b);
    if (both(
            "reserve", [&] { w.rights.reserve(std::span(&order, 1), exchange); },
            [&](Model& m) { m.reserve(o, k); }))
      orders_.push_back({order, o});
  }
  void release() {
    if (orders_.empty()) return;
    const std::string k =
        orders_[static_cast<std::size_t>(below(static_cast<int>(orders_.size())))].first.key;
    both(
        "release", [&] { w.rights.release(std::span(&k, 1), exchange); }, [&](Model& m) { m.release(k); });
  }
  // A batch of trades; each stands alone.
  void trade() {
    if (orders_.empty()) return;
    std::vector<Trade> trades;
    for (int n = 1 + below(5); n > 0; --n) {
      const auto& [order, o] = orders_[static_cast<std::size_t>(below(static_cast<int>(orders_.size())))];
      Trade t{.key = key("T"),
              .sell = order.key,
              .seller = o.account,
              .buyer = holder(),
              .instrument = o.instrument,
              .quantity = 1 + below(static_cast<int>(o.quantity)),
              .term = order.term,
              .fen = 2 + below(60)};
      if (t.seller == t.buyer) continue;
      if (below(2) == 0) t.charges = {{true, "FEE", "fee", 1}, {false, "TAX", "tax", 1 + below(2)}};
      t.conditional = below(3) == 0;
      if (o.instrument == "COD" && below(3) == 0) t.lease_months = below(4) == 0 ? 2 : 12;
      trades.push_back(t);
    }
    const auto settled = w.rights.settle(trades, exchange);
    for (std::size_t i = 0; i < trades.size(); ++i)
      both(
          trades[i].lease_months > 0 ? "trade on lease" : "trade",
          [&] {
            if (settled[i].error) throw *settled[i].error;
          },
          [&](Model& m) { m.trade(trades[i]); });
  }

  World& w;
  std::mt19937 random_;
  int made_ = 0;
  std::vector<std::pair<Order, Model::Order>> orders_;
};

}  // namespace

TEST(RightsRandom, EqualsAPlainModelAndTheSameEverywhere) {
  // The states these courses end in, whoever compiled this and on whatever database.
  const std::vector<std::string> known{"08d13b01d2f05f02d6f45b0873a468a23c4c1ddac303867c239d09afe705734b",
                                       "1b4115879bfc3f4a1bdcd226013a23263e137d4bac7f58a044c81c4bedd689bd",
                                       "417c1216a1c32fa57909d3c01709d179bfd9d53aa7e3cecc0d59e07171ae31a5",
                                       "045b43f7a7b6f579f135eb3c218f4c032ac448c5512524581767c8c500c8949a"};
  for (const std::string& kind : store::test_kinds()) {
    std::vector<std::string> ends;
    std::map<std::string, int> done;
    for (const unsigned seed : {1U, 2U, 3U, 4U}) {
      World w(kind);
      RandomRun run(w, seed);
      run.open();
      for (int i = 0; i < 320; ++i) {
        run.step();
        if (i % 20 == 19) {
          ASSERT_EQ(run.differences(), "") << "seed " << seed << " step " << i;
        }
        if (i % 65 == 64) {
          ASSERT_EQ(w.troubles(), "") << "seed " << seed << " step " << i;
        }
        if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << " step " << i;
      }
      for (const auto& [what, times] : run.done) done[what] += times;
      EXPECT_GT(run.accepted, 80);
      EXPECT_GT(run.refused, 20);
      ends.push_back(w.rights.state_hash());
    }
    EXPECT_EQ(ends, known) << kind;
    for (const char* what : {"allocate", "approve", "cancel", "compulsory", "conclude", "convert", "deposit", "expire", "freeze", "issue", "lease", "lease_return",
                             "pay", "pledge", "reject", "release", "reserve", "retire", "reverse", "surrender", "trade", "trade on lease", "transfer", "unfreeze", "withdraw"})
      EXPECT_GT(done[what], 0) << what;
  }
}

}  // namespace tributary::rights
