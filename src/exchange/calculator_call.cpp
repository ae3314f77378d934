// The call auction from a file, and its steps in words.
#include "exchange/band.h"
#include "exchange/calculator_reading.h"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

namespace tributary::exchange {
namespace {

using Value = JsonInput::Value;
using reading::id_of;

constexpr std::size_t most_rows = 200;

struct ReadSide {
  std::vector<CallOrder> orders;
  std::vector<std::int64_t> times;
  std::vector<CallBook::Id> ids;
};

// Adds the ids to `texts`; in order of time where times are given, else as they stand.
ReadSide read_side(const Value& book, std::string_view name, const PriceFormat& format, Quantity lot, CallBook& out) {
  ReadSide side;
  const Value list = book.need(name);
  list.require(JsonInput::Kind::array);
  bool timed = false;
  for (auto v = list.first(); v; v = v->next()) {
    v->only({"id", "qty", "price", "time"});
    const Value id = v->need("id");
    const std::string text = id_of(id);
    side.ids.push_back({static_cast<std::uint32_t>(out.texts.size()), static_cast<std::uint32_t>(text.size()),
                        id.is(JsonInput::Kind::number)});
    out.texts += text;
    CallOrder order;
    const Value qty = v->need("qty");
    order.qty = reading::quantity_of(qty);
    if (order.qty % lot != 0)
      qty.fail({"数量不是交易单位的整数倍", "the quantity is not a multiple of the lot"});
    const Value price = v->need("price");
    if (price.is(JsonInput::Kind::string) && price.text() == "market") {
      order.market = true;
    } else {
      order.price = format.whole_ticks(price);
      if (order.price <= 0) price.fail({"价格须大于零", "the price must be above zero"}, {"市价写作 \"market\"", "a market order is \"market\""});
      out.numbers = out.numbers && price.is(JsonInput::Kind::number);
    }
    const auto time = v->find("time");
    if (side.orders.empty()) timed = time.has_value();
    if (time.has_value() != timed)
      v->fail({"有的申报有时间，有的没有", "some orders have a time and some have none"},
              {"都写上 time，或都不写（按先后排列）", "give every order a time, or none (then they count as they stand)"});
    if (time) side.times.push_back(reading::time_of(*time));
    side.orders.push_back(order);
  }
  if (!timed || std::is_sorted(side.times.begin(), side.times.end())) return side;
  std::vector<std::uint32_t> at(side.orders.size());
  std::iota(at.begin(), at.end(), 0U);
  std::stable_sort(at.begin(), at.end(), [&](auto a, auto b) { return side.times[a] < side.times[b]; });
  ReadSide sorted;
  for (const std::uint32_t i : at) {
    sorted.orders.push_back(side.orders[i]);
    sorted.ids.push_back(side.ids[i]);
  }
  return sorted;
}

Text reason_text(const CallPrice& found, const PriceFormat& format, const CallTerms& terms) {
  const auto price = [&](Ticks t) { return format.text(t); };
  switch (found.reason) {
    case CallReason::no_crossing:
      return {"买卖价格不相交，没有成交", "bids and offers do not meet: nothing trades"};
    case CallReason::only_market:
      return {"双方都只有市价申报，取参考价", "only market orders on both sides: the reference price"};
    case CallReason::single:
      return {"只剩一个价格", "one price is left"};
    case CallReason::middle:
      if ((found.least_to - found.least_from) % 2 != 0)
        return {fmt::format("{} 与 {} 的中间价落在两个价位之间，按规定取到价位", price(found.least_from), price(found.least_to)),
                fmt::format("the middle of {} and {} lies between two ticks and goes to one by the stated rule",
                            price(found.least_from), price(found.least_to))};
      return {fmt::format("{} 与 {} 的中间价", price(found.least_from), price(found.least_to)),
              fmt::format("the middle of {} and {}", price(found.least_from), price(found.least_to))};
    case CallReason::highest:
      return found.surplus > 0 ? Text{"剩余都在买方，且都低于上限，取最高价", "all surplus is bids and all prices lie below the upper bound: the highest"}
                               : Text{"剩余都在卖方，且都低于下限，取最高价", "all surplus is offers and all prices lie below the lower bound: the highest"};
    case CallReason::lowest:
      return found.surplus > 0 ? Text{"剩余都在买方，且都高于上限，取最低价", "all surplus is bids and all prices lie above the upper bound: the lowest"}
                               : Text{"剩余都在卖方，且都高于下限，取最低价", "all surplus is offers and all prices lie above the lower bound: the lowest"};
    case CallReason::upper:
      return {fmt::format("剩余都在买方，取上限 {}", price(*terms.upper)), fmt::format("all surplus is bids: the upper bound {}", price(*terms.upper))};
    case CallReason::lower:
      return {fmt::format("剩余都在卖方，取下限 {}", price(*terms.lower)), fmt::format("all surplus is offers: the lower bound {}", price(*terms.lower))};
    case CallReason::reference:
      return {fmt::format("参考价 {} 在其中，取参考价", price(terms.reference)), fmt::format("the reference {} is among them", price(terms.reference))};
    case CallReason::nearest:
      return {fmt::format("取离参考价 {} 最近的价格", price(terms.reference)), fmt::format("the nearest to the reference {}", price(terms.reference))};
  }
  return {};
}

std::vector<Step> steps_of(const CallResult& result, const CallBook& book) {
  const CallPrice& found = result.found;
  const PriceFormat format(book.tick);
  std::vector<Step> out;
  Step candidates{"candidates",
                  {"列出簿内最低价至最高价之间的每个价位：该价及以上的买量、该价及以下的卖量、可成交量、剩余",
                   "every tick from the lowest to the highest price of the book: bid there or above, offered there or below, executed, surplus"},
                  {}, {"from", "to", "buys", "sells", "executed", "surplus"}, {}, 0};
  const auto& segments = found.segments;
  std::size_t first = 0;
  if (segments.size() > most_rows && found.price) {
    while (segments[first].to < found.least_from) ++first;
    first = std::min(first > most_rows / 2 ? first - most_rows / 2 : 0, segments.size() - most_rows);
  }
  for (std::size_t i = first; i < segments.size() && candidates.rows.size() < most_rows; ++i)
    candidates.rows.push_back({format.text(segments[i].from), format.text(segments[i].to), segments[i].buys, segments[i].sells,
                               segments[i].executed(), segments[i].surplus()});
  candidates.omitted = segments.size() - candidates.rows.size();
  out.push_back(std::move(candidates));
  if (found.price) {
    out.push_back({"most_executed", {"成交量最大的价格", "the prices at which most is executed"},
                   {{"from", format.text(found.most_from)}, {"to", format.text(found.most_to)}, {"executed", found.executed}}, {}, {}, 0});
    out.push_back({"least_surplus", {"其中剩余量最小的价格", "of these the ones with the least surplus"},
                   {{"from", format.text(found.least_from)}, {"to", format.text(found.least_to)}, {"surplus", found.surplus}}, {}, {}, 0});
  }
  Step choice{"choice", reason_text(found, format, book.terms), {}, {}, {}, 0};
  choice.facts.emplace_back("ref", format.text(book.terms.reference));
  if (book.terms.upper) choice.facts.emplace_back("upper", format.text(*book.terms.upper));
  if (book.terms.lower) choice.facts.emplace_back("lower", format.text(*book.terms.lower));
  if (found.price) choice.facts.emplace_back("price", format.text(*found.price));
  out.push_back(std::move(choice));
  if (found.price)
    out.push_back({"fills",
                   book.terms.margin == Margin::time
                       ? Text{"市价申报优先，其次价格优，同价先到先得", "market orders first, then the better price, at one price the earlier"}
                       : Text{"市价申报优先，其次价格优，末位价格按比例分配", "market orders first, then the better price, at the last price by size"},
                   {{"executed", found.executed}}, {}, {}, 0});
  return out;
}

}  // namespace

CallBook read_call_book(std::string_view rule, std::string_view json, const std::string& file) {
  const JsonInput input = JsonInput::parse(json, file);
  const Value book = input.root();
  book.only({"ref", "tick", "limit", "rounding", "half_tick", "margin", "lot", "buys", "sells"});
  CallBook out;
  const std::size_t colon = rule.find(':');
  const auto variant = parse_call_variant(rule.substr(colon == std::string_view::npos ? 0 : colon + 1));
  if (!variant) throw Error(codes::unknown_rule, {"没有此规则", "there is no such rule"});
  out.terms.variant = *variant;
  const PriceFormat format(book.need("tick"));
  out.tick = format.tick();
  const Value ref = book.need("ref");
  out.numbers = ref.is(JsonInput::Kind::number);
  out.terms.reference = format.whole_ticks(ref);
  if (out.terms.reference <= 0) ref.fail({"参考价须大于零", "the reference price must be above zero"});
  BandRounding rounding = BandRounding::half_up;
  if (const auto v = book.find("rounding")) {
    static constexpr std::array<std::string_view, 2> words{"half_up", "inward"};
    rounding = static_cast<BandRounding>(reading::word_of(*v, words));
  }
  if (const auto v = book.find("limit"); v && !v->is(JsonInput::Kind::null)) {
    const Band band = band_around(out.terms.reference, reading::share_of(*v), rounding);
    out.terms.upper = band.hi;
    out.terms.lower = band.lo;
  }
  if (const auto v = book.find("half_tick")) {
    static constexpr std::array<std::string_view, 3> words{"up", "down", "toward-reference"};
    out.terms.half_tick = static_cast<HalfTick>(reading::word_of(*v, words));
  }
  if (const auto v = book.find("margin")) {
    static constexpr std::array<std::string_view, 2> words{"time", "pro-rata"};
    out.terms.margin = static_cast<Margin>(reading::word_of(*v, words));
  }
  if (const auto v = book.find("lot")) out.terms.lot = reading::quantity_of(*v);
  const auto size = json.size();
  out.texts.reserve(std::min<std::size_t>(size, std::size_t{1} << 28));
  ReadSide buys = read_side(book, "buys", format, out.terms.lot, out);
  ReadSide sells = read_side(book, "sells", format, out.terms.lot, out);
  out.buy_ids = std::move(buys.ids);
  out.sell_ids = std::move(sells.ids);
  out.buys = std::move(buys.orders);
  out.sells = std::move(sells.orders);
  return out;
}

Clearing reading::clear_call(std::string_view rule, std::string_view json, const std::string& file) {
  const CallBook book = read_call_book(rule, json, file);
  const CallResult result = call_auction(book.buys, book.sells, book.terms);
  const PriceFormat format(book.tick);
  Clearing out;
  out.rule = rule;
  out.numbers = book.numbers;
  out.outcome = result.found.price ? "cleared" : "no_trade";
  out.executed = result.found.executed;
  out.surplus = result.found.surplus;
  out.steps = steps_of(result, book);
  if (!result.found.price) return out;
  out.price = format.text(*result.found.price);
  const auto fill = [&](const auto& ids, const std::vector<Quantity>& filled, const char* side) {
    for (std::size_t i = 0; i < filled.size(); ++i)
      if (filled[i] > 0)
        out.fills.push_back({book.id(ids[i]), ids[i].number, side, {}, filled[i], *out.price, {}});
  };
  fill(book.buy_ids, result.buys, "buy");
  fill(book.sell_ids, result.sells, "sell");
  return out;
}

}  // namespace tributary::exchange
