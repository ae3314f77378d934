#include "api/allocation_table.h"

#include "allocate/codes.h"
#include "allocate/table.h"
#include "api/codes.h"
#include "api/problem.h"
#include "api/rights_desk.h"
#include "base/csv.h"
#include "base/text.h"
#include "document/xlsx.h"
#include "document/xlsx_reader.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using identity::Permission;
using schema::boolean, schema::integer, schema::line, schema::list, schema::map_of, schema::named, schema::nullable,
    schema::object, schema::text;

std::string csv_cell(std::string_view cell) {
  std::string out = "\"";
  for (const char c : cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// Rows by heading as CSV, columns in the order in which they are first met, so that places in errors are
// those of a table: the first row is line 2.
std::string csv_of(const Json& body) {
  const Json expected = object({{"rows", list(map_of(text(200)), 1000)}});
  if (auto faults = schema::check(expected, body, Json::object()); !faults.empty())
    throw InvalidInput(codes::bad_body, std::move(faults));
  std::vector<std::string> heads;
  for (const Json& row : body["rows"])
    for (const auto& [head, cell] : row.items())
      if (std::find(heads.begin(), heads.end(), head) == heads.end()) heads.push_back(head);
  std::string out;
  for (const std::string& head : heads) out += (out.empty() ? "" : ",") + csv_cell(head);
  for (const Json& row : body["rows"]) {
    out += "\r\n";
    for (std::size_t i = 0; i < heads.size(); ++i)
      out += (i == 0 ? "" : ",") + csv_cell(row.value(heads[i], ""));
  }
  return out + "\r\n";
}

// What the packs know of the units of an instrument, by account: policies/<pack>/allocation/<instrument>.csv,
// its first column `account`. A lower pack's row stands before an upper one's.
struct Figures {
  std::vector<std::string> columns;
  std::map<std::string, std::map<std::string, std::string>> rows;
  bool example = false;
};

Figures figures_of(Call& call, const std::string& instrument) {
  Figures out;
  for (const auto& pack : call.policy().packs()) {
    const std::string path = pack.folder + "/allocation/" + instrument + ".csv";
    if (!std::filesystem::exists(path)) continue;
    std::ifstream in(path, std::ios::binary);
    CsvReader csv(in, path, {.comments_at_top = true});
    if (!csv.next() || csv.fields().empty() || csv.fields()[0] != "account")
      throw Error(allocate::codes::bad_table,
                  {"第一列应为 account（登记账户）", "the first column must be account"}, {path, 1, 1, {}});
    std::vector<std::string> heads;
    for (const std::string_view head : csv.fields()) heads.emplace_back(trim(head));
    for (std::size_t i = 1; i < heads.size(); ++i)
      if (std::find(out.columns.begin(), out.columns.end(), heads[i]) == out.columns.end())
        out.columns.push_back(heads[i]);
    out.example = out.example || pack.example;
    while (csv.next()) {
      if (csv.blank()) continue;
      if (csv.fields().size() != heads.size())
        throw Error(allocate::codes::bad_table, {"列数与表头不符", "not as many fields as the heading"},
                    csv.where(csv.fields().size()));
      auto& row = out.rows[std::string(trim(csv.fields()[0]))];
      for (std::size_t i = 1; i < heads.size(); ++i) row[heads[i]] = trim(csv.fields()[i]);
    }
  }
  return out;
}

// Instruments that the packs have figures for.
Json known_figures(Call& call) {
  std::set<std::string> out;
  for (const auto& pack : call.policy().packs())
    if (std::filesystem::is_directory(pack.folder + "/allocation"))
      for (const auto& entry : std::filesystem::directory_iterator(pack.folder + "/allocation"))
        if (entry.path().extension() == ".csv") out.insert(entry.path().stem().string());
  return out;
}

// Every account that can be allotted to, as a row: its holder's name, what it holds now, what the packs know.
Json rows_of_registry(Call& call, const std::string& instrument, std::string on) {
  call.caller.require_all(Permission::rights_read);
  const RightsDesk desk(call);
  const auto found = desk.instruments().find(instrument);
  if (found == desk.instruments().end() || found->second.kind == rights::InstrumentKind::money)
    throw not_found({"这个权利品种", "such instrument"});
  const bool flow = found->second.kind == rights::InstrumentKind::flow;
  const Date today = call.clock().today();
  if (on.empty()) on = flow ? to_string(rights::Month::of(today)) : std::to_string(year_of(today));
  const int period = flow ? rights::Month::parse(on).index : static_cast<int>(whole_number(on).value_or(0));
  const Figures figures = figures_of(call, instrument);
  std::map<std::string, std::int64_t> held;
  for (const rights::Holding& h : desk.book.holdings({.instrument = instrument}))
    if (h.part.period <= period && period < h.part.period + h.part.count) held[h.account] += h.part.amount;
  std::map<std::string, int> names;
  for (const auto& [code, account] : desk.accounts()) ++names[desk.party(account.owner)["name"]["zh"]];
  Json rows = Json::array();
  std::optional<rights::Month> permits;  // the first month for which one of them no longer holds
  for (const auto& [code, account] : desk.accounts()) {
    const bool holding = account.type == rights::AccountType::holding;
    // The district's own reserve is what is kept back, not a unit that gets a share.
    const bool township = account.type == rights::AccountType::reserve && figures.rows.contains(code);
    if (account.status != rights::AccountStatus::open || (!holding && !township)) continue;
    const std::string name = desk.party(account.owner)["name"]["zh"];
    Json row{{"单位", names[name] > 1 ? fmt::format("{}（{}）", name, code) : name},
             {"账户", code},
             {"现状", std::to_string(held[code])}};
    if (const auto known = figures.rows.find(code); known != figures.rows.end())
      for (const auto& [column, value] : known->second)
        if (!value.empty()) row[column] = value;
    rows.push_back(std::move(row));
    if (account.permit_to && (!permits || *account.permit_to < *permits)) permits = account.permit_to;
  }
  Json caps = Json::array();
  for (const rights::Rights::Use& use : desk.book.use_of_cap(instrument)) {
    if (!caps.empty() && flow && caps.back()["cap"] == use.cap.amount && caps.back()["issued"] == use.issued &&
        caps.back()["to"] == desk.period(instrument, use.cap.period))
      caps.back()["to"] = desk.period(instrument, use.cap.period + use.cap.count);
    else
      caps.push_back({{"from", desk.period(instrument, use.cap.period)},
                      {"to", desk.period(instrument, use.cap.period + use.cap.count)},
                      {"cap", use.cap.amount},
                      {"issued", use.issued}});
  }
  Json columns{"单位", "账户", "现状"};
  for (const std::string& column : figures.columns) columns.push_back(column);
  return {{"instrument", desk.instrument_json(instrument)},
          {"measure", desk.measure(instrument)},
          {"on", on},
          {"caps", caps},
          {"columns", columns},
          {"rows", rows},
          {"permits_to", flow && permits ? Json(to_string(*permits)) : Json()},
          {"known", known_figures(call)},
          {"example", figures.example}};
}

Json townships(Call& call) {
  Json rows = Json::array();
  for (const auto& division :
       registry::Registry(call.database(), call.tenant()).children(call.tenant(), call.clock().today()))
    rows.push_back({{"单位", division.name.zh}});
  return {{"instrument", nullptr},  {"measure", ""},         {"on", ""},
          {"caps", Json::array()},  {"columns", {"单位"}},   {"rows", rows},
          {"permits_to", nullptr},  {"known", known_figures(call)}, {"example", false}};
}

// What a file holds, cell by cell, so that it can be looked at and mended before anything is computed from it.
Answer read_table(Call& call) {
  std::istringstream in = table_of(call);
  CsvReader csv(in, "");
  Json columns = Json::array(), rows = Json::array();
  for (bool first = true; csv.next(); first = false) {
    if (!is_utf8(csv.raw()))
      refuse_table(allocate::BadTable({{allocate::codes::bad_table,
                                        {"", csv.line(), 0, {}},
                                        looks_like_gbk(csv.raw())
                                            ? Text{"文件是 GBK 编码", "the file is in GBK"}
                                            : Text{"文件不是 UTF-8 编码", "the file is not UTF-8"},
                                        {"另存为“CSV UTF-8”", "save it as \"CSV UTF-8\""}}}));
    Json row = Json::array();
    if (!csv.blank())
      for (const std::string_view cell : csv.fields()) row.push_back(std::string(trim(cell)));
    if (first)
      columns = std::move(row);
    else
      rows.push_back(std::move(row));
    if (rows.size() > 1000)
      throw Error(codes::too_large, {"表格超过 1000 行", "the table has more than 1000 rows"});
  }
  return Json{{"columns", columns}, {"rows", rows}};
}

Answer units(Call& call) {
  if (!call.has("instrument")) return townships(call);
  return rows_of_registry(call, call.text("instrument"), call.text("on"));
}

}  // namespace

void refuse_table(const allocate::BadTable& bad) {
  std::vector<schema::Fault> faults;
  for (const allocate::TableFault& fault : bad.faults()) {
    const Where& at = fault.where;
    const bool cell = at.line > 0 && at.column > 0;
    Text said = fault.message;
    if (!fault.hint.zh.empty()) said = {said.zh + "；" + fault.hint.zh, said.en + "; " + fault.hint.en};
    faults.push_back({cell ? document::cell_address(static_cast<std::size_t>(at.line) - 1,
                                                    static_cast<std::size_t>(at.column) - 1)
                      : at.line > 0 ? std::to_string(at.line)
                                    : at.field,
                      std::move(said)});
  }
  throw InvalidInput(bad, std::move(faults));
}

std::istringstream table_of(const Call& call) {
  const std::string& bytes = call.request.body;
  if (bytes.starts_with("PK\x03\x04")) {
    document::FilledForm form = document::filled_form(bytes);
    if (form.faults.empty()) return std::istringstream(std::move(form.csv));
    std::vector<schema::Fault> faults;
    for (document::CellFault& fault : form.faults)
      if (faults.size() < allocate::most_faults) faults.push_back({fault.cell, std::move(fault.text)});
    throw InvalidInput(allocate::codes::bad_cell, std::move(faults));
  }
  if (!call.request.header("Content-Type").starts_with("application/json")) return std::istringstream(bytes);
  Json body = Json::parse(bytes, nullptr, false);
  if (body.is_discarded() || !is_utf8(bytes))
    throw Error(codes::bad_json, {"内容不是合法的 JSON", "the body is not well-formed JSON"});
  return std::istringstream(csv_of(body));
}

void add_allocation_unit_routes(RouteTable& table) {
  table.add({.method = Method::post,
             .path = "/api/v1/allocations/table",
             .name = "read_allocation_table",
             .tag = "allocation",
             .summary = {"读出上传的表格（CSV、XLSX），公式等每处错误连同单元格一并指出；不写入",
                         "the cells of a file (CSV, XLSX); formulas and other faults are told with their cells; "
                         "nothing is written"},
             .access = Access::whole(Permission::whatif_run),
             .body_types = {"text/csv", xlsx_type, "application/octet-stream"},
             .body_limit = std::size_t{1} << 20,
             .answer = object({{"columns", list(text())}, {"rows", list(list(text()))}}),
             .handler = read_table});
  table.add({.path = "/api/v1/allocations/units",
             .name = "allocation_units",
             .tag = "allocation",
             .summary = {"可作起点的单位表：某品种的登记账户和现有持有量，不写品种则是本区乡镇",
                         "units to begin a table with: accounts and what they hold of an instrument; without one, "
                         "the townships"},
             .access = Access::whole(Permission::whatif_run),
             .query = {{"instrument", line(30), {"品种", "instrument"}},
                       {"on", line(7), {"哪个月（年）的持有量，默认当月（年）", "held in which month or year; now"}}},
             .answer = object({{"instrument", nullable(named("Named"))},
                               {"measure", text()},
                               {"on", text()},
                               {"caps", list(object({{"from", text()},
                                                     {"to", text()},
                                                     {"cap", integer()},
                                                     {"issued", integer()}}))},
                               {"columns", list(text())},
                               {"rows", list(map_of(text()))},
                               {"permits_to", nullable(text())},
                               {"known", list(text())},
                               {"example", boolean()}}),
             .handler = units});
}

}  // namespace tributary::api
