import Bytes
import Engine

/// How one operator of ONNX becomes operators of the engine: the values of its outputs, in order.
///
/// It may give more or fewer than the node asks for; asking for more is an error.
typealias ONNXConversion =
  @Sendable (ONNXContext, ONNXCall) throws(EngineError) -> [ONNXValue]

/// Every operator that can be built, by domain and name.
///
/// A conversion is written once: where all inputs are known it computes, else it adds nodes.
enum ONNXOperators {
  static let table: [String: [String: ONNXConversion]] = [
    "": standard, ContributedOperators.domain: ContributedOperators.table,
  ]

  private static let standard = [
    convolutions, pools, products, normalizations, activations, arithmetic, shapes, constants,
    elementwise, reductions, rankings, softmaxes, quantizations, matrices, losses,
    recurrent, pieces, gathering, sampling, controlFlow, sequences,
  ].reduce(into: [:]) { table, part in
    table.merge(part) { _, _ in preconditionFailure("an operator is listed once") }
  }

  /// The names of the standard's operators that can be built, sorted.
  static var names: [String] { standard.keys.sorted() }
}

extension ONNXContext {
  /// The same elements under another shape.
  func reshape(
    _ value: ONNXValue, to shape: [Int], for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    if value.type?.shape == shape { return value }
    if case .computed(_, let type) = value, type.element == .float32 {
      return try apply(.reshape(Reshape(shape: shape)), to: [value], for: call)
    }
    return try apply(ShapeChange(shape: shape), to: [value], for: call)
  }

  /// A constant of the model as binary32.
  func single(_ tensor: AnyTensor, _ name: String) throws(EngineError) -> Tensor {
    try tensor.single(name)
  }
}
