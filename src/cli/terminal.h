// Output for people at a terminal: tables with Chinese in them, derivation trees, a progress bar, colours.
//
// The same `document` values that are printed as PDF and saved as XLSX are shown here. Everything returned is
// UTF-8 with a line end after each line and no trailing blanks. Control characters in data never reach the
// terminal. Colours appear only where `Screen::colour` says so; widths are columns (a Chinese character takes
// two).
#pragma once

#include "document/document.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::cli {

struct Screen {
  int width = 100;  // columns
  bool tty = false;
  bool colour = false;
};

// How an environment variable is read; empty when not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> process_environment(const char* name);

// What stands behind a file descriptor. Width: that of the terminal, else COLUMNS, else 80 on a terminal that
// does not say and 100 elsewhere; never below 20. Colours on a terminal unless NO_COLOR is set (no-color.org)
// or TERM is dumb.
Screen screen_of(int descriptor, const Environment& environment = process_environment);

enum class Colour : std::uint8_t { bold, red, green, yellow, blue, grey };
std::string paint(std::string_view text, Colour colour, const Screen& screen);

// Lines of at most `width` columns: broken at spaces and between Chinese characters, with closing punctuation
// kept on its line and opening punctuation taken to the next; inside a word only when the word alone is too
// wide.
std::vector<std::string> wrap(std::string_view text, int width);

// Numbers are never broken or cut: the widest texts are. When even that does not fit, one record after
// another is shown as «title value» lines. Throws document ragged_table.
std::string render_table(const document::Table& table, document::Language language, const Screen& screen);

// Labels with guide lines, the value right after its label, long lines wrapped under the label.
std::string render_tree(const document::Tree& tree, document::Language language, const Screen& screen);

std::string render_key_values(const document::KeyValues& list, document::Language language,
                              const Screen& screen);

// "1.5 MB" (powers of 1000, as disks are sold), "12:05" or "1:02:03".
std::string bytes_text(std::uint64_t bytes);
std::string duration_text(std::chrono::milliseconds duration);

// A bar that redraws itself on one line, at most ten times a second; silent where the screen is no terminal.
//
//     auto progress = Progress::on_stderr({"导入", "Import"}, rows, Progress::Measure::steps, language);
//     for (…) progress.advance();
//     progress.finish();
//
// Destroyed without finish() (an error), it wipes its line, so that the message stands alone.
class Progress {
 public:
  enum class Measure : std::uint8_t { steps, bytes };
  using Sink = std::function<void(std::string_view)>;
  using Ticks = std::function<std::chrono::milliseconds()>;  // since any fixed point, never backwards

  // `total` 0: not known; then only the count and the time are shown.
  Progress(Text label, std::uint64_t total, Measure measure, document::Language language, Screen screen,
           Sink sink, Ticks ticks);
  static Progress on_stderr(Text label, std::uint64_t total, Measure measure, document::Language language);
  ~Progress();
  Progress(Progress&& other) noexcept;
  Progress& operator=(Progress&&) = delete;

  void advance(std::uint64_t by = 1) { at(done_ + by); }
  void at(std::uint64_t done);
  // Draws the last state and ends the line.
  void finish();

 private:
  std::string line(std::chrono::milliseconds now) const;
  void draw(std::chrono::milliseconds now);

  Text label_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  Measure measure_;
  document::Language language_;
  Screen screen_;
  Sink sink_;
  Ticks ticks_;
  std::chrono::milliseconds start_;
  std::optional<std::chrono::milliseconds> drawn_;
  bool open_ = true;
};

}  // namespace tributary::cli
