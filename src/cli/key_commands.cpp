// key list|rotate|retire: the keys that lie outside the database, and what they sealed.
#include "bank/bank.h"
#include "base/json.h"
#include "casework/casework.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "identity/codes.h"
#include "identity/key_file.h"
#include "policy/tenant.h"
#include "venues/auctions.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using identity::KeyFile;
using Counts = std::map<std::string, std::int64_t>;  // by id of the key

constexpr std::size_t cases_at_once = 200;

// The keys, held alone, and what they are used for in every jurisdiction of the database.
class Keys {
 public:
  Keys(Context& c, identity::Cipher cipher)
      : c_(c), cipher_(cipher), file_(c.key_file(), entropy_, KeyFile::Use::alone) {
    c.database();
  }

  KeyFile& file() { return file_; }
  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const std::string& key : identity::keys_of(file_.keys())) out.push_back(identity::id_of_key(key));
    return out;
  }

  Counts counts() {
    Counts out;
    each([&](identity::Identity& people, casework::Casework& cases, const std::string&) {
      for (const auto& [id, n] : people.secrets_by_key())
        if (!id.empty()) out[id] += n;
      for (const auto& [id, n] : cases.values_by_key()) out[id] += n;
    });
    each_text([&](const identity::Vault& vault, const std::string& sealed, const std::string& place) {
      ++out[vault.key_of(sealed, place)];
      return std::optional<std::string>();
    });
    return out;
  }

  // `visit` gets the tenant too.
  void each(const std::function<void(identity::Identity&, casework::Casework&, const std::string&)>& visit) {
    for (const auto& tenant : policy::tenants(c_.database())) {
      identity::Settings settings;
      settings.key = file_.keys();
      identity::Identity people(c_.database(), tenant.jurisdiction, c_.clock(), entropy_, settings);
      const identity::Vault vault(file_.keys(), cipher_, entropy_);
      const WorkCalendar calendar;
      // A case keeps its own declaration in the database; no pack is needed.
      casework::Casework cases(c_.database(), tenant.jurisdiction, c_.clock(), entropy_,
                               std::make_shared<const casework::CaseTypes>(), calendar, vault,
                               people.audit());
      visit(people, cases, tenant.jurisdiction);
    }
  }

  // Account numbers of payees, instructions, other sides of statements; bids that are not opened. What
  // `visit` returns replaces the text.
  void each_text(const std::function<std::optional<std::string>(
                     const identity::Vault&, const std::string& sealed, const std::string& place)>& visit) {
    const identity::Vault vault(file_.keys(), cipher_, entropy_);
    const auto one = [&](const std::string& sealed, const std::string& place) {
      return visit(vault, sealed, place);
    };
    for (const auto& tenant : policy::tenants(c_.database())) {
      bank::each_sealed(c_.database(), tenant.jurisdiction, one);
      venues::each_sealed(c_.database(), tenant.jurisdiction, one);
    }
  }

  void note(const std::string& action, const std::string& object, const std::string& detail) {
    each([&](identity::Identity& people, casework::Casework&, const std::string&) {
      people.audit().append(people.command(c_.by()), {action, object, identity::AuditOutcome::done, detail});
      people.audit().seal();
    });
  }

 private:
  Context& c_;
  identity::Cipher cipher_;
  identity::SystemEntropy entropy_;
  KeyFile file_;
};

// Nobody may add or take away a key while there is something that none of the keys opens: the file may be
// the wrong one.
void require_all_open(const Counts& counts, const std::vector<std::string>& ids) {
  for (const auto& [id, n] : counts)
    if (std::find(ids.begin(), ids.end(), id) == ids.end())
      throw Error(identity::codes::bad_key,
                  {fmt::format("有 {} 项内容用这个密钥文件里的密钥打不开（密钥 {}）", n, id),
                   fmt::format("{} sealed texts are opened by no key of this file (key {})", n, id)},
                  {},
                  {"请确认密钥文件是本库的那一份；没有改动任何内容",
                   "is the key file the one of this database? Nothing was changed"});
}

int list(Context& c) {
  Keys keys(c, identity::Cipher::aes);
  const Counts counts = keys.counts();
  const auto ids = keys.ids();
  Json all = Json::array();
  document::Table table;
  table.columns = {{{"密钥", "key"}}, {{"用途", "use"}}, {{"封存的内容", "sealed texts"}}};
  const auto row = [&](const std::string& id, const char* use, const Text& said) {
    const auto n = counts.contains(id) ? counts.at(id) : 0;
    all.push_back({{"key", id}, {"use", use}, {"sealed", n}});
    table.rows.push_back({id, document::Cell(said), std::to_string(n)});
  };
  for (const std::string& id : ids)
    if (id == ids.back())
      row(id, "seals", {"封存和打开", "seals and opens"});
    else
      row(id, "opens", {"只用于打开", "opens only"});
  for (const auto& [id, n] : counts)
    if (std::find(ids.begin(), ids.end(), id) == ids.end())
      row(id, "missing", {"不在密钥文件里", "not in the key file"});
  if (c.json())
    c.print(all);
  else
    c.print(table);
  return 0;
}

int rotate(Context& c, const std::string& cipher) {
  Keys keys(c, *identity::parse_cipher(cipher));
  Counts counts = keys.counts();
  auto ids = keys.ids();
  require_all_open(counts, ids);
  // Texts of an older key are left of a run that was interrupted: it is taken up again, no further key made.
  bool unfinished = false;
  for (const auto& [id, n] : counts) unfinished = unfinished || (n > 0 && id != ids.back());
  if (!unfinished) {
    keys.file().add();
    ids = keys.ids();
    keys.note("key.add", "key/" + ids.back(), "");
  } else if (!c.json()) {
    c.line({"继续上次没有办完的更换。", "Going on with the rotation that was interrupted."});
  }
  std::int64_t changed = 0;
  keys.each_text([&](const identity::Vault& vault, const std::string& sealed, const std::string& place) {
    if (vault.is_current(sealed)) return std::optional<std::string>();
    ++changed;
    return std::optional(vault.sealed(vault.opened(sealed, place), place));
  });
  keys.each([&](identity::Identity& people, casework::Casework& cases, const std::string& tenant) {
    std::int64_t secrets = people.reseal_secrets();
    std::int64_t done = 0;
    std::int64_t here = 0;
    for (casework::CaseId last{};;) {
      const auto batch = cases.reseal(last, cases_at_once);
      if (batch.looked_at == 0) break;
      last = batch.last;
      done += batch.looked_at;
      here += batch.changed;
      if (!c.json()) {
        c.line({fmt::format("{}：已核对 {} 件事项，重新封存 {} 件", tenant, done, here),
                fmt::format("{}: {} cases looked at, {} sealed anew", tenant, done, here)});
        c.out().flush();
      }
    }
    changed += here + secrets;
    people.audit().append(people.command(c.by()),
                          {"key.rotate", "key/" + ids.back(), identity::AuditOutcome::done,
                           fmt::format("{} cases, {} authenticators, {}", here, secrets, cipher)});
    people.audit().seal();
  });
  if (c.json())
    c.print(Json{{"key", ids.back()}, {"continued", unfinished}, {"changed", changed}});
  else
    c.line({fmt::format("全部内容已由密钥 {} 封存。请另存新的密钥文件 {}；旧密钥可用 key retire 停用，"
                        "但旧备份仍要用它，请继续保管。",
                        ids.back(), c.key_file()),
            fmt::format("Everything is sealed by key {} now. Keep a copy of the new key file {}. The old key "
                        "can be retired by key retire; older backups still need it: keep its copy.",
                        ids.back(), c.key_file())});
  return 0;
}

int retire(Context& c, const std::string& id) {
  Keys keys(c, identity::Cipher::aes);
  const Counts counts = keys.counts();
  require_all_open(counts, keys.ids());
  if (const auto left = counts.find(id); left != counts.end() && left->second > 0)
    throw Error(identity::codes::keys_in_use,
                {fmt::format("密钥 {} 还封存着 {} 项内容，不能停用", id, left->second),
                 fmt::format("key {} still seals {} texts; it cannot be retired", id, left->second)},
                {}, {"请先运行 tributary key rotate", "first run: tributary key rotate"});
  keys.file().remove(id);
  keys.note("key.retire", "key/" + id, "");
  if (c.json())
    c.print(Json{{"retired", id}});
  else
    c.line({fmt::format("密钥 {} 已停用。在此以前的备份仍要用它，请继续保管旧的密钥文件。", id),
            fmt::format("Key {} is retired. Backups made before still need it: keep the old key file.", id)});
  return 0;
}

}  // namespace

void add_key_commands(CLI::App& app, Action& action) {
  auto* group =
      app.add_subcommand("key", "个人信息和验证器的密钥 / keys of personal values and authenticators");
  group->require_subcommand(1);
  group->add_subcommand("list", "有哪些密钥，各封存多少内容 / the keys and how much each seals")
      ->callback([&action] { action = list; });
  const auto cipher = std::make_shared<std::string>();
  auto* turn = group->add_subcommand(
      "rotate",
      "换新密钥并重新封存全部内容；中断后再运行即继续；须先停止服务 / a new key, everything sealed anew; run "
      "again to go on after an interruption; stop the server first");
  turn->add_option("--cipher", *cipher, "加密算法，与 serve --cipher 一致 / as of serve --cipher: aes, sm4")
      ->check(CLI::IsMember({"aes", "sm4"}))
      ->required();
  turn->footer("例 / example: tributary key rotate --cipher sm4");
  turn->callback([=, &action] { action = [=](Context& c) { return rotate(c, *cipher); }; });
  const auto id = std::make_shared<std::string>();
  auto* end = group->add_subcommand("retire",
                                    "停用不再封存任何内容的旧密钥 / take away an old key that seals nothing");
  end->add_option("key", *id, "密钥代号，见 key list / id of the key, see key list")->required();
  end->callback([=, &action] { action = [=](Context& c) { return retire(c, *id); }; });
}

}  // namespace tributary::cli
