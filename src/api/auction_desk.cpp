#include "api/auction_desk.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using venues::AuctionVenue;
using venues::AuctionView;

constexpr std::int64_t day = 24 * 60 * 60;

const char* word(exchange::Tie tie) {
  return tie == exchange::Tie::time ? "time" : tie == exchange::Tie::random ? "random" : "pro_rata";
}
const char* word(exchange::Under under) {
  return under == exchange::Under::cancel       ? "cancel"
         : under == exchange::Under::lowest_bid ? "lowest_bid"
                                                : "reserve";
}
const char* word(venues::Amend amend) {
  return amend == venues::Amend::none ? "none" : amend == venues::Amend::upward ? "upward" : "free";
}

Instant apply_until(const AuctionView& view) {
  return {view.announcement.opens.seconds - view.venue.qualification_days * day};
}

}  // namespace

std::string phase_of(const AuctionView& view, Instant now) {
  if (view.state != "announced") return view.state;
  return now < view.announcement.opens ? "announced" : now < view.ends ? "bidding" : "over";
}

AuctionDesk::AuctionDesk(Call& call)
    : call_(call),
      rights_(call),
      hall(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar(),
           call.worker.services.vault) {}

bool AuctionDesk::sees(const AuctionView& view) const {
  return office() || (view.state != "draft" && view.state != "rejected");
}

AuctionView AuctionDesk::auction(std::int64_t number) const {
  try {
    AuctionView view = hall.auction(number);
    if (sees(view)) return view;
  } catch (const Error& e) {
    if (e.code() != venues::codes::unknown_auction) throw;
  }
  throw not_found({"这场竞价", "such auction"});
}

Page AuctionDesk::page(const PageRequest& page, const std::function<bool(const AuctionView&)>& wanted) const {
  venues::AuctionPage asked{.published = !office(),
                            .by_close = page.sort.ends_with("closes"),
                            .upward = !page.sort.empty() && page.sort.front() != '-',
                            .limit = static_cast<std::int64_t>(page.limit) + 1};
  if (!page.cursor.empty()) {  // "close.number" of the last one before
    const auto dot = page.cursor.find('.');
    const auto close = whole_number(page.cursor.substr(0, dot));
    const auto number = dot == std::string::npos ? std::nullopt : whole_number(page.cursor.substr(dot + 1));
    if (!close || !number) throw bad_cursor();
    asked.after = {Instant{*close}, *number};
  }
  Page out;
  for (bool more = true; more;) {
    const std::vector<AuctionView> found = hall.auctions(asked);
    more = static_cast<std::int64_t>(found.size()) == asked.limit;
    for (const AuctionView& view : found) {
      if (wanted(view)) {
        if (out.items.size() == page.limit) {
          out.next = fmt::format("{}.{}", asked.after->first.seconds, asked.after->second);
          return out;
        }
        out.items.push_back(summary(view));
      }
      asked.after = {view.announcement.closes, view.number};
    }
  }
  return out;
}

std::vector<venues::Bidder> AuctionDesk::bidders(std::int64_t number) const {
  std::vector<venues::Bidder> out = hall.bidders(number);
  if (!office())
    std::erase_if(out, [&](const venues::Bidder& one) {
      return call_.caller.party.empty() || one.owner != call_.caller.party;
    });
  return out;
}

Json AuctionDesk::bidder(const venues::Bidder& one) const {
  return {{"account", one.account},
          {"owner", rights_.party(one.owner)},
          {"zone", one.zone},
          {"state", one.state},
          {"applied_by", one.applied_by},
          {"decided_by", one.decided_by},
          {"mine", one.applied_by == call_.caller.by()}};
}

Json AuctionDesk::own_bid(const AuctionView& view, const venues::StoredBid& bid) const {
  // Its number tells how many there are.
  return {{"key", bid.key},
          {"number", view.result.empty() ? Json(nullptr) : Json(bid.seq)},
          {"account", bid.account},
          {"price", bid.price.to_string()},
          {"quantity", bid.quantity},
          {"set_aside", yuan(bid.cover_fen)},
          {"improves", bid.improves},
          {"stands", bid.stands()},
          {"outbid", bid.outbid_by.has_value()},
          {"withdrawal", bid.quantity == 0},
          {"at", to_rfc3339(bid.at)},
          {"hash", bid.hash},
          {"salt", bid.salt}};
}

Json AuctionDesk::summary(const AuctionView& view) const {
  const venues::Announcement& lot = view.announcement;
  const auto found = rights_.instruments().find(view.venue.instrument);
  return {{"number", view.number},
          {"key", lot.key},
          {"state", view.state},
          {"phase", phase_of(view, call_.clock().now())},
          {"title", json_of(view.venue.title)},
          {"instrument", rights_.instrument_json(view.venue.instrument)},
          {"measure", rights_.measure(view.venue.instrument)},
          {"zone", found == rights_.instruments().end() ? std::string() : found->second.zone},
          {"side", view.venue.side == exchange::OneWaySide::sale ? "sale" : "buy_back"},
          {"pricing", view.venue.pricing == exchange::Pricing::uniform ? "uniform" : "pay_as_bid"},
          {"supply", lot.supply},
          {"from", lot.term ? Json(to_string(lot.term->from)) : Json(nullptr)},
          {"to", lot.term ? Json(to_string(lot.term->to)) : Json(nullptr)},
          {"vintage", lot.vintage ? Json(*lot.vintage) : Json(nullptr)},
          {"reserve", decimal_json(view.reserve)},
          {"opens", to_rfc3339(lot.opens)},
          {"closes", to_rfc3339(lot.closes)},
          {"format", to_string(view.venue.format)},
          {"ends", to_rfc3339(view.ends)},
          {"extensions", view.extensions},
          {"lease", venues::json_of(view.venue.lease)},
          {"verified", view.venue.verified},
          {"price", decimal_json(view.price)},
          {"sold", view.sold}};
}

namespace {

Json timed(const AuctionView& view) {
  if (!view.venue.ascending) return nullptr;
  const venues::Ascending& rules = *view.venue.ascending;
  return {{"from", to_rfc3339(*view.timed_from)},
          {"step_ticks", rules.step_share ? Json(nullptr) : Json(rules.step_ticks)},
          {"step_share", decimal_json(rules.step_share)},
          {"within", rules.within},
          {"by", rules.by},
          {"most", rules.most ? Json(*rules.most) : Json(nullptr)},
          {"until", rules.until ? Json(*rules.until) : Json(nullptr)},
          {"leaders", rules.names ? "names" : "numbers"},
          {"freed", rules.freed_at_once ? "at_once" : "at_close"}};
}

}  // namespace

// A price and who leads are for everybody; whose bids they are for whoever made them, and where names are
// declared.
Json AuctionDesk::standing(const AuctionView& view) const {
  const venues::Standing now = hall.standing(view.number);
  const std::vector<venues::Bidder> all = hall.bidders(view.number);
  const auto agent = [&](const venues::Bidder& one) {
    return one.applied_by == call_.caller.by() && one.state == "admitted";
  };
  const auto leads = [&](const std::string& account) {
    const auto found = std::ranges::find(now.leaders, account, &venues::Standing::Leader::account);
    return found == now.leaders.end() ? std::int64_t{0} : found->quantity;
  };
  Json leaders = Json::array(), mine = Json::array();
  for (const auto& one : now.leaders) {
    const auto who = std::ranges::find(all, one.account, &venues::Bidder::account);
    leaders.push_back({{"bidder", one.bidder},
                       {"owner", view.venue.ascending->names ? rights_.party(who->owner) : Json(nullptr)},
                       {"mine", agent(*who)},
                       {"quantity", one.quantity}});
  }
  for (const venues::Bidder& one : all) {
    if (!now.timed || !agent(one)) continue;
    const std::vector<venues::StoredBid> bids = hall.own_bids(view.number, one.account, call_.caller.by());
    const venues::StoredBid* last = nullptr;
    for (const venues::StoredBid& bid : bids)
      if (!bid.replaced_by && bid.quantity > 0) last = &bid;
    const std::int64_t held = leads(one.account);
    mine.push_back({{"account", one.account},
                    {"price", last == nullptr ? Json(nullptr) : Json(last->price.to_string())},
                    {"quantity", last == nullptr ? 0 : last->quantity},
                    {"leads", held},
                    {"state", last == nullptr         ? "none"
                              : held == 0             ? "outbid"
                              : held < last->quantity ? "part"
                                                      : "leads"}});
  }
  return {{"now", to_rfc3339(call_.clock().now())},
          {"timed", now.timed},
          {"ends", to_rfc3339(view.ends)},
          {"extensions", view.extensions},
          {"price", decimal_json(now.price)},
          {"next", decimal_json(now.next)},
          {"bidders", now.bidders},
          {"leaders", leaders},
          {"mine", mine}};
}

Json AuctionDesk::terms(const AuctionView& view) const {
  const AuctionVenue& venue = view.venue;
  Json out = summary(view);
  out["now"] = to_rfc3339(call_.clock().now());
  out["timed"] = timed(view);
  out["project"] = view.announcement.project;
  out["tie"] = word(venue.tie);
  out["undersubscription"] = word(venue.under);
  out["amend"] = word(venue.amend);
  out["tick"] = venue.tick.to_string();
  out["lot"] = venue.lot;
  out["min_bid"] = venue.min_bid;
  out["max_share"] = decimal_json(venue.max_share);
  out["deposit"] = yuan(venue.deposit_fen);
  out["floor"] = decimal_json(venue.floor);
  out["fees"] = fees_json(venue.fees);
  out["apply_until"] = to_rfc3339(apply_until(view));
  out["approval_days"] = venue.approval_days ? Json(*venue.approval_days) : Json(nullptr);
  out["decide_by"] = view.decide_by ? Json(to_rfc3339(*view.decide_by)) : Json(nullptr);
  out["certificate"] = venue.certificate;
  out["seed_source"] = venue.seed_source;
  out["discloses"] = to_string(venue.results);
  out["source"] = json_of(venue.source);
  out["pack"] = venue.pack + " " + venue.version;
  out["commitment"] = view.commitment;
  out["secret"] = view.secret;
  out["seed"] = view.seed;
  out["result_hash"] = view.result_hash;
  out["admitted"] = office() || venue.admitted_public ? Json(view.admitted) : Json(nullptr);
  out["result"] = result(view);
  return out;
}

Json AuctionDesk::detail(const AuctionView& view) const {
  const std::vector<venues::Bidder> seen = bidders(view.number);
  Json out = terms(view);
  out["announced_by"] = office() ? view.announced_by : "";
  out["approved_by"] = office() ? view.approved_by : "";
  out["closed_by"] = office() ? view.closed_by : "";
  out["mine"] = part(view, seen);
  out["may"] = may(view, seen);
  return out;
}

// The caller's accounts that could bid, each with what became of its application.
Json AuctionDesk::part(const AuctionView& view, const std::vector<venues::Bidder>& seen) const {
  Json out = Json::array();
  for (const std::string& code : own_accounts()) {
    const auto found = std::ranges::find(seen, code, &venues::Bidder::account);
    std::int64_t cash = 0;
    for (const rights::Holding& h :
         rights_.book.holdings({.account = code, .instrument = std::string(rights::cash)}))
      cash += h.free;
    out.push_back({{"account", code},
                   {"free", yuan(cash)},
                   {"zone", found == seen.end() ? std::string() : found->zone},
                   {"state", found == seen.end() ? std::string("none") : found->state},
                   {"agent", found != seen.end() && found->applied_by == call_.caller.by()},
                   {"deposit", found != seen.end() && found->state != "refused" && view.state == "announced"
                                   ? yuan(view.venue.deposit_fen)
                                   : yuan(0)}});
  }
  return out;
}

Json AuctionDesk::may(const AuctionView& view, const std::vector<venues::Bidder>& seen) const {
  const Instant now = call_.clock().now();
  const std::string phase = phase_of(view, now), by = call_.caller.by();
  const bool runs = call_.caller.may_all(Permission::rights_propose);
  const bool approves = call_.caller.may_all(Permission::rights_approve);
  const bool bids = call_.caller.may(Permission::rights_propose) && !own_accounts().empty();
  const bool waits = std::ranges::any_of(
      seen, [&](const venues::Bidder& one) { return one.state == "applied" && one.applied_by != by; });
  const bool applied =
      std::ranges::any_of(seen, [&](const venues::Bidder& one) { return one.applied_by == by; });
  const bool agent = std::ranges::any_of(
      seen, [&](const venues::Bidder& one) { return one.applied_by == by && one.state == "admitted"; });
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

Json AuctionDesk::result(const AuctionView& view) const {
  if (view.result.empty()) return nullptr;
  return result_json(view, hall.bids(view.number), hall.bidders(view.number),
                     office() ? std::string() : call_.caller.party, office(),
                     [&](const std::string& code) { return rights_.party(code); });
}

}  // namespace tributary::api
