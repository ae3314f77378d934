// Personal values that leave the system as a file. Somebody who deals with the cases asks, saying what for,
// which values and until when; somebody else approves; then the one who asked may fetch the file so many times.
// Each file says on every page and in every row who took it, when, and by which request, and its hash is kept.
// Whatever was not asked for stays masked.
#pragma once

#include "casework/casework.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::casework {

enum class ExportFormat : std::uint8_t { csv, xlsx, pdf };
std::string_view to_string(ExportFormat format);
std::optional<ExportFormat> parse_export_format(std::string_view name);

struct ExportWish {
  std::string type;
  std::vector<CaseId> cases;        // empty: all of the type that the caller deals with
  std::vector<std::string> fields;  // paths of personal fields and columns, at least one
  ExportFormat format = ExportFormat::xlsx;
  std::string purpose;
  Date last_day;      // at most 30 days ahead
  int downloads = 1;  // at most 10
};

enum class ExportState : std::uint8_t { asked, approved, refused, withdrawn, ended };
std::string_view to_string(ExportState state);

// One file that was handed over. `sha256` is empty when it was counted and never made.
struct ExportFile {
  std::int64_t of = 0;
  int n = 0;
  Instant at;
  std::string address;
  std::int64_t cases = 0;
  std::int64_t bytes = 0;
  std::string sha256;
};

struct Export {
  std::int64_t id = 0;
  ExportWish wish;  // with its cases
  ExportState state = ExportState::asked;
  Instant asked;
  std::string user;  // id of whoever asked
  std::string name;
  std::string organisation;
  std::optional<Instant> decided;
  std::string decided_name;
  std::string reason;
  std::vector<ExportFile> files;  // oldest first
};

// The content of one file, to be printed. In `csv` the format is done already.
struct ExportContent {
  std::string name;  // of the file, with its ending
  ExportFormat format = ExportFormat::xlsx;
  int n = 0;
  document::Document document;
  std::string csv;
};

class Exports {
 public:
  // The most cases of one request, days and downloads.
  static constexpr std::size_t most_cases = 5000;
  static constexpr int most_days = 30;
  static constexpr int most_downloads = 10;

  explicit Exports(Casework& cases) : c_(cases) {}

  // Throws forbidden, unknown_type, bad_form (what cannot be asked for, by field), reason_missing, not_for_you
  // (a case that the caller does not deal with).
  Export ask(const identity::Caller& caller, const ExportWish& wish);
  // Approves or refuses. Throws unknown_request, already_decided, same_person, reason_missing (of a refusal),
  // export_ended (its last day is over).
  Export decide(const identity::Caller& caller, std::int64_t id, bool approve, const std::string& reason);
  // By whoever asked, also after it was approved.
  Export withdraw(const identity::Caller& caller, std::int64_t id);

  // Whose requests: one's own, those one may decide, or everybody's (by permission privacy.read). Newest first,
  // below `before` (0: from the newest).
  enum class Whose : std::uint8_t { mine, to_decide, all };
  std::vector<Export> list(const identity::Caller& caller, Whose whose, std::size_t limit,
                           std::int64_t before = 0) const;
  // One's own, or by permission. Throws unknown_request.
  Export view(const identity::Caller& caller, std::int64_t id) const;

  // The content for whoever asked, at a keyboard: counted and noted before anything comes out. Cases that they
  // no longer deal with, or whose values were erased, are left out. Throws unknown_request, export_ended,
  // person_required.
  ExportContent take(const identity::Caller& caller, std::int64_t id, document::Language language);
  // The file as it was made of it: its hash is kept.
  void handed_over(const identity::Caller& caller, std::int64_t id, int n, const std::string& bytes);
  // Which file this is, by its hash; for one that turned up somewhere.
  std::optional<ExportFile> trace(const std::string& sha256) const;

 private:
  std::vector<CaseId> dealt_with(const identity::Caller& caller, const CaseType& type,
                                 const std::vector<CaseId>& wanted);
  std::optional<Export> find(store::Transaction& t, std::int64_t id) const;
  Export read(const store::Row& row) const;
  ExportContent content(store::Transaction& t, const identity::Caller& caller, const Export& one, int n,
                        document::Language language, std::int64_t& cases) const;

  Casework& c_;
};

}  // namespace tributary::casework
