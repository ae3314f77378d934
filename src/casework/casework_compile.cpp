// Other cases gathered into a table: one row for each unit that should be there, rows put together by what
// they are about, or cases counted.
#include "casework/codes.h"
#include "casework/stored.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

struct Source {
  std::int64_t id = 0;
  std::string applicant;
  std::string state;
  std::int64_t version = 0;
  Json form;
};

const Json* at(const Json& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() || found->is_null() ? nullptr : &*found;
}

std::string text_at(const Json* value) {
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : value->dump();
}

// The value a case is gathered by: of a date its year.
std::string key_of(const Field& field, const Json* value) {
  const std::string text = text_at(value);
  return field.kind == FieldKind::date ? text.substr(0, 4) : text;
}

bool is_sum(const Field& field) {
  return field.kind == FieldKind::number || field.kind == FieldKind::money;
}

class Table {
 public:
  Table(const Effect& effect, const Field& into, std::vector<Source> sources,
        std::vector<std::string> expected)
      : effect_(effect), into_(into), sources_(std::move(sources)), expected_(std::move(expected)) {}

  // `late`: whether a case came after its day.
  template <class Late>
  Json units(Late&& late) const {
    Json out = Json::array();
    const auto status = effect_.arguments.find("status");
    for (const std::string& unit : expected_) {
      Json row{{"unit", unit}};
      const Source* source = of(unit);
      if (source != nullptr)
        for (const auto& [column, field] : effect_.set)
          if (const Json* value = at(source->form, field)) row[column] = *value;
      if (status != effect_.arguments.end())
        row[status->second] = source == nullptr ? "missing" : late(*source) ? "late" : "on_time";
      out.push_back(std::move(row));
    }
    return out;
  }

  // Rows of the sources' tables with the same values in the columns of `group`: figures are added up, and who
  // gave none is named, for missing is not zero.
  Json merged(const std::map<std::string, Text>& names) const {
    struct Merged {
      Json row;
      std::map<std::string, Decimal> sums;
      std::map<std::string, std::set<std::string>> gave;  // by column: units
    };
    std::vector<std::pair<std::vector<std::string>, Merged>> out;
    std::map<std::vector<std::string>, std::size_t> index;
    for (const Source* source : by_unit())
      if (const Json* rows = at(source->form, effect_.arguments.at("rows")))
        for (const Json& row : *rows) {
          std::vector<std::string> key;
          for (const std::string& name : effect_.group) key.push_back(text_at(at(row, name)));
          const auto [found, fresh] = index.emplace(key, out.size());
          if (fresh) {
            out.emplace_back(key, Merged{Json::object(), {}, {}});
            for (const std::string& name : effect_.group)
              if (const Json* value = at(row, name)) out.back().second.row[name] = *value;
          }
          Merged& into = out[found->second].second;
          for (const auto& [column, field] : effect_.set) {
            const Json* value = at(row, field);
            if (value == nullptr) continue;
            const Field* kind = column_of(column);
            if (is_sum(*kind)) {
              Decimal& sum = into.sums.try_emplace(column, Decimal(0)).first->second;
              sum = sum + Decimal::parse(text_at(value));
              into.gave[column].insert(source->applicant);
            } else if (value->is_boolean()) {
              into.row[column] = into.row.value(column, false) || value->get<bool>();
            } else if (!into.row.contains(column)) {
              into.row[column] = *value;
            }
          }
        }
    Json rows = Json::array();
    const auto lacking = effect_.arguments.find("lacking");
    for (auto& [key, one] : out) {
      for (const auto& [column, sum] : one.sums) one.row[column] = sum.to_string();
      if (lacking != effect_.arguments.end()) {
        std::string who;
        for (const std::string& unit : expected_) {
          const bool whole = std::all_of(effect_.set.begin(), effect_.set.end(), [&](const auto& pair) {
            return !is_sum(*column_of(pair.first)) || one.gave[pair.first].contains(unit);
          });
          if (whole) continue;
          const auto name = names.find(unit);
          who += (who.empty() ? "" : "、") + (name == names.end() ? unit : name->second.zh);
        }
        if (!who.empty()) one.row[lacking->second] = who;
      }
      rows.push_back(std::move(one.row));
    }
    return rows;
  }

  Json counted() const {
    std::map<std::vector<std::string>, std::map<std::string, std::int64_t>> out;
    for (const Source& source : sources_) {
      std::vector<std::string> key;
      for (const std::string& name : effect_.group) key.push_back(text_at(at(source.form, name)));
      for (const auto& [column, state] : effect_.count)
        out[key][column] += state == "all" || state == source.state ? 1 : 0;
    }
    Json rows = Json::array();
    for (const auto& [key, counts] : out) {
      Json row = Json::object();
      for (std::size_t i = 0; i < key.size(); ++i)
        if (!key[i].empty()) row[effect_.group[i]] = key[i];
      for (const auto& [column, n] : counts) row[column] = std::to_string(n);
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  const Field* column_of(const std::string& name) const {
    for (const Field& column : into_.columns)
      if (column.name == name) return &column;
    return nullptr;
  }
  // The last one of a unit counts.
  const Source* of(const std::string& unit) const {
    const auto found = std::find_if(sources_.rbegin(), sources_.rend(),
                                    [&](const Source& one) { return one.applicant == unit; });
    return found == sources_.rend() ? nullptr : &*found;
  }
  std::vector<const Source*> by_unit() const {
    std::vector<const Source*> out;
    if (expected_.empty())
      for (const Source& one : sources_) out.push_back(&one);
    for (const std::string& unit : expected_)
      if (const Source* source = of(unit)) out.push_back(source);
    return out;
  }

  const Effect& effect_;
  const Field& into_;
  std::vector<Source> sources_;
  std::vector<std::string> expected_;
};

}  // namespace

void Casework::keep_keys(store::Transaction& t, const Stored& s) const {
  std::set<std::string> fields;
  for (const auto& [name, type] : *types_)
    for (const Step& step : type->declared.steps)
      for (const Effect& effect : step.effects)
        if (effect.kind == Effect::Kind::compile && effect.arguments.at("from") == s.type->name())
          for (const auto& [field, text] : effect.where_is) fields.insert(field);
  if (fields.empty()) return;
  t.execute("DELETE FROM casework_key WHERE jurisdiction = ? AND case_id = ?", tenant_, s.id.value);
  for (const std::string& name : fields) {
    const Field* field = s.type->field(name);
    const Json* value = field == nullptr ? nullptr : at(s.state.form, name);
    if (value == nullptr || field->sensitivity > Sensitivity::internal) continue;
    t.execute("INSERT INTO casework_key (jurisdiction, type, field, value, case_id) VALUES (?, ?, ?, ?, ?)",
              tenant_, s.type->name(), name, key_of(*field, value), s.id.value);
  }
}

Json Casework::compile(store::Transaction& t, Stored& s, const Effect& effect,
                       const std::map<std::string, std::string>& conditions) const {
  const std::string& from = effect.arguments.at("from");
  std::string sql =
      // CROSS JOIN: from the few that the key names to the cases, not through all in a state.
      "SELECT c.id, c.applicant, c.state, c.version, c.form FROM casework_key k CROSS JOIN casework_case c "
      "WHERE c.jurisdiction = k.jurisdiction AND c.id = k.case_id AND k.jurisdiction = ? AND k.type = ? AND "
      "k.field = ? AND k.value = ?";
  const auto& [first, wanted] = *conditions.begin();
  std::vector<store::Value> values{store::to_value(tenant_), store::to_value(from), store::to_value(first),
                                   store::to_value(wanted)};
  for (auto other = std::next(conditions.begin()); other != conditions.end(); ++other) {
    sql +=
        " AND EXISTS (SELECT 1 FROM casework_key o WHERE o.jurisdiction = k.jurisdiction AND o.type = k.type "
        "AND o.field = ? AND o.value = ? AND o.case_id = k.case_id)";
    values.push_back(store::to_value(other->first));
    values.push_back(store::to_value(other->second));
  }
  if (!effect.states.empty()) {
    std::string marks;
    for (const std::string& state : effect.states) {
      marks += marks.empty() ? "?" : ", ?";
      values.push_back(store::to_value(state));
    }
    sql += " AND c.state IN (" + marks + ")";
  }
  std::vector<Source> sources;
  t.each_values(sql + " ORDER BY c.id", values, [&](const store::Row& row) {
    sources.push_back({row.integer(0), row.text(1), row.text(2), row.integer(3), Json::parse(row.text(4))});
  });
  std::vector<std::string> expected;
  if (const auto field = effect.arguments.find("expected"); field != effect.arguments.end())
    if (const Json* list = at(s.state.form, field->second)) expected = list->get<std::vector<std::string>>();
  Json used = Json::array();
  for (const Source& one : sources) used.push_back({one.id, one.version});
  const Field& into = *s.type->field(effect.arguments.at("into"));
  const std::size_t number = sources.size();
  const Table table(effect, into, std::move(sources), std::move(expected));
  Json rows;
  if (effect.arguments.contains("rows")) {
    rows = table.merged(identity::organisation_names(t, tenant_));
  } else if (!effect.group.empty()) {
    rows = table.counted();
  } else {
    const auto argument = [&](const char* name) {
      const auto found = effect.arguments.find(name);
      return found == effect.arguments.end() ? std::string() : found->second;
    };
    rows = table.units([&](const Source& source) {
      const Json* due = at(source.form, argument("due"));
      if (due == nullptr || argument("submitted").empty()) return false;
      // The first time counts: what is sent back and mended is not late for that.
      const auto sent =
          t.first("SELECT MIN(at) FROM casework_event WHERE jurisdiction = ? AND case_id = ? AND step = ?",
                  tenant_, source.id, argument("submitted"));
      return sent && !sent->is_null(0) && day_of(Instant{sent->integer(0)}) > parse_date(text_at(due));
    });
  }
  std::vector<FieldFault> faults;
  Json checked = checked_value(into, rows, into.name, faults);
  if (!faults.empty()) throw FormError(codes::bad_form, std::move(faults));
  s.state.form[into.name] = std::move(checked);
  return {{"do", "compile"}, {"from", from}, {"into", into.name}, {"number", number}, {"sources", used}};
}

}  // namespace tributary::casework
