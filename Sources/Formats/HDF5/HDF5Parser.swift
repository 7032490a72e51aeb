import Bytes

/// Reads the objects of an HDF5 file, keeping the counts that bound the work.
///
/// Every block is entered at most once, so that no cycle of addresses and no sharing of blocks
/// can cost more than the file is long.
struct HDF5Parser {
  /// Nesting of groups.
  static let depth = 64
  /// Objects, and header messages, records and heap objects of all of them.
  static let objectCount = 100_000
  static let messageCount = 1_000_000

  let space: HDF5Space
  let limits: Limits
  private var visited: Set<Int> = []
  private var paths: [Int: String] = [:]
  let heaps = HDF5Heaps()
  private var messagesLeft = Self.messageCount
  private var textBytesLeft: Int

  init(space: HDF5Space, limits: Limits) {
    self.space = space
    self.limits = limits
    textBytesLeft = limits.headerBytes
  }

  /// Notes a block; an error when it was entered before.
  mutating func visit(_ address: Int, _ what: String) throws(ParseError) {
    guard visited.insert(address).inserted else {
      throw ParseError(
        at: space.bytes.offset + address, expected: "\(what) that nothing else refers to",
        found: "one seen before")
    }
  }

  /// Counts messages, records and heap objects: everything small that a file can have many of.
  mutating func countMessages(_ count: Int = 1, at offset: Int) throws(ParseError) {
    guard messagesLeft >= count else {
      throw ParseError(
        .limit, at: offset, expected: "at most \(Self.messageCount) messages", found: "more")
    }
    messagesLeft -= count
  }

  /// Many references may name one long text: their sum is bounded, not the file alone.
  mutating func countText(_ text: ByteSlice) throws(ParseError) {
    guard text.count <= textBytesLeft else {
      throw ParseError(
        .limit, at: text.offset, expected: "at most \(limits.headerBytes) bytes of attributes",
        found: "more")
    }
    textBytesLeft -= text.count
  }

  /// Reads the object at the address, or says by which path it was reached before.
  ///
  /// What is wrong inside the object becomes its `unreadable` target, so that the rest of the
  /// file stays visible; reaching a limit ends the reading.
  mutating func parseTarget(
    at address: Int, path: String, depth: Int
  ) throws(ParseError) -> HDF5Link.Target {
    if let known = paths[address] { return .alias(of: known) }
    guard depth < Self.depth, paths.count < Self.objectCount else {
      throw ParseError(
        .limit, at: space.bytes.offset + address,
        expected: "at most \(Self.objectCount) objects, nested at most \(Self.depth) deep",
        found: "more")
    }
    paths[address] = path
    do {
      try visit(address, "an object header")
      return try parseObject(at: address, path: path, depth: depth)
    } catch {
      guard error.kind != .limit else { throw error }
      return .unreadable(error)
    }
  }

  private mutating func parseObject(
    at address: Int, path: String, depth: Int
  ) throws(ParseError) -> HDF5Link.Target {
    let header = try parseHeader(at: address)
    let attributes = try parseAttributes(of: header)
    if !header.all(.dataspace).isEmpty {
      return .dataset(try parseDataset(header, path: path, attributes: attributes))
    }
    if header.all(.symbolTable).isEmpty, header.all(.linkInfo).isEmpty, header.all(.link).isEmpty {
      if !header.all(.datatype).isEmpty { return .datatype }
    }
    let links = try parseLinks(of: header, path: path, depth: depth)
    return .group(HDF5Group(path: path, attributes: attributes, links: links))
  }

  private mutating func parseAttributes(
    of header: HDF5ObjectHeader
  ) throws(ParseError) -> [HDF5Attribute] {
    var attributes: [HDF5Attribute] = []
    var names: Set<String> = []
    for message in try attributeMessages(of: header) {
      let attribute = try parseAttribute(message)
      guard names.insert(attribute.name).inserted else {
        throw ParseError(
          at: message.offset, expected: "a new attribute",
          found: "'\(safeText(attribute.name))' again")
      }
      attributes.append(attribute)
    }
    return attributes
  }

  private mutating func attributeMessages(
    of header: HDF5ObjectHeader
  ) throws(ParseError) -> [ByteSlice] {
    var bodies: [ByteSlice] = []
    for message in header.all(.attribute) {
      guard !message.isShared else {
        throw ParseError(
          .unsupported, at: message.body.offset, expected: "an attribute in its object",
          found: "a shared one")
      }
      bodies.append(message.body)
    }
    if let info = try header.one(.attributeInfo) {
      bodies += try denseAttributes(info.body)
    }
    return bodies
  }
}
