// links: document
// Any bytes as an uploaded workbook: its first sheet as CSV, or an Error in both languages.
#include "base/error.h"
#include "document/xlsx_reader.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    tributary::document::first_sheet_as_csv(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const tributary::Error& e) {
    if (e.message().zh.empty() || e.message().en.empty()) std::abort();
  }
  return 0;
}
