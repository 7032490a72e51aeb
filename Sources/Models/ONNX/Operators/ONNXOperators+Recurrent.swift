import Bytes
import Engine

extension ONNXOperators {
  static let recurrent: [String: ONNXConversion] = [
    "RNN": { (context, call) throws(EngineError) in
      try recurrent(context, call, gates: 1, activations: ["Tanh"]) {
        (gates, activations, clip) throws(EngineError) in
        try .simple(gates[0], activation: activations[0], clip: clip)
      }
    },
    "GRU": { (context, call) throws(EngineError) in
      let resetsProduct = try call.flag("linear_before_reset")
      return try recurrent(context, call, gates: 3, activations: ["Sigmoid", "Tanh"]) {
        (gates, activations, clip) throws(EngineError) in
        try .gru(
          update: gates[0], reset: gates[1], hidden: gates[2], gateActivation: activations[0],
          activation: activations[1], resetsProduct: resetsProduct, clip: clip)
      }
    },
    "LSTM": { (context, call) throws(EngineError) in
      let couplesForget = try call.flag("input_forget")
      return try recurrent(context, call, gates: 4, activations: ["Sigmoid", "Tanh", "Tanh"]) {
        (gates, activations, clip) throws(EngineError) in
        try .lstm(
          input: gates[0], forget: gates[2], cell: gates[3], output: gates[1],
          gateActivation: activations[0], activation: activations[1],
          outputActivation: activations[2], couplesForget: couplesForget, clip: clip)
      }
    },
  ]

  private typealias CellMaker = (
    _ gates: [RecurrentGate], _ activations: [RecurrentActivation], _ clip: Float?
  ) throws(EngineError) -> RecurrentCell

  /// A recurrent layer: one operator for each output that the graph names.
  private static func recurrent(
    _ context: ONNXContext, _ call: ONNXCall, gates: Int, activations: [String],
    cell: CellMaker
  ) throws(EngineError) -> [ONNXValue] {
    let names = ["forward": [false], "reverse": [true], "bidirectional": [false, true]]
    let stated = try call.text("direction", default: "forward")
    guard let isBackward = names[stated] else {
      throw EngineError(
        "direction", expected: "forward, reverse or bidirectional", found: stated)
    }
    let weights = try RecurrentWeights(call, gates: gates, directions: isBackward.count)
    let functions = try recurrentActivations(
      call, defaults: [[String]](repeating: activations, count: isBackward.count).flatMap { $0 })
    let clip = try call.float("clip")
    var directions: [Recurrent.Direction] = []
    for (number, isBackward) in isBackward.enumerated() {
      let start = number * activations.count
      let cell = try cell(
        weights.gates(of: number), Array(functions[start..<start + activations.count]), clip)
      directions.append(Recurrent.Direction(cell, isBackward: isBackward))
    }
    let putsRowsFirst = try call.flag("layout")
    func turned(_ value: ONNXValue, _ axes: [Int]) throws(EngineError) -> ONNXValue {
      putsRowsFirst ? try context.apply(Transpose(axes: axes), to: [value], for: call) : value
    }
    var inputs = try [turned(call.input(0), [1, 0, 2])]
    let hidden = call.present(5)
    let state = gates == 4 ? call.present(6) : nil
    for value in [hidden, state] {
      if let value { inputs.append(try turned(value, [1, 0, 2])) }
    }
    var results: [ONNXValue] = []
    for (number, output) in [Recurrent.Output.sequence, .hidden, .state].enumerated() {
      guard call.wantsOutput(number), output != .state || gates == 4 else {
        if number < 2 || gates == 4 { results.append(.none) }
        continue
      }
      let layer = try Recurrent(
        directions, output: output, lengths: call.knownIfPresent(4, "sequence_lens")?.indices,
        takesHidden: hidden != nil, takesState: state != nil)
      let value = try context.apply(layer, to: inputs, for: call)
      results.append(try turned(value, output == .sequence ? [2, 0, 1, 3] : [1, 0, 2]))
    }
    return results
  }

  /// The activations by ONNX' names, each with as many parameters from the lists as it has.
  private static func recurrentActivations(
    _ call: ONNXCall, defaults: [String]
  ) throws(EngineError) -> [RecurrentActivation] {
    let names = try call.texts("activations") ?? defaults
    guard names.count == defaults.count else {
      throw EngineError("activations", expected: "\(defaults.count)", found: "\(names.count)")
    }
    var alphas = try (call.floats("activation_alpha") ?? [])[...]
    var betas = try (call.floats("activation_beta") ?? [])[...]
    return try names.map { (name) throws(EngineError) in
      switch name.lowercased() {
      case "relu": return .relu
      case "tanh": return .elementary(.tanh)
      case "sigmoid": return .elementary(.sigmoid)
      case "softsign": return .elementary(.softsign)
      case "softplus": return .elementary(.softplus)
      case "leakyrelu": return .leakyReLU(alpha: alphas.popFirst() ?? 0.01)
      case "elu": return .elementary(.elu, alpha: alphas.popFirst())
      case "thresholdedrelu": return .elementary(.thresholdedReLU, alpha: alphas.popFirst())
      case "hardsigmoid":
        return .elementary(.hardSigmoid, alpha: alphas.popFirst(), beta: betas.popFirst())
      case "affine":
        return .affine(alpha: alphas.popFirst() ?? 1, beta: betas.popFirst() ?? 0)
      case "scaledtanh":
        return .scaledTanh(alpha: alphas.popFirst() ?? 1, beta: betas.popFirst() ?? 1)
      default:
        throw EngineError(
          .unsupported, "activations", expected: "an activation of the standard", found: name)
      }
    }
  }
}

/// The weights of a recurrent node: W, R, B and, for an LSTM, P, each with an axis for the
/// directions and the gates one behind the other.
private struct RecurrentWeights {
  private let input: AnyTensor
  private let recurrent: AnyTensor
  private let biases: [Float]?
  private let peepholes: [Float]?
  private let count: Int
  private let units: Int

  init(_ call: ONNXCall, gates: Int, directions: Int) throws(EngineError) {
    input = try call.known(1, "W")
    recurrent = try call.known(2, "R")
    count = gates
    units = recurrent.shape.last ?? 0
    if let stated = try call.integer("hidden_size"), stated != units {
      throw EngineError("hidden_size", expected: "\(units) as in R", found: "\(stated)")
    }
    let rows = gates * units
    guard input.shape.count == 3, recurrent.shape == [directions, rows, units],
      input.shape[0] == directions, input.shape[1] == rows, units > 0
    else {
      throw EngineError(
        "weights", expected: "\(directions) directions of \(gates) gates",
        found: "\(input.shape) and \(recurrent.shape)")
    }
    func vector(_ index: Int, _ name: String, _ size: Int) throws(EngineError) -> [Float]? {
      guard let tensor = try call.knownIfPresent(index, name) else { return nil }
      guard tensor.shape == [directions, size] else {
        throw EngineError(name, expected: "\([directions, size])", found: "\(tensor.shape)")
      }
      return try tensor.single(name).values
    }
    biases = try vector(3, "B", 2 * rows)
    peepholes = gates == 4 ? try vector(7, "P", 3 * units) : nil
  }

  /// The gates of a direction in ONNX' order. Peepholes: input, output, forget.
  func gates(of direction: Int) throws(EngineError) -> [RecurrentGate] {
    let width = input.shape[2]
    let w = try input.single("W").values
    let r = try recurrent.single("R").values
    return try (0..<count).map { (gate) throws(EngineError) in
      let row = (direction * count + gate) * units
      let bias = direction * 2 * count * units + gate * units
      let peephole = (direction * 3 + gate) * units
      return try RecurrentGate(
        input: Tensor(
          shape: [units, width], values: Array(w[row * width..<(row + units) * width])),
        recurrent: Tensor(
          shape: [units, units], values: Array(r[row * units..<(row + units) * units])),
        inputBias: biases.map { Array($0[bias..<bias + units]) },
        recurrentBias: biases.map {
          Array($0[bias + count * units..<bias + (count + 1) * units])
        },
        peephole: gate < 3 ? peepholes.map { Array($0[peephole..<peephole + units]) } : nil)
    }
  }
}

extension ONNXCall {
  /// The input where there is one that holds something.
  func present(_ index: Int) -> ONNXValue? {
    guard let value = optional(index) else { return nil }
    if case .none = value { return nil }
    return value
  }
}
