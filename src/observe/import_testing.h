// Mappings for the layouts of the files in testdata, and places for them; for tests and benchmarks. Nothing
// of the product may include it: there mappings come from policy packs.
#pragma once

#include "base/time.h"
#include "observe/import.h"
#include "observe/import_mapping.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace tributary::observe::samples {

inline ValueColumn value_column(std::string column, std::string preferred, std::string indicator,
                                std::string unit, ValueBounds bounds) {
  ValueColumn out;
  out.column = std::move(column);
  out.preferred_column = std::move(preferred);
  out.indicator = std::move(indicator);
  out.unit = std::move(unit);
  out.bounds = bounds;
  return out;
}

inline ValueBounds not_negative() {
  return {.impossible_below = 0.0};
}

inline ValueColumn class_column(std::string column) {
  ValueColumn out = value_column(std::move(column), "", "class_published", "class", {});
  out.ordinals = {{"Ⅰ", 1}, {"Ⅱ", 2}, {"Ⅲ", 3}, {"Ⅳ", 4}, {"Ⅴ", 5}, {"劣Ⅴ", 6}};
  return out;
}

inline void add_station_words(ImportMapping& m) {
  m.missing = {"", "--", "-", "NaN"};
  m.statuses = {{"正常", Flag::valid}, {"维护", Flag::maintenance}, {"停站", Flag::missing}};
}

// One reading a day of the national automatic stations, unrounded where the file has it.
inline ImportMapping cnemc_daily() {
  const ValueBounds ph{
      .impossible_below = {}, .impossible_above = {}, .suspect_below = 0.0, .suspect_above = 14.0};
  const ValueBounds oxygen{
      .impossible_below = 0.0, .impossible_above = {}, .suspect_below = {}, .suspect_above = 25.0};
  ImportMapping m;
  m.id = m.source = "cnemc-daily";
  m.title = {"国控自动站每日一测", "National automatic stations, one reading a day"};
  m.place_columns = {"section"};
  m.times = {{.columns = {"monitor_time"}, .format = "%Y-%m-%d %H:%M", .year = {}},
             {.columns = {"snapshot_date"}, .format = "%Y-%m-%d", .year = {}, .second_of_day = 8 * 3600}};
  m.values = {class_column("class_published"),
              value_column("wtemp_c", "", "wtemp", "degC", {}),
              value_column("ph", "ph_raw", "ph", "1", ph),
              value_column("do_mgl", "do_raw", "do", "mg/L", oxygen),
              value_column("cond_uscm", "", "cond", "uS/cm", not_negative()),
              value_column("turb_ntu", "", "turb", "NTU", not_negative()),
              value_column("codmn_mgl", "codmn_raw", "codmn", "mg/L", not_negative()),
              value_column("nh3n_mgl", "nh3n_raw", "nh3n", "mg/L", not_negative()),
              value_column("tp_mgl", "tp_raw", "tp", "mg/L", not_negative()),
              value_column("tn_mgl", "tn_raw", "tn", "mg/L", not_negative()),
              value_column("chla_mgl", "", "chla", "mg/L", not_negative()),
              value_column("algae_cells_l", "", "algae", "cells/L", not_negative())};
  add_station_words(m);
  m.status_column = "site_status";
  m.note_column = "note";
  m.notes = {{"极值过滤", Flag::filtered}};
  return m;
}

// The same stations every four hours: no year in the times, units in the header.
inline ImportMapping cnemc_4hourly() {
  ImportMapping m;
  m.id = m.source = "cnemc-4hourly";
  m.place_columns = {"断面名称"};
  m.times = {{.columns = {"监测时间"}, .format = "%m-%d %H:%M", .year = 2021}};
  m.values = {class_column("水质类别"),
              value_column("水温", "", "wtemp", "degC", {}),
              value_column("pH", "", "ph", "1", {}),
              value_column("溶解氧", "", "do", "mg/L", not_negative()),
              value_column("电导率", "", "cond", "uS/cm", not_negative()),
              value_column("浊度", "", "turb", "NTU", not_negative()),
              value_column("高锰酸盐指数", "", "codmn", "mg/L", not_negative()),
              value_column("氨氮", "", "nh3n", "mg/L", not_negative()),
              value_column("总磷", "", "tp", "mg/L", not_negative()),
              value_column("总氮", "", "tn", "mg/L", not_negative())};
  m.unit_in_header = true;
  add_station_words(m);
  m.status_column = "站点情况";
  return m;
}

// Daily means of cities.
inline ImportMapping aqi_daily() {
  ImportMapping m;
  m.id = m.source = "aqi-daily";
  m.place_columns = {"city"};
  m.times = {{.columns = {"date"}, .format = "%Y-%m-%d", .year = {}}};
  m.values = {value_column("aqi", "", "aqi", "1", not_negative()),
              value_column("pm25_ugm3", "", "pm25", "ug/m3", not_negative()),
              value_column("pm10_ugm3", "", "pm10", "ug/m3", not_negative()),
              value_column("so2_ugm3", "", "so2", "ug/m3", not_negative()),
              value_column("co_mgm3", "", "co", "mg/m3", not_negative()),
              value_column("no2_ugm3", "", "no2", "ug/m3", not_negative()),
              value_column("o3_ugm3", "", "o3_8h", "ug/m3", not_negative())};
  return m;
}

// The least: a name, a time, one value.
inline ImportMapping simple() {
  ImportMapping m;
  m.id = m.source = "simple";
  m.place_columns = {"section"};
  m.times = {{.columns = {"time"}, .format = "%Y-%m-%d %H:%M", .year = {}}};
  m.values = {value_column("codmn", "", "codmn", "mg/L", not_negative())};
  return m;
}

// Every name is the place "p:" + name.
inline PlaceLookup every_place() {
  return [](std::string_view name) { return std::optional<std::string>("p:" + std::string(name)); };
}

#ifdef TRIBUTARY_SOURCE_DIR
inline std::string testdata(std::string_view name) {
  return std::string(TRIBUTARY_SOURCE_DIR) + "/src/observe/testdata/" + std::string(name);
}
#endif

// A folder of its own, removed at the end.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "observe-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string write(std::string_view name, std::string_view content) const {
    std::string file = path_ + "/" + std::string(name);
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::string path_;
};

}  // namespace tributary::observe::samples
