// Figures that the system has already, in the fields of a draft: filled in with their origin whenever it is opened or
// worked on, fixed once it is sent on, typed otherwise only where the declaration lets it and with a reason.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/personal.h"
#include "casework/stored.h"
#include "known/known.h"

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using From = KnownField::From;

// "" where it is not filled in, or is no text.
std::string said(const Json& form, const std::string& field) {
  const auto found = form.find(field);
  return found == form.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

// What is typed may be anything: what is no year or day is none.
std::optional<Period> year_of_field(const Json& form, const std::string& field) try {
  const std::string text = said(form, field);
  return text.size() < 4 ? std::nullopt : std::optional(Period::parse(text.substr(0, 4)));
} catch (const Error&) {
  return std::nullopt;
}

std::optional<Date> day_of_field(const Json& form, const std::string& field) try {
  const std::string text = said(form, field);
  return text.empty() ? std::nullopt : std::optional(parse_date(text));
} catch (const Error&) {
  return std::nullopt;
}

// 7.00 is no other amount than 7.
bool same(const Field& field, const Json& a, const Json& b) {
  const bool counts = field.kind == FieldKind::number || field.kind == FieldKind::money;
  return counts ? Decimal::parse(text_of(a)) == Decimal::parse(text_of(b)) : a == b;
}

}  // namespace

std::optional<known::Figure> Casework::known_of(store::Transaction& t, const Field& field, const Json& form,
                                                const std::string& applicant) const try {
  const KnownField& wanted = *field.known;
  const std::string of = said(form, wanted.of);
  if (!wanted.of.empty() && of.empty()) return std::nullopt;
  const auto organisation = wanted.of.empty() ? identity::organisation_in(t, tenant_, applicant) : std::nullopt;
  if (wanted.of.empty() && !organisation) return std::nullopt;
  const auto year = wanted.year.empty() ? std::nullopt : year_of_field(form, wanted.year);
  if (!wanted.year.empty() && !year) return std::nullopt;
  switch (wanted.from) {
    case From::readings:
      if (statistics_ == nullptr) return std::nullopt;
      return known::of_readings(
          t, tenant_, *statistics_,
          {wanted.of.empty() ? known::places_in(t, tenant_, {wanted.kind, organisation->jurisdiction, *year})
                             : std::vector{of},
           wanted.what, wanted.series, wanted.statistic, field.unit, wanted.decimals, *year});
    case From::ledger:
      return known::of_ledger(t, tenant_, wanted.what == "received", wanted.of.empty() ? organisation->party : of, *year);
    case From::party:
      return known::of_party(t, tenant_, wanted.of.empty() ? organisation->party : of, wanted.what);
    case From::place:
      return known::of_place(t, tenant_, of, wanted.what, clock_.today());
    case From::rights: {
      const auto starts = day_of_field(form, wanted.starts);
      const auto ends = day_of_field(form, wanted.ends);
      if (!starts || !ends) return std::nullopt;
      return known::of_rights(database_, tenant_, clock_, {of, said(form, wanted.what), *starts, *ends});
    }
  }
  return std::nullopt;
} catch (const Error& e) {
  // A place that is not registered, a year before all rules of statistics: it cannot be told.
  if (e.kind() != Kind::not_found && e.kind() != Kind::invalid_input) throw;
  return std::nullopt;
}

void Casework::fill_known(store::Transaction& t, const std::string& by, Stored& s, const Action& action) const {
  Json form = s.state.form;
  for (const auto& [name, value] : action.values.items()) form[name] = value;
  std::vector<FieldFault> fixed;
  std::vector<FieldFault> reasons;
  for (const Field& field : s.type->declared.form) {
    if (!field.known) continue;
    std::vector<FieldFault> faults;
    const auto figure = known_of(t, field, form, s.state.applicant);
    const Json value = figure ? checked_value(field, figure->value, field.name, faults) : Json(nullptr);
    const auto origin = s.origins.find(field.name);
    const bool had = origin != s.origins.end();
    const auto given = action.values.find(field.name);
    if (value.is_null() || !faults.empty()) {
      // Nobody knows it (any more): it may be typed.
      if (had && !origin->contains("reason")) s.state.form.erase(field.name);
      s.origins.erase(field.name);
      continue;
    }
    Json now{{"from", to_string(field.known->from)},
             {"what", field.known->what},
             {"of", said(form, field.known->of)},
             {"value", value},
             {"detail", figure->detail},
             {"at", base::to_string(clock_.today())}};
    std::vector<FieldFault> wrong;
    const Json typed = given == action.values.end() ? Json(nullptr) : checked_value(field, *given, field.name, wrong);
    const bool kept = had && origin->contains("reason");
    if (given == action.values.end() ? kept : !wrong.empty() || (!typed.is_null() && !same(field, typed, value))) {
      std::string reason = kept ? origin->at("reason").get<std::string>() : std::string();
      if (const auto more = action.reasons.find(field.name); more != action.reasons.end())
        reason = trim(more->second);
      if (!field.known->may_override)
        fixed.push_back({field.name,
                         {fmt::format("“{}”由系统带出（{}），不能改写", field.label.zh, text_of(value)),
                          fmt::format("\"{}\" is known ({}) and cannot be typed", field.label.en, text_of(value))}});
      else if (reason.empty() || reason.size() > 1000 || !is_utf8(reason))
        reasons.push_back({field.name,
                           {fmt::format("与系统已有的 {} 不同，请写明理由", text_of(value)),
                            fmt::format("it differs from {}, which the system has: say why", text_of(value))}});
      now["reason"] = reason;
      now["by"] = kept && !action.reasons.contains(field.name) ? origin->at("by") : Json(by);
    } else {
      s.state.form[field.name] = value;
    }
    s.origins[field.name] = std::move(now);
  }
  if (!fixed.empty()) throw FormError(codes::known_figure, std::move(fixed));
  if (!reasons.empty()) throw FormError(codes::reason_missing, std::move(reasons));
}

}  // namespace tributary::casework
