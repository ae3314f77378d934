// backup, restore: the whole database in one file, and back.
#include "base/json.h"
#include "cli/context.h"
#include "policy/tenant.h"
#include "store/backup.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

// Into the trail of each jurisdiction. A copy that is made stays made when the note cannot be written, as on
// a full disk; then this is said.
void note_everywhere(Context& c, const std::string& action, const std::string& object) {
  try {
    for (const auto& tenant : policy::tenants(c.database())) {
      Options options = c.options();
      options.jurisdiction = tenant.jurisdiction;
      Context(options, c.clock(), c.out()).note(action, object);
    }
  } catch (const Error& e) {
    if (!c.json())
      c.line({"未能记入审计日志：" + e.message().zh, "not noted in the audit trail: " + e.message().en});
  }
}

int back_up(Context& c, const std::string& file) {
  c.require_database();
  const auto steps = all_migrations();
  const store::Backup made = store::back_up(c.options().database, file, steps);
  // An older database is left as it is: this may be the copy before an upgrade.
  if (made.current) note_everywhere(c, "database.backup", file);
  if (c.json()) {
    c.print(Json{{"file", file}, {"bytes", made.bytes}, {"steps", made.steps}, {"key_file", c.key_file()}});
    return 0;
  }
  c.line({fmt::format("备份已写入 {}（{} 字节），并已核对。", file, made.bytes),
          fmt::format("Backup written to {} ({} bytes) and checked.", file, made.bytes)});
  c.line({fmt::format("密钥文件 {} 不在其中，请另存一份，与备份分开保管。", c.key_file()),
          fmt::format("The key file {} is not in it: keep a copy, apart from the backups.", c.key_file())});
  return 0;
}

int restore(Context& c, const std::string& file) {
  const auto steps = all_migrations();
  const store::Backup made = store::restore(file, c.options().database, steps);
  note_everywhere(c, "database.restore", file);
  if (c.json()) {
    c.print(Json{{"file", file}, {"bytes", made.bytes}, {"steps", made.steps}, {"key_file", c.key_file()}});
    return 0;
  }
  c.line({fmt::format("已从 {} 恢复。请运行 tributary doctor 和 tributary audit verify 核对。", file),
          fmt::format("Restored from {}. Check by tributary doctor and tributary audit verify.", file)});
  c.line({fmt::format("启动服务前，请把原来的密钥文件放回 {}；没有它，绑定了验证器的用户无法登录。",
                      c.key_file()),
          fmt::format("Before starting the server put the old key file back at {}; without it, users with an "
                      "authenticator cannot sign in.",
                      c.key_file())});
  return 0;
}

}  // namespace

void add_backup_commands(CLI::App& app, Action& action) {
  const auto file = std::make_shared<std::string>();
  auto* backup = app.add_subcommand(
      "backup", "备份整个数据库，服务可照常运行 / copy the whole database; the server may go on");
  backup->add_option("file", *file, "写入的文件，不得已存在 / file to be made; must not be there yet")
      ->required();
  backup->footer("例 / example: tributary backup /var/backups/tributary/2026-11-24.backup");
  backup->callback([=, &action] { action = [=](Context& c) { return back_up(c, *file); }; });
  auto* back = app.add_subcommand(
      "restore", "从备份恢复为新数据库，绝不覆盖 / make the database from a backup; never overwrites");
  back->add_option("file", *file, "tributary backup 写出的文件 / a file that tributary backup wrote")
      ->required();
  back->footer("例 / example: tributary restore /var/backups/tributary/2026-11-24.backup");
  back->callback([=, &action] { action = [=](Context& c) { return restore(c, *file); }; });
}

}  // namespace tributary::cli
