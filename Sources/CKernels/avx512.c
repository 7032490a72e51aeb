// AVX-512: 16 lanes in a register, tiles of 6 rows x 32 outputs.
#include "CKernels.h"
#include "strict.h"
#include "tables.h"

#if defined(__x86_64__)
#include <string.h>

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)

#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define FMA64(a, b, c) __builtin_elementwise_fma(a, b, c)
#define WIDE 2
#define STRETCH 192
#define POOLED 2
#define PART 16
#define RUNS_1 8
#define RUNS_2 4
#define RUNS_3 3
#define RUNS_4 2
#define KERNELS ck_avx512
#include "body.h"

#pragma clang attribute pop
#endif
