import Bytes

/// Elements moved and stretched to a mean of 0 and a deviation of 1 along some axes: layer,
/// instance, group, mean-variance and root-mean-square normalisation.
///
///     n elements, m = S(x) / n (0 where means stay), v = S((x - m)^2) / n
///     r = 1 / sqrt(v + epsilon), or 1 / (sqrt(v) + epsilon)
///     y = round(((x - m) r) scale + shift)
///
/// S is the binary64 sum from +0 in row-major order; everything is in binary64, each operation
/// rounded there. Scale and shift are optional inputs, stretched to the shape of x.
public struct Standardization: GeneralOperator {
  /// What becomes of the variance.
  public enum Deviation: Sendable {
    /// sqrt(v + epsilon).
    case rootOfSum
    /// sqrt(v) + epsilon.
    case sumWithRoot
  }

  /// What is asked for.
  public enum Result: Sendable {
    /// y.
    case values
    /// m, its axes of size 1.
    case mean
    /// v, its axes of size 1.
    case variance
    /// r, its axes of size 1.
    case inverseDeviation
  }

  let axes: [Int]
  let centers: Bool
  let epsilon: Double
  let deviation: Deviation
  let result: Result

  /// Creates the operator; `centers` is false where means stay.
  public init(
    axes: [Int], epsilon: Double, centers: Bool = true, deviation: Deviation = .rootOfSum,
    result: Result = .values
  ) {
    self.axes = axes
    self.epsilon = epsilon
    self.centers = centers
    self.deviation = deviation
    self.result = result
  }

  /// "standardization".
  public var name: String { "standardization" }

  /// Those of its statistics.
  public func joinedAxes(of input: TensorType) -> [Int] { axes }

  /// The type of x; of statistics with axes of size 1.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...(result == .values ? 3 : 1))
    try requireFloat(inputs[0])
    let shape = inputs[0].shape
    try AxisGroups.check(axes, of: shape)
    for (name, input) in zip(["scale", "shift"], inputs.dropFirst()) {
      try requireFloat(input)
      guard try Broadcast.shape(of: [shape, input.shape]) == shape else {
        throw EngineError(
          name, expected: "a shape that stretches to \(shape)", found: "\(input.shape)")
      }
    }
    guard result != .values else { return inputs[0] }
    return TensorType(
      shape.indices.map { axes.contains($0) ? 1 : shape[$0] }, inputs[0].element)
  }

  /// Mean, variance and the inverse deviation of a group.
  private struct Statistics {
    let mean: Double
    let variance: Double
    let inverse: Double
  }

  private func statistics(_ x: [Double], _ start: Int, _ steps: [Int]) -> Statistics {
    let count = Double(steps.count)
    let mean = centers ? steps.reduce(0) { $0 + x[start + $1] } / count : 0
    let squares = steps.reduce(0) { sum, step in
      let distance = x[start + step] - mean
      return sum + distance * distance
    }
    let variance = squares / count
    let inverse =
      deviation == .rootOfSum
      ? 1 / (variance + epsilon).squareRoot() : 1 / (variance.squareRoot() + epsilon)
    return Statistics(mean: mean, variance: variance, inverse: inverse)
  }

  /// y, or one of the statistics.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let shape = inputs[0].shape
    let x = inputs[0].doubles
    let groups = AxisGroups(shape, axes: axes)
    guard result == .values else {
      let numbers = groups.starts.map { start in
        let statistics = statistics(x, start, groups.steps)
        return switch result {
        case .mean: statistics.mean
        case .variance: statistics.variance
        case .inverseDeviation, .values: statistics.inverse
        }
      }
      return AnyTensor(type.shape, doubles: numbers, element: type.element)
    }
    let scale = Factors(inputs, 1, shape: shape)
    let shift = Factors(inputs, 2, shape: shape)
    var y = x
    for start in groups.starts {
      let statistics = statistics(x, start, groups.steps)
      for step in groups.steps {
        let place = start + step
        var value = (x[place] - statistics.mean) * statistics.inverse
        if let scale { value *= scale[place] }
        if let shift { value += shift[place] }
        y[place] = value
      }
    }
    return AnyTensor(shape, doubles: y, element: type.element)
  }

  /// Yes, but for statistics.
  public var isDifferentiable: Bool { result == .values }

  /// In binary64, one rounding; g = dy scale, z = (x - m) r:
  ///
  ///     rootOfSum    dx = r ((g - S(g) / n) - z (S(g z) / n))
  ///     sumWithRoot  dx = r (g - S(g) / n) - z (S(g z) / n) / sqrt(v)
  ///     d scale = dy z, d shift = dy, each summed where it was stretched
  ///
  /// Where means stay, S(g) / n is left out.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let shape = inputs[0].shape
    let (x, dy) = (inputs[0].doubles, dy.doubles)
    let groups = AxisGroups(shape, axes: axes)
    let scale = Factors(inputs, 1, shape: shape)
    var dx = x
    var dScale = [Float](repeating: 0, count: x.count)
    let count = Double(groups.steps.count)
    for start in groups.starts {
      let statistics = statistics(x, start, groups.steps)
      let r = statistics.inverse
      let places = groups.steps.map { start + $0 }
      let g = places.map { place in scale.map { dy[place] * $0[place] } ?? dy[place] }
      let z = places.map { (x[$0] - statistics.mean) * r }
      let mean = centers ? g.reduce(0, +) / count : 0
      let slope = zip(g, z).reduce(0) { $0 + $1.0 * $1.1 } / count
      let root = deviation == .rootOfSum ? 1 / r : statistics.variance.squareRoot()
      for (index, place) in places.enumerated() {
        let bend = root == 0 ? 0 : z[index] * slope / root
        dx[place] =
          deviation == .rootOfSum
          ? r * ((g[index] - mean) - z[index] * slope) : r * (g[index] - mean) - bend
        dScale[place] = Float(dy[place] * z[index])
      }
    }
    var parts: [AnyTensor?] = [AnyTensor(shape, doubles: dx, element: .float32)]
    if inputs.count > 1 { parts.append(Broadcast.reduced(dScale, of: shape, to: inputs[1].shape)) }
    if inputs.count > 2 {
      parts.append(Broadcast.reduced(dy.map { Float($0) }, of: shape, to: inputs[2].shape))
    }
    return parts
  }
}

/// An optional factor of every element of a tensor.
private struct Factors {
  private let values: [Double]
  private let places: [Int]

  init?(_ inputs: [AnyTensor], _ index: Int, shape: [Int]) {
    guard index < inputs.count else { return nil }
    values = inputs[index].doubles
    places = Broadcast.places(of: inputs[index].shape, in: shape)
  }

  subscript(place: Int) -> Double { values[places[place]] }
}
