// Products whose lanes are pixels side by side, for few outputs (CK_PIXELS); a part of body.h.

#pragma once

/// Columns of runs in a row of the image. The last run of a row ends with it, and repeats what the
/// run before it did.
INLINE ptrdiff_t run_columns(const ck_product *p) { return (p->width + ck_lanes - 1) / ck_lanes; }

/// The places of `count` runs from `first`, over all images.
static void locate_runs(const task *t, ptrdiff_t first, ptrdiff_t count, place *places) {
  const ck_product *p = t->product;
  const ptrdiff_t columns = run_columns(p);
  position at = position_of(first, columns, p->height);
  for (ptrdiff_t i = 0; i < count; i++) {
    ptrdiff_t pixel = at.column * ck_lanes;
    if (pixel + ck_lanes > p->width) pixel = p->width < ck_lanes ? 0 : p->width - ck_lanes;
    places[i] = moved(p, line_start(t, at), pixel);
    if (++at.column == columns) next_line(&at, p->height);
  }
}

/// The most runs of a tile.
enum { tile_runs = 8 };

/// `runs` runs of 16 pixels times `width` outputs.
INLINE void pixel_tile(
    const task *t, const place *places, const int runs, const int width, ptrdiff_t output) {
  const ck_product *p = t->product;
  const ptrdiff_t count = p->width < ck_lanes ? p->width : ck_lanes;
  const float *from[tile_runs];
  lanes sum[tile_runs][4];
  const float *weights = p->weights + output * p->taps;
  UNROLL for (int i = 0; i < runs; i++) {
    from[i] = t->operands->x + places[i].in;
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
      float *y = t->operands->y + out;
      uint8_t *passed = t->operands->passed ? t->operands->passed + out : NULL;
      if (p->out_column == 1 && count == ck_lanes) {
        finish(&p->finish, scale, shift, sum[i][j], y, passed);
        continue;
      }
      float numbers[ck_lanes];
      uint8_t marks[ck_lanes] = {0};
      finish(&p->finish, scale, shift, sum[i][j], numbers, passed ? marks : NULL);
      for (ptrdiff_t l = 0; l < count; l++) {
        y[l * p->out_column] = numbers[l];
        if (passed) passed[l * p->out_column] = marks[l];
      }
    }
  }
}

/// Tiles of at most `most` runs, whose numbers of runs differ by at most one: a tile of few runs
/// waits for its own sums.
INLINE void pixel_tiles(
    const task *t, const place *places, ptrdiff_t count, const int most, const int width,
    ptrdiff_t output) {
  for (ptrdiff_t tiles = (count + most - 1) / most; tiles > 0; tiles--) {
    const ptrdiff_t runs = count / tiles;
    UNROLL for (int height = 1; height <= most; height++) {
      if (runs == height) pixel_tile(t, places, height, width, output);
    }
    places += runs;
    count -= runs;
  }
}

#define PIXEL_TILES(WIDTH)                                                                    \
  static void pixel_tiles_##WIDTH(                                                            \
      const task *t, const place *places, ptrdiff_t count, ptrdiff_t output) {                \
    pixel_tiles(t, places, count, RUNS_##WIDTH, WIDTH, output);                               \
  }
PIXEL_TILES(1)
PIXEL_TILES(2)
PIXEL_TILES(3)
PIXEL_TILES(4)

static void pixel_block(
    const task *t, const place *places, ptrdiff_t count, ptrdiff_t output, ptrdiff_t end) {
  void (*const tiles[])(const task *, const place *, ptrdiff_t, ptrdiff_t) = {
      pixel_tiles_1, pixel_tiles_2, pixel_tiles_3, pixel_tiles_4};
  for (ptrdiff_t width; output < end; output += width) {
    width = end - output < 4 ? end - output : 4;
    tiles[width - 1](t, places, count, output);
  }
}

static void pixel_rows(
    const task *t, ptrdiff_t first, ptrdiff_t end, ptrdiff_t output, ptrdiff_t end_output) {
  place places[block_rows];
  while (first < end) {
    ptrdiff_t count = end - first < block_rows ? end - first : block_rows;
    locate_runs(t, first, count, places);
    pixel_block(t, places, count, output, end_output);
    first += count;
  }
}
