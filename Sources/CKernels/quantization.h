// Numbers rounded to the steps of an integer type and back; a part of body.h.

#pragma once

static void quantization(ck_quantization q, ck_size size, ck_view x, ck_view y) {
  const lanes scale = splat(q.scale), low = splat(q.low), high = splat(q.high);
  // Added and taken away, it leaves the nearest integer of numbers below 2^22.
  const lanes rounder = splat(0x1.8p23f);
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    for (ptrdiff_t row = 0; row < size.height; row++) {
      const float *from = pixel_at(x, block, row, 0);
      float *to = pixel_at(y, block, row, 0);
      for (ptrdiff_t i = 0; i < size.width * ck_lanes; i += ck_lanes) {
        lanes step = load(from + i) / scale;
        step = step < low ? low : step;
        step = step > high ? high : step;
        step = step != step ? splat(0) : step;
        store(to + i, ((step + rounder) - rounder) * scale);
      }
    }
  }
}

static void quantization_gradient(
    ck_quantization q, ck_size size, ck_view x, ck_view dy, ck_view dx) {
  const lanes scale = splat(q.scale), low = splat(q.low - 0.5f), high = splat(q.high + 0.5f);
  for (ptrdiff_t block = 0; block < size.blocks; block++) {
    for (ptrdiff_t row = 0; row < size.height; row++) {
      for (ptrdiff_t column = 0; column < size.width; column++) {
        lanes step = load(pixel_at(x, block, row, column)) / scale;
        lanes part = load(pixel_at(dy, block, row, column));
        store(
            pixel_at(dx, block, row, column),
            ((step >= low) & (step <= high)) ? part : splat(0));
      }
    }
  }
}
