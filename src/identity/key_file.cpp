#include "identity/key_file.h"

#include "base/text.h"
#include "identity/codes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tributary::identity {
namespace {

constexpr std::size_t most_keys = 16;

Error bad_key(const std::string& path, const Text& why) {
  return {
      codes::bad_key,
      why,
      {path, 0, 0, {}},
      {"密钥文件由若干个 32 字节的密钥组成、只有服务账号可读；请从保管的副本恢复，不要新建",
       "the key file holds keys of 32 bytes each that only the service may read; restore it from the copy "
       "that was kept, do not make a new one"}};
}

Error unwritable(const std::string& path) {
  const int reason = errno;
  return bad_key(path, {fmt::format("密钥文件写不了：{}", std::strerror(reason)),
                        fmt::format("the key file cannot be written: {}", std::strerror(reason))});
}

// Makes a private file with these bytes, on disk, and locks it as said. Throws bad_key.
int made(const std::string& path, const std::string& bytes, int lock) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) throw unwritable(path);
  if (::write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) || ::fsync(file) != 0 ||
      ::flock(file, lock | LOCK_NB) != 0) {
    const Error error = unwritable(path);
    ::close(file);
    ::unlink(path.c_str());
    throw error;
  }
  return file;
}

bool same_file(int file, const std::string& path) {
  struct stat held{};
  struct stat named{};
  return ::fstat(file, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

}  // namespace

std::vector<std::string> keys_of(std::string_view keys) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at + key_size <= keys.size(); at += key_size)
    out.emplace_back(keys.substr(at, key_size));
  return out;
}

std::string id_of_key(std::string_view key) {
  return sha256_hex(fmt::format("tributary key {}", key)).substr(0, 8);
}

KeyFile::KeyFile(std::string path, Entropy& entropy, Use use) : path_(std::move(path)), entropy_(entropy) {
  const int lock = use == Use::alone ? LOCK_EX : LOCK_SH;
  for (;;) {
    file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) {
      if (errno != ENOENT || use == Use::alone)
        throw bad_key(path_, {fmt::format("密钥文件读不了：{}", std::strerror(errno)),
                              fmt::format("the key file cannot be read: {}", std::strerror(errno))});
      file_ = made(path_, entropy_.bytes(key_size), lock);
    } else if (::flock(file_, lock | LOCK_NB) != 0) {
      ::close(file_);
      throw Error(codes::keys_in_use,
                  {"密钥正在被使用：服务在运行，或另一条密钥命令没有结束",
                   "the keys are in use: the server is running, or another command on keys has not ended"},
                  {path_, 0, 0, {}},
                  {"请先停止服务（systemctl stop tributary），办完后再启动",
                   "stop the server first (systemctl stop tributary) and start it afterwards"});
    }
    if (same_file(file_, path_)) break;
    ::close(file_);  // replaced between opening and locking
  }
  try {
    struct stat info{};
    if (::fstat(file_, &info) != 0 || (info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      throw bad_key(path_, {"密钥文件能被其他账号读取", "the key file can be read by others"});
    const auto held = static_cast<std::size_t>(info.st_size);
    if (held == 0 || held % key_size != 0 || held > most_keys * key_size)
      throw bad_key(path_, {"密钥文件长度不对", "the key file has the wrong length"});
    keys_ = read_file(path_);
  } catch (...) {
    ::close(file_);
    throw;
  }
}

KeyFile::~KeyFile() {
  ::close(file_);
}

void KeyFile::add() {
  if (keys_.size() >= most_keys * key_size)
    throw bad_key(path_, {"密钥太多，请先停用旧的", "there are too many keys: retire old ones first"});
  replace(keys_ + entropy_.bytes(key_size));
}

void KeyFile::remove(std::string_view id) {
  std::vector<std::string> keys = keys_of(keys_);
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const std::string& key) { return id_of_key(key) == id; });
  if (found == keys.end())
    throw Error(codes::not_found,
                {fmt::format("密钥文件里没有 {}", id), fmt::format("the key file does not hold {}", id)});
  if (found + 1 == keys.end())
    throw Error(
        codes::keys_in_use,
        {"最新的密钥正在使用，不能停用", "the newest key is the one that seals; it cannot be retired"}, {},
        {"请先更换密钥：tributary key rotate", "rotate first: tributary key rotate"});
  keys.erase(found);
  std::string left;
  for (const std::string& key : keys) left += key;
  replace(left);
}

// Written beside and renamed over, held all the while: a crash leaves the old file or the new one.
void KeyFile::replace(const std::string& keys) {
  const std::string fresh = path_ + ".new";
  ::unlink(fresh.c_str());  // what an interrupted command left
  const int file = made(fresh, keys, LOCK_EX);
  if (::rename(fresh.c_str(), path_.c_str()) != 0) {
    const Error error = unwritable(path_);
    ::close(file);
    ::unlink(fresh.c_str());
    throw error;
  }
  ::close(file_);
  file_ = file;
  keys_ = keys;
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  const int folder = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) throw unwritable(path_);
  const bool lasting = ::fsync(folder) == 0;
  ::close(folder);
  if (!lasting) throw unwritable(path_);
}

}  // namespace tributary::identity
