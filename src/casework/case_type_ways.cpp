// Can every state be reached and left, and every step be taken by somebody?
#include "casework/case_type.h"
#include "casework/case_type_reading.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using reading::bad;

using States = std::set<std::string>;

// All states that are reached from `begin` along the steps, or against them.
States reached(const Declaration& d, States begin, bool forwards) {
  for (bool grown = true; grown;) {
    grown = false;
    for (const Step& step : d.steps) {
      if (step.to.empty()) continue;
      for (const std::string& from : step.from) {
        const std::string& source = forwards ? from : step.to;
        const std::string& target = forwards ? step.to : from;
        if (begin.contains(source) && begin.insert(target).second) grown = true;
      }
    }
  }
  return begin;
}

}  // namespace

void check_ways(const Declaration& d) {
  States ends;
  for (const StateInfo& state : d.states)
    if (state.final) ends.insert(state.name);
  if (ends.empty()) bad(d.where, "没有终结状态（final: true）", "no state is final");
  const States forwards = reached(d, {d.start_state}, true);
  const States backwards = reached(d, ends, false);
  for (const StateInfo& state : d.states) {
    if (!forwards.contains(state.name))
      bad(state.where, fmt::format("状态“{}”到不了", state.name),
          fmt::format("nothing leads to the state \"{}\"", state.name));
    if (!backwards.contains(state.name))
      bad(state.where, fmt::format("从状态“{}”到不了终点", state.name),
          fmt::format("no end can be reached from the state \"{}\"", state.name));
  }
  for (const Step& step : d.steps) {
    for (const std::string& from : step.from)
      if (ends.contains(from))
        bad(step.where, fmt::format("步骤“{}”离开了终结状态“{}”", step.name, from),
            fmt::format("the step \"{}\" leaves the final state \"{}\"", step.name, from));
    if (!step.before.empty() && step.before == step.after)
      bad(step.where, fmt::format("步骤“{}”既要在期限内又要在期限后", step.name),
          fmt::format("the step \"{}\" is both before and after a term", step.name));
    for (const std::string& term : {step.before, step.after}) {
      if (term.empty()) continue;
      const auto found =
          std::find_if(d.terms.begin(), d.terms.end(), [&](const Term& t) { return t.name == term; });
      for (const std::string& from : step.from)
        if (std::find(found->runs_in.begin(), found->runs_in.end(), from) == found->runs_in.end())
          bad(step.where, fmt::format("步骤“{}”依期限“{}”，但它在“{}”不走", step.name, term, from),
              fmt::format("the step \"{}\" depends on the term \"{}\", which does not run in \"{}\"",
                          step.name, term, from));
    }
  }
  // A draft is seen only by those who began it: one of them must be able to send it on.
  const auto may = [](const Actor& starter, const Actor& actor) {
    return actor.role == starter.role && (actor.of.empty() || actor.of == starter.of);
  };
  const bool sent = std::any_of(d.steps.begin(), d.steps.end(), [&](const Step& step) {
    return step.expected && std::find(step.from.begin(), step.from.end(), d.start_state) != step.from.end() &&
           std::any_of(d.start_by.begin(), d.start_by.end(), [&](const Actor& starter) {
             return std::any_of(step.by.begin(), step.by.end(),
                                [&](const Actor& actor) { return may(starter, actor); });
           });
  });
  if (!sent) bad(d.where, "发起的人都不能把草稿送出去", "nobody who may begin a case can send it on");
  for (const Ballot& ballot : d.ballots)
    if (ends.contains(ballot.in))
      bad(ballot.where, fmt::format("终结状态“{}”不能表决", ballot.in),
          fmt::format("nobody votes in the final state \"{}\"", ballot.in));
}

}  // namespace tributary::casework
