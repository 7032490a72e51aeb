// Vectors of 16 lanes, as the compiler's own types.
#pragma once

#include <string.h>

#include "CKernels.h"
#include "inline.h"
#include "strict.h"

// Vectors pass only between functions that are inlined into one another.
#pragma clang diagnostic ignored "-Wpsabi"

#define ROLL _Pragma("clang loop unroll(disable)")

typedef float lanes __attribute__((ext_vector_type(16)));
typedef float half_lanes __attribute__((ext_vector_type(8)));
typedef int32_t half_ints __attribute__((ext_vector_type(8)));
typedef uint16_t half_shorts __attribute__((ext_vector_type(8)));
typedef double reals __attribute__((ext_vector_type(16)));
typedef int32_t ints __attribute__((ext_vector_type(16)));
typedef uint64_t words __attribute__((ext_vector_type(16)));
typedef uint16_t shorts __attribute__((ext_vector_type(16)));
typedef uint8_t bytes __attribute__((ext_vector_type(16)));

typedef lanes loose_lanes __attribute__((aligned(4), may_alias));
typedef half_lanes loose_half __attribute__((aligned(4), may_alias));
typedef half_shorts loose_half_shorts __attribute__((aligned(2), may_alias));
typedef shorts loose_shorts __attribute__((aligned(2), may_alias));
typedef bytes loose_bytes __attribute__((aligned(1), may_alias));

INLINE lanes load(const float *from) { return *(const loose_lanes *)from; }
INLINE void store(float *to, lanes v) { *(loose_lanes *)to = v; }
INLINE lanes splat(float number) { return (lanes)number; }
INLINE reals widened(lanes v) { return __builtin_convertvector(v, reals); }
INLINE lanes rounded(reals v) { return __builtin_convertvector(v, lanes); }
