import Bytes

// Operators that only move elements: each states for every element of its output which element of
// its input it is. Their gradient puts dy back where the element came from.

/// An operator whose output elements are elements of its one input.
public protocol IndexingOperator: GeneralOperator {
  /// The output's shape for an input's.
  func outputShape(of input: [Int]) throws(EngineError) -> [Int]
  /// For each output element, in row-major order, its place in the input.
  func places(from input: [Int]) -> [Int]
}

extension IndexingOperator {
  /// The input's element type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    return TensorType(try outputShape(of: inputs[0].shape), inputs[0].element)
  }

  /// The elements at their new places.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    inputs[0].gathered(
      try outputShape(of: inputs[0].shape), at: places(from: inputs[0].shape))
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dx is the sum, in binary64 in the order of the output, of dy over the places that the element
  /// went to, rounded once.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    [summed(dy.floats, at: places(from: inputs[0].shape), shape: inputs[0].shape)]
  }
}

/// A tensor of sums: `values[i]` is added at `places[i]`, in binary64 in order, rounded once.
func summed(_ values: [Float], at places: [Int], shape: [Int]) -> AnyTensor {
  var sums = [Double](repeating: 0, count: shape.reduce(1, *))
  for (value, place) in zip(values, places) { sums[place] += Double(value) }
  return AnyTensor(shape, floats: sums.map { Float($0) })
}

/// Axes in another order.
public struct Transpose: IndexingOperator {
  /// For each axis of the output the axis of the input.
  public let axes: [Int]

  /// Creates the operator.
  public init(axes: [Int]) {
    self.axes = axes
  }

  /// "transpose".
  public var name: String { "transpose" }

  /// The sizes in the new order.
  public func outputShape(of input: [Int]) throws(EngineError) -> [Int] {
    guard axes.sorted() == Array(input.indices) else {
      throw EngineError("axes", expected: "an order of \(input.count) axes", found: "\(axes)")
    }
    return axes.map { input[$0] }
  }

  /// By the strides of the input's axes.
  public func places(from input: [Int]) -> [Int] {
    let strides = rowMajorStrides(of: input)
    return stridedPlaces(of: axes.map { input[$0] }, strides: axes.map { strides[$0] })
  }
}

/// Every so many elements along some axes, also backwards.
public struct Slice: IndexingOperator {
  /// What is taken along one axis: `count` indices from `start`, `step` apart.
  public struct Span: Sendable, Hashable {
    /// The first index.
    public let start: Int
    /// From one index to the next; not 0.
    public let step: Int
    /// How many.
    public let count: Int

    /// Creates a span.
    public init(start: Int, step: Int = 1, count: Int) {
      self.start = start
      self.step = step
      self.count = count
    }

    /// NumPy's `start:end:step` on an axis of the given size: negative indices count from the
    /// end, what lies outside is cut.
    public init(from start: Int, to end: Int, step: Int, size: Int) throws(EngineError) {
      guard step != 0, step != .min else {
        throw EngineError("steps", expected: "no 0", found: "\(step)")
      }
      func cut(_ index: Int) -> Int {
        let (shifted, overflow) = index.addingReportingOverflow(index < 0 ? size : 0)
        let place = overflow ? 0 : shifted
        return step > 0 ? min(max(place, 0), size) : min(max(place, -1), size - 1)
      }
      let first = cut(start)
      let last = cut(end)
      let distance = step > 0 ? last - first : first - last
      let stride = abs(step)
      self.init(
        start: first, step: step,
        count: distance > 0 ? (distance - 1) / stride + 1 : 0)
    }
  }

  /// One for each axis.
  public let spans: [Span]

  /// Creates the operator.
  public init(spans: [Span]) {
    self.spans = spans
  }

  /// "slice".
  public var name: String { "slice" }

  /// The counts.
  public func outputShape(of input: [Int]) throws(EngineError) -> [Int] {
    guard spans.count == input.count else {
      throw EngineError("axes", expected: "\(input.count)", found: "\(spans.count)")
    }
    for (span, size) in zip(spans, input) where span.count > 0 {
      let last = span.start + (span.count - 1) * span.step
      guard (0..<size).contains(span.start), (0..<size).contains(last) else {
        throw EngineError(
          "span", expected: "indices within an axis of \(size)", found: "\(span.start) to \(last)")
      }
    }
    return spans.map(\.count)
  }

  /// By the spans' steps.
  public func places(from input: [Int]) -> [Int] {
    let strides = rowMajorStrides(of: input)
    return stridedPlaces(
      of: spans.map(\.count), strides: zip(spans, strides).map { $0.step * $1 },
      start: zip(spans, strides).reduce(0) { $0 + $1.0.start * $1.1 })
  }
}

/// A tensor stretched to a shape: axes of size 1 are repeated.
public struct Expand: IndexingOperator {
  /// The output's shape.
  public let shape: [Int]

  /// Creates the operator.
  public init(shape: [Int]) {
    self.shape = shape
  }

  /// "expand".
  public var name: String { "expand" }

  /// The shape, which must be one that the input stretches to.
  public func outputShape(of input: [Int]) throws(EngineError) -> [Int] {
    guard try Broadcast.shape(of: [input, shape]) == shape else {
      throw EngineError("shape", expected: "one that \(input) stretches to", found: "\(shape)")
    }
    return shape
  }

  /// The input stretched.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    inputs[0].broadcast(to: try outputShape(of: inputs[0].shape))
  }

  /// With a stride of 0 along the stretched axes.
  public func places(from input: [Int]) -> [Int] { Broadcast.places(of: input, in: shape) }
}

/// A tensor repeated along its axes.
public struct Tile: IndexingOperator {
  /// How often along each axis.
  public let repeats: [Int]

  /// Creates the operator.
  public init(repeats: [Int]) {
    self.repeats = repeats
  }

  /// "tile".
  public var name: String { "tile" }

  /// Each size times its repeats.
  public func outputShape(of input: [Int]) throws(EngineError) -> [Int] {
    guard repeats.count == input.count, repeats.allSatisfy({ $0 >= 0 }) else {
      throw EngineError("repeats", expected: "\(input.count) of 0 or more", found: "\(repeats)")
    }
    return zip(input, repeats).map { saturatingProduct($0, $1) }
  }

  /// Each axis as two: the repeats, which do not move, and the input's.
  public func places(from input: [Int]) -> [Int] {
    let strides = rowMajorStrides(of: input)
    let shape = zip(repeats, input).flatMap { [$0, $1] }
    return stridedPlaces(of: shape, strides: strides.flatMap { [0, $0] })
  }
}

/// The same elements under a shape given in the model's own axes.
///
/// `Reshape` for any element type.
public struct ShapeChange: IndexingOperator {
  /// The output's shape.
  public let shape: [Int]

  /// Creates the operator.
  public init(shape: [Int]) {
    self.shape = shape
  }

  /// "reshape".
  public var name: String { "reshape" }

  /// The shape, of as many elements.
  public func outputShape(of input: [Int]) throws(EngineError) -> [Int] {
    let count = input.reduce(1, *)
    guard try EngineLimits.elements(of: shape, attribute: "shape") == count else {
      throw EngineError("shape", expected: "\(count) elements", found: "\(shape)")
    }
    return shape
  }

  /// Each where it was.
  public func places(from input: [Int]) -> [Int] { Array(0..<input.reduce(1, *)) }

  /// The elements as they are.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    inputs[0].reshaped(try outputShape(of: inputs[0].shape))
  }

  /// dy under the input's shape.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    [dy.reshaped(inputs[0].shape)]
  }
}
