#include "allocate/answer.h"

#include "allocate/record.h"

#include <fmt/format.h>

namespace tributary::allocate {
namespace {

using Json = nlohmann::ordered_json;

Json both(const Text& text) {
  return {{"zh", text.zh}, {"en", text.en}};
}

Json shares_of(const Allocation& a) {
  Json out = Json::array();
  for (const Share& share : a.shares) {
    const bool low = share.exact == share.floor && share.floor.sign() > 0;
    const bool high = share.ceiling && share.exact == *share.ceiling;
    Json one{{"unit", share.unit},
             {"amount", exact(share.amount)},
             {"exact", exact(share.exact)},
             {"floor", exact(share.floor)},
             {"ceiling", share.ceiling ? Json(exact(*share.ceiling)) : Json()},
             {"at", high ? "ceiling" : low ? "floor" : ""},
             {"weight", share.weight ? Json(rounded(*share.weight, 9)) : Json()}};
    if (share.current) {
      one["current"] = exact(*share.current);
      one["change"] = exact(share.amount - *share.current);
    }
    for (std::size_t j = 0; j < share.contribution.size(); ++j)
      one["contribution"][a.ginis[j].criterion] =
          share.contribution[j] ? Json(rounded(*share.contribution[j], 9)) : Json();
    out.push_back(std::move(one));
  }
  return out;
}

// What it was made from, to be computed again.
void add_record(Json& one, const Outcome& outcome, const std::string& method) {
  const std::string& record = outcome.records.at(method);
  one["record"] = record;
  one["hash"] = hash_of(record);
}

}  // namespace

std::string exact(const Rational& value) {
  const std::string text = value.to_string();
  return text.starts_with("≈") ? value.to_fraction() : text;
}

std::string rounded(const Rational& value, int places) {
  return value.to_decimal(places, Rounding::half_even).normalized().to_string();
}

std::string yuan(std::int64_t fen) {
  return (Rational::from_int(fen) * Rational::from_fraction(1, 100))
      .to_decimal(2, Rounding::half_even)
      .to_fixed(2);
}

Json answer(const Allocation& a, const Options& options) {
  Json ginis = Json::array();
  for (const Gini& g : a.ginis)
    ginis.push_back({{"criterion", g.criterion},
                     {"before", g.before ? Json(rounded(*g.before, 9)) : Json()},
                     {"after", rounded(g.after, 9)},
                     {"alert", g.after > Rational::from_fraction(4, 10)}});
  Json findings = Json::array();
  for (const Finding& f : a.findings) {
    Json one{{"kind", f.kind}};
    if (!f.of.empty()) one["of"] = f.of;
    one["value"] = rounded(f.value, 9);
    findings.push_back(std::move(one));
  }
  return {{"method", to_string(a.method)},
          {"title", both(title(a.method))},
          {"cap", exact(a.cap)},
          {"reserve", exact(a.reserve)},
          {"unit", exact(options.unit)},
          {"shares", shares_of(a)},
          {"gini", ginis},
          {"cost", a.cost ? Json(exact(*a.cost)) : Json()},
          {"gaining", a.gaining},
          {"losing", a.losing},
          {"moved", rounded(a.moved)},
          {"factor", a.factor ? Json(rounded(*a.factor, 9)) : Json()},
          {"unique", a.unique},
          {"findings", findings}};
}

Json answer(const Outcome& outcome) {
  if (!outcome.levels.empty()) {
    Json levels = Json::array();
    for (const Branch& branch : outcome.levels) {
      Json one = answer(branch.allocation, outcome.options);
      one["parent"] = branch.parent;
      add_record(one, outcome, outcome.records.begin()->first);
      levels.push_back(std::move(one));
    }
    return {{"levels", levels}};
  }
  Json methods = Json::array(), refused = Json::array();
  for (const Attempt& attempt : outcome.attempts) {
    if (attempt.allocation) {
      methods.push_back(answer(*attempt.allocation, outcome.options));
      add_record(methods.back(), outcome, std::string(to_string(attempt.method)));
      continue;
    }
    const Error& e = *attempt.refused;
    refused.push_back({{"method", to_string(attempt.method)},
                       {"title", both(title(attempt.method))},
                       {"error", fmt::format("{}.{}", e.code().module, e.code().name)},
                       {"message", both(e.message())},
                       {"hint", both(e.hint())},
                       {"line", e.where().line},
                       {"column", e.where().column},
                       {"field", e.where().field}});
  }
  return {{"methods", methods}, {"refused", refused}};
}

Json answer(const Ranking& ranking, RankRule rule) {
  Json groups = Json::array();
  for (const RankGroup& group : ranking.groups) {
    Json standings = Json::array();
    for (const Standing& s : group.standings)
      standings.push_back({{"rank", s.rank},
                           {"unit", s.id},
                           {"intensity", exact(s.intensity)},
                           {"exact", exact(s.exact)},
                           {"amount", yuan(s.fen)}});
    groups.push_back({{"group", group.name},
                      {"mean", exact(group.mean)},
                      {"treasury", yuan(group.treasury_fen)},
                      {"units", standings}});
  }
  return {{"rule", to_string(rule)}, {"groups", groups}, {"excluded", ranking.excluded}};
}

}  // namespace tributary::allocate
