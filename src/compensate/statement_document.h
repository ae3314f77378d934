// A statement as a printable document: for PDF (document/pdf.h) and XLSX (document/xlsx.h).
#pragma once

#include "compensate/types.h"
#include "document/document.h"

#include <functional>
#include <string>

namespace tributary::compensate {

struct StatementPaper {
  const Statement& statement;
  const RunHead& run;
  Text rule_title;
  std::string issuer;                                        // who states it
  std::function<Text(const std::string& party)> party_name;  // code → name
  std::vector<document::TreeNode> derivation;                // the annex
};

document::Document statement_document(const StatementPaper& paper, document::Language language);

}  // namespace tributary::compensate
