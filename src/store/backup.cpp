#include "store/backup.h"

#include "store/backup_parts.h"
#include "store/codes.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace tributary::store {

namespace {

// A descriptor that is closed at the end.
class Opened {
 public:
  Opened(const std::string& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC)) {
    if (number_ < 0) throw file_failure(path, errno);
  }
  ~Opened() { ::close(number_); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

void to_disk(const std::string& path, int flags) {
  const Opened file(path, flags);
  if (::fsync(file.number()) != 0) throw file_failure(path, errno);
}

bool is_sqlite(const std::string& url) {
  return url.starts_with("sqlite:");
}

}  // namespace

bool there_is(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

Error file_failure(const std::string& path, int reason) {
  return database_error(
      reason == ENOSPC || reason == EDQUOT || reason == EFBIG ? codes::disk_full : codes::disk_failure,
      std::strerror(reason), {}, {path, 0, 0, {}});
}

Error file_exists(const std::string& file) {
  return {codes::file_exists,
          {"这个文件已经存在，备份不会覆盖它", "this file is there already; a backup never overwrites"},
          {file, 0, 0, {}},
          {"请换一个文件名", "choose another name"}};
}

Error not_a_backup(const std::string& file, const Text& why) {
  return {codes::not_a_backup,
          {fmt::format("不能从这个文件恢复：{}", why.zh),
           fmt::format("nothing can be restored from this file: {}", why.en)},
          {file, 0, 0, {}},
          {"数据库没有变动；请换一份由 tributary backup 写出的备份",
           "no database was changed; take another file that tributary backup wrote"}};
}

Error not_our_database(const std::string& url) {
  return {
      codes::not_a_backup,
      {"这不是本软件的数据库，没有可备份的", "this is not a database of this program: nothing to back up"},
      {url_for_messages(url), 0, 0, {}},
      {"请检查 --db；新数据库请先运行 tributary init",
       "check --db; a new database needs tributary init first"}};
}

UnfinishedFile::UnfinishedFile(std::string final_path)
    : final_(std::move(final_path)), path_(final_ + ".XXXXXX") {
  const int file = ::mkostemp(path_.data(), O_CLOEXEC);
  if (file < 0) throw file_failure(final_, errno);
  ::close(file);
}

UnfinishedFile::~UnfinishedFile() {
  // The last three are what SQLite leaves when it has no room to finish.
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) std::remove((path_ + ending).c_str());
}

void UnfinishedFile::publish(const Error& taken) {
  to_disk(path_, O_RDONLY);
  // Not every file system can rename without replacing.
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, final_.c_str(), RENAME_NOREPLACE) != 0) {
    const int reason = errno;  // what is asked next may set another
    if (reason == EEXIST || there_is(final_)) throw taken;
    if (reason != EINVAL && reason != ENOSYS) throw file_failure(final_, reason);
    if (std::rename(path_.c_str(), final_.c_str()) != 0) throw file_failure(final_, errno);
  }
  const auto folder = std::filesystem::path(final_).parent_path();
  to_disk(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
}

Backup described(const AppliedSteps& have, std::span<const Migration> known) {
  require_known(have, known);
  return {0, have.size(), have.size() == known.size()};
}

Backup back_up(const std::string& url, const std::string& file, std::span<const Migration> known) {
  if (there_is(file)) throw file_exists(file);
  return is_sqlite(url) ? back_up_sqlite(url, file, known) : back_up_postgresql(url, file, known);
}

Backup restore(const std::string& file, const std::string& url, std::span<const Migration> known) {
  std::error_code failed;
  const auto bytes = std::filesystem::file_size(file, failed);
  if (failed) throw not_a_backup(file, {"文件读不到", "it cannot be read: " + failed.message()});
  Backup out = is_sqlite(url) ? restore_sqlite(file, url, known) : restore_postgresql(file, url, known);
  out.bytes = bytes;
  return out;
}

}  // namespace tributary::store
