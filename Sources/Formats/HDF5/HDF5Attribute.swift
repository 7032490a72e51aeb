public import Bytes

/// A named value of a group or data set.
public struct HDF5Attribute: Sendable, Equatable {
  /// The name, unique in its object.
  public let name: String
  /// The axes; empty for a single value.
  public let shape: [Int]
  /// The elements.
  public let value: Value

  /// The elements of an attribute, row-major.
  public enum Value: Sendable, Equatable {
    /// Texts without their padding, as ranges of the file.
    case texts([ByteSlice])
    /// Integers and floats.
    case numbers(StoredTensor)
    /// Texts and bytes in elements of several parts, and the name of a part's type that this reader
    /// does not know.
    case contents([ByteSlice], unknown: String?)
    /// No value at all (a null dataspace).
    case none
    /// Elements of a type that this reader does not know, by its name.
    case unsupported(String)
  }

  /// The texts in UTF-8, empty for an empty array of any type (Keras writes `[]` as floats); nil
  /// for other values.
  public var texts: [String]? {
    switch value {
    case .texts(let slices):
      var texts: [String] = []
      for slice in slices {
        guard let text = slice.utf8 else { return nil }
        texts.append(text)
      }
      return texts
    case .numbers(let tensor) where tensor.count == 0: return []
    default: return nil
    }
  }

  /// The bytes of a single text, nil for other values.
  public var text: ByteSlice? {
    guard case .texts(let slices) = value, slices.count == 1 else { return nil }
    return slices.first
  }
}

extension HDF5Parser {
  /// Reads an attribute message of version 1 to 3.
  ///
  /// Layout: version, flags or reserved (1 each), sizes of name, datatype and dataspace 2 each,
  /// version 3: character set 1; name, datatype, dataspace (version 1: each padded to 8); data.
  mutating func parseAttribute(_ message: ByteSlice) throws(ParseError) -> HDF5Attribute {
    var reader = ByteReader(message)
    let version = try reader.readVersion(1...3, of: "the attribute")
    let flags = try reader.readByte("the attribute's flags")
    let nameSize = Int(try reader.readLittleEndian(UInt16.self, "the size of the name"))
    let typeSize = Int(try reader.readLittleEndian(UInt16.self, "the size of the datatype"))
    let spaceSize = Int(try reader.readLittleEndian(UInt16.self, "the size of the dataspace"))
    if version == 3 { try reader.skip(1, "the character set") }
    func read(_ size: Int, _ what: String) throws(ParseError) -> ByteReader {
      let field = try reader.read(size, what)
      if version == 1 { try reader.skip((8 - size % 8) % 8, "padding") }
      return ByteReader(field)
    }
    var nameField = try read(nameSize, "the attribute's name")
    let name = try nameField.readTerminatedText("the attribute's name")
    var typeField = try read(typeSize, "the attribute's datatype")
    var spaceField = try read(spaceSize, "the attribute's dataspace")
    guard version == 1 || flags & 3 == 0 else {
      return HDF5Attribute(name: name, shape: [], value: .unsupported("shared datatype"))
    }
    let type = try HDF5Datatype(parsing: &typeField, space: space)
    let dataspace = try HDF5Dataspace(parsing: &spaceField, space: space)
    let size = try dataspace.byteCount(elementSize: type.size(in: space), at: reader.offset)
    let data = try reader.read(size, "the attribute '\(name)'")
    let value = try parseValue(data, type: type, dataspace: dataspace)
    return HDF5Attribute(name: name, shape: dataspace.shape, value: value)
  }

  private mutating func parseValue(
    _ data: ByteSlice, type: HDF5Datatype, dataspace: HDF5Dataspace
  ) throws(ParseError) -> HDF5Attribute.Value {
    if dataspace.isNull { return .none }
    switch type {
    case .number(let element, let order):
      return .numbers(
        try StoredTensor(
          shape: dataspace.shape, elementType: element, byteOrder: order, bytes: data))
    case .fixedText(let length, let padding):
      var texts: [ByteSlice] = []
      var reader = ByteReader(data)
      while !reader.isAtEnd {
        let field = try reader.read(length, "a text")
        try countText(field)
        texts.append(try field.unpadded(padding == .spaces ? 0x20 : 0))
      }
      return .texts(texts)
    case .variableText:
      var texts: [ByteSlice] = []
      var reader = ByteReader(data)
      while !reader.isAtEnd {
        let text = try readHeapReference(&reader)
        try countText(text)
        texts.append(try text.unpadded(0))
      }
      return .texts(texts)
    case .opaque, .inner, .sequence, .array, .compound:
      return .contents(try readContents(data, of: type), unknown: type.unknown)
    case .unsupported(let name, _): return .unsupported(name)
    }
  }

  private mutating func readContents(
    _ data: ByteSlice, of type: HDF5Datatype
  ) throws(ParseError) -> [ByteSlice] {
    var reader = HDF5ElementReader(space: space, limit: limits.headerBytes, heaps: heaps)
    var contents: [ByteSlice] = []
    try reader.read(data, of: type) { contents.append($0) }
    for content in contents { try countText(content) }
    return contents
  }
}

extension ByteSlice {
  /// The bytes before those at the end that fill a field up.
  func withoutFiller(_ filler: UInt8) -> ByteSlice {
    prefix(lastIndex { $0 != filler }.map { $0 + 1 } ?? 0)
  }

  /// The text without the bytes that fill it up. A zero byte inside is refused: one reader stops
  /// at it, another does not.
  fileprivate func unpadded(_ filler: UInt8) throws(ParseError) -> ByteSlice {
    let text = withoutFiller(filler)
    if let hidden = text.firstIndex(of: 0) {
      throw ParseError(
        at: text.offset + hidden, expected: "text without a zero byte", found: "a zero byte")
    }
    return text
  }
}
