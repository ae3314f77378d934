// The result of an auction as it is told to each, and the schemas of the answers.
#include "api/auction_desk.h"

#include <map>

namespace tributary::api {

using schema::boolean, schema::both, schema::instant, schema::integer, schema::list, schema::money,
    schema::named, schema::nullable, schema::object, schema::one_of, schema::text;
using venues::Disclosure;

Json result_json(const venues::AuctionView& view, const std::vector<venues::StoredBid>& bids,
                 const std::vector<venues::Bidder>& bidders, const std::string& mine, bool all,
                 const std::function<Json(const std::string&)>& named) {
  std::map<std::string, std::string> owner_of_account;
  for (const venues::Bidder& one : bidders) owner_of_account[one.account] = one.owner;
  std::map<std::int64_t, std::string> owners;
  for (const venues::StoredBid& bid : bids) owners[bid.seq] = owner_of_account[bid.account];

  const Disclosure told = view.venue.results;
  const auto is_mine = [&](std::int64_t bid) { return !mine.empty() && owners[bid] == mine; };
  const auto sees = [&](std::int64_t bid) { return all || told != Disclosure::own || is_mine(bid); };
  const auto who = [&](std::int64_t bid) {
    return all || told == Disclosure::names || is_mine(bid) ? named(owners[bid]) : Json(nullptr);
  };
  const auto number = [](const Json& row) { return *whole_number(row.at("bid").get<std::string>()); };

  const Json clearing = Json::parse(view.result).at("clearing");
  Json rows = Json::array(), dropped = Json::array(), trimmed = Json::array(), outcomes = Json::array();
  for (const Json& row : clearing.at("rows")) {
    const std::int64_t bid = number(row);
    if (!sees(bid)) continue;
    rows.push_back({{"bid", bid},
                    {"bidder", who(bid)},
                    {"mine", is_mine(bid)},
                    {"price", row.at("price")},
                    {"quantity", row.at("quantity")},
                    {"cumulative", row.at("cumulative")},
                    {"filled", row.at("filled")},
                    {"pays", row.at("pays")},
                    {"draw", row.at("draw")}});
  }
  for (const Json& row : clearing.at("dropped"))
    if (sees(number(row)))
      dropped.push_back({{"bid", number(row)},
                         {"mine", is_mine(number(row))},
                         {"reason", row.at("reason")},
                         {"why", {{"zh", row.at("zh")}, {"en", row.at("en")}}}});
  for (const Json& row : clearing.at("trimmed"))
    if (sees(number(row)))
      trimmed.push_back({{"bid", number(row)},
                         {"mine", is_mine(number(row))},
                         {"from", row.at("from")},
                         {"to", row.at("to")}});
  for (const venues::Outcome& o : view.outcomes)
    if (sees(o.bid))
      outcomes.push_back({{"bid", o.bid},
                          {"bidder", who(o.bid)},
                          {"mine", is_mine(o.bid)},
                          {"quantity", o.quantity},
                          {"price", o.price.to_string()},
                          {"amount", yuan(o.fen)},
                          {"state", o.state},
                          {"why", all || is_mine(o.bid) ? o.why : ""},
                          {"transaction", all || is_mine(o.bid) ? o.trade : ""}});
  return {{"price", clearing.at("price")},
          {"sold", clearing.at("sold")},
          {"cancelled", clearing.at("cancelled")},
          {"undersubscribed", clearing.at("undersubscribed")},
          {"marginal", clearing.at("marginal")},
          {"bids", bids.size()},
          {"dropped", dropped},
          {"trimmed", trimmed},
          {"rows", rows},
          {"outcomes", outcomes}};
}

Json result_schema() {
  const Json bidder = nullable(named("Named"));
  return object(
      {{"price", nullable(text())},
       {"sold", integer()},
       {"cancelled", boolean()},
       {"undersubscribed", boolean()},
       {"marginal", integer()},
       {"bids", integer()},
       {"dropped",
        list(object({{"bid", integer()}, {"mine", boolean()}, {"reason", text()}, {"why", both()}}))},
       {"trimmed",
        list(object({{"bid", integer()}, {"mine", boolean()}, {"from", integer()}, {"to", integer()}}))},
       {"rows", list(object({{"bid", integer()},
                             {"bidder", bidder},
                             {"mine", boolean()},
                             {"price", text()},
                             {"quantity", integer()},
                             {"cumulative", integer()},
                             {"filled", integer()},
                             {"pays", text()},
                             {"draw", text()}}))},
       {"outcomes", list(object({{"bid", integer()},
                                 {"bidder", bidder},
                                 {"mine", boolean()},
                                 {"quantity", integer()},
                                 {"price", text()},
                                 {"amount", money()},
                                 {"state", text()},
                                 {"why", text()},
                                 {"transaction", text()}}))}});
}

Json auction_summary_schema() {
  return object({{"number", integer(1)},
                 {"key", text()},
                 {"state", text()},
                 {"phase", one_of({"draft", "announced", "bidding", "over", "awaiting", "settled",
                                   "cancelled", "rejected"})},
                 {"title", both()},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"zone", text()},
                 {"side", one_of({"sale", "buy_back"})},
                 {"pricing", one_of({"uniform", "pay_as_bid"})},
                 {"supply", integer()},
                 {"from", nullable(text())},
                 {"to", nullable(text())},
                 {"vintage", nullable(integer())},
                 {"reserve", nullable(text())},
                 {"opens", instant()},
                 {"closes", instant()},
                 {"format", one_of({"sealed", "ascending", "sealed_then_ascending"})},
                 {"ends", instant()},
                 {"extensions", integer()},
                 {"lease", lease_schema()},
                 {"verified", boolean()},
                 {"price", nullable(text())},
                 {"sold", integer()}});
}

Json auction_terms_schema() {
  Json out = auction_summary_schema();
  const auto add = [&](const char* name, Json schema) { add_to(out, name, std::move(schema)); };
  add("now", instant());
  add("timed", nullable(object({{"from", instant()},
                                {"step_ticks", nullable(integer(1))},
                                {"step_share", nullable(text())},
                                {"within", integer(1)},
                                {"by", integer(1)},
                                {"most", nullable(integer())},
                                {"until", nullable(integer())},
                                {"leaders", one_of({"numbers", "names"})},
                                {"freed", one_of({"at_once", "at_close"})}})));
  add("project", text());
  add("tie", one_of({"time", "random", "pro_rata"}));
  add("undersubscription", one_of({"cancel", "lowest_bid", "reserve"}));
  add("amend", one_of({"none", "upward", "free"}));
  add("tick", text());
  add("lot", integer(1));
  add("min_bid", integer(1));
  add("max_share", nullable(text()));
  add("deposit", money());
  add("floor", nullable(text()));
  add("fees", fees_schema());
  add("apply_until", instant());
  add("approval_days", nullable(integer(1)));
  add("decide_by", nullable(instant()));
  add("certificate", text());
  add("seed_source", text());
  add("discloses", one_of({"own", "anonymous", "names"}));
  add("source", named("Source"));
  add("pack", text());
  add("commitment", text());
  add("secret", text());
  add("seed", text());
  add("result_hash", text());
  add("admitted", nullable(integer()));
  add("result", nullable(result_schema()));
  return out;
}

Json auction_detail_schema() {
  Json out = auction_terms_schema();
  for (const char* person : {"announced_by", "approved_by", "closed_by"}) add_to(out, person, text());
  add_to(out, "mine",
         list(object({{"account", text()},
                      {"free", money()},
                      {"zone", text()},
                      {"state", one_of({"none", "applied", "admitted", "refused"})},
                      {"agent", boolean()},
                      {"deposit", money()}})));
  add_to(out, "may", list(text()));
  return out;
}

Json auction_standing_schema() {
  return object({{"now", instant()},
                 {"timed", boolean()},
                 {"ends", instant()},
                 {"extensions", integer()},
                 {"price", nullable(text())},
                 {"next", nullable(text())},
                 {"bidders", integer()},
                 {"leaders", list(object({{"bidder", integer(1)},
                                          {"owner", nullable(named("Named"))},
                                          {"mine", boolean()},
                                          {"quantity", integer(1)}}))},
                 {"mine", list(object({{"account", text()},
                                       {"price", nullable(text())},
                                       {"quantity", integer()},
                                       {"leads", integer()},
                                       {"state", one_of({"none", "leads", "part", "outbid"})}}))}});
}

}  // namespace tributary::api
