// x^y, with an error below 2^-58 of the value before the rounding to binary32.
#pragma once

#include "log.h"

// (log((1 + s) / (1 - s)) - 2 s - 2/3 s^3 - 2/5 s^5) / s^7 in s^2, for |s| <= 0.1716.
static const double fine_log_terms[] = {
    0x1.b2df9aca49e43p-4, 0x1.acf8627f00a61p-4, 0x1.e1eff99e23b91p-4, 0x1.1110f807e8c02p-3,
    0x1.3b13b16b4535dp-3, 0x1.745d1745a3f62p-3, 0x1.c71c71c71c822p-3, 0x1.2492492492492p-2,
};

// 1 / n! for n = 15 ... 3.
static const double fine_exp_terms[] = {
    0x1.ae7f3e733b81fp-41, 0x1.93974a8c07c9dp-37, 0x1.6124613a86d09p-33, 0x1.1eed8eff8d898p-29,
    0x1.ae64567f544e4p-26, 0x1.27e4fb7789f5cp-22, 0x1.71de3a556c734p-19, 0x1.a01a01a01a01ap-16,
    0x1.a01a01a01a01ap-13, 0x1.6c16c16c16c17p-10, 0x1.1111111111111p-7,  0x1.5555555555555p-5,
    0x1.5555555555555p-3,
};

/// a + b for |a| >= |b|.
INLINE pair pair_sum(pair a, pair b) {
  pair sum = ordered_sum(a.high, b.high);
  return ordered_sum(sum.high, sum.low + (a.low + b.low));
}

/// log x of a positive binary32 number, its error near 2^-68 of it.
INLINE pair fine_log(REAL x) {
  binary_parts parts = parts_of(x);
  pair s = pair_quotient((pair){parts.f, (REAL)0}, (pair){(REAL)2 + parts.f, (REAL)0});
  pair squared = pair_product(s, s);
  pair rest = {squared.high * POLYNOMIAL(squared.high, fine_log_terms), (REAL)0};
  rest = pair_sum((pair){(REAL)0x1.999999999999ap-2, (REAL)-0x1.999999999999ap-56}, rest);
  rest = pair_product(squared, rest);
  rest = pair_sum((pair){(REAL)0x1.5555555555555p-1, (REAL)0x1.5555555555555p-55}, rest);
  rest = pair_product(pair_product(squared, s), rest);
  pair near = pair_sum((pair){s.high + s.high, s.low + s.low}, rest);
  pair low = exact_product(parts.k, LN2_LOW);
  pair sum = exact_sum(parts.k * LN2_HIGH, near.high);
  pair tail = exact_sum(sum.low, low.high);
  return pair_sum((pair){sum.high, tail.high}, (pair){near.low, tail.low + low.low});
}

/// e^x for |x| <= 200, its error below 2^-58 of it.
INLINE pair fine_exp(pair x) {
  REAL shifted = FMA64(x.high, LOG2_E, ROUNDER);
  REAL k = shifted - ROUNDER;
  REAL above = FMA64(-k, LN2_HIGH, x.high);
  pair low = exact_product(-k, LN2_LOW);
  pair r = exact_sum(above, low.high);
  r.low += low.low + x.low;
  r = ordered_sum(r.high, r.low);
  pair square = exact_product(r.high, (REAL)0.5 * r.high);
  REAL cube = (r.high * r.high) * r.high;
  square.low += FMA64(r.high, r.low, cube * POLYNOMIAL(r.high, fine_exp_terms));
  pair p = pair_sum(r, ordered_sum(square.high, square.low));
  p = pair_sum((pair){(REAL)1, (REAL)0}, p);
  REAL scale = REAL_OF(BITS_OF((REAL)1) + (BITS_OF(shifted) << 52));
  return (pair){p.high * scale, p.low * scale};
}

/// |x|^y = e^(y log |x|) where both are finite and x is not 0, rounded to odd. What lies within
/// 2^-57 of a binary64 number is taken for it, for powers that are ties of binary32 exactly.
INLINE REAL finite_power(REAL a, REAL y) {
  pair exponent = pair_product(fine_log(held(a, 0x1p-149, 0x1p128)), (pair){y, (REAL)0});
  REAL within = held(exponent.high, -180, 180);
  REAL low = within == exponent.high ? exponent.low : (REAL)0;
  pair power = fine_exp((pair){within, low});
  power = ordered_sum(power.high, power.low);
  REAL small = magnitude(power.low);
  power.low = small < power.high * (REAL)0x1p-57 ? (REAL)0 : power.low;
  return rounded_to_odd_sum(power);
}

/// x^y with the special cases of IEEE 754-2019, 9.2.1.
INLINE REAL pow64(REAL x, REAL y) {
  REAL a = magnitude(x), size = magnitude(y);
  REAL result = finite_power(a, held(y, -0x1p60, 0x1p60));

  // Of the numbers up to 2^52 the last bit behind the shift says whether they are odd.
  REAL shifted = size + (REAL)0x1p52;
  BITS last = size < (REAL)0x1p52 ? (BITS_OF(shifted) & 1) : 0;
  REAL whole = size < (REAL)0x1p52 ? shifted - (REAL)0x1p52 : size;
  REAL odd = ((whole == size) & (last == 1)) ? (REAL)1 : (REAL)0;

  REAL at_zero = y < (REAL)0 ? INFINITE : (REAL)0;
  result = a == (REAL)0 ? at_zero : result;
  REAL at_infinity = y < (REAL)0 ? (REAL)0 : INFINITE;
  result = a == INFINITE ? at_infinity : result;
  REAL outward = y > (REAL)0 ? a : (REAL)1 / a;
  REAL grows = outward > (REAL)1 ? INFINITE : (REAL)0;
  grows = a == (REAL)1 ? (REAL)1 : grows;
  result = size == INFINITE ? grows : result;
  result = odd == (REAL)1 ? with_sign(result, x) : result;
  result = ((x < (REAL)0) & (a < INFINITE) & (whole != size)) ? NOT_A_NUMBER : result;
  result = x != x ? x : result;
  result = y != y ? y : result;
  return ((x == (REAL)1) | (y == (REAL)0)) ? (REAL)1 : result;
}

/// The gradient of x^y in x: y x^(y - 1).
INLINE REAL pow_slope64(REAL x, REAL y) {
  REAL result = y * SINGLE(pow64(x, SINGLE(y - (REAL)1)));
  return y == (REAL)0 ? (REAL)0 : result;
}
