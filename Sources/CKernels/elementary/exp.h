// e^x, 2^x, e^x - 1.
#pragma once

#include "pairs.h"

#define LOG2_E (REAL)0x1.71547652b82fep+0
#define LN2_HIGH (REAL)0x1.62e42fefa3800p-1  // 42 bits: its product with the exponent is exact
#define LN2_LOW (REAL)0x1.ef35793c76730p-45
#define ROUNDER (REAL)0x1.8p52

/// x = k ln 2 + r with |r| <= ln 2 / 2 (and an error far below); the exponent is that of 2^k.
static inline REAL reduced(REAL x, BITS *exponent) {
  REAL shifted = FMA64(x, LOG2_E, ROUNDER);
  REAL k = shifted - ROUNDER;
  *exponent = BITS_OF(shifted) << 52;
  REAL r = FMA64(-k, LN2_HIGH, x);
  return FMA64(-k, LN2_LOW, r);
}

/// (e^r - 1 - r) / r^2 by its Taylor polynomial up to r^11.
static inline REAL exp_tail(REAL r) {
  REAL p = (REAL)0x1.6124613a86d09p-33;
  p = FMA64(p, r, (REAL)0x1.1eed8eff8d898p-29);
  p = FMA64(p, r, (REAL)0x1.ae64567f544e4p-26);
  p = FMA64(p, r, (REAL)0x1.27e4fb7789f5cp-22);
  p = FMA64(p, r, (REAL)0x1.71de3a556c734p-19);
  p = FMA64(p, r, (REAL)0x1.a01a01a01a01ap-16);
  p = FMA64(p, r, (REAL)0x1.a01a01a01a01ap-13);
  p = FMA64(p, r, (REAL)0x1.6c16c16c16c17p-10);
  p = FMA64(p, r, (REAL)0x1.1111111111111p-7);
  p = FMA64(p, r, (REAL)0x1.5555555555555p-5);
  p = FMA64(p, r, (REAL)0x1.5555555555555p-3);
  return FMA64(p, r, (REAL)0x1p-1);
}

/// e^x for x held within -708 and 709; NaN stays.
static inline REAL exp64(REAL x) {
  REAL held = x < (REAL)-708 ? (REAL)-708 : x;
  held = held > (REAL)709 ? (REAL)709 : held;
  BITS exponent;
  REAL r = reduced(held, &exponent);
  REAL p = exp_tail(r);
  p = FMA64(p, r, (REAL)1);
  p = FMA64(p, r, (REAL)1);
  REAL result = REAL_OF(BITS_OF(p) + exponent);
  return x != x ? x : result;
}

/// e^(high + low) for |high| <= 600.
INLINE pair exp_pair(pair x) {
  REAL shifted = FMA64(x.high, LOG2_E, ROUNDER);
  REAL k = shifted - ROUNDER;
  REAL above = FMA64(-k, LN2_HIGH, x.high);
  REAL r = FMA64(-k, LN2_LOW, above);
  REAL r_low = FMA64(-k, LN2_LOW, above - r) + x.low;
  pair fraction = ordered_sum(r, (r * r) * exp_tail(r));
  pair p = ordered_sum((REAL)1, fraction.high);
  p.low += fraction.low + r_low * p.high;
  REAL scale = REAL_OF(BITS_OF((REAL)1) + (BITS_OF(shifted) << 52));
  return (pair){p.high * scale, p.low * scale};
}

/// e^x - 1 for x held within -60 and 200.
INLINE REAL expm1_64(REAL x) {
  BITS exponent;
  REAL r = reduced(held(x, -60, 200), &exponent);
  REAL fraction = FMA64(r * r, exp_tail(r), r);
  REAL scale = REAL_OF(BITS_OF((REAL)1) + exponent);
  return fixed_at_zero(x, FMA64(scale, fraction, scale - (REAL)1));
}

// ln(2)^n / n! for n = 13 ... 2.
static const double exp2_terms[] = {
    0x1.816193166d0f9p-40, 0x1.c3bd650fc2986p-36, 0x1.e8cac7351bb25p-32, 0x1.e4cf5158b8ecap-28,
    0x1.b5253d395e7c4p-24, 0x1.62c0223a5c824p-20, 0x1.ffcbfc588b0c7p-17, 0x1.430912f86c787p-13,
    0x1.5d87fe78a6731p-10, 0x1.3b2ab6fba4e77p-7,  0x1.c6b08d704a0c0p-5,  0x1.ebfbdff82c58fp-3,
};

/// 2^x for x held within -200 and 200; NaN stays.
INLINE REAL exp2_64(REAL x) {
  REAL within = held(x, -200, 200);
  REAL shifted = within + ROUNDER;
  REAL r = within - (shifted - ROUNDER);
  pair line = exact_product(r, (REAL)0x1.62e42fefa39efp-1);  // ln 2
  REAL rest = (r * r) * POLYNOMIAL(r, exp2_terms);
  rest = rest + FMA64(r, (REAL)0x1.abc9e3b39803fp-56, line.low);
  pair sum = ordered_sum((REAL)1, line.high);
  REAL p = rounded_to_odd_sum((pair){sum.high, sum.low + rest});
  REAL result = REAL_OF(BITS_OF(p) + (BITS_OF(shifted) << 52));
  return x != x ? x : result;
}
