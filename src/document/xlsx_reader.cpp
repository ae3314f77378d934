#include "document/xlsx_reader.h"

#include "base/decimal.h"
#include "base/time.h"
#include "document/package.h"
#include "document/xlsx.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace tributary::document {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{512} << 20;  // of one part, unpacked
constexpr std::uint64_t most_of_form = std::uint64_t{32} << 20;
constexpr std::size_t most_faults = 200;
constexpr std::size_t most_rows = 1'048'576;
constexpr std::size_t most_columns = 16'384;
constexpr std::size_t most_strings = 5'000'000;

std::string value_of(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

std::optional<std::size_t> number_of(std::string_view text) {
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

struct Book {
  std::string sheet;  // part of the first visible sheet
  bool since_1904 = false;
  std::vector<std::string> strings;  // shared
  std::vector<bool> dated;           // per cell format: shows a date
};

// "xl/worksheets/sheet1.xml" of the first sheet that is not hidden.
void read_workbook(const Archive& archive, Book& book) {
  std::string id;
  Xml workbook;
  workbook.open = [&](const std::string& name, const Attributes& a) {
    if (name == "workbookPr")
      book.since_1904 = value_of(a, "date1904") == "1" || value_of(a, "date1904") == "true";
    if (name == "sheet" && id.empty() && value_of(a, "state").empty()) id = value_of(a, "id");
  };
  workbook.read(archive, "xl/workbook.xml");
  Xml relations;
  relations.open = [&](const std::string& name, const Attributes& a) {
    if (name != "Relationship" || value_of(a, "Id") != id) return;
    const std::string target = value_of(a, "Target");
    book.sheet = target.starts_with("/") ? target.substr(1) : "xl/" + target;
  };
  relations.read(archive, "xl/_rels/workbook.xml.rels");
  if (book.sheet.empty() || !archive.has(book.sheet))
    refuse({"工作簿中没有工作表", "the workbook has no sheet"});
}

void read_strings(const Archive& archive, Book& book) {
  if (!archive.has("xl/sharedStrings.xml")) return;
  Xml xml;
  std::string current;
  bool in_text = false;
  bool phonetic = false;  // reading aids beside the text
  xml.open = [&](const std::string& name, const Attributes&) {
    if (name == "si") current.clear();
    if (name == "rPh") phonetic = true;
    in_text = name == "t" && !phonetic;
  };
  xml.close = [&](const std::string& name) {
    if (name == "t") in_text = false;
    if (name == "rPh") phonetic = false;
    if (name != "si") return;
    if (book.strings.size() >= most_strings) refuse({"工作簿过大", "the workbook is too large"});
    book.strings.push_back(current);
  };
  xml.text = [&](std::string_view text) {
    if (in_text) current += text;
  };
  xml.read(archive, "xl/sharedStrings.xml");
}

// Whether a number format shows a date: y, m, d, h or s outside of quotes and brackets.
bool shows_date(const std::string& code) {
  bool quoted = false;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '"') quoted = !quoted;
    if (quoted || c == '"') continue;
    if (c == '\\' || c == '_' || c == '*') {
      ++i;
      continue;
    }
    if (c == '[') {
      const std::size_t end = code.find(']', i);
      if (end == std::string::npos) return false;
      i = end;
      continue;
    }
    if (std::string_view("yYmMdDhHsS").find(c) != std::string_view::npos) return true;
  }
  return false;
}

void read_styles(const Archive& archive, Book& book) {
  if (!archive.has("xl/styles.xml")) return;
  std::map<std::size_t, bool> dated;
  for (std::size_t id = 14; id <= 22; ++id) dated[id] = true;
  for (std::size_t id = 27; id <= 36; ++id) dated[id] = true;  // Chinese dates
  for (std::size_t id = 45; id <= 47; ++id) dated[id] = true;
  for (std::size_t id = 50; id <= 58; ++id) dated[id] = true;
  bool in_cells = false;
  Xml xml;
  xml.open = [&](const std::string& name, const Attributes& a) {
    if (name == "numFmt")
      if (const auto id = number_of(value_of(a, "numFmtId")))
        dated[*id] = shows_date(value_of(a, "formatCode"));
    if (name == "cellXfs") in_cells = true;
    if (name != "xf" || !in_cells) return;
    const auto id = number_of(value_of(a, "numFmtId"));
    book.dated.push_back(id && dated.contains(*id) && dated.at(*id));
  };
  xml.close = [&](const std::string& name) {
    if (name == "cellXfs") in_cells = false;
  };
  xml.read(archive, "xl/styles.xml");
}

// Excel counts days from 1899-12-30 (it takes 1900 for a leap year), or from 1904-01-01.
std::string date_text(double days, bool since_1904) {
  const auto seconds = static_cast<std::int64_t>(std::llround(days * 86400));
  const Date start = since_1904 ? make_date(1904, 1, 1) : make_date(1899, 12, 30);
  const Date day = start + std::chrono::days{seconds / 86400};
  const std::int64_t rest = seconds % 86400;
  if (rest == 0) return to_string(day);
  return fmt::format("{} {:02}:{:02}{}", to_string(day), rest / 3600, rest / 60 % 60,
                     rest % 60 == 0 ? "" : fmt::format(":{:02}", rest % 60));
}

struct Address {
  std::size_t row;     // from 1
  std::size_t column;  // from 0
};
Address address_of(const std::string& reference) {
  std::size_t column = 0;
  std::size_t i = 0;
  for (; i < reference.size() && reference[i] >= 'A' && reference[i] <= 'Z' && i < 4; ++i)
    column = column * 26 + static_cast<std::size_t>(reference[i] - 'A' + 1);
  const auto row = number_of(std::string_view(reference).substr(i));
  if (column == 0 || column > most_columns || !row || *row == 0 || *row > most_rows)
    refuse({"单元格地址有误", "a cell has no proper address"}, reference.substr(0, 20));
  return {*row, column - 1};
}

class SheetReader {
 public:
  // `faults`: of a form; nothing for a sheet of any kind.
  SheetReader(const Book& book, char separator, std::vector<CellFault>* faults)
      : book_(book), separator_(separator), faults_(faults) {}

  std::string read(const Archive& archive) {
    Xml xml;
    xml.open = [&](const std::string& name, const Attributes& a) { open(name, a); };
    xml.close = [&](const std::string& name) { close(name); };
    xml.text = [&](std::string_view text) {
      if (in_value_) value_ += text;
    };
    xml.read(archive, book_.sheet);
    write_row();
    return std::move(out_);
  }

 private:
  void open(const std::string& name, const Attributes& a) {
    if (name == "c") {
      at_ = address_of(value_of(a, "r"));
      type_ = value_of(a, "t");
      style_ = number_of(value_of(a, "s")).value_or(0);
      reference_ = value_of(a, "r");
      value_.clear();
    }
    if (name == "f")
      fault(reference_, {"这一格是公式，请改成数值（复制后“选择性粘贴—数值”）",
                         "a formula stands here; put its value in place of it (paste as values)"});
    if (name == "mergeCell")
      fault(value_of(a, "ref"), {"这些单元格被合并了，请取消合并", "these cells are merged; unmerge them"});
    in_value_ = name == "v" || (name == "t" && type_ == "inlineStr");
  }
  void close(const std::string& name) {
    if (name == "v" || name == "t") in_value_ = false;
    if (name != "c") return;
    if (faults_ != nullptr) look_at();
    put(text());
  }

  void fault(const std::string& cell, Text what) {
    if (faults_ != nullptr && faults_->size() < most_faults) faults_->push_back({cell, std::move(what)});
  }
  // Of a form's cell: what was typed must still be there.
  void look_at() {
    if (type_ == "e")
      fault(reference_, {fmt::format("这一格是错误值 {}", value_.substr(0, 20)),
                         fmt::format("an error value stands here: {}", value_.substr(0, 20))});
    if (!type_.empty() && type_ != "n") return;
    double number = 0;
    const auto [end, error] = std::from_chars(value_.data(), value_.data() + value_.size(), number);
    if (error == std::errc{} && std::abs(number) >= 1e15)
      fault(
          reference_,
          {"这一格是超过 15 位的数，Excel 已把后面的数字改成 0；请把单元格设为“文本”后重新填写",
           "a number of more than 15 digits: Excel has turned the last ones into 0; make the cell a text and "
           "write it again"});
  }

  std::string text() const {
    if (type_ == "s") {
      const auto index = number_of(value_);
      if (!index || *index >= book_.strings.size())
        refuse({"单元格的文字缺失", "the text of a cell is missing"}, reference_);
      return book_.strings[*index];
    }
    if (type_ == "inlineStr" || type_ == "str" || type_ == "e" || value_.empty()) return value_;
    if (type_ == "b") return value_ == "1" ? "TRUE" : "FALSE";
    if (type_ == "d") return value_;
    double number = 0;
    const auto [end, error] = std::from_chars(value_.data(), value_.data() + value_.size(), number);
    if (error != std::errc{} || end != value_.data() + value_.size() || !std::isfinite(number))
      refuse({"单元格的数值有误", "the number in a cell is not one"}, reference_);
    const bool dated = style_ < book_.dated.size() && book_.dated[style_];
    if (dated && number >= 0 && number < 2'958'466) return date_text(number, book_.since_1904);
    if (std::abs(number) > 1e15 || (number != 0 && std::abs(number) < 1e-15)) return value_;
    return Decimal::from_double(number).to_string();
  }

  void put(std::string text) {
    if (at_.row < row_) refuse({"行的次序有误", "the rows are out of order"}, reference_);
    while (row_ < at_.row) write_row();
    if (fields_.size() <= at_.column) fields_.resize(at_.column + 1);
    for (char& c : text)
      if (c == '\n' || c == '\r') c = ' ';  // one line for one row, so that line numbers are row numbers
    fields_[at_.column] = std::move(text);
  }

  void write_row() {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) out_ += separator_;
      const std::string& field = fields_[i];
      if (field.find_first_of(std::string{'"', separator_}) == std::string::npos) {
        out_ += field;
        continue;
      }
      out_ += '"';
      for (const char c : field) {
        if (c == '"') out_ += '"';
        out_ += c;
      }
      out_ += '"';
    }
    out_ += '\n';
    if (out_.size() > most_bytes) refuse({"工作簿过大", "the workbook is too large"});
    fields_.clear();
    ++row_;
  }

  const Book& book_;
  char separator_;
  std::vector<CellFault>* faults_;
  std::string out_;
  std::vector<std::string> fields_;
  std::size_t row_ = 1;
  Address at_{1, 0};
  std::string reference_;
  std::string type_;
  std::size_t style_ = 0;
  std::string value_;
  bool in_value_ = false;
};

}  // namespace

namespace {

std::string read_first(const Archive& archive, char separator, std::vector<CellFault>* faults) {
  Book book;
  read_workbook(archive, book);
  read_strings(archive, book);
  read_styles(archive, book);
  return SheetReader(book, separator, faults).read(archive);
}

}  // namespace

std::string first_sheet_as_csv(std::string_view bytes, char separator) {
  return read_first(Archive(bytes, most_bytes), separator, nullptr);
}

FilledForm filled_form(std::string_view bytes) {
  const Archive archive(bytes, most_of_form);
  if (archive.has_like("vbaproject.bin") || archive.has_like("xlmacrosheet1.xml"))
    refuse({"工作簿带有宏，不能导入", "the workbook has macros and is not taken in"});
  FilledForm out;
  out.csv = read_first(archive, ',', &out.faults);
  return out;
}

}  // namespace tributary::document
