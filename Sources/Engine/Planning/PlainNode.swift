import Bytes
import CKernels

/// A node in its plain form, between tensors in the model's own axes.
struct PlainNode: Sendable {
  private let operation: Operator
  private let core: Core?

  /// An operator of the convolutional core with the orders of the elements around it.
  private struct Core {
    let plain: any PlainOperator
    let inputs: [Side]
    let output: Side
  }

  /// A value of the core: its size, its type, and where each element of the tensor lies in it.
  private struct Side {
    let type: TensorType
    let features: Features
    let positions: [Int]

    init(_ shape: [Int], layout: Layout) {
      type = TensorType(shape)
      features = layout.features(ofShape: shape)
      positions = layout.positions(ofShape: shape)
    }

    func map(_ tensor: AnyTensor) -> PlainMap {
      var map = PlainMap(features)
      ck_scatter(tensor.floats, positions, positions.count, &map.values)
      return map
    }

    func tensor(_ map: PlainMap) -> AnyTensor {
      var values = [Float](repeating: 0, count: positions.count)
      ck_gather(map.values, [0], 1, positions, positions.count, &values)
      return AnyTensor(type.shape, floats: values)
    }
  }

  init(_ operation: Operator, place: Place) {
    self.operation = operation
    core = operation.definition.map { definition in
      Core(
        plain: definition.plain(place),
        inputs: place.inputShapes.map { Side($0, layout: place.layout) },
        output: Side(place.outputShape, layout: place.layout))
    }
  }

  /// The output.
  func forward(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    if let general = operation.general { return try general.evaluate(inputs) }
    guard let core else { preconditionFailure("an operator has a definition") }
    let maps = zip(core.inputs, inputs).map { $0.map($1) }
    return core.output.tensor(core.plain.forward(maps))
  }

  /// For each input the gradient that the output's gradient becomes; nil where there is none.
  func gradient(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    if let general = operation.general {
      guard general.isDifferentiable else { return inputs.map { _ in nil } }
      // Gradients are binary32: they end where the network computes in another type.
      let parts = try general.gradients(dy, inputs: inputs, output: output)
      return zip(inputs, parts).map { $0.element == .float32 ? $1 : nil }
    }
    guard let core else { preconditionFailure("an operator has a definition") }
    let maps = zip(core.inputs, inputs).map { $0.map($1) }
    let parts = core.plain.gradient(
      core.output.map(dy), inputs: maps, output: core.output.map(output))
    return zip(core.inputs, parts).map { $0.tensor($1) }
  }
}

extension Operator {
  /// The operator's output for tensors that stand for themselves, in its plain form.
  ///
  /// A core operator takes each row of a batch on its own where the layout shows the batch axis.
  public func evaluate(
    _ inputs: [AnyTensor], layout: Layout
  ) throws(EngineError) -> AnyTensor {
    if let general {
      let type = try general.outputType(of: inputs.map(\.type))
      try EngineLimits.check(type)
      return try general.evaluate(inputs)
    }
    guard layout.batchAxes == 1, let rows = inputs[0].shape.first, rows != 1 else {
      return try evaluateRow(inputs, layout: layout)
    }
    var results: [AnyTensor] = []
    for row in 0..<rows {
      var parts: [AnyTensor] = []
      for input in inputs {
        guard input.shape.first == rows else {
          throw EngineError("inputs", expected: "\(rows) rows", found: "\(input.shape)")
        }
        parts.append(input.rows(row..<row + 1))
      }
      results.append(try evaluateRow(parts, layout: layout))
    }
    guard let first = results.first else {
      throw EngineError("input", expected: "no axis of size 0", found: "\(inputs[0].shape)")
    }
    return AnyTensor(stacking: results, shape: [rows] + first.shape.dropFirst())
  }

  private func evaluateRow(
    _ inputs: [AnyTensor], layout: Layout
  ) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type), layout: layout)
    try EngineLimits.check(type)
    let place = Place(
      layout: layout, inputShapes: inputs.map(\.shape), outputShape: type.shape)
    return try PlainNode(self, place: place).forward(inputs)
  }
}

extension Operator {
  /// Multiply-accumulates, or elements looked at, of `evaluate` for inputs of the types.
  ///
  /// - Throws: `EngineError` for inputs that do not fit, and for an output that passes the limits.
  public func operations(
    of inputs: [TensorType], layout: Layout
  ) throws(EngineError) -> Int {
    if let general {
      let type = try general.outputType(of: inputs)
      try EngineLimits.check(type)
      return general.operations(inputs: inputs, output: type)
    }
    let rows = layout.batchAxes == 1 ? inputs.first?.shape.first ?? 1 : 1
    var parts = inputs
    if rows != 1 {
      for index in parts.indices where !parts[index].shape.isEmpty { parts[index].shape[0] = 1 }
    }
    let type = try outputType(of: parts, layout: layout)
    try EngineLimits.check(type)
    return saturatingProduct(
      rows, work(inputs: parts, output: type, layout: layout).operations)
  }
}

extension EngineLimits {
  /// Throws when a value of the type passes the limits.
  static func check(_ type: TensorType) throws(EngineError) {
    guard try elements(of: type.shape, attribute: "output") <= valueElements else {
      throw EngineError(
        .limit, "output", expected: "at most \(valueElements) elements",
        found: "shape \(type.shape)")
    }
  }
}
