// The fast kernels, once for every instruction set. The including file defines
//   FMA(a, b, c)     on `lanes`, one rounding
//   FMA64(a, b, c)   on `reals`, one rounding
//   WIDE             how many weight panels a tile of three to six rows takes at a time
//   STRETCH          the most taps of a stretch: a tile's weights fill half of the first cache
//   POOLED           windows that a convolution with a max pool behind it takes at a time
//   PART             lanes that a tile of separate inputs works on at a time, 8 or 16
//   RUNS_1 ... 4     how many runs of pixels a tile of so many outputs takes
//   KERNELS          the name of the table
// Vectors have 16 lanes everywhere; the compiler cuts them to the registers of its target.
//
// No chain is ever split, reordered or shortened (docs/numerics.md): vectors run across outputs.

#pragma once

#include "vectors.h"

typedef float part __attribute__((ext_vector_type(PART)));
typedef part loose_part __attribute__((aligned(4), may_alias));
typedef int32_t part_ints __attribute__((ext_vector_type(PART)));
typedef uint16_t part_shorts __attribute__((ext_vector_type(PART)));
typedef part_shorts loose_part_shorts __attribute__((aligned(2), may_alias));
INLINE part load_part(const float *from) { return *(const loose_part *)from; }
INLINE void store_part(float *to, part v) { *(loose_part *)to = v; }

#define REAL reals
#define BITS words
#define REAL_OF(bits) ((reals)(bits))
#define BITS_OF(number) ((words)(number))
#define SINGLE(number) widened(rounded(number))
#define ANY(mask) (__builtin_reduce_or(mask) != 0)
#include "elementary.h"

// In this order: the first defines what the others finish and address with.
#include "finish.h"

#include "activations.h"
#include "elements.h"
#include "matrix.h"
#include "pools.h"
#include "products.h"
#include "quantization.h"
#include "softmax.h"

// The probes of the self-test.

static float probe(float a, float b, float c) { return a * b + c; }

static float single_fma(float a, float b, float c) {
  lanes sum = FMA(splat(a), splat(b), splat(c));
  return sum[0];
}

const ck_kernels KERNELS = {
    .product = product,
    .max_pool = max_pool,
    .max_pool_gradient = max_pool_gradient,
    .max_pool_gradient_planes = max_pool_gradient_planes,
    .average_pool = average_pool,
    .average_pool_gradient = average_pool_gradient,
    .combine = combine,
    .combine_gradient = combine_gradient,
    .activation = activation,
    .activation_gradient = activation_gradient,
    .activation_values = activation_values,
    .activation_gradients = activation_gradients,
    .power = power,
    .power_gradient = power_gradient,
    .quantization = quantization,
    .quantization_gradient = quantization_gradient,
    .softmax = softmax,
    .softmax_gradient = softmax_gradient,
    .loss_gradient = loss_gradient,
    .to_planes = to_planes,
    .matrix_product = matrix_product,
    .probe = probe,
    .fma = single_fma,
};
