// The one-way auction from a file, and its steps in words.
#include "exchange/calculator_reading.h"
#include "exchange/fees.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

namespace tributary::exchange {
namespace {

using Value = JsonInput::Value;
using reading::id_of;

constexpr std::size_t most_rows = 1'000;

struct Auction {
  OneWayTerms terms;
  PriceFormat format;
  std::vector<OneWayBid> bids;
  std::vector<OneWayBidder> bidders;
  std::vector<bool> id_is_number;
  bool numbers = true;
};

// Its share of the supply, rounded down to lots.
Quantity share_in_lots(const Decimal& share, Quantity supply, Quantity lot) {
  const Decimal exact = share * Decimal::from_int(supply);
  return exact.round(0, Rounding::floor).to_int64() / lot * lot;
}

Extension read_times(const Value& root, const PriceFormat& format) {
  Extension out;
  out.open = reading::time_of(root.need("open"));
  const Value close = root.need("close");
  out.close = reading::time_of(close);
  if (out.close <= out.open) close.fail({"截止时间须晚于开始时间", "the close must come after the opening"});
  if (const auto v = root.find("increment")) {
    out.increment = format.whole_ticks(*v);
    if (out.increment <= 0) v->fail({"加价幅度须大于零", "the increment must be above zero"});
  }
  if (const auto v = root.find("extension")) {
    v->only({"window", "by", "most"});
    out.window = reading::time_of(v->need("window"));
    out.by = reading::time_of(v->need("by"));
    const Value most = v->need("most");
    const std::int64_t count = most.as_integer();
    if (count < 0 || count > 10'000) most.fail({"延长次数应在 0 至 10000 之间", "extensions are 0 to 10000"});
    out.most = static_cast<int>(count);
    if (out.window < 0 || out.by <= 0) v->fail({"延长时间须大于零", "the times of an extension must be above zero"});
  }
  return out;
}

Seed read_seed(const Value& v) {
  v.only({"commitment", "secret", "public"});
  return {std::string(v.need("commitment").as_string()), std::string(v.need("secret").as_string()),
          std::string(v.need("public").as_string())};
}

OneWayBid read_bid(const Value& v, Auction& a, std::set<std::string>& seen) {
  v.only({"id", "bidder", "price", "qty", "time", "qualified", "deposit_paid"});
  OneWayBid bid;
  const Value id = v.need("id");
  bid.id = id_of(id);
  if (!seen.insert(bid.id).second)
    id.fail({fmt::format("申报编号“{}”重复", bid.id), fmt::format("the bid \"{}\" stands there twice", bid.id)});
  a.id_is_number.push_back(id.is(JsonInput::Kind::number));
  const auto bidder = v.find("bidder");
  bid.bidder = bidder ? id_of(*bidder) : bid.id;
  const Value price = v.need("price");
  const auto ticks = a.format.ticks(price);
  bid.off_tick = !ticks;
  bid.price = ticks.value_or(0);
  if (price.as_decimal().sign() < 0) price.fail({"价格不能为负", "the price cannot be negative"});
  a.numbers = a.numbers && price.is(JsonInput::Kind::number);
  bid.qty = reading::quantity_of(v.need("qty"));
  const auto time = v.find("time");
  if (a.terms.ascending && !time) v.fail({"缺少“time”", "\"time\" is missing"}, {"限时竞价的每笔申报都要有时间", "every bid of a timed auction has a time"});
  if (time) bid.time = reading::time_of(*time);
  if (const auto q = v.find("qualified")) bid.qualified = q->as_boolean();
  if (const auto d = v.find("deposit_paid")) bid.deposit_paid = d->as_boolean();
  return bid;
}

Auction read(std::string_view rule, std::string_view json, const std::string& file) {
  const JsonInput input = JsonInput::parse(json, file);
  const Value root = input.root();
  root.only({"side", "supply", "reserve", "tick", "lot", "min_bid", "max_share", "deposit_required", "pricing", "tie",
             "undersubscription", "cancel_below", "seed", "open", "close", "extension", "increment", "bidders", "bids"});
  Auction a;
  OneWayTerms& t = a.terms;
  if (const auto v = root.find("tick")) a.format = PriceFormat(*v);
  if (const auto v = root.find("side")) {
    static constexpr std::array<std::string_view, 2> words{"sale", "buy-back"};
    t.side = static_cast<OneWaySide>(reading::word_of(*v, words));
  }
  const bool ascending = rule == "one-way:ascending";
  t.pricing = rule == "one-way:pay-as-bid" ? Pricing::pay_as_bid : Pricing::uniform;
  if (const auto v = root.find("pricing")) {
    if (!ascending) v->fail({"定价方式由规则名决定", "the rule's name says how it is priced"});
    static constexpr std::array<std::string_view, 2> words{"uniform", "pay-as-bid"};
    t.pricing = static_cast<Pricing>(reading::word_of(*v, words));
  }
  if (const auto v = root.find("lot")) t.lot = reading::quantity_of(*v);
  const Value supply = root.need("supply");
  t.supply = reading::quantity_of(supply);
  if (t.supply % t.lot != 0) supply.fail({"数量不是交易单位的整数倍", "the supply is not a multiple of the lot"});
  if (const auto v = root.find("reserve")) {
    t.reserve = a.format.whole_ticks(*v);
    if (t.reserve < 0) v->fail({"保留价不能为负", "the reserve cannot be negative"});
    a.numbers = v->is(JsonInput::Kind::number);
  } else if (t.side == OneWaySide::buy_back) {
    root.need("reserve");
  }
  if (const auto v = root.find("min_bid")) t.min_bid = reading::quantity_of(*v);
  if (const auto v = root.find("max_share")) t.max_share = share_in_lots(reading::share_of(*v), t.supply, t.lot);
  if (const auto v = root.find("deposit_required")) t.deposit = v->as_boolean();
  if (const auto v = root.find("tie")) {
    static constexpr std::array<std::string_view, 3> words{"time", "random", "pro-rata"};
    t.tie = static_cast<Tie>(reading::word_of(*v, words));
  }
  if (const auto v = root.find("undersubscription")) {
    static constexpr std::array<std::string_view, 3> words{"cancel", "lowest-bid", "reserve"};
    t.under = static_cast<Under>(reading::word_of(*v, words));
  }
  if (const auto v = root.find("cancel_below")) t.cancel_below = a.format.whole_ticks(*v);
  if (const auto v = root.find("seed")) t.seed = read_seed(*v);
  if (ascending) {
    t.ascending = read_times(root, a.format);
  } else {
    for (const char* name : {"open", "close", "extension", "increment"})
      if (const auto v = root.find(name))
        v->fail({"只用于 one-way:ascending", "this is for one-way:ascending only"});
  }
  // Fen of one tick: 100·tick.
  t.value_denominator = 1;
  __int128 numerator = a.format.tick().coefficient() * 100;
  for (int i = 0; i < a.format.tick().scale() && t.value_denominator < std::int64_t{1} << 58; ++i) t.value_denominator *= 10;
  for (int i = a.format.tick().scale(); i < 0; ++i) numerator *= 10;
  if (numerator > (std::int64_t{1} << 60)) root.fail({"最小变动价位过大", "the tick is too large"});
  t.value_numerator = static_cast<std::int64_t>(numerator);
  const Value bids = root.need("bids");
  bids.require(JsonInput::Kind::array);
  if (ascending && bids.size() > 5'000)
    bids.fail({"限时竞价最多 5000 笔申报", "a timed auction takes at most 5000 bids here"});
  std::set<std::string> seen;
  for (auto v = bids.first(); v; v = v->next()) a.bids.push_back(read_bid(*v, a, seen));
  if (const auto v = root.find("bidders")) {
    v->require(JsonInput::Kind::array);
    for (auto b = v->first(); b; b = b->next()) {
      b->only({"id", "limit", "guarantee"});
      OneWayBidder bidder;
      bidder.name = id_of(b->need("id"));
      if (const auto limit = b->find("limit")) bidder.limit = limit->as_integer();
      if (const auto guarantee = b->find("guarantee")) {
        const Decimal yuan = guarantee->as_decimal().normalized();
        if (yuan.sign() < 0 || yuan.scale() > 2 || yuan > Decimal::from_int(std::int64_t{1} << 53))
          guarantee->fail({"担保金额须为非负的元，最多两位小数", "a guarantee is yuan, not negative, with at most two decimals"});
        if (t.side == OneWaySide::buy_back)
          guarantee->fail({"回购没有资金担保", "a buy-back has no guarantee of money"}, {"用 limit 限制数量", "limit the quantity with \"limit\""});
        bidder.guarantee = (yuan * Decimal(100)).to_int64();
      }
      a.bidders.push_back(std::move(bidder));
    }
  }
  return a;
}

std::vector<Step> steps_of(const Auction& a, const OneWayResult& r) {
  const OneWayTerms& t = a.terms;
  const bool sale = t.side == OneWaySide::sale;
  std::vector<Step> out;
  Step admit{"admit", {"剔除不合格的申报", "bids that fail a condition are dropped"}, {}, {"id", "reason", "zh", "en"}, {}, 0};
  for (const auto& d : r.dropped)
    admit.rows.push_back({d.bid, std::string(to_string(d.reason)), describe(d.reason).zh, describe(d.reason).en});
  if (t.ascending) {
    admit.facts.emplace_back("extensions", std::int64_t{r.extensions});
    admit.facts.emplace_back("closed_after_open", Decimal::from_parts(r.closed_at - t.ascending->open, 6).normalized().to_string() + " s");
  }
  out.push_back(std::move(admit));
  if (!r.trimmed.empty()) {
    Step trim{"trim",
              sale ? Text{"超过限额或担保的部分削减，先去掉出价最低的；担保不够的部分改按下一个付得起的价格申报",
                          "what exceeds a limit or guarantee is cut, the lowest-priced lots first; what a guarantee cannot fund is offered at the next price it can"}
                   : Text{"超过限额的部分削减，先去掉要价最高的", "what exceeds a limit is cut, the highest-priced lots first"},
              {}, {"id", "from", "to", "by", "moved", "moved_to"}, {}, 0};
    for (const auto& x : r.trimmed)
      trim.rows.push_back({x.bid, x.from, x.to, std::string(x.by_guarantee ? "guarantee" : "limit"), x.moved,
                           x.moved > 0 ? a.format.text(x.moved_to) : std::string()});
    out.push_back(std::move(trim));
  }
  Step order{"accumulate",
             sale ? Text{"按价格从高到低累计到供应量", "from the highest price down, added up to the supply"}
                  : Text{"按价格从低到高累计到回购量", "from the lowest price up, added up to what is bought back"},
             {{"supply", t.supply}}, {"id", "bidder", "price", "qty", "cumulative", "filled", "draw"}, {}, 0};
  for (const auto& row : r.rows) {
    if (order.rows.size() == most_rows) break;
    order.rows.push_back({row.bid, row.bidder, a.format.text(row.price), row.qty,
                          fmt::format("{}", row.cumulative), row.filled, row.drawn});
  }
  order.omitted = r.rows.size() - order.rows.size();
  out.push_back(std::move(order));
  Step price{"price", {}, {}, {}, {}, 0};
  if (r.price) price.facts.emplace_back("price", a.format.text(*r.price));
  if (r.cancelled && r.undersubscribed && t.under == Under::cancel)
    price.text = {"申报不足，按规定取消整场竞价", "less is bid for than offered: the auction is cancelled, as the rule says"};
  else if (r.cancelled)
    price.text = {"价格与二级市场相差过大，竞价取消", "the price is too far from the secondary market: the auction is cancelled"};
  else if (!r.price)
    price.text = {"没有合格申报", "there is no valid bid"};
  else if (r.undersubscribed && t.under == Under::reserve)
    price.text = {"申报不足，全部按保留价成交，未售部分退回", "less is bid for than offered: all fill at the reserve, the rest goes back"};
  else if (r.undersubscribed)
    price.text = {"申报不足，全部按最末一笔申报价成交", "less is bid for than offered: all fill at the last bid's price"};
  else
    price.text = {"成交价为最末一笔被接受的申报价", "the price is that of the last accepted bid"};
  if (r.price && !r.cancelled && t.pricing == Pricing::pay_as_bid)
    price.text = {price.text.zh + "；各付其价", price.text.en + "; each pays its own"};
  out.push_back(std::move(price));
  if (r.price && !r.undersubscribed && !r.cancelled) {
    static const std::array<Text, 3> ties{
        Text{"边际价格上先到先得，最后一笔取余量", "at the price the earlier first, the last takes the remainder"},
        Text{"边际价格上按抽签顺序，最后一笔取余量；签为 SHA-256(secret|public|编号)", "at the price in drawn order, the last takes the remainder; draws are SHA-256(secret|public|id)"},
        Text{"边际价格上按申报量比例向下取整，余下逐手按抽签顺序", "at the price by size, rounded down; what is left, lot by lot in drawn order"}};
    out.push_back({"margin", ties[static_cast<std::size_t>(t.tie)], {{"left", r.marginal}}, {}, {}, 0});
  }
  return out;
}

}  // namespace

Clearing reading::clear_one_way(std::string_view rule, std::string_view json, const std::string& file) {
  const Auction a = read(rule, json, file);
  const OneWayResult r = one_way_auction(a.terms, a.bids, a.bidders);
  Clearing out;
  out.rule = rule;
  out.numbers = a.numbers;
  out.outcome = r.cancelled ? "cancelled" : r.sold > 0 ? "cleared" : "no_trade";
  if (r.price && !r.cancelled) out.price = a.format.text(*r.price);
  out.executed = r.sold;
  out.surplus = a.terms.supply - r.sold;
  std::map<std::string_view, bool> number;
  for (std::size_t i = 0; i < a.bids.size(); ++i) number[a.bids[i].id] = a.id_is_number[i];
  for (const auto& row : r.rows) {
    if (row.filled == 0) continue;
    const Decimal price = Decimal::from_int(row.pays) * a.format.tick();
    const Fen amount = amount_over(Decimal::from_int(row.filled), price, 12);
    out.fills.push_back({row.bid, number[row.bid], a.terms.side == OneWaySide::sale ? "buy" : "sell", row.bidder, row.filled,
                         a.format.text(row.pays), Decimal::from_parts(amount, 2).to_fixed(2)});
  }
  out.steps = steps_of(a, r);
  return out;
}

}  // namespace tributary::exchange
