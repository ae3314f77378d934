// Tests: case types drawn at random, as they were drawn and as the text a pack would have.
#pragma once

#include "casework/decide.h"

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace tributary::casework::drawn {

// One role narrowed to a field, to the applicant, or not at all.
struct PlainActor {
  std::string role;
  std::string in;
};
struct PlainStep {
  std::string name;
  std::vector<std::string> from;
  std::string to;
  std::vector<PlainActor> by;
  std::vector<std::string> not_by;
  int condition = -1;  // in `conditions`
  std::vector<std::string> sets;
  std::vector<std::string> needs;
  bool reason = false;
  std::string before;
  std::string after;
};
struct PlainTerm {
  std::vector<std::string> runs_in;
  std::vector<std::string> paused_in;
  int length = 0;
  std::string unit = "days";  // "working_days", "months"
  bool counted_from = false;  // from the field `ends`
  bool rolls = false;
};
struct PlainType {
  std::vector<std::string> states;  // the first begins, the last ends
  std::vector<PlainActor> start;
  std::vector<PlainStep> steps;
  PlainTerm term;
  bool has_term = false;
  std::string ballot_in;  // empty: none
  std::vector<PlainActor> ballot_of;
  bool by_organisation = false;
  bool scored = false;  // 0 … 100, whole
};

struct PlainVoice {
  std::string user;
  std::string organisation;
  std::string choice;
  std::optional<int> score;
};
struct PlainTaking {
  std::string step;
  std::string user;
  int round = 0;
};
struct PlainCase {
  std::string state;
  std::string applicant;
  std::map<std::string, std::string> form;  // absent: empty
  std::vector<PlainTaking> took;
  int round = 0;                                      // how often it came back to where it began
  std::vector<std::pair<Date, std::string>> history;  // into which state, when
  std::vector<PlainVoice> voices;
};

// What conditions mean, in plain code: nothing when it cannot be told.
struct Condition {
  const char* text;
  std::function<std::optional<bool>(const PlainCase&, Date)> holds;
};
inline std::optional<long> number(const PlainCase& c, const char* field) {
  const auto found = c.form.find(field);
  if (found == c.form.end()) return std::nullopt;
  return std::stol(found->second);
}
inline long voices(const PlainCase& c, const char* choice) {
  return std::count_if(c.voices.begin(), c.voices.end(),
                       [&](const PlainVoice& v) { return v.choice == choice; });
}
inline const std::vector<Condition>& conditions() {
  static const std::vector<Condition> all{
      {"n > 10",
       [](const PlainCase& c, Date) -> std::optional<bool> {
         const auto n = number(c, "n");
         if (!n) return std::nullopt;
         return *n > 10;
       }},
      {"m <= 100 {CNY} and n >= 0",
       [](const PlainCase& c, Date) -> std::optional<bool> {
         const auto m = number(c, "m");
         const auto n = number(c, "n");
         if (m && *m > 100) return false;  // what is false stays so, whatever is missing
         if (n && *n < 0) return false;
         if (!m || !n) return std::nullopt;
         return true;
       }},
      {"kind = 'a'",
       [](const PlainCase& c, Date) -> std::optional<bool> {
         if (!c.form.contains("kind")) return std::nullopt;
         return c.form.at("kind") == "a";
       }},
      {"present(words) and not present(n)",
       [](const PlainCase& c, Date) -> std::optional<bool> {
         return c.form.contains("words") && !c.form.contains("n");
       }},
      {"ends > today",
       [](const PlainCase& c, Date today) -> std::optional<bool> {
         if (!c.form.contains("ends")) return std::nullopt;
         return parse_date(c.form.at("ends")) > today;
       }},
      {"lead != applicant",
       [](const PlainCase& c, Date) -> std::optional<bool> {
         if (!c.form.contains("lead")) return std::nullopt;
         return c.form.at("lead") != c.applicant;
       }},
      {"contains(others, lead)",
       [](const PlainCase& c, Date) -> std::optional<bool> {
         if (!c.form.contains("lead") || !c.form.contains("others")) return std::nullopt;
         return ("," + c.form.at("others") + ",").find("," + c.form.at("lead") + ",") != std::string::npos;
       }},
      {"lead = 'o1' or n > 10",
       [](const PlainCase& c, Date) -> std::optional<bool> {
         const auto n = number(c, "n");
         if (n && *n > 10) return true;
         if (c.form.contains("lead") && c.form.at("lead") == "o1") return true;
         if (!n || !c.form.contains("lead")) return std::nullopt;
         return false;
       }},
  };
  return all;
}
constexpr const char* majority = "panel_cast >= 2 and panel_for > panel_against";
constexpr const char* marks = "panel_score_mean >= 60 and panel_score_min >= 20 and panel_score_max < 100";
inline std::optional<bool> marks_hold(const PlainCase& c) {
  int n = 0;
  int sum = 0;
  int least = 1000;
  int most = 0;
  for (const PlainVoice& v : c.voices) {
    if (!v.score) continue;
    ++n;
    sum += *v.score;
    least = std::min(least, *v.score);
    most = std::max(most, *v.score);
  }
  if (n == 0) return std::nullopt;
  return sum >= 60 * n && least >= 20 && most < 100;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::mt19937_64 engine_;
};

const std::vector<std::string> roles{"clerk", "boss", "judge"};
const std::vector<std::string> organisations{"o1", "o2", "o3"};
const std::vector<std::string> fields{"n", "m", "kind", "words", "ends", "lead", "others"};

PlainActor random_actor(Random& r) {
  static const std::vector<std::string> narrowed{"", "", "applicant", "lead", "others"};
  return {r.of(roles), r.of(narrowed)};
}

inline std::vector<std::string> some(Random& r, const std::vector<std::string>& all, int percent) {
  std::vector<std::string> out;
  for (const std::string& one : all)
    if (r.chance(percent)) out.push_back(one);
  return out;
}

inline PlainType random_type(Random& r) {
  PlainType t;
  const std::size_t count = 2 + r.below(4);
  for (std::size_t i = 0; i < count; ++i) t.states.push_back(fmt::format("s{}", i));
  t.start = {{r.of(roles), ""}};
  if (r.chance(30)) t.start.push_back({r.of(roles), "applicant"});
  const std::vector<std::string> open(t.states.begin(), t.states.end() - 1);
  if (r.chance(70)) {
    t.has_term = true;
    t.term.runs_in = {r.of(open)};
    for (const std::string& state : open)
      if (state != t.term.runs_in[0] && r.chance(40)) t.term.paused_in.push_back(state);
    t.term.length = static_cast<int>(1 + r.below(8));
    t.term.unit = r.of(std::vector<std::string>{"working_days", "working_days", "days", "months"});
    if (t.term.unit == "months") t.term.length = 1;
    t.term.rolls = t.term.unit != "working_days" && r.chance(50);
    t.term.counted_from = t.term.paused_in.empty() && r.chance(40);
  }
  if (r.chance(60)) {
    t.ballot_in = r.of(open);
    t.ballot_of = {random_actor(r)};
    t.by_organisation = r.chance(50);
    t.scored = r.chance(50);
  }
  // A chain to the end, so that the type is sound; the rest as it comes.
  for (std::size_t i = 0; i + 1 < count; ++i) {
    PlainStep step;
    step.name = fmt::format("go{}", i);
    step.from = {t.states[i]};
    step.to = t.states[i + 1];
    step.by = {random_actor(r)};
    t.steps.push_back(step);
  }
  t.steps[0].by.push_back({t.start[0].role, ""});  // a draft must be sent on by those who begin
  const std::size_t more = 1 + r.below(5);
  for (std::size_t i = 0; i < more; ++i) {
    PlainStep step;
    step.name = fmt::format("x{}", i);
    step.from = {r.of(open)};
    if (r.chance(30)) {
      const std::string& other = r.of(open);
      if (other != step.from[0]) step.from.push_back(other);
    }
    step.to = r.chance(20) ? "" : r.of(t.states);
    step.by = {random_actor(r)};
    if (r.chance(40)) step.by.push_back(random_actor(r));
    t.steps.push_back(step);
  }
  std::vector<std::string> names{"start"};
  for (const PlainStep& step : t.steps) names.push_back(step.name);
  for (PlainStep& step : t.steps) {
    step.not_by = some(r, names, 15);
    if (r.chance(50))
      step.condition = static_cast<int>(r.below(conditions().size() + (t.ballot_in.empty() ? 0
                                                                       : t.scored          ? 2
                                                                                           : 1)));
    step.sets = some(r, fields, 30);
    step.needs = some(r, fields, 10);
    step.reason = r.chance(20);
    const bool in_term = t.has_term && step.from == t.term.runs_in;
    if (in_term && r.chance(40)) (r.chance(50) ? step.before : step.after) = "t";
  }
  return t;
}

inline std::string actors_text(const std::vector<PlainActor>& actors) {
  std::string out;
  for (const PlainActor& a : actors)
    out +=
        fmt::format("{}{{role: {}{}}}", out.empty() ? "" : ", ", a.role, a.in.empty() ? "" : ", in: " + a.in);
  return "[" + out + "]";
}

inline std::string yaml_of(const PlainType& t) {
  const char* label = "label: {zh: 某, en: some}";
  std::string out =
      "case: random\nversion: '1'\ntitle: {zh: 某事, en: a case}\nexplanation: {zh: 试, en: a "
      "trial}\nsource: {document: 试验}\nform:\n"
      "  n: {type: number, unit: '1', label: {zh: 数, en: n}}\n"
      "  m: {type: money, label: {zh: 额, en: m}, min: -1000}\n"
      "  kind: {type: choice, label: {zh: 类, en: kind}, choices: {a: {zh: 甲, en: a}, b: {zh: 乙, en: b}}}\n"
      "  words: {type: text, label: {zh: 文, en: words}}\n"
      "  ends: {type: date, label: {zh: 止, en: ends}}\n"
      "  lead: {type: organisation, label: {zh: 牵头, en: lead}}\n"
      "  others: {type: organisations, label: {zh: 协同, en: others}}\n"
      "states:\n";
  for (std::size_t i = 0; i < t.states.size(); ++i)
    out +=
        fmt::format("  {}: {{{}{}}}\n", t.states[i], label, i + 1 == t.states.size() ? ", final: true" : "");
  out += fmt::format("start: {{state: s0, by: {}}}\nsteps:\n", actors_text(t.start));
  for (const PlainStep& s : t.steps) {
    out += fmt::format("  {}: {{{}, from: [{}], by: {}", s.name, label, fmt::join(s.from, ", "),
                       actors_text(s.by));
    if (!s.to.empty()) out += ", to: " + s.to;
    if (!s.not_by.empty()) out += fmt::format(", not_by: [{}]", fmt::join(s.not_by, ", "));
    if (s.condition >= 0) {
      const auto at = static_cast<std::size_t>(s.condition);
      out += fmt::format(", when: \"{}\", otherwise: {{zh: 不行, en: no}}",
                         at < conditions().size()    ? conditions()[at].text
                         : at == conditions().size() ? majority
                                                     : marks);
    }
    if (!s.sets.empty()) out += fmt::format(", sets: [{}]", fmt::join(s.sets, ", "));
    if (!s.needs.empty()) out += fmt::format(", needs: [{}]", fmt::join(s.needs, ", "));
    if (s.reason) out += ", reason: true";
    if (!s.before.empty()) out += ", before: " + s.before;
    if (!s.after.empty()) out += ", after: " + s.after;
    out += "}\n";
  }
  if (t.has_term)
    out += fmt::format("terms:\n  t: {{{}, runs_in: [{}], paused_in: [{}], {}: {}{}{}}}\n", label,
                       fmt::join(t.term.runs_in, ", "), fmt::join(t.term.paused_in, ", "), t.term.unit,
                       t.term.length, t.term.counted_from ? ", from: ends" : "",
                       t.term.rolls ? ", last_day: next_working_day" : "");
  if (!t.ballot_in.empty())
    out += fmt::format("ballots:\n  panel: {{{}, in: {}, of: {}, one_per: {}{}}}\n", label, t.ballot_in,
                       actors_text(t.ballot_of), t.by_organisation ? "organisation" : "person",
                       t.scored ? ", score: {min: 0, max: 100}" : "");
  return out;
}

}  // namespace tributary::casework::drawn
