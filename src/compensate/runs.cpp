// Runs: computing, storing, verifying, what-if.
#include "base/text.h"
#include "compensate/codes.h"
#include "compensate/compensation.h"
#include "compensate/record.h"
#include "compensate/rows.h"
#include "observe/observations.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace tributary::compensate {
namespace {

using Parties = std::pair<std::string, std::string>;  // payer, payee

// Statements of one computation: one per payer and payee, lines in the order of places.
std::map<Parties, std::vector<StatementLine>> statement_lines(const Computation& c) {
  std::map<Parties, std::vector<StatementLine>> out;
  for (const PlaceResult& place : c.places)
    for (const PlacePayment& payment : place.payments)
      for (const Share& share : payment.shares) {
        if (share.amount == 0) continue;
        auto& lines = out[{share.payer, share.payee}];
        lines.push_back({static_cast<std::int64_t>(lines.size()) + 1, place.place, place.name.zh,
                         payment.payment, payment.title, payment.whole, share.share.to_string(),
                         share.amount});
      }
  return out;
}

// Throws amount_too_large.
void add(std::int64_t& sum, std::int64_t amount) {
  if (__builtin_add_overflow(sum, amount, &sum))
    throw Error(codes::amount_too_large,
                {"金额合计超出可记账的范围", "the total is more than can be posted"});
}

std::int64_t total(const std::vector<StatementLine>& lines) {
  std::int64_t sum = 0;
  for (const StatementLine& line : lines) add(sum, line.amount);
  return sum;
}

bool same_lines(const std::vector<StatementLine>& a, const std::vector<StatementLine>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const StatementLine& x, const StatementLine& y) {
                      return std::tie(x.place, x.payment, x.whole, x.share, x.amount) ==
                             std::tie(y.place, y.payment, y.whole, y.share, y.amount);
                    });
}

std::int64_t next_id(store::Transaction& t, const char* table, const std::string& tenant) {
  return t
      .first(fmt::format("SELECT COALESCE(MAX(id), 0) + 1 FROM {} WHERE jurisdiction = ?", table), tenant)
      ->integer(0);
}

void store_run(store::Transaction& t, const std::string& tenant, const Computation& c) {
  const RunHead& h = c.head;
  t.execute(
      "INSERT INTO compensation_run (jurisdiction, id, rule, rule_from, period, known, as_known, pack, "
      "pack_hash, fingerprint, unverified, example, created, created_by, supersedes, position) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      tenant, h.id, h.rule, to_string(h.version), h.period.to_string(), to_string(h.known),
      h.as_known.seconds, h.pack, h.pack_hash, h.fingerprint, h.unverified, h.example, h.created.seconds,
      h.created_by, h.supersedes, h.position);
  for (const PlaceResult& place : c.places)
    t.execute(
        "INSERT INTO compensation_result (jurisdiction, run, place, name, outcome, missing, results, "
        "derivation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        tenant, h.id, place.place, place.name.zh, policy::to_string(place.outcome),
        fmt::format("{}", fmt::join(place.missing, "\n")), results_json(place), derivation_json(place));
}

// Live (not superseded) statements of a rule and period.
std::vector<Statement> live_statements(store::Transaction& t, const std::string& tenant,
                                       const std::string& rule, const Period& period) {
  std::vector<Statement> out;
  for (const store::Row& row : t.query("SELECT id FROM statement WHERE jurisdiction = ? AND rule = ? AND "
                                       "period = ? AND superseded_by IS NULL ORDER BY id",
                                       tenant, rule, period.to_string()))
    out.push_back(*read_statement(t, tenant, row.integer(0)));
  return out;
}

void store_statement(store::Transaction& t, const std::string& tenant, const Statement& s,
                     const std::string& by) {
  t.execute(
      "INSERT INTO statement (jurisdiction, id, run, rule, period, payer, payee, amount, state, deadline, "
      "supersedes, superseded_by, unverified, example, created) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, NULL, ?, ?, ?)",
      tenant, s.id, s.run, s.rule, s.period.to_string(), s.payer, s.payee, s.amount, to_string(s.state),
      s.supersedes, s.unverified, s.example, s.created.seconds);
  for (const StatementLine& line : s.lines)
    t.execute(
        "INSERT INTO statement_line (jurisdiction, statement, line, place, place_name, payment, title_zh, "
        "title_en, whole, share, amount) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tenant, s.id, line.line, line.place, line.place_name, line.payment, line.title.zh, line.title.en,
        line.whole, line.share, line.amount);
  add_event(t, tenant, s.id, {"drafted", s.created, by, ""});
  if (s.supersedes) {
    t.execute("UPDATE statement SET superseded_by = ? WHERE jurisdiction = ? AND id = ?", s.id, tenant,
              *s.supersedes);
    add_event(t, tenant, *s.supersedes,
              {"superseded", s.created, by,
               fmt::format("由结算单 {} 取代 / superseded by statement {}", s.id, s.id)});
  }
}

std::map<std::string, std::int64_t> nets(const Computation& c) {
  std::map<std::string, std::int64_t> out;
  for (const auto& [parties, lines] : statement_lines(c)) {
    const std::int64_t amount = total(lines);
    add(out[parties.first], -amount);
    add(out[parties.second], amount);
  }
  return out;
}

}  // namespace

Compensation::Compensation(store::Database& database, std::string tenant, const policy::Policy& policy,
                           const Clock& clock)
    : database_(database),
      tenant_(std::move(tenant)),
      policy_(policy),
      clock_(clock),
      ledger_(database, tenant_, clock) {}

ComputeRequest Compensation::request(const std::string& rule, const Period& period,
                                     std::optional<Date> known) const {
  return {rule,
          period,
          known.value_or(clock_.today()),
          observe::Observations(database_, tenant_).latest_arrival(),
          ledger_.position(),
          {},
          {},
          nullptr,
          {}};
}

RunReport Compensation::run(const std::string& rule, const Period& period, const std::string& by,
                            std::optional<Date> known) {
  RunReport out;
  const ComputeRequest wanted = request(rule, period, known);
  out.computation = compute(database_, tenant_, policy_, wanted);
  RunHead& head = out.computation.head;
  head.created = clock_.now();
  head.created_by = by;
  database_.write([&](store::Transaction& t) {
    out.statements.clear();
    out.unchanged = false;
    out.stored = true;
    const auto last = t.first(
        "SELECT id, fingerprint, known, as_known FROM compensation_run WHERE jurisdiction = ? AND rule = ? "
        "AND period = ? "
        "ORDER BY id DESC LIMIT 1",
        tenant_, rule, period.to_string());
    const auto live = live_statements(t, tenant_, rule, period);
    if (last && last->text(1) == head.fingerprint) {
      out.unchanged = true;
      head.id = last->integer(0);
      for (const Statement& s : live) out.statements.push_back(s.id);
      return;
    }
    // A question about the past must not take back what is due by what is known since.
    if (last && (parse_date(last->text(2)) > head.known || last->integer(3) > head.as_known.seconds)) {
      out.stored = false;
      head.id = 0;
      return;
    }
    head.id = next_id(t, "compensation_run", tenant_);
    head.supersedes = last ? std::optional(last->integer(0)) : std::nullopt;
    store_run(t, tenant_, out.computation);
    auto wanted_lines = statement_lines(out.computation);
    for (const Statement& s : live)
      wanted_lines.try_emplace({s.payer, s.payee});  // what is no longer due is superseded by nothing due
    std::int64_t id = next_id(t, "statement", tenant_);
    for (auto& [parties, lines] : wanted_lines) {
      const auto before = std::find_if(live.begin(), live.end(), [&](const Statement& s) {
        return s.payer == parties.first && s.payee == parties.second;
      });
      if (before != live.end() && same_lines(before->lines, lines) && before->unverified == head.unverified &&
          before->example == head.example) {
        ++out.standing;
        continue;
      }
      Statement s;
      s.id = id++;
      s.run = head.id;
      s.rule = rule;
      s.period = period;
      s.payer = parties.first;
      s.payee = parties.second;
      s.amount = total(lines);
      s.lines = std::move(lines);
      s.unverified = head.unverified;
      s.example = head.example;
      s.created = head.created;
      if (before != live.end()) s.supersedes = before->id;
      store_statement(t, tenant_, s, by);
      out.statements.push_back(s.id);
    }
  });
  return out;
}

WhatIf Compensation::what_if(const std::string& rule, const Period& period,
                             const policy::Overrides& overrides, std::optional<Date> known) const {
  WhatIf out;
  ComputeRequest wanted = request(rule, period, known);
  out.before = compute(database_, tenant_, policy_, wanted);
  wanted.overrides = overrides;
  out.after = compute(database_, tenant_, policy_, wanted);
  std::map<std::string, PartyChange> parties;
  for (const auto& [party, net] : nets(out.before)) parties[party].before = net;
  for (const auto& [party, net] : nets(out.after)) parties[party].after = net;
  for (auto& [party, change] : parties) {
    change.party = party;
    out.parties.push_back(change);
  }
  for (std::size_t i = 0; i < out.before.places.size(); ++i)
    if (out.before.places[i].outcome != out.after.places.at(i).outcome)
      out.unlike.push_back(out.before.places[i].place);
  return out;
}

Computation Compensation::look(const std::string& rule, const Period& period, const std::string& place,
                               std::optional<Date> known) const {
  ComputeRequest wanted = request(rule, period, known);
  wanted.place = place;
  return compute(database_, tenant_, policy_, wanted);
}

Verification Compensation::verify(std::int64_t run) const {
  const Computation stored = stored_run(run);
  Verification out;
  out.same_pack = stored.head.pack_hash == policy_.hash();
  const Computation again = compute(
      database_, tenant_, policy_,
      {stored.head.rule, stored.head.period, stored.head.known, stored.head.as_known,
                                       stored.head.position, run, {}, &stored, {}});
  out.same = again.head.fingerprint == stored.head.fingerprint;
  const auto differ = [&](const std::string& what, const std::string& was, const std::string& is) {
    out.differences.push_back({fmt::format("{}：当时 {}，现在 {}", what, was, is),
                               fmt::format("{}: was {}, is {}", what, was, is)});
  };
  std::map<std::string, const PlaceResult*> now;
  for (const PlaceResult& place : again.places) now[place.place] = &place;
  for (const PlaceResult& before : stored.places) {
    const auto found = now.find(before.place);
    if (found == now.end()) {
      differ(before.place, "有", "无");
      continue;
    }
    const PlaceResult& after = *found->second;
    if (before.outcome != after.outcome)
      differ(before.name.zh, std::string(policy::to_string(before.outcome)),
             std::string(policy::to_string(after.outcome)));
    for (std::size_t i = 0; i < std::min(before.results.size(), after.results.size()); ++i)
      if (before.results[i].value != after.results[i].value)
        differ(before.name.zh + " " + before.results[i].name, before.results[i].value,
               after.results[i].value);
    now.erase(found);
  }
  for (const auto& [place, result] : now) differ(place, "无", "有");
  // The statements of the run, as they stand in the database, against what it comes to.
  const auto wanted = statement_lines(again);
  for (const Statement& s : statements_of(run)) {
    const auto lines = wanted.find({s.payer, s.payee});
    const std::vector<StatementLine> none;
    const auto& due = lines == wanted.end() ? none : lines->second;
    if (s.amount != total(due) || !same_lines(s.lines, due))
      out.differences.push_back({fmt::format("结算单 {}：重算为 {} 元，库中是 {} 元", s.id,
                                             yuan_text(total(due)), yuan_text(s.amount)),
                                 fmt::format("statement {}: it comes to {} yuan, the database holds {}", s.id,
                                             yuan_text(total(due)), yuan_text(s.amount))});
  }
  if (!out.differences.empty()) out.same = false;
  if (!out.same && out.differences.empty())
    out.differences.push_back({"结果相同，但所用参数的出处或标记不同",
                               "the results agree, but the provenance or marks of what was used differ"});
  return out;
}

std::vector<Statement> Compensation::statements_of(std::int64_t run) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<Statement> out;
    for (const store::Row& row :
         t.query("SELECT id FROM statement WHERE jurisdiction = ? AND run = ? ORDER BY id", tenant_, run))
      out.push_back(*read_statement(t, tenant_, row.integer(0)));
    return out;
  });
}

std::vector<RunHead> Compensation::runs(const std::string& rule) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<RunHead> out;
    for (const store::Row& row : t.query(fmt::format("SELECT {} FROM compensation_run WHERE jurisdiction = ? "
                                                     "AND (? = '' OR rule = ?) ORDER BY id",
                                                     run_columns),
                                         tenant_, rule, rule))
      out.push_back(run_head(row));
    return out;
  });
}

std::optional<std::int64_t> Compensation::latest_run(const std::string& rule, const Period& period) const {
  return database_.read([&](store::Transaction& t) -> std::optional<std::int64_t> {
    const auto row = t.first(
        "SELECT id FROM compensation_run WHERE jurisdiction = ? AND rule = ? AND period = ? ORDER BY id DESC "
        "LIMIT 1",
        tenant_, rule, period.to_string());
    return row ? std::optional(row->integer(0)) : std::nullopt;
  });
}

namespace {

RunHead read_head(store::Transaction& t, const std::string& tenant, std::int64_t run) {
  const auto row =
      t.first(fmt::format("SELECT {} FROM compensation_run WHERE jurisdiction = ? AND id = ?", run_columns),
              tenant, run);
  if (!row)
    throw Error(codes::unknown_run,
                {fmt::format("没有第 {} 次运行", run), fmt::format("there is no run {}", run)});
  return run_head(*row);
}

}  // namespace

RunHead Compensation::stored_head(std::int64_t run) const {
  return database_.read([&](store::Transaction& t) { return read_head(t, tenant_, run); });
}

Computation Compensation::stored_run(std::int64_t run) const {
  return database_.read([&](store::Transaction& t) {
    Computation out;
    out.head = read_head(t, tenant_, run);
    for (const store::Row& row :
         t.query("SELECT place, name, outcome, missing, results, derivation FROM compensation_result WHERE "
                 "jurisdiction = ? AND run = ? ORDER BY place",
                 tenant_, run)) {
      PlaceResult place;
      place.place = row.text(0);
      place.name = {row.text(1), row.text(1)};
      for (auto state : {policy::Outcome::State::computed, policy::Outcome::State::not_assessed,
                         policy::Outcome::State::missing})
        if (policy::to_string(state) == row.text(2)) place.outcome = state;
      if (!row.text(3).empty())
        for (std::string_view name : split(row.text(3), '\n')) place.missing.emplace_back(name);
      read_results(row.text(4), place);
      read_derivation(row.text(5), place);
      out.places.push_back(std::move(place));
    }
    return out;
  });
}

}  // namespace tributary::compensate
