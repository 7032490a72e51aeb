#include "strict.h"
#include "tables.h"

const ck_kernels *ck_kernels_for(ck_instruction_set set) {
#if defined(__x86_64__)
  // These also ask whether the operating system saves the registers.
  __builtin_cpu_init();
  switch (set) {
    case CK_EMUL: return &ck_emul;
    case CK_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_avx2 : NULL;
    case CK_AVX512:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                     __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                 ? &ck_avx512
                 : NULL;
    case CK_NEON: return NULL;
  }
#elif defined(__aarch64__)
  return set == CK_NEON ? &ck_neon : NULL;
#endif
}
