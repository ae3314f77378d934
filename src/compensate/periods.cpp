#include "compensate/periods.h"

#include "compensate/codes.h"

#include <fmt/format.h>

namespace tributary::compensate {

std::vector<Period> periods_of(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return {Period::parse(text)};
  const Period first = Period::parse(text.substr(0, dots));
  const Period last = Period::parse(text.substr(dots + 2));
  if (first.granularity() != last.granularity() || last.from() < first.from() ||
      (last.from() - first.from()).count() > 40000)
    throw Error(
        codes::wrong_period,
        {fmt::format("时段范围“{}”不对", text), fmt::format("\"{}\" is not a range of periods", text)}, {},
        {"例如 2020-05..2021-04", "for example 2020-05..2021-04"});
  std::vector<Period> out;
  for (Period p = first; p.from() <= last.from(); p = p.next()) out.push_back(p);
  return out;
}

}  // namespace tributary::compensate
