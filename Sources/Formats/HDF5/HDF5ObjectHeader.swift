import Bytes

/// The messages of an object header, read through all its continuation blocks.
///
/// ```
/// version 1: version, reserved, message count 2, reference count 4, header size 4, padding 4;
///            message: type 2, size 2, flags 1, reserved 3, body (size is a multiple of 8)
/// version 2: "OHDR", version, flags, [four times 4 each], [attribute phase change 2 + 2],
///            size of the first block 1/2/4/8, messages, gap, checksum 4;
///            message: type 1, size 2, flags 1, [creation order 2], body
/// ```
struct HDF5ObjectHeader {
  /// One header message.
  struct Message {
    let type: MessageType
    /// Whether the body only refers to a message that is stored elsewhere.
    let isShared: Bool
    let body: ByteSlice
  }

  /// The message types that this reader knows (HDF5 file format 3.0, IV.A.2).
  enum MessageType: UInt16 {
    case none = 0x00
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case groupInfo = 0x0a
    case filters = 0x0b
    case attribute = 0x0c
    case comment = 0x0d
    case oldModificationTime = 0x0e
    case sharedTable = 0x0f
    case continuation = 0x10
    case symbolTable = 0x11
    case modificationTime = 0x12
    case treeSizes = 0x13
    case driverInfo = 0x14
    case attributeInfo = 0x15
    case referenceCount = 0x16
  }

  private(set) var messages: [Message] = []

  /// All messages of a type, in file order.
  func all(_ type: MessageType) -> [Message] {
    messages.filter { $0.type == type }
  }

  /// The one message of a type; an error when there are two, because readers would differ.
  func one(_ type: MessageType) throws(ParseError) -> Message? {
    let found = all(type)
    guard found.count <= 1 else {
      throw ParseError(
        at: found[1].body.offset, expected: "one \(type) message", found: "\(found.count)")
    }
    return found.first
  }
}

extension HDF5Parser {
  /// Reads the object header at the address with all its continuation blocks.
  mutating func parseHeader(at address: Int) throws(ParseError) -> HDF5ObjectHeader {
    var reader = try space.reader(at: address, "an object header")
    if reader.peek() == UInt8(ascii: "O") { return try parseNewHeader(at: address) }
    _ = try reader.readVersion(1...1, of: "the object header")
    try reader.skip(1, "a reserved byte")
    let count = Int(try reader.readLittleEndian(UInt16.self, "the number of messages"))
    try reader.skip(4, "the reference count")
    let size = Int(try reader.readLittleEndian(UInt32.self, "the size of the object header"))
    try reader.skip(4, "padding")
    var blocks = [try reader.read(size, "the object header's messages")]
    var header = HDF5ObjectHeader()
    var found = 0
    while let block = blocks.popLast() {
      var messages = ByteReader(block)
      // A rest too short for a message is padding.
      while messages.remaining >= 8 {
        found += 1
        guard found <= count else {
          throw messages.malformed(expected: "\(count) messages", found: "more")
        }
        let type = try messages.readLittleEndian(UInt16.self, "a message type")
        let length = Int(try messages.readLittleEndian(UInt16.self, "a message's size"))
        let flags = try messages.readByte("a message's flags")
        try messages.skip(3, "reserved bytes")
        let body = try messages.read(length, "a message")
        if let (address, length) = try add(type, flags: flags, body, to: &header) {
          try visit(address, "a continuation block")
          let next = try space.reader(at: address, length: length, "a continuation block")
          blocks.append(next.bytes)
        }
      }
    }
    guard found == count else {
      throw ParseError(
        at: space.bytes.offset + address, expected: "\(count) messages", found: "\(found)")
    }
    return header
  }

  private mutating func parseNewHeader(at address: Int) throws(ParseError) -> HDF5ObjectHeader {
    var reader = try space.reader(at: address, "an object header")
    try reader.expect(Array("OHDR".utf8), "the signature OHDR")
    _ = try reader.readVersion(2...2, of: "the object header")
    let flags = try reader.readByte("the object header's flags")
    if flags & 0x20 != 0 { try reader.skip(16, "the object's times") }
    if flags & 0x10 != 0 { try reader.skip(4, "the attribute phase change") }
    let size = try reader.readSize(width: 1 << Int(flags & 3), "the size of the first block")
    let hasOrder = flags & 0x04 != 0
    var blocks = [try reader.read(size, "the object header's messages")]
    try reader.expectChecksum(from: 0, of: "the object header")
    var header = HDF5ObjectHeader()
    while let block = blocks.popLast() {
      var messages = ByteReader(block)
      // A rest too short for a message is a gap.
      while messages.remaining >= (hasOrder ? 6 : 4) {
        let type = UInt16(try messages.readByte("a message type"))
        let length = Int(try messages.readLittleEndian(UInt16.self, "a message's size"))
        let flags = try messages.readByte("a message's flags")
        if hasOrder { try messages.skip(2, "the creation order") }
        let body = try messages.read(length, "a message")
        if let (address, length) = try add(type, flags: flags, body, to: &header) {
          blocks.append(try readContinuation(at: address, length: length))
        }
      }
    }
    return header
  }

  private mutating func readContinuation(
    at address: Int, length: Int
  ) throws(ParseError) -> ByteSlice {
    try visit(address, "a continuation block")
    var reader = try space.reader(at: address, length: length, "a continuation block")
    try reader.expect(Array("OCHK".utf8), "the signature OCHK")
    guard length >= 8 else {
      throw reader.malformed(expected: "a continuation of 8 bytes or more", found: "\(length)")
    }
    let messages = try reader.read(length - 8, "the continuation's messages")
    try reader.expectChecksum(from: 0, of: "the continuation block")
    return messages
  }

  /// Keeps a message, or gives the place that a continuation message names.
  private mutating func add(
    _ type: UInt16, flags: UInt8, _ body: ByteSlice, to header: inout HDF5ObjectHeader
  ) throws(ParseError) -> (address: Int, length: Int)? {
    try countMessages(at: body.offset)
    guard let known = HDF5ObjectHeader.MessageType(rawValue: type) else {
      // Bit 3: a reader that does not know the type must not open the object.
      guard flags & 0x08 == 0 else {
        throw ParseError(
          .unsupported, at: body.offset, expected: "known header messages",
          found: "type \(type), which must be understood")
      }
      return nil
    }
    guard known != .none else { return nil }
    let isShared = flags & 0x02 != 0
    guard known == .continuation else {
      header.append(HDF5ObjectHeader.Message(type: known, isShared: isShared, body: body))
      return nil
    }
    var reader = ByteReader(body)
    let address = try reader.readDefinedAddress(space, "a continuation block")
    return (address, try reader.readLength(space, "the length of a continuation block"))
  }
}

extension HDF5ObjectHeader {
  fileprivate mutating func append(_ message: Message) { messages.append(message) }
}
