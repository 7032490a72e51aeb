// Pools and their gradients; a part of body.h.

#pragma once

/// Along one axis, where a window's first tap would lie, and which of its taps lie inside the map.
typedef struct {
  ptrdiff_t start, first, end;
} taps;

INLINE taps taps_inside(
    ptrdiff_t output, ptrdiff_t stride, ptrdiff_t kernel, ptrdiff_t dilation, ptrdiff_t pad,
    ptrdiff_t size) {
  taps t = {output * stride - pad, 0, kernel};
  if (t.start < 0) t.first = (-t.start + dilation - 1) / dilation;
  if (t.start + (kernel - 1) * dilation >= size) {
    t.end = (size - t.start + dilation - 1) / dilation;
  }
  return t;
}

static taps rows_inside(const ck_window *w, ptrdiff_t output) {
  return taps_inside(output, w->stride_y, w->kernel_height, w->dilation_y, w->pad_top, w->height);
}

static taps columns_inside(const ck_window *w, ptrdiff_t output) {
  return taps_inside(output, w->stride_x, w->kernel_width, w->dilation_x, w->pad_left, w->width);
}

/// Pixels of a row that a max pool takes at a time.
enum { pool_pixels = 4 };

/// The largest elements of `pixels` windows side by side, `step` elements apart, over the given
/// taps of a map with rows `row` elements apart. A NaN is kept aside, as comparisons lose it.
INLINE void max_tile(
    const ck_window *w, const int pixels, ptrdiff_t step, const float *from, ptrdiff_t row,
    taps rows, taps columns, float *y) {
  ROLL for (int lane = 0; lane < ck_lanes; lane += PART) {
    part best[pool_pixels], nan[pool_pixels];
    UNROLL for (int i = 0; i < pixels; i++) {
      best[i] = (part)-__builtin_inff();
      nan[i] = (part)0.0f;
    }
    for (ptrdiff_t ky = rows.first; ky < rows.end; ky++) {
      const float *line = from + ky * w->dilation_y * row + lane;
      for (ptrdiff_t kx = columns.first; kx < columns.end; kx++) {
        const float *tap = line + kx * w->dilation_x * ck_lanes;
        UNROLL for (int i = 0; i < pixels; i++) {
          part v = load_part(tap + i * step);
          best[i] = v > best[i] ? v : best[i];
          nan[i] = v != v ? v : nan[i];
        }
      }
    }
    UNROLL for (int i = 0; i < pixels; i++) {
      store_part(y + i * ck_lanes + lane, nan[i] != nan[i] ? nan[i] : best[i]);
    }
  }
}

/// The largest element of each window.
static void max_pool_values(const ck_pool *pool, ck_view x, ck_view y) {
  const ck_window *w = &pool->window;
  const ptrdiff_t step = w->stride_x * ck_lanes;
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    for (ptrdiff_t row = 0; row < w->out_height; row++) {
      taps rows = rows_inside(w, row);
      for (ptrdiff_t column = 0; column < w->out_width;) {
        taps columns = columns_inside(w, column);
        const float *from = pixel_at(x, block, rows.start, columns.start);
        float *to = pixel_at(y, block, row, column);
        ptrdiff_t last = column + pool_pixels - 1;
        if (columns.first == 0 && last < w->out_width &&
            columns_inside(w, last).end == w->kernel_width) {
          max_tile(w, pool_pixels, step, from, x.row, rows, columns, to);
          column += pool_pixels;
        } else {
          max_tile(w, 1, step, from, x.row, rows, columns, to);
          column++;
        }
      }
    }
  }
}

static void max_pool(const ck_pool *pool, ck_view x, ck_view y, uint16_t *winners) {
  const ck_window *w = &pool->window;
  if (!winners) {
    max_pool_values(pool, x, y);
    return;
  }
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    for (ptrdiff_t row = 0; row < w->out_height; row++) {
      taps rows = rows_inside(w, row);
      for (ptrdiff_t column = 0; column < w->out_width; column++) {
        taps columns = columns_inside(w, column);
        lanes best = splat(0);
        ints winner = 0;
        bool none = true;
        for (ptrdiff_t ky = rows.first; ky < rows.end; ky++) {
          const float *from =
              pixel_at(x, block, rows.start + ky * w->dilation_y, columns.start);
          for (ptrdiff_t kx = columns.first; kx < columns.end; kx++) {
            lanes v = load(from + kx * w->dilation_x * ck_lanes);
            ints tap = (ints)(int32_t)(ky * w->kernel_width + kx);
            ints wins = (v > best) | ((v != v) & (best == best));
            wins = none ? (ints)-1 : wins;
            best = wins ? v : best;
            winner = wins ? tap : winner;
            none = false;
          }
        }
        store(pixel_at(y, block, row, column), best);
        *(loose_shorts *)winners = __builtin_convertvector(winner, shorts);
        winners += ck_lanes;
      }
    }
  }
}

/// The windows that may hold an element, along one axis.
typedef struct {
  ptrdiff_t first, end;
} windows;

INLINE windows windows_over(
    ptrdiff_t element, ptrdiff_t stride, ptrdiff_t kernel, ptrdiff_t dilation, ptrdiff_t pad,
    ptrdiff_t outputs) {
  ptrdiff_t reach = element + pad - (kernel - 1) * dilation;
  windows w = {reach <= 0 ? 0 : (reach + stride - 1) / stride, (element + pad) / stride + 1};
  if (w.end > outputs) w.end = outputs;
  return w;
}

static windows rows_over(const ck_window *w, ptrdiff_t element) {
  return windows_over(
      element, w->stride_y, w->kernel_height, w->dilation_y, w->pad_top, w->out_height);
}

static windows columns_over(const ck_window *w, ptrdiff_t element) {
  return windows_over(
      element, w->stride_x, w->kernel_width, w->dilation_x, w->pad_left, w->out_width);
}

/// Where no two windows share an element, each window's gradient goes to its winner. As with the
/// sum from +0, -0 becomes +0.
static void disjoint_max_pool_gradient(
    const ck_pool *pool, ck_view dy, const uint16_t *winners, ck_view dx) {
  const ck_window *w = &pool->window;
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    for (ptrdiff_t y = 0; y < w->height; y++) {
      memset(pixel_at(dx, block, y, 0), 0, w->width * ck_lanes * sizeof(float));
    }
    for (ptrdiff_t row = 0; row < w->out_height; row++) {
      taps rows = rows_inside(w, row);
      for (ptrdiff_t column = 0; column < w->out_width; column++, winners += ck_lanes) {
        taps columns = columns_inside(w, column);
        shorts winner = *(const loose_shorts *)winners;
        lanes part = load(pixel_at(dy, block, row, column)) + splat(0);
        for (ptrdiff_t ky = rows.first; ky < rows.end; ky++) {
          float *to = pixel_at(dx, block, rows.start + ky, columns.start);
          for (ptrdiff_t kx = columns.first; kx < columns.end; kx++) {
            uint16_t tap = (uint16_t)(ky * w->kernel_width + kx);
            ints won = __builtin_convertvector(winner == (shorts)tap, ints);
            store(to + kx * ck_lanes, won ? part : splat(0));
          }
        }
      }
    }
  }
}

static void max_pool_gradient(
    const ck_pool *pool, ck_view dy, const uint16_t *winners, ck_view dx) {
  const ck_window *w = &pool->window;
  if (w->kernel_height <= w->stride_y && w->kernel_width <= w->stride_x && w->dilation_y == 1 &&
      w->dilation_x == 1) {
    disjoint_max_pool_gradient(pool, dy, winners, dx);
    return;
  }
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    const uint16_t *block_winners = winners + block * w->out_height * w->out_width * ck_lanes;
    for (ptrdiff_t y = 0; y < w->height; y++) {
      windows rows = rows_over(w, y);
      for (ptrdiff_t x = 0; x < w->width; x++) {
        windows columns = columns_over(w, x);
        reals sum = 0;
        for (ptrdiff_t row = rows.first; row < rows.end; row++) {
          ptrdiff_t down = y + w->pad_top - row * w->stride_y;
          if (down % w->dilation_y) continue;
          for (ptrdiff_t column = columns.first; column < columns.end; column++) {
            ptrdiff_t right = x + w->pad_left - column * w->stride_x;
            if (right % w->dilation_x) continue;
            ptrdiff_t tap = down / w->dilation_y * w->kernel_width + right / w->dilation_x;
            const uint16_t *from = block_winners + (row * w->out_width + column) * ck_lanes;
            shorts winner = *(const loose_shorts *)from;
            ints won = __builtin_convertvector(winner == (shorts)(uint16_t)tap, ints);
            sum += widened(won ? load(pixel_at(dy, block, row, column)) : splat(0));
          }
        }
        store(pixel_at(dx, block, y, x), rounded(sum));
      }
    }
  }
}

/// What the sum of a window is divided by.
static double divisor(const ck_pool *pool, taps rows, taps columns) {
  if (pool->counts_padding) {
    return (double)(pool->window.kernel_height * pool->window.kernel_width);
  }
  return (double)((rows.end - rows.first) * (columns.end - columns.first));
}

static void average_pool(const ck_pool *pool, ck_view x, ck_view y) {
  const ck_window *w = &pool->window;
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    for (ptrdiff_t row = 0; row < w->out_height; row++) {
      taps rows = rows_inside(w, row);
      for (ptrdiff_t column = 0; column < w->out_width; column++) {
        taps columns = columns_inside(w, column);
        reals sum = 0;
        for (ptrdiff_t ky = rows.first; ky < rows.end; ky++) {
          const float *from =
              pixel_at(x, block, rows.start + ky * w->dilation_y, columns.start);
          for (ptrdiff_t kx = columns.first; kx < columns.end; kx++) {
            sum += widened(load(from + kx * w->dilation_x * ck_lanes));
          }
        }
        store(pixel_at(y, block, row, column), rounded(sum / divisor(pool, rows, columns)));
      }
    }
  }
}

static void average_pool_gradient(const ck_pool *pool, ck_view dy, ck_view dx) {
  const ck_window *w = &pool->window;
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    for (ptrdiff_t y = 0; y < w->height; y++) {
      windows rows = rows_over(w, y);
      for (ptrdiff_t x = 0; x < w->width; x++) {
        windows columns = columns_over(w, x);
        reals sum = 0;
        for (ptrdiff_t row = rows.first; row < rows.end; row++) {
          if ((y + w->pad_top - row * w->stride_y) % w->dilation_y) continue;
          for (ptrdiff_t column = columns.first; column < columns.end; column++) {
            if ((x + w->pad_left - column * w->stride_x) % w->dilation_x) continue;
            double n = divisor(pool, rows_inside(w, row), columns_inside(w, column));
            sum += widened(load(pixel_at(dy, block, row, column))) / n;
          }
        }
        store(pixel_at(dx, block, y, x), rounded(sum));
      }
    }
  }
}
