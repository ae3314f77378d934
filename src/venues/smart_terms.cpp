#include "venues/smart_terms.h"

#include "exchange/smart_market_number.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

Json text_or_null(const std::optional<Decimal>& value) {
  return value ? Json(value->to_string()) : Json();
}
std::optional<Decimal> decimal_or_null(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(Decimal::parse(value.get<std::string>()));
}

Error bad_figure(const SmartFigure& figure) {
  return {codes::bad_value,
          {fmt::format("没有“{}”的“{}”可改", figure.id, figure.field),
           fmt::format("there is no \"{}\" of \"{}\" to set", figure.field, figure.id)},
          {{}, 0, 0, "figures"},
          {"通道可改 capacity，限制可改 base、min、max；period 须为本场时段，对全期合计的限制不写 period。",
           "A link has a capacity, a limit has base, min and max; a period is one of the round, and a limit "
           "over all has none."}};
}

Rational number_in(const Json& json, const char* key) {
  return json.contains(key) && !json.at(key).is_null() ? exact_of(json.at(key).get<std::string>())
                                                       : Rational(0);
}

// What a limit has used up already in one period.
Rational used(const Json& constraint, const Carried& carried, const std::string& period) {
  const auto of = [&](const auto& map, const std::string& id) {
    const auto found = map.find({id, period});
    return found == map.end() ? Rational(0) : found->second;
  };
  Rational out;
  for (const Json& term : constraint.at("terms")) {
    const Rational coefficient =
        term.contains("coefficient") ? exact_of(term.at("coefficient").get<std::string>()) : Rational(1);
    if (term.contains("link")) {
      out += coefficient * of(carried.sent, term.at("link").get<std::string>());
      continue;
    }
    const std::string zone = term.at("zone"), side = term.value("side", "net");
    if (side != "sell") out += coefficient * of(carried.bought, zone);
    if (side == "sell") out += coefficient * of(carried.sold, zone);
    if (side == "net") out -= coefficient * of(carried.sold, zone);
  }
  return out;
}

bool over_all(const Json& constraint) {
  return constraint.value("over", "each") == "all";
}

std::string limit_id(const Json& constraint, const std::string& period, std::size_t periods) {
  const std::string id = constraint.at("id");
  return periods == 1 ? id : id + "@" + period;
}

}  // namespace

std::vector<std::string> SmartTerms::periods() const {
  if (notice.vintage) return {std::to_string(*notice.vintage)};
  std::vector<std::string> out;
  for (int month = notice.term->from.index; month < notice.term->to.index; ++month)
    out.push_back(rights::to_string(rights::Month{month}));
  return out;
}

std::optional<rights::Term> SmartTerms::term_of(const std::string& period) const {
  if (notice.vintage) return std::nullopt;
  const rights::Month month = rights::Month::parse(period);
  return rights::Term{month, {month.index + 1}};
}

std::string to_text(const SmartTerms& terms) {
  const SmartVenue& v = terms.venue;
  const SmartNotice& n = terms.notice;
  Json venue{{"id", v.id},
             {"zh", v.title.zh},
             {"en", v.title.en},
             {"pack", v.pack},
             {"version", v.version},
             {"instrument", v.instrument},
             {"market", v.market},
             {"zones", v.zones},
             {"sold_for", v.sold_for},
             {"used_for", v.used_for},
             {"step", v.step},
             {"tick", v.tick.to_string()},
             {"least_price", text_or_null(v.least_price)},
             {"most_price", text_or_null(v.most_price)},
             {"amend", static_cast<int>(v.amend)},
             {"announcement_days", v.announcement_days},
             {"qualification_days", v.qualification_days},
             {"approval_days", v.approval_days ? Json(*v.approval_days) : Json()},
             {"rent", v.rent},
             {"loss", v.loss},
             {"operator", v.operator_account},
             {"fees", fees_json(v.fees)},
             {"certificate", v.certificate},
             {"control", v.control},
             {"admitted_public", v.admitted_public},
             {"results", static_cast<int>(v.results)},
             {"document", v.source.document},
             {"document_number", v.source.number},
             {"article", v.source.article},
             {"verified", v.verified}};
  // What was announced before there were these keeps its text.
  if (v.control.empty()) venue.erase("control");
  if (v.most_standing > 0) venue["most_bids"] = {v.most_standing, v.most_entries};
  Json figures = Json::array();
  for (const SmartFigure& f : n.figures)
    figures.push_back({{"id", f.id},
                       {"field", f.field},
                       {"period", f.period},
                       {"value", f.value.to_string()},
                       {"reason", f.reason}});
  const Json notice{{"key", n.key},
                    {"from", n.term ? Json(n.term->from.index) : Json()},
                    {"to", n.term ? Json(n.term->to.index) : Json()},
                    {"vintage", n.vintage ? Json(*n.vintage) : Json()},
                    {"project", n.project},
                    {"opens", n.opens.seconds},
                    {"closes", n.closes.seconds},
                    {"figures", figures}};
  return Json{{"venue", venue}, {"notice", notice}}.dump();
}

SmartTerms smart_terms_of(const std::string& text) {
  const Json all = Json::parse(text);
  const Json& v = all.at("venue");
  const Json& n = all.at("notice");
  SmartTerms out;
  SmartVenue& venue = out.venue;
  venue.id = v.at("id");
  venue.title = {v.at("zh"), v.at("en")};
  venue.pack = v.at("pack");
  venue.version = v.at("version");
  venue.instrument = v.at("instrument");
  venue.market = v.at("market");
  venue.zones = v.at("zones").get<std::vector<std::string>>();
  venue.sold_for = v.at("sold_for").get<std::vector<std::string>>();
  venue.used_for = v.at("used_for").get<std::vector<std::string>>();
  venue.step = v.at("step");
  venue.tick = Decimal::parse(v.at("tick").get<std::string>());
  venue.least_price = decimal_or_null(v.at("least_price"));
  venue.most_price = decimal_or_null(v.at("most_price"));
  venue.amend = static_cast<Amend>(v.at("amend").get<int>());
  venue.announcement_days = v.at("announcement_days");
  venue.qualification_days = v.at("qualification_days");
  if (!v.at("approval_days").is_null()) venue.approval_days = v.at("approval_days").get<int>();
  venue.rent = v.at("rent");
  venue.loss = v.at("loss");
  venue.operator_account = v.at("operator");
  venue.fees = fees_of(v.at("fees"));
  venue.certificate = v.at("certificate");
  if (v.contains("control")) venue.control = v.at("control").get<Control>();  // not in those of before
  if (v.contains("most_bids")) {
    venue.most_standing = v.at("most_bids").at(0);
    venue.most_entries = v.at("most_bids").at(1);
  }
  venue.admitted_public = v.at("admitted_public");
  venue.results = static_cast<Disclosure>(v.at("results").get<int>());
  venue.source.document = v.at("document");
  venue.source.number = v.at("document_number");
  venue.source.article = v.at("article");
  venue.verified = v.at("verified");
  SmartNotice& notice = out.notice;
  notice.key = n.at("key");
  if (!n.at("from").is_null()) notice.term = rights::Term{{n.at("from").get<int>()}, {n.at("to").get<int>()}};
  if (!n.at("vintage").is_null()) notice.vintage = n.at("vintage").get<int>();
  notice.project = n.at("project");
  notice.opens = {n.at("opens").get<std::int64_t>()};
  notice.closes = {n.at("closes").get<std::int64_t>()};
  for (const Json& f : n.at("figures"))
    notice.figures.push_back({f.at("id"), f.at("field"), f.at("period"),
                              Decimal::parse(f.at("value").get<std::string>()), f.at("reason")});
  return out;
}

std::string exact(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? value.to_fraction() : text;
}

Rational exact_of(const std::string& text) {
  if (const auto value = exchange::smart_market::exact_number(text)) return *value;
  return Rational(Decimal::parse(text));  // says what is wrong with it
}

Json market_json(const SmartTerms& terms, const std::string& unit, const Carried& carried,
                 const std::vector<SmartOrder>& orders) {
  const Json declared = Json::parse(terms.venue.market);
  const std::vector<std::string> periods = terms.periods();
  std::vector<const SmartFigure*> open;
  for (const SmartFigure& figure : terms.notice.figures) open.push_back(&figure);
  // The figure of the round, where there is one; the last that fits holds.
  const auto figure = [&](const std::string& id, const char* field, const std::string& period, bool all) {
    std::optional<Rational> out;
    for (const SmartFigure& f : terms.notice.figures)
      if (f.id == id && f.field == field && (f.period.empty() || (!all && f.period == period))) {
        out = Rational(f.value);
        std::erase(open, &f);
      }
    return out;
  };

  Json out{
      {"unit", unit}, {"step", declared.at("step")}, {"zones", declared.at("zones")}, {"periods", periods}};
  out["links"] = Json::array();
  for (Json link : declared.at("links")) {
    if (!link.contains("id"))
      link["id"] = link.at("from").get<std::string>() + "-" + link.at("to").get<std::string>();
    const std::string id = link.at("id");
    Json capacities = Json::object();
    for (const std::string& period : periods) {
      std::optional<Rational> capacity = figure(id, "capacity", period, false);
      if (!capacity && link.contains("capacity")) capacity = number_in(link, "capacity");
      if (!capacity) continue;
      if (const auto sent = carried.sent.find({id, period}); sent != carried.sent.end())
        *capacity -= sent->second;
      capacities[period] = exact(std::max(*capacity, Rational(0)));
    }
    link.erase("capacity");
    if (!capacities.empty()) link["capacity"] = capacities;
    // Always written the same way, as what was declared and as what is on the account.
    if (link.contains("balance")) {
      const auto balance = carried.balances.find(id);
      link["balance"]["start"] =
          exact(balance != carried.balances.end() ? balance->second : number_in(link.at("balance"), "start"));
    }
    out["links"].push_back(std::move(link));
  }
  out["constraints"] = Json::array();
  for (const Json& constraint : declared.at("constraints")) {
    const bool all = over_all(constraint);
    const std::string id = constraint.at("id");
    const auto add = [&](const std::string& name, const std::vector<std::string>& of) {
      Json one = constraint;
      one["id"] = name;
      one["periods"] = of;
      Rational base = number_in(constraint, "base");
      if (const auto given = figure(id, "base", of[0], all)) base = *given;
      for (const std::string& period : of) base += used(constraint, carried, period);
      one["base"] = exact(base);
      for (const char* field : {"min", "max"})
        if (const auto given = figure(id, field, of[0], all)) one[field] = exact(*given);
      out["constraints"].push_back(std::move(one));
    };
    if (all)
      add(id, periods);
    else
      for (const std::string& period : periods) add(limit_id(constraint, period, periods.size()), {period});
  }
  if (declared.contains("mask")) out["mask"] = declared.at("mask");
  if (!open.empty()) throw bad_figure(*open[0]);
  out["bids"] = out["asks"] = Json::array();
  for (const SmartOrder& order : orders) {
    Json one{{"id", std::to_string(order.bid.seq)},
             {"zone", order.member.zone},
             {"period", order.bid.period},
             {"quantity", std::to_string(order.bid.quantity)},
             {"price", order.bid.price.to_string()}};
    if (!terms.venue.sold_for.empty()) one["purpose"] = order.member.purpose;
    out[order.bid.buy ? "bids" : "asks"].push_back(std::move(one));
  }
  return out;
}

void require_room(const exchange::smart_market::Market& market) {
  Text broken;
  const auto add = [&](bool fine, const std::string& name, const Rational& at) {
    if (fine) return;
    broken.zh += fmt::format("{}{}（现为 {}）", broken.zh.empty() ? "" : "、", name, exact(at));
    broken.en += fmt::format("{}{} (now {})", broken.en.empty() ? "" : ", ", name, exact(at));
  };
  for (const auto& link : market.links)
    if (link.balance)
      add(link.balance->lo <= link.balance->start && link.balance->start <= link.balance->hi, link.id,
          link.balance->start);
  for (const auto& limit : market.constraints)
    add((!limit.min || *limit.min <= limit.base) && (!limit.max || limit.base <= *limit.max), limit.id,
        limit.base);
  if (broken.zh.empty()) return;
  throw Error(smart_codes::limits_conflict,
              {"没有任何交易时这些限制也不满足：" + broken.zh,
               "without any trade these limits are broken: " + broken.en},
              {{}, 0, 0, "figures"},
              {"调整本场数值，或先办理调出。", "Give other figures, or call water out first."});
}

std::map<std::string, LimitName> limit_names(const SmartTerms& terms) {
  const Json declared = Json::parse(terms.venue.market);
  const std::vector<std::string> periods = terms.periods();
  std::map<std::string, LimitName> out;
  for (const Json& link : declared.at("links")) {
    const std::string id = link.contains("id")
                               ? link.at("id").get<std::string>()
                               : link.at("from").get<std::string>() + "-" + link.at("to").get<std::string>();
    for (const std::string& period : periods)
      for (const char* kind : {"capacity", "balance"})
        out[fmt::format("{}.{}.{}", kind, id, period)] = {kind, id, period};
  }
  for (const Json& constraint : declared.at("constraints")) {
    const std::string id = constraint.at("id");
    if (over_all(constraint)) out["limit." + id] = {"limit", id, ""};
    for (const std::string& period : periods)
      out[fmt::format("limit.{}.{}", limit_id(constraint, period, periods.size()), period)] = {"limit", id,
                                                                                               period};
  }
  return out;
}

std::int64_t ticks_of(const SmartVenue& venue, const Decimal& yuan) {
  const Decimal ticks = Decimal::divide(yuan, venue.tick, 0, Rounding::floor);
  if (yuan.sign() <= 0 || ticks * venue.tick != yuan)
    throw Error(codes::bad_value,
                {fmt::format("价格 {} 须为正数且为最小变动价位 {} 元的整数倍", yuan.to_string(),
                             venue.tick.to_string()),
                 fmt::format("the price {} must be positive and a whole number of ticks of {} yuan",
                             yuan.to_string(), venue.tick.to_string())},
                {{}, 0, 0, "price"});
  return ticks.to_int64();
}

Decimal yuan_of(const SmartVenue& venue, std::int64_t ticks) {
  return Decimal::from_int(ticks) * venue.tick;
}

SmartCost cost_of(const SmartVenue& venue, bool buy, std::int64_t quantity, const Decimal& yuan) {
  SmartCost out;
  const Rational fen = Rational(yuan) * Rational::from_int(quantity) * Rational(100);
  if (fen > Rational::power_of_ten(17))
    throw Error(codes::bad_value, {"金额过大", "the amount is too large"}, {{}, 0, 0, "quantity"});
  out.price_fen = (buy ? fen.ceil() : fen.floor()).to_int64();
  for (const rights::Charge& charge : charges_of(venue.fees, out.price_fen))
    if (charge.buyer == buy) out.fees_fen += charge.fen;
  return out;
}

}  // namespace tributary::venues
