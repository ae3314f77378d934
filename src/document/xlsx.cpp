#include "document/xlsx.h"

#include "base/text.h"
#include "document/codes.h"
#include "document/sheet_name.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xlsxwriter.h>

namespace tributary::document {
namespace {

constexpr std::size_t most_rows = 1'048'576;
constexpr std::size_t most_columns = 16'384;
constexpr std::size_t longest_cell = 32'767;
constexpr std::size_t many_rows = 5'000;  // from here on the library keeps one row in memory instead of all
constexpr int narrowest = 8;
constexpr int widest = 60;

struct CloseBook {
  void operator()(lxw_workbook* book) const { workbook_close(book); }
};
using Book = std::unique_ptr<lxw_workbook, CloseBook>;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Excel reads _x0041_ in a text as the character A: the underscore is escaped, so that the text comes back as
// it is.
std::string escaped(std::string text) {
  const auto hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (std::size_t at = text.find("_x"); at != std::string::npos; at = text.find("_x", at + 2)) {
    if (at + 6 < text.size() && text[at + 6] == '_' &&
        std::all_of(text.begin() + static_cast<long>(at) + 2, text.begin() + static_cast<long>(at) + 6,
                    hex)) {
      text.insert(at, "_x005F");
      at += 6;
    }
  }
  return text;
}

// True when the number as the library writes it (16 significant digits) reads back as this very decimal.
bool survives(const Decimal& value) {
  std::array<char, 64> shown{};
  std::snprintf(shown.data(), shown.size(), "%.16G", value.to_double());
  const auto back = Decimal::try_parse(shown.data());
  return back && *back == value;
}

int widest_line(std::string_view text) {
  int out = 0;
  for (const std::string_view line : split(text, '\n')) out = std::max(out, display_width(line));
  return out;
}

[[noreturn]] void unwritable(const std::string& path, const std::string& reason) {
  throw Error(
      codes::xlsx_unwritable,
      {fmt::format("无法写入 Excel 文件：{}", reason),
       fmt::format("cannot write the Excel file: {}", reason)},
      {path, 0, 0, {}},
      {"请检查路径、权限和磁盘空间，并关闭正在打开该文件的程序",
       "check the path, the permissions and the disk space, and close programs that have the file open"});
}

class Writer {
 public:
  Writer(const Workbook& workbook, const std::string& path) : workbook_(workbook) {
    const bool many = std::any_of(workbook.sheets.begin(), workbook.sheets.end(), [](const Sheet& sheet) {
      return sheet.more || sheet.table.rows.size() > many_rows;
    });
    lxw_workbook_options options{};
    options.constant_memory = many ? LXW_TRUE : LXW_FALSE;
    options.use_zip64 = LXW_FALSE;
    book_.reset(workbook_new_opt(path.c_str(), &options));
    if (!book_) unwritable(path, "workbook_new");
    properties();
  }

  void write(const std::string& path) {
    for (const Sheet& sheet : workbook_.sheets) write_sheet(sheet);
    if (workbook_.sheets.empty()) write_sheet({});
    errno = 0;
    const lxw_error outcome = workbook_close(book_.release());
    if (outcome != LXW_NO_ERROR) unwritable(path, errno != 0 ? std::strerror(errno) : lxw_strerror(outcome));
  }

 private:
  std::string in(const Text& text, std::string_view joint = " / ") const {
    return printable(pick(text, workbook_.meta.language, joint));
  }

  void properties() {
    std::string title = in(workbook_.meta.title), author = in(workbook_.meta.issuer),
                subject = printable(workbook_.meta.number);
    std::string company = "Tributary";
    lxw_doc_properties properties{};
    properties.title = title.data();
    properties.author = author.data();
    properties.subject = subject.data();
    properties.company = company.data();
    properties.created =
        static_cast<std::time_t>(std::max<std::int64_t>(workbook_.meta.created.seconds, 1));  // 0 means «now»
    workbook_set_properties(book_.get(), &properties);
  }

  enum Look : int { look_text, look_wrapped, look_head, look_number, look_shown };

  // Formats are shared: Excel refuses files with too many.
  lxw_format* format(Look look, int places, bool grouped, bool bold, Align align) {
    const auto key = std::tuple(look, places, grouped, bold, align);
    if (const auto found = formats_.find(key); found != formats_.end()) return found->second;
    lxw_format* made = workbook_add_format(book_.get());
    format_set_align(made, LXW_ALIGN_VERTICAL_CENTER);
    if (bold) format_set_bold(made);
    if (align == Align::right) format_set_align(made, LXW_ALIGN_RIGHT);
    if (align == Align::centre) format_set_align(made, LXW_ALIGN_CENTER);
    if (look == look_head) {
      format_set_text_wrap(made);
      format_set_border(made, LXW_BORDER_THIN);
      format_set_bg_color(made, 0xE7E6E6);
    }
    if (look == look_wrapped) format_set_text_wrap(made);
    if (look == look_text || look == look_wrapped) {
      format_set_num_format(made, "@");  // stays text when edited
    }
    if (look == look_number) {
      std::string code = grouped ? "#,##0" : "0";
      if (places > 0) code += "." + std::string(static_cast<std::size_t>(places), '0');
      format_set_num_format(made, code.c_str());
    }
    return formats_[key] = made;
  }

  void write_sheet(const Sheet& sheet) {
    check(sheet.table);
    const std::size_t columns = sheet.table.columns.size();
    if (columns > most_columns)
      throw Error(codes::too_many_columns,
                  {fmt::format("表格有 {} 列，Excel 最多 {} 列", columns, most_columns),
                   fmt::format("the table has {} columns, Excel allows {}", columns, most_columns)});
    begin_sheet(sheet);
    for (const Row& row : sheet.table.rows) put_row(sheet, row, false);
    if (sheet.more)
      while (const std::optional<Row> row = sheet.more()) {
        Table one;
        if (row->size() > columns) one.columns = sheet.table.columns, one.rows = {*row}, check(one);
        put_row(sheet, *row, false);
      }
    if (columns > 0)
      worksheet_autofilter(page_, 0, 0, static_cast<lxw_row_t>(std::max<std::size_t>(next_, 1) - 1),
                           static_cast<lxw_col_t>(columns - 1));
    if (sheet.table.totals) put_row(sheet, *sheet.table.totals, true);
    end_sheet();
  }

  void begin_sheet(const Sheet& sheet) {
    name_ = names_.take(printable(sheet.name), workbook_.meta.language);
    page_ = workbook_add_worksheet(book_.get(), name_.c_str());
    if (page_ == nullptr) unwritable(name_, "workbook_add_worksheet");
    const auto& columns = sheet.table.columns;
    widths_.assign(columns.size(), narrowest);
    worksheet_set_paper(page_, 9);  // A4
    worksheet_set_landscape(page_);
    worksheet_fit_to_pages(page_, 1, 0);
    // The mark stands at the head of every printed page; «&» begins a code there, and 255 bytes is all it takes.
    if (std::string mark = in(workbook_.meta.watermark); !mark.empty()) {
      for (std::size_t at = mark.find('&'); at != std::string::npos; at = mark.find('&', at + 2)) mark.insert(at, 1, '&');
      if (mark.size() <= 240) worksheet_set_header(page_, ("&C" + mark).c_str());
    }
    worksheet_set_footer(page_, in({"&C第 &P 页 共 &N 页", "&CPage &P of &N"}, " / ").c_str());
    next_ = 0;
    if (columns.empty()) return;
    worksheet_freeze_panes(page_, 1, 0);
    worksheet_repeat_rows(page_, 0, 0);
    for (std::size_t c = 0; c < columns.size(); ++c)
      put_text(0, c, in(columns[c].title, "\n"), format(look_head, 0, false, true, Align::centre));
    next_ = 1;
  }

  void end_sheet() {
    for (std::size_t c = 0; c < widths_.size(); ++c)
      worksheet_set_column(page_, static_cast<lxw_col_t>(c), static_cast<lxw_col_t>(c),
                           std::min(widths_[c] + 3, widest), nullptr);
  }

  void put_row(const Sheet& sheet, const Row& row, bool bold) {
    if (next_ >= most_rows) {
      const auto columns = static_cast<lxw_col_t>(sheet.table.columns.size() - 1);
      worksheet_autofilter(page_, 0, 0, static_cast<lxw_row_t>(most_rows - 1), columns);
      end_sheet();
      begin_sheet(sheet);
    }
    for (std::size_t c = 0; c < row.size(); ++c) put_cell(next_, c, sheet.table.columns[c], row[c], bold);
    ++next_;
  }

  void put_cell(std::size_t row, std::size_t c, const Column& column, const Cell& cell, bool bold) {
    const Align align = alignment(column);
    if (cell.exact && column.kind != CellKind::text) {
      const bool money = column.kind == CellKind::money;
      const int places = std::max(cell.exact->scale(), money ? 2 : 0);
      if (survives(*cell.exact)) {
        worksheet_write_number(page_, static_cast<lxw_row_t>(row), static_cast<lxw_col_t>(c),
                               cell.exact->to_double(), format(look_number, places, money, bold, align));
        const std::string shown = cell.exact->to_string();
        widths_[c] = std::max(widths_[c], display_width(money ? group_thousands(shown) : shown));
      } else {
        put_text(row, c, cell.exact->to_string(), format(look_text, 0, false, bold, align));
      }
      return;
    }
    const std::string text = in(cell.text, "\n");
    if (text.empty()) return;
    const bool wrapped = text.find('\n') != std::string::npos || display_width(text) > widest;
    put_text(row, c, text, format(wrapped ? look_wrapped : look_text, 0, false, bold, align));
  }

  void put_text(std::size_t row, std::size_t c, const std::string& text, lxw_format* look) {
    const std::string safe = escaped(text);
    if (characters(safe) > longest_cell || safe.size() > longest_cell * 3)
      throw Error(codes::cell_too_long,
                  {fmt::format("单元格 {}!{} 的文字有 {} 个字符，Excel 最多 {} 个", name_,
                               cell_address(row, c), characters(safe), longest_cell),
                   fmt::format("the text of cell {}!{} has {} characters, Excel allows {}", name_,
                               cell_address(row, c), characters(safe), longest_cell)},
                  {{}, 0, 0, cell_address(row, c)},
                  {"请缩短该单元格的文字", "shorten the text of that cell"});
    const lxw_error outcome = worksheet_write_string(page_, static_cast<lxw_row_t>(row),
                                                     static_cast<lxw_col_t>(c), safe.c_str(), look);
    if (outcome != LXW_NO_ERROR)
      unwritable(fmt::format("{}!{}", name_, cell_address(row, c)), lxw_strerror(outcome));
    widths_[c] = std::max(widths_[c], widest_line(text));
  }

  const Workbook& workbook_;
  Book book_;
  std::map<std::tuple<Look, int, bool, bool, Align>, lxw_format*> formats_;
  SheetNames names_;
  lxw_worksheet* page_ = nullptr;  // owned by the book
  std::string name_;
  std::vector<int> widths_;  // in characters
  std::size_t next_ = 0;     // row to be written next
};

// Removes what was written so far unless it was moved into its place.
class Beside {
 public:
  explicit Beside(const std::string& path) : target_(path), part_(path + ".part") {}
  ~Beside() {
    if (!moved_) std::remove(part_.c_str());
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  const std::string& part() const { return part_; }

  void move_into_place() {
    const int file = open(part_.c_str(), O_RDONLY | O_CLOEXEC);
    const bool durable = file >= 0 && fsync(file) == 0;
    if (file >= 0) close(file);
    if (!durable || std::rename(part_.c_str(), target_.c_str()) != 0)
      unwritable(target_, std::strerror(errno));
    moved_ = true;
  }

 private:
  std::string target_;
  std::string part_;
  bool moved_ = false;
};

}  // namespace

std::string cell_address(std::size_t row, std::size_t column) {
  std::string letters;
  for (std::size_t c = column + 1; c > 0; c = (c - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (c - 1) % 26));
  return fmt::format("{}{}", letters, row + 1);
}

void write_xlsx(const Workbook& workbook, const std::string& path) {
  Beside beside(path);
  // The library reports an unwritable place only at the end, after all the work: look first.
  const int probe = open(beside.part().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (probe < 0) unwritable(path, std::strerror(errno));
  close(probe);
  Writer(workbook, beside.part()).write(path);
  beside.move_into_place();
}

void write_xlsx(const Document& document, const std::string& path) {
  write_xlsx(workbook_of(document), path);
}

}  // namespace tributary::document
