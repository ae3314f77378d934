// Terms, ballots and the sheet, as they are declared.
#include "base/text.h"
#include "casework/case_type_reading.h"
#include "policy/catalog.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::casework::reading {

using policy::YamlMap;
using policy::YamlNode;

Term read_term(const YamlNode& key, const YamlNode& value) {
  YamlMap map(value, key.scalar);
  Term out;
  out.name = key.scalar;
  out.where = key.where;
  out.where.field = key.scalar;
  out.label = map.bilingual("label");
  out.runs_in = words(map, "runs_in");
  out.paused_in = words(map, "paused_in");
  out.source = map.source_or_none();
  out.verified = map.boolean_or("verified", true);
  const bool working = map.find("working_days") != nullptr;
  const bool plain = map.find("days") != nullptr;
  const bool months = map.find("months") != nullptr;
  out.until = map.text_or("until");
  out.from = map.text_or("from");
  if (static_cast<int>(working) + static_cast<int>(plain) + static_cast<int>(months) +
          static_cast<int>(!out.until.empty()) !=
      1)
    bad(out.where, "期限写 working_days、days、months、until 四者之一",
        "a term has one of working_days, days, months, until");
  out.unit = working ? Term::Unit::working_days : months ? Term::Unit::months : Term::Unit::days;
  if (out.until.empty()) {
    const int most = months ? 120 : 3660;
    out.length = map.integer(working ? "working_days" : months ? "months" : "days");
    if (out.length < 1 || out.length > most)
      bad(out.where, fmt::format("期限应在 1 到 {} 之间", most), fmt::format("a term lies in 1 … {}", most));
  }
  if (!out.from.empty() && (!out.until.empty() || !out.paused_in.empty()))
    bad(out.where, "从某一日起算的期限（from）不能写 until，也不会停走（paused_in）",
        "a term counted from a day (from) has no until, and does not stand still (paused_in)");
  if (const YamlNode* last = map.find("last_day")) {
    if (policy::scalar_of(*last, "last_day") != "next_working_day")
      bad(last->where, "last_day 只能是 next_working_day", "last_day can only be next_working_day");
    if (working || !out.until.empty())
      bad(last->where, "last_day 只用于 days 和 months", "last_day goes with days and months only");
    out.rolls_on = true;
  }
  if (out.runs_in.empty()) bad(out.where, "期限要写 runs_in", "a term needs runs_in");
  map.finish();
  return out;
}

Ballot read_ballot(const YamlNode& key, const YamlNode& value) {
  YamlMap map(value, key.scalar);
  Ballot out;
  out.name = key.scalar;
  out.where = key.where;
  out.where.field = key.scalar;
  out.label = map.bilingual("label");
  out.in = map.text("in");
  out.of = read_actors(map, "of", true);
  const std::string per = map.text_or("one_per", "person");
  if (per != "person" && per != "organisation")
    bad(out.where, "one_per 应为 person 或 organisation", "one_per is person or organisation");
  out.by_organisation = per == "organisation";
  out.objection_in_words = map.boolean_or("objection_in_words", true);
  if (const YamlNode* node = map.find("score")) {
    YamlMap score(*node, "score");
    Ballot::Score bounds;
    bounds.min = policy::decimal_of(score.require("min"), "min");
    bounds.max = policy::decimal_of(score.require("max"), "max");
    if (score.find("places") != nullptr) bounds.places = score.integer("places");
    score.finish();
    if (!(bounds.min < bounds.max)) bad(node->where, "max 应大于 min", "max is above min");
    if (bounds.places < 0 || bounds.places > 4)
      bad(node->where, "places 应在 0 到 4 之间", "places lies in 0 … 4");
    out.score = bounds;
  }
  map.finish();
  return out;
}

// What a row of a sheet can hold.
static bool fits_in_a_cell(const Field& field) {
  return field.kind != FieldKind::table && field.kind != FieldKind::documents;
}

SheetForm read_sheet(const YamlNode& node, const Declaration& d) {
  YamlMap map(node, "sheet");
  SheetForm out;
  out.title = map.bilingual("title");
  const YamlNode& columns = map.require("columns");
  if (columns.kind != YamlNode::Kind::sequence) bad(columns.where, "columns 应为列表", "columns is a list");
  for (const YamlNode& item : columns.items) {
    YamlMap column(item, "column");
    SheetColumn one;
    one.field = column.text_or("field");
    one.title = column.text_or("title");
    column.finish();
    const auto field =
        std::find_if(d.form.begin(), d.form.end(), [&](const Field& f) { return f.name == one.field; });
    if (!one.field.empty()) {
      std::vector<std::string> names;
      for (const Field& f : d.form) names.push_back(f.name);
      require_known(names, one.field, item.where, {"字段", "field"});
      if (!fits_in_a_cell(*field))
        bad(item.where, fmt::format("“{}”放不进一个单元格", one.field),
            fmt::format("\"{}\" does not fit into a cell", one.field));
      if (one.title.empty()) one.title = field->label.zh;
    } else if (one.title.empty()) {
      bad(item.where, "栏目要写 field，或者只写 title（序号栏）",
          "a column has a field, or a title only (the number of the row)");
    }
    for (const SheetColumn& other : out.columns)
      if (other.title == one.title || (!one.field.empty() && other.field == one.field))
        bad(item.where, fmt::format("“{}”出现两次", one.title),
            fmt::format("\"{}\" stands twice", one.title));
    out.columns.push_back(std::move(one));
  }
  for (const Field& field : d.form)
    if (field.required && field.in_draft && fits_in_a_cell(field) && field.prefill.empty() && !field.known &&
        std::none_of(out.columns.begin(), out.columns.end(),
                     [&](const SheetColumn& c) { return c.field == field.name; }))
      bad(node.where, fmt::format("必填的“{}”不在表中", field.label.zh),
          fmt::format("\"{}\" is required and not in the sheet", field.label.en));
  map.finish();
  return out;
}

}  // namespace tributary::casework::reading
