// What follows a chain or a sum before it is stored; a part of body.h.

#pragma once

/// Applies the activation to `count` vectors.
INLINE void activate(const ck_activation *activation, const int count, lanes *v) {
  const lanes low = splat(activation->low), high = splat(activation->high);
  switch (activation->kind) {
    case CK_RELU:
      // With a zero that the compiler knows it would take two instructions.
      UNROLL for (int i = 0; i < count; i++) v[i] = v[i] < low ? low : v[i];
      break;
    case CK_LEAKY_RELU:
      UNROLL for (int i = 0; i < count; i++) v[i] = v[i] > splat(0) ? v[i] : v[i] * low;
      break;
    default:
      UNROLL for (int i = 0; i < count; i++) {
        v[i] = v[i] < low ? low : v[i];
        v[i] = v[i] > high ? high : v[i];
      }
  }
}

/// All ones where the activation passes a number on unchanged.
INLINE ints passing(const ck_activation *activation, lanes v) {
  if (activation->kind != CK_CLIP) return v > splat(0);
  return (v > splat(activation->low)) & (v < splat(activation->high));
}

INLINE bytes marks_of(ints mask) { return __builtin_convertvector(mask & 1, bytes); }

INLINE ints mask_of(const uint8_t *marks) {
  return __builtin_convertvector(*(const loose_bytes *)marks, ints) != 0;
}

/// Stores a vector of outputs behind the finish; `scale` and `shift` are theirs.
INLINE void finish(
    const ck_finish *finish, lanes scale, lanes shift, lanes v, float *y, uint8_t *passed) {
  if (finish->scale) v = FMA(v, scale, shift);
  if (finish->activates) {
    if (passed) *(loose_bytes *)passed = marks_of(passing(&finish->activation, v));
    activate(&finish->activation, 1, &v);
  }
  store(y, v);
}

INLINE lanes load_or_zero(const float *from, ptrdiff_t index) {
  return from ? load(from + index) : splat(0);
}

/// The 16 channels of a pixel.
INLINE float *pixel_at(ck_view view, ptrdiff_t block, ptrdiff_t row, ptrdiff_t column) {
  return view.start + block * view.block + row * view.row + column * ck_lanes;
}
