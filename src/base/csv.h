// Reads CSV (RFC 4180) record by record from a stream, in constant memory, knowing the line and column of
// every field.
//
// Strict: a quote inside an unquoted field, text after a closing quote, an unterminated quote and a record
// longer than the limit throw bad_csv with the place. Line ends may be LF, CRLF or CR-less at the end of the
// file; a UTF-8 byte order mark is skipped, UTF-16 is refused (bad_encoding). Whether the bytes are UTF-8 is
// for the caller to check.
#pragma once

#include "base/error.h"

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {
inline namespace base {

struct CsvFormat {
  char separator = ',';
  bool comments_at_top = false;  // lines that begin with '#' before the first record are skipped
  std::size_t longest_record = std::size_t{16}
                               << 20;  // bytes; a forgotten quote would otherwise swallow the file
};

class CsvReader {
 public:
  // `in` must outlive the reader and be opened as binary; `name` is the file's name for errors.
  CsvReader(std::istream& in, std::string name, CsvFormat format = {});
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Moves to the next record; false at the end. Throws bad_csv; after that the reader is at its end.
  bool next();

  // The fields of the current record, valid until the next call of next().
  std::span<const std::string_view> fields() const { return fields_; }
  // True for an empty line (which is one empty, unquoted field).
  bool blank() const { return record_length_ == 0; }
  // True when the file ends right behind the record, without a line end: a cut-off file looks like this.
  bool unended() const { return unended_; }
  // The line where the record begins, from 1.
  long line() const { return record_line_; }
  // Where field `index` (from 0) begins: its line and its column in characters, both from 1. The index may be
  // one past the last field, for «a field is missing here».
  Where where(std::size_t index) const;
  // The record as it stands in the file, without its line end; for keeping rejected rows.
  std::string_view raw() const;

 private:
  struct Extent {
    std::size_t start;  // of the field in the record, at the opening quote if there is one
    std::size_t from;   // of its content, in the record or in scratch_
    std::size_t length;
    bool unescaped;  // the content is in scratch_
  };
  bool fill();  // more bytes behind end_; false at the end of the stream
  bool available(std::size_t offset) { return begin_ + offset < end_ || fill_to(offset); }
  bool fill_to(std::size_t offset);
  char at(std::size_t offset) const { return buffer_[begin_ + offset]; }
  void start();
  std::size_t read_quoted(std::size_t offset);
  std::size_t read_plain(std::size_t offset);
  [[noreturn]] void fail(std::size_t offset, Text message);
  Where place(std::size_t offset) const;

  std::istream& in_;
  std::string name_;
  CsvFormat format_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;          // of the current record in buffer_
  std::size_t end_ = 0;            // of the bytes read
  std::size_t consumed_ = 0;       // bytes of the current record with its line end
  std::size_t record_length_ = 0;  // without its line end
  long record_line_ = 0;
  long next_line_ = 1;
  bool started_ = false;
  bool finished_ = false;
  bool unended_ = false;
  std::string scratch_;
  std::vector<Extent> extents_;
  std::vector<std::string_view> fields_;
};

}  // namespace base
}  // namespace tributary
