import Bytes
import Engine

extension KerasLayers {
  static let merging: [String: KerasSingleConversion] = [
    "Add": { (call) throws(EngineError) in try call.folded(.add) },
    "Subtract": { (call) throws(EngineError) in
      guard call.inputs.count == 2 else {
        throw EngineError("inbound_nodes", expected: "2 inputs", found: "\(call.inputs.count)")
      }
      return try call.folded(.subtract)
    },
    "Multiply": { (call) throws(EngineError) in try call.folded(.multiply) },
    "Maximum": { (call) throws(EngineError) in try call.folded(.maximum) },
    "Minimum": { (call) throws(EngineError) in try call.folded(.minimum) },
    "Average": average,
    "Concatenate": { (call) throws(EngineError) in
      try call.concatenated(call.inputs, axis: call.layer.integer("axis", default: -1))
    },
    "Dot": dot,
    "Merge": merge,
  ]

  private static func average(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    try call.arithmetic(.divide, call.folded(.add), Double(call.inputs.count))
  }

  /// `Merge` of Keras 1: one layer with a mode for each of those above.
  private static func merge(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    switch try call.layer.text("mode", default: "sum") {
    case "sum": return try call.folded(.add)
    case "mul": return try call.folded(.multiply)
    case "max": return try call.folded(.maximum)
    case "ave": return try average(call)
    case "concat":
      return try call.concatenated(
        call.inputs, axis: call.layer.integer("concat_axis", default: -1))
    case let other:
      throw call.layer.unsupported("mode", "sum, mul, max, ave or concat", other)
    }
  }

  /// `Dot`: the sum of products along one axis of each, for each pair of the others.
  private static func dot(_ call: KerasCall) throws(EngineError) -> Graph.Value {
    guard call.inputs.count == 2 else {
      throw EngineError("inbound_nodes", expected: "2 inputs", found: "\(call.inputs.count)")
    }
    var values = call.inputs
    let ranks = values.map { call.shape(of: $0).count }
    let stated = try call.layer.sizes("axes", rank: 2, default: [-1, -1])
    let axes = [
      try call.axis(stated[0], rank: ranks[0], "axes"),
      try call.axis(stated[1], rank: ranks[1], "axes"),
    ]
    if try call.layer.bool("normalize", default: false) {
      for index in 0..<2 { values[index] = try call.unit(values[index], axes: [axes[index]]) }
    }
    // Rows x summed by summed x columns.
    var sides: [Graph.Value] = []
    var result: [Int] = []
    for index in 0..<2 {
      let shape = call.shape(of: values[index])
      let others = shape.indices.filter { $0 != axes[index] }
      let count = others.reduce(1) { $0 * shape[$1] }
      let size = shape[axes[index]]
      sides.append(
        try call.reshape(
          call.transpose(values[index], index == 0 ? others + [axes[0]] : [axes[1]] + others),
          to: index == 0 ? [count, size] : [size, count]))
      result += others.map { shape[$0] }
    }
    return try call.reshape(
      call.append(MatMul(), to: sides), to: result.isEmpty ? [1] : result)
  }
}

extension KerasCall {
  /// An operation over all inputs, from the first on. Values of fewer axes are stretched behind
  /// the batch axis.
  fileprivate func folded(
    _ operation: Arithmetic.Operation
  ) throws(EngineError) -> Graph.Value {
    let inputs = inputs
    guard let first = inputs.first, inputs.count > 1 else {
      throw EngineError("inbound_nodes", expected: "2 inputs or more", found: "\(inputs.count)")
    }
    let isCore =
      operation == .add
      && inputs.allSatisfy { type(of: $0) == type(of: first) && type(of: $0).element == .float32 }
    if isCore { return try append(.add(Add()), to: inputs) }
    var result = first
    for input in inputs.dropFirst() { result = try arithmetic(operation, result, input) }
    return result
  }

  /// Values one behind the other along an axis.
  func concatenated(_ values: [Graph.Value], axis: Int) throws(EngineError) -> Graph.Value {
    guard let first = values.first else {
      throw EngineError("inbound_nodes", expected: "an input", found: "none")
    }
    return try append(
      Concatenate(axis: self.axis(axis, rank: shape(of: first).count)), to: values)
  }

  /// x over its length along axes, where that is at least 1e-12.
  func unit(_ x: Graph.Value, axes: [Int]) throws(EngineError) -> Graph.Value {
    let length = try append(Reduction(.l2, axes: axes, keepsAxes: true), to: [x])
    return try arithmetic(.divide, x, arithmetic(.maximum, length, 1e-12))
  }
}
