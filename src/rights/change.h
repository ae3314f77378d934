// One call of the registry is one transaction; private to `rights`.
#pragma once

#include "rights/book.h"

namespace tributary::rights {

// `work(Book&)`, then everything is written. Joins a together() of the caller; run again from the start when
// busy.
template <class Work>
void change(store::Database& database, const std::string& jurisdiction, const Clock& clock,
            const Work& work) {
  const Instant now = clock.now();
  database.together([&](store::Transaction& t) {
    ledger::Ledger ledger(database, jurisdiction, clock);
    Book book(t, ledger, jurisdiction, now);
    work(book);
    book.write();
  });
}

}  // namespace tributary::rights
