// How the trail is chained, and the one check of a chain, whether it comes from a database or a file. Private
// to the module.
#pragma once

#include "identity/audit.h"

#include <optional>
#include <string>

namespace tributary::identity {

inline constexpr const char* audit_format = "tributary-audit-1";

struct Seal {
  std::int64_t batch = 0;
  std::int64_t entries = 0;
  std::int64_t total = 0;
  std::string hash;
};

std::string first_hash(const std::string& tenant);
std::string entry_hash(const AuditEntry& entry);
// `entry_hashes`: one a line, in order of id.
std::string batch_hash(const std::string& before, std::int64_t batch, const std::string& entry_hashes);

// One line each of an export.
std::string entry_line(const AuditEntry& entry);
std::string seal_line(const Seal& seal);

// Takes the entries of a batch, then its seal, and so on.
class ChainCheck {
 public:
  ChainCheck(const std::string& tenant, const std::optional<AuditHead>& known);
  void entry(const AuditEntry& entry);
  void stray(const AuditEntry& entry);  // of a batch that has no seal
  void seal(const Seal& seal);
  void fault(Text text);
  const Seal& last() const { return last_; }
  AuditVerification result();

 private:
  std::string tenant_;
  std::optional<AuditHead> known_;
  Seal last_;
  std::string hashes_;
  std::int64_t in_batch_ = 0;
  bool known_seen_ = false;
  AuditVerification out_;
};

}  // namespace tributary::identity
