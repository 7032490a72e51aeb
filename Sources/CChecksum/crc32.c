#include "CChecksum.h"

#include <zlib.h>

static uint32_t portable(uint32_t crc, const uint8_t *bytes, size_t count) {
  return (uint32_t)crc32_z(crc, bytes, count);
}

#if defined(__x86_64__)

#include <immintrin.h>

// V. Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction",
// Intel 2009. The constants are those of its section on reflected bits: x^n mod P(x), shifted left.
#define FOLDED __attribute__((target("pclmul,sse4.1"))) static

/// Moves 128 bits of the remainder on, by the distance that `factors` stands for, to `next`.
FOLDED inline __m128i fold(__m128i remainder, __m128i factors, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(remainder, factors, 0x00);
  const __m128i high = _mm_clmulepi64_si128(remainder, factors, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

FOLDED inline __m128i load(const uint8_t *bytes) {
  return _mm_loadu_si128((const __m128i *)bytes);
}

/// For at least 64 bytes, a multiple of 16. `crc` is the register itself, not its complement.
FOLDED uint32_t folded(uint32_t crc, const uint8_t *bytes, size_t count) {
  const __m128i by512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
  const __m128i by128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  const __m128i by64 = _mm_set_epi64x(0, 0x0163cd6124);
  const __m128i barrett = _mm_set_epi64x(0x01f7011641, 0x01db710641);
  const __m128i low32 = _mm_setr_epi32(-1, 0, -1, 0);

  __m128i a = _mm_xor_si128(load(bytes), _mm_cvtsi32_si128((int)crc));
  __m128i b = load(bytes + 16), c = load(bytes + 32), d = load(bytes + 48);
  for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64) {
    a = fold(a, by512, load(bytes));
    b = fold(b, by512, load(bytes + 16));
    c = fold(c, by512, load(bytes + 32));
    d = fold(d, by512, load(bytes + 48));
  }
  a = fold(fold(fold(a, by128, b), by128, c), by128, d);
  for (; count >= 16; bytes += 16, count -= 16) a = fold(a, by128, load(bytes));

  // 128 bits to 64, to 32, and the rest of the division by Barrett's multiplication.
  a = _mm_xor_si128(_mm_srli_si128(a, 8), _mm_clmulepi64_si128(a, by128, 0x10));
  a = _mm_xor_si128(
      _mm_srli_si128(a, 4), _mm_clmulepi64_si128(_mm_and_si128(a, low32), by64, 0x00));
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(a, low32), barrett, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low32), barrett, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(a, quotient), 1);
}

uint32_t cc_crc32(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *next = bytes;
  if (count >= 64 && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1")) {
    const size_t whole = count & ~(size_t)15;
    crc = ~folded(~crc, next, whole);
    next += whole;
    count -= whole;
  }
  return count > 0 ? portable(crc, next, count) : crc;
}

#elif defined(__aarch64__)

#include <arm_acle.h>
#include <string.h>
#include <sys/auxv.h>

// HWCAP_CRC32 of Linux's <asm/hwcap.h>.
enum { hasCRC32 = 1 << 7 };

__attribute__((target("crc"))) static uint32_t stepped(
    uint32_t crc, const uint8_t *bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    crc = __crc32d(crc, word);
  }
  for (; count > 0; bytes += 1, count -= 1) crc = __crc32b(crc, *bytes);
  return crc;
}

uint32_t cc_crc32(uint32_t crc, const void *bytes, size_t count) {
  if (count == 0) return crc;
  if ((getauxval(AT_HWCAP) & hasCRC32) == 0) return portable(crc, bytes, count);
  return ~stepped(~crc, bytes, count);
}

#else

uint32_t cc_crc32(uint32_t crc, const void *bytes, size_t count) {
  return count > 0 ? portable(crc, bytes, count) : crc;
}

#endif
