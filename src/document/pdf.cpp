#include "document/pdf.h"

#include "document/codes.h"
#include "document/page.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <cairo-pdf.h>
#include <fmt/format.h>

namespace tributary::document {
namespace {

using page::Ink;
using page::Rich;
using page::Style;

struct CloseSurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct CloseCanvas {
  void operator()(cairo_t* canvas) const { cairo_destroy(canvas); }
};
using Surface = std::unique_ptr<cairo_surface_t, CloseSurface>;
using Canvas = std::unique_ptr<cairo_t, CloseCanvas>;

cairo_status_t append(void* closure, const unsigned char* data, unsigned length) {
  try {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

void check_status(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  throw Error(codes::pdf_failed, {fmt::format("生成 PDF 失败：{}", cairo_status_to_string(status)),
                                  fmt::format("making the PDF failed: {}", cairo_status_to_string(status))});
}

class Printer {
 public:
  Printer(const Document& document, const page::Layout& layout, typeset::Typesetter& typesetter,
          std::string& bytes)
      : document_(document),
        layout_(layout),
        typesetter_(typesetter),
        surface_(cairo_pdf_surface_create_for_stream(append, &bytes, layout.shape.page_width,
                                                     layout.shape.page_height)),
        canvas_(cairo_create(surface_.get())) {
    check_status(cairo_surface_status(surface_.get()));
    cairo_pdf_surface_restrict_to_version(surface_.get(), CAIRO_PDF_VERSION_1_5);
    metadata();
    prepare();
  }

  void print() {
    for (std::size_t i = 0; i < layout_.pages.size(); ++i) {
      watermark();
      for (const page::Op& op : layout_.pages[i].ops) std::visit([this](const auto& one) { draw(one); }, op);
      header(i);
      footer(i);
      outline(i);
      cairo_show_page(canvas_.get());
    }
    check_status(cairo_status(canvas_.get()));
    canvas_.reset();
    cairo_surface_finish(surface_.get());
    check_status(cairo_surface_status(surface_.get()));
  }

 private:
  std::string in(const Text& text) const { return printable(pick(text, document_.meta.language)); }

  void set(cairo_pdf_metadata_t key, const std::string& value) {
    if (!value.empty()) cairo_pdf_surface_set_metadata(surface_.get(), key, value.c_str());
  }

  void metadata() {
    set(CAIRO_PDF_METADATA_TITLE, in(document_.meta.title));
    set(CAIRO_PDF_METADATA_AUTHOR, in(document_.meta.issuer));
    set(CAIRO_PDF_METADATA_SUBJECT, printable(document_.meta.number));
    set(CAIRO_PDF_METADATA_CREATOR, "Tributary");
    // Set by hand: otherwise the wall clock goes in and no two runs give the same bytes.
    set(CAIRO_PDF_METADATA_CREATE_DATE, to_rfc3339(document_.meta.created));
    set(CAIRO_PDF_METADATA_MOD_DATE, to_rfc3339(document_.meta.created));
  }

  void draw(const page::TextOp& op) {
    typesetter_.draw(canvas_.get(), op.x, op.top, op.rich, op.style, op.stretch);
  }

  void draw(const page::RuleOp& op) {
    const typeset::Colour colour = typeset::colour_of(op.ink);
    cairo_set_source_rgb(canvas_.get(), colour.red, colour.green, colour.blue);
    cairo_set_line_width(canvas_.get(), op.thickness);
    cairo_move_to(canvas_.get(), op.x1, op.y1);
    cairo_line_to(canvas_.get(), op.x2, op.y2);
    cairo_stroke(canvas_.get());
  }

  void draw(const page::FillOp& op) {
    cairo_set_source_rgb(canvas_.get(), 0.94, 0.94, 0.94);
    cairo_rectangle(canvas_.get(), op.x, op.y, op.width, op.height);
    cairo_fill(canvas_.get());
  }

  // All squares as one path: drawn one by one they would show seams on screens.
  void draw(const page::SquaresOp& op) {
    cairo_set_source_rgb(canvas_.get(), 0, 0, 0);
    for (std::size_t row = 0; row < op.rows.size(); ++row)
      for (std::size_t column = 0; column < op.rows[row].size(); ++column)
        if (op.rows[row][column])
          cairo_rectangle(canvas_.get(), op.x + static_cast<double>(column) * op.side,
                          op.y + static_cast<double>(row) * op.side, op.side, op.side);
    cairo_fill(canvas_.get());
  }

  // What is the same on every page is measured once.
  void prepare() {
    const page::Shape& shape = layout_.shape;
    number_ = typesetter_.fitted(Rich(printable(document_.meta.number)), shape.running, shape.width() * 0.45);
    title_ =
        typesetter_.fitted(Rich(in(document_.meta.title)), shape.running, shape.width() - number_.width - 12);
    footer_ = typesetter_.fitted(Rich(in(document_.meta.footer)), shape.running, shape.width() * 0.7);
    const double diagonal = std::hypot(shape.page_height, shape.page_width) * 0.55;
    watermark_style_ = {typeset::Face::sans, 8, 8, true, Ink::watermark};
    watermark_ = typesetter_.fitted(Rich(in(document_.meta.watermark)), watermark_style_, diagonal);
    const double size = std::clamp(8 * diagonal / std::max(watermark_.width, 1.0), 8.0, 130.0);
    watermark_.width *= size / watermark_style_.size;
    watermark_style_.size = watermark_style_.pitch = size;
  }

  void watermark() {
    if (watermark_.rich.text.empty()) return;
    const page::Shape& shape = layout_.shape;
    cairo_save(canvas_.get());
    cairo_translate(canvas_.get(), shape.page_width / 2, shape.page_height / 2);
    cairo_rotate(canvas_.get(), -std::atan2(shape.page_height, shape.page_width));
    typesetter_.draw(canvas_.get(), -watermark_.width / 2, -watermark_style_.pitch / 2, watermark_.rich,
                     watermark_style_);
    cairo_restore(canvas_.get());
  }

  // From the second page on: on the first the title itself stands there.
  void header(std::size_t index) {
    if (index == 0 || document_.meta.official) return;
    const page::Shape& shape = layout_.shape;
    const double top = std::max(shape.top - shape.running.pitch - 12, 8.0);
    const double right = shape.page_width - shape.right;
    const double base = top + shape.running.pitch + 2;
    typesetter_.draw(canvas_.get(), shape.left, top, title_.rich, shape.running);
    typesetter_.draw(canvas_.get(), right - number_.width, top, number_.rich, shape.running);
    draw(page::RuleOp{shape.left, base, right, base, 0.4, Ink::pale});
  }

  void footer(std::size_t index) {
    if (document_.meta.official) return official_number(index);
    const page::Shape& shape = layout_.shape;
    const double top = shape.page_height - shape.bottom + std::min(18.0, shape.bottom / 3);
    const std::size_t page = index + 1;
    const std::size_t all = layout_.pages.size();
    const Rich count(
        in({fmt::format("第 {} 页 共 {} 页", page, all), fmt::format("Page {} of {}", page, all)}));
    const double width = typesetter_.width(count, shape.running);
    typesetter_.draw(canvas_.get(), shape.page_width - shape.right - width, top, count, shape.running);
    typesetter_.draw(canvas_.get(), shape.left, top, footer_.rich, shape.running);
  }

  // «— 1 —», 7 mm below the text, one character from the outer edge; the first page of a letter and a cover
  // have none.
  void official_number(std::size_t index) {
    const page::Shape& shape = layout_.shape;
    const Official::Form form = document_.meta.official->form;
    if (index == 0 && (form == Official::Form::letter || form == Official::Form::cover)) return;
    const std::size_t page = form == Official::Form::cover ? index : index + 1;
    const Rich number(fmt::format("— {} —", page));
    const double width = typesetter_.width(number, shape.number);
    const double x = page % 2 == 1 ? shape.page_width - shape.right - shape.number.size - width
                                   : shape.left + shape.number.size;
    constexpr double below = 7 * 72 / 25.4;
    typesetter_.draw(canvas_.get(), x, shape.page_height - shape.bottom + below - 6, number, shape.number);
  }

  void outline(std::size_t index) {
    for (; next_mark_ < layout_.marks.size() && layout_.marks[next_mark_].page == index; ++next_mark_) {
      const page::Mark& mark = layout_.marks[next_mark_];
      while (!parents_.empty() && parents_.back().first >= mark.level) parents_.pop_back();
      const int parent = parents_.empty() ? CAIRO_PDF_OUTLINE_ROOT : parents_.back().second;
      const std::string where =
          fmt::format(FMT_STRING("page={} pos=[{:.1f} {:.1f}]"), index + 1, layout_.shape.left, mark.top);
      const int id = cairo_pdf_surface_add_outline(surface_.get(), parent, mark.text.c_str(), where.c_str(),
                                                   CAIRO_PDF_OUTLINE_FLAG_OPEN);
      parents_.emplace_back(mark.level, id);
    }
  }

  const Document& document_;
  const page::Layout& layout_;
  typeset::Typesetter& typesetter_;
  Surface surface_;
  Canvas canvas_;
  typeset::Line number_, title_, footer_, watermark_;
  Style watermark_style_;
  std::size_t next_mark_ = 0;
  std::vector<std::pair<int, int>> parents_;  // level and outline id of the open headings
};

}  // namespace

std::string render_pdf(const Document& document, const PdfOptions& options) {
  typeset::Typesetter typesetter({options.serif, options.sans});
  const page::Layout layout = page::lay_out(document, options, typesetter);
  std::string bytes;
  Printer(document, layout, typesetter, bytes).print();
  return bytes;
}

}  // namespace tributary::document
