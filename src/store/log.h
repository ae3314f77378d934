// The write-ahead log of a SQLite database, which keeps former pages until it is written over.
#pragma once

#include <string>

namespace tributary::store {

// Brings everything in the log into the file and empties the log, so that nothing stays of what was overwritten in
// the file. False when somebody reads or writes for so long that it could not be done (try again); nothing to do, and
// true, on PostgreSQL and for a database in memory. Outside of any transaction.
bool empty_log(const std::string& url);

}  // namespace tributary::store
