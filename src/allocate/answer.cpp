#include "allocate/answer.h"

#include "allocate/record.h"
#include "base/text.h"

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

namespace {

Json refusal(std::string_view method, const Text& of, const Error& e) {
  return {{"method", method},
          {"title", both(of)},
          {"error", fmt::format("{}.{}", e.code().module, e.code().name)},
          {"message", both(e.message())},
          {"hint", both(e.hint())},
          {"line", e.where().line},
          {"column", e.where().column},
          {"field", e.where().field}};
}

// "gini/grandfather" for people.
Text way_title(std::string_view way) {
  Text out;
  for (const std::string_view name : split(way, '/')) {
    const Text of = title(*parse_method(trim(name)));
    out.zh += (out.zh.empty() ? "" : "／") + of.zh;
    out.en += (out.en.empty() ? "" : " / ") + of.en;
  }
  return out;
}

}  // namespace

Json answer(const Outcome& outcome) {
  Json refused = Json::array();
  if (!outcome.levels.empty()) {
    Json levels = Json::array();
    for (const LevelAttempt& attempt : outcome.levels) {
      if (attempt.refused) refused.push_back(refusal(attempt.method, way_title(attempt.method), *attempt.refused));
      for (const Branch& branch : attempt.branches) {
        Json one = answer(branch.allocation, outcome.options);
        one["parent"] = branch.parent;
        one["way"] = attempt.method;
        one["way_title"] = both(way_title(attempt.method));
        add_record(one, outcome, attempt.method);
        levels.push_back(std::move(one));
      }
    }
    return {{"levels", levels}, {"refused", refused}};
  }
  Json methods = Json::array();
  for (const Attempt& attempt : outcome.attempts) {
    if (!attempt.allocation) {
      refused.push_back(refusal(to_string(attempt.method), title(attempt.method), *attempt.refused));
      continue;
    }
    methods.push_back(answer(*attempt.allocation, outcome.options));
    add_record(methods.back(), outcome, std::string(to_string(attempt.method)));
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
