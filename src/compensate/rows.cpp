#include "compensate/rows.h"

#include "compensate/codes.h"

#include <fmt/format.h>

namespace tributary::compensate {

RunHead run_head(const store::Row& row) {
  RunHead out;
  out.id = row.integer(0);
  out.rule = row.text(1);
  out.version = parse_date(row.text(2));
  out.period = Period::parse(row.text(3));
  out.known = parse_date(row.text(4));
  out.as_known = {row.integer(5)};
  out.pack = row.text(6);
  out.pack_hash = row.text(7);
  out.fingerprint = row.text(8);
  out.unverified = row.integer(9) != 0;
  out.example = row.integer(10) != 0;
  out.created = {row.integer(11)};
  out.created_by = row.text(12);
  out.supersedes = row.integer_or_null(13);
  out.position = row.integer(14);
  return out;
}

Statement statement_head(const store::Row& row) {
  Statement out;
  out.id = row.integer(0);
  out.run = row.integer(1);
  out.rule = row.text(2);
  out.period = Period::parse(row.text(3));
  out.payer = row.text(4);
  out.payee = row.text(5);
  out.amount = row.integer(6);
  const auto state = parse_state(row.text(7));
  if (!state)
    throw Error(codes::bad_record, {fmt::format("结算单 {} 的状态“{}”无法识别", out.id, row.text(7)),
                                    fmt::format("statement {}: unknown state \"{}\"", out.id, row.text(7))});
  out.state = *state;
  if (const auto deadline = row.text_or_null(8)) out.deadline = parse_date(*deadline);
  out.supersedes = row.integer_or_null(9);
  out.superseded_by = row.integer_or_null(10);
  out.unverified = row.integer(11) != 0;
  out.example = row.integer(12) != 0;
  out.created = {row.integer(13)};
  return out;
}

std::optional<Statement> read_statement(store::Transaction& t, const std::string& tenant, std::int64_t id) {
  const auto row =
      t.first(fmt::format("SELECT {} FROM statement WHERE jurisdiction = ? AND id = ?", statement_columns),
              tenant, id);
  if (!row) return std::nullopt;
  Statement out = statement_head(*row);
  for (const store::Row& r : t.query("SELECT line, place, place_name, payment, title_zh, title_en, whole, "
                                     "share, amount FROM statement_line "
                                     "WHERE jurisdiction = ? AND statement = ? ORDER BY line",
                                     tenant, id))
    out.lines.push_back({r.integer(0),
                         r.text(1),
                         r.text(2),
                         static_cast<std::size_t>(r.integer(3)),
                         {r.text(4), r.text(5)},
                         r.integer(6),
                         r.text(7),
                         r.integer(8)});
  for (const store::Row& r : t.query("SELECT event, at, by_whom, note FROM statement_event WHERE "
                                     "jurisdiction = ? AND statement = ? ORDER BY number",
                                     tenant, id))
    out.events.push_back({r.text(0), {r.integer(1)}, r.text(2), r.text(3)});
  return out;
}

void add_event(store::Transaction& t, const std::string& tenant, std::int64_t statement,
               const StatementEvent& event) {
  const std::int64_t number = t.first(
                                   "SELECT COALESCE(MAX(number), 0) + 1 FROM statement_event WHERE "
                                   "jurisdiction = ? AND statement = ?",
                                   tenant, statement)
                                  ->integer(0);
  t.execute(
      "INSERT INTO statement_event (jurisdiction, statement, number, event, at, by_whom, note) VALUES (?, ?, "
      "?, ?, ?, ?, ?)",
      tenant, statement, number, event.event, event.at.seconds, event.by, event.note);
}

}  // namespace tributary::compensate
