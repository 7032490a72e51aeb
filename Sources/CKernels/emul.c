// x86-64 without fused multiply-add: exact, and slow.
#include "CKernels.h"
#include "strict.h"
#include "tables.h"

#if defined(__x86_64__)
#include "exact.h"
#include "vectors.h"

typedef float quarter __attribute__((ext_vector_type(4)));
typedef double quarter_reals __attribute__((ext_vector_type(4)));
typedef int32_t quarter_ints __attribute__((ext_vector_type(4)));
typedef int32_t eight_ints __attribute__((ext_vector_type(8)));

/// a * b + c rounded to binary64 and then to binary32. That is the one rounding, unless the first
/// ended on a tie of the second or the result is subnormal: such lanes are set in `doubtful`.
INLINE quarter quick_fma(quarter a, quarter b, quarter c, quarter_ints *doubtful) {
  quarter_reals product = __builtin_convertvector(a, quarter_reals) *
                          __builtin_convertvector(b, quarter_reals);
  quarter_reals sum = product + __builtin_convertvector(c, quarter_reals);
  eight_ints halves = (eight_ints)sum;
  quarter_ints low = __builtin_shufflevector(halves, halves, 0, 2, 4, 6);
  quarter_ints high = __builtin_shufflevector(halves, halves, 1, 3, 5, 7) & 0x7fffffff;
  quarter_ints tie = (low & 0x1fffffff) == 0x10000000;
  quarter_ints tiny = (high < 0x38100000) & ((high | low) != 0);
  *doubtful |= tie | tiny;
  return __builtin_convertvector(sum, quarter);
}

static __attribute__((noinline)) void exact_fallback(
    const float *a, const float *b, const float *c, float *sum) {
  for (int l = 0; l < ck_lanes; l++) sum[l] = exact_fma32(a[l], b[l], c[l]);
}

INLINE lanes exact_lanes(lanes a, lanes b, lanes c) {
  quarter_ints doubtful = 0;
  lanes sum;
  sum.lo.lo = quick_fma(a.lo.lo, b.lo.lo, c.lo.lo, &doubtful);
  sum.lo.hi = quick_fma(a.lo.hi, b.lo.hi, c.lo.hi, &doubtful);
  sum.hi.lo = quick_fma(a.hi.lo, b.hi.lo, c.hi.lo, &doubtful);
  sum.hi.hi = quick_fma(a.hi.hi, b.hi.hi, c.hi.hi, &doubtful);
  if (__builtin_reduce_or(doubtful)) {
    exact_fallback((const float *)&a, (const float *)&b, (const float *)&c, (float *)&sum);
  }
  return sum;
}

static __attribute__((noinline)) void exact_wide(
    const double *a, const double *b, const double *c, double *sum) {
  for (int l = 0; l < ck_lanes; l++) sum[l] = exact_fma64(a[l], b[l], c[l]);
}

INLINE reals exact_reals(reals a, reals b, reals c) {
  reals sum;
  exact_wide((const double *)&a, (const double *)&b, (const double *)&c, (double *)&sum);
  return sum;
}

#define FMA(a, b, c) exact_lanes(a, b, c)
#define FMA64(a, b, c) exact_reals(a, b, c)
#define WIDE 1
#define STRETCH 256
#define POOLED 1
#define PART 16
#define RUNS_1 6
#define RUNS_2 3
#define RUNS_3 2
#define RUNS_4 1
#define KERNELS ck_emul
#include "body.h"

#endif
