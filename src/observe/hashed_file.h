// A file read once from front to back while its SHA-256 is taken, so that what was imported is known by
// content.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <streambuf>
#include <string>

namespace tributary::observe {

class HashedFile : private std::streambuf {
 public:
  // Throws base.file_unreadable.
  explicit HashedFile(const std::string& path);
  ~HashedFile() override;
  HashedFile(const HashedFile&) = delete;
  HashedFile& operator=(const HashedFile&) = delete;

  std::istream& stream() { return stream_; }  // turns bad() when the disk fails
  std::uint64_t bytes_read() const { return bytes_read_; }
  // Of all bytes; what is not yet read is read now. Throws base.file_unreadable.
  std::string sha256();

 private:
  std::streamsize xsgetn(char* to, std::streamsize count) override;
  int_type underflow() override;

  struct State;
  std::string path_;
  std::unique_ptr<State> state_;
  std::istream stream_;
  std::uint64_t bytes_read_ = 0;
};

struct FileDigest {
  std::string sha256;
  std::uint64_t bytes = 0;
};

// Reads the whole file once. Throws base.file_unreadable.
FileDigest digest_file(const std::string& path);

}  // namespace tributary::observe
