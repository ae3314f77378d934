// SQLite: the copied file, packed by gzip.
#include "store/backup_parts.h"
#include "store/codes.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <zlib.h>

namespace tributary::store {

namespace {

constexpr std::size_t part_size = 256 * 1024;
constexpr std::string_view scheme = "sqlite:";

struct CloseGz {
  void operator()(gzFile_s* file) const { gzclose(file); }
};
using GzFile = std::unique_ptr<gzFile_s, CloseGz>;

std::string path_of(const std::string& url) {
  return url.substr(scheme.size(), url.find('?') - scheme.size());
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out;
}

void pack(const std::string& from, const std::string& to) {
  std::ifstream in(from, std::ios::binary);
  GzFile out(gzopen(to.c_str(), "wbe6"));
  if (!out) throw file_failure(to, errno);
  std::vector<char> part(part_size);
  errno = 0;
  while (in.read(part.data(), static_cast<std::streamsize>(part.size())), in.gcount() > 0)
    if (gzwrite(out.get(), part.data(), static_cast<unsigned>(in.gcount())) == 0)
      throw file_failure(to, errno == 0 ? EIO : errno);
  if (in.bad()) throw file_failure(from, EIO);
  if (gzclose_w(out.release()) != Z_OK) throw file_failure(to, errno == 0 ? EIO : errno);
}

void unpack(const std::string& from, const std::string& to) {
  GzFile in(gzopen(from.c_str(), "rbe"));
  if (!in) throw not_a_backup(from, {"没有权限读取", "it cannot be opened for reading"});
  if (gzdirect(in.get()) != 0)
    throw not_a_backup(from, {"它不是 SQLite 数据库的备份", "it is not the backup of a SQLite database"});
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  std::vector<char> part(part_size);
  int got = 0;
  while ((got = gzread(in.get(), part.data(), static_cast<unsigned>(part.size()))) > 0)
    if (errno = 0; !out.write(part.data(), got)) throw file_failure(to, errno == 0 ? EIO : errno);
  // A file that was cut off is told only at closing.
  if (got < 0 || gzclose_r(in.release()) != Z_OK)
    throw not_a_backup(from, {"文件已损坏或不完整", "it is damaged or incomplete"});
  errno = 0;
  if (out.close(); !out) throw file_failure(to, errno == 0 ? EIO : errno);
}

// The copy is sound and of our kind. Closing it leaves one file without a log.
Backup checked(const std::string& path, std::span<const Migration> known) {
  const auto copy = Database::open(std::string(scheme) + path);
  if (const auto wrong = copy->check_integrity(); !wrong.empty())
    throw database_error(codes::corrupted, wrong.front());
  return copy->read([&](Transaction& t) {
    if (!t.first("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migration'"))
      throw database_error(codes::corrupted, "no table schema_migration");
    return described(applied_steps(t), known);
  });
}

}  // namespace

Backup back_up_sqlite(const std::string& url, const std::string& file, std::span<const Migration> known) {
  Database::open(url)->read([&](Transaction& t) {
    if (!t.first("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migration'")) throw not_our_database(url);
  });
  const UnfinishedFile copy(file);
  // One read transaction: writers go on meanwhile and are not in it.
  open_sqlite(url)->script(fmt::format("VACUUM INTO '{}'", escaped(copy.path())));
  Backup out = checked(copy.path(), known);
  UnfinishedFile packed(file);
  pack(copy.path(), packed.path());
  out.bytes = std::filesystem::file_size(packed.path());
  packed.publish(file_exists(file));
  return out;
}

Backup restore_sqlite(const std::string& file, const std::string& url, std::span<const Migration> known) {
  const std::string path = path_of(url);
  const auto taken = [](const std::string& what) {
    return Error(
        codes::not_empty,
        {"已经有数据库，恢复不会覆盖它", "there is a database already; restoring never overwrites"},
        {what, 0, 0, {}},
        {"请先停止服务，把原数据库的文件（连同 -wal、-shm）移到别处，再恢复",
         "stop the server, move the files of the old database away (with -wal and -shm), then restore"});
  };
  // A log left beside it would be played into the restored database.
  for (const char* ending : {"", "-wal", "-shm", "-journal"})
    if (there_is(path + ending)) throw taken(path + ending);
  const auto folder = std::filesystem::path(path).parent_path();
  std::error_code failed;
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) throw file_failure(folder.string(), failed.value());
  UnfinishedFile copy(path);
  unpack(file, copy.path());
  Backup out;
  try {
    out = checked(copy.path(), known);
  } catch (const Error& e) {
    if (e.code() != codes::corrupted) throw;
    throw not_a_backup(
        file, {"其中的数据库不完好，或不是本软件的数据库",
               fmt::format("the database in it is not sound, or not of this program ({})", e.message().en)});
  }
  copy.publish(taken(path));
  return out;
}

}  // namespace tributary::store
