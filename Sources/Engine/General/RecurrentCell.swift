import Bytes

/// The weights of one gate of a recurrent cell.
public struct RecurrentGate: Sendable {
  /// units x inputs, row-major: what the input is multiplied by.
  let input: [Float]
  /// units x units, row-major: what the hidden state is multiplied by.
  let recurrent: [Float]
  /// One number for each unit.
  let inputBias: [Float]
  /// One number for each unit.
  let recurrentBias: [Float]
  /// One number for each unit, by which the cell state comes in; nil without.
  let peephole: [Float]?
  /// Both transposed, as right sides of products.
  let inputColumns: [Float]
  let recurrentColumns: [Float]

  /// Creates a gate; biases that are left out are +0.
  ///
  /// - Throws: `EngineError` unless `input` is units x inputs, `recurrent` units x units and the
  ///   others have one number for each unit.
  public init(
    input: Tensor, recurrent: Tensor, inputBias: [Float]? = nil, recurrentBias: [Float]? = nil,
    peephole: [Float]? = nil
  ) throws(EngineError) {
    guard recurrent.shape.count == 2, recurrent.shape[0] == recurrent.shape[1],
      input.shape.count == 2, input.shape[0] == recurrent.shape[0]
    else {
      throw EngineError(
        "weights", expected: "units x inputs and units x units",
        found: "\(input.shape) and \(recurrent.shape)")
    }
    let units = recurrent.shape[0]
    for numbers in [inputBias, recurrentBias, peephole] {
      guard let numbers, numbers.count != units else { continue }
      throw EngineError("bias", expected: "\(units) numbers", found: "\(numbers.count)")
    }
    self.input = input.values
    self.recurrent = recurrent.values
    self.inputBias = inputBias ?? .init(repeating: 0, count: units)
    self.recurrentBias = recurrentBias ?? .init(repeating: 0, count: units)
    self.peephole = peephole
    inputColumns = transposed(self.input, columns: input.shape[1])
    recurrentColumns = transposed(self.recurrent, columns: units)
  }

  var units: Int { inputBias.count }
  var inputs: Int { input.count / max(1, units) }

  /// The chain's start where both biases come first.
  var bias: [Float] { zip(inputBias, recurrentBias).map { $0 + $1 } }

  var parameterCount: Int {
    input.count + recurrent.count + 2 * units + (peephole?.count ?? 0)
  }
}

/// One step of a recurrent layer. x is the step's input, h the hidden state before it, W, R, b, c
/// a gate's input weights, recurrent weights and biases.
///
/// The chain of a gate, each step one fused multiply-add in binary32:
///
///     chain = (b + c rounded), then W x over the inputs ascending, then R h over the units ascending
///
/// Everything else is one rounding for each operation named.
public struct RecurrentCell: Sendable {
  /// The kinds of cells.
  enum Kind: Sendable {
    case simple
    case gru(resetsProduct: Bool)
    case lstm(couplesForget: Bool)
  }

  let kind: Kind
  /// In the order in which gradients go back through them.
  let gates: [RecurrentGate]
  /// One for each gate, and of the cell state for an LSTM.
  let activations: [RecurrentActivation]
  /// Between which bounds, -clip and clip, what goes into an activation is held; nil for none.
  let clip: Float?

  /// A simple recurrent cell: h' = f(chain).
  public static func simple(
    _ gate: RecurrentGate, activation: RecurrentActivation = .elementary(.tanh),
    clip: Float? = nil
  ) throws(EngineError) -> RecurrentCell {
    try RecurrentCell(kind: .simple, gates: [gate], activations: [activation], clip: clip)
  }

  /// A gated recurrent unit.
  ///
  ///     z = f(chain),  r = f(chain)                update and reset
  ///     n = g(chain of x and of r h, rounded)      or, where the reset comes after the product,
  ///     n = g(fma(r, R h + c, W x + b))            each sum in the parentheses a chain of its own
  ///     h' = fma(z, h, (1 - z) n)
  public static func gru(
    update: RecurrentGate, reset: RecurrentGate, hidden: RecurrentGate,
    gateActivation: RecurrentActivation = .elementary(.sigmoid),
    activation: RecurrentActivation = .elementary(.tanh), resetsProduct: Bool,
    clip: Float? = nil
  ) throws(EngineError) -> RecurrentCell {
    try RecurrentCell(
      kind: .gru(resetsProduct: resetsProduct), gates: [update, reset, hidden],
      activations: [gateActivation, gateActivation, activation], clip: clip)
  }

  /// A long short-term memory cell with cell state s.
  ///
  ///     i = f(chain + p s),  o' = f(chain + p s),  n = g(chain)    p s: one more step, where there
  ///     s' = fma(i, n, o' s)                                       is a peephole; o' is forget
  ///     o = f(chain + p s'),  h' = o h(s')
  ///
  /// With `couplesForget` the forget gate is 1 - i, rounded.
  public static func lstm(
    input: RecurrentGate, forget: RecurrentGate, cell: RecurrentGate, output: RecurrentGate,
    gateActivation: RecurrentActivation = .elementary(.sigmoid),
    activation: RecurrentActivation = .elementary(.tanh),
    outputActivation: RecurrentActivation = .elementary(.tanh), couplesForget: Bool = false,
    clip: Float? = nil
  ) throws(EngineError) -> RecurrentCell {
    try RecurrentCell(
      kind: .lstm(couplesForget: couplesForget), gates: [input, forget, cell, output],
      activations: [
        gateActivation, gateActivation, activation, gateActivation, outputActivation,
      ], clip: clip)
  }

  private init(
    kind: Kind, gates: [RecurrentGate], activations: [RecurrentActivation], clip: Float?
  ) throws(EngineError) {
    for gate in gates where gate.units != gates[0].units || gate.inputs != gates[0].inputs {
      throw EngineError(
        "weights", expected: "\(gates[0].units) x \(gates[0].inputs) in every gate",
        found: "\(gate.units) x \(gate.inputs)")
    }
    if let clip, !(clip > 0) {
      throw EngineError("clip", expected: "a number above 0", found: "\(clip)")
    }
    self.kind = kind
    self.gates = gates
    self.activations = activations
    self.clip = clip
  }

  var units: Int { gates[0].units }
  var inputs: Int { gates[0].inputs }
  /// Whether it has a cell state.
  var hasState: Bool { if case .lstm = kind { true } else { false } }

  func clipped(_ x: [Float]) -> [Float] {
    guard let clip else { return x }
    return x.map { $0 < -clip ? -clip : $0 > clip ? clip : $0 }
  }

  /// The gradient before the bounds: nothing where a bound was reached.
  func unclipped(_ dx: [Float], at x: [Float]) -> [Float] {
    guard let clip else { return dx }
    return zip(dx, x).map { $1 > -clip && $1 < clip ? $0 : 0 }
  }
}

/// A matrix of so many columns, its rows as columns.
private func transposed(_ matrix: [Float], columns: Int) -> [Float] {
  let rows = columns == 0 ? 0 : matrix.count / columns
  var result: [Float] = []
  result.reserveCapacity(matrix.count)
  for column in 0..<columns {
    for row in 0..<rows { result.append(matrix[row * columns + column]) }
  }
  return result
}
