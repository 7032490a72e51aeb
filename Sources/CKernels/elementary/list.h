// Every element-wise function: its kind, y as an expression in x, and dx as one in x, y and dy.
//
// x, y and dy are binary64 numbers (REAL) that were binary32, low and high the function's two
// parameters; y and dx are then rounded to binary32, once. In a gradient y is the rounded one.
// docs/numerics.md, section 5, is this table in formulas.
#pragma once

#define ZERO (REAL)0
#define ONE (REAL)1

#define EACH_FUNCTION(F)                                                                          \
  F(CK_RELU, x < ZERO ? ZERO : x, x > ZERO ? dy : ZERO)                                           \
  F(CK_LEAKY_RELU, x > ZERO ? x : x * low, x > ZERO ? dy : dy * low)                              \
  F(CK_CLIP, x < low ? low : (x > high ? high : x), ((x > low) & (x < high)) ? dy : ZERO)         \
  F(CK_SIGMOID, sigmoid64(x), dy * (y * (ONE - y)))                                               \
  F(CK_TANH, tanh64(x), dy * (ONE - y * y))                                                       \
  F(CK_EXP, exp64(x), dy * y)                                                                     \
  F(CK_LOG, log64(x), dy / x)                                                                     \
  F(CK_ERF, erf64(x), dy * (ERF_SLOPE * exp64(-(x * x))))                                         \
  F(CK_SOFTPLUS, softplus64(x), dy * SINGLE(sigmoid64(x)))                                        \
  F(CK_GELU, gelu64(x), dy * gelu_slope64(x, y))                                                  \
  F(CK_GELU_TANH, gelu_tanh64(x), dy * gelu_tanh_slope64(x, y))                                   \
  F(CK_SILU, silu64(x), dy * gate_slope(x, y, ONE))                                               \
  F(CK_MISH, mish64(x), dy * mish_slope64(x, y))                                                  \
  F(CK_EXPM1, expm1_64(x), dy * exp64(x))                                                         \
  F(CK_LOG1P, log1p_64(x), dy / (ONE + x))                                                        \
  F(CK_LOG2, log2_64(x), dy / (x * LN2))                                                          \
  F(CK_LOG10, log10_64(x), dy / (x * LN10))                                                       \
  F(CK_EXP2, exp2_64(x), dy * (y * LN2))                                                          \
  F(CK_SIN, sin64(x), dy * SINGLE(cos64(x)))                                                      \
  F(CK_COS, cos64(x), dy * -SINGLE(sin64(x)))                                                     \
  F(CK_TAN, tan64(x), dy * (ONE + y * y))                                                         \
  F(CK_ASIN, asin64(x), dy / __builtin_elementwise_sqrt((ONE - x) * (ONE + x)))                   \
  F(CK_ACOS, acos64(x), -dy / __builtin_elementwise_sqrt((ONE - x) * (ONE + x)))                  \
  F(CK_ATAN, atan64(x), dy / (ONE + x * x))                                                       \
  F(CK_SINH, sinh64(x), dy * SINGLE(cosh64(x)))                                                   \
  F(CK_COSH, cosh64(x), dy * SINGLE(sinh64(x)))                                                   \
  F(CK_ASINH, asinh64(x), dy / __builtin_elementwise_sqrt(ONE + x * x))                           \
  F(CK_ACOSH, acosh64(x), dy / __builtin_elementwise_sqrt((x - ONE) * (x + ONE)))                 \
  F(CK_ATANH, atanh64(x), dy / ((ONE - x) * (ONE + x)))                                           \
  F(CK_SOFTSIGN, softsign64(x), dy / ((ONE + magnitude(x)) * (ONE + magnitude(x))))               \
  F(CK_SQRT, __builtin_elementwise_sqrt(x), dy / (y + y))                                         \
  F(CK_RECIPROCAL, ONE / x, -dy * (y * y))                                                        \
  F(CK_ELU, x >= ZERO ? x : low * expm1_64(x), x > ZERO ? dy : dy * (low * exp64(x)))             \
  F(CK_SELU, high * (x > ZERO ? x : low * expm1_64(x)),                                           \
    dy * (high * (x > ZERO ? ONE : low * exp64(x))))                                              \
  F(CK_CELU, x >= ZERO ? x : low * expm1_64(x / low), x > ZERO ? dy : dy * exp64(x / low))        \
  F(CK_HARD_SIGMOID, hard_sigmoid64(x, low, high), ((y > ZERO) & (y < ONE)) ? dy * low : ZERO)    \
  F(CK_HARD_SWISH, hard_swish64(x),                                                               \
    x <= (REAL)-3 ? ZERO : (x < (REAL)3 ? dy * (x / (REAL)3 + (REAL)0.5) : dy))                   \
  F(CK_SHRINK, shrink64(x, low, high), ((x < -low) | (x > low)) ? dy : ZERO)                      \
  F(CK_THRESHOLDED_RELU, x <= low ? ZERO : x, x > low ? dy : ZERO)
