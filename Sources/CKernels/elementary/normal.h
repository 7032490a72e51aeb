// The error function and the normal distribution.
#pragma once

#include "exp.h"

// (erf(x) - 2 x / sqrt pi) / x^3 in x^2, for |x| <= 1.
static const double erf_terms[] = {
    0x1.460f780e4729dp-42, -0x1.b860b63a1e77bp-38, 0x1.9ae3b3eb19e99p-34, -0x1.5194ba2baa2c6p-30,
    0x1.fcbeb1bfbdc46p-27, -0x1.5f73f0d025fe0p-23, 0x1.b9e6c6b93df0ep-20, -0x1.f4d25c21a7ae1p-17,
    0x1.f9a326f909fcap-14, -0x1.c02db4003dfffp-11, 0x1.565bcd0e6a4d7p-8,  -0x1.b82ce31288b50p-6,
    0x1.ce2f21a042be2p-4,  -0x1.812746b0379e7p-2,
};

// (a + 1) Q(a) e^(a^2 / 2) in w, for 0 <= a <= 14.8; Q is the upper tail of the normal
// distribution and w = A - B / (a + 4). Without its constant term.
static const double mills_terms[] = {
    0x1.1615021c7652ap-37,  0x1.a6c0fcba8c620p-37,  -0x1.7632047ffe991p-34, -0x1.110c56e190928p-32,
    0x1.7bce372b51e20p-32,  0x1.7ed8fabebda7ap-29,  0x1.e01077ce739b9p-30,  -0x1.8c27e40a59f64p-26,
    -0x1.b9a05babef0aep-25, 0x1.5d407b595df84p-23,  0x1.7b768a43b47dfp-21,  -0x1.3c00c6719b411p-20,
    -0x1.1d06a6d3deebfp-17, 0x1.bb9ad0359edf3p-17,  0x1.a37a24873c38ap-14,  -0x1.28fb1429d910ep-12,
    -0x1.c8d2494516b42p-11, 0x1.d4dcd728d0e4dp-8,   -0x1.56cd31a95b075p-6,  0x1.03fa32b8d7368p-5,
    -0x1.2e23fe0b14f58p-7,  -0x1.39df55dd3ff93p-4,
};

#define MILLS_CONSTANT (REAL)0x1.f8be09b2e2f6ep-2
#define MILLS_A (REAL)0x1.8a60dd67c8a61p+0
#define MILLS_B (REAL)0x1.45306eb3e4530p+3
#define ERF_SLOPE (REAL)0x1.20dd750429b6dp+0  // 2 / sqrt pi
#define ERF_SLOPE_LOW (REAL)0x1.1ae3a914fed80p-56
#define DENSITY (REAL)0x1.9884533d43651p-2  // 1 / sqrt(2 pi)
#define DENSITY_LOW (REAL)-0x1.cbc0d30ebfd15p-56

/// Q(a) for 0 <= a <= 14.8, given a^2 / 2.
INLINE pair upper_tail(REAL a, REAL half_square) {
  REAL w = FMA64(-MILLS_B, (REAL)1 / (a + (REAL)4), MILLS_A);
  REAL p = POLYNOMIAL(w, mills_terms);
  REAL high = FMA64(w, p, MILLS_CONSTANT);
  pair mills = {high, FMA64(w, p, MILLS_CONSTANT - high)};
  pair e = exp_pair((pair){-half_square, (REAL)0});
  return pair_quotient(pair_product(mills, e), exact_sum((REAL)1, a));
}

INLINE REAL erf64(REAL x) {
  REAL a = magnitude(x);
  REAL outer = held(a, 1, 6);
  REAL root = outer * (REAL)0x1.6a09e667f3bcdp+0;
  REAL w = FMA64(-MILLS_B, (REAL)1 / (root + (REAL)4), MILLS_A);
  REAL mills = FMA64(w, POLYNOMIAL(w, mills_terms), MILLS_CONSTANT);
  REAL tail = exp64(-(outer * outer)) * mills / (root + (REAL)1);  // at most 0.08
  pair far = ordered_sum((REAL)1, (REAL)-2 * tail);

  REAL inner = held(a, 0, 1);
  REAL squared = inner * inner;
  pair line = exact_product(inner, ERF_SLOPE);
  REAL rest = FMA64(inner, ERF_SLOPE_LOW, line.low);
  rest = FMA64(squared * inner, POLYNOMIAL(squared, erf_terms), rest);
  pair y = {a < (REAL)1 ? line.high : far.high, a < (REAL)1 ? rest : far.low};
  REAL result = rounded_to_odd_sum(y);
  return fixed_at_zero(x, with_sign(result, x));
}

/// x / 2 to be rounded to binary32, where the true value lies above it by less than binary64 can
/// tell: half of a subnormal is a tie.
INLINE REAL just_above_half(REAL x) {
  BITS bits = BITS_OF(x * (REAL)0.5);
  return fixed_at_zero(x, REAL_OF(x < (REAL)0 ? bits - 1 : bits + 1));
}

/// x times the normal distribution: x / 2 + x^2 / sqrt(2 pi) + x^4 / sqrt 32 P(x^2 / 2) near 0,
/// x Q(-x) below it and x - x Q(x) above.
INLINE REAL gelu64(REAL x) {
  REAL a = magnitude(x);
  REAL outer = held(a, 0.5, 14.75);
  pair tail = upper_tail(outer, (REAL)0.5 * (outer * outer));
  pair part = pair_product((pair){outer, (REAL)0}, tail);
  pair rest = exact_sum(x, -part.high);
  REAL far_high = x < (REAL)0 ? -part.high : rest.high;
  REAL far_low = x < (REAL)0 ? -part.low : rest.low - part.low;

  REAL inner = held(x, -0.5, 0.5);
  REAL squared = inner * inner;
  REAL bend = POLYNOMIAL((REAL)0.5 * squared, erf_terms) * (REAL)0x1.6a09e667f3bcdp-3;
  pair square = exact_product(squared, DENSITY);
  pair sum = ordered_sum((REAL)0.5 * inner, square.high);
  REAL low = FMA64(squared, DENSITY_LOW, square.low);
  low = FMA64(squared * squared, bend, low);
  pair y = {a < (REAL)0.5 ? sum.high : far_high, a < (REAL)0.5 ? sum.low + low : far_low};
  REAL result = rounded_to_odd_sum(y);
  result = a < (REAL)0x1p-60 ? just_above_half(x) : result;
  result = x > (REAL)14.75 ? x : result;
  return x != x ? x : result;
}

/// y / x for y = x f(x) with f(0) = 1/2, 1 at infinity.
INLINE REAL factor_of(REAL x, REAL y) {
  REAL ratio = magnitude(x) < (REAL)0x1p-60 ? (REAL)0.5 : y / x;
  return x == INFINITE ? (REAL)1 : ratio;
}

/// The gradient of gelu: the distribution, y / x, plus x times the density.
INLINE REAL gelu_slope64(REAL x, REAL y) {
  REAL within = held(x, -20, 20);
  REAL density = DENSITY * exp64((REAL)-0.5 * (within * within));
  return factor_of(x, y) + within * density;
}
