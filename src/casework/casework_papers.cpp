// Papers of cases: drafts for those who may make them, and the issued ones, made and kept in the transaction
// of their step.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/paper.h"
#include "casework/personal.h"
#include "casework/stored.h"
#include "document/docx.h"
#include "document/pdf.h"
#include "registry/registry.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

Error unknown_paper() {
  return {codes::unknown_paper,
          {"没有这份文书，或现在不能生成", "there is no such paper, or it cannot be made now"},
          {},
          {"文书在规定的环节、由规定的人生成", "a paper is made in its states, by those who may"}};
}

// What a file may be called: no signs that mean something to file systems.
std::string file_name(const std::string& title) {
  std::string out;
  for (const char c : title) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f || std::string_view("<>:\"|?*/\\").find(c) != std::string_view::npos
               ? '_'
               : c;
  }
  while (out.size() > 200) {  // by whole characters
    out.pop_back();
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0U) out.pop_back();
  }
  return out.empty() ? "paper" : out;
}

}  // namespace

std::vector<PaperState> Casework::papers_of(const CaseView& view, const Person& who) const {
  std::vector<PaperState> out;
  for (const Paper& paper : view.type->declared.papers) {
    PaperState one{&paper, may_make(paper, view.state, who), {}, {}, {}};
    for (const CaseEvent& event : view.events)
      for (const Json& effect : event.effects)
        if (effect.value("do", "") == "issue" && effect.value("paper", "") == paper.name) {
          one.pdf = effect.at("pdf").get<std::string>();
          one.docx = effect.at("docx").get<std::string>();
          one.issued = event.at;
        }
    if (!one.pdf.empty() && paper.personal && !view.may_reveal) one.pdf = one.docx = "";
    if (one.may_make || !one.pdf.empty()) out.push_back(std::move(one));
  }
  return out;
}

std::function<std::string(FieldKind, const std::string&)> Casework::names_in(store::Transaction& t) const {
  return [this, &t, organisations = identity::organisation_names(t, tenant_)](FieldKind kind,
                                                                              const std::string& code) -> std::string {
    if (kind == FieldKind::organisation) {
      const auto found = organisations.find(code);
      return found == organisations.end() ? code : found->second.zh;
    }
    const registry::RegistryReader registry(t, tenant_);
    try {
      return kind == FieldKind::party ? registry.party(code).name.zh : registry.find_place(code).name.zh;
    } catch (const Error& e) {
      if (e.kind() != Kind::not_found) throw;
      return code;
    }
  };
}

document::Document Casework::paper_of(store::Transaction& t, const Stored& s, const Paper& paper,
                                      bool draft) const {
  PaperValues values{*s.type, s.state.form};
  values.computed = Figures(*s.type, s.state.form, tallies(*s.type, s.state), clock_.today()).computed();
  values.number = s.number;
  values.applicant = s.state.applicant;
  values.today = clock_.today();
  values.made = clock_.now();
  values.draft = draft;
  t.each(
      [&](const store::Row& row) {
        values.voices.push_back({row.text(0),
                                 true,
                                 row.text(1),
                                 row.text(2),
                                 parse_voice(row.text(3)).value_or(Voice::Choice::abstain),
                                 row.text(4),
                                 {row.integer(5)}});
      },
      "SELECT ballot, name, organisation, choice, words, at FROM casework_voice WHERE jurisdiction = ? AND "
      "case_id = ? AND live = 1 ORDER BY seq",
      tenant_, s.id.value);
  t.each(
      [&](const store::Row& row) {
        StoredDocument one;
        one.id = row.text(0);
        one.name = row.text(1);
        values.documents.push_back(std::move(one));
      },
      "SELECT id, name FROM casework_document WHERE jurisdiction = ? AND case_id = ?", tenant_, s.id.value);
  values.name_of = names_in(t);
  return paper_document(paper, values);
}

void Casework::issue(store::Transaction& t, const identity::Caller& caller, const Stored& s, const Step& step,
                     Json& effects) {
  for (const std::string& name : step.issues) {
    const Paper& paper = *s.type->paper(name);
    const document::Document document = paper_of(t, s, paper, false);
    StoredDocument file;
    file.of = s.id;
    const std::string called = file_name(document.meta.title.zh);
    file.name = called + ".pdf";
    file.media_type = "application/pdf";
    const StoredDocument pdf = keep(t, caller, file, document::render_pdf(document), paper.personal);
    file.name = called + ".docx";
    file.media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const StoredDocument docx = keep(t, caller, file, document::render_docx(document), paper.personal);
    effects.push_back(
        {{"do", "issue"}, {"paper", name}, {"pdf", pdf.id}, {"docx", docx.id}, {"sha256", pdf.sha256}});
    audit_.append(t, caller,
                  {"paper.issue", fmt::format("case/{}/{}", s.id.value, name), identity::AuditOutcome::done,
                   pdf.sha256});
  }
}

PaperFile Casework::paper(const identity::Caller& caller, CaseId id, const std::string& name,
                          const std::string& format, const std::string& purpose) {
  PaperFile out;
  const auto make = [&](store::Transaction& t, bool noting) {
    const CaseView view = view_of(t, caller, visible(t, caller, id));
    const auto found = std::find_if(view.papers.begin(), view.papers.end(),
                                    [&](const PaperState& one) { return one.paper->name == name; });
    if (found == view.papers.end()) throw unknown_paper();
    const Paper& paper = *found->paper;
    if (paper.personal && !noting) return false;
    if (paper.personal) {
      require_purpose(purpose);
      if (view.erased) throw Error(codes::erased, {"个人信息已按规定删除", "the personal values were erased"});
    }
    const bool issued = !found->pdf.empty();
    if (issued && format != "xlsx") {
      auto [file, bytes] = kept(t, caller, format == "pdf" ? found->pdf : found->docx, purpose);
      out.name = file.name.substr(0, file.name.rfind('.'));
      out.bytes = std::move(bytes);
    } else {
      out.document = paper_of(t, *find(t, id), paper, !issued);
      out.name = file_name(out.document.meta.title.zh);
    }
    if (paper.personal)
      audit_.append(
          t, caller,
          {"paper.make", fmt::format("case/{}/{}", id.value, name), identity::AuditOutcome::done,
           fmt::format("{} {}", format, trim(purpose))});
    return true;
  };
  // What is personal is noted, which writes; the rest only reads.
  const bool done = database_.read([&](store::Transaction& t) { return make(t, false); });
  if (!done) database_.write([&](store::Transaction& t) { return make(t, true); });
  return out;
}

}  // namespace tributary::casework
