// AVX2: 8 lanes in a register, tiles of 6 rows x 16 outputs.
#include "CKernels.h"
#include "strict.h"
#include "tables.h"

#if defined(__x86_64__)
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define FMA64(a, b, c) __builtin_elementwise_fma(a, b, c)
#define WIDE 1
#define STRETCH 256
#define POOLED 1
#define PART 8
#define RUNS_1 6
#define RUNS_2 3
#define RUNS_3 2
#define RUNS_4 1
#define KERNELS ck_avx2
#include "body.h"

#pragma clang attribute pop
#endif
