// Where random bytes come from, so that a test can replay a run.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace tributary::identity {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;

  std::string bytes(std::size_t count);
  // Lower-case letters and the digits 2 to 7, five bits each; no 0 and no 1 to be confused with O and l.
  std::string base32(std::size_t characters);
  std::string base64url(std::size_t bytes);  // without padding
};

// The operating system's, through libsodium. Safe in every thread.
class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();
  void fill(std::span<std::byte> bytes) override;
};

}  // namespace tributary::identity
