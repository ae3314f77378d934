// A paper of a case as a document to be printed: its declaration filled in with the values of the case.
#pragma once

#include "casework/casework.h"
#include "document/document.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tributary::casework {

// What a paper is made from. Personal values are open; the declaration says whether they may stand there.
struct PaperValues {
  const CaseType& type;
  const Json& form;
  std::map<std::string, std::string> computed{};
  std::string number{};
  std::string applicant{};  // organisation
  Date today{};
  Instant made{};
  bool draft = true;
  std::vector<SpokenVoice> voices{};        // of the present round, in their order
  std::vector<StoredDocument> documents{};  // files of the case
  // The name of an organisation, party or place by its code.
  std::function<std::string(FieldKind, const std::string&)> name_of{};
};

document::Document paper_document(const Paper& paper, const PaperValues& values);

// Everything that is written in it, line by line.
std::string text_of(const document::Document& document);

}  // namespace tributary::casework
