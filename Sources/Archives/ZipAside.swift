import Bytes

/// Bytes of a zip archive that are no member's and that no unpacker looks at: gaps, comments and
/// the records of extra fields that nothing uses. Whoever unpacks them finds what was put there.
struct ZipAside: Sendable, Equatable {
  /// Where they stand, as a report names it.
  let name: [UInt8]
  /// Their place, in the offsets of the archive's bytes.
  let range: Range<Int>

  /// Shorter ones hold nothing that a loader would take.
  static let leastBytes = 8

  init(_ what: String, of member: [UInt8]? = nil, _ range: Range<Int>) {
    name = Array(what.utf8) + (member.map { Array(" of ".utf8) + $0 } ?? [])
    self.range = range
  }
}

extension ZipExtra {
  /// Whether a record is one that packers write and unpackers read, and of its usual length: sizes,
  /// times and owners (APPNOTE 6.3.10, section 4.5.2; Info-ZIP's list).
  private static func isPlain(_ id: Int, count: Int) -> Bool {
    switch id {
    case 0x0001: count <= 28
    case 0x000a: count == 32
    case 0x000d, 0x5455, 0x5855, 0x7855, 0x7875, 0x9901, 0xcafe: count <= 16
    default: false
    }
  }

  /// The records of a field at `start` of the file that no unpacker reads.
  static func asides(
    in field: ByteSlice, at start: Int, of member: [UInt8]
  ) -> [ZipAside] {
    var asides: [ZipAside] = []
    var position = 0
    while field.count - position >= 4 {
      let id = Int(field[position]) | Int(field[position + 1]) << 8
      let length = Int(field[position + 2]) | Int(field[position + 3]) << 8
      let end = min(field.count, position + 4 + length)
      let record = field.prefix(end).suffix(end - position - 4)
      // What fills up to the next boundary repeats one byte.
      let isFiller = record.allSatisfy { $0 == record.first }
      if !isPlain(id, count: record.count), record.count >= ZipAside.leastBytes, !isFiller {
        asides.append(
          ZipAside("extra field", of: member, (start + position + 4)..<(start + end)))
      }
      position = end
    }
    return asides
  }
}
