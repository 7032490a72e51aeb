// Hyperbolic functions and their inverses.
#pragma once

#include "log.h"

/// tanh x, to be rounded to binary32.
///
/// (e^2a - 1) / (e^2a + 1) with a = |x|; below 2^-12 tanh x rounds to x itself.
static inline REAL tanh64(REAL x) {
  REAL a = x < (REAL)0 ? -x : x;
  REAL doubled = a > (REAL)10 ? (REAL)20 : a + a;
  BITS exponent;
  REAL r = reduced(doubled, &exponent);
  REAL fraction = FMA64(r * r, exp_tail(r), r);
  REAL scale = REAL_OF(BITS_OF((REAL)1) + exponent);
  REAL above = FMA64(scale, fraction, scale - (REAL)1);
  REAL positive = above / (above + (REAL)2);
  REAL result = x < (REAL)0 ? -positive : positive;
  result = a < (REAL)0x1p-12 ? x : result;
  return x != x ? x : result;
}

// (f(x) - x) / x^3 in x^2: sinh for |x| <= 1, asinh and atanh for |x| <= 1/4.
static const double sinh_terms[] = {
    0x1.99f0806c2628dp-49, 0x1.ae777c36fd5b6p-41, 0x1.612467ccb2260p-33, 0x1.ae6456792a77fp-26,
    0x1.71de3a556f96cp-19, 0x1.a01a01a01a001p-13, 0x1.1111111111111p-7,  0x1.5555555555555p-3,
};

static const double asinh_terms[] = {
    -0x1.f8f759025db53p-8, 0x1.72fefa06496fbp-7,  -0x1.c92281c89a719p-7,
    0x1.1c4c9ae3d48b0p-6,  -0x1.6e8b97057d3ffp-6, 0x1.f1c71c4cfd125p-6,
    -0x1.6db6db6d9a488p-5, 0x1.33333333332aap-4,  -0x1.5555555555555p-3,
};

static const double atanh_terms[] = {
    0x1.053170d6d15cbp-4, 0x1.9c9bda815e1dfp-5, 0x1.e3486cb783ad1p-5, 0x1.1108fa0f80dfbp-4,
    0x1.3b13eabf770b6p-4, 0x1.745d164db23bep-4, 0x1.c71c71c981dfdp-4, 0x1.2492492490c8bp-3,
    0x1.99999999999a5p-3, 0x1.5555555555555p-2,
};

/// x + x^3 p.
INLINE REAL odd_series(REAL x, REAL p) {
  return rounded_to_odd_sum((pair){x, ((x * x) * x) * p});
}

/// e^|x|, for |x| up to 200, and e^-|x|.
typedef struct {
  pair up;
  REAL down;
} exponentials_of;

INLINE exponentials_of exp_both(REAL a) {
  pair up = exp_pair((pair){held(a, 0, 200), (REAL)0});
  return (exponentials_of){up, (REAL)1 / up.high};
}

INLINE REAL sinh64(REAL x) {
  REAL a = magnitude(x);
  exponentials_of e = exp_both(a);
  pair difference = ordered_sum(e.up.high, -e.down);
  REAL far = (REAL)0.5 * rounded_to_odd_sum((pair){difference.high, difference.low + e.up.low});
  REAL inner = held(x, -1, 1);
  REAL near = odd_series(inner, POLYNOMIAL(inner * inner, sinh_terms));
  return fixed_at_zero(x, a < (REAL)1 ? near : with_sign(far, x));
}

INLINE REAL cosh64(REAL x) {
  exponentials_of e = exp_both(magnitude(x));
  pair sum = ordered_sum(e.up.high, e.down);
  REAL result = (REAL)0.5 * rounded_to_odd_sum((pair){sum.high, sum.low + e.up.low});
  return x != x ? x : result;
}

/// log(a + sqrt(a^2 + 1)) with a = |x|.
INLINE REAL asinh64(REAL x) {
  REAL a = magnitude(x);
  REAL outer = held(a, 0.25, 0x1p128);
  pair root = pair_root(exact_sum(outer * outer, (REAL)1));
  pair sum = exact_sum(outer, root.high);
  sum.low += root.low;
  pair far = log_pair(sum);
  REAL result = with_sign(rounded_to_odd_sum(far), x);
  REAL inner = held(x, -0.25, 0.25);
  REAL near = odd_series(inner, POLYNOMIAL(inner * inner, asinh_terms));
  result = a == INFINITE ? x : result;
  return fixed_at_zero(x, a < (REAL)0.25 ? near : result);
}

/// log(1 + t + sqrt(t (t + 2))) with t = x - 1; NaN below 1.
INLINE REAL acosh64(REAL x) {
  REAL t = held(x, 1, 0x1p128) - (REAL)1;
  pair root = pair_root(exact_sum(t * t, t + t));
  pair sum = exact_sum(root.high, t);
  sum.low += root.low;
  pair y = log1p_pair(sum);
  REAL result = x == INFINITE ? x : rounded_to_odd_sum(y);
  result = x < (REAL)1 ? NOT_A_NUMBER : result;
  return x != x ? x : result;
}

/// log(1 + 2 a / (1 - a)) / 2 with a = |x|.
INLINE REAL atanh64(REAL x) {
  REAL a = magnitude(x);
  REAL outer = held(a, 0.25, 1 - 0x1p-24);
  pair ratio = pair_quotient((pair){outer + outer, (REAL)0}, (pair){(REAL)1 - outer, (REAL)0});
  pair far = log1p_pair(ratio);
  REAL result = (REAL)0.5 * rounded_to_odd_sum(far);
  result = a == (REAL)1 ? INFINITE : result;
  result = a > (REAL)1 ? NOT_A_NUMBER : with_sign(result, x);
  REAL inner = held(x, -0.25, 0.25);
  REAL near = odd_series(inner, POLYNOMIAL(inner * inner, atanh_terms));
  return fixed_at_zero(x, a < (REAL)0.25 ? near : result);
}
