import Bytes
import Engine
import Formats

extension ContributedOperators {
  /// An LSTM whose inputs and states are quantised as they come, the inputs of all steps by one
  /// scale. It is unrolled; its weights are [directions, inputs, 4 units] in the order of the
  /// standard's gates.
  static func recurrent(
    _ context: ONNXContext, _ call: ONNXCall
  ) throws(EngineError) -> [ONNXValue] {
    let names = ["forward": [false], "reverse": [true], "bidirectional": [false, true]]
    let stated = try call.text("direction", default: "forward")
    guard let directions = names[stated] else {
      throw EngineError("direction", expected: "forward, reverse or bidirectional", found: stated)
    }
    try call.demandAbsent(4, "sequence_lens")
    try call.demandAbsent(7, "P")
    try call.demandOff("input_forget")
    guard try call.float("clip") == nil else {
      throw EngineError(.unsupported, "clip", expected: "none", found: "one")
    }
    let activations = try call.texts("activations")?.map { $0.lowercased() }
    guard activations?.chunks(of: 3).allSatisfy({ $0 == ["sigmoid", "tanh", "tanh"] }) ?? true
    else {
      throw EngineError(
        .unsupported, "activations", expected: "Sigmoid, Tanh, Tanh",
        found: (activations ?? []).joined(separator: ", "))
    }
    let shape = try call.type(0).shape
    let x = try Quantized(of: call.input(0), context, call)
    let inputs = try context.centered(x.values, zero: x.zero, for: call)
    var sequences: [ONNXValue] = []
    var hidden: [ONNXValue] = []
    var states: [ONNXValue] = []
    for (number, isBackward) in directions.enumerated() {
      let cell = try IntegerCell(context, call, direction: number, input: shape)
      let gates = try cell.scaled(
        context.standard("MatMul", [inputs, cell.inputWeights], for: call), x.scale,
        cell.inputScale)
      var (h, c) = try (cell.initial(5), cell.initial(6))
      var steps: [ONNXValue] = []
      for step in isBackward ? Array((0..<shape[0]).reversed()) : Array(0..<shape[0]) {
        (h, c) = try cell.step(
          context.element(of: gates, axis: 0, at: step, for: call), hidden: h, state: c)
        steps.append(h)
      }
      let ordered = isBackward ? steps.reversed() : steps
      sequences.append(try context.stacked(ordered, axis: 0, type: nil, for: call))
      hidden.append(h)
      states.append(c)
    }
    return try [
      context.stacked(sequences, axis: 1, type: nil, for: call),
      context.stacked(hidden, axis: 0, type: nil, for: call),
      context.stacked(states, axis: 0, type: nil, for: call),
    ]
  }

  /// One direction of `DynamicQuantizeLSTM`.
  private struct IntegerCell {
    private let context: ONNXContext
    private let call: ONNXCall
    private let direction: Int
    private let rows: Int
    private let units: Int
    /// [inputs, 4 units] of 32 bits, the zero point taken away.
    let inputWeights: ONNXValue
    let inputScale: ONNXValue
    private let recurrentWeights: ONNXValue
    private let recurrentScale: ONNXValue
    private let bias: ONNXValue?

    init(
      _ context: ONNXContext, _ call: ONNXCall, direction: Int, input: [Int]
    ) throws(EngineError) {
      (self.context, self.call, self.direction) = (context, call, direction)
      let (w, r) = try (call.type(1).shape, call.type(2).shape)
      guard input.count == 3, input[0] > 0, w.count == 3, r.count == 3, r[2] == 4 * r[1],
        w[1] == input[2], w[2] == r[2], direction < w[0], w[0] == r[0]
      else {
        throw EngineError(
          "weights", expected: "[directions, inputs, 4 units]", found: "\(w) and \(r)")
      }
      let units = r[1]
      (rows, self.units) = (input[1], units)
      /// What belongs to the direction: of one number for each direction, or of several.
      func own(_ index: Int) throws(EngineError) -> ONNXValue {
        try context.element(of: call.input(index), axis: 0, at: direction, for: call)
      }
      inputWeights = try context.centered(own(1), zero: own(9), for: call)
      recurrentWeights = try context.centered(own(2), zero: own(11), for: call)
      (inputScale, recurrentScale) = try (own(8), own(10))
      guard call.present(3) != nil else {
        bias = nil
        return
      }
      let biases = try own(3)
      guard biases.type?.shape == [8 * units] else {
        throw EngineError("B", expected: "\(8 * units)", found: "\(biases.type?.shape ?? [])")
      }
      let parts = try [0, 4 * units].map { (start) throws(EngineError) in
        try context.part(
          of: biases, axis: 0, Slice.Span(start: start, count: 4 * units), for: call)
      }
      bias = try context.sum(of: parts, for: call)
    }

    /// A state before the first step: what is given, or 0.
    func initial(_ index: Int) throws(EngineError) -> ONNXValue {
      guard call.present(index) != nil else {
        return .known(
          AnyTensor([rows, units], floats: .init(repeating: 0, count: rows * units)))
      }
      return try context.element(of: call.input(index), axis: 0, at: direction, for: call)
    }

    /// Sums of products of integers as floats.
    func scaled(
      _ sums: ONNXValue, _ a: ONNXValue, _ b: ONNXValue
    ) throws(EngineError) -> ONNXValue {
      try ContributedOperators.scaled(context, call, sums, a, b, bias: nil)
    }

    /// Output and state behind a step, from what its input adds to the gates.
    func step(
      _ input: ONNXValue, hidden: ONNXValue, state: ONNXValue
    ) throws(EngineError) -> (ONNXValue, ONNXValue) {
      let h = try Quantized(of: hidden, context, call)
      let sums = try context.standard(
        "MatMul", [context.centered(h.values, zero: h.zero, for: call), recurrentWeights],
        for: call)
      let gates = try context.sum(
        of: [input, scaled(sums, h.scale, recurrentScale), bias], for: call)
      func gate(_ number: Int, _ activation: String) throws(EngineError) -> ONNXValue {
        let span = Slice.Span(start: number * units, count: units)
        return try context.standard(
          activation, [context.part(of: gates, axis: 1, span, for: call)], for: call)
      }
      let kept = try context.standard("Mul", [gate(2, "Sigmoid"), state], for: call)
      let new = try context.standard(
        "Mul", [gate(0, "Sigmoid"), gate(3, "Tanh")], for: call)
      let c = try context.standard("Add", [kept, new], for: call)
      let shown = try context.standard("Tanh", [c], for: call)
      return try (context.standard("Mul", [gate(1, "Sigmoid"), shown], for: call), c)
    }
  }
}

extension ONNXContext {
  /// Integers of 8 bits as integers of 32, the zero point taken away.
  fileprivate func centered(
    _ value: ONNXValue, zero: ONNXValue, for call: ONNXCall
  ) throws(EngineError) -> ONNXValue {
    let parts = try [value, zero].map { (part) throws(EngineError) in
      try cast(part, to: .int32, for: call)
    }
    return try standard("Sub", parts, for: call)
  }
}

extension Array {
  /// The elements in groups of a size, the last group smaller where it does not come out even.
  fileprivate func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}
