#include "observe/observations.h"

#include "base/text.h"
#include "observe/codes.h"

#include <limits>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

// The columns of every reading statement, in the order of `observation_of`.
#define OBSERVATION_COLUMNS \
  "time, revision, value, flag, detection_limit, origin_file, origin_row, origin_column, raw, arrived"

Observation observation_of(const store::Row& row) {
  return {.time = {row.integer(0)},
          .revision = row.integer(1),
          .value = row.real_or_null(2),
          .flag = flag_from_number(row.integer(3)),
          .detection_limit = row.real_or_null(4),
          .file = {row.integer(5)},
          .row = row.integer(6),
          .column = row.integer(7),
          .raw = row.text(8),
          .arrived = {row.integer(9)}};
}

Series series_of(const store::Row& row) {
  return {{row.integer(0)}, row.text(1), row.text(2), row.text(3), row.text(4)};
}

// Revisions of one time follow each other: the last of each run stays.
void read_latest(store::Transaction& transaction, const std::string& jurisdiction, SeriesId series,
                 InstantRange range, std::optional<Instant> as_known, std::vector<Observation>& out) {
  transaction.each(
      [&](const store::Row& row) {
        Observation next = observation_of(row);
        if (!out.empty() && out.back().time == next.time)
          out.back() = std::move(next);
        else
          out.push_back(std::move(next));
      },
      "SELECT " OBSERVATION_COLUMNS
      " FROM observation WHERE jurisdiction = ? AND series = ? AND time >= ? AND time < ? AND arrived <= ? "
      "ORDER BY time, revision",
      jurisdiction, series.value, range.from.seconds, range.to.seconds,
      as_known ? as_known->seconds : std::numeric_limits<std::int64_t>::max());
}

}  // namespace

Observations::Observations(store::Database& db, std::string jurisdiction)
    : db_(db), jurisdiction_(std::move(jurisdiction)) {}

std::vector<Series> Observations::series(const SeriesFilter& filter) const {
  return db_.read(
      [&](store::Transaction& transaction) { return series(transaction, jurisdiction_, filter); });
}

std::vector<Series> Observations::series(store::Transaction& transaction, const std::string& jurisdiction,
                                         const SeriesFilter& filter) {
  std::vector<Series> out;
  transaction.each([&](const store::Row& row) { out.push_back(series_of(row)); },
                   "SELECT id, place, indicator, source, unit FROM series WHERE jurisdiction = ? "
                   "AND (CAST(? AS TEXT) = '' OR place = ?) AND (CAST(? AS TEXT) = '' OR indicator = ?) "
                   "AND (CAST(? AS TEXT) = '' OR source = ?) ORDER BY place, indicator, source",
                   jurisdiction, filter.place, filter.place, filter.indicator, filter.indicator,
                   filter.source, filter.source);
  return out;
}

std::vector<Observation> Observations::read(store::Transaction& transaction, const std::string& jurisdiction,
                                            SeriesId series, InstantRange range) {
  std::vector<Observation> out;
  read_latest(transaction, jurisdiction, series, range, std::nullopt, out);
  return out;
}

std::optional<Series> Observations::find(std::string_view place, std::string_view indicator,
                                         std::string_view source) const {
  return db_.read([&](store::Transaction& transaction) -> std::optional<Series> {
    const auto row = transaction.first(
        "SELECT id, place, indicator, source, unit FROM series "
        "WHERE jurisdiction = ? AND place = ? AND indicator = ? AND source = ?",
        jurisdiction_, place, indicator, source);
    if (!row) return std::nullopt;
    return series_of(*row);
  });
}

Series Observations::get(std::string_view place, std::string_view indicator, std::string_view source) const {
  if (auto found = find(place, indicator, source)) return *std::move(found);
  std::vector<std::string> known;
  SeriesFilter of_place;
  of_place.place = place;
  for (const Series& one : series(of_place)) known.push_back(fmt::format("{} {}", one.indicator, one.source));
  std::string near;
  for (const std::string& name : near_misses(fmt::format("{} {}", indicator, source), known))
    near += (near.empty() ? "" : "; ") + name;
  Text hint{"请先导入这一指标的数据", "import data of this indicator first"};
  if (!near.empty()) hint = {fmt::format("该处有：{}", near), fmt::format("the place has: {}", near)};
  throw Error(codes::unknown_series,
              {fmt::format("{} 没有来源为 {} 的 {} 数据", place, source, indicator),
               fmt::format("{} has no data of {} from {}", place, indicator, source)},
              {}, hint);
}

std::vector<Observation> Observations::read(SeriesId series, InstantRange range,
                                            std::optional<Instant> as_known) const {
  return db_.read([&](store::Transaction& transaction) {
    std::vector<Observation> out;
    read_latest(transaction, jurisdiction_, series, range, as_known, out);
    return out;
  });
}

std::map<SeriesId, std::vector<Observation>> Observations::read_all(std::span<const SeriesId> series,
                                                                    InstantRange range,
                                                                    std::optional<Instant> as_known) const {
  return db_.read([&](store::Transaction& transaction) {
    std::map<SeriesId, std::vector<Observation>> out;
    for (const SeriesId id : series) {
      std::vector<Observation>& list = out[id];
      if (list.empty()) read_latest(transaction, jurisdiction_, id, range, as_known, list);
    }
    return out;
  });
}

std::optional<Series> Observations::find(SeriesId id) const {
  return db_.read([&](store::Transaction& transaction) -> std::optional<Series> {
    const auto row = transaction.first(
        "SELECT id, place, indicator, source, unit FROM series WHERE jurisdiction = ? AND id = ?",
        jurisdiction_, id.value);
    if (!row) return std::nullopt;
    return series_of(*row);
  });
}

InstantRange Observations::first_part(SeriesId series, InstantRange range, std::int64_t most) const {
  return db_.read([&](store::Transaction& transaction) -> InstantRange {
    const auto next = transaction.first(
        "SELECT DISTINCT time FROM observation WHERE jurisdiction = ? AND series = ? AND time >= ? AND time "
        "< ? ORDER BY "
        "time LIMIT 1 OFFSET ?",
        jurisdiction_, series.value, range.from.seconds, range.to.seconds, most);
    return {range.from, next ? Instant{next->integer(0)} : range.to};
  });
}

Coverage Observations::coverage(SeriesId series, bool counted) const {
  return db_.read([&](store::Transaction& transaction) -> Coverage {
    Coverage out;
    const auto end = [&](const char* sql) {
      const auto row = transaction.first(sql, jurisdiction_, series.value);
      return row ? std::optional(Instant{row->integer(0)}) : std::nullopt;
    };
    out.first =
        end("SELECT time FROM observation WHERE jurisdiction = ? AND series = ? ORDER BY time LIMIT 1");
    out.last =
        end("SELECT time FROM observation WHERE jurisdiction = ? AND series = ? ORDER BY time DESC LIMIT 1");
    if (counted)
      out.count =
          transaction
              .first(
                  "SELECT COUNT(*) FROM observation WHERE jurisdiction = ? AND series = ? AND revision = 0",
                  jurisdiction_, series.value)
              ->integer(0);
    return out;
  });
}

std::vector<ImportedFile> Observations::files(std::size_t limit, std::int64_t before) const {
  return db_.read([&](store::Transaction& transaction) {
    std::vector<ImportedFile> out;
    transaction.each(
        [&](const store::Row& row) {
          out.push_back({{row.integer(0)},
                         row.text(1),
                         row.text(2),
                         row.text(3),
                         {row.integer(4)},
                         row.integer(5),
                         row.integer(6),
                         row.integer(7)});
        },
        "SELECT id, name, sha256, mapping, arrived, row_count, accepted, rejected FROM import_file WHERE "
        "jurisdiction = ? "
        "AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?",
        jurisdiction_, before, before, static_cast<std::int64_t>(limit));
    return out;
  });
}

Observations::Imported Observations::imported() const {
  return db_.read([&](store::Transaction& transaction) {
    const auto row = transaction.first(
        "SELECT COUNT(*), COALESCE(SUM(accepted), 0), COALESCE(MAX(arrived), 0) FROM import_file WHERE "
        "jurisdiction = ?",
        jurisdiction_);
    Imported out{row->integer(0), row->integer(1), std::nullopt};
    if (out.files > 0) out.latest = Instant{row->integer(2)};
    return out;
  });
}

Instant Observations::latest_arrival() const {
  return db_.read([&](store::Transaction& transaction) {
    const auto row = transaction.first(
        "SELECT COALESCE(MAX(arrived), 0) FROM import_file WHERE jurisdiction = ?", jurisdiction_);
    return Instant{row->integer(0)};
  });
}

std::vector<Observation> Observations::history(SeriesId series, Instant time) const {
  return db_.read([&](store::Transaction& transaction) {
    std::vector<Observation> out;
    transaction.each([&](const store::Row& row) { out.push_back(observation_of(row)); },
                     "SELECT " OBSERVATION_COLUMNS
                     " FROM observation WHERE jurisdiction = ? AND series = ? AND time = ? ORDER BY revision",
                     jurisdiction_, series.value, time.seconds);
    return out;
  });
}

Origin Observations::origin(const Observation& observation) const {
  const auto row = db_.read([&](store::Transaction& transaction) {
    return transaction.first(
        "SELECT name, sha256, mapping, header FROM import_file WHERE jurisdiction = ? AND id = ?",
        jurisdiction_, observation.file.value);
  });
  TRIBUTARY_CHECK(row.has_value(), fmt::format("import_file={}", observation.file.value));
  Origin out{.file = row->text(0),
             .sha256 = row->text(1),
             .mapping = row->text(2),
             .row = observation.row,
             .column = observation.column,
             .column_name = {},
             .raw = observation.raw,
             .arrived = observation.arrived};
  const auto names = split(row->text(3), '\n');
  if (static_cast<std::size_t>(observation.column) <= names.size())
    out.column_name = std::string(names[static_cast<std::size_t>(observation.column) - 1]);
  return out;
}

}  // namespace tributary::observe
