/// A named value of a graph with its type (`ValueInfoProto`).
public struct ONNXValueInfo: Sendable, Equatable {
  /// The value's name, untrusted text.
  public let name: String
  /// Its type, nil when the file leaves it open.
  public let type: ONNXType?
}

/// The type of a value (`TypeProto`).
public indirect enum ONNXType: Sendable, Equatable {
  /// A tensor; the shape is nil when even the number of axes is open.
  case tensor(ONNXElementType, shape: [ONNXDimension]?)
  /// A list of values of one type.
  case sequence(ONNXType)
  /// A value or none.
  case optional(ONNXType)
  /// Keys of the element type and values.
  case map(key: ONNXElementType, value: ONNXType)
  /// A tensor that stores the elements that are not zero.
  case sparseTensor(ONNXElementType, shape: [ONNXDimension]?)
  /// A type that only its domain knows.
  case opaque(domain: String, name: String)
}

/// The size of an axis (`TensorShapeProto.Dimension`).
public enum ONNXDimension: Sendable, Equatable {
  /// A number, not negative.
  case size(Int)
  /// A name that stands for a number, such as `batch`; equal names are equal sizes.
  case parameter(String)
  /// Open.
  case unknown
}
