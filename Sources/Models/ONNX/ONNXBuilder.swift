import Bytes
import Engine
import Formats

/// Builds the engine's graph from an ONNX graph, or evaluates it outright.
///
/// Whatever depends on constants alone is computed at once by the operators' plain forms: shapes,
/// axes and folded weights need no run. What depends on the inputs becomes nodes. When all inputs
/// are known, nothing is left to become a node, and the outputs are known.
final class ONNXBuilder {
  /// Nodes that may be gone through, those in the bodies of unrolled loops counted each time.
  private static let visitLimit = 1_000_000
  /// What a graph inside a node counts beside its nodes, each time that it is gone through.
  private static let graphVisits = 10

  /// Bytes of another file of the release.
  typealias ExternalBytes = (ONNXExternalData) throws(ParseError) -> ByteSlice

  private let model: ONNXModel
  private let external: ExternalBytes
  private let functions: [String: ONNXFunction]
  private(set) var graph: Graph
  private(set) var batch: ONNXBatch
  private var visits = 0
  private var operations = 0
  /// Whether a graph is built, so that known values are the model's constants alone.
  private var buildsGraph = false
  /// Bytes of the known values that are held.
  private var heldBytes = 0
  /// Where the node stands at which building failed.
  private(set) var failureOffset: Int?

  /// A builder whose graph has the given inputs, those at `batched` for one row of a batch, whose
  /// size the file may fix.
  init(
    _ model: ONNXModel, inputs: [Graph.Input], batched: [Int] = [], isBatchFixed: Bool = false,
    external: @escaping ExternalBytes
  ) throws(EngineError) {
    self.model = model
    self.external = external
    functions = Dictionary(
      model.functions.map { (ONNXBuilder.key($0.domain, $0.name, $0.overload), $0) },
      uniquingKeysWith: { first, _ in first })
    let graph = try Graph(inputs: inputs, layout: .batchChannelsFirst)
    self.graph = graph
    batch = ONNXBatch(leading: batched.map { graph.inputValues[$0] }, isFixed: isBatchFixed)
  }

  private static func key(_ domain: String, _ name: String, _ overload: String) -> String {
    "\(domain)\u{0}\(name)\u{0}\(overload)"
  }

  /// The outputs of the model's graph for its inputs.
  func outputs(of inputs: [String: ONNXValue]) throws(EngineError) -> [ONNXValue] {
    buildsGraph = inputs.values.contains { if case .computed = $0 { true } else { false } }
    return try run(model.graph, opsets: model.opsets, scope: ONNXScope(inputs), depth: 0)
  }

  /// Makes computed values the graph's outputs.
  func setOutputs(_ outputs: [Graph.Value]) throws(EngineError) {
    try graph.setOutputs(outputs)
  }

  // Graphs and nodes.

  /// The outputs of a graph whose inputs are in the scope.
  func run(
    _ source: ONNXGraph, opsets: [String: Int], scope: ONNXScope, depth: Int
  ) throws(EngineError) -> [ONNXValue] {
    // Constants are listed each time that the graph is gone through.
    let constants = source.initializers.count + source.sparseInitializers.count
    try visit(ONNXBuilder.graphVisits + constants / 16)
    let bytesAround = heldBytes
    scope.add(source)
    try run(source.nodes, opsets: opsets, scope: scope, depth: depth)
    let outputs = try source.outputs.map { (output) throws(EngineError) in
      guard let value = try value(of: output.name, in: scope) else {
        throw EngineError("output", expected: "a value of the graph", found: output.name)
      }
      return value
    }
    // What is inside the graph is let go.
    heldBytes = bytesAround
    for output in outputs { try hold(output) }
    return outputs
  }

  /// Counts a step towards the limit.
  func visit(_ steps: Int = 1) throws(EngineError) {
    visits += steps
    guard visits <= ONNXBuilder.visitLimit else {
      throw EngineError(
        .limit, "nodes", expected: "at most \(ONNXBuilder.visitLimit) evaluations",
        found: "more")
    }
  }

  /// Counts a known value's memory towards the limit.
  private func hold(_ value: ONNXValue) throws(EngineError) {
    guard let tensor = value.tensor else { return }
    heldBytes += tensor.type.byteCount
    let limit = buildsGraph ? EngineLimits.constantBytes : EngineLimits.workspaceBytes
    guard heldBytes <= limit else {
      throw EngineError(
        .limit, "values", expected: "at most \(limit) bytes at once", found: "more")
    }
  }

  private func run(
    _ nodes: [ONNXNode], opsets: [String: Int], scope: ONNXScope, depth: Int
  ) throws(EngineError) {
    guard depth <= EngineLimits.graphDepth else {
      throw EngineError(
        .limit, "graphs", expected: "at most \(EngineLimits.graphDepth) inside one another",
        found: "more")
    }
    var waiting = nodes[...]
    var isOrdered = false
    while let node = waiting.first {
      if !isOrdered, node.inputs.contains(where: { !$0.isEmpty && !scope.knows($0) }) {
        waiting = Array(waiting).orderedByUse()[...]
        isOrdered = true
        continue
      }
      waiting = waiting.dropFirst()
      do throws(EngineError) {
        try visit()
        let attributes = scope.attributes
        try run(attributes.map(node.resolving) ?? node, opsets: opsets, scope: scope, depth: depth)
      } catch {
        failureOffset = failureOffset ?? node.offset
        throw error.inside(layer: node.title)
      }
    }
  }

  private func run(
    _ node: ONNXNode, opsets: [String: Int], scope: ONNXScope, depth: Int
  ) throws(EngineError) {
    let inputs = try node.inputs.map { (name) throws(EngineError) -> ONNXValue? in
      guard !name.isEmpty else { return nil }
      guard let value = try value(of: name, in: scope) else {
        throw EngineError(
          "inputs", expected: "a value that was computed before", found: "'\(name)'")
      }
      return value
    }
    let results: [ONNXValue]
    if let function = functions[ONNXBuilder.key(node.domain, node.operatorType, node.overload)] {
      results = try run(function, for: node, inputs: inputs, depth: depth)
    } else {
      guard let opset = opsets[node.domain] ?? (node.domain.isEmpty ? model.opsets[""] : nil),
        let conversion = ONNXOperators.table[node.domain]?[node.operatorType]
      else {
        throw EngineError(
          .unsupported, "operator", expected: "an operator of the standard or a function",
          found: node.domain.isEmpty
            ? node.operatorType : "\(node.operatorType) of domain \(node.domain)")
      }
      let call = ONNXCall(node: node, opset: opset, inputs: inputs)
      results = try conversion(
        ONNXContext(builder: self, opsets: opsets, scope: scope, depth: depth), call)
    }
    for (index, name) in node.outputs.enumerated() where !name.isEmpty {
      guard index < results.count else {
        throw EngineError(
          .unsupported, "outputs", expected: "at most \(results.count)",
          found: "\(node.outputs.count)")
      }
      guard scope.define(name, results[index]) else {
        throw EngineError("outputs", expected: "a new name", found: "'\(name)', used before")
      }
    }
  }

  /// The outputs of a function's body, its attributes put in.
  private func run(
    _ function: ONNXFunction, for node: ONNXNode, inputs: [ONNXValue?], depth: Int
  ) throws(EngineError) -> [ONNXValue] {
    var values: [String: ONNXValue] = [:]
    for (name, value) in zip(function.inputs, inputs) {
      if let value { values[name] = value }
    }
    var attributes = Dictionary(
      function.attributeDefaults.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    attributes.merge(node.attributes) { _, given in given }
    let scope = ONNXScope(values, attributes: attributes)
    scope.absent = Set(function.inputs).subtracting(values.keys)
    let bytesAround = heldBytes
    try run(
      function.nodes,
      opsets: function.opsets.isEmpty ? model.opsets : function.opsets, scope: scope,
      depth: depth + 1)
    let outputs = try function.outputs.map { (name) throws(EngineError) -> ONNXValue in
      try value(of: name, in: scope) ?? .none
    }
    heldBytes = bytesAround
    for output in outputs { try hold(output) }
    return outputs
  }

  // Operators.

  /// The operator's output: its numbers where those of all inputs are known, else a node.
  func apply(
    _ operation: Operator, to inputs: [ONNXValue], named name: String
  ) throws(EngineError) -> ONNXValue {
    let known = inputs.compactMap(\.tensor)
    if known.count == inputs.count {
      let work = try operation.operations(of: known.map(\.type), layout: .batchChannelsFirst)
      let (sum, overflow) = operations.addingReportingOverflow(work)
      let limit = buildsGraph ? EngineLimits.constantOperations : EngineLimits.operations
      guard !overflow, sum <= limit else {
        throw EngineError(
          .limit, "constants", expected: "at most \(limit) operations", found: "more")
      }
      operations = sum
      let result = ONNXValue.known(
        try operation.evaluate(known, layout: .batchChannelsFirst))
      try hold(result)
      return result
    }
    let values = try inputs.map { (input) throws(EngineError) -> Graph.Value in
      switch input {
      case .computed(let value, _): return value
      case .known(let tensor):
        return try graph.append(.general(Constant(tensor)), named: name, to: [])
      case .list, .none:
        throw EngineError("inputs", expected: "tensors", found: "a sequence or nothing")
      }
    }
    let value = try graph.append(operation, named: name, to: values)
    try batch.pass(operation, from: values, to: value, in: graph)
    return .computed(value, graph.type(of: value))
  }

  /// Throws where an operator takes rows of the batch together: elements along some axes of a value.
  func demandRowsApart(
    _ value: ONNXValue, along axes: [Int], by name: String
  ) throws(EngineError) {
    guard case .computed(let value, _) = value else { return }
    try batch.demandApart(axes, of: value, by: name)
  }

  /// Throws where the graph is for one row of a fixed batch and the value's size tells how many.
  func demandUncounted(_ value: ONNXValue) throws(EngineError) {
    guard case .computed(let value, _) = value else { return }
    try batch.demandUncounted(value)
  }

  // Constants.

  /// The numbers of a stored tensor.
  func constant(_ tensor: ONNXTensor) throws(EngineError) -> AnyTensor {
    do throws(ParseError) {
      return try AnyTensor(tensor.storedTensor(external: external))
    } catch {
      failureOffset = failureOffset ?? error.offset
      throw EngineError(error, readingTensor: tensor.name)
    }
  }

  /// The value of a name, nil where there is none; what is stored is read at its first use.
  private func value(
    of name: String, in scope: ONNXScope
  ) throws(EngineError) -> ONNXValue? {
    try scope.value(of: name) { (stored) throws(EngineError) in
      switch stored {
      case .tensor(let tensor):
        return .known(try constant(tensor))
      case .sparse(let sparse):
        let value = ONNXValue.known(
          try constant(sparse.values).scattered(
            try constant(sparse.indices).indices, shape: sparse.shape))
        try hold(value)
        return value
      }
    }
  }
}

extension EngineError {
  /// Why the tensor of the name cannot be read.
  init(_ error: ParseError, readingTensor name: String) {
    self.init(
      error.kind == .unsupported ? .unsupported : error.kind == .limit ? .limit : .malformed,
      "tensor \(name)", expected: error.expected, found: error.found)
  }
}

/// What an operator's conversion works with.
struct ONNXContext {
  let builder: ONNXBuilder
  let opsets: [String: Int]
  let scope: ONNXScope
  let depth: Int

  /// The operator's output for the inputs, named after the node.
  func apply(
    _ operation: Operator, to inputs: [ONNXValue], for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    try builder.apply(operation, to: inputs, named: call.node.title)
  }

  /// The same for a general operator.
  func apply(
    _ operation: any GeneralOperator, to inputs: [ONNXValue], for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    try apply(.general(operation), to: inputs, for: call)
  }

  /// Counts the copy of a list towards the limit of steps.
  func charge(_ list: [ONNXValue]) throws(EngineError) { try builder.visit(list.count / 64) }

  /// The outputs of a graph inside the node, which sees the values around it.
  func run(
    _ graph: ONNXGraph, inputs: [String: ONNXValue]
  ) throws(EngineError) -> [ONNXValue] {
    try builder.run(
      graph, opsets: opsets, scope: ONNXScope(inputs, outer: scope), depth: depth + 1)
  }
}

extension ONNXNode {
  /// What messages and listings call the node: its name, else that of its first output.
  var title: String {
    if !name.isEmpty { return name }
    return outputs.first.flatMap { $0.isEmpty ? nil : $0 } ?? operatorType
  }

  /// The node with references to a function's attributes replaced; those left out fall away.
  func resolving(_ given: [String: ONNXAttribute]) -> ONNXNode {
    guard attributes.values.contains(where: { $0.reference != nil }) else { return self }
    var resolved: [String: ONNXAttribute] = [:]
    for (name, attribute) in attributes {
      if let reference = attribute.reference {
        resolved[name] = given[reference]
      } else {
        resolved[name] = attribute
      }
    }
    return replacing(attributes: resolved)
  }
}
