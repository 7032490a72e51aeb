public import Engine

/// What an ONNX graph is given or gives: its values beside tensors live in evaluation alone.
public indirect enum ONNXArgument: Sendable, Equatable {
  /// A tensor.
  case tensor(AnyTensor)
  /// A sequence of values.
  case sequence([ONNXArgument])
  /// An optional value that holds none.
  case none

  /// The tensor; nil for other values.
  public var tensor: AnyTensor? {
    if case .tensor(let tensor) = self { tensor } else { nil }
  }

  init(_ value: ONNXValue) {
    switch value {
    case .known(let tensor): self = .tensor(tensor)
    case .list(let values): self = .sequence(values.map(ONNXArgument.init))
    case .none: self = .none
    case .computed: preconditionFailure("in an evaluation every value is known")
    }
  }

  var value: ONNXValue {
    switch self {
    case .tensor(let tensor): .known(tensor)
    case .sequence(let values): .list(values.map(\.value))
    case .none: .none
    }
  }
}
