// The elementary functions of proofmark-numerics/1, once for scalars and for vectors.
//
// The file that includes this one defines
//   REAL, BITS               binary64 and 64-bit integers, scalar or ext_vector_type
//   REAL_OF(b), BITS_OF(x)   the same bits as the other type
//   FMA64(a, b, c)           one rounding
//   SINGLE(x)                x rounded to binary32
//   ANY(mask)                whether a comparison of REAL holds in some lane
// docs/numerics.md says what each function is. No operation here is left to the compiler: no other
// order, no other constant, no library.
#pragma once

// In this order: each uses those before it.
#include "elementary/pairs.h"

#include "elementary/exp.h"

#include "elementary/log.h"

#include "elementary/hyperbolic.h"

#include "elementary/normal.h"

#include "elementary/gates.h"

#include "elementary/trigonometry.h"

#include "elementary/arcs.h"

#include "elementary/power.h"

#include "elementary/list.h"
