// The most multiply-adds that one core does: fused, eight or sixteen at a time as the CPU can, all
// in registers. Prints GFLOP/s, the best of many short runs.
#include <stdio.h>
#include <time.h>

enum { chains = 12, steps = 20000, runs = 300 };

#define MEASURE(name, lanes, features, register_class)                                     \
  __attribute__((target(features))) static double name(void) {                             \
    typedef float vector __attribute__((vector_size(4 * lanes)));                          \
    vector sum[chains], factor = {}, term = {};                                            \
    factor += 0.9999f;                                                                     \
    term += 1e-4f;                                                                         \
    for (int i = 0; i < chains; i++) sum[i] = term * (float)i;                             \
    double best = 0;                                                                       \
    for (int run = 0; run < runs; run++) {                                                 \
      struct timespec a, b;                                                                \
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);                                          \
      for (int step = 0; step < steps; step++) {                                           \
        _Pragma("GCC unroll 12") for (int i = 0; i < chains; i++) {                        \
          __asm__ volatile("vfmadd213ps %2, %1, %0"                                        \
                           : "+" register_class(sum[i])                                    \
                           : register_class(factor), register_class(term));                \
        }                                                                                  \
      }                                                                                    \
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);                                          \
      double seconds = (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec); \
      double rate = 2.0 * lanes * chains * steps / seconds * 1e-9;                         \
      if (rate > best && rate < 1e4) best = rate;                                          \
    }                                                                                      \
    volatile float sink = 0;                                                               \
    for (int i = 0; i < chains; i++) sink += sum[i][0];                                    \
    return best;                                                                           \
  }

MEASURE(eight_lanes, 8, "avx2,fma", "x")
MEASURE(sixteen_lanes, 16, "avx512f", "v")

int main(void) {
  __builtin_cpu_init();
  printf("%.1f\n", __builtin_cpu_supports("avx512f") ? sixteen_lanes() : eight_lanes());
  return 0;
}
