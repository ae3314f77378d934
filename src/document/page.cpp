#include "document/page.h"

#include <algorithm>

namespace tributary::document::page {
namespace {

using typeset::Face;

constexpr double mm = 72 / 25.4;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

void put_heading(Flow& flow, const Heading& heading) {
  const Shape& shape = flow.shape();
  const Style& style = heading.level <= 1   ? shape.heading1
                       : heading.level == 2 ? shape.heading2
                                            : shape.heading3;
  flow.gap(style.pitch * 0.3);
  flow.need(style.pitch + 2 * shape.caption.pitch + 3 * shape.cell.pitch);  // a heading never stands alone at the foot
  const std::string text = flow.in(heading.text);
  flow.mark(std::clamp(heading.level, 1, 4), text);
  flow.text(Rich(text), style, Align::left,
            flow.indented_headings() && flow.language() == Language::zh ? 2 * style.size : 0);
}

void put_paragraph(Flow& flow, const Paragraph& paragraph) {
  const Style& style = flow.shape().body;
  const auto put = [&](const std::string& text, bool chinese) {
    flow.text(Rich(text), style, paragraph.align,
              chinese && paragraph.indent && paragraph.align == Align::left ? 2 * style.size : 0, 0,
              paragraph.align == Align::left || paragraph.align == Align::by_kind);
  };
  if (flow.language() != Language::both) return put(flow.in(paragraph.text), flow.language() == Language::zh);
  put(printable(pick(paragraph.text, Language::zh)), true);
  if (!paragraph.text.en.empty() && !paragraph.text.zh.empty() && paragraph.text.en != paragraph.text.zh)
    put(printable(paragraph.text.en), false);
}

void put_title(Flow& flow, const Metadata& meta) {
  if (meta.official) return put_official_head(flow, meta);
  const Shape& shape = flow.shape();
  const bool both = flow.language() == Language::both;
  const Language first = both ? Language::zh : flow.language();
  if (const std::string title = printable(pick(meta.title, first)); !title.empty()) {
    flow.text(Rich(title), shape.title, Align::centre);
    if (both && !meta.title.en.empty() && meta.title.en != title)
      flow.text(Rich(printable(meta.title.en)), shape.subtitle, Align::centre);
  }
  if (const std::string subtitle = flow.in(meta.subtitle); !subtitle.empty())
    flow.text(Rich(subtitle), shape.subtitle, Align::centre);
  if (!meta.number.empty()) flow.text(Rich(printable(meta.number)), shape.number, Align::centre);
  if (!flow.at_top()) flow.advance(shape.body.pitch * 0.5);
}

}  // namespace

Shape shape_of(const PdfOptions& options) {
  Shape s;
  const bool official = options.sizes == Sizes::official;
  s.page_width = 210 * mm, s.page_height = 297 * mm;
  if (options.landscape) std::swap(s.page_width, s.page_height);
  if (official && !options.landscape)
    s.top = 37 * mm, s.left = 28 * mm, s.right = 26 * mm, s.bottom = 35 * mm;
  else
    s.top = 22 * mm, s.left = 20 * mm, s.right = 20 * mm, s.bottom = 20 * mm;
  const auto style = [&](Face face, double large, double large_pitch, double little, double little_pitch,
                         bool bold = false, Ink ink = Ink::black) {
    return official ? Style{face, large, large_pitch, bold, ink}
                    : Style{face, little, little_pitch, bold, ink};
  };
  // 3号 = 15.75 pt, so that 28 characters fill 156 mm; 22 lines fill 225 mm; 2号 = 22 pt, 五号 = 10.5 pt,
  // 小五 = 9 pt.
  constexpr double line = 225 * mm / 22;
  s.title = style(Face::serif, 22, 36, 16, 26, true);
  s.subtitle = style(Face::serif, 15.75, line, 11, 18);
  s.number = style(Face::serif, 14, 26, 10.5, 18);
  s.body = style(Face::serif, 15.75, line, 10.5, 18);
  s.heading1 = style(Face::sans, 15.75, line, 12, 20, true);
  s.heading2 = style(Face::serif, 15.75, line, 11, 19, true);
  s.heading3 = style(Face::serif, 15.75, line, 10.5, 18);
  s.key = style(Face::sans, 12, 20, 9.5, 15, false, Ink::grey);
  s.value = style(Face::serif, 12, 20, 9.5, 15);
  s.cell = style(Face::sans, 10.5, 15.5, 9, 13.5);
  s.head = style(Face::sans, 10.5, 15.5, 9, 13.5, true);
  s.caption = style(Face::sans, 12, 20, 9.5, 15, true);
  s.tree = style(Face::sans, 10.5, 17, 9, 14.5);
  s.small = style(Face::serif, 9, 14, 8, 12, false, Ink::grey);
  s.running = style(Face::sans, 9, 14, 8, 12, false, Ink::grey);
  return s;
}

Flow::Flow(const Shape& shape, typeset::Typesetter& typesetter, Language language, bool official)
    : typesetter_(typesetter), language_(language), official_(official), pen_(shape.top) {
  layout_.shape = shape;
  layout_.pages.emplace_back();
}

std::string Flow::in(const Text& text, std::string_view joint) const {
  return printable(pick(text, language_, joint));
}

void Flow::new_page() {
  layout_.pages.emplace_back();
  pen_ = shape().top;
}

void Flow::need(double height) {
  constexpr double rounding = 0.01;
  if (height > room() + rounding && !at_top()) new_page();
}

void Flow::gap(double by) {
  if (!at_top()) pen_ += by;
}

void Flow::rule(double x1, double y1, double x2, double y2, double thickness, Ink ink) {
  layout_.pages.back().ops.emplace_back(RuleOp{x1, y1, x2, y2, thickness, ink});
}

void Flow::fill(double x, double y, double w, double h) {
  layout_.pages.back().ops.emplace_back(FillOp{x, y, w, h});
}

void Flow::squares(double x, double y, double side, std::vector<std::vector<bool>> rows) {
  layout_.pages.back().ops.emplace_back(SquaresOp{x, y, side, std::move(rows)});
}

void Flow::line(const Line& line, const Style& style, double x, double top, double w, Align align,
                double stretch) {
  if (line.rich.text.empty()) return;
  if (align == Align::right) x += w - line.width;
  if (align == Align::centre) x += (w - line.width) / 2;
  layout_.pages.back().ops.emplace_back(TextOp{x, top, line.rich, style, stretch});
}

void Flow::text(const Rich& rich, const Style& style, Align align, double indent, double inset,
                bool justify) {
  const double w = width() - inset;
  const std::vector<Line> lines = typesetter_.lines(rich, style, w, indent);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t left_over = lines.size() - i;
    if (left_over == 2 || (i == 0 && left_over > 2))
      need(2 * style.pitch);
    else
      need(style.pitch);
    const double first = i == 0 ? indent : 0;
    // Only Chinese gaps are widened, and by no more than a reader overlooks; Latin words keep their spaces.
    double stretch = 0;
    if (justify && !lines[i].ends_paragraph) {
      const double slack = w - first - lines[i].width;
      const auto gaps = static_cast<double>(typeset::Typesetter::stretchable_gaps(lines[i].rich.text));
      if (slack > 0 && slack <= gaps * style.size * 0.08) stretch = slack;
    }
    line(lines[i], style, left() + inset + first, pen_, w - first, align, stretch);
    pen_ += style.pitch;
  }
}

void Flow::mark(int level, const std::string& text) {
  layout_.marks.push_back({level, text, layout_.pages.size() - 1, pen_});
}

Layout lay_out(const Document& document, const PdfOptions& options, typeset::Typesetter& typesetter) {
  Flow flow(shape_of(options), typesetter, document.meta.language, document.meta.official.has_value());
  put_title(flow, document.meta);
  for (const Block& block : document.blocks)
    std::visit(
        Overloaded{[&](const Heading& heading) { put_heading(flow, heading); },
                   [&](const Paragraph& paragraph) { put_paragraph(flow, paragraph); },
                   [&](const KeyValues& list) { put_key_values(flow, list); },
                   [&](const Table& table) { put_table(flow, table); },
                   [&](const Tree& tree) { put_tree(flow, tree); },
                   [&](const Signatures& signatures) { put_signatures(flow, signatures, document.meta); },
                   [&](const QrCode& code) { put_qr_code(flow, code); },
                   [&](const PageBreak&) {
                     if (!flow.at_top()) flow.new_page();
                   },
                   [&](const SmallPrint& small) {
                     flow.gap(flow.shape().small.pitch * 0.5);
                     flow.text(Rich(flow.in(small.text)), flow.shape().small);
                   }},
        block);
  if (document.meta.official) put_official_foot(flow, document.meta);
  return flow.take();
}

}  // namespace tributary::document::page
