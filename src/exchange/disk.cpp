#include "exchange/disk.h"

#include "exchange/codes.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tributary::exchange {
namespace {

class FileDisk final : public Disk {
 public:
  explicit FileDisk(const std::string& path) : path_(path) {
    const bool made = access(path.c_str(), F_OK) != 0;
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file_ < 0) fail();
    if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      close(file_);
      if (reason != EWOULDBLOCK) fail(reason);
      throw Error(codes::journal_unwritable,
                  {"另一进程正在写此日志", "another process is writing this journal"}, {path_, 0, 0, {}});
    }
    if (made) sync_folder();
  }
  ~FileDisk() override { close(file_); }
  FileDisk(const FileDisk&) = delete;
  FileDisk& operator=(const FileDisk&) = delete;

  std::uint64_t size() const override {
    struct stat about{};
    if (fstat(file_, &about) != 0) fail();
    return static_cast<std::uint64_t>(about.st_size);
  }
  std::string read(std::uint64_t offset, std::size_t length) const override {
    std::string out(length, '\0');
    for (std::size_t done = 0; done < length;) {
      const ssize_t n = pread(file_, out.data() + done, length - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail(n == 0 ? EIO : errno);
      done += static_cast<std::size_t>(n);
    }
    return out;
  }
  void append(std::string_view bytes) override {
    if (lseek(file_, 0, SEEK_END) < 0) fail();
    while (!bytes.empty()) {
      const ssize_t n = write(file_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void sync() override {
    if (fdatasync(file_) != 0) fail();
  }
  void truncate(std::uint64_t size) override {
    if (ftruncate(file_, static_cast<off_t>(size)) != 0 || fsync(file_) != 0) fail();
  }

 private:
  [[noreturn]] void fail(int reason = errno) const {
    const std::string why = std::generic_category().message(reason);
    throw Error(codes::journal_unwritable,
                {fmt::format("日志文件读写失败：{}", why), fmt::format("the journal file fails: {}", why)},
                {path_, 0, 0, {}}, {"检查磁盘空间和权限后重新启动", "look at disk space and permissions, then start again"});
  }
  // A new file is there after a loss of power only when its folder is synced.
  void sync_folder() const {
    const std::size_t slash = path_.find_last_of('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle < 0) fail();
    const int result = fsync(handle);
    const int reason = errno;
    close(handle);
    if (result != 0) fail(reason);
  }

  std::string path_;
  int file_ = -1;
};

}  // namespace

std::unique_ptr<Disk> open_disk(const std::string& path) {
  return std::make_unique<FileDisk>(path);
}

}  // namespace tributary::exchange
