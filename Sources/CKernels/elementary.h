// The elementary functions of proofmark-numerics/1, once for scalars and for vectors.
//
// The file that includes this one defines
//   REAL, BITS               binary64 and 64-bit integers, scalar or ext_vector_type
//   REAL_OF(b), BITS_OF(x)   the same bits as the other type
//   FMA64(a, b, c)           one rounding
// docs/numerics.md prints the sequences. Every operation here is one of them: no other order, no
// other constant.

#include "strict.h"

#define LOG2_E (REAL)0x1.71547652b82fep+0
#define LN2_HIGH (REAL)0x1.62e42fefa3800p-1  // 42 bits: its product with the exponent is exact
#define LN2_LOW (REAL)0x1.ef35793c76730p-45
#define ROUNDER (REAL)0x1.8p52

/// x = k ln 2 + r with |r| <= ln 2 / 2 (and an error far below); scale is 2^k.
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
