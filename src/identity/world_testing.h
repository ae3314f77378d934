// A small world for tests: a fresh database with a register of two townships, roles as the packs have them, a
// clock that can be set, repeatable randomness, cheap passwords. Nothing of the product may include it.
#pragma once

#include "identity/codes.h"
#include "identity/identity.h"
#include "registry/registry.h"
#include "store/testing.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tributary::identity::testing {

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : random_(seed) {}
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& b : bytes) b = static_cast<std::byte>(random_() & 0xffU);
  }

 private:
  std::mt19937_64 random_;
};

inline std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> out;
  for (const auto list : {registry::migrations(), identity::migrations()})
    out.insert(out.end(), list.begin(), list.end());
  return out;
}

template <class Work>
std::string code_of(Work&& work) {
  try {
    work();
  } catch (const Error& e) {
    EXPECT_FALSE(e.message().zh.empty() || e.message().en.empty());
    return std::string(e.code().name);
  }
  return "none";
}

inline registry::RegistryData small_register() {
  registry::RegistryData data;
  const auto division = [&](const char* code, const char* name, registry::Level level, const char* parent) {
    registry::Jurisdiction v;
    v.code = code;
    v.name = {name, name};
    v.level = level;
    v.parent = parent;
    data.jurisdictions.push_back(v);
  };
  division("34", "某省", registry::Level::province, "");
  division("3416", "某市", registry::Level::prefecture, "34");
  division("341602", "某区", registry::Level::county, "3416");
  division("341602100", "甲镇", registry::Level::township, "341602");
  division("341602101", "乙镇", registry::Level::township, "341602");
  for (const char* code : {"341602", "341602100"}) {
    registry::Party p;
    p.code = std::string("gov:") + code;
    p.kind = registry::PartyKind::government;
    p.name = {"人民政府", "government"};
    p.jurisdiction = code;
    data.parties.push_back(p);
  }
  return data;
}

inline IdentityData pack_data() {
  return read_identity_folder(std::string(TRIBUTARY_SOURCE_DIR) + "/policies/cn/identity");
}

struct World {
  explicit World(const std::string& kind) : database(kind) {
    database.db().migrate(all_migrations());
    registry::Registry(database.db(), tenant).apply(small_register());
    clock.set(parse_instant("2026-11-24 09:00"));
    IdentityData data = pack_data();
    Organisation office;
    office.id = {"office"};
    office.name = {"区联席会议办公室", "Joint-Conference Office"};
    office.kind = OrganisationKind::office;
    data.organisations.push_back(office);
    identity.apply(data);
  }
  void later(std::int64_t seconds) { clock.set({clock.now().seconds + seconds}); }
  Caller system() const { return identity.command("operator"); }
  // A user whose password is set and known.
  User person(const std::string& name, std::vector<std::string> roles,
              const std::string& organisation = "office") {
    const OneTimePassword made =
        identity.create_user(system(), {name, "某人" + name, {organisation}, std::move(roles)});
    const SignedIn in = identity.sign_in({name, made.password, {}, "10.0.0.1", "test", "r"});
    identity.change_password(in.caller, made.password, good);
    identity.sign_out(in.caller);
    return identity.user(system(), made.user.id);
  }
  SignedIn enter(const std::string& name, const std::string& totp = {}) {
    return identity.sign_in({name, good, totp, "10.0.0.1", "Firefox", "req-1"});
  }
  // Actions of the trail, oldest first: "session.open:done …".
  std::string trail(const AuditFilter& filter = {}) {
    std::string out;
    auto page = identity.audit().search(filter, 500);
    std::reverse(page.entries.begin(), page.entries.end());
    for (const AuditEntry& e : page.entries)
      out += (out.empty() ? "" : " ") + e.action + ":" + std::string(to_string(e.outcome));
    return out;
  }

  static constexpr const char* tenant = "341602";
  static constexpr const char* good = "红鲤鱼-绿鲤鱼-与驴";
  store::TestDatabase database;
  FixedClock clock{Instant{0}};
  SeededEntropy entropy{20261124};
  Settings settings{.password_cost = {1, 8192}, .key = std::string(32, 'k')};
  Identity identity{database.db(), tenant, clock, entropy, settings};
};

}  // namespace tributary::identity::testing
