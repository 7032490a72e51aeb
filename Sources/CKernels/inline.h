// What every kernel file calls its inlined functions and unrolled loops.
#pragma once

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
