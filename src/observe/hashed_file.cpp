#include "observe/hashed_file.h"

#include "base/codes.h"
#include "base/error.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace tributary::observe {
namespace {

struct Free {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

[[noreturn]] void unreadable(const std::string& path) {
  const char* reason = std::strerror(errno);
  throw Error(base::codes::file_unreadable,
              {fmt::format("无法读取文件：{}", reason), fmt::format("cannot read the file: {}", reason)},
              {path, 0, 0, {}}, {"请检查路径和权限", "check the path and the permissions"});
}

constexpr std::size_t block = std::size_t{64} << 10;

}  // namespace

struct HashedFile::State {
  std::unique_ptr<std::FILE, Free> file;
  std::unique_ptr<EVP_MD_CTX, Free> digest;
  std::array<char, block> buffer;
};

HashedFile::HashedFile(const std::string& path)
    : path_(path), state_(std::make_unique<State>()), stream_(nullptr) {
  errno = 0;
  state_->file.reset(std::fopen(path.c_str(), "rb"));
  if (!state_->file) unreadable(path);
  std::setvbuf(state_->file.get(), nullptr, _IONBF, 0);
  state_->digest.reset(EVP_MD_CTX_new());
  EVP_DigestInit_ex(state_->digest.get(), EVP_sha256(), nullptr);
  stream_.rdbuf(this);
}

HashedFile::~HashedFile() = default;

std::streamsize HashedFile::xsgetn(char* to, std::streamsize count) {
  errno = 0;
  const std::size_t got = std::fread(to, 1, static_cast<std::size_t>(count), state_->file.get());
  if (got == 0 && std::ferror(state_->file.get()) != 0) unreadable(path_);  // the stream turns it into bad()
  EVP_DigestUpdate(state_->digest.get(), to, got);
  bytes_read_ += got;
  return static_cast<std::streamsize>(got);
}

HashedFile::int_type HashedFile::underflow() {
  const std::streamsize got = xsgetn(state_->buffer.data(), static_cast<std::streamsize>(block));
  if (got == 0) return traits_type::eof();
  setg(state_->buffer.data(), state_->buffer.data(), state_->buffer.data() + got);
  return traits_type::to_int_type(state_->buffer.front());
}

std::string HashedFile::sha256() {
  while (xsgetn(state_->buffer.data(), static_cast<std::streamsize>(block)) > 0) continue;
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  EVP_DigestFinal_ex(state_->digest.get(), bytes.data(), &length);
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

FileDigest digest_file(const std::string& path) {
  HashedFile file(path);
  std::string sha256 = file.sha256();
  return {std::move(sha256), file.bytes_read()};
}

}  // namespace tributary::observe
