// Key–value lists, derivation trees and the signature area.
#include "document/page.h"
#include "document/qr.h"

#include <algorithm>

namespace tributary::document::page {
namespace {

constexpr double guide_thickness = 0.5;

Rich rich_of(const Flow& flow, const TreeNode& node) {
  Rich out(flow.in(node.label));
  if (!node.value.empty()) {
    out.add(out.text.empty() ? "" : " = ");
    out.add(printable(node.value), true, Ink::black);
    if (const std::string unit = flow.in(node.unit); !unit.empty()) out.add(" " + unit);
  }
  if (const std::string note = flow.in(node.note); !note.empty()) out.add("　" + note, false, Ink::grey);
  return out;
}

}  // namespace

void put_key_values(Flow& flow, const KeyValues& list) {
  const Shape& shape = flow.shape();
  if (list.entries.empty()) return;
  const double gap = shape.key.size;
  double key_width = 0;
  std::vector<std::string> keys;
  for (const KeyValue& entry : list.entries) {
    keys.push_back(flow.in(entry.key));
    key_width = std::max(key_width, flow.typesetter().width(Rich(keys.back()), shape.key));
  }
  key_width = std::min(key_width, flow.width() * 0.4) + 1;
  flow.gap(2);
  flow.need(shape.value.pitch * 1.5);
  flow.rule(flow.left(), flow.pen(), flow.left() + flow.width(), flow.pen(), 0.4, Ink::pale);
  for (std::size_t i = 0; i < list.entries.size(); ++i) {
    const auto key = flow.typesetter().lines(Rich(keys[i]), shape.key, key_width);
    const auto value = flow.typesetter().lines(Rich(flow.in(list.entries[i].value, "\n")), shape.value,
                                               flow.width() - key_width - gap);
    const std::size_t lines = std::max(key.size(), value.size());
    if (lines <= 8) flow.need(static_cast<double>(lines) * shape.value.pitch + 4);
    flow.advance(2);
    for (std::size_t k = 0; k < lines; ++k) {
      flow.need(shape.value.pitch);
      if (k < key.size()) flow.line(key[k], shape.key, flow.left(), flow.pen(), key_width, Align::left);
      if (k < value.size())
        flow.line(value[k], shape.value, flow.left() + key_width + gap, flow.pen(),
                  flow.width() - key_width - gap, Align::left);
      flow.advance(shape.value.pitch);
    }
    flow.advance(2);
    flow.rule(flow.left(), flow.pen(), flow.left() + flow.width(), flow.pen(), 0.4, Ink::pale);
  }
  flow.advance(shape.value.pitch * 0.4);
}

void put_tree(Flow& flow, const Tree& tree) {
  const Style& style = flow.shape().tree;
  if (const std::string caption = flow.in(tree.caption); !caption.empty()) {
    flow.gap(style.pitch * 0.3);
    flow.need(flow.shape().caption.pitch + 3 * style.pitch);
    flow.text(Rich(caption), flow.shape().caption);
  }
  const std::vector<FlatNode> nodes = flatten(tree.roots);
  std::size_t deepest = 1;
  for (const FlatNode& node : nodes) deepest = std::max(deepest, node.last_of_row.size());
  // Very deep trees keep at least half the width for their text.
  const double step = std::min(style.size * 1.5, flow.width() / 2 / static_cast<double>(deepest));
  for (const FlatNode& node : nodes) {
    const std::size_t depth = node.last_of_row.size() - 1;
    const double inset = static_cast<double>(depth) * step;
    // Later lines hang by one step, clear of the guide to the children.
    const auto lines = flow.typesetter().lines(rich_of(flow, *node.node), style, flow.width() - inset, -step);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      flow.need(style.pitch * (i == 0 && lines.size() > 1 ? 2 : 1));
      const double top = flow.pen();
      const double bottom = top + style.pitch;
      for (std::size_t level = 1; level <= depth; ++level) {
        const double x = flow.left() + (static_cast<double>(level) - 0.6) * step;
        const bool own = level == depth;
        const bool goes_on = !node.last_of_row[level];
        const double middle = top + style.pitch / 2;
        if (goes_on || (own && i == 0))
          flow.rule(x, top, x, goes_on ? bottom : middle, guide_thickness, Ink::pale);
        if (own && i == 0) flow.rule(x, middle, x + step * 0.45, middle, guide_thickness, Ink::pale);
      }
      // A label of several lines: the guide to its children starts beside its own later lines.
      if (i > 0 && !node.node->children.empty()) {
        const double x = flow.left() + (static_cast<double>(depth) + 0.4) * step;
        flow.rule(x, top, x, bottom, guide_thickness, Ink::pale);
      }
      flow.line(lines[i], style, flow.left() + inset + (i == 0 ? 0 : step), top, flow.width() - inset,
                Align::left);
      flow.advance(style.pitch);
    }
  }
  flow.advance(style.pitch * 0.4);
}

void put_qr_code(Flow& flow, const QrCode& code) {
  constexpr double side = 62;  // of the whole, some 22 mm: read from paper by any telephone
  auto rows = qr_squares(code.content);
  const double square = side / static_cast<double>(rows.size());
  const Style& style = flow.shape().small;
  const double gap = style.size * 1.5;
  flow.gap(style.pitch * 0.5);
  const auto lines =
      flow.typesetter().lines(Rich(flow.in(code.text, "\n")), style, flow.width() - side - gap);
  const double text = static_cast<double>(lines.size()) * style.pitch;
  flow.need(std::max(side, text) + style.pitch * 0.5);
  const double top = flow.pen();
  flow.squares(flow.left(), top, square, std::move(rows));
  double y = top + std::max(0.0, (side - text) / 2);
  for (const Line& line : lines) {
    flow.line(line, style, flow.left() + side + gap, y, flow.width() - side - gap, Align::left);
    y += style.pitch;
  }
  flow.advance(std::max(side, text) + style.pitch * 0.5);
}

void put_signatures(Flow& flow, const Signatures& signatures, const Metadata& meta) {
  const Shape& shape = flow.shape();
  const Style& style = shape.value;
  const double pitch = style.pitch * 1.35;  // room to write
  const double gap = style.size * 2;
  const double column = (flow.width() - gap) / 2;
  const bool issuer = signatures.issuer_and_date && (!flow.in(meta.issuer).empty() || meta.date);
  double height = style.pitch;
  for (std::size_t i = 0; i < signatures.parties.size(); i += 2) {
    std::size_t lines = signatures.parties[i].lines.size();
    if (i + 1 < signatures.parties.size()) lines = std::max(lines, signatures.parties[i + 1].lines.size());
    height += (static_cast<double>(lines) + 1.5) * pitch;
  }
  if (issuer) height += 3 * shape.body.pitch;
  flow.need(height);  // the signatures stay together with each other
  flow.gap(style.pitch);
  for (std::size_t i = 0; i < signatures.parties.size(); i += 2) {
    std::size_t most = 0;
    const double top = flow.pen();
    for (std::size_t side = 0; side < 2 && i + side < signatures.parties.size(); ++side) {
      const Signatory& party = signatures.parties[i + side];
      const double x = flow.left() + static_cast<double>(side) * (column + gap);
      Style bold = style;
      bold.bold = true;
      flow.line(flow.typesetter().fitted(Rich(flow.in(party.title)), bold, column), bold, x, top, column,
                Align::left);
      most = std::max(most, party.lines.size());
      // More lines than a page holds would run over its foot; nobody signs that often.
      const auto fit = static_cast<std::size_t>(std::max(0.0, flow.room() / pitch - 1));
      for (std::size_t k = 0; k < std::min(party.lines.size(), fit); ++k) {
        const double y = top + static_cast<double>(k + 1) * pitch;
        const Line label = flow.typesetter().fitted(Rich(flow.in(party.lines[k])), style, column * 0.6);
        flow.line(label, style, x, y, column, Align::left);
        const double base = y + style.pitch * 0.85;
        flow.rule(x + label.width + 4, base, x + column, base, 0.5, Ink::grey);
      }
    }
    flow.advance(std::min((static_cast<double>(most) + 1.5) * pitch, std::max(flow.room(), pitch)));
  }
  if (!issuer) return;
  flow.need(2 * shape.body.pitch);
  // 落款: the issuer above the date, the date four characters from the right edge, the issuer centred over
  // it.
  const std::string date = meta.date ? long_date(*meta.date, flow.language()) : std::string();
  const double right = flow.left() + flow.width() - 4 * shape.body.size;
  const double date_width = flow.typesetter().width(Rich(date), shape.body);
  const Line name =
      flow.typesetter().fitted(Rich(flow.in(meta.issuer)), shape.body, flow.width() - 4 * shape.body.size);
  const double wider = std::max(date_width, name.width);
  const double centre = std::max(right - wider / 2, flow.left() + wider / 2);
  flow.line(name, shape.body, centre - name.width / 2, flow.pen(), name.width, Align::left);
  flow.advance(shape.body.pitch);
  flow.line({Rich(date), date_width}, shape.body, centre - date_width / 2, flow.pen(), date_width,
            Align::left);
  flow.advance(shape.body.pitch);
}

}  // namespace tributary::document::page
