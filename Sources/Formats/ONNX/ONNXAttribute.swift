public import Bytes

/// A parameter of a node (`AttributeProto`).
public struct ONNXAttribute: Sendable, Equatable {
  /// What an attribute holds.
  public enum Value: Sendable, Equatable {
    case float(Float)
    case integer(Int)
    /// Text or any bytes, a range of the file.
    case text(ByteSlice)
    indirect case tensor(ONNXTensor)
    indirect case graph(ONNXGraph)
    indirect case sparseTensor(ONNXSparseTensor)
    case type(ONNXType)
    case floats([Float])
    case integers([Int])
    case texts([ByteSlice])
    case tensors([ONNXTensor])
    case graphs([ONNXGraph])
    case sparseTensors([ONNXSparseTensor])
    case types([ONNXType])
    /// The attribute of this name of the function around the node.
    case reference(String)
  }

  /// The attribute's name, unique in its node.
  public let name: String
  /// What it holds.
  public let value: Value
  /// Where it stands in the file.
  public let offset: Int

  /// The name of the function's attribute that this one stands for (`ref_attr_name`).
  public var reference: String? {
    if case .reference(let name) = value { name } else { nil }
  }
}
