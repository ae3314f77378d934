#include "api/smart_desk.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using venues::Disclosure;
using venues::SmartVenue;
using venues::SmartView;

constexpr std::int64_t day = 24 * 60 * 60;

// Where it stands by the clock: draft, announced, bidding, over, awaiting, settled, cancelled, rejected.
std::string phase_of(const SmartView& view, Instant now) {
  if (view.state != "announced") return view.state;
  return now < view.notice.opens ? "announced" : now < view.notice.closes ? "bidding" : "over";
}

Instant apply_until(const SmartView& view) {
  const int days = view.venue.qualification_days;
  return days > 0 ? Instant{view.notice.opens.seconds - days * day} : view.notice.closes;
}

std::string plain(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? value.to_fraction() : text;
}

// A declared number, or nothing.
Json given(const Json& of, const char* key) {
  return of.contains(key) && of.at(key).is_string() ? of.at(key) : Json(nullptr);
}

Json links_json(const Json& market) {
  Json out = Json::array();
  for (const Json& link : market.at("links")) {
    const std::string from = link.at("from"), to = link.at("to");
    Json balance = nullptr;
    if (link.contains("balance"))
      balance = {{"lo", link.at("balance").at("lo")},
                 {"hi", link.at("balance").at("hi")},
                 {"start", link.at("balance").at("start")}};
    out.push_back({{"id", link.value("id", from + "-" + to)},
                   {"from", from},
                   {"to", to},
                   {"loss", link.value("loss", "0")},
                   {"capacity", given(link, "capacity")},
                   {"balance", balance},
                   {"back_of", link.value("back_of", "")}});
  }
  return out;
}

Json limits_json(const Json& market) {
  Json out = Json::array();
  for (const Json& limit : market.at("constraints")) {
    Json terms = Json::array();
    for (const Json& term : limit.at("terms"))
      terms.push_back({{"zone", term.value("zone", "")},
                       {"link", term.value("link", "")},
                       {"side", term.value("side", "net")},
                       {"coefficient", term.value("coefficient", "1")}});
    out.push_back({{"id", limit.at("id")},
                   {"kind", limit.value("kind", "other")},
                   {"over_all", limit.value("over", "each") == "all"},
                   {"base", limit.value("base", "0")},
                   {"min", given(limit, "min")},
                   {"max", given(limit, "max")},
                   {"terms", terms}});
  }
  return out;
}

Json price_json(const Json& price) {
  return {{"price", price.at("price")},
          {"unique", price.at("unique")},
          {"from", price.at("interval")[0]},
          {"to", price.at("interval")[1]}};
}

}  // namespace

Json node_price_json(const venues::NodePrice& price) {
  const auto or_null = [](const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); };
  return {{"zone", price.zone},
          {"period", price.period},
          {"sold_for", price.sold_for},
          {"used_for", price.used_for},
          {"price", price.price},
          {"unique", price.unique},
          {"from", or_null(price.from)},
          {"to", or_null(price.to)}};
}

SmartDesk::SmartDesk(Call& call)
    : call_(call),
      rights_(call),
      hall(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar(),
           call.worker.services.vault) {}

SmartView SmartDesk::round(std::int64_t number) const {
  try {
    SmartView view = hall.round(number);
    if (office() || (view.state != "draft" && view.state != "rejected")) return view;
  } catch (const Error& e) {
    if (e.code() != venues::smart_codes::unknown_round) throw;
  }
  throw not_found({"这一场", "such round"});
}

Page SmartDesk::page(const PageRequest& page) const {
  venues::SmartPage asked{.published = !office(), .limit = static_cast<std::int64_t>(page.limit) + 1};
  if (!page.cursor.empty()) {
    const auto before = whole_number(page.cursor);
    if (!before) throw bad_cursor();
    asked.before = *before;
  }
  Page out;
  for (const SmartView& view : hall.rounds(asked)) {
    if (out.items.size() == page.limit) {
      out.next = out.items.back().at("number").dump();
      break;
    }
    out.items.push_back(summary(view));
  }
  return out;
}

std::vector<venues::SmartMember> SmartDesk::members(std::int64_t number) const {
  std::vector<venues::SmartMember> out = hall.members(number);
  if (!office())
    std::erase_if(out, [&](const venues::SmartMember& one) {
      return call_.caller.party.empty() || one.owner != call_.caller.party;
    });
  return out;
}

Json SmartDesk::member(const venues::SmartMember& one) const {
  return {{"account", one.account},
          {"owner", rights_.party(one.owner)},
          {"zone", one.zone},
          {"purpose", one.purpose},
          {"state", one.state},
          {"applied_by", one.applied_by},
          {"decided_by", one.decided_by},
          {"mine", one.applied_by == call_.caller.by()}};
}

Json SmartDesk::own_bid(const SmartView& view, const venues::StoredSmartBid& bid) const {
  // Its number tells how many there are.
  return {{"key", bid.key},
          {"number", view.closed() ? Json(bid.seq) : Json(nullptr)},
          {"account", bid.account},
          {"side", bid.buy ? "buy" : "sell"},
          {"period", bid.period},
          {"price", bid.price.to_string()},
          {"quantity", bid.quantity},
          {"set_aside", bid.buy ? yuan(bid.cover_fen) : std::to_string(bid.quantity)},
          {"replaces", bid.replaces},
          {"stands", bid.stands()},
          {"withdrawal", bid.quantity == 0},
          {"at", to_rfc3339(bid.at)},
          {"hash", bid.hash},
          {"salt", bid.salt}};
}

Json SmartDesk::venue(const SmartVenue& venue) const {
  const Json market = Json::parse(venue.market);
  const auto found = rights_.instruments().find(venue.instrument);
  return {
      {"venue", venue.id},
      {"title", json_of(venue.title)},
      {"instrument", rights_.instrument_json(venue.instrument)},
      {"measure", rights_.measure(venue.instrument)},
      {"flow", found != rights_.instruments().end() && found->second.kind == rights::InstrumentKind::flow},
      {"zones", venue.zones},
      {"links", links_json(market)},
      {"limits", limits_json(market)},
      {"announcement_days", venue.announcement_days},
      {"source", json_of(venue.source)},
      {"verified", venue.verified}};
}

Json SmartDesk::balances(const SmartVenue& venue) const {
  Json accounts = Json::array(), calls = Json::array();
  for (const venues::BalanceView& b : hall.balances(venue)) {
    Json entries = Json::array();
    for (const venues::BalanceEntry& e : b.entries)
      entries.push_back({{"at", to_rfc3339(e.at)},
                         {"cause", e.cause},
                         {"number", e.number},
                         {"change", plain(e.amount)},
                         {"balance", plain(e.balance)}});
    accounts.push_back({{"link", b.link},
                        {"from", b.from},
                        {"to", b.to},
                        {"lo", plain(b.lo)},
                        {"hi", plain(b.hi)},
                        {"balance", plain(b.balance)},
                        {"entries", entries}});
  }
  // Who proposed and decided is the office's matter.
  for (const venues::CallView& c : hall.calls(venue.id))
    if (office() || c.state == "done")
      calls.push_back({{"number", c.number},
                       {"link", c.link},
                       {"quantity", c.quantity.to_string()},
                       {"reason", c.reason},
                       {"state", c.state},
                       {"proposed_by", office() ? c.proposed_by : ""},
                       {"mine", c.proposed_by == call_.caller.by()},
                       {"at", to_rfc3339(c.at)}});
  return {{"venue", venue.id}, {"accounts", accounts}, {"calls", calls}};
}

Json SmartDesk::summary(const SmartView& view) const {
  return {{"number", view.number},
          {"key", view.notice.key},
          {"venue", view.venue.id},
          {"state", view.state},
          {"phase", phase_of(view, call_.clock().now())},
          {"title", json_of(view.venue.title)},
          {"instrument", rights_.instrument_json(view.venue.instrument)},
          {"measure", rights_.measure(view.venue.instrument)},
          {"periods", view.periods()},
          {"zones", view.venue.zones},
          {"opens", to_rfc3339(view.notice.opens)},
          {"closes", to_rfc3339(view.notice.closes)},
          {"verified", view.venue.verified},
          {"bought", view.bought ? Json(std::to_string(*view.bought)) : Json(nullptr)}};
}

Json SmartDesk::terms(const SmartView& view) const {
  const SmartVenue& venue = view.venue;
  const Json market = Json::parse(venue.market);
  Json figures = Json::array();
  for (const venues::SmartFigure& f : view.notice.figures)
    figures.push_back({{"id", f.id},
                       {"field", f.field},
                       {"period", f.period},
                       {"value", f.value.to_string()},
                       {"reason", f.reason}});
  Json out = summary(view);
  out["now"] = to_rfc3339(call_.clock().now());
  out["project"] = view.notice.project;
  out["links"] = links_json(market);
  out["limits"] = limits_json(market);
  out["figures"] = figures;
  out["sold_for"] = venue.sold_for;
  out["used_for"] = venue.used_for;
  out["step"] = venue.step;
  out["tick"] = venue.tick.to_string();
  out["least_price"] = decimal_json(venue.least_price);
  out["most_price"] = decimal_json(venue.most_price);
  out["amend"] = venue.amend == venues::Amend::none ? "none" : "free";
  out["fees"] = fees_json(venue.fees);
  out["apply_until"] = to_rfc3339(apply_until(view));
  out["approval_days"] = venue.approval_days ? Json(*venue.approval_days) : Json(nullptr);
  out["decide_by"] = view.decide_by ? Json(to_rfc3339(*view.decide_by)) : Json(nullptr);
  out["discloses"] = to_string(venue.results);
  out["source"] = json_of(venue.source);
  out["pack"] = venue.pack + " " + venue.version;
  out["result_hash"] = view.result_hash;
  out["admitted"] = office() || venue.admitted_public ? Json(view.admitted) : Json(nullptr);
  out["result"] = result(view);
  return out;
}

Json SmartDesk::detail(const SmartView& view) const {
  const std::vector<venues::SmartMember> seen = members(view.number);
  Json out = terms(view);
  out["announced_by"] = office() ? view.announced_by : "";
  out["approved_by"] = office() ? view.approved_by : "";
  out["closed_by"] = office() ? view.closed_by : "";
  out["mine"] = part(view, seen);
  out["may"] = may(view, seen);
  return out;
}

// The caller's accounts that could trade, each with what became of its application.
Json SmartDesk::part(const SmartView& view, const std::vector<venues::SmartMember>& seen) const {
  Json out = Json::array();
  for (const std::string& code : own_accounts()) {
    const auto found = std::ranges::find(seen, code, &venues::SmartMember::account);
    std::int64_t cash = 0;
    for (const rights::Holding& h :
         rights_.book.holdings({.account = code, .instrument = std::string(rights::cash)}))
      cash += h.free;
    Json goods = Json::array();
    for (const rights::Holding& h :
         rights_.book.holdings({.account = code, .instrument = view.venue.instrument}))
      for (int period = h.part.period; period < h.part.period + h.part.count; ++period)
        goods.push_back({{"period", rights_.period(view.venue.instrument, period)}, {"free", h.free}});
    out.push_back({{"account", code},
                   {"free", yuan(cash)},
                   {"goods", goods},
                   {"zone", found == seen.end() ? std::string() : found->zone},
                   {"purpose", found == seen.end() ? std::string() : found->purpose},
                   {"state", found == seen.end() ? std::string("none") : found->state},
                   {"agent", found != seen.end() && found->applied_by == call_.caller.by()}});
  }
  return out;
}

Json SmartDesk::may(const SmartView& view, const std::vector<venues::SmartMember>& seen) const {
  const Instant now = call_.clock().now();
  const std::string phase = phase_of(view, now), by = call_.caller.by();
  const bool runs = call_.caller.may_all(Permission::rights_propose);
  const bool approves = call_.caller.may_all(Permission::rights_approve);
  const bool bids = call_.caller.may(Permission::rights_propose) && !own_accounts().empty();
  const auto any = [&](const auto& of) { return std::ranges::any_of(seen, of); };
  using Member = venues::SmartMember;
  const bool waits = any([&](const Member& one) { return one.state == "applied" && one.applied_by != by; });
  const bool applied = any([&](const Member& one) { return one.applied_by == by; });
  const bool agent = any([&](const Member& one) { return one.applied_by == by && one.state == "admitted"; });
  Json out = Json::array();
  const auto offer = [&](const char* step, bool may) {
    if (may) out.push_back(step);
  };
  offer("approve", phase == "draft" && approves && view.announced_by != by);
  offer("apply", view.state == "announced" && bids && now < apply_until(view) && view.announced_by != by &&
                     view.approved_by != by);
  offer("admit", view.state == "announced" && runs && waits && phase != "over");
  offer("bid", phase == "bidding" && agent);
  offer("close", phase == "over" && runs && !applied);
  offer("cancel", view.state == "announced" && approves && view.announced_by != by && !applied);
  offer("decide", phase == "awaiting" && approves && !applied && view.announced_by != by &&
                      view.approved_by != by && view.closed_by != by);
  return out;
}

// Prices, flows, rents and sums are everybody's; of bids and trades what the declaration discloses, and one's
// own.
Json SmartDesk::result(const SmartView& view) const {
  if (!view.closed()) return nullptr;
  const Json record = Json::parse(view.result);
  const Json& clearing = record.at("clearing");
  std::map<std::string, std::string> owners;  // by account
  for (const venues::SmartMember& one : hall.members(view.number)) owners[one.account] = one.owner;
  std::map<std::string, std::string> account_of;  // by number of the bid
  for (const venues::StoredSmartBid& bid : hall.bids(view.number))
    account_of[std::to_string(bid.seq)] = bid.account;
  const Disclosure told = view.venue.results;
  const auto mine = [&](const std::string& account) {
    const auto owner = owners.find(account);
    return !call_.caller.party.empty() && owner != owners.end() && owner->second == call_.caller.party;
  };
  const auto who = [&](const std::string& account) {
    const auto owner = owners.find(account);
    if (owner == owners.end()) return Json(nullptr);  // the operator
    return office() || told == Disclosure::names || mine(account) ? rights_.party(owner->second)
                                                                  : Json(nullptr);
  };

  Json orders = Json::array();
  for (const char* side : {"bids", "asks"})
    for (const Json& one : clearing.at(side)) {
      const std::string& account = account_of[one.at("id").get<std::string>()];
      if (!office() && told == Disclosure::own && !mine(account)) continue;
      orders.push_back({{"number", *whole_number(one.at("id").get<std::string>())},
                        {"side", *side == 'b' ? "buy" : "sell"},
                        {"who", who(account)},
                        {"mine", mine(account)},
                        {"zone", one.at("zone")},
                        {"period", one.at("period")},
                        {"of", one.at("of")},
                        {"filled", one.at("quantity")},
                        {"price", one.at("price")},
                        {"amount", one.at(*side == 'b' ? "pays" : "receives")}});
    }
  Json prices = Json::array(), flows = Json::array(), rents = Json::array(), trades = Json::array(),
       balances = Json::array(), left_out = Json::array();
  for (const venues::NodePrice& p : venues::node_prices(view.input, view.result)) {
    Json one = node_price_json(p);
    one["quoted"] = p.quoted;
    prices.push_back(std::move(one));
  }
  for (const Json& f : clearing.at("flows"))
    flows.push_back({{"link", f.at("link")},
                     {"period", f.at("period")},
                     {"sent", f.at("sent")},
                     {"delivered", f.at("delivered")},
                     {"balance", f.contains("balance") ? f.at("balance") : Json(nullptr)}});
  for (const Json& r : clearing.at("rent")) {
    Json one = price_json(r);
    one["kind"] = r.value("kind", "limit");
    one["of"] = r.value("of", r.at("limit").get<std::string>());
    one["period"] = r.value("period", "");
    one["at"] = r.at("at");
    one["amount"] = r.at("amount");
    rents.push_back(std::move(one));
  }
  for (const venues::SmartOutcome& o : view.outcomes) {
    const bool own = mine(o.seller) || mine(o.buyer);
    if (!office() && told == Disclosure::own && !own) continue;
    trades.push_back({{"seller", who(o.seller)},
                      {"buyer", who(o.buyer)},
                      {"operator", o.bid == 0},
                      {"mine", own},
                      {"period", o.period},
                      {"quantity", o.quantity},
                      {"lost", o.lost},
                      {"price", yuan(o.fen)},
                      {"rent", yuan(o.rent_fen)},
                      {"added", yuan(o.added_fen)},
                      {"state", o.state},
                      {"why", office() || own ? o.why : ""},
                      {"transaction", office() || own ? o.trade : ""}});
  }
  for (const Json& b : record.at("balances"))
    balances.push_back({{"link", b.at("link")},
                        {"lo", b.at("lo")},
                        {"hi", b.at("hi")},
                        {"before", b.at("before")},
                        {"change", b.at("change")},
                        {"after", b.at("after")}});
  for (const Json& one : record.at("left_out"))
    if (const std::string account = one.at("account"); office() || mine(account))
      left_out.push_back({{"account", account}, {"why", {{"zh", one.at("zh")}, {"en", one.at("en")}}}});
  const Json& booked = record.at("booked");
  return {{"prices", prices},
          {"flows", flows},
          {"rents", rents},
          {"money", clearing.at("money")},
          {"water", clearing.at("water")},
          {"welfare", clearing.at("welfare")},
          // Where one alone traded in a zone, they are his figures.
          {"zones", office() || told != venues::Disclosure::own ? record.at("used") : Json::array()},
          {"balances", balances},
          {"booked",
           {{"rent_account", yuan(booked.at("rent_account_fen"))},
            {"operator", yuan(booked.at("operator_fen"))},
            {"rent", yuan(booked.at("rent_fen"))},
            {"rounding", yuan(booked.at("rounding_fen"))},
            {"lost", booked.at("lost")},
            {"operator_takes", booked.at("operator_takes")}}},
          {"record",
           {{"input_sha256", record.at("input_sha256")},
            {"solver", clearing.at("record").at("solver")},
            {"iterations", clearing.at("record").at("iterations")},
            {"exact_steps", clearing.at("record").at("exact_steps")},
            {"one_optimum", clearing.at("record").at("one_optimum")}}},
          {"orders", orders},
          {"trades", trades},
          {"left_out", left_out}};
}

}  // namespace tributary::api
