#include "api/scratch.h"

#include "base/codes.h"
#include "base/text.h"

#include <cstdlib>
#include <filesystem>

namespace tributary::api {

ScratchFolder::ScratchFolder(const std::string& parent)
    : path_((parent.empty() ? std::filesystem::temp_directory_path().string() : parent) +
            "/tributary-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr)
    throw Error(base::codes::file_unwritable,
                {"服务器的临时文件夹不可写", "the server's folder for temporary files cannot be written"},
                {path_, 0, 0, {}});
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ScratchFolder::file(const std::string& name) const {
  std::string last = name.substr(name.find_last_of("/\\") + 1);
  std::erase_if(last, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!is_utf8(last)) last.clear();
  while (last.size() > 120) {  // whole characters, within what file systems take
    last.pop_back();
    while (!last.empty() && (static_cast<unsigned char>(last.back()) & 0xc0) == 0x80) last.pop_back();
    if (!last.empty() && static_cast<unsigned char>(last.back()) >= 0xc0) last.pop_back();
  }
  if (last.empty() || last == "." || last == "..") last = "upload";
  return path_ + "/" + last;
}

}  // namespace tributary::api
