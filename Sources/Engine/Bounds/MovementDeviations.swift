import Bytes

private let u = AnyOrderBound.unitRoundoff
private let t = AnyOrderBound.confidence

// Operators that put elements elsewhere, and such as step from one number to another.

extension IndexingOperator {
  /// Moved as the elements are.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    inputs[0].isExact ? .exact : .known(try evaluate([inputs[0].movable]).doubles)
  }
}

extension Concatenate {
  /// Moved as the elements are.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    inputs.allSatisfy(\.isExact)
      ? .exact : .known(try evaluate(inputs.map(\.movable)).doubles)
  }
}

extension Select {
  /// Those of the choices, where all evaluations agree on the condition.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard inputs[0].isExact else { return .unknown }
    if inputs.allSatisfy(\.isExact) { return .exact }
    return .known(
      try evaluate([inputs[0].tensor, inputs[1].movable, inputs[2].movable]).doubles)
  }
}

extension Comparison {
  /// Exact where all evaluations agree: no two numbers compared lie within reach of each other.
  /// Else on which side of a threshold others are, nobody knows.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    if inputs.allSatisfy(\.isExact) { return .exact }
    let places = inputs.map { Broadcast.places(of: $0.tensor.shape, in: output.shape) }
    let numbers = inputs.map(\.tensor.doubles)
    let reach = inputs.map { $0.allDeviations.map { t * $0 } }
    let isClear = (0..<output.count).allSatisfy { i in
      let (a, b) = (places[0][i], places[1][i])
      let within = reach[0][a] + reach[1][b]
      return within == 0 || (numbers[0][a] - numbers[1][b]).magnitude > within
    }
    return isClear ? .exact : .unknown
  }
}

extension GatheringOperator {
  /// Moved as the elements are, where all evaluations agree on the indices.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard inputs.dropFirst().allSatisfy(\.isExact) else { return .unknown }
    if inputs[0].isExact { return .exact }
    return .known(
      try evaluate([inputs[0].movable] + inputs.dropFirst().map(\.tensor)).doubles)
  }
}

extension Scatter {
  /// Moved as the elements are, where all evaluations agree on the indices; of sums and other
  /// reductions none is known.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard inputs[1].isExact, reduction == .replace else { return .unknown }
    if inputs.allSatisfy(\.isExact) { return .exact }
    return .known(
      try evaluate([inputs[0].movable, inputs[1].tensor, inputs[2].movable]).doubles)
  }
}

extension MaxUnpool {
  /// Moved as the elements are, where all evaluations agree on the indices.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard inputs[1].isExact else { return .unknown }
    if inputs[0].isExact { return .exact }
    return .known(try evaluate([inputs[0].movable, inputs[1].tensor]).doubles)
  }
}

extension Pad {
  /// Moved as the elements are.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    inputs.allSatisfy(\.isExact)
      ? .exact : .known(try evaluate(inputs.map(\.movable)).doubles)
  }
}

extension Triangle {
  /// Moved as the elements are.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    inputs[0].isExact ? .exact : .known(try evaluate([inputs[0].movable]).doubles)
  }
}

extension UnaryOperation {
  /// Those of x; of steps 0 where all that is within reach lies on one, else the step more.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard let deviations = inputs[0].deviations else { return .exact }
    guard output.element.isFloat else { return .unknown }
    func stepped(_ step: (Double) -> Double) -> Deviations {
      .known(
        zip(inputs[0].tensor.doubles, deviations).map { x, s in
          (step(x + t * s) - step(x - t * s)) / t
        })
    }
    switch operation {
    case .negate, .absolute: return .known(deviations)
    case .sign: return stepped { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    case .floor: return stepped { $0.rounded(.down) }
    case .ceiling: return stepped { $0.rounded(.up) }
    case .round: return stepped { $0.rounded(.toNearestOrEven) }
    case .not, .bitNot, .isNaN, .isInfinite: return .unknown
    }
  }
}

extension Cast {
  /// Those of x between binary32 and binary64, with the rounding to the narrower; of integers none
  /// is known.
  public func deviations(
    _ inputs: [InexactTensor], output: AnyTensor
  ) throws(EngineError) -> Deviations {
    guard let deviations = inputs[0].deviations else { return .exact }
    switch (inputs[0].tensor.element, element) {
    case (_, .float64), (.float32, .float32): return .known(deviations)
    case (.float64, .float32):
      return .known(zip(inputs[0].reach, deviations).map { 2 * u * $0 + $1 })
    default: return .unknown
    }
  }
}
