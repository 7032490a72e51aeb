/// A graph of operators (`GraphProto`): the model's own, or one inside an attribute.
public struct ONNXGraph: Sendable, Equatable {
  /// The graph's name.
  public let name: String
  /// The nodes in file order, which the standard demands to be a topological order.
  public let nodes: [ONNXNode]
  /// Constants by name.
  public let initializers: [ONNXTensor]
  /// Constants that store the elements that are not zero.
  public let sparseInitializers: [ONNXSparseTensor]
  /// The inputs. Before IR version 4 initializers are listed among them.
  public let inputs: [ONNXValueInfo]
  /// The outputs.
  public let outputs: [ONNXValueInfo]
  /// Types of values in between, as far as the file says them.
  public let valueInfo: [ONNXValueInfo]
}

/// One call of an operator or function (`NodeProto`).
public struct ONNXNode: Sendable, Equatable {
  /// The node's name, often empty.
  public let name: String
  /// The operator or function, such as `Conv`.
  public let operatorType: String
  /// The operator's domain; empty for the standard's own, also when written `ai.onnx`.
  public let domain: String
  /// Which of the functions of one name is meant.
  public let overload: String
  /// Names of the values that go in; empty where an optional one is left out.
  public let inputs: [String]
  /// Names of the values that come out; empty where one is not wanted.
  public let outputs: [String]
  /// The parameters by name.
  public let attributes: [String: ONNXAttribute]
  /// Where the node stands in the file.
  public let offset: Int

  /// The same node with other parameters: those of a function's body, its references resolved.
  public func replacing(attributes: [String: ONNXAttribute]) -> ONNXNode {
    ONNXNode(
      name: name, operatorType: operatorType, domain: domain, overload: overload, inputs: inputs,
      outputs: outputs, attributes: attributes, offset: offset)
  }
}
