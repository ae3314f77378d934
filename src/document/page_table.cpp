// Tables: column widths, rows over page ends, repeated headers.
#include "document/page.h"

#include <algorithm>
#include <numeric>

namespace tributary::document::page {
namespace {

constexpr double pad_x = 4;
constexpr double pad_y = 3;
constexpr double smallest_type = 6;  // points; below this nobody can read it
constexpr double hairline = 0.4;

struct CellLines {
  std::vector<Line> lines;
};

// One table being put: the measured columns and the state of the page.
class TablePrinter {
 public:
  TablePrinter(Flow& flow, const Table& table)
      : flow_(flow), table_(table), cell_(flow.shape().cell), head_(flow.shape().head) {}

  void print() {
    check(table_);
    if (table_.columns.empty()) return caption();
    measure();
    caption();
    flow_.need(header_height() + 2 * (cell_.pitch + 2 * pad_y));
    header();
    const std::size_t count = table_.rows.size();
    const double one = cell_.pitch + 2 * pad_y;
    for (std::size_t i = 0; i < count; ++i) {
      // The totals never stand alone on a page, nor with a single row above them.
      double with_next = 0;
      if (i + 1 == count && table_.totals) with_next = one;
      if (i + 2 == count && count > 2) with_next = table_.totals ? 2 * one : one;
      row(broken(table_.rows[i], cell_), cell_, with_next);
    }
    if (table_.rows.empty()) empty_row();
    if (table_.totals) {
      Style bold = cell_;
      bold.bold = true;
      row(broken(*table_.totals, bold), bold, 0);
    }
    flow_.rule(left_.front(), flow_.pen(), left_.back(), flow_.pen(), 0.9);
    flow_.advance(cell_.pitch * 0.6);
  }

 private:
  std::string text_of(const Cell& cell) const { return flow_.in(cell.text, "\n"); }
  std::string title_of(const Column& column) const { return flow_.in(column.title, "\n"); }

  void caption() {
    const Style& style = flow_.shape().caption;
    const std::string text = flow_.in(table_.caption);
    flow_.gap(style.pitch * 0.4);
    if (text.empty()) return;
    flow_.need(2 * style.pitch + 3 * (cell_.pitch + 2 * pad_y));
    flow_.text(Rich(text), style, Align::centre);
    flow_.advance(2);
  }

  double widest(const std::string& text, const Style& style) {
    double out = 0;
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t to = std::min(text.find('\n', from), text.size());
      out = std::max(out, flow_.typesetter().width(Rich(text.substr(from, to - from)), style));
      from = to + 1;
    }
    return out;
  }

  // Natural widths: of whole cells, and of what must not be broken (numbers).
  void measure() {
    const std::size_t n = table_.columns.size();
    natural_.assign(n, 0);
    Style bold = cell_;
    bold.bold = true;
    const auto take = [&](const Row& row, const Style& style) {
      for (std::size_t c = 0; c < std::min(n, row.size()); ++c)
        natural_[c] = std::max(natural_[c], widest(text_of(row[c]), style));
    };
    for (const Row& row : table_.rows) take(row, cell_);
    if (table_.totals) take(*table_.totals, bold);
    titles_.clear();
    for (const Column& column : table_.columns) titles_.push_back(widest(title_of(column), head_));
    fit();
  }

  // Every column gets its least width: a number column what its widest number needs, a text column a few
  // characters. What is left goes by weight to the text columns that want more, then to all alike. When not
  // even the least fits, the type shrinks; at last all columns are equally wide and numbers wrap.
  void fit() {
    const std::size_t n = table_.columns.size();
    const double total = flow_.width();
    for (;;) {
      const double em = cell_.size;
      std::vector<double> wanted(n);
      widths_.assign(n, 0);
      for (std::size_t c = 0; c < n; ++c) {
        const double least_title = std::min(titles_[c], 4.2 * em);
        widths_[c] = (is_text(c) ? std::max({std::min(natural_[c], 5 * em), least_title, 1.5 * em})
                                 : std::max({natural_[c], least_title, 2 * em})) +
                     2 * pad_x + 1;
        wanted[c] = is_text(c) ? std::max(widths_[c], natural_[c] + 2 * pad_x + 1) : widths_[c];
      }
      const double least = std::accumulate(widths_.begin(), widths_.end(), 0.0);
      if (least <= total) {
        double room = share(total - least, wanted);
        for (std::size_t c = 0; c < n; ++c)
          wanted[c] = std::max(widths_[c], std::min(titles_[c], 8 * em) + 2 * pad_x + 1);
        room = share(room, wanted);
        const double sum = total - room;
        for (double& w : widths_) w *= total / sum;
        break;
      }
      if (cell_.size <= smallest_type) {
        std::fill(widths_.begin(), widths_.end(), total / static_cast<double>(n));
        break;
      }
      const double ratio = std::max(smallest_type, cell_.size - 0.5) / cell_.size;
      for (Style* style : {&cell_, &head_}) style->size *= ratio, style->pitch *= ratio;
      for (double& x : natural_) x *= ratio;
      for (double& x : titles_) x *= ratio;
    }
    left_.assign(n + 1, flow_.left());
    for (std::size_t c = 0; c < n; ++c) left_[c + 1] = left_[c] + widths_[c];
  }

  // Widens columns towards what they want; gives back what nobody wanted.
  double share(double room, const std::vector<double>& wanted) {
    const std::size_t n = table_.columns.size();
    while (room > 0.01) {
      double weights = 0;
      for (std::size_t c = 0; c < n; ++c)
        if (widths_[c] < wanted[c]) weights += weight(c);
      if (weights <= 0) break;
      const double before = room;
      for (std::size_t c = 0; c < n; ++c)
        if (widths_[c] < wanted[c]) {
          const double more = std::min(before * weight(c) / weights, wanted[c] - widths_[c]);
          widths_[c] += more, room -= more;
        }
    }
    return room;
  }

  bool is_text(std::size_t c) const { return table_.columns[c].kind == CellKind::text; }
  double weight(std::size_t c) const { return std::max(table_.columns[c].weight, 0.01); }

  std::vector<CellLines> broken(const Row& row, const Style& style) {
    std::vector<CellLines> out(table_.columns.size());
    for (std::size_t c = 0; c < std::min(row.size(), out.size()); ++c)
      out[c].lines = flow_.typesetter().lines(Rich(text_of(row[c])), style, widths_[c] - 2 * pad_x);
    return out;
  }

  const std::vector<CellLines>& header_lines() {
    if (header_.empty())
      for (std::size_t c = 0; c < table_.columns.size(); ++c)
        header_.push_back({balanced(title_of(table_.columns[c]), widths_[c] - 2 * pad_x)});
    return header_;
  }

  // A title of several lines gets lines of about one length: no last line of one character.
  std::vector<Line> balanced(const std::string& title, double room) {
    std::vector<Line> lines = flow_.typesetter().lines(Rich(title), head_, room);
    if (lines.size() < 2 || lines.size() > 4) return lines;
    const double even =
        flow_.typesetter().width(Rich(title), head_) / static_cast<double>(lines.size()) + head_.size * 0.6;
    std::vector<Line> better = flow_.typesetter().lines(Rich(title), head_, std::min(room, even));
    return better.size() == lines.size() ? better : lines;
  }

  static std::size_t count_lines(const std::vector<CellLines>& cells) {
    std::size_t most = 1;
    for (const CellLines& cell : cells) most = std::max(most, cell.lines.size());
    return most;
  }

  double height_of(std::size_t lines, const Style& style) const {
    return static_cast<double>(lines) * style.pitch + 2 * pad_y;
  }
  double header_height() { return height_of(count_lines(header_lines()), head_); }

  void header() {
    const auto& cells = header_lines();
    const std::size_t lines = count_lines(cells);
    // A header taller than half a page (absurd titles) is cut there: the rows must still fit below it.
    const std::size_t most =
        std::max<std::size_t>(1, static_cast<std::size_t>(flow_.shape().height() / 2 / head_.pitch));
    const double height = height_of(std::min(lines, most), head_);
    flow_.fill(left_.front(), flow_.pen(), left_.back() - left_.front(), height);
    flow_.rule(left_.front(), flow_.pen(), left_.back(), flow_.pen(), 0.9);
    draw(cells, head_, 0, std::min(lines, most), true);
  }

  void empty_row() {
    std::vector<CellLines> cells(table_.columns.size());
    const std::string none = flow_.in({"（无）", "(none)"});
    cells.front().lines =
        flow_.typesetter().lines(Rich(none), cell_, std::max(widths_.front() - 2 * pad_x, 4 * cell_.size));
    row(cells, cell_, 0);
  }

  void turn() {
    flow_.new_page();
    if (table_.repeat_header) header();
  }

  void row(const std::vector<CellLines>& cells, const Style& style, double with_next) {
    const std::size_t lines = count_lines(cells);
    const double height = height_of(lines, style);
    const double page = flow_.shape().height() - (table_.repeat_header ? header_height() : 0);
    if (height + with_next <= flow_.room()) return draw(cells, style, 0, lines, false);
    if (height + with_next <= page) {
      turn();
      return draw(cells, style, 0, lines, false);
    }
    for (std::size_t from = 0; from < lines;) {
      const double space = (flow_.room() - 2 * pad_y) / style.pitch;
      std::size_t fits = space < 1 ? 0 : static_cast<std::size_t>(space);
      if (fits == 0) {
        turn();
        fits = std::max<std::size_t>(
            1, static_cast<std::size_t>(std::max(1.0, (flow_.room() - 2 * pad_y) / style.pitch)));
      }
      const std::size_t to = std::min(lines, from + fits);
      draw(cells, style, from, to, false);
      from = to;
    }
  }

  // Lines [from, to) of the row at the pen, with its frame.
  void draw(const std::vector<CellLines>& cells, const Style& style, std::size_t from, std::size_t to,
            bool heading) {
    const double top = flow_.pen();
    const double height = height_of(to - from, style);
    const bool whole = from == 0 && to >= count_lines(cells);
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const auto& lines = cells[c].lines;
      const double unused = whole ? static_cast<double>(to - lines.size()) * style.pitch / 2 : 0;
      const Align align = heading ? Align::centre : alignment(table_.columns[c]);
      for (std::size_t i = from; i < std::min(to, lines.size()); ++i)
        flow_.line(lines[i], style, left_[c] + pad_x,
                   top + pad_y + unused + static_cast<double>(i - from) * style.pitch, widths_[c] - 2 * pad_x,
                   align);
    }
    for (const double x : left_) flow_.rule(x, top, x, top + height, hairline, Ink::grey);
    flow_.rule(left_.front(), top + height, left_.back(), top + height, hairline, Ink::grey);
    flow_.advance(height);
  }

  Flow& flow_;
  const Table& table_;
  Style cell_;
  Style head_;
  std::vector<double> natural_;
  std::vector<double> titles_;
  std::vector<double> widths_;
  std::vector<double> left_;
  std::vector<CellLines> header_;
};

}  // namespace

void put_table(Flow& flow, const Table& table) {
  TablePrinter(flow, table).print();
}

}  // namespace tributary::document::page
