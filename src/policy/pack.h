// A policy: the cascade of packs for one jurisdiction, e.g. cn → cn-34 → cn-3416 → cn-341602, loaded and
// checked as one.
#pragma once

#include "policy/catalog.h"
#include "policy/compile.h"
#include "policy/rule_file.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tributary::policy {

struct PackInfo {
  std::string id;
  Text title;
  std::string jurisdiction;  // as written, e.g. "341602"
  std::string extends;       // empty: a root
  std::string version;
  Text note;
  bool example = false;
  std::string folder;
  std::string hash;  // SHA-256 over the names and bytes of its files
};

// Something a lower pack replaces.
struct Override {
  std::string what;   // "rule section-month" or "parameter section-month.cap"
  std::string upper;  // pack
  std::string lower;
  Where where;  // in the lower pack
};

// Something that loads but wants attention: not checked for a year, not verified, unset.
struct Remark {
  enum class Kind : std::uint8_t { stale, never_checked, unverified, unset, retroactive };
  Kind kind;
  std::string what;
  Text text;
  Where where;
};

class Policy {
 public:
  // `root` is the folder that holds the packs; `pack` an id. Throws unknown_pack and every error of the
  // loader.
  static Policy load(const std::string& root, const std::string& pack);
  // The pack whose jurisdiction is `code`, examples left out. Throws unknown_pack.
  static std::string pack_for_jurisdiction(const std::string& root, const std::string& code);
  // Ids of all packs below `root`, sorted.
  static std::vector<std::string> pack_ids(const std::string& root);

  const std::vector<PackInfo>& packs() const { return packs_; }  // from the root down
  std::vector<std::string> folders() const;                      // of the packs, likewise
  const PackInfo& pack() const { return packs_.back(); }
  std::string hash() const;  // over the whole cascade
  const Catalog& catalog() const { return catalog_; }

  // All versions of all rules, those that are overridden included, by name and then by date.
  const std::vector<std::shared_ptr<const CompiledRule>>& rules() const { return rules_; }
  std::vector<std::string> rule_names() const;
  // The version in force on a day as known on a day; the lowest pack's wins. Throws unknown_rule (with near
  // misses), not_in_force (saying which versions there are).
  std::shared_ptr<const CompiledRule> rule(const std::string& name, Date on, Date known) const;
  std::vector<Override> overrides() const { return overrides_; }
  // `today` decides what is stale (a year since `checked`).
  std::vector<Remark> remarks(Date today) const;

 private:
  void check_contradictions() const;
  std::vector<PackInfo> packs_;
  Catalog catalog_;
  std::vector<std::shared_ptr<const CompiledRule>> rules_;
  std::vector<Override> overrides_;
};

}  // namespace tributary::policy
