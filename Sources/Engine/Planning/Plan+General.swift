import Bytes

// How general operators, which take and give tensors, stand between maps.

extension Plan {
  func type(of value: Int) -> TensorType { graph.type(of: Graph.Value(index: value)) }

  /// The slot of a value: as a general operator gave it, or taken together from its map at its
  /// first use.
  mutating func slot(of value: Int) throws(EngineError) -> Int {
    if let slot = slots[value] ?? constantSlot(of: value) { return slot }
    let map = try map(of: value)
    let type = type(of: value)
    let slot = addSlot(type)
    slots[value] = slot
    append(
      TakeTogetherStep(
        map: map, strides: graph.layout.strides(ofShape: type.shape), type: type, slot: slot))
    return slot
  }

  mutating func addSlot(_ type: TensorType) -> Int {
    slotTypes.append(type)
    return slotTypes.count - 1
  }

  /// A slot that holds a constant from the first step on; nil where the value is none.
  mutating func constantSlot(of value: Int) -> Int? {
    guard let node = graph.node(of: Graph.Value(index: value)),
      let constant = node.operation.general as? Constant
    else { return nil }
    let slot = addSlot(constant.tensor.type)
    slots[value] = slot
    append(ConstantStep(tensor: constant.tensor, slot: slot))
    return slot
  }

  mutating func plan(
    _ unit: Unit, _ general: any GeneralOperator
  ) throws(EngineError) {
    var inputs: [Int] = []
    for input in unit.inputs { inputs.append(try slot(of: input)) }
    let output = addSlot(type(of: unit.value))
    slots[unit.value] = output
    append(
      GeneralStep(
        operation: general, layer: graph.nodes[unit.node].name, inputs: inputs, output: output))
  }

  mutating func planGradient(
    _ unit: Unit, _ general: any GeneralOperator
  ) throws(EngineError) {
    guard general.isDifferentiable else { return }
    let dy = gradient(of: unit)
    let type = type(of: unit.value)
    let slot = addSlot(type)
    append(
      TakeTogetherStep(
        map: dy, strides: graph.layout.strides(ofShape: type.shape), type: type, slot: slot))
    var inputs: [Int] = []
    for input in unit.inputs { inputs.append(try self.slot(of: input)) }
    var results: [Int?] = []
    for input in unit.inputs {
      results.append(
        needsGradient[input] && self.type(of: input).element == .float32
          ? addSlot(self.type(of: input)) : nil)
    }
    append(
      GeneralGradientStep(
        operation: general, layer: graph.nodes[unit.node].name, dy: slot, inputs: inputs,
        output: try self.slot(of: unit.value), results: results))
    for (edge, result) in results.enumerated() {
      guard let result else { continue }
      let dx = try contribution(to: unit.inputs[edge], of: unit, edge: edge)
      append(
        LayOutStep(
          slot: result, map: dx,
          strides: graph.layout.strides(ofShape: self.type(of: unit.inputs[edge]).shape)))
    }
  }
}
