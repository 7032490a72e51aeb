import Bytes
import Engine
import Testing

/// Recurrent layers.
@Suite struct RecurrentTests {
  /// Part of torch's stacked weights: its gates are i, f, g, o, or r, z, n.
  private static func gate(_ number: Int, of gates: Int, _ seed: Int) throws -> RecurrentGate {
    func rows(_ seed: Int) throws -> Tensor {
      try Tensor(
        shape: [2, 2],
        values: Array(pattern([gates * 2, 2], seed).floats[number * 4..<number * 4 + 4]))
    }
    func bias(_ seed: Int) -> [Float] {
      Array(pattern([gates * 2], seed).floats[number * 2..<number * 2 + 2])
    }
    return try RecurrentGate(
      input: rows(seed), recurrent: rows(seed + 1), inputBias: bias(seed + 2),
      recurrentBias: bias(seed + 3))
  }

  private static func lstm(_ seed: Int) throws -> RecurrentCell {
    try .lstm(
      input: gate(0, of: 4, seed), forget: gate(1, of: 4, seed), cell: gate(2, of: 4, seed),
      output: gate(3, of: 4, seed))
  }

  private static func gru(resetsProduct: Bool, clip: Float? = nil) throws -> RecurrentCell {
    try .gru(
      update: gate(1, of: 3, 2), reset: gate(0, of: 3, 2), hidden: gate(2, of: 3, 2),
      resetsProduct: resetsProduct, clip: clip)
  }

  private static let both: [Recurrent.Direction] = {
    do { return try [.init(lstm(2)), .init(lstm(6), isBackward: true)] } catch {
      preconditionFailure("\(error)")
    }
  }()

  @Test func `a bidirectional LSTM is torch's`() throws {
    // torch: steps, rows, then both directions' units; ours have the directions before the rows.
    let layer = try Recurrent(Self.both, output: .sequence)
    let x = pattern([3, 2, 2], 1)
    let ours = Transpose(axes: [0, 2, 1, 3])
    let y = try layer.evaluate([x])
    try GeneralGolden(
      "", TransposedOutput(layer, ours), [x],
      output: [
        0.004071419, 0.2870379, 0.199397028, -0.490200284, 0.05367273, 0.098427066,
        0.288918079, -0.402825457, 0.039347154, 0.265118186, 0.213829684, -0.45171696,
        -0.001229364, 0.203655619, 0.401478634, -0.282129236, 0.075122909, 0.220159458,
        0.19108888, -0.321112127, -0.0026146, 0.18729538, 0.405682954, -0.217230391,
      ],
      gradients: [
        [
          0.016424838, 0.062171843, 0.114671377, 0.092426939, 0.138410172, -0.097134395,
          0.043889606, 0.03611265, 0.104159872, -0.130109537, -0.225415907, -0.03730529,
        ]
      ]
    ).check()
    #expect(y.shape == [3, 2, 2, 2])
    try GeneralGolden(
      "", Recurrent(Self.both, output: .state), [x],
      output: [
        0.304723066, 0.563205926, -0.015322669, 0.811747247, 0.828890127, -1.12965312,
        1.2124802, -0.549686248,
      ]
    ).check()
  }

  @Test(arguments: [Recurrent.Masked.repeated, .zero])
  func `masked steps leave the states and have the slopes of what stands there`(
    _ masked: Recurrent.Masked
  ) throws {
    let x = pattern([4, 2, 2], 1)
    let mask = AnyTensor([4, 2], integers: [0, 1, 1, 0, 0, 0, 1, 1], element: .bool)
    let layer = try Recurrent(Self.both, output: .sequence, masked: masked)
    let y = try layer.evaluate([x, mask]).floats
    // Row 0 steps through 1 and 3, row 1 through 0 and 3; a shorter sequence is the same.
    for (row, steps) in [(0, [1, 3]), (1, [0, 3])] {
      let taken = steps.flatMap { x.floats[($0 * 2 + row) * 2..<($0 * 2 + row) * 2 + 2] }
      let short = try Recurrent(Self.both, output: .sequence)
        .evaluate([AnyTensor([2, 1, 2], floats: taken)]).floats
      func unit(_ step: Int, _ direction: Int) -> [Float] {
        let start = ((step * 2 + direction) * 2 + row) * 2
        return Array(y[start..<start + 2])
      }
      for (number, step) in steps.enumerated() {
        #expect(unit(step, 0) == Array(short[number * 4..<number * 4 + 2]))
        #expect(unit(step, 1) == Array(short[number * 4 + 2..<number * 4 + 4]))
      }
      #expect(unit(2, 0) == (masked == .zero ? [0, 0] : unit(steps[0], 0)))
      #expect(unit(2, 1) == (masked == .zero ? [0, 0] : unit(3, 1)))
    }
    try expectSlopes(of: layer, [x, mask])
    #expect(throws: EngineError.self) {
      try layer.evaluate([x, pattern([4, 2], 1)])
    }
    #expect(throws: EngineError.self) {
      try Recurrent(Self.both, output: .hidden, takesHidden: true, masked: masked)
    }
  }

  @Test func `a GRU that resets the product is torch's`() throws {
    try GeneralGolden(
      "", Recurrent([.init(Self.gru(resetsProduct: true))], output: .sequence),
      [pattern([3, 2, 2], 1)],
      output: [
        -0.004956069, 0.782034679, 0.232272383, 0.244224868, 0.14791558, 0.852266833,
        -0.134580124, 0.416139122, 0.279542782, 0.72278212, -0.181987998, 0.434188729,
      ],
      gradients: [
        [
          0.126324457, 0.148782193, -0.446817447, -0.345133443, 0.120615615,
          0.126524958, -0.284398461, -0.087020453, 0.135705238, -0.070200327,
          -0.36070879, -0.09537071,
        ]
      ]
    ).check()
  }

  @Test(arguments: [Recurrent.Output.sequence, .hidden, .state])
  func `an LSTM with peepholes and first states has the slopes of its inputs`(
    _ output: Recurrent.Output
  ) throws {
    func gate(_ number: Int) throws -> RecurrentGate {
      try RecurrentGate(
        input: pattern([2, 3], number).single(""),
        recurrent: pattern([2, 2], number + 4).single(""),
        inputBias: [0.25, -0.5], peephole: number == 2 ? nil : [0.5, -0.25])
    }
    for couples in [false, true] {
      let cell = try RecurrentCell.lstm(
        input: gate(0), forget: gate(1), cell: gate(2), output: gate(3), couplesForget: couples,
        clip: 3)
      let layer = try Recurrent(
        [.init(cell), .init(cell, isBackward: true)], output: output, lengths: [3, 1],
        takesHidden: true, takesState: true)
      try expectSlopes(
        of: layer, [pattern([3, 2, 3], 1), pattern([2, 2, 2], 2), pattern([2, 2, 2], 3)])
    }
  }

  @Test(arguments: [false, true])
  func `a GRU has the slopes of its inputs`(_ resetsProduct: Bool) throws {
    let layer = try Recurrent(
      [.init(Self.gru(resetsProduct: resetsProduct))], output: .sequence, takesHidden: true)
    try expectSlopes(of: layer, [pattern([3, 2, 2], 1), pattern([1, 2, 2], 7)])
  }

  static let activations: [RecurrentActivation] = [
    .elementary(.tanh), .elementary(.softsign), .elementary(.hardSigmoid), .elementary(.elu),
    .leakyReLU(alpha: 0.25), .affine(alpha: 0.5, beta: 0.125),
    .scaledTanh(alpha: 0.5, beta: 0.75), .linear,
  ]

  @Test(arguments: activations)
  func `a simple cell has the slopes of its inputs`(_ activation: RecurrentActivation) throws {
    let layer = try Recurrent(
      [.init(.simple(Self.gate(0, of: 1, 3), activation: activation))], output: .sequence)
    try expectSlopes(of: layer, [pattern([4, 1, 2], 1)])
  }

  @Test func `the chain runs over inputs, then units, from the sum of the biases`() throws {
    // In any other order 2^-24 would be lost beside 1, or 1 beside 2^24.
    let gate = try RecurrentGate(
      input: Tensor(shape: [1, 2], values: [1, -1]),
      recurrent: Tensor(shape: [1, 1], values: [1]), inputBias: [0x1p24], recurrentBias: [1])
    let layer = try Recurrent(
      [.init(.simple(gate, activation: .linear))], output: .hidden, takesHidden: true)
    let x = AnyTensor([1, 1, 2], floats: [1, 0x1p24])
    let h = AnyTensor([1, 1, 1], floats: [0x1p-24])
    #expect(try layer.evaluate([x, h]).floats == [0x1p-24])
  }

  @Test func `steps behind a row's end are +0 and change nothing`() throws {
    let cell = try Self.gru(resetsProduct: false)
    let x = pattern([3, 1, 2], 1)
    let short = AnyTensor([2, 1, 2], floats: Array(x.floats.prefix(4)))
    for isBackward in [false, true] {
      let direction = [Recurrent.Direction(cell, isBackward: isBackward)]
      let cut = try Recurrent(direction, output: .sequence, lengths: [2]).evaluate([x]).floats
      let whole = try Recurrent(direction, output: .sequence).evaluate([short]).floats
      #expect(cut == whole + [0, 0])
    }
  }

  @Test func `what does not fit is refused`() throws {
    let cell = try Self.gru(resetsProduct: false)
    #expect(throws: EngineError.self) { try Recurrent([], output: .sequence) }
    #expect(throws: EngineError.self) { try Recurrent([.init(cell)], output: .state) }
    #expect(throws: EngineError.self) { try Self.gru(resetsProduct: false, clip: .nan) }
    #expect(throws: EngineError.self) {
      try RecurrentGate(
        input: Tensor(shape: [2, 3], values: .init(repeating: 0, count: 6)),
        recurrent: Tensor(shape: [3, 3], values: .init(repeating: 0, count: 9)))
    }
    let layer = try Recurrent([.init(cell)], output: .sequence, lengths: [4])
    #expect(throws: EngineError("sequence_lens", expected: "1 numbers from 0 to 3", found: "[4]")) {
      try layer.outputType(of: [TensorType([3, 1, 2])])
    }
    #expect(throws: EngineError.self) { try layer.outputType(of: [TensorType([3, 1, 5])]) }
  }
}

/// A recurrent layer whose output is transposed.
private struct TransposedOutput: GeneralOperator {
  let layer: Recurrent
  let order: Transpose
  var name: String { layer.name }
  var isDifferentiable: Bool { true }

  init(_ layer: Recurrent, _ order: Transpose) {
    self.layer = layer
    self.order = order
  }

  func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try order.outputType(of: [layer.outputType(of: inputs)])
  }

  func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    try order.evaluate([layer.evaluate(inputs)])
  }

  func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let y = try layer.evaluate(inputs)
    guard let inner = try order.gradients(dy, inputs: [y], output: output)[0] else { return [] }
    return try layer.gradients(inner, inputs: inputs, output: y)
  }
}
