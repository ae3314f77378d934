// What ballots come to.
#include "casework/decide.h"

#include <algorithm>
#include <array>

namespace tributary::casework {

std::vector<std::string> named_in(const Json& form, const std::string& field) {
  const auto found = form.find(field);
  if (found == form.end() || found->is_null()) return {};
  if (found->is_string()) return {found->get<std::string>()};
  return found->get<std::vector<std::string>>();
}

Tallies tallies(const CaseType& type, const CaseState& now) {
  Tallies all;
  all.applicant = now.applicant;
  auto& out = all.figures;
  for (const Ballot& ballot : type.declared.ballots) {
    std::array<std::int64_t, 4> counts{};
    std::set<std::string> spoken;
    std::vector<Decimal> scores;
    if (const auto found = now.voices.find(ballot.name); found != now.voices.end())
      for (const Voice& voice : found->second) {
        ++counts[static_cast<std::size_t>(voice.choice)];
        spoken.insert(voice.organisation);
        if (voice.score) scores.push_back(*voice.score);
      }
    out[ballot.name + "_for"] = Rational::from_int(counts[0]);
    out[ballot.name + "_against"] = Rational::from_int(counts[1]);
    out[ballot.name + "_abstain"] = Rational::from_int(counts[2]);
    out[ballot.name + "_recused"] = Rational::from_int(counts[3]);
    out[ballot.name + "_cast"] = Rational::from_int(counts[0] + counts[1] + counts[2]);
    if (!scores.empty()) {
      Rational sum(0);
      for (const Decimal& score : scores) sum = sum + Rational(score);
      out[ballot.name + "_score_mean"] = sum / Rational::from_int(static_cast<std::int64_t>(scores.size()));
      out[ballot.name + "_score_min"] = Rational(*std::min_element(scores.begin(), scores.end()));
      out[ballot.name + "_score_max"] = Rational(*std::max_element(scores.begin(), scores.end()));
    }
    // Who is expected is known only where fields name them.
    if (!ballot.by_organisation) continue;
    std::set<std::string> expected;
    bool known = true;
    for (const Actor& actor : ballot.of) {
      known = known && (!actor.in.empty() || !actor.of.empty());
      if (!actor.of.empty()) expected.insert(actor.of);
      if (actor.in == "applicant")
        expected.insert(now.applicant);
      else if (!actor.in.empty())
        for (const std::string& one : named_in(now.form, actor.in)) expected.insert(one);
    }
    if (known)
      out[ballot.name + "_missing"] = Rational::from_int(std::count_if(
          expected.begin(), expected.end(), [&](const std::string& o) { return !spoken.contains(o); }));
  }
  return all;
}

}  // namespace tributary::casework
