import Bytes

/// Writes grey pictures as PNG (RFC 2083, ISO/IEC 15948), 8 bits a pixel.
///
/// ```
/// signature  89 50 4e 47 0d 0a 1a 0a
/// chunk      length (4), type (4), data, CRC-32 over type and data (4); big-endian
///   IHDR     width (4), height (4), bit depth 8, colour type 0, 0, 0, 0
///   IDAT     zlib stream: each row after a filter byte 0
///   IEND
/// ```
/// The zlib stream (RFC 1950) holds stored blocks (RFC 1951, section 3.2.4): nothing is compressed,
/// so the bytes never depend on the version of a compressor.
enum PNG {
  /// The file of a picture whose `pixels` fill `width` times `height`, 0 black.
  static func encode(width: Int, height: Int, pixels: [UInt8]) -> [UInt8] {
    precondition(width > 0 && height > 0 && pixels.count == width * height)
    var rows: [UInt8] = []
    rows.reserveCapacity((width + 1) * height)
    for row in 0..<height {
      rows.append(0)
      rows += pixels[row * width..<(row + 1) * width]
    }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
      + chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 0, 0, 0, 0])
      + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bigEndian(data.count) + body + bigEndian(Int(crc32(body)))
  }

  private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
    let blockSize = 65535
    var out: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: bytes.count, by: blockSize) {
      let block = bytes[start..<min(start + blockSize, bytes.count)]
      let length = UInt16(block.count)
      out.append(start + blockSize >= bytes.count ? 1 : 0)
      for half in [length, ~length] {
        out += [UInt8(half & 0xff), UInt8(half >> 8)]
      }
      out += block
    }
    return out + bigEndian(Int(adler32(bytes)))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// RFC 1950, section 8.2.
  static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var a: UInt32 = 1
    var b: UInt32 = 0
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }

  /// RFC 2083, section 15: polynomial 0xedb88320, bits reversed.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = ~0
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xedb8_8320 }
    }
    return ~crc
  }
}
