// Schemas that several routes share.
#include "api/routes.h"

namespace tributary::api {

using schema::any, schema::boolean, schema::both, schema::day, schema::decimal, schema::instant,
    schema::integer, schema::list, schema::map_of, schema::money, schema::named, schema::nullable,
    schema::number, schema::object, schema::one_of, schema::optional, schema::period, schema::text;

void add_components(RouteTable& table) {
  Json& c = table.components();
  c["Text"] = object({{"zh", text()}, {"en", text()}});
  c["Problem"] =
      object({{"type", text()},
              {"title", text()},
              {"status", integer()},
              {"code", text()},
              {"detail", both()},
              optional("hint", both()),
              optional("where", object({optional("file", text()), optional("line", integer()),
                                        optional("column", integer()), optional("field", text())})),
              optional("errors", list(object({{"field", text()}, {"message", both()}}))),
              {"request_id", text()}});
  c["Named"] = object({{"code", text()}, {"name", both()}});
  c["Source"] = object(
      {{"document", text()}, {"number", text()}, {"article", text()}, {"url", text()}, {"note", text()}});
  c["Place"] = object({{"code", text()},
                       {"name", both()},
                       {"kind", text()},
                       {"water_body", text()},
                       {"river_or_lake", text()},
                       {"lon", nullable(number())},
                       {"lat", nullable(number())},
                       {"datum", text()},
                       {"position_note", text()},
                       {"jurisdiction", named("Named")},
                       {"target_class", nullable(text())},
                       {"groups", list(text())},
                       {"upstream", list(named("Named"))},
                       {"downstream", list(named("Named"))},
                       {"responsible", list(named("Named"))},
                       {"source", text()}});
  c["Series"] = object({{"id", integer(1)},
                        {"place", named("Named")},
                        {"indicator", text()},
                        {"title", both()},
                        {"unit", text()},
                        {"source", text()},
                        {"from", nullable(instant())},
                        {"to", nullable(instant())},
                        {"count", nullable(integer())}});
  c["Statement"] =
      object({{"id", integer(1)},
              {"code", text()},
              {"rule", text()},
              {"rule_title", both()},
              {"period", period()},
              {"payer", named("Named")},
              {"payee", named("Named")},
              {"amount", money()},
              {"state", one_of({"drafted", "published", "objected", "confirmed", "posted", "paid"})},
              {"state_title", both()},
              {"deadline", nullable(day())},
              {"unverified", boolean()},
              {"example", boolean()},
              {"supersedes", nullable(integer())},
              {"superseded_by", nullable(integer())},
              {"created", instant()}});
  Json whole = c["Statement"];
  whole["properties"]["lines"] = list(object({{"line", integer(1)},
                                              {"place", named("Named")},
                                              {"title", both()},
                                              {"whole", money()},
                                              {"share", text()},
                                              {"amount", money()}}));
  whole["properties"]["events"] = list(
      object({{"event", text()}, {"title", both()}, {"at", instant()}, {"by", text()}, {"note", text()}}));
  whole["properties"]["run"] = named("Run");
  whole["properties"]["may"] = list(text());
  whole["required"] = Json::array({"id", "code", "lines", "events", "run", "may"});
  c["WholeStatement"] = whole;
  c["Run"] = object({{"id", integer(1)},
                     {"rule", text()},
                     {"title", both()},
                     {"version", day()},
                     {"period", period()},
                     {"known", day()},
                     {"as_known", instant()},
                     {"pack", text()},
                     {"pack_hash", text()},
                     {"fingerprint", text()},
                     {"unverified", boolean()},
                     {"example", boolean()},
                     {"created", instant()},
                     {"by", text()},
                     {"supersedes", nullable(integer())}});
  c["Job"] = object({{"id", integer(1)},
                     {"kind", text()},
                     {"arguments", any()},
                     {"state", one_of({"waiting", "running", "done", "failed", "cancelled"})},
                     {"progress", object({{"done", integer()}, {"total", integer()}})},
                     {"message", both()},
                     {"result", any()},
                     {"by", text()},
                     {"created", instant()},
                     {"started", nullable(instant())},
                     {"finished", nullable(instant())}});
  // A tree: children are explanations again.
  c["Explanation"] = {{"type", "object"},
                      {"properties", {{"kind", text()}, {"name", text()}, {"value", text()}}}};
}

}  // namespace tributary::api
