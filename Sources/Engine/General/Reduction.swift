import Bytes
import CKernels

/// One number for all elements along some axes.
///
/// Floats: in binary64, elements in row-major order, S sums from +0, one rounding at the end.
///
///     sum S of x      mean S / n       product from 1        l1 S of |x|
///     sumSquare S of x x      l2 sqrt(S of x x)      logSum log(S of x)
///     logSumExp m + log(S of exp(x - m)), m the largest (m where that is infinite or NaN)
///     maximum, minimum: NaN where there is one, else the first of the largest or least
///
/// Integers wrap; a mean is cut towards zero, and so are roots and logarithms, which are of the
/// sum in binary64. Of no element: a sum is 0, a product 1, a maximum the type's least number, a
/// minimum its largest, a mean NaN (an error of integers).
public struct Reduction: GeneralOperator {
  /// Which number.
  public enum Operation: String, Sendable, CaseIterable {
    case sum, mean, product, maximum, minimum, l1, l2, logSum, logSumExp, sumSquare
  }

  /// Which number.
  public let operation: Operation
  /// The axes, ascending.
  public let axes: [Int]
  private let keepsAxes: Bool

  /// Creates the operator; axes that are kept become of size 1.
  public init(_ operation: Operation, axes: [Int], keepsAxes: Bool) {
    self.operation = operation
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  /// "reduce" and the operation.
  public var name: String { "reduce \(operation.rawValue)" }

  /// Those that it reduces.
  public func joinedAxes(of input: TensorType) -> [Int] { axes }

  /// The other axes.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    let input = inputs[0]
    try AxisGroups.check(axes, of: input.shape)
    let isOrder = operation == .maximum || operation == .minimum
    guard input.element != .bool || isOrder else {
      throw EngineError("input", expected: "numbers", found: "bool")
    }
    return TensorType(
      input.shape.indices.compactMap {
        axes.contains($0) ? (keepsAxes ? 1 : nil) : input.shape[$0]
      }, input.element)
  }

  /// The numbers of all groups.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let groups = AxisGroups(inputs[0].shape, axes: axes)
    if type.element.isFloat {
      let values = inputs[0].doubles
      return AnyTensor(
        type.shape,
        doubles: groups.starts.map { start in
          real(count: groups.steps.count) { values[start + groups.steps[$0]] }
        }, element: type.element)
    }
    if operation == .mean, groups.steps.isEmpty, type.count > 0 {
      throw EngineError("input", expected: "elements to take the mean of", found: "none")
    }
    let values = inputs[0].integers
    let isUnsigned = type.element == .uint64
    return AnyTensor(
      type.shape,
      integers: groups.starts.map { start in
        whole(groups.steps.map { values[start + $0] }, type.element, isUnsigned: isUnsigned)
      }, element: type.element)
  }

  private func real(count: Int, _ x: (Int) -> Double) -> Double {
    func sum(_ term: (Double) -> Double) -> Double {
      var sum = 0.0
      for index in 0..<count { sum += term(x(index)) }
      return sum
    }
    switch operation {
    case .sum: return sum { $0 }
    case .mean: return sum { $0 } / Double(count)
    case .product:
      var product = 1.0
      for index in 0..<count { product *= x(index) }
      return product
    case .maximum, .minimum: return extreme(count: count, x)
    case .l1: return sum { $0.magnitude }
    case .sumSquare: return sum { $0 * $0 }
    case .l2: return sum { $0 * $0 }.squareRoot()
    case .logSum: return ck_log64(sum { $0 })
    case .logSumExp:
      let largest = extreme(count: count, x)
      guard largest.isFinite else { return largest }
      return largest + ck_log64(sum { ck_exp64($0 - largest) })
    }
  }

  private func extreme(count: Int, _ x: (Int) -> Double) -> Double {
    let isLeast = operation == .minimum
    var best = isLeast ? Double.infinity : -Double.infinity
    for index in 0..<count {
      let value = x(index)
      if value.isNaN { return value }
      if index == 0 || (isLeast ? value < best : value > best) { best = value }
    }
    return best
  }

  private func whole(_ x: [Int64], _ element: ElementType, isUnsigned: Bool) -> Int64 {
    func magnitude(_ x: Int64) -> Int64 { x < 0 && !isUnsigned ? 0 &- x : x }
    func below(_ a: Int64, _ b: Int64) -> Bool {
      isUnsigned ? UInt64(bitPattern: a) < UInt64(bitPattern: b) : a < b
    }
    let sum = x.reduce(0, &+)
    switch operation {
    case .sum: return sum
    case .mean:
      return isUnsigned
        ? Int64(bitPattern: UInt64(bitPattern: sum) / UInt64(x.count)) : sum / Int64(x.count)
    case .product: return x.reduce(1, &*)
    case .maximum: return x.max(by: below) ?? (isUnsigned ? 0 : element.integerRange.low)
    case .minimum: return x.min(by: below) ?? (isUnsigned ? -1 : element.integerRange.high)
    case .l1: return x.reduce(0) { $0 &+ magnitude($1) }
    case .sumSquare: return x.reduce(0) { $0 &+ $1 &* $1 }
    case .l2, .logSum, .logSumExp:
      let values = AnyTensor([x.count], integers: x, element: element).doubles
      return AnyTensor([], doubles: [real(count: x.count) { values[$0] }], element: .float64)
        .integers[0]
    }
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// In binary64, from the rounded y, one rounding at the end:
  ///
  ///     sum dy      mean dy / n      product dy times the other elements, those before it first
  ///     l1 dy with the sign of x     l2 dy x / y, +0 where y is 0     sumSquare 2 dy x
  ///     logSum dy / S                logSumExp dy exp(x - y)
  ///     maximum, minimum: dy / t for each of the t elements that are y, else +0
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let groups = AxisGroups(inputs[0].shape, axes: axes)
    let (values, y, dy) = (inputs[0].doubles, output.doubles, dy.doubles)
    var dx = [Double](repeating: 0, count: values.count)
    for (group, start) in groups.starts.enumerated() {
      let x = groups.steps.map { values[start + $0] }
      for (part, step) in zip(slopes(x, y: y[group], dy: dy[group]), groups.steps) {
        dx[start + step] = part
      }
    }
    return [AnyTensor(inputs[0].shape, doubles: dx, element: .float32)]
  }

  private func slopes(_ x: [Double], y: Double, dy: Double) -> [Double] {
    switch operation {
    case .sum: return x.map { _ in dy }
    case .mean: return x.map { _ in dy / Double(x.count) }
    case .product:
      var after = [Double](repeating: 1, count: x.count + 1)
      for index in x.indices.reversed() { after[index] = x[index] * after[index + 1] }
      var before = 1.0
      return x.indices.map { index in
        defer { before *= x[index] }
        return dy * (before * after[index + 1])
      }
    case .maximum, .minimum:
      let ties = Double(x.count { $0 == y })
      return x.map { $0 == y ? dy / ties : 0 }
    case .l1: return x.map { $0 > 0 ? dy : $0 < 0 ? -dy : 0 }
    case .l2: return x.map { y == 0 ? 0 : dy * $0 / y }
    case .sumSquare: return x.map { 2 * dy * $0 }
    case .logSum:
      let sum = x.reduce(0, +)
      return x.map { _ in dy / sum }
    case .logSumExp: return x.map { dy * ck_exp64($0 - y) }
    }
  }
}
