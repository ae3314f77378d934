#include "exchange/surveillance.h"

#include "exchange/codes.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include <fmt/format.h>

namespace tributary::exchange {
namespace {

constexpr std::size_t longest_circle = 5;  // deals

class Watching {
 public:
  Watching(std::span<const Deal> deals, std::span<const OrderLife> orders, const WatchRules& rules)
      : deals_(deals.begin(), deals.end()), orders_(orders.begin(), orders.end()), rules_(rules) {
    check();
    std::ranges::sort(deals_, {}, [](const Deal& d) { return std::tuple(d.at, d.key); });
    std::ranges::sort(orders_, {}, [](const OrderLife& o) { return std::tuple(o.ended, o.key); });
  }

  std::vector<Alert> run() {
    for (const Deal& deal : deals_) {
      if (deal.outside) continue;
      barred(deal);
      if (rules_.own_trades) own(deal);
      if (rules_.far_price && deal.bulk) far(deal);
    }
    std::map<std::string, std::vector<const Deal*>> by_instrument;
    for (const Deal& deal : deals_) by_instrument[deal.instrument].push_back(&deal);
    for (const auto& [instrument, list] : by_instrument) {
      if (rules_.circle_days) circles(list);
      if (rules_.ladder_deals) ladders(list);
    }
    if (rules_.layer_orders) layers();
    std::ranges::stable_sort(out_, {}, [](const Alert& a) { return std::tuple(a.at, a.pattern, a.keys.front()); });
    return std::move(out_);
  }

 private:
  static void bad(const std::string& where, const char* zh, const char* en) {
    throw Error(codes::bad_input, {zh, en}, {{}, 0, 0, where});
  }
  void check() const {
    for (const Deal& d : deals_)
      if (d.quantity <= 0 || d.price.sign() < 0)
        bad(d.key, "数量要大于零，价格不能为负", "the quantity must be above 0 and the price not below 0");
    for (const OrderLife& o : orders_)
      if (o.quantity <= 0 || o.filled < 0 || o.filled > o.quantity || o.ended < o.placed)
        bad(o.key, "委托的数量或时间不对", "quantities or times of the order make no sense");
    if ((rules_.circle_days && *rules_.circle_days < 0) || (rules_.ladder_deals && *rules_.ladder_deals < 2) ||
        (rules_.layer_orders && *rules_.layer_orders < 1) || rules_.circle_share.sign() <= 0)
      bad("rules", "监测阈值不对", "a threshold makes no sense");
  }

  const std::string& group(const std::string& party) const {
    const auto found = rules_.group_of.find(party);
    return found == rules_.group_of.end() ? party : found->second;
  }
  void add(Pattern pattern, const std::string& instrument, Instant at, std::vector<std::string> keys,
           std::vector<std::string> parties, Text message) {
    std::vector<std::string> once;
    for (std::string& party : parties)
      if (std::ranges::find(once, party) == once.end()) once.push_back(std::move(party));
    out_.push_back({pattern, instrument, at, std::move(keys), std::move(once), std::move(message)});
  }

  void barred(const Deal& d) {
    for (const std::string* party : {&d.seller, &d.buyer})
      if (rules_.barred.contains(*party))
        add(Pattern::barred, d.instrument, d.at, {d.key}, {*party},
            {fmt::format("{} 不得参与交易", *party), fmt::format("{} may not trade", *party)});
  }

  void own(const Deal& d) {
    if (group(d.seller) != group(d.buyer)) return;
    add(Pattern::own_trade, d.instrument, d.at, {d.key}, {d.seller, d.buyer},
        {fmt::format("买卖双方同受 {} 控制", group(d.seller)),
         fmt::format("both sides are controlled by {}", group(d.seller))});
  }

  // Against the mean price, by quantity, of the deals of the book in the days before.
  void far(const Deal& d) {
    Rational value;
    Rational quantity;
    for (const Deal& one : deals_) {
      if (one.at.seconds >= d.at.seconds) break;
      if (one.instrument != d.instrument || one.bulk || one.auctioned || one.outside) continue;
      if (one.at.seconds < d.at.seconds - std::int64_t{86400} * rules_.far_days) continue;
      value = value + one.price * Rational(Decimal::from_parts(one.quantity, 0));
      quantity = quantity + Rational(Decimal::from_parts(one.quantity, 0));
    }
    if (quantity.is_zero()) return;
    const Rational mean = value / quantity;
    const Rational off = d.price < mean ? mean - d.price : d.price - mean;
    if (!(off > *rules_.far_price * mean)) return;
    const std::string shown = mean.to_decimal(2, Rounding::half_up).to_string();
    add(Pattern::far_price, d.instrument, d.at, {d.key}, {d.seller, d.buyer},
        {fmt::format("协议价 {}，此前 {} 天均价 {}", d.price.to_string(), rules_.far_days, shown),
         fmt::format("agreed at {}, the mean of the {} days before is {}", d.price.to_string(), rules_.far_days,
                     shown)});
  }

  // Goods go from hand to hand and come back: deals in time from a group to itself. For each deal the shortest way back
  // is told, of several the one that is back first. Level by level: who has the goods after the earliest deal has them
  // for all later ones, so no deal is looked at twice.
  void circles(const std::vector<const Deal*>& list) {
    std::map<std::string, std::vector<std::size_t>> sold_by;  // by group, in time
    for (std::size_t i = 0; i < list.size(); ++i) sold_by[group(list[i]->seller)].push_back(i);
    for (std::size_t first = 0; first < list.size(); ++first) {
      const Deal& begin = *list[first];
      if (group(begin.seller) == group(begin.buyer)) continue;  // told as a trade with oneself
      std::map<std::size_t, std::size_t> before;  // deal → the deal its seller had the goods from
      std::map<std::string, std::size_t> since;   // group → the earliest deal after which it has them
      std::vector<std::size_t> level{first};
      std::optional<std::size_t> back;
      for (std::size_t length = 2; length <= longest_circle && !level.empty() && !back; ++length) {
        std::vector<std::size_t> next;
        std::ranges::sort(level);
        for (const std::size_t has : level) {
          const std::string& holder = group(list[has]->buyer);
          const auto sales = sold_by.find(holder);
          if (sales == sold_by.end()) continue;
          const auto [known, fresh] = since.try_emplace(holder, list.size());
          for (auto sale = std::ranges::upper_bound(sales->second, has);
               sale != sales->second.end() && *sale < known->second && in_time(begin, *list[*sale]); ++sale) {
            const Deal& deal = *list[*sale];
            if (group(deal.buyer) == holder || !alike(begin, deal)) continue;
            before.emplace(*sale, has);
            if (group(deal.buyer) == group(begin.seller))
              back = std::min(back.value_or(*sale), *sale);
            else
              next.push_back(*sale);
          }
          known->second = std::min(known->second, has + 1);
        }
        level = std::move(next);
      }
      if (back) tell_circle(list, first, *back, before);
    }
  }
  bool in_time(const Deal& begin, const Deal& deal) const {
    return deal.at.seconds <= begin.at.seconds + std::int64_t{86400} * *rules_.circle_days;
  }
  bool alike(const Deal& begin, const Deal& deal) const {
    const auto [low, high] = std::minmax(begin.quantity, deal.quantity);
    return !(Rational(Decimal::from_parts(low, 0)) < rules_.circle_share * Rational(Decimal::from_parts(high, 0)));
  }
  void tell_circle(const std::vector<const Deal*>& list, std::size_t first, std::size_t back,
                   const std::map<std::size_t, std::size_t>& before) {
    std::vector<const Deal*> way;
    for (std::size_t at = back; at != first; at = before.at(at)) way.push_back(list[at]);
    way.push_back(list[first]);
    std::ranges::reverse(way);
    if (std::ranges::all_of(way, &Deal::outside)) return;  // lent and given back, say: no trade was made of it
    std::vector<std::string> keys;
    std::vector<std::string> parties;
    for (const Deal* d : way) keys.push_back(d->key), parties.push_back(d->seller);
    add(Pattern::circle, way.front()->instrument, way.back()->at, std::move(keys), std::move(parties),
        {fmt::format("{} 天内经 {} 笔交易回到 {}", *rules_.circle_days, way.size(), way.front()->seller),
         fmt::format("back with {} after {} deals within {} days", way.front()->seller, way.size(),
                     *rules_.circle_days)});
  }

  void ladders(const std::vector<const Deal*>& list) {
    const auto most = static_cast<std::size_t>(*rules_.ladder_deals);
    std::map<std::string, std::vector<const Deal*>> runs;  // by group of the buyer
    const auto close = [&](const std::string& buyer) {
      const auto run = runs.find(buyer);
      if (run == runs.end()) return;
      if (run->second.size() >= most) {
        std::vector<std::string> keys;
        std::vector<std::string> parties;
        for (const Deal* d : run->second) keys.push_back(d->key), parties.push_back(d->buyer);
        const Deal& last = *run->second.back();
        add(Pattern::ladder, last.instrument, last.at, std::move(keys), std::move(parties),
            {fmt::format("{} 笔小额买入，价格由 {} 逐笔抬到 {}", run->second.size(),
                         run->second.front()->price.to_string(), last.price.to_string()),
             fmt::format("{} small purchases, each dearer: from {} to {}", run->second.size(),
                         run->second.front()->price.to_string(), last.price.to_string())});
      }
      runs.erase(run);
    };
    for (const Deal* d : list) {
      if (d->bulk || d->auctioned || d->outside) continue;
      const std::string buyer = group(d->buyer);
      auto& run = runs[buyer];
      const bool goes_on = !run.empty() && d->quantity <= rules_.ladder_quantity && run.back()->price < d->price &&
                           d->at.seconds - run.front()->at.seconds <= std::int64_t{60} * rules_.ladder_minutes;
      if (!goes_on) close(buyer);
      if (d->quantity <= rules_.ladder_quantity) runs[buyer].push_back(d);
    }
    while (!runs.empty()) close(std::string(runs.begin()->first));
  }

  // Orders withdrawn unfilled on one side soon after a fill on the other: they were there to be seen. Several fills that the
  // same orders stood behind are one episode.
  struct Episode {
    std::vector<std::string> deals;
    std::vector<const OrderLife*> orders;  // as in orders_
    std::string party;
  };
  void layers() {
    std::map<std::tuple<std::string, std::string, bool>, Episode> running;  // instrument, group, whether it bought
    for (const Deal& d : deals_) {
      if (d.outside) continue;
      for (const bool bought : {true, false}) {
        const std::string& party = bought ? d.buyer : d.seller;
        const std::vector<const OrderLife*> behind = withdrawn_after(d, group(party), bought);
        if (behind.size() < static_cast<std::size_t>(*rules_.layer_orders)) continue;
        Episode& episode = running[{d.instrument, group(party), bought}];
        const bool goes_on = std::ranges::any_of(
            behind, [&](const OrderLife* o) { return std::ranges::find(episode.orders, o) != episode.orders.end(); });
        if (!goes_on) tell_layers(d.instrument, std::exchange(episode, {{}, {}, party}));
        episode.deals.push_back(d.key);
        for (const OrderLife* o : behind)
          if (std::ranges::find(episode.orders, o) == episode.orders.end()) episode.orders.push_back(o);
      }
    }
    for (auto& [of, episode] : running) tell_layers(std::get<0>(of), std::move(episode));
  }
  std::vector<const OrderLife*> withdrawn_after(const Deal& d, const std::string& party, bool bought) const {
    std::vector<const OrderLife*> out;
    for (const OrderLife& o : orders_)
      if (o.instrument == d.instrument && o.buys != bought && group(o.party) == party && o.withdrawn && o.filled == 0 &&
          o.placed <= d.at && o.ended >= d.at && o.ended.seconds <= d.at.seconds + std::int64_t{60} * rules_.layer_minutes)
        out.push_back(&o);
    return out;
  }
  void tell_layers(const std::string& instrument, Episode episode) {
    if (episode.deals.empty()) return;
    Instant last = episode.orders.front()->ended;
    std::vector<std::string> keys = std::move(episode.deals);
    const std::size_t deals = keys.size();
    for (const OrderLife* o : episode.orders) {
      keys.push_back(o->key);
      last = std::max(last, o->ended);
    }
    add(Pattern::layering, instrument, last, std::move(keys), {episode.party},
        {fmt::format("{} 笔成交后 {} 分钟内撤回反向未成交委托 {} 笔", deals, rules_.layer_minutes, episode.orders.size()),
         fmt::format("{} unfilled orders of the other side withdrawn within {} minutes of {} deals", episode.orders.size(),
                     rules_.layer_minutes, deals)});
  }

  std::vector<Deal> deals_;
  std::vector<OrderLife> orders_;
  const WatchRules& rules_;
  std::vector<Alert> out_;
};

}  // namespace

std::string_view to_string(Pattern pattern) {
  switch (pattern) {
    case Pattern::barred:
      return "barred";
    case Pattern::own_trade:
      return "own_trade";
    case Pattern::circle:
      return "circle";
    case Pattern::ladder:
      return "ladder";
    case Pattern::layering:
      return "layering";
    case Pattern::far_price:
      return "far_price";
  }
  return "";
}

std::vector<Alert> watch(std::span<const Deal> deals, std::span<const OrderLife> orders, const WatchRules& rules) {
  return Watching(deals, orders, rules).run();
}

}  // namespace tributary::exchange
