// Fused multiply-adds from separate ones, exactly rounded, for CPUs and loops without the
// instruction. Needs rounding to nearest and binary64 arithmetic without extra precision.
#pragma once

#include <stdint.h>
#include <string.h>

#include "strict.h"

static inline uint64_t bits_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static inline double double_of(uint64_t bits) {
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/// The rounding error of sum = a + b (Knuth's two-sum); NaN where the sum is not finite.
static inline double sum_error(double a, double b, double sum) {
  double from_b = sum - a;
  double from_a = sum - from_b;
  return (a - from_a) + (b - from_b);
}

/// sum, whose exact value is sum + error, rounded to odd instead of to nearest: a later rounding
/// to fewer digits then gives what one rounding would have given.
static inline double rounded_to_odd(double sum, double error) {
  uint64_t bits = bits_of(sum);
  if ((error > 0 || error < 0) && !(bits & 1)) {
    bits += (error > 0) == (sum > 0) ? 1 : -1;
  }
  return double_of(bits);
}

/// a * b + c in binary32. The product of two binary32 numbers is exact in binary64.
static inline float exact_fma32(float a, float b, float c) {
  double product = (double)a * (double)b;
  double sum = product + (double)c;
  return (float)rounded_to_odd(sum, sum_error(product, (double)c, sum));
}

/// The rounding error of product = a * b, by Veltkamp's splitting (Dekker).
static inline double product_error(double a, double b, double product) {
  const double splitter = 0x1p27 + 1;
  double shifted_a = a * splitter, shifted_b = b * splitter;
  double high_a = shifted_a - (shifted_a - a), low_a = a - high_a;
  double high_b = shifted_b - (shifted_b - b), low_b = b - high_b;
  return low_a * low_b - (((product - high_a * high_b) - low_a * high_b) - high_a * low_b);
}

/// a * b + c in binary64 (Boldo and Melquiond, 2008), where neither the product nor its error
/// leaves the normal range: |a b| is 0 or within 2^-900 ... 2^1000, which every use here keeps.
static inline double exact_fma64(double a, double b, double c) {
  double product = a * b;
  double plain = product + c;
  if (a == 0 || b == 0 || c == 0 || !(plain - plain == 0)) return plain;
  double error = product_error(a, b, product);
  double low_sum = c + error;
  double low_error = sum_error(c, error, low_sum);
  double high_sum = product + low_sum;
  double high_error = sum_error(product, low_sum, high_sum);
  double rest = low_error + high_error;
  return high_sum + rounded_to_odd(rest, sum_error(low_error, high_error, rest));
}
