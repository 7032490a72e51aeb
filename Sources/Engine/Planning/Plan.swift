import CKernels

/// A program in the making: units become steps, values become buffers.
struct Plan {
  private let graph: Graph
  private let fusion: Fusion
  /// Whether a backward pass follows, so that the forward pass keeps what that needs.
  private let recordsForGradient: Bool
  /// Forward weights by node, packed once for all programs of a network.
  private(set) var weights: [Int: TensorStorage]

  private var contents: [BufferContent] = []
  private var steps: [any Step] = []
  private var targets: [Target?] = []
  private var target: Target?

  private var values: [Int: MapBuffer] = [:]
  private var marks: [Int: Buffer] = [:]
  private var winners: [Int: Buffer] = [:]
  private var contributions: [Int: [Contribution]] = [:]
  private var gradients: [Int: MapBuffer] = [:]

  /// A part of a value's gradient, from one of the nodes that take it.
  private struct Contribution {
    let node: Int
    let edge: Int
    let map: MapBuffer
    /// Whether others read the map too, so that nothing may be added to it.
    let isShared: Bool
  }

  private init(
    _ graph: Graph, fusion: Fusion, recordsForGradient: Bool, weights: [Int: TensorStorage]
  ) {
    self.graph = graph
    self.fusion = fusion
    self.recordsForGradient = recordsForGradient
    self.weights = weights
  }

  // Programs.

  /// The program that gives outputs and logits, and its packed weights.
  static func forward(
    _ graph: Graph
  ) throws(EngineError) -> (Program, weights: [Int: TensorStorage]) {
    // A softmax at the end is no unit: it is the last step towards the output alone.
    let fusion = Fusion(graph, target: graph.logits, kept: [graph.logits])
    var plan = Plan(graph, fusion: fusion, recordsForGradient: false, weights: [:])
    try plan.runForward()
    let logits = try plan.map(of: graph.logits.index)
    if graph.finalSoftmax != nil {
      plan.target = .logits
      plan.export(logits, shape: graph.shape(of: graph.logits), to: .results)
      plan.target = .output
      let output = try plan.scratch(logits.geometry)
      plan.append(SoftmaxStep(input: logits, output: output))
      plan.export(output, shape: graph.outputShape, to: .results)
    } else {
      plan.export(logits, shape: graph.outputShape, to: .results)
    }
    let program = try Program(plan.steps, targets: plan.targets, contents: plan.contents)
    return (program, plan.weights)
  }

  /// The program that gives the logits and the gradient of the loss at the input.
  static func gradient(
    _ graph: Graph, weights: [Int: TensorStorage]
  ) throws(EngineError) -> Program {
    let fusion = Fusion(graph, target: graph.logits, kept: [graph.logits])
    var plan = Plan(graph, fusion: fusion, recordsForGradient: true, weights: weights)
    try plan.runForward()
    let logits = try plan.map(of: graph.logits.index)
    plan.export(logits, shape: graph.shape(of: graph.logits), to: .results)
    let loss = try plan.contribution(
      to: graph.logits.index, from: graph.nodes.count, edge: 0)
    plan.append(LossStep(logits: logits, gradient: loss))
    for unit in fusion.units.reversed() {
      do {
        try plan.finishGradient(of: unit)
        try unit.operation.definition.planGradient(unit, in: &plan)
      } catch {
        throw error.inside(layer: graph.nodes[unit.node].name)
      }
    }
    let dx = try plan.total(of: 0, finish: Finish(), passed: nil)
    plan.export(dx, shape: graph.inputShape, to: .gradient)
    return try Program(plan.steps, targets: plan.targets, contents: plan.contents)
  }

  private mutating func runForward() throws(EngineError) {
    let input = try map(of: 0)
    append(
      ImportStep(map: input, strides: graph.layout.strides(ofShape: graph.inputShape)))
    for unit in fusion.units {
      do {
        try unit.operation.definition.plan(unit, in: &self)
      } catch {
        throw error.inside(layer: graph.nodes[unit.node].name)
      }
    }
  }

  private mutating func export(
    _ map: MapBuffer, shape: [Int], to destination: ExportStep.Destination
  ) {
    append(
      ExportStep(
        map: map, strides: graph.layout.strides(ofShape: shape), destination: destination))
  }

  // What operators ask for.

  mutating func append(_ step: any Step) {
    steps.append(step)
    targets.append(target)
  }

  /// The map of a value, views excepted.
  mutating func map(of value: Int) throws(EngineError) -> MapBuffer {
    if let map = values[value] { return map }
    let map = try buffer(.map(geometry(of: value)))
    values[value] = map
    return map
  }

  /// The map of a unit's output, whose unwritten elements stay zero.
  mutating func zeroedMap(of unit: Unit) throws(EngineError) -> MapBuffer {
    let map = try buffer(.zeroed(geometry(of: unit.value), owner: contents.count))
    values[unit.value] = map
    return map
  }

  /// A map for the time of a few steps.
  mutating func scratch(_ geometry: Geometry) throws(EngineError) -> MapBuffer {
    try buffer(.map(geometry))
  }

  /// The order in which a dense layer reads the map that it takes.
  func view(of value: Int) -> View? { fusion.views[value] }

  /// Where a unit's activation marks what it passed on; nil where nobody will ask.
  mutating func marks(of unit: Unit) throws(EngineError) -> Buffer? {
    guard recordsForGradient, unit.activation != nil else { return nil }
    let buffer = add(.marks(try map(of: unit.value).geometry))
    marks[unit.value] = buffer
    return buffer
  }

  /// Where a pool notes which taps won; nil where nobody will ask.
  mutating func winners(of unit: Unit) -> Buffer? {
    guard recordsForGradient else { return nil }
    let known = winners[unit.value]
    let buffer = known ?? add(.winners(unit.place.output))
    winners[unit.value] = buffer
    return buffer
  }

  /// The forward weights of a node, packed at their first use.
  mutating func weights(of unit: Unit, pack: () -> TensorStorage) -> TensorStorage {
    let known = weights[unit.node] ?? pack()
    weights[unit.node] = known
    return known
  }

  /// The gradient of a unit's chain or sum: what is left behind its activation and normalisation.
  func gradient(of unit: Unit) -> MapBuffer {
    guard let map = gradients[unit.value] else {
      preconditionFailure("a unit's gradient is finished before the unit takes it")
    }
    return map
  }

  /// Where a unit puts its contribution to the gradient of what it takes. `isZeroed` says that the
  /// unit leaves elements unwritten, which are zero then.
  mutating func contribution(
    to value: Int, of unit: Unit, edge: Int = 0, isZeroed: Bool = false
  ) throws(EngineError) -> MapBuffer {
    let view = fusion.views[value]
    return try contribution(
      to: view?.source ?? value, from: view?.node ?? unit.node, edge: edge, isZeroed: isZeroed)
  }

  /// The sum of what a unit takes, finished: Add, and operators that are all finish.
  mutating func combine(_ unit: Unit) throws(EngineError) {
    var inputs: [MapBuffer] = []
    for input in unit.inputs { inputs.append(try map(of: input)) }
    append(
      CombineStep(
        inputs: inputs, output: try map(of: unit.value),
        finish: FinishTables(Finish(unit.normalization, unit.activation)),
        passed: try marks(of: unit)))
  }

  /// Gives the gradient of a unit that is all finish, or a sum, to everything it takes.
  mutating func passGradient(of unit: Unit) {
    let map = gradient(of: unit)
    for (edge, value) in unit.inputs.enumerated() {
      contributions[value, default: []].append(
        Contribution(node: unit.node, edge: edge, map: map, isShared: true))
    }
  }

  // Values and gradients.

  private mutating func contribution(
    to value: Int, from node: Int, edge: Int, isZeroed: Bool = false
  ) throws(EngineError) -> MapBuffer {
    let geometry = gradientGeometry(of: value)
    let map = try buffer(
      isZeroed ? .zeroed(geometry, owner: contents.count) : .map(geometry))
    contributions[value, default: []].append(
      Contribution(node: node, edge: edge, map: map, isShared: false))
    return map
  }

  /// Adds the contributions to a unit's output and takes the sum back through its activation and
  /// normalisation.
  private mutating func finishGradient(of unit: Unit) throws(EngineError) {
    let geometry = try map(of: unit.value).geometry
    let marks = marks[unit.value].map { (marks: $0, geometry: geometry) }
    gradients[unit.value] = try total(
      of: unit.value, finish: Finish(unit.normalization, unit.activation), passed: marks)
  }

  /// The sum of a value's contributions in the order of the nodes that take it, finished.
  private mutating func total(
    of value: Int, finish: Finish, passed: (marks: Buffer, geometry: Geometry)?
  ) throws(EngineError) -> MapBuffer {
    let parts = contributions[value, default: []]
      .sorted { ($0.node, $0.edge) < ($1.node, $1.edge) }
    guard let first = parts.first else {
      preconditionFailure("every value on the way to the logits has a gradient")
    }
    let geometry = gradientGeometry(of: value)
    let isPlain = parts.count == 1 && finish.scale == nil && passed == nil
    if isPlain, first.map.geometry == geometry { return first.map }
    let output =
      if let own = parts.first(where: { !$0.isShared }) { own.map } else { try scratch(geometry) }
    append(
      CombineGradientStep(
        inputs: parts.map(\.map), output: output, finish: FinishTables(finish), passed: passed))
    return output
  }

  /// How a value lies in memory: in blocks, with the halo that its readers need. An input of few
  /// channels lies in planes where all its readers can read them.
  private func geometry(of value: Int) -> Geometry {
    let features = graph.features(of: Graph.Value(index: value))
    var geometry = Geometry(features: features)
    if isPlanes(value) { geometry.lanes = 1 }
    for reader in fusion.readers[value] {
      let unit = fusion.units[reader]
      geometry.halo = geometry.halo.union(unit.operation.definition.halo(unit.place))
    }
    return geometry
  }

  /// How a value's gradient lies in memory: with the halo that the unit behind it needs.
  private func gradientGeometry(of value: Int) -> Geometry {
    let features = graph.features(of: Graph.Value(index: value))
    var geometry = Geometry(features: features)
    if isPlanes(value) { geometry.lanes = 1 }
    if let maker = fusion.makers[value] {
      let unit = fusion.units[maker]
      geometry.halo = unit.operation.definition.gradientHalo(unit.place)
    }
    return geometry
  }

  private func isPlanes(_ value: Int) -> Bool {
    value == 0 && graph.logits.index != 0
      && graph.features(of: graph.input).channels <= Convolution.fewChannels
      && fusion.readers[0].allSatisfy { fusion.units[$0].operation.definition.readsPlanes }
  }

  private mutating func buffer(_ content: BufferContent) throws(EngineError) -> MapBuffer {
    switch content {
    case .map(let geometry), .zeroed(let geometry, _):
      try geometry.check()
      return MapBuffer(add(content), geometry)
    case .marks, .winners:
      preconditionFailure("a map is asked for")
    }
  }

  private mutating func add(_ content: BufferContent) -> Buffer {
    contents.append(content)
    return Buffer(index: contents.count - 1)
  }
}
