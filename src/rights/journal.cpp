#include "rights/journal.h"

#include "base/text.h"

#include <fmt/format.h>

namespace tributary::rights {

std::string first_hash(const std::string& jurisdiction) {
  return sha256_hex("tributary-rights-1\n" + jurisdiction);
}

std::string entry_hash(const std::string& before, const JournalEntry& e) {
  const std::string number = fmt::format("{}", e.number);
  const std::string at = fmt::format("{}", e.at.seconds);
  std::string text = before + "\n";
  for (const std::string_view field :
       {std::string_view(number), std::string_view(at), std::string_view(e.event),
        std::string_view(e.transaction), std::string_view(e.act.actor), std::string_view(e.act.approver),
        std::string_view(e.act.reason), std::string_view(e.act.rule), std::string_view(e.content)})
    text += fmt::format("{}:{}\n", field.size(), field);
  return sha256_hex(text);
}

JournalEntry entry_of(const store::Row& row) {
  return {row.integer(0),
          {row.integer(1)},
          row.text(2),
          row.text(3),
          {row.text(4), row.text(5), row.text(6), row.text(7)},
          row.text(8),
          row.text(9)};
}

}  // namespace tributary::rights
