#include "policy/sharing.h"

#include "base/rational.h"
#include "policy/codes.h"

#include <algorithm>
#include <numeric>

namespace tributary::policy {

std::vector<std::int64_t> share_out(std::int64_t total, std::span<const Decimal> shares) {
  Rational sum;
  for (const Decimal& share : shares) {
    if (share.sign() < 0) throw Error(codes::bad_input, {"份额不能为负", "a share cannot be negative"});
    sum = sum + Rational(share);
  }
  if (sum.is_zero() || total < 0)
    throw Error(codes::bad_input,
                {"没有可分摊的份额，或金额为负", "there are no shares, or the amount is negative"});
  std::vector<std::int64_t> parts;
  std::vector<Rational> fractions;
  std::int64_t left = total;
  for (const Decimal& share : shares) {
    const Rational exact = Rational::from_int(total) * Rational(share) / sum;
    const Rational whole = exact.floor();
    parts.push_back(whole.to_int64());
    fractions.push_back(exact - whole);
    left -= parts.back();
  }
  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return fractions[a] > fractions[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++parts[order[i]];
  return parts;
}

}  // namespace tributary::policy
