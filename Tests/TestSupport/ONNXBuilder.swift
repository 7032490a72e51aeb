/// Writes messages of Protocol Buffers field by field, rightly or wrongly.
public struct ProtobufBuilder: Sendable {
  /// The bytes so far.
  public private(set) var bytes: [UInt8] = []

  /// An empty message.
  public init() {}

  /// Adds bytes as they stand.
  public func raw(_ more: [UInt8]) -> ProtobufBuilder {
    var copy = self
    copy.bytes += more
    return copy
  }

  /// The integer, 7 bits in a byte.
  public static func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  /// A field's tag alone.
  public func tag(_ number: Int, wireType: Int) -> ProtobufBuilder {
    raw(Self.varint(UInt64(number) << 3 | UInt64(wireType)))
  }

  /// A number as varint; negative ones take ten bytes.
  public func integer(_ number: Int, _ value: Int) -> ProtobufBuilder {
    tag(number, wireType: 0).raw(Self.varint(UInt64(bitPattern: Int64(value))))
  }

  /// A binary32 number.
  public func float(_ number: Int, _ value: Float) -> ProtobufBuilder {
    tag(number, wireType: 5).raw(little(UInt64(value.bitPattern), 4))
  }

  /// A binary64 number.
  public func double(_ number: Int, _ value: Double) -> ProtobufBuilder {
    tag(number, wireType: 1).raw(little(value.bitPattern, 8))
  }

  /// Bytes after their length, or after the one that is claimed.
  public func bytes(_ number: Int, _ content: [UInt8], claiming length: Int? = nil)
    -> ProtobufBuilder
  {
    tag(number, wireType: 2).raw(Self.varint(UInt64(length ?? content.count))).raw(content)
  }

  /// Text; nothing when it is nil.
  public func text(_ number: Int, _ text: String?) -> ProtobufBuilder {
    text.map { bytes(number, Array($0.utf8)) } ?? self
  }

  /// A message inside.
  public func message(_ number: Int, _ message: ProtobufBuilder) -> ProtobufBuilder {
    bytes(number, message.bytes)
  }

  /// A field for each of the values.
  public func each<Value>(
    _ values: [Value], _ add: (ProtobufBuilder, Value) -> ProtobufBuilder
  ) -> ProtobufBuilder {
    values.reduce(self, add)
  }

  /// Varints in one field.
  public func packed(_ number: Int, _ values: [Int]) -> ProtobufBuilder {
    bytes(number, values.flatMap { Self.varint(UInt64(bitPattern: Int64($0))) })
  }

  /// Binary32 numbers in one field.
  public func packed(_ number: Int, _ values: [Float]) -> ProtobufBuilder {
    bytes(number, values.flatMap { little(UInt64($0.bitPattern), 4) })
  }
}

/// Builds ONNX models, so that a hostile graph reads as what it does:
///
///     var model = ONNXBuilder(opset: 17)
///     model.graph.input("x", [1, 4])
///     model.graph.initializer(.floats("w", [4, 2], weights))
///     model.graph.node("MatMul", ["x", "w"], ["y"])
///     model.graph.node("Softmax", ["y"], ["z"], [.integer("axis", -1)])
///     model.graph.output("z", [1, 2])
///     let bytes = model.bytes
public struct ONNXBuilder: Sendable {
  /// The version of the format; nil to leave it out.
  public var irVersion: Int? = 8
  /// Domains and the versions of their operators, in file order.
  public var opsets: [(domain: String, version: Int)]
  /// What claims to have written the file.
  public var producer: (name: String, version: String)?
  /// Free metadata.
  public var metadata: [(key: String, value: String)] = []
  /// The graph.
  public var graph = ONNXGraphBuilder("graph")
  /// Operators that the file defines.
  public var functions: [ProtobufBuilder] = []
  /// Fields of `ModelProto` after all others.
  public var more = ProtobufBuilder()

  /// An empty model for the version of the standard's operators.
  public init(opset: Int = 17) {
    opsets = [("", opset)]
  }

  /// `ModelProto`.
  public var message: ProtobufBuilder {
    var message = ProtobufBuilder()
    if let irVersion { message = message.integer(1, irVersion) }
    return message.text(2, producer?.name).text(3, producer?.version)
      .message(7, graph.message)
      .each(opsets) { message, opset in
        message.message(8, Self.opset(opset.domain, opset.version))
      }
      .each(metadata) { $0.message(14, ProtobufBuilder().text(1, $1.key).text(2, $1.value)) }
      .each(functions) { $0.message(25, $1) }
      .raw(more.bytes)
  }

  /// The file.
  public var bytes: [UInt8] { message.bytes }

  /// `OperatorSetIdProto`.
  public static func opset(_ domain: String, _ version: Int) -> ProtobufBuilder {
    ProtobufBuilder().text(1, domain.isEmpty ? nil : domain).integer(2, version)
  }

  /// Adds `FunctionProto`: the body is the graph's nodes, called with its inputs and outputs.
  public mutating func function(
    _ name: String, domain: String, inputs: [String], outputs: [String],
    attributes: [String] = [], defaults: [ONNXAttributeBuilder] = [], body: ONNXGraphBuilder
  ) {
    functions.append(
      ProtobufBuilder().text(1, name)
        .each(inputs) { $0.text(4, $1) }
        .each(outputs) { $0.text(5, $1) }
        .each(attributes) { $0.text(6, $1) }
        .each(body.nodes) { $0.message(7, $1) }
        .each(opsets) { $0.message(9, Self.opset($1.domain, $1.version)) }
        .text(10, domain)
        .each(defaults) { $0.message(11, $1.message) })
  }
}

/// Builds a graph: the model's own, or one for an attribute.
public struct ONNXGraphBuilder: Sendable {
  /// Its name.
  public var name: String
  /// `NodeProto` of each node, in file order.
  public var nodes: [ProtobufBuilder] = []
  /// `TensorProto` of each initializer.
  public var initializers: [ProtobufBuilder] = []
  /// `ValueInfoProto` of each input.
  public var inputs: [ProtobufBuilder] = []
  /// `ValueInfoProto` of each output.
  public var outputs: [ProtobufBuilder] = []
  /// `ValueInfoProto` of values in between.
  public var valueInfo: [ProtobufBuilder] = []
  /// Fields of `GraphProto` after all others.
  public var more = ProtobufBuilder()

  /// An empty graph.
  public init(_ name: String) {
    self.name = name
  }

  /// `GraphProto`.
  public var message: ProtobufBuilder {
    ProtobufBuilder()
      .each(nodes) { $0.message(1, $1) }
      .text(2, name)
      .each(initializers) { $0.message(5, $1) }
      .each(inputs) { $0.message(11, $1) }
      .each(outputs) { $0.message(12, $1) }
      .each(valueInfo) { $0.message(13, $1) }
      .raw(more.bytes)
  }

  /// Adds a node.
  public mutating func node(
    _ operatorType: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [ONNXAttributeBuilder] = [], name: String? = nil, domain: String? = nil
  ) {
    nodes.append(
      ProtobufBuilder()
        .each(inputs) { $0.text(1, $1) }
        .each(outputs) { $0.text(2, $1) }
        .text(3, name).text(4, operatorType)
        .each(attributes) { $0.message(5, $1.message) }
        .text(7, domain))
  }

  /// Adds a constant.
  public mutating func initializer(_ tensor: ONNXTensorBuilder) {
    initializers.append(tensor.message)
  }

  /// Adds an input: a tensor of float32 unless another type number is given. A size of -1 is
  /// written as the name `N`.
  public mutating func input(_ name: String, _ shape: [Int], type: Int = 1) {
    inputs.append(Self.value(name, shape, type: type))
  }

  /// Adds an output, in the same way.
  public mutating func output(_ name: String, _ shape: [Int], type: Int = 1) {
    outputs.append(Self.value(name, shape, type: type))
  }

  /// `ValueInfoProto` of a tensor.
  public static func value(_ name: String, _ shape: [Int], type: Int = 1) -> ProtobufBuilder {
    ProtobufBuilder().text(1, name).message(2, tensorType(shape, type: type))
  }

  /// `TypeProto` of a tensor.
  public static func tensorType(_ shape: [Int], type: Int = 1) -> ProtobufBuilder {
    let axes = ProtobufBuilder().each(shape) { axes, size in
      axes.message(
        1, size < 0 ? ProtobufBuilder().text(2, "N") : ProtobufBuilder().integer(1, size))
    }
    return ProtobufBuilder().message(1, ProtobufBuilder().integer(1, type).message(2, axes))
  }
}

/// One attribute (`AttributeProto`).
public struct ONNXAttributeBuilder: Sendable {
  /// The fields.
  public var message: ProtobufBuilder

  /// An attribute of the type number whose value the fields hold.
  public init(_ name: String, type: Int?, _ value: ProtobufBuilder) {
    message = ProtobufBuilder().text(1, name).raw(value.bytes)
    if let type { message = message.integer(20, type) }
  }

  /// A number.
  public static func float(_ name: String, _ value: Float) -> Self {
    Self(name, type: 1, ProtobufBuilder().float(2, value))
  }
  /// A whole number.
  public static func integer(_ name: String, _ value: Int) -> Self {
    Self(name, type: 2, ProtobufBuilder().integer(3, value))
  }
  /// A text.
  public static func text(_ name: String, _ value: String) -> Self {
    Self(name, type: 3, ProtobufBuilder().text(4, value))
  }
  /// A tensor.
  public static func tensor(_ name: String, _ value: ONNXTensorBuilder) -> Self {
    Self(name, type: 4, ProtobufBuilder().message(5, value.message))
  }
  /// A graph, as `If` and `Loop` have them.
  public static func graph(_ name: String, _ value: ONNXGraphBuilder) -> Self {
    Self(name, type: 5, ProtobufBuilder().message(6, value.message))
  }
  /// Numbers, a field each, as the standard's own writer gives them.
  public static func floats(_ name: String, _ values: [Float]) -> Self {
    Self(name, type: 6, ProtobufBuilder().each(values) { $0.float(7, $1) })
  }
  /// Whole numbers, a field each.
  public static func integers(_ name: String, _ values: [Int]) -> Self {
    Self(name, type: 7, ProtobufBuilder().each(values) { $0.integer(8, $1) })
  }
  /// Texts.
  public static func texts(_ name: String, _ values: [String]) -> Self {
    Self(name, type: 8, ProtobufBuilder().each(values) { $0.text(9, $1) })
  }
  /// In a function's body: the value of the function's own attribute.
  public static func reference(_ name: String, to other: String, type: Int) -> Self {
    Self(name, type: type, ProtobufBuilder().text(21, other))
  }
}

/// One tensor (`TensorProto`); type numbers are those of `TensorProto.DataType`.
public struct ONNXTensorBuilder: Sendable {
  /// The fields.
  public var message: ProtobufBuilder

  /// A tensor whose elements the fields hold.
  public init(_ name: String?, _ shape: [Int], type: Int, _ elements: ProtobufBuilder) {
    message = ProtobufBuilder()
      .each(shape) { $0.integer(1, $1) }
      .integer(2, type).raw(elements.bytes).text(8, name)
  }

  /// float32 in `raw_data`.
  public static func floats(_ name: String?, _ shape: [Int], _ values: [Float]) -> Self {
    raw(name, shape, type: 1, values.flatMap { little(UInt64($0.bitPattern), 4) })
  }
  /// int64 in `raw_data`.
  public static func integers(_ name: String?, _ shape: [Int], _ values: [Int]) -> Self {
    raw(name, shape, type: 7, values.flatMap { little(UInt64(bitPattern: Int64($0)), 8) })
  }
  /// The bytes in `raw_data`.
  public static func raw(_ name: String?, _ shape: [Int], type: Int, _ bytes: [UInt8]) -> Self {
    Self(name, shape, type: type, ProtobufBuilder().bytes(9, bytes))
  }
  /// Elements in another file, as the pairs say.
  public static func external(
    _ name: String?, _ shape: [Int], type: Int = 1, _ pairs: [(key: String, value: String)]
  ) -> Self {
    Self(
      name, shape, type: type,
      ProtobufBuilder()
        .each(pairs) { $0.message(13, ProtobufBuilder().text(1, $1.key).text(2, $1.value)) }
        .integer(14, 1))
  }
}
