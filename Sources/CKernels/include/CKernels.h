// The arithmetic of proofmark-numerics/1 in C: docs/numerics.md is its definition.
//
// Names begin with ck_. Sizes and indices are ptrdiff_t (Int in Swift), counted in elements. No
// function allocates, keeps or frees memory, and none checks its arguments: the planner in Swift
// has.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plain.h"
#include "kernels.h"

/// What stands in the way of IEEE-754 arithmetic in this thread (flush to zero, denormals are
/// zero, another rounding) is set right; true when something was wrong.
bool ck_repair_environment(void);

/// What a thread does that waits for another: next to nothing, for some nanoseconds.
void ck_pause(void);

/// a * b + c in binary64, rounded once, on any CPU.
double ck_fma64(double a, double b, double c);

/// destination = source.
void ck_copy(const float *source, ptrdiff_t count, float *destination);

/// Numbers stored as little-endian binary32; `bytes` may be unaligned, or null for none.
void ck_load_little_endian(const void *bytes, ptrdiff_t count, float *numbers);

/// Numbers as little-endian binary32, every NaN written 0x7fc00000.
void ck_store_little_endian(const float *numbers, ptrdiff_t count, uint8_t *bytes);

/// Every NaN becomes 0x7fc00000.
void ck_canonicalize(float *numbers, ptrdiff_t count);

/// Whether both hold the same bits; any NaN equals any NaN.
bool ck_same_bits(const float *a, const float *b, ptrdiff_t count);

/// How many numbers are NaN or infinite; little-endian binary32 at any address.
ptrdiff_t ck_count_non_finite(const void *numbers, ptrdiff_t count);

/// The index of the first largest number; -1 for none or where one is NaN.
ptrdiff_t ck_first_maximum(const float *numbers, ptrdiff_t count);

/// y[i * inner_count + j] = x[outer[i] + inner[j]]; x is little-endian at any address.
void ck_gather(
    const void *x, const ptrdiff_t *outer, ptrdiff_t outer_count, const ptrdiff_t *inner,
    ptrdiff_t inner_count, float *y);

/// y[places[i]] = x[i].
void ck_scatter(const float *x, const ptrdiff_t *places, ptrdiff_t count, float *y);

/// y = x + step where gradient > 0, x - step where gradient < 0, else x, each rounded; then held
/// between low and high (docs/numerics.md, FGSM).
void ck_signed_step(
    const float *x, const float *gradient, ptrdiff_t count, float step, float low, float high,
    float *y);
