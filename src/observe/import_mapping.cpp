#include "observe/import_mapping.h"

#include "base/text.h"
#include "base/unit.h"
#include "observe/codes.h"
#include "observe/time_format.h"

#include <set>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

[[noreturn]] void bad(const ImportMapping& mapping, std::string_view zh, std::string_view en,
                      std::string_view field) {
  throw Error(codes::bad_mapping,
              {fmt::format("导入对照表“{}”有误：{}", mapping.id, zh),
               fmt::format("import mapping \"{}\": {}", mapping.id, en)},
              {{}, 0, 0, std::string(field)}, {"请修正对照表", "correct the mapping"});
}

void check_time(const ImportMapping& mapping, const TimeSource& time) {
  if (time.columns.empty()) bad(mapping, "时间没有列", "a time source names no column", "times");
  const auto problem = problem_of_time_format(time.format, time.year.has_value());
  if (problem) bad(mapping, problem->zh, problem->en, "times");
  if (time.second_of_day < 0 || time.second_of_day >= 86400)
    bad(mapping, "时刻不在一天之内", "second_of_day is outside the day", "times");
}

void check_value(const ImportMapping& mapping, const ValueColumn& value) {
  if (value.column.empty() || value.indicator.empty())
    bad(mapping, "数值列缺列名或指标", "a value names no column or no indicator", "values");
  Unit::parse(value.unit);
  const ValueBounds& b = value.bounds;
  const auto crossed = [](const auto& low, const auto& high) { return low && high && *low > *high; };
  if (crossed(b.impossible_below, b.impossible_above) || crossed(b.suspect_below, b.suspect_above))
    bad(mapping, "下限大于上限", "a lower bound is above its upper bound", value.column);
  if (value.detection_limit && !(*value.detection_limit > 0))
    bad(mapping, "检出限必须大于 0", "a detection limit must be above 0", value.column);
}

// Lengths go before the texts, so that no two mappings write the same.
class Writer {
 public:
  void add(std::string_view text) { out_ += fmt::format("{}:{};", text.size(), text); }
  void add(bool value) { out_ += value ? "1;" : "0;"; }
  void add(char value) { add(std::string_view(&value, 1)); }
  void add(const std::optional<double>& value) {
    out_ += value ? fmt::format("{};", *value) : std::string("-;");
  }
  void add(const std::vector<std::string>& list) {
    out_ += fmt::format("{}[", list.size());
    for (const std::string& text : list) add(std::string_view(text));
  }
  void add(const std::vector<FlaggedText>& list) {
    out_ += fmt::format("{}[", list.size());
    for (const FlaggedText& one : list) add(std::string_view(one.text)), add(to_string(one.flag));
  }
  const std::string& text() const { return out_; }

 private:
  std::string out_;
};

}  // namespace

void check(const ImportMapping& mapping) {
  if (mapping.id.empty() || mapping.source.empty())
    bad(mapping, "缺少编号或来源", "it has no id or no source", "id");
  if (mapping.place_columns.empty()) bad(mapping, "没有地点列", "it names no place column", "place_columns");
  if (mapping.times.empty()) bad(mapping, "没有时间列", "it names no time column", "times");
  if (mapping.values.empty()) bad(mapping, "没有数值列", "it names no value column", "values");
  for (const TimeSource& time : mapping.times) check_time(mapping, time);
  std::set<std::string> indicators;
  for (const ValueColumn& value : mapping.values) {
    check_value(mapping, value);
    if (!indicators.insert(value.indicator).second)
      bad(mapping, fmt::format("指标 {} 出现两次", value.indicator),
          fmt::format("indicator {} stands twice", value.indicator), value.column);
  }
}

std::string fingerprint(const ImportMapping& m) {
  Writer w;
  w.add(std::string_view(m.id)), w.add(std::string_view(m.source)), w.add(m.separator),
      w.add(m.comments_at_top);
  w.add(m.place_columns), w.add(std::string_view(m.place_separator));
  for (const TimeSource& t : m.times) {
    w.add(t.columns), w.add(std::string_view(t.format));
    w.add(t.year ? std::optional<double>(*t.year) : std::nullopt),
        w.add(std::optional<double>(t.second_of_day));
  }
  for (const ValueColumn& v : m.values) {
    for (const std::string* text : {&v.column, &v.preferred_column, &v.indicator, &v.unit, &v.unit_column})
      w.add(std::string_view(*text));
    w.add(v.optional), w.add(v.detection_limit);
    w.add(v.bounds.impossible_below), w.add(v.bounds.impossible_above);
    w.add(v.bounds.suspect_below), w.add(v.bounds.suspect_above);
    for (const Ordinal& o : v.ordinals)
      w.add(std::string_view(o.text)), w.add(std::optional<double>(o.value));
  }
  w.add(m.missing), w.add(m.not_measured), w.add(m.below_limit);
  w.add(std::string_view(m.status_column)), w.add(m.statuses);
  w.add(std::string_view(m.note_column)), w.add(m.note_separator), w.add(m.notes);
  w.add(m.unit_row), w.add(m.unit_in_header);
  return sha256_hex(w.text());
}

}  // namespace tributary::observe
