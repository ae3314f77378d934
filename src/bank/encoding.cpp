#include "bank/encoding.h"

#include "bank/codes.h"
#include "base/text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <iconv.h>

namespace tributary::bank {
namespace {

Error misfit(const std::string& file, std::string_view before, const char* name) {
  const long line = 1 + std::count(before.begin(), before.end(), '\n');
  return {codes::bad_encoding,
          {fmt::format("第 {} 行不是 {} 编码", line, name), fmt::format("line {} is not {}", line, name)},
          {file, line, 0, {}},
          {"请核对版式文件中的 encoding", "compare the `encoding` of the layout"}};
}

// Whole text; `done` is how many bytes were understood.
std::string converted(const std::string& bytes, const char* to, const char* from, std::size_t& done) {
  const iconv_t both = iconv_open(to, from);
  TRIBUTARY_CHECK(both != reinterpret_cast<iconv_t>(-1), std::string(from) + " to " + to);
  std::string out, in = bytes;
  char* at = in.data();
  std::size_t left = in.size();
  std::array<char, 4096> buffer{};
  while (left > 0) {
    char* into = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t before = left;
    const std::size_t result = iconv(both, &at, &left, &into, &room);
    out.append(buffer.data(), buffer.size() - room);
    if (result == static_cast<std::size_t>(-1) && left == before && room == buffer.size()) break;
  }
  iconv_close(both);
  done = bytes.size() - left;
  return out;
}

}  // namespace

std::optional<Encoding> parse_encoding(std::string_view name) {
  if (name == "UTF-8") return Encoding::utf8;
  if (name == "GB18030") return Encoding::gb18030;
  return std::nullopt;
}

std::string to_utf8(const std::string& bytes, Encoding encoding, const std::string& file) {
  if (encoding == Encoding::utf8) {
    if (const std::size_t bad = first_bad_utf8(bytes); bad != std::string::npos)
      throw misfit(file, std::string_view(bytes).substr(0, bad), "UTF-8");
    return bytes;
  }
  std::size_t done = 0;
  std::string out = converted(bytes, "UTF-8", "GB18030", done);
  if (done != bytes.size()) throw misfit(file, std::string_view(bytes).substr(0, done), "GB18030");
  return out;
}

std::string from_utf8(const std::string& text, Encoding encoding) {
  if (encoding == Encoding::utf8) return text;
  std::size_t done = 0;
  std::string out = converted(text, "GB18030", "UTF-8", done);
  TRIBUTARY_CHECK(done == text.size(), text);
  return out;
}

}  // namespace tributary::bank
