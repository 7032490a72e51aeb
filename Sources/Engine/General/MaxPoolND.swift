import Bytes

/// The largest element of each window over any number of axes, or where it is.
///
/// The first largest in the order of the taps, the last axis fastest; taps in the padding do not
/// exist; -0 and +0 are equal; where there is a NaN, the first NaN. x: N x channels x sizes.
///
///     dx = round(S),  S = binary64 sum from +0 of dy over the windows, ascending, that the element won
public struct MaxPoolND: GeneralOperator {
  /// What a pool gives.
  public enum Result: Sendable, Hashable {
    /// The largest elements.
    case values
    /// The places of the largest elements in the whole input, as 64-bit integers; counted within
    /// each channel with the last axis fastest, or with the first.
    case indices(firstAxisFastest: Bool)
  }

  private let pool: PoolWindow
  /// What the pool gives.
  public let result: Result

  /// Creates the operator.
  public init(_ pool: PoolWindow, result: Result = .values) {
    self.pool = pool
    self.result = result
  }

  /// "max pool".
  public var name: String { "max pool" }

  /// The windows' shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    guard inputs[0].element != .bool else {
      throw EngineError("input", expected: "numbers", found: inputs[0].element.rawValue)
    }
    let shape = try pool.outputShape(of: inputs[0].shape)
    return TensorType(shape, result == .values ? inputs[0].element : .int64)
  }

  /// The taps of all windows.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    max(inputs[0].count, pool.looks(input: inputs[0].shape, output: output))
  }

  /// The winners, or their places.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let shape = try pool.outputShape(of: inputs[0].shape)
    let winners = winners(of: inputs[0], output: shape)
    switch result {
    case .values: return inputs[0].gathered(shape, at: winners)
    case .indices(let firstAxisFastest):
      let sizes = inputs[0].shape.dropFirst(2)
      let plane = sizes.reduce(1, *)
      let places =
        firstAxisFastest
        ? winners.map { $0 / plane * plane + reversed($0 % plane, sizes: Array(sizes)) }
        : winners
      return AnyTensor(indices: places).reshaped(shape)
    }
  }

  /// The place in the order with the first axis fastest.
  private func reversed(_ place: Int, sizes: [Int]) -> Int {
    var rest = place
    var index = [Int](repeating: 0, count: sizes.count)
    for axis in sizes.indices.reversed() {
      index[axis] = rest % sizes[axis]
      rest /= sizes[axis]
    }
    return sizes.indices.reversed().reduce(0) { $0 * sizes[$1] + index[$1] }
  }

  /// The spatial ones.
  public func joinedAxes(of input: TensorType) -> [Int] { Array(input.shape.indices.dropFirst(2)) }

  /// Yes, where it gives values.
  public var isDifferentiable: Bool { result == .values }

  /// dy to the winners.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    [
      summed(
        dy.floats, at: winners(of: inputs[0], output: output.shape), shape: inputs[0].shape)
    ]
  }

  /// For each output the place of its largest element in the input.
  private func winners(of input: AnyTensor, output: [Int]) -> [Int] {
    if input.element == .uint64 {
      return winners(
        input.integers.map { UInt64(bitPattern: $0) }, input.shape, output, isLast: { _ in false })
    }
    return input.element.isFloat
      ? winners(input.doubles, input.shape, output, isLast: \.isNaN)
      : winners(input.integers, input.shape, output, isLast: { _ in false })
  }

  private func winners<Number: Comparable>(
    _ values: [Number], _ input: [Int], _ output: [Int], isLast: (Number) -> Bool
  ) -> [Int] {
    let planes = input[0] * input[1]
    let size = input.dropFirst(2).reduce(1, *)
    let windows = output.dropFirst(2).reduce(1, *)
    var winners = [Int](repeating: 0, count: planes * windows)
    pool.forEach(input: input, output: output) { number, _, places in
      for plane in 0..<planes {
        var best = plane * size + places[0]
        for place in places {
          let index = plane * size + place
          if isLast(values[best]) { break }
          if values[index] > values[best] || isLast(values[index]) { best = index }
        }
        winners[plane * windows + number] = best
      }
    }
    return winners
  }
}

/// Elements put to where they were the largest, zeros elsewhere: the way back of a max pool.
///
///     y = 0;  y[indices[k]] = x[k]  for k ascending;   dx[k] = dy[indices[k]]
///
/// Indices count in the whole output of `sizes`; the result is cut or filled with zeros behind to
/// the `output` shape.
public struct MaxUnpool: GeneralOperator {
  private let indexed: [Int]
  private let shape: [Int]

  /// Creates the operator; `indexed` is the shape that the indices count in, `shape` the output's.
  public init(indexed: [Int], shape: [Int]) {
    self.indexed = indexed
    self.shape = shape
  }

  /// "max unpool".
  public var name: String { "max unpool" }

  /// The stated shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    guard inputs[0].shape == inputs[1].shape, inputs[1].element == .int64 else {
      throw EngineError(
        "indices", expected: "int64 of shape \(inputs[0].shape)",
        found: "\(inputs[1].element.rawValue) of \(inputs[1].shape)")
    }
    guard indexed.count == shape.count, zip(indexed, shape).allSatisfy({ $0 <= $1 }) else {
      throw EngineError("output_shape", expected: "at least \(indexed)", found: "\(shape)")
    }
    _ = try EngineLimits.elements(of: shape, attribute: "output_shape")
    return TensorType(shape, inputs[0].element)
  }

  /// The elements at their places; of several at one place the last.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let count = shape.reduce(1, *)
    var sources = [Int](repeating: inputs[0].count, count: count)
    for (number, place) in try places(inputs[1]).enumerated() { sources[place] = number }
    return inputs[0].followedByZero.gathered(shape, at: sources)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dy from where the element went.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    [dy.gathered(inputs[0].shape, at: try places(inputs[1])), nil]
  }

  private func places(_ indices: AnyTensor) throws(EngineError) -> [Int] {
    let total = indexed.reduce(1, *)
    let inner = rowMajorStrides(of: indexed)
    let outer = rowMajorStrides(of: shape)
    return try indices.indices.map { (index) throws(EngineError) in
      guard (0..<total).contains(index) else {
        throw EngineError("indices", expected: "0 to \(total - 1)", found: "\(index)")
      }
      return indexed.indices.reduce(0) {
        $0 + index / inner[$1] % indexed[$1] * outer[$1]
      }
    }
  }
}

extension AnyTensor {
  /// All elements in a row with one 0 behind: what `gathered` takes for places without an element.
  var followedByZero: AnyTensor {
    let zero =
      element.isFloat
      ? AnyTensor([1], doubles: [0], element: element)
      : AnyTensor([1], integers: [0], element: element)
    return AnyTensor(stacking: [self, zero], shape: [count + 1], element: element)
  }
}
