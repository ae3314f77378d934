#include "registry/dated_rows.h"

#include "registry/codes.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::registry {
namespace {

constexpr std::string_view since_ever = "0001-01-01";
constexpr std::string_view for_ever = "9999-12-31";

std::string text_of(const store::Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(std::int64_t v) const { return fmt::format("{}", v); }
    std::string operator()(double v) const { return fmt::format("{}", v); }
    std::string operator()(const std::string& v) const { return v; }
  };
  return std::visit(Visitor{}, value);
}

// A stored column as the kind of value that the field has.
store::Value read_like(const store::Row& row, std::size_t column, const store::Value& field) {
  if (row.is_null(column)) return {};
  if (std::holds_alternative<std::int64_t>(field)) return row.integer(column);
  if (std::holds_alternative<std::string>(field)) return row.text(column);
  return row.real(column);  // the only columns that may be NULL are reals
}

struct Key {
  std::string condition;  // "jurisdiction = ? AND code = ?"
  std::vector<store::Value> values;
  std::string shown;  // "sec:hx-01 upstream gov:341600"
};

Key key_of(const DatedRow& row, const std::string& tenant) {
  Key out{"jurisdiction = ?", {tenant}, {}};
  for (const Field& field : row.fields) {
    if (field.part != Field::Part::key) continue;
    out.condition += fmt::format(" AND {} = ?", field.column);
    out.values.push_back(field.value);
    out.shown += (out.shown.empty() ? "" : " ") + text_of(field.value);
  }
  return out;
}

[[noreturn]] void contradict(const DatedRow& row, const Key& key, const Text& what, Text hint) {
  throw Error(codes::contradiction,
              {fmt::format("“{}”与已登记的内容矛盾：{}", key.shown, what.zh),
               fmt::format("\"{}\" contradicts what is registered: {}", key.shown, what.en)},
              row.where, std::move(hint));
}

std::string shown(const Validity& v) {
  return fmt::format("[{}, {})", v.from == Date::min() ? "…" : day_text(v.from),
                     v.to == Date::max() ? "…" : day_text(v.to));
}

void insert(store::Transaction& transaction, const std::string& tenant, const DatedRow& row) {
  std::string columns = "jurisdiction, valid_from, valid_to";
  std::string marks = "?, ?, ?";
  std::vector<store::Value> values{tenant, day_text(row.validity.from), day_text(row.validity.to)};
  for (const Field& field : row.fields) {
    columns += fmt::format(", {}", field.column);
    marks += ", ?";
    values.push_back(field.value);
  }
  transaction.execute_values(fmt::format("INSERT INTO {} ({}) VALUES ({})", row.table, columns, marks),
                             values);
}

// The stored version that begins on the same day: says what is to be done with it.
Put settle(store::Transaction& transaction, const DatedRow& row, const Key& key, const store::Row& stored) {
  const Validity before = validity_from_text(stored.text(0), stored.text(1));
  bool notes_differ = false;
  std::string set = "valid_to = ?";
  std::vector<store::Value> values{day_text(row.validity.to)};
  std::size_t column = 2;
  for (const Field& field : row.fields) {
    if (field.part == Field::Part::key) continue;
    const store::Value old = read_like(stored, column++, field.value);
    if (field.part == Field::Part::note) {
      set += fmt::format(", {} = ?", field.column);
      values.push_back(field.value);
      notes_differ = notes_differ || old != field.value;
    } else if (old != field.value) {
      const std::string from = text_of(old);
      const std::string to = text_of(field.value);
      contradict(row, key,
                 {fmt::format("{} 原为“{}”，现为“{}”", field.column, from, to),
                  fmt::format("{} was \"{}\" and is now \"{}\"", field.column, from, to)},
                 {"历史不能改写：请先为原记录填写终止日，再从新的起始日另起一行",
                  "history is not rewritten: close the old row with a valid_to and add a row from the day of "
                  "the change"});
    }
  }
  const bool closes = row.closable && before.to == Date::max() && row.validity.to != Date::max();
  if (before.to != row.validity.to && !closes)
    contradict(row, key,
               {fmt::format("有效期原为 {}，现为 {}", shown(before), shown(row.validity)),
                fmt::format("the validity was {} and is now {}", shown(before), shown(row.validity))},
               {"已登记的终止日不能再改", "an end that is registered cannot be changed"});
  if (!closes && !notes_differ) return Put::unchanged;
  values.insert(values.end(), key.values.begin(), key.values.end());
  values.emplace_back(day_text(row.validity.from));
  transaction.execute_values(
      fmt::format("UPDATE {} SET {} WHERE {} AND valid_from = ?", row.table, set, key.condition), values);
  return closes ? Put::closed : Put::revised;
}

}  // namespace

std::string day_text(Date day) {
  if (day == Date::min()) return std::string(since_ever);
  if (day == Date::max()) return std::string(for_ever);
  return to_string(day);
}

Date day_from_text(std::string_view text) {
  if (text == since_ever) return Date::min();
  if (text == for_ever) return Date::max();
  return parse_date(text);
}

Validity validity_from_text(std::string_view from, std::string_view to) {
  return {day_from_text(from), day_from_text(to)};
}

Put put(store::Transaction& transaction, const std::string& tenant, const DatedRow& row) {
  const Key key = key_of(row, tenant);
  std::string columns = "valid_from, valid_to";
  for (const Field& field : row.fields)
    if (field.part != Field::Part::key) columns += fmt::format(", {}", field.column);
  std::vector<store::Row> versions;
  transaction.each_values(fmt::format("SELECT {} FROM {} WHERE {}", columns, row.table, key.condition),
                          key.values, [&](const store::Row& version) { versions.push_back(version); });
  for (const store::Row& version : versions)
    if (version.text(0) == day_text(row.validity.from)) return settle(transaction, row, key, version);
  for (const store::Row& version : versions) {
    const Validity other = validity_from_text(version.text(0), version.text(1));
    if (!other.overlaps(row.validity)) continue;
    contradict(row, key,
               {fmt::format("有效期 {} 与已登记的 {} 重叠", shown(row.validity), shown(other)),
                fmt::format("the validity {} overlaps the registered {}", shown(row.validity), shown(other))},
               {"请先为原记录填写终止日", "close the registered row with a valid_to first"});
  }
  insert(transaction, tenant, row);
  return Put::added;
}

bool covered(store::Transaction& transaction, const std::string& tenant, std::string_view table,
             std::string_view code, const Validity& validity) {
  std::vector<Validity> versions;
  transaction.each(
      [&](const store::Row& row) { versions.push_back(validity_from_text(row.text(0), row.text(1))); },
      fmt::format("SELECT valid_from, valid_to FROM {} WHERE jurisdiction = ? AND code = ?", table), tenant,
      code);
  std::sort(versions.begin(), versions.end());
  Date reached = validity.from;
  for (const Validity& v : versions)
    if (v.from <= reached && reached < v.to) reached = v.to;
  return reached >= validity.to;
}

bool exists(store::Transaction& transaction, const std::string& tenant, std::string_view table,
            std::string_view code) {
  return transaction
      .first(fmt::format("SELECT 1 FROM {} WHERE jurisdiction = ? AND code = ? LIMIT 1", table), tenant, code)
      .has_value();
}

}  // namespace tributary::registry
