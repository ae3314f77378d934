// Breaking text into lines and drawing them: the only place that knows Pango and Cairo text. Private to
// `document`.
//
// Everything is in points (1/72 inch). Lines of one style stand at one fixed pitch, as official documents
// want it (GB/T 9704: 22 lines a page), whichever fallback fonts the characters come from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct _cairo;

namespace tributary::document::typeset {

enum class Face : std::uint8_t { serif, sans };
enum class Ink : std::uint8_t { black, grey, pale, watermark, red };
struct Colour {
  double red, green, blue;  // 0 … 1
};
Colour colour_of(Ink ink);

struct Style {
  Face face = Face::serif;
  double size = 10.5;  // points
  double pitch = 18;   // points from line to line
  bool bold = false;
  Ink ink = Ink::black;
  bool operator==(const Style&) const = default;
};

struct Span {
  std::size_t from = 0;  // bytes
  std::size_t to = 0;
  bool bold = false;
  Ink ink = Ink::black;
};

// A text with some parts bold or grey.
struct Rich {
  std::string text;
  std::vector<Span> spans;

  Rich() = default;
  explicit Rich(std::string plain) : text(std::move(plain)) {}
  void add(std::string_view more) { text += more; }
  void add(std::string_view more, bool bold, Ink ink);
};

struct Line {
  Rich rich;
  double width = 0;
  bool ends_paragraph = true;
};

struct Fonts {
  std::vector<std::string> serif;
  std::vector<std::string> sans;
};

class Typesetter {
 public:
  // Throws font_missing when none of the families of a face is installed.
  explicit Typesetter(const Fonts& fonts);
  ~Typesetter();
  Typesetter(Typesetter&&) noexcept;
  Typesetter& operator=(Typesetter&&) noexcept;

  // Width on one line. Texts of many thousand bytes count as 10 000 points wide without being measured.
  double width(const Rich& rich, const Style& style);
  // Broken between words, or inside a word that is wider than the line. `indent` pushes the first line in.
  // At least one line, also for an empty text.
  std::vector<Line> lines(const Rich& rich, const Style& style, double width, double indent = 0);
  // The text on one line, cut with … where it is too wide.
  Line fitted(const Rich& rich, const Style& style, double width);
  // `top` is the upper edge of the line's pitch. `stretch` is spread over the gaps between Chinese
  // characters.
  void draw(_cairo* canvas, double x, double top, const Rich& rich, const Style& style, double stretch = 0);
  // Gaps between two neighbouring Chinese characters: where a line may be stretched.
  static std::size_t stretchable_gaps(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::document::typeset
