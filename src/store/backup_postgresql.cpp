// PostgreSQL: the archive of pg_dump, and back by pg_restore in one transaction.
#include "base/text.h"
#include "store/backup_parts.h"
#include "store/codes.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace tributary::store {

namespace {

struct Server {
  std::string address;   // "host='…' dbname='…'", without the password: others see arguments
  std::string password;  // empty: none was given
};

Server server_of(const std::string& url) {
  struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
  };
  const std::unique_ptr<PQconninfoOption, FreeOptions> parsed(PQconninfoParse(url.c_str(), nullptr));
  if (!parsed) throw database_error(codes::cannot_open, "bad address");
  Server out;
  for (const PQconninfoOption* o = parsed.get(); o->keyword != nullptr; ++o) {
    if (o->val == nullptr) continue;
    if (std::string_view(o->keyword) == "password") {
      out.password = o->val;
      continue;
    }
    std::string value;
    for (const char* c = o->val; *c != 0; ++c) {
      if (*c == '\'' || *c == '\\') value += '\\';
      value += *c;
    }
    out.address += fmt::format("{}{}='{}'", out.address.empty() ? "" : " ", o->keyword, value);
  }
  return out;
}

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw file_failure("pipe", errno);
  }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int end(std::size_t which) const { return ends_[which]; }
  void close(std::size_t which) {
    if (ends_[which] >= 0) ::close(ends_[which]);
    ends_[which] = -1;
  }
  // False when nothing more comes.
  bool read_into(std::string& text) const {
    std::array<char, 8192> part{};
    const ssize_t got = ::read(ends_[0], part.data(), part.size());
    if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && errno == EINTR);
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// Runs a program of the PATH and waits for it.
Outcome run(const std::vector<std::string>& arguments, const std::string& password) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  const std::string secret = "PGPASSWORD=" + password;
  std::vector<char*> variables;
  for (char** v = environ; *v != nullptr; ++v)
    if (password.empty() || !std::string_view(*v).starts_with("PGPASSWORD=")) variables.push_back(*v);
  if (!password.empty()) variables.push_back(const_cast<char*>(secret.c_str()));
  variables.push_back(nullptr);

  std::array<Pipe, 2> pipes;  // its output and its complaints
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipes[0].end(1), 1);
  posix_spawn_file_actions_adddup2(&actions, pipes[1].end(1), 2);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    throw Error(codes::tool_failed,
                {fmt::format("运行不了 {}：{}", arguments[0], std::strerror(failed)),
                 fmt::format("{} cannot be run: {}", arguments[0], std::strerror(failed))});
  for (Pipe& p : pipes) p.close(1);
  Outcome out;
  std::array<std::string*, 2> texts{&out.out, &out.err};
  std::array<pollfd, 2> waiting{{{pipes[0].end(0), POLLIN, 0}, {pipes[1].end(0), POLLIN, 0}}};
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;  // interrupted
    for (std::size_t i = 0; i < 2; ++i)
      if (waiting[i].fd >= 0 && waiting[i].revents != 0 && !pipes[i].read_into(*texts[i])) waiting[i].fd = -1;
  }
  while (::waitpid(child, &out.status, 0) < 0 && errno == EINTR) {
  }
  return out;
}

// The same by hand, for a machine without these programs; the password is left out.
Text by_hand(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& a : arguments) {
    const bool plain = a.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                           "-_=./:") == std::string::npos;
    std::string quoted;
    for (const char c : a) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += (line.empty() ? "" : " ") + (plain ? a : "'" + quoted + "'");
  }
  return {
      fmt::format("请安装 postgresql-client（apt-get install postgresql-client），或在有它的机器上运行：{}",
                  line),
      fmt::format("install postgresql-client (apt-get install postgresql-client), or run where it is: {}",
                  line)};
}

Outcome run_or_tell(const std::vector<std::string>& arguments, const Server& server) {
  try {
    return run(arguments, server.password);
  } catch (const Error& e) {
    throw Error(e.code(), e.message(), e.where(), by_hand(arguments));
  }
}

Error failed_tool(const std::string& name, const Outcome& outcome, const Text& hint) {
  const std::string why(trim(outcome.err));
  return {codes::tool_failed,
          {fmt::format("{} 没有完成：{}", name, why), fmt::format("{} failed: {}", name, why)},
          {},
          hint};
}

// The steps of the schema as the archive holds them: lines of COPY.
AppliedSteps steps_in(const std::string& copied) {
  AppliedSteps out;
  bool inside = false;
  for (const std::string_view line : split(copied, '\n')) {
    if (line == "\\.") inside = false;
    const auto fields = split(line, '\t');
    int number = 0;
    if (inside && fields.size() == 3) {
      std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), number);
      out[number] = {std::string(fields[1]), std::string(fields[2])};
    }
    if (line.starts_with("COPY ")) inside = true;
  }
  return out;
}

// Reads all of the archive, which finds what is damaged.
Backup checked(const std::string& file, std::span<const Migration> known) {
  const Outcome all = run_or_tell({"pg_restore", "--file=/dev/null", file}, {});
  if (all.status != 0)
    throw not_a_backup(
        file, {"文件已损坏、不完整，或不是 PostgreSQL 数据库的备份",
               fmt::format("it is damaged, incomplete or not the backup of a PostgreSQL database ({})",
                           trim(all.err))});
  const Outcome steps =
      run_or_tell({"pg_restore", "--data-only", "--table=schema_migration", "--file=-", file}, {});
  const AppliedSteps have = steps_in(steps.out);
  if (steps.status != 0 || have.empty())
    throw not_a_backup(file, {"它不是本软件的数据库", "it is not a database of this program"});
  return described(have, known);
}

}  // namespace

Backup back_up_postgresql(const std::string& url, const std::string& file, std::span<const Migration> known) {
  Database::open(url)->read([&](Transaction& t) {
    if (!t.first("SELECT 1 FROM pg_tables WHERE tablename = 'schema_migration'")) throw not_our_database(url);
    described(applied_steps(t), known);
  });
  const Server server = server_of(url);
  UnfinishedFile archive(file);
  const auto command = [&](const std::string& to) {
    return std::vector<std::string>{"pg_dump",         "--format=custom", "--no-owner",
                                    "--no-privileges", "--file=" + to,    "--dbname=" + server.address};
  };
  Outcome made;
  try {
    made = run(command(archive.path()), server.password);
  } catch (const Error& e) {
    throw Error(e.code(), e.message(), e.where(), by_hand(command(file)));
  }
  if (made.status != 0)
    throw failed_tool(
        "pg_dump", made,
        {"没有写出备份；请检查磁盘空间、权限，以及 pg_dump 的版本不低于服务器",
         "no backup was written; check room and permissions, and that pg_dump is not older than "
         "the server"});
  Backup out = checked(archive.path(), known);
  out.bytes = std::filesystem::file_size(archive.path());
  archive.publish(file_exists(file));
  return out;
}

Backup restore_postgresql(const std::string& file, const std::string& url, std::span<const Migration> known) {
  const auto tables = Database::open(url)->read([](Transaction& t) {
    return t
        .first(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema NOT IN "
            "('information_schema', 'pg_catalog')")
        ->integer(0);
  });
  const Server server = server_of(url);
  if (tables > 0)
    throw Error(
        codes::not_empty,
        {fmt::format("数据库中已有 {} 张表，恢复不会覆盖", tables),
         fmt::format("the database holds {} tables already; restoring never overwrites", tables)},
        {url_for_messages(url), 0, 0, {}},
        {"请新建一个空数据库，并在 --db 中写它的名字", "make a new, empty database and name it with --db"});
  const Backup out = checked(file, known);
  const Outcome made = run_or_tell({"pg_restore", "--exit-on-error", "--single-transaction", "--no-owner",
                                    "--no-privileges", "--dbname=" + server.address, file},
                                   server);
  if (made.status != 0)
    throw failed_tool("pg_restore", made, {"数据库没有变动", "the database was not changed"});
  return out;
}

}  // namespace tributary::store
