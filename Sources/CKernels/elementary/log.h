// Logarithms.
#pragma once

#include "exp.h"

#define LN2 (REAL)0x1.62e42fefa39efp-1
#define LN10 (REAL)0x1.26bb1bbb55516p+1

// (log((1 + s) / (1 - s)) - 2 s) / s^3 in s^2, for |s| <= 0.1716.
static const double log_terms[] = {
    0x1.e6afc55fa9490p-4, 0x1.debedbffa1d9ep-4, 0x1.111d273ca8a70p-3,
    0x1.3b137b347f3c2p-3, 0x1.745d17d35328cp-3, 0x1.c71c71c64c8ccp-3,
    0x1.2492492492959p-2, 0x1.9999999999998p-2, 0x1.5555555555555p-1,
};

/// log(1 + f) for f within sqrt(1/2) - 1 and sqrt 2 - 1: f - (f^2/2 - s (f^2/2 + s^2 P)) with
/// s = f / (2 + f), as fdlibm does.
INLINE pair log_near_one(pair f) {
  REAL s = f.high / ((REAL)2 + f.high);
  REAL squared = s * s;
  REAL half = (REAL)0.5 * f.high;
  pair bend = exact_product(half, f.high);
  REAL rest = s * FMA64(squared, POLYNOMIAL(squared, log_terms), bend.high);
  pair sum = ordered_sum(f.high, -bend.high);
  REAL slope = FMA64((REAL)2, squared - s, (REAL)1);  // 1 / (1 + f), nearly
  return ordered_sum(sum.high, sum.low + ((rest - bend.low) + f.low * slope));
}

/// A positive normal number as 2^k (1 + f), with 1 + f between sqrt(1/2) and sqrt 2.
typedef struct {
  REAL k, f, down;  // down = 2^-k
} binary_parts;

INLINE binary_parts parts_of(REAL x) {
  // 1023 + k, for the exponent goes up at sqrt 2 and not at 2.
  BITS biased = (BITS_OF(x) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd)) >> 52;
  REAL k = REAL_OF(biased | 0x4330000000000000) - (REAL)(0x1p52 + 1023);
  REAL down = REAL_OF((2046 - biased) << 52);
  return (binary_parts){k, x * down - (REAL)1, down};
}

/// k ln 2 + x.
INLINE pair plus_binary_logarithm(REAL k, pair x) {
  pair sum = ordered_sum(k * LN2_HIGH, x.high);
  return ordered_sum(sum.high, sum.low + FMA64(k, LN2_LOW, x.low));
}

/// log x of a positive normal number.
INLINE pair log_pair(pair x) {
  binary_parts parts = parts_of(x.high);
  return plus_binary_logarithm(
      parts.k, log_near_one((pair){parts.f, x.low * parts.down}));
}

/// log(1 + x) for x > -1, as accurate near 0 as elsewhere.
INLINE pair log1p_pair(pair x) {
  pair sum = exact_sum((REAL)1, x.high);
  binary_parts parts = parts_of(sum.high);
  REAL f = parts.k == (REAL)0 ? x.high : parts.f;
  REAL low = parts.k == (REAL)0 ? x.low : (sum.low + x.low) * parts.down;
  return plus_binary_logarithm(parts.k, log_near_one((pair){f, low}));
}

/// What a logarithm is where its argument is not a positive number.
INLINE REAL logarithm_of(REAL x, REAL result) {
  result = x == INFINITE ? x : result;
  result = x == (REAL)0 ? -INFINITE : result;
  result = x < (REAL)0 ? NOT_A_NUMBER : result;
  return x != x ? x : result;
}

INLINE REAL log64(REAL x) {
  pair y = log_pair((pair){x, (REAL)0});
  return logarithm_of(x, rounded_to_odd_sum(y));
}

/// (k ln 2 + log(1 + f)) / ln b: k log_b 2 as high + low, the other part times 1 / ln b.
INLINE REAL logarithm(REAL x, pair of_two, pair inverse) {
  binary_parts parts = parts_of(x);
  pair y = pair_product(log_near_one((pair){parts.f, (REAL)0}), inverse);
  pair whole = exact_product(parts.k, of_two.high);
  pair sum = ordered_sum(whole.high, y.high);
  REAL low = FMA64(parts.k, of_two.low, whole.low) + y.low;
  return logarithm_of(x, rounded_to_odd_sum((pair){sum.high, sum.low + low}));
}

INLINE REAL log2_64(REAL x) {
  return logarithm(
      x, (pair){(REAL)1, (REAL)0},
      (pair){(REAL)0x1.71547652b82fep+0, (REAL)0x1.777d0ffda0d24p-56});
}

INLINE REAL log10_64(REAL x) {
  return logarithm(
      x, (pair){(REAL)0x1.34413509f79ffp-2, (REAL)-0x1.9dc1da994fd21p-59},
      (pair){(REAL)0x1.bcb7b1526e50ep-2, (REAL)0x1.95355baaafad3p-57});
}

INLINE REAL log1p_64(REAL x) {
  pair y = log1p_pair((pair){x, (REAL)0});
  REAL result = logarithm_of((REAL)1 + x, rounded_to_odd_sum(y));
  return fixed_at_zero(x, magnitude(x) < (REAL)0x1p-60 ? x : result);
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|).
INLINE REAL softplus64(REAL x) {
  REAL a = held(magnitude(x), 0, 200);
  pair y = log1p_pair(exp_pair((pair){-a, (REAL)0}));
  pair sum = ordered_sum(held(x, 0, 0x1p200), y.high);
  REAL result = rounded_to_odd_sum((pair){sum.high, sum.low + y.low});
  return x != x ? x : result;
}
