// Corrections supersede and are never lost; the same facts again change nothing. On both databases.
#include "base/decimal.h"
#include "observe/import.h"
#include "observe/import_testing.h"
#include "observe/observation_writer.h"
#include "observe/observations.h"
#include "store/testing.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

namespace tributary::observe {
namespace {

class Revisions : public ::testing::TestWithParam<std::string> {
 protected:
  Revisions() : database_(GetParam()), clock_(parse_instant("2020-11-01 10:00")) {
    database_.db().migrate(migrations());
  }

  // One row of the file per line, "1 5.5": the day of October, the value.
  ImportReport import(std::string_view name, std::string_view rows,
                      const ImportMapping& mapping = samples::simple()) {
    std::string content = "section,time,codmn\n";
    for (const std::string_view line : split_lines(rows)) {
      const std::size_t blank = line.find(' ');
      content += "颜集,2020-10-" + std::string(line.substr(0, blank)) + " 08:00," +
                 std::string(line.substr(blank + 1)) + "\n";
    }
    return import_csv({database_.db(), "341602", samples::every_place(), {}, clock_},
                      folder_.write(name, content), mapping);
  }
  static std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
      const std::size_t end = text.find(';');
      out.push_back(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
  }
  Observations observations() { return {database_.db(), "341602"}; }
  SeriesId series() { return observations().get("p:颜集", "codmn", "simple").id; }
  // "5.5 valid r0" of a day in October 2020.
  std::string on(std::string_view day, std::optional<Instant> as_known = {}) {
    const auto read = observations().read(series(), Period::parse("2020-10-" + std::string(day)), as_known);
    if (read.empty()) return "nothing";
    EXPECT_EQ(read.size(), 1U);
    return (read[0].value ? Decimal::from_double(*read[0].value).to_string() : "-") + " " +
           std::string(to_string(read[0].flag)) + " r" + std::to_string(read[0].revision);
  }
  std::int64_t count(const std::string& table) {
    return database_.db().read(
        [&](store::Transaction& t) { return t.first("SELECT COUNT(*) FROM " + table)->integer(0); });
  }

  store::TestDatabase database_;
  FixedClock clock_;
  samples::TestFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, Revisions, ::testing::ValuesIn(store::test_kinds()),
                         [](const auto& kind) { return kind.param; });

TEST_P(Revisions, TheSameFileAgainChangesNothing) {
  const ImportReport first = import("a.csv", "01 5.5;02 --;03 <0.5");
  EXPECT_EQ(first.observations.added, 3);
  clock_.set(parse_instant("2020-11-02 10:00"));
  const ImportReport again = import("b.csv", "01 5.5;02 --;03 <0.5");
  EXPECT_EQ(again.outcome, ImportOutcome::known);
  EXPECT_EQ(again.file, first.file);
  EXPECT_EQ(count("observation"), 3);
  EXPECT_EQ(count("import_file"), 1);
}

TEST_P(Revisions, TheSameRowsInAnotherFileChangeNothing) {
  import("a.csv", "01 5.5;02 --;03 <0.5");
  const ImportReport report = import("b.csv", "03 <0.50;02 --;01 5.50;04 1");
  EXPECT_EQ(report.outcome, ImportOutcome::stored);
  EXPECT_EQ(report.observations.unchanged, 3);
  EXPECT_EQ(report.observations.added, 1);
  EXPECT_EQ(on("01"), "5.5 valid r0");
  EXPECT_EQ(on("03"), "- below_limit r0");
}

TEST_P(Revisions, ACorrectionSupersedesAndThePastStaysAsKnown) {
  const Instant november = clock_.now();
  import("a.csv", "01 5.5;02 6");
  const Instant december = parse_instant("2020-12-01 10:00");
  clock_.set(december);
  const ImportReport report = import("b.csv", "01 4.5;02 6");
  EXPECT_EQ(report.observations.corrected, 1);
  EXPECT_EQ(report.observations.unchanged, 1);
  clock_.set(parse_instant("2021-01-01 10:00"));
  import("c.csv", "01 --");
  EXPECT_EQ(on("01"), "- missing r2");
  EXPECT_EQ(on("01", december), "4.5 valid r1");
  EXPECT_EQ(on("01", Instant{december.seconds - 1}), "5.5 valid r0");
  EXPECT_EQ(on("01", november), "5.5 valid r0");
  EXPECT_EQ(on("01", Instant{november.seconds - 1}), "nothing");
  EXPECT_EQ(on("02", december), "6 valid r0");
  const auto history = observations().history(series(), parse_instant("2020-10-01 08:00"));
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(observations().origin(history[1]).file, "b.csv");
}

TEST_P(Revisions, AnOldClockDoesNotLetACorrectionPrecedeItsOriginal) {
  import("a.csv", "01 5.5");
  const Instant first = clock_.now();
  clock_.set(parse_instant("2020-10-20 10:00"));
  import("b.csv", "01 4.5");
  EXPECT_EQ(on("01", Instant{first.seconds - 1}), "nothing");
  EXPECT_EQ(on("01", first), "5.5 valid r0");  // what was known then stays as it was
  EXPECT_EQ(on("01", Instant{first.seconds + 1}), "4.5 valid r1");
}

TEST_P(Revisions, RepeatedRowsAreOneObservation) {
  const ImportReport report = import("a.csv", "01 5.5;01 5.5;02 1;01 5.50");
  EXPECT_EQ(report.observations.added, 2);
  EXPECT_EQ(report.observations.duplicate, 2);
  EXPECT_EQ(on("01"), "5.5 valid r0");
}

TEST_P(Revisions, AFileThatContradictsItself) {
  ImportReport report = import("a.csv", "01 5.5;02 1;01 4.5");
  EXPECT_EQ(report.observations.conflicting, 1);
  EXPECT_EQ(on("01"), "4.5 conflicting r1");
  // The same contradiction in another file is nothing new.
  report = import("b.csv", "01 5.5;01 4.5");
  EXPECT_EQ(report.observations.unchanged, 2);
  EXPECT_EQ(on("01"), "4.5 conflicting r1");
  // A later file that says one thing settles it.
  report = import("c.csv", "01 5.5");
  EXPECT_EQ(report.observations.corrected, 1);
  EXPECT_EQ(on("01"), "5.5 valid r2");
}

TEST_P(Revisions, ARejectedRowCanComeInLater) {
  std::set<std::string> known{"颜集"};
  const PlaceLookup lookup = [&](std::string_view name) -> std::optional<std::string> {
    if (known.contains(std::string(name))) return "p:" + std::string(name);
    return std::nullopt;
  };
  const std::string file =
      folder_.write("a.csv", "section,time,codmn\n颜集,2020-10-01 08:00,1\n付桥闸,2020-10-01 08:00,2\n");
  const auto again = [&] {
    return import_csv({database_.db(), "341602", lookup, {}, clock_}, file, samples::simple());
  };
  EXPECT_EQ(again().rejected, 1);
  EXPECT_EQ(again().outcome, ImportOutcome::known);  // nothing new in it yet
  EXPECT_EQ(count("import_file"), 1);
  known.insert("付桥闸");
  const ImportReport report = again();
  EXPECT_EQ(report.outcome, ImportOutcome::stored);
  EXPECT_EQ(report.observations.added, 1);
  EXPECT_EQ(report.observations.unchanged, 1);
  EXPECT_EQ(again().outcome, ImportOutcome::known);
}

TEST_P(Revisions, AFileKnownInPartDoesNotTakeBackALaterCorrection) {
  const ImportReport first = import("a.csv", "01 5.5;02 x;03 7");
  EXPECT_EQ(first.rejected, 1);
  import("b.csv", "01 4.5");
  const ImportReport again = import("a.csv", "01 5.5;02 x;03 7");
  EXPECT_EQ(again.outcome, ImportOutcome::known);
  EXPECT_EQ(on("01"), "4.5 valid r1");
}

TEST_P(Revisions, TwoNamesOfOnePlaceAreOneSeries) {
  const PlaceLookup lookup = [](std::string_view) { return std::optional<std::string>("p:1"); };
  const std::string file =
      folder_.write("a.csv", "section,time,codmn\n颜集,2020-10-01 08:00,1\n颜集断面,2020-10-02 08:00,2\n");
  const ImportReport report =
      import_csv({database_.db(), "341602", lookup, {}, clock_}, file, samples::simple());
  EXPECT_EQ(report.new_series, 1);
  EXPECT_EQ(report.observations.added, 2);
}

TEST_P(Revisions, JurisdictionsDoNotSeeEachOther) {
  import("a.csv", "01 5.5");
  const std::string file = folder_.write("b.csv", "section,time,codmn\n颜集,2020-10-01 08:00,9\n");
  const ImportReport report =
      import_csv({database_.db(), "341623", samples::every_place(), {}, clock_}, file, samples::simple());
  EXPECT_EQ(report.observations.added, 1);
  EXPECT_EQ(on("01"), "5.5 valid r0");
  EXPECT_EQ(Observations(database_.db(), "341623").series().size(), 1U);
  EXPECT_EQ(observations().series().size(), 1U);
}

TEST_P(Revisions, ReadsManySeriesAtOnce) {
  import("a.csv", "01 1;02 2;31 3");
  const SeriesId absent{999};
  const std::vector<SeriesId> wanted{series(), absent, series()};
  const auto read = observations().read_all(wanted, InstantRange::of(Period::parse("2020-10")));
  EXPECT_EQ(read.at(series()).size(), 3U);
  EXPECT_TRUE(read.at(absent).empty());
  EXPECT_THROW(observations().get("p:颜集", "codm", "simple"), Error);
}

// Random files against the obvious model, in batches of every size: the last word and the history are the
// same.
TEST_P(Revisions, AgreesWithTheModelInAnyBatchSize) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    store::TestDatabase database(GetParam());
    database.db().migrate(migrations());
    std::mt19937 random(seed);
    struct Known {
      double value;
      Flag flag;
      std::int64_t revisions;
    };
    std::map<std::pair<int, int>, Known> model;
    for (int file = 1; file <= 6; ++file) {
      std::map<std::pair<int, int>, double> values;  // no contradictions: they depend on the batch
      std::vector<NewObservation> rows;
      const int n = std::uniform_int_distribution(1, 60)(random);
      for (int i = 0; i < n; ++i) {
        const int s = std::uniform_int_distribution(1, 3)(random);
        const int t = std::uniform_int_distribution(0, 15)(random);
        const double value =
            values.try_emplace({s, t}, std::uniform_int_distribution(0, 2)(random)).first->second;
        rows.push_back({.series = {s},
                        .time = {t},
                        .value = value,
                        .flag = Flag::valid,
                        .detection_limit = {},
                        .row = i,
                        .column = 1,
                        .raw = "x"});
      }
      std::set<std::pair<int, int>> seen;
      for (const NewObservation& row : rows) {
        const std::pair key{static_cast<int>(row.series.value), static_cast<int>(row.time.seconds)};
        const auto found = model.find(key);
        if (!seen.insert(key).second && found->second.value == *row.value) {
          // Equal to this file's own row, which may itself have been what was known before.
          continue;
        }
        if (found == model.end())
          model[key] = {*row.value, row.flag, 1};
        else if (found->second.value != *row.value)
          found->second = {*row.value, row.flag, found->second.revisions + 1};
      }
      const std::size_t batch = std::uniform_int_distribution<std::size_t>(1, 40)(random);
      database.db().write([&](store::Transaction& transaction) {
        ObservationWriter writer(transaction, "341602", {file}, {file}, batch);
        for (const NewObservation& row : rows) writer.add(row);
        const WriteCounts& counts = writer.finish();
        EXPECT_EQ(counts.added + counts.corrected + counts.unchanged + counts.duplicate, n);
        EXPECT_EQ(counts.conflicting, 0);
      });
    }
    Observations all(database.db(), "341602");
    std::size_t found = 0;
    for (int s = 1; s <= 3; ++s)
      for (const Observation& one : all.read({s}, InstantRange{{-1}, {100}})) {
        ++found;
        const auto known = model.find({s, static_cast<int>(one.time.seconds)});
        ASSERT_NE(known, model.end());
        EXPECT_EQ(one.value, known->second.value);
        EXPECT_EQ(one.flag, known->second.flag);
        EXPECT_EQ(one.revision + 1, known->second.revisions);
      }
    EXPECT_EQ(found, model.size());
  }
}

TEST_P(Revisions, AContradictionIsFoundThoughItsFirstValueWasKnown) {
  for (const std::size_t batch : {1U, 2U, 100U}) {
    store::TestDatabase database(GetParam());
    database.db().migrate(migrations());
    const auto write = [&](std::int64_t file, const std::vector<double>& values) {
      return database.db().write([&](store::Transaction& transaction) {
        ObservationWriter writer(transaction, "341602", {file}, {file}, batch);
        for (const double value : values)
          writer.add({.series = {1},
                      .time = {5},
                      .value = value,
                      .flag = Flag::valid,
                      .detection_limit = {},
                      .row = 1,
                      .column = 1,
                      .raw = ""});
        return writer.finish();
      });
    };
    write(1, {2.25});
    EXPECT_EQ(write(2, {2.25, 99}).conflicting, 1) << batch;
    EXPECT_EQ(Observations(database.db(), "341602").read({1}, InstantRange{{0}, {10}}).at(0).flag,
              Flag::conflicting)
        << batch;
  }
}

TEST_P(Revisions, AContradictionIsFoundAcrossBatches) {
  for (const std::size_t batch : {1U, 2U, 100U}) {
    store::TestDatabase database(GetParam());
    database.db().migrate(migrations());
    database.db().write([&](store::Transaction& transaction) {
      ObservationWriter writer(transaction, "341602", {1}, {1}, batch);
      for (const double value : {1.0, 2.0})
        for (const int time : {5, 6}) {
          writer.add({.series = {1},
                      .time = {time},
                      .value = time == 5 ? value : 1.0,
                      .flag = Flag::valid,
                      .detection_limit = {},
                      .row = 1,
                      .column = 1,
                      .raw = ""});
        }
      EXPECT_EQ(writer.finish().conflicting, 1);
      EXPECT_EQ(writer.counts().duplicate, 1);
    });
    const auto read = Observations(database.db(), "341602").read({1}, InstantRange{{0}, {10}});
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].flag, Flag::conflicting);
    EXPECT_EQ(read[1].flag, Flag::valid);
  }
}

}  // namespace
}  // namespace tributary::observe
