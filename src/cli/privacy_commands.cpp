// privacy due|erasures|exports|trace|register: what is over, who took personal values out, and the register. At
// the machine these are looked at; what is asked for and decided is done by people who signed in.
#include "base/json.h"
#include "base/text.h"
#include "casework/erasure.h"
#include "casework/exports.h"
#include "casework/personal_register.h"
#include "cli/cases.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "document/pdf.h"
#include "document/xlsx.h"
#include "identity/codes.h"
#include "identity/identity.h"

#include <functional>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::cli {
namespace {

int due(Context& c) {
  Cases all(c);
  casework::Erasures erasures(all.cases());
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"事项", "case"}}, {{"种类", "kind"}}, {{"到期", "due"}}, {{"情况", "state"}}};
  std::string cursor;
  do {
    const auto page = erasures.due(all.caller(), 500, cursor);
    for (const auto& one : page.cases) {
      out.push_back({{"case", one.head.id.value},
                     {"type", one.head.type},
                     {"due", to_string(one.due)},
                     {"held", one.held},
                     {"proposal", one.proposal}});
      table.rows.push_back({std::to_string(one.head.id.value), one.head.type, to_string(one.due),
                            document::Cell(one.held            ? Text{"保全中", "held"}
                                           : one.proposal != 0 ? Text{"待决定", "proposed"}
                                                               : Text{"待提议", "to be proposed"})});
    }
    cursor = page.next;
  } while (!cursor.empty());
  if (c.json())
    c.print(out);
  else if (table.rows.empty())
    c.line({"没有到期的个人信息。没有设定保存期限的事项从不到期，见 privacy register。",
            "No personal values are due. Kinds without a retention never are; see privacy register."});
  else
    c.print(table);
  return 0;
}

int erasures(Context& c) {
  Cases all(c);
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"编号", "no."}}, {{"事项", "case"}}, {{"状态", "state"}}, {{"提议", "proposed by"}},
                   {{"决定", "decided by"}}, {{"销毁", "destroyed"}}};
  for (const auto& one : casework::Erasures(all.cases()).list(all.caller(), false, 500)) {
    out.push_back({{"erasure", one.id},
                   {"case", one.of.value},
                   {"ground", casework::to_string(one.ground)},
                   {"state", casework::to_string(one.state)},
                   {"proposed_by", one.proposed_name},
                   {"decided_by", one.decided_name},
                   {"destroyed", one.destroyed}});
    table.rows.push_back({std::to_string(one.id), std::to_string(one.of.value),
                          std::string(casework::to_string(one.state)), one.proposed_name, one.decided_name,
                          one.destroyed.dump()});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int exports(Context& c) {
  Cases all(c);
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"编号", "no."}},      {{"种类", "kind"}},      {{"状态", "state"}}, {{"申请人", "asked by"}},
                   {{"批准人", "decided by"}}, {{"下载", "files"}}, {{"用途", "for"}}};
  for (const auto& one :
       casework::Exports(all.cases()).list(all.caller(), casework::Exports::Whose::all, 500)) {
    out.push_back({{"export", one.id},
                   {"type", one.wish.type},
                   {"state", casework::to_string(one.state)},
                   {"asked_by", one.name},
                   {"decided_by", one.decided_name},
                   {"cases", one.wish.cases.size()},
                   {"fields", one.wish.fields},
                   {"files", one.files.size()},
                   {"purpose", one.wish.purpose}});
    table.rows.push_back({std::to_string(one.id), one.wish.type, std::string(casework::to_string(one.state)),
                          one.name, one.decided_name, fmt::format("{}/{}", one.files.size(), one.wish.downloads),
                          one.wish.purpose});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

// Whose file is this? By its bytes; one that was changed is told by the marks in its rows.
int trace(Context& c, const std::string& path) {
  Cases all(c);
  casework::Exports known(all.cases());
  const auto found = known.trace(sha256_hex(read_file(path)));
  if (!found)
    throw Error(identity::codes::not_found,
                {"这不是从本库导出的文件，或内容已被改动", "this file was not exported from here, or it was changed"},
                {path, 0, 0, {}},
                {"如内容被改动过，请看各行末尾的导出标记", "if it was changed, look at the export mark in its rows"});
  const auto one = known.view(all.caller(), found->of);
  if (c.json())
    c.print(Json{{"export", one.id},
                 {"file", found->n},
                 {"taken", to_rfc3339(found->at)},
                 {"address", found->address},
                 {"by", one.name},
                 {"approved_by", one.decided_name},
                 {"purpose", one.wish.purpose},
                 {"cases", found->cases}});
  else
    c.line({fmt::format("导出 {} 号第 {} 次，{} 于 {} 从 {} 下载，{} 批准，用途：{}", one.id, found->n, one.name,
                        to_string(found->at), found->address, one.decided_name, one.wish.purpose),
            fmt::format("export {}, file {}: taken by {} at {} from {}, approved by {}, for: {}", one.id, found->n,
                        one.name, to_string(found->at), found->address, one.decided_name, one.wish.purpose)});
  return 0;
}

int paper(Context& c, const std::string& path) {
  Cases all(c);
  const auto lines = casework::Assessments(all.cases()).lines(all.caller());
  const auto document = casework::register_document(lines, c.clock().now(), c.language());
  if (path.ends_with(".xlsx"))
    document::write_xlsx(document, path);
  else if (path.ends_with(".pdf"))
    write_file(path, document::render_pdf(document, {.sizes = document::Sizes::compact, .landscape = true}));
  else if (!path.empty())
    throw Error(codes::bad_usage, {"文件名以 .pdf 或 .xlsx 结尾", "the file ends in .pdf or .xlsx"});
  Json out = Json::array();
  document::Table table;
  table.columns = {{{"事项", "case"}}, {{"个人信息", "values"}}, {{"保存期限", "kept for"}}, {{"影响评估", "assessment"}}};
  for (const auto& one : lines) {
    const auto& d = one.type->declared;
    const Text kept = casework::retention_in_words(d.retention ? &*d.retention : nullptr, *one.type);
    out.push_back({{"case", d.name},
                   {"values", one.fields.size()},
                   {"retention", json_of(kept)},
                   {"assessment", casework::to_string(one.state)},
                   {"version", one.latest ? one.latest->version : 0}});
    table.rows.push_back({document::Cell(d.title), std::to_string(one.fields.size()), document::Cell(kept),
                          std::string(casework::to_string(one.state))});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

}  // namespace

void add_privacy_commands(CLI::App& app, Action& action) {
  auto* group = app.add_subcommand("privacy", "个人信息：到期、删除、导出、登记册 / personal values: due, erased, exported, registered");
  group->require_subcommand(1);
  group->add_subcommand("due", "保存期已满的事项 / cases whose personal values are due to be erased")
      ->callback([&action] { action = due; });
  group->add_subcommand("erasures", "删除的提议和决定 / erasures proposed and decided")
      ->callback([&action] { action = erasures; });
  group->add_subcommand("exports", "导出申请 / requests to export")->callback([&action] { action = exports; });
  const auto file = std::make_shared<std::string>();
  auto* find = group->add_subcommand("trace", "这个文件是谁、何时、凭哪项申请导出的 / who took this file out, when, by which request");
  find->add_option("file", *file, "文件 / file")->required();
  find->callback([=, &action] { action = [=](Context& c) { return trace(c, *file); }; });
  const auto to = std::make_shared<std::string>();
  auto* book = group->add_subcommand("register", "个人信息保护影响登记册 / the register of personal information");
  book->add_option("--to", *to, "另存为 .pdf 或 .xlsx / also as a file, .pdf or .xlsx");
  book->footer("例 / example: tributary privacy register --to register.pdf");
  book->callback([=, &action] { action = [=](Context& c) { return paper(c, *to); }; });
}

}  // namespace tributary::cli
