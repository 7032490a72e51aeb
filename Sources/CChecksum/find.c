#include "CChecksum.h"

// Bytes that are compared before anything branches: compilers make a few vector instructions of it.
enum { blockBytes = 256 };

#define INLINED static inline __attribute__((always_inline))

/// Whether the first two bytes of the mark stand in a row somewhere in the block.
INLINED int mayHold(const uint8_t *bytes, const uint8_t mark[4]) {
  uint8_t any = 0;
  for (size_t i = 0; i < blockBytes; i += 1) {
    any |= (uint8_t)((bytes[i] == mark[0]) & (bytes[i + 1] == mark[1]));
  }
  return any != 0;
}

INLINED size_t find(const uint8_t *bytes, size_t count, size_t start, const uint8_t mark[4]) {
  while (start + 4 <= count) {
    // A block, the byte after it, and the rest of a mark that begins with its last byte.
    const int isBlock = count - start >= blockBytes + 3;
    if (isBlock && !mayHold(bytes + start, mark)) {
      start += blockBytes;
      continue;
    }
    const size_t end = isBlock ? start + blockBytes : count - 3;
    for (; start < end; start += 1) {
      const uint8_t *here = bytes + start;
      if (here[0] == mark[0] && here[1] == mark[1] && here[2] == mark[2] && here[3] == mark[3]) {
        return start;
      }
    }
  }
  return count;
}

static size_t portable(
    const uint8_t *bytes, size_t count, size_t start, const uint8_t mark[4]) {
  return find(bytes, count, start, mark);
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) static size_t wide(
    const uint8_t *bytes, size_t count, size_t start, const uint8_t mark[4]) {
  return find(bytes, count, start, mark);
}

size_t cc_find4(const void *bytes, size_t count, size_t start, const uint8_t mark[4]) {
  return (__builtin_cpu_supports("avx2") ? wide : portable)(bytes, count, start, mark);
}

#else

size_t cc_find4(const void *bytes, size_t count, size_t start, const uint8_t mark[4]) {
  return portable(bytes, count, start, mark);
}

#endif
