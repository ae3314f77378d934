// The engine against a plain second interpreter, over random case types and random actions: the second knows
// the type as it was drawn, not as it was read, and keeps the whole history instead of states of terms.
#include "casework/codes.h"
#include "casework/decide.h"

#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

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
std::optional<long> number(const PlainCase& c, const char* field) {
  const auto found = c.form.find(field);
  if (found == c.form.end()) return std::nullopt;
  return std::stol(found->second);
}
long voices(const PlainCase& c, const char* choice) {
  return std::count_if(c.voices.begin(), c.voices.end(),
                       [&](const PlainVoice& v) { return v.choice == choice; });
}
const std::vector<Condition>& conditions() {
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
std::optional<bool> marks_hold(const PlainCase& c) {
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

std::vector<std::string> some(Random& r, const std::vector<std::string>& all, int percent) {
  std::vector<std::string> out;
  for (const std::string& one : all)
    if (r.chance(percent)) out.push_back(one);
  return out;
}

PlainType random_type(Random& r) {
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

std::string actors_text(const std::vector<PlainActor>& actors) {
  std::string out;
  for (const PlainActor& a : actors)
    out +=
        fmt::format("{}{{role: {}{}}}", out.empty() ? "" : ", ", a.role, a.in.empty() ? "" : ", in: " + a.in);
  return "[" + out + "]";
}

std::string yaml_of(const PlainType& t) {
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

// ---- the second interpreter

struct Somebody {
  std::string user;
  std::string organisation;
  std::string role;
  bool wide = false;
};

bool fits(const PlainActor& a, const PlainCase& c, const Somebody& who) {
  if (who.role != a.role) return false;
  if (a.in.empty()) return who.wide || who.organisation == c.applicant;
  if (a.in == "applicant") return who.organisation == c.applicant;
  const auto found = c.form.find(a.in);
  if (found == c.form.end()) return false;
  return ("," + found->second + ",").find("," + who.organisation + ",") != std::string::npos;
}
bool any_fits(const std::vector<PlainActor>& actors, const PlainCase& c, const Somebody& who) {
  return std::any_of(actors.begin(), actors.end(), [&](const PlainActor& a) { return fits(a, c, who); });
}

bool weekday(Date day) {
  const std::chrono::weekday w(day);
  return w != std::chrono::Saturday && w != std::chrono::Sunday;
}

// The last day of the term, by going through the whole history; nothing while it does not run.
std::optional<Date> last_day(const PlainTerm& t, const PlainCase& c) {
  const auto in = [](const std::vector<std::string>& list, const std::string& s) {
    return std::find(list.begin(), list.end(), s) != list.end();
  };
  const auto move = [&](Date from, int n) {  // n days on, or back
    while (n != 0) {
      from += std::chrono::days{n > 0 ? 1 : -1};
      if (t.unit != "working_days" || weekday(from)) n += n > 0 ? -1 : 1;
    }
    return from;
  };
  const auto rolled = [&](Date day) {
    while (t.rolls && !weekday(day)) day += std::chrono::days{1};
    return day;
  };
  const auto whole = [&](Date from) {  // the whole term, counted from a day
    if (t.unit != "months") return rolled(move(from, t.length));
    // The same day of the month, or as near before it as there is one.
    const std::chrono::year_month_day ymd(from);
    const int months =
        static_cast<int>(ymd.year()) * 12 + static_cast<int>(unsigned(ymd.month())) - 1 + t.length;
    for (unsigned day = unsigned(ymd.day());; --day) {
      const std::chrono::year_month_day end{std::chrono::year(months / 12),
                                            std::chrono::month(static_cast<unsigned>(months % 12 + 1)),
                                            std::chrono::day(day)};
      if (end.ok()) return rolled(std::chrono::sys_days(end));
    }
  };
  if (t.counted_from) {
    if (!in(t.runs_in, c.state) || !c.form.contains("ends")) return std::nullopt;
    return whole(parse_date(c.form.at("ends")));
  }
  const auto days_between = [&](Date from, Date to) {
    int out = 0;
    for (Date d = std::min(from, to) + std::chrono::days{1}; d <= std::max(from, to);
         d += std::chrono::days{1})
      out += t.unit != "working_days" || weekday(d) ? 1 : 0;
    return from <= to ? out : -out;
  };
  std::optional<Date> due;
  std::optional<int> left;
  for (const auto& [day, state] : c.history) {
    if (in(t.runs_in, state)) {
      if (!due) due = left ? rolled(move(day, *left)) : whole(day);
      left.reset();
    } else if (in(t.paused_in, state)) {
      if (due) left = days_between(day, *due);
      due.reset();
    } else {
      due.reset();
      left.reset();
    }
  }
  return due;
}

// The code of the refusal, or "none" and the case changed.
std::string attempt(const PlainType& t, PlainCase& c, const std::string& name,
                    std::map<std::string, std::string> values, const std::string& reason,
                    const std::string& choice, const std::string& score, const Somebody& who, Date today) {
  if (name == "vote") {
    if (t.ballot_in.empty()) return "unknown_step";
    if (c.state != t.ballot_in) return "wrong_state";
    if (!any_fits(t.ballot_of, c, who)) return "not_for_you";
    if ((choice == "against" || choice == "recused") && reason.empty()) return "reason_missing";
    if (!values.empty()) return "not_editable";
    const bool asked = t.scored && (choice == "for" || choice == "against");
    if (asked ? score.empty() || score == "101" || score == "-1" || score == "50.5" || score == "x"
              : !score.empty())
      return "bad_form";
    for (const PlainVoice& v : c.voices)
      if (t.by_organisation ? v.organisation == who.organisation : v.user == who.user)
        return "already_spoken";
    c.voices.push_back(
        {who.user, who.organisation, choice, asked ? std::optional(std::stoi(score)) : std::nullopt});
    return "none";
  }
  const auto lay = [&](PlainCase& target) {
    for (const auto& [field, value] : values)
      if (value.empty())
        target.form.erase(field);
      else
        target.form[field] = value;
  };
  if (name == "save") {
    if (c.state != "s0") return "wrong_state";
    bool may = false;
    for (const PlainActor& a : t.start) may = may || (fits(a, c, who) && who.organisation == c.applicant);
    if (!may) return "not_for_you";
    for (const auto& [field, value] : values) {
      const auto have = c.form.find(field);
      if (value == (have == c.form.end() ? "" : have->second)) continue;
      for (const PlainStep& s : t.steps)  // what a step from elsewhere sets is not the draft's
        if (std::find(s.sets.begin(), s.sets.end(), field) != s.sets.end() &&
            std::find(s.from.begin(), s.from.end(), "s0") == s.from.end())
          return "not_editable";
    }
    lay(c);
    c.took.push_back({"start", who.user, c.round});
    return "none";
  }
  const auto found =
      std::find_if(t.steps.begin(), t.steps.end(), [&](const PlainStep& s) { return s.name == name; });
  if (found == t.steps.end()) return "unknown_step";
  const PlainStep& s = *found;
  if (std::find(s.from.begin(), s.from.end(), c.state) == s.from.end()) return "wrong_state";
  if (!any_fits(s.by, c, who)) return "not_for_you";
  for (const std::string& other : s.not_by) {
    // A step that wrote nothing counts in its own round only.
    const auto taken =
        std::find_if(t.steps.begin(), t.steps.end(), [&](const PlainStep& one) { return one.name == other; });
    const bool always = taken == t.steps.end() || !taken->sets.empty();
    for (const PlainTaking& one : c.took)
      if (one.step == other && one.user == who.user && (always || one.round == c.round)) return "same_person";
  }
  const auto due = t.has_term ? last_day(t.term, c) : std::nullopt;
  if (!s.before.empty() && due && today > *due) return "too_late";
  if (!s.after.empty() && !(due && today > *due)) return "too_early";
  if (s.reason && reason.empty()) return "reason_missing";
  for (const auto& [field, value] : values) {
    const bool may = std::find(s.sets.begin(), s.sets.end(), field) != s.sets.end();
    const auto have = c.form.find(field);
    if (!may && value != (have == c.form.end() ? "" : have->second)) return "not_editable";
  }
  PlainCase next = c;
  lay(next);
  for (const std::string& field : s.needs)
    if (!next.form.contains(field)) return "incomplete";
  if (s.condition >= 0) {
    const auto at = static_cast<std::size_t>(s.condition);
    std::optional<bool> holds;
    if (at < conditions().size()) {
      holds = conditions()[at].holds(next, today);
    } else if (at > conditions().size()) {
      holds = marks_hold(next);
    } else {
      const long cast = voices(next, "for") + voices(next, "against") + voices(next, "abstain");
      holds = cast >= 2 && voices(next, "for") > voices(next, "against");
    }
    if (!holds) return "condition_unknown";
    if (!*holds) return "condition_false";
  }
  c = std::move(next);
  c.took.push_back({s.name, who.user, c.round});
  if (!s.to.empty() && s.to != c.state) {
    c.state = s.to;
    if (c.state == "s0") ++c.round;
    c.history.emplace_back(today, c.state);
    if (c.state == t.ballot_in) c.voices.clear();
  }
  return "none";
}

// ---- drawing what people do

std::map<std::string, std::string> random_values(Random& r, const std::vector<std::string>& from,
                                                 Date today) {
  std::map<std::string, std::string> out;
  for (const std::string& field : from) {
    if (!r.chance(50)) continue;
    std::string value;
    if (!r.chance(15)) {
      if (field == "n") value = std::to_string(static_cast<int>(r.below(30)) - 5);
      if (field == "m") value = std::to_string(static_cast<int>(r.below(200)));
      if (field == "kind") value = r.chance(50) ? "a" : "b";
      if (field == "words") value = "话";
      if (field == "ends")
        value = base::to_string(today + std::chrono::days{static_cast<int>(r.below(20)) - 10});
      if (field == "lead") value = r.of(organisations);
      if (field == "others") value = r.chance(50) ? r.of(organisations) : "o1,o3";
    }
    out[field] = value;
  }
  return out;
}

Json json_values(const std::map<std::string, std::string>& values) {
  Json out = Json::object();
  for (const auto& [field, value] : values) {
    if (value.empty())
      out[field] = nullptr;
    else if (field == "others")
      out[field] = value == "o1,o3" ? Json{"o1", "o3"} : Json::array({value});
    else
      out[field] = value;
  }
  return out;
}

Person person_of(const Somebody& who) {
  return {who.user, who.organisation, {{who.role, who.organisation, who.wide}}};
}

std::string code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_FALSE(e.message().zh.empty() || e.message().en.empty());
    return std::string(e.code().name);
  }
  return "none";
}

class CaseOracle : public ::testing::TestWithParam<int> {};

TEST_P(CaseOracle, AgreesWithAPlainInterpreter) {
  const WorkCalendar weekends;  // knows no year: weekends only
  const Days days(weekends);
  int done = 0;
  std::map<std::string, int> outcomes;
  for (int round = 0; round < 300; ++round) {
    Random r(static_cast<std::uint64_t>(GetParam()) * 10'000 + static_cast<std::uint64_t>(round));
    const PlainType plain = random_type(r);
    const std::string text = yaml_of(plain);
    const auto type = read_case_type(text, "random.yaml", {});
    std::vector<Somebody> people;
    for (int i = 0; i < 6; ++i)
      people.push_back({fmt::format("u{}", i), r.of(organisations), r.of(roles), r.chance(40)});
    Date today = make_date(2026, 3, 2) + std::chrono::days{static_cast<int>(r.below(10))};
    // Somebody who may begin; else this type stays unused.
    const auto first = std::find_if(people.begin(), people.end(), [&](const Somebody& who) {
      PlainCase empty;
      empty.applicant = who.organisation;
      return any_fits(plain.start, empty, who);
    });
    if (first == people.end()) {
      for (const Somebody& who : people)
        EXPECT_EQ(code_of([&] { begin(*type, person_of(who), today, days); }), "not_for_you");
      continue;
    }
    CaseState now = begin(*type, person_of(*first), today, days);
    PlainCase c;
    c.state = "s0";
    c.applicant = first->organisation;
    c.took = {{"start", first->user, 0}};
    c.history = {{today, "s0"}};
    for (int action = 0; action < 250 && c.state != plain.states.back(); ++action) {
      if (r.chance(30)) today += std::chrono::days{static_cast<int>(r.below(6))};
      const Somebody& who = r.of(people);
      Action wanted;
      wanted.step = r.chance(10)   ? "save"
                    : r.chance(15) ? "vote"
                    : r.chance(3)  ? "nothing"
                                   : r.of(plain.steps).name;
      // Mostly something that begins here, so that cases get on.
      if (r.chance(60))
        for (const PlainStep& s : plain.steps)
          if (std::find(s.from.begin(), s.from.end(), c.state) != s.from.end() && r.chance(50))
            wanted.step = s.name;
      std::vector<std::string> may = wanted.step == "save" ? fields : std::vector<std::string>{};
      for (const PlainStep& s : plain.steps)
        if (s.name == wanted.step) may = s.sets;
      auto values = random_values(r, r.chance(10) ? fields : may, today);
      if (wanted.step == "vote" && r.chance(90)) values.clear();
      wanted.values = json_values(values);
      wanted.reason = r.chance(60) ? "因为" : "";
      wanted.ballot = "panel";
      const std::string choice =
          r.of(std::vector<std::string>{"for", "for", "against", "abstain", "recused"});
      wanted.choice = *parse_voice(choice);
      const bool asked = plain.scored && (choice == "for" || choice == "against");
      wanted.score =
          asked != r.chance(8)
              ? r.of(std::vector<std::string>{"0", "20", "60", "75", "99", "100", "80", "90", "70",
                                              r.of(std::vector<std::string>{"101", "-1", "50.5", "x"})})
              : "";
      const CaseState before = now;
      const std::string expected =
          attempt(plain, c, wanted.step, values, wanted.reason, choice, wanted.score, who, today);
      const std::string got = code_of([&] { now = decide(*type, now, wanted, person_of(who), today, days); });
      ASSERT_EQ(got, expected) << "round " << round << ", " << wanted.step << " by " << who.user << "\n"
                               << text;
      ++outcomes[got];
      if (got != "none") {
        ASSERT_TRUE(now == before);
        continue;
      }
      ++done;
      ASSERT_EQ(now.state, c.state) << text;
      ASSERT_EQ(now.voices["panel"].size(), c.voices.size()) << text;
      if (plain.has_term) {
        const auto due = last_day(plain.term, c);
        const TermState& term = now.terms.at("t");
        if (!plain.term.counted_from)
          ASSERT_EQ(term.status == TermState::Status::running, due.has_value()) << text;
        const bool runs = term.status == TermState::Status::running && term.due;
        ASSERT_EQ(runs ? base::to_string(*term.due) : "", due ? base::to_string(*due) : "") << text;
      }
      // Whoever may take a step is told so, and has it in the inbox.
      const auto waiting = waiting_for(*type, now);
      for (const Option& option : options(*type, now, person_of(who), today)) {
        const auto& s = *std::find_if(plain.steps.begin(), plain.steps.end(),
                                      [&](const PlainStep& one) { return one.name == option.step->name; });
        ASSERT_EQ(!option.for_others, any_fits(s.by, c, who)) << text;
        const bool listed = std::any_of(waiting.begin(), waiting.end(), [&](const Waiting& w) {
          return w.what == s.name && w.role == who.role &&
                 (w.organisation == who.organisation || (w.organisation.empty() && who.wide));
        });
        // What was never sent on is in the inboxes of its own organisation only.
        const bool unsent = std::all_of(c.took.begin(), c.took.end(), [&](const auto& took) {
          const auto step = std::find_if(plain.steps.begin(), plain.steps.end(),
                                         [&](const PlainStep& one) { return one.name == took.step; });
          return step == plain.steps.end() ||
                 (std::find(step->from.begin(), step->from.end(), "s0") != step->from.end() &&
                  (step->to.empty() || step->to == plain.states.back()));
        });
        ASSERT_EQ(listed, any_fits(s.by, c, who) && (!unsent || who.organisation == c.applicant))
            << s.name << "\n"
            << text;
      }
    }
  }
  // The test is worth something only where cases got on and every kind of refusal was met.
  EXPECT_GT(done, 500);
  for (const char* code : {"wrong_state", "not_for_you", "same_person", "too_late", "too_early",
                           "reason_missing", "not_editable", "incomplete", "condition_unknown",
                           "condition_false", "already_spoken", "unknown_step", "bad_form"})
    EXPECT_GT(outcomes[code], 0) << code;
}

INSTANTIATE_TEST_SUITE_P(Seeds, CaseOracle, ::testing::Range(1, 9));

}  // namespace
}  // namespace tributary::casework
