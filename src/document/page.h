// Laying a document out on pages: a list of what to draw for each page, without drawing it. Private to
// `document`.
//
// Pages are complete lists before any is drawn, since «page 2 of 14» on page 2 needs the 14.
#pragma once

#include "document/document.h"
#include "document/pdf.h"
#include "document/typeset.h"

#include <string>
#include <variant>
#include <vector>

namespace tributary::document::page {

using typeset::Ink;
using typeset::Line;
using typeset::Rich;
using typeset::Style;

struct TextOp {
  double x = 0;
  double top = 0;  // upper edge of the line's pitch
  Rich rich;
  Style style;
  double stretch = 0;  // points to spread between Chinese characters
};

struct RuleOp {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  double thickness = 0.5;
  Ink ink = Ink::black;
};

struct FillOp {
  double x = 0, y = 0, width = 0, height = 0;  // pale grey ground
};

struct SquaresOp {
  double x = 0, y = 0;
  double side = 0;                      // of one square
  std::vector<std::vector<bool>> rows;  // black ones true
};

using Op = std::variant<TextOp, RuleOp, FillOp, SquaresOp>;

struct Page {
  std::vector<Op> ops;
};

struct Mark {  // an entry of the outline
  int level = 1;
  std::string text;
  std::size_t page = 0;  // from 0
  double top = 0;
};

// Sizes of the page and of every kind of text, in points.
struct Shape {
  double page_width = 0, page_height = 0;
  double left = 0, right = 0, top = 0, bottom = 0;  // margins
  Style title, subtitle, number, body, heading1, heading2, heading3, key, value, cell, head, caption, tree,
      small, running;

  double width() const { return page_width - left - right; }
  double height() const { return page_height - top - bottom; }
};
Shape shape_of(const PdfOptions& options);

struct Layout {
  Shape shape;
  std::vector<Page> pages;  // at least one
  std::vector<Mark> marks;
};

Layout lay_out(const Document& document, const PdfOptions& options, typeset::Typesetter& typesetter);

// The pages being filled: where the pen stands, and when a new page is due.
class Flow {
 public:
  Flow(const Shape& shape, typeset::Typesetter& typesetter, Language language, bool official);

  const Shape& shape() const { return layout_.shape; }
  typeset::Typesetter& typesetter() { return typesetter_; }
  Language language() const { return language_; }
  bool indented_headings() const { return official_; }  // GB/T 9704: by two characters, as the text
  std::string in(const Text& text, std::string_view joint = " / ") const;  // chosen by language, printable

  double left() const { return shape().left; }
  double width() const { return shape().width(); }
  double pen() const { return pen_; }
  double room() const { return shape().page_height - shape().bottom - pen_; }
  bool at_top() const { return pen_ <= shape().top; }

  void new_page();
  // Turns the page when less than `height` is left; never leaves a blank page behind.
  void need(double height);
  void advance(double by) { pen_ += by; }
  void move_to(double pen) { pen_ = pen; }
  // Space between blocks; none at the top of a page.
  void gap(double by);

  void rule(double x1, double y1, double x2, double y2, double thickness = 0.5, Ink ink = Ink::black);
  void fill(double x, double y, double width, double height);
  void squares(double x, double y, double side, std::vector<std::vector<bool>> rows);
  // One line within [x, x + width).
  void line(const Line& line, const Style& style, double x, double top, double width, Align align,
            double stretch = 0);
  // Wrapped text of any length over as many pages as it needs; at least two lines stay together at a page's
  // foot and head.
  void text(const Rich& rich, const Style& style, Align align = Align::left, double indent = 0,
            double inset = 0, bool justify = false);
  void mark(int level, const std::string& text);

  Layout take() { return std::move(layout_); }

 private:
  Layout layout_;
  typeset::Typesetter& typesetter_;
  Language language_;
  bool official_;
  double pen_;
};

void put_table(Flow& flow, const Table& table);
void put_key_values(Flow& flow, const KeyValues& list);
void put_tree(Flow& flow, const Tree& tree);
void put_qr_code(Flow& flow, const QrCode& code);
// 版头, title and 主送 of an official paper; 版记 at the foot of its last page.
void put_official_head(Flow& flow, const Metadata& meta);
void put_official_foot(Flow& flow, const Metadata& meta);
void put_signatures(Flow& flow, const Signatures& signatures, const Metadata& meta);

}  // namespace tributary::document::page
