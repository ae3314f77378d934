#include "api/basemap.h"

#include "api/codes.h"
#include "base/text.h"

#include <set>

#include <fmt/format.h>

namespace tributary::api {
namespace {

[[noreturn]] void refuse(std::string_view url) {
  throw Error(
      codes::bad_basemap,
      {fmt::format("底图地址“{}”写法不对", url), fmt::format("\"{}\" is no address of map tiles", url)}, {},
      {"写作 https://主机/路径/{z}/{x}/{y}，多层之间用空格隔开",
       "write https://host/path/{z}/{x}/{y}; separate layers by spaces"});
}

// What goes into a header may hold nothing that could end it.
std::string origin(std::string_view url) {
  const std::size_t scheme = url.find("://");
  const std::string_view kind = url.substr(0, scheme);
  if (scheme == std::string_view::npos || (kind != "https" && kind != "http")) refuse(url);
  const std::string_view rest = url.substr(scheme + 3);
  const std::size_t slash = rest.find('/');
  if (slash == 0 || slash == std::string_view::npos) refuse(url);
  for (const char* part : {"{z}", "{x}", "{y}"})
    if (rest.find(part, slash) == std::string_view::npos) refuse(url);
  std::string host(rest.substr(0, slash));
  if (host.find('{') != std::string::npos) {
    const std::size_t dot = host.find('.');
    if (dot == std::string::npos || dot < host.find('}')) refuse(url);
    host = "*" + host.substr(dot);
  }
  const std::size_t named = host.starts_with('*') ? 1 : 0;
  for (const char c : host.substr(named))
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' &&
        c != '-' && c != ':')
      refuse(url);
  return fmt::format("{}://{}", kind, host);
}

}  // namespace

std::string origins_of(const Basemap& basemap) {
  std::set<std::string> out;
  for (const std::string_view part : split(basemap.url, ' '))
    if (const std::string_view url = trim(part); !url.empty()) out.insert(origin(url));
  return fmt::format("{}", fmt::join(out, " "));
}

}  // namespace tributary::api
