// Figures that the system has already, in the fields of a draft: filled in with their origin whenever it is opened or
// worked on, fixed once it is sent on, typed otherwise only where the declaration lets it and with a reason.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/personal.h"
#include "casework/stored.h"
#include "compensate/compensation.h"
#include "compensate/standing.h"
#include "known/of_rule.h"
#include "policy/pack.h"
#include "registry/registry.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using From = KnownField::From;

// "" where it is not filled in, or is no text.
std::string said(const Json& form, const std::string& field) {
  const auto found = form.find(field);
  return found == form.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

// The form as it will stand with the values given, as decide() will write them: a figure is looked up by what is kept, not
// by how it was typed («2,026»). What is not well-formed is not filled in; decide() refuses it.
Json form_with(const CaseType& type, Json form, const Json& values) {
  for (const auto& [name, value] : values.items()) {
    const Field* field = type.field(name);
    if (field == nullptr) continue;
    std::vector<FieldFault> faults;
    Json good = checked_value(*field, value, name, faults);
    if (good.is_null() || !faults.empty())
      form.erase(name);
    else
      form[name] = std::move(good);
  }
  return form;
}

// Of a day (2026-03-31) or a number (2026, 2026.0). What is typed may be anything: what is no year or day is none.
std::optional<Period> year_of_field(const Json& form, const std::string& field) try {
  const std::string text = said(form, field);
  if (text.size() < 4) return std::nullopt;
  const std::string rest = text.substr(4);
  const bool whole = rest.empty() || rest[0] == '-' || (rest[0] == '.' && rest.find_first_not_of(".0") == std::string::npos);
  return whole ? std::optional(Period::parse(text.substr(0, 4))) : std::nullopt;
} catch (const Error&) {
  return std::nullopt;
}

std::optional<Date> day_of_field(const Json& form, const std::string& field) try {
  const std::string text = said(form, field);
  return text.empty() ? std::nullopt : std::optional(parse_date(text));
} catch (const Error&) {
  return std::nullopt;
}

// What a figure is asked for. Another question has another answer, and what was typed instead of the first says nothing of it.
Json question_of(const KnownField& wanted, const Json& form) {
  Json out{{"from", to_string(wanted.from)}, {"what", wanted.what}, {"of", said(form, wanted.of)}};
  const std::string subject = wanted.from == From::rights ? wanted.what : wanted.subject;
  for (const auto& [key, field] : {std::pair{"party", wanted.party}, {"rule", wanted.rule}, {"subject", subject}, {"period", wanted.period},
                                   {"year", wanted.year}, {"starts", wanted.starts}, {"ends", wanted.ends}})
    if (!field.empty()) out[key] = said(form, field);
  return out;
}

// (Origins of earlier releases do not say all of it.)
bool is_asked(const Json& origin, const Json& question) {
  for (const auto& [key, value] : question.items())
    if (origin.contains(key) && origin.at(key) != value) return false;
  return true;
}

// 7.00 is no other amount than 7.
bool same(const Field& field, const Json& a, const Json& b) {
  const bool counts = field.kind == FieldKind::number || field.kind == FieldKind::money;
  return counts ? Decimal::parse(text_of(a)) == Decimal::parse(text_of(b)) : a == b;
}

// As the rule comes to it now; «缺» where it comes to nothing, as a notice says it.
std::optional<known::Figure> of_standing(const compensate::Compensation& compensation, const policy::Policy& policy, Date today,
                                         const KnownField& wanted, const Json& form) {
  const std::string name = said(form, wanted.rule);
  const std::string subject = said(form, wanted.subject);
  const auto duties = compensate::duties(policy, today);
  const auto rule = std::ranges::find_if(duties, [&](const auto& one) { return one->rule.name == name; });
  if (rule == duties.end()) return std::nullopt;
  const Period period = Period::parse(said(form, wanted.period));
  const auto found = compensation.look(name, period, said(form, wanted.of));
  const compensate::PlaceResult& place = found.places.at(0);
  if (std::ranges::none_of(place.roles, [&](const auto& role) { return role.party == said(form, wanted.party); })) return std::nullopt;
  for (const compensate::FormulaValue& one : place.results) {
    const auto bracket = one.name.find('[');
    if (one.name.substr(0, bracket) != wanted.what) continue;
    if (bracket != std::string::npos) {
      const std::string element = one.name.substr(bracket + 1, one.name.size() - bracket - 2);
      const Text title = compensate::element_title(policy, (*rule)->rule, element);
      if (subject != element && subject != title.zh && subject != title.en) continue;
    }
    return known::Figure{one.value == "-" ? "缺" : one.unit.empty() ? one.value : one.value + " " + one.unit,
                         fmt::format("standing:{}:{}", name, period.to_string())};
  }
  return std::nullopt;
}

// A value of the form for an input of a rule; nothing where there is none. A figure of a standing brings its unit («12.8 t»).
std::optional<known::Given> given_by(const CaseType& type, const Json& form, const std::string& text) {
  if (!text.starts_with('{')) return known::Given{text, ""};
  const Field& field = *type.field(text.substr(1, text.size() - 2));
  const auto found = form.find(field.name);
  if (found == form.end() || found->is_null()) return std::nullopt;
  if (found->is_boolean()) return known::Given{found->get<bool>() ? "true" : "false", ""};
  const std::string value = text_of(*found);
  if (field.kind == FieldKind::number) return known::Given{value, field.unit.symbol()};
  if (field.kind == FieldKind::money) return known::Given{value, "CNY"};
  const auto space = value.find(' ');
  if (value.empty() || value == "缺") return std::nullopt;
  return space == std::string::npos ? known::Given{value, ""} : known::Given{value.substr(0, space), value.substr(space + 1)};
}

// What follows by the rule that the declaration names for what the form says; nothing for what it names none for.
std::optional<known::Figure> of_consequence(const policy::Policy& policy, Date today, const CaseType& type, const KnownField& wanted,
                                            const Json& form) {
  const std::string by = said(form, wanted.rule);
  const auto next = std::ranges::find_if(wanted.consequences, [&](const auto& one) { return one.when == by; });
  if (next == wanted.consequences.end()) return std::nullopt;
  for (const auto& [name, sign] : {std::pair{next->negative, -1}, {next->positive, 1}}) {
    if (name.empty()) continue;
    const std::string label = type.field(name)->label.zh;
    const auto figure = given_by(type, form, "{" + name + "}");
    const auto value = figure ? Decimal::try_parse(figure->value) : std::nullopt;
    const std::string of_rule = fmt::format("rule:{}:", next->rule);
    if (!value) return known::Figure{fmt::format("缺：{}（规则 {}）。", label, next->rule), of_rule};
    if (Rational(*value).sign() != sign)
      return known::Figure{fmt::format("不适用：{}是 {}（规则 {}）。", label, value_in_text(type, form, name, false), next->rule), of_rule};
  }
  const Field& day = *type.field(next->on);
  const std::string on = said(form, next->on);
  if (on.empty()) return known::Figure{fmt::format("缺：{}（规则 {}）。", day.label.zh, next->rule), fmt::format("rule:{}:", next->rule)};
  known::OfRule asked{next->rule, next->what, day.kind == FieldKind::date ? parse_date(on) : Period::parse(on).from(), today, {}};
  for (const auto& [input, text] : next->given)
    if (auto given = given_by(type, form, text)) asked.given[input] = std::move(*given);
  return known::of_rule(policy, asked);
}

}  // namespace

bool Casework::may_know(store::Transaction& t, const identity::Caller* caller, const KnownField& wanted, const Json& form,
                        const std::string& applicant) const {
  using identity::Permission;
  if (wanted.from != From::ledger && wanted.from != From::rights && wanted.from != From::standing) return true;
  const std::string of = said(form, wanted.from == From::standing ? wanted.party : wanted.of);
  if (of.empty()) return true;  // the applicant's own, or of nobody yet
  if (caller != nullptr && caller->may(wanted.from == From::ledger ? Permission::ledger_read : Permission::rights_read, of))
    return true;
  const auto organisation = identity::organisation_in(t, tenant_, applicant);
  return organisation && organisation->party == of;
}

std::optional<known::Figure> Casework::known_of(store::Transaction& t, const CaseType& type, const Field& field, const Json& form,
                                                const std::string& applicant) const try {
  const KnownField& wanted = *field.known;
  if (wanted.from == From::rule)
    return policy_ == nullptr ? std::nullopt : of_consequence(*policy_, clock_.today(), type, wanted, form);
  const std::string of = said(form, wanted.of);
  if (!wanted.of.empty() && of.empty()) return std::nullopt;
  const auto organisation = wanted.of.empty() ? identity::organisation_in(t, tenant_, applicant) : std::nullopt;
  if (wanted.of.empty() && !organisation) return std::nullopt;
  const auto year = wanted.year.empty() ? std::nullopt : year_of_field(form, wanted.year);
  if (!wanted.year.empty() && !year) return std::nullopt;
  switch (wanted.from) {
    case From::readings:
      if (policy_ == nullptr) return std::nullopt;
      return known::of_readings(
          t, tenant_, policy_->catalog().statistics,
          {wanted.of.empty() ? known::places_in(t, tenant_, {wanted.kind, organisation->jurisdiction, *year})
                             : std::vector{of},
           wanted.what, wanted.series, wanted.statistic, field.unit, wanted.decimals, *year});
    case From::ledger:
      return known::of_ledger(t, tenant_, wanted.what == "received", wanted.of.empty() ? organisation->party : of, *year);
    case From::party:
      return known::of_party(t, tenant_, wanted.of.empty() ? organisation->party : of, wanted.what);
    case From::place:
      if (!year) return known::of_place(t, tenant_, of, wanted.what, clock_.today());
      // Of that year, as it is known today.
      if (const auto found = registry::RegistryReader(t, tenant_).attribute(of, wanted.what, year->from(), clock_.today()))
        return known::Figure{found->value, fmt::format("place:{}:{}", wanted.what, found->verified ? "verified" : "unverified")};
      return std::nullopt;
    case From::rights: {
      const auto starts = day_of_field(form, wanted.starts);
      const auto ends = day_of_field(form, wanted.ends);
      if (!starts || !ends) return std::nullopt;
      return known::of_rights(database_, tenant_, clock_, {of, said(form, wanted.what), *starts, *ends});
    }
    case From::rule: break;
    case From::standing:
      if (policy_ == nullptr) return std::nullopt;
      return of_standing(compensate::Compensation(database_, tenant_, *policy_, clock_), *policy_, clock_.today(), wanted, form);
  }
  return std::nullopt;
} catch (const Error& e) {
  // A place that is not registered, a year before all rules of statistics, two series of one indicator: it cannot be told.
  if (e.kind() != Kind::not_found && e.kind() != Kind::invalid_input && e.kind() != Kind::conflict) throw;
  return std::nullopt;
}

void Casework::fill_known(store::Transaction& t, const identity::Caller* caller, Stored& s, const Action& action) const {
  const std::string by = caller == nullptr ? "" : caller->display_name.empty() ? caller->name : caller->display_name;
  Json form = form_with(*s.type, s.state.form, action.values);  // with the figures of fields before, as far as it is read
  const Step* step = s.type->step(action.step);
  const auto may_set = [&](const std::string& field) {
    return step == nullptr || std::find_if(step->sets.begin(), step->sets.end(), [&](const std::string& set) {
                                return set == "all" || set == field;
                              }) != step->sets.end();
  };
  std::vector<FieldFault> fixed;
  std::vector<FieldFault> reasons;
  for (const Field& field : s.type->declared.form) {
    if (!field.known) continue;
    const Json question = question_of(*field.known, form);
    const auto origin = s.origins.find(field.name);
    const bool had = origin != s.origins.end();
    // Typed otherwise before, for what is still asked, and where that is (still) allowed.
    const bool kept = had && origin->contains("reason") && field.known->may_override && is_asked(*origin, question);
    std::optional<known::Figure> figure;
    std::string at = base::to_string(clock_.today());
    if (may_know(t, caller, *field.known, form, s.state.applicant))
      figure = known_of(t, *s.type, field, form, s.state.applicant);
    else if (had && is_asked(*origin, question)) {  // a colleague who may was told
      figure = known::Figure{text_of(origin->at("value")), origin->at("detail").get<std::string>()};
      at = origin->at("at").get<std::string>();
    }
    std::vector<FieldFault> faults;
    const Json value = figure ? checked_value(field, figure->value, field.name, faults) : Json(nullptr);
    if (value.is_null() || !faults.empty()) {
      // Nobody knows it (any more): it may be typed. What a rule comes to is told by the rule and by nobody else.
      const bool never = field.known->from == From::standing || field.known->from == From::rule;
      if (const auto given = action.values.find(field.name); never && given != action.values.end() && !given->is_null() && *given != "")
        fixed.push_back({field.name, {fmt::format("“{}”由系统带出（现在没有），不能填写", field.label.zh),
                                      fmt::format("\"{}\" is filled in by the system, which has none now; it cannot be typed", field.label.en)}});
      if (never || (had && !kept)) s.state.form.erase(field.name);
      if (never) form.erase(field.name);
      s.origins.erase(field.name);
      continue;
    }
    Json now = question;
    now["value"] = value;
    now["detail"] = figure->detail;
    now["at"] = at;
    const auto given = action.values.find(field.name);
    std::vector<FieldFault> wrong;
    const Json typed = given == action.values.end() ? Json(nullptr) : checked_value(field, *given, field.name, wrong);
    const bool differs = !wrong.empty() || (!typed.is_null() && !same(field, typed, value));
    if (given == action.values.end() ? kept : differs) {
      std::string reason = kept ? origin->at("reason").get<std::string>() : std::string();
      // A reason stands beside the figure that it is for.
      if (const auto more = action.reasons.find(field.name);
          more != action.reasons.end() && given != action.values.end() && may_set(field.name))
        reason = trim(more->second);
      if (!field.known->may_override)
        fixed.push_back({field.name,
                         {fmt::format("“{}”由系统带出（{}），不能改写", field.label.zh, text_of(value)),
                          fmt::format("\"{}\" is known ({}) and cannot be typed", field.label.en, text_of(value))}});
      else if (reason.empty() || reason.size() > 1000 || !is_utf8(reason))
        reasons.push_back({field.name,
                           {fmt::format("与系统已有的 {} 不同，请写明理由", text_of(value)),
                            fmt::format("it differs from {}, which the system has: say why", text_of(value))}});
      const bool as_it_was = kept && Json(reason) == origin->at("reason") &&
                             (given == action.values.end() || typed == s.state.form.value(field.name, Json(nullptr)));
      now["reason"] = reason;
      now["by"] = as_it_was ? origin->at("by") : Json(by);
    } else {
      s.state.form[field.name] = value;
      form[field.name] = value;
    }
    s.origins[field.name] = std::move(now);
  }
  if (!fixed.empty()) throw FormError(codes::known_figure, std::move(fixed));
  if (!reasons.empty()) throw FormError(codes::reason_missing, std::move(reasons));
}

}  // namespace tributary::casework
