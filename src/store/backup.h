// A whole database in one file, and a database out of that file.
//
// SQLite: the copied database file, packed by gzip (whose checksum finds every damaged byte). PostgreSQL: the
// archive that pg_dump writes (custom format); pg_dump and pg_restore must be on the PATH. The file carries
// all jurisdictions. What lies outside the database is not in it: the key of the authenticators' secrets, the
// packs.
#pragma once

#include "store/store.h"

#include <cstdint>
#include <span>
#include <string>

namespace tributary::store {

struct Backup {
  std::uint64_t bytes = 0;  // of the file
  std::size_t steps = 0;    // of the schema that the database has
  bool current = false;     // it has every step that the program knows
};

// The database as of one moment, while others go on reading and writing. The copy is checked before it gets
// its name, is on the disk when this returns, and can be read by its owner only. Throws file_exists (never
// overwrites), newer_schema, changed_migration, corrupted, disk_full, disk_failure, tool_failed.
Backup back_up(const std::string& url, const std::string& file, std::span<const Migration> known);

// Checks the file, then makes the database: all of it or nothing. A SQLite file must not be there yet, a
// PostgreSQL database must be there and hold no table. Throws not_a_backup (also for a damaged one),
// not_empty, newer_schema, changed_migration, disk_full, disk_failure, tool_failed.
Backup restore(const std::string& file, const std::string& url, std::span<const Migration> known);

}  // namespace tributary::store
