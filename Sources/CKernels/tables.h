// The kernel tables of this build.
#pragma once

#include "CKernels.h"

#if defined(__x86_64__)
extern const ck_kernels ck_emul, ck_avx2, ck_avx512;
#elif defined(__aarch64__)
extern const ck_kernels ck_neon;
#endif
