// The inverse trigonometric functions.
#pragma once

#include "trigonometry.h"

// (f(x) - x) / x^3 in x^2: the arc tangent for |x| <= tan(pi / 8), the arc sine for |x| <= 1/2.
static const double arc_tangent_terms[] = {
    -0x1.52544ae665033p-7, 0x1.8f6240d5c8c67p-6,  -0x1.160d49a08b70fp-5, 0x1.424af5abf0dc4p-5,
    -0x1.635b790ac3ebcp-5, 0x1.860170a7dceacp-5,  -0x1.af269790cd0edp-5, 0x1.e1e1c6f184e6fp-5,
    -0x1.1111108464a0ap-4, 0x1.3b13b13721a76p-4,  -0x1.745d1745beed6p-4, 0x1.c71c71c71c3d5p-4,
    -0x1.2492492492490p-3, 0x1.999999999999ap-3,  -0x1.5555555555555p-2,
};

static const double arc_sine_terms[] = {
    0x1.f74bdb0d4b5bep-6, -0x1.898d77b6dddb2p-6, 0x1.7184808eff5eep-6, 0x1.8f5a75293b094p-12,
    0x1.2031dbbbbad45p-7, 0x1.0a9849ba5937ep-7,  0x1.40e38d543d8d2p-7, 0x1.7a70c2a695fe0p-7,
    0x1.c99afe79266f3p-7, 0x1.1c4ebd7735bf2p-6,  0x1.6e8ba31c9dc09p-6, 0x1.f1c71c70ee54ap-6,
    0x1.6db6db6db7c7fp-5, 0x1.333333333332dp-4,  0x1.5555555555555p-3,
};

/// pi / 2 + x, or pi + x for twice.
INLINE REAL beyond_right_angle(double times, pair x) {
  pair sum = ordered_sum(HALF_PI * (REAL)times, x.high);
  return rounded_to_odd_sum(
      (pair){sum.high, sum.low + FMA64(HALF_PI_LOW, (REAL)times, x.low)});
}

/// atan a for a < tan(pi / 8), pi / 4 + atan((a - 1) / (a + 1)) up to its inverse, then
/// pi / 2 - atan(1 / a).
INLINE REAL atan64(REAL x) {
  REAL a = held(magnitude(x), 0, 0x1p80);
  REAL near = a < (REAL)0x1.a827999fcef32p-2 ? (REAL)1 : (REAL)0;
  REAL far = a > (REAL)0x1.3504f333f9de6p+1 ? (REAL)1 : (REAL)0;
  REAL upper = far == (REAL)1 ? (REAL)-1 : near == (REAL)1 ? a : a - (REAL)1;
  REAL lower = far == (REAL)1 ? a : near == (REAL)1 ? (REAL)1 : a + (REAL)1;
  pair t = pair_quotient((pair){upper, (REAL)0}, (pair){lower, (REAL)0});
  REAL squared = t.high * t.high;
  t.low = FMA64(squared * t.high, POLYNOMIAL(squared, arc_tangent_terms), t.low);
  REAL quarters = (far - near) * (REAL)0.5 + (REAL)0.5;  // 0, 1/2 or 1 right angles
  pair sum = exact_sum(HALF_PI * quarters, t.high);
  sum.low += FMA64(HALF_PI_LOW, quarters, t.low);
  return fixed_at_zero(x, with_sign(rounded_to_odd_sum(sum), x));
}

/// asin of s for s <= 1/2 and of sqrt((1 - a) / 2) beyond, as a pair.
INLINE pair half_arc(REAL a) {
  REAL z = a > (REAL)0.5 ? ((REAL)1 - a) * (REAL)0.5 : a * a;
  pair root = pair_root((pair){z, (REAL)0});
  REAL s = a > (REAL)0.5 ? root.high : a;
  REAL low = a > (REAL)0.5 ? root.low : (REAL)0;
  return ordered_sum(s, FMA64(s * z, POLYNOMIAL(z, arc_sine_terms), low));
}

INLINE REAL asin64(REAL x) {
  REAL a = magnitude(x);
  pair arc = half_arc(held(a, 0, 1));
  REAL beyond = beyond_right_angle(1, (pair){(REAL)-2 * arc.high, (REAL)-2 * arc.low});
  REAL result = with_sign(a > (REAL)0.5 ? beyond : rounded_to_odd_sum(arc), x);
  return fixed_at_zero(x, a > (REAL)1 ? NOT_A_NUMBER : result);
}

INLINE REAL acos64(REAL x) {
  REAL a = magnitude(x);
  pair arc = half_arc(held(a, 0, 1));
  pair signed_arc = {x < (REAL)0 ? arc.high : -arc.high, x < (REAL)0 ? arc.low : -arc.low};
  REAL inner = beyond_right_angle(1, signed_arc);
  REAL outer = beyond_right_angle(2, (pair){(REAL)-2 * arc.high, (REAL)-2 * arc.low});
  outer = x < (REAL)0 ? outer : (REAL)2 * rounded_to_odd_sum(arc);
  REAL result = a > (REAL)0.5 ? outer : inner;
  result = a > (REAL)1 ? NOT_A_NUMBER : result;
  return x != x ? x : result;
}
