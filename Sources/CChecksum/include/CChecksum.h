#ifndef CCHECKSUM_H
#define CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// The CRC-32 of zip and gzip (ITU-T V.42, polynomial 0xedb88320 reflected) of the bytes that
/// `crc` stands for, 0 for none, and `count` more. By the CPU's own instructions where it has them.
uint32_t cc_crc32(uint32_t crc, const void *bytes, size_t count);

/// Where four bytes in a row first stand at or after `start`; `count` where they do not.
size_t cc_find4(const void *bytes, size_t count, size_t start, const uint8_t mark[4]);

#endif
