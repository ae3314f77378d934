#include "observe/import.h"

#include "observe/codes.h"
#include "observe/csv_table.h"
#include "observe/hashed_file.h"
#include "observe/series_book.h"

#include <filesystem>

#include <fmt/format.h>

namespace tributary::observe {
namespace {

constexpr std::int64_t day_seconds = 86400;
constexpr std::uint64_t progress_step = std::uint64_t{1} << 20;

struct Earlier {
  ImportFileId file;
  bool complete;  // no row was rejected then
};

std::string names_by_line(const std::vector<std::string>& header) {
  std::string out;
  for (const std::string& name : header) {
    if (&name != &header.front()) out += '\n';
    for (const char c : name) out += c == '\n' ? ' ' : c;
  }
  return out;
}

// Ends a transaction without leaving anything behind.
struct Abandon {};

class Import {
 public:
  Import(const ImportTarget& target, const std::string& path, const ImportMapping& mapping,
         const ImportOptions& options, ImportListener& listener, const FileDigest& digest)
      : target_(target),
        path_(path),
        mapping_(mapping),
        options_(options),
        listener_(listener),
        digest_(digest),
        mapping_sha256_(fingerprint(mapping)) {}

  // May run several times; the report of the last one holds.
  void run(store::Transaction& transaction) {
    report_ = {};
    report_.sha256 = digest_.sha256;
    report_.bytes = digest_.bytes;
    listener_.started(digest_.bytes);
    const std::optional<Earlier> earlier = find_earlier(transaction);
    if (earlier && earlier->complete) known(*earlier);
    read(transaction, earlier.has_value());
    if (options_.strict && report_.rejected > 0) {
      report_.outcome = ImportOutcome::refused;
      report_.file.reset();
      throw Abandon();
    }
    const WriteCounts& counts = report_.observations;
    if (earlier && counts.added + counts.corrected == 0) known(*earlier);
  }

  ImportReport& report() { return report_; }

 private:
  std::optional<Earlier> find_earlier(store::Transaction& transaction) const {
    const auto row = transaction.first(
        "SELECT id, rejected FROM import_file WHERE jurisdiction = ? AND sha256 = ? AND mapping_sha256 = ? "
        "ORDER BY id DESC LIMIT 1",
        target_.jurisdiction, digest_.sha256, mapping_sha256_);
    if (!row) return std::nullopt;
    return Earlier{{row->integer(0)}, row->integer(1) == 0};
  }

  [[noreturn]] void known(const Earlier& earlier) {
    report_.outcome = ImportOutcome::known;
    report_.file = earlier.file;
    throw Abandon();
  }

  void read(store::Transaction& transaction, bool again) {
    HashedFile file(path_);
    CsvTable table(file.stream(), path_,
                   {.separator = mapping_.separator, .comments_at_top = mapping_.comments_at_top});
    RowReader rows(mapping_, table, {target_.clock.now().seconds + day_seconds});
    const auto arrived = register_file(transaction, names_by_line(table.header()));
    ObservationWriter writer(transaction, target_.jurisdiction, *report_.file, arrived);
    if (again) writer.only_add();
    SeriesBook book(transaction, target_.jurisdiction, mapping_, target_.place, target_.near);
    std::uint64_t next_progress = progress_step;
    while (table.next()) {
      ++report_.rows;
      read_row(table, rows, book, writer);
      if (file.bytes_read() >= next_progress) {
        listener_.progress(file.bytes_read(), digest_.bytes);
        next_progress = file.bytes_read() + progress_step;
      }
    }
    report_.observations = writer.finish();
    report_.new_series = book.created();
    for (const Flag flag : all_flags)
      if (const std::int64_t n = flags_.at(static_cast<std::size_t>(flag)); n > 0)
        report_.flags[std::string(to_string(flag))] = n;
    if (file.sha256() != digest_.sha256)
      throw Error(codes::file_changed, {"导入期间文件被改动", "the file changed while it was being imported"},
                  {path_, 0, 0, {}}, {"请等文件写完后重新导入", "import it again when nobody writes to it"});
    transaction.execute(
        "UPDATE import_file SET row_count = ?, accepted = ?, rejected = ? WHERE jurisdiction = ? AND id = ?",
        report_.rows, report_.accepted, report_.rejected, target_.jurisdiction, report_.file->value);
    listener_.progress(digest_.bytes, digest_.bytes);
  }

  // The instant of arrival, later than that of every earlier file even within one second: an instant then
  // names exactly the files that had arrived, and «as known» gives the same for good.
  Instant register_file(store::Transaction& transaction, const std::string& header) {
    flags_.fill(0);
    const auto last = transaction.query(
        "SELECT COALESCE(MAX(id), 0), COALESCE(MAX(arrived), 0) FROM import_file WHERE jurisdiction = ?",
        target_.jurisdiction);
    const std::int64_t id = last.front().integer(0) + 1;
    const std::int64_t arrived = std::max(last.front().integer(1) + 1, target_.clock.now().seconds);
    transaction.execute(
        "INSERT INTO import_file (jurisdiction, id, sha256, name, mapping, mapping_sha256, header, arrived, "
        "row_count, "
        "accepted, rejected, strict) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?)",
        target_.jurisdiction, id, digest_.sha256, std::filesystem::path(path_).filename().string(),
        mapping_.id, mapping_sha256_, header, arrived, options_.strict);
    report_.file = ImportFileId{id};
    return {arrived};
  }

  void read_row(CsvTable& table, RowReader& rows, SeriesBook& book, ObservationWriter& writer) {
    row_errors_.clear();
    const bool readable = rows.read(row_errors_);
    const SeriesBook::Page* page = nullptr;
    if (!rows.place().empty()) page = &book.page(rows.place());
    if (page != nullptr && !page->place)
      row_errors_.push_back({SeriesBook::unknown(*page, rows.place(), table.where(rows.place_column())),
                             std::string(rows.place())});
    if (!readable || !row_errors_.empty()) {
      reject();
      return;
    }
    ++report_.accepted;
    if (rows.empty()) {
      ++report_.empty;
      return;
    }
    if (options_.strict && report_.rejected > 0)
      return;  // the file is refused already; only its errors matter
    for (const RowValue& value : rows.values()) {
      ++flags_[static_cast<std::size_t>(value.flag)];
      writer.add({.series = book.series(*page, value.value, writer),
                  .time = rows.time(),
                  .value = value.number,
                  .flag = value.flag,
                  .detection_limit = value.detection_limit,
                  .row = table.line(),
                  .column = static_cast<std::int64_t>(value.column) + 1,
                  .raw = std::string(table.field(value.column))});
    }
  }

  void reject() {
    ++report_.rejected;
    for (RowError& error : row_errors_) {
      ++report_.error_count;
      ++report_.reasons[std::string(error.error.code().name)];
      listener_.rejected(error);
      if (report_.errors.size() < options_.errors_kept) report_.errors.push_back(std::move(error));
    }
  }

  const ImportTarget& target_;
  const std::string& path_;
  const ImportMapping& mapping_;
  const ImportOptions& options_;
  ImportListener& listener_;
  const FileDigest& digest_;
  std::string mapping_sha256_;
  ImportReport report_;
  std::vector<RowError> row_errors_;
  std::array<std::int64_t, all_flags.size()> flags_{};
};

}  // namespace

ImportReport import_csv(const ImportTarget& target, const std::string& path, const ImportMapping& mapping,
                        const ImportOptions& options, ImportListener* listener) {
  check(mapping);
  const FileDigest digest = digest_file(path);
  ImportListener silent;
  Import import(target, path, mapping, options, listener != nullptr ? *listener : silent, digest);
  try {
    target.db.write([&](store::Transaction& transaction) { import.run(transaction); });
  } catch (const Abandon&) {  // the report says why
  }
  return std::move(import.report());
}

}  // namespace tributary::observe
