import Bytes
import CKernels

/// A program in the making: units become steps, values become buffers.
struct Plan {
  let graph: Graph
  let fusion: Fusion
  let concatenations: Concatenations
  /// Whether a backward pass follows, so that the forward pass keeps what that needs.
  let recordsForGradient: Bool
  /// Forward weights by node, packed once for all programs of a network.
  private(set) var weights: [Int: TensorStorage]

  private var contents: [BufferContent] = []
  private var steps: [any Step] = []
  private var targets: [Target?] = []
  private var target: Target?

  private var values: [Int: MapBuffer] = [:]
  /// The values that are tensors of their own: what general operators take and give.
  var slots: [Int: Int] = [:]
  var slotTypes: [TensorType] = []
  /// For each value whether it depends on the first input.
  let needsGradient: [Bool]
  private var marks: [Int: Buffer] = [:]
  private var marksOfWholes: [Int: Buffer] = [:]
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
    concatenations = Concatenations(fusion)
    self.recordsForGradient = recordsForGradient
    self.weights = weights
    needsGradient = graph.dependents(ofInput: 0)
  }

  // Programs.

  /// The program that gives outputs and logits, and its packed weights.
  static func forward(
    _ graph: Graph
  ) throws(EngineError) -> (Program, weights: [Int: TensorStorage]) {
    // A softmax at the end is no unit: it is the last step towards the output alone.
    let softmax = graph.finalSoftmax
    let targets = softmax == nil ? graph.outputs : [graph.logits]
    var plan = Plan(
      graph, fusion: Fusion(graph, targets: targets), recordsForGradient: false, weights: [:])
    try plan.runForward()
    if softmax != nil {
      let logits = try plan.map(of: graph.logits.index)
      plan.target = .logits
      plan.export(logits, of: graph.logits, to: .result(0))
      plan.target = .outputs
      let output = try plan.scratch(logits.geometry)
      plan.append(SoftmaxStep(input: logits, output: output))
      plan.export(output, of: graph.output, to: .result(0))
    } else {
      for (number, output) in graph.outputs.enumerated() {
        plan.target = number == 0 ? nil : .outputs
        try plan.export(output, number: number)
      }
    }
    return (try plan.program(), plan.weights)
  }

  /// The program that gives the logits and the gradient of the loss at the first input.
  static func gradient(
    _ graph: Graph, weights: [Int: TensorStorage]
  ) throws(EngineError) -> Program {
    let fusion = Fusion(graph, targets: [graph.logits])
    var plan = Plan(graph, fusion: fusion, recordsForGradient: true, weights: weights)
    try plan.runForward()
    let logits = try plan.map(of: graph.logits.index)
    plan.export(logits, of: graph.logits, to: .result(0))
    let loss = try plan.contribution(
      to: graph.logits.index, from: graph.nodes.count, edge: 0)
    plan.append(LossStep(logits: logits, gradient: loss))
    for unit in fusion.units.reversed() where plan.needsGradient[unit.value] {
      do {
        guard try plan.finishGradient(of: unit) else { continue }
        if let general = unit.operation.general {
          try plan.planGradient(unit, general)
        } else {
          try unit.operation.definition?.planGradient(unit, in: &plan)
        }
      } catch {
        throw error.inside(layer: graph.nodes[unit.node].name)
      }
    }
    guard let dx = try plan.total(of: 0, finish: Finish(), passed: nil) else {
      throw .withoutGradient
    }
    plan.export(dx, of: graph.input, to: .gradient)
    return try plan.program()
  }

  private func program() throws(EngineError) -> Program {
    try Program(
      steps, targets: targets, contents: contents, slots: slotTypes.map(\.byteCount))
  }

  private mutating func runForward() throws(EngineError) {
    for (number, input) in graph.inputs.enumerated() {
      guard input.type.element == .float32 else {
        let slot = addSlot(input.type)
        slots[number] = slot
        append(SlotInputStep(number: number, slot: slot))
        continue
      }
      append(
        ImportStep(
          number: number, map: try map(of: number),
          strides: graph.layout.strides(ofShape: input.type.shape)))
    }
    for unit in fusion.units {
      do {
        if let general = unit.operation.general {
          try plan(unit, general)
        } else {
          try unit.operation.definition?.plan(unit, in: &self)
        }
      } catch {
        throw error.inside(layer: graph.nodes[unit.node].name)
      }
    }
  }

  private mutating func export(_ output: Graph.Value, number: Int) throws(EngineError) {
    guard graph.type(of: output).element == .float32 else {
      append(SlotOutputStep(slot: try slot(of: output.index), number: number))
      return
    }
    export(try map(of: output.index), of: output, to: .result(number))
  }

  private mutating func export(
    _ map: MapBuffer, of value: Graph.Value, to destination: ExportStep.Destination
  ) {
    append(
      ExportStep(
        map: map, strides: graph.layout.strides(ofShape: graph.shape(of: value)),
        destination: destination))
  }

  // What operators ask for.

  mutating func append(_ step: any Step) {
    steps.append(step)
    targets.append(target)
  }

  /// The map of a value, views excepted. What a general operator gave is laid out at its first
  /// use as a map.
  mutating func map(of value: Int) throws(EngineError) -> MapBuffer {
    if let map = values[value] { return map }
    let map: MapBuffer
    if let part = concatenations.parts[value] {
      map = self.part(
        of: try self.map(of: part.whole), channel: part.channel,
        features: graph.features(of: Graph.Value(index: value)))
    } else {
      map = try buffer(.map(geometry(of: value)))
    }
    values[value] = map
    if let known = slots[value] ?? constantSlot(of: value) {
      append(
        LayOutStep(
          slot: known, map: map, strides: graph.layout.strides(ofShape: type(of: value).shape)))
    }
    return map
  }

  /// The map of a unit's output, whose unwritten elements stay zero.
  mutating func zeroedMap(of unit: Unit) throws(EngineError) -> MapBuffer {
    let map = try buffer(.zeroed(geometry(of: unit.value), owner: contents.count))
    values[unit.value] = map
    return map
  }

  /// Channels of a map from the given one on, which begins a block.
  private mutating func part(of whole: MapBuffer, channel: Int, features: Features) -> MapBuffer {
    var geometry = whole.geometry
    geometry.features = features
    let start = channel / Geometry.blockLanes * geometry.blockStride
    return MapBuffer(add(.part(of: whole.buffer, start: 4 * start)), geometry)
  }

  /// A map for the time of a few steps.
  mutating func scratch(_ geometry: Geometry) throws(EngineError) -> MapBuffer {
    try buffer(.map(geometry))
  }

  /// The order in which a dense layer reads the map that it takes.
  func view(of value: Int) -> View? { fusion.views[value] }

  /// Where a unit's activation marks what it passed on; nil where nobody will ask.
  mutating func marks(of unit: Unit) throws(EngineError) -> Buffer? {
    guard recordsForGradient, unit.activation != nil, !leavesRectifierToPool(unit.value) else {
      return nil
    }
    let buffer = try placeForMarks(of: unit.value)
    marks[unit.value] = buffer
    return buffer
  }

  /// Marks lie as their map does, those of a part within those of the whole: a kernel finds both by
  /// the same places.
  private mutating func placeForMarks(of value: Int) throws(EngineError) -> Buffer {
    if let known = marksOfWholes[value] { return known }
    let geometry = try map(of: value).geometry
    guard let part = concatenations.parts[value] else {
      let buffer = add(.marks(geometry))
      marksOfWholes[value] = buffer
      return buffer
    }
    let start = part.channel / Geometry.blockLanes * geometry.blockStride
    return add(.part(of: try placeForMarks(of: part.whole), start: start))
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

  /// Whether anybody will ask for the gradient of a value.
  func needsContribution(_ value: Int) -> Bool { needsGradient[value] }

  /// Whether a value lies in the map of the concatenation that takes it, from the given channel on.
  func isInPlace(_ value: Int, at channel: Int, of whole: Int) -> Bool {
    concatenations.parts[value] == .init(whole: whole, channel: channel)
  }

  /// The map that is added to what the unit has computed.
  mutating func added(to unit: Unit) throws(EngineError) -> MapBuffer? {
    guard let sum = unit.sum else { return nil }
    return try map(of: sum.value)
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

  /// Adds the contributions to a unit's output and takes them back through its activation, sum and
  /// normalisation; false where nothing contributes.
  private mutating func finishGradient(of unit: Unit) throws(EngineError) -> Bool {
    let geometry = geometry(of: unit.value)
    let marks = marks[unit.value].map { (marks: $0, geometry: geometry) }
    guard let sum = unit.sum else {
      gradients[unit.value] = try total(
        of: unit.value, finish: Finish(unit.normalization, unit.activation), passed: marks)
      return gradients[unit.value] != nil
    }
    guard
      let dy = try total(of: unit.value, finish: Finish(nil, unit.activation), passed: marks)
    else { return false }
    contributions[sum.value, default: []].append(
      Contribution(node: sum.node, edge: sum.edge, map: dy, isShared: true))
    gradients[unit.value] = dy
    if let normalization = unit.normalization {
      let scaled = try scratch(dy.geometry)
      append(
        CombineGradientStep(
          inputs: [dy], output: scaled, finish: FinishTables(Finish(normalization, nil)),
          passed: nil))
      gradients[unit.value] = scaled
    }
    return true
  }

  /// The sum of a value's contributions in the order of the nodes that take it, finished; nil
  /// where there are none.
  private mutating func total(
    of value: Int, finish: Finish, passed: (marks: Buffer, geometry: Geometry)?
  ) throws(EngineError) -> MapBuffer? {
    let parts = contributions[value, default: []]
      .sorted { ($0.node, $0.edge) < ($1.node, $1.edge) }
    guard let first = parts.first else { return nil }
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

  private mutating func buffer(_ content: BufferContent) throws(EngineError) -> MapBuffer {
    switch content {
    case .map(let geometry), .zeroed(let geometry, _):
      try geometry.check()
      return MapBuffer(add(content), geometry)
    case .marks, .winners, .part:
      preconditionFailure("a map is asked for")
    }
  }

  private mutating func add(_ content: BufferContent) -> Buffer {
    contents.append(content)
    return Buffer(index: contents.count - 1)
  }
}
