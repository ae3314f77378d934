#include "observe/known_mark.h"

namespace tributary::observe {

void fix_known(store::Database& db, const std::string& jurisdiction, Instant instant) {
  db.write([&](store::Transaction& t) {
    t.execute("INSERT INTO known_mark (jurisdiction, instant) VALUES (?, ?) ON CONFLICT (jurisdiction) DO UPDATE SET instant = excluded.instant "
              "WHERE excluded.instant > known_mark.instant",
              jurisdiction, instant.seconds);
  });
}

}  // namespace tributary::observe
