public import Bytes

// The tables of TFLite (tensorflow/lite/schema/schema.fbs, version 3), by field numbers:
//   Model         1 operator codes, 2 subgraphs, 3 description, 4 buffers, 6 metadata
//   OperatorCode  0 old code, 1 custom code, 3 code        Buffer  0 data, 1 offset, 2 size
//   SubGraph      0 tensors, 1 inputs, 2 outputs, 3 operators, 4 name
//   Tensor        0 shape, 1 type, 2 buffer, 3 name
//   Operator      0 code's index, 1 inputs, 2 outputs, 3 type of options, 4 options

/// A TFLite model as far as it could be read: what stands before a fault is kept.
public struct TFLiteModel: Sendable {
  /// The operators that are not built in, by the names that a runtime must know.
  public private(set) var customOperators: [String] = []
  /// Texts for people: the description and names of metadata.
  public private(set) var texts: [ByteSlice] = []
  /// The data of the tensors.
  public private(set) var buffers: [ByteSlice] = []
  /// For each subgraph those that its operators run.
  public private(set) var calls: [[Int]] = []
  /// Why reading ended before the last table.
  public private(set) var error: ParseError?

  /// Tables that are visited; more than one place may name the same.
  private static let tableLimit = 4_000_000
  private static let customCode = 32
  private var visited = 0

  /// Reads as much as the file's structure allows.
  public init(_ bytes: ByteSlice) {
    do throws(ParseError) {
      try read(FlatBuffer(bytes))
    } catch {
      self.error = error
    }
  }

  private mutating func visit(_ count: Int, at offset: Int) throws(ParseError) {
    visited = try checkedSum(visited, count, at: offset)
    guard visited <= Self.tableLimit else {
      throw ParseError(
        .limit, at: offset, expected: "at most \(Self.tableLimit) tables", found: "more")
    }
  }

  private mutating func read(_ file: FlatBuffer) throws(ParseError) {
    let model = try file.root()
    let codes = try model.tables(1)
    try visit(codes.count, at: model.offset)
    var builtins: [Int] = []
    for code in codes {
      // The old code is a byte; codes that do not fit stand in the new field.
      let old = Int(try code.integer(0, Int8.self) ?? 0)
      let builtin = max(old, Int(try code.integer(3, Int32.self) ?? 0))
      builtins.append(builtin)
      let name = try code.text(1)
      guard builtin == Self.customCode || name?.isEmpty == false else { continue }
      customOperators.append(String(decoding: (name ?? .empty).prefix(256), as: UTF8.self))
    }
    if let description = try model.text(3) { texts.append(description) }
    for buffer in try model.tables(4) {
      try visit(1, at: buffer.offset)
      buffers.append(try data(of: buffer, in: file.bytes))
    }
    for entry in try model.tables(6) {
      try visit(1, at: entry.offset)
      if let name = try entry.text(0) { texts.append(name) }
      try demand(
        Int(try entry.integer(1, UInt32.self) ?? 0), below: buffers.count, "a buffer", entry)
    }
    let graphs = try model.tables(2)
    guard !graphs.isEmpty else {
      throw ParseError(at: model.offset, expected: "a subgraph", found: "none")
    }
    for (index, graph) in graphs.enumerated() {
      do throws(ParseError) {
        try read(graph, builtins: builtins, graphCount: graphs.count)
      } catch {
        throw error.inside("subgraph \(index)")
      }
    }
  }

  /// The data: in the table, or, of large models, by its place in the file.
  private func data(of buffer: FlatTable, in file: ByteSlice) throws(ParseError) -> ByteSlice {
    let inline = try buffer.vector(0, width: 1)
    let offset = try buffer.integer(1, UInt64.self) ?? 0
    let size = try buffer.integer(2, UInt64.self) ?? 0
    guard offset > 1 else { return inline }
    guard inline.isEmpty, offset <= UInt64(file.count), size <= UInt64(file.count) - offset else {
      throw ParseError(
        at: buffer.offset, expected: "data within \(file.count) bytes",
        found: "\(size) bytes at \(offset)")
    }
    return try file.slice(Int(offset)..<(Int(offset) + Int(size)))
  }

  private func demand(
    _ index: Int, below count: Int, _ what: String, _ table: FlatTable
  ) throws(ParseError) {
    guard index >= 0, index < count else {
      throw ParseError(
        at: table.offset, expected: "\(what) below \(count)", found: "\(index)")
    }
  }

  private mutating func read(
    _ graph: FlatTable, builtins: [Int], graphCount: Int
  ) throws(ParseError) {
    let tensors = try graph.tables(0)
    try visit(tensors.count, at: graph.offset)
    for (index, tensor) in tensors.enumerated() {
      do throws(ParseError) {
        try check(tensor)
      } catch {
        throw error.inside("tensor \(index)")
      }
    }
    for field in 1...2 {
      for index in try graph.vector(field, width: 4).integers(Int32.self) {
        try demand(Int(index), below: tensors.count, "a tensor", graph)
      }
    }
    var called: [Int] = []
    let operators = try graph.tables(3)
    try visit(operators.count, at: graph.offset)
    for operation in operators {
      let code = Int(try operation.integer(0, UInt32.self) ?? 0)
      try demand(code, below: builtins.count, "an operator", operation)
      for field in 1...2 {
        let indices = try operation.vector(field, width: 4).integers(Int32.self)
        try visit(indices.count / 64, at: operation.offset)
        // An input that is left out is -1.
        for index in indices where index != -1 || field == 2 {
          try demand(Int(index), below: tensors.count, "a tensor", operation)
        }
      }
      // If and While run two subgraphs, CallOnce one.
      guard let count = [118: 2, 119: 2, 129: 1][builtins[code]],
        let options = try operation.table(4)
      else { continue }
      for field in 0..<count {
        let index = Int(try options.integer(field, Int32.self) ?? 0)
        try demand(index, below: graphCount, "a subgraph", operation)
        called.append(index)
      }
    }
    calls.append(called)
  }

  /// Bits of an element by the type's number; nil for texts, resources and variants.
  private static let bits: [Int: Int] = [
    0: 32, 1: 16, 2: 32, 3: 8, 4: 64, 6: 8, 7: 16, 8: 64, 9: 8, 10: 64, 11: 128, 12: 64, 15: 32,
    16: 16, 17: 4, 18: 16,
  ]

  private func check(_ tensor: FlatTable) throws(ParseError) {
    let shape = try tensor.vector(0, width: 4).integers(Int32.self).map { Int($0) }
    let type = Int(try tensor.integer(1, Int8.self) ?? 0)
    let index = Int(try tensor.integer(2, UInt32.self) ?? 0)
    try demand(index, below: max(buffers.count, 1), "a buffer", tensor)
    let isSparse = try tensor.table(6) != nil
    guard !buffers.isEmpty, !buffers[index].isEmpty, !isSparse, let bits = Self.bits[type] else {
      for axis in shape where axis < -1 {
        throw ParseError(at: tensor.offset, expected: "sizes of axes", found: "\(axis)")
      }
      return
    }
    var size = bits
    for axis in shape {
      guard axis >= 0 else {
        throw ParseError(at: tensor.offset, expected: "sizes of axes", found: "\(axis)")
      }
      size = try checkedProduct(size, axis, at: tensor.offset)
    }
    guard size / 8 + (size % 8 == 0 ? 0 : 1) == buffers[index].count else {
      throw ParseError(
        at: tensor.offset, expected: "\(size / 8) bytes for \(shape)",
        found: "\(buffers[index].count)")
    }
  }
}
