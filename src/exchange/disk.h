// The disk as the journal sees it, so that tests can fail the nth write.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tributary::exchange {

// One file that grows. Every member throws journal_unwritable when the system refuses.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual std::uint64_t size() const = 0;
  // Exactly `length` bytes from `offset`.
  virtual std::string read(std::uint64_t offset, std::size_t length) const = 0;
  virtual void append(std::string_view bytes) = 0;
  // Returns when everything appended would survive a loss of power.
  virtual void sync() = 0;
  virtual void truncate(std::uint64_t size) = 0;
};

// Makes the file when it is not there. One writer: locked against a second one, also of another process.
std::unique_ptr<Disk> open_disk(const std::string& path);

}  // namespace tributary::exchange
