// Papers of cases: as they were issued, or as a draft.
#include "api/case_answers.h"
#include "api/scratch.h"
#include "base/text.h"
#include "document/docx.h"
#include "document/pdf.h"
#include "document/xlsx.h"

#include <fmt/format.h>

namespace tributary::api {
namespace {

constexpr const char* pdf_type = "application/pdf";
constexpr const char* docx_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr const char* xlsx_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

Answer paper(Call& call) {
  const std::string format = call.query.value("format", "pdf");
  casework::PaperFile made = told([&] {
    return casework_of(call).paper(call.caller, {call.id_in_path("id")}, call.in_path("name"), format,
                                   call.text("purpose"));
  });
  const std::string name = made.name + "." + format;
  const char* type = format == "pdf" ? pdf_type : format == "docx" ? docx_type : xlsx_type;
  if (made.bytes) return file(std::move(*made.bytes), type, name);
  if (format == "pdf") return file(document::render_pdf(made.document), type, name);
  if (format == "docx") return file(document::render_docx(made.document), type, name);
  const ScratchFolder folder(call.worker.services.settings.scratch);
  const std::string path = folder.file("paper.xlsx");
  document::write_xlsx(made.document, path);
  return file(read_file(path), type, name);
}

}  // namespace

void add_paper_routes(RouteTable& table) {
  table.add({.path = "/api/v1/cases/{id}/papers/{name}",
             .name = "paper",
             .tag = "casework",
             .summary = {"文书：已印发的原件；没有印发的是带“草案”水印的草稿",
                         "a paper of a case: as issued, else a marked draft"},
             .access = Access::signed_in(),
             .query = {{"format", schema::one_of({"pdf", "docx", "xlsx"}), {"格式", "format"}},
                       {"purpose", schema::text(200), {"用途；含个人信息的文书必须写", "what for; needed for a personal one"}}},
             .answer_types = {pdf_type, docx_type, xlsx_type},
             .handler = paper});
}

}  // namespace tributary::api
