// 版头 and 版记 after GB/T 9704-2012, 7.2, 7.4, 10.1 (letters), 10.3 (minutes).
#include "document/page.h"

#include <algorithm>

namespace tributary::document::page {
namespace {

constexpr double mm = 72 / 25.4;

// One line in the largest size that fits.
void red_head(Flow& flow, const std::string& text, double largest) {
  Style style{typeset::Face::serif, largest, largest * 1.25, true, Ink::red};
  const double wide = flow.typesetter().width(Rich(text), style);
  if (wide > flow.width()) style.size *= flow.width() / wide * 0.99;
  style.pitch = style.size * 1.25;
  const Line line = flow.typesetter().fitted(Rich(text), style, flow.width());
  flow.line(line, style, flow.left(), flow.pen(), flow.width(), Align::centre);
  flow.advance(style.pitch);
}

void title(Flow& flow, const Metadata& meta, double above) {
  flow.advance(above);
  if (const std::string text = flow.in(meta.title, "\n"); !text.empty())
    flow.text(Rich(text), flow.shape().title, Align::centre);
  if (const std::string text = flow.in(meta.subtitle); !text.empty())
    flow.text(Rich(text), flow.shape().subtitle, Align::centre);
  flow.advance(flow.shape().body.pitch * 0.6);
}

void recipients(Flow& flow, const Official& official) {
  if (const std::string to = flow.in(official.recipients); !to.empty())
    flow.text(Rich(to + "："), flow.shape().body);
}

// The number between the head and the red line, which stands 4 mm below it.
void document_head(Flow& flow, const Metadata& meta) {
  const Shape& shape = flow.shape();
  flow.move_to(shape.top + 20 * mm);
  red_head(flow, flow.in(meta.official->head), 36);
  flow.advance(shape.body.pitch * 0.8);
  if (!meta.number.empty()) {
    const Line number = flow.typesetter().fitted(Rich(printable(meta.number)), shape.body, flow.width());
    flow.line(number, shape.body, flow.left(), flow.pen(), flow.width(), Align::centre);
    flow.advance(shape.body.pitch);
  }
  flow.advance(4 * mm - 4);
  flow.rule(flow.left(), flow.pen(), flow.left() + flow.width(), flow.pen(), 1.4, Ink::red);
  title(flow, meta, shape.body.pitch * 1.2);
}

// Head 30 mm from the edge; lines of 170 mm, thick above thin below, and the other way round at the foot.
void letter_head(Flow& flow, const Metadata& meta) {
  const Shape& shape = flow.shape();
  const double left = (shape.page_width - 170 * mm) / 2;
  const auto lines = [&](double y, bool thick_first) {
    flow.rule(left, y, left + 170 * mm, y, thick_first ? 2 : 0.6, Ink::red);
    flow.rule(left, y + 3, left + 170 * mm, y + 3, thick_first ? 0.6 : 2, Ink::red);
  };
  lines(shape.page_height - 20 * mm, false);
  flow.move_to(24 * mm);
  red_head(flow, flow.in(meta.official->head), 30);
  flow.advance(4 * mm);
  lines(flow.pen(), true);
  flow.advance(shape.body.pitch * 0.5);
  if (!meta.number.empty()) {
    const Line number = flow.typesetter().fitted(Rich(printable(meta.number)), shape.body, flow.width());
    flow.line(number, shape.body, flow.left(), flow.pen(), flow.width(), Align::right);
    flow.advance(shape.body.pitch);
  }
  title(flow, meta, shape.body.pitch);
}

void cover(Flow& flow, const Metadata& meta) {
  const Shape& shape = flow.shape();
  if (!meta.number.empty()) {
    const Line number = flow.typesetter().fitted(Rich(printable(meta.number)), shape.body, flow.width());
    flow.line(number, shape.body, flow.left(), flow.pen(), flow.width(), Align::right);
  }
  flow.move_to(shape.top + 62 * mm);
  title(flow, meta, 0);
  flow.move_to(shape.page_height - shape.bottom - 3 * shape.body.pitch);
  flow.text(Rich(flow.in(meta.issuer)), shape.body, Align::centre);
  if (meta.date) flow.text(Rich(long_date(*meta.date, flow.language())), shape.body, Align::centre);
  flow.new_page();
}

}  // namespace

void put_official_head(Flow& flow, const Metadata& meta) {
  switch (meta.official->form) {
    case Official::Form::document:
    case Official::Form::minutes:
      document_head(flow, meta);
      break;
    case Official::Form::letter:
      letter_head(flow, meta);
      break;
    case Official::Form::cover:
      cover(flow, meta);
      break;
    case Official::Form::plain:
      if (!meta.number.empty()) {
        const Style& style = flow.shape().number;
        const Line number = flow.typesetter().fitted(Rich(printable(meta.number)), style, flow.width());
        flow.line(number, style, flow.left(), flow.pen(), flow.width(), Align::right);
        flow.advance(style.pitch);
      }
      title(flow, meta, flow.shape().body.pitch);
      break;
  }
  recipients(flow, *meta.official);
}

void put_official_foot(Flow& flow, const Metadata& meta) {
  const Official& official = *meta.official;
  const std::string copies = flow.in(official.copies);
  const std::string by = flow.in(official.printed_by);
  if (copies.empty() && by.empty()) return;
  const Shape& shape = flow.shape();
  const Style style{typeset::Face::serif, 14, 21, false, Ink::black};
  const double inset = style.size;  // one character free on either side
  const double label = copies.empty() ? 0 : flow.typesetter().width(Rich("抄送："), style);
  const auto lines =
      copies.empty() ? std::vector<Line>()
                     : flow.typesetter().lines(Rich(copies + "。"), style, flow.width() - 2 * inset - label);
  // More names than half a page holds are not what 版记 is for; they then run over the foot of the text.
  const double height = static_cast<double>(lines.size() + (by.empty() ? 0 : 1)) * style.pitch + 8;
  flow.need(std::min(height, shape.height()) + shape.body.pitch);
  flow.move_to(shape.page_height - shape.bottom - height);
  const double right = flow.left() + flow.width();
  flow.rule(flow.left(), flow.pen(), right, flow.pen(), 1);
  flow.advance(2);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 0)
      flow.line({Rich("抄送："), label}, style, flow.left() + inset, flow.pen(), label, Align::left);
    flow.line(lines[i], style, flow.left() + inset + label, flow.pen(), flow.width() - 2 * inset - label,
              Align::left);
    flow.advance(style.pitch);
  }
  if (!by.empty()) {
    if (!lines.empty()) flow.rule(flow.left(), flow.pen(), right, flow.pen(), 0.7);
    const std::string on = official.printed_on ? long_date(*official.printed_on, flow.language()) +
                                                     flow.in({"印发", official.printed_on ? " (issued)" : ""})
                                               : std::string();
    const Rich day(on);
    const double width = flow.typesetter().width(day, style);
    flow.line(flow.typesetter().fitted(Rich(by), style, flow.width() - 3 * inset - width), style,
              flow.left() + inset, flow.pen(), flow.width() - 2 * inset, Align::left);
    flow.line({day, width}, style, right - inset - width, flow.pen(), width, Align::left);
    flow.advance(style.pitch);
  }
  flow.advance(2);
  flow.rule(flow.left(), flow.pen(), right, flow.pen(), 1);
}

}  // namespace tributary::document::page
