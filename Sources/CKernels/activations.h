// Element-wise functions over vectors, arrays and maps; a part of body.h.

#pragma once

typedef void values_loop(ck_activation f, const float *x, ptrdiff_t vectors, float *y);
typedef void gradients_loop(
    ck_activation f, const float *x, const float *y, const float *dy, ptrdiff_t vectors, float *dx);

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-variable"

#define FUNCTION(kind, value, gradient)                                                           \
  static void kind##_values(                                                                      \
      ck_activation f, const float *x_start, ptrdiff_t vectors, float *y_start) {                 \
    const reals low = (reals)(double)f.low, high = (reals)(double)f.high;                         \
    for (ptrdiff_t i = 0; i < vectors * ck_lanes; i += ck_lanes) {                                \
      const reals x = widened(load(x_start + i));                                                 \
      store(y_start + i, rounded(value));                                                         \
    }                                                                                             \
  }                                                                                               \
  static void kind##_gradients(                                                                   \
      ck_activation f, const float *x_start, const float *y_start, const float *dy_start,         \
      ptrdiff_t vectors, float *dx_start) {                                                       \
    const reals low = (reals)(double)f.low, high = (reals)(double)f.high;                         \
    for (ptrdiff_t i = 0; i < vectors * ck_lanes; i += ck_lanes) {                                \
      const reals x = widened(load(x_start + i)), y = widened(load(y_start + i));                 \
      const reals dy = widened(load(dy_start + i));                                               \
      store(dx_start + i, rounded(gradient));                                                     \
    }                                                                                             \
  }
EACH_FUNCTION(FUNCTION)
#undef FUNCTION

#pragma clang diagnostic pop

#define FUNCTION(kind, value, gradient) [kind] = kind##_values,
static values_loop *const values_loops[CK_ACTIVATION_KINDS] = {EACH_FUNCTION(FUNCTION)};
#undef FUNCTION

#define FUNCTION(kind, value, gradient) [kind] = kind##_gradients,
static gradients_loop *const gradients_loops[CK_ACTIVATION_KINDS] = {EACH_FUNCTION(FUNCTION)};
#undef FUNCTION

static void activation(ck_activation f, ck_size size, ck_view x, ck_view y) {
  values_loop *const loop = values_loops[f.kind];
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    for (ptrdiff_t row = 0; row < size.height; row++) {
      loop(f, pixel_at(x, block, row, 0), size.width, pixel_at(y, block, row, 0));
    }
  }
}

static void activation_gradient(
    ck_activation f, ck_size size, ck_view x, ck_view y, ck_view dy, ck_view dx) {
  gradients_loop *const loop = gradients_loops[f.kind];
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    for (ptrdiff_t row = 0; row < size.height; row++) {
      loop(
          f, pixel_at(x, block, row, 0), pixel_at(y, block, row, 0), pixel_at(dy, block, row, 0),
          size.width, pixel_at(dx, block, row, 0));
    }
  }
}

/// The last numbers of an array, fewer than a vector holds, and zeros behind them.
INLINE lanes load_some(const float *from, ptrdiff_t count) {
  lanes v = splat(0);
  memcpy(&v, from, count * sizeof(float));
  return v;
}

static void activation_values(ck_activation f, const float *x, ptrdiff_t count, float *y) {
  ptrdiff_t vectors = count / ck_lanes, done = vectors * ck_lanes, rest = count - done;
  values_loops[f.kind](f, x, vectors, y);
  if (rest == 0) return;
  float last_x[ck_lanes], last_y[ck_lanes];
  store(last_x, load_some(x + done, rest));
  values_loops[f.kind](f, last_x, 1, last_y);
  memcpy(y + done, last_y, rest * sizeof(float));
}

static void activation_gradients(
    ck_activation f, const float *x, const float *y, const float *dy, ptrdiff_t count, float *dx) {
  ptrdiff_t vectors = count / ck_lanes, done = vectors * ck_lanes, rest = count - done;
  gradients_loops[f.kind](f, x, y, dy, vectors, dx);
  if (rest == 0) return;
  float last_x[ck_lanes], last_y[ck_lanes], last_dy[ck_lanes], last_dx[ck_lanes];
  store(last_x, load_some(x + done, rest));
  store(last_y, load_some(y + done, rest));
  store(last_dy, load_some(dy + done, rest));
  gradients_loops[f.kind](f, last_x, last_y, last_dy, 1, last_dx);
  memcpy(dx + done, last_dx, rest * sizeof(float));
}

static void power(const float *x, const float *y, ptrdiff_t count, float *z) {
  ptrdiff_t i = 0;
  for (; i + ck_lanes <= count; i += ck_lanes) {
    store(z + i, rounded(pow64(widened(load(x + i)), widened(load(y + i)))));
  }
  if (i == count) return;
  lanes last =
      rounded(pow64(widened(load_some(x + i, count - i)), widened(load_some(y + i, count - i))));
  memcpy(z + i, &last, (count - i) * sizeof(float));
}

static void power_gradient(
    const float *x, const float *y, const float *dz, ptrdiff_t count, float *dx) {
  for (ptrdiff_t i = 0; i < count; i += ck_lanes) {
    ptrdiff_t used = count - i < ck_lanes ? count - i : ck_lanes;
    reals slope =
        pow_slope64(widened(load_some(x + i, used)), widened(load_some(y + i, used)));
    lanes part = rounded(widened(load_some(dz + i, used)) * slope);
    memcpy(dx + i, &part, used * sizeof(float));
  }
}
