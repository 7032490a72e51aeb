/// Writes FlatBuffers forward: each table behind its vtable, what it names after it.
public struct FlatBufferBuilder: Sendable {
  /// What stands in a field.
  public indirect enum Value: Sendable {
    case int8(Int)
    case int32(Int)
    case uint64(UInt64)
    case text(String)
    case bytes([UInt8])
    case integers([Int])
    case table([Value?])
    case tables([[Value?]])
    /// A distance as it stands, leading anywhere.
    case distance(Int)
  }

  /// The file so far.
  public private(set) var bytes: [UInt8]

  /// A file of the root table with the four letters that tell its format.
  public init(_ identifier: String, root: [Value?]) {
    bytes = [0, 0, 0, 0] + Array(identifier.utf8)
    patch(0, to: add(root))
  }

  private mutating func patch(_ place: Int, to target: Int) {
    bytes.replaceSubrange(place..<(place + 4), with: little(UInt64(target - place), 4))
  }

  private mutating func align() { while bytes.count % 8 != 0 { bytes.append(0) } }

  private mutating func add(_ fields: [Value?]) -> Int {
    align()
    let vtable = bytes.count
    bytes += little(UInt64(4 + 2 * fields.count), 2) + little(UInt64(8 + 8 * fields.count), 2)
    for (index, field) in fields.enumerated() {
      bytes += little(field == nil ? 0 : UInt64(8 + 8 * index), 2)
    }
    align()
    let table = bytes.count
    bytes += little(UInt64(table - vtable), 8)
    bytes += [UInt8](repeating: 0, count: 8 * fields.count)
    for (index, field) in fields.enumerated() {
      guard let field else { continue }
      set(field, at: table + 8 + 8 * index)
    }
    return table
  }

  private mutating func set(_ field: Value, at place: Int) {
    switch field {
    case .int8(let value): bytes[place] = UInt8(truncatingIfNeeded: value)
    case .int32(let value), .distance(let value):
      bytes.replaceSubrange(
        place..<(place + 4), with: little(UInt64(truncatingIfNeeded: value) & 0xffff_ffff, 4))
    case .uint64(let value): bytes.replaceSubrange(place..<(place + 8), with: little(value, 8))
    case .text(let text): patch(place, to: add(vector: Array(text.utf8), count: text.utf8.count))
    case .bytes(let content): patch(place, to: add(vector: content, count: content.count))
    case .integers(let values):
      let content = values.flatMap { little(UInt64(truncatingIfNeeded: $0) & 0xffff_ffff, 4) }
      patch(place, to: add(vector: content, count: values.count))
    case .table(let fields): patch(place, to: add(fields))
    case .tables(let tables):
      let start = add(vector: [UInt8](repeating: 0, count: 4 * tables.count), count: tables.count)
      patch(place, to: start)
      for (index, table) in tables.enumerated() {
        let element = start + 4 + 4 * index
        patch(element, to: add(table))
      }
    }
  }

  private mutating func add(vector: [UInt8], count: Int) -> Int {
    align()
    let start = bytes.count
    bytes += little(UInt64(count), 4) + vector + [0]
    return start
  }
}

/// A TFLite model of one dense layer, as its tables.
public struct TFLiteBuilder: Sendable {
  /// Operator codes: old code, custom name, -, code.
  public var codes: [[FlatBufferBuilder.Value?]] = [[.int8(9), nil, nil, .int32(9)]]
  /// The buffers' data.
  public var buffers: [[FlatBufferBuilder.Value?]] = [
    [], [.bytes([UInt8](repeating: 0, count: 16))],
  ]
  /// Tensors: shape, type, buffer, name.
  public var tensors: [[FlatBufferBuilder.Value?]] = [
    [.integers([1, 2]), .int8(0), .int32(0), .text("x")],
    [.integers([2, 2]), .int8(0), .int32(1), .text("w")],
    [.integers([1, 2]), .int8(0), .int32(0), .text("y")],
  ]
  /// Operators: code, inputs, outputs, type of options, options.
  public var operators: [[FlatBufferBuilder.Value?]] = [
    [.int32(0), .integers([0, 1, -1]), .integers([2])]
  ]

  /// The clean model.
  public init() {}

  /// The file.
  public var bytes: [UInt8] {
    let graph: [FlatBufferBuilder.Value?] = [
      .tables(tensors), .integers([0]), .integers([2]), .tables(operators), .text("main"),
    ]
    return FlatBufferBuilder(
      "TFL3",
      root: [
        .int32(3), .tables(codes), .tables([graph]), .text("a dense layer"), .tables(buffers),
      ]
    ).bytes
  }
}
