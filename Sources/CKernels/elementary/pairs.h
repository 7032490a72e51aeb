// Numbers as unevaluated sums of two binary64 numbers, and the polynomials.
#pragma once

#include "../inline.h"
#include "../strict.h"

/// high + low, low below a unit in the last place of high.
typedef struct {
  REAL high, low;
} pair;

/// a + b exactly, where |a| >= |b| or a is 0.
INLINE pair ordered_sum(REAL a, REAL b) {
  REAL high = a + b;
  return (pair){high, b - (high - a)};
}

/// a + b exactly (Knuth).
INLINE pair exact_sum(REAL a, REAL b) {
  REAL high = a + b;
  REAL from_b = high - a;
  return (pair){high, (a - (high - from_b)) + (b - from_b)};
}

/// a b exactly.
INLINE pair exact_product(REAL a, REAL b) {
  REAL high = a * b;
  return (pair){high, FMA64(a, b, -high)};
}

INLINE pair pair_product(pair a, pair b) {
  pair p = exact_product(a.high, b.high);
  p.low += a.high * b.low + a.low * b.high;
  return ordered_sum(p.high, p.low);
}

/// n / d with an error near 2^-100 of it.
INLINE pair pair_quotient(pair n, pair d) {
  REAL inverse = (REAL)1 / d.high;
  REAL high = n.high * inverse;
  REAL rest = FMA64(-high, d.high, n.high) + (n.low - high * d.low);
  return ordered_sum(high, rest * inverse);
}

/// The square root; of 0 for 0.
INLINE pair pair_root(pair x) {
  REAL high = __builtin_elementwise_sqrt(x.high);
  REAL rest = FMA64(-high, high, x.high) + x.low;
  REAL low = rest / (high + high);
  return (pair){high, high > (REAL)0 ? low : (REAL)0};
}

/// The sum, rounded to odd: a later rounding to binary32 then is the only one, even where the pair
/// lies closer to a tie of binary32 than binary64 can tell.
INLINE REAL rounded_to_odd_sum(pair x) {
  pair sum = ordered_sum(x.high, x.low);
  BITS bits = BITS_OF(sum.high);
  BITS even = ~bits & 1;
  BITS inward = (bits ^ BITS_OF(sum.low)) >> 63;
  BITS odd = bits + even - ((even & inward) << 1);
  return sum.low == (REAL)0 ? sum.high : REAL_OF(odd);
}

/// The coefficients, highest degree first, at x: those of even and of odd powers each by Horner's
/// rule in x^2, two chains side by side.
INLINE REAL polynomial(REAL x, const double *coefficients, int count) {
  REAL squared = x * x;
  REAL first = (REAL)coefficients[0], second = (REAL)coefficients[1];
  UNROLL for (int i = 2; i + 1 < count; i += 2) {
    first = FMA64(first, squared, (REAL)coefficients[i]);
    second = FMA64(second, squared, (REAL)coefficients[i + 1]);
  }
  if (count % 2 == 0) return FMA64(first, x, second);
  first = FMA64(first, squared, (REAL)coefficients[count - 1]);
  return FMA64(second, x, first);
}

#define POLYNOMIAL(x, table) polynomial(x, table, (int)(sizeof(table) / sizeof(table[0])))

/// |x|.
INLINE REAL magnitude(REAL x) { return REAL_OF(BITS_OF(x) & 0x7fffffffffffffff); }

/// y, not negative, with the sign of x.
INLINE REAL with_sign(REAL y, REAL x) {
  return REAL_OF(BITS_OF(y) | (BITS_OF(x) & 0x8000000000000000));
}

/// The result, but x itself where that is NaN or a zero: for functions with f(+-0) = +-0.
INLINE REAL fixed_at_zero(REAL x, REAL result) {
  return ((x != x) | (x == (REAL)0)) ? x : result;
}

/// x held between two bounds; NaN stays.
INLINE REAL held(REAL x, double low, double high) {
  REAL above = x < (REAL)low ? (REAL)low : x;
  return above > (REAL)high ? (REAL)high : above;
}

/// NaN.
#define NOT_A_NUMBER (REAL)(__builtin_nan(""))
#define INFINITE (REAL)(__builtin_inf())
