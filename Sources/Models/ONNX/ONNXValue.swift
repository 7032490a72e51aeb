import Engine

/// A value of an ONNX graph while the engine's graph is built from it.
enum ONNXValue {
  /// Its numbers are known: constants, and everything that is computed from constants alone.
  case known(AnyTensor)
  /// It depends on what a run is given.
  case computed(Graph.Value, TensorType)
  /// A sequence of values.
  case list([ONNXValue])
  /// An optional value that holds none.
  case none

  /// The numbers, where they are known.
  var tensor: AnyTensor? {
    if case .known(let tensor) = self { tensor } else { nil }
  }

  /// The type of a tensor, known or not.
  var type: TensorType? {
    switch self {
    case .known(let tensor): tensor.type
    case .computed(_, let type): type
    case .list, .none: nil
    }
  }
}
