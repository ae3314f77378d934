// One look at the registry; private to `rights`.
#pragma once

#include "rights/book.h"

#include <optional>
#include <type_traits>

namespace tributary::rights {

// `work(Book&)` on a Book for looking only: nothing of it is written.
template <class Work>
auto look(store::Database& database, const std::string& jurisdiction, const Clock& clock, const Work& work) {
  std::optional<std::invoke_result_t<Work, Book&>> out;
  database.snapshot([&] {
    database.read([&](store::Transaction& t) {
      ledger::Ledger ledger(database, jurisdiction, clock);
      Book book(t, ledger, jurisdiction, clock.now(), false);
      out.emplace(work(book));
    });
  });
  return std::move(*out);
}

}  // namespace tributary::rights
