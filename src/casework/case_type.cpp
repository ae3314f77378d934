#include "casework/case_type.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tributary::casework {
namespace {

template <class List>
auto find_named(const List& list, std::string_view name) -> const typename List::value_type* {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.name == name; });
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

std::string_view to_string(FieldKind kind) {
  constexpr std::array<std::string_view, 18> names{
      "text",       "paragraph",   "number", "money",        "boolean",       "date",
      "choice",     "party",       "place",  "organisation", "organisations", "person",
      "citizen_id", "credit_code", "phone",  "account",      "documents",     "table"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Sensitivity sensitivity) {
  constexpr std::array<std::string_view, 4> names{"open", "internal", "personal", "sensitive"};
  return names[static_cast<std::size_t>(sensitivity)];
}

std::string_view to_string(Effect::Kind kind) {
  constexpr std::array<std::string_view, 17> names{
      "register", "end_entry", "register_party", "set_attribute", "transfer",  "hold",     "settle",
      "release",  "run",       "publish",        "withdraw",      "open_case", "allocate", "set_permit",
      "register_saving", "compile", "agree"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Term::Unit unit) {
  constexpr std::array<std::string_view, 3> names{"working_days", "days", "months"};
  return names[static_cast<std::size_t>(unit)];
}

std::string_view to_string(PaperBlock::Kind kind) {
  constexpr std::array<std::string_view, 9> names{
      "heading", "paragraph", "values", "table", "ballot", "signatures", "attachments", "each", "page_break"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Paper::Kind kind) {
  constexpr std::array<std::string_view, 6> names{"letter", "notice",      "minutes",
                                                  "report", "certificate", "agreement"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Paper::Layout layout) {
  constexpr std::array<std::string_view, 5> names{"document", "letter", "minutes", "cover", "plain"};
  return names[static_cast<std::size_t>(layout)];
}

std::vector<Field> columns_of_each(const Field& field) {
  if (field.kind == FieldKind::table) return field.columns;
  if (field.kind != FieldKind::organisations) return {};
  Field one = field;
  one.kind = FieldKind::organisation;
  return {one};
}

int article_of_key(std::string_view key) {
  if (!key.starts_with('a')) return 0;
  int out = 0;
  const auto [end, wrong] = std::from_chars(key.data() + 1, key.data() + key.size(), out);
  return wrong == std::errc() && end == key.data() + key.size() && out > 0 ? out : 0;
}

const Field* CaseType::field(std::string_view name) const {
  return find_named(declared.form, name);
}
const StateInfo* CaseType::state(std::string_view name) const {
  return find_named(declared.states, name);
}
const Step* CaseType::step(std::string_view name) const {
  return find_named(declared.steps, name);
}
const Term* CaseType::term(std::string_view name) const {
  return find_named(declared.terms, name);
}
const Ballot* CaseType::ballot(std::string_view name) const {
  return find_named(declared.ballots, name);
}
const Paper* CaseType::paper(std::string_view name) const {
  return find_named(declared.papers, name);
}

}  // namespace tributary::casework
