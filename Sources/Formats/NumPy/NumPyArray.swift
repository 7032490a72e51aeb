public import Bytes

// The layout of `.npy` (NEP 1, numpy/lib/format.py):
//   "\x93NUMPY", major 1, minor 1, length of the header (version 1: 2, else 4; little-endian),
//   a Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (16, 28, 28, 1), }
//   padded with spaces and ended by a newline, then the elements. Version 3 is UTF-8.

/// An array in NumPy's `.npy` format, version 1 to 3.
public struct NumPyArray: Sendable {
  /// What the elements are.
  public enum Datatype: Sendable, Equatable {
    /// Integers, floats and truth values.
    case number(ElementType, ByteOrder)
    /// Python objects: what follows the header is a pickle.
    case object
    /// Records, with `hasObjects` when a field of them is an object.
    case record(hasObjects: Bool)
    /// A type that the format allows and this reader does not know, as it is written.
    case unsupported(String)
  }

  /// The longest header. NumPy itself wants permission above 10,000 bytes.
  private static let headerBytes = 1 << 20

  /// What the elements are.
  public let datatype: Datatype
  /// Whether the first axis varies fastest.
  public let isFortranOrder: Bool
  /// The axes, outermost first.
  public let shape: [Int]
  /// Everything after the header: the elements, or a pickle of them.
  public let data: ByteSlice

  /// Reads the header. The elements are not touched.
  ///
  /// - Throws: `ParseError`, also when there are fewer bytes than the shape demands.
  public init(parsing bytes: ByteSlice) throws(ParseError) {
    var reader = ByteReader(bytes)
    try reader.expect([0x93] + Array("NUMPY".utf8), "the signature of npy")
    let major = try reader.readVersion(1...3, of: "the npy format")
    _ = try reader.readVersion(0...0, of: "the npy format's minor number")
    let length = try reader.readSize(width: major == 1 ? 2 : 4, "the header's length")
    guard length <= Self.headerBytes else {
      throw ParseError(
        .limit, at: reader.offset, expected: "a header of at most \(Self.headerBytes) bytes",
        found: "\(length)")
    }
    let text = try reader.read(length, "the header")
    try self.init(header: PythonLiteral(parsing: text), at: text.offset, data: reader.readRest())
  }

  private init(
    header: PythonLiteral, at offset: Int, data: ByteSlice
  ) throws(ParseError) {
    guard case .dictionary(let members) = header,
      members.map(\.key).sorted() == ["descr", "fortran_order", "shape"],
      let order = members.first(where: { $0.key == "fortran_order" })?.value,
      case .bool(let isFortranOrder) = order,
      let sizes = members.first(where: { $0.key == "shape" })?.value,
      case .tuple(let axes) = sizes,
      let type = members.first(where: { $0.key == "descr" })?.value
    else {
      throw ParseError(
        at: offset, expected: "the keys descr, fortran_order and shape", found: "other ones")
    }
    var shape: [Int] = []
    for axis in axes {
      guard case .integer(let size) = axis, size >= 0 else {
        throw ParseError(at: offset, expected: "a shape of sizes", found: "another value")
      }
      shape.append(size)
    }
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    self.data = data
    datatype = try Self.datatype(type, at: offset)
    guard case .number(let element, _) = datatype else { return }
    let size = try checkedByteCount(of: shape, elementSize: element.size, at: offset)
    guard size <= data.count else {
      throw ParseError(
        at: data.offset, expected: "\(size) bytes for \(element.rawValue) \(shape)",
        found: "\(data.count) bytes")
    }
  }

  private static func datatype(
    _ literal: PythonLiteral, at offset: Int
  ) throws(ParseError) -> Datatype {
    switch literal {
    case .string(let code): return datatype(code)
    case .list(let fields): return .record(hasObjects: try fieldsHoldObjects(fields, at: offset))
    default:
      throw ParseError(at: offset, expected: "a type as text or list", found: "another value")
    }
  }

  /// A type string: byte order, kind, size.
  private static func datatype(_ code: String) -> Datatype {
    var rest = Substring(code)
    var order = ByteOrder.little
    if let first = rest.first, "<>|=".contains(first) {
      order = first == ">" ? .big : .little
      rest = rest.dropFirst()
    }
    if rest == "O" || rest == "O4" || rest == "O8" { return .object }
    let element: ElementType? =
      switch rest {
      case "b1", "?": .bool
      case "i1": .int8
      case "i2": .int16
      case "i4": .int32
      case "i8": .int64
      case "u1": .uint8
      case "u2": .uint16
      case "u4": .uint32
      case "u8": .uint64
      case "f2": .float16
      case "f4": .float32
      case "f8": .float64
      default: nil
      }
    return element.map { .number($0, order) } ?? .unsupported(code)
  }

  /// Whether a field of a record is an object. A field is (name, type) or (name, type, shape); a
  /// type may be a list of fields again, or a pair (type, shape).
  private static func fieldsHoldObjects(
    _ fields: [PythonLiteral], at offset: Int
  ) throws(ParseError) -> Bool {
    var found = false
    for field in fields {
      guard case .tuple(let parts) = field, (2...3).contains(parts.count) else {
        throw ParseError(at: offset, expected: "a field of name and type", found: "another value")
      }
      var type = parts[1]
      while case .tuple(let pair) = type, let first = pair.first { type = first }
      switch try datatype(type, at: offset) {
      case .object, .record(hasObjects: true): found = true
      case .number, .record, .unsupported: break
      }
    }
    return found
  }

  /// The pickle of an array of objects; nil for other arrays, and for what is none.
  public static func pickledData(of bytes: ByteSlice) -> ByteSlice? {
    do throws(ParseError) {
      let array = try NumPyArray(parsing: bytes)
      switch array.datatype {
      case .object, .record(hasObjects: true): return array.data
      case .number, .record, .unsupported: return nil
      }
    } catch {
      return nil
    }
  }

  /// Whether the header has parts that no literal has and an expression needs: a call, an
  /// operator, a name.
  public static func headerMayBeCode(_ bytes: ByteSlice) -> Bool {
    guard bytes.count > 12, bytes[0] == 0x93 else { return false }
    let isShort = bytes[6] == 1
    let width = isShort ? 2 : 4
    let length = (0..<width).reversed().reduce(0) { $0 << 8 | Int(bytes[8 + $1]) }
    var rest = bytes.suffix(bytes.count - 8 - width).prefix(min(length, headerBytes))[...]
    var word: [UInt8] = []
    while let byte = rest.popFirst() {
      let isLetter = (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
      if isLetter {
        word.append(byte)
        continue
      }
      if !word.isEmpty {
        guard ["True", "False", "None", "L"].contains(String(decoding: word, as: UTF8.self)) else {
          return true
        }
        word = []
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        while let next = rest.popFirst(), next != byte {}
      case UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "%"),
        UInt8(ascii: "@"), UInt8(ascii: "="), UInt8(ascii: ";"), UInt8(ascii: "\\"):
        return true
      default: break
      }
    }
    return false
  }

  /// Bytes after the last element, which NumPy does not read; empty for a pickle.
  public var trailing: ByteSlice {
    guard case .number(let element, _) = datatype else { return .empty }
    return data.suffix(data.count - shape.reduce(element.size, *))
  }

  /// The elements, row-major: a range of the file, or a copy when the first axis varies fastest.
  ///
  /// - Throws: `ParseError` when the elements are no numbers or more bytes follow them.
  public func tensor() throws(ParseError) -> StoredTensor {
    guard case .number(let element, let order) = datatype else {
      throw ParseError(
        .unsupported, at: data.offset, expected: "an array of numbers", found: datatype.name)
    }
    let bytes =
      isFortranOrder && shape.count > 1
      ? try rowMajor(data, elementSize: element.size) : data
    return try StoredTensor(shape: shape, elementType: element, byteOrder: order, bytes: bytes)
  }

  private func rowMajor(_ columns: ByteSlice, elementSize: Int) throws(ParseError) -> ByteSlice {
    let count = columns.count / elementSize
    var output = [UInt8](repeating: 0, count: columns.count)
    var index = [Int](repeating: 0, count: shape.count)
    for element in 0..<count {
      var source = 0
      for axis in shape.indices.reversed() { source = source * shape[axis] + index[axis] }
      guard source < count else { break }
      for byte in 0..<elementSize {
        output[element * elementSize + byte] = columns[source * elementSize + byte]
      }
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
    return ByteSlice(output)
  }
}

extension NumPyArray.Datatype {
  /// The type as a person would name it.
  public var name: String {
    switch self {
    case .number(let type, _): type.rawValue
    case .object: "Python objects"
    case .record: "records"
    case .unsupported(let code): "type '\(safeText(code))'"
    }
  }
}
