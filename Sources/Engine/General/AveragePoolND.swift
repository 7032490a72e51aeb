import Bytes

/// The mean of each window over any number of axes. x: N x channels x sizes.
///
///     y = round(S / n),  S = binary64 sum from +0 of the window's elements, the last axis fastest
///     dx = round(sum from +0 of dy / n over the windows, ascending, that hold the element)
///
/// Taps in the padding are left out of S; n counts the taps inside the input or, with
/// `countsPadding`, those inside the input and its padding. What rounding up added behind never
/// counts.
public struct AveragePoolND: GeneralOperator {
  let pool: PoolWindow
  private let countsPadding: Bool

  /// Creates the operator.
  public init(_ pool: PoolWindow, countsPadding: Bool) {
    self.pool = pool
    self.countsPadding = countsPadding
  }

  /// "average pool".
  public var name: String { "average pool" }

  /// The windows' shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    return TensorType(
      try pool.outputShape(of: inputs[0].shape, allowsEmpty: countsPadding), inputs[0].element)
  }

  /// The taps of all windows.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    max(inputs[0].count, pool.looks(input: inputs[0].shape, output: output))
  }

  /// The means.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let input = inputs[0].shape
    let values = inputs[0].doubles
    let (planes, size) = (input[0] * input[1], input.dropFirst(2).reduce(1, *))
    let windows = type.shape.dropFirst(2).reduce(1, *)
    var y = [Double](repeating: 0, count: type.count)
    pool.forEach(input: input, output: type.shape) { number, place, places in
      let n = Double(countsPadding ? pool.paddedTaps(of: place, input: input) : places.count)
      for plane in 0..<planes {
        var sum = 0.0
        for place in places { sum += values[plane * size + place] }
        y[plane * windows + number] = sum / n
      }
    }
    return AnyTensor(type.shape, doubles: y, element: type.element)
  }

  /// The spatial ones.
  public func joinedAxes(of input: TensorType) -> [Int] { Array(input.shape.indices.dropFirst(2)) }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dy / n to every element of the window.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let input = inputs[0].shape
    let dy = dy.doubles
    let (planes, size) = (input[0] * input[1], input.dropFirst(2).reduce(1, *))
    let windows = output.shape.dropFirst(2).reduce(1, *)
    var sums = [Double](repeating: 0, count: inputs[0].count)
    pool.forEach(input: input, output: output.shape) { number, place, places in
      let n = Double(countsPadding ? pool.paddedTaps(of: place, input: input) : places.count)
      for plane in 0..<planes {
        let part = dy[plane * windows + number] / n
        for place in places { sums[plane * size + place] += part }
      }
    }
    return [AnyTensor(input, floats: sums.map { Float($0) })]
  }
}

/// The p-norm of each window over any number of axes. x: N x channels x sizes.
///
///     y = round(root(S)),  S = binary64 sum from +0 of |x|^p, the last axis fastest
///     dx = round(sum from +0 of dy sign(x) (|x| / y)^(p - 1) over the windows; 0 where y is 0)
///
/// |x|^p is p - 1 products in binary64, from the left. The root of p = 2 is the square root; those
/// of higher p are Newton's iteration in binary64 from above, as long as it falls.
public struct LpPoolND: GeneralOperator {
  let pool: PoolWindow
  private let power: Int

  /// Creates the operator.
  public init(_ pool: PoolWindow, power: Int) throws(EngineError) {
    guard (1...64).contains(power) else {
      throw EngineError("p", expected: "1 to 64", found: "\(power)")
    }
    self.pool = pool
    self.power = power
  }

  /// "Lp pool".
  public var name: String { "Lp pool" }

  /// The windows' shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    return TensorType(
      try pool.outputShape(of: inputs[0].shape, allowsEmpty: true), inputs[0].element)
  }

  /// The factors of the taps of all windows.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    max(
      inputs[0].count,
      saturatingProduct(power, pool.looks(input: inputs[0].shape, output: output)))
  }

  /// The norms.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let input = inputs[0].shape
    let powers = inputs[0].doubles.map { raised(abs($0), power) }
    let (planes, size) = (input[0] * input[1], input.dropFirst(2).reduce(1, *))
    let windows = type.shape.dropFirst(2).reduce(1, *)
    var y = [Double](repeating: 0, count: type.count)
    pool.forEach(input: input, output: type.shape) { number, _, places in
      for plane in 0..<planes {
        var sum = 0.0
        for place in places { sum += powers[plane * size + place] }
        y[plane * windows + number] = root(sum)
      }
    }
    return AnyTensor(type.shape, doubles: y, element: type.element)
  }

  /// The spatial ones.
  public func joinedAxes(of input: TensorType) -> [Int] { Array(input.shape.indices.dropFirst(2)) }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dy by the derivative of the norm at each element.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let input = inputs[0].shape
    let (x, y, dy) = (inputs[0].doubles, output.doubles, dy.doubles)
    let (planes, size) = (input[0] * input[1], input.dropFirst(2).reduce(1, *))
    let windows = output.shape.dropFirst(2).reduce(1, *)
    var sums = [Double](repeating: 0, count: inputs[0].count)
    pool.forEach(input: input, output: output.shape) { number, _, places in
      for plane in 0..<planes {
        let window = plane * windows + number
        guard y[window] != 0 else { continue }
        for place in places {
          let index = plane * size + place
          let slope = raised(abs(x[index]) / y[window], power - 1)
          sums[index] += dy[window] * (x[index] < 0 ? -slope : x[index] > 0 ? slope : 0)
        }
      }
    }
    return [AnyTensor(input, floats: sums.map { Float($0) })]
  }

  private func raised(_ x: Double, _ power: Int) -> Double {
    guard power > 0 else { return 1 }
    var product = x
    for _ in 1..<power { product *= x }
    return product
  }

  private func root(_ sum: Double) -> Double {
    guard power > 1, sum > 0, sum.isFinite else { return sum }
    if power == 2 { return sum.squareRoot() }
    // The exponent's quotient rounded up, and one more: above the root.
    let exponent = Int(sum.exponent) + 1
    var guess = Double(
      sign: .plus, exponent: (exponent + (exponent > 0 ? power - 1 : 0)) / power + 1,
      significand: 1)
    while true {
      let divisor = raised(guess, power - 1)
      let next = guess - (guess - sum / divisor) / Double(power)
      guard next < guess else { return guess }
      guess = next
    }
  }
}
