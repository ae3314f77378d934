// The schemas of what is said of markets.
#include "api/market_desk.h"

namespace tributary::api {

using schema::boolean, schema::both, schema::day, schema::instant, schema::integer, schema::list, schema::money,
    schema::named, schema::nullable, schema::object, schema::one_of, schema::text;

namespace {

Json sides() {
  return one_of({"buy", "sell"});
}
Json side_schema() {
  return nullable(object({{"account", text()}, {"owner", named("Named")}}));
}
Json levels() {
  return list(object({{"price", text()}, {"quantity", integer()}}));
}
Json sessions() {
  return list(object({{"at", text()}, {"what", text()}}));
}
Json trading() {
  return one_of({"continuous", "listed_best", "listed_any"});
}

}  // namespace

Json market_summary_schema() {
  return object({{"number", integer(1)},
                 {"key", text()},
                 {"state", one_of({"draft", "open", "ended", "rejected"})},
                 {"phase", one_of({"draft", "closed", "call", "call_no_cancel", "continuous", "ended", "rejected"})},
                 {"halted", boolean()},
                 {"title", both()},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"zone", text()},
                 {"trading", trading()},
                 {"from", nullable(text())},
                 {"to", nullable(text())},
                 {"vintage", nullable(integer())},
                 {"first_day", day()},
                 {"last_day", day()},
                 {"reference", text()},
                 {"last", nullable(text())},
                 {"quantity", integer()},
                 {"deals", integer()},
                 {"lease", lease_schema()},
                 {"verified", boolean()}});
}

Json market_depth_schema() {
  return object({{"commands", integer()},
                 {"phase", one_of({"closed", "call", "call_no_cancel", "continuous"})},
                 {"halted", boolean()},
                 {"reference", text()},
                 {"low", text()},
                 {"high", text()},
                 {"buys", levels()},
                 {"sells", levels()},
                 {"offers", list(object({{"order", integer(1)},
                                         {"side", sides()},
                                         {"price", text()},
                                         {"quantity", integer()},
                                         {"min_quantity", integer()},
                                         {"mine", boolean()}}))},
                 {"indicative", nullable(text())},
                 {"indicative_quantity", integer()},
                 {"indicative_surplus", integer(-9'007'199'254'740'991)},
                 {"next", nullable(text())},
                 {"next_at", nullable(instant())}});
}

Json market_terms_schema() {
  Json out = market_summary_schema();
  const auto add = [&](const char* name, Json schema) { add_to(out, name, std::move(schema)); };
  add("now", instant());
  add("project", text());
  add("reference_source", text());
  add("tick", text());
  add("lot", integer(1));
  add("band", text());
  add("market_orders", boolean());
  for (const char* limit : {"bulk_from", "max_order", "max_day", "max_holding"}) add(limit, nullable(integer()));
  add("bulk_band", nullable(text()));
  add("max_value", nullable(money()));
  add("max_share", nullable(text()));
  add("every_day", boolean());
  add("sessions", sessions());
  add("fees", fees_schema());
  add("approval_days", nullable(integer(1)));
  add("certificate", text());
  add("source", named("Source"));
  add("pack", text());
  add("halt_reason", text());
  add("depth", nullable(market_depth_schema()));
  return out;
}

Json market_detail_schema() {
  Json out = market_terms_schema();
  for (const char* person : {"opened_by", "approved_by"}) add_to(out, person, text());
  add_to(out, "mine", list(object({{"account", text()},
                                   {"cash", money()},
                                   {"goods", integer()},
                                   {"zone", text()},
                                   {"state", one_of({"none", "applied", "admitted", "refused", "blocked"})}})));
  add_to(out, "may", list(text()));
  return out;
}

Json market_deal_schema() {
  return object({{"number", integer(1)},
                 {"at", instant()},
                 {"kind", one_of({"continuous", "call", "listed", "bulk"})},
                 {"price", text()},
                 {"quantity", integer()},
                 {"amount", money()},
                 {"state", text()},
                 {"decide_by", nullable(instant())},
                 {"mine", nullable(sides())},
                 {"buyer", side_schema()},
                 {"seller", side_schema()},
                 {"transaction", text()}});
}

Json market_day_schema() {
  return object({{"day", day()},
                 {"opening", nullable(text())},
                 {"high", nullable(text())},
                 {"low", nullable(text())},
                 {"closing", text()},
                 {"quantity", integer()},
                 {"amount", money()},
                 {"deals", integer()},
                 {"bulk_quantity", integer()},
                 {"bulk_amount", money()},
                 {"bulk_deals", integer()},
                 {"over", boolean()}});
}

Json market_order_schema() {
  return object({{"number", integer(1)},
                 {"bulk", boolean()},
                 {"key", text()},
                 {"account", text()},
                 {"counterparty", side_schema()},
                 {"side", sides()},
                 {"type", one_of({"limit", "market"})},
                 {"stands", one_of({"day", "gtc", "ioc", "fok", "auction_only"})},
                 {"price", nullable(text())},
                 {"quantity", integer()},
                 {"min_quantity", integer()},
                 {"left", integer()},
                 {"filled", integer()},
                 {"state", one_of({"open", "partial", "filled", "cancelled", "expired", "refused"})},
                 {"reason", text()},
                 {"why", nullable(both())},
                 {"detail", text()},
                 {"until", nullable(instant())},
                 {"terms_hash", text()},
                 {"at", instant()},
                 {"by", text()}});
}

Json market_quote_schema() {
  return object({{"side", sides()},
                 {"price", money()},
                 {"fees", money()},
                 {"total", text()},
                 {"set_aside", text()},
                 {"free", text()},
                 {"free_after", text()},
                 {"at_once", integer()},
                 {"at_once_amount", money()},
                 {"faults", faults_schema()}});
}

Json market_proposal_schema() {
  return object({{"number", integer(1)},
                 {"account", text()},
                 {"from", side_schema()},
                 {"side", sides()},
                 {"price", text()},
                 {"quantity", integer()},
                 {"until", nullable(instant())},
                 {"terms_hash", text()},
                 {"quote", market_quote_schema()}});
}

Json market_placed_schema() {
  return object({{"order", market_order_schema()}, {"deals", list(market_deal_schema())}});
}

Json market_member_schema() {
  return object({{"account", text()},
                 {"owner", named("Named")},
                 {"zone", text()},
                 {"state", text()},
                 {"applied_by", text()},
                 {"decided_by", text()},
                 {"mine", boolean()},
                 {"checks", list(check_schema())}});
}

Json market_venue_schema() {
  return object({{"venue", text()},
                 {"title", both()},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"flow", boolean()},
                 {"trading", trading()},
                 {"tick", text()},
                 {"lot", integer(1)},
                 {"band", text()},
                 {"every_day", boolean()},
                 {"sessions", sessions()},
                 {"source", named("Source")},
                 {"lease", lease_schema()},
                 {"verified", boolean()}});
}

}  // namespace tributary::api
