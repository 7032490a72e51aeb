// Sine, cosine and tangent of any binary32 number.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "exp.h"

#define TWO_OVER_PI (REAL)0x1.45f306dc9c883p-1
#define HALF_PI (REAL)0x1.921fb54442d18p+0
#define HALF_PI_LOW (REAL)0x1.1a62633145c07p-54

// 2 / pi, its first bit first.
static const uint64_t two_over_pi_bits[] = {
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
};

/// x = (quadrant + fraction) pi / 2 for a binary32 number with 2^25 <= |x| (Payne and Hanek): the
/// bits of 2 / pi from weight 2 on, after multiplication with the significand; those before give
/// multiples of 4.
static __attribute__((noinline, cold)) void reduce_large(
    double x, double *quadrant, double *high, double *low) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52 & 0x7ff) - 1023;
  if (exponent < 25 || exponent > 127) return;
  uint64_t significand = (bits >> 29 & 0x7fffff) | 0x800000;
  int first = exponent - 23 - 2;
  const uint64_t *from = two_over_pi_bits + first / 64;
  int shift = first % 64;
  unsigned __int128 window = (unsigned __int128)from[0] << 64 | from[1];
  if (shift) window = window << shift | from[2] >> (64 - shift);
  window *= significand;
  unsigned __int128 turns = (window >> 125) + 1;
  __int128 rest = (__int128)(window << 2);  // from -1/2 to 1/2, in units of 2^-128
  bool negative = rest < 0;
  unsigned __int128 size = negative ? -(unsigned __int128)rest : (unsigned __int128)rest;
  double upper = (double)(uint64_t)(size >> 75) * 0x1p-53;
  double lower = (double)(uint64_t)(size >> 22 & 0x1fffffffffffff) * 0x1p-106;
  bool turned = negative != (x < 0);
  double whole = (double)(uint64_t)(turns >> 1 & 3);
  *quadrant = x < 0 ? -whole : whole;
  *high = turned ? -upper : upper;
  *low = turned ? -lower : lower;
}

/// x = quadrant pi / 2 + rest, |rest| <= pi / 4 or a little more.
typedef struct {
  BITS quadrant;  // in its two lowest bits
  pair rest;
} angle;

/// Below 2^25 the multiple of the first half of pi / 2 is taken away exactly.
INLINE angle angle_of(REAL x) {
  REAL shifted = FMA64(x, TWO_OVER_PI, ROUNDER);
  REAL k = shifted - ROUNDER;
  REAL above = FMA64(-k, HALF_PI, x);
  REAL high = FMA64(-k, HALF_PI_LOW, above);
  pair rest = {high, FMA64(-k, HALF_PI_LOW, above - high)};
  BITS quadrant = BITS_OF(shifted);

  if (ANY(magnitude(x) >= (REAL)0x1p25)) {
    REAL far_quadrant = k, far_high = (REAL)0, far_low = (REAL)0;
    for (size_t lane = 0; lane < sizeof(REAL) / sizeof(double); lane++) {
      reduce_large(
          ((const double *)&x)[lane], (double *)&far_quadrant + lane, (double *)&far_high + lane,
          (double *)&far_low + lane);
    }
    pair far = pair_product((pair){far_high, far_low}, (pair){HALF_PI, HALF_PI_LOW});
    rest.high = magnitude(x) >= (REAL)0x1p25 ? far.high : rest.high;
    rest.low = magnitude(x) >= (REAL)0x1p25 ? far.low : rest.low;
    BITS far_bits = BITS_OF(far_quadrant + ROUNDER);
    quadrant = magnitude(x) >= (REAL)0x1p25 ? far_bits : quadrant;
  }
  return (angle){quadrant, rest};
}

// (sin x - x) / x^3 and (cos x - 1 + x^2 / 2) / x^4 in x^2, for |x| <= 0.7864.
static const double sine_terms[] = {
    -0x1.ab159dc3b3c21p-41, 0x1.61217b49ad79ap-33, -0x1.ae64540e0633bp-26, 0x1.71de3a545dd92p-19,
    -0x1.a01a01a019921p-13, 0x1.1111111111110p-7,  -0x1.5555555555555p-3,
};

static const double cosine_terms[] = {
    0x1.ab76634757375p-45,  -0x1.9394b6b53b9c8p-37, 0x1.1eed8de97b2c8p-29, -0x1.27e4fb77119ecp-22,
    0x1.a01a01a019d00p-16,  -0x1.6c16c16c16c16p-10, 0x1.5555555555555p-5,
};

INLINE pair sine_of(pair x) {
  REAL squared = x.high * x.high;
  REAL slope = FMA64(squared, (REAL)-0.5, (REAL)1);
  REAL bend = (squared * x.high) * POLYNOMIAL(squared, sine_terms);
  return ordered_sum(x.high, FMA64(x.low, slope, bend));
}

INLINE pair cosine_of(pair x) {
  pair squared = exact_product(x.high, x.high);
  REAL half = (REAL)0.5 * squared.high;
  pair sum = ordered_sum((REAL)1, -half);
  REAL bend = (squared.high * squared.high) * POLYNOMIAL(squared.high, cosine_terms);
  REAL low = FMA64(-x.high, x.low, (REAL)-0.5 * squared.low);
  return ordered_sum(sum.high, sum.low + (bend + low));
}

/// The sine of an angle so many quadrants further.
INLINE REAL sine_from(angle a, uint64_t quadrants) {
  pair sine = sine_of(a.rest), cosine = cosine_of(a.rest);
  BITS quadrant = a.quadrant + quadrants;
  REAL high = (quadrant & 1) == 1 ? cosine.high : sine.high;
  REAL low = (quadrant & 1) == 1 ? cosine.low : sine.low;
  BITS size = BITS_OF(rounded_to_odd_sum((pair){high, low}));
  return REAL_OF(size ^ (quadrant & 2) << 62);
}

/// NaN for what is not finite.
INLINE REAL of_finite(REAL x, REAL result) { return x - x == (REAL)0 ? result : NOT_A_NUMBER; }

INLINE REAL sin64(REAL x) { return fixed_at_zero(x, of_finite(x, sine_from(angle_of(x), 0))); }

INLINE REAL cos64(REAL x) { return of_finite(x, sine_from(angle_of(x), 1)); }

INLINE REAL tan64(REAL x) {
  angle a = angle_of(x);
  pair sine = sine_of(a.rest), cosine = cosine_of(a.rest);
  BITS odd = a.quadrant & 1;
  pair upper, lower;
  upper.high = odd == 1 ? -cosine.high : sine.high;
  upper.low = odd == 1 ? -cosine.low : sine.low;
  lower.high = odd == 1 ? sine.high : cosine.high;
  lower.low = odd == 1 ? sine.low : cosine.low;
  pair ratio = pair_quotient(upper, lower);
  return fixed_at_zero(x, of_finite(x, rounded_to_odd_sum(ratio)));
}
