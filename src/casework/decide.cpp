#include "casework/decide.h"

#include "base/codes.h"
#include "base/text.h"
#include "casework/codes.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

template <class List, class Value>
bool contains(const List& list, const Value& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool is(const Actor& actor, const CaseState& now, const Hat& hat) {
  if (hat.role != actor.role) return false;
  if (!actor.of.empty()) return hat.organisation == actor.of;
  if (actor.in.empty()) return hat.wide || hat.organisation == now.applicant;
  if (actor.in == "applicant") return hat.organisation == now.applicant;
  return contains(named_in(now.form, actor.in), hat.organisation);
}

// Where people with the role are to be found: an empty text stands for all whose role reaches everything.
std::vector<std::string> organisations_of(const Actor& actor, const CaseState& now) {
  if (!actor.of.empty()) return {actor.of};
  if (actor.in.empty()) return {"", now.applicant};
  if (actor.in == "applicant") return {now.applicant};
  return named_in(now.form, actor.in);
}

// The organisation for which the person acts: that of the first role that fits.
std::optional<std::string> acts_as(const std::vector<Actor>& actors, const CaseState& now,
                                   const Person& who) {
  for (const Actor& actor : actors)
    for (const Hat& hat : who.hats)
      if (is(actor, now, hat)) return hat.organisation;
  return std::nullopt;
}

// Of the organisation that began the case, with a role that may begin such cases.
bool of_the_applicants(const CaseType& type, const CaseState& now, const Person& who) {
  for (const Actor& actor : type.declared.start_by)
    for (const Hat& hat : who.hats)
      if (is(actor, now, hat) && hat.organisation == now.applicant) return true;
  return false;
}

// Never sent on: all that was done with it is to fill it in or to drop it.
bool unsent(const CaseType& type, const CaseState& now) {
  return std::all_of(now.took.begin(), now.took.end(), [&](const auto& took) {
    const Step* step = type.step(took.first);
    if (step == nullptr) return true;  // "start"
    const StateInfo* to = type.state(step->to);
    return contains(step->from, type.declared.start_state) && (to == nullptr || to->final);
  });
}

Error refused(const Code& code, const std::string& zh, const std::string& en, Text hint = {}) {
  return Error(code, {zh, en}, {}, std::move(hint));
}

// ---- terms

// The last day of so much of a term, counted from a day; the day itself does not count.
Date last_day(const Term& term, Date from, int length, Term::Unit unit, const Days& days, bool& provisional) {
  const Date end = unit == Term::Unit::months
                       ? months_on(from, length)
                       : days.add(from, length, unit == Term::Unit::working_days, provisional);
  return term.rolls_on ? days.working(end, provisional) : end;
}

void advance(const CaseType& type, CaseState& now, Date today, const Days& days) {
  for (const Term& term : type.declared.terms) {
    TermState& t = now.terms[term.name];
    using Status = TermState::Status;
    const bool runs = contains(term.runs_in, now.state);
    // What is left of months is counted in days.
    const bool working = term.unit == Term::Unit::working_days;
    if (const std::string& field = term.until.empty() ? term.from : term.until; !field.empty()) {
      t.due.reset();
      t.provisional = false;
      if (!is_empty(now.form, field)) {  // the day is what the field says, or counted from it
        t.due = parse_date(now.form.at(field).get<std::string>());
        if (term.until.empty()) t.due = last_day(term, *t.due, term.length, term.unit, days, t.provisional);
      }
      t.status = runs ? Status::running
                 : contains(term.paused_in, now.state)
                     ? (t.status == Status::waiting ? t.status : Status::paused)
                 : t.status == Status::waiting ? Status::waiting
                                               : Status::ended;
      continue;
    }
    if (runs) {
      if (t.status == Status::running) continue;
      bool provisional = false;
      t.due = t.status != Status::paused ? last_day(term, today, term.length, term.unit, days, provisional)
              : working                  ? last_day(term, today, t.left, term.unit, days, provisional)
                                         : last_day(term, today, t.left, Term::Unit::days, days, provisional);
      t.provisional = provisional;
      t.status = Status::running;
      t.left = 0;
    } else if (contains(term.paused_in, now.state)) {
      if (t.status != Status::running) continue;
      t.left = days.between(today, *t.due, working);
      t.status = Status::paused;
    } else if (t.status != Status::waiting) {
      t.status = Status::ended;
    }
  }
}

bool passed(const TermState& term, Date today) {
  return term.due && term.status == TermState::Status::running && today > *term.due;
}

const TermState& state_of(const CaseState& now, const std::string& term) {
  static const TermState waiting;
  const auto found = now.terms.find(term);
  return found == now.terms.end() ? waiting : found->second;
}

// ---- the checks of a step, in order

void check_place(const CaseState& now, const Step& step) {
  if (!contains(step.from, now.state))
    throw refused(codes::wrong_state, fmt::format("现在的状态下不能“{}”", step.label.zh),
                  fmt::format("\"{}\" is not possible in the present state", step.label.en),
                  {"请刷新，看看别人是否已经办理", "load it again: somebody may have dealt with it"});
}

void check_person(const CaseType& type, const CaseState& now, const Step& step, const Person& who) {
  if (!acts_as(step.by, now, who))
    throw refused(codes::not_for_you, fmt::format("“{}”不由您办理", step.label.zh),
                  fmt::format("\"{}\" is not yours to do", step.label.en));
  for (const std::string& other : step.not_by) {
    // Who wrote keeps his part in every round; who merely decided had it in that round only.
    const Step* taken = type.step(other);
    const auto& rounds = taken == nullptr || writes(*taken) ? now.took : now.took_lately;
    const auto took = rounds.find(other);
    if (took != rounds.end() && took->second.contains(who.user))
      throw refused(codes::same_person, fmt::format("经手过前一步的人不能“{}”", step.label.zh),
                    fmt::format("whoever took the step before may not \"{}\"", step.label.en),
                    {"请由另一位同事办理", "let a colleague do it"});
  }
}

void check_terms(const CaseType& type, const CaseState& now, const Step& step, Date today) {
  if (!step.before.empty() && passed(state_of(now, step.before), today))
    throw refused(codes::too_late,
                  fmt::format("“{}”的期限（{}）已过", type.term(step.before)->label.zh,
                              base::to_string(*state_of(now, step.before).due)),
                  fmt::format("the term \"{}\" ended on {}", type.term(step.before)->label.en,
                              base::to_string(*state_of(now, step.before).due)));
  if (!step.after.empty() && !passed(state_of(now, step.after), today)) {
    const auto due = state_of(now, step.after).due;
    throw refused(codes::too_early,
                  fmt::format("“{}”还没有期满{}", type.term(step.after)->label.zh,
                              due ? "（" + base::to_string(*due) + " 止）" : std::string()),
                  fmt::format("the term \"{}\" is not over{}", type.term(step.after)->label.en,
                              due ? " (it ends on " + base::to_string(*due) + ")" : std::string()));
  }
}

bool settable(const Step& step, const std::string& field) {
  return contains(step.sets, "all") || contains(step.sets, field);
}

Json patched(const CaseType& type, const CaseState& now, const Step& step, const Json& values) {
  std::vector<FieldFault> faults;
  for (const auto& [name, value] : values.items())
    if (type.field(name) != nullptr && !settable(step, name) &&
        value != (now.form.contains(name) ? now.form.at(name) : Json(nullptr)))
      faults.push_back({name, {"这一步不能改这个字段", "this field cannot be changed in this step"}});
  Json before = now.form;
  if (step.review)  // of an earlier step: does not count for this one
    for (const std::string_view name : {not_secret, privacy_ok}) before.erase(std::string(name));
  Json out = with_values(type, before, values);  // what is not well-formed comes first
  if (!faults.empty()) throw FormError(codes::not_editable, std::move(faults));
  return out;
}

bool begins_in_earnest(const CaseType& type, const CaseState& now, const Step& step) {
  const StateInfo* to = type.state(step.to);
  return now.state == type.declared.start_state && !step.to.empty() && step.to != now.state && !to->final;
}

// Fields that a step wants and that are not there.
std::vector<const Field*> lacking(const CaseType& type, const CaseState& now, const Step& step,
                                  const Json& form) {
  std::vector<const Field*> out;
  for (const Field& field : type.declared.form) {
    const bool needed =
        contains(step.needs, field.name) || (field.required && begins_in_earnest(type, now, step));
    if (needed && is_empty(form, field.name)) out.push_back(&field);
  }
  return out;
}

void check_complete(const CaseType& type, const CaseState& now, const Step& step, const Json& form) {
  std::vector<FieldFault> faults;
  for (const Field* field : lacking(type, now, step, form))
    faults.push_back(
        {field->name,
         {fmt::format("“{}”必须填写", field->label.zh), fmt::format("\"{}\" is required", field->label.en)}});
  if (!faults.empty()) throw FormError(codes::incomplete, std::move(faults));
}

// The rows of the draft when it is first sent on, and those that a step writes.
void check_rows(const CaseType& type, const CaseState& now, const Step& step, const Json& form, Date today) {
  RowFaults all;
  for (const Field& field : type.declared.form) {
    if (field.rows.empty() || (!begins_in_earnest(type, now, step) && !settable(step, field.name))) continue;
    RowFaults found = faults_of_rows(type, field, form, today);
    std::move(found.missing.begin(), found.missing.end(), std::back_inserter(all.missing));
    std::move(found.broken.begin(), found.broken.end(), std::back_inserter(all.broken));
  }
  if (!all.missing.empty()) throw FormError(codes::condition_unknown, std::move(all.missing));
  if (!all.broken.empty()) throw FormError(codes::condition_false, std::move(all.broken));
}

void check_condition(const CaseType& type, const CaseState& now, const Step& step, const Json& form,
                     Date today) {
  if (step.when.empty()) return;
  const Figures figures(type, form, tallies(type, now), today);
  const auto holds = figures.condition(step);
  if (!holds) {
    const auto missing = figures.missing(step);
    std::vector<std::string> zh;
    std::vector<std::string> en;
    for (const std::string& name : missing) {
      const Field* field = type.field(name);
      zh.push_back(field != nullptr ? field->label.zh : name);
      en.push_back(field != nullptr ? field->label.en : name);
    }
    throw refused(codes::condition_unknown, fmt::format("还缺：{}", fmt::join(zh, "、")),
                  fmt::format("still missing: {}", fmt::join(en, ", ")));
  }
  if (!*holds) throw refused(codes::condition_false, step.otherwise.zh, step.otherwise.en);
}

void enter(const CaseType& type, CaseState& now, const std::string& state, Date today, const Days& days) {
  if (!state.empty() && state != now.state) {
    now.state = state;
    if (state == type.declared.start_state) now.took_lately.clear();
    for (const Ballot& ballot : type.declared.ballots)
      if (ballot.in == state) now.voices[ballot.name].clear();
  }
  advance(type, now, today, days);
}

Json value_or_null(const Json& form, const std::string& field) {
  const auto found = form.find(field);
  return found == form.end() ? Json(nullptr) : *found;
}

bool words_missing(const std::string& words) {
  return trim(words).empty();
}

// The mark of a voice. Throws bad_form for one that is missing, out of bounds, or not asked for.
std::optional<Decimal> checked_score(const Ballot& ballot, const Action& action) {
  const auto refuse = [](const std::string& zh, const std::string& en) {
    throw FormError(codes::bad_form, {{"score", {zh, en}}});
  };
  const std::string text(trim(action.score));
  const bool asked =
      ballot.score && (action.choice == Voice::Choice::in_favour || action.choice == Voice::Choice::against);
  if (!asked) {
    if (!text.empty()) refuse("这一票不打分", "this voice carries no score");
    return std::nullopt;
  }
  const Ballot::Score& bounds = *ballot.score;
  const std::optional<Decimal> score = Decimal::try_parse(text);
  if (!score || *score < bounds.min || bounds.max < *score ||
      score->round(bounds.places, Rounding::half_up) != *score)
    refuse(fmt::format("请打分：{} 到 {}，小数不超过 {} 位", bounds.min.to_string(), bounds.max.to_string(),
                       bounds.places),
           fmt::format("give a score from {} to {}, at most {} decimals", bounds.min.to_string(),
                       bounds.max.to_string(), bounds.places));
  return score;
}

CaseState after_vote(const CaseType& type, const CaseState& before, const Action& action, const Person& who) {
  const Ballot* ballot = type.ballot(action.ballot);
  if (ballot == nullptr)
    throw refused(codes::unknown_step, fmt::format("没有表决“{}”", action.ballot),
                  fmt::format("there is no ballot \"{}\"", action.ballot));
  if (before.state != ballot->in)
    throw refused(codes::wrong_state, fmt::format("“{}”现在不在进行", ballot->label.zh),
                  fmt::format("\"{}\" is not open now", ballot->label.en));
  const auto organisation = acts_as(ballot->of, before, who);
  if (!organisation)
    throw refused(codes::not_for_you, fmt::format("您不参加“{}”", ballot->label.zh),
                  fmt::format("you have no voice in \"{}\"", ballot->label.en));
  const bool needs_words = action.choice == Voice::Choice::recused ||
                           (action.choice == Voice::Choice::against && ballot->objection_in_words);
  if (needs_words && words_missing(action.reason))
    throw refused(codes::reason_missing, "反对或回避请写明理由，原文记录在案",
                  "say why you are against or stand aside; it is recorded as said");
  if (!action.values.empty())
    throw FormError(codes::not_editable,
                    {{action.values.begin().key(), {"表决时不能改表单", "a vote changes no field"}}});
  const std::optional<Decimal> score = checked_score(*ballot, action);
  CaseState out = before;
  auto& voices = out.voices[ballot->name];
  for (const Voice& voice : voices)
    if (ballot->by_organisation ? voice.organisation == *organisation : voice.user == who.user)
      throw refused(codes::already_spoken, "已经表过态了", "there is a voice of yours already");
  voices.push_back({action.choice, who.user, *organisation, std::string(trim(action.reason)), score});
  return out;
}

CaseState after_save(const CaseType& type, const CaseState& before, const Action& action, const Person& who) {
  if (before.state != type.declared.start_state)
    throw refused(codes::wrong_state, "只有草稿可以保存", "only a draft can be saved");
  if (!may_save(type, before, who))
    throw refused(codes::not_for_you, "这份草稿不是您单位的", "this draft is not of your organisation");
  CaseState out = before;
  out.form = with_values(type, before.form, action.values);
  std::vector<FieldFault> faults;
  for (const Field& field : type.declared.form)
    if (!field.in_draft && value_or_null(out.form, field.name) != value_or_null(before.form, field.name))
      faults.push_back({field.name, {"这一项由后面的步骤填写", "this is filled in by a later step"}});
  if (!faults.empty()) throw FormError(codes::not_editable, std::move(faults));
  out.took["start"].insert(who.user);  // who fills in the draft has drafted it
  return out;
}

}  // namespace

std::string_view to_string(TermState::Status status) {
  constexpr std::array<std::string_view, 4> names{"waiting", "running", "paused", "ended"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view to_string(Voice::Choice choice) {
  constexpr std::array<std::string_view, 4> names{"for", "against", "abstain", "recused"};
  return names[static_cast<std::size_t>(choice)];
}

std::optional<Voice::Choice> parse_voice(std::string_view text) {
  for (const auto one :
       {Voice::Choice::in_favour, Voice::Choice::against, Voice::Choice::abstain, Voice::Choice::recused})
    if (to_string(one) == text) return one;
  return std::nullopt;
}

bool writes(const Step& step) {
  return std::any_of(step.sets.begin(), step.sets.end(),
                     [](const std::string& field) { return field != not_secret && field != privacy_ok; }) ||
         std::any_of(step.effects.begin(), step.effects.end(),
                     [](const Effect& effect) { return effect.kind == Effect::Kind::compile; });
}

CaseState begin(const CaseType& type, const Person& who, Date today, const Days& days) {
  CaseState out;
  out.state = type.declared.start_state;
  out.applicant = who.organisation;
  const auto organisation = acts_as(type.declared.start_by, out, who);
  if (!organisation)
    throw refused(codes::not_for_you, fmt::format("“{}”不由您发起", type.declared.title.zh),
                  fmt::format("\"{}\" is not yours to begin", type.declared.title.en));
  out.applicant = *organisation;
  out.took["start"].insert(who.user);
  advance(type, out, today, days);
  return out;
}

CaseState decide(const CaseType& type, const CaseState& before, const Action& action, const Person& who,
                 Date today, const Days& days) {
  if (action.step == "save") {
    CaseState out = after_save(type, before, action, who);
    advance(type, out, today, days);
    return out;
  }
  if (action.step == "vote") return after_vote(type, before, action, who);
  const Step* step = type.step(action.step);
  if (step == nullptr)
    throw refused(codes::unknown_step, fmt::format("没有步骤“{}”", action.step),
                  fmt::format("there is no step \"{}\"", action.step));
  check_place(before, *step);
  check_person(type, before, *step, who);
  check_terms(type, before, *step, today);
  if (step->reason && words_missing(action.reason))
    throw refused(codes::reason_missing, fmt::format("“{}”请写明理由", step->label.zh),
                  fmt::format("say why you \"{}\"", step->label.en));
  CaseState out = before;
  out.form = patched(type, before, *step, action.values);
  check_complete(type, before, *step, out.form);
  check_rows(type, before, *step, out.form, today);
  check_condition(type, before, *step, out.form, today);
  out.took[step->name].insert(who.user);
  out.took_lately[step->name].insert(who.user);
  enter(type, out, step->to, today, days);
  return out;
}

std::vector<Option> options(const CaseType& type, const CaseState& now, const Person& who, Date today) {
  std::vector<Option> out;
  for (const Step& step : type.declared.steps) {
    if (!contains(step.from, now.state)) continue;
    Option option{&step, {}, false};
    try {
      check_person(type, now, step, who);
      check_terms(type, now, step, today);
      // Only what cannot be mended in the step itself stands against it beforehand.
      const auto missing = lacking(type, now, step, now.form);
      const bool fillable = std::any_of(missing.begin(), missing.end(),
                                        [&](const Field* f) { return settable(step, f->name); });
      const bool draft = now.state == type.declared.start_state;
      if (!fillable && !draft) check_complete(type, now, step, now.form);
      if (step.sets.empty() && !draft) check_condition(type, now, step, now.form, today);
    } catch (const Error& e) {
      option.for_others = e.code() == codes::not_for_you;
      option.refused = e;
    }
    out.push_back(std::move(option));
  }
  return out;
}

std::vector<const Ballot*> open_ballots(const CaseType& type, const CaseState& now, const Person& who) {
  std::vector<const Ballot*> out;
  for (const Ballot& ballot : type.declared.ballots) {
    if (ballot.in != now.state) continue;
    const auto organisation = acts_as(ballot.of, now, who);
    if (!organisation) continue;
    const auto found = now.voices.find(ballot.name);
    const bool spoken =
        found != now.voices.end() &&
        std::any_of(found->second.begin(), found->second.end(), [&](const Voice& v) {
          return ballot.by_organisation ? v.organisation == *organisation : v.user == who.user;
        });
    if (!spoken) out.push_back(&ballot);
  }
  return out;
}

bool may_make(const Paper& paper, const CaseState& now, const Person& who) {
  return contains(paper.states, now.state) && acts_as(paper.by, now, who).has_value();
}

bool may_save(const CaseType& type, const CaseState& now, const Person& who) {
  return now.state == type.declared.start_state && of_the_applicants(type, now, who);
}

std::vector<Waiting> waiting_for(const CaseType& type, const CaseState& now) {
  std::vector<Waiting> out;
  const bool draft = unsent(type, now);
  const auto add = [&](const std::vector<Actor>& actors, const std::string& what,
                       const std::set<std::string>& spoken = {}) {
    for (const Actor& actor : actors) {
      for (std::string organisation : organisations_of(actor, now)) {
        if (draft && organisation != now.applicant) continue;  // nobody else can see it
        if (!organisation.empty() && spoken.contains(organisation)) continue;
        Waiting one{actor.role, std::move(organisation), what};
        if (!contains(out, one)) out.push_back(std::move(one));
      }
    }
  };
  for (const Step& step : type.declared.steps)
    if (step.expected && contains(step.from, now.state)) add(step.by, step.name);
  for (const Ballot& ballot : type.declared.ballots) {
    if (ballot.in != now.state) continue;
    std::set<std::string> spoken;
    if (const auto found = now.voices.find(ballot.name); found != now.voices.end() && ballot.by_organisation)
      for (const Voice& voice : found->second) spoken.insert(voice.organisation);
    add(ballot.of, ballot.name, spoken);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> seen_by(const CaseType& type, const CaseState& now) {
  std::set<std::pair<std::string, std::string>> out;
  const auto add = [&](const std::vector<Actor>& actors) {
    for (const Actor& actor : actors)
      for (const std::string& organisation : organisations_of(actor, now))
        out.emplace(actor.role, organisation);
  };
  // A draft is its organisation's own until it is sent on, also when it was dropped.
  for (const Actor& actor : type.declared.start_by) out.emplace(actor.role, now.applicant);
  if (unsent(type, now)) return {out.begin(), out.end()};
  for (const Step& step : type.declared.steps) add(step.by);
  for (const Ballot& ballot : type.declared.ballots) add(ballot.of);
  for (const std::string& reader : type.declared.readers) out.emplace(reader, "");
  if (type.declared.open_to_all) out.emplace("*", "");
  return {out.begin(), out.end()};
}

bool acts_in(const CaseType& type, const CaseState& now, const Person& who) {
  if (of_the_applicants(type, now, who)) return true;
  for (const Step& step : type.declared.steps)
    if (acts_as(step.by, now, who)) return true;
  return std::any_of(type.declared.ballots.begin(), type.declared.ballots.end(),
                     [&](const Ballot& ballot) { return acts_as(ballot.of, now, who).has_value(); });
}

CaseState settled_terms(const CaseType& type, CaseState state, Date today, const Days& days) {
  advance(type, state, today, days);
  return state;
}

}  // namespace tributary::casework
