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

/// Finishes the sums of a run and stores them.
INLINE void store_run(const task *t, place place, ptrdiff_t output, lanes sum) {
  const ck_product *p = t->product;
  const ptrdiff_t count = p->width < ck_lanes ? p->width : ck_lanes;
  lanes scale = splat(p->finish.scale ? p->finish.scale[output] : 0);
  lanes shift = splat(p->finish.shift ? p->finish.shift[output] : 0);
  ptrdiff_t out = place.out + p->panel_out[output];
  float *y = t->operands->y + out;
  uint8_t *passed = t->operands->passed ? t->operands->passed + out : NULL;
  if (p->out_column == 1 && count == ck_lanes) {
    finish(&p->finish, scale, shift, sum, y, passed);
    return;
  }
  float numbers[ck_lanes];
  uint8_t marks[ck_lanes] = {0};
  finish(&p->finish, scale, shift, sum, numbers, passed ? marks : NULL);
  for (ptrdiff_t l = 0; l < count; l++) {
    y[l * p->out_column] = numbers[l];
    if (passed) passed[l * p->out_column] = marks[l];
  }
}

/// The most runs of a tile.
enum { tile_runs = 8 };

/// `runs` runs of 16 pixels times `width` outputs.
INLINE void pixel_tile(
    const task *t, const place *places, const int runs, const int width, ptrdiff_t output) {
  const ck_product *p = t->product;
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
    UNROLL for (int i = 0; i < runs; i++) store_run(t, places[i], output + j, sum[i][j]);
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

/// Rows of outputs of a tile of windows, and vectors of a run.
enum { window_rows = 2, run_parts = ck_lanes / PART };

/// Gives the outputs of rows `first` to `end` what one row of the map holds for them: `size` taps
/// from `weights` on for the first of these rows, the next ones for each further row.
INLINE void take_map_row(
    const float *const *from, const int runs, const int size, const float *weights,
    const int first, const int end, part sum[][run_parts][window_rows]) {
  UNROLL for (int k = 0; k < size; k++) {
    part weight[window_rows];
    UNROLL for (int i = first; i < end; i++) weight[i] = (part)weights[(i - first) * size + k];
    UNROLL for (int run = 0; run < runs; run++) {
      UNROLL for (int j = 0; j < run_parts; j++) {
        part v = load_part(from[run] + j * PART - k);
        UNROLL for (int i = first; i < end; i++) {
          sum[run][j][i] = FMA(v, weight[i], sum[run][j][i]);
        }
      }
    }
  }
}

/// `runs` runs of each of the tile's rows, which share what they load: the map's rows are taken from
/// the last to the first, so that each output meets its taps in the order of its chain.
INLINE void window_tile(
    const task *t, const place *lines, ptrdiff_t pixel, const int runs, const int size,
    ptrdiff_t output) {
  enum { last = window_rows - 1 };
  const ck_product *p = t->product;
  place places[2][window_rows];
  const float *start[2];
  part sum[2][run_parts][window_rows];
  UNROLL for (int run = 0; run < runs; run++) {
    ptrdiff_t first = pixel + run * ck_lanes;
    if (first + ck_lanes > p->width) first = p->width < ck_lanes ? 0 : p->width - ck_lanes;
    UNROLL for (int i = 0; i < window_rows; i++) {
      places[run][i] = moved(p, lines[i], first);
      UNROLL for (int j = 0; j < run_parts; j++) sum[run][j][i] = (part)p->bias[output];
    }
    start[run] = t->operands->x + places[run][last].in;
  }
  const float *weights = p->weights + output * p->taps;
  for (ptrdiff_t k = 0; k < p->taps; k += size * size, weights += size * size) {
    const float *from[2];
    UNROLL for (int run = 0; run < runs; run++) from[run] = start[run] + p->offsets[k];
    UNROLL for (int row = 0; row < size + last; row++) {
      // An output's own row of its window is `row - last` for the tile's first row.
      const int first = row < last ? last - row : 0;
      const int end = row < size ? window_rows : window_rows + size - 1 - row;
      const float *own = weights + (row < last ? 0 : row - last) * size;
      take_map_row(from, runs, size, own, first, end, sum);
      UNROLL for (int run = 0; run < runs; run++) from[run] -= p->in_row;
    }
  }
  UNROLL for (int run = 0; run < runs; run++) {
    UNROLL for (int i = 0; i < window_rows; i++) {
      float numbers[ck_lanes];
      UNROLL for (int j = 0; j < run_parts; j++) store_part(numbers + j * PART, sum[run][j][i]);
      store_run(t, places[run][i], output, load(numbers));
    }
  }
}

/// The rows of a tile that begin at the position.
INLINE void window_tiles(const task *t, position at, const int size, ptrdiff_t output) {
  const ptrdiff_t width = t->product->width;
  place lines[window_rows];
  for (int i = 0; i < window_rows; i++, at.row++) lines[i] = line_start(t, at);
  ptrdiff_t pixel = 0;
  for (; pixel + ck_lanes < width; pixel += 2 * ck_lanes) {
    window_tile(t, lines, pixel, 2, size, output);
  }
  if (pixel < width) window_tile(t, lines, pixel, 1, size, output);
}

static void window_tiles_3(const task *t, position at, ptrdiff_t output) {
  window_tiles(t, at, 3, output);
}

static void window_tiles_5(const task *t, position at, ptrdiff_t output) {
  window_tiles(t, at, 5, output);
}

static void pixel_rows(
    const task *t, ptrdiff_t first, ptrdiff_t end, ptrdiff_t output, ptrdiff_t end_output) {
  place places[block_rows];
  const ck_product *p = t->product;
  const ptrdiff_t columns = run_columns(p);
  while (first < end) {
    ptrdiff_t count = end - first < block_rows ? end - first : block_rows;
    if (p->window) {
      const position at = position_of(first, columns, p->height);
      if (!at.column && first + window_rows * columns <= end && at.row + window_rows <= p->height) {
        for (ptrdiff_t i = output; i < end_output; i++) {
          (p->window == 3 ? window_tiles_3 : window_tiles_5)(t, at, i);
        }
        first += window_rows * columns;
        continue;
      }
      if (columns - at.column < count) count = columns - at.column;
    }
    locate_runs(t, first, count, places);
    pixel_block(t, places, count, output, end_output);
    first += count;
  }
}
