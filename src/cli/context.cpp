#include "cli/context.h"

#include "api/server.h"
#include "bank/bank.h"
#include "base/json.h"
#include "casework/casework.h"
#include "cli/codes.h"
#include "compensate/compensation.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "observe/observations.h"
#include "policy/explanation_json.h"
#include "policy/tenant.h"
#include "registry/registry.h"
#include "reporting/reporting.h"
#include "rights/rights.h"
#include "store/jobs.h"
#include "venues/auctions.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

namespace tributary::cli {

int exit_code(Kind kind) {
  switch (kind) {
    case Kind::invalid_input:
      return 2;
    case Kind::not_found:
      return 3;
    case Kind::conflict:
      return 4;
    case Kind::forbidden:
      return 5;
    case Kind::unavailable:
      return 6;
    case Kind::internal:
      return 70;
  }
  return 70;
}

Context::Context(Options options, const Clock& clock, std::ostream& out)
    : options_(std::move(options)), clock_(clock), out_(out), screen_(screen_of(STDOUT_FILENO)) {
  if (&out != &std::cout) screen_ = {100, false, false};
}
Context::~Context() = default;

document::Language Context::language() const {
  return options_.language == "zh"   ? document::Language::zh
         : options_.language == "en" ? document::Language::en
                                     : document::Language::both;
}

std::string Context::by() const {
  if (!options_.by.empty()) return options_.by;
  for (const char* name : {"TRIBUTARY_USER", "USER", "LOGNAME"})
    if (const char* value = std::getenv(name); value != nullptr && *value != 0) return value;
  return "unknown";
}

std::string Context::say(const Text& text) const {
  return document::pick(text, language());
}

std::string Context::packs_folder() const {
  namespace fs = std::filesystem;
  std::vector<std::string> tried;
  if (!options_.packs.empty()) {
    tried.push_back(options_.packs);
  } else {
    if (const char* value = std::getenv("TRIBUTARY_PACKS"); value != nullptr && *value != 0)
      tried.emplace_back(value);
    tried.emplace_back("policies");
    std::error_code ignored;
    const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
    if (!ignored) tried.push_back((program.parent_path().parent_path().parent_path() / "policies").string());
    tried.emplace_back("/usr/share/tributary/policies");
  }
  for (const std::string& folder : tried)
    if (!policy::Policy::pack_ids(folder).empty()) return folder;
  throw Error(codes::packs_not_found,
              {fmt::format("找不到政策包（找过：{}）", fmt::join(tried, "、")),
               fmt::format("no policy packs found (looked in: {})", fmt::join(tried, ", "))},
              {}, {"请用 --packs 指明文件夹", "name the folder with --packs"});
}

std::vector<store::Migration> all_migrations() {
  std::vector<store::Migration> out;
  for (const auto list :
       {registry::migrations(), observe::migrations(), policy::migrations(), ledger::migrations(), rights::migrations(),
        compensate::migrations(), bank::migrations(), casework::migrations(), reporting::migrations(), identity::migrations(),
        store::migrations(), venues::migrations(), api::migrations()})
    out.insert(out.end(), list.begin(), list.end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return out;
}

namespace {

Error not_initialised(const std::string& where) {
  return {
      codes::not_initialised,
      {"数据库还没有初始化", "the database is not initialised"},
      {where, 0, 0, {}},
      {"请先运行 tributary init --jurisdiction 341602", "first run: tributary init --jurisdiction 341602"}};
}

}  // namespace

namespace {

// The file of a SQLite database; empty for one that has none.
std::string database_file(const std::string& url) {
  const std::string prefix = "sqlite:";
  if (!url.starts_with(prefix)) return {};
  const std::string path = url.substr(prefix.size(), url.find('?') - prefix.size());
  return path == ":memory:" ? std::string() : path;
}

}  // namespace

std::string Context::state_folder() const {
  const std::string file = database_file(options_.database);
  if (file.empty()) {
    const char* given = std::getenv("STATE_DIRECTORY");  // systemd's
    return given != nullptr && *given != '\0' ? given : "var";
  }
  const std::string folder = std::filesystem::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string Context::public_url() const {
  std::string url = options_.public_url;
  if (url.empty()) return url;
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("?#\"<>\\^`{|}@").find(c) == std::string_view::npos;
  });
  while (url.size() > scheme && url.ends_with('/')) url.pop_back();
  if (scheme == 0 || !plain || url.size() == scheme || url[scheme] == '/' || url[scheme] == ':')
    throw Error(
        codes::bad_usage,
        {fmt::format("“{}”不是可用的网址", url), fmt::format("\"{}\" cannot be the public address", url)},
        {"", 0, 0, "public-url"},
        {"应以 https:// 或 http:// 开头，不带 ? 和 #，例如 https://bc.example.gov.cn",
         "begin with https:// or http://, without ? and #, for example https://bc.example.gov.cn"});
  return url;
}

std::string Context::key_file() const {
  return options_.key_file.empty() ? state_folder() + "/identity.key" : options_.key_file;
}

void Context::require_database() const {
  const std::string file = database_file(options_.database);
  if (!file.empty() && !std::filesystem::exists(file))
    throw not_initialised(store::url_for_messages(options_.database));
}

store::Database& Context::database(bool make) {
  if (!database_) {
    if (!make) require_database();
    database_ = store::Database::open(options_.database);
    database_->migrate(all_migrations());
  }
  return *database_;
}

const std::string& Context::tenant() {
  if (tenant_) return *tenant_;
  const auto all = policy::tenants(database());
  if (all.empty()) throw not_initialised(store::url_for_messages(options_.database));
  if (options_.jurisdiction.empty() && all.size() > 1)
    throw Error(codes::several_tenants,
                {"数据库中有几个地区，请用 --jurisdiction 指明",
                 "the database holds several jurisdictions; choose with --jurisdiction"});
  for (const auto& t : all)
    if (options_.jurisdiction.empty() || t.jurisdiction == options_.jurisdiction) {
      if (const char* staged = std::getenv("TRIBUTARY_DEMONSTRATION_CLOCK"); staged != nullptr && *staged != 0) {
        if (t.pack != "demo")
          throw Error(codes::bad_usage,
                      {"只有演示政策包可以用 TRIBUTARY_DEMONSTRATION_CLOCK 设定时间",
                       "only the pack demo lets TRIBUTARY_DEMONSTRATION_CLOCK set the time"},
                      {}, {"请取消这个环境变量", "unset this variable"});
        clock_.staged = parse_instant(staged);
      }
      tenant_ = t.jurisdiction;
      pack_ = t.pack;
      return *tenant_;
    }
  throw Error(codes::not_initialised,
              {fmt::format("数据库中没有地区 {}", options_.jurisdiction),
               fmt::format("the database does not hold jurisdiction {}", options_.jurisdiction)},
              {}, not_initialised("").hint());
}

const policy::Policy& Context::policy() {
  tenant();
  if (!policy_) policy_ = policy::Policy::load(packs_folder(), pack_);
  return *policy_;
}

void Context::print(const document::Table& table) {
  out_ << render_table(table, language(), screen_);
}
void Context::print(const document::Tree& tree) {
  out_ << render_tree(tree, language(), screen_);
}
void Context::print(const document::KeyValues& list) {
  out_ << render_key_values(list, language(), screen_);
}
void Context::print(const Json& json) {
  out_ << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}
void Context::note(const std::string& action, const std::string& object, const std::string& detail) {
  identity::SystemEntropy entropy;
  identity::Audit audit(database(), tenant(), clock_, entropy);
  identity::Caller who;
  who.name = by();
  who.via = identity::Via::command;
  audit.append(who, {action, object, identity::AuditOutcome::done, detail});
}
void Context::line(const Text& text) {
  out_ << document::printable(say(text)) << '\n';
}

Json json_of(const policy::Explanation& explanation) {
  return Json::parse(policy::to_json(explanation));
}
Json json_of(const Text& text) {
  return {{"zh", text.zh}, {"en", text.en}};
}

}  // namespace tributary::cli
