// Many cases of one kind from a spreadsheet: a template made from the declaration, and drafts from what comes
// back, all or none, with the cell of every fault.
#include "api/case_answers.h"
#include "api/scratch.h"
#include "base/csv.h"
#include "base/text.h"
#include "casework/codes.h"
#include "document/xlsx.h"
#include "document/xlsx_reader.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::api {
namespace {

using casework::Field;
using casework::FieldKind;
using schema::boolean, schema::both, schema::integer, schema::list, schema::object, schema::one_of,
    schema::text;

constexpr const char* xlsx_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::size_t most_rows = 5000;

const casework::CaseType& type_in(Call& call) {
  const auto& types = *call.worker.services.case_types;
  const auto found = types.find(call.in_path("name"));
  if (found == types.end()) throw not_found({"这种事项", "kind of case"});
  return *found->second;
}

// A column of the sheet. Without a field it numbers the rows; what the applicant does not fill in goes out
// only.
struct Column {
  const Field* field = nullptr;
  std::string title;
  bool read = false;
};

// As the type lays its sheet out, or else every field that a row can hold and the applicant fills in.
std::vector<Column> columns_of(const casework::CaseType& type) {
  std::vector<Column> out;
  if (const auto& sheet = type.declared.sheet) {
    for (const auto& column : sheet->columns) {
      const Field* field = type.field(column.field);
      out.push_back({field, column.title, field != nullptr && field->in_draft});
    }
    return out;
  }
  for (const Field& field : type.declared.form)
    if (field.in_draft && field.kind != FieldKind::table && field.kind != FieldKind::documents)
      out.push_back({&field, field.label.zh, true});
  return out;
}

// The head of the last column: for which kind and version the template was made.
std::string mark_of(const casework::CaseType& type) {
  return fmt::format("#{}@{}", type.name(), type.declared.hash.substr(0, 8));
}

Text what_to_write(const Field& field) {
  switch (field.kind) {
    case FieldKind::number:
      return {"数，单位 " + field.unit.symbol(), "a number in " + field.unit.symbol()};
    case FieldKind::money:
      return {"元，最多两位小数", "yuan, two decimals at most"};
    case FieldKind::boolean:
      return {"是 / 否", "yes / no"};
    case FieldKind::date:
      return {"如 2026-03-31", "such as 2026-03-31"};
    case FieldKind::choice: {
      Text out;
      for (const auto& choice : field.choices) {
        out.zh += (out.zh.empty() ? "" : " / ") + choice.label.zh;
        out.en += (out.en.empty() ? "" : " / ") + choice.label.en;
      }
      return out;
    }
    case FieldKind::organisation:
      return {"单位名称", "name of an organisation"};
    case FieldKind::organisations:
      return {"单位名称，用顿号隔开", "names of organisations, with commas between"};
    case FieldKind::party:
      return {"主体名称或代码", "name or code of a party"};
    case FieldKind::place:
      return {"断面、站点名称或代码", "name or code of a place"};
    case FieldKind::citizen_id:
      return {"18 位，按文本填写", "18 characters, as text"};
    default:
      return field.max_length > 0 ? Text{fmt::format("至多 {} 字", field.max_length),
                                         fmt::format("at most {} characters", field.max_length)}
                                  : Text{"文字", "text"};
  }
}

// A value as it is written in the sheet, so that what goes out can come in again.
std::string written(const Names& names, const Field& field, const Json& value) {
  const auto called = [](const std::map<std::string, Text>& all, const std::string& code) {
    const auto found = all.find(code);
    if (found == all.end()) return code;
    // A name that two share would come back as the wrong one.
    const auto same = std::count_if(all.begin(), all.end(),
                                    [&](const auto& one) { return one.second.zh == found->second.zh; });
    return same == 1 ? found->second.zh : code;
  };
  const NameBook& book = names.book();
  switch (field.kind) {
    case FieldKind::boolean:
      return value.get<bool>() ? "是" : "否";
    case FieldKind::choice:
      for (const auto& choice : field.choices)
        if (choice.key == value.get<std::string>()) return choice.label.zh;
      return value.get<std::string>();
    case FieldKind::organisation:
      return called(book.organisations, value.get<std::string>());
    case FieldKind::party:
      return called(book.parties, value.get<std::string>());
    case FieldKind::place:
      return called(book.places, value.get<std::string>());
    case FieldKind::organisations: {
      std::string out;
      for (const Json& one : value)
        out += (out.empty() ? "" : "、") + called(book.organisations, one.get<std::string>());
      return out;
    }
    default:
      return value.is_string() ? value.get<std::string>() : value.dump();
  }
}

// The cases of the kind that the caller may see, oldest first; what is personal stays out.
std::vector<document::Row> rows_of_cases(Call& call, const casework::CaseType& type) {
  const Names names(call);
  casework::Casework cases = casework_of(call);
  std::vector<document::Row> out;
  std::string cursor;
  do {
    const auto page = cases.list(call.caller, {.type = type.name()}, 200, cursor);
    for (const auto& head : page.cases) {
      const auto view = cases.view(call.caller, head.id);
      document::Row row;
      for (const Column& column : columns_of(type)) {
        const Field* field = column.field;
        if (field == nullptr) {  // numbered when all are there
          row.emplace_back(std::string());
          continue;
        }
        const auto value = view.state.form.find(field->name);
        const bool shown = value != view.state.form.end() && !value->is_null() &&
                           field->sensitivity <= casework::Sensitivity::internal;
        row.emplace_back(shown ? written(names, *field, *value) : std::string());
      }
      out.push_back(std::move(row));
    }
    cursor = page.next;
  } while (!cursor.empty() && out.size() < most_rows);
  std::reverse(out.begin(), out.end());
  const auto columns = columns_of(type);
  for (std::size_t c = 0; c < columns.size(); ++c)
    for (std::size_t r = 0; columns[c].field == nullptr && r < out.size(); ++r)
      out[r][c] = document::Cell(std::to_string(r + 1));
  return out;
}

Answer template_of(Call& call) {
  const casework::CaseType& type = type_in(call);
  document::Workbook workbook;
  workbook.meta.title = type.declared.sheet ? type.declared.sheet->title : type.declared.title;
  document::Sheet sheet;
  sheet.name = type.declared.sheet ? type.declared.sheet->title.zh : "填报";
  document::Sheet help;
  help.name = "说明";
  help.table.columns = {
      {{"列", "column"}}, {{"填什么", "what to write"}}, {{"是否必填", "needed"}}, {{"说明", "help"}}};
  for (const Column& column : columns_of(type)) {
    sheet.table.columns.push_back({{column.title, column.title}});
    const Field* field = column.field;
    const document::Cell title(Text{column.title, field == nullptr ? column.title : field->label.en});
    if (!column.read)
      help.table.rows.push_back({title, document::Cell(Text{"不用填", "leave it empty"}),
                                 document::Cell(Text{"", ""}), document::Cell(Text{"", ""})});
    else
      help.table.rows.push_back({title, document::Cell(what_to_write(*field)),
                                 document::Cell(field->required ? Text{"必填", "yes"} : Text{"", ""}),
                                 document::Cell(field->help)});
  }
  sheet.table.columns.push_back({{mark_of(type), mark_of(type)}});
  if (call.query.value("filled", false)) sheet.table.rows = rows_of_cases(call, type);
  workbook.sheets.push_back(std::move(sheet));
  workbook.sheets.push_back(std::move(help));
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("template.xlsx");
  document::write_xlsx(workbook, path);
  return file(read_file(path), xlsx_type, type.name() + ".xlsx");
}

// The codes that a text may mean: itself, or all whose name it is.
std::vector<std::string> codes_of_name(const std::map<std::string, Text>& names, const std::string& text) {
  if (names.contains(text)) return {text};
  std::vector<std::string> out;
  for (const auto& [code, name] : names)
    if (name.zh == text || name.en == text) out.push_back(code);
  return out;
}

class Cells {
 public:
  Cells(const Names& names, std::vector<schema::Fault>& faults) : names_(names), faults_(faults) {}

  Json value(const Field& field, const std::string& given, const std::string& cell) {
    if (given.empty()) return nullptr;
    const auto one_of_names = [&](const std::map<std::string, Text>& all,
                                  const std::string& text) -> std::string {
      const auto codes = codes_of_name(all, text);
      if (codes.size() == 1) return codes.front();
      if (codes.empty())
        fault(cell, {fmt::format("{}：没有“{}”", field.label.zh, text),
                     fmt::format("{}: there is no \"{}\"", field.label.en, text)});
      else  // which of them is not guessed
        fault(cell, {fmt::format("{}：叫“{}”的不止一个，请写代码：{}", field.label.zh, text,
                                 fmt::join(codes, "、")),
                     fmt::format("{}: more than one is called \"{}\"; write its code: {}", field.label.en,
                                 text, fmt::join(codes, ", "))});
      return {};
    };
    switch (field.kind) {
      case FieldKind::boolean:
        for (const char* yes : {"是", "yes", "true", "1", "√"})
          if (same_ignoring_case(given, yes)) return true;
        for (const char* no : {"否", "no", "false", "0", "×"})
          if (same_ignoring_case(given, no)) return false;
        fault(cell, {field.label.zh + "：请写“是”或“否”", field.label.en + ": write yes or no"});
        return nullptr;
      case FieldKind::choice:
        for (const auto& choice : field.choices)
          if (given == choice.key || given == choice.label.zh || same_ignoring_case(given, choice.label.en))
            return choice.key;
        fault(cell, {fmt::format("{}：没有选项“{}”", field.label.zh, given),
                     fmt::format("{}: there is no choice \"{}\"", field.label.en, given)});
        return nullptr;
      case FieldKind::organisation:
        return one_of_names(names_.book().organisations, given);
      case FieldKind::party:
        return one_of_names(names_.book().parties, given);
      case FieldKind::place:
        return one_of_names(names_.book().places, given);
      case FieldKind::organisations: {
        Json out = Json::array();
        std::string word;
        const auto take = [&] {
          if (const std::string_view name = trim(word); !name.empty())
            if (const std::string code = one_of_names(names_.book().organisations, std::string(name));
                !code.empty())
              out.push_back(code);
          word.clear();
        };
        std::string_view rest = given;
        while (!rest.empty()) {
          bool separator = false;
          for (const std::string_view mark : {"、", "，", ",", ";", "；"})
            if (rest.starts_with(mark)) {
              rest.remove_prefix(mark.size());
              separator = true;
              break;
            }
          if (separator) {
            take();
            continue;
          }
          word += rest.front();
          rest.remove_prefix(1);
        }
        take();
        return out;
      }
      case FieldKind::date:  // a day that Excel took for a moment
        return given.ends_with(" 00:00") ? given.substr(0, given.size() - 6) : given;
      default:
        return given;
    }
  }

 private:
  void fault(const std::string& cell, Text text) { faults_.push_back({cell, std::move(text)}); }
  const Names& names_;
  std::vector<schema::Fault>& faults_;
};

Error wrong_template(const Text& why) {
  return {casework::codes::bad_upload,
          why,
          {"", 1, 0, "file"},
          {"请重新下载模板，把内容粘贴过去", "download the template again and copy your rows into it"}};
}

Answer sheet_refused(const std::vector<document::CellFault>& faults) {
  Json errors = Json::array();
  for (const auto& fault : faults) errors.push_back({{"cell", fault.cell}, {"message", json_of(fault.text)}});
  return Json{{"outcome", "refused"},
              {"rows", 0},
              {"error_count", faults.size()},
              {"errors", errors},
              {"cases", Json::array()}};
}

Answer rows_from_sheet(Call& call) {
  const casework::CaseType& type = type_in(call);
  const bool preview = call.query.value("preview", false);
  const std::string& bytes = call.request.body;
  const document::FilledForm form = document::filled_form(bytes);
  if (!form.faults.empty()) return sheet_refused(form.faults);
  std::istringstream stream(form.csv);
  CsvReader reader(stream, "upload.xlsx");
  if (!reader.next()) throw wrong_template({"文件是空的", "the file is empty"});
  const auto known = columns_of(type);
  std::vector<const Field*> columns;  // nothing for those that are not read
  bool marked = false;
  for (const std::string_view head : reader.fields()) {
    const std::string title(trim(head));
    if (title.starts_with('#')) {
      if (title != mark_of(type))
        throw wrong_template({fmt::format("模板版本不对：文件是 {}，现在用 {}", title, mark_of(type)),
                              fmt::format("another version of the template: the file is {}, now it is {}",
                                          title, mark_of(type))});
      marked = true;
    }
    const auto found = std::find_if(known.begin(), known.end(), [&](const Column& c) {
      return c.title == title ||
             (c.field != nullptr && (c.field->label.zh == title || c.field->name == title));
    });
    const Field* field = found == known.end() || !found->read ? nullptr : found->field;
    if (field != nullptr && std::find(columns.begin(), columns.end(), field) != columns.end())
      throw wrong_template(
          {fmt::format("“{}”这一列出现两次", title), fmt::format("the column \"{}\" stands twice", title)});
    columns.push_back(field);
    if (found == known.end() && !title.empty() && !title.starts_with('#') && title != "序号")
      throw wrong_template(
          {fmt::format("没有“{}”这一列", title), fmt::format("there is no column \"{}\"", title)});
  }
  if (!marked)
    throw wrong_template({"不是本事项的模板（缺版本列）",
                          "not a template of this kind of case: the version's column is missing"});
  const Names names(call);
  std::vector<schema::Fault> faults;
  Cells cells(names, faults);
  std::vector<Json> rows;
  std::vector<long> lines;
  while (reader.next()) {
    Json values = Json::object();
    const auto given = reader.fields();
    for (std::size_t i = 0; i < given.size() && i < columns.size(); ++i) {
      if (columns[i] == nullptr) continue;
      const std::string cell = document::cell_address(static_cast<std::size_t>(reader.line()) - 1, i);
      if (Json value = cells.value(*columns[i], std::string(trim(given[i])), cell); !value.is_null())
        values[columns[i]->name] = std::move(value);
    }
    if (values.empty()) continue;
    if (rows.size() == most_rows)
      throw wrong_template(
          {fmt::format("一次最多 {} 行", most_rows), fmt::format("at most {} rows at a time", most_rows)});
    rows.push_back(std::move(values));
    lines.push_back(reader.line());
  }
  if (rows.empty()) throw wrong_template({"没有填写任何一行", "no row is filled in"});
  const auto report = casework_of(call).start_all(call.caller, type.name(), rows, sha256_hex(bytes),
                                                  preview || !faults.empty());
  for (const auto& one : report.faults) {
    const auto column = std::find_if(columns.begin(), columns.end(), [&](const Field* f) {
      return f != nullptr && f->name == one.fault.field;
    });
    const std::string cell = column == columns.end()
                                 ? fmt::format("{}", lines[one.row])
                                 : document::cell_address(static_cast<std::size_t>(lines[one.row]) - 1,
                                                          static_cast<std::size_t>(column - columns.begin()));
    // What the cells themselves said is enough.
    if (std::none_of(faults.begin(), faults.end(), [&](const schema::Fault& f) { return f.field == cell; }))
      faults.push_back({cell, one.fault.text});
  }
  Json errors = Json::array();
  for (const auto& fault : faults) {
    if (errors.size() == 200) break;
    errors.push_back({{"cell", fault.field}, {"message", json_of(fault.message)}});
  }
  const bool kept = !preview && faults.empty() && !report.known;
  Json begun = Json::array();
  if (kept)
    for (const auto id : report.begun) begun.push_back(id.value);
  return Json{{"outcome", !faults.empty() ? "refused"
                          : report.known  ? "known"
                          : preview       ? "preview"
                                          : "stored"},
              {"rows", rows.size()},
              {"error_count", faults.size()},
              {"errors", errors},
              {"cases", begun}};
}

}  // namespace

void add_case_sheet_routes(RouteTable& table) {
  table.add({.path = "/api/v1/case-types/{name}/sheet",
             .name = "case_template",
             .tag = "casework",
             .summary = {"批量填报的 Excel 模板", "a template to fill in many cases"},
             .access = Access::signed_in(),
             .query = {{"filled", boolean(), {"带上我能看的已有事项", "with the cases there are"}}},
             .answer_types = {xlsx_type},
             .handler = template_of});
  table.add({.method = Method::post,
             .path = "/api/v1/case-types/{name}/sheet",
             .name = "cases_from_sheet",
             .tag = "casework",
             .summary = {"按模板批量新建草稿：全部或都不；可先预览",
                         "drafts from a filled-in template: all or none; with a preview"},
             .access = Access::signed_in(),
             .query = {{"preview", boolean(), {"只检查，不保存", "check only"}}},
             .body_types = {xlsx_type, "application/octet-stream"},
             .body_limit = std::size_t{20} << 20,
             .answer = object({{"outcome", one_of({"preview", "stored", "known", "refused"})},
                               {"rows", integer()},
                               {"error_count", integer()},
                               {"errors", list(object({{"cell", text()}, {"message", both()}}))},
                               {"cases", list(integer(1))}}),
             .handler = rows_from_sheet});
}

}  // namespace tributary::api
