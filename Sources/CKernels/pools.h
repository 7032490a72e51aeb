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

/// Windows of a row that a max pool takes at a time.
enum { pool_pixels = 4 };

/// The largest elements so far of some windows, lane by lane.
typedef struct {
  part best[pool_pixels];
  /// Without winners: a NaN, or 0. Comparisons lose it.
  part nan[pool_pixels];
  part_ints winner[pool_pixels];
} maxima;

/// Takes one tap of `pixels` windows, `step` elements apart.
INLINE void take_tap(
    maxima *m, const int pixels, const bool records, const float *from, ptrdiff_t step,
    int32_t number) {
  UNROLL for (int i = 0; i < pixels; i++) {
    part v = load_part(from + i * step), best = m->best[i];
    if (records) {
      part_ints wins = (v > best) | ((v != v) & (best == best));
      m->best[i] = wins ? v : best;
      m->winner[i] = wins ? (part_ints)number : m->winner[i];
    } else {
      m->best[i] = v > best ? v : best;
      m->nan[i] = v != v ? v : m->nan[i];
    }
  }
}

/// What is noted of the windows of a row: which taps won, or with `rectified` that none did whose
/// result is not above 0. Null in a pass without gradient.
typedef struct {
  uint16_t *winners;
  bool rectified;
} notes;

/// A map's rows and what a pool takes of them.
typedef struct {
  const float *from;
  ptrdiff_t row;
  taps rows, columns;
} look;

/// `pixels` windows side by side over the same taps: all `side` x `side` of them, or where side is
/// 0 those of the look.
INLINE void max_tile(
    const ck_window *w, look look, const int side, const int pixels, const bool records, float *y,
    notes notes) {
  const ptrdiff_t step = w->stride_x * ck_lanes;
  const int32_t first = (int32_t)(look.rows.first * w->kernel_width + look.columns.first);
  const part first_best = -__builtin_inff();
  ROLL for (int lane = 0; lane < ck_lanes; lane += PART) {
    maxima m;
    UNROLL for (int i = 0; i < pixels; i++) {
      // A number in the place of the NaN counts for none.
      m.best[i] = m.nan[i] = side ? load_part(look.from + lane + i * step) : first_best;
      m.winner[i] = (part_ints)first;
    }
    if (side) {
      UNROLL for (int tap = 1; tap < side * side; tap++) {
        const float *from =
            look.from + tap / side * look.row + tap % side * ck_lanes + lane;
        take_tap(&m, pixels, records, from, step, tap);
      }
    } else {
      for (ptrdiff_t ky = look.rows.first; ky < look.rows.end; ky++) {
        for (ptrdiff_t kx = look.columns.first; kx < look.columns.end; kx++) {
          const float *from =
              look.from + ky * w->dilation_y * look.row + kx * w->dilation_x * ck_lanes + lane;
          take_tap(&m, pixels, records, from, step, (int32_t)(ky * w->kernel_width + kx));
        }
      }
    }
    UNROLL for (int i = 0; i < pixels; i++) {
      part nan = m.nan[i];
      store_part(y + i * ck_lanes + lane, nan != nan ? nan : m.best[i]);
      if (records) {
        part_ints winner = m.winner[i];
        if (notes.rectified) winner = m.best[i] > 0 ? winner : (part_ints)ck_no_winner;
        *(loose_part_shorts *)(notes.winners + i * ck_lanes + lane) =
            __builtin_convertvector(winner, part_shorts);
      }
    }
  }
}

INLINE bool is_whole(taps taps, ptrdiff_t kernel) { return taps.first == 0 && taps.end == kernel; }

/// A row of windows. `side` is the kernel's where it is square without dilation, or 0.
INLINE void max_row(
    const ck_pool *pool, ck_view x, ptrdiff_t block, ptrdiff_t row, const int side,
    const bool records, float *y, notes notes) {
  const ck_window *w = &pool->window;
  look look = {.row = x.row, .rows = rows_inside(w, row)};
  const bool whole_rows = is_whole(look.rows, w->kernel_height);
  for (ptrdiff_t column = 0, next; column < w->out_width; column = next) {
    look.columns = columns_inside(w, column);
    look.from = pixel_at(x, block, look.rows.start, look.columns.start);
    float *to = y + column * ck_lanes;
    const ptrdiff_t last = column + pool_pixels - 1;
    const bool whole = look.columns.first == 0 && last < w->out_width &&
                       is_whole(columns_inside(w, last), w->kernel_width);
    next = column + (whole ? pool_pixels : 1);
    if (whole && whole_rows) {
      max_tile(w, look, side, pool_pixels, records, to, notes);
    } else if (whole) {
      max_tile(w, look, 0, pool_pixels, records, to, notes);
    } else {
      max_tile(w, look, 0, 1, records, to, notes);
    }
    if (records) notes.winners += (next - column) * ck_lanes;
  }
}

#define MAX_ROW(SIDE, RECORDS)                                                                  \
  static void max_row_##SIDE##_##RECORDS(                                                       \
      const ck_pool *pool, ck_view x, ptrdiff_t block, ptrdiff_t row, float *y, notes notes) {  \
    max_row(pool, x, block, row, SIDE, RECORDS, y, notes);                                      \
  }
MAX_ROW(0, false)
MAX_ROW(2, false)
MAX_ROW(3, false)
MAX_ROW(0, true)
MAX_ROW(2, true)
MAX_ROW(3, true)

static void max_pool(
    const ck_pool *pool, ck_view x, ck_view y, uint16_t *winners, bool rectified) {
  const ck_window *w = &pool->window;
  const bool is_square = w->kernel_height == w->kernel_width && w->dilation_y == 1 &&
                         w->dilation_x == 1 && w->kernel_width <= 3;
  const ptrdiff_t side = is_square && w->kernel_width > 1 ? w->kernel_width : 0;
  void (*const take_row)(
      const ck_pool *, ck_view, ptrdiff_t, ptrdiff_t, float *, notes) =
      winners ? (side == 2   ? max_row_2_true
                 : side == 3 ? max_row_3_true
                             : max_row_0_true)
              : (side == 2   ? max_row_2_false
                 : side == 3 ? max_row_3_false
                             : max_row_0_false);
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    for (ptrdiff_t row = 0; row < w->out_height; row++) {
      take_row(pool, x, block, row, pixel_at(y, block, row, 0), (notes){winners, rectified});
      if (winners) winners += w->out_width * ck_lanes;
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

/// Whether windows side by side leave no element out.
INLINE bool cover(
    ptrdiff_t outputs, ptrdiff_t stride, ptrdiff_t kernel, ptrdiff_t pad, ptrdiff_t size) {
  return kernel == stride && outputs * stride - pad >= size;
}

/// Where no two windows share an element, each window's gradient goes to its winner. As with the
/// sum from +0, -0 becomes +0.
static void disjoint_max_pool_gradient(
    const ck_pool *pool, ck_view dy, const uint16_t *winners, ck_view dx) {
  const ck_window *w = &pool->window;
  const bool covers =
      cover(w->out_height, w->stride_y, w->kernel_height, w->pad_top, w->height) &&
      cover(w->out_width, w->stride_x, w->kernel_width, w->pad_left, w->width);
  for (ptrdiff_t block = 0; block < pool->blocks; block++) {
    for (ptrdiff_t y = 0; y < w->height && !covers; y++) {
      memset(pixel_at(dx, block, y, 0), 0, w->width * ck_lanes * sizeof(float));
    }
    for (ptrdiff_t row = 0; row < w->out_height; row++) {
      taps rows = rows_inside(w, row);
      for (ptrdiff_t column = 0; column < w->out_width; column++, winners += ck_lanes) {
        taps columns = columns_inside(w, column);
        shorts winner = *(const loose_shorts *)winners;
        lanes part = load(pixel_at(dy, block, row, column)) + splat(0);
        if (w->kernel_width == 2 && w->kernel_height == 2 && is_whole(rows, 2) &&
            is_whole(columns, 2)) {
          float *to = pixel_at(dx, block, rows.start, columns.start);
          ints number = __builtin_convertvector(winner, ints);
          UNROLL for (int tap = 0; tap < 4; tap++) {
            store(to + tap / 2 * dx.row + tap % 2 * ck_lanes, number == tap ? part : splat(0));
          }
          continue;
        }
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
            lanes part = load(pixel_at(dy, block, row, column));
            sum += widened(won ? part : splat(0));
          }
        }
        store(pixel_at(dx, block, y, x), rounded(sum));
      }
    }
  }
}

/// Eight windows side by side of 8 channels: their gradients transposed, each channel's in two
/// halves that hold each number twice, as the windows lie above the map.
INLINE void spread_windows(
    const float *dy, const uint16_t *winners, ptrdiff_t channels, float *dx, ptrdiff_t plane,
    ptrdiff_t row) {
  // What is unpacked from the halves of a register is in order then.
  static const ptrdiff_t order[8] = {0, 1, 4, 5, 2, 3, 6, 7};
  const half_ints even = {0, 1, 0, 1, 0, 1, 0, 1};
  half_lanes part[8], winner[8];
  UNROLL for (int i = 0; i < 8; i++) {
    const ptrdiff_t from = order[i] * ck_lanes;
    part[i] = *(const loose_half *)(dy + from) + 0;
    half_shorts number = *(const loose_half_shorts *)(winners + from);
    winner[i] = (half_lanes)__builtin_convertvector(number, half_ints);
  }
  transpose(part);
  transpose(winner);
  UNROLL for (int c = 0; c < 8; c++) {
    if (c >= channels) return;
    half_lanes low = __builtin_shufflevector(part[c], part[c], 0, 0, 1, 1, 4, 4, 5, 5);
    half_lanes high = __builtin_shufflevector(part[c], part[c], 2, 2, 3, 3, 6, 6, 7, 7);
    half_ints number = (half_ints)winner[c];
    half_ints low_number = __builtin_shufflevector(number, number, 0, 0, 1, 1, 4, 4, 5, 5);
    half_ints high_number = __builtin_shufflevector(number, number, 2, 2, 3, 3, 6, 6, 7, 7);
    float *to = dx + c * plane;
    UNROLL for (int down = 0; down < 2; down++) {
      const half_ints tap = even + 2 * down;
      *(loose_half *)(to + down * row) = low_number == tap ? low : (half_lanes)0;
      *(loose_half *)(to + down * row + 8) = high_number == tap ? high : (half_lanes)0;
    }
  }
}

static void max_pool_gradient_planes(
    const ck_pool *pool, ptrdiff_t channels, ck_view dy, const uint16_t *winners, ck_view dx) {
  const ptrdiff_t height = pool->window.out_height, width = pool->window.out_width;
  for (ptrdiff_t channel = 0; channel < channels; channel += 8) {
    const ptrdiff_t block = channel / ck_lanes, half = channel % ck_lanes;
    const ptrdiff_t count = channels - channel < 8 ? channels - channel : 8;
    for (ptrdiff_t row = 0; row < height; row++) {
      const uint16_t *won = winners + (block * height + row) * width * ck_lanes + half;
      const float *from = pixel_at(dy, block, row, 0) + half;
      float *to = dx.start + channel * dx.block + 2 * row * dx.row;
      // The last eight windows repeat some of those before.
      for (ptrdiff_t next = 0; next < width; next += 8) {
        const ptrdiff_t column = next + 8 <= width ? next : width - 8, at = column * ck_lanes;
        float *spread = to + 2 * column;
        if (count == 8) {
          spread_windows(from + at, won + at, 8, spread, dx.block, dx.row);
        } else {
          spread_windows(from + at, won + at, count, spread, dx.block, dx.row);
        }
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
