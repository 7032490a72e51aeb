import Bytes
import Engine

extension KerasLayers {
  static let recurrent: [String: KerasConversion] = [
    "SimpleRNN": layer, "GRU": layer, "LSTM": layer, "RNN": layer,
    "Bidirectional": bidirectional,
  ]

  /// `SimpleRNN`, `GRU`, `LSTM`: the last step's output or all, then the states where these are
  /// returned.
  private static func layer(_ call: KerasCall) throws(EngineError) -> [Graph.Value] {
    guard let x = call.inputs.first else {
      throw EngineError("inbound_nodes", expected: "an input", found: "none")
    }
    for (name, argument) in call.arguments.named
    where name != "initial_state" && !argument.values.isEmpty && !call.takesMask(name) {
      throw call.layer.unsupported(
        "inbound_nodes", "a sequence and states", "a value for '\(name)'")
    }
    let states =
      call.inputs.dropFirst()
      + call.arguments.named.filter { $0.name == "initial_state" }.flatMap(\.argument.values)
    return try KerasRecurrence(call.layer, call.weights, call).outputs(
      of: x, states: Array(states), isFlipped: false)
  }

  /// `Bidirectional`: one layer forwards, one backwards.
  private static func bidirectional(_ call: KerasCall) throws(EngineError) -> [Graph.Value] {
    let x = try call.input()
    let forward = try call.innerLayer("layer")
    let count = call.weights.entries.count
    // Before Keras 2.4 the backward layer is the forward one with its direction turned.
    let isOwn = call.layer.has("backward_layer")
    let backward = isOwn ? try call.innerLayer("backward_layer") : forward
    var first = try KerasRecurrence(
      forward, call.weights.part("forward_layer", 0..<count / 2), call)
    var second = try KerasRecurrence(
      backward, call.weights.part("backward_layer", count / 2..<count), call)
    if !isOwn { second.isBackward.toggle() }
    // With both directions side by side, masked steps are +0.
    first.zerosMasked = first.returnsSequences
    second.zerosMasked = second.returnsSequences
    let a = try first.outputs(of: x, states: [], isFlipped: false)
    let b = try second.outputs(of: x, states: [], isFlipped: second.returnsSequences)
    let states = Array(a.dropFirst() + b.dropFirst())
    let merged: [Graph.Value]
    switch call.layer.has("merge_mode") ? try call.layer.text("merge_mode", default: "") : "none" {
    case "none": merged = [a[0], b[0]]
    case "concat": merged = [try call.concatenated([a[0], b[0]], axis: -1)]
    case "sum": merged = [try call.arithmetic(.add, a[0], b[0])]
    case "mul": merged = [try call.arithmetic(.multiply, a[0], b[0])]
    case "ave":
      merged = [try call.arithmetic(.divide, call.arithmetic(.add, a[0], b[0]), 2)]
    case let other:
      throw call.layer.unsupported("merge_mode", "concat, sum, mul, ave or none", other)
    }
    if first.returnsSequences, let mask = try call.mask(of: x) {
      for value in merged { call.builder.setMask(.steps(mask), of: value) }
    }
    return merged + states
  }
}

/// A recurrent layer in one direction.
private struct KerasRecurrence {
  private let call: KerasCall
  private let cell: RecurrentCell
  private let hasState: Bool
  private let returnsState: Bool
  private let units: Int
  let returnsSequences: Bool
  var isBackward: Bool
  /// Whether a sequence of outputs is +0 where steps are masked, else the output before.
  var zerosMasked: Bool

  init(
    _ layer: KerasLayerConfig, _ weights: KerasWeightGroup, _ outer: KerasCall
  ) throws(EngineError) {
    var config = layer
    if layer.className == "RNN" {
      config = try KerasCall(
        layer: layer, weights: weights, arguments: outer.arguments, builder: outer.builder,
        depth: outer.depth
      ).innerLayer("cell")
    }
    guard try !layer.bool("time_major", default: false) else {
      throw layer.unsupported("time_major", "false", "true")
    }
    let call = KerasCall(
      layer: config, weights: weights.part("cell"), arguments: outer.arguments,
      builder: outer.builder, depth: outer.depth)
    self.call = call
    returnsSequences = try layer.bool("return_sequences", default: false)
    returnsState = try layer.bool("return_state", default: false)
    isBackward = try layer.bool("go_backwards", default: false)
    zerosMasked = try layer.bool("zero_output_for_mask", default: false)
    let activation = try call.recurrentActivation("activation", default: "tanh")
    func gateActivation() throws(EngineError) -> RecurrentActivation {
      // The default was `hard_sigmoid` before Keras 2.3; files state it.
      try call.recurrentActivation("recurrent_activation", default: "sigmoid")
    }
    switch config.className {
    case "SimpleRNN", "SimpleRNNCell":
      let gates = try call.gates(["h"])
      cell = try .simple(gates[0], activation: activation)
      hasState = false
    case "GRU", "GRUCell":
      let resets = try config.bool("reset_after", default: call.builder.kerasMajor > 2)
      let gates = try call.gates(["z", "r", "h"], hasTwoBiases: resets)
      cell = try .gru(
        update: gates[0], reset: gates[1], hidden: gates[2], gateActivation: gateActivation(),
        activation: activation, resetsProduct: resets)
      hasState = false
    case "LSTM", "LSTMCell":
      let gates = try call.gates(["i", "f", "c", "o"])
      cell = try .lstm(
        input: gates[0], forget: gates[1], cell: gates[2], output: gates[3],
        gateActivation: gateActivation(), activation: activation, outputActivation: activation)
      hasState = true
    case let other:
      throw layer.unsupported("layer", "SimpleRNN, GRU or LSTM", other)
    }
    units = try config.integer("units")
  }

  /// The output, then the states where these are returned. `isFlipped` turns a sequence of
  /// outputs; Keras gives those of a backward layer in the order in which it steps.
  func outputs(
    of x: Graph.Value, states: [Graph.Value], isFlipped: Bool
  ) throws(EngineError) -> [Graph.Value] {
    let shape = call.shape(of: x)
    guard shape.count == 2, shape[0] > 0 else {
      throw EngineError(
        "input", expected: "steps of vectors", found: "shape \(shape)")
    }
    guard states.count <= (hasState ? 2 : 1) else {
      throw EngineError("initial_state", expected: "the cell's states", found: "\(states.count)")
    }
    let mask = try call.mask(of: x)
    if mask != nil {
      guard states.isEmpty, call.builder.kerasMajor > 1, returnsSequences || !zerosMasked else {
        throw call.layer.unsupported(
          "mask", "masked steps without initial states, of Keras 2 or 3", "others")
      }
    }
    var inputs = [try call.reshape(x, to: [shape[0], 1, shape[1]])]
    for state in states { inputs.append(try call.reshape(state, to: [1, 1, units])) }
    if let mask { inputs.append(try call.reshape(mask, to: [shape[0], 1])) }
    func value(_ output: Recurrent.Output, _ shape: [Int]) throws(EngineError) -> Graph.Value {
      let operation = try Recurrent(
        [Recurrent.Direction(cell, isBackward: isBackward)], output: output,
        takesHidden: !states.isEmpty, takesState: states.count == 2,
        masked: mask == nil ? nil : zerosMasked ? .zero : .repeated)
      return try call.reshape(call.append(operation, to: inputs), to: shape)
    }
    var results: [Graph.Value] = []
    if returnsSequences {
      let sequence = try value(.sequence, [shape[0], units])
      let spans = [
        Slice.Span(start: shape[0] - 1, step: -1, count: shape[0]),
        Slice.Span(start: 0, count: units),
      ]
      results.append(
        isBackward == isFlipped ? sequence : try call.append(Slice(spans: spans), to: [sequence]))
      if let mask { call.builder.setMask(.steps(mask), of: results[0]) }
    } else {
      results.append(try value(.hidden, [units]))
    }
    guard returnsState else { return results }
    results.append(try value(.hidden, [units]))
    if hasState { results.append(try value(.state, [units])) }
    return results
  }
}

extension KerasCall {
  /// The gates' weights. Keras 2 and 3: `kernel` inputs x (gates units), `recurrent_kernel`,
  /// `bias`, of a GRU that resets behind the product one for each kernel. Keras 1: three tensors
  /// for each gate, those of an LSTM in the order i, c, f, o.
  fileprivate func gates(
    _ names: [String], hasTwoBiases: Bool = false
  ) throws(EngineError) -> [RecurrentGate] {
    let count = names.count
    if builder.kerasMajor < 2, count > 1 {
      let old = count == 4 ? ["i", "c", "f", "o"] : names
      let tensors = try weights.tensors(named: old.flatMap { ["W_\($0)", "U_\($0)", "b_\($0)"] })
      return try names.map { (name) throws(EngineError) in
        let start = 3 * (old.firstIndex(of: name) ?? 0)
        return try RecurrentGate(
          input: turned(tensors[start]), recurrent: turned(tensors[start + 1]),
          inputBias: tensors[start + 2].values)
      }
    }
    let hasBias = try layer.bool("use_bias", default: true)
    let tensors = try weights.tensors(
      named: ["kernel", "recurrent_kernel"] + (hasBias ? ["bias"] : []))
    let units = try layer.integer("units")
    let (width, overflow) = units.multipliedReportingOverflow(by: count)
    guard units > 0, !overflow,
      tensors[0].shape.count == 2, tensors[0].shape[1] == width, tensors[1].shape == [units, width]
    else {
      throw EngineError(
        "units", expected: "kernels of \(count) gates",
        found: "\(units) with \(tensors[0].shape) and \(tensors[1].shape)")
    }
    var biases: [[Float]] = []
    if hasBias {
      let bias = tensors[2]
      guard bias.shape == (hasTwoBiases ? [2, width] : [width]) else {
        throw EngineError(
          "bias", expected: "\(hasTwoBiases ? [2, width] : [width])", found: "\(bias.shape)")
      }
      biases = stride(from: 0, to: bias.count, by: width).map {
        Array(bias.values[$0..<$0 + width])
      }
    }
    func columns(_ tensor: Tensor, _ gate: Int) throws(EngineError) -> Tensor {
      let spans = [
        Slice.Span(start: 0, count: tensor.shape[0]),
        Slice.Span(start: gate * units, count: units),
      ]
      return try turned(Slice(spans: spans).evaluate([AnyTensor(tensor)]).single("kernel"))
    }
    return try (0..<count).map { (gate) throws(EngineError) in
      let part = gate * units..<(gate + 1) * units
      return try RecurrentGate(
        input: columns(tensors[0], gate), recurrent: columns(tensors[1], gate),
        inputBias: biases.first.map { Array($0[part]) },
        recurrentBias: biases.count > 1 ? Array(biases[1][part]) : nil)
    }
  }

  private func turned(_ matrix: Tensor) throws(EngineError) -> Tensor {
    try Transpose(axes: [1, 0]).evaluate([AnyTensor(matrix)]).single("kernel")
  }

  /// An activation inside a cell, by its name.
  fileprivate func recurrentActivation(
    _ key: String, default name: String
  ) throws(EngineError) -> RecurrentActivation {
    switch try layer.text(key, default: name) {
    case "linear": return .linear
    case "relu": return .relu
    case "sigmoid": return .elementary(.sigmoid)
    case "tanh": return .elementary(.tanh)
    case "hard_sigmoid":
      return .elementary(
        .hardSigmoid, alpha: builder.kerasMajor < 3 ? 0.2 : 1 / 6, beta: 0.5)
    case let other:
      guard let function = KerasCall.functions[other] else {
        throw layer.unsupported(key, "an activation of a recurrent cell", "'\(other)'")
      }
      return .elementary(function.name, alpha: function.alpha, beta: function.beta)
    }
  }
}
