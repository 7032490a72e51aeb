#include <string.h>

#include "CKernels.h"
#include "exact.h"

typedef uint32_t loose_word __attribute__((aligned(1), may_alias));
typedef float loose_float __attribute__((aligned(1), may_alias));

static const uint32_t canonical_nan = 0x7fc00000;
static const uint32_t infinity_bits = 0x7f800000;

static uint32_t float_bits(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return (bits & 0x7fffffff) > infinity_bits ? canonical_nan : bits;
}

double ck_fma64(double a, double b, double c) { return exact_fma64(a, b, c); }

void ck_copy(const float *source, ptrdiff_t count, float *destination) {
  memcpy(destination, source, count * sizeof(float));
}

void ck_load_little_endian(const void *bytes, ptrdiff_t count, float *numbers) {
  if (count > 0) memcpy(numbers, bytes, count * sizeof(float));
}

void ck_store_little_endian(const float *numbers, ptrdiff_t count, uint8_t *bytes) {
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t word = float_bits(numbers[i]);
    memcpy(bytes + 4 * i, &word, sizeof word);
  }
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "loading and storing assume a little-endian CPU"
#endif

void ck_canonicalize(float *numbers, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t word = float_bits(numbers[i]);
    memcpy(numbers + i, &word, sizeof word);
  }
}

bool ck_same_bits(const float *a, const float *b, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    if (float_bits(a[i]) != float_bits(b[i])) return false;
  }
  return true;
}

ptrdiff_t ck_count_non_finite(const void *numbers, ptrdiff_t count) {
  const loose_word *words = numbers;
  ptrdiff_t found = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    found += (words[i] & infinity_bits) == infinity_bits;
  }
  return found;
}

ptrdiff_t ck_first_maximum(const float *numbers, ptrdiff_t count) {
  ptrdiff_t best = -1;
  for (ptrdiff_t i = 0; i < count; i++) {
    if (numbers[i] != numbers[i]) return -1;
    if (best < 0 || numbers[i] > numbers[best]) best = i;
  }
  return best;
}

void ck_gather(
    const void *x, const ptrdiff_t *outer, ptrdiff_t outer_count, const ptrdiff_t *inner,
    ptrdiff_t inner_count, float *y) {
  for (ptrdiff_t i = 0; i < outer_count; i++) {
    const loose_float *row = (const loose_float *)x + outer[i];
    for (ptrdiff_t j = 0; j < inner_count; j++) y[i * inner_count + j] = row[inner[j]];
  }
}

void ck_scatter(const float *x, const ptrdiff_t *places, ptrdiff_t count, float *y) {
  for (ptrdiff_t i = 0; i < count; i++) y[places[i]] = x[i];
}

void ck_signed_step(
    const float *x, const float *gradient, ptrdiff_t count, float step, float low, float high,
    float *y) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float moved = gradient[i] > 0 ? x[i] + step : gradient[i] < 0 ? x[i] - step : x[i];
    moved = moved < low ? low : moved;
    y[i] = moved > high ? high : moved;
  }
}
