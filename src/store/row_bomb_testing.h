// A fault at the nth row written: for tests that nothing half-done stays.
#pragma once

#include "store/store.h"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace tributary::store {

class RowBomb {
 public:
  // In every table whose name begins with one of `prefixes`. Unarmed.
  RowBomb(Database& database, const std::vector<std::string>& prefixes) : database_(database) {
    database_.write([&](Transaction& t) {
      const bool sqlite = t.dialect() == Dialect::sqlite;
      t.execute("CREATE TABLE bomb (left_ones BIGINT NOT NULL)");
      t.execute("INSERT INTO bomb VALUES (0)");
      for (const Row& row :
           t.query(sqlite ? "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
                          : "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"))
        for (const std::string& prefix : prefixes)
          if (row.text(0).starts_with(prefix)) tables_.push_back(row.text(0));
      if (!sqlite)
        t.execute(
            "CREATE FUNCTION bomb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE bomb SET left_ones = left_ones - 1; "
            "IF (SELECT left_ones FROM bomb) = 0 THEN RAISE EXCEPTION 'boom'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; "
            "END IF; RETURN NEW; END $$");
      for (const std::string& table : tables_)
        for (const char* what : {"INSERT", "UPDATE", "DELETE"})
          t.execute(sqlite ? fmt::format("CREATE TRIGGER bomb_{0}_{1} BEFORE {1} ON {0} BEGIN UPDATE bomb SET left_ones = "
                                         "left_ones - 1; SELECT RAISE(ABORT, 'boom') WHERE (SELECT left_ones FROM bomb) = 0; "
                                         "END",
                                         table, what)
                           : fmt::format("CREATE TRIGGER bomb_{0}_{1} BEFORE {1} ON {0} FOR EACH ROW EXECUTE FUNCTION bomb()",
                                         table, what));
    });
  }
  // The nth row written from now on fails; 0: none.
  void set(int n) {
    database_.write([&](Transaction& t) { t.execute("UPDATE bomb SET left_ones = ?", n); });
  }
  // How many rows each table has.
  std::string counts() {
    return database_.read([&](Transaction& t) {
      std::string out;
      for (const std::string& table : tables_)
        out += fmt::format("{} {}\n", table, t.first("SELECT COUNT(*) FROM " + table)->integer(0));
      return out;
    });
  }

 private:
  Database& database_;
  std::vector<std::string> tables_;
};

}  // namespace tributary::store
