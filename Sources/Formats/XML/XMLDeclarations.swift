public import Bytes

/// What an XML document declares besides its elements, told from its text whatever its encoding.
public struct XMLDeclarations: Sendable {
  /// Public document types that programs write into plain data, by the start of their identifier.
  private static let publicTypes = [
    "-//W3C//DTD SVG ", "-//W3C//DTD XHTML ", "-//Apple//DTD PLIST ",
    "-//Apple Computer//DTD PLIST",
  ]

  /// The document as UTF-8.
  public let text: ByteSlice
  /// A declaration that makes readers fetch or expand something; nil without one.
  public let danger: String?
  /// Where it stands in the text.
  public let offset: Int

  /// Looks through the document.
  public init(_ bytes: ByteSlice) {
    let text = Self.decoded(bytes)
    self.text = text
    var danger: (what: String, offset: Int)?
    for (sign, what) in [
      ("<!ENTITY", "an entity"), ("<xi:include", "an inclusion"), ("XInclude", "an inclusion"),
      ("<!ELEMENT", "a document type of its own"), ("<!ATTLIST", "a document type of its own"),
    ] where danger == nil {
      danger = text.firstPlace(of: Array(sign.utf8)).map { (what, $0) }
    }
    if danger == nil, let place = text.firstPlace(of: Array("<!DOCTYPE".utf8)) {
      let declaration = String(
        decoding: text.suffix(text.count - place).prefix { $0 != UInt8(ascii: ">") }.prefix(4_096),
        as: UTF8.self)
      let isKnown = Self.publicTypes.contains { declaration.contains("\"\($0)") }
      let isPlain = declaration.split(separator: " ").count == 2
      if declaration.contains("[") || !(isKnown || isPlain) { danger = ("a document type", place) }
    }
    self.danger = danger?.what
    offset = danger?.offset ?? 0
  }

  /// UTF-16 as the bytes of its ASCII characters, which is what declarations are made of.
  private static func decoded(_ bytes: ByteSlice) -> ByteSlice {
    let isLittle = bytes.starts(with: [0xff, 0xfe]) || bytes.count > 1 && bytes[1] == 0
    let isBig = bytes.starts(with: [0xfe, 0xff]) || bytes.first == 0
    guard isLittle || isBig else { return bytes }
    let units = bytes.integers(UInt16.self, bigEndian: isBig && !isLittle)
    return ByteSlice(Array(String(decoding: units, as: UTF16.self).utf8))
  }
}
