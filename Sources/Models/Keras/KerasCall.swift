import Bytes
import Engine

/// One call of a layer, with its configuration, its weights and the values that it takes: what a
/// layer's conversion reads.
struct KerasCall {
  let layer: KerasLayerConfig
  let weights: KerasWeightGroup
  let arguments: KerasArguments<Graph.Value>
  let builder: KerasGraphBuilder
  let depth: Int

  /// The values, in the order in which the layer sees them; a list counts as its elements.
  var inputs: [Graph.Value] { arguments.positional.flatMap(\.values) }

  /// The one value that most layers take.
  func input() throws(EngineError) -> Graph.Value {
    let inputs = inputs
    guard inputs.count == 1 else {
      throw EngineError("inbound_nodes", expected: "one input", found: "\(inputs.count)")
    }
    for (name, argument) in arguments.named where !argument.values.isEmpty && !takesMask(name) {
      throw layer.unsupported("inbound_nodes", "one input", "a value for '\(name)'")
    }
    return inputs[0]
  }

  // Values.

  func type(of value: Graph.Value) -> TensorType { builder.graph.type(of: value) }

  /// The shape of a row, without the batch axis.
  func shape(of value: Graph.Value) -> [Int] { builder.graph.shape(of: value) }

  var layout: Layout { builder.graph.layout }

  func append(
    _ operation: Operator, to inputs: [Graph.Value]
  ) throws(EngineError) -> Graph.Value {
    try builder.append(operation, named: layer.name, to: inputs)
  }

  func append(
    _ operation: any GeneralOperator, to inputs: [Graph.Value]
  ) throws(EngineError) -> Graph.Value {
    try append(.general(operation), to: inputs)
  }

  func constant(_ tensor: AnyTensor) throws(EngineError) -> Graph.Value {
    try append(Constant(tensor), to: [])
  }

  func constant(_ number: Double) throws(EngineError) -> Graph.Value {
    try constant(AnyTensor([], floats: [Float(number)]))
  }

  /// The same elements under another shape.
  func reshape(_ value: Graph.Value, to shape: [Int]) throws(EngineError) -> Graph.Value {
    let type = type(of: value)
    if type.shape == shape { return value }
    return type.element == .float32
      ? try append(.reshape(Reshape(shape: shape)), to: [value])
      : try append(ShapeChange(shape: shape), to: [value])
  }

  /// The axes in another order.
  func transpose(_ value: Graph.Value, _ axes: [Int]) throws(EngineError) -> Graph.Value {
    axes == Array(axes.indices) ? value : try append(Transpose(axes: axes), to: [value])
  }

  /// An operation on two values.
  func arithmetic(
    _ operation: Arithmetic.Operation, _ x: Graph.Value, _ y: Graph.Value
  ) throws(EngineError) -> Graph.Value {
    if operation == .add, type(of: x) == type(of: y), type(of: x).element == .float32 {
      return try append(.add(Add()), to: [x, y])
    }
    return try append(Arithmetic(operation), to: [x, y])
  }

  /// An operation with a number on the right.
  func arithmetic(
    _ operation: Arithmetic.Operation, _ x: Graph.Value, _ number: Double
  ) throws(EngineError) -> Graph.Value {
    try arithmetic(operation, x, try constant(number))
  }

  /// An axis of a row; Keras counts the batch axis, and negative ones from the end.
  func axis(_ stated: Int, rank: Int, _ key: String = "axis") throws(EngineError) -> Int {
    let axis = stated < 0 ? rank + stated : stated - 1
    guard (0..<rank).contains(axis) else {
      throw layer.unsupported(key, "1 to \(rank) or -\(rank) to -1", "\(stated)")
    }
    return axis
  }

  /// Axes of a row in ascending order.
  func axes(_ stated: [Int], rank: Int, _ key: String = "axis") throws(EngineError) -> [Int] {
    let axes = try stated.map { (axis) throws(EngineError) in try self.axis(axis, rank: rank, key) }
    guard Set(axes).count == axes.count else {
      throw EngineError(key, expected: "different axes", found: "\(stated)")
    }
    return axes.sorted()
  }

  // Feature maps of the core.

  /// The order of the layer's axes.
  func dataFormat() throws(EngineError) -> Layout { try layer.layout() ?? .channelsLast }

  /// Axes to bring channels in front of the spatial ones.
  static func channelsInFront(_ rank: Int) -> [Int] { [rank] + Array(0..<rank) }
  /// Axes to bring channels behind the spatial ones.
  static func channelsBehind(_ rank: Int) -> [Int] { Array(1...rank) + [0] }

  private func requireSpatialAxes(_ rank: Int, of value: Graph.Value) throws(EngineError) {
    let shape = shape(of: value)
    guard shape.count == rank + 1 else {
      throw EngineError(
        "input", expected: "\(rank) spatial axes and the channels", found: "shape \(shape)")
    }
  }

  /// A value of one or two spatial axes as a map of the core: columns of one row, or rows and
  /// columns.
  func map(
    _ value: Graph.Value, rank: Int, format: Layout
  ) throws(EngineError) -> Graph.Value {
    try requireSpatialAxes(rank, of: value)
    var value = value
    if format != layout {
      value = try transpose(
        value,
        layout == .channelsFirst
          ? KerasCall.channelsInFront(rank) : KerasCall.channelsBehind(rank))
    }
    guard rank == 1 else { return value }
    let line = self.shape(of: value)
    return try reshape(
      value, to: layout == .channelsFirst ? [line[0], 1, line[1]] : [1, line[0], line[1]])
  }

  /// A map of the core as a value of so many spatial axes.
  func unmap(
    _ map: Graph.Value, rank: Int, format: Layout
  ) throws(EngineError) -> Graph.Value {
    var value = map
    if rank == 1 {
      let size = builder.graph.features(of: map)
      value = try reshape(
        map,
        to: layout == .channelsFirst
          ? [size.channels, size.pixels] : [size.pixels, size.channels])
    }
    guard format != layout else { return value }
    return try transpose(
      value,
      layout == .channelsFirst ? KerasCall.channelsBehind(rank) : KerasCall.channelsInFront(rank))
  }

  /// Applies an operator of the core whose channels are the given axis of the value: to a vector
  /// or a map as they are, to anything else as columns of one row.
  func alongChannels(
    _ value: Graph.Value, axis: Int, _ operation: Operator
  ) throws(EngineError) -> Graph.Value {
    let shape = shape(of: value)
    if shape.count == 1 { return try append(operation, to: [value]) }
    let channelAxis = layout == .channelsFirst ? 0 : 2
    if shape.count == 3, axis == channelAxis { return try append(operation, to: [value]) }
    let others = shape.indices.filter { $0 != axis }
    let order = others + [axis]
    let count = others.reduce(1) { $0 * shape[$1] }
    let last = try transpose(value, order)
    let columns = try reshape(last, to: [count, shape[axis]])
    let result = try unmap(
      append(operation, to: [map(columns, rank: 1, format: .channelsLast)]), rank: 1,
      format: .channelsLast)
    let channels = self.shape(of: result)[1]
    let moved = try reshape(result, to: others.map { shape[$0] } + [channels])
    var back = [Int](repeating: 0, count: order.count)
    for (place, axis) in order.enumerated() { back[axis] = place }
    return try transpose(moved, back)
  }

  // Maps of general operators, which show a batch axis and have channels before spatial axes.

  /// One, channels, spatial axes.
  func batched(
    _ value: Graph.Value, rank: Int, format: Layout
  ) throws(EngineError) -> Graph.Value {
    try requireSpatialAxes(rank, of: value)
    let first =
      format == .channelsFirst ? value : try transpose(value, KerasCall.channelsInFront(rank))
    return try reshape(first, to: [1] + self.shape(of: first))
  }

  /// Back from `batched`.
  func unbatched(
    _ value: Graph.Value, format: Layout
  ) throws(EngineError) -> Graph.Value {
    let row = Array(shape(of: value).dropFirst())
    let first = try reshape(value, to: row)
    return format == .channelsFirst
      ? first : try transpose(first, KerasCall.channelsBehind(row.count - 1))
  }

  // Inner layers.

  /// Another layer applied in this one's place: activations, and the inner layers of wrappers.
  func apply(
    _ inner: KerasLayerConfig, weights: KerasWeightGroup, to value: Graph.Value
  ) throws(EngineError) -> Graph.Value {
    let results = try builder.apply(
      inner, weights: weights, to: KerasArguments(positional: [.value(value)]), depth: depth + 1)
    guard results.count == 1 else {
      throw layer.unsupported("layer", "an inner layer of one output", "\(results.count)")
    }
    return results[0]
  }

  /// What the configuration says must be what the weights are.
  func demand<Value: Equatable>(
    _ key: String, _ stated: Value, _ stored: Value
  ) throws(EngineError) {
    guard stated == stored else {
      throw EngineError(key, expected: "\(stored), as the weights are", found: "\(stated)")
    }
  }
}
