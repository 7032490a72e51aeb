import Bytes

/// Where the largest or the least element along an axis stands, as a 64-bit integer.
///
/// NaN counts as larger, and as less, than anything.
public struct ArgExtremum: GeneralOperator {
  private let axis: Int
  private let isLargest: Bool
  private let keepsAxis: Bool
  private let takesLast: Bool

  /// Creates the operator; of equal elements it takes the first or the last.
  public init(axis: Int, isLargest: Bool, keepsAxis: Bool, takesLast: Bool) {
    self.axis = axis
    self.isLargest = isLargest
    self.keepsAxis = keepsAxis
    self.takesLast = takesLast
  }

  /// "argmax" or "argmin".
  public var name: String { isLargest ? "argmax" : "argmin" }

  /// The one that it compares along.
  public func joinedAxes(of input: TensorType) -> [Int] { [axis] }

  /// The other axes.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    var shape = inputs[0].shape
    try AxisGroups.check([axis], of: shape)
    guard shape[axis] > 0 else {
      throw EngineError("input", expected: "elements along axis \(axis)", found: "none")
    }
    if keepsAxis { shape[axis] = 1 } else { shape.remove(at: axis) }
    return TensorType(shape, .int64)
  }

  /// The indices.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let groups = AxisGroups(inputs[0].shape, axes: [axis])
    let order = ElementOrder(inputs[0], nanComesFirst: true, largestFirst: isLargest)
    let indices = groups.starts.map { start in
      var best = 0
      for index in groups.steps.indices.dropFirst() {
        let (new, old) = (start + groups.steps[index], start + groups.steps[best])
        if order.precedes(new, old) || (takesLast && !order.precedes(old, new)) { best = index }
      }
      return Int64(best)
    }
    return AnyTensor(type.shape, integers: indices, element: .int64)
  }
}

/// The largest or the least elements along an axis, the first of them first, or their indices.
///
/// Of equal elements the one with the lower index comes first; NaN counts as larger than anything.
public struct TopK: GeneralOperator {
  /// What is asked for.
  public enum Result: Sendable {
    /// The elements.
    case values
    /// Where they stand along the axis.
    case indices
  }

  private let count: Int
  private let axis: Int
  private let isLargest: Bool
  private let result: Result

  /// Creates the operator.
  public init(count: Int, axis: Int, isLargest: Bool, result: Result) {
    self.count = count
    self.axis = axis
    self.isLargest = isLargest
    self.result = result
  }

  /// "top k".
  public var name: String { "top k" }

  /// The one that it compares along.
  public func joinedAxes(of input: TensorType) -> [Int] { [axis] }

  /// `count` along the axis.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    var shape = inputs[0].shape
    try AxisGroups.check([axis], of: shape)
    guard (0...shape[axis]).contains(count) else {
      throw EngineError("k", expected: "0 to \(shape[axis])", found: "\(count)")
    }
    shape[axis] = count
    return TensorType(shape, result == .values ? inputs[0].element : .int64)
  }

  /// The elements or their indices.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let (indices, places) = ranked(inputs[0], shape: type.shape)
    guard result == .values else {
      return AnyTensor(type.shape, integers: indices.map(Int64.init), element: .int64)
    }
    return inputs[0].gathered(type.shape, at: places)
  }

  /// For each element of the output its index along the axis and its place in the input.
  private func ranked(_ x: AnyTensor, shape: [Int]) -> (indices: [Int], places: [Int]) {
    let groups = AxisGroups(x.shape, axes: [axis])
    let outputs = AxisGroups(shape, axes: [axis])
    let order = ElementOrder(x, nanComesFirst: isLargest, largestFirst: isLargest)
    var indices = [Int](repeating: 0, count: shape.reduce(1, *))
    var places = indices
    for (start, output) in zip(groups.starts, outputs.starts) {
      let sorted = groups.steps.indices.sorted { a, b in
        let (first, second) = (start + groups.steps[a], start + groups.steps[b])
        if order.precedes(first, second) { return true }
        return !order.precedes(second, first) && a < b
      }
      for (index, step) in zip(sorted, outputs.steps) {
        indices[output + step] = index
        places[output + step] = start + groups.steps[index]
      }
    }
    return (indices, places)
  }

  /// The elements are, their indices are not.
  public var isDifferentiable: Bool { result == .values }

  /// dy where the element came from, else +0.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let places = ranked(inputs[0], shape: dy.shape).places
    return [summed(dy.floats, at: places, shape: inputs[0].shape)]
  }
}

/// The order of a tensor's elements by size.
private struct ElementOrder {
  private let reals: [Double]
  private let integers: [Int64]
  private let nanComesFirst: Bool
  private let largestFirst: Bool

  init(_ tensor: AnyTensor, nanComesFirst: Bool, largestFirst: Bool) {
    reals = tensor.element.isFloat ? tensor.doubles : []
    // The bits of unsigned 64-bit integers, moved so that they compare as signed ones do.
    integers =
      tensor.element.isFloat
      ? [] : tensor.element == .uint64 ? tensor.integers.map { $0 ^ .min } : tensor.integers
    self.nanComesFirst = nanComesFirst
    self.largestFirst = largestFirst
  }

  /// Whether the element at `a` comes before the one at `b`.
  func precedes(_ a: Int, _ b: Int) -> Bool {
    guard integers.isEmpty else {
      return largestFirst ? integers[a] > integers[b] : integers[a] < integers[b]
    }
    let (x, y) = (reals[a], reals[b])
    if x.isNaN || y.isNaN { return nanComesFirst ? !y.isNaN : !x.isNaN }
    return largestFirst ? x > y : x < y
  }
}

/// The sums of the elements up to each along an axis.
///
/// Floats: in binary64 from +0, each rounded once; integers wrap.
public struct CumulativeSum: GeneralOperator {
  let axis: Int
  private let isExclusive: Bool
  private let isReversed: Bool

  /// Creates the operator. An exclusive sum leaves the element itself out, a reversed one begins
  /// at the end.
  public init(axis: Int, isExclusive: Bool, isReversed: Bool) {
    self.axis = axis
    self.isExclusive = isExclusive
    self.isReversed = isReversed
  }

  /// "cumulative sum".
  public var name: String { "cumulative sum" }

  /// The one that it sums along.
  public func joinedAxes(of input: TensorType) -> [Int] { [axis] }

  /// The input's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try AxisGroups.check([axis], of: inputs[0].shape)
    guard inputs[0].element != .bool else {
      throw EngineError("input", expected: "numbers", found: "bool")
    }
    return inputs[0]
  }

  /// The sums.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let x = inputs[0]
    if x.element.isFloat {
      return AnyTensor(
        x.shape, doubles: sums(x.doubles, shape: x.shape, zero: 0, +), element: x.element)
    }
    return AnyTensor(
      x.shape, integers: sums(x.integers, shape: x.shape, zero: 0, &+), element: x.element)
  }

  private func sums<Number>(
    _ x: [Number], shape: [Int], zero: Number, _ add: (Number, Number) -> Number
  ) -> [Number] {
    let groups = AxisGroups(shape, axes: [axis])
    let steps = isReversed ? groups.steps.reversed() : groups.steps
    var y = x
    for start in groups.starts {
      var sum = zero
      for step in steps {
        let next = add(sum, x[start + step])
        y[start + step] = isExclusive ? sum : next
        sum = next
      }
    }
    return y
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// The sums of dy from the other end.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let back = CumulativeSum(axis: axis, isExclusive: isExclusive, isReversed: !isReversed)
    return [try back.evaluate([dy])]
  }
}
