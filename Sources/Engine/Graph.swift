/// A network as operators and the values between them, free of any file format.
///
/// Nodes stand in topological order: a node takes the graph's input and the outputs of nodes
/// before it. Shapes leave out the batch axis. A feature map has three axes, in the order of
/// `layout`; a vector has one.
///
///     var graph = try Graph(inputShape: [28, 28, 1], layout: .channelsLast)
///     let maps = try graph.append(.convolution(convolution), named: "conv2d", to: [graph.input])
///     let active = try graph.append(.relu(ReLU()), named: "conv2d", to: [maps])
public struct Graph: Sendable {
  /// The graph's input, or the output of one node.
  public struct Value: Hashable, Sendable {
    /// 0 for the input, else one more than the node's index.
    let index: Int
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
    /// The output's shape without the batch axis.
    public let shape: [Int]
    /// Multiply-accumulates for one input.
    public let multiplyAccumulates: Int
    let place: Place
  }

  /// The shape of one input, without the batch axis.
  public let inputShape: [Int]
  /// The order of a feature map's axes in the model's tensors.
  public let layout: Layout
  /// The operators, each after those it takes values from.
  public private(set) var nodes: [Node] = []
  /// The value that the network gives: the last node's, unless another was chosen.
  public private(set) var output: Value
  private var operations = 0

  /// A graph that gives its input back.
  public init(inputShape: [Int], layout: Layout) throws(EngineError) {
    self.inputShape = inputShape
    self.layout = layout
    output = Value(index: 0)
    try Graph.checkValue(inputShape, attribute: "input shape")
  }

  /// The value that a run begins with.
  public var input: Value { Value(index: 0) }

  /// Adds an operator and makes its output the graph's; an error that names the layer when the
  /// shapes do not fit or a limit is passed.
  @discardableResult
  public mutating func append(
    _ operation: Operator, named name: String, to inputs: [Value]
  ) throws(EngineError) -> Value {
    do {
      let node = try checkedNode(operation, named: name, inputs: inputs)
      operations += operation.definition.operations(
        input: node.place.input, output: node.place.output)
      nodes.append(node)
      output = Value(index: nodes.count)
      return output
    } catch {
      throw error.inside(layer: name)
    }
  }

  /// Makes a value the graph's output.
  public mutating func setOutput(_ value: Value) throws(EngineError) {
    try checkExists(value)
    output = value
  }

  /// The shape of a value without the batch axis.
  public func shape(of value: Value) -> [Int] {
    value.index == 0 ? inputShape : nodes[value.index - 1].shape
  }

  /// The size of a value as a feature map; a vector is so many channels of one pixel.
  public func features(of value: Value) -> Features { layout.features(ofShape: shape(of: value)) }

  /// The shape of one output, without the batch axis.
  public var outputShape: [Int] { shape(of: output) }

  /// The node that computes a value; nil for the graph's input.
  public func node(of value: Value) -> Node? {
    value.index == 0 ? nil : nodes[value.index - 1]
  }

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
    var places = [0]
    var kept: [Node] = []
    for node in nodes {
      let inputs = node.inputs.map { Value(index: places[$0.index]) }
      if case .identity = node.operation {
        places.append(inputs[0].index)
        continue
      }
      kept.append(
        Node(
          name: node.name, operation: node.operation, inputs: inputs, shape: node.shape,
          multiplyAccumulates: node.multiplyAccumulates, place: node.place))
      places.append(kept.count)
    }
    nodes = kept
    output = Value(index: places[output.index])
  }

  private func checkedNode(
    _ operation: Operator, named name: String, inputs: [Value]
  ) throws(EngineError) -> Node {
    guard nodes.count < EngineLimits.nodes else {
      throw EngineError(
        .limit, "nodes", expected: "at most \(EngineLimits.nodes)", found: "one more")
    }
    let definition = operation.definition
    guard definition.inputCount.contains(inputs.count) else {
      let range = definition.inputCount
      throw EngineError(
        "inputs",
        expected: range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) or more",
        found: "\(inputs.count)")
    }
    for value in inputs { try checkExists(value) }
    let inputShapes = inputs.map(shape(of:))
    let outputShape = try definition.outputShape(of: inputShapes, layout: layout)
    try Graph.checkValue(outputShape, attribute: "output")
    let place = Place(layout: layout, inputShapes: inputShapes, outputShape: outputShape)
    let (input, output) = (place.input, place.output)
    let (sum, overflow) = operations.addingReportingOverflow(
      definition.operations(input: input, output: output))
    guard !overflow, sum <= EngineLimits.operations else {
      throw EngineError(
        .limit, "work", expected: "at most \(EngineLimits.operations) operations for one input",
        found: "more")
    }
    return Node(
      name: name, operation: operation, inputs: inputs, shape: outputShape,
      multiplyAccumulates: definition.multiplyAccumulates(input: input, output: output),
      place: place)
  }

  private func checkExists(_ value: Value) throws(EngineError) {
    guard value.index <= nodes.count else {
      throw EngineError(
        .argument, "value", expected: "a value of this graph", found: "number \(value.index)")
    }
  }

  private static func checkValue(_ shape: [Int], attribute: String) throws(EngineError) {
    let count = try EngineLimits.elements(of: shape, attribute: attribute)
    guard count > 0 else {
      throw EngineError(attribute, expected: "no axis of size 0", found: "\(shape)")
    }
    guard count <= EngineLimits.valueElements else {
      throw EngineError(
        .limit, attribute, expected: "at most \(EngineLimits.valueElements) elements",
        found: "shape \(shape)")
    }
  }
}
