import Bytes
import Findings
import Formats

/// Judges pictures: inert, but for what follows them.
struct PictureScan: ContentScanner {
  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    judgeTail(file, &context)
    return .whole
  }

  /// Has what follows the end of the format scanned as a file of its own.
  static func judgeTail(_ file: ScannedFile, _ context: inout ScanContext) {
    guard let end = end(of: file.claim.format, in: file.bytes) else { return }
    TrailingContent.judge(after: end, in: file, &context)
  }

  private static func end(of format: FileFormat, in bytes: ByteSlice) -> Int? {
    switch format {
    case .png: pngEnd(bytes)
    case .jpeg: jpegEnd(bytes)
    case .pdf: pdfEnd(bytes)
    case .gif: gifEnd(bytes)
    case .wave: waveEnd(bytes)
    default: nil
    }
  }

  /// Behind the checksum of the chunk `IEND`.
  private static func pngEnd(_ bytes: ByteSlice) -> Int? {
    var place = 8
    while place + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
      let next = place + 12 + length
      guard next <= bytes.count else { return nil }
      if (0..<4).allSatisfy({ bytes[place + 4 + $0] == Array("IEND".utf8)[$0] }) { return next }
      place = next
    }
    return nil
  }

  /// Behind the marker EOI: segments have lengths, and in scans 0xff is followed by zero or RST.
  private static func jpegEnd(_ bytes: ByteSlice) -> Int? {
    var place = 2
    while place + 4 <= bytes.count {
      guard bytes[place] == 0xff else {
        place += 1
        continue
      }
      let marker = bytes[place + 1]
      switch marker {
      case 0xd9: return place + 2
      case 0x00, 0x01, 0xd0...0xd8: place += 2
      case 0xff: place += 1
      default: place += 2 + max(2, Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
      }
    }
    return nil
  }

  /// Behind the trailer: blocks of sub-blocks, each with its length (GIF89a, appendix A).
  private static func gifEnd(_ bytes: ByteSlice) -> Int? {
    guard bytes.count > 13 else { return nil }
    var place = 13 + colours(bytes[10])
    while place < bytes.count {
      switch bytes[place] {
      case 0x3b: return place + 1
      case 0x21: place += 2
      case 0x2c:
        guard place + 10 < bytes.count else { return nil }
        place += 11 + colours(bytes[place + 9])
      default: return nil
      }
      while place < bytes.count, bytes[place] != 0 { place += 1 + Int(bytes[place]) }
      place += 1
    }
    return nil
  }

  /// The bytes of a colour table, told from its flags.
  private static func colours(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
  }

  /// Behind the chunk that is the whole file, padded to an even length.
  private static func waveEnd(_ bytes: ByteSlice) -> Int? {
    guard bytes.count >= 12 else { return nil }
    let length = (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[4 + $1]) }
    return 8 + length + length % 2
  }

  /// Behind the last `%%EOF`.
  private static func pdfEnd(_ bytes: ByteSlice) -> Int? {
    let wanted = Array("%%EOF".utf8)
    var place = bytes.count - wanted.count
    while place >= 0 {
      if bytes[place] == wanted[0], wanted.indices.allSatisfy({ bytes[place + $0] == wanted[$0] }) {
        return place + wanted.count
      }
      place -= 1
    }
    return nil
  }
}
