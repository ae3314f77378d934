#include "api/market_desk.h"

#include "exchange/codes.h"
#include "rights/codes.h"
#include "venues/codes.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using exchange::Side;
using identity::Permission;
using venues::MarketView;
using venues::MarketVenue;

constexpr std::size_t shown_levels = 10;
constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

const char* word(exchange::Phase phase) {
  using enum exchange::Phase;
  return phase == call ? "call" : phase == call_no_cancel ? "call_no_cancel" : phase == continuous ? "continuous" : "closed";
}
const char* word(exchange::Market market) {
  using enum exchange::Market;
  return market == listed_best ? "listed_best" : market == listed_any ? "listed_any" : "continuous";
}
const char* word(exchange::Stands stands) {
  constexpr std::array words{"day", "gtc", "ioc", "fok", "auction_only"};
  return words.at(static_cast<std::size_t>(stands));
}
const char* word(Side side) {
  return side == Side::buy ? "buy" : "sell";
}
Json time_json(const std::optional<Instant>& at) {
  return at ? Json(to_rfc3339(*at)) : Json(nullptr);
}
Json levels_json(const std::vector<venues::Level>& levels) {
  Json out = Json::array();
  for (const venues::Level& level : levels)
    out.push_back({{"price", level.price.to_string()}, {"quantity", level.quantity}});
  return out;
}
Json sessions_json(const MarketVenue& venue) {
  Json out = Json::array();
  for (const venues::SessionStep& step : venue.sessions)
    out.push_back({{"at", fmt::format("{:02}:{:02}", step.minute / 60, step.minute % 60)},
                   {"what", venues::to_string(step.what)}});
  return out;
}

// Which field of the ticket a refusal of the book is about.
std::string field_of(const Error& fault) {
  if (fault.code() != venues::codes::order_refused) return fault.where().field;
  static const std::map<std::string, std::string, std::less<>> fields{
      {"price_outside_band", "price"},     {"quantity_off_lot", "quantity"},  {"quantity_not_positive", "quantity"},
      {"quantity_too_large", "quantity"},  {"below_bulk", "quantity"},        {"above_listed", "quantity"},
      {"more_than_offered", "quantity"},   {"below_min_qty", "quantity"},     {"value_limit", "quantity"},
      {"day_limit", "quantity"},           {"holding_limit", "quantity"},     {"concentration_limit", "quantity"},
      {"not_covered", "quantity"},         {"bad_min_qty", "min_quantity"},   {"stands_not_allowed", "stands"},
      {"type_not_allowed", "type"},        {"not_the_best", "offer"},         {"own_offer", "offer"},
      {"unknown_order", "offer"},          {"no_liquidity", "stands"}};
  const auto found = fields.find(fault.where().field);
  return found == fields.end() ? "" : found->second;
}
std::string code_of(const Error& fault) {
  if (fault.code() == venues::codes::order_refused && !fault.where().field.empty())
    return "exchange." + fault.where().field;
  return fmt::format("{}.{}", fault.code().module, fault.code().name);
}

}  // namespace

MarketDesk::MarketDesk(Call& call)
    : call_(call),
      rights_(call),
      hall(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar(), call.worker.services.markets) {}

bool MarketDesk::sees(const MarketView& view) const {
  return office() || (view.state != "draft" && view.state != "rejected");
}

MarketView MarketDesk::market(std::int64_t number) const {
  try {
    MarketView view = hall.market(number);
    if (sees(view)) return view;
  } catch (const Error& e) {
    if (e.code() != venues::codes::unknown_market) throw;
  }
  throw not_found({"这个市场", "such market"});
}

Page MarketDesk::page(const PageRequest& page, const std::function<bool(const Json&)>& wanted) const {
  Page out;
  std::int64_t before = latest, last = 0;
  if (!page.cursor.empty()) {
    before = whole_number(page.cursor).value_or(0);
    if (before <= 0) throw bad_cursor();
  }
  for (;;) {
    const std::vector<MarketView> some = hall.markets(before, 50);
    for (const MarketView& view : some) {
      if (!sees(view)) continue;
      Json row = summary(view);
      if (!wanted(row)) continue;
      if (out.items.size() == page.limit) {
        out.next = std::to_string(last);
        return out;
      }
      out.items.push_back(std::move(row));
      last = view.number;
    }
    if (some.size() < 50) return out;
    before = some.back().number;
  }
}

bool MarketDesk::mine(const std::string& account) const {
  const auto found = rights_.accounts().find(account);
  return !call_.caller.party.empty() && found != rights_.accounts().end() && found->second.owner == call_.caller.party;
}

bool MarketDesk::flow(const std::string& instrument) const {
  const auto found = rights_.instruments().find(instrument);
  return found != rights_.instruments().end() && found->second.kind == rights::InstrumentKind::flow;
}

Json MarketDesk::side(const std::string& account) const {
  const auto found = rights_.accounts().find(account);
  return {{"account", account},
          {"owner", rights_.party(found == rights_.accounts().end() ? std::string() : found->second.owner)}};
}

std::vector<venues::Member> MarketDesk::members(std::int64_t number) const {
  std::vector<venues::Member> out = hall.members(number);
  if (!office())
    std::erase_if(out, [&](const venues::Member& one) {
      return call_.caller.party.empty() || one.owner != call_.caller.party;
    });
  return out;
}

std::vector<venues::StoredOrder> MarketDesk::open_orders(std::int64_t number) const {
  std::vector<venues::StoredOrder> out;
  for (const std::string& account : own_accounts())
    for (venues::StoredOrder& one : hall.orders(number, account, true, latest, 1'000)) out.push_back(std::move(one));
  return out;
}

Json MarketDesk::member(const venues::Member& one) const {
  return {{"account", one.account},       {"owner", rights_.party(one.owner)}, {"zone", one.zone},
          {"state", one.state},           {"applied_by", one.applied_by},      {"decided_by", one.decided_by},
          {"mine", one.applied_by == call_.caller.by()}};
}

Json MarketDesk::summary(const MarketView& view) const {
  const venues::Listing& listing = view.listing;
  const Date today = call_.clock().today();
  const bool open = view.state == "open";
  const venues::Depth book = open ? hall.depth(view.number, 0) : venues::Depth{};
  // The last day on which something was dealt, today's before it is over.
  const std::vector<venues::MarketDay> days = hall.days(view.number, today - std::chrono::days{31}, today);
  const bool traded = !days.empty() && days.back().day == today;
  const auto found = rights_.instruments().find(view.venue.instrument);
  return {{"number", view.number},
          {"key", listing.key},
          {"state", view.state},
          {"phase", open ? std::string(word(book.phase)) : view.state},
          {"halted", book.halted},
          {"title", json_of(view.venue.title)},
          {"instrument", rights_.instrument_json(view.venue.instrument)},
          {"measure", rights_.measure(view.venue.instrument)},
          {"zone", found == rights_.instruments().end() ? std::string() : found->second.zone},
          {"trading", word(view.venue.rules.market)},
          {"from", listing.term ? Json(to_string(listing.term->from)) : Json(nullptr)},
          {"to", listing.term ? Json(to_string(listing.term->to)) : Json(nullptr)},
          {"vintage", listing.vintage ? Json(*listing.vintage) : Json(nullptr)},
          {"first_day", to_string(listing.first_day)},
          {"last_day", to_string(listing.last_day)},
          {"reference", open ? book.reference.to_string() : listing.reference.to_string()},
          {"last", days.empty() || view.deals == 0 ? Json(nullptr) : Json(days.back().closing.to_string())},
          {"quantity", traded ? days.back().quantity + days.back().bulk_quantity : 0},
          {"deals", traded ? days.back().deals + days.back().bulk_deals : 0},
          {"lease", venues::json_of(view.venue.lease)},
          {"verified", view.venue.verified}};
}

Json MarketDesk::depth(const MarketView& view, std::size_t levels) const {
  if (view.state != "open") return nullptr;
  const venues::Depth book = hall.depth(view.number, levels);
  std::set<std::int64_t> own;
  if (!book.offers.empty())
    for (const venues::StoredOrder& one : open_orders(view.number))
      if (!one.bulk) own.insert(one.id);
  Json offers = Json::array();
  for (const venues::Offer& offer : book.offers)
    offers.push_back({{"order", offer.order},
                      {"side", word(offer.side)},
                      {"price", offer.price.to_string()},
                      {"quantity", offer.quantity},
                      {"min_quantity", offer.min_quantity},
                      {"mine", own.contains(offer.order)}});
  return {{"commands", book.commands},
          {"phase", word(book.phase)},
          {"halted", book.halted},
          {"reference", book.reference.to_string()},
          {"low", book.low.to_string()},
          {"high", book.high.to_string()},
          {"buys", levels_json(book.buys)},
          {"sells", levels_json(book.sells)},
          {"offers", offers},
          {"indicative", decimal_json(book.indicative)},
          {"indicative_quantity", book.indicative_quantity},
          {"indicative_surplus", book.indicative_surplus},
          {"next", book.next ? Json(venues::to_string(book.next->what)) : Json(nullptr)},
          {"next_at", time_json(book.next_at)}};
}

Json MarketDesk::terms(const MarketView& view) const {
  const MarketVenue& venue = view.venue;
  const exchange::BookRules& rules = venue.rules;
  const auto most = [](std::int64_t limit) { return limit > 0 ? Json(limit) : Json(nullptr); };
  Json out = summary(view);
  out["now"] = to_rfc3339(call_.clock().now());
  out["project"] = view.listing.project;
  out["reference_source"] = view.listing.reference_source;
  out["tick"] = venue.tick.to_string();
  out["lot"] = rules.lot;
  out["band"] = rules.band.to_string();
  out["market_orders"] = rules.market_orders;
  out["bulk_from"] = most(rules.bulk_threshold);
  out["bulk_band"] = rules.bulk_threshold > 0 ? Json(rules.bulk_band.to_string()) : Json(nullptr);
  out["max_order"] = most(rules.limits.max_order);
  out["max_day"] = most(rules.limits.max_day);
  out["max_holding"] = most(rules.limits.max_holding);
  out["max_value"] = venue.max_value_fen > 0 ? Json(yuan(venue.max_value_fen)) : Json(nullptr);
  out["max_share"] = decimal_json(venue.max_share);
  out["every_day"] = venue.every_day;
  out["sessions"] = sessions_json(venue);
  out["fees"] = fees_json(venue.fees);
  out["approval_days"] = venue.approval_days ? Json(*venue.approval_days) : Json(nullptr);
  out["certificate"] = venue.certificate;
  out["source"] = json_of(venue.source);
  out["pack"] = venue.pack + " " + venue.version;
  out["halt_reason"] = view.halt_reason;
  out["depth"] = depth(view, shown_levels);
  return out;
}

Json MarketDesk::detail(const MarketView& view) const {
  const std::vector<venues::Member> seen = members(view.number);
  Json out = terms(view);
  out["opened_by"] = office() ? view.opened_by : "";
  out["approved_by"] = office() ? view.approved_by : "";
  out["mine"] = part(view, seen);
  out["may"] = may(view, seen, out["halted"].get<bool>());
  return out;
}

// The caller's accounts that could trade, each with what became of its application.
Json MarketDesk::part(const MarketView& view, const std::vector<venues::Member>& seen) const {
  Json out = Json::array();
  for (const std::string& code : own_accounts()) {
    const auto found = std::ranges::find(seen, code, &venues::Member::account);
    const venues::Markets::Free free = hall.free_of(view.number, code);
    out.push_back({{"account", code},
                   {"cash", yuan(free.cash)},
                   {"goods", free.goods},
                   {"zone", found == seen.end() ? std::string() : found->zone},
                   {"state", found == seen.end() ? std::string("none") : found->state}});
  }
  return out;
}

Json MarketDesk::may(const MarketView& view, const std::vector<venues::Member>& seen, bool halted) const {
  const std::string by = call_.caller.by();
  const bool runs = call_.caller.may_all(Permission::rights_propose);
  const bool approves = call_.caller.may_all(Permission::rights_approve);
  const bool open = view.state == "open";
  const bool outside = view.opened_by != by && view.approved_by != by &&
                       std::ranges::none_of(seen, [&](const venues::Member& one) { return one.decided_by == by; });
  const bool trades = call_.caller.may(Permission::rights_propose) && open && outside;
  const bool applied = std::ranges::any_of(seen, [&](const venues::Member& one) { return one.applied_by == by; });
  const auto standing = [&](const std::string& account) {
    const auto found = std::ranges::find(seen, account, &venues::Member::account);
    return found == seen.end() ? std::string("none") : found->state;
  };
  bool applies = false, member = false;
  for (const std::string& account : own_accounts()) {
    const std::string state = standing(account);
    applies = applies || state == "none" || state == "refused";
    member = member || state == "admitted" || state == "blocked";
  }
  const bool waits = std::ranges::any_of(
      seen, [&](const venues::Member& one) { return one.state == "applied" && one.applied_by != by; });
  Json out = Json::array();
  const auto offer = [&](const char* step, bool may) {
    if (may) out.push_back(step);
  };
  offer("approve", view.state == "draft" && approves && view.opened_by != by);
  offer("apply", trades && applies);
  offer("trade", trades && member);
  offer("admit", open && runs && waits && !applied);
  offer("halt", open && runs && !halted && !applied);
  offer("resume", open && runs && halted);
  offer("end", open && approves);
  offer("decide", approves && view.opened_by != by && !applied && view.venue.approval_days.has_value());
  return out;
}

Json MarketDesk::deal(const MarketView& view, const venues::Deal& deal, bool names) const {
  const bool buyer = mine(deal.buyer), seller = mine(deal.seller);
  const bool told = names && (office() || buyer || seller);
  std::string state = "completed";
  std::optional<Instant> deadline;
  if (view.venue.approval_days) {
    const rights::Transaction x = rights_.book.transaction(deal.trade);
    state = rights::to_string(x.state);
    if (x.state == rights::TransactionState::conditional) deadline = x.deadline;
  }
  return {{"number", deal.seq},
          {"at", to_rfc3339(deal.at)},
          {"kind", deal.kind},
          {"price", deal.price.to_string()},
          {"quantity", deal.quantity},
          {"amount", yuan(deal.fen)},
          {"state", state},
          {"decide_by", time_json(deadline)},
          {"mine", names && buyer ? Json("buy") : names && seller ? Json("sell") : Json(nullptr)},
          {"buyer", told ? side(deal.buyer) : Json(nullptr)},
          {"seller", told ? side(deal.seller) : Json(nullptr)},
          {"transaction", told ? deal.trade : std::string()}};
}

Json MarketDesk::day(const venues::MarketDay& day) const {
  return {{"day", to_string(day.day)},
          {"opening", decimal_json(day.opening)},
          {"high", decimal_json(day.high)},
          {"low", decimal_json(day.low)},
          {"closing", day.closing.to_string()},
          {"quantity", day.quantity},
          {"amount", yuan(day.fen)},
          {"deals", day.deals},
          {"bulk_quantity", day.bulk_quantity},
          {"bulk_amount", yuan(day.bulk_fen)},
          {"bulk_deals", day.bulk_deals},
          {"over", !day.hash.empty()}};
}

// Whose account it is, a proposer learns with the confirmation: until then the account stands for its owner.
Json MarketDesk::counterparty(const venues::StoredOrder& order) const {
  if (office() || order.filled > 0) return side(order.counterparty);
  return {{"account", order.counterparty}, {"owner", named_json(order.counterparty, {order.counterparty, order.counterparty})}};
}

Json MarketDesk::order(const MarketView& view, const venues::StoredOrder& order) const {
  const bool ended = order.reason != exchange::Refusal::none;
  return {{"number", order.id},
          {"bulk", order.bulk},
          {"key", order.key.starts_with(order.account + ":") ? order.key.substr(order.account.size() + 1) : order.key},
          {"account", order.account},
          {"counterparty", order.counterparty.empty() ? Json(nullptr) : counterparty(order)},
          {"side", word(order.side)},
          {"type", order.type == exchange::OrderType::limit ? "limit" : "market"},
          {"stands", word(order.stands)},
          {"price", decimal_json(order.price)},
          {"quantity", order.quantity},
          {"min_quantity", order.min_quantity},
          {"left", order.left},
          {"filled", order.filled},
          {"state", order.state},
          {"reason", ended ? std::string(exchange::to_string(order.reason)) : std::string()},
          {"why", ended ? json_of(exchange::describe(order.reason)) : Json(nullptr)},
          {"detail", order.why},
          {"until", time_json(order.until)},
          {"terms_hash", order.bulk ? venues::Markets::terms_hash(view, order) : std::string()},
          {"at", to_rfc3339(order.at)},
          {"by", order.by}};
}

// What somebody proposes to `account`, with what it would come to there.
Json MarketDesk::proposal(const MarketView& view, const venues::StoredOrder& proposal, const std::string& account) const {
  return {{"number", proposal.id},
          {"account", account},
          {"from", side(proposal.account)},
          {"side", word(exchange::other(proposal.side))},
          {"price", proposal.price.value_or(Decimal(0)).to_string()},
          {"quantity", proposal.quantity},
          {"until", time_json(proposal.until)},
          {"terms_hash", venues::Markets::terms_hash(view, proposal)},
          {"quote", quote(view, {.account = account,
                                 .side = exchange::other(proposal.side),
                                 .price = proposal.price.value_or(Decimal(0)),
                                 .quantity = proposal.quantity,
                                 .counterparty = proposal.account,
                                 .until = proposal.until})}};
}

Json MarketDesk::placed(const MarketView& view, const venues::Placed& placed) const {
  Json deals = Json::array();
  for (const venues::Deal& one : placed.deals) deals.push_back(deal(view, one, true));
  return {{"order", order(view, placed.order)}, {"deals", deals}};
}

Json MarketDesk::quote(const MarketView& view, venues::OrderRequest request) const {
  if (request.target != 0)
    for (const venues::Offer& offer : hall.depth(view.number, 0).offers)
      if (offer.order == request.target) request.side = exchange::other(offer.side);
  const venues::OrderQuote quote = hall.quote(view.number, request, call_.caller.by());
  const bool buys = request.side == Side::buy;
  const auto amount = [&](std::int64_t n) { return buys ? yuan(n) : std::to_string(n); };
  Json faults = Json::array();
  for (const Error& fault : quote.faults)
    faults.push_back({{"field", field_of(fault)}, {"code", code_of(fault)}, {"message", json_of(fault.message())}});
  return {{"side", word(request.side)},
          {"price", yuan(quote.price_fen)},
          {"fees", yuan(quote.charges_fen)},
          {"total", yuan(quote.price_fen + (buys ? quote.charges_fen : -quote.charges_fen))},
          {"set_aside", amount(quote.set_aside)},
          {"free", amount(quote.free)},
          {"free_after", amount(quote.free - quote.set_aside)},
          {"at_once", quote.at_once},
          {"at_once_amount", yuan(quote.at_once_fen)},
          {"faults", faults}};
}

Json MarketDesk::venue(const MarketVenue& venue) const {
  return {{"venue", venue.id},
          {"title", json_of(venue.title)},
          {"instrument", rights_.instrument_json(venue.instrument)},
          {"measure", rights_.measure(venue.instrument)},
          {"flow", flow(venue.instrument)},
          {"trading", word(venue.rules.market)},
          {"tick", venue.tick.to_string()},
          {"lot", venue.rules.lot},
          {"band", venue.rules.band.to_string()},
          {"every_day", venue.every_day},
          {"sessions", sessions_json(venue)},
          {"lease", venues::json_of(venue.lease)},
          {"source", json_of(venue.source)},
          {"verified", venue.verified}};
}

void around_market(Call& call, const std::function<void()>& work) {
  const auto found = call.path.find("number");
  const std::int64_t number = found == call.path.end() ? 0 : whole_number(found->second).value_or(0);
  venues::Markets(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar(),
                  call.worker.services.markets)
      .around(number, work);
}

std::vector<Rooms::Told> market_news(venues::Markets& hall, std::int64_t number, const std::string& heard, Instant now) {
  const std::string pulse = hall.pulse(number);
  if (pulse == heard) return {};
  const MarketView view = hall.market(number);
  const venues::Depth book = view.state == "open" ? hall.depth(number, 0) : venues::Depth{};
  return {{pulse, server_sent_event("market", dump(Json{{"commands", view.commands},
                                                        {"state", view.state},
                                                        {"phase", word(book.phase)},
                                                        {"halted", book.halted},
                                                        {"deals", view.deals},
                                                        {"now", to_rfc3339(now)}}))}};
}

std::int64_t enter_market(Call& call) {
  return MarketDesk(call).market_in_path().number;
}

}  // namespace tributary::api
