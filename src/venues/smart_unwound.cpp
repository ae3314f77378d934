// What single trades that were refused give back, where the others of their round are settled.
#include "venues/smart_stored.h"

#include <algorithm>
#include <deque>

namespace tributary::venues {
namespace {

using exchange::smart_market::Market;

// The nearest way between two zones along what is still sent, as links; empty where there is none.
std::vector<std::size_t> way(const Market& market, const std::vector<Rational>& sent, std::size_t from, std::size_t to) {
  std::map<std::size_t, std::size_t> by;  // which link reached a zone
  std::deque<std::size_t> queue{from};
  for (; !queue.empty() && !by.contains(to); queue.pop_front())
    for (std::size_t i = 0; i < market.links.size(); ++i)
      if (market.links[i].from == queue.front() && sent[i].sign() > 0 && market.links[i].to != from &&
          by.emplace(market.links[i].to, i).second)
        queue.push_back(market.links[i].to);
  std::vector<std::size_t> out;
  if (from == to || !by.contains(to)) return out;
  for (std::size_t at = to; at != from; at = market.links[by.at(at)].from) out.push_back(by.at(at));
  std::ranges::reverse(out);
  return out;
}

// What has to be sent into each link of the way for so much to arrive; empty where less than that was sent.
std::vector<Rational> needed(const Market& market, const std::vector<Rational>& sent, const std::vector<std::size_t>& links,
                             std::int64_t arrives) {
  std::vector<Rational> out(links.size());
  Rational amount = Rational::from_int(arrives);
  for (std::size_t i = links.size(); i-- > 0;) {
    amount = amount / (Rational(1) - market.links[links[i]].loss);
    if (sent[links[i]] < amount) return {};
    out[i] = amount;
  }
  return out;
}

Json rows(const std::map<std::pair<std::string, std::string>, Rational>& of, const char* what) {
  Json out = Json::array();
  for (const auto& [at, amount] : of) out.push_back({{what, at.first}, {"period", at.second}, {"amount", exact(amount)}});
  return out;
}

}  // namespace

// Without the water of a trade on its way what is left on the links still brings everybody else his. Nothing where less was
// sent along the way than the trade needs: then others' water went by other ways than their trades say.
std::optional<Carried> freed_by(const SmartRounds::Row& row, const std::set<std::string>& refused) {
  const Market market = exchange::smart_market::read_market(row.input, row.terms.venue.id);
  const Json result = Json::parse(row.result);
  std::map<std::int64_t, std::size_t> zones;  // by number of the bid
  for (const auto& order : market.orders) zones[Decimal::parse(order.id).to_int64()] = order.zone;
  std::map<std::string, std::vector<Rational>> sent;  // by period and link
  for (const std::string& period : market.periods) sent[period].resize(market.links.size());
  for (const Json& flow : result.at("clearing").at("flows")) {
    const auto link = std::ranges::find(market.links, flow.at("link").get<std::string>(), &exchange::smart_market::Link::id);
    sent[flow.at("period")][static_cast<std::size_t>(link - market.links.begin())] = exact_of(flow.at("sent").get<std::string>());
  }
  Carried out;
  for (const Json& trade : result.at("trades")) {
    if (!refused.contains(trade.at("trade"))) continue;
    const std::string period = trade.at("period");
    const std::int64_t quantity = trade.at("quantity"), arrives = quantity - trade.at("lost").get<std::int64_t>();
    const std::size_t from = zones.at(trade.at("ask"));
    out.sold[{market.zones[from].id, period}] += Rational::from_int(quantity);
    if (trade.at("bid") == 0) continue;  // the operator's: it went nowhere
    const std::size_t to = zones.at(trade.at("bid"));
    out.bought[{market.zones[to].id, period}] += Rational::from_int(arrives);
    std::vector<Rational>& left = sent[period];
    const std::vector<std::size_t> links = way(market, left, from, to);
    const std::vector<Rational> amounts = needed(market, left, links, arrives);
    if (from != to && amounts.empty()) return std::nullopt;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      const auto& link = market.links[links[i]];
      left[links[i]] -= amounts[i];
      out.sent[{link.id, period}] += amounts[i];
      if (link.balance) out.balances[link.id] += amounts[i];
      if (link.back_of) out.balances[market.links[*link.back_of].id] -= amounts[i];
    }
  }
  return out;
}

std::string text_of(const Carried& freed) {
  Json balances = Json::array();
  for (const auto& [link, amount] : freed.balances) balances.push_back({{"link", link}, {"amount", exact(amount)}});
  return Json{{"sent", rows(freed.sent, "link")},
              {"bought", rows(freed.bought, "zone")},
              {"sold", rows(freed.sold, "zone")},
              {"balances", balances}}
      .dump();
}

void take_back(Carried& carried, const std::string& text) {
  const Json freed = Json::parse(text);
  const auto take = [&](std::map<std::pair<std::string, std::string>, Rational>& of, const char* kind, const char* what) {
    for (const Json& one : freed.at(kind)) of[{one.at(what), one.at("period")}] -= exact_of(one.at("amount").get<std::string>());
  };
  take(carried.sent, "sent", "link");
  take(carried.bought, "bought", "zone");
  take(carried.sold, "sold", "zone");
}

// Where the limits hold by those trades only, or no way is free for one of them, nothing is given back: what is left could be
// used twice.
void SmartRounds::give_back(store::Transaction& t, Row& row, const std::set<std::string>& refused) const {
  const SmartVenue& venue = row.terms.venue;
  const auto way_free = freed_by(row, refused);
  if (!way_free) return;
  const Carried& freed = *way_free;
  const std::string text = text_of(freed);
  Row now = row;
  now.closing.reset();
  Carried after = carried(t, now, std::numeric_limits<std::int64_t>::max());
  take_back(after, text);
  for (const auto& [link, amount] : freed.balances) after.balances[link] -= amount;
  try {
    require_room(exchange::smart_market::read_market(
        market_json(row.terms, rights().instrument(venue.instrument).measure, after, {}).dump(), venue.id));
  } catch (const Error& error) {
    if (error.code() != smart_codes::limits_conflict) throw;
    return;
  }
  row.unwound = text;
  t.execute("UPDATE venue_round SET unwound = ? WHERE jurisdiction = ? AND number = ?", text, jurisdiction_, row.number);
  for (const auto& [link, amount] : freed.balances)
    if (!amount.is_zero()) book(t, venue, link, "undone", row.number, -amount);
}

}  // namespace tributary::venues
