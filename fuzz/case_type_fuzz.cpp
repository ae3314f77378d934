// links: casework
// Any bytes as the declaration of a case type: a type or an Error that names the file, in both languages; of
// a type that is read the examples run or are refused, and every paper of it can be made from an empty form.
// The shipped types are further seeds: give policies/cn-341602/cases as one more corpus folder.
#include "casework/examples.h"
#include "casework/paper.h"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

namespace {

using namespace tributary;
using namespace tributary::casework;

template <class Work>
void told(const Work& work) {
  try {
    work();
  } catch (const Error& e) {
    if (e.message().zh.empty() || e.message().en.empty() || e.where().file.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::shared_ptr<const CaseType> type;
  told([&] { type = read_case_type(text, "fuzz.yaml", {}); });
  if (!type) return 0;
  told([&] { run_examples(*type, WorkCalendar{}); });
  const Json form = Json::object();
  for (const Paper& paper : type->declared.papers) {
    PaperValues values{*type, form};
    values.name_of = [](FieldKind, const std::string& code) { return code; };
    text_of(paper_document(paper, values));
  }
  return 0;
}
