/// An ONNX model as its file says it (`ModelProto`, IR versions 1 to 12). Nothing is judged.
public struct ONNXModel: Sendable, Equatable {
  /// One pair of a model's free metadata; untrusted text.
  public struct Metadata: Sendable, Equatable {
    /// Its name.
    public let key: String
    /// Its text.
    public let value: String
  }

  /// The version of the intermediate representation.
  public let irVersion: Int
  /// The version of each domain's operators. The standard's own domain is empty.
  public let opsets: [String: Int]
  /// What wrote the file: its name and version, untrusted text.
  public let producer: String?
  /// Free metadata in file order.
  public let metadata: [Metadata]
  /// Operators that the file defines itself.
  public let functions: [ONNXFunction]
  /// The graph that inference runs.
  public let graph: ONNXGraph
  /// Graphs for training, which inference never runs.
  public let trainingGraphs: [ONNXGraph]
  /// Fields that the standard does not know, in all structures that were read.
  public let unknownFields: Int
}

/// An operator that the file defines by a graph of others (`FunctionProto`).
public struct ONNXFunction: Sendable, Equatable {
  /// The name that nodes call it by.
  public let name: String
  /// The function's domain, normalised like a node's.
  public let domain: String
  /// Tells functions of one name apart.
  public let overload: String
  /// Names of the values that go in.
  public let inputs: [String]
  /// Names of the values that come out.
  public let outputs: [String]
  /// Names of attributes that every call must give.
  public let attributes: [String]
  /// Attributes that a call may leave out, with their values for then.
  public let attributeDefaults: [ONNXAttribute]
  /// The body.
  public let nodes: [ONNXNode]
  /// The version of each domain's operators in the body.
  public let opsets: [String: Int]
}
