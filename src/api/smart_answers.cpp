// The schemas of the answers about rounds of smart markets.
#include "api/smart_desk.h"

namespace tributary::api {

using schema::boolean, schema::both, schema::instant, schema::integer, schema::list, schema::money,
    schema::named, schema::nullable, schema::object, schema::one_of, schema::text;

namespace {

Json texts() {
  return list(text());
}

std::vector<schema::Property> with_price(std::vector<schema::Property> more) {
  std::vector<schema::Property> out{
      {"price", text()}, {"unique", boolean()}, {"from", nullable(text())}, {"to", nullable(text())}};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

Json links_schema() {
  return list(object({{"id", text()},
                      {"from", text()},
                      {"to", text()},
                      {"loss", text()},
                      {"capacity", nullable(text())},
                      {"balance", nullable(object({{"lo", text()}, {"hi", text()}, {"start", text()}}))},
                      {"back_of", text()}}));
}

Json limits_schema() {
  return list(object(
      {{"id", text()},
       {"kind", text()},
       {"over_all", boolean()},
       {"base", text()},
       {"min", nullable(text())},
       {"max", nullable(text())},
       {"terms",
        list(object({{"zone", text()}, {"link", text()}, {"side", text()}, {"coefficient", text()}}))}}));
}

}  // namespace

Json node_price_schema(std::vector<schema::Property> more) {
  std::vector<schema::Property> out{{"zone", text()}, {"period", text()}, {"sold_for", text()}, {"used_for", text()}};
  out.insert(out.end(), more.begin(), more.end());
  return object(with_price(std::move(out)));
}

namespace {

Json round_result_schema() {
  const Json who = nullable(named("Named"));
  const Json side = one_of({"buy", "sell"});
  return object(
      {{"prices", list(node_price_schema({{"quoted", boolean()}}))},
       {"flows", list(object({{"link", text()},
                              {"period", text()},
                              {"sent", text()},
                              {"delivered", text()},
                              {"balance", nullable(text())}}))},
       {"rents",
        list(object(with_price(
            {{"kind", text()}, {"of", text()}, {"period", text()}, {"at", text()}, {"amount", money()}})))},
       {"money", object({{"buyers_pay", money()},
                         {"sellers_receive", money()},
                         {"supply", money()},
                         {"rent", money()},
                         {"rounding", money()}})},
       {"water", object({{"unit", text()},
                         {"sold", text()},
                         {"supplied", text()},
                         {"bought", text()},
                         {"lost", text()},
                         {"left", text()}})},
       {"welfare", text()},
       {"zones",
        list(object({{"zone", text()}, {"period", text()}, {"bought", integer()}, {"sold", integer()}}))},
       {"balances", list(object({{"link", text()},
                                 {"lo", text()},
                                 {"hi", text()},
                                 {"before", text()},
                                 {"change", text()},
                                 {"after", text()}}))},
       {"booked", object({{"rent_account", money()},
                          {"operator", money()},
                          {"rent", money()},
                          {"rounding", money()},
                          {"lost", integer()},
                          {"operator_takes", integer()}})},
       {"record", object({{"input_sha256", text()},
                          {"solver", text()},
                          {"iterations", integer()},
                          {"exact_steps", integer()},
                          {"one_optimum", boolean()}})},
       {"orders", list(object({{"number", integer(1)},
                               {"side", side},
                               {"who", who},
                               {"mine", boolean()},
                               {"zone", text()},
                               {"period", text()},
                               {"of", text()},
                               {"filled", text()},
                               {"price", text()},
                               {"amount", money()}}))},
       {"trades", list(object({{"seller", who},
                               {"buyer", who},
                               {"operator", boolean()},
                               {"mine", boolean()},
                               {"period", text()},
                               {"quantity", integer()},
                               {"lost", integer()},
                               {"price", money()},
                               {"rent", money()},
                               {"added", money()},
                               {"state", text()},
                               {"why", text()},
                               {"transaction", text()}}))},
       {"left_out", list(object({{"account", text()}, {"why", both()}}))}});
}

}  // namespace

Json smart_summary_schema() {
  return object({{"number", integer(1)},
                 {"key", text()},
                 {"venue", text()},
                 {"state", text()},
                 {"phase", one_of({"draft", "announced", "bidding", "over", "awaiting", "settled",
                                   "cancelled", "rejected"})},
                 {"title", both()},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"periods", texts()},
                 {"zones", texts()},
                 {"opens", instant()},
                 {"closes", instant()},
                 {"verified", boolean()},
                 {"bought", nullable(text())}});
}

Json smart_terms_schema() {
  Json out = smart_summary_schema();
  add_to(out, "now", instant());
  add_to(out, "project", text());
  add_to(out, "links", links_schema());
  add_to(out, "limits", limits_schema());
  add_to(
      out, "figures",
      list(object(
          {{"id", text()}, {"field", text()}, {"period", text()}, {"value", text()}, {"reason", text()}})));
  add_to(out, "sold_for", texts());
  add_to(out, "used_for", texts());
  add_to(out, "step", integer(1));
  add_to(out, "tick", text());
  add_to(out, "least_price", nullable(text()));
  add_to(out, "most_price", nullable(text()));
  add_to(out, "amend", one_of({"none", "free"}));
  add_to(out, "fees", fees_schema());
  add_to(out, "apply_until", instant());
  add_to(out, "approval_days", nullable(integer(1)));
  add_to(out, "decide_by", nullable(instant()));
  add_to(out, "discloses", one_of({"own", "anonymous", "names"}));
  add_to(out, "source", named("Source"));
  add_to(out, "pack", text());
  add_to(out, "result_hash", text());
  add_to(out, "admitted", nullable(integer()));
  add_to(out, "result", nullable(round_result_schema()));
  return out;
}

Json smart_detail_schema() {
  Json out = smart_terms_schema();
  add_to(out, "announced_by", text());
  add_to(out, "approved_by", text());
  add_to(out, "closed_by", text());
  add_to(out, "mine",
         list(object({{"account", text()},
                      {"free", money()},
                      {"goods", list(object({{"period", text()}, {"free", integer()}}))},
                      {"zone", text()},
                      {"purpose", text()},
                      {"state", text()},
                      {"agent", boolean()}})));
  add_to(out, "may", texts());
  return out;
}

Json smart_venue_schema() {
  return object({{"venue", text()},
                 {"title", both()},
                 {"instrument", named("Named")},
                 {"measure", text()},
                 {"flow", boolean()},
                 {"zones", texts()},
                 {"links", links_schema()},
                 {"limits", limits_schema()},
                 {"announcement_days", integer()},
                 {"source", named("Source")},
                 {"verified", boolean()}});
}

Json smart_balances_schema() {
  return object({{"venue", text()},
                 {"accounts", list(object({{"link", text()},
                                           {"from", text()},
                                           {"to", text()},
                                           {"lo", text()},
                                           {"hi", text()},
                                           {"balance", text()},
                                           {"entries", list(object({{"at", instant()},
                                                                    {"cause", text()},
                                                                    {"number", integer()},
                                                                    {"change", text()},
                                                                    {"balance", text()}}))}}))},
                 {"calls", list(object({{"number", integer(1)},
                                        {"link", text()},
                                        {"quantity", text()},
                                        {"reason", text()},
                                        {"state", text()},
                                        {"proposed_by", text()},
                                        {"mine", boolean()},
                                        {"at", instant()}}))}});
}

}  // namespace tributary::api
