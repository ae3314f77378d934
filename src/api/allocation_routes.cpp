// Methods of initial allocation side by side, and rankings by intensity: calculators, nothing is stored. What
// is adopted goes through a case.
#include "allocate/answer.h"
#include "allocate/codes.h"
#include "allocate/record.h"
#include "api/codes.h"
#include "api/problem.h"
#include "api/allocation_table.h"
#include "api/scratch.h"
#include "base/text.h"
#include "document/xlsx.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::any, schema::boolean, schema::both, schema::integer, schema::line, schema::list, schema::map_of,
    schema::nullable, schema::object, schema::one_of, schema::text;

constexpr std::size_t most_bytes = std::size_t{1} << 20;
// A worker must not be held for long: with these a comparison by all methods takes seconds.
constexpr std::size_t most_units = 100;

void check_size(std::size_t units) {
  if (units > most_units)
    throw Error(
        codes::too_large,
        {fmt::format("表中有 {} 个单位，最多 {} 个", units, most_units),
         fmt::format("the table has {} units; at most {} are possible", units, most_units)},
        {},
        {"更大的表请用命令行 tributary allocate", "larger tables: tributary allocate on the command line"});
}

// Several values of one option are parted by «;».
std::vector<std::string> several(const Call& call, const std::string& name) {
  std::vector<std::string> out;
  const std::string given = call.text(name);
  for (const std::string_view one : split(given, ';'))
    if (!trim(one).empty()) out.emplace_back(trim(one));
  return out;
}

allocate::Outcome computed(Call& call) {
  allocate::Asked asked;
  asked.method = call.has("methods") ? call.text("methods") : "all";
  asked.cap = call.text("cap");
  if (call.has("reserve")) asked.reserve = call.text("reserve");
  if (call.has("bounds")) asked.bounds = call.text("bounds");
  if (call.has("unit")) asked.unit = call.text("unit");
  asked.criteria = several(call, "criteria");
  asked.points = several(call, "point");
  asked.reductions = several(call, "reduce");
  asked.keep_order = call.query.value("keep_order", false);
  std::istringstream in = table_of(call);
  try {
    allocate::Table table = allocate::read_table(in, "");
    check_size(table.units.size());
    return allocate::compute(std::move(table), asked);
  } catch (const allocate::BadTable& bad) {
    refuse_table(bad);
  }
}

Answer compare(Call& call) {
  const Json found = answer(computed(call));
  Json out{{"methods", Json::array()}, {"refused", Json::array()}, {"levels", Json::array()}};
  out.update(found);
  return out;
}

document::Cell figure(const Json& value) {
  if (value.is_null()) return document::Cell("-");
  const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
  const auto number = shown.size() <= 25 ? Decimal::try_parse(shown) : std::nullopt;
  return number ? document::number_cell(*number) : document::Cell(shown);
}

// Unit by unit, the methods beside one another; then the figures to choose by.
document::Sheet comparison_sheet(const std::vector<Json>& methods) {
  document::Sheet out;
  out.name = "比较";
  out.table.columns = {{{"单位", "unit"}}, {{"现状", "current"}, document::CellKind::number}};
  for (const Json& one : methods)
    out.table.columns.push_back({{one["title"]["zh"], one["title"]["en"]}, document::CellKind::number});
  const auto row = [&](const Text& head, const auto& value) {
    document::Row cells{document::Cell(head), document::Cell("")};
    for (const Json& one : methods) cells.push_back(figure(value(one)));
    out.table.rows.push_back(std::move(cells));
  };
  for (std::size_t i = 0; i < methods[0]["shares"].size(); ++i) {
    const Json& first = methods[0]["shares"][i];
    const std::string unit = first["unit"];
    row({unit, unit}, [&](const Json& one) { return one["shares"][i]["amount"]; });
    out.table.rows.back()[1] = figure(first.value("current", Json()));
  }
  row({"预留", "reserve"}, [](const Json& one) { return one["reserve"]; });
  for (std::size_t j = 0; j < methods[0]["gini"].size(); ++j) {
    const std::string of = methods[0]["gini"][j]["criterion"];
    row({fmt::format("基尼系数（{}）", of), fmt::format("Gini ({})", of)},
        [&](const Json& one) { return one["gini"][j]["after"]; });
    out.table.rows.back()[1] = figure(methods[0]["gini"][j]["before"]);
  }
  row({"减排费用", "cost of cutting"}, [](const Json& one) { return one["cost"]; });
  row({"增加的单位数", "units gaining"}, [](const Json& one) { return one["gaining"]; });
  row({"减少的单位数", "units losing"}, [](const Json& one) { return one["losing"]; });
  row({"与等比例相比转移的量", "moved against equal proportion"}, [](const Json& one) { return one["moved"]; });
  return out;
}

// What anybody needs to compute it again: the records of the methods, line by line, with their hashes.
document::Sheet record_sheet(const std::vector<Json>& methods) {
  document::Sheet out;
  out.name = "测算记录";
  out.table.columns = {{{"方法", "method"}}, {{"记录（SHA-256 见首行）", "record (first its SHA-256)"}}};
  std::string last;
  for (const Json& one : methods) {
    const std::string record = one["record"];
    if (record == last) continue;  // of levels, all of one
    last = record;
    out.table.rows.push_back({document::Cell(Text{one["title"]["zh"], one["title"]["en"]}),
                              document::Cell(one["hash"].get<std::string>())});
    for (const std::string_view text : split(record, '\n'))
      out.table.rows.push_back({document::Cell(""), document::Cell(std::string(text))});
  }
  return out;
}

Answer workbook(Call& call) {
  const Json found = answer(computed(call));
  document::Workbook out;
  out.meta.title = {"初始分配测算比较", "Initial allocation compared"};
  out.meta.language = call.text("lang") == "en" ? document::Language::en : document::Language::zh;
  std::vector<Json> methods;
  for (const char* kind : {"methods", "levels"})
    if (found.contains(kind)) methods.insert(methods.end(), found[kind].begin(), found[kind].end());
  if (methods.empty())
    throw Error(allocate::codes::infeasible, {"没有一种方法能算", "none of the methods could be made"});
  if (found.contains("levels")) {  // each branch on a sheet of its own, the ways to divide beside one another
    std::vector<std::pair<std::string, std::vector<Json>>> branches;
    for (Json level : methods) {
      const std::string parent = level["parent"];
      level["title"] = level["way_title"];
      const auto at = std::ranges::find(branches, parent, &std::pair<std::string, std::vector<Json>>::first);
      (at == branches.end() ? branches.emplace_back(parent, std::vector<Json>{}) : *at).second.push_back(std::move(level));
    }
    for (const auto& [parent, ways] : branches) {
      out.sheets.push_back(comparison_sheet(ways));
      out.sheets.back().name = parent.empty() ? "第一级" : parent;
    }
  } else
    out.sheets.push_back(comparison_sheet(methods));
  out.sheets.push_back(record_sheet(methods));
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("allocation.xlsx");
  document::write_xlsx(out, path);
  return file(read_file(path), xlsx_type, "allocation.xlsx");
}

Answer ranking(Call& call) {
  allocate::RankAsked asked;
  asked.rule = call.text("rule");
  if (call.has("price")) asked.price = call.text("price");
  asked.places = static_cast<int>(call.whole("places").value_or(0));
  if (call.has("pays")) asked.pays = call.text("pays");
  asked.receives = call.text("receives");
  const allocate::RankOptions options = allocate::rank_options(asked);
  std::istringstream in = table_of(call);
  try {
    return answer(allocate::rank(allocate::read_rank_table(in, ""), options), options.rule);
  } catch (const allocate::BadTable& bad) {
    refuse_table(bad);
  }
}

struct Heading {
  const char* name;
  Text what;
};

Answer template_of(Call& call) {
  static const std::vector<Heading> allocation{
      {"单位", {"乡镇或企业，须填，不得重复", "township or enterprise; needed, once"}},
      {"账户", {"权利登记账户，采纳时用", "account of the registry, for the adoption"}},
      {"现状", {"现在的排放量、取水量或持有量", "what it emits, draws or holds now"}},
      {"下限", {"至少分得", "the least it may get"}},
      {"上限", {"至多分得", "the most it may get"}},
      {"需求", {"需要的量，不填同现状", "what it would need; as it is now where blank"}},
      {"产量", {"用于基准法", "output, for the benchmark"}},
      {"基准", {"单位产量的允许量", "what is allowed per unit of output"}},
      {"权重", {"用于注水法", "for water-filling"}},
      {"一次费用", {"削减 r 的费用为 a·r + b·r²，此为 a", "cutting r costs a·r + b·r²; this is a"}},
      {"二次费用", {"同上，此为 b", "as above; this is b"}},
      {"最大削减", {"最多能削减", "the most it can cut"}},
      {"人口", {"指标，可改名、可增减列", "a criterion; rename, add or leave out"}},
      {"产值", {"指标，可改名、可增减列", "a criterion; rename, add or leave out"}},
      {"面积", {"指标，可改名、可增减列", "a criterion; rename, add or leave out"}}};
  static const std::vector<Heading> ranks{
      {"单位", {"须填，不得重复", "needed, once"}},
      {"分组", {"同组内排名", "ranked within the group"}},
      {"排放量", {"须填", "needed"}},
      {"产出", {"须填；不大于零的不排名", "needed; not ranked unless above zero"}}};
  const bool ranking = call.text("for") == "ranking";
  document::Workbook workbook;
  workbook.meta.title =
      ranking ? Text{"排放强度排名", "Ranking by intensity"} : Text{"初始分配测算", "Initial allocation"};
  document::Sheet sheet, help;
  sheet.name = "数据";
  help.name = "说明";
  help.table.columns = {{{"列", "column"}}, {{"说明", "what it is"}}};
  for (const Heading& heading : ranking ? ranks : allocation) {
    sheet.table.columns.push_back({{heading.name, heading.name}});
    help.table.rows.push_back({document::Cell(heading.name), document::Cell(heading.what)});
  }
  workbook.sheets.push_back(std::move(sheet));
  workbook.sheets.push_back(std::move(help));
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("template.xlsx");
  document::write_xlsx(workbook, path);
  return file(read_file(path), xlsx_type, ranking ? "ranking.xlsx" : "allocation.xlsx");
}

Json method_schema(bool level) {
  const Json share = object({{"unit", text()},
                             {"amount", text()},
                             {"exact", text()},
                             {"floor", text()},
                             {"ceiling", nullable(text())},
                             {"at", one_of({"", "floor", "ceiling"})},
                             {"weight", nullable(text())},
                             schema::optional("current", text()),
                             schema::optional("change", text()),
                             schema::optional("contribution", map_of(nullable(text())))});
  const Json gini =
      object({{"criterion", text()}, {"before", nullable(text())}, {"after", text()}, {"alert", boolean()}});
  std::vector<schema::Property> out{
      {"method", text()},
      {"title", both()},
      {"cap", text()},
      {"reserve", text()},
      {"unit", text()},
      {"shares", list(share)},
      {"gini", list(gini)},
      {"cost", nullable(text())},
      {"gaining", integer()},
      {"losing", integer()},
      {"moved", text()},
      {"factor", nullable(text())},
      {"unique", boolean()},
      {"record", text()},
      {"hash", text()},
      {"findings", list(object({{"kind", text()}, schema::optional("of", text()), {"value", text()}}))}};
  if (level) out.insert(out.end(), {{"parent", text()}, {"way", text()}, {"way_title", both()}});
  return object(std::move(out));
}

}  // namespace

void add_allocation_routes(RouteTable& table) {
  const std::vector<std::string> types{"text/csv", xlsx_type, "application/json", "application/octet-stream"};
  std::vector<Parameter> asked{
      {"cap", line(40), {"总量", "the total"}, true},
      {"methods",
        line(200),
        {"方法，逗号分隔，默认全部；有上级时 gini/grandfather,entropy/minimax",
         "methods by comma, all unless given; by level gini/grandfather,entropy/minimax"}},
      {"reserve", line(40), {"预留：数量或 5%", "kept back: an amount or 5%"}},
      {"bounds", line(40), {"table、none 或 cut:5..40", "table, none or cut:5..40"}},
      {"unit", line(20), {"登记单位，默认 0.000001", "registry unit, 0.000001 unless given"}},
      {"criteria", line(400), {"指标：population,gdp=2,-intensity", "population,gdp=2,-intensity"}},
      {"point", line(400), {"断面=最大入河量，分号分隔", "river point=most that may arrive; by ;"}},
      {"reduce", line(400), {"断面=最少削减量，分号分隔", "river point=least reduction; by ;"}},
      {"keep_order", boolean(), {"保持现有大小次序", "keep the order of today"}}};
  table.add(
      {.method = Method::post,
       .path = "/api/v1/allocations/compare",
       .name = "compare_allocations",
       .tag = "allocation",
       .summary = {"并列比较初始分配方法（CSV、XLSX 或 {\"rows\": [{列: 值}]}），不写入",
                   "methods of initial allocation side by side (CSV, XLSX or {\"rows\": [{column: value}]}); "
                   "nothing is written"},
       .access = Access::whole(Permission::whatif_run),
       .query = asked,
       .body_types = types,
       .body_limit = most_bytes,
       .answer = object({{"methods", list(method_schema(false))},
                         {"refused", list(object({{"method", text()},
                                                  {"title", both()},
                                                  {"error", text()},
                                                  {"message", both()},
                                                  {"hint", both()},
                                                  {"line", integer()},
                                                  {"column", integer()},
                                                  {"field", text()}}))},
                         {"levels", list(method_schema(true))}}),
       .handler = compare});
  asked.push_back({"lang", one_of({"zh", "en"}), {"表格的语言，默认 zh", "language of the sheets, zh unless given"}});
  table.add({.method = Method::post,
             .path = "/api/v1/allocations/workbook",
             .name = "allocation_workbook",
             .tag = "allocation",
             .summary = {"同样的比较，作成 XLSX，附测算记录和校验值；不写入",
                         "the same comparison as XLSX, with the records and their hashes; nothing is written"},
             .access = Access::whole(Permission::whatif_run),
             .query = asked,
             .body_types = types,
             .body_limit = most_bytes,
             .answer_types = {xlsx_type},
             .handler = workbook});
  add_allocation_unit_routes(table);
  const Json standing = object(
      {{"rank", integer(1)}, {"unit", text()}, {"intensity", text()}, {"exact", text()}, {"amount", text()}});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/rankings",
       .name = "rank_by_intensity",
       .tag = "allocation",
       .summary = {"排放强度排名与区域补偿试算，不写入",
                   "ranking by emission intensity and what it would pay; nothing is written"},
       .access = Access::whole(Permission::whatif_run),
       .query = {{"rule", one_of({"tier", "feebate", "pool"}), {"规则 R1–R3", "rule R1–R3"}, true},
                 {"price", line(40), {"元/单位排放，或元/分", "yuan per unit of emission, or per point"}},
                 {"places", integer(0, 1000), {"付、得的名额", "how many pay and how many receive"}},
                 {"pays", line(40), {"每名付（元）", "yuan each pays"}},
                 {"receives", line(40), {"每名得（元），默认同付", "yuan each receives, as it pays"}}},
       .body_types = types,
       .body_limit = most_bytes,
       .answer = object(
           {{"rule", text()},
            {"groups",
             list(object(
                 {{"group", text()}, {"mean", text()}, {"treasury", text()}, {"units", list(standing)}}))},
            {"excluded", list(text())}}),
       .handler = ranking});
  table.add(
      {.path = "/api/v1/allocations/template",
       .name = "allocation_template",
       .tag = "allocation",
       .summary = {"空白模板（XLSX）", "an empty template (XLSX)"},
       .access = Access::whole(Permission::whatif_run),
       .query = {{"for", one_of({"allocation", "ranking"}), {"默认 allocation", "allocation unless given"}}},
       .answer_types = {xlsx_type},
       .handler = template_of});
}

}  // namespace tributary::api
