// Bringing readings in: preview, import, what came before, a template to fill in.
#include "api/routes.h"
#include "api/scratch.h"
#include "base/text.h"
#include "document/xlsx.h"
#include "document/xlsx_reader.h"
#include "observe/import.h"
#include "observe/observations.h"
#include "observe/place_names.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::any, schema::boolean, schema::both, schema::instant, schema::integer, schema::line,
    schema::list, schema::object, schema::one_of, schema::text;

constexpr const char* xlsx_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

Json report_json(const observe::ImportReport& report, bool preview) {
  Json errors = Json::array();
  for (const observe::RowError& e : report.errors)
    errors.push_back({{"line", e.error.where().line},
                      {"column", e.error.where().column},
                      {"field", e.error.where().field},
                      {"message", json_of(e.error.message())},
                      {"hint", json_of(e.error.hint())},
                      {"raw", document::printable(e.raw)}});
  const char* outcome = preview                                             ? "preview"
                        : report.outcome == observe::ImportOutcome::refused ? "refused"
                        : report.outcome == observe::ImportOutcome::known   ? "known"
                                                                            : "stored";
  return {{"outcome", outcome},
          {"rows", report.rows},
          {"accepted", report.accepted},
          {"rejected", report.rejected},
          {"added", report.observations.added},
          {"corrected", report.observations.corrected},
          {"unchanged", report.observations.unchanged},
          {"new_series", report.new_series},
          {"flags", Json(report.flags)},
          {"error_count", report.error_count},
          {"errors", errors},
          {"file", report.file && !preview ? Json(report.file->value) : Json(nullptr)},
          {"sha256", report.sha256}};
}

// Undoes what the preview did; never seen outside.
struct Undo {};

bool is_workbook(const std::string& bytes) {
  return bytes.starts_with("PK\x03\x04");
}

// The bytes as a CSV file in the folder; a workbook's first sheet becomes one, row for row.
std::string stored_upload(Call& call, const ScratchFolder& folder, char separator) {
  std::string name = call.text("filename");
  if (name.empty()) name = is_workbook(call.request.body) ? "upload.xlsx" : "upload.csv";
  const std::string path = folder.file(name);
  if (is_workbook(call.request.body))
    write_file(path, document::first_sheet_as_csv(call.request.body, separator));
  else
    write_file(path, call.request.body);
  return path;
}

Answer import(Call& call) {
  const observe::ImportMapping& mapping = call.policy().catalog().import(call.text("as"));
  const bool preview = call.query.value("preview", false);
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = stored_upload(call, folder, mapping.separator);
  const observe::PlaceNames names(registry::Registry(call.database(), call.tenant()), call.clock().today());
  observe::ImportReport report;
  const auto run = [&] {
    report = observe::import_csv(observe::import_target(call.database(), call.tenant(), names, call.clock()),
                                 path, mapping, {call.query.value("strict", false), 1000});
  };
  if (preview) {
    try {
      call.database().together([&](store::Transaction&) {
        run();
        throw Undo{};
      });
    } catch (const Undo&) {  // as meant
    }
    return report_json(report, true);
  }
  call.database().together([&](store::Transaction&) {
    run();
    if (report.outcome == observe::ImportOutcome::stored)
      call.note("readings.import", report.file ? fmt::format("import/{}", report.file->value) : "import",
                fmt::format("{} {}: {} rows, {} rejected", call.text("as"), call.text("filename"),
                            report.rows, report.rejected));
  });
  if (report.outcome == observe::ImportOutcome::stored) {
    call.events.push_back(
        {"import",
         {{"id", report.file ? Json(report.file->value) : Json(nullptr)}, {"rows", report.rows}},
         Permission::readings_read});
  }
  return report_json(report, false);
}

// Who brought a file in stands in the audit trail.
std::string importer(Call& call, observe::ImportFileId file) {
  const identity::AuditFilter filter{.action = "readings.import",
                                     .object = fmt::format("import/{}", file.value)};
  const auto found = call.identity().audit().search(filter, 1);
  return found.entries.empty() ? std::string{} : found.entries.front().who;
}

Page list_imports(Call& call, const PageRequest& page) {
  const observe::Observations observations(call.database(), call.tenant());
  const std::int64_t before = page.cursor.empty() ? 0 : whole_number(page.cursor).value_or(0);
  Page out;
  const auto files = observations.files(page.limit, before);
  for (const observe::ImportedFile& f : files)
    out.items.push_back({{"id", f.id.value},
                         {"file", f.name},
                         {"mapping", f.mapping},
                         {"arrived", to_rfc3339(f.arrived)},
                         {"by", importer(call, f.id)},
                         {"rows", f.rows},
                         {"accepted", f.accepted},
                         {"rejected", f.rejected},
                         {"sha256", f.sha256}});
  if (files.size() == page.limit) out.next = std::to_string(files.back().id.value);
  return out;
}

// The columns a layout reads, once each, in the order in which people fill them in.
std::vector<std::string> columns_of(const observe::ImportMapping& mapping) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& column) {
    if (!column.empty() && std::find(out.begin(), out.end(), column) == out.end()) out.push_back(column);
  };
  for (const std::string& column : mapping.place_columns) add(column);
  for (const observe::TimeSource& source : mapping.times)
    for (const std::string& column : source.columns) add(column);
  for (const observe::ValueColumn& value : mapping.values) {
    add(value.column);
    add(value.unit_column);
  }
  add(mapping.status_column);
  add(mapping.note_column);
  return out;
}

Answer template_of(Call& call) {
  const observe::ImportMapping& mapping = call.policy().catalog().import(call.text("as"));
  document::Workbook workbook;
  workbook.meta.title = mapping.title;
  document::Sheet sheet;
  sheet.name = "数据";
  for (const std::string& column : columns_of(mapping)) sheet.table.columns.push_back({{column, column}});
  if (mapping.unit_row) {
    document::Row units;
    for (const std::string& column : columns_of(mapping)) {
      std::string unit;
      for (const observe::ValueColumn& value : mapping.values)
        if (value.column == column) unit = value.unit;
      units.emplace_back(unit);
    }
    sheet.table.rows.push_back(std::move(units));
  }
  document::Sheet help;
  help.name = "说明";
  help.table.columns = {
      {{"列", "column"}}, {{"指标", "indicator"}}, {{"单位", "unit"}}, {{"是否必填", "needed"}}};
  for (const observe::ValueColumn& value : mapping.values) {
    const auto info = call.policy().catalog().indicators.find(value.indicator);
    const Text title = info == call.policy().catalog().indicators.end()
                           ? Text{value.indicator, value.indicator}
                           : info->second.title;
    help.table.rows.push_back(
        {value.column, document::Cell(title), value.unit,
         document::Cell(value.optional ? Text{"可缺此列", "may be absent"} : Text{"须有此列", "needed"})});
  }
  workbook.sheets.push_back(std::move(sheet));
  workbook.sheets.push_back(std::move(help));
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("template.xlsx");
  document::write_xlsx(workbook, path);
  return file(read_file(path), xlsx_type, mapping.id + ".xlsx");
}

}  // namespace

void add_import_routes(RouteTable& table) {
  const Json report = object({{"outcome", one_of({"preview", "stored", "known", "refused"})},
                              {"rows", integer()},
                              {"accepted", integer()},
                              {"rejected", integer()},
                              {"added", integer()},
                              {"corrected", integer()},
                              {"unchanged", integer()},
                              {"new_series", integer()},
                              {"flags", any()},
                              {"error_count", integer()},
                              {"errors", list(object({{"line", integer()},
                                                      {"column", integer()},
                                                      {"field", text()},
                                                      {"message", both()},
                                                      {"hint", both()},
                                                      {"raw", text()}}))},
                              {"file", schema::nullable(integer())},
                              {"sha256", text()}});
  table.add(
      {.method = Method::post,
       .path = "/api/v1/imports",
       .name = "import",
       .tag = "readings",
       .summary = {"导入监测数据（CSV 或 XLSX），可先预览",
                   "import readings (CSV or XLSX); preview stores nothing"},
       .access = Access::whole(Permission::readings_import),
       .query = {{"as", line(60), {"文件格式，见 /import-layouts", "the layout, see /import-layouts"}, true},
                 {"preview", boolean(), {"只检查，不写入", "check only"}},
                 {"strict", boolean(), {"有一行错就全不导入", "nothing if any row is bad"}},
                 {"filename", line(200), {"文件名", "name of the file"}}},
       .body_types = {"text/csv", xlsx_type, "application/octet-stream"},
       .body_limit = std::size_t{64} << 20,
       .answer = report,
       .handler = import});
  table.add({.path = "/api/v1/imports",
             .name = "imports",
             .tag = "readings",
             .summary = {"导入过的文件", "files imported"},
             .access = Access::to(Permission::readings_read),
             .answer = object({{"id", integer(1)},
                               {"file", text()},
                               {"mapping", text()},
                               {"arrived", instant()},
                               {"by", text()},
                               {"rows", integer()},
                               {"accepted", integer()},
                               {"rejected", integer()},
                               {"sha256", text()}}),
             .pager = list_imports});
  table.add({.path = "/api/v1/import-layouts",
             .name = "import_layouts",
             .tag = "readings",
             .summary = {"可导入的文件格式", "layouts that can be imported"},
             .access = Access::to(Permission::readings_read),
             .answer = object({{"id", text()}, {"title", both()}, {"columns", list(text())}}),
             .pager = [](Call& call, const PageRequest& page) {
               std::vector<Json> all;
               for (const auto& [id, mapping] : call.policy().catalog().imports)
                 all.push_back(
                     {{"id", id}, {"title", json_of(mapping.title)}, {"columns", columns_of(mapping)}});
               return page_of(std::move(all), page);
             }});
  table.add({.path = "/api/v1/imports/template",
             .name = "import_template",
             .tag = "readings",
             .summary = {"空白模板（XLSX）", "an empty template (XLSX)"},
             .access = Access::to(Permission::readings_read),
             .query = {{"as", line(60), {"文件格式", "the layout"}, true}},
             .answer_types = {xlsx_type},
             .handler = template_of});
}

}  // namespace tributary::api
