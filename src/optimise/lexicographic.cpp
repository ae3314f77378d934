#include "optimise/lexicographic.h"

namespace tributary::optimise {

MaxMin lexicographic_max_min(const Model& model, const std::vector<Level>& levels) {
  MaxMin out;
  std::vector<std::optional<Rational>> settled(levels.size());
  std::size_t open = levels.size();
  do {
    Model programme(Sense::maximise);
    for (Column column : model.columns()) {
      column.cost = Rational(0);
      programme.add(std::move(column));
    }
    for (const Row& row : model.rows()) programme.add(row);
    const std::size_t smallest = programme.add(Column{"smallest", std::nullopt, std::nullopt, Rational(1)});
    if (open == 0) programme.set_bounds(smallest, Rational(0), Rational(0));
    const std::size_t first = programme.rows().size();
    for (std::size_t l = 0; l < levels.size(); ++l) {
      Row row{"level", std::nullopt, std::nullopt, levels[l].terms};
      if (settled[l]) {
        row.lower = row.upper = *settled[l] - levels[l].constant;
      } else {
        row.terms.push_back({smallest, Rational(-1)});
        row.lower = -levels[l].constant;
      }
      programme.add(std::move(row));
    }
    out.last = programme.columns().size() <= 60 ? solve_exactly(programme) : solve(programme);
    if (out.last.status != Status::optimal) return out;
    // A level with a price stands at the smallest in every optimal solution; there is at least one.
    for (std::size_t l = 0; l < levels.size(); ++l)
      if (!settled[l] && !out.last.duals[first + l].is_zero()) {
        settled[l] = out.last.columns[smallest];
        --open;
      }
  } while (open > 0);
  out.last.columns.resize(model.columns().size());
  for (const auto& level : settled) out.levels.push_back(*level);
  return out;
}

}  // namespace tributary::optimise
