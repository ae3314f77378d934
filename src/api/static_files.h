// The built console, held in memory: what is not in the folder at the start cannot be asked for, whatever the
// path says.
#pragma once

#include "api/http.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace tributary::api {

class StaticFiles {
 public:
  // A missing folder serves one plain page that says so.
  explicit StaticFiles(std::string folder);

  // GET or HEAD of a path that is not the API's. A path without a file gets index.html (the console finds its
  // own pages), one that looks like a file or leaves the folder 404. Reads the folder again when index.html
  // changed.
  Response get(const Request& request);
  std::size_t files() const;

 private:
  struct File {
    std::string type;
    std::string tag;
    bool immutable = false;  // its name holds a hash of its content
    std::shared_ptr<const std::string> plain;
    std::shared_ptr<const std::string> gzip;  // none: not worth it
    std::shared_ptr<const std::string> brotli;
  };
  using Files = std::map<std::string, File, std::less<>>;
  static Files read(const std::string& folder);
  std::shared_ptr<const Files> current();

  std::string folder_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Files> files_;
  std::filesystem::file_time_type changed_{};
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace tributary::api
