// What many cases come to together: counts and sums for the pages of the plan. Nothing personal is opened.
#include "casework/case_type_reading.h"
#include "casework/codes.h"
#include "casework/conditions.h"
#include "casework/personal.h"
#include "casework/stored.h"
#include "policy/expression.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

struct OneCase {
  std::string hash;
  Json form;
};

// Exact; nothing when there is none.
std::optional<Decimal> figure_of(const CaseType& type, const Json& form, const std::string& name, Date today) {
  if (const auto found = form.find(name); type.field(name) != nullptr) {
    if (found == form.end() || found->is_null()) return std::nullopt;
    return Decimal::parse(found->is_string() ? found->get<std::string>() : found->dump());
  }
  const auto computed = Figures(type, form, {}, today).computed();
  const auto found = computed.find(name);
  return found == computed.end() ? std::nullopt : std::optional(Decimal::parse(found->second));
}

bool adds_up(const Field& field) {
  return !personal(field) && (field.kind == FieldKind::number || field.kind == FieldKind::money);
}

// A figure that is not the same tomorrow, or that tells of people, is not kept.
bool is_kept(const CaseType& type, const Computed& figure) {
  if (figure.type.kind != policy::ValueType::Kind::number) return false;
  const auto inputs = inputs_of(*type.conditions, figure.name);
  return std::none_of(inputs.begin(), inputs.end(), [&](const std::string& name) {
    if (name == "today") return true;
    const Field* field = type.field(name);
    return field != nullptr && personal(*field) && field->kind != FieldKind::table;
  }) && !reading::is_of_people(type.declared, policy::parse_expression(figure.formula, figure.where));
}

bool is_kept(const CaseType& type, const std::string& figure) {
  if (const Field* field = type.field(figure)) return adds_up(*field);
  for (const Computed& one : type.declared.computed)
    if (one.name == figure) return is_kept(type, one);
  return false;
}

// What one case adds: by figure, as text.
Json kept_of(const CaseType& type, Json form, Date today) {
  each_personal(type, form, [](const Field&, const std::string&, Json& value) { value = nullptr; });
  Json out = Json::object();
  for (const Field& field : type.declared.form)
    if (adds_up(field) && !is_empty(form, field.name)) out[field.name] = form.at(field.name);
  std::optional<std::map<std::string, std::string>> computed;
  for (const Computed& figure : type.declared.computed) {
    if (!is_kept(type, figure)) continue;
    if (!computed) computed = Figures(type, form, {}, today).computed();
    if (const auto found = computed->find(figure.name); found != computed->end()) out[figure.name] = found->second;
  }
  return out;
}

// The sums of a type in a state stand in several rows, so that people who work at the same time seldom meet in one.
constexpr std::int64_t parts = 8;

// Adds (or takes away, with -1) one case.
void count(store::Transaction& t, const std::string& tenant, const std::string& type, const std::string& state,
           std::int64_t id, const Json& figures, int sign) {
  const auto row = t.first(
      "SELECT figures FROM casework_sum WHERE jurisdiction = ? AND type = ? AND state = ? AND part = ?", tenant, type,
      state, id % parts);
  Json sums = row ? Json::parse(row->text(0)) : Json::object();
  for (const auto& [name, value] : figures.items()) {
    const Decimal one = Decimal::parse(value.get<std::string>());
    Json& sum = sums[name];
    const bool fresh = sum.is_null();
    const Decimal before = fresh ? Decimal(0) : Decimal::parse(sum.at(1).get<std::string>());
    sum = Json::array({(fresh ? 0 : sum.at(0).get<std::int64_t>()) + sign,
                       (sign > 0 ? before + one : before - one).to_string()});
  }
  t.execute(
      "INSERT INTO casework_sum (jurisdiction, type, state, part, cases, figures) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT "
      "(jurisdiction, type, state, part) DO UPDATE SET cases = casework_sum.cases + excluded.cases, figures = "
      "excluded.figures",
      tenant, type, state, id % parts, sign, sums.dump());
}

}  // namespace

void Casework::keep_sums(store::Transaction& t, const Stored& s, bool fresh) const {
  const Json now = kept_of(*s.type, s.state.form, clock_.today());
  if (!fresh) {
    const auto was = t.first("SELECT type, counted, figures FROM casework_case WHERE jurisdiction = ? AND id = ?", tenant_,
                             s.id.value);
    const Json before = Json::parse(was->text(2));
    if (was->text(1) == s.state.state && before == now) return;
    if (!was->text(1).empty()) count(t, tenant_, was->text(0), was->text(1), s.id.value, before, -1);
  }
  count(t, tenant_, s.type->name(), s.state.state, s.id.value, now, 1);
  t.execute("UPDATE casework_case SET counted = ?, figures = ? WHERE jurisdiction = ? AND id = ?", s.state.state,
            now.dump(), tenant_, s.id.value);
}

std::size_t Casework::count_waiting(std::size_t most) {
  return database_.write([&](store::Transaction& t) {
    std::vector<CaseId> ids;
    t.each([&](const store::Row& row) { ids.push_back({row.integer(0)}); },
           "SELECT id FROM casework_case WHERE jurisdiction = ? AND counted = '' ORDER BY id LIMIT ?", tenant_,
           static_cast<std::int64_t>(most));
    // What cannot be read adds nothing, and is still a case.
    for (const CaseId id : ids) try {
        if (const auto stored = find(t, id, Personal::sealed)) keep_sums(t, *stored, false);
      } catch (const Error& e) {
        if (e.code() != codes::bad_case_type && e.code() != codes::bad_record) throw;
        const auto row =
            t.first("SELECT type, state FROM casework_case WHERE jurisdiction = ? AND id = ?", tenant_, id.value);
        count(t, tenant_, row->text(0), row->text(1), id.value, Json::object(), 1);
        t.execute("UPDATE casework_case SET counted = state WHERE jurisdiction = ? AND id = ?", tenant_, id.value);
      }
    return ids.size();
  });
}

Casework::Tally Casework::tally(const std::string& type, const std::vector<std::string>& states,
                                const std::string& figure) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<store::Value> values{store::to_value(tenant_), store::to_value(type)};
    std::string condition = "jurisdiction = ? AND type = ?";
    for (const std::string& state : states) {
      condition += values.size() == 2 ? " AND state IN (?" : ", ?";
      values.push_back(store::to_value(state));
    }
    if (!states.empty()) condition += ")";
    Tally out;
    const auto known = types_->find(type);
    const bool kept = figure.empty() || (known != types_->end() && is_kept(*known->second, figure));
    // Until all cases of an earlier release are counted, and for what is another figure tomorrow, they are read.
    if (kept && !t.first("SELECT 1 FROM casework_case WHERE jurisdiction = ? AND counted = '' AND type = ? LIMIT 1", tenant_,
                         type)) {
      t.each_values("SELECT cases, figures FROM casework_sum WHERE " + condition, values, [&](const store::Row& row) {
        out.cases += row.integer(0);
        if (figure.empty()) return;
        const Json sums = Json::parse(row.text(1));
        const auto found = sums.find(figure);
        out.lacking += row.integer(0) - (found == sums.end() ? 0 : found->at(0).get<std::int64_t>());
        if (found != sums.end()) out.sum = out.sum + Decimal::parse(found->at(1).get<std::string>());
      });
      return out;
    }
    std::vector<OneCase> cases;
    t.each_values("SELECT hash, form FROM casework_case WHERE " + condition, values,
                  [&](const store::Row& row) { cases.push_back({row.text(0), Json::parse(row.text(1))}); });
    for (const OneCase& one : cases) {
      ++out.cases;
      if (figure.empty()) continue;
      if (const auto value = figure_of(*type_of(t, one.hash), one.form, figure, clock_.today()))
        out.sum = out.sum + *value;
      else
        ++out.lacking;
    }
    return out;
  });
}

std::vector<std::int64_t> Casework::ids_of(const std::string& type) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<std::int64_t> out;
    t.each([&](const store::Row& row) { out.push_back(row.integer(0)); },
           "SELECT id FROM casework_case WHERE jurisdiction = ? AND type = ? ORDER BY id", tenant_, type);
    return out;
  });
}

std::int64_t Casework::entries_in_force(const std::string& kind, const std::string& type) const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first(
        "SELECT COUNT(*) FROM casework_entry e JOIN casework_case c ON c.jurisdiction = e.jurisdiction AND "
        "c.id = e.case_id WHERE e.jurisdiction = ? AND e.kind = ? AND c.type = ? AND e.ended_by = 0 AND "
        "(e.valid_to = '' OR e.valid_to >= ?)",
        tenant_, kind, type, base::to_string(clock_.today()));
    return row->integer(0);
  });
}

}  // namespace tributary::casework
