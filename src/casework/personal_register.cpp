#include "casework/personal_register.h"

#include "casework/personal.h"

#include <set>

namespace tributary::casework {

std::vector<PersonalField> personal_fields(const CaseTypes& types) {
  std::vector<PersonalField> out;
  for (const auto& [name, type] : types) {
    const Declaration& d = type->declared;
    std::set<std::string> acts;
    const auto add = [&](const std::vector<Actor>& actors) {
      for (const Actor& actor : actors) acts.insert(actor.role);
    };
    add(d.start_by);
    for (const Step& step : d.steps) add(step.by);
    for (const Ballot& ballot : d.ballots) add(ballot.of);
    PersonalField one;
    one.type = type;
    one.sees.assign(acts.begin(), acts.end());
    std::set<std::string> readers(d.readers.begin(), d.readers.end());
    if (d.open_to_all) readers.insert("*");
    for (const std::string& reader : readers)
      if (!acts.contains(reader)) one.masked.push_back(reader);
    const auto note = [&](const Field& field, const std::string& path, const Field& sourced) {
      one.path = path;
      one.label = field.label;
      one.kind = field.kind;
      one.sensitivity = field.sensitivity;
      one.own_source = field.source || sourced.source;
      one.source = field.source ? *field.source : sourced.source ? *sourced.source : d.source;
      out.push_back(one);
    };
    for (const Field& field : d.form) {
      if (field.kind != FieldKind::table && personal(field)) note(field, field.name, field);
      for (const Field& column : field.columns)
        if (personal(column)) note(column, field.name + "." + column.name, field);
    }
  }
  return out;
}

}  // namespace tributary::casework
