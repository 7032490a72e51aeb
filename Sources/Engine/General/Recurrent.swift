import Bytes

/// A recurrent layer in one or both directions: RNN, GRU, LSTM.
///
/// Takes x (steps x rows x inputs) and, where it `takesHidden` and `takesState`, the first hidden
/// and cell states (directions x rows x units), which else are +0. Steps and orders of the sums
/// are those of `RecurrentCell`; a backward direction begins at the end of each row's sequence.
/// Where it has a mask, a last input of truth values (steps x rows), steps that it marks false leave
/// a row's states as they are; the row's output there is the hidden state, or +0.
///
/// Gradients go back step by step in binary32: a state's gradient is that of the output plus that
/// of the following step. Contributions of the directions to dx are added, forward first.
public struct Recurrent: GeneralOperator {
  /// What the layer gives; an operator has one output, so that there is one operator for each.
  public enum Output: String, Sendable {
    /// The hidden states of all steps: steps x directions x rows x units; +0 behind the end of a
    /// row's sequence.
    case sequence
    /// The last hidden states: directions x rows x units.
    case hidden
    /// The last cell states: directions x rows x units.
    case state
  }

  /// What a sequence has at masked steps.
  public enum Masked: Sendable {
    /// The output of the step before, +0 at the first.
    case repeated
    /// +0.
    case zero
  }

  /// A cell and the order of its steps.
  public struct Direction: Sendable {
    let cell: RecurrentCell
    let isBackward: Bool

    /// Creates a direction.
    public init(_ cell: RecurrentCell, isBackward: Bool = false) {
      self.cell = cell
      self.isBackward = isBackward
    }
  }

  private let directions: [Direction]
  private let output: Output
  private let lengths: [Int]?
  private let takesHidden: Bool
  private let takesState: Bool
  private let masked: Masked?

  /// Creates a layer; `lengths` are the steps of each row where they differ, `masked` says that there
  /// is a mask.
  ///
  /// - Throws: `EngineError` unless there are one or two directions of equal sizes, and for the
  ///   state of cells that have none.
  public init(
    _ directions: [Direction], output: Output, lengths: [Int]? = nil, takesHidden: Bool = false,
    takesState: Bool = false, masked: Masked? = nil
  ) throws(EngineError) {
    guard (1...2).contains(directions.count),
      directions.allSatisfy({
        $0.cell.units == directions[0].cell.units && $0.cell.inputs == directions[0].cell.inputs
          && $0.cell.hasState == directions[0].cell.hasState
      })
    else {
      throw EngineError(
        "directions", expected: "one or two of one size", found: "\(directions.count)")
    }
    guard directions[0].cell.hasState || (output != .state && !takesState) else {
      throw EngineError("state", expected: "a cell that has one", found: "none")
    }
    guard masked == nil || (lengths == nil && !takesHidden && !takesState) else {
      throw EngineError(
        .unsupported, "mask", expected: "sequences of one length and no first states",
        found: "others")
    }
    self.directions = directions
    self.output = output
    self.masked = masked
    self.lengths = lengths
    self.takesHidden = takesHidden
    self.takesState = takesState
  }

  private var units: Int { directions[0].cell.units }

  /// The kind of the cells.
  public var name: String {
    switch directions[0].cell.kind {
    case .simple: "rnn"
    case .gru: "gru"
    case .lstm: "lstm"
    }
  }

  /// Weights and biases of all gates.
  public var parameterCount: Int {
    directions.reduce(0) { $0 + $1.cell.gates.reduce(0) { $0 + $1.parameterCount } }
  }

  /// What the output is.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    let count = 1 + (takesHidden ? 1 : 0) + (takesState ? 1 : 0) + (masked == nil ? 0 : 1)
    try requireCount(inputs, count...count)
    let numbers = masked == nil ? inputs : inputs.dropLast()
    for input in numbers where input.element != .float32 {
      throw EngineError(
        .unsupported, "input", expected: "float32", found: input.element.rawValue)
    }
    let x = inputs[0].shape
    guard x.count == 3, x[2] == directions[0].cell.inputs else {
      throw EngineError(
        "input", expected: "steps x rows x \(directions[0].cell.inputs)", found: "\(x)")
    }
    let states = [directions.count, x[1], units]
    for input in numbers.dropFirst() where input.shape != states {
      throw EngineError("initial state", expected: "\(states)", found: "\(input.shape)")
    }
    if masked != nil, let mask = inputs.last, mask != TensorType([x[0], x[1]], .bool) {
      throw EngineError(
        "mask", expected: "truth values of \([x[0], x[1]])",
        found: "\(mask.element.rawValue) of \(mask.shape)")
    }
    if let lengths, lengths.count != x[1] || !lengths.allSatisfy({ (0...x[0]).contains($0) }) {
      throw EngineError(
        "sequence_lens", expected: "\(x[1]) numbers from 0 to \(x[0])", found: "\(lengths)")
    }
    return TensorType(output == .sequence ? [x[0]] + states : states)
  }

  /// One for each weight, step and row.
  public func multiplyAccumulates(inputs: [TensorType], output: TensorType) -> Int {
    let weights = directions.reduce(0) {
      $0 + $1.cell.gates.reduce(0) { $0 + $1.input.count + $1.recurrent.count }
    }
    return saturatingProduct(inputs[0].shape[0], inputs[0].shape[1], weights)
  }

  /// Step by step.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let sizes = Sizes(inputs[0].shape)
    var y = [Float](repeating: 0, count: type.count)
    for number in directions.indices {
      let passage = pass(number, inputs, sizes, keepsSteps: false) { step, row, hidden in
        guard output == .sequence else { return }
        let start = ((step * directions.count + number) * sizes.rows + row) * units
        y.replaceSubrange(start..<start + units, with: hidden)
      }
      if output == .sequence { continue }
      let start = number * sizes.rows * units
      y.replaceSubrange(
        start..<start + sizes.rows * units,
        with: output == .hidden ? passage.hidden : passage.state)
    }
    return AnyTensor(type.shape, floats: y)
  }

  private struct Sizes {
    let steps: Int
    let rows: Int
    let inputs: Int

    init(_ x: [Int]) {
      (steps, rows, inputs) = (x[0], x[1], x[2])
    }
  }

  /// What a direction's steps left.
  private struct Passage {
    var hidden: [Float]
    var state: [Float]
    var steps: [RecurrentStep] = []
  }

  /// The step of the sequence that a row takes as number `index`; nil behind its end.
  private func place(_ index: Int, row: Int, steps: Int, isBackward: Bool) -> Int? {
    let length = lengths?[row] ?? steps
    guard index < length else { return nil }
    return isBackward ? length - 1 - index : index
  }

  /// Whether each row's step counts: step by step, nil where all do.
  private func mask(_ inputs: [AnyTensor]) -> [Bool]? {
    masked == nil ? nil : inputs.last?.integers.map { $0 != 0 }
  }

  private func pass(
    _ number: Int, _ inputs: [AnyTensor], _ sizes: Sizes, keepsSteps: Bool,
    _ give: (_ step: Int, _ row: Int, _ hidden: ArraySlice<Float>) -> Void
  ) -> Passage {
    let (cell, isBackward) = (directions[number].cell, directions[number].isBackward)
    let x = inputs[0].floats
    let mask = mask(inputs)
    let width = sizes.rows * units
    let zeros = [Float](repeating: 0, count: width)
    func initial(_ index: Int, _ isGiven: Bool) -> [Float] {
      isGiven ? Array(inputs[index].floats[number * width..<(number + 1) * width]) : zeros
    }
    var passage = Passage(
      hidden: initial(1, takesHidden),
      state: cell.hasState ? initial(takesHidden ? 2 : 1, takesState) : [])
    for index in 0..<sizes.steps {
      let places = (0..<sizes.rows).map {
        place(index, row: $0, steps: sizes.steps, isBackward: isBackward)
      }
      var taken: [Float] = []
      taken.reserveCapacity(sizes.rows * sizes.inputs)
      for (row, place) in places.enumerated() {
        let start = ((place ?? 0) * sizes.rows + row) * sizes.inputs
        taken.append(contentsOf: x[start..<start + sizes.inputs])
      }
      let step = RecurrentStep(
        cell, x: taken, rows: sizes.rows, hidden: passage.hidden, state: passage.state)
      if keepsSteps { passage.steps.append(step) }
      for (row, place) in places.enumerated() {
        guard let place else { continue }
        let range = row * units..<(row + 1) * units
        if let mask, !mask[place * sizes.rows + row] {
          if masked == .repeated { give(place, row, passage.hidden[range]) }
          continue
        }
        passage.hidden.replaceSubrange(range, with: step.hidden[range])
        if cell.hasState { passage.state.replaceSubrange(range, with: step.state[range]) }
        give(place, row, step.hidden[range])
      }
    }
    return passage
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// Back through the steps; dx and the gradients of the first states.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let sizes = Sizes(inputs[0].shape)
    let dy = dy.floats
    let mask = mask(inputs)
    let width = sizes.rows * units
    var dx = [Float](repeating: 0, count: inputs[0].count)
    var firstHidden: [Float] = []
    var firstState: [Float] = []
    for (number, direction) in directions.enumerated() {
      let cell = direction.cell
      let passage = pass(number, inputs, sizes, keepsSteps: true) { _, _, _ in }
      let last = self.output == .sequence ? [] : dy[number * width..<(number + 1) * width]
      var dHidden = self.output == .hidden ? Array(last) : [Float](repeating: 0, count: width)
      var dState = self.output == .state ? Array(last) : [Float](repeating: 0, count: width)
      for index in (0..<sizes.steps).reversed() {
        let places = (0..<sizes.rows).map {
          place(index, row: $0, steps: sizes.steps, isBackward: direction.isBackward)
        }
        if self.output == .sequence {
          for (row, place) in places.enumerated() {
            guard let place else { continue }
            if masked == .zero, let mask, !mask[place * sizes.rows + row] { continue }
            let start = ((place * directions.count + number) * sizes.rows + row) * units
            for unit in 0..<units { dHidden[row * units + unit] += dy[start + unit] }
          }
        }
        let parts = passage.steps[index].gradients(
          cell, rows: sizes.rows, dHidden: dHidden, dState: dState)
        for (row, place) in places.enumerated() {
          guard let place, mask.map({ $0[place * sizes.rows + row] }) ?? true else { continue }
          let range = row * units..<(row + 1) * units
          dHidden.replaceSubrange(range, with: parts.hidden[range])
          if cell.hasState { dState.replaceSubrange(range, with: parts.state[range]) }
          let start = (place * sizes.rows + row) * sizes.inputs
          for input in 0..<sizes.inputs {
            dx[start + input] += parts.x[row * sizes.inputs + input]
          }
        }
      }
      firstHidden += dHidden
      firstState += dState
    }
    var gradients: [AnyTensor?] = [AnyTensor(inputs[0].shape, floats: dx)]
    if takesHidden { gradients.append(AnyTensor(inputs[1].shape, floats: firstHidden)) }
    if takesState {
      gradients.append(AnyTensor(inputs[takesHidden ? 2 : 1].shape, floats: firstState))
    }
    if masked != nil { gradients.append(nil) }
    return gradients
  }
}
