#include "base/csv.h"

#include "base/codes.h"

#include <cstring>
#include <istream>

#include <fmt/format.h>

namespace tributary {
inline namespace base {
namespace {

constexpr std::size_t chunk = std::size_t{64} << 10;

}  // namespace

CsvReader::CsvReader(std::istream& in, std::string name, CsvFormat format)
    : in_(in), name_(std::move(name)), format_(format) {}

bool CsvReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > format_.longest_record)
    fail(0, {fmt::format("一行超过 {} 字节，可能缺少右引号", format_.longest_record),
             fmt::format("a record is longer than {} bytes; a closing quote may be missing",
                         format_.longest_record)});
  if (buffer_.size() < end_ + chunk) buffer_.resize(std::max(buffer_.size() * 2, end_ + chunk));
  in_.read(buffer_.data() + end_, static_cast<std::streamsize>(chunk));
  const auto got = static_cast<std::size_t>(in_.gcount());
  if (got == 0 && in_.bad()) {
    finished_ = true;
    throw Error(codes::file_unreadable, {"读取文件时出错", "reading the file failed"},
                {name_, next_line_, 0, {}});
  }
  end_ += got;
  return got > 0;
}

bool CsvReader::fill_to(std::size_t offset) {
  while (begin_ + offset >= end_)
    if (!fill()) return false;
  return true;
}

void CsvReader::start() {
  started_ = true;
  available(2);
  if (end_ >= 2 && ((at(0) == '\xff' && at(1) == '\xfe') || (at(0) == '\xfe' && at(1) == '\xff'))) {
    finished_ = true;
    throw Error(codes::bad_encoding, {"文件是 UTF-16 编码", "the file is UTF-16"}, {name_, 1, 0, {}},
                {"请另存为“CSV UTF-8（逗号分隔）”", "save it as \"CSV UTF-8 (comma delimited)\""});
  }
  if (end_ >= 3 && std::memcmp(buffer_.data(), "\xef\xbb\xbf", 3) == 0) begin_ += 3;
  while (format_.comments_at_top && available(0) && at(0) == '#') {
    while (available(0) && at(0) != '\n') ++begin_;
    if (available(0)) ++begin_;
    ++next_line_;
  }
}

bool CsvReader::next() {
  fields_.clear();
  extents_.clear();
  scratch_.clear();
  begin_ += consumed_;
  consumed_ = record_length_ = 0;
  if (finished_) return false;
  record_line_ = next_line_;
  if (!started_) start();
  record_line_ = next_line_;
  if (!available(0)) {
    finished_ = true;
    return false;
  }
  std::size_t offset = 0;
  while (true) {
    offset = available(offset) && at(offset) == '"' ? read_quoted(offset) : read_plain(offset);
    if (!available(offset) || at(offset) != format_.separator) break;
    ++offset;
  }
  record_length_ = offset;
  unended_ = !available(offset);
  if (!unended_) {  // at CR LF or LF
    if (at(offset) == '\r') ++offset;
    if (available(offset) && at(offset) == '\n') ++offset;
    ++next_line_;
  }
  consumed_ = offset;
  fields_.reserve(extents_.size());
  for (const Extent& e : extents_)
    fields_.emplace_back(e.unescaped ? scratch_.data() + e.from : buffer_.data() + begin_ + e.from, e.length);
  return true;
}

// From the opening quote to behind the closing one.
std::size_t CsvReader::read_quoted(std::size_t offset) {
  const std::size_t start = offset++;
  const std::size_t from = offset;
  const std::size_t scratch_from = scratch_.size();
  std::size_t copied = from;  // content up to here is in scratch_, once a doubled quote was seen
  bool unescaped = false;
  while (true) {
    if (!available(offset)) {
      next_line_ = record_line_;
      fail(start, {"引号没有结束：缺少右引号，或文件被截断",
                   "the quoted field never ends: a closing quote is missing, or the file was cut off"});
    }
    const char c = at(offset);
    if (c == '\n') ++next_line_;
    if (c != '"') {
      ++offset;
      continue;
    }
    if (!available(offset + 1) || at(offset + 1) != '"') break;
    scratch_.append(buffer_.data() + begin_ + copied, offset + 1 - copied);
    unescaped = true;
    offset += 2;
    copied = offset;
  }
  if (unescaped) {
    scratch_.append(buffer_.data() + begin_ + copied, offset - copied);
    extents_.push_back({start, scratch_from, scratch_.size() - scratch_from, true});
  } else {
    extents_.push_back({start, from, offset - from, false});
  }
  ++offset;
  if (available(offset) && at(offset) != format_.separator && at(offset) != '\n' &&
      !(at(offset) == '\r' && (!available(offset + 1) || at(offset + 1) == '\n')))
    fail(offset,
         {"右引号之后只能是分隔符或换行", "only a separator or a line end may follow a closing quote"});
  return offset;
}

std::size_t CsvReader::read_plain(std::size_t offset) {
  const std::size_t from = offset;
  while (true) {
    // Plain bytes are by far the most: run over what is in the buffer without asking for more each time.
    const char separator = format_.separator;
    const char* byte = buffer_.data() + begin_ + offset;
    const char* const stop = buffer_.data() + end_;
    while (byte < stop && *byte != separator && *byte != '\n' && *byte != '\r' && *byte != '"') ++byte;
    offset = static_cast<std::size_t>(byte - buffer_.data()) - begin_;
    if (!available(offset)) break;
    const char c = at(offset);
    if (c == separator || c == '\n') break;
    if (c == '\r' && (!available(offset + 1) || at(offset + 1) == '\n')) break;
    if (c == '"')
      fail(offset,
           {"未加引号的字段中出现引号", "a quote stands inside a field that does not begin with one"});
    ++offset;
  }
  extents_.push_back({from, from, offset - from, false});
  return offset;
}

Where CsvReader::place(std::size_t offset) const {
  Where out{name_, record_line_, 1, {}};
  for (std::size_t i = 0; i < offset && begin_ + i < end_; ++i) {
    const char c = at(i);
    if (c == '\n') {
      ++out.line;
      out.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++out.column;  // continuation bytes of UTF-8 are not characters
    }
  }
  return out;
}

Where CsvReader::where(std::size_t index) const {
  return place(index < extents_.size() ? extents_[index].start : record_length_);
}

std::string_view CsvReader::raw() const {
  return {buffer_.data() + begin_, record_length_};
}

void CsvReader::fail(std::size_t offset, Text message) {
  finished_ = true;
  Where where = place(offset);
  fields_.clear();
  extents_.clear();
  throw Error(
      codes::bad_csv, std::move(message), std::move(where),
      {"含逗号、引号或换行的内容要用双引号括起，内部的双引号写两遍",
       "enclose content with commas, quotes or line breaks in double quotes and double the quotes inside"});
}

}  // namespace base
}  // namespace tributary
