// A small world for tests: packs written into a temporary folder, a fresh database, a clock that can be set,
// readings from CSV files. Nothing of the product may include it.
#pragma once

#include "compensate/compensation.h"
#include "observe/import.h"
#include "observe/observations.h"
#include "registry/registry.h"
#include "registry/registry_files.h"
#include "rights/rights.h"
#include "store/testing.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tributary::compensate::testing {

namespace fs = std::filesystem;

// One section and month: the concentrations that its single reading of the month shows. "" is a missing
// value.
struct Reading {
  std::string section;
  std::string day;
  std::string codmn;
  std::string nh3n;
  std::string tp;
};

inline void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline const char* const statistics_yaml = R"(statistics:
  - {id: day, title: {zh: 日, en: day}, indicator: "*", granularity: day, of: samples, minimum: 1,
     censored: half_limit, counted: [valid, below_limit],
     round: {decimals: 2, mode: half_even}, source: {document: 试验}, verified: true, in_force: {from: 2000-01-01}}
  - {id: month, title: {zh: 月, en: month}, indicator: "*", granularity: month, of: samples, minimum: 1,
     censored: half_limit, counted: [valid, below_limit],
     round: {decimals: 2, mode: half_even}, source: {document: 试验}, verified: true, in_force: {from: 2000-01-01}}
  - {id: quarter, title: {zh: 季, en: quarter}, indicator: "*", granularity: quarter, of: samples, minimum: 1,
     censored: half_limit, counted: [valid, below_limit],
     round: {decimals: 2, mode: half_even}, source: {document: 试验}, verified: true, in_force: {from: 2000-01-01}}
  - {id: year, title: {zh: 年, en: year}, indicator: "*", granularity: year, of: monthly_means, minimum: 1,
     censored: half_limit, counted: [valid, below_limit],
     round: {decimals: 2, mode: half_even}, source: {document: 试验}, verified: true, in_force: {from: 2000-01-01}}
)";

inline const char* const import_yaml = R"(import: mini
title: {zh: 试验, en: test}
series: mini
place: {columns: [section]}
time:
  - {columns: [day], format: "%Y-%m-%d", second_of_day: 28800}
missing: [""]
values:
  - {column: codmn, indicator: codmn, unit: mg/L, impossible: {below: "0"}}
  - {column: nh3n, indicator: nh3n, unit: mg/L, impossible: {below: "0"}}
  - {column: tp, indicator: tp, unit: mg/L, impossible: {below: "0"}}
)";

inline std::string head(const std::string& name, const std::string& per, const std::string& group,
                        const std::string& claims = "") {
  return "rule: " + name +
         "\ntitle: {zh: 试验, en: test}\nsource: {document: 试验办法}\nin_force: {from: 2010-01-01}\nknown: "
         "2010-01-01\nchecked: {on: 2020-01-01, by: test}\nverified: true\n" +
         (claims.empty() ? "" : "claims: " + claims + "\n") + "per: " + per + "\ngroup: " + group + "\n";
}

// The provincial section rule in short: steps of half a multiple, reward per class better than the target.
inline std::string section_rule(const std::string& unit_payment = "500000",
                                const std::string& extra_values = "") {
  return head("section", "section × month", "all", "section-case") +
         R"Y(objection: {working_days: 3, source: {document: 试验办法, article: 第三条}}
indices:
  factor: [codmn, nh3n, tp]
inputs:
  C[factor]: {unit: mg/L, from: mean, title: {zh: 月均, en: mean}}
  actual: {type: class, from: class, standard: gb3838-2002, title: {zh: 类别, en: class}}
  target: {type: class, from: attribute, name: target, title: {zh: 目标, en: target}}
  water: {type: choice, choices: [river, lake], from: place, name: water_kind, title: {zh: 水体, en: water}}
  status: {type: choice, choices: [assessed, suspended, no_flow, under_construction, not_built], from: status, title: {zh: 状态, en: state}}
parameters:
  unit_payment:
    unit: CNY
    title: {zh: 每档, en: per step}
    values:
      - {in_force: 2010-01-01, value: ")Y" +
         unit_payment + R"Y(", source: {document: 试验办法}}
)Y" + extra_values +
         R"Y(  unit_reward:
    unit: CNY
    title: {zh: 每类, en: per class}
    values:
      - {in_force: 2010-01-01, value: "500000", source: {document: 试验办法}}
formulas:
  S[factor]: {unit: mg/L, title: {zh: 限值, en: limit}, is: "limit('gb3838-2002', factor, target, water)"}
  x[factor]: {unit: "1", title: {zh: 超标倍数, en: exceedance}, is: (C - S) / S}
  steps_of[factor]: {unit: "1", title: {zh: 档, en: steps}, is: "steps(x, 0.5, 'upper')"}
  exceeded: {type: boolean, title: {zh: 超标, en: exceeded}, is: "any(factor: x > 0)"}
  payment: {unit: CNY, title: {zh: 赔付, en: payment}, is: "unit_payment * sum(factor: steps_of)"}
  reward: {unit: CNY, title: {zh: 补偿, en: reward}, is: "if exceeded then 0 else unit_reward * max(0, target - actual)"}
assessed_when: {is: status = 'assessed', otherwise: {zh: 停考, en: not assessed}}
pays:
  - {title: {zh: 赔付金, en: payment}, when: payment > 0, from: responsible, to: superior, amount: payment, round: {places: 2, mode: half_up}}
  - {title: {zh: 补偿金, en: reward}, when: reward > 0, from: superior, to: responsible, amount: reward, round: {places: 2, mode: half_up}}
)Y";
}

class World {
 public:
  static constexpr const char* tenant = "341602";

  // `source`: the folder of the repository, for the standards of policies/cn.
  World(const std::string& kind, const std::string& source)
      : database(kind), clock(parse_instant("2020-11-02 09:00")) {
    folder = (fs::temp_directory_path() / "compensate-world-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr)
      throw fs::filesystem_error("mkdtemp", folder, std::error_code(errno, std::generic_category()));
    const fs::path root = packs() / "root";
    write(root / "pack.yaml", "pack: root\ntitle: {zh: 根, en: root}\nversion: \"1\"\nexample: false\n");
    const fs::path cn = fs::path(source) / "policies/cn";
    fs::create_directories(root / "standards");
    fs::copy_file(cn / "standards/gb3838-2002.yaml", root / "standards/gb3838-2002.yaml");
    fs::copy_file(cn / "indicators.yaml", root / "indicators.yaml");
    fs::copy(cn / "calendars", root / "calendars");
    write(root / "statistics.yaml", statistics_yaml);
    write(root / "imports/mini.yaml", import_yaml);
    pack("town", "root");
    rule("town", "section", section_rule());
    write(registry("places.csv"),
          "code,kind,name,water_kind,valid_from,source\nsec:a,section,甲断面,river,,s\nsec:b,section,乙断面,"
          "river,,s\nsec:c,section,丙断面,river,,s\n");
    write(registry("groups.csv"), "place,group,source\nsec:a,all,s\nsec:b,all,s\nsec:c,all,s\n");
    write(registry("parties.csv"),
          "code,kind,name,source\ngov:1,government,甲政府,s\ngov:2,government,乙政府,s\ngov:3,government,"
          "丙政府,s\ngov:4,government,丁政府,s\nfin,government,财政,s\n");
    write(registry("roles.csv"),
          "place,role,party,share,source\nsec:a,responsible,gov:1,1,s\nsec:a,superior,fin,1,s\nsec:b,"
          "responsible,gov:2,1,s\nsec:b,superior,fin,1,s\n"
          "sec:c,responsible,gov:3,1,s\nsec:c,superior,fin,1,s\n");
    write(registry("attributes.csv"),
          "place,name,value,valid_from,known,source,verified,example\nsec:a,target,III,2019-01-01,2019-01-01,"
          "s,true,false\n"
          "sec:b,target,IV,2019-01-01,2019-01-01,s,true,false\nsec:c,target,III,2019-01-01,2019-01-01,s,true,"
          "false\n");
    std::vector<store::Migration> all;
    for (const auto list :
         {registry::migrations(), observe::migrations(), ledger::migrations(), rights::migrations(),
          migrations()})
      all.insert(all.end(), list.begin(), list.end());
    database.db().migrate(all);
  }
  ~World() { fs::remove_all(folder); }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  fs::path packs() const { return fs::path(folder) / "packs"; }
  fs::path registry(const std::string& file) const { return packs() / "town/registry" / file; }
  void pack(const std::string& id, const std::string& extends, bool example = false) const {
    write(packs() / id / "pack.yaml",
          "pack: " + id + "\ntitle: {zh: 试验, en: test}\njurisdiction: \"341602\"\nextends: " + extends +
              "\nversion: \"1\"\nexample: " + (example ? "true" : "false") + "\n");
  }
  void rule(const std::string& pack, const std::string& file, const std::string& text) const {
    write(packs() / pack / "rules" / (file + ".yaml"), text);
  }
  // Reads the registry files into the database; may be called again after they have changed.
  void apply_registry() {
    registry::Registry(database.db(), tenant)
        .apply(registry::read_registry_folder((packs() / "town/registry").string()));
  }
  void load(const std::string& pack = "town") {
    policies_.push_back(std::make_unique<policy::Policy>(policy::Policy::load(packs().string(), pack)));
    apply_registry();
  }
  const policy::Policy& policy() const { return *policies_.back(); }
  Compensation compensation() { return Compensation(database.db(), tenant, policy(), clock); }

  fs::path file(const std::string& name) const { return fs::path(folder) / name; }
  observe::ImportReport import(const std::string& name, const std::vector<Reading>& readings) {
    std::string text = "section,day,codmn,nh3n,tp\n";
    for (const Reading& r : readings)
      text += r.section + "," + r.day + "," + r.codmn + "," + r.nh3n + "," + r.tp + "\n";
    write(file(name), text);
    const std::map<std::string, std::string> names{
        {"甲断面", "sec:a"}, {"乙断面", "sec:b"}, {"丙断面", "sec:c"}};
    const observe::ImportTarget target{database.db(), tenant,
                                       [&](std::string_view n) {
                                         const auto found = names.find(std::string(n));
                                         return found == names.end() ? std::nullopt
                                                                     : std::optional(found->second);
                                       },
                                       [](std::string_view) { return std::vector<std::string>{}; }, clock};
    return observe::import_csv(target, file(name).string(), policy().catalog().import("mini"));
  }
  // Worked example C: 甲 pays four steps, 乙 is two classes better than its target, 丙 neither.
  void import_example_c() {
    import("c.csv", {{"甲断面", "2020-10-08", "7.2", "2.3", "0.18"},
                     {"乙断面", "2020-10-08", "3.0", "0.4", "0.08"},
                     {"丙断面", "2020-10-08", "5.0", "0.8", "0.15"}});
  }

  // Rows of every table, to prove that something wrote nothing.
  std::map<std::string, std::int64_t> row_counts() {
    return database.db().read([](store::Transaction& t) {
      std::map<std::string, std::int64_t> out;
      const char* names =
          t.dialect() == store::Dialect::sqlite
              ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
              : "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
      for (const store::Row& row : t.query(names))
        out[row.text(0)] = t.first("SELECT COUNT(*) FROM " + row.text(0))->integer(0);
      return out;
    });
  }
  // What the ledger has for a party, in fen.
  std::int64_t balance(const std::string& party, const std::string& purpose) {
    const ledger::Ledger book(database.db(), tenant, clock);
    const auto account = book.find_account(party, "CNY", purpose);
    return account ? book.balance(account->id).posted : 0;
  }
  bool ledger_sound() { return ledger::Ledger(database.db(), tenant, clock).check().empty(); }

  std::string folder;
  store::TestDatabase database;
  FixedClock clock;

 private:
  std::vector<std::unique_ptr<policy::Policy>> policies_;  // earlier ones stay: a Compensation refers to them
};

}  // namespace tributary::compensate::testing
