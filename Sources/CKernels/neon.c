// NEON: 4 lanes in a register, tiles of 6 rows x 16 outputs.
#include "CKernels.h"
#include "strict.h"
#include "tables.h"

#if defined(__aarch64__)

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
#define KERNELS ck_neon
#include "body.h"

#endif
