public import Bytes

/// The type of an HDF5 data set's or attribute's elements.
public enum HDF5Datatype: Sendable, Equatable {
  /// Integers and IEEE floats.
  case number(ElementType, ByteOrder)
  /// Text of a fixed number of bytes.
  case fixedText(length: Int, padding: Padding)
  /// Text of any length, kept in a global heap.
  case variableText
  /// Bytes that mean something to their writer alone.
  case opaque(length: Int)
  /// Values that mean something inside the file alone: references, bit fields, times; by name.
  case inner(String, size: Int)
  /// Any number of elements, kept in a global heap.
  indirect case sequence(HDF5Datatype)
  /// Elements side by side.
  indirect case array(HDF5Datatype, count: Int)
  /// Members, each of a type of its own.
  case compound([Member], size: Int)
  /// A type that the format knows and this reader does not, by its name and element size.
  case unsupported(String, size: Int)

  /// A part of a compound element.
  public struct Member: Sendable, Equatable {
    let offset: Int
    let type: HDF5Datatype
  }

  /// What fills a fixed text up.
  public enum Padding: Sendable {
    case zeroTerminated
    case zeros
    case spaces
  }

  /// Bytes of one element, a reference for text of any length.
  func size(in space: HDF5Space) -> Int {
    switch self {
    case .number(let type, _): type.size
    case .fixedText(let length, _): length
    case .variableText, .sequence: 8 + space.addressWidth
    case .opaque(let length): length
    case .array(let type, let count): type.size(in: space) * count
    case .inner(_, let size), .compound(_, let size), .unsupported(_, let size): size
    }
  }

  /// The type as a person would name it.
  public var name: String {
    switch self {
    case .number(let type, let order):
      order == .big && type.size > 1 ? "big-endian \(type.rawValue)" : type.rawValue
    case .fixedText(let length, _): "text of \(length) bytes"
    case .variableText: "text of any length"
    case .opaque(let length): "opaque, \(length) bytes"
    case .sequence(let type): "any number of \(type.name)"
    case .array(let type, let count): "\(count) of \(type.name)"
    case .compound(let members, _): "compound of \(members.count) members"
    case .inner(let name, _), .unsupported(let name, _): name
    }
  }

  /// Nesting of types in types.
  private static let depth = 8

  /// Names of the classes 0 to 11 (HDF5 file format 3.0, IV.A.2.d).
  private static let classNames = [
    "integer", "floating point", "time", "text", "bit field", "opaque", "compound", "reference",
    "enumeration", "variable length", "array", "complex",
  ]

  /// Reads a datatype message.
  ///
  /// Layout: class (low half) and version (high half) 1, class bits 3, element size 4, then the
  /// properties of the class.
  init(
    parsing reader: inout ByteReader, space: HDF5Space, depth: Int = 0
  ) throws(ParseError) {
    let start = reader.offset
    let head = try reader.readByte("a datatype")
    let bits = UInt32(try reader.readSize(width: 3, "the class bits"))
    let size = Int(try reader.readLittleEndian(UInt32.self, "the element size"))
    let kind = Int(head & 15)
    guard (1...5).contains(head >> 4), kind < Self.classNames.count else {
      throw ParseError(
        .unsupported, at: start, expected: "a datatype of version 1 to 5 and class 0 to 11",
        found: "version \(head >> 4), class \(kind)")
    }
    guard size > 0 else {
      throw ParseError(at: start, expected: "elements of 1 byte or more", found: "0")
    }
    guard depth < Self.depth else {
      throw ParseError(
        .unsupported, at: start, expected: "types nested at most \(Self.depth) deep", found: "more")
    }
    let parts = Parts(version: head >> 4, bits: Int(bits), size: size, space: space, depth: depth)
    let known: HDF5Datatype? =
      switch kind {
      case 0: try Self.integer(&reader, bits: bits, size: size)
      case 1: try Self.float(&reader, bits: bits, size: size)
      case 3: Self.text(bits: bits, size: size)
      default: try parts.parse(&reader, kind: kind, name: Self.classNames[kind])
      }
    self = known ?? .unsupported(Self.classNames[kind], size: size)
  }

  private static func integer(
    _ reader: inout ByteReader, bits: UInt32, size: Int
  ) throws(ParseError) -> HDF5Datatype? {
    let bitOffset = try reader.readLittleEndian(UInt16.self, "the bit offset")
    let precision = Int(try reader.readLittleEndian(UInt16.self, "the bit precision"))
    guard bitOffset == 0, precision == 8 * size,
      let type = ElementType.integer(size: size, isSigned: bits & 8 != 0)
    else { return nil }
    return .number(type, bits & 1 == 0 ? .little : .big)
  }

  private static func float(
    _ reader: inout ByteReader, bits: UInt32, size: Int
  ) throws(ParseError) -> HDF5Datatype? {
    let bitOffset = try reader.readLittleEndian(UInt16.self, "the bit offset")
    let precision = Int(try reader.readLittleEndian(UInt16.self, "the bit precision"))
    var shape: [UInt8] = []
    for what in ["exponent's place", "exponent's size", "fraction's place", "fraction's size"] {
      shape.append(try reader.readByte("the \(what)"))
    }
    let bias = try reader.readLittleEndian(UInt32.self, "the exponent's bias")
    // Bits 4 and 5 = 2: the leading 1 of the fraction is implied. Bit 6 with bit 0: VAX order.
    let sign = Int(bits >> 8 & 255)
    guard bitOffset == 0, precision == 8 * size, sign == 8 * size - 1, bits & 0x70 == 0x20 else {
      return nil
    }
    let order: ByteOrder = bits & 1 == 0 ? .little : .big
    switch (shape, bias) {
    case ([10, 5, 0, 10], 15) where size == 2: return .number(.float16, order)
    case ([7, 8, 0, 7], 127) where size == 2: return .number(.bfloat16, order)
    case ([23, 8, 0, 23], 127) where size == 4: return .number(.float32, order)
    case ([52, 11, 0, 52], 1023) where size == 8: return .number(.float64, order)
    default: return nil
    }
  }

  private static func text(bits: UInt32, size: Int) -> HDF5Datatype? {
    switch bits & 15 {
    case 0: .fixedText(length: size, padding: .zeroTerminated)
    case 1: .fixedText(length: size, padding: .zeros)
    case 2: .fixedText(length: size, padding: .spaces)
    default: nil
    }
  }
}

/// The axes of a data set or attribute.
struct HDF5Dataspace {
  let shape: [Int]
  /// A null dataspace has no element; a scalar has no axis and one element.
  let isNull: Bool

  /// Reads a dataspace message.
  ///
  /// Layout: version, rank, flags (1 each), version 1: reserved 5, version 2: type 1; sizes;
  /// with flag 0: maximal sizes.
  init(parsing reader: inout ByteReader, space: HDF5Space) throws(ParseError) {
    let version = try reader.readVersion(1...2, of: "the dataspace")
    let rank = Int(try reader.readByte("the rank"))
    let flags = try reader.readByte("the dataspace's flags")
    guard flags & 2 == 0 else {
      throw reader.unsupported("axes in order", found: "a permutation")
    }
    let start = reader.offset
    var kind: UInt8 = rank == 0 ? 0 : 1
    if version == 1 {
      try reader.skip(5, "reserved bytes")
    } else {
      kind = try reader.readByte("the dataspace's type")
    }
    guard kind <= 2, (kind == 1) == (rank > 0) else {
      throw ParseError(
        at: start, expected: "a scalar, simple or null dataspace", found: "type \(kind)")
    }
    var sizes: [Int] = []
    for _ in 0..<rank { sizes.append(try reader.readLength(space, "the size of an axis")) }
    if flags & 1 != 0 { try reader.skip(rank * space.lengthWidth, "the maximal sizes") }
    shape = sizes
    isNull = kind == 2
  }

  /// The bytes that the elements take.
  func byteCount(elementSize: Int, at offset: Int) throws(ParseError) -> Int {
    isNull ? 0 : try checkedByteCount(of: shape, elementSize: elementSize, at: offset)
  }
}
