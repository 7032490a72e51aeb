#include <string.h>

#include "CKernels.h"
#include "strict.h"

ptrdiff_t ck_product_rows(const ck_product *p) {
  ptrdiff_t columns = p->kind == CK_PIXELS ? (p->width + ck_lanes - 1) / ck_lanes : p->width;
  return p->height * columns;
}

void ck_pack(
    const float *source, const ptrdiff_t *lanes, ptrdiff_t panels, const ptrdiff_t *taps,
    ptrdiff_t tap_count, float *weights) {
  for (ptrdiff_t panel = 0; panel < panels; panel++, lanes += ck_lanes) {
    for (ptrdiff_t k = 0; k < tap_count; k++) {
      for (ptrdiff_t l = 0; l < ck_lanes; l++) {
        *weights++ = lanes[l] < 0 ? 0 : source[lanes[l] + taps[k]];
      }
    }
  }
}

static float *channel_start(ck_view map, ptrdiff_t lanes, ptrdiff_t channel, ptrdiff_t row) {
  return map.start + channel / lanes * map.block + channel % lanes + row * map.row;
}

void ck_import(
    const float *tensor, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,
    ptrdiff_t channel_stride, ptrdiff_t row_stride, ptrdiff_t column_stride, ck_view map,
    ptrdiff_t lanes) {
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
