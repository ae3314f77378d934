// The file of the keys that lie outside the database: 32 bytes each, the newest last. The newest seals, all
// open; so a key can be replaced while what it sealed is still readable. Whoever uses the keys holds the file
// as one of many; whoever changes it holds it alone, so that no server goes on with keys that are gone.
#pragma once

#include "identity/entropy.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::identity {

inline constexpr std::size_t key_size = 32;

// The keys one by one, the newest last.
std::vector<std::string> keys_of(std::string_view keys);
// Eight hexadecimal digits by which a key is named; they tell nothing of it.
std::string id_of_key(std::string_view key);

class KeyFile {
 public:
  enum class Use : std::uint8_t {
    shared,  // to seal and open; a file that is not there is made
    alone    // to change it; throws keys_in_use while somebody holds it
  };
  // Throws bad_key: readable by others, of a wrong length, not to be written.
  KeyFile(std::string path, Entropy& entropy, Use use);
  ~KeyFile();
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  const std::string& keys() const { return keys_; }
  // A new newest key. On disk when it returns; the file is replaced as a whole.
  void add();
  // Throws not_found; the newest stays.
  void remove(std::string_view id);

 private:
  void replace(const std::string& keys);

  std::string path_;
  Entropy& entropy_;
  std::string keys_;
  int file_ = -1;
};

}  // namespace tributary::identity
