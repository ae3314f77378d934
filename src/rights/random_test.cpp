// Seeded random commands against a plain second model, on both databases; then the verifier, the ledger's own
// check and the state's hash, which must be the same everywhere.
#include "rights/rights_testing.h"

#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <tuple>

#include <fmt/format.h>

namespace tributary::rights {

using namespace testing;

namespace {

// The registry once more, for plainness: what each account has of each unit in each compartment, and nothing
// clever. A command is tried on a copy; when something does not suffice, the copy is thrown away.
struct Model {
  using Place = std::tuple<std::string, std::string, int, Compartment>;  // account, instrument, period
  struct Line {
    Place from, to;
    std::int64_t amount;
  };
  struct Order {
    std::string account, instrument;
    int from, to;
    std::int64_t quantity;
  };
  struct Deal {
    bool waits = false;
    Proposal p;
    std::vector<Line> held;
    std::vector<std::pair<int, std::int64_t>> parts;
    bool reversed = false;
  };
  std::map<Place, std::int64_t> have;
  std::map<std::string, Deal> deals;
  std::map<std::string, Order> orders;                   // in the order of their keys, which is that of time
  std::map<std::string, std::vector<Line>> asides;       // `from` is where it stands
  std::map<std::string, std::vector<Line>> conditional;  // trades that wait for the authority
  std::map<int, std::int64_t> issued_cod;

  struct Refused {};
  static bool flow(const std::string& instrument) { return instrument == "COD"; }

  void take(const Place& place, std::int64_t amount) {
    const bool bottomless = std::get<0>(place) == "ISS" || std::get<0>(place) == "BANK";
    if (!bottomless && have[place] < amount) throw Refused{};
    have[place] -= amount;
  }
  void move(const Line& line) {
    take(line.from, line.amount);
    have[line.to] += line.amount;
  }
  // What standing orders want and is free is frozen, the oldest first.
  void sweep() {
    for (const auto& [key, order] : orders) {
      for (int month = order.from; month < order.to; ++month) {
        std::int64_t demanded = 0, frozen = 0;
        for (const auto& [name, other] : orders)
          if (other.account == order.account && other.instrument == order.instrument && other.from <= month &&
              month < other.to)
            demanded += other.quantity;
        for (const auto& [place, amount] : have)
          if (std::get<0>(place) == order.account && std::get<1>(place) == order.instrument &&
              std::get<3>(place) == Compartment::frozen &&
              (!flow(order.instrument) || std::get<2>(place) == month))
            frozen += amount;
        for (auto& [place, amount] : have) {
          if (std::get<0>(place) != order.account || std::get<1>(place) != order.instrument ||
              (flow(order.instrument) && std::get<2>(place) != month) ||
              std::get<3>(place) != Compartment::free)
            continue;
          const std::int64_t part = std::min(amount, demanded - frozen);
          if (part <= 0) continue;
          amount -= part;
          frozen += part;
          Place to = place;
          std::get<3>(to) = Compartment::frozen;
          have[to] += part;
        }
      }
    }
  }
  // (period, amount) for a quantity: each month of the term, or the oldest vintages first.
  std::vector<std::pair<int, std::int64_t>> pick(const std::string& account, const Proposal& p,
                                                 Compartment in) {
    std::vector<std::pair<int, std::int64_t>> out;
    if (p.term) {
      for (int m = p.term->from.index; m < p.term->to.index; ++m) out.emplace_back(m, p.quantity);
      return out;
    }
    if (account == "BANK" || account == "ISS") return {{p.vintage.value_or(0), p.quantity}};
    std::int64_t left = p.quantity;
    for (const auto& [place, amount] : have)
      if (std::get<0>(place) == account && std::get<1>(place) == p.instrument && std::get<3>(place) == in &&
          left > 0 && amount > 0 && (!p.vintage || std::get<2>(place) == *p.vintage)) {
        out.emplace_back(std::get<2>(place), std::min(left, amount));
        left -= out.back().second;
      }
    if (left > 0) throw Refused{};
    return out;
  }

  void propose(const Proposal& p) {
    Deal deal;
    deal.waits = true;
    deal.p = p;
    const auto hold = [&](Compartment out, const std::string& to, Compartment in) {
      deal.parts = pick(p.from, p, out);
      for (const auto& [period, amount] : deal.parts) {
        deal.held.push_back({{p.from, p.instrument, period, out}, {to, p.instrument, period, in}, amount});
        take(deal.held.back().from, amount);
      }
    };
    using C = Compartment;
    if (p.kind == Kind::transfer || p.kind == Kind::deposit || p.kind == Kind::retire ||
        p.kind == Kind::surrender || p.kind == Kind::cancel || p.kind == Kind::withdraw)
      hold(C::free, p.to, C::free);
    if (p.kind == Kind::allocate) hold(C::free, p.to, p.unpaid ? C::unpaid : C::free);
    if (p.kind == Kind::lease) hold(C::free, p.to, C::leased);
    if (p.kind == Kind::pay) hold(C::unpaid, p.from, C::free);
    if (p.kind == Kind::pledge) hold(C::free, p.from, C::pledged);
    if (p.kind == Kind::reverse) {
      Deal& was = deals.at(p.refers);
      if (was.waits || was.reversed || was.p.kind != Kind::transfer) throw Refused{};
      for (const auto& [period, amount] : was.parts) {
        deal.held.push_back({{was.p.to, was.p.instrument, period, C::free},
                             {was.p.from, was.p.instrument, period, C::free},
                             amount});
        take(deal.held.back().from, amount);
      }
    }
    if ((p.kind == Kind::release &&
         (deals.at(p.refers).waits || deals.at(p.refers).p.kind != Kind::pledge)) ||
        (p.kind == Kind::unfreeze && (deals.at(p.refers).waits || deals.at(p.refers).p.kind != Kind::freeze)))
      throw Refused{};
    deals[p.key] = deal;
  }

  void approve(const std::string& key) {
    Deal& deal = deals.at(key);
    const Proposal& p = deal.p;
    for (const Line& line : deal.held) have[line.to] += line.amount;
    if (p.kind == Kind::issue) {
      for (const auto& [period, amount] : pick("ISS", p, Compartment::free)) {
        if (p.instrument == "COD" && (issued_cod[period] += amount) > 1'000'000) throw Refused{};
        have[{"ISS", p.instrument, period, Compartment::free}] -= amount;
        have[{p.to, p.instrument, period, Compartment::free}] += amount;
      }
    }
    if (p.kind == Kind::pledge) {
      for (const Line& line : deal.held) asides[key].push_back({line.to, line.to, line.amount});
    }
    if (p.kind == Kind::release) {  // the whole of it
      if (asides[p.refers].empty()) throw Refused{};
      for (const Line& line : asides[p.refers]) {
        Place free = line.from;
        std::get<3>(free) = Compartment::free;
        move({line.from, free, line.amount});
      }
      asides[p.refers].clear();
    }
    if (p.kind == Kind::freeze) {
      orders[key] = {p.from, p.instrument, p.term ? p.term->from.index : 0, p.term ? p.term->to.index : 1,
                     p.quantity};
    }
    if (p.kind == Kind::unfreeze) {  // the whole of it
      if (!orders.contains(p.refers)) throw Refused{};
      const Order order = orders.at(p.refers);
      orders.erase(p.refers);
      std::vector<Line> back;
      for (int month = order.from; month < order.to; ++month) {
        std::int64_t demanded = 0, frozen = 0;
        for (const auto& [name, o] : orders)
          if (o.account == order.account && o.instrument == order.instrument && o.from <= month &&
              month < o.to)
            demanded += o.quantity;
        const auto here = [&](const Place& place) {
          return std::get<0>(place) == order.account && std::get<1>(place) == order.instrument &&
                 std::get<3>(place) == Compartment::frozen &&
                 (!flow(order.instrument) || std::get<2>(place) == month);
        };
        for (const auto& [place, amount] : have)
          if (here(place)) frozen += amount;
        for (const auto& [place, amount] : have)
          if (here(place) && frozen > demanded && amount > 0) {
            Place free = place;
            std::get<3>(free) = Compartment::free;
            back.push_back({place, free, std::min(amount, frozen - demanded)});
            frozen -= back.back().amount;
          }
      }
      for (const Line& line : back) move(line);
    }
    if (p.kind == Kind::reverse) {
      if (deals.at(p.refers).reversed) throw Refused{};
      deals.at(p.refers).reversed = true;
    }
    deal.held.clear();
    deal.waits = false;
    sweep();
  }
  void reject(const std::string& key) {
    for (const Line& line : deals.at(key).held) have[line.from] += line.amount;
    deals.erase(key);
    sweep();
  }
  void reserve(const Order& o, const std::string& key) {
    Proposal p;
    p.instrument = o.instrument;
    p.quantity = o.quantity;
    if (flow(o.instrument)) p.term = Term{{o.from}, {o.to}};
    for (const auto& [period, amount] : pick(o.account, p, Compartment::free)) {
      const Line line{{o.account, o.instrument, period, Compartment::free},
                      {o.account, o.instrument, period, Compartment::reserved},
                      amount};
      move(line);
      asides[key].push_back({line.to, line.to, amount});
    }
  }
  void release(const std::string& key) {
    for (const Line& line : asides[key]) {
      Place free = line.from;
      std::get<3>(free) = Compartment::free;
      move({line.from, free, line.amount});
    }
    asides[key].clear();
    sweep();
  }
  // From an order, against free cash.
  void trade(const Trade& t) {
    const auto carry = [&](const Line& line) {
      if (!t.conditional) return move(line);
      take(line.from, line.amount);
      conditional[t.key].push_back(line);
    };
    auto& lines = asides[t.sell];
    std::int64_t left = t.quantity;
    int months = 0;
    std::vector<Line> rest;
    for (const Line& line : lines) {
      const int period = std::get<2>(line.from);
      const bool inside = t.term && t.term->from.index <= period && period < t.term->to.index;
      const std::int64_t part = t.term ? (inside ? t.quantity : 0) : std::min(left, line.amount);
      if (part > line.amount) throw Refused{};
      if (!t.term) left -= part;
      if (part > 0) {
        ++months;
        carry({line.from, {t.buyer, t.instrument, period, Compartment::free}, part});
      }
      if (line.amount > part) rest.push_back({line.from, line.from, line.amount - part});
    }
    if (t.term ? months != t.term->months() : left > 0) throw Refused{};
    lines = rest;
    std::int64_t fees = 0;
    for (const Charge& c : t.charges) fees += c.buyer ? 0 : c.fen;
    if (t.fen < fees) throw Refused{};
    const Place purse{t.buyer, "CNY", 0, Compartment::free};
    if (t.fen > fees) carry({purse, {t.seller, "CNY", 0, Compartment::free}, t.fen - fees});
    for (const Charge& c : t.charges) carry({purse, {c.to, "CNY", 0, Compartment::free}, c.fen});
    sweep();
  }
  void conclude(const std::string& key, bool granted) {
    for (const Line& line : conditional.at(key)) {
      Place back = line.from;  // not into the order again: it is the holder's own
      std::get<3>(back) = Compartment::free;
      have[granted ? line.to : back] += line.amount;
    }
    conditional.erase(key);
    sweep();
  }
};

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

  Model model;
  int accepted = 0, refused = 0;

 private:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
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
    EXPECT_EQ(code.empty(), fine) << what << " " << code;
    if (fine) model = std::move(tried);
    ++(fine ? accepted : refused);
    return fine;
  }

  void propose() {
    Proposal p;
    p.key = key("K");
    constexpr std::array kinds{Kind::issue,   Kind::issue,   Kind::allocate, Kind::transfer, Kind::transfer,
                               Kind::pledge,  Kind::release, Kind::freeze,   Kind::unfreeze, Kind::surrender,
                               Kind::retire,  Kind::cancel,  Kind::reverse,  Kind::lease,    Kind::deposit,
                               Kind::deposit, Kind::pay,     Kind::withdraw};
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
      case Kind::freeze:
        p.authority = "court";
        break;
      default:
        break;
    }
    if (p.kind == Kind::pledge || p.kind == Kind::freeze || p.kind == Kind::pay) p.to.clear();
    if (p.kind == Kind::release || p.kind == Kind::unfreeze || p.kind == Kind::reverse) {
      if (model.deals.empty()) return;
      const Kind of = p.kind == Kind::release    ? Kind::pledge
                      : p.kind == Kind::unfreeze ? Kind::freeze
                                                 : Kind::transfer;
      std::vector<std::string> fitting;
      for (const auto& [name, deal] : model.deals)
        if (deal.p.kind == of) fitting.push_back(name);
      if (fitting.empty()) return;
      p = {.key = p.key,
           .kind = p.kind,
           .refers = fitting[static_cast<std::size_t>(below(static_cast<int>(fitting.size())))]};
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
      trades.push_back(t);
    }
    const auto settled = w.rights.settle(trades, exchange);
    for (std::size_t i = 0; i < trades.size(); ++i)
      both(
          "trade " + trades[i].key,
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
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::set<std::string> hashes;
    for (const std::string& kind : store::test_kinds()) {
      World w(kind);
      RandomRun run(w, seed);
      for (int i = 0; i < 260; ++i) {
        run.step();
        if (i % 20 == 19) {
          ASSERT_EQ(run.differences(), "") << "seed " << seed << " step " << i;
        }
        if (i % 65 == 64) {
          ASSERT_EQ(w.troubles(), "") << "seed " << seed << " step " << i;
        }
        if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << " step " << i;
      }
      EXPECT_GT(run.accepted, 80);
      EXPECT_GT(run.refused, 20);
      hashes.insert(w.rights.state_hash());
    }
    EXPECT_EQ(hashes.size(), 1U) << "seed " << seed;
  }
}

}  // namespace tributary::rights
