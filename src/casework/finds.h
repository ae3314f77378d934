// Finding cases and their files by words: what may be opened, and nothing else, with the place where the words stand.
//
// A file is found by its name at once and by its text once that was read (`read_waiting`): the first 400,000
// characters of a PDF, Word, Excel, CSV or text file. What is sealed is never read and never found, not even by its
// name; what is sealed or erased later is forgotten.
#pragma once

#include "casework/casework.h"

#include <string>
#include <vector>

namespace tributary::casework {

struct FoundCase {
  CaseHead head;
  std::string excerpt;
};
struct CasesFound {
  std::vector<FoundCase> cases;
  std::string next;  // cursor; empty at the end
};

struct FoundDocument {
  StoredDocument document;
  CaseHead of;
  std::string excerpt;
};
struct DocumentsFound {
  std::vector<FoundDocument> documents;
  std::string next;
};

class Finds {
 public:
  explicit Finds(Casework& cases) : c_(cases) {}

  // Newest first; all words must be there. Both throw bad_search when there is nothing to look for.
  CasesFound cases(const identity::Caller& caller, const std::string& words, std::size_t limit,
                   const std::string& cursor = {}) const;
  // Those read last first; the words in the name or within one stretch of 12,000 characters of the text. Looks at 5,000
  // stretches with the words at most: where nearly all are others' to see, a page may have fewer than `limit`, even none,
  // and yet a `next`.
  DocumentsFound documents(const identity::Caller& caller, const std::string& words, std::size_t limit,
                           const std::string& cursor = {}) const;

  // Reads the text of the files that wait for it, oldest first, at most `most`; how many were read. Reading happens
  // outside of any transaction.
  std::size_t read_waiting(std::size_t most);
  std::int64_t waiting() const;
  // All files that are not sealed wait once more.
  void read_again();

  // The words of the next cases after `after` put into the index anew; one transaction. Gives the last one, or none at
  // the end.
  CaseId index_again(CaseId after, std::size_t limit, std::int64_t& done);

 private:
  Casework& c_;
};

}  // namespace tributary::casework
