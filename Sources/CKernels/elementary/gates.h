// Activations that are sigmoids, or a number times one.
#pragma once

#include "normal.h"

/// 1 / (1 + e^-x), to be rounded to binary32.
///
/// Near 0 the value lies so close to ties of binary32 that binary64 cannot tell the side: there it
/// is 1/2 + x/4 - x^3/48 + x^5/480, its sum rounded to odd.
static inline REAL sigmoid64(REAL x) {
  REAL a = x < (REAL)0 ? -x : x;
  REAL e = exp64(-a);
  REAL far = (x < (REAL)0 ? e : (REAL)1) / ((REAL)1 + e);

  REAL held = a < (REAL)0x1p-10 ? x : (REAL)0;
  REAL quarter = held * (REAL)0x1p-2;
  REAL squared = held * held;
  REAL bend = FMA64(squared, (REAL)0x1.1111111111111p-9, (REAL)-0x1.5555555555555p-6);
  REAL cubic = (squared * held) * bend;
  REAL high = (REAL)0.5 + quarter;
  REAL low = (quarter - (high - (REAL)0.5)) + cubic;  // exact error: 1/2 outweighs the quarter
  REAL sum = high + low;
  REAL error = low - (sum - high);
  BITS bits = BITS_OF(sum);
  BITS even = (bits & 1) ^ 1;
  bits = error > (REAL)0 ? bits + even : bits;
  bits = error < (REAL)0 ? bits - even : bits;
  REAL result = a < (REAL)0x1p-10 ? REAL_OF(bits) : far;
  return x != x ? x : result;
}

/// x / (1 + e^-z) for |x| <= 200 and z held within -200 and 200.
INLINE REAL gated(REAL x, pair z) {
  pair e = exp_pair((pair){-held(z.high, -200, 200), -z.low});
  pair sum = exact_sum((REAL)1, e.high);
  pair ratio = pair_quotient((pair){x, (REAL)0}, (pair){sum.high, sum.low + e.low});
  return rounded_to_odd_sum(ratio);
}

/// x sigmoid(x), -0 at -infinity.
INLINE REAL silu64(REAL x) {
  REAL within = held(x, -200, 200);
  REAL result = gated(within, (pair){within, (REAL)0});
  result = magnitude(x) < (REAL)0x1p-60 ? just_above_half(x) : result;
  result = x > (REAL)100 ? x : result;
  return x != x ? x : result;
}

// 2 sqrt(2 / pi), and 0.044715 times that.
#define GELU_LINE (pair){(REAL)0x1.9884533d43651p+0, (REAL)-0x1.cbc0d30ebfd15p-54}
#define GELU_CUBE (pair){(REAL)0x1.2444f2a4d8b4bp-4, (REAL)-0x1.6c843a29d1c70p-61}

/// 2 sqrt(2 / pi) (x + 0.044715 x^3) for |x| <= 20.
INLINE pair gelu_argument(REAL x) {
  pair cube = pair_product((pair){x * x, (REAL)0}, GELU_CUBE);
  pair sum = exact_sum(GELU_LINE.high, cube.high);
  sum.low += GELU_LINE.low + cube.low;
  return pair_product(sum, (pair){x, (REAL)0});
}

/// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), -0 at -infinity.
INLINE REAL gelu_tanh64(REAL x) {
  REAL within = held(x, -20, 20);
  REAL result = gated(within, gelu_argument(within));
  result = magnitude(x) < (REAL)0x1p-60 ? just_above_half(x) : result;
  result = x > (REAL)20 ? x : result;
  return x != x ? x : result;
}

/// s + x s (1 - s) z', where y = x s and s = sigmoid(z).
INLINE REAL gate_slope(REAL x, REAL y, REAL z_slope) {
  REAL s = factor_of(x, y);
  REAL rest = y * ((REAL)1 - s);
  return s + (x == INFINITE ? (REAL)0 : rest * z_slope);
}

INLINE REAL gelu_tanh_slope64(REAL x, REAL y) {
  REAL within = held(x, -20, 20);
  REAL z_slope = GELU_LINE.high + ((REAL)3 * GELU_CUBE.high) * (within * within);
  return gate_slope(x, y, z_slope);
}

/// tanh(softplus(x)) = n / (n + 2), n = e^x (e^x + 2).
INLINE pair mish_numerator(pair e) {
  pair sum = exact_sum((REAL)2, e.high);
  sum.low += e.low;
  return pair_product(e, sum);
}

/// x tanh(softplus(x)), -0 at -infinity.
INLINE REAL mish64(REAL x) {
  REAL within = held(x, -120, 40);
  pair n = mish_numerator(exp_pair((pair){within, (REAL)0}));
  pair sum = exact_sum((REAL)2, n.high);
  sum.low += n.low;
  pair ratio = pair_quotient(pair_product(n, (pair){within, (REAL)0}), sum);
  REAL result = rounded_to_odd_sum(ratio);
  result = x > (REAL)40 ? x : result;
  return fixed_at_zero(x, result);
}

/// t + x (1 - t^2) sigmoid(x), t = tanh(softplus(x)) = y / x.
INLINE REAL mish_slope64(REAL x, REAL y) {
  REAL t = magnitude(x) < (REAL)0x1p-60 ? (REAL)0.6 : y / x;
  t = x == INFINITE ? (REAL)1 : t;
  REAL bell = held(x, -200, 200) * ((REAL)1 - t * t);
  return t + bell * SINGLE(sigmoid64(x));
}

/// x / (1 + |x|), 1 and -1 at the infinities.
INLINE REAL softsign64(REAL x) {
  REAL within = held(x, -0x1p60, 0x1p60);
  pair ratio = pair_quotient((pair){within, (REAL)0}, exact_sum((REAL)1, magnitude(within)));
  return fixed_at_zero(x, rounded_to_odd_sum(ratio));
}

/// x max(0, min(1, x / 6 + 1 / 2)), -0 below -3.
INLINE REAL hard_swish64(REAL x) {
  REAL within = held(x, -3, 3);
  pair sum = exact_sum(within, (REAL)3);
  pair ratio = pair_quotient(pair_product((pair){within, (REAL)0}, sum), (pair){(REAL)6, (REAL)0});
  REAL result = rounded_to_odd_sum(ratio);
  result = magnitude(x) < (REAL)0x1p-60 ? just_above_half(x) : result;
  result = x <= (REAL)-3 ? (REAL)-0.0 : result;
  result = x >= (REAL)3 ? x : result;
  return x != x ? x : result;
}

/// fma(x, slope, shift) of binary32, held between 0 and 1.
INLINE REAL hard_sigmoid64(REAL x, REAL slope, REAL shift) {
  REAL line = x * slope;  // exact
  REAL sum = line + shift;
  REAL rounded_sum = rounded_to_odd_sum(exact_sum(line, shift));
  return held(sum - sum == (REAL)0 ? rounded_sum : sum, 0, 1);
}

/// 0 for |x| <= threshold, else x moved towards 0 by the bias.
INLINE REAL shrink64(REAL x, REAL threshold, REAL bias) {
  REAL result = x < -threshold ? x + bias : (REAL)0;
  result = x > threshold ? x - bias : result;
  return x != x ? x : result;
}
