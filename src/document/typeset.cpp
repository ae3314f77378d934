#include "document/typeset.h"

#include "document/codes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pango/pangocairo.h>

namespace tributary::document::typeset {
namespace {

template <auto Release>
struct Releaser {
  template <class T>
  void operator()(T* thing) const {
    Release(thing);
  }
};
template <class T>
using Object = std::unique_ptr<T, Releaser<g_object_unref>>;
using Description = std::unique_ptr<PangoFontDescription, Releaser<pango_font_description_free>>;
using Attributes = std::unique_ptr<PangoAttrList, Releaser<pango_attr_list_unref>>;
using Metrics = std::unique_ptr<PangoFontMetrics, Releaser<pango_font_metrics_unref>>;
using FontOptions = std::unique_ptr<cairo_font_options_t, Releaser<cairo_font_options_destroy>>;

// Pango counts in 32 bits of 1/1024 point: a text this long could overflow a line's width.
constexpr std::size_t longest_measured = 20'000;
constexpr double unmeasured_width = 10'000;
// Longer paragraphs are broken piece by piece, since Pango's cost grows faster than their length.
constexpr std::size_t longest_piece = 3'000;

// Chinese characters and full-width punctuation, by the first bytes of their UTF-8.
bool chinese_at(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  if (lead == 0xF0) return static_cast<unsigned char>(text[i + 1]) >= 0xA0;  // U+20000 …
  if (lead == 0xE3) return static_cast<unsigned char>(text[i + 1]) >= 0x80;  // U+3000 …
  return (lead >= 0xE4 && lead <= 0xE9) || (lead == 0xEF && static_cast<unsigned char>(text[i + 1]) >= 0xBC);
}

std::size_t length_at(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  return std::min<std::size_t>(text.size() - i, lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4);
}

// The part of a rich text from byte `from` up to `to`.
Rich slice(const Rich& rich, std::size_t from, std::size_t to) {
  Rich out(rich.text.substr(from, to - from));
  for (const Span& span : rich.spans)
    if (span.from < to && span.to > from)
      out.spans.push_back(
          {std::max(span.from, from) - from, std::min(span.to, to) - from, span.bold, span.ink});
  return out;
}

void put(PangoAttrList* list, PangoAttribute* attribute, std::size_t from, std::size_t to) {
  attribute->start_index = static_cast<guint>(from);
  attribute->end_index = static_cast<guint>(to);
  pango_attr_list_insert(list, attribute);
}

}  // namespace

Colour colour_of(Ink ink) {
  static constexpr std::array<Colour, 5> colours{
      {{0, 0, 0}, {0.38, 0.38, 0.38}, {0.7, 0.7, 0.7}, {0.93, 0.93, 0.93}, {0.85, 0.05, 0.05}}};
  return colours.at(static_cast<std::size_t>(ink));
}

void Rich::add(std::string_view more, bool bold, Ink ink) {
  spans.push_back({text.size(), text.size() + more.size(), bold, ink});
  text += more;
}

struct Typesetter::Impl {
  Object<PangoFontMap> map;
  Object<PangoContext> context;
  Object<PangoLayout> layout;
  std::array<std::string, 2> families;
  struct Prepared {
    Style style;
    Description description;
    double ascent = 0;
    double height = 0;
  };
  std::vector<Prepared> prepared;  // few: one per style of a document
  const Prepared* current = nullptr;

  const Prepared& prepare(const Style& style) {
    const auto same = [&](const Prepared& p) {
      return p.style.face == style.face && p.style.size == style.size && p.style.bold == style.bold;
    };
    if (const auto found = std::find_if(prepared.begin(), prepared.end(), same); found != prepared.end())
      return *found;
    Prepared fresh{style, Description(pango_font_description_new())};
    pango_font_description_set_family(fresh.description.get(),
                                      families.at(static_cast<std::size_t>(style.face)).c_str());
    pango_font_description_set_absolute_size(fresh.description.get(), style.size * PANGO_SCALE);
    pango_font_description_set_weight(fresh.description.get(),
                                      style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    const Metrics metrics(pango_context_get_metrics(context.get(), fresh.description.get(),
                                                    pango_context_get_language(context.get())));
    fresh.ascent = pango_font_metrics_get_ascent(metrics.get()) / double{PANGO_SCALE};
    fresh.height = fresh.ascent + pango_font_metrics_get_descent(metrics.get()) / double{PANGO_SCALE};
    current = nullptr;  // the vector may move
    return prepared.emplace_back(std::move(fresh));
  }

  const Prepared& load(const Rich& rich, const Style& style, double width, double indent, double stretch) {
    const Prepared& wanted = prepare(style);
    if (current != &wanted) pango_layout_set_font_description(layout.get(), wanted.description.get());
    current = &wanted;
    const Attributes attributes(pango_attr_list_new());
    // Tabular figures where the font has the choice. Noto Sans CJK has no others; Noto Serif CJK has none,
    // which is why tables are set in sans.
    pango_attr_list_insert(attributes.get(), pango_attr_font_features_new("tnum=1"));
    for (const Span& span : rich.spans) {
      if (span.bold != style.bold)
        put(attributes.get(), pango_attr_weight_new(span.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL),
            span.from, span.to);
      const Colour colour = colour_of(span.ink);
      const auto part = [](double of) { return static_cast<guint16>(std::lround(of * 65535)); };
      put(attributes.get(),
          pango_attr_foreground_new(part(colour.red), part(colour.green), part(colour.blue)), span.from,
          span.to);
    }
    if (const std::size_t gaps = stretch > 0 ? stretchable_gaps(rich.text) : 0; gaps > 0)
      spread(attributes.get(), rich.text, stretch / static_cast<double>(gaps));
    pango_layout_set_attributes(layout.get(), attributes.get());
    pango_layout_set_width(layout.get(), width < 0 ? -1 : static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_indent(layout.get(), static_cast<int>(indent * PANGO_SCALE));
    pango_layout_set_text(layout.get(), rich.text.data(), static_cast<int>(rich.text.size()));
    return wanted;
  }

  static void spread(PangoAttrList* list, std::string_view text, double each) {
    const int spacing = static_cast<int>(each * PANGO_SCALE);
    std::size_t from = std::string_view::npos;
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t next = i + length_at(text, i);
      const bool gap = next < text.size() && chinese_at(text, i) && chinese_at(text, next);
      if (gap && from == std::string_view::npos) from = i;
      if (!gap && from != std::string_view::npos) {
        put(list, pango_attr_letter_spacing_new(spacing), from, i);
        from = std::string_view::npos;
      }
      i = next;
    }
  }
};

Typesetter::Typesetter(const Fonts& fonts) : impl_(std::make_unique<Impl>()) {
  impl_->map.reset(pango_cairo_font_map_new());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(impl_->map.get()), 72);
  impl_->context.reset(pango_font_map_create_context(impl_->map.get()));
  pango_context_set_language(impl_->context.get(), pango_language_from_string("zh-cn"));
  pango_context_set_base_dir(impl_->context.get(), PANGO_DIRECTION_LTR);
  pango_context_set_round_glyph_positions(impl_->context.get(), FALSE);
  const FontOptions options(cairo_font_options_create());
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(impl_->context.get(), options.get());
  impl_->layout.reset(pango_layout_new(impl_->context.get()));
  pango_layout_set_wrap(impl_->layout.get(), PANGO_WRAP_WORD_CHAR);

  PangoFontFamily** list = nullptr;
  int count = 0;
  pango_font_map_list_families(impl_->map.get(), &list, &count);
  std::set<std::string> installed;
  for (int i = 0; i < count; ++i) installed.emplace(pango_font_family_get_name(list[i]));
  g_free(list);
  std::size_t face = 0;
  for (const auto* families : {&fonts.serif, &fonts.sans}) {
    if (std::none_of(families->begin(), families->end(),
                     [&](const auto& name) { return installed.contains(name); }))
      throw Error(codes::font_missing,
                  {fmt::format("本机没有安装所需字体：{}", fmt::join(*families, "、")),
                   fmt::format("none of the fonts needed is installed: {}", fmt::join(*families, ", "))},
                  {}, {"请安装字体包 fonts-noto-cjk", "install the package fonts-noto-cjk"});
    impl_->families.at(face++) = fmt::format("{}", fmt::join(*families, ","));
  }
}

Typesetter::~Typesetter() = default;
Typesetter::Typesetter(Typesetter&&) noexcept = default;
Typesetter& Typesetter::operator=(Typesetter&&) noexcept = default;

double Typesetter::width(const Rich& rich, const Style& style) {
  if (rich.text.empty()) return 0;
  if (rich.text.size() > longest_measured) return unmeasured_width;
  impl_->load(rich, style, -1, 0, 0);
  PangoRectangle logical{};
  pango_layout_get_extents(impl_->layout.get(), nullptr, &logical);
  return logical.width / double{PANGO_SCALE};
}

std::vector<Line> Typesetter::lines(const Rich& rich, const Style& style, double width, double indent) {
  std::vector<Line> out;
  const std::string_view text = rich.text;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t line_end = std::min(text.find('\n', begin), text.size());
    std::size_t end = line_end;
    if (end - begin > longest_piece) {
      end = begin + longest_piece;
      while (end > begin && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    }
    const double first = begin == 0 ? indent : 0;
    const double room =
        begin == 0 ? width : width + std::min(indent, 0.0);  // a hanging indent holds for all later lines
    impl_->load(slice(rich, begin, end), style, std::max(room, style.size), first, 0);
    const int count = pango_layout_get_line_count(impl_->layout.get());
    std::size_t consumed = end;
    for (int i = 0; i < count; ++i) {
      PangoLayoutLine* line = pango_layout_get_line_readonly(impl_->layout.get(), i);
      std::size_t from = begin + static_cast<std::size_t>(line->start_index);
      if (i + 1 == count && end < line_end && count > 1) {
        consumed = from;  // the last line of a piece goes on in the next piece
        break;
      }
      std::size_t to = std::min(from + static_cast<std::size_t>(line->length), end);
      while (to > from && text[to - 1] == ' ') --to;
      PangoRectangle logical{};
      pango_layout_line_get_extents(line, nullptr, &logical);
      out.push_back(
          {slice(rich, from, to), logical.width / double{PANGO_SCALE}, i + 1 == count && end == line_end});
    }
    if (consumed < line_end)
      begin = consumed;
    else if (line_end < text.size())
      begin = line_end + 1;
    else
      break;
  }
  if (out.empty()) out.emplace_back();
  return out;
}

Line Typesetter::fitted(const Rich& rich, const Style& style, double room) {
  // No line holds more than this; a longer text is not measured to its end.
  constexpr std::size_t most = 2'000;
  std::size_t end = std::min({rich.text.find('\n'), rich.text.size(), most});
  while (end > 0 && end < rich.text.size() && (static_cast<unsigned char>(rich.text[end]) & 0xC0) == 0x80)
    --end;
  const Rich first = slice(rich, 0, end);
  if (const double whole = width(first, style); whole <= room) return {first, whole};
  const double dots = width(Rich("…"), style);
  Line cut = lines(first, style, std::max(room - dots, style.size)).front();
  cut.rich.add("…");
  cut.width = width(cut.rich, style);
  return cut;
}

void Typesetter::draw(_cairo* canvas, double x, double top, const Rich& rich, const Style& style,
                      double stretch) {
  if (rich.text.empty()) return;
  const Impl::Prepared& font = impl_->load(rich, style, -1, 0, stretch);
  const Colour colour = colour_of(style.ink);
  cairo_set_source_rgb(canvas, colour.red, colour.green, colour.blue);
  cairo_move_to(canvas, x, top + (style.pitch - font.height) / 2 + font.ascent);
  pango_cairo_show_layout_line(canvas, pango_layout_get_line_readonly(impl_->layout.get(), 0));
}

std::size_t Typesetter::stretchable_gaps(std::string_view text) {
  std::size_t gaps = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t next = i + length_at(text, i);
    if (next < text.size() && chinese_at(text, i) && chinese_at(text, next)) ++gaps;
    i = next;
  }
  return gaps;
}

}  // namespace tributary::document::typeset
