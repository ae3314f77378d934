// How fast an import is beside the bare bulk load of the same observations, in the same run:
//
//   import_bench [rows] [rounds]          SQLite in a temporary folder
//   scripts/with-postgres import_bench    PostgreSQL as well
//
// The file has the layout of the national stations, one reading a day: ten observations a row. «bare» writes
// the very observations that the import stored, already in memory as values, into an empty table of the same
// schema in one transaction, in the order of the file and, for comparison, in the order of the key.
#include "observe/import.h"
#include "observe/import_testing.h"
#include "observe/observations.h"
#include "store/store.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

namespace {

using namespace tributary;
using namespace tributary::observe;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string write_file(const samples::TestFolder& folder, int rows) {
  const std::string path = folder.path() + "/daily.csv";
  std::ofstream out(path, std::ios::binary);
  out << "province,basin,city,river,section,tp_scale,snapshot_date,monitor_time,class_published,wtemp_c,ph,"
         "do_mgl,"
         "cond_uscm,turb_ntu,codmn_mgl,nh3n_mgl,tp_mgl,tn_mgl,chla_mgl,algae_cells_l,ph_raw,do_raw,codmn_raw,"
         "nh3n_raw,"
         "tp_raw,tn_raw,site_status,note\n";
  const Date start = make_date(2000, 1, 1);
  constexpr int days = 5000;
  for (int i = 0; i < rows; ++i) {
    const std::string day = tributary::to_string(start + std::chrono::days{i % days});
    const int n = i % 997;
    out << fmt::format(
        "安徽省,淮河流域,亳州市,包河,断面{},river,{},{} "
        "08:00,Ⅳ,22.{},7.9{},6.{:02},16{:02}.5,17.{},5.{:02},0.{:03},0.2{},3.{:02},"
        "*,*,7.9{},6.{:03},5.{:03},0.{:04},0.2{:02},3.{:03},正常,\n",
        i / days, day, day, n % 10, n % 10, n % 100, n % 100, n % 10, n % 100, n, n % 10, n % 100, n % 10, n,
        n, n, n % 100, n);
  }
  return path;
}

constexpr std::array<std::string_view, 12> columns{
    "jurisdiction",    "series",      "time",       "revision",      "value", "flag",
    "detection_limit", "origin_file", "origin_row", "origin_column", "raw",   "arrived"};
using Values = std::array<store::Value, columns.size()>;

void empty_tables(store::Database& db) {
  db.write([](store::Transaction& transaction) {
    for (const char* table : {"observation", "import_file", "series"})
      transaction.execute(std::string("DELETE FROM ") + table);
  });
}

void bare_load(store::Database& db, const std::vector<Values>& rows) {
  db.write([&](store::Transaction& transaction) {
    const auto bulk = transaction.bulk("observation", columns);
    for (const Values& row : rows) bulk->row(row);
    bulk->finish();
  });
}

// The observations that an import stored, in the order of the file.
std::vector<Values> stored(store::Database& db) {
  std::vector<Values> out;
  db.read([&](store::Transaction& transaction) {
    transaction.each(
        [&](const store::Row& row) {
          out.push_back({row.text(0), row.integer(1), row.integer(2), row.integer(3),
                         store::to_value(row.real_or_null(4)), row.integer(5),
                         store::to_value(row.real_or_null(6)), row.integer(7), row.integer(8), row.integer(9),
                         row.text(10), row.integer(11)});
        },
        "SELECT jurisdiction, series, time, revision, value, flag, detection_limit, origin_file, origin_row, "
        "origin_column, raw, arrived FROM observation ORDER BY origin_row, origin_column");
  });
  return out;
}

void measure(std::string_view kind, const std::function<std::unique_ptr<store::Database>(int)>& open,
             const std::string& path, int rounds) {
  const FixedClock clock(parse_instant("2026-11-23 10:00"));
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    std::int64_t count = 0;
    double import_time = 0;
    double again_time = 0;
    std::vector<Values> rows;
    {
      const auto db = open(3 * round);
      import_time = seconds_of([&] {
        const ImportReport report =
            import_csv({*db, "341602", samples::every_place(), {}, clock}, path, samples::cnemc_daily());
        count = report.observations.added;
      });
      rows = stored(*db);
      // The same rows in another file: all are looked up, none is written.
      const std::string other = path + ".other";
      std::ofstream(other, std::ios::binary) << std::ifstream(path, std::ios::binary).rdbuf() << "\n";
      again_time = seconds_of([&] {
        import_csv({*db, "341602", samples::every_place(), {}, clock}, other, samples::cnemc_daily());
      });
      empty_tables(*db);
    }
    const auto in_file_order = open(3 * round + 1);
    const double bare_time = seconds_of([&] { bare_load(*in_file_order, rows); });
    empty_tables(*in_file_order);
    std::sort(rows.begin(), rows.end());
    const auto in_key_order = open(3 * round + 2);
    const double sorted_time = seconds_of([&] { bare_load(*in_key_order, rows); });
    empty_tables(*in_key_order);
    const auto rate = [&](double time) { return static_cast<double>(count) / time; };
    ratios.push_back(bare_time / import_time);
    fmt::print(
        "{:<11} {} observations: import {:>9.0f}/s, bare {:>9.0f}/s, bare by key {:>9.0f}/s, import/bare "
        "{:.2f}, "
        "import/bare by key {:.2f}, the same rows again {:>9.0f}/s\n",
        kind, count, rate(import_time), rate(bare_time), rate(sorted_time), bare_time / import_time,
        sorted_time / import_time, rate(again_time));
  }
  std::sort(ratios.begin(), ratios.end());
  fmt::print("{:<11} median import/bare {:.2f} (at least 0.50 is wanted)\n", kind, ratios[ratios.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  const int rows = argc > 1 ? std::atoi(argv[1]) : 50000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  if (rows < 1 || rounds < 1) {
    fmt::print(stderr, "import_bench [rows] [rounds]\n");
    return 2;
  }
  const samples::TestFolder folder;
  const std::string path = write_file(folder, rows);
  measure(
      "SQLite",
      [&](int n) {
        auto db = store::Database::open(fmt::format("sqlite:{}/bench{}.db", folder.path(), n));
        db->migrate(observe::migrations());
        return db;
      },
      path, rounds);
  if (const char* url = std::getenv("TRIBUTARY_TEST_POSTGRES"); url != nullptr) {
    measure(
        "PostgreSQL",
        [&](int) {
          auto db = store::Database::open(url);
          db->migrate(observe::migrations());
          empty_tables(*db);
          return db;
        },
        path, rounds);
  }
}
