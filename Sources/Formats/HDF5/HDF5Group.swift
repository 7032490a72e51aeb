public import Bytes

/// A group: named links to other objects, and attributes.
public struct HDF5Group: Sendable {
  /// The path from the root, without a leading slash; empty for the root.
  public let path: String
  /// The attributes in file order.
  public let attributes: [HDF5Attribute]
  /// The links in file order: that of the names' bytes in old files.
  public let links: [HDF5Link]
  private let attributePlaces: [String: Int]
  private let linkPlaces: [String: Int]

  /// A group whose attributes and links have unique names.
  init(path: String, attributes: [HDF5Attribute], links: [HDF5Link]) {
    self.path = path
    self.attributes = attributes
    self.links = links
    attributePlaces = Dictionary(
      uniqueKeysWithValues: attributes.enumerated().map { ($1.name, $0) })
    linkPlaces = Dictionary(uniqueKeysWithValues: links.enumerated().map { ($1.name, $0) })
  }

  /// The attribute with the name, nil when there is none.
  public func attribute(_ name: String) -> HDF5Attribute? {
    attributePlaces[name].map { attributes[$0] }
  }

  /// The link with the name, nil when there is none.
  public func link(_ name: String) -> HDF5Link? {
    linkPlaces[name].map { links[$0] }
  }

  /// The group that a link of the name leads to.
  ///
  /// - Throws: `ParseError` when there is none or it cannot be read.
  public func group(_ name: String) throws(ParseError) -> HDF5Group {
    guard case .group(let group) = try target(name) else {
      throw ParseError(at: 0, expected: "a group '\(safeText(name))'", found: "another object")
        .inside("/" + path)
    }
    return group
  }

  /// The data set at the end of the path, which may hold slashes.
  ///
  /// - Throws: `ParseError` when there is none or it cannot be read.
  public func dataset(_ path: String) throws(ParseError) -> HDF5Dataset {
    var group = self
    var names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let last = names.popLast() ?? ""
    for name in names { group = try group.group(name) }
    guard case .dataset(let dataset) = try group.target(last) else {
      throw ParseError(at: 0, expected: "a data set '\(safeText(path))'", found: "another object")
        .inside("/" + self.path)
    }
    return dataset
  }

  private func target(_ name: String) throws(ParseError) -> HDF5Link.Target {
    guard let link = link(name) else {
      throw ParseError(at: 0, expected: "a link '\(safeText(name))'", found: "none")
        .inside("/" + path)
    }
    if case .unreadable(let error) = link.target { throw error.inside("/" + path + "/" + name) }
    return link.target
  }
}

/// A name in a group and what it leads to.
public struct HDF5Link: Sendable {
  /// The name, unique in its group.
  public let name: String
  /// What the name leads to.
  public let target: Target

  /// What a link leads to.
  public indirect enum Target: Sendable {
    case group(HDF5Group)
    case dataset(HDF5Dataset)
    /// A type that is stored under a name of its own.
    case datatype
    /// An object that another path led to before.
    case alias(of: String)
    /// A path in the same file, resolved when it is opened.
    case soft(String)
    /// An object in another file, which the reading library would open.
    case external(file: String, path: String)
    /// A link of a kind that only its writer understands.
    case userDefined(kind: Int)
    /// An object that contradicts the format or needs what this reader does not know.
    case unreadable(ParseError)
  }
}

/// What a link message or symbol table entry says before its target is read.
enum HDF5RawLink {
  case hard(Int)
  case other(HDF5Link.Target)
}

extension HDF5Parser {
  mutating func parseLinks(
    of header: HDF5ObjectHeader, path: String, depth: Int
  ) throws(ParseError) -> [HDF5Link] {
    var raw: [(name: String, link: HDF5RawLink)] = []
    for message in header.all(.link) { raw.append(try parseLinkMessage(message.body)) }
    if let info = try header.one(.linkInfo) { raw += try denseLinks(info.body) }
    if let table = try header.one(.symbolTable) { raw += try parseSymbolTable(table.body) }
    var links: [HDF5Link] = []
    var names: Set<String> = []
    for (name, link) in raw {
      // The empty name, a dot and a slash mean something else in a path.
      guard !name.isEmpty, name != ".", !name.utf8.contains(UInt8(ascii: "/")),
        names.insert(name).inserted
      else {
        throw ParseError(
          at: space.bytes.offset, expected: "a new name without a slash",
          found: "'\(safeText(name))'"
        ).inside("/" + path)
      }
      switch link {
      case .hard(let address):
        let inner = path.isEmpty ? name : path + "/" + name
        links.append(
          HDF5Link(
            name: name, target: try parseTarget(at: address, path: inner, depth: depth + 1)))
      case .other(let target): links.append(HDF5Link(name: name, target: target))
      }
    }
    return links
  }

  /// Reads a link message.
  ///
  /// Layout: version 1, flags 1, [type 1], [creation order 8], [character set 1], length of the
  /// name 1/2/4/8, name; hard: address; soft: length 2, path; external: length 2, version and
  /// flags 1, file and path, each with a zero byte (HDF5 file format 3.0, IV.A.2.g).
  func parseLinkMessage(
    _ message: ByteSlice
  ) throws(ParseError) -> (name: String, link: HDF5RawLink) {
    var reader = ByteReader(message)
    _ = try reader.readVersion(1...1, of: "the link")
    let flags = try reader.readByte("the link's flags")
    let kind = flags & 0x08 != 0 ? Int(try reader.readByte("the link's type")) : 0
    if flags & 0x04 != 0 { try reader.skip(8, "the creation order") }
    if flags & 0x10 != 0 { try reader.skip(1, "the character set") }
    let length = try reader.readSize(width: 1 << Int(flags & 3), "the length of the link's name")
    let name = try reader.readText(length, "the link's name")
    if kind == 0 { return (name, .hard(try reader.readDefinedAddress(space, "a linked object"))) }
    let size = Int(try reader.readLittleEndian(UInt16.self, "the length of the link's value"))
    switch kind {
    case 1: return (name, .other(.soft(try reader.readText(size, "the soft link's path"))))
    case 64:
      var value = ByteReader(try reader.read(size, "the external link"))
      try value.skip(1, "the external link's flags")
      let file = try value.readTerminatedText("the external link's file")
      let path = try value.readTerminatedText("the external link's path")
      return (name, .other(.external(file: file, path: path)))
    default: return (name, .other(.userDefined(kind: kind)))
    }
  }

  /// Reads a symbol table message: address of the B-tree, address of the local heap.
  private mutating func parseSymbolTable(
    _ message: ByteSlice
  ) throws(ParseError) -> [(name: String, link: HDF5RawLink)] {
    var reader = ByteReader(message)
    let tree = try reader.readDefinedAddress(space, "a group's B-tree")
    let heapAddress = try reader.readDefinedAddress(space, "a local heap")
    try visit(heapAddress, "a local heap")
    let heap = try HDF5LocalHeap(parsing: heapAddress, in: space)
    var raw: [(name: String, link: HDF5RawLink)] = []
    try walkGroupTree(at: tree, level: nil, heap: heap, into: &raw)
    return raw
  }

  /// Walks a version 1 B-tree of a group.
  ///
  /// Layout: "TREE", node type 0, level 1, entries 2, left and right sibling; then alternately a
  /// key (a length) and a child (an address), and a last key.
  private mutating func walkGroupTree(
    at address: Int, level expected: Int?, heap: HDF5LocalHeap,
    into links: inout [(name: String, link: HDF5RawLink)]
  ) throws(ParseError) {
    try visit(address, "a B-tree node")
    var reader = try space.reader(at: address, "a B-tree node")
    try reader.expect(Array("TREE".utf8), "the signature TREE")
    let level = try reader.readTreeNodeHead(kind: 0, level: expected)
    let count = Int(try reader.readLittleEndian(UInt16.self, "the number of entries"))
    try reader.skip(2 * space.addressWidth, "the siblings")
    for _ in 0..<count {
      try reader.skip(space.lengthWidth, "a key")
      let child = try reader.readDefinedAddress(space, "a B-tree child")
      if level > 0 {
        try walkGroupTree(at: child, level: level - 1, heap: heap, into: &links)
      } else {
        try readSymbolNode(at: child, heap: heap, into: &links)
      }
    }
  }

  /// Reads a symbol table node.
  ///
  /// Layout: "SNOD", version 1, reserved 1, count 2; entries: place of the name in the heap,
  /// address of the object header, cache type 4, reserved 4, scratch 16.
  private mutating func readSymbolNode(
    at address: Int, heap: HDF5LocalHeap,
    into links: inout [(name: String, link: HDF5RawLink)]
  ) throws(ParseError) {
    try visit(address, "a symbol table node")
    var reader = try space.reader(at: address, "a symbol table node")
    try reader.expect(Array("SNOD".utf8), "the signature SNOD")
    _ = try reader.readVersion(1...1, of: "the symbol table node")
    try reader.skip(1, "a reserved byte")
    let count = Int(try reader.readLittleEndian(UInt16.self, "the number of symbols"))
    for _ in 0..<count {
      let place = try reader.readSize(width: space.addressWidth, "the place of a name")
      let name = try heap.text(at: place, "a link's name")
      let object = try reader.readAddress(space, "an object header")
      let start = reader.offset
      let cache = try reader.readLittleEndian(UInt32.self, "the cache type")
      try reader.skip(4, "reserved bytes")
      var scratch = ByteReader(try reader.read(16, "the scratch space"))
      if cache == 2 {
        let value = Int(try scratch.readLittleEndian(UInt32.self, "the place of a soft link"))
        links.append((name, .other(.soft(try heap.text(at: value, "a soft link's path")))))
        continue
      }
      guard cache <= 1, let object else {
        throw ParseError(
          at: start, expected: "an object or a soft link", found: "cache type \(cache)")
      }
      links.append((name, .hard(object)))
    }
  }
}

extension ByteReader {
  /// The type and level of a version 1 B-tree node after its signature.
  mutating func readTreeNodeHead(kind: UInt8, level expected: Int?) throws(ParseError) -> Int {
    let start = offset
    let found = try readByte("the node type")
    let level = Int(try readByte("the node level"))
    guard found == kind, expected.map({ $0 == level }) ?? (level < HDF5Parser.depth) else {
      throw ParseError(
        at: start, expected: "a node of type \(kind), level \(expected ?? 0)",
        found: "type \(found), level \(level)")
    }
    return level
  }
}
