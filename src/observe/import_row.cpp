#include "observe/import_row.h"

#include "base/codes.h"
#include "base/text.h"
#include "base/unit.h"
#include "observe/cell.h"
#include "observe/codes.h"
#include "observe/time_format.h"

#include <array>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

// Units as people write them in files, in the spelling of base/unit.h.
std::string plain_unit(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> spellings{{
      {"μ", "u"},  // Greek mu
      {"µ", "u"},  // micro sign
      {"℃", "degC"},
      {"³", "3"},
      {"²", "2"},
      {"无量纲", "1"},
  }};
  std::string out(trim(text));
  for (const auto& [from, to] : spellings)
    for (std::size_t at = 0; (at = out.find(from, at)) != std::string::npos; at += to.size())
      out.replace(at, from.size(), to);
  return out;
}

bool same_unit(std::string_view text, const std::string& declared) {
  if (trim(text) == declared) return true;
  try {
    return Unit::parse(plain_unit(text)).same(Unit::parse(declared));
  } catch (const Error& error) {
    if (error.code() == base::codes::bad_unit) return false;
    throw;
  }
}

constexpr std::size_t longest_raw = 1000;

}  // namespace

RowReader::RowReader(const ImportMapping& mapping, CsvTable& table, Instant latest)
    : mapping_(mapping), table_(table), latest_(latest), noted_(mapping.values.size()) {
  if (mapping.unit_in_header) table.ignore_units_in_header();
  std::vector<std::string> wanted = mapping.place_columns;
  for (const ValueColumn& value : mapping.values) {
    if (!value.optional) wanted.push_back(value.column);
    if (!value.unit_column.empty()) wanted.push_back(value.unit_column);
  }
  for (const TimeSource& time : mapping.times)
    wanted.insert(wanted.end(), time.columns.begin(), time.columns.end());
  if (!mapping.status_column.empty()) wanted.push_back(mapping.status_column);
  if (!mapping.note_column.empty()) wanted.push_back(mapping.note_column);
  table.require(wanted);  // all that are missing in one message

  place_columns_ = table.require(mapping.place_columns);
  for (std::size_t i = 0; i < mapping.times.size(); ++i)
    times_.push_back({table.require(mapping.times[i].columns), i});
  if (!mapping.status_column.empty()) status_ = table.find(mapping.status_column);
  if (!mapping.note_column.empty()) note_ = table.find(mapping.note_column);
  bind_values();
  if (mapping.unit_in_header) check_header_units();
  if (mapping.unit_row) check_unit_row();
}

void RowReader::bind_values() {
  for (const ValueColumn& value : mapping_.values) {
    BoundValue bound;
    bound.column = table_.find(value.column);
    if (!value.preferred_column.empty()) bound.preferred = table_.find(value.preferred_column);
    if (!value.unit_column.empty()) bound.unit = table_.find(value.unit_column);
    bound_.push_back(std::move(bound));
  }
}

void RowReader::check_unit(std::string_view text, const ValueColumn& value, const Where& where) const {
  if (same_unit(text, value.unit)) return;
  throw Error(codes::unit_mismatch,
              {fmt::format("单位不符：文件为“{}”，对照表为“{}”", text, value.unit),
               fmt::format("the unit is \"{}\" in the file and \"{}\" in the mapping", text, value.unit)},
              where, {"请换算后再导入，或修正对照表", "convert the values first, or correct the mapping"});
}

void RowReader::check_header_units() {
  for (std::size_t i = 0; i < bound_.size(); ++i)
    for (const auto& column : {bound_[i].column, bound_[i].preferred}) {
      if (!column) continue;
      const std::string_view unit = table_.unit_in_header(*column);
      if (!unit.empty())
        check_unit(unit, mapping_.values[i],
                   {table_.name(), 1, static_cast<long>(*column + 1), table_.header()[*column]});
    }
}

void RowReader::check_unit_row() {
  if (!table_.next())
    throw Error(
        codes::empty_file, {"缺少单位行", "the line of units is missing"}, {table_.name(), 2, 0, {}},
        {"表头之后的一行应为各列单位", "the line after the header must hold the units of the columns"});
  if (const auto problem = table_.problem()) throw *problem;
  for (std::size_t i = 0; i < bound_.size(); ++i)
    for (const auto& column : {bound_[i].column, bound_[i].preferred})
      if (column) check_unit(trim(table_.field(*column)), mapping_.values[i], table_.where(*column));
}

bool RowReader::read(std::vector<RowError>& errors) {
  values_.clear();
  place_ = {};  // what it showed of the row before is gone
  has_time_ = false;
  const std::size_t before = errors.size();
  if (auto problem = table_.problem()) {
    errors.push_back({std::move(*problem), clipped(table_.raw(), longest_raw)});
    return false;
  }
  read_place(errors);
  read_time(errors);
  const Flag row_flag = read_status(errors);
  read_notes();
  for (std::size_t i = 0; i < bound_.size(); ++i) read_value(i, row_flag, errors);
  if (!has_time_) check_untimed(errors);
  return errors.size() == before;
}

std::string_view RowReader::joined(const std::vector<std::size_t>& columns, std::string_view between,
                                   std::string& scratch) {
  if (columns.size() == 1) return trim(table_.field(columns.front()));
  scratch.clear();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) scratch += between;
    scratch += trim(table_.field(columns[i]));
  }
  return scratch;
}

bool RowReader::blank(std::string_view text) const {
  const auto is = [&](const std::string& word) { return text == word; };
  return text.empty() || std::any_of(mapping_.missing.begin(), mapping_.missing.end(), is) ||
         std::any_of(mapping_.not_measured.begin(), mapping_.not_measured.end(), is);
}

void RowReader::read_place(Errors& errors) {
  place_ = joined(place_columns_, mapping_.place_separator, place_scratch_);
  for (const std::size_t column : place_columns_) {
    if (!trim(table_.field(column)).empty()) continue;
    errors.push_back(
        {Error(codes::unknown_place, {"没有地点名称", "the name of the place is empty"}, table_.where(column),
               {"请补上断面或站点名称", "fill in the name of the section or station"}),
         clipped(table_.raw(), longest_raw)});
    return;
  }
}

void RowReader::read_time(Errors& errors) {
  has_time_ = true;
  for (const BoundTime& bound : times_) {
    const TimeSource& source = mapping_.times[bound.source];
    if (std::all_of(bound.columns.begin(), bound.columns.end(),
                    [&](std::size_t column) { return blank(trim(table_.field(column))); }))
      continue;
    const std::string_view text = joined(bound.columns, " ", time_scratch_);
    const auto where = [&] { return table_.where(bound.columns.front()); };  // costly, so only for errors
    const auto time = parse_time(text, source.format, source.year, source.second_of_day);
    if (!time) {
      errors.push_back({Error(codes::bad_time,
                              {fmt::format("“{}”不是有效时间", clipped(text, 60)),
                               fmt::format("\"{}\" is not a valid time", clipped(text, 60))},
                              where(),
                              {fmt::format("应写成 {} 的样子", sample_time(source.format)),
                               fmt::format("write it like {}", sample_time(source.format))}),
                        clipped(text, longest_raw)});
    } else if (*time > latest_) {
      errors.push_back({Error(codes::future_time,
                              {fmt::format("时间 {} 还没有到", tributary::to_string(*time)),
                               fmt::format("{} lies in the future", tributary::to_string(*time))},
                              where(), {"请核对年份和日期", "check the year and the day"}),
                        clipped(text, longest_raw)});
    } else {
      time_ = *time;
    }
    return;
  }
  has_time_ = false;
}

// A value without a time is an error; a row with neither says nothing.
void RowReader::check_untimed(Errors& errors) const {
  if (std::none_of(values_.begin(), values_.end(),
                   [](const RowValue& value) { return value.number || value.detection_limit; }))
    return;
  errors.push_back(
      {Error(codes::bad_time, {"没有时间", "the time is empty"}, table_.where(times_.front().columns.front()),
             {"请补上监测时间", "fill in the time of the measurement"}),
       clipped(table_.raw(), longest_raw)});
}

Flag RowReader::read_status(Errors& errors) {
  if (!status_) return Flag::valid;
  const std::string_view text = trim(table_.field(*status_));
  for (const FlaggedText& status : mapping_.statuses)
    if (text == status.text) return status.flag;
  if (text.empty()) return Flag::valid;
  std::string known;
  for (const FlaggedText& status : mapping_.statuses) known += (known.empty() ? "" : " ") + status.text;
  errors.push_back({Error(codes::unknown_status,
                          {fmt::format("“{}”不是已知的站点情况", clipped(text, 60)),
                           fmt::format("\"{}\" is not a known status of a station", clipped(text, 60))},
                          table_.where(*status_), {"可用：" + known, "known are: " + known}),
                    clipped(text, longest_raw)});
  return Flag::valid;
}

void RowReader::read_notes() {
  if (any_noted_) std::fill(noted_.begin(), noted_.end(), std::nullopt);
  any_noted_ = false;
  if (!note_) return;
  const std::string_view note = trim(table_.field(*note_));
  if (note.empty()) return;
  for (const std::string_view part : split(note, mapping_.note_separator)) {
    const std::size_t colon = part.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = trim(part.substr(0, colon));
    const std::string_view text = trim(part.substr(colon + 1));
    for (std::size_t i = 0; i < mapping_.values.size(); ++i) {
      if (mapping_.values[i].indicator != name) continue;
      Flag flag = Flag::suspect;
      for (const FlaggedText& known : mapping_.notes)
        if (known.text == text) flag = known.flag;
      noted_[i] = flag;
      any_noted_ = true;
    }
  }
}

void RowReader::read_value(std::size_t index, Flag row_flag, Errors& errors) {
  BoundValue& bound = bound_[index];
  const ValueColumn& value = mapping_.values[index];
  if (!bound.column) return;
  RowValue out;
  out.value = index;
  out.column = *bound.column;
  if (bound.preferred && !blank(trim(table_.field(*bound.preferred)))) out.column = *bound.preferred;
  const std::string_view text = table_.field(out.column);
  const Cell cell = row_flag == Flag::missing && !blank(trim(text)) ? Cell{Cell::Kind::missing, 0, {}}
                                                                    : read_cell(text, mapping_, value);
  if (cell.kind == Cell::Kind::not_measured) return;
  if (cell.kind == Cell::Kind::bad) {
    errors.push_back(
        {cell_error(cell.problem, trim(text), value, table_.where(out.column)), clipped(text, longest_raw)});
    return;
  }
  if (bound.unit && cell.kind != Cell::Kind::missing && table_.field(*bound.unit) != bound.accepted_unit) {
    const std::string_view unit = trim(table_.field(*bound.unit));
    try {
      check_unit(unit, value, table_.where(*bound.unit));
      bound.accepted_unit = std::string(table_.field(*bound.unit));
    } catch (const Error& error) {
      if (!(error.code() == codes::unit_mismatch)) throw;
      errors.push_back({error, clipped(unit, longest_raw)});
      return;
    }
  }
  if (cell.kind == Cell::Kind::number) out.number = cell.number;
  if (cell.kind == Cell::Kind::below_limit) out.detection_limit = cell.number;
  out.flag = row_flag;
  if (noted_[index]) out.flag = *noted_[index];
  judge(out, value, errors);
}

// Bounds, and the flag where neither the row nor its note gave one.
void RowReader::judge(RowValue& out, const ValueColumn& value, Errors& errors) {
  if (!out.number) {
    if (out.flag == Flag::valid) out.flag = out.detection_limit ? Flag::below_limit : Flag::missing;
    values_.push_back(out);
    return;
  }
  const ValueBounds& bounds = value.bounds;
  const auto outside = [&](const std::optional<double>& low, const std::optional<double>& high) {
    return (low && *out.number < *low) || (high && *out.number > *high);
  };
  if (outside(bounds.impossible_below, bounds.impossible_above)) {
    const std::string_view text = trim(table_.field(out.column));
    errors.push_back({Error(codes::impossible_value,
                            {fmt::format("{} 不可能为 {} {}", value.indicator, text, value.unit),
                             fmt::format("{} cannot be {} {}", value.indicator, text, value.unit)},
                            table_.where(out.column), {"请核对原始记录", "check the original record"}),
                      clipped(text, longest_raw)});
    return;
  }
  if (out.flag == Flag::valid && outside(bounds.suspect_below, bounds.suspect_above))
    out.flag = Flag::suspect;
  values_.push_back(out);
}

}  // namespace tributary::observe
