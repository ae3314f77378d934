#include "venues/market_declaration.h"

#include "exchange/book.h"
#include "exchange/purse.h"
#include "venues/declaration_reading.h"

namespace tributary::venues {
namespace {

using std::pair, std::string_view;

constexpr std::array<pair<string_view, SessionStep::What>, 7> steps{{{"call", SessionStep::What::call},
                                                                     {"no_cancel", SessionStep::What::no_cancel},
                                                                     {"uncross", SessionStep::What::uncross},
                                                                     {"uncross_open", SessionStep::What::uncross_open},
                                                                     {"open", SessionStep::What::open},
                                                                     {"pause", SessionStep::What::pause},
                                                                     {"end", SessionStep::What::end}}};

// "09:30" as minutes of the day.
int minute_of(const policy::YamlNode& node) {
  const std::string& text = policy::scalar_of(node, "at");
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
  if (text.size() == 5 && text[2] == ':') {
    const int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
    if (hour < 24 && minute < 60) return hour * 60 + minute;
  }
  throw Error(policy::codes::bad_value,
              {fmt::format("时刻“{}”应写作 \"09:30\"", text),
               fmt::format("the time \"{}\" is written as \"09:30\"", text)},
              node.where);
}

std::int64_t whole_or(policy::YamlMap& map, string_view key, std::int64_t otherwise) {
  const policy::YamlNode* node = map.find(key);
  if (node == nullptr) return otherwise;
  return policy::decimal_of(*node, key).to_int64();
}

void read_limits(policy::YamlMap& root, MarketVenue& out) {
  const policy::YamlNode* node = root.find("limits");
  if (node == nullptr) return;
  policy::YamlMap map(*node, "limits");
  exchange::Limits& limits = out.rules.limits;
  limits.max_order = whole_or(map, "order", 0);
  limits.max_day = whole_or(map, "day", 0);
  limits.max_holding = whole_or(map, "holding", 0);
  out.max_value_fen = fen(map, "value_yuan");
  out.max_share = decimal_or_none(map, "share");
  if (const policy::YamlNode* rate_node = map.find("rate")) {
    policy::YamlMap rate(*rate_node, "rate");
    limits.rate = static_cast<std::uint32_t>(rate.integer("orders"));
    limits.rate_window = rate.integer("seconds");
    rate.finish();
  }
  map.finish();
}

void read_sessions(const policy::YamlNode& node, MarketVenue& out) {
  for (const policy::YamlNode& item : node.items) {
    policy::YamlMap map(item, "sessions");
    SessionStep step;
    step.minute = minute_of(map.require("at"));
    step.what = one_of<SessionStep::What>(map, "do", steps);
    map.finish();
    out.sessions.push_back(step);
  }
}

// The day played once through a book: what it refuses is no day.
void rehearse(const MarketVenue& venue, const policy::YamlNode& node) {
  exchange::Purse purse;
  exchange::BookRules rules = venue.rules;
  rules.reference = 1000;
  exchange::Book book(rules, purse, 1);
  int last = -1;
  for (std::size_t i = 0; i < venue.sessions.size(); ++i) {
    const SessionStep& step = venue.sessions[i];
    exchange::Events events;
    book.apply(command_of(step.what), events);
    const bool refused = !events.empty() && events.back().kind == exchange::EventKind::refused;
    const bool last_step = i + 1 == venue.sessions.size();
    if (step.minute > last && !refused && last_step == (step.what == SessionStep::What::end)) {
      last = step.minute;
      continue;
    }
    throw Error(codes::bad_value,
                {fmt::format("第 {} 个时段“{}”不能在此时进行：时刻须递增，集合竞价以 uncross 结束，末尾为 end", i + 1,
                             to_string(step.what)),
                 fmt::format("step {} \"{}\" cannot come here: times rise, a call ends by uncross, the last step is end",
                             i + 1, to_string(step.what))},
                node.items[i].where);
  }
}

}  // namespace

string_view to_string(SessionStep::What what) {
  for (const auto& [name, value] : steps)
    if (value == what) return name;
  return "";
}

exchange::Command command_of(SessionStep::What what) {
  using exchange::Action, exchange::Phase;
  using enum SessionStep::What;
  switch (what) {
    case call:
      return {.action = Action::phase, .phase = Phase::call};
    case no_cancel:
      return {.action = Action::phase, .phase = Phase::call_no_cancel};
    case uncross:
      return {.action = Action::uncross, .phase = Phase::closed};
    case uncross_open:
      return {.action = Action::uncross, .phase = Phase::continuous};
    case open:
      return {.action = Action::phase, .phase = Phase::continuous};
    case pause:
      return {.action = Action::phase, .phase = Phase::closed};
    case end:
      return {.action = Action::end_day};
  }
  return {};
}

MarketVenue read_market(const policy::YamlNode& root, const policy::PackInfo& pack) {
  using exchange::BandRounding, exchange::CallVariant, exchange::Market, exchange::SelfTrade;
  policy::YamlMap map(root, "venue");
  MarketVenue out;
  out.id = map.text("venue");
  out.title = map.bilingual("title");
  out.pack = pack.id;
  out.version = pack.version;
  one_of<int>(map, "kind", std::array<pair<string_view, int>, 1>{{{"order_book", 0}}});
  out.instrument = map.text("instrument");
  out.medium = map.text_or("medium");
  out.lease = read_gives(map);
  exchange::BookRules& rules = out.rules;
  rules.market = one_of<Market>(map, "trading",
                                std::array<pair<string_view, Market>, 3>{{{"continuous", Market::continuous},
                                                                          {"listed_best", Market::listed_best},
                                                                          {"listed_any", Market::listed_any}}});
  rules.self_trade =
      one_of<SelfTrade>(map, "self_trade",
                        std::array<pair<string_view, SelfTrade>, 4>{{{"cancel_newest", SelfTrade::cancel_newest},
                                                                     {"cancel_oldest", SelfTrade::cancel_oldest},
                                                                     {"cancel_both", SelfTrade::cancel_both},
                                                                     {"decrement", SelfTrade::decrement}}});
  if (map.find("call") != nullptr)
    rules.call = one_of<CallVariant>(
        map, "call",
        std::array<pair<string_view, CallVariant>, 4>{{{"four_step", CallVariant::four_step},
                                                       {"midpoint", CallVariant::midpoint},
                                                       {"nearest_close", CallVariant::nearest_close},
                                                       {"within_best", CallVariant::within_best}}});
  out.tick = decimal(map, "tick_yuan");
  rules.lot = map.integer("lot");
  rules.band = decimal(map, "band");
  rules.band_rounding = one_of<BandRounding>(
      map, "band_rounding",
      std::array<pair<string_view, BandRounding>, 2>{
          {{"half_up", BandRounding::half_up}, {"inward", BandRounding::inward}}});
  rules.market_orders = map.boolean_or("market_orders", false);
  rules.close_min_volume = whole_or(map, "close_min_volume", 0);
  if (const policy::YamlNode* node = map.find("bulk")) {
    policy::YamlMap bulk(*node, "bulk");
    rules.bulk_threshold = whole_or(bulk, "from", 0);
    rules.bulk_band = decimal(bulk, "band");
    bulk.finish();
    require(rules.bulk_threshold > 0, root, "bulk", "大宗交易起点须为正数", "bulk begins at a positive quantity");
  }
  read_limits(map, out);
  if (map.find("days") != nullptr)
    out.every_day = one_of<bool>(map, "days",
                                 std::array<pair<string_view, bool>, 2>{{{"working", false}, {"every", true}}});
  const policy::YamlNode& sessions = map.require("sessions");
  read_sessions(sessions, out);
  if (const policy::YamlNode* node = map.find("approval")) {
    policy::YamlMap approval(*node, "approval");
    out.approval_days = approval.integer("days");
    approval.finish();
  }
  if (const policy::YamlNode* node = map.find("fees"))
    for (const policy::YamlNode& item : node->items) out.fees.push_back(read_fee(item));
  out.certificate = map.text_or("certificate");
  out.source = map.source();
  out.verified = map.boolean_or("verified", false);
  map.finish();

  require(out.medium.empty() || out.medium == "water" || out.medium == "air", root, "medium",
          "介质须为 water 或 air", "the medium is water or air");
  require(out.tick.sign() > 0, root, "tick_yuan", "最小变动价位须为正数", "the tick is positive");
  require(!out.max_share || (out.max_share->sign() > 0 && *out.max_share <= Decimal(1)), root, "limits",
          "比例须大于 0 且不超过 1", "a share is above 0 and at most 1");
  require(!out.approval_days || *out.approval_days > 0, root, "approval", "审批期限须为正数",
          "the term of approval is positive");
  for (const VenueFee& fee : out.fees)
    require(fee.rule.rate.sign() >= 0 && fee.rule.rate < Decimal(1) && fee.rule.least == 0 && fee.rule.most == 0, root,
            "fees", "市场费用只按比例收取，不设最低、最高额", "fees of a market are a rate alone, without least and most");
  Decimal of_seller;
  for (const VenueFee& fee : out.fees)
    if (!fee.buyer) of_seller = of_seller + fee.rule.rate;
  require(of_seller < Decimal(1), root, "fees", "卖方费用须低于价款", "the seller's fees are below the price");
  require(!out.sessions.empty(), root, "sessions", "须写明时段", "the sessions are to be given");
  rehearse(out, sessions);
  return out;
}

std::vector<MarketVenue> load_markets(const policy::Policy& policy) {
  return load_declared(policy, read_market, "order_book");
}

MarketVenue market_of(const std::vector<MarketVenue>& venues, const std::string& id) {
  return declared(venues, id);
}

}  // namespace tributary::venues
