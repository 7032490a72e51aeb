extension RandomNumbers {
  /// Integers at which readers go wrong.
  private static let extremes: [UInt64] = [
    0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
    0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff,
  ]

  /// A copy of a file with 1 to 16 edits: flipped bits, other bytes, extreme integers of 1 to 8
  /// bytes, bytes cut out, put in, or copied from elsewhere in the file, a cut end.
  public mutating func damagedCopy(of bytes: [UInt8]) -> [UInt8] {
    var copy = bytes
    for _ in 0..<([1, 1, 2, 4, 8, 16].randomElement(using: &self) ?? 1) {
      guard !copy.isEmpty else { break }
      edit(&copy)
    }
    return copy
  }

  private mutating func edit(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0..<bytes.count, using: &self)
    let length = min(Int.random(in: 1...16, using: &self), bytes.count - place)
    switch Int.random(in: 0..<16, using: &self) {
    case 0..<5: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    case 5..<9: bytes[place] = .random(in: .min ... .max, using: &self)
    case 9..<12:
      let value = RandomNumbers.extremes.randomElement(using: &self) ?? 0
      let width = min([1, 2, 4, 8].randomElement(using: &self) ?? 1, bytes.count - place)
      let isBig = Bool.random(using: &self)
      for index in 0..<width {
        let shift = 8 * UInt64(isBig ? width - 1 - index : index)
        bytes[place + index] = UInt8(truncatingIfNeeded: value >> shift)
      }
    case 12: bytes.removeSubrange(place..<place + length)
    case 13:
      let added = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &self) }
      bytes.insert(contentsOf: added, at: place)
    case 14:
      let source = Int.random(in: 0...bytes.count - length, using: &self)
      bytes.replaceSubrange(place..<place + length, with: Array(bytes[source..<source + length]))
    default:
      // Mostly near the end: what is cut off early is soon refused.
      bytes.removeLast(min(bytes.count - place, Bool.random(using: &self) ? 64 : bytes.count))
    }
  }
}
