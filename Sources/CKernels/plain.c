#include "CKernels.h"

#include <string.h>

#include "exact.h"

// A call, for the functions below have hundreds.
static __attribute__((noinline)) double plain_fma64(double a, double b, double c) {
  return exact_fma64(a, b, c);
}

#define REAL double
#define BITS uint64_t
#define REAL_OF(bits) double_of(bits)
#define BITS_OF(number) bits_of(number)
#define FMA64(a, b, c) plain_fma64(a, b, c)
#define SINGLE(number) (double)(float)(number)
#define ANY(mask) (mask)
#include "elementary.h"

// The place of an element: channel by channel, row by row.
static ptrdiff_t at(
    ptrdiff_t channel, ptrdiff_t y, ptrdiff_t x, ptrdiff_t height, ptrdiff_t width) {
  return (channel * height + y) * width + x;
}

static bool inside(ptrdiff_t y, ptrdiff_t x, ptrdiff_t height, ptrdiff_t width) {
  return y >= 0 && y < height && x >= 0 && x < width;
}

float ck_plain_fma(float a, float b, float c) { return exact_fma32(a, b, c); }

float ck_plain_probe(float a, float b, float c) { return a * b + c; }

void ck_plain_convolution(
    ck_window s, const float *x, const float *kernel, const float *bias, float *y) {
  ptrdiff_t inputs = s.channels / s.groups, outputs = s.outputs / s.groups;
  for (ptrdiff_t o = 0; o < s.outputs; o++) {
    for (ptrdiff_t row = 0; row < s.out_height; row++) {
      for (ptrdiff_t column = 0; column < s.out_width; column++) {
        float sum = bias ? bias[o] : 0;
        const float *w = kernel + o * inputs * s.kernel_height * s.kernel_width;
        for (ptrdiff_t i = 0; i < inputs; i++) {
          ptrdiff_t channel = o / outputs * inputs + i;
          for (ptrdiff_t ky = 0; ky < s.kernel_height; ky++) {
            for (ptrdiff_t kx = 0; kx < s.kernel_width; kx++) {
              ptrdiff_t from_y = row * s.stride_y + ky * s.dilation_y - s.pad_top;
              ptrdiff_t from_x = column * s.stride_x + kx * s.dilation_x - s.pad_left;
              float tap = inside(from_y, from_x, s.height, s.width)
                              ? x[at(channel, from_y, from_x, s.height, s.width)]
                              : 0;
              sum = exact_fma32(tap, *w++, sum);
            }
          }
        }
        y[at(o, row, column, s.out_height, s.out_width)] = sum;
      }
    }
  }
}

void ck_plain_convolution_gradient(
    ck_window s, const float *dy, const float *kernel, float *dx) {
  ptrdiff_t inputs = s.channels / s.groups, outputs = s.outputs / s.groups;
  for (ptrdiff_t channel = 0; channel < s.channels; channel++) {
    ptrdiff_t group = channel / inputs, i = channel % inputs;
    for (ptrdiff_t y = 0; y < s.height; y++) {
      for (ptrdiff_t x = 0; x < s.width; x++) {
        float sum = 0;
        for (ptrdiff_t o = group * outputs; o < (group + 1) * outputs; o++) {
          const float *w = kernel + (o * inputs + i) * s.kernel_height * s.kernel_width;
          for (ptrdiff_t ky = 0; ky < s.kernel_height; ky++) {
            for (ptrdiff_t kx = 0; kx < s.kernel_width; kx++, w++) {
              ptrdiff_t down = y + s.pad_top - ky * s.dilation_y;
              ptrdiff_t right = x + s.pad_left - kx * s.dilation_x;
              if (down % s.stride_y != 0 || right % s.stride_x != 0) continue;
              ptrdiff_t row = down / s.stride_y, column = right / s.stride_x;
              float tap = inside(row, column, s.out_height, s.out_width)
                              ? dy[at(o, row, column, s.out_height, s.out_width)]
                              : 0;
              sum = exact_fma32(tap, *w, sum);
            }
          }
        }
        dx[at(channel, y, x, s.height, s.width)] = sum;
      }
    }
  }
}

// The place of a window's tap in its map; -1 in the padding.
static ptrdiff_t tap_place(
    ck_window s, ptrdiff_t channel, ptrdiff_t row, ptrdiff_t column, ptrdiff_t ky, ptrdiff_t kx) {
  ptrdiff_t y = row * s.stride_y + ky * s.dilation_y - s.pad_top;
  ptrdiff_t x = column * s.stride_x + kx * s.dilation_x - s.pad_left;
  return inside(y, x, s.height, s.width) ? at(channel, y, x, s.height, s.width) : -1;
}

// The place of a window's first largest element.
static ptrdiff_t winner(
    ck_window s, const float *x, ptrdiff_t channel, ptrdiff_t row, ptrdiff_t column) {
  ptrdiff_t best = -1;
  for (ptrdiff_t ky = 0; ky < s.kernel_height; ky++) {
    for (ptrdiff_t kx = 0; kx < s.kernel_width; kx++) {
      ptrdiff_t place = tap_place(s, channel, row, column, ky, kx);
      if (place < 0) continue;
      if (best < 0 || x[place] > x[best] || (x[place] != x[place] && x[best] == x[best])) {
        best = place;
      }
    }
  }
  return best;
}

void ck_plain_max_pool(ck_window s, const float *x, float *y) {
  for (ptrdiff_t channel = 0; channel < s.channels; channel++) {
    for (ptrdiff_t row = 0; row < s.out_height; row++) {
      for (ptrdiff_t column = 0; column < s.out_width; column++) {
        *y++ = x[winner(s, x, channel, row, column)];
      }
    }
  }
}

void ck_plain_max_pool_gradient(ck_window s, const float *x, const float *dy, float *dx) {
  for (ptrdiff_t channel = 0; channel < s.channels; channel++) {
    for (ptrdiff_t y = 0; y < s.height; y++) {
      for (ptrdiff_t column_in = 0; column_in < s.width; column_in++) {
        ptrdiff_t place = at(channel, y, column_in, s.height, s.width);
        double sum = 0;
        for (ptrdiff_t row = 0; row < s.out_height; row++) {
          ptrdiff_t top = row * s.stride_y - s.pad_top;
          if (y < top || y > top + (s.kernel_height - 1) * s.dilation_y) continue;
          for (ptrdiff_t column = 0; column < s.out_width; column++) {
            ptrdiff_t left = column * s.stride_x - s.pad_left;
            if (column_in < left || column_in > left + (s.kernel_width - 1) * s.dilation_x) {
              continue;
            }
            if (winner(s, x, channel, row, column) == place) {
              sum += (double)dy[at(channel, row, column, s.out_height, s.out_width)];
            }
          }
        }
        dx[place] = (float)sum;
      }
    }
  }
}

// The number that a window's sum is divided by.
static double divisor(ck_window s, bool counts_padding, ptrdiff_t row, ptrdiff_t column) {
  if (counts_padding) return (double)(s.kernel_height * s.kernel_width);
  ptrdiff_t count = 0;
  for (ptrdiff_t ky = 0; ky < s.kernel_height; ky++) {
    for (ptrdiff_t kx = 0; kx < s.kernel_width; kx++) {
      count += tap_place(s, 0, row, column, ky, kx) >= 0;
    }
  }
  return (double)count;
}

void ck_plain_average_pool(ck_window s, bool counts_padding, const float *x, float *y) {
  for (ptrdiff_t channel = 0; channel < s.channels; channel++) {
    for (ptrdiff_t row = 0; row < s.out_height; row++) {
      for (ptrdiff_t column = 0; column < s.out_width; column++) {
        double sum = 0;
        for (ptrdiff_t ky = 0; ky < s.kernel_height; ky++) {
          for (ptrdiff_t kx = 0; kx < s.kernel_width; kx++) {
            ptrdiff_t place = tap_place(s, channel, row, column, ky, kx);
            if (place >= 0) sum += (double)x[place];
          }
        }
        *y++ = (float)(sum / divisor(s, counts_padding, row, column));
      }
    }
  }
}

// Whether a window holds an element, along one axis.
static bool holds(
    ptrdiff_t window, ptrdiff_t element, ptrdiff_t stride, ptrdiff_t kernel, ptrdiff_t dilation,
    ptrdiff_t pad) {
  ptrdiff_t distance = element - (window * stride - pad);
  return distance >= 0 && distance % dilation == 0 && distance / dilation < kernel;
}

void ck_plain_average_pool_gradient(
    ck_window s, bool counts_padding, const float *dy, float *dx) {
  for (ptrdiff_t channel = 0; channel < s.channels; channel++) {
    for (ptrdiff_t y = 0; y < s.height; y++) {
      for (ptrdiff_t x = 0; x < s.width; x++) {
        double sum = 0;
        for (ptrdiff_t row = 0; row < s.out_height; row++) {
          if (!holds(row, y, s.stride_y, s.kernel_height, s.dilation_y, s.pad_top)) continue;
          for (ptrdiff_t column = 0; column < s.out_width; column++) {
            if (!holds(column, x, s.stride_x, s.kernel_width, s.dilation_x, s.pad_left)) continue;
            double share = (double)dy[at(channel, row, column, s.out_height, s.out_width)];
            sum += share / divisor(s, counts_padding, row, column);
          }
        }
        dx[at(channel, y, x, s.height, s.width)] = (float)sum;
      }
    }
  }
}

void ck_plain_normalization(
    ptrdiff_t channels, ptrdiff_t pixels, const float *x, const float *scale, const float *shift,
    float *y) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
      *y++ = exact_fma32(*x++, scale[channel], shift[channel]);
    }
  }
}

void ck_plain_normalization_gradient(
    ptrdiff_t channels, ptrdiff_t pixels, const float *dy, const float *scale, float *dx) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) *dx++ = *dy++ * scale[channel];
  }
}

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-variable"

static double activated(ck_activation activation, double x) {
  const double low = (double)activation.low, high = (double)activation.high;
  switch (activation.kind) {
#define FUNCTION(kind, value, gradient) \
  case kind: return (value);
    EACH_FUNCTION(FUNCTION)
#undef FUNCTION
    case CK_ACTIVATION_KINDS: break;
  }
  return NOT_A_NUMBER;
}

static double activation_gradient(ck_activation activation, double x, double y, double dy) {
  const double low = (double)activation.low, high = (double)activation.high;
  switch (activation.kind) {
#define FUNCTION(kind, value, gradient) \
  case kind: return (gradient);
    EACH_FUNCTION(FUNCTION)
#undef FUNCTION
    case CK_ACTIVATION_KINDS: break;
  }
  return NOT_A_NUMBER;
}

#pragma clang diagnostic pop

void ck_plain_activation(ck_activation activation, const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = (float)activated(activation, (double)x[i]);
}

void ck_plain_activation_gradient(
    ck_activation activation, const float *x, const float *y, const float *dy, ptrdiff_t count,
    float *dx) {
  for (ptrdiff_t i = 0; i < count; i++) {
    dx[i] = (float)activation_gradient(activation, (double)x[i], (double)y[i], (double)dy[i]);
  }
}

// tanh64 leaves out what no binary32 number shows, near 0 and beyond 10.
static double wide_tanh(double x) {
  double a = x < 0 ? -x : x;
  double e = expm1_64((a > 20 ? 20 : a) * 2);
  double y = e / (e + 2);
  return x != x ? x : (x < 0 ? -y : y);
}

void ck_plain_activation_wide(
    ck_activation activation, const float *x, ptrdiff_t count, double *y, double *slope) {
  for (ptrdiff_t i = 0; i < count; i++) {
    y[i] = activation.kind == CK_TANH ? wide_tanh((double)x[i])
                                      : activated(activation, (double)x[i]);
    slope[i] = activation_gradient(activation, (double)x[i], y[i], 1);
  }
}

void ck_plain_quantization(ck_quantization q, const float *x, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float step = x[i] / q.scale;
    step = step < q.low ? q.low : step;
    step = step > q.high ? q.high : step;
    step = step != step ? 0 : step;
    y[i] = ((step + 0x1.8p23f) - 0x1.8p23f) * q.scale;
  }
}

void ck_plain_quantization_gradient(
    ck_quantization q, const float *x, const float *dy, ptrdiff_t count, float *dx) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float step = x[i] / q.scale;
    dx[i] = step >= q.low - 0.5f && step <= q.high + 0.5f ? dy[i] : 0;
  }
}

double ck_exp64(double x) { return exp64(x); }

double ck_log64(double x) { return log64(x); }

double ck_power64(double x, double y) { return pow64(x, y); }

void ck_plain_power(const float *x, const float *y, ptrdiff_t count, float *z) {
  for (ptrdiff_t i = 0; i < count; i++) z[i] = (float)pow64((double)x[i], (double)y[i]);
}

void ck_plain_power_gradient(
    const float *x, const float *y, const float *dz, ptrdiff_t count, float *dx) {
  for (ptrdiff_t i = 0; i < count; i++) {
    dx[i] = (float)((double)dz[i] * pow_slope64((double)x[i], (double)y[i]));
  }
}

// The largest of numbers that lie `step` apart; a NaN among them is the result.
static double largest(const float *x, ptrdiff_t count, ptrdiff_t step) {
  double best = (double)x[0];
  for (ptrdiff_t i = 1; i < count; i++) {
    double number = (double)x[i * step];
    if (number > best || number != number) best = number;
  }
  return best;
}

void ck_plain_softmax(ptrdiff_t channels, ptrdiff_t pixels, const float *x, float *y) {
  for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
    double best = largest(x + pixel, channels, pixels);
    double sum = 0;
    for (ptrdiff_t i = 0; i < channels; i++) sum += exp64((double)x[i * pixels + pixel] - best);
    for (ptrdiff_t i = 0; i < channels; i++) {
      y[i * pixels + pixel] = (float)(exp64((double)x[i * pixels + pixel] - best) / sum);
    }
  }
}

void ck_plain_softmax_gradient(
    ptrdiff_t channels, ptrdiff_t pixels, const float *y, const float *dy, float *dx) {
  for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
    double dot = 0;
    for (ptrdiff_t i = pixel; i < channels * pixels; i += pixels) {
      dot += (double)dy[i] * (double)y[i];
    }
    for (ptrdiff_t i = pixel; i < channels * pixels; i += pixels) {
      dx[i] = (float)(((double)dy[i] - dot) * (double)y[i]);
    }
  }
}

void ck_plain_loss_gradient(const float *x, ptrdiff_t count, ptrdiff_t label, float *dx) {
  double best = largest(x, count, 1);
  double sum = 0;
  for (ptrdiff_t i = 0; i < count; i++) sum += exp64((double)x[i] - best);
  for (ptrdiff_t i = 0; i < count; i++) {
    double probability = exp64((double)x[i] - best) / sum;
    dx[i] = (float)(probability - (i == label ? 1 : 0));
  }
}

void ck_plain_add(const float *x, ptrdiff_t count, float *sum) {
  for (ptrdiff_t i = 0; i < count; i++) sum[i] += x[i];
}

void ck_plain_place(
    ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, const float *map, ptrdiff_t outer_height,
    ptrdiff_t outer_width, ptrdiff_t top, ptrdiff_t left, float *outer) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t y = 0; y < height; y++) {
      memcpy(
          outer + at(channel, y + top, left, outer_height, outer_width),
          map + at(channel, y, 0, height, width), width * sizeof(float));
    }
  }
}

void ck_plain_cut(
    ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width, float *map, ptrdiff_t outer_height,
    ptrdiff_t outer_width, ptrdiff_t top, ptrdiff_t left, const float *outer) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t y = 0; y < height; y++) {
      memcpy(
          map + at(channel, y, 0, height, width),
          outer + at(channel, y + top, left, outer_height, outer_width), width * sizeof(float));
    }
  }
}

void ck_plain_matrix_product(
    ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, const float *a, ptrdiff_t a_row,
    ptrdiff_t a_step, const float *b, float *y) {
  for (ptrdiff_t i = 0; i < rows; i++) {
    for (ptrdiff_t j = 0; j < columns; j++) {
      float sum = y[i * columns + j];
      for (ptrdiff_t k = 0; k < inner; k++) {
        sum = exact_fma32(a[i * a_row + k * a_step], b[k * columns + j], sum);
      }
      y[i * columns + j] = sum;
    }
  }
}
