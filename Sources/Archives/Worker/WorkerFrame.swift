import Bytes

/// A message from a worker: what it has read of an archive.
///
/// A frame is one byte for its kind, the number of bytes that follow in 32 bits, and these:
///
///     'S'  in the sandbox: nothing; always the first
///     'M'  a member begins: type (8 bits), mode (32), size (64), length of the name (32), the
///          name, and of a link its target
///     'D'  bytes of the member
///     'E'  the member ends: outcome (8 bits), size (64), CRC-32 of its bytes (32), and a text
///     'F'  the archive cannot be read further: a text
///     'Z'  the archive ends: the number of members (64 bits)
///
/// Integers are little-endian. After 'F' or 'Z' nothing follows.
enum WorkerFrame: Equatable {
  case sandboxed
  case member(WorkerMember)
  case data
  case memberEnd(Outcome, size: UInt64, checksum: UInt32, reason: String)
  case fault(String)
  case end(members: UInt64)

  /// What became of a member.
  enum Outcome: UInt8 {
    case whole
    case wrongChecksum
    case unreadable
  }

  /// The bytes before the payload.
  static let headerBytes = 5
  /// The most bytes that a payload may have.
  static let payloadBytes = 1 << 20
  /// The most bytes of a text.
  static let textBytes = 1024
}

/// A member as a worker announces it.
struct WorkerMember: Equatable {
  enum Kind: UInt8 {
    case file
    case folder
    case link
    case special
  }

  let kind: Kind
  let mode: UInt32
  let size: UInt64
  let name: [UInt8]
  /// What a link points to.
  let target: [UInt8]
}

extension WorkerFrame {
  /// The frame of the kind with the payload. The bytes of 'D' stay where they are.
  init(kind: UInt8, parsing payload: ByteSlice) throws(ParseError) {
    var reader = ByteReader(payload)
    switch kind {
    case UInt8(ascii: "S"): self = .sandboxed
    case UInt8(ascii: "M"): self = .member(try WorkerMember(parsing: &reader))
    case UInt8(ascii: "D"):
      self = .data
      return
    case UInt8(ascii: "E"):
      guard let outcome = Outcome(rawValue: try reader.readByte()) else {
        throw ParseError(at: 0, expected: "an outcome", found: "\(payload[0])")
      }
      self = .memberEnd(
        outcome, size: try reader.readLittleEndian(UInt64.self),
        checksum: try reader.readLittleEndian(UInt32.self),
        reason: try WorkerFrame.text(&reader))
    case UInt8(ascii: "F"): self = .fault(try WorkerFrame.text(&reader))
    case UInt8(ascii: "Z"): self = .end(members: try reader.readLittleEndian(UInt64.self))
    default: throw ParseError(at: 0, expected: "a kind of frame", found: "\(kind)")
    }
    guard reader.remaining == 0 else {
      throw ParseError(
        at: reader.offset, expected: "the end of a frame", found: "\(reader.remaining) bytes")
    }
  }

  private static func text(_ reader: inout ByteReader) throws(ParseError) -> String {
    String(decoding: try reader.read(min(reader.remaining, textBytes)), as: UTF8.self)
  }

  /// What stands before `count` bytes of a member.
  static func dataHeader(_ count: Int) -> [UInt8] {
    var header = [UInt8(ascii: "D")]
    header.append(integer: UInt32(clamping: count))
    return header
  }

  /// The frame as the worker writes it; of `.data` without the data.
  func bytes() -> [UInt8] {
    var payload: [UInt8] = []
    let kind: Unicode.Scalar
    switch self {
    case .sandboxed: kind = "S"
    case .member(let member):
      kind = "M"
      payload.append(member.kind.rawValue)
      payload.append(integer: member.mode)
      payload.append(integer: member.size)
      payload.append(integer: UInt32(clamping: member.name.count))
      payload += member.name + member.target
    case .data: kind = "D"
    case .memberEnd(let outcome, let size, let checksum, let reason):
      kind = "E"
      payload.append(outcome.rawValue)
      payload.append(integer: size)
      payload.append(integer: checksum)
      payload += reason.utf8.prefix(WorkerFrame.textBytes)
    case .fault(let reason):
      kind = "F"
      payload += reason.utf8.prefix(WorkerFrame.textBytes)
    case .end(let members):
      kind = "Z"
      payload.append(integer: members)
    }
    var frame = [UInt8(ascii: kind)]
    frame.append(integer: UInt32(clamping: payload.count))
    return frame + payload
  }
}

extension WorkerMember {
  fileprivate init(parsing reader: inout ByteReader) throws(ParseError) {
    let type = try reader.readByte()
    guard let kind = Kind(rawValue: type) else {
      throw ParseError(at: 0, expected: "a type of member", found: "\(type)")
    }
    self.kind = kind
    mode = try reader.readLittleEndian(UInt32.self)
    size = try reader.readLittleEndian(UInt64.self)
    let count = Int(try reader.readLittleEndian(UInt32.self))
    name = try reader.read(count).array
    target = kind == .link ? try reader.read(reader.remaining).array : []
  }
}

extension [UInt8] {
  /// Adds an integer, its lowest byte first.
  fileprivate mutating func append(integer: some FixedWidthInteger) {
    for shift in stride(from: 0, to: integer.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: integer >> shift))
    }
  }
}
