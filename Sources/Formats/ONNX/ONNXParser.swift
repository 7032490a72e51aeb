public import Bytes

// An ONNX file is one `ModelProto` in the encoding that ProtobufReader tells. The field numbers are
// those of onnx-ml.proto, ONNX 1.19 (IR version 12). Of a number or text that stands twice the
// last counts, as in every reader of Protocol Buffers; of a structure that stands twice some
// readers merge the two and some take one, so that is refused.

extension ONNXModel {
  /// Reads a model's file. Nothing is executed, and no other file is opened.
  ///
  /// - Throws: `ParseError` for bytes that are no ONNX model, and at the first limit.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var parser = ONNXParser(of: bytes, limits: limits)
    self = try parser.model(bytes)
  }
}

extension ONNXTensor {
  /// Reads a file that is one tensor, such as the `.pb` files of ONNX's test data.
  ///
  /// - Throws: `ParseError` for bytes that are no tensor.
  public init(parsing bytes: ByteSlice, limits: Limits = Limits()) throws(ParseError) {
    var parser = ONNXParser(of: bytes, limits: limits)
    self = try parser.tensor(bytes)
  }
}

/// One reading of a file: the structures' readers share what they may still ask for.
struct ONNXParser {
  let limits: Limits
  /// Fields that no structure knows, so far.
  var unknownFields = 0
  private var nodes = 0
  private var memory = 0
  private let memoryLimit: Int

  /// A reading that asks for a bounded multiple of the file's size.
  ///
  /// An empty structure takes 2 bytes in the file and a hundred in memory; those of real models
  /// take three to five times their bytes.
  init(of file: ByteSlice, limits: Limits) {
    self.limits = limits
    let (scaled, overflow) = file.count.multipliedReportingOverflow(by: 8)
    memoryLimit = overflow ? limits.graphBytes : (4 << 20) + min(limits.graphBytes, scaled)
  }

  /// Counts memory before it is taken.
  mutating func charge(_ bytes: Int, at offset: Int) throws(ParseError) {
    memory = try checkedSum(memory, bytes, at: offset)
    guard memory <= memoryLimit else {
      throw ParseError(
        .limit, at: offset, expected: "structures of at most \(memoryLimit) bytes",
        found: "more")
    }
  }

  /// Counts memory for one more value of the type.
  mutating func charge<Value>(_ type: Value.Type, at offset: Int) throws(ParseError) {
    try charge(MemoryLayout<Value>.stride, at: offset)
  }

  /// Counts one more node, of whatever graph.
  mutating func chargeNode(at offset: Int) throws(ParseError) {
    nodes += 1
    guard nodes <= limits.graphNodes else {
      throw ParseError(
        .limit, at: offset, expected: "at most \(limits.graphNodes) nodes", found: "more")
    }
    try charge(ONNXNode.self, at: offset)
  }

  /// Throws unless one more level of nesting is allowed.
  func demandDepth(_ depth: Int, of what: String, at offset: Int) throws(ParseError) {
    guard depth <= limits.graphDepth else {
      throw ParseError(
        .limit, at: offset, expected: "at most \(limits.graphDepth) levels of \(what)",
        found: "more")
    }
  }

  /// A name or other short text.
  mutating func text(_ field: ProtobufField, _ what: String) throws(ParseError) -> String {
    let bytes = try field.bytes(what)
    guard bytes.count <= limits.nameBytes else {
      throw ParseError(
        .limit, at: bytes.offset, expected: "\(what) of at most \(limits.nameBytes) bytes",
        found: "\(bytes.count)")
    }
    // Up to 15 bytes lie in the string itself, longer ones in memory of their own.
    try charge(
      MemoryLayout<String>.stride + (bytes.count > 15 ? bytes.count + 32 : 0), at: bytes.offset)
    guard let text = bytes.utf8 else {
      throw ParseError(at: bytes.offset, expected: "\(what) in UTF-8", found: "other bytes")
    }
    return text
  }

  /// A domain's name: the standard's own is empty, though some files write it out.
  mutating func domain(_ field: ProtobufField) throws(ParseError) -> String {
    let name = try text(field, "a domain")
    return name == "ai.onnx" ? "" : name
  }

  /// Adds the integers of one field that may be packed.
  mutating func append(
    _ field: ProtobufField, to integers: inout [Int], _ what: String
  ) throws(ParseError) {
    guard case .bytes(let packed) = field.value else {
      try charge(Int.self, at: field.offset)
      integers.append(try field.integer(what))
      return
    }
    var reader = ByteReader(packed)
    while !reader.isAtEnd {
      try charge(Int.self, at: reader.offset)
      integers.append(Int(truncatingIfNeeded: try reader.readVarint(what)))
    }
  }

  /// Adds the binary32 numbers of one field that may be packed.
  mutating func append(
    _ field: ProtobufField, to floats: inout [Float], _ what: String
  ) throws(ParseError) {
    guard case .bytes(let packed) = field.value else {
      try charge(Float.self, at: field.offset)
      floats.append(try field.float(what))
      return
    }
    guard packed.count % 4 == 0 else {
      throw ParseError(
        at: packed.offset, expected: "\(what) of 4 bytes each", found: "\(packed.count) bytes")
    }
    try charge(packed.count, at: packed.offset)
    floats += packed.integers(UInt32.self).map { Float(bitPattern: $0) }
  }
}
