import Bytes

/// A network as operators and the values between them, free of any file format.
///
/// Nodes stand in topological order: a node takes the graph's inputs and the outputs of nodes
/// before it. A graph is what one row of a batch passes through. With a `layout` that has a batch
/// axis, shapes of values show that axis, of size one; `inputShape` and `outputShape` never do.
///
///     var graph = try Graph(inputShape: [28, 28, 1], layout: .channelsLast)
///     let maps = try graph.append(.convolution(convolution), named: "conv2d", to: [graph.input])
///     let active = try graph.append(.relu(ReLU()), named: "conv2d", to: [maps])
public struct Graph: Sendable {
  /// An input of the graph, or the output of one node.
  public struct Value: Hashable, Sendable {
    /// The inputs in their order, then the nodes' outputs in theirs.
    let index: Int
  }

  /// A value that a run is given.
  public struct Input: Sendable, Equatable {
    /// The name in the model, as the file gives it (untrusted text).
    public let name: String
    /// Element type and shape of one row, as values of the graph have them.
    public let type: TensorType

    /// Creates an input.
    public init(name: String, type: TensorType) {
      self.name = name
      self.type = type
    }
  }

  /// An operator at its place in the graph.
  public struct Node: Sendable {
    /// The layer's name in the model, as the file gives it (untrusted text). Several nodes may
    /// bear one name: a layer and its activation.
    public let name: String
    /// What it computes.
    public let operation: Operator
    /// What it computes from.
    public let inputs: [Value]
    /// The output's type.
    public let type: TensorType
    /// Multiply-accumulates for one input.
    public let multiplyAccumulates: Int
    let place: Place

    /// The output's shape.
    public var shape: [Int] { type.shape }
  }

  /// What a run is given; most networks have one input.
  public private(set) var inputs: [Input]
  /// The order of a feature map's axes in the model's tensors.
  public let layout: Layout
  /// The operators, each after those it takes values from.
  public private(set) var nodes: [Node] = []
  /// The values that the network gives: the last node's, unless others were chosen.
  public private(set) var outputs: [Value]
  private var operations = 0

  /// A graph of one input that gives it back; `inputShape` is without the batch axis.
  public init(inputShape: [Int], layout: Layout) throws(EngineError) {
    let shape = [Int](repeating: 1, count: layout.batchAxes) + inputShape
    try self.init(inputs: [Input(name: "input", type: TensorType(shape))], layout: layout)
  }

  /// A graph that gives its first input back.
  public init(inputs: [Input], layout: Layout) throws(EngineError) {
    guard !inputs.isEmpty else {
      throw EngineError("inputs", expected: "one or more", found: "none")
    }
    self.inputs = inputs
    self.layout = layout
    outputs = [Value(index: 0)]
    for input in inputs {
      try Graph.checkValue(input.type.shape, attribute: "input shape")
      guard !input.type.shape.contains(0) else {
        throw EngineError(
          "input shape", expected: "no axis of size 0", found: "\(input.type.shape)")
      }
    }
  }

  /// The value that a run begins with: the first input.
  public var input: Value { Value(index: 0) }

  /// The values of all inputs.
  public var inputValues: [Value] { inputs.indices.map(Value.init) }

  /// The first of the outputs.
  public var output: Value { outputs[0] }

  /// The shape of one row of the first input, without the batch axis.
  public var inputShape: [Int] { rowShape(of: input) }

  /// The shape of one row of the first output, without the batch axis.
  public var outputShape: [Int] { rowShape(of: output) }

  /// The shape of a value in a batch of rows, without the batch axis.
  public func rowShape(of value: Value) -> [Int] {
    let shape = shape(of: value)
    return layout.batchAxes == 1 && shape.first == 1 ? Array(shape.dropFirst()) : shape
  }

  /// Adds an operator and makes its output the graph's; an error that names the layer when the
  /// shapes do not fit or a limit is passed.
  @discardableResult
  public mutating func append(
    _ operation: Operator, named name: String, to inputs: [Value]
  ) throws(EngineError) -> Value {
    do {
      let (node, work) = try checkedNode(operation, named: name, inputs: inputs)
      operations += work
      nodes.append(node)
      outputs = [Value(index: self.inputs.count + nodes.count - 1)]
      return output
    } catch {
      throw error.inside(layer: name)
    }
  }

  /// Makes a value the graph's output.
  public mutating func setOutput(_ value: Value) throws(EngineError) {
    try setOutputs([value])
  }

  /// Makes values the graph's outputs.
  public mutating func setOutputs(_ values: [Value]) throws(EngineError) {
    guard !values.isEmpty else {
      throw EngineError("outputs", expected: "one or more", found: "none")
    }
    for value in values { try checkExists(value) }
    outputs = values
  }

  /// The type of a value.
  public func type(of value: Value) -> TensorType {
    node(of: value)?.type ?? inputs[value.index].type
  }

  /// The shape of a value.
  public func shape(of value: Value) -> [Int] { type(of: value).shape }

  /// The size of a value as a feature map; a vector is so many channels of one pixel.
  public func features(of value: Value) -> Features { layout.features(ofShape: shape(of: value)) }

  /// The node that computes a value; nil for an input of the graph.
  public func node(of value: Value) -> Node? {
    nodeIndex(of: value.index).map { nodes[$0] }
  }

  /// The place among the nodes of the one that gives a value; nil for an input.
  public func nodeIndex(of value: Value) -> Int? { nodeIndex(of: value.index) }

  /// The same by the value's index.
  func nodeIndex(of value: Int) -> Int? { value < inputs.count ? nil : value - inputs.count }

  /// The index of the value that a node gives.
  func valueIndex(ofNode node: Int) -> Int { inputs.count + node }

  /// The number of values: inputs and nodes.
  var valueCount: Int { inputs.count + nodes.count }

  /// The number of constants of all nodes.
  public var parameterCount: Int { nodes.reduce(0) { $0 + $1.operation.parameterCount } }

  /// Multiply-accumulates for one input.
  public var multiplyAccumulates: Int { nodes.reduce(0) { $0 + $1.multiplyAccumulates } }

  /// The same graph without its identities: what takes one takes its input instead.
  var withoutIdentities: Graph {
    var graph = self
    graph.removeIdentities()
    return graph
  }

  private mutating func removeIdentities() {
    var places = Array(inputs.indices)
    var kept: [Node] = []
    for node in nodes {
      let inputs = node.inputs.map { Value(index: places[$0.index]) }
      if case .identity = node.operation {
        places.append(inputs[0].index)
        continue
      }
      kept.append(
        Node(
          name: node.name, operation: node.operation, inputs: inputs, type: node.type,
          multiplyAccumulates: node.multiplyAccumulates, place: node.place))
      places.append(self.inputs.count + kept.count - 1)
    }
    nodes = kept
    outputs = outputs.map { Value(index: places[$0.index]) }
  }

  private func checkedNode(
    _ operation: Operator, named name: String, inputs: [Value]
  ) throws(EngineError) -> (Node, work: Int) {
    guard nodes.count < EngineLimits.nodes else {
      throw EngineError(
        .limit, "nodes", expected: "at most \(EngineLimits.nodes)", found: "one more")
    }
    for value in inputs { try checkExists(value) }
    let types = inputs.map(type(of:))
    let type = try operation.outputType(of: types, layout: layout)
    try Graph.checkValue(type.shape, attribute: "output")
    let work = operation.work(inputs: types, output: type, layout: layout)
    let (sum, overflow) = operations.addingReportingOverflow(work.operations)
    guard !overflow, sum <= EngineLimits.operations else {
      throw EngineError(
        .limit, "work", expected: "at most \(EngineLimits.operations) operations for one input",
        found: "more")
    }
    let node = Node(
      name: name, operation: operation, inputs: inputs, type: type,
      multiplyAccumulates: work.multiplyAccumulates,
      place: Place(layout: layout, inputShapes: types.map(\.shape), outputShape: type.shape))
    return (node, work.operations)
  }

  private func checkExists(_ value: Value) throws(EngineError) {
    guard value.index < valueCount else {
      throw EngineError(
        .argument, "value", expected: "a value of this graph", found: "number \(value.index)")
    }
  }

  private static func checkValue(_ shape: [Int], attribute: String) throws(EngineError) {
    let count = try EngineLimits.elements(of: shape, attribute: attribute)
    guard count <= EngineLimits.valueElements else {
      throw EngineError(
        .limit, attribute, expected: "at most \(EngineLimits.valueElements) elements",
        found: "shape \(shape)")
    }
  }
}
