public import Bytes

// What the headers of programs say of their parts, by (place, width):
//   ELF    segments and sections, each with an offset and a size (ELF-64 object file format)
//   PE     sections with (size 16, 4) (place 20, 4); certificates in the fifth directory
//   Mach-O segments with a file offset and size; of several processors: (offset 8, 4) (size 12, 4)
//   wasm   sections: a number, a length in LEB128

/// Where programs end: behind the last part that their headers name. Loaders never look further.
public enum ProgramEnd {
  /// The end in a program of the format; nil where the headers do not tell.
  public static func end(of format: FileFormat, in bytes: ByteSlice) -> Int? {
    let end: Int? =
      switch format {
      case .elf: elfEnd(bytes)
      case .pe: peEnd(bytes)
      case .machO: machOEnd(bytes)
      case .wasm: wasmEnd(bytes)
      default: nil
      }
    guard let end, end > 0, end <= bytes.count else { return nil }
    return end
  }

  private static func elfEnd(_ bytes: ByteSlice) -> Int? {
    guard bytes.count >= 52 else { return nil }
    let is64 = bytes[4] == 2
    let fields = Fields(bytes, isBig: bytes[5] == 2)
    let width = is64 ? 8 : 4
    func table(_ places: (start: Int, size: Int, count: Int)) -> (
      start: Int, size: Int, count: Int
    )? {
      guard let start = fields[places.start, width], let size = fields[places.size, 2],
        let count = fields[places.count, 2]
      else { return nil }
      return (start, size, count)
    }
    var ends: [Int?] = [is64 ? 64 : 52]
    if let segments = table(is64 ? (32, 54, 56) : (28, 42, 44)) {
      for index in 0..<segments.count {
        let place = segments.start + index * segments.size
        ends.append(fields.end(place + (is64 ? 8 : 4), place + (is64 ? 32 : 16), width))
      }
      ends.append(segments.start + segments.count * segments.size)
    }
    if let sections = table(is64 ? (40, 58, 60) : (32, 46, 48)), sections.start > 0 {
      for index in 0..<sections.count {
        let place = sections.start + index * sections.size
        // Sections without bytes in the file have a size all the same.
        guard fields[place + 4, 4] != 8 else { continue }
        ends.append(fields.end(place + (is64 ? 24 : 16), place + (is64 ? 32 : 20), width))
      }
      ends.append(sections.start + sections.count * sections.size)
    }
    return ends.compactMap { $0 }.max()
  }

  private static func peEnd(_ bytes: ByteSlice) -> Int? {
    let fields = Fields(bytes, isBig: false)
    guard let start = fields[60, 4], let count = fields[start + 6, 2],
      let optional = fields[start + 20, 2]
    else { return nil }
    var ends: [Int?] = []
    for index in 0..<count {
      let place = start + 24 + optional + index * 40
      ends.append(fields.end(place + 20, place + 16, 4))
    }
    let directories = start + 24 + (fields[start + 24, 2] == 0x20b ? 112 : 96)
    if directories + 40 <= start + 24 + optional {
      ends.append(fields.end(directories + 32, directories + 36, 4))
    }
    return ends.compactMap { $0 }.max()
  }

  private static func machOEnd(_ bytes: ByteSlice) -> Int? {
    guard bytes.count >= 28 else { return nil }
    let isBig = bytes[0] == 0xfe || bytes[0] == 0xca
    let fields = Fields(bytes, isBig: isBig)
    guard let magic = fields[0, 4] else { return nil }
    var ends: [Int?] = []
    if magic == 0xcafe_babe {
      for index in 0..<min(fields[4, 4] ?? 0, 64) {
        ends.append(fields.end(8 + index * 20 + 8, 8 + index * 20 + 12, 4))
      }
      return ends.compactMap { $0 }.max()
    }
    var place = magic == 0xfeed_facf ? 32 : 28
    for _ in 0..<min(fields[16, 4] ?? 0, 4_096) {
      guard let kind = fields[place, 4], let size = fields[place + 4, 4], size >= 8 else { break }
      if kind == 0x19 { ends.append(fields.end(place + 40, place + 48, 8)) }
      if kind == 1 { ends.append(fields.end(place + 32, place + 36, 4)) }
      place += size
    }
    return ends.compactMap { $0 }.max()
  }

  private static func wasmEnd(_ bytes: ByteSlice) -> Int? {
    var reader = ByteReader(bytes)
    do throws(ParseError) {
      try reader.skip(8, "the magic and version")
      while let kind = reader.peek(), kind <= 13 {
        var ahead = reader
        try ahead.skip(1, "a section's number")
        let length = try ahead.readVarint("a section's length")
        guard length <= UInt64(ahead.remaining) else { break }
        try ahead.skip(Int(length), "a section")
        reader = ahead
      }
      return reader.position
    } catch {
      return reader.position
    }
  }
}

/// Numbers at places of a file.
private struct Fields {
  private let bytes: ByteSlice
  private let isBig: Bool

  init(_ bytes: ByteSlice, isBig: Bool) {
    self.bytes = bytes
    self.isBig = isBig
  }

  /// The number at the place; nil outside the file, and when it is larger than any place.
  subscript(place: Int, width: Int) -> Int? {
    guard place >= 0, place <= bytes.count - width else { return nil }
    var value: UInt64 = 0
    for index in 0..<width {
      value = value << 8 | UInt64(bytes[place + (isBig ? index : width - 1 - index)])
    }
    return value < 1 << 40 ? Int(value) : nil
  }

  /// Behind a part whose offset and size stand at two places; nil for one that has no bytes.
  func end(_ offset: Int, _ size: Int, _ width: Int) -> Int? {
    guard let offset = self[offset, width], let size = self[size, width], size > 0 else {
      return nil
    }
    return offset + size
  }
}
