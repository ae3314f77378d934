// A statement as a printable document: for PDF (document/pdf.h) and XLSX (document/xlsx.h).
#pragma once

#include "compensate/compensation.h"
#include "compensate/types.h"
#include "document/document.h"
#include "registry/registry.h"

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
  std::string code{};                                        // compensate/statement_code.h
  std::string public_url{};  // of the portal, where the code can be verified; empty: nothing to scan
};

// An explanation as it is printed: label, value, formula with its numbers, source and dates.
document::TreeNode tree_of(const policy::Explanation& explanation);

document::Document statement_document(const StatementPaper& paper, document::Language language);

// A stored statement with its derivation, names as they are on `today`. Throws unknown_statement.
document::Document printed_statement(const Compensation& compensation, const policy::Policy& policy,
                                     const registry::Registry& registry, const std::string& tenant,
                                     std::int64_t id, Date today, document::Language language,
                                     const std::string& public_url = {});

}  // namespace tributary::compensate
