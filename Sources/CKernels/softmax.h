// Softmax and the loss; a part of body.h. The exponentials of 16 channels at a time, their sum one
// by one.

#pragma once

/// The channels of one pixel.
typedef struct {
  const float *start;
  ptrdiff_t block, channels;
} channel_row;

INLINE float channel(channel_row x, ptrdiff_t index) {
  return x.start[index / ck_lanes * x.block + index % ck_lanes];
}

static double largest(channel_row x) {
  double best = (double)channel(x, 0);
  for (ptrdiff_t i = 1; i < x.channels; i++) {
    double number = (double)channel(x, i);
    if (number > best || number != number) best = number;
  }
  return best;
}

INLINE ptrdiff_t lanes_of(channel_row x, ptrdiff_t block) {
  ptrdiff_t rest = x.channels - block * ck_lanes;
  return rest < ck_lanes ? rest : ck_lanes;
}

INLINE reals exponentials(channel_row x, ptrdiff_t block, double best) {
  return exp64(widened(load(x.start + block * x.block)) - best);
}

static double sum_of_exponentials(channel_row x, double best) {
  double sum = 0;
  for (ptrdiff_t block = 0; block * ck_lanes < x.channels; block++) {
    reals e = exponentials(x, block, best);
    for (ptrdiff_t l = 0; l < lanes_of(x, block); l++) sum += e[l];
  }
  return sum;
}

static void softmax(ptrdiff_t channels, ck_size size, ck_view x, ck_view y) {
  for (ptrdiff_t row = 0; row < size.height; row++) {
    for (ptrdiff_t column = 0; column < size.width; column++) {
      channel_row from = {pixel_at(x, 0, row, column), x.block, channels};
      double best = largest(from), sum = sum_of_exponentials(from, best);
      for (ptrdiff_t block = 0; block < size.blocks; block++) {
        lanes v = rounded(exponentials(from, block, best) / sum);
        float *to = pixel_at(y, block, row, column);
        for (ptrdiff_t l = 0; l < lanes_of(from, block); l++) to[l] = v[l];
      }
    }
  }
}

static void softmax_gradient(
    ptrdiff_t channels, ck_size size, ck_view y, ck_view dy, ck_view dx) {
  for (ptrdiff_t row = 0; row < size.height; row++) {
    for (ptrdiff_t column = 0; column < size.width; column++) {
      channel_row value = {pixel_at(y, 0, row, column), y.block, channels};
      channel_row part = {pixel_at(dy, 0, row, column), dy.block, channels};
      double dot = 0;
      for (ptrdiff_t i = 0; i < channels; i++) {
        dot += (double)channel(part, i) * (double)channel(value, i);
      }
      for (ptrdiff_t i = 0; i < channels; i++) {
        pixel_at(dx, i / ck_lanes, row, column)[i % ck_lanes] =
            (float)(((double)channel(part, i) - dot) * (double)channel(value, i));
      }
    }
  }
}

static void loss_gradient(const float *x, ptrdiff_t count, ptrdiff_t label, float *dx) {
  channel_row from = {x, ck_lanes, count};
  double best = largest(from), sum = sum_of_exponentials(from, best);
  for (ptrdiff_t block = 0; block * ck_lanes < count; block++) {
    reals p = exponentials(from, block, best) / sum;
    for (ptrdiff_t l = 0; l < lanes_of(from, block); l++) {
      ptrdiff_t i = block * ck_lanes + l;
      dx[i] = (float)(p[l] - (i == label ? 1 : 0));
    }
  }
}
