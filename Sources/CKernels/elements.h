// Sums and changes of layout; a part of body.h.

#pragma once

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

/// Transposes 8 rows of 8 elements.
INLINE void transpose(half_lanes *row) {
  half_lanes pair[8], quad[8];
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
    row[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
    row[i + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

/// Eight pixels of 8 channels to their planes.
INLINE void pixels_to_planes(const float *from, float *to, ptrdiff_t plane) {
  half_lanes row[8];
  UNROLL for (int i = 0; i < 8; i++) row[i] = *(const loose_half *)(from + i * ck_lanes);
  transpose(row);
  UNROLL for (int i = 0; i < 8; i++) *(loose_half *)(to + i * plane) = row[i];
}

/// A row's pixels of up to eight channels to their planes.
INLINE void row_to_planes(
    const float *from, ptrdiff_t channels, ptrdiff_t width, float *to, ptrdiff_t plane) {
  if (channels == 8 && width >= 8) {
    // The last eight pixels repeat some of those before.
    for (ptrdiff_t next = 0; next < width; next += 8) {
      ptrdiff_t column = next + 8 <= width ? next : width - 8;
      pixels_to_planes(from + column * ck_lanes, to + column, plane);
    }
    return;
  }
  for (ptrdiff_t column = 0; column < width; column++) {
    for (ptrdiff_t l = 0; l < channels; l++) to[l * plane + column] = from[column * ck_lanes + l];
  }
}

static void to_planes(
    ptrdiff_t channels, ck_size size, ck_view x, float *planes, ptrdiff_t plane,
    ptrdiff_t plane_row) {
  for (ptrdiff_t block = 0; block * ck_lanes < channels; block++) {
    for (ptrdiff_t row = 0; row < size.height; row++) {
      for (ptrdiff_t half = 0; half < ck_lanes; half += 8) {
        const ptrdiff_t channel = block * ck_lanes + half, left = channels - channel;
        if (left <= 0) break;
        row_to_planes(
            pixel_at(x, block, row, 0) + half, left < 8 ? left : 8, size.width,
            planes + channel * plane + row * plane_row, plane);
      }
    }
  }
}
