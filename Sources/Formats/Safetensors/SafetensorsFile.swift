public import Bytes

// The layout of safetensors: length of the header 8 (little-endian), a JSON object
//   {"__metadata__": {text: text}, name: {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
// perhaps padded with spaces, then the buffer that the offsets count in.

/// A safetensors file: named tensors over one buffer that they fill without gap or overlap.
public struct SafetensorsFile: Sendable {
  /// The longest header that the format allows.
  public static let headerBytes = 100_000_000

  /// One tensor.
  public struct Tensor: Sendable, Equatable {
    /// Its name, unique in the file.
    public let name: String
    /// The axes, outermost first.
    public let shape: [Int]
    /// The type as it is written, such as `F32`.
    public let datatype: String
    /// The elements, little-endian and row-major.
    public let bytes: ByteSlice
  }

  /// The tensors in the order of the buffer.
  public let tensors: [Tensor]
  /// The metadata's texts in the order of the header.
  public let metadata: [(name: String, text: String)]

  /// Reads the header and checks every tensor against the buffer.
  ///
  /// - Throws: `ParseError` when the header lies: sizes that do not fit the shape, gaps, overlaps,
  ///   names twice, unknown keys.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var reader = ByteReader(bytes)
    let length = try reader.readSize(width: 8, "the header's length")
    guard length <= min(Self.headerBytes, limits.headerBytes) else {
      throw ParseError(
        .limit, at: 0, expected: "a header of at most \(limits.headerBytes) bytes",
        found: "\(length)")
    }
    let header = try reader.read(length, "the header")
    guard header.first == UInt8(ascii: "{") else {
      throw ParseError(at: header.offset, expected: "'{'", found: "another byte")
    }
    guard let members = try JSON(parsing: header, depth: 8).object else {
      throw ParseError(at: header.offset, expected: "a JSON object", found: "another value")
    }
    let buffer = reader.readRest()
    var tensors: [Tensor] = []
    var metadata: [(name: String, text: String)] = []
    for member in members {
      do {
        if member.name == "__metadata__" {
          metadata = try Self.texts(of: member.value, at: header.offset)
        } else {
          tensors.append(try Tensor(member, buffer: buffer, at: header.offset))
        }
      } catch {
        throw error.inside("'\(safeText(member.name))'")
      }
    }
    self.tensors = try Self.tiling(tensors, of: buffer)
    self.metadata = metadata
  }

  private static func texts(
    of value: JSON, at offset: Int
  ) throws(ParseError) -> [(name: String, text: String)] {
    var texts: [(name: String, text: String)] = []
    guard value != .null else { return texts }
    guard let members = value.object else {
      throw ParseError(at: offset, expected: "metadata of texts", found: "another value")
    }
    for member in members {
      guard let text = member.value.string else {
        throw ParseError(at: offset, expected: "metadata of texts", found: "another value")
      }
      texts.append((member.name, text))
    }
    return texts
  }

  /// The tensors by their place; an error unless each begins where the one before ends.
  private static func tiling(
    _ tensors: [Tensor], of buffer: ByteSlice
  ) throws(ParseError) -> [Tensor] {
    // An empty tensor shares its place with the one after it.
    let sorted = tensors.sorted {
      ($0.bytes.offset, $0.bytes.count) < ($1.bytes.offset, $1.bytes.count)
    }
    var end = buffer.offset
    for tensor in sorted {
      guard tensor.bytes.offset == end else {
        let what = tensor.bytes.offset < end ? "an overlap" : "a gap"
        throw ParseError(
          at: tensor.bytes.offset, expected: "tensors that fill the buffer", found: what
        ).inside("'\(safeText(tensor.name))'")
      }
      end += tensor.bytes.count
    }
    guard end == buffer.offset + buffer.count else {
      throw ParseError(
        at: end, expected: "the end of the file",
        found: "\(buffer.offset + buffer.count - end) bytes of no tensor")
    }
    return sorted
  }
}

extension SafetensorsFile.Tensor {
  /// Bits of an element by the type's name (safetensors 0.6, `Dtype`).
  private static let bits: [String: Int] = [
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
    "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "C64": 64, "F64": 64, "I64": 64, "U64": 64,
  ]

  private static let elementTypes: [String: ElementType] = [
    "BOOL": .bool, "U8": .uint8, "I8": .int8, "I16": .int16, "U16": .uint16, "F16": .float16,
    "BF16": .bfloat16, "I32": .int32, "U32": .uint32, "F32": .float32, "F64": .float64,
    "I64": .int64, "U64": .uint64,
  ]

  fileprivate init(
    _ member: JSON.Member, buffer: ByteSlice, at offset: Int
  ) throws(ParseError) {
    func malformed(_ expected: String) -> ParseError {
      ParseError(at: offset, expected: expected, found: "another value")
    }
    guard let keys = member.value.object?.map(\.name).sorted(),
      keys == ["data_offsets", "dtype", "shape"]
    else { throw malformed("the keys dtype, shape and data_offsets") }
    guard let datatype = member.value["dtype"]?.string, let bits = Self.bits[datatype] else {
      throw malformed("a known dtype")
    }
    var shape: [Int] = []
    for axis in member.value["shape"]?.array ?? [] {
      guard let size = axis.integer, size >= 0 else { throw malformed("a shape of sizes") }
      shape.append(size)
    }
    guard let offsets = member.value["data_offsets"]?.array, offsets.count == 2,
      let begin = offsets[0].integer, let end = offsets[1].integer, begin >= 0, begin <= end
    else { throw malformed("two ascending data_offsets") }
    let size = try checkedByteCount(of: shape, elementSize: bits, at: offset)
    guard size == 8 * (end - begin), member.value["shape"]?.array != nil else {
      throw ParseError(
        at: offset, expected: "\(size / 8) bytes for \(datatype) \(shape)",
        found: "\(end - begin)")
    }
    name = member.name
    self.shape = shape
    self.datatype = datatype
    bytes = try buffer.slice(begin..<end)
  }

  /// The tensor as numbers.
  ///
  /// - Throws: `ParseError` for types that this reader does not compute with.
  public func tensor() throws(ParseError) -> StoredTensor {
    guard let element = Self.elementTypes[datatype] else {
      throw ParseError(
        .unsupported, at: bytes.offset, expected: "a common number type", found: datatype)
    }
    return try StoredTensor(shape: shape, elementType: element, bytes: bytes)
  }
}
