import Bytes

/// The headers of a zip archive without zip64: up to 65,534 members and 4 GiB.
struct ZipWriter {
  /// A member's packed bytes.
  struct Content {
    let method: UInt16
    let bytes: ByteSlice
  }

  private let time: [UInt8]
  private var offset = 0
  private var directory: [UInt8] = []
  private var count = 0

  /// - Parameter time: seconds after 1970, written in zip's own steps of two seconds from 1980.
  init(time: Int) {
    self.time = ZipWriter.dosTime(time)
  }

  /// Deflated where that makes them fewer, else as they are.
  static func pack(_ bytes: ByteSlice) -> Content {
    let packed = Deflate.deflate(bytes)
    return packed.count < bytes.count
      ? Content(method: 8, bytes: packed) : Content(method: 0, bytes: bytes)
  }

  /// The header before a member's packed bytes; nil when the archive becomes too large.
  mutating func header(of member: Member, _ content: Content) -> [UInt8]? {
    let name = Array(member.path.text.utf8)
    let isASCII = name.allSatisfy { $0 < 0x80 }
    let fields =
      [20, 0] + littleEndian(isASCII ? 0 : 0x800, 2) + littleEndian(Int(content.method), 2) + time
      + littleEndian(Int(CRC32(of: member.bytes).value), 4) + littleEndian(content.bytes.count, 4)
      + littleEndian(member.size, 4) + littleEndian(name.count, 2) + [0, 0]
    let start = offset
    offset += 4 + fields.count + name.count + content.bytes.count
    count += 1
    directory += ZipSignature.directory + [20, 3] + fields
    directory += [0, 0, 0, 0, 0, 0]
    directory += littleEndian(Int(0o100000 | member.mode.bits) << 16, 4)
    directory += littleEndian(start, 4) + name
    guard offset + directory.count < UInt32.max, member.size < UInt32.max else { return nil }
    return ZipSignature.local + fields + name
  }

  /// The directory and the end record; nil when there are too many members.
  func end() -> [UInt8]? {
    guard count < 0xffff else { return nil }
    let counts = littleEndian(count, 2) + littleEndian(count, 2)
    return directory + ZipSignature.end + [0, 0, 0, 0] + counts
      + littleEndian(directory.count, 4) + littleEndian(offset, 4) + [0, 0]
  }

  /// Time and date of MS-DOS (APPNOTE 4.4.6), in UTC.
  private static func dosTime(_ seconds: Int) -> [UInt8] {
    // 1980-01-01 and the last two seconds of 2107.
    let clamped = min(max(seconds, 315_532_800), 4_354_819_198)
    let (days, second) = clamped.quotientAndRemainder(dividingBy: 86400)
    let (year, month, day) = date(days)
    let date = (year - 1980) << 9 | month << 5 | day
    let time = second / 3600 << 11 | second / 60 % 60 << 5 | second % 60 / 2
    return littleEndian(time, 2) + littleEndian(date, 2)
  }

  /// The Gregorian date so many days after 1970-01-01: years begin in March, so that the day that
  /// leap years have comes last (H. Hinnant, "chrono-compatible low-level date algorithms").
  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let (era, day) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let isNextYear = month >= 10
    return (
      year + era * 400 + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
      dayOfYear - (153 * month + 2) / 5 + 1
    )
  }
}
