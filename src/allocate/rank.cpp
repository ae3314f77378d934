#include "allocate/rank.h"

#include "allocate/codes.h"
#include "allocate/sheet.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include <fmt/format.h>

namespace tributary::allocate {
namespace {

// Whole fen with the given sum: rounded down, then one fen more by largest remainder, ties by id (the order
// of `ids`).
std::vector<std::int64_t> in_fen(const std::vector<Rational>& yuan, const std::vector<std::string>& ids,
                                 std::int64_t total) {
  std::vector<std::int64_t> out;
  std::vector<Rational> remainder;
  std::int64_t given = 0;
  for (const Rational& amount : yuan) {
    const Rational fen = amount * Rational(100);
    out.push_back(fen.floor().to_int64());
    remainder.push_back(fen - fen.floor());
    given += out.back();
  }
  std::vector<std::size_t> order(yuan.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return remainder[a] != remainder[b] ? remainder[a] > remainder[b] : ids[a] < ids[b];
  });
  TRIBUTARY_CHECK(total >= given && total - given <= static_cast<std::int64_t>(order.size()),
                  fmt::format("total {} given {}", total, given));
  for (std::size_t i = 0; given < total; ++i, ++given) ++out[order[i]];
  return out;
}

// Places at one end go to whole ties as far as they reach; the tie at the edge shares the places left.
void hand_out(std::vector<Standing>& standings, bool from_best, int places, const Rational& amount) {
  const auto n = static_cast<int>(standings.size());
  for (int i = 0; i < places;) {
    const auto at = [&](int k) -> Standing& {
      return standings[static_cast<std::size_t>(from_best ? k : n - 1 - k)];
    };
    int end = i;
    while (end < n && at(end).intensity == at(i).intensity) ++end;
    const int left = std::min(end, places) - i;
    for (int k = i; k < end; ++k) at(k).exact += amount * Rational::from_fraction(left, end - i);
    i = end;
  }
}

void pay_by_points(std::vector<Standing>& standings, const std::vector<Rational>& points,
                   const Rational& price) {
  Rational above, below;
  for (const Rational& point : points) (point.sign() > 0 ? above : below) += point.abs();
  const Rational pot = std::min(above, below);
  for (std::size_t i = 0; i < standings.size(); ++i) {
    const Rational& side = points[i].sign() > 0 ? above : below;
    if (!points[i].is_zero()) standings[i].exact = price * points[i] * pot / side;
  }
}

RankGroup rank_group(const std::string& name, std::vector<RankUnit> units, const RankOptions& options) {
  RankGroup out;
  out.name = name;
  Rational emission, output;
  for (const RankUnit& unit : units) {
    emission += unit.emission;
    output += unit.output;
  }
  out.mean = emission / output;
  std::sort(units.begin(), units.end(), [](const RankUnit& a, const RankUnit& b) {
    const Rational first = a.emission * b.output;
    const Rational second = b.emission * a.output;
    return first != second ? first < second : a.id < b.id;
  });
  std::vector<Rational> points;
  for (std::size_t i = 0; i < units.size(); ++i) {
    Standing standing{units[i].id, units[i].emission / units[i].output, static_cast<int>(i) + 1, {}, 0};
    if (i > 0 && standing.intensity == out.standings.back().intensity)
      standing.rank = out.standings.back().rank;
    if (options.rule == RankRule::feebate)
      standing.exact = -(options.price * (units[i].emission - out.mean * units[i].output));
    points.push_back(units[i].points      ? *units[i].points
                     : out.mean.is_zero() ? Rational(0)
                                          : (Rational(1) - standing.intensity / out.mean) * Rational(100));
    out.standings.push_back(std::move(standing));
  }
  if (options.rule == RankRule::tier) {
    if (static_cast<int>(units.size()) < 2 * options.places)
      throw Error(codes::too_few_units,
                  {fmt::format("{}只有 {} 个单位，{} 付 {} 得至少要 {} 个",
                               name.empty() ? "全表" : fmt::format("分组“{}”", name), units.size(),
                               options.places, options.places, 2 * options.places),
                   fmt::format("{} has {} units; {} paying and {} receiving take at least {}",
                               name.empty() ? "the table" : fmt::format("the group \"{}\"", name),
                               units.size(), options.places, options.places, 2 * options.places)},
                  {}, {"减少名额，或合并分组", "fewer places, or join groups"});
    hand_out(out.standings, true, options.places, options.receives.value_or(options.pays));
    hand_out(out.standings, false, options.places, -options.pays);
  } else if (options.rule == RankRule::pool) {
    pay_by_points(out.standings, points, options.price);
  }
  std::vector<Rational> yuan;
  std::vector<std::string> ids;
  Rational sum;
  for (const Standing& standing : out.standings) {
    yuan.push_back(standing.exact);
    ids.push_back(standing.id);
    sum += standing.exact;
  }
  out.treasury_fen = -(sum * Rational(100)).round(0, Rounding::half_up).to_int64();
  const std::vector<std::int64_t> fen = in_fen(yuan, ids, -out.treasury_fen);
  for (std::size_t i = 0; i < fen.size(); ++i) out.standings[i].fen = fen[i];
  return out;
}

constexpr std::array rules{std::pair{RankRule::tier, std::string_view("tier")},
                           std::pair{RankRule::feebate, std::string_view("feebate")},
                           std::pair{RankRule::pool, std::string_view("pool")}};

const std::map<std::string, std::string, std::less<>>& headings() {
  static const std::map<std::string, std::string, std::less<>> list{
      {"unit", "unit"},         {"单位", "unit"},       {"group", "group"},   {"分组", "group"},
      {"emission", "emission"}, {"排放量", "emission"}, {"output", "output"}, {"产出", "output"},
      {"points", "points"},     {"得分", "points"}};
  return list;
}

}  // namespace

std::optional<RankRule> parse_rank_rule(std::string_view name) {
  for (const auto& [rule, known] : rules)
    if (known == name) return rule;
  return std::nullopt;
}
std::string_view to_string(RankRule rule) {
  for (const auto& [known, name] : rules)
    if (known == rule) return name;
  return {};
}

std::vector<RankUnit> read_rank_table(std::istream& in, const std::string& file) {
  Sheet sheet(in, file);
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < sheet.heads().size(); ++i) {
    const auto found = headings().find(sheet.heads()[i]);
    if (found == headings().end())
      sheet.fault(codes::bad_table, sheet.where(1, i),
                  {fmt::format("不认识的列“{}”", sheet.heads()[i]),
                   fmt::format("unknown column \"{}\"", sheet.heads()[i])},
                  {"可用：单位、分组、排放量、产出、得分", "there are: unit, group, emission, output, points"});
    else
      places.emplace(found->second, i);
  }
  for (const char* needed : {"unit", "emission", "output"})
    if (!places.contains(needed))
      sheet.fault(codes::bad_table, {file, 1, 0, needed},
                  {fmt::format("缺少“{}”列", needed), fmt::format("the column \"{}\" is missing", needed)});
  sheet.finish_heading();
  std::vector<RankUnit> out;
  for (const Sheet::Row& row : sheet.rows()) {
    const auto number = [&](const char* column, bool negative) {
      if (row.cells[places.at(column)].empty())
        sheet.fault(codes::bad_cell, sheet.where(row.line, places.at(column)), {"未填", "it is blank"});
      return sheet.number(row, places.at(column), negative).value_or(Rational(0));
    };
    sheet.name_once(row, places.at("unit"));
    RankUnit unit{row.cells[places.at("unit")],
                  places.contains("group") ? row.cells[places.at("group")] : "",
                  number("emission", false),
                  number("output", true),
                  {},
                  row.line};
    if (places.contains("points")) unit.points = sheet.number(row, places.at("points"), true);
    out.push_back(std::move(unit));
  }
  sheet.finish();
  return out;
}

Ranking rank(const std::vector<RankUnit>& units, const RankOptions& options) {
  if (options.rule == RankRule::tier ? options.places < 1 || options.pays.sign() <= 0
                                     : options.price.sign() <= 0)
    throw Error(codes::bad_option,
                {options.rule == RankRule::tier ? "请给出名额和金额（大于零）" : "请给出单价（大于零）",
                 options.rule == RankRule::tier ? "give the places and the amount, above zero"
                                                : "give a price above zero"});
  Ranking out;
  std::map<std::string, std::vector<RankUnit>> groups;
  for (const RankUnit& unit : units) {
    if (unit.output.sign() <= 0)
      out.excluded.push_back(unit.id);
    else
      groups[unit.group].push_back(unit);
  }
  std::sort(out.excluded.begin(), out.excluded.end());
  for (auto& [name, members] : groups) out.groups.push_back(rank_group(name, std::move(members), options));
  return out;
}

}  // namespace tributary::allocate
