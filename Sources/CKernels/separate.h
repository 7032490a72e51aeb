// Products whose lanes each have an input of their own (CK_DEPTHWISE, CK_SCATTERED); a part of
// body.h.

#pragma once

/// `rows` rows of one panel.
INLINE void separate_tile(
    const task *t, const place *places, const int rows, const bool scattered, ptrdiff_t panel) {
  const ck_product *p = t->product;
  const float *from[tile_rows];
  lanes sum[tile_rows];
  const float *weights = p->weights + panel * p->taps * ck_lanes;
  const int32_t *offsets = p->offsets + (scattered ? panel * p->taps * ck_lanes : 0);
  UNROLL for (int i = 0; i < rows; i++) {
    from[i] = t->operands->x + places[i].in + p->panel_in[panel];
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
  const outlet outlet = outlet_of(t, panel);
  store_rows(&outlet, places, rows, sum);
}

/// The most pixels of a square tile.
enum { square_pixels = 6 };

/// 3 x 3 taps for `pixels` pixels side by side, `step` elements apart, so that neighbours share
/// what they read. The taps of a kernel's row are neighbours too.
INLINE void square_tile(
    const task *t, place start, const int pixels, const int step, ptrdiff_t panel) {
  const ck_product *p = t->product;
  const float *x = t->operands->x + start.in + p->panel_in[panel];
  const float *weights = p->weights + panel * 9 * ck_lanes;
  place places[square_pixels];
  float sums[square_pixels * ck_lanes];
  // Not unrolled, or the compiler holds more at once than there are registers.
  ROLL for (int lane = 0; lane < ck_lanes; lane += PART) {
    part sum[square_pixels];
    UNROLL for (int i = 0; i < pixels; i++) sum[i] = load_part(p->bias + panel * ck_lanes + lane);
    ROLL for (int ky = 0; ky < 3; ky++) {
      const float *from = x + p->offsets[3 * ky] + lane;
      UNROLL for (int kx = 0; kx < 3; kx++) {
        part w = load_part(weights + (3 * ky + kx) * ck_lanes + lane);
        UNROLL for (int i = 0; i < pixels; i++) {
          sum[i] = FMA(load_part(from + i * step + kx * ck_lanes), w, sum[i]);
        }
      }
    }
    UNROLL for (int i = 0; i < pixels; i++) store_part(sums + i * ck_lanes + lane, sum[i]);
  }
  lanes sum[square_pixels];
  UNROLL for (int i = 0; i < pixels; i++) {
    places[i] = moved(p, start, i);
    sum[i] = load(sums + i * ck_lanes);
  }
  const outlet outlet = outlet_of(t, panel);
  store_rows(&outlet, places, pixels, sum);
}

typedef void square_function(const task *t, place start, ptrdiff_t panel);

#define SQUARE_TILE(PIXELS, STEP)                                              \
  static void square_##PIXELS##_##STEP(const task *t, place start, ptrdiff_t panel) { \
    square_tile(t, start, PIXELS, STEP, panel);                                \
  }
#define SQUARE_TILES(STEP)                                                                  \
  SQUARE_TILE(1, STEP)                                                                      \
  SQUARE_TILE(2, STEP)                                                                      \
  SQUARE_TILE(3, STEP)                                                                      \
  SQUARE_TILE(4, STEP)                                                                      \
  SQUARE_TILE(5, STEP)                                                                      \
  SQUARE_TILE(6, STEP)                                                                      \
  static square_function *const square_tiles_##STEP[] = {square_1_##STEP, square_2_##STEP,  \
                                                         square_3_##STEP, square_4_##STEP,  \
                                                         square_5_##STEP, square_6_##STEP};
SQUARE_TILES(16)
SQUARE_TILES(32)

/// The tiles for a depthwise 3 x 3 product without dilation; null for others.
static square_function *const *square_tiles(const ck_product *p) {
  if (p->kind != CK_DEPTHWISE || p->taps != 9) return NULL;
  for (int k = 0; k < 9; k++) {
    if (p->offsets[k] != p->offsets[k / 3 * 3] + k % 3 * ck_lanes) return NULL;
  }
  return p->in_column == 16 ? square_tiles_16 : p->in_column == 32 ? square_tiles_32 : NULL;
}

/// Panel by panel, line by line.
static void square_rows(
    const task *t, square_function *const *functions, ptrdiff_t first, ptrdiff_t end,
    ptrdiff_t panel, ptrdiff_t end_panel) {
  const ck_product *p = t->product;
  for (; panel < end_panel; panel++) {
    position at = position_of(first, p->width, p->height);
    for (ptrdiff_t row = first; row < end;) {
      ptrdiff_t run = p->width - at.column < end - row ? p->width - at.column : end - row;
      place start = moved(p, line_start(t, at), at.column);
      ptrdiff_t tiles = (run + square_pixels - 1) / square_pixels;
      for (ptrdiff_t tile = 0; tile < tiles; tile++) {
        ptrdiff_t pixels = run / tiles + (tile < run % tiles);
        functions[pixels - 1](t, start, panel);
        start = moved(p, start, pixels);
      }
      row += run;
      next_line(&at, p->height);
    }
  }
}

static void separate_rows(
    const task *t, ptrdiff_t first, ptrdiff_t end, ptrdiff_t panel, ptrdiff_t end_panel) {
  const bool scattered = t->product->kind == CK_SCATTERED;
  square_function *const *functions = square_tiles(t->product);
  if (functions) {
    square_rows(t, functions, first, end, panel, end_panel);
    return;
  }
  place places[block_rows];
  while (first < end) {
    ptrdiff_t count = end - first < block_rows ? end - first : block_rows;
    locate(t, first, count, places);
    for (ptrdiff_t p = panel; p < end_panel; p++) {
      for (ptrdiff_t row = 0; row < count;) {
        if (!scattered && row + tile_rows <= count) {
          separate_tile(t, places + row, tile_rows, false, p);
          row += tile_rows;
        } else {
          separate_tile(t, places + row, 1, scattered, p);
          row++;
        }
      }
    }
    first += count;
  }
}
