#include "api/static_files.h"

#include "api/encoding.h"
#include "base/error.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace tributary::api {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".woff", "font/woff"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/plain; charset=utf-8"},
    {".geojson", "application/geo+json"},
    {".pdf", "application/pdf"},
    {".xml", "application/xml"},
    {".webmanifest", "application/manifest+json"},
    {".wasm", "application/wasm"},
}};

constexpr std::string_view no_console = R"(<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Tributary</title></head>
<body><h1>Tributary</h1>
<p>服务器已在运行，但网页界面还没有构建（找不到 web/dist）。接口说明见 <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>。</p>
<p lang="en">The server is running, but the console has not been built (no web/dist). The interface is described in
<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></body></html>
)";

// "index-BkT3x9Qa.js": built names carry a hash; their content never changes.
bool has_hash(const std::string& path) {
  const std::string name = path.substr(path.find_last_of('/') + 1);
  const std::size_t dash = name.find_last_of("-.", name.find_last_of('.') - 1);
  if (path.rfind("/assets/", 0) != 0 || dash == std::string::npos) return false;
  const std::size_t dot = name.find('.', dash + 1);
  return dot != std::string::npos && dot - dash - 1 >= 8;
}

std::string_view type_of(const std::string& path) {
  for (const auto& [ending, type] : types)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

bool compressible(std::string_view type) {
  return type.starts_with("text/") || type.find("json") != std::string_view::npos ||
         type.starts_with("image/svg") || type == "application/xml" || type == "application/wasm";
}

}  // namespace

// Packed here, before anyone asks: the first reader should not wait for it.
StaticFiles::StaticFiles(std::string folder) : folder_(std::move(folder)) {
  current();
}

StaticFiles::Files StaticFiles::read(const std::string& folder) {
  Files out;
  std::error_code failed;
  if (folder.empty() || !fs::is_regular_file(folder + "/index.html", failed)) {
    const auto page = std::make_shared<const std::string>(no_console);
    out["/index.html"] = {"text/html; charset=utf-8", "\"none\"", false, page, nullptr, nullptr};
    return out;
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
    // Links could lead out of the folder.
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    const std::string path = "/" + fs::relative(entry.path(), folder).generic_string();
    if (path.find("/.") != std::string::npos || path.ends_with(".br") || path.ends_with(".gz")) continue;
    auto bytes = std::make_shared<const std::string>(read_file(entry.path().string()));
    File file;
    file.type = type_of(path);
    file.tag = "\"" + sha256_hex(*bytes).substr(0, 32) + "\"";
    file.immutable = has_hash(path);
    if (compressible(file.type) && bytes->size() > 1000) {
      const auto smaller = [&](Encoding encoding) {
        auto small = std::make_shared<const std::string>(packed(*bytes, encoding, Effort::once));
        return !small->empty() && small->size() < bytes->size() ? small : nullptr;
      };
      file.gzip = smaller(Encoding::gzip);
      file.brotli = smaller(Encoding::brotli);
    }
    file.plain = std::move(bytes);
    out.emplace(path, std::move(file));
  }
  return out;
}

std::shared_ptr<const StaticFiles::Files> StaticFiles::current() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (files_ && now - looked_ < std::chrono::seconds{1}) return files_;
  looked_ = now;
  std::error_code failed;
  const auto changed = fs::last_write_time(folder_ + "/index.html", failed);
  if (files_ && (failed ? fs::file_time_type{} : changed) == changed_) return files_;
  changed_ = failed ? fs::file_time_type{} : changed;
  try {
    files_ = std::make_shared<const Files>(read(folder_));
  } catch (const Error&) {  // the build is being replaced: what we had, until it is whole
    if (!files_) files_ = std::make_shared<const Files>(read({}));
  }
  return files_;
}

std::size_t StaticFiles::files() const {
  const std::lock_guard lock(mutex_);
  return files_ ? files_->size() : 0;
}

Response StaticFiles::get(const Request& request) {
  const auto files = current();
  const auto path = percent_decoded(request.path);
  Response out;
  auto found = files->end();
  if (path && path->find('\\') == std::string::npos) {
    found = files->find(*path);
    const std::size_t slash = path->find_last_of('/');
    const bool names_file = path->find('.', slash == std::string::npos ? 0 : slash) != std::string::npos;
    if (found == files->end() && !names_file && path->find("/..") == std::string::npos)
      found = files->find("/index.html");
  }
  if (found == files->end()) {
    out.status = 404;
    out.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}};
    out.body = "404 没有这个文件 / there is no such file\n";
    return out;
  }
  const File& file = found->second;
  const std::string_view accepted = request.header("Accept-Encoding");
  std::shared_ptr<const std::string> bytes = file.plain;
  std::string encoding;
  // Where the wanted packing made nothing smaller the file goes as it is.
  const Encoding wanted = preferred_encoding(accepted);
  if (const auto& small = wanted == Encoding::brotli ? file.brotli : file.gzip;
      wanted != Encoding::identity && small) {
    bytes = small;
    encoding = to_string(wanted);
  }
  std::string tag = file.tag;
  if (!encoding.empty()) tag.insert(tag.size() - 1, "-" + encoding);
  out.headers = {{"Content-Type", file.type},
                 {"ETag", tag},
                 {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                 {"Vary", "Accept-Encoding"}};
  if (!encoding.empty()) out.set("Content-Encoding", encoding);
  if (request.header("If-None-Match").find(tag) != std::string_view::npos) {
    out.status = 304;
    return out;
  }
  out.shared_body = std::move(bytes);
  return out;
}

}  // namespace tributary::api
