// observe stats|class|aqi, code check.
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "observe/csv_table.h"
#include "observe/observations.h"
#include "observe/statistics.h"
#include "observe/water_row.h"
#include "registry/registry.h"
#include "registry/uscc.h"

#include <algorithm>
#include <fstream>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

// Standards without a database: those of the pack named, by default the root pack.
policy::Policy standards_of(const Context& c, const std::string& pack) {
  return policy::Policy::load(c.packs_folder(), pack);
}

struct ClassArguments {
  std::string csv;
  std::string layout = "cnemc-daily";
  std::string standard = "gb3838-2002";
  std::string pack = "cn";
};

struct SampleColumns {
  std::optional<std::size_t> section;
  std::optional<std::size_t> time;
  std::optional<std::size_t> published;
};

int classify(Context& c, const ClassArguments& a) {
  const policy::Policy policy = standards_of(c, a.pack);
  const observe::ClassStandard& standard = policy.catalog().class_standard(a.standard);
  const observe::ClassPractice* practice = standard.find_practice(a.layout);
  std::ifstream stream(a.csv, std::ios::binary);
  if (!stream) read_file(a.csv);           // says why
  observe::CsvTable table(stream, a.csv);  // the same reader as the import's: encoding, cut-off files
  const auto column = [&](std::initializer_list<const char*> names) -> std::optional<std::size_t> {
    for (const char* name : names)
      if (const auto found = table.find(name)) return found;
    return std::nullopt;
  };
  const SampleColumns columns{column({"section", "断面名称", "断面"}),
                              column({"monitor_time", "time", "监测时间", "date", "snapshot_date"}),
                              column({"class_published", "水质类别"})};
  const observe::WaterRowReader rows(standard, table.header());
  std::int64_t row_count = 0;
  std::int64_t classified = 0;
  std::int64_t agreeing = 0;
  document::Table disagreements;
  disagreements.columns = {{{"断面", "section"}},
                           {{"时间", "time"}},
                           {{"公布", "published"}},
                           {{"计算", "computed"}},
                           {{"原因", "reason"}}};
  std::vector<std::string_view> fields(table.header().size());
  while (table.next()) {
    if (const auto problem = table.problem()) throw *problem;
    for (std::size_t i = 0; i < fields.size(); ++i) fields[i] = table.field(i);
    ++row_count;
    const auto text = [&](const std::optional<std::size_t>& i) {
      return i ? std::string(trim(fields[*i])) : std::string();
    };
    observe::WaterSample sample;
    try {
      sample = rows.sample(fields);
    } catch (const Error& e) {
      throw e.at({a.csv, table.line(), 0, {}});
    }
    const observe::ClassJudgement judgement = standard.judge(sample, practice);
    const auto published = observe::try_parse_water_class(text(columns.published));
    const bool agrees = published && judgement.water_class == published;
    Text reason = judgement.undetermined;
    if (published) {
      ++classified;
      if (agrees)
        ++agreeing;
      else
        reason = standard.explain_disagreement(sample, judgement, *published).text;
    }
    std::string time = text(columns.time);
    if (time.empty())
      if (const auto snapshot = column({"snapshot_date"})) time = text(snapshot);
    if (c.json()) {
      Json out;
      out["section"] = text(columns.section);
      out["time"] = time;
      if (judgement.water_class)
        out["class"] = observe::latin_name(*judgement.water_class);
      else
        out["class"] = nullptr;
      if (published)
        out["published"] = observe::latin_name(*published);
      else
        out["published"] = nullptr;
      if (published)
        out["agrees"] = agrees;
      else
        out["agrees"] = nullptr;
      out["deciding"] = judgement.deciding;
      if (reason.zh.empty())
        out["reason"] = nullptr;
      else
        out["reason"] = json_of(reason);
      c.print(out);
    } else if (published && !agrees) {
      disagreements.rows.push_back({text(columns.section), time, std::string(observe::roman_name(*published)),
                                    judgement.water_class
                                        ? std::string(observe::roman_name(*judgement.water_class))
                                        : std::string("-"),
                                    document::Cell(reason)});
    }
  }
  if (c.json()) {
    c.print(Json{{"rows", row_count}, {"classified", classified}, {"agreeing", agreeing}});
    return 0;
  }
  c.line({fmt::format("{} 行，公布了类别的 {} 行，计算一致 {} 行。", row_count, classified, agreeing),
          fmt::format("{} rows, {} with a published class, {} agree.", row_count, classified, agreeing)});
  if (!disagreements.rows.empty()) c.print(disagreements);
  return 0;
}

struct AqiArguments {
  std::string standard = "hj633-2026";
  std::string pack = "cn";
  bool hourly = false;
  std::vector<std::string> exempt;
  std::vector<std::string> values;
};

int aqi(Context& c, const AqiArguments& a) {
  const policy::Policy policy = standards_of(c, a.pack);
  const observe::AqiStandard& standard = policy.catalog().aqi_standard(a.standard);
  const auto form = a.hourly ? observe::AqiForm::hourly : observe::AqiForm::daily;
  std::vector<std::string> known;
  for (const auto& item : standard.items(form)) known.push_back(item.item);
  for (const auto& column : standard.columns) known.push_back(column.id);
  observe::AqiInput input;
  for (const std::string& pair : a.values) {
    const std::size_t equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    if (equals == std::string::npos || std::find(known.begin(), known.end(), name) == known.end()) {
      const auto close = near_misses(name, known);
      throw Error(codes::bad_usage,
                  {fmt::format("“{}”不是污染物=浓度", pair),
                   fmt::format("\"{}\" is not pollutant=concentration", pair)},
                  {},
                  close.empty() ? Text{fmt::format("可用：{}", fmt::join(known, "、")),
                                       fmt::format("there are: {}", fmt::join(known, ", "))}
                                : Text{fmt::format("是否想写“{}=…”？", close[0]),
                                       fmt::format("did you mean \"{}=…\"?", close[0])});
    }
    try {
      input.values.insert_or_assign(name, Decimal::parse(pair.substr(equals + 1)));
    } catch (const Error& e) {
      throw e.at({{}, 0, 0, name});
    }
  }
  input.exempt.insert(a.exempt.begin(), a.exempt.end());
  const observe::AqiResult result = standard.evaluate(input, form);
  if (c.json()) {
    Json out;
    if (result.aqi)
      out["aqi"] = *result.aqi;
    else
      out["aqi"] = nullptr;
    Json items = Json::object();
    for (const auto& item : result.items) items[item.item] = item.iaqi;
    out["iaqi"] = items;
    out["primary"] = result.primary;
    if (result.level)
      out["level"] = {
          {"number", result.level->number}, {"zh", result.level->title.zh}, {"en", result.level->title.en}};
    else
      out["level"] = nullptr;
    out["standard"] = standard.head.id;
    if (!result.missing.empty()) out["missing"] = result.missing;
    if (!result.aqi) out["reason"] = json_of(result.not_published);
    c.print(out);
    return 0;
  }
  document::Table table;
  table.columns = {{{"污染物", "pollutant"}},
                   {{"浓度", "given"}, document::CellKind::number},
                   {{"修约", "rounded"}, document::CellKind::number},
                   {{"IAQI", "IAQI"}, document::CellKind::number}};
  for (const auto& item : result.items)
    table.rows.push_back(
        {item.item, item.given.to_string(), item.rounded.to_string(), std::to_string(item.iaqi)});
  c.print(table);
  if (result.aqi)
    c.line(
        {fmt::format("AQI {}（{}），首要污染物：{}", *result.aqi, result.level ? result.level->title.zh : "",
                     result.primary.empty() ? "无" : fmt::format("{}", fmt::join(result.primary, "、"))),
         fmt::format("AQI {} ({}), primary pollutant: {}", *result.aqi,
                     result.level ? result.level->title.en : "",
                     result.primary.empty() ? "none" : fmt::format("{}", fmt::join(result.primary, ", ")))});
  else
    c.line(result.not_published);
  return 0;
}

struct StatsArguments {
  std::string place;
  std::string period;
  std::string indicator;
  std::string known;
};

int stats(Context& c, const StatsArguments& a) {
  const registry::Registry registry(c.database(), c.tenant());
  const Period period = Period::parse(a.period);
  const registry::Place place = registry.find_place(a.place, {}, period.from());
  const observe::Observations observations(c.database(), c.tenant());
  const observe::StatisticsRules rules(c.policy().catalog().statistics);
  std::optional<Instant> as_known;
  if (!a.known.empty()) as_known = Instant{start_of(parse_date(a.known) + std::chrono::days{1}).seconds - 1};
  document::Table table;
  table.caption = {place.name.zh + " " + period.to_string(), place.name.zh + " " + period.to_string()};
  table.columns = {{{"指标", "indicator"}},
                   {{"均值", "mean"}, document::CellKind::number},
                   {{"单位", "unit"}},
                   {{"用数", "used"}, document::CellKind::number},
                   {{"未计入", "left out"}, document::CellKind::number},
                   {{"说明", "remark"}}};
  Json list = Json::array();
  for (const observe::Series& series : observations.series({place.code, a.indicator, ""})) {
    if (series.unit == "class") continue;
    const observe::Mean mean =
        observe::mean(rules, series, observations.read(series.id, period, as_known), period);
    table.rows.push_back({series.indicator, mean.rounded ? mean.rounded->normalized().to_string() : "-",
                          series.unit, std::to_string(mean.used), std::to_string(mean.rejected),
                          document::Cell(mean.reason)});
    Json entry{{"place", place.code},
               {"indicator", series.indicator},
               {"source", series.source},
               {"period", period.to_string()},
               {"status", observe::to_string(mean.status)}};
    if (mean.rounded) entry["mean"] = mean.rounded->normalized().to_string();
    if (mean.exact) entry["exact"] = mean.exact->to_string();
    entry["unit"] = series.unit;
    entry["used"] = mean.used;
    entry["needed"] = mean.needed;
    Json flags = Json::object();
    for (const auto& [flag, count] : mean.by_flag) flags[std::string(observe::to_string(flag))] = count;
    entry["left_out"] = flags;
    if (!mean.reason.zh.empty()) entry["reason"] = json_of(mean.reason);
    entry["rule"] = mean.rule;
    entry["verified"] = mean.verified;
    list.push_back(std::move(entry));
  }
  if (list.empty())
    c.line({fmt::format("{} 没有监测数据", place.name.zh), fmt::format("{} has no readings", place.name.zh)});
  else if (c.json())
    c.print(list);
  else
    c.print(table);
  return list.empty() ? 3 : 0;
}

int code_check(Context& c, const std::string& code) {
  const registry::UsccCheck check = registry::check_uscc(code);
  const bool good = check.outcome == registry::CodeCheck::ok;
  Json out;
  out["code"] = check.code;
  out["result"] = registry::to_string(check.outcome);
  if (check.position > 0) out["position"] = check.position;
  c.print(out);
  return good ? 0 : 1;
}

}  // namespace

void add_observe_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("observe", "监测数据：均值、类别、AQI / readings: means, classes, AQI");
  group->require_subcommand(1);

  auto* class_command = group->add_subcommand(
      "class", "CSV 中每个样品的水质类别，不用数据库 / the class of each sample of a CSV, no database");
  const auto class_arguments = std::make_shared<ClassArguments>();
  class_command->add_option("--csv", class_arguments->csv, "文件 / file")->required();
  class_command->add_option("--as", class_arguments->layout, "数据来源的做法 / the publisher's practice")
      ->capture_default_str();
  class_command->add_option("--standard", class_arguments->standard, "标准 / standard")
      ->capture_default_str();
  class_command->add_option("--pack", class_arguments->pack, "政策包 / pack")->capture_default_str();
  class_command->footer(
      "例 / example: tributary observe class --csv data/water/cnemc_daily_huai_xinan.csv --as cnemc-daily "
      "--json");
  class_command->callback(
      [=, &action] { action = [=](Context& c) { return classify(c, *class_arguments); }; });

  auto* aqi_command =
      group->add_subcommand("aqi", "空气质量指数，不用数据库 / air quality index, no database");
  const auto aqi_arguments = std::make_shared<AqiArguments>();
  aqi_command->add_option("--standard", aqi_arguments->standard, "HJ633-2012 | HJ633-2026")
      ->capture_default_str();
  aqi_command->add_option("--pack", aqi_arguments->pack, "政策包 / pack")->capture_default_str();
  aqi_command->add_flag("--hourly", aqi_arguments->hourly, "小时值 / hourly values");
  aqi_command->add_option("--exempt", aqi_arguments->exempt,
                          "依规定不监测的项目 / items legitimately not monitored");
  aqi_command->add_option("values", aqi_arguments->values, "污染物=浓度 / pollutant=concentration")
      ->required();
  aqi_command->footer(
      "例 / example: tributary observe aqi --standard HJ633-2026 so2=9 no2=38 pm10=118.5 pm25=52.5 co=0.85 "
      "o3_8h=150.4");
  aqi_command->callback([=, &action] { action = [=](Context& c) { return aqi(c, *aqi_arguments); }; });

  auto* stats_command =
      group->add_subcommand("stats", "一个地点一个时段的均值 / means of a place over a period");
  const auto stats_arguments = std::make_shared<StatsArguments>();
  stats_command->add_option("place", stats_arguments->place, "地点代码或名称 / place, code or name")
      ->required();
  stats_command->add_option("--period", stats_arguments->period, "2020-10 | 2020-Q4 | 2020")->required();
  stats_command->add_option("--indicator", stats_arguments->indicator, "指标 / indicator");
  stats_command->add_option("--known", stats_arguments->known,
                            "按此日所知 / as known at the end of that day");
  stats_command->footer("例 / example: tributary observe stats 颜集 --period 2020-10");
  stats_command->callback([=, &action] { action = [=](Context& c) { return stats(c, *stats_arguments); }; });

  auto* code = app.add_subcommand("code", "代码校验 / codes");
  code->require_subcommand(1);
  auto* check =
      code->add_subcommand("check", "统一社会信用代码：OK | BAD_CHAR | BAD_LEN | BAD_CHECK | BAD_ORG_CHECK");
  const auto text = std::make_shared<std::string>();
  check->add_option("code", *text, "18 位代码 / the code")->required();
  check->footer("例 / example: tributary code check 91350100M000100Y43");
  check->callback([=, &action] { action = [=](Context& c) { return code_check(c, *text); }; });
}

}  // namespace tributary::cli
