import CChecksum

/// What ends data of unknown length for whoever streams it, as a zip archive's data descriptor
/// does: a signature, a checksum of 4 bytes, and the number of bytes before it twice, in 4 or 8
/// bytes each.
public struct EndMark {
  /// The signature of a zip archive's data descriptor.
  public static let signature: [UInt8] = [0x50, 0x4b, 7, 8]
  /// The longest mark.
  private static let longest = 24

  /// Where the first mark stands; nil while none is found.
  private(set) var place: Int?
  private var count = 0
  /// The last bytes, with which a mark may begin that ends further on.
  private var tail: [UInt8] = []

  init() {}

  mutating func update(_ window: UnsafeRawBufferPointer) {
    let edge = tail + window.prefix(Self.longest - 1)
    edge.withUnsafeBytes { search($0, from: count - tail.count, until: tail.count, isEnd: false) }
    search(window, from: count, until: window.count, isEnd: false)
    count += window.count
    let isShort = window.count < Self.longest - 1
    tail = isShort ? edge.suffix(Self.longest - 1) : Array(window.suffix(Self.longest - 1))
  }

  /// The place of the first mark, after the last bytes.
  consuming func finish() -> Int? {
    tail.withUnsafeBytes { search($0, from: count - tail.count, until: tail.count, isEnd: true) }
    return place
  }

  /// Looks for marks that begin before `end`; one that may go on behind the bytes is left for when
  /// they are there.
  private mutating func search(
    _ bytes: UnsafeRawBufferPointer, from first: Int, until end: Int, isEnd: Bool
  ) {
    guard place == nil, let start = bytes.baseAddress else { return }
    let end = isEnd ? end : min(end, bytes.count - Self.longest + 1)
    var index = 0
    while index < end {
      index = cc_find4(start, bytes.count, index, Self.signature)
      guard index < end else { return }
      let sizes = UnsafeRawBufferPointer(rebasing: bytes[index...].dropFirst(8))
      if Self.tells(first + index, UInt32.self, in: sizes)
        || Self.tells(first + index, UInt64.self, in: sizes)
      {
        place = first + index
        return
      }
      index += 1
    }
  }

  private static func tells<Size: FixedWidthInteger>(
    _ count: Int, _ type: Size.Type, in bytes: UnsafeRawBufferPointer
  ) -> Bool {
    let width = Size.bitWidth / 8
    guard bytes.count >= 2 * width else { return false }
    let size = Size(truncatingIfNeeded: count).littleEndian
    return bytes.loadUnaligned(as: Size.self) == size
      && bytes.loadUnaligned(fromByteOffset: width, as: Size.self) == size
  }
}

extension ByteSlice {
  /// The place of the first end mark in a range that a pass was asked for; nil also where the
  /// pass left the range out because others share its bytes.
  public func firstEndMark(in range: Range<Int>) -> Int? {
    remembered(\.endMarks, of: range) ?? nil
  }
}
