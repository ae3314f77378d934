// A folder for files that are needed for a moment; gone at the end, whatever happens.
#pragma once

#include <string>

namespace tributary::api {

class ScratchFolder {
 public:
  // Below `parent` (empty: the system's), readable by us alone. Throws base.file_unwritable.
  explicit ScratchFolder(const std::string& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  // The path of a file in it; `name` may come from outside: only its last part counts, made harmless.
  std::string file(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace tributary::api
