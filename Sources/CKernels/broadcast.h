// Products whose lanes are outputs and whose inputs are given to all lanes (CK_BROADCAST); a part
// of body.h.
//
// A block of rows passes a stretch of the chains, all panels, tile by tile. A tile of up to six
// rows keeps its sums in registers. The block's inputs for the stretch stay in the second cache,
// the panel's weights in the first; meanwhile the next panel's weights are called near.

#pragma once

/// The most inputs that a block reads in a stretch: 192 KiB.
enum { block_inputs = 48 << 10 };

/// A part of the chains. All but the last leave their sums in y, where the next takes them up: a
/// binary32 number that is stored stays what it is.
typedef struct {
  ptrdiff_t first, end;
} stretch;

/// What the tiles of some panels side by side have in common.
typedef struct {
  const int32_t *offsets;
  const float *x, *weights, *bias;
  /// Elements of a panel's weights.
  ptrdiff_t panel_size;
  /// Taps of the stretch, and whether it is the first and the last of the chains.
  ptrdiff_t taps;
  bool starts, ends;
  outlet outlets[4];
} pass;

INLINE pass pass_of(const task *t, const int width, ptrdiff_t panel, stretch stretch) {
  const ck_product *p = t->product;
  const ptrdiff_t size = p->taps * ck_lanes;
  pass pass = {
      .offsets = p->offsets + stretch.first,
      .x = t->operands->x + p->panel_in[panel],
      .weights = p->weights + panel * size + stretch.first * ck_lanes,
      .bias = p->bias + panel * ck_lanes,
      .panel_size = size,
      .taps = stretch.end - stretch.first,
      .starts = stretch.first == 0,
      .ends = stretch.end == p->taps};
  UNROLL for (int j = 0; j < width; j++) pass.outlets[j] = outlet_of(t, panel + j);
  return pass;
}

/// `rows` rows times `width` panels. A quarter as many lines from `ahead` on as there are taps
/// are called near, and as many of each further panel; none where more panels stream by than WIDE.
INLINE void broadcast_tile(
    const pass *p, const place *places, const int rows, const int width, const float *ahead) {
  const float *from[tile_rows];
  lanes sum[4][tile_rows];
  UNROLL for (int i = 0; i < rows; i++) from[i] = p->x + places[i].in;
  UNROLL for (int j = 0; j < width; j++) {
    lanes bias = load(p->bias + j * ck_lanes);
    UNROLL for (int i = 0; i < rows; i++) sum[j][i] = bias;
    if (p->starts) continue;
    UNROLL for (int i = 0; i < rows; i++) sum[j][i] = load(p->outlets[j].y + places[i].out);
  }
#define TAP(K)                                                             \
  {                                                                        \
    ptrdiff_t offset = offsets[K];                                         \
    UNROLL for (int j = 0; j < width; j++) {                               \
      lanes w = load(weights + j * p->panel_size + (K) * ck_lanes);        \
      UNROLL for (int i = 0; i < rows; i++) {                              \
        sum[j][i] = FMA(splat(from[i][offset]), w, sum[j][i]);             \
      }                                                                    \
    }                                                                      \
  }
  const int32_t *offsets = p->offsets;
  const float *weights = p->weights;
  ptrdiff_t left = p->taps;
  for (; left >= 4; left -= 4, offsets += 4, weights += 4 * ck_lanes, ahead += ck_lanes) {
    UNROLL for (int j = 0; j < (width <= WIDE ? width : 0); j++) {
      __builtin_prefetch(ahead + j * p->panel_size, 0, 2);
    }
    TAP(0) TAP(1) TAP(2) TAP(3)
  }
  for (; left > 0; left--, offsets++, weights += ck_lanes) TAP(0)
#undef TAP
  UNROLL for (int j = 0; j < width; j++) {
    const outlet *outlet = &p->outlets[j];
    if (p->ends) {
      store_rows(outlet, places, rows, sum[j]);
    } else {
      UNROLL for (int i = 0; i < rows; i++) store(outlet->y + places[i].out, sum[j][i]);
    }
  }
}

/// Tiles of one height, from number `tile` up to `end`, of a block's tiles.
typedef void broadcast_function(
    const task *t, const place *places, ptrdiff_t tile, ptrdiff_t end, ptrdiff_t panel,
    stretch stretch, const float *ahead);

/// The first four tiles of a block each call a quarter of the lines near.
#define BROADCAST_TILE(ROWS, WIDTH)                                                              \
  static void broadcast_##ROWS##x##WIDTH(                                                        \
      const task *t, const place *places, ptrdiff_t tile, ptrdiff_t end, ptrdiff_t panel,        \
      stretch stretch, const float *ahead) {                                                     \
    const pass pass = pass_of(t, WIDTH, panel, stretch);                                         \
    const ptrdiff_t quarter = pass.taps / 4 * ck_lanes;                                          \
    for (; tile < end; tile++, places += ROWS) {                                                 \
      broadcast_tile(&pass, places, ROWS, WIDTH, ahead + (tile < 3 ? tile : 3) * quarter);       \
    }                                                                                            \
  }
BROADCAST_TILE(1, 1)
BROADCAST_TILE(2, 1)
BROADCAST_TILE(3, 1)
BROADCAST_TILE(4, 1)
BROADCAST_TILE(5, 1)
BROADCAST_TILE(6, 1)
BROADCAST_TILE(1, 4)
BROADCAST_TILE(2, 4)
static broadcast_function *const narrow_tiles[] = {
    broadcast_1x1, broadcast_2x1, broadcast_3x1, broadcast_4x1, broadcast_5x1, broadcast_6x1};
#if WIDE == 2
BROADCAST_TILE(1, 2)
BROADCAST_TILE(2, 2)
BROADCAST_TILE(3, 2)
BROADCAST_TILE(4, 2)
BROADCAST_TILE(5, 2)
BROADCAST_TILE(6, 2)
static broadcast_function *const wide_tiles[] = {
    broadcast_1x2, broadcast_2x2, broadcast_3x2, broadcast_4x2, broadcast_5x2, broadcast_6x2};
#else
static broadcast_function *const *const wide_tiles = narrow_tiles;
#endif

/// Whether `width` panels from `panel` on read the same inputs.
INLINE bool share_inputs(const ck_product *p, ptrdiff_t panel, ptrdiff_t end, int width) {
  return panel + width <= end && p->panel_in[panel] == p->panel_in[panel + width - 1];
}

/// A stretch of all panels, for the rows of a block in tiles whose heights differ by at most one.
static void broadcast_stretch(
    const task *t, const place *places, ptrdiff_t count, ptrdiff_t panel, ptrdiff_t end,
    stretch stretch) {
  const ck_product *p = t->product;
  const ptrdiff_t tiles = (count + tile_rows - 1) / tile_rows;
  const ptrdiff_t rows = count / tiles, higher = count % tiles;
  while (panel < end) {
    const bool wide = WIDE == 2 && share_inputs(p, panel, end, 2);
    broadcast_function *const *functions = wide ? wide_tiles : narrow_tiles;
    const ptrdiff_t next = panel + 1 + wide;
    // Behind the last panel follow the first weights of the next stretch, in the first panel.
    const float *ahead = p->weights + (next < end ? next * p->taps + stretch.first : 0) * ck_lanes;
    if (higher) functions[rows](t, places, 0, higher, panel, stretch, ahead);
    functions[rows - 1](
        t, places + higher * (rows + 1), higher, tiles, panel, stretch, ahead);
    panel = next;
  }
}

static void broadcast_rows(
    const task *t, ptrdiff_t first, ptrdiff_t end, ptrdiff_t panel, ptrdiff_t end_panel) {
  const ck_product *p = t->product;
  place places[block_rows];
  if (end - first <= 2) {
    // One image at a dense layer: several panels at a time, so that memory streams.
    locate(t, first, end - first, places);
    const stretch all = {0, p->taps};
    for (; share_inputs(p, panel, end_panel, 4); panel += 4) {
      (end - first == 1 ? broadcast_1x4 : broadcast_2x4)(t, places, 0, 1, panel, all, p->weights);
    }
    if (panel < end_panel) broadcast_stretch(t, places, end - first, panel, end_panel, all);
    return;
  }
  const ptrdiff_t stretches = (p->taps + STRETCH - 1) / STRETCH;
  ptrdiff_t most = block_inputs / ((p->taps + stretches - 1) / stretches);
  if (most > block_rows) most = block_rows;
  const ptrdiff_t blocks = (end - first + most - 1) / most;
  for (ptrdiff_t block = 0; block < blocks; block++) {
    const ptrdiff_t count = (end - first + blocks - block - 1) / (blocks - block);
    locate(t, first, count, places);
    for (ptrdiff_t n = 0; n < stretches; n++) {
      const stretch stretch = {p->taps * n / stretches, p->taps * (n + 1) / stretches};
      broadcast_stretch(t, places, count, panel, end_panel, stretch);
    }
    first += count;
  }
}
