import Bytes
import Formats

/// An element of an XML document with all that it holds.
struct XMLNode {
  let name: String
  let attributes: [XMLReader.Attribute]
  let offset: Int
  fileprivate(set) var text = ""
  fileprivate(set) var children: [XMLNode] = []

  private static let nodeLimit = 400_000

  /// Reads the document's root. The reader refuses document types and entities.
  init(parsing bytes: ByteSlice) throws(ParseError) {
    var reader = XMLReader(bytes)
    var open: [XMLNode] = []
    var count = 0
    while let event = try reader.next() {
      switch event {
      case .start(let name, let attributes, let offset):
        count += 1 + attributes.count
        guard count <= XMLNode.nodeLimit else {
          throw ParseError(
            .limit, at: offset, expected: "at most \(XMLNode.nodeLimit) elements", found: "more")
        }
        open.append(XMLNode(XMLNode.local(name), attributes, offset))
      case .text(let text, _):
        if let last = open.indices.last { open[last].text += text }
      case .end:
        guard var node = open.popLast() else { continue }
        node.text = node.text.trimmed
        guard let parent = open.indices.last else {
          // Comments alone may follow.
          while try reader.next() != nil {}
          self = node
          return
        }
        open[parent].children.append(node)
      }
    }
    throw ParseError(at: bytes.count, expected: "an element", found: "the end")
  }

  private init(_ name: String, _ attributes: [XMLReader.Attribute], _ offset: Int) {
    self.name = name
    self.attributes = attributes
    self.offset = offset
  }

  /// The name without its name space.
  private static func local(_ name: String) -> String {
    name.utf8.lastIndex(of: UInt8(ascii: ":")).map { String(name[$0...].dropFirst()) } ?? name
  }

  /// The first child of the name.
  subscript(name: String) -> XMLNode? { children.first { $0.name == name } }

  /// The children of the name in the first child of the other name.
  func list(_ name: String, _ element: String) -> [XMLNode] {
    self[name]?.children.filter { $0.name == element } ?? []
  }

  /// The text of the first child of the name; nil when it is empty.
  func text(_ name: String) -> String? {
    guard let text = self[name]?.text, !text.isEmpty else { return nil }
    return text
  }

  /// The value of an attribute.
  func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
}

extension String {
  /// Without white space at its ends.
  fileprivate var trimmed: String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    let start = utf8.drop(while: isSpace)
    guard let end = start.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(Substring(start[...end]))
  }
}
