#include <string.h>

#include "CKernels.h"
#include "strict.h"

ptrdiff_t ck_product_rows(const ck_product *p) {
  ptrdiff_t columns = p->kind == CK_PIXELS ? (p->width + ck_lanes - 1) / ck_lanes : p->width;
  return p->height * columns;
}

typedef float loose_float __attribute__((aligned(1), may_alias));
typedef float four __attribute__((ext_vector_type(4)));
typedef four loose_four __attribute__((aligned(1), may_alias));

/// to[16 k + l] = from[l][k] for four taps and four lanes.
static void transpose_4x4(const loose_float *const *from, float *to) {
  four a = *(const loose_four *)from[0], b = *(const loose_four *)from[1];
  four c = *(const loose_four *)from[2], d = *(const loose_four *)from[3];
  four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(four *)(to + 0 * ck_lanes) = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  *(four *)(to + 1 * ck_lanes) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  *(four *)(to + 2 * ck_lanes) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *(four *)(to + 3 * ck_lanes) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

static void pack_taps(
    const loose_float *source, const ptrdiff_t *lanes, const ptrdiff_t *taps, ptrdiff_t tap_count,
    float *weights) {
  for (ptrdiff_t k = 0; k < tap_count; k++) {
    for (ptrdiff_t l = 0; l < ck_lanes; l++) {
      *weights++ = lanes[l] < 0 ? 0 : source[lanes[l] + taps[k]];
    }
  }
}

/// Lanes side by side are copied, taps side by side transposed.
static void pack_panel(
    const loose_float *source, const ptrdiff_t *lanes, const ptrdiff_t *taps, ptrdiff_t tap_count,
    float *weights) {
  bool all = true, in_order = true;
  for (ptrdiff_t l = 0; l < ck_lanes; l++) {
    all = all && lanes[l] >= 0;
    in_order = in_order && lanes[l] == lanes[0] + l;
  }
  if (all && in_order) {
    for (ptrdiff_t k = 0; k < tap_count; k++, weights += ck_lanes) {
      memcpy(weights, source + lanes[0] + taps[k], ck_lanes * sizeof(float));
    }
    return;
  }
  for (ptrdiff_t k = 0; k < tap_count;) {
    const bool four_in_order = k + 4 <= tap_count && taps[k + 1] == taps[k] + 1 &&
                               taps[k + 2] == taps[k] + 2 && taps[k + 3] == taps[k] + 3;
    if (!all || !four_in_order) {
      pack_taps(source, lanes, taps + k, 1, weights + k * ck_lanes);
      k++;
      continue;
    }
    for (ptrdiff_t l = 0; l < ck_lanes; l += 4) {
      const loose_float *const from[4] = {
          source + lanes[l] + taps[k], source + lanes[l + 1] + taps[k],
          source + lanes[l + 2] + taps[k], source + lanes[l + 3] + taps[k]};
      transpose_4x4(from, weights + k * ck_lanes + l);
    }
    k += 4;
  }
}

void ck_pack(
    const void *source, const ptrdiff_t *lanes, ptrdiff_t panels, const ptrdiff_t *taps,
    ptrdiff_t tap_count, float *weights) {
  for (ptrdiff_t panel = 0; panel < panels; panel++, lanes += ck_lanes) {
    pack_panel(source, lanes, taps, tap_count, weights);
    weights += tap_count * ck_lanes;
  }
}

static float *channel_start(ck_view map, ptrdiff_t lanes, ptrdiff_t channel, ptrdiff_t row) {
  return map.start + channel / lanes * map.block + channel % lanes + row * map.row;
}

/// A tensor whose channels lie side by side.
typedef struct {
  ptrdiff_t channels, height, width;
  ptrdiff_t row_stride, column_stride;
} axes;

/// Copies between a tensor and a map in blocks whose channels both lie side by side, pixel by pixel.
static void copy_pixels(axes a, float *tensor, ck_view map, bool imports) {
  for (ptrdiff_t channel = 0; channel < a.channels; channel += ck_lanes) {
    const ptrdiff_t left = a.channels - channel;
    const size_t bytes = (size_t)(left < ck_lanes ? left : ck_lanes) * sizeof(float);
    for (ptrdiff_t row = 0; row < a.height; row++) {
      float *inside = channel_start(map, ck_lanes, channel, row);
      float *outside = tensor + channel + row * a.row_stride;
      for (ptrdiff_t column = 0; column < a.width; column++) {
        memcpy(imports ? inside : outside, imports ? outside : inside, bytes);
        inside += ck_lanes;
        outside += a.column_stride;
      }
    }
  }
}

void ck_import(
    const float *tensor, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t channel_stride, ptrdiff_t row_stride, ptrdiff_t column_stride, ck_view map,
    ptrdiff_t lanes) {
  if (lanes == ck_lanes && channel_stride == 1) {
    const axes axes = {channels, height, width, row_stride, column_stride};
    copy_pixels(axes, (float *)tensor, map, true);
    return;
  }
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t row = 0; row < height; row++) {
      const float *from = tensor + channel * channel_stride + row * row_stride;
      float *to = channel_start(map, lanes, channel, row);
      if (lanes == 1 && column_stride == 1) {
        memcpy(to, from, width * sizeof(float));
        continue;
      }
      for (ptrdiff_t column = 0; column < width; column++) {
        to[column * lanes] = from[column * column_stride];
      }
    }
  }
}

void ck_export(
    ck_view map, ptrdiff_t lanes, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t channel_stride, ptrdiff_t row_stride, ptrdiff_t column_stride, float *tensor) {
  if (lanes == ck_lanes && channel_stride == 1) {
    const axes axes = {channels, height, width, row_stride, column_stride};
    copy_pixels(axes, tensor, map, false);
    return;
  }
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    for (ptrdiff_t row = 0; row < height; row++) {
      const float *from = channel_start(map, lanes, channel, row);
      float *to = tensor + channel * channel_stride + row * row_stride;
      for (ptrdiff_t column = 0; column < width; column++) {
        to[column * column_stride] = from[column * lanes];
      }
    }
  }
}

void ck_rearrange(
    const float *x, const int32_t *from, const int32_t *to, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i++) y[to[i]] = x[from[i]];
}
