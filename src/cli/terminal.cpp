#include "cli/terminal.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tributary::cli {
namespace {

using document::Align;
using document::CellKind;
using document::Language;
using document::pick;
using document::printable;

constexpr int narrowest_screen = 20;
constexpr int narrowest_text = 8;  // columns a text column keeps
constexpr int between = 2;         // blanks between columns

std::optional<int> number_in(const std::optional<std::string>& text) {
  int value = 0;
  if (!text || text->empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() && end == text->data() + text->size() && value > 0 ? std::optional(value)
                                                                                 : std::nullopt;
}

std::string repeated(std::string_view what, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += what;
  return out;
}

std::string blanks(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

std::string padded(const std::string& text, int width, Align align) {
  const int room = std::max(0, width - display_width(text));
  if (align == Align::right) return blanks(room) + text;
  if (align == Align::centre) return blanks(room / 2) + text + blanks(room - room / 2);
  return text + blanks(room);
}

void end_line(std::string& out) {
  while (out.ends_with(' ')) out.pop_back();
  out += '\n';
}

// One character with the combining marks that follow it.
struct Glyph {
  std::size_t from = 0;
  std::size_t to = 0;
  int width = 0;
};

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t n = std::min<std::size_t>(text.size() - i, lead < 0x80   ? 1
                                                                 : lead < 0xE0 ? 2
                                                                 : lead < 0xF0 ? 3
                                                                               : 4);
    const int width = display_width(text.substr(i, n));
    if (width == 0 && !out.empty())
      out.back().to = i + n;
    else
      out.push_back({i, i + n, width});
    i += n;
  }
  return out;
}

bool one_of(std::string_view glyph, std::string_view set) {
  return !glyph.empty() && set.find(glyph) != std::string_view::npos;
}
bool closing(std::string_view glyph) {
  return one_of(glyph, "，。、；：？！）》”’〕】」』…％%,.;:!?)]}");
}
bool opening(std::string_view glyph) {
  return one_of(glyph, "（《“‘〔【「『([{");
}

struct Range {
  std::size_t from = 0;
  std::size_t to = 0;
};

// The ranges of the lines of one paragraph (no line ends in it); blanks at a break belong to no line. `whole`
// is kept on one line where it fits on one.
std::vector<Range> broken(std::string_view text, int width, Range whole = {}) {
  const std::vector<Glyph> glyphs = glyphs_of(text);
  const auto at = [&](std::size_t i) { return text.substr(glyphs[i].from, glyphs[i].to - glyphs[i].from); };
  std::vector<Range> lines;
  std::size_t first = 0;
  while (first < glyphs.size()) {
    int used = 0;
    std::size_t end = first, good = first;  // `good`: the last place where a break is allowed
    for (; end < glyphs.size() && (used + glyphs[end].width <= width || end == first); ++end) {
      used += glyphs[end].width;
      if (end + 1 == glyphs.size()) continue;
      const bool blank = at(end) == " " || at(end + 1) == " ";
      const bool wide = glyphs[end].width == 2 || glyphs[end + 1].width == 2;
      const bool inside = glyphs[end + 1].from > whole.from && glyphs[end + 1].from < whole.to;
      if (!inside && (blank || (wide && !closing(at(end + 1)) && !opening(at(end))))) good = end + 1;
    }
    if (end == glyphs.size()) {
      lines.push_back({glyphs[first].from, text.size()});
      break;
    }
    const std::size_t next = good > first ? good : end;
    std::size_t last = next;
    while (last > first && at(last - 1) == " ") --last;
    lines.push_back({glyphs[first].from, last > first ? glyphs[last - 1].to : glyphs[first].from});
    first = next;
    while (first < glyphs.size() && at(first) == " ") ++first;
  }
  if (lines.empty()) lines.push_back({0, 0});
  return lines;
}

std::string tabs_to_blanks(std::string text) {
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

std::string shown(const Text& text, Language language) {
  return tabs_to_blanks(printable(pick(text, language)));
}

int widest_line(const std::string& text) {
  int out = 0;
  for (const std::string_view line : split(text, '\n')) out = std::max(out, display_width(line));
  return out;
}

// Keys in a column of `key_width`, values beside them.
void put_beside(std::string& out, const std::vector<std::string>& keys,
                const std::vector<std::string>& values, int key_width, std::optional<Colour> colour,
                const Screen& screen) {
  for (std::size_t i = 0; i < std::max(keys.size(), values.size()); ++i) {
    const std::string key = i < keys.size() ? keys[i] : std::string();
    out += (colour ? paint(key, *colour, screen) : key) + blanks(key_width - display_width(key) + between);
    if (i < values.size()) out += values[i];
    end_line(out);
  }
}

class TablePrinter {
 public:
  TablePrinter(const document::Table& table, Language language, const Screen& screen)
      : table_(table), language_(language), screen_(screen) {}

  std::string print() {
    document::check(table_);
    if (const std::string caption = shown(table_.caption, language_); !caption.empty())
      for (const std::string& line : wrap(caption, screen_.width))
        out_ += paint(line, Colour::bold, screen_) + "\n";
    if (table_.columns.empty()) return out_;
    read();
    if (!fit()) return records();
    header();
    for (const auto& row : rows_) put(row, false);
    if (rows_.empty()) out_ += paint(pick({"（无）", "(none)"}, language_), Colour::grey, screen_) + "\n";
    if (table_.totals) rule(), put(totals_, true);
    return out_;
  }

 private:
  bool is_text(std::size_t c) const { return table_.columns[c].kind == CellKind::text; }

  std::vector<std::string> texts_of(const document::Row& row) const {
    std::vector<std::string> out(table_.columns.size());
    for (std::size_t c = 0; c < row.size(); ++c) out[c] = shown(row[c].text, language_);
    return out;
  }

  void read() {
    for (const auto& column : table_.columns) titles_.push_back(shown(column.title, language_));
    for (const auto& row : table_.rows) rows_.push_back(texts_of(row));
    if (table_.totals) totals_ = texts_of(*table_.totals);
  }

  bool fit() {
    const std::size_t n = titles_.size();
    std::vector<int> content(n, 0);
    const auto take = [&](const std::vector<std::string>& row) {
      for (std::size_t c = 0; c < row.size(); ++c) content[c] = std::max(content[c], widest_line(row[c]));
    };
    for (const auto& row : rows_) take(row);
    take(totals_);
    std::vector<int> least(n);
    widths_.assign(n, 0);
    for (std::size_t c = 0; c < n; ++c) {
      widths_[c] = std::max(content[c], widest_line(titles_[c]));
      least[c] = std::min(widths_[c],
                          is_text(c) ? std::clamp(content[c], 4, narrowest_text) : std::max(content[c], 4));
    }
    const int room = screen_.width - between * static_cast<int>(n - 1);
    int sum = std::accumulate(widths_.begin(), widths_.end(), 0);
    if (std::accumulate(least.begin(), least.end(), 0) > room) return false;
    while (sum > room) {  // the widest column that may shrink gives way, texts before the titles over numbers
      std::size_t widest = n;
      for (std::size_t c = 0; c < n; ++c)
        if (widths_[c] > least[c] && (widest == n || widths_[c] > widths_[widest])) widest = c;
      const int level =
          std::max(least[widest], widths_[widest] - std::max(1, (sum - room) / static_cast<int>(n)));
      sum -= widths_[widest] - level;
      widths_[widest] = level;
    }
    return true;
  }

  void put_lines(const std::vector<std::vector<std::string>>& cells, bool bold) {
    std::size_t most = 1;
    for (const auto& cell : cells) most = std::max(most, cell.size());
    for (std::size_t i = 0; i < most; ++i) {
      std::string line;
      for (std::size_t c = 0; c < cells.size(); ++c) {
        if (c > 0) line += blanks(between);
        line += padded(i < cells[c].size() ? cells[c][i] : std::string(), widths_[c],
                       document::alignment(table_.columns[c]));
      }
      while (line.ends_with(' ')) line.pop_back();
      out_ += bold ? paint(line, Colour::bold, screen_) : line;
      out_ += '\n';
    }
  }

  void put(const std::vector<std::string>& row, bool bold) {
    std::vector<std::vector<std::string>> cells;
    for (std::size_t c = 0; c < row.size(); ++c) cells.push_back(wrap(row[c], widths_[c]));
    put_lines(cells, bold);
  }

  void header() {
    put(titles_, true);
    rule();
  }

  void rule() {
    std::string line;
    for (std::size_t c = 0; c < widths_.size(); ++c)
      line += (c > 0 ? blanks(between) : "") + repeated(screen_.tty ? "─" : "-", widths_[c]);
    out_ += paint(line, Colour::grey, screen_) + "\n";
  }

  // Too narrow for a table: one record after another.
  std::string records() {
    int title_width = 0;
    for (const std::string& title : titles_) title_width = std::max(title_width, widest_line(title));
    title_width = std::min(title_width, screen_.width / 2);
    const auto record = [&](const std::string& name, const std::vector<std::string>& row) {
      out_ += paint(fmt::format("{0} {1} {0}", repeated(screen_.tty ? "─" : "-", 2), name), Colour::grey,
                    screen_) +
              "\n";
      for (std::size_t c = 0; c < row.size(); ++c) {
        if (row[c].empty()) continue;
        const int room = std::max(screen_.width - title_width - between, narrowest_text);
        if (!is_text(c) && widest_line(row[c]) > room) {  // a number too wide to stand beside its title
          for (const std::string& line : wrap(titles_[c], screen_.width)) out_ += line + "\n";
          out_ += padded(row[c], screen_.width, Align::right) + "\n";
        } else {
          put_beside(out_, wrap(titles_[c], title_width), wrap(row[c], room), title_width, std::nullopt,
                     screen_);
        }
      }
    };
    for (std::size_t i = 0; i < rows_.size(); ++i) record(std::to_string(i + 1), rows_[i]);
    if (rows_.empty()) out_ += pick({"（无）", "(none)"}, language_) + "\n";
    if (table_.totals) record(pick({"合计", "Total"}, language_), totals_);
    return out_;
  }

  const document::Table& table_;
  Language language_;
  Screen screen_;
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> totals_;
  std::vector<int> widths_;
  std::string out_;
};

}  // namespace

std::optional<std::string> process_environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets the environment
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Screen screen_of(int descriptor, const Environment& environment) {
  Screen screen;
  screen.tty = isatty(descriptor) == 1;
  winsize size{};
  if (screen.tty && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    screen.width = size.ws_col;
  else
    screen.width = number_in(environment("COLUMNS")).value_or(screen.tty ? 80 : 100);
  screen.width = std::clamp(screen.width, narrowest_screen, 1000);
  const auto refused = environment("NO_COLOR");
  screen.colour = screen.tty && !(refused && !refused->empty()) && environment("TERM") != "dumb";
  return screen;
}

std::string paint(std::string_view text, Colour colour, const Screen& screen) {
  if (!screen.colour || text.empty()) return std::string(text);
  static constexpr std::array<int, 6> codes{1, 31, 32, 33, 34, 90};
  return fmt::format("\x1b[{}m{}\x1b[0m", codes.at(static_cast<std::size_t>(colour)), text);
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> out;
  for (const std::string_view paragraph : split(text, '\n'))
    for (const Range& range : broken(paragraph, std::max(width, 2)))
      out.emplace_back(paragraph.substr(range.from, range.to - range.from));
  return out;
}

std::string render_table(const document::Table& table, Language language, const Screen& screen) {
  return TablePrinter(table, language, screen).print();
}

std::string render_key_values(const document::KeyValues& list, Language language, const Screen& screen) {
  int key_width = 0;
  for (const auto& entry : list.entries)
    key_width = std::max(key_width, widest_line(shown(entry.key, language)));
  key_width = std::min(key_width, screen.width / 2);
  std::string out;
  for (const auto& entry : list.entries) {
    put_beside(
        out, wrap(shown(entry.key, language), key_width),
        wrap(shown(entry.value, language), std::max(screen.width - key_width - between, narrowest_text)),
        key_width, Colour::grey, screen);
  }
  return out;
}

std::string render_tree(const document::Tree& tree, Language language, const Screen& screen) {
  std::string out;
  if (const std::string caption = shown(tree.caption, language); !caption.empty())
    for (const std::string& line : wrap(caption, screen.width))
      out += paint(line, Colour::bold, screen) + "\n";
  const auto nodes = document::flatten(tree.roots);
  std::size_t deepest = 1;
  for (const auto& flat : nodes) deepest = std::max(deepest, flat.last_of_row.size());
  // The guides take at most half the screen, however deep the tree.
  const int step = std::clamp(screen.width / 2 / static_cast<int>(deepest), 1, 3);
  const auto guide = [&](std::string_view sign) {
    return std::string(sign) +
           (step == 3 && (sign == "├" || sign == "└") ? "─" : blanks(std::min(step - 1, 1))) +
           blanks(step - 2);
  };
  for (const auto& flat : nodes) {
    const document::TreeNode& node = *flat.node;
    const std::size_t depth = flat.last_of_row.size() - 1;
    std::string ancestors;
    for (std::size_t level = 1; level < depth; ++level)
      ancestors += guide(flat.last_of_row[level] ? " " : "│");
    const std::string own = depth == 0 ? "" : guide(flat.last_of_row[depth] ? "└" : "├");
    const std::string below = depth == 0 ? "" : guide(flat.last_of_row[depth] ? " " : "│");
    const std::string under = guide(node.children.empty() ? " " : "│");

    std::string text = shown(node.label, language);
    std::replace(text.begin(), text.end(), '\n', ' ');
    Range value{text.size(), text.size()};
    Range whole;  // «= value»
    if (!node.value.empty()) {
      if (!text.empty()) {
        whole.from = text.size() + 1;
        text += " = ";
      }
      value.from = text.size();
      text += tabs_to_blanks(printable(node.value));
      value.to = whole.to = text.size();
      if (const std::string unit = shown(node.unit, language); !unit.empty()) text += " " + unit;
    }
    const std::size_t note = text.size();
    if (const std::string words = shown(node.note, language); !words.empty()) text += "  " + words;
    std::replace(text.begin(), text.end(), '\n', ' ');

    const int taken = static_cast<int>(depth + 1) * step;
    bool first = true;
    for (const Range& line : broken(text, std::max(screen.width - taken, narrowest_text), whole)) {
      out += paint(first ? ancestors + own : ancestors + below + under, Colour::grey, screen);
      const auto part = [&](std::size_t from, std::size_t to) {
        from = std::max(from, line.from), to = std::min(to, line.to);
        return from < to ? std::string_view(text).substr(from, to - from) : std::string_view();
      };
      out += part(0, value.from);
      out += paint(part(value.from, value.to), Colour::bold, screen);
      out += part(value.to, note);
      out += paint(part(note, text.size()), Colour::grey, screen);
      end_line(out);
      first = false;
    }
  }
  return out;
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes);
  for (const char* unit : {"kB", "MB", "GB"}) {
    amount /= 1000;
    if (amount < 999.95) return fmt::format("{:.1f} {}", amount, unit);
  }
  return fmt::format("{:.1f} TB", amount / 1000);
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto seconds =
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Progress::Progress(Text label, std::uint64_t total, Measure measure, Language language, Screen screen,
                   Sink sink, Ticks ticks)
    : label_(std::move(label)),
      total_(total),
      measure_(measure),
      language_(language),
      screen_(screen),
      sink_(std::move(sink)),
      ticks_(std::move(ticks)),
      start_(ticks_()),
      open_(screen.tty) {}

Progress Progress::on_stderr(Text label, std::uint64_t total, Measure measure, Language language) {
  return Progress(
      std::move(label), total, measure, language, screen_of(STDERR_FILENO),
      [](std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stderr);
        std::fflush(stderr);
      },
      [] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
      });
}

Progress::Progress(Progress&& other) noexcept
    : label_(std::move(other.label_)),
      total_(other.total_),
      done_(other.done_),
      measure_(other.measure_),
      language_(other.language_),
      screen_(other.screen_),
      sink_(std::move(other.sink_)),
      ticks_(std::move(other.ticks_)),
      start_(other.start_),
      drawn_(other.drawn_),
      open_(std::exchange(other.open_, false)) {}

Progress::~Progress() {
  if (open_ && drawn_) sink_("\r\x1b[K");
}

void Progress::at(std::uint64_t done) {
  done_ = done;
  if (!open_) return;
  const auto now = ticks_();
  if (drawn_ && now - *drawn_ < std::chrono::milliseconds(100)) return;
  draw(now);
}

void Progress::finish() {
  if (!open_) return;
  draw(ticks_());
  sink_("\n");
  open_ = false;
}

void Progress::draw(std::chrono::milliseconds now) {
  drawn_ = now;
  sink_(fmt::format("\r{}\x1b[K", line(now)));
}

std::string Progress::line(std::chrono::milliseconds now) const {
  const auto amount = [&](std::uint64_t n) {
    return measure_ == Measure::bytes ? bytes_text(n) : group_thousands(std::to_string(n));
  };
  const auto elapsed = now - start_;
  const Language one = language_ == Language::en ? Language::en : Language::zh;
  std::string head = shown(label_, one);
  const int room = screen_.width - 1;  // the last column stays free, or some terminals wrap
  if (display_width(head) > room / 3) head = wrap(head, std::max(room / 3, 2)).front();
  std::string tail = total_ == 0 ? amount(done_) : fmt::format("{}/{}", amount(done_), amount(total_));
  tail += pick(
      {fmt::format("  已用 {}", duration_text(elapsed)), fmt::format("  {} elapsed", duration_text(elapsed))},
      one);
  int percent = 0;
  if (total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
    percent = static_cast<int>(share * 100);
    if (done_ > 0 && done_ < total_ && elapsed >= std::chrono::seconds(1)) {
      const std::chrono::milliseconds left(
          static_cast<std::int64_t>(static_cast<double>(elapsed.count()) * (1 - share) / share));
      tail +=
          pick({fmt::format("  剩余 {}", duration_text(left)), fmt::format("  {} left", duration_text(left))},
               one);
    }
    const int bar = std::min(30, room - display_width(head) - display_width(tail) - 10);
    if (bar >= 5) {
      const int full = static_cast<int>(share * bar);
      head += " " + paint(repeated("█", full), Colour::green, screen_) +
              paint(repeated("░", bar - full), Colour::grey, screen_);
    }
    head += fmt::format(" {:3}%", percent);
  }
  std::string out = head + "  " + tail;
  if (!screen_.colour && display_width(out) > room) out = wrap(out, room).front();
  return out;
}

}  // namespace tributary::cli
