// WordprocessingML, part by part; what is the same in every file stands in docx_parts.cpp.
#include "document/docx.h"

#include "base/text.h"
#include "document/codes.h"
#include "document/docx_parts.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <zip.h>

namespace tributary::document {
namespace {

constexpr int text_width = 8844;  // twentieths of a point: 156 mm

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// One run; line ends and tabs are elements of their own.
std::string run(const std::string& text, const std::string& properties = {}) {
  std::string out = "<w:r>";
  if (!properties.empty()) out += "<w:rPr>" + properties + "</w:rPr>";
  const std::string safe = escaped(text);
  std::string piece;
  const auto flush = [&] {
    if (!piece.empty()) out += "<w:t xml:space=\"preserve\">" + piece + "</w:t>";
    piece.clear();
  };
  for (const char c : safe)
    if (c == '\n' || c == '\t') {
      flush();
      out += c == '\n' ? "<w:br/>" : "<w:tab/>";
    } else {
      piece += c;
    }
  flush();
  return out + "</w:r>";
}

std::string paragraph(const std::string& style, const std::string& runs, const std::string& properties = {}) {
  return "<w:p><w:pPr><w:pStyle w:val=\"" + style + "\"/>" + properties + "</w:pPr>" + runs + "</w:p>";
}

std::string aligned(Align align) {
  switch (align) {
    case Align::centre:
      return "<w:jc w:val=\"center\"/>";
    case Align::right:
      return "<w:jc w:val=\"right\"/>";
    default:
      return {};
  }
}

constexpr const char* bold = "<w:b/>";

class Writer {
 public:
  explicit Writer(const Document& document) : document_(document), meta_(document.meta) {}

  std::string body() {
    head();
    for (const Block& block : document_.blocks)
      std::visit(
          Overloaded{
              [&](const Heading& one) { heading(one); }, [&](const Paragraph& one) { text(one); },
              [&](const KeyValues& one) { values(one); }, [&](const Table& one) { table(one); },
              [&](const Tree& one) { tree(one); }, [&](const Signatures& one) { signatures(one); },
              [&](const PageBreak&) { page_break(); },
              [&](const SmallPrint& one) { out_ += paragraph("Small", run(in(one.text))); },
              [&](const QrCode& one) { out_ += paragraph("Small", run(in(one.text) + "\n" + one.content)); }},
          block);
    if (meta_.official) foot(*meta_.official);
    return std::move(out_);
  }

 private:
  std::string in(const Text& text, std::string_view joint = " / ") const {
    return pick(text, meta_.language, joint);
  }
  bool indents() const { return meta_.language == Language::zh; }

  void page_break() { out_ += "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>"; }

  void head() {
    const bool official = meta_.official.has_value();
    const Official::Form form = official ? meta_.official->form : Official::Form::plain;
    const bool red = form != Official::Form::plain && form != Official::Form::cover;
    const auto number = [&](const char* align) {
      if (!meta_.number.empty())
        out_ += paragraph("Number", run(meta_.number), fmt::format("<w:jc w:val=\"{}\"/>", align));
    };
    if (red) {
      const bool letter = form == Official::Form::letter;
      out_ += paragraph("RedHead", run(in(meta_.official->head)),
                        letter ? "<w:pBdr><w:bottom w:val=\"thickThinSmallGap\" w:sz=\"24\" w:space=\"6\" "
                                 "w:color=\"D90D0D\"/></w:pBdr>"
                               : "");
      if (letter) {
        number("right");
      } else {
        out_ += paragraph("Number", run(meta_.number),
                          "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"8\" w:color=\"D90D0D\"/>"
                          "</w:pBdr><w:jc w:val=\"center\"/>");
      }
    } else if (official) {
      number("right");
    }
    if (form == Official::Form::cover)
      for (int i = 0; i < 6; ++i) out_ += paragraph("Normal", "");
    if (const std::string title = in(meta_.title, "\n"); !title.empty())
      out_ += paragraph("Title", run(title));
    if (const std::string subtitle = in(meta_.subtitle); !subtitle.empty())
      out_ += paragraph("Subtitle", run(subtitle));
    if (!official) number("center");
    if (form == Official::Form::cover) {
      for (int i = 0; i < 9; ++i) out_ += paragraph("Normal", "");
      out_ += paragraph("Subtitle", run(in(meta_.issuer)));
      if (meta_.date) out_ += paragraph("Subtitle", run(long_date(*meta_.date, meta_.language)));
      page_break();
    }
    if (official)
      if (const std::string to = in(meta_.official->recipients); !to.empty())
        out_ += paragraph("Normal", run(to + "："));
  }

  void heading(const Heading& one) {
    out_ +=
        paragraph(fmt::format("Heading{}", std::clamp(one.level, 1, 4)), run(in(one.text)),
                  indents() && meta_.official ? "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>" : "");
  }

  void text(const Paragraph& one) {
    const bool push = one.indent && indents() && (one.align == Align::left || one.align == Align::by_kind);
    out_ +=
        paragraph("Normal", run(in(one.text, "\n")),
                  (push ? "<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>" : "") + aligned(one.align));
  }

  static std::string cell(int width, const std::string& content, const std::string& properties = {}) {
    return fmt::format("<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/>{}</w:tcPr>{}</w:tc>", width,
                       properties, content);
  }

  static std::string table_head(const std::vector<int>& widths, bool lines) {
    std::string out = "<w:tbl><w:tblPr><w:tblW w:w=\"8844\" w:type=\"dxa\"/>";
    if (lines) {
      out += "<w:tblBorders>";
      for (const char* side : {"top", "left", "bottom", "right", "insideH", "insideV"})
        out += fmt::format("<w:{} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>", side);
      out += "</w:tblBorders>";
    }
    out += "<w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>";
    for (const int width : widths) out += fmt::format("<w:gridCol w:w=\"{}\"/>", width);
    return out + "</w:tblGrid>";
  }

  static std::vector<int> shared(const std::vector<double>& weights) {
    double all = 0;
    for (const double weight : weights) all += weight;
    std::vector<int> out;
    for (const double weight : weights)
      out.push_back(static_cast<int>(std::floor(text_width * weight / all)));
    return out;
  }

  void values(const KeyValues& list) {
    if (list.entries.empty()) return;
    const std::vector<int> widths = shared({3, 7});
    out_ += table_head(widths, true);
    for (const KeyValue& entry : list.entries)
      out_ += "<w:tr>" + cell(widths[0], paragraph("Cell", run(in(entry.key), bold))) +
              cell(widths[1], paragraph("Cell", run(in(entry.value, "\n")))) + "</w:tr>";
    out_ += "</w:tbl>" + paragraph("Small", "");
  }

  void table(const Table& one) {
    check(one);
    if (const std::string caption = in(one.caption); !caption.empty())
      out_ += paragraph("Caption", run(caption), "<w:keepNext/>");
    if (one.columns.empty()) return;
    // A column is as wide as its weight says, but not narrower than its head needs in two lines.
    std::vector<double> weights;
    for (const Column& column : one.columns) {
      std::size_t longest = count_characters(in(column.title)) / 2 + 2;
      for (const Row& row : one.rows)
        if (weights.size() < row.size())
          longest =
              std::max(longest, std::min<std::size_t>(count_characters(in(row[weights.size()].text)), 24));
      weights.push_back(std::max(column.weight, 0.1) *
                        static_cast<double>(std::max<std::size_t>(longest, 3)));
    }
    const std::vector<int> widths = shared(weights);
    out_ += table_head(widths, true);
    out_ += std::string("<w:tr><w:trPr><w:cantSplit/>") + (one.repeat_header ? "<w:tblHeader/>" : "") +
            "</w:trPr>";
    for (std::size_t i = 0; i < one.columns.size(); ++i)
      out_ += cell(widths[i],
                   paragraph("Cell", run(in(one.columns[i].title, "\n"), bold), "<w:jc w:val=\"center\"/>"),
                   "<w:vAlign w:val=\"center\"/>");
    out_ += "</w:tr>";
    const auto row = [&](const Row& cells, const char* properties) {
      out_ += "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
      for (std::size_t i = 0; i < one.columns.size(); ++i)
        out_ += cell(
            widths[i],
            paragraph("Cell", run(i < cells.size() ? in(cells[i].text, "\n") : std::string(), properties),
                      aligned(alignment(one.columns[i]))),
            "<w:vAlign w:val=\"center\"/>");
      out_ += "</w:tr>";
    };
    for (const Row& cells : one.rows) row(cells, "");
    if (one.totals) row(*one.totals, bold);
    out_ += "</w:tbl>" + paragraph("Small", "");
  }

  void tree(const Tree& one) {
    if (const std::string caption = in(one.caption); !caption.empty())
      out_ += paragraph("Caption", run(caption), "<w:keepNext/>");
    for (const FlatNode& flat : flatten(one.roots)) {
      const TreeNode& node = *flat.node;
      std::string line = in(node.label);
      if (!node.value.empty()) line += (line.empty() ? "" : " = ") + node.value;
      if (const std::string unit = in(node.unit); !node.value.empty() && !unit.empty()) line += " " + unit;
      if (const std::string note = in(node.note); !note.empty()) line += "　" + note;
      out_ += paragraph("Cell", run(line),
                        fmt::format("<w:ind w:left=\"{}\"/>",
                                    std::min<std::size_t>(flat.last_of_row.size() - 1, 12) * 320));
    }
  }

  void signatures(const Signatures& one) {
    if (!one.parties.empty()) {
      const std::vector<int> widths = shared({1, 1});
      out_ += table_head(widths, false);
      for (std::size_t i = 0; i < one.parties.size(); i += 2) {
        out_ += "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
        for (std::size_t k = i; k < i + 2; ++k) {
          std::string content;
          if (k < one.parties.size()) {
            content = paragraph("Signed", run(in(one.parties[k].title), bold));
            for (const Text& line : one.parties[k].lines)
              content += paragraph("Signed", run(in(line) + "______________"));
          }
          out_ += cell(widths[k - i], content.empty() ? paragraph("Signed", "") : content);
        }
        out_ += "</w:tr>";
      }
      out_ += "</w:tbl>" + paragraph("Small", "");
    }
    if (!one.issuer_and_date || (in(meta_.issuer).empty() && !meta_.date)) return;
    // The day four characters from the right edge, the issuer centred above it.
    const std::string date = meta_.date ? long_date(*meta_.date, meta_.language) : std::string();
    const auto right = [&](const std::string& text, const std::string& other) {
      const auto n = static_cast<long>(count_characters(text));
      const auto m = static_cast<long>(count_characters(other));
      const long chars = 400 + std::max(0L, (m - n) * 50);
      out_ += paragraph(
          "Normal", run(text),
          fmt::format("<w:keepLines/><w:ind w:rightChars=\"{}\" w:right=\"{}\"/><w:jc w:val=\"right\"/>",
                      chars, chars * 32 / 10));
    };
    out_ += paragraph("Normal", "", "<w:keepNext/>");
    right(in(meta_.issuer), date);
    right(date, "");
  }

  // 版记 at the foot of the last page.
  void foot(const Official& official) {
    const std::string copies = in(official.copies);
    const std::string by = in(official.printed_by);
    if (copies.empty() && by.empty()) return;
    out_ +=
        "<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"margin\" "
        "w:horzAnchor=\"margin\" w:tblpXSpec=\"center\" w:tblpYSpec=\"bottom\"/><w:tblW w:w=\"8844\" "
        "w:type=\"dxa\"/><w:tblBorders><w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/>"
        "<w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"000000\"/><w:insideH w:val=\"single\" "
        "w:sz=\"6\" w:space=\"0\" w:color=\"000000\"/></w:tblBorders><w:tblLayout "
        "w:type=\"fixed\"/></w:tblPr>"
        "<w:tblGrid><w:gridCol w:w=\"8844\"/></w:tblGrid>";
    if (!copies.empty())
      out_ += "<w:tr>" + cell(text_width, paragraph("Imprint", run("抄送：" + copies + "。"))) + "</w:tr>";
    if (!by.empty())
      out_ +=
          "<w:tr>" +
          cell(text_width,
               paragraph(
                   "Imprint",
                   run(by + "\t" +
                       (official.printed_on ? long_date(*official.printed_on, meta_.language) + "印发" : "")),
                   "<w:tabs><w:tab w:val=\"right\" w:pos=\"8560\"/></w:tabs>")) +
          "</w:tr>";
    out_ += "</w:tbl>" + paragraph("Small", "");
  }

  const Document& document_;
  const Metadata& meta_;
  std::string out_;
};

// The day in every entry of the archive: the file's own date stands in its properties.
constexpr zip_uint16_t dos_day = (1U << 5U) | 1U;  // 1980-01-01

std::string zipped(const std::vector<std::pair<std::string, std::string>>& parts) {
  const auto refuse = [] {
    throw Error(codes::docx_unwritable, {"生成 Word 文件失败", "making the Word file failed"});
  };
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) refuse();
  zip_source_keep(target);  // to be read once the archive is closed
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(target, zip_source_free);
  zip_t* archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &error);
  zip_error_fini(&error);
  if (archive == nullptr) {
    zip_source_free(target);
    refuse();
  }
  bool good = true;
  for (const auto& [name, content] : parts) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0 && source != nullptr) zip_source_free(source);
    good = good && index >= 0 &&
           zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), 0, dos_day, 0) == 0;
  }
  if (!good || zip_close(archive) != 0) {
    zip_discard(archive);
    refuse();
  }
  zip_stat_t size;
  zip_stat_init(&size);
  if (zip_source_open(target) != 0 || zip_source_stat(target, &size) != 0) refuse();
  std::string out(size.size, '\0');
  const zip_int64_t got = zip_source_read(target, out.data(), out.size());
  zip_source_close(target);
  if (got != static_cast<zip_int64_t>(out.size())) refuse();
  return out;
}

}  // namespace

std::string render_docx(const Document& document) {
  const Metadata& meta = document.meta;
  const auto in = [&](const Text& text) { return escaped(pick(text, meta.language)); };
  docx::Frame frame;
  frame.title = in(meta.title);
  frame.author = in(meta.issuer);
  frame.created = to_rfc3339(meta.created);
  frame.watermark = in(meta.watermark);
  frame.first_page_bare = meta.official && (meta.official->form == Official::Form::letter ||
                                            meta.official->form == Official::Form::cover);
  auto parts = docx::fixed_parts(frame);
  parts.emplace_back("word/document.xml", docx::document_part(Writer(document).body(), frame));
  return zipped(parts);
}

}  // namespace tributary::document
