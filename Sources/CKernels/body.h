// The fast kernels, once for every instruction set. The including file defines
//   FMA(a, b, c)     on `lanes`, one rounding
//   FMA64(a, b, c)   on `reals`, one rounding
//   WIDE             how many weight panels a tile of three to six rows takes at a time
//   RUNS_1 ... 4     how many runs of pixels a tile of so many outputs takes
//   KERNELS          the name of the table
// Vectors have 16 lanes everywhere; the compiler cuts them to the registers of its target.
//
// No chain is ever split, reordered or shortened (docs/numerics.md): vectors run across outputs.

#pragma once

#include "vectors.h"

#define REAL reals
#define BITS words
#define REAL_OF(bits) ((reals)(bits))
#define BITS_OF(number) ((words)(number))
#include "elementary.h"

// Finishing a vector of outputs.

INLINE lanes activated(const ck_activation *activation, lanes v) {
  lanes low = splat(activation->low), high = splat(activation->high);
  switch (activation->kind) {
    case CK_RELU: return v < splat(0) ? splat(0) : v;
    case CK_LEAKY_RELU: return v > splat(0) ? v : v * low;
    default:
      v = v < low ? low : v;
      return v > high ? high : v;
  }
}

/// All ones where the activation passes a number on unchanged.
INLINE ints passing(const ck_activation *activation, lanes v) {
  if (activation->kind != CK_CLIP) return v > splat(0);
  return (v > splat(activation->low)) & (v < splat(activation->high));
}

INLINE bytes marks_of(ints mask) { return __builtin_convertvector(mask & 1, bytes); }

INLINE ints mask_of(const uint8_t *marks) {
  return __builtin_convertvector(*(const loose_bytes *)marks, ints) != 0;
}

/// Stores a vector of outputs behind the finish; `scale` and `shift` are theirs.
INLINE void finish(
    const ck_finish *finish, lanes scale, lanes shift, lanes v, float *y, uint8_t *passed) {
  if (finish->scale) v = FMA(v, scale, shift);
  if (finish->activates) {
    if (passed) *(loose_bytes *)passed = marks_of(passing(&finish->activation, v));
    v = activated(&finish->activation, v);
  }
  store(y, v);
}

INLINE lanes load_or_zero(const float *from, ptrdiff_t index) {
  return from ? load(from + index) : splat(0);
}

// Products.

/// Where a row reads and writes, from x and y, and how many of its pixels count (CK_PIXELS).
typedef struct {
  ptrdiff_t in, out, count;
} place;

/// Rows worked on at a time: their inputs stay near while all panels pass.
enum { block_rows = 384, tile_rows = 6 };

/// CK_BROADCAST: `rows` rows times `width` panels.
INLINE void broadcast_tile(
    const ck_product *p, const place *places, const int rows, const int width, ptrdiff_t panel,
    const float *x, float *y, uint8_t *passed) {
  const float *from[tile_rows];
  lanes sum[tile_rows][4];
  const ptrdiff_t panel_size = p->taps * ck_lanes;
  const float *weights = p->weights + panel * panel_size;
  UNROLL for (int i = 0; i < rows; i++) {
    from[i] = x + places[i].in + p->panel_in[panel];
    UNROLL for (int j = 0; j < width; j++) sum[i][j] = load(p->bias + (panel + j) * ck_lanes);
  }
  for (ptrdiff_t k = 0; k < p->taps; k++, weights += ck_lanes) {
    ptrdiff_t offset = p->offsets[k];
    UNROLL for (int j = 0; j < width; j++) {
      lanes w = load(weights + j * panel_size);
      UNROLL for (int i = 0; i < rows; i++) {
        sum[i][j] = FMA(splat(from[i][offset]), w, sum[i][j]);
      }
    }
  }
  UNROLL for (int j = 0; j < width; j++) {
    ptrdiff_t output = (panel + j) * ck_lanes;
    lanes scale = load_or_zero(p->finish.scale, output);
    lanes shift = load_or_zero(p->finish.shift, output);
    UNROLL for (int i = 0; i < rows; i++) {
      ptrdiff_t out = places[i].out + p->panel_out[panel + j];
      finish(&p->finish, scale, shift, sum[i][j], y + out, passed ? passed + out : NULL);
    }
  }
}

/// CK_DEPTHWISE and CK_SCATTERED: `rows` rows of one panel.
INLINE void lane_tile(
    const ck_product *p, const place *places, const int rows, const bool scattered,
    ptrdiff_t panel, const float *x, float *y, uint8_t *passed) {
  const float *from[tile_rows];
  lanes sum[tile_rows];
  const float *weights = p->weights + panel * p->taps * ck_lanes;
  const int32_t *offsets = p->offsets + (scattered ? panel * p->taps * ck_lanes : 0);
  UNROLL for (int i = 0; i < rows; i++) {
    from[i] = x + places[i].in + p->panel_in[panel];
    sum[i] = load(p->bias + panel * ck_lanes);
  }
  for (ptrdiff_t k = 0; k < p->taps; k++) {
    lanes w = load(weights + k * ck_lanes);
    UNROLL for (int i = 0; i < rows; i++) {
      if (scattered) {
        float gathered[ck_lanes];
        for (int l = 0; l < ck_lanes; l++) gathered[l] = from[i][offsets[k * ck_lanes + l]];
        sum[i] = FMA(load(gathered), w, sum[i]);
      } else {
        sum[i] = FMA(load(from[i] + offsets[k]), w, sum[i]);
      }
    }
  }
  lanes scale = load_or_zero(p->finish.scale, panel * ck_lanes);
  lanes shift = load_or_zero(p->finish.shift, panel * ck_lanes);
  UNROLL for (int i = 0; i < rows; i++) {
    ptrdiff_t out = places[i].out + p->panel_out[panel];
    finish(&p->finish, scale, shift, sum[i], y + out, passed ? passed + out : NULL);
  }
}

/// CK_PIXELS: `runs` runs of 16 pixels times `width` outputs.
INLINE void pixel_tile(
    const ck_product *p, const place *places, const int runs, const int width, ptrdiff_t output,
    const float *x, float *y, uint8_t *passed) {
  const float *from[8];
  lanes sum[8][4];
  const float *weights = p->weights + output * p->taps;
  UNROLL for (int i = 0; i < runs; i++) {
    from[i] = x + places[i].in;
    UNROLL for (int j = 0; j < width; j++) sum[i][j] = splat(p->bias[output + j]);
  }
  for (ptrdiff_t k = 0; k < p->taps; k++) {
    ptrdiff_t offset = p->offsets[k];
    UNROLL for (int i = 0; i < runs; i++) {
      lanes v = load(from[i] + offset);
      UNROLL for (int j = 0; j < width; j++) {
        sum[i][j] = FMA(v, splat(weights[j * p->taps + k]), sum[i][j]);
      }
    }
  }
  UNROLL for (int j = 0; j < width; j++) {
    lanes scale = splat(p->finish.scale ? p->finish.scale[output + j] : 0);
    lanes shift = splat(p->finish.shift ? p->finish.shift[output + j] : 0);
    UNROLL for (int i = 0; i < runs; i++) {
      ptrdiff_t out = places[i].out + p->panel_out[output + j];
      if (p->out_column == 1 && places[i].count == ck_lanes) {
        finish(&p->finish, scale, shift, sum[i][j], y + out, passed ? passed + out : NULL);
        continue;
      }
      float numbers[ck_lanes];
      uint8_t marks[ck_lanes] = {0};
      finish(&p->finish, scale, shift, sum[i][j], numbers, passed ? marks : NULL);
      for (ptrdiff_t l = 0; l < places[i].count; l++) {
        y[out + l * p->out_column] = numbers[l];
        if (passed) passed[out + l * p->out_column] = marks[l];
      }
    }
  }
}

/// The rows of a block by all panels, in tiles whose heights differ by at most one.
#define TILES(CALL)                                               \
  for (ptrdiff_t tile = 0, row = 0, rows; tile < tiles; tile++) { \
    rows = count / tiles + (tile < count % tiles);                \
    const place *tile_places = places + row;                      \
    switch (rows) {                                               \
      case 1: CALL(1); break;                                     \
      case 2: CALL(2); break;                                     \
      case 3: CALL(3); break;                                     \
      case 4: CALL(4); break;                                     \
      case 5: CALL(5); break;                                     \
      default: CALL(6); break;                                    \
    }                                                             \
    row += rows;                                                  \
  }

static void broadcast_block(
    const ck_product *p, const place *places, ptrdiff_t count, ptrdiff_t panel, ptrdiff_t end,
    const float *x, float *y, uint8_t *passed) {
  const ptrdiff_t tiles = (count + tile_rows - 1) / tile_rows;
  if (count <= 2) {
    // One image at a dense layer: several panels at a time, so that memory streams.
    for (; panel + 4 <= end && p->panel_in[panel] == p->panel_in[panel + 3]; panel += 4) {
      if (count == 1) broadcast_tile(p, places, 1, 4, panel, x, y, passed);
      if (count == 2) broadcast_tile(p, places, 2, 4, panel, x, y, passed);
    }
  }
  while (panel < end) {
    if (WIDE == 2 && panel + 2 <= end && p->panel_in[panel] == p->panel_in[panel + 1]) {
#define WIDE_TILE(ROWS) broadcast_tile(p, tile_places, ROWS, WIDE, panel, x, y, passed)
      TILES(WIDE_TILE)
      panel += 2;
    } else {
#define NARROW_TILE(ROWS) broadcast_tile(p, tile_places, ROWS, 1, panel, x, y, passed)
      TILES(NARROW_TILE)
      panel += 1;
    }
  }
}

static void depthwise_block(
    const ck_product *p, const place *places, ptrdiff_t count, ptrdiff_t panel, ptrdiff_t end,
    const float *x, float *y, uint8_t *passed) {
  const ptrdiff_t tiles = (count + tile_rows - 1) / tile_rows;
  for (; panel < end; panel++) {
#define DEPTHWISE_TILE(ROWS) lane_tile(p, tile_places, ROWS, false, panel, x, y, passed)
    TILES(DEPTHWISE_TILE)
  }
}

static void scattered_block(
    const ck_product *p, const place *places, ptrdiff_t count, ptrdiff_t panel, ptrdiff_t end,
    const float *x, float *y, uint8_t *passed) {
  for (; panel < end; panel++) {
    for (ptrdiff_t row = 0; row < count; row++) {
      lane_tile(p, places + row, 1, true, panel, x, y, passed);
    }
  }
}

static void pixel_block(
    const ck_product *p, const place *places, ptrdiff_t count, ptrdiff_t output, ptrdiff_t end,
    const float *x, float *y, uint8_t *passed) {
  while (output < end) {
    ptrdiff_t run = 0;
#define PIXEL_TILES(WIDTH)                                                            \
  for (; run + RUNS_##WIDTH <= count; run += RUNS_##WIDTH) {                          \
    pixel_tile(p, places + run, RUNS_##WIDTH, WIDTH, output, x, y, passed);           \
  }                                                                                   \
  for (; run < count; run++) pixel_tile(p, places + run, 1, WIDTH, output, x, y, passed); \
  output += WIDTH;
    switch (end - output) {
      case 1: PIXEL_TILES(1) break;
      case 2: PIXEL_TILES(2) break;
      case 3: PIXEL_TILES(3) break;
      default: PIXEL_TILES(4) break;
    }
  }
}

/// Fills in the places of `count` rows from `first`, over all images.
static void locate(
    const ck_product *p, ptrdiff_t first, ptrdiff_t count, ptrdiff_t x_image, ptrdiff_t y_image,
    place *places) {
  const bool runs = p->kind == CK_PIXELS;
  const ptrdiff_t columns = runs ? (p->width + ck_lanes - 1) / ck_lanes : p->width;
  ptrdiff_t column = first % columns, row = first / columns % p->height;
  ptrdiff_t image = first / columns / p->height;
  for (ptrdiff_t i = 0; i < count; i++) {
    ptrdiff_t pixel = column, pixels = 1;
    if (runs) {
      // The last run of a row ends with it, and repeats what the run before it did.
      pixel = column * ck_lanes;
      if (pixel + ck_lanes > p->width) pixel = p->width < ck_lanes ? 0 : p->width - ck_lanes;
      pixels = p->width < ck_lanes ? p->width : ck_lanes;
    }
    places[i].in = image * x_image + row * p->in_row + pixel * p->in_column;
    places[i].out = image * y_image + row * p->out_row + pixel * p->out_column;
    places[i].count = pixels;
    if (++column < columns) continue;
    column = 0;
    if (++row < p->height) continue;
    row = 0;
    image++;
  }
}

static void product(
    const ck_product *p, ptrdiff_t first_row, ptrdiff_t end_row, ptrdiff_t first_panel,
    ptrdiff_t end_panel, const float *x, ptrdiff_t x_image, float *y, ptrdiff_t y_image,
    uint8_t *passed) {
  place places[block_rows];
  ptrdiff_t blocks = (end_row - first_row + block_rows - 1) / block_rows;
  for (ptrdiff_t block = 0, row = first_row; block < blocks; block++) {
    ptrdiff_t count = (end_row - row + blocks - block - 1) / (blocks - block);
    locate(p, row, count, x_image, y_image, places);
    switch (p->kind) {
      case CK_BROADCAST:
        broadcast_block(p, places, count, first_panel, end_panel, x, y, passed);
        break;
      case CK_DEPTHWISE:
        depthwise_block(p, places, count, first_panel, end_panel, x, y, passed);
        break;
      case CK_SCATTERED:
        scattered_block(p, places, count, first_panel, end_panel, x, y, passed);
        break;
      case CK_PIXELS:
        pixel_block(p, places, count, first_panel, end_panel, x, y, passed);
        break;
    }
    row += count;
  }
}

// Pools.

static float *pixel_at(ck_view view, ptrdiff_t block, ptrdiff_t row, ptrdiff_t column) {
  return view.start + block * view.block + row * view.row + column * ck_lanes;
}

/// The first and the last but one of the taps that lie inside a map, along one axis.
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

static void max_pool(const ck_pool *pool, ck_view x, ck_view y, uint16_t *winners) {
  const ck_window *w = &pool->window;
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
        if (winners) {
          *(loose_shorts *)winners = __builtin_convertvector(winner, shorts);
          winners += ck_lanes;
        }
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

// Element by element.

static void combine(
    ck_size size, const ck_view *x, ptrdiff_t count, const ck_finish *after, ck_view y,
    uint8_t *passed) {
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    lanes scale = load_or_zero(after->scale, block * ck_lanes);
    lanes shift = load_or_zero(after->shift, block * ck_lanes);
    for (ptrdiff_t row = 0; row < size.height; row++) {
      for (ptrdiff_t column = 0; column < size.width; column++) {
        lanes sum = load(pixel_at(x[0], block, row, column));
        for (ptrdiff_t i = 1; i < count; i++) sum += load(pixel_at(x[i], block, row, column));
        float *to = pixel_at(y, block, row, column);
        finish(after, scale, shift, sum, to, passed ? passed + (to - y.start) : NULL);
      }
    }
  }
}

static void combine_gradient(
    ck_size size, const ck_view *dy, ptrdiff_t count, const ck_finish *after,
    const uint8_t *passed, ck_view forward, ck_view dx) {
  const bool leaks = after->activation.kind == CK_LEAKY_RELU;
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    lanes scale = load_or_zero(after->scale, block * ck_lanes);
    for (ptrdiff_t row = 0; row < size.height; row++) {
      for (ptrdiff_t column = 0; column < size.width; column++) {
        lanes sum = load(pixel_at(dy[0], block, row, column));
        for (ptrdiff_t i = 1; i < count; i++) sum += load(pixel_at(dy[i], block, row, column));
        if (passed) {
          const uint8_t *marks =
              passed + block * forward.block + row * forward.row + column * ck_lanes;
          lanes stopped = leaks ? sum * splat(after->activation.low) : splat(0);
          sum = mask_of(marks) ? sum : stopped;
        }
        if (after->scale) sum *= scale;
        store(pixel_at(dx, block, row, column), sum);
      }
    }
  }
}

static void elementary(ck_activation_kind kind, ck_size size, ck_view x, ck_view y) {
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    for (ptrdiff_t row = 0; row < size.height; row++) {
      for (ptrdiff_t column = 0; column < size.width; column++) {
        reals v = widened(load(pixel_at(x, block, row, column)));
        v = kind == CK_SIGMOID ? sigmoid64(v) : kind == CK_TANH ? tanh64(v) : exp64(v);
        store(pixel_at(y, block, row, column), rounded(v));
      }
    }
  }
}

static void elementary_gradient(
    ck_activation_kind kind, ck_size size, ck_view y, ck_view dy, ck_view dx) {
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    for (ptrdiff_t row = 0; row < size.height; row++) {
      for (ptrdiff_t column = 0; column < size.width; column++) {
        reals v = widened(load(pixel_at(y, block, row, column)));
        reals slope = kind == CK_SIGMOID ? v * (1 - v) : kind == CK_TANH ? 1 - v * v : v;
        lanes part = load(pixel_at(dy, block, row, column));
        store(pixel_at(dx, block, row, column), rounded(widened(part) * slope));
      }
    }
  }
}

// Softmax: the exponentials of 16 channels at a time, their sum one by one.

/// The channels of one pixel.
typedef struct {
  const float *start;
  ptrdiff_t block, channels;
} channel_row;

INLINE float channel(channel_row x, ptrdiff_t index) {
  return x.start[index / ck_lanes * x.block + index % ck_lanes];
}

static double largest(channel_row x) {
  double best = (double)channel(x, 0);
  for (ptrdiff_t i = 1; i < x.channels; i++) {
    double number = (double)channel(x, i);
    if (number > best || number != number) best = number;
  }
  return best;
}

INLINE ptrdiff_t lanes_of(channel_row x, ptrdiff_t block) {
  ptrdiff_t rest = x.channels - block * ck_lanes;
  return rest < ck_lanes ? rest : ck_lanes;
}

INLINE reals exponentials(channel_row x, ptrdiff_t block, double best) {
  return exp64(widened(load(x.start + block * x.block)) - best);
}

static double sum_of_exponentials(channel_row x, double best) {
  double sum = 0;
  for (ptrdiff_t block = 0; block * ck_lanes < x.channels; block++) {
    reals e = exponentials(x, block, best);
    for (ptrdiff_t l = 0; l < lanes_of(x, block); l++) sum += e[l];
  }
  return sum;
}

static void softmax(ptrdiff_t channels, ck_size size, ck_view x, ck_view y) {
  for (ptrdiff_t row = 0; row < size.height; row++) {
    for (ptrdiff_t column = 0; column < size.width; column++) {
      channel_row from = {pixel_at(x, 0, row, column), x.block, channels};
      double best = largest(from), sum = sum_of_exponentials(from, best);
      for (ptrdiff_t block = 0; block < size.blocks; block++) {
        lanes v = rounded(exponentials(from, block, best) / sum);
        float *to = pixel_at(y, block, row, column);
        for (ptrdiff_t l = 0; l < lanes_of(from, block); l++) to[l] = v[l];
      }
    }
  }
}

static void softmax_gradient(
    ptrdiff_t channels, ck_size size, ck_view y, ck_view dy, ck_view dx) {
  for (ptrdiff_t row = 0; row < size.height; row++) {
    for (ptrdiff_t column = 0; column < size.width; column++) {
      channel_row value = {pixel_at(y, 0, row, column), y.block, channels};
      channel_row part = {pixel_at(dy, 0, row, column), dy.block, channels};
      double dot = 0;
      for (ptrdiff_t i = 0; i < channels; i++) {
        dot += (double)channel(part, i) * (double)channel(value, i);
      }
      for (ptrdiff_t i = 0; i < channels; i++) {
        pixel_at(dx, i / ck_lanes, row, column)[i % ck_lanes] =
            (float)(((double)channel(part, i) - dot) * (double)channel(value, i));
      }
    }
  }
}

static void loss_gradient(const float *x, ptrdiff_t count, ptrdiff_t label, float *dx) {
  channel_row from = {x, ck_lanes, count};
  double best = largest(from), sum = sum_of_exponentials(from, best);
  for (ptrdiff_t block = 0; block * ck_lanes < count; block++) {
    reals p = exponentials(from, block, best) / sum;
    for (ptrdiff_t l = 0; l < lanes_of(from, block); l++) {
      ptrdiff_t i = block * ck_lanes + l;
      dx[i] = (float)(p[l] - (i == label ? 1 : 0));
    }
  }
}

/// Transposes 8 pixels of 8 channels: to[c * plane + p] = from[p * 16 + c].
INLINE void transpose_8x8(const float *from, float *to, ptrdiff_t plane) {
  half_lanes row[8], pair[8], quad[8];
  UNROLL for (int i = 0; i < 8; i++) row[i] = *(const loose_half *)(from + i * ck_lanes);
  UNROLL for (int i = 0; i < 8; i += 2) {
    pair[i] = __builtin_shufflevector(row[i], row[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    pair[i + 1] = __builtin_shufflevector(row[i], row[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLL for (int i = 0; i < 8; i += 4) {
    UNROLL for (int j = 0; j < 2; j++) {
      half_lanes a = pair[i + j], b = pair[i + j + 2];
      quad[i + 2 * j] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
      quad[i + 2 * j + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  UNROLL for (int i = 0; i < 4; i++) {
    half_lanes a = quad[i], b = quad[i + 4];
    *(loose_half *)(to + i * plane) = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
    *(loose_half *)(to + (i + 4) * plane) =
        __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

static void to_planes(
    ptrdiff_t channels, ck_size size, ck_view x, float *planes, ptrdiff_t plane,
    ptrdiff_t plane_row) {
  for (ptrdiff_t channel = 0; channel < channels; channel += 8) {
    ptrdiff_t used = channels - channel < 8 ? channels - channel : 8;
    for (ptrdiff_t row = 0; row < size.height; row++) {
      const float *from =
          pixel_at(x, channel / ck_lanes, row, 0) + channel % ck_lanes;
      float *to = planes + channel * plane + row * plane_row;
      ptrdiff_t column = 0;
      if (used == 8) {
        for (; column + 8 <= size.width; column += 8) {
          transpose_8x8(from + column * ck_lanes, to + column, plane);
        }
      }
      for (; column < size.width; column++) {
        for (ptrdiff_t l = 0; l < used; l++) to[l * plane + column] = from[column * ck_lanes + l];
      }
    }
  }
}

// The probes of the self-test.

static float probe(float a, float b, float c) { return a * b + c; }

static float single_fma(float a, float b, float c) {
  lanes sum = FMA(splat(a), splat(b), splat(c));
  return sum[0];
}

const ck_kernels KERNELS = {
    .product = product,
    .max_pool = max_pool,
    .max_pool_gradient = max_pool_gradient,
    .average_pool = average_pool,
    .average_pool_gradient = average_pool_gradient,
    .combine = combine,
    .combine_gradient = combine_gradient,
    .elementary = elementary,
    .elementary_gradient = elementary_gradient,
    .softmax = softmax,
    .softmax_gradient = softmax_gradient,
    .loss_gradient = loss_gradient,
    .to_planes = to_planes,
    .probe = probe,
    .fma = single_fma,
};
