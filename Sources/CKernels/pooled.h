// Convolutions of few taps behind which only a max pool of 2 x 2 stands: the pool is taken while the
// four outputs of a window are in registers, and they are never stored; a part of body.h.

#pragma once

/// Outputs under a window, in the order of its taps.
enum { window_outputs = 4 };

/// The largest of a window's outputs, lane by lane: the first of equal ones; NaN where one is.
INLINE lanes window_maximum(const lanes *v) {
  lanes upper = v[1] > v[0] ? v[1] : v[0], lower = v[3] > v[2] ? v[3] : v[2];
  ints nan = (v[0] != v[0]) | (v[1] != v[1]) | (v[2] != v[2]) | (v[3] != v[3]);
  return nan ? splat(__builtin_nanf("")) : lower > upper ? lower : upper;
}

/// The bits of a tap's number, in which compilers leave a choice in whole lanes.
INLINE lanes tap_bits(int32_t tap) { return (lanes)(ints)tap; }

/// The tap that gave it: the first of equal ones, the first NaN. With `rectified` none where it is
/// not above 0.
INLINE ints window_winner(const lanes *v, lanes best, const bool rectified) {
  lanes winner = v[2] == best ? tap_bits(2) : tap_bits(3);
  winner = v[1] == best ? tap_bits(1) : winner;
  winner = v[0] == best ? tap_bits(0) : winner;
  if (rectified) return (ints)(best > 0 ? winner : tap_bits(ck_no_winner));
  lanes first = v[2] != v[2] ? tap_bits(2) : tap_bits(3);
  first = v[1] != v[1] ? tap_bits(1) : first;
  first = v[0] != v[0] ? tap_bits(0) : first;
  return (ints)(best != best ? first : winner);
}

/// Gives the outputs of a window one element of the map, the one at `row` and `column` of those
/// that their taps cover.
INLINE void take_element(
    const float *weights, const int size, const int row, const int column, lanes v, lanes *sum) {
  UNROLL for (int j = 0; j < window_outputs; j++) {
    const int ky = row - j / 2, kx = column - j % 2;
    if (ky < 0 || ky >= size || kx < 0 || kx >= size) continue;
    sum[j] = FMA(v, load(weights + (ky * size + kx) * ck_lanes), sum[j]);
  }
}

/// `windows` windows of a panel. The outputs of a window share what they load: its rows are taken
/// in order, so that each output meets its taps in the order of its chain.
INLINE void pooled_tile(
    const pass *pass, ptrdiff_t step, const place *places, const int windows, const int size,
    const bool rectified, uint16_t *winners) {
  lanes sum[2][window_outputs];
  const lanes bias = load(pass->bias);
  UNROLL for (int i = 0; i < windows; i++) {
    UNROLL for (int j = 0; j < window_outputs; j++) sum[i][j] = bias;
  }
  const float *weights = pass->weights;
  const int taps = size * size;
  for (ptrdiff_t k = 0; k < pass->taps; k += taps, weights += taps * ck_lanes) {
    const float *from[2];
    UNROLL for (int i = 0; i < windows; i++) from[i] = pass->x + places[i].in + pass->offsets[k];
    UNROLL for (int row = 0; row <= size; row++) {
      UNROLL for (int column = 0; column <= size; column++) {
        UNROLL for (int i = 0; i < windows; i++) {
          take_element(weights, size, row, column, splat(from[i][column]), sum[i]);
        }
      }
      UNROLL for (int i = 0; i < windows; i++) from[i] += step;
    }
  }
  const outlet *outlet = &pass->outlets[0];
  UNROLL for (int i = 0; i < windows; i++) {
    if (outlet->finish.scale) {
      const lanes scale = load(outlet->finish.scale), shift = load(outlet->finish.shift);
      UNROLL for (int j = 0; j < window_outputs; j++) sum[i][j] = FMA(sum[i][j], scale, shift);
    }
    if (outlet->finish.activates) activate(&outlet->finish.activation, window_outputs, sum[i]);
    const lanes best = window_maximum(sum[i]);
    if (winners) {
      ints winner = window_winner(sum[i], best, rectified);
      *(loose_shorts *)(winners + places[i].added) = __builtin_convertvector(winner, shorts);
    }
    store(outlet->y + places[i].out, best);
  }
}

#define POOLED_TILES(SIZE)                                                                       \
  static void pooled_tiles_##SIZE(                                                               \
      const task *t, const place *places, ptrdiff_t count, ptrdiff_t panel) {                    \
    const pass pass = pass_of(t, 1, panel, (stretch){0, t->product->taps});                      \
    const ptrdiff_t step = t->product->in_row / 2;                                               \
    const bool rectified = t->product->rectified;                                                \
    uint16_t *winners = t->operands->winners;                                                    \
    if (winners) winners += t->product->panel_added[panel];                                      \
    ptrdiff_t row = 0;                                                                           \
    for (; row + POOLED <= count; row += POOLED) {                                               \
      pooled_tile(&pass, step, places + row, POOLED, SIZE, rectified, winners);                  \
    }                                                                                            \
    for (; row < count; row++) {                                                                 \
      pooled_tile(&pass, step, places + row, 1, SIZE, rectified, winners);                       \
    }                                                                                            \
  }
POOLED_TILES(3)
POOLED_TILES(5)

static void pooled_rows(
    const task *t, ptrdiff_t first, ptrdiff_t end, ptrdiff_t panel, ptrdiff_t end_panel) {
  place places[block_rows];
  for (ptrdiff_t count; first < end; first += count) {
    count = end - first < block_rows ? end - first : block_rows;
    locate(t, first, count, places);
    for (ptrdiff_t i = panel; i < end_panel; i++) {
      (t->product->window == 3 ? pooled_tiles_3 : pooled_tiles_5)(t, places, count, i);
    }
  }
}
