// links: exchange
// Any bytes as the book of every calculator: an answer, or an Error in both languages that names the file and, for bad
// input, the place. What is answered adds up.
#include "base/json.h"
#include "exchange/calculator.h"
#include "exchange/codes.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>


extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary;
  using namespace tributary::exchange;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& rule : rule_names()) {
    try {
      const Clearing result = clear(rule, text, "fuzz.json");
      __int128 bought = 0, sold = 0;
      for (const Fill& fill : result.fills) {
        if (fill.qty <= 0) std::abort();
        (fill.side == "buy" ? bought : sold) += fill.qty;
      }
      const bool call = rule.starts_with("call-auction:");
      if (call && (bought != result.executed || sold != result.executed)) std::abort();
      if (!call && bought + sold != result.executed) std::abort();
      if (json_of(result).dump().empty()) std::abort();
    } catch (const Error& e) {
      if (e.message().zh.empty() || e.message().en.empty() || e.where().file.empty()) std::abort();
      if (e.code() == exchange::codes::bad_input && e.where().field.empty() && e.where().line == 0 && size < (1U << 30)) std::abort();
    }
  }
  return 0;
}
