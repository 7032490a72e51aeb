// Every binary32 input of an elementary function against two references that are not ours: glibc's
// vectors in binary64, whose error stays below TOLERANCE, and where that interval holds a tie, or
// the results differ, MPFR with 300 bits.
//
//     sweep FUNCTION [STRIDE]
//
// Prints each wrong input with what it gave and should have given, the inputs closest to a tie,
// and a summary line; exit 1 when something is wrong. Benchmarks/Sweep/run builds it.
#include <immintrin.h>
#include <mpfr.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

typedef double four __attribute__((ext_vector_type(4)));
typedef float four_floats __attribute__((ext_vector_type(4)));
typedef uint32_t four_ints __attribute__((ext_vector_type(4), aligned(4), may_alias));
typedef void exact_function(mpfr_t y, const mpfr_t x);
typedef four fast_function(four x);

#define GLIBC(name) four _ZGVdN4v_##name(four);
GLIBC(exp) GLIBC(exp2) GLIBC(expm1) GLIBC(log) GLIBC(log2) GLIBC(log10) GLIBC(log1p)
GLIBC(sin) GLIBC(cos) GLIBC(tan) GLIBC(asin) GLIBC(acos) GLIBC(atan)
GLIBC(sinh) GLIBC(cosh) GLIBC(tanh) GLIBC(asinh) GLIBC(acosh) GLIBC(atanh) GLIBC(erf) GLIBC(erfc)
#undef GLIBC
#define VECTOR(name) _ZGVdN4v_##name

static const double TOLERANCE = 0x1p-42;
enum { BITS = 300, CHUNK = 1 << 16, HARDEST = 24 };

// The compositions, in binary64.
static four size(four x) { return __builtin_elementwise_abs(x); }
static four fast_sigmoid(four x) { return 1 / (1 + VECTOR(exp)(-x)); }
static four fast_softplus(four x) {
  return __builtin_elementwise_max(x, (four)0) + VECTOR(log1p)(VECTOR(exp)(-size(x)));
}
/// The function y = x / 2 + c x^2 ..., c > 0, of a number below 2^-125: any number a little above
/// x / 2, which is a tie or no number at all of binary32, rounds as it does.
static four near_half(four x, four y) {
  return size(x) <= 0x1p-125 && x != 0 ? 0.5 * x + 0x1p-160 : y;
}
static four fast_gelu(four x) {
  return near_half(x, 0.5 * x * VECTOR(erfc)(-x * 0x1.6a09e667f3bcdp-1));
}
static four fast_gelu_tanh(four x) {
  four z = x * (x * x * 0x1.2444f2a4d8b4bp-4 + 0x1.9884533d43651p+0);
  return near_half(x, x / (1 + VECTOR(exp)(-z)));
}
static four fast_silu(four x) { return near_half(x, x / (1 + VECTOR(exp)(-x))); }
static four fast_mish(four x) {
  four e = VECTOR(exp)(x), n = e * (e + 2);
  return x < 20 ? x * (n / (n + 2)) : x;
}
static four fast_softsign(four x) { return x / (1 + size(x)); }
static four fast_sqrt(four x) { return __builtin_elementwise_sqrt(x); }
static four fast_reciprocal(four x) { return 1 / x; }
static four fast_hard_swish(four x) {
  return x <= -3 ? (four)-0.0 : x >= 3 ? x : near_half(x, x * (x + 3) / 6);
}

static void exact_sigmoid(mpfr_t y, const mpfr_t x) {
  mpfr_neg(y, x, MPFR_RNDN);
  mpfr_exp(y, y, MPFR_RNDN);
  mpfr_add_ui(y, y, 1, MPFR_RNDN);
  mpfr_ui_div(y, 1, y, MPFR_RNDN);
}
static void exact_softplus(mpfr_t y, const mpfr_t x) {
  mpfr_exp(y, x, MPFR_RNDN);
  mpfr_log1p(y, y, MPFR_RNDN);
}
/// x factor(x), which tends to -0.
static void gated(mpfr_t y, const mpfr_t x) {
  if (mpfr_inf_p(x) && mpfr_signbit(x)) {
    mpfr_set_zero(y, -1);
  } else {
    mpfr_mul(y, y, x, MPFR_RNDN);
  }
}
static void exact_gelu(mpfr_t y, const mpfr_t x) {
  mpfr_t root;
  mpfr_init2(root, BITS);
  mpfr_sqrt_ui(root, 2, MPFR_RNDN);
  mpfr_div(y, x, root, MPFR_RNDN);
  mpfr_neg(y, y, MPFR_RNDN);
  mpfr_erfc(y, y, MPFR_RNDN);
  gated(y, x);
  mpfr_div_2ui(y, y, 1, MPFR_RNDN);
  mpfr_clear(root);
}
static void exact_gelu_tanh(mpfr_t y, const mpfr_t x) {
  mpfr_t factor;
  mpfr_init2(factor, BITS);
  mpfr_sqr(y, x, MPFR_RNDN);
  mpfr_set_ui(factor, 44715, MPFR_RNDN);
  mpfr_div_ui(factor, factor, 1000000, MPFR_RNDN);
  mpfr_mul(y, y, factor, MPFR_RNDN);
  mpfr_add_ui(y, y, 1, MPFR_RNDN);
  mpfr_mul(y, y, x, MPFR_RNDN);
  mpfr_const_pi(factor, MPFR_RNDN);
  mpfr_ui_div(factor, 2, factor, MPFR_RNDN);
  mpfr_sqrt(factor, factor, MPFR_RNDN);
  mpfr_mul(y, y, factor, MPFR_RNDN);
  mpfr_mul_2ui(y, y, 1, MPFR_RNDN);
  exact_sigmoid(y, y);
  gated(y, x);
  mpfr_clear(factor);
}
static void exact_silu(mpfr_t y, const mpfr_t x) {
  exact_sigmoid(y, x);
  gated(y, x);
}
static void exact_mish(mpfr_t y, const mpfr_t x) {
  exact_softplus(y, x);
  mpfr_tanh(y, y, MPFR_RNDN);
  gated(y, x);
}
static void exact_softsign(mpfr_t y, const mpfr_t x) {
  if (mpfr_inf_p(x)) {
    mpfr_set_si(y, mpfr_sgn(x), MPFR_RNDN);
    return;
  }
  mpfr_abs(y, x, MPFR_RNDN);
  mpfr_add_ui(y, y, 1, MPFR_RNDN);
  mpfr_div(y, x, y, MPFR_RNDN);
}
static void exact_reciprocal(mpfr_t y, const mpfr_t x) { mpfr_ui_div(y, 1, x, MPFR_RNDN); }
static void exact_hard_swish(mpfr_t y, const mpfr_t x) {
  if (mpfr_cmp_si(x, -3) <= 0) {
    mpfr_set_zero(y, -1);
  } else if (mpfr_cmp_si(x, 3) >= 0) {
    mpfr_set(y, x, MPFR_RNDN);
  } else {
    mpfr_add_ui(y, x, 3, MPFR_RNDN);
    mpfr_mul(y, y, x, MPFR_RNDN);
    mpfr_div_ui(y, y, 6, MPFR_RNDN);
  }
}

#define MPFR(name) \
  static void exact_##name(mpfr_t y, const mpfr_t x) { mpfr_##name(y, x, MPFR_RNDN); }
MPFR(exp) MPFR(exp2) MPFR(expm1) MPFR(log) MPFR(log2) MPFR(log10) MPFR(log1p)
MPFR(sin) MPFR(cos) MPFR(tan) MPFR(asin) MPFR(acos) MPFR(atan) MPFR(sqrt)
MPFR(sinh) MPFR(cosh) MPFR(tanh) MPFR(asinh) MPFR(acosh) MPFR(atanh) MPFR(erf)
#undef MPFR

static const struct {
  const char *name;
  ck_activation_kind kind;
  fast_function *fast;
  exact_function *exact;
} functions[] = {
#define OF_GLIBC(kind, name) {#name, kind, VECTOR(name), exact_##name},
#define COMPOSED(kind, name) {#name, kind, fast_##name, exact_##name},
    OF_GLIBC(CK_EXP, exp) COMPOSED(CK_SIGMOID, sigmoid) OF_GLIBC(CK_TANH, tanh)
    OF_GLIBC(CK_LOG, log) OF_GLIBC(CK_ERF, erf) COMPOSED(CK_SOFTPLUS, softplus)
    COMPOSED(CK_GELU, gelu) COMPOSED(CK_GELU_TANH, gelu_tanh) COMPOSED(CK_SILU, silu)
    COMPOSED(CK_MISH, mish) OF_GLIBC(CK_EXPM1, expm1) OF_GLIBC(CK_LOG1P, log1p)
    OF_GLIBC(CK_LOG2, log2) OF_GLIBC(CK_LOG10, log10) OF_GLIBC(CK_EXP2, exp2)
    OF_GLIBC(CK_SIN, sin) OF_GLIBC(CK_COS, cos) OF_GLIBC(CK_TAN, tan)
    OF_GLIBC(CK_ASIN, asin) OF_GLIBC(CK_ACOS, acos) OF_GLIBC(CK_ATAN, atan)
    OF_GLIBC(CK_SINH, sinh) OF_GLIBC(CK_COSH, cosh) OF_GLIBC(CK_ASINH, asinh)
    OF_GLIBC(CK_ACOSH, acosh) OF_GLIBC(CK_ATANH, atanh) COMPOSED(CK_SOFTSIGN, softsign)
    COMPOSED(CK_SQRT, sqrt) COMPOSED(CK_RECIPROCAL, reciprocal)
    COMPOSED(CK_HARD_SWISH, hard_swish)
};

/// Functions whose values below 0 follow from those above: compared with ours, which are compared
/// with the references.
static const char odd[] = " sin tan asin atan sinh tanh asinh atanh erf softsign reciprocal ";
static const char even[] = " cos cosh ";
static const char undefined[] = " log log2 log10 sqrt acosh ";

static bool names(const char *list, const char *name) {
  const char *found = strstr(list, name);
  return found && found[-1] == ' ' && found[strlen(name)] == ' ';
}

static uint32_t bits_of(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

static float float_of(uint32_t bits) {
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

static struct {
  float x;
  double distance;
} hardest[HARDEST];

/// The correctly rounded value, and how far the true one lies from a tie, as a part of itself.
static float settled(exact_function *exact, float x, double *distance) {
  static mpfr_t in, value, tie;
  static bool ready;
  if (!ready) {
    mpfr_inits2(BITS, in, value, tie, NULL);
    ready = true;
  }
  mpfr_set_flt(in, x, MPFR_RNDN);
  exact(value, in);
  float y = mpfr_get_flt(value, MPFR_RNDN);
  *distance = 1;
  if (mpfr_number_p(value) && !mpfr_zero_p(value) && y - y == 0) {
    int side = mpfr_cmp_d(value, (double)y);
    double next = (double)__builtin_nextafterf(y, side > 0 ? __builtin_inff() : -__builtin_inff());
    mpfr_set_d(tie, ((double)y + next) / 2, MPFR_RNDN);
    if (side != 0) {
      mpfr_sub(tie, tie, value, MPFR_RNDN);
      mpfr_div(tie, tie, value, MPFR_RNDN);
      *distance = mpfr_get_d(tie, MPFR_RNDN);
      if (*distance < 0) *distance = -*distance;
    }
  }
  return y;
}

static void remember(float x, double distance) {
  int farthest = 0;
  for (int i = 1; i < HARDEST; i++) {
    if (hardest[i].distance > hardest[farthest].distance) farthest = i;
  }
  if (distance >= hardest[farthest].distance) return;
  hardest[farthest].x = x;
  hardest[farthest].distance = distance;
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  size_t f = 0, all = sizeof functions / sizeof functions[0];
  while (f < all && strcmp(functions[f].name, arguments[1]) != 0) f++;
  if (f == all) {
    fprintf(stderr, "sweep: no function %s\n", arguments[1]);
    return 2;
  }
  uint64_t stride = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
  const ck_kernels *kernels = ck_kernels_for(CK_AVX2);
  if (!kernels || stride == 0) return 2;
  for (int i = 0; i < HARDEST; i++) hardest[i].distance = 0x1p-50;

  static _Alignas(32) float x[CHUNK + 3], y[CHUNK + 3];
  uint64_t wrong = 0, open = 0, done = 0;
  ck_activation activation = {functions[f].kind, 0, 0};
  const char *name = functions[f].name;
  const bool is_odd = names(odd, name), is_even = names(even, name);
  const bool is_undefined = names(undefined, name);
  const bool half = is_odd || is_even || is_undefined;
  for (uint64_t start = (1ull << 31) + stride; half && start < 1ull << 32;) {
    static float opposite[CHUNK];
    ptrdiff_t used = 0;
    for (; used < CHUNK && start < 1ull << 32; start += stride) {
      x[used] = float_of((uint32_t)start);
      opposite[used++] = float_of((uint32_t)start ^ 1u << 31);
    }
    kernels->activation_values(activation, x, used, y);
    if (!is_undefined) kernels->activation_values(activation, opposite, used, opposite);
    done += (uint64_t)used;
    for (ptrdiff_t i = 0; i < used; i++) {
      if (y[i] != y[i] && (is_undefined || opposite[i] != opposite[i])) continue;
      if (bits_of(y[i]) == (bits_of(opposite[i]) ^ (is_odd ? 1u << 31 : 0))) continue;
      wrong++;
      printf("wrong %s at %a is not as above 0\n", name, (double)x[i]);
    }
  }
  const uint64_t end = half ? (1ull << 31) + 1 : 1ull << 32;
  for (uint64_t start = 0; start < end;) {
    ptrdiff_t used = 0;
    for (; used < CHUNK && start < end; start += stride) x[used++] = float_of((uint32_t)start);
    kernels->activation_values(activation, x, used, y);
    done += (uint64_t)used;
    for (ptrdiff_t i = 0; i < CHUNK && i < used; i += 4) {
      four in = __builtin_convertvector(*(const four_floats *)(x + i), four);
      four value = functions[f].fast(in);
      four low = value * (1 - TOLERANCE), high = value * (1 + TOLERANCE);
      four_floats one_end = __builtin_convertvector(low, four_floats);
      four_floats other_end = __builtin_convertvector(high, four_floats);
      four_ints found_bits = *(const four_ints *)(y + i), ends = (four_ints)one_end;
      four_ints doubt = (found_bits ^ ends) | (ends ^ (four_ints)other_end);
      if (!__builtin_reduce_or(doubt) && __builtin_reduce_and((in - in == 0) & (in != 0))) continue;
      for (int lane = 0; lane < 4 && i + lane < used; lane++) {
        uint32_t found = bits_of(y[i + lane]), one = bits_of((float)low[lane]);
        float input = x[i + lane];
        bool plain = input - input == 0 && input != 0;
        if (plain && found == one && found == bits_of((float)high[lane])) continue;
        if (value[lane] != value[lane] && y[i + lane] != y[i + lane]) continue;
        double distance;
        open++;
        float right = settled(functions[f].exact, input, &distance);
        if (right != right ? y[i + lane] != y[i + lane] : bits_of(right) == found) {
          remember(input, distance);
          continue;
        }
        wrong++;
        if (wrong <= 60) {
          printf("wrong %s %a gave %a, not %a; from a tie %a\n", name, (double)input,
                 (double)y[i + lane], (double)right, distance);
        }
      }
    }
  }
  for (int i = 0; i < HARDEST; i++) {
    if (hardest[i].distance < 0x1p-50) {
      printf("hard %s %08x %a\n", name, bits_of(hardest[i].x), hardest[i].distance);
    }
  }
  printf("%s: %llu inputs, %llu settled by MPFR, %llu wrong\n", name,
         (unsigned long long)done, (unsigned long long)open, (unsigned long long)wrong);
  return wrong != 0;
}
