// Every operator in its plain form: one loop per axis, one exact step per tap, no trick. The
// fast kernels are compared with these bit by bit.
//
// Maps are channels x height x width, row by row, without padding. dx and dy are gradients of the
// loss with respect to x and y.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// A window over a map. For pools `outputs` equals `channels`.
typedef struct {
  ptrdiff_t channels, height, width;
  ptrdiff_t outputs, out_height, out_width;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_y, stride_x;
  ptrdiff_t dilation_y, dilation_x;
  ptrdiff_t pad_top, pad_left;
  ptrdiff_t groups;
} ck_window;

/// The element-wise operators.
typedef enum {
  CK_RELU,
  CK_LEAKY_RELU,  // low is the slope
  CK_CLIP,        // between low and high
  CK_SIGMOID,
  CK_TANH,
  CK_EXP,
  CK_LOG,
  CK_ERF,
  CK_SOFTPLUS,   // log(1 + e^x)
  CK_GELU,       // x / 2 (1 + erf(x / sqrt 2))
  CK_GELU_TANH,  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  CK_SILU,       // x sigmoid(x)
  CK_MISH,       // x tanh(softplus(x))
  CK_EXPM1,
  CK_LOG1P,
  CK_LOG2,
  CK_LOG10,
  CK_EXP2,
  CK_SIN,
  CK_COS,
  CK_TAN,
  CK_ASIN,
  CK_ACOS,
  CK_ATAN,
  CK_SINH,
  CK_COSH,
  CK_ASINH,
  CK_ACOSH,
  CK_ATANH,
  CK_SOFTSIGN,  // x / (1 + |x|)
  CK_SQRT,
  CK_RECIPROCAL,
  CK_ELU,               // low is alpha
  CK_SELU,              // low is alpha, high is gamma
  CK_CELU,              // low is alpha
  CK_HARD_SIGMOID,      // low is the slope, high is the shift
  CK_HARD_SWISH,        // x max(0, min(1, x / 6 + 1 / 2))
  CK_SHRINK,            // low is the threshold, high is the bias
  CK_THRESHOLDED_RELU,  // low is the threshold
  CK_ACTIVATION_KINDS,
} ck_activation_kind;

/// An element-wise operator with its parameters.
typedef struct {
  ck_activation_kind kind;
  float low, high;
} ck_activation;

/// x rounded to a multiple of `scale` (ties to an even one) between low and high times it, in
/// binary32; NaN becomes +0. The bounds are integers below 2^21.
typedef struct {
  float scale, low, high;
} ck_quantization;

/// a * b + c in binary32, rounded once: exact in binary64, then rounded to odd, then rounded.
float ck_plain_fma(float a, float b, float c);

/// a * b + c as written, for the self-test.
float ck_plain_probe(float a, float b, float c);

/// kernel: outputs x channels / groups x kernel height x kernel width; bias may be null.
void ck_plain_convolution(
    ck_window shape, const float *x, const float *kernel, const float *bias, float *y);
void ck_plain_convolution_gradient(
    ck_window shape, const float *dy, const float *kernel, float *dx);

void ck_plain_max_pool(ck_window shape, const float *x, float *y);
void ck_plain_max_pool_gradient(ck_window shape, const float *x, const float *dy, float *dx);

void ck_plain_average_pool(ck_window shape, bool counts_padding, const float *x, float *y);
void ck_plain_average_pool_gradient(
    ck_window shape, bool counts_padding, const float *dy, float *dx);

void ck_plain_normalization(
    ptrdiff_t channels, ptrdiff_t pixels, const float *x, const float *scale, const float *shift,
    float *y);
void ck_plain_normalization_gradient(
    ptrdiff_t channels, ptrdiff_t pixels, const float *dy, const float *scale, float *dx);

void ck_plain_activation(ck_activation activation, const float *x, ptrdiff_t count, float *y);
void ck_plain_activation_gradient(
    ck_activation activation, const float *x, const float *y, const float *dy, ptrdiff_t count,
    float *dx);

/// y and the slope dy / dx in binary64, unrounded, at binary32 numbers.
void ck_plain_activation_wide(
    ck_activation activation, const float *x, ptrdiff_t count, double *y, double *slope);

void ck_plain_quantization(
    ck_quantization q, const float *x, ptrdiff_t count, float *y);
/// dx = dy where the multiple lay within the bounds, else +0.
void ck_plain_quantization_gradient(
    ck_quantization q, const float *x, const float *dy, ptrdiff_t count, float *dx);

/// e^x, x held within -708 and 709, and log x, as the functions above take them.
double ck_exp64(double x);
double ck_log64(double x);
/// x^y of a base within 2^-149 and 2^128, where it lies within e^-180 and e^180.
double ck_power64(double x, double y);

/// z = x^y; dx = dz y x^(y - 1).
void ck_plain_power(const float *x, const float *y, ptrdiff_t count, float *z);
void ck_plain_power_gradient(
    const float *x, const float *y, const float *dz, ptrdiff_t count, float *dx);

void ck_plain_softmax(ptrdiff_t channels, ptrdiff_t pixels, const float *x, float *y);
void ck_plain_softmax_gradient(
    ptrdiff_t channels, ptrdiff_t pixels, const float *y, const float *dy, float *dx);

/// dx = round(softmax(x) - onehot(label)), the softmax unrounded.
void ck_plain_loss_gradient(const float *x, ptrdiff_t count, ptrdiff_t label, float *dx);

/// sum = sum + x.
void ck_plain_add(const float *x, ptrdiff_t count, float *sum);

/// Copies a map into a larger one whose other elements are +0, and out of it again.
void ck_plain_place(
    ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, const float *map, ptrdiff_t outer_height,
    ptrdiff_t outer_width, ptrdiff_t top, ptrdiff_t left, float *outer);
void ck_plain_cut(
    ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, float *map, ptrdiff_t outer_height,
    ptrdiff_t outer_width, ptrdiff_t top, ptrdiff_t left, const float *outer);
