// One report as a spreadsheet: a template with what is there, and figures from what comes back, all or none,
// with the cell of every fault.
#include "api/report_answers.h"
#include "api/scratch.h"
#include "base/csv.h"
#include "base/text.h"
#include "document/xlsx.h"
#include "document/xlsx_reader.h"
#include "reporting/codes.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using namespace reporting;
using identity::Permission;
using schema::both, schema::integer, schema::list, schema::object, schema::one_of, schema::text;

constexpr const char* xlsx_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::array heads{"代码", "项目", "单位", "本期", "不适用的原因", "说明"};
enum Column : std::size_t { code, name, unit, value, reason, explanation };

// The head of the last column: for which report and version of the set the template was made.
std::string mark_of(const Report& report) {
  return fmt::format("#{}@{}", report.head.key.text(), report.set->hash.substr(0, 8));
}

Answer template_of(Call& call) {
  const Report report = reporting_of(call).report(call.caller, ReportKey::parse(call.in_path("report")));
  const Book& book = *call.worker.services.reports;
  document::Workbook workbook;
  workbook.meta.title = report.set->title;
  document::Sheet sheet;
  sheet.name = "填报";
  for (const char* head : heads) sheet.table.columns.push_back({{head, head}});
  sheet.table.columns.push_back({{mark_of(report), mark_of(report)}});
  for (const std::string& element : report.set->elements()) {
    const Element& e = book.elements.at(element);
    const Entry& entry = report.entries.at(element);
    sheet.table.rows.push_back({document::Cell(element), document::Cell(e.name.zh),
                                document::Cell(e.unit.symbol()), document::Cell(entry.value),
                                document::Cell(entry.reason), document::Cell(entry.explanation),
                                document::Cell(std::string())});
  }
  workbook.sheets.push_back(std::move(sheet));
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("report.xlsx");
  document::write_xlsx(workbook, path);
  return file(read_file(path), xlsx_type, report.head.key.text() + ".xlsx");
}

Error wrong_template(const Text& why) {
  return {reporting::codes::bad_sheet,
          why,
          {"", 1, 0, "file"},
          {"请重新下载模板，把数填进去", "download the template again and fill it in"}};
}

Answer sheet_refused(const std::vector<document::CellFault>& faults) {
  Json errors = Json::array();
  for (const auto& fault : faults) errors.push_back({{"cell", fault.cell}, {"message", json_of(fault.text)}});
  return Json{{"outcome", "refused"}, {"rows", 0}, {"errors", errors}};
}

Answer figures_from_sheet(Call& call) {
  const ReportKey key = ReportKey::parse(call.in_path("report"));
  Reporting reports = reporting_of(call);
  const Report now = reports.report(call.caller, key);
  const document::FilledForm form = document::filled_form(call.request.body);
  std::istringstream stream(form.csv);
  CsvReader reader(stream, "upload.xlsx");
  if (!reader.next()) throw wrong_template({"文件是空的", "the file is empty"});
  const auto given = reader.fields();
  const bool marked = given.size() > heads.size() && std::string(trim(given[heads.size()])) == mark_of(now);
  // What is wrong with the cells themselves explains the rest: a merged head is no head any more.
  if (!form.faults.empty()) return sheet_refused(form.faults);
  if (!marked && given.size() > heads.size() && trim(given[heads.size()]).starts_with('#'))
    throw wrong_template({fmt::format("模板是别的报表、别的期或旧版的：文件是 {}，这里用 {}",
                                      trim(given[heads.size()]), mark_of(now)),
                          fmt::format("a template of another report, period or version: the file is {}, here "
                                      "it is {}",
                                      trim(given[heads.size()]), mark_of(now))});
  for (std::size_t i = 0; i < heads.size(); ++i)
    if (!marked || trim(given[i]) != heads[i])
      throw wrong_template({"不是这张报表这一期的模板，或表头被改过",
                            "not the template of this report, or its head was changed"});
  std::vector<Change> changes;
  std::map<std::string, std::size_t> rows;
  std::vector<Fault> faults;
  while (reader.next()) {
    const auto fields = reader.fields();
    const auto cell = [&](Column column) {
      return column < fields.size() ? std::string(trim(fields[column])) : std::string();
    };
    const std::string element = cell(code);
    if (element.empty()) continue;
    const auto found = now.entries.find(element);
    if (found == now.entries.end() ||
        !rows.emplace(element, static_cast<std::size_t>(reader.line()) - 1).second)
      throw wrong_template(
          {fmt::format("第 {} 行的代码“{}”不对或重复", reader.line(), element),
           fmt::format("line {}: the code \"{}\" is wrong or stands twice", reader.line(), element)});
    Change change;
    change.element = element;
    change.value = cell(value);
    change.reason = cell(reason);
    change.explanation = cell(explanation);
    change.seen = found->second.version;
    change.kind = !change.value.empty()    ? Entry::Kind::value
                  : !change.reason.empty() ? Entry::Kind::none
                                           : Entry::Kind::missing;
    if (!change.value.empty() && !change.reason.empty())
      faults.push_back(
          {element, {"填了数就不要填不适用的原因", "a figure and a reason why it does not apply"}});
    changes.push_back(std::move(change));
  }
  if (faults.empty()) try {
      reports.save(call.caller, key, changes, "file", sha256_hex(call.request.body).substr(0, 16));
    } catch (const BadFigures& e) {
      faults = e.faults();
    }
  Json errors = Json::array();
  for (const Fault& fault : faults)
    errors.push_back(
        {{"cell", document::cell_address(rows.at(fault.element), value)}, {"message", json_of(fault.text)}});
  return Json{{"outcome", faults.empty() ? "stored" : "refused"}, {"rows", rows.size()}, {"errors", errors}};
}

}  // namespace

void add_report_sheet_routes(RouteTable& table) {
  table.add({.path = "/api/v1/reports/{report}/sheet",
             .name = "report_sheet",
             .tag = "reporting",
             .summary = {"报表的 Excel 模板，带已有的数", "a report as a spreadsheet to fill in"},
             .access = Access::to(Permission::reports_read),
             .answer_types = {xlsx_type},
             .handler = template_of});
  table.add({.method = Method::post,
             .path = "/api/v1/reports/{report}/sheet",
             .name = "report_from_sheet",
             .tag = "reporting",
             .summary = {"导入填好的模板：全部或都不，指明出错的格",
                         "figures from a filled-in template: all or none, with the cell of every fault"},
             .access = Access::to(Permission::reports_act),
             .body_types = {xlsx_type, "application/octet-stream"},
             .body_limit = std::size_t{4} << 20,
             .answer = object({{"outcome", one_of({"stored", "refused"})},
                               {"rows", integer()},
                               {"errors", list(object({{"cell", text()}, {"message", both()}}))}}),
             .handler = figures_from_sheet});
}

}  // namespace tributary::api
