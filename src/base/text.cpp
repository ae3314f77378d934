#include "base/text.h"

#include "base/codes.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numeric>

#include <fmt/format.h>
#include <openssl/sha.h>
#include <unistd.h>

namespace tributary {
inline namespace base {
namespace {

constexpr std::string_view full_width_space = "\xE3\x80\x80";

// Length of the well-formed sequence at i, or 0; the code point goes to `point`.
std::size_t decode(std::string_view text, std::size_t i, std::uint32_t& point) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const auto tail = [&](std::size_t k) { return k < text.size() && (byte(k) & 0xC0) == 0x80; };
  const unsigned char lead = byte(i);
  if (lead < 0x80) return point = lead, 1;
  if (lead >= 0xC2 && lead <= 0xDF && tail(i + 1))
    return point = (lead & 0x1FU) << 6 | (byte(i + 1) & 0x3FU), 2;
  if (lead >= 0xE0 && lead <= 0xEF && tail(i + 1) && tail(i + 2)) {
    point = (lead & 0x0FU) << 12 | (byte(i + 1) & 0x3FU) << 6 | (byte(i + 2) & 0x3FU);
    return point < 0x800 || (point >= 0xD800 && point <= 0xDFFF) ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4 && tail(i + 1) && tail(i + 2) && tail(i + 3)) {
    point = (lead & 0x07U) << 18 | (byte(i + 1) & 0x3FU) << 12 | (byte(i + 2) & 0x3FU) << 6 |
            (byte(i + 3) & 0x3FU);
    return point < 0x10000 || point > 0x10FFFF ? 0 : 4;
  }
  return 0;
}

bool wide(std::uint32_t p) {
  return (p >= 0x1100 && p <= 0x115F) || (p >= 0x2E80 && p <= 0x303E) || (p >= 0x3041 && p <= 0xA4CF) ||
         (p >= 0xAC00 && p <= 0xD7A3) || (p >= 0xF900 && p <= 0xFAFF) || (p >= 0xFE30 && p <= 0xFE6F) ||
         (p >= 0xFF00 && p <= 0xFF60) || (p >= 0xFFE0 && p <= 0xFFE6) || (p >= 0x1F300 && p <= 0x1FAFF) ||
         (p >= 0x20000 && p <= 0x3FFFD) ||
         (p >= 0x2160 && p <= 0x217F);  // Roman numerals are drawn wide beside Chinese
}

bool combining(std::uint32_t p) {
  return (p >= 0x0300 && p <= 0x036F) || (p >= 0x200B && p <= 0x200F) || (p >= 0xFE00 && p <= 0xFE0F) ||
         p == 0xFEFF;
}

// Characters, so that one Chinese character is one step and not three bytes.
std::u32string code_points(std::string_view text) {
  std::u32string out;
  std::uint32_t point = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = decode(text, i, point);
    out += n == 0 ? static_cast<unsigned char>(text[i]) : static_cast<char32_t>(point);
    i += std::max<std::size_t>(n, 1);
  }
  return out;
}

std::size_t edit_distance(std::u32string_view a, std::u32string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t next = std::min({row[j + 1] + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0U : 1U)});
      diagonal = row[j + 1];
      row[j + 1] = next;
    }
  }
  return row.back();
}

}  // namespace

std::string_view trim(std::string_view text) {
  for (bool again = true; again && !text.empty();) {
    again = false;
    if (std::strchr(" \t\r\n", text.front()) != nullptr && text.front() != 0)
      text.remove_prefix(1), again = true;
    else if (text.starts_with(full_width_space))
      text.remove_prefix(3), again = true;
  }
  for (bool again = true; again && !text.empty();) {
    again = false;
    if (std::strchr(" \t\r\n", text.back()) != nullptr && text.back() != 0)
      text.remove_suffix(1), again = true;
    else if (text.ends_with(full_width_space))
      text.remove_suffix(3), again = true;
  }
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (;;) {
    const std::size_t at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

std::size_t first_bad_utf8(std::string_view text) {
  std::uint32_t point = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = decode(text, i, point);
    if (n == 0) return i;
    i += n;
  }
  return std::string_view::npos;
}

bool is_utf8(std::string_view text) {
  return first_bad_utf8(text) == std::string_view::npos;
}

bool looks_like_gbk(std::string_view text) {
  if (is_utf8(text)) return false;
  std::size_t hanzi = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    if (lead == 0x80 || lead == 0xFF) return false;
    if (i + 1 >= text.size()) break;  // cut at the end of a buffer
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (second >= 0x30 && second <= 0x39 && i + 3 < text.size()) {
      i += 4;  // GB18030 four-byte form
    } else if (second >= 0x40 && second <= 0xFE && second != 0x7F) {
      if (lead >= 0xB0 && lead <= 0xF7 && second >= 0xA1) ++hanzi;
      i += 2;
    } else {
      return false;
    }
  }
  return hanzi > 0;
}

int display_width(std::string_view text) {
  int width = 0;
  std::uint32_t point = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = decode(text, i, point);
    if (n == 0) {
      ++width, ++i;
      continue;
    }
    width += combining(point) ? 0 : wide(point) ? 2 : 1;
    i += n;
  }
  return width;
}

std::string fold_width_upper(std::string_view text) {
  std::string out;
  std::uint32_t point = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = decode(text, i, point);
    if (n == 3 && point >= 0xFF01 && point <= 0xFF5E)
      out += static_cast<char>(point - 0xFF01 + '!');
    else
      out.append(text.substr(i, std::max<std::size_t>(n, 1)));
    i += std::max<std::size_t>(n, 1);
  }
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::vector<std::string> near_misses(std::string_view wanted, std::span<const std::string> known) {
  std::vector<std::pair<std::size_t, std::string>> found;
  const std::u32string wanted_points = code_points(wanted);
  // Of a word of three characters one may be wrong; of two, one; of none and one, none.
  const std::size_t most = wanted_points.size() < 2   ? 0
                           : wanted_points.size() < 4 ? 1
                                                      : std::max<std::size_t>(2, wanted_points.size() / 3);
  for (const std::string& name : known) {
    const std::size_t distance = edit_distance(wanted_points, code_points(name));
    const bool part = wanted.size() >= 3 && name.find(wanted) != std::string::npos;
    if (distance <= most || part) found.emplace_back(part ? 1 : distance, name);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> out;
  for (auto& [distance, name] : found)
    if (out.size() < 3 && std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  return out;
}

std::string group_thousands(std::string_view decimal) {
  std::string out(decimal);
  std::size_t end = out.find('.');
  if (end == std::string::npos) end = out.size();
  const std::size_t first = !out.empty() && (out[0] == '-' || out[0] == '+') ? 1 : 0;
  for (std::size_t i = end; i > first + 3; i -= 3) out.insert(i - 3, ",");
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string out;
  for (const unsigned char byte : digest) {
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

namespace {
struct CloseFile {
  void operator()(std::FILE* f) const { std::fclose(f); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;
}  // namespace

std::string read_file(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rb"));
  std::string out;
  if (file) {
    std::array<char, 1 << 16> buffer{};
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0;)
      out.append(buffer.data(), n);
  }
  if (!file || std::ferror(file.get()) != 0)
    throw Error(codes::file_unreadable,
                {fmt::format("无法读取文件：{}", std::strerror(errno)),
                 fmt::format("cannot read the file: {}", std::strerror(errno))},
                {path, 0, 0, {}}, {"请检查路径和权限", "check the path and the permissions"});
  return out;
}

void write_file(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".part";
  bool good = false;
  {
    File file(std::fopen(beside.c_str(), "wb"));
    good = file && std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() &&
           std::fflush(file.get()) == 0 && fsync(fileno(file.get())) == 0;
  }
  if (!good || std::rename(beside.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    std::remove(beside.c_str());
    throw Error(codes::file_unwritable,
                {fmt::format("无法写入文件：{}", std::strerror(reason)),
                 fmt::format("cannot write the file: {}", std::strerror(reason))},
                {path, 0, 0, {}},
                {"请检查路径、权限和磁盘空间", "check the path, the permissions and the disk space"});
  }
}

}  // namespace base
}  // namespace tributary
