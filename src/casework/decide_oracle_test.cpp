// The engine against a plain second interpreter, over random case types and random actions: the second knows
// the type as it was drawn, not as it was read, and keeps the whole history instead of states of terms.
#include "casework/codes.h"
#include "casework/decide.h"
#include "casework/random_types_testing.h"

#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

using namespace drawn;

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
