// What every command has at hand: options, database, policy, clock, and how to print.
#pragma once

#include "base/time.h"
#include "cli/terminal.h"
#include "document/document.h"
#include "policy/explain.h"
#include "policy/pack.h"
#include "store/store.h"

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace CLI {
class App;
}

namespace tributary::cli {

using Json = nlohmann::ordered_json;

struct Options {
  std::string database = "sqlite:var/tributary.db";
  std::string packs;         // folder of the packs; empty: looked for
  std::string jurisdiction;  // tenant; empty: the only one there is
  std::string language = "both";
  std::string by;             // who does it; empty: the user of the machine
  std::string settings_file;  // TOML; empty: the machine's, if it has one
  std::string public_url;     // of the portal, stands on statements; empty: not known
  std::string key_file;       // of personal values and authenticators; empty: beside the database
  bool json = false;
};

// Exit codes, stable: 0 done; 1 a check found something wrong; 2 bad input; 3 not found; 4 conflict; 5
// forbidden; 6 unavailable (disk, database); 70 a fault of the program.
int exit_code(Kind kind);

// The system's time; in the pack `demo`, the moment that TRIBUTARY_DEMONSTRATION_CLOCK names ("2026-03-02 10:00"), so that a year can
// be shown in a minute. Every other pack refuses it: nobody dates anything back.
class Clockwork final : public Clock {
 public:
  explicit Clockwork(const Clock& real) : real_(real) {}
  Instant now() const override { return staged ? *staged : real_.now(); }
  std::uint32_t microseconds() const override { return staged ? 0 : real_.microseconds(); }
  std::optional<Instant> staged{};

 private:
  const Clock& real_;
};

class Context {
 public:
  Context(Options options, const Clock& clock, std::ostream& out);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Options& options() const { return options_; }
  Options& options() { return options_; }
  const Clock& clock() const { return clock_; }  // see Clockwork
  std::ostream& out() { return out_; }
  const Screen& screen() const { return screen_; }
  bool json() const { return options_.json; }
  document::Language language() const;
  std::string by() const;
  // The text in the language asked for.
  std::string say(const Text& text) const;

  std::string packs_folder() const;  // throws packs_not_found
  // What the server keeps beside the database: the key, uploads while they are read.
  std::string state_folder() const;
  // «https://bc.example.gov.cn», without a slash at its end; empty when not set. Throws bad_usage.
  std::string public_url() const;
  std::string key_file() const;
  // Opened and migrated on first use. Only `init` makes a new one; the others throw not_initialised when the
  // file is not there.
  store::Database& database(bool make = false);
  // Throws not_initialised when the file of the database is not there.
  void require_database() const;
  const std::string& tenant();     // throws not_initialised, several_tenants
  const policy::Policy& policy();  // of the tenant

  void print(const document::Table& table);
  void print(const document::Tree& tree);
  void print(const document::KeyValues& list);
  void print(const Json& json);  // one line
  void line(const Text& text);

  // Into the audit trail: what was done here, by by().
  void note(const std::string& action, const std::string& object, const std::string& detail = {});

 private:
  Options options_;
  Clockwork clock_;
  std::ostream& out_;
  Screen screen_;
  std::unique_ptr<store::Database> database_;
  std::optional<std::string> tenant_;
  std::string pack_;
  std::optional<policy::Policy> policy_;
};

// All migrations of all modules, in order of number.
std::vector<store::Migration> all_migrations();

// Explanations as JSON.
Json json_of(const policy::Explanation& explanation);
Json json_of(const Text& text);

// One group of commands each: adds its subcommands; a chosen one stores what is to be done in `action`.
using Action = std::function<int(Context&)>;
void add_pack_commands(CLI::App& app, Action& action);
void add_case_commands(CLI::App& app, Action& action);
void add_data_commands(CLI::App& app, Action& action);       // init, import, doctor
void add_observe_commands(CLI::App& app, Action& action);    // observe, code
void add_rule_commands(CLI::App& app, Action& action);       // rule, run, whatif
void add_statement_commands(CLI::App& app, Action& action);  // statement
void add_ledger_commands(CLI::App& app, Action& action);     // ledger
void add_allocate_command(CLI::App& app, Action& action);   // allocate
void add_rank_command(CLI::App& app, Action& action);        // rank
void add_right_commands(CLI::App& app, Action& action);      // right
void add_compliance_command(CLI::App& app, Action& action);  // compliance
void add_exchange_commands(CLI::App& app, Action& action);   // exchange
void add_market_commands(CLI::App& exchange, Action& action);  // its `solve`
void add_watch_command(CLI::App& exchange, Action& action);     // exchange watch
void add_serve_command(CLI::App& app, Action& action);       // serve
void add_backup_commands(CLI::App& app, Action& action);     // backup, restore
void add_key_commands(CLI::App& app, Action& action);        // key
void add_privacy_commands(CLI::App& app, Action& action);    // privacy
void add_identity_commands(CLI::App& app, Action& action);   // user, audit

// The whole program; `arguments` without its name. Prints errors to `err`, returns the exit code.
int run_program(const std::vector<std::string>& arguments, const Clock& clock, std::ostream& out,
                std::ostream& err);

}  // namespace tributary::cli
