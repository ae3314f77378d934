// What everybody is told of the trading: the bulletin of each day, and the series of prices.
#include "api/auction_desk.h"
#include "api/smart_desk.h"
#include "rights/titles.h"
#include "venues/bulletins.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using schema::boolean, schema::both, schema::day, schema::decimal, schema::instant, schema::integer, schema::list,
    schema::money, schema::named, schema::nullable, schema::object, schema::text;
using venues::Bulletins;

Json decimal_json(const std::optional<Decimal>& value) {
  return value ? Json(value->to_string()) : Json(nullptr);
}

// Names and measures of the instruments, read once for a request.
class Shown {
 public:
  explicit Shown(Call& call) : disclosures_(call.worker.services.rights->disclosures) {
    for (auto& is : rights::Rights(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar())
                        .instruments())
      instruments_.emplace(is.code, is);
  }
  // Which right it is: instrument, measure, months or vintage.
  Json right(const std::string& code, const std::optional<rights::Term>& term, const std::optional<int>& vintage,
             const std::string& project) const {
    const auto is = instruments_.find(code);
    return {{"instrument", named_json(code, is == instruments_.end() ? Text{code, code} : is->second.name)},
            {"measure", is == instruments_.end() ? "" : is->second.measure},
            {"from", term ? Json(to_string(term->from)) : Json(nullptr)},
            {"to", term ? Json(to_string(term->to)) : Json(nullptr)},
            {"vintage", vintage ? Json(*vintage) : Json(nullptr)},
            {"project", project}};
  }
  Json prices(const venues::DayPrices& p) const {
    Json out{{"day", base::to_string(p.day.day)}, {"market", p.market}, {"title", json_of(p.title)}, {"lease", p.lease}};
    out.update(right(p.instrument, p.term, p.vintage, p.project));
    const venues::MarketDay& d = p.day;
    out.update({{"open", decimal_json(d.opening)},
                {"high", decimal_json(d.high)},
                {"low", decimal_json(d.low)},
                {"close", d.closing.to_string()},
                {"quantity", d.quantity},
                {"amount", yuan(d.fen)},
                {"deals", d.deals},
                {"bulk_quantity", d.bulk_quantity},
                {"bulk_amount", yuan(d.bulk_fen)},
                {"bulk_deals", d.bulk_deals}});
    return out;
  }
  Json auction(const venues::AuctionNotice& a) const {
    Json out{{"number", a.number}, {"title", json_of(a.title)}, {"lease", a.lease}};
    out.update(right(a.instrument, a.term, a.vintage, a.project));
    out.update({{"side", a.buy_back ? "buy_back" : "sale"},
                {"supply", a.supply},
                {"sold", a.sold},
                {"price", decimal_json(a.price)},
                {"state", a.state},
                {"at", to_rfc3339(a.at)}});
    return out;
  }
  Json round(const venues::RoundNotice& r) const {
    Json prices = Json::array();
    for (const venues::NodePrice& p : r.prices) prices.push_back(node_price_json(p));
    Json out{{"number", r.number}, {"title", json_of(r.title)}};
    out.update(right(r.instrument, r.term, r.vintage, r.project));
    out.update({{"bids", r.bids},
                {"bought", r.bought},
                {"rent", yuan(r.rent_fen)},
                {"prices", prices},
                {"state", r.state},
                {"at", to_rfc3339(r.at)}});
    return out;
  }
  // Nothing where the packs do not say that quantities of this instrument are public.
  std::optional<Json> total(const rights::DayTotal& t) const {
    const auto said = disclosures_.find(t.instrument);
    const auto is = instruments_.find(t.instrument);
    if (said == disclosures_.end() || !said->second.quantity || is == instruments_.end()) return std::nullopt;
    const bool flow = is->second.kind == rights::InstrumentKind::flow;
    Json out{{"kind", rights::to_string(t.kind)}, {"kind_title", json_of(rights::title_of(t.kind))}};
    out.update(right(t.instrument,
                     flow ? std::optional(rights::Term{{t.period}, {t.period + t.count}}) : std::nullopt,
                     flow ? std::nullopt : std::optional(t.period), {}));
    out.update({{"quantity", t.amount}, {"transactions", t.transactions}});
    return out;
  }

 private:
  const std::map<std::string, rights::Disclosure>& disclosures_;
  std::map<std::string, rights::Instrument> instruments_;
};

std::vector<schema::Property> with_right(std::vector<schema::Property> first, std::vector<schema::Property> last) {
  for (schema::Property& one : std::vector<schema::Property>{{"instrument", named("Named")},
                                                             {"measure", text()},
                                                             {"from", nullable(text())},
                                                             {"to", nullable(text())},
                                                             {"vintage", nullable(integer())},
                                                             {"project", text()}})
    first.push_back(std::move(one));
  for (schema::Property& one : last) first.push_back(std::move(one));
  return first;
}

Json prices_schema() {
  return object(with_right({{"day", day()}, {"market", integer(1)}, {"title", both()}, {"lease", boolean()}},
                           {{"open", nullable(decimal())},
                            {"high", nullable(decimal())},
                            {"low", nullable(decimal())},
                            {"close", decimal()},
                            {"quantity", integer()},
                            {"amount", money()},
                            {"deals", integer()},
                            {"bulk_quantity", integer()},
                            {"bulk_amount", money()},
                            {"bulk_deals", integer()}}));
}

Json bulletin_schema() {
  return object(
      {{"day", day()},
       {"running", boolean()},
       {"markets", list(prices_schema())},
       {"auctions", list(object(with_right({{"number", integer(1)}, {"title", both()}, {"lease", boolean()}},
                                           {{"side", schema::one_of({"sale", "buy_back"})},
                                            {"supply", integer()},
                                            {"sold", integer()},
                                            {"price", nullable(decimal())},
                                            {"state", text()},
                                            {"at", instant()}})))},
       {"rounds", list(object(with_right({{"number", integer(1)}, {"title", both()}},
                                         {{"bids", integer()},
                                          {"bought", integer()},
                                          {"rent", money()},
                                          {"prices", list(node_price_schema())},
                                          {"state", text()},
                                          {"at", instant()}})))},
       {"halts", list(object({{"market", integer(1)},
                              {"title", both()},
                              {"at", instant()},
                              {"resumed", boolean()},
                              {"until", nullable(instant())},
                              {"reason", text()}}))},
       {"totals", list(object(with_right({{"kind", text()}, {"kind_title", both()}},
                                         {{"quantity", integer()}, {"transactions", integer()}})))}});
}

Date day_in(const std::string& text, const std::function<Error()>& otherwise) {
  try {
    return parse_date(text);
  } catch (const Error&) {
    throw otherwise();
  }
}

Page list_bulletins(Call& call, const PageRequest& page) {
  const Bulletins bulletins(call.database(), call.tenant(), call.clock());
  std::optional<Date> before;
  if (!page.cursor.empty()) before = day_in(page.cursor, bad_cursor);
  std::vector<Date> days = bulletins.days(before, static_cast<std::int64_t>(page.limit) + 1);
  Page out;
  if (days.size() > page.limit) {
    days.pop_back();
    out.next = base::to_string(days.back());
  }
  for (const Date one : days) {
    const venues::Bulletin b = bulletins.bulletin(one, false);
    std::int64_t deals = 0, fen = 0;
    for (const venues::DayPrices& m : b.markets) {
      deals += m.day.deals + m.day.bulk_deals;
      fen += m.day.fen + m.day.bulk_fen;
    }
    out.items.push_back({{"day", base::to_string(one)},
                         {"running", b.running},
                         {"markets", b.markets.size()},
                         {"deals", deals},
                         {"amount", yuan(fen)},
                         {"auctions", b.auctions.size()},
                         {"rounds", b.rounds.size()},
                         {"halts", b.halts.size()}});
  }
  return out;
}

Answer bulletin(Call& call) {
  const auto none = [] { return not_found({"这一天的公报", "such bulletin"}); };
  const Date wanted = day_in(call.in_path("day"), none);
  if (wanted > call.clock().today()) throw none();
  const venues::Bulletin b = Bulletins(call.database(), call.tenant(), call.clock()).bulletin(wanted);
  const Shown shown(call);
  Json out{{"day", base::to_string(b.day)},  {"running", b.running},      {"markets", Json::array()},
           {"auctions", Json::array()}, {"rounds", Json::array()}, {"halts", Json::array()}, {"totals", Json::array()}};
  for (const auto& one : b.markets) out["markets"].push_back(shown.prices(one));
  for (const auto& one : b.auctions) out["auctions"].push_back(shown.auction(one));
  for (const auto& one : b.rounds) out["rounds"].push_back(shown.round(one));
  for (const auto& one : b.halts)
    out["halts"].push_back({{"market", one.market},
                            {"title", json_of(one.title)},
                            {"at", to_rfc3339(one.at)},
                            {"resumed", one.resumed},
                            {"until", one.until ? Json(to_rfc3339(*one.until)) : Json(nullptr)},
                            {"reason", one.reason}});
  for (const auto& one : b.totals)
    if (auto row = shown.total(one)) out["totals"].push_back(std::move(*row));
  return out;
}

Page list_prices(Call& call, const PageRequest& page) {
  venues::PriceFilter filter{.instrument = call.text("instrument"),
                             .market = call.whole("market"),
                             .from = call.day("from"),
                             .to = call.day("to"),
                             .limit = static_cast<std::int64_t>(page.limit) + 1};
  if (!page.cursor.empty()) {  // "day.market" of the last one before
    const auto dot = page.cursor.find('.');
    const auto market = dot == std::string::npos ? std::nullopt : whole_number(page.cursor.substr(dot + 1));
    if (!market) throw bad_cursor();
    filter.after = std::pair{day_in(page.cursor.substr(0, dot), bad_cursor), *market};
  }
  std::vector<venues::DayPrices> found = Bulletins(call.database(), call.tenant(), call.clock()).prices(filter);
  Page out;
  if (found.size() > page.limit) {
    found.pop_back();
    out.next = fmt::format("{}.{}", base::to_string(found.back().day.day), found.back().market);
  }
  const Shown shown(call);
  for (const auto& one : found) out.items.push_back(shown.prices(one));
  return out;
}

}  // namespace

void add_bulletin_routes(RouteTable& table) {
  table.add({.path = "/api/v1/public/bulletins",
             .name = "bulletins",
             .tag = "public",
             .summary = {"交易公报，每日一份，新的在前", "bulletins of the trading, one a day, newest first"},
             .access = Access::open(),
             .answer = object({{"day", day()},
                               {"running", boolean()},
                               {"markets", integer()},
                               {"deals", integer()},
                               {"amount", money()},
                               {"auctions", integer()},
                               {"rounds", integer()},
                               {"halts", integer()}}),
             .pager = list_bulletins});
  table.add({.path = "/api/v1/public/bulletins/{day}",
             .name = "bulletin",
             .tag = "public",
             .summary = {"一天的交易公报：各市场行情、竞价和智能市场结果、停复牌、登记汇总",
                         "the bulletin of a day: prices of the markets, results of auctions and rounds, halts, totals of the registry"},
             .access = Access::open(),
             .answer = bulletin_schema(),
             .handler = bulletin});
  table.add({.path = "/api/v1/public/prices",
             .name = "prices",
             .tag = "public",
             .summary = {"行情：每个市场每个交易日一行，新的在前", "prices: one row for each market and trading day, newest first"},
             .access = Access::open(),
             .query = {{"instrument", schema::line(30), {"品种代码", "code of the instrument"}},
                       {"market", integer(1), {"市场编号", "number of the market"}},
                       {"from", day(), {"起日", "first day"}},
                       {"to", day(), {"止日", "last day"}}},
             .answer = prices_schema(),
             .pager = list_prices});
}

}  // namespace tributary::api
