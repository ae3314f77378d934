// Powers and exponentials of fractions, rounded right: what a document writes as 1.015^(16−20F) or
// e^(−F/29.8) has no exact value, but the decimal it is rounded to has. MPFR works in as many bits as it
// takes until both ends of the interval that surely holds the value round to the same decimal; a value that
// is a decimal tie is found by its exact root first, so the search always ends.
#include "base/rational.h"

#include <algorithm>
#include <functional>

#include <mpfr.h>

namespace tributary {
inline namespace base {
namespace {

constexpr int most_exponent = 70;       // e^70 is 2.5 · 10^30
constexpr int most_bits_of_power = 64;  // of the exponent

class Float {
 public:
  explicit Float(mpfr_prec_t bits) { mpfr_init2(value_, bits); }
  ~Float() { mpfr_clear(value_); }
  Float(const Float&) = delete;
  Float& operator=(const Float&) = delete;
  mpfr_ptr get() { return value_; }

 private:
  mpfr_t value_;
};

std::size_t bits(const mpz_class& n) {
  return mpz_sizeinbase(n.get_mpz_t(), 2);
}

mpq_class raised(const mpq_class& x, unsigned long n) {
  mpz_class num, den;
  mpz_pow_ui(num.get_mpz_t(), x.get_num_mpz_t(), n);
  mpz_pow_ui(den.get_mpz_t(), x.get_den_mpz_t(), n);
  mpq_class out(num, den);
  out.canonicalize();
  return out;
}

// a^b where that is a fraction small enough to be a decimal tie. A q-th power other than 0 and 1 has at least
// q bits; a fraction's 201st power has a denominator no tie has, or is out of range.
std::optional<mpq_class> exact_power(const mpq_class& a, const mpq_class& b) {
  const mpz_class p = ::abs(b.get_num());
  if (p > 200 || b.get_den() > static_cast<unsigned long>(bits(a.get_num()) + bits(a.get_den()))) return {};
  const unsigned long q = b.get_den().get_ui();
  mpz_class num, den;
  if (mpz_root(num.get_mpz_t(), a.get_num_mpz_t(), q) == 0) return {};
  if (mpz_root(den.get_mpz_t(), a.get_den_mpz_t(), q) == 0) return {};
  const mpq_class root = sgn(b) < 0 ? mpq_class(den, num) : mpq_class(num, den);
  // Beyond this the fraction has more digits than any tie in range; below it is quickly made.
  if (p * static_cast<unsigned long>(std::max(bits(num), bits(den))) > 1'000'000) return {};
  return raised(root, p.get_ui());
}

// e^y rounded. `exponent` writes y, right within 2^(lost − precision).
std::optional<Rational> exponential(const std::function<void(mpfr_ptr)>& exponent, int lost, int places,
                                    const std::function<Rational(const mpq_class&)>& wrap) {
  for (mpfr_prec_t precision = 192;; precision *= 2) {
    Float y(precision);
    exponent(y.get());
    if (mpfr_cmp_si(y.get(), most_exponent) > 0) return std::nullopt;
    if (mpfr_cmp_si(y.get(), -most_exponent) < 0) return Rational(0);
    Float v(precision);
    mpfr_exp(v.get(), y.get(), MPFR_RNDN);
    mpq_class middle;
    mpfr_get_q(middle.get_mpq_t(), v.get());
    mpq_class error = middle;  // 8 bits for the roundings made here, and the second order
    mpq_div_2exp(error.get_mpq_t(), error.get_mpq_t(), static_cast<mp_bitcnt_t>(precision - lost - 8));
    const Rational low = wrap(middle - error).round(places, Rounding::half_even);
    if (low == wrap(middle + error).round(places, Rounding::half_even)) return low;
  }
}

}  // namespace

std::optional<Rational> Rational::power(const Rational& base, const Rational& exponent, int places) {
  const mpq_class a = base.mpq();
  const mpq_class b = exponent.mpq();
  if (sgn(a) < 0 || (sgn(a) == 0 && sgn(b) <= 0) || ::abs(b) >> most_bits_of_power >= 1) return std::nullopt;
  if (sgn(a) == 0) return Rational(0);
  if (a == 1 || sgn(b) == 0) return Rational(1);
  const auto write = [&](mpfr_ptr out) {
    mpfr_set_q(out, a.get_mpq_t(), MPFR_RNDN);
    mpfr_log(out, out, MPFR_RNDN);
    mpfr_mul_q(out, out, b.get_mpq_t(), MPFR_RNDN);
  };
  Float y(192);
  write(y.get());
  if (mpfr_cmp_si(y.get(), most_exponent) > 0) return std::nullopt;
  if (const auto exact = exact_power(a, b)) return of(*exact).round(places, Rounding::half_even);
  // The logarithm is right within two units of 2^-precision for a, and within its own rounding.
  return exponential(write, most_bits_of_power + 10, places, [](const mpq_class& x) { return of(x); });
}

std::optional<Rational> Rational::exp(const Rational& exponent, int places) {
  if (exponent.is_zero()) return Rational(1);
  if (exponent > Rational(most_exponent)) return std::nullopt;
  if (exponent < Rational(-most_exponent)) return Rational(0);
  const mpq_class y = exponent.mpq();
  return exponential([&](mpfr_ptr out) { mpfr_set_q(out, y.get_mpq_t(), MPFR_RNDN); }, 10, places,
                     [](const mpq_class& x) { return of(x); });
}

}  // namespace base
}  // namespace tributary
