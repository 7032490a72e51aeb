// Products of matrices in row-major order; a part of body.h.

#pragma once

/// One row of y by up to 16 columns.
INLINE void matrix_tile(
    ptrdiff_t inner, ptrdiff_t columns, const float *a, ptrdiff_t a_step, const float *b, float *y,
    ptrdiff_t width) {
  if (width == ck_lanes) {
    lanes sum = load(y);
    for (ptrdiff_t k = 0; k < inner; k++) {
      sum = FMA(splat(a[k * a_step]), load(b + k * columns), sum);
    }
    store(y, sum);
    return;
  }
  float numbers[ck_lanes] = {0};
  for (ptrdiff_t l = 0; l < width; l++) numbers[l] = y[l];
  lanes sum = load(numbers);
  for (ptrdiff_t k = 0; k < inner; k++) {
    float factors[ck_lanes] = {0};
    for (ptrdiff_t l = 0; l < width; l++) factors[l] = b[k * columns + l];
    sum = FMA(splat(a[k * a_step]), load(factors), sum);
  }
  store(numbers, sum);
  for (ptrdiff_t l = 0; l < width; l++) y[l] = numbers[l];
}

/// Four rows of y by 16 columns, so that each vector of b is loaded once.
INLINE void matrix_block(
    ptrdiff_t inner, ptrdiff_t columns, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
    const float *b, float *y) {
  lanes sum[4];
  UNROLL for (int i = 0; i < 4; i++) sum[i] = load(y + i * columns);
  for (ptrdiff_t k = 0; k < inner; k++) {
    lanes factors = load(b + k * columns);
    UNROLL for (int i = 0; i < 4; i++) {
      sum[i] = FMA(splat(a[i * a_row + k * a_step]), factors, sum[i]);
    }
  }
  UNROLL for (int i = 0; i < 4; i++) store(y + i * columns, sum[i]);
}

static void matrix_product(
    ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, const float *a, ptrdiff_t a_row,
    ptrdiff_t a_step, const float *b, float *y) {
  for (ptrdiff_t column = 0; column < columns; column += ck_lanes) {
    ptrdiff_t width = columns - column < ck_lanes ? columns - column : ck_lanes;
    ptrdiff_t row = 0;
    for (; width == ck_lanes && row + 4 <= rows; row += 4) {
      matrix_block(
          inner, columns, a + row * a_row, a_row, a_step, b + column, y + row * columns + column);
    }
    for (; row < rows; row++) {
      matrix_tile(
          inner, columns, a + row * a_row, a_step, b + column, y + row * columns + column, width);
    }
  }
}
