// Included first by every file: arithmetic as written, or no build.
#pragma once

#ifdef __FAST_MATH__
#error "proofmark-numerics/1 needs IEEE-754 arithmetic: build without -ffast-math"
#endif

#pragma STDC FP_CONTRACT OFF
