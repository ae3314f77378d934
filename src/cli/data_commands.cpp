// init, import, doctor.
#include "base/json.h"
#include "base/text.h"
#include "cli/book_commands.h"
#include "cli/case_types.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/rights_packs.h"
#include "cli/smart_commands.h"
#include "compensate/compensation.h"
#include "ledger/ledger.h"
#include "observe/import.h"
#include "observe/place_names.h"
#include "policy/examples.h"
#include "policy/tenant.h"
#include "registry/registry.h"
#include "registry/registry_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

struct InitArguments {
  std::string jurisdiction;
  std::string pack;
};

// The pack a jurisdiction works by already; empty when there is no such database or jurisdiction yet.
std::string adopted(Context& c, const std::string& jurisdiction) {
  try {
    for (const auto& tenant : policy::tenants(c.database()))
      if (tenant.jurisdiction == jurisdiction) return tenant.pack;
  } catch (const Error& e) {
    if (e.code() != codes::not_initialised) throw;
  }
  return {};
}

int init(Context& c, const InitArguments& a) {
  const std::string root = c.packs_folder();
  const std::string before = adopted(c, a.jurisdiction);
  const std::string pack = !a.pack.empty()   ? a.pack
                           : !before.empty() ? before
                                             : policy::Policy::pack_for_jurisdiction(root, a.jurisdiction);
  const policy::Policy policy = policy::Policy::load(root, pack);
  if (policy.pack().jurisdiction != a.jurisdiction)
    throw Error(
        codes::bad_usage,
        {fmt::format("政策包 {} 是 {} 的，不是 {} 的", pack, policy.pack().jurisdiction, a.jurisdiction),
         fmt::format("pack {} is for {}, not for {}", pack, policy.pack().jurisdiction, a.jurisdiction)});
  const bool changed = policy::adopt(c.database(true), {a.jurisdiction, pack}, c.clock().now());
  registry::RegistryData data;
  for (const auto& info : policy.packs())
    if (const std::string folder = info.folder + "/registry"; std::filesystem::is_directory(folder))
      data.append(registry::read_registry_folder(folder));
  registry::Registry registry(c.database(), a.jurisdiction);
  const registry::ApplyCounts counts = registry.apply(data);
  ledger::Ledger(c.database(), a.jurisdiction, c.clock()).define_unit({"CNY", 2, {"人民币", "renminbi"}});
  const std::size_t rights_added = apply_rights(c, a.jurisdiction, policy);
  if (c.json()) {
    c.print(Json{{"jurisdiction", a.jurisdiction},
                 {"pack", pack},
                 {"changed", changed},
                 {"added", counts.added},
                 {"revised", counts.revised + counts.closed},
                 {"unchanged", counts.unchanged},
                 {"rights_added", rights_added}});
    return 0;
  }
  if (!before.empty() && before != pack)
    c.line({fmt::format("原先按政策包 {} 工作，现改为 {}。", before, pack),
            fmt::format("it worked by pack {} before, and by {} from now on.", before, pack)});
  c.line({fmt::format("{} 按政策包 {}（{}）工作；登记数据新增 {} 条，更新 {} 条，未变 {} 条。",
                      a.jurisdiction, pack, policy.pack().title.zh, counts.added,
                      counts.revised + counts.closed, counts.unchanged),
          fmt::format("{} works by pack {} ({}); registry: {} added, {} revised, {} unchanged.",
                      a.jurisdiction, pack, policy.pack().title.en, counts.added,
                      counts.revised + counts.closed, counts.unchanged)});
  if (rights_added > 0)
    c.line({fmt::format("权利登记：新增品种和账户 {} 个。", rights_added),
            fmt::format("registry of rights: {} instruments and accounts are new.", rights_added)});
  return 0;
}

struct ImportArguments {
  std::string file;
  std::string layout;
  std::string errors_file;
  bool strict = false;
};

// Draws the bar, and writes every bad row to a file if one is wanted.
class Listener final : public observe::ImportListener {
 public:
  Listener(document::Language language, const std::string& errors_file)
      : language_(language), path_(errors_file) {}
  void started(std::uint64_t bytes) override {
    progress_.emplace(Progress::on_stderr({"导入", "import"}, bytes, Progress::Measure::bytes, language_));
    text_.clear();
  }
  void progress(std::uint64_t done, std::uint64_t) override {
    if (progress_) progress_->at(done);
  }
  void rejected(const observe::RowError& error) override {
    if (path_.empty()) return;
    const Where& where = error.error.where();
    text_ += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", where.line, where.column, where.field,
                         error.error.message().zh, error.error.message().en, error.raw);
  }
  void finish() {
    if (progress_) progress_->finish();
    if (!path_.empty()) write_file(path_, "line\tcolumn\tfield\t原因\treason\traw\n" + text_);
  }

 private:
  document::Language language_;
  std::string path_;
  std::string text_;
  std::optional<Progress> progress_;
};

int import(Context& c, const ImportArguments& a) {
  const observe::ImportMapping& mapping = c.policy().catalog().import(a.layout);
  const observe::PlaceNames names(registry::Registry(c.database(), c.tenant()), c.clock().today());
  const observe::ImportTarget target = observe::import_target(c.database(), c.tenant(), names, c.clock());
  Listener listener(c.language(), a.errors_file);
  const observe::ImportReport report =
      observe::import_csv(target, a.file, mapping, {a.strict, 1000}, &listener);
  listener.finish();
  const bool refused = report.outcome == observe::ImportOutcome::refused;
  if (!refused && report.outcome != observe::ImportOutcome::known)
    c.note("readings.import", report.file ? fmt::format("import/{}", report.file->value) : "import", a.file);
  const char* outcome = refused                                           ? "refused"
                        : report.outcome == observe::ImportOutcome::known ? "known"
                                                                          : "stored";
  if (c.json()) {
    Json errors = Json::array();
    for (const observe::RowError& e : report.errors)
      errors.push_back({{"line", e.error.where().line},
                        {"column", e.error.where().column},
                        {"field", e.error.where().field},
                        {"message", json_of(e.error.message())},
                        {"raw", document::printable(e.raw)}});
    c.print(Json{{"outcome", outcome},
                 {"rows", report.rows},
                 {"accepted", report.accepted},
                 {"rejected", report.rejected},
                 {"new", report.observations.added},
                 {"corrections", report.observations.corrected},
                 {"unchanged", report.observations.unchanged},
                 {"series", report.new_series},
                 {"flags", Json(report.flags)},
                 {"errors", errors}});
    return refused ? 1 : 0;
  }
  c.line({fmt::format("{}：{} 行，收 {} 行，退 {} 行；新观测 {}，更正 {}，未变 {}。", a.file, report.rows,
                      report.accepted, report.rejected, report.observations.added,
                      report.observations.corrected, report.observations.unchanged),
          fmt::format(
              "{}: {} rows, {} accepted, {} rejected; {} new observations, {} corrections, {} unchanged.",
              a.file, report.rows, report.accepted, report.rejected, report.observations.added,
              report.observations.corrected, report.observations.unchanged)});
  if (report.outcome == observe::ImportOutcome::known)
    c.line({"此文件已导入过，没有新内容。", "This file was imported before; nothing in it is new."});
  if (refused)
    c.line({"严格模式：有错行，整个文件未导入。", "Strict: there are bad rows, nothing was imported."});
  std::size_t shown = 0;
  for (const observe::RowError& e : report.errors) {
    if (++shown > 20) break;
    c.line({fmt::format("  {}: {}", to_string(e.error.where()), e.error.message().zh),
            fmt::format("  {}: {}", to_string(e.error.where()), e.error.message().en)});
  }
  if (report.error_count > 20)
    c.line({fmt::format("  …… 共 {} 处错误；--errors 文件名 可全部写出", report.error_count),
            fmt::format("  … {} errors in all; --errors FILE writes all of them", report.error_count)});
  return refused ? 1 : 0;
}

int doctor(Context& c) {
  struct Finding {
    Text what;
    Text state;
    bool good;
  };
  std::vector<Finding> findings;
  const auto add = [&](Text what, bool good, Text state) {
    findings.push_back({std::move(what), std::move(state), good});
  };
  const auto broken = c.database().check_integrity();
  add({"数据库完整性", "database integrity"}, broken.empty(),
      broken.empty() ? Text{"完好", "sound"} : Text{broken.front(), broken.front()});
  const policy::Policy& policy = c.policy();
  add({"政策包", "packs"}, true,
      {fmt::format("{} 个，规则 {} 条", policy.packs().size(), policy.rules().size()),
       fmt::format("{} packs, {} rule versions", policy.packs().size(), policy.rules().size())});
  const policy::ExampleReport examples = policy::run_all_examples(c.packs_folder(), policy.pack().id);
  add({"算例", "worked examples"}, examples.failures.empty(),
      {fmt::format("{} 个，{} 个不符", examples.rows, examples.failures.size()),
       fmt::format("{}, {} fail", examples.rows, examples.failures.size())});
  std::size_t stale = 0;
  for (const policy::Remark& remark : policy.remarks(c.clock().today()))
    stale += remark.kind == policy::Remark::Kind::stale || remark.kind == policy::Remark::Kind::never_checked;
  add({"规则核对", "rules checked"}, stale == 0,
      {fmt::format("{} 条超过一年未与出处核对", stale),
       fmt::format("{} not compared with their sources for a year", stale)});
  const auto violations = ledger::Ledger(c.database(), c.tenant(), c.clock()).check();
  add({"账本", "ledger"}, violations.empty(),
      violations.empty() ? Text{"各项不变量成立", "all invariants hold"} : violations.front().message);
  const WorkCalendar calendar;
  const auto faults = rights::Rights(c.database(), c.tenant(), c.clock(), calendar).check();
  add({"权利登记", "registry of rights"}, faults.empty(),
      faults.empty() ? Text{"仅凭流水重算，各项相符", "recomputed from its journal, all the same"}
                     : Text{fmt::format("{}：{}；见 right check", faults.front().subject, faults.front().message.zh),
                            fmt::format("{}: {}; see right check", faults.front().subject, faults.front().message.en)});
  const Adoptions adoptions = check_adoptions(c);
  add({"采纳的分配", "allocations adopted"}, adoptions.faults.empty(),
      adoptions.faults.empty() ? Text{fmt::format("{} 件，按测算记录重算均相符", adoptions.checked),
                                      fmt::format("{}; computed again from their records, all the same", adoptions.checked)}
                               : Text{fmt::format("事项 {}：{}", adoptions.faults.front().of.value, adoptions.faults.front().why.zh),
                                      fmt::format("case {}: {}", adoptions.faults.front().of.value, adoptions.faults.front().why.en)});
  const MarketFaults markets = check_markets(c);
  add({"市场", "markets"}, markets.faults.empty(),
      markets.faults.empty() ? Text{fmt::format("{} 个，由指令日志重放均相符", markets.markets),
                                    fmt::format("{}; replayed from their journals, all the same", markets.markets)}
                             : markets.faults.front());
  if (const SmartFaults smart = check_smart_rounds(c); smart.rounds > 0)
    add({"智能市场", "smart markets"}, smart.faults.empty(),
        smart.faults.empty() ? Text{fmt::format("{} 场，由存档申报重新出清均相符", smart.rounds),
                                    fmt::format("{}; cleared again from the stored bids, all the same", smart.rounds)}
                             : smart.faults.front());
  const compensate::Compensation compensation(c.database(), c.tenant(), policy, c.clock());
  const auto runs = compensation.runs();
  // Runs by the packs as they are now must come out the same, down to their statements.
  std::size_t verified = 0;
  std::vector<std::string> unlike;
  for (const auto& run : runs)
    if (run.pack_hash == policy.hash()) {
      ++verified;
      if (!compensation.verify(run.id).same) unlike.push_back(std::to_string(run.id));
    }
  add({"运行与结算单", "runs and statements"}, unlike.empty(),
      unlike.empty() ? Text{fmt::format("{} 次，重算 {} 次，均相符", runs.size(), verified),
                            fmt::format("{}; {} computed again, all the same", runs.size(), verified)}
                     : Text{fmt::format("重算不符：第 {} 次；见 statement verify", fmt::join(unlike, "、")),
                            fmt::format("not the same when computed again: {}; see statement verify",
                                        fmt::join(unlike, ", "))});
  const bool good = std::all_of(findings.begin(), findings.end(), [](const Finding& f) { return f.good; });
  if (c.json()) {
    Json out = Json::array();
    for (const Finding& f : findings)
      out.push_back({{"what", json_of(f.what)}, {"good", f.good}, {"state", json_of(f.state)}});
    c.print(Json{{"good", good}, {"findings", out}});
    return good ? 0 : 1;
  }
  document::Table table;
  table.columns = {{{"项目", "what"}}, {{"", ""}}, {{"情况", "state"}}};
  for (const Finding& f : findings)
    table.rows.push_back(
        {document::Cell(f.what), document::Cell(f.good ? "✓" : "✗"), document::Cell(f.state)});
  c.print(table);
  return good ? 0 : 1;
}

}  // namespace

void add_data_commands(CLI::App& app, Action& action) {
  auto* init_command =
      app.add_subcommand("init", "建立数据库并载入登记数据 / make the database and load the registry");
  const auto init_arguments = std::make_shared<InitArguments>();
  init_command
      ->add_option("--jurisdiction", init_arguments->jurisdiction,
                   "地区代码 / jurisdiction code, e.g. 341602")
      ->required();
  init_command->add_option("--pack", init_arguments->pack,
                           "政策包（缺省按地区）/ pack (default: that of the jurisdiction)");
  init_command->footer("例 / example: tributary init --jurisdiction 341602");
  init_command->callback([=, &action] { action = [=](Context& c) { return init(c, *init_arguments); }; });

  auto* import_command = app.add_subcommand("import", "导入监测数据 CSV / import readings from CSV");
  const auto import_arguments = std::make_shared<ImportArguments>();
  import_command->add_option("file", import_arguments->file, "文件 / file")->required();
  import_command->add_option("--as", import_arguments->layout, "文件格式 / layout: cnemc-daily, aqi-daily, …")
      ->required();
  import_command->add_flag("--strict", import_arguments->strict,
                           "有一行错就全不导入 / import nothing if any row is bad");
  import_command->add_option("--errors", import_arguments->errors_file,
                             "错行全部写入此文件（TSV）/ write all bad rows to this file");
  import_command->footer(
      "例 / example: tributary import data/water/cnemc_daily_huai_xinan.csv --as cnemc-daily");
  import_command->callback(
      [=, &action] { action = [=](Context& c) { return import(c, *import_arguments); }; });

  auto* doctor_command = app.add_subcommand(
      "doctor", "检查数据库、政策包、算例和账本 / check database, packs, examples and ledger");
  doctor_command->callback([&action] { action = doctor; });
}

}  // namespace tributary::cli
