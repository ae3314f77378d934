// The audit trail: who did, tried or was refused what, and when. Append-only; entries are sealed in batches,
// each batch hashed together with the one before (SHA-256), so that nothing can be changed, removed or put in
// later without the chain or an exported head telling.
//
// An entry's hash is taken over its fields, each with its length in bytes before it; the batch's over the
// hash of the batch before, its number and its entries' hashes. Format "tributary-audit-1".
#pragma once

#include "base/error.h"
#include "base/time.h"
#include "identity/caller.h"
#include "identity/entropy.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace tributary::identity {

enum class AuditOutcome : std::uint8_t { done, denied, failed };
std::string_view to_string(AuditOutcome outcome);
std::optional<AuditOutcome> parse_audit_outcome(std::string_view name);

// What is to be noted. Never put passwords, tokens or personal data in.
struct AuditNote {
  std::string action;  // "statement.confirm": a noun and a verb, in English
  std::string object;  // "statement/12"; may be empty
  AuditOutcome outcome = AuditOutcome::done;
  std::string detail;  // free text or JSON; cut at 4,000 bytes
};

struct AuditEntry {
  std::string id;  // sorts by time; the cursor of a list
  Instant at;
  std::string user;  // id; empty for anonymous and command
  std::string who;   // the name at that time
  Via via = Via::anonymous;
  std::string address;
  std::string request_id;
  std::string action;
  std::string object;
  AuditOutcome outcome = AuditOutcome::done;
  std::string detail;
  std::optional<std::int64_t> batch;  // not yet sealed: none
};

struct AuditFilter {
  std::optional<Instant> from{};  // included
  std::optional<Instant> to{};    // not included
  std::string who{};              // name or user id
  std::string action{};           // "statement.confirm", or "statement." for all that begin so
  std::string object{};
  std::optional<AuditOutcome> outcome{};
};

struct AuditPage {
  std::vector<AuditEntry> entries;  // newest first
  std::optional<std::string> next;  // cursor
};

// The state of the chain; written down elsewhere it proves later that nothing before it was touched.
struct AuditHead {
  std::string tenant;
  std::int64_t batch = 0;    // 0: nothing sealed yet
  std::int64_t entries = 0;  // sealed, up to and with this batch
  std::string hash;          // 64 hex digits
  Instant sealed;
};
std::string to_json(const AuditHead& head);
AuditHead parse_audit_head(std::string_view json);  // throws bad_export

struct AuditVerification {
  bool intact = true;
  std::int64_t batches = 0;
  std::int64_t entries = 0;   // sealed ones
  std::int64_t unsealed = 0;  // too young to be in the chain
  std::vector<Text> faults;   // at most 20
};

class Audit {
 public:
  // The database must outlive it.
  Audit(store::Database& database, std::string tenant, const Clock& clock, Entropy& entropy);

  void append(const Caller& who, const AuditNote& note);
  // Together with the change itself: both or neither.
  void append(store::Transaction& transaction, const Caller& who, const AuditNote& note);

  // Seals what is not sealed; returns how many entries. The server calls it every few seconds and at its end,
  // commands after their work; several at once do no harm.
  std::int64_t seal();
  AuditHead head() const;
  // Reads the whole chain. `known` is a head written down earlier: the chain must still pass through it.
  AuditVerification verify(const std::optional<AuditHead>& known = {}) const;

  // `cursor` as in the page before; throws bad_cursor. Costs the same on every page.
  AuditPage search(const AuditFilter& filter, std::size_t limit, const std::string& cursor = {}) const;
  // All sealed entries and the seals as JSON lines, the head last. Returns the entries written.
  std::int64_t export_lines(const std::function<void(std::string_view)>& line) const;

 private:
  store::Database& database_;
  std::string tenant_;
  const Clock& clock_;
  Entropy& entropy_;

  std::uint32_t next_within_second(Instant at);
  std::mutex order_;
  Instant second_{};
  std::uint32_t within_ = 0;
};

// Checks an export without a database. Lines come from export_lines.
AuditVerification verify_audit_export(std::istream& lines, const std::optional<AuditHead>& known = {});

}  // namespace tributary::identity
