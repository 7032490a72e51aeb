import Bytes

// Structures that no file holds: graphs whose weights come from elsewhere, and single calls of
// operators on behalf of other formats.

extension ONNXModel {
  /// A model of no nodes: operators of one version of the standard's set, called from outside.
  public init(standardOperators version: Int) {
    self.init(
      irVersion: 10, opsets: ["": version], producer: nil, metadata: [], functions: [],
      graph: ONNXGraph(
        name: "", nodes: [], initializers: [], sparseInitializers: [], inputs: [], outputs: [],
        valueInfo: []),
      trainingGraphs: [], unknownFields: 0)
  }

  /// The same model with other constants and inputs.
  public func replacing(initializers: [ONNXTensor], inputs: [ONNXValueInfo]) -> ONNXModel {
    ONNXModel(
      irVersion: irVersion, opsets: opsets, producer: producer, metadata: metadata,
      functions: functions,
      graph: ONNXGraph(
        name: graph.name, nodes: graph.nodes, initializers: initializers,
        sparseInitializers: graph.sparseInitializers, inputs: inputs, outputs: graph.outputs,
        valueInfo: graph.valueInfo),
      trainingGraphs: trainingGraphs, unknownFields: unknownFields)
  }
}

extension ONNXTensor {
  /// A tensor whose elements were found elsewhere; nil for a type that ONNX lacks.
  public init?(name: String, _ stored: StoredTensor) {
    guard
      let type = ONNXElementType.allCases.first(where: { $0.stored == stored.elementType })
    else { return nil }
    self.init(
      name: name, shape: stored.shape, elementType: type, data: .stored(stored),
      offset: stored.bytes.offset)
  }
}

extension ONNXNode {
  /// A call of one of the standard's operators.
  public init(
    calling operatorType: String, named name: String, attributes: [String: ONNXAttribute.Value]
  ) {
    var named: [String: ONNXAttribute] = [:]
    for (key, value) in attributes {
      named[key] = ONNXAttribute(name: key, value: value, offset: 0)
    }
    self.init(
      name: name, operatorType: operatorType, domain: "", overload: "", inputs: [],
      outputs: [name], attributes: named, offset: 0)
  }
}
