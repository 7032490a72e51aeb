// Convolutions, dense layers and their gradients; a part of body.h.

#pragma once

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
