public import Bytes

// Integers in place of floats: x = (q - zero) scale. Scales and zero points are one for the
// tensor, one for each index of an axis, or one for each block along it.

/// Which scale and zero point belong to an element.
public struct QuantizationGrid: Sendable, Hashable {
  private let axis: Int
  private let blockSize: Int

  /// Scales along an axis, one for each index; with a block size one for so many indices.
  public init(axis: Int, blockSize: Int = 0) {
    self.axis = axis
    self.blockSize = blockSize
  }

  /// For each element of a tensor the place of its scale; an error where there are too many or
  /// too few.
  func places(of shape: [Int], scales: [Int]) throws(EngineError) -> [Int] {
    let count = shape.reduce(1, *)
    if scales.allSatisfy({ $0 == 1 }), blockSize == 0 { return [Int](repeating: 0, count: count) }
    guard shape.indices.contains(axis), blockSize >= 0 else {
      throw EngineError("axis", expected: "an axis of \(shape)", found: "\(axis)")
    }
    let blocks = blockSize == 0 ? shape[axis] : (shape[axis] + blockSize - 1) / max(1, blockSize)
    var expected = shape
    expected[axis] = blocks
    guard scales == (blockSize == 0 ? [blocks] : expected) else {
      throw EngineError(
        "scale", expected: "shape \(blockSize == 0 ? [blocks] : expected)", found: "\(scales)")
    }
    let inner = shape[(axis + 1)...].reduce(1, *)
    return (0..<count).map { place in
      let index = place / inner % shape[axis]
      guard blockSize > 0 else { return index }
      let outer = place / inner / shape[axis]
      return (outer * blocks + index / blockSize) * inner + place % inner
    }
  }
}

/// Floats as integers: x, scale, zero point.
///
///     q = zero + (x / scale in binary32, ties rounded to even), held within the type; NaN is zero
public struct Quantize: GeneralOperator {
  private let grid: QuantizationGrid
  private let element: ElementType

  /// Creates the operator.
  public init(_ grid: QuantizationGrid, to element: ElementType) {
    self.grid = grid
    self.element = element
  }

  /// "quantize".
  public var name: String { "quantize" }

  /// Integers in the shape of x.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...3)
    guard !element.isFloat, element != .bool, element.size <= 4 else {
      throw EngineError(
        .unsupported, "output", expected: "integers of at most 32 bits", found: element.rawValue)
    }
    try requireFloat(inputs[1])
    if inputs.count == 3, inputs[2].element != element || inputs[2].count != inputs[1].count {
      throw EngineError(
        "zero point", expected: "\(element) in the scale's shape",
        found: "\(inputs[2].element) of shape \(inputs[2].shape)")
    }
    return TensorType(inputs[0].shape, element)
  }

  /// q.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let (x, scales) = (inputs[0].floats, inputs[1].floats)
    let zeros = inputs.count == 3 ? inputs[2].integers : .init(repeating: 0, count: scales.count)
    let places = try grid.places(of: inputs[0].shape, scales: inputs[1].shape)
    let q = zip(x, places).map { x, place in
      let step = (x / scales[place]).rounded(.toNearestOrEven)
      return step.isNaN
        ? zeros[place] : element.saturated(Double(step) + Double(zeros[place]))
    }
    return AnyTensor(inputs[0].shape, integers: q, element: element)
  }
}

/// Integers as floats: q, scale, zero point.
///
///     y = round(round(q - zero) scale) in binary32;  a narrower type rounds once more
public struct Dequantize: GeneralOperator {
  private let grid: QuantizationGrid
  private let element: ElementType?

  /// Creates the operator; the output has the scale's type unless another is named.
  public init(_ grid: QuantizationGrid, to element: ElementType? = nil) {
    self.grid = grid
    self.element = element
  }

  /// "dequantize".
  public var name: String { "dequantize" }

  /// Floats in the shape of q.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...3)
    guard !inputs[0].element.isFloat, inputs[0].element.size <= 4 else {
      throw EngineError(
        .unsupported, "input", expected: "integers of at most 32 bits",
        found: inputs[0].element.rawValue)
    }
    let type = element ?? inputs[1].element
    guard inputs[1].element.isFloat, type.isFloat, type != .float64 else {
      throw EngineError(
        .unsupported, "scale", expected: "floats of at most 32 bits", found: type.rawValue)
    }
    if inputs.count == 3,
      inputs[2].element != inputs[0].element || inputs[2].count != inputs[1].count
    {
      throw EngineError(
        "zero point", expected: "\(inputs[0].element) in the scale's shape",
        found: "\(inputs[2].element) of shape \(inputs[2].shape)")
    }
    return TensorType(inputs[0].shape, type)
  }

  /// y.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let (q, scales) = (inputs[0].integers, inputs[1].floats)
    let zeros = inputs.count == 3 ? inputs[2].integers : .init(repeating: 0, count: scales.count)
    let places = try grid.places(of: inputs[0].shape, scales: inputs[1].shape)
    let y = zip(q, places).map { Float($0 - zeros[$1]) * scales[$1] }
    return AnyTensor(inputs[0].shape, floats: y, element: type.element)
  }
}

/// Sums of products of quantised numbers as quantised numbers again: the sums, the scales of both
/// factors, the scale and the zero point of the output.
///
///     q = zero + round((S (a b)) / y) in binary64, ties to even, held within the type
///
/// S has one scale a, and b is stretched to its shape.
public struct Requantize: GeneralOperator {
  /// Creates the operator.
  public init() {}

  /// "requantize".
  public var name: String { "requantize" }

  /// Integers of the zero point's type in the shape of the sums.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 5...5)
    let shape = inputs[0].shape
    for (name, input) in zip(["a scale", "b scale", "y scale"], inputs[1...3]) {
      try requireFloat(input)
      guard try Broadcast.shape(of: [shape, input.shape]) == shape else {
        throw EngineError(
          name, expected: "a shape that stretches to \(shape)", found: "\(input.shape)")
      }
    }
    guard inputs[4].count == 1, inputs[3].count == 1, !inputs[4].element.isFloat else {
      throw EngineError("zero point", expected: "one integer", found: "\(inputs[4].shape)")
    }
    return TensorType(shape, inputs[4].element)
  }

  /// q.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let a = inputs[1].broadcast(to: type.shape).doubles
    let b = inputs[2].broadcast(to: type.shape).doubles
    let (y, zero) = (inputs[3].doubles[0], inputs[4].doubles[0])
    let q = inputs[0].doubles.enumerated().map { index, sum in
      let step = (sum * (a[index] * b[index]) / y).rounded(.toNearestOrEven)
      return step.isNaN ? inputs[4].integers[0] : type.element.saturated(step + zero)
    }
    return AnyTensor(type.shape, integers: q, element: type.element)
  }
}

/// Floats as unsigned 8-bit integers whose scale fits the tensor.
///
///     low = min(0, least x), high = max(0, largest x);  scale = (high - low) / 255 in binary32,
///     1 where that is 0;  zero = round(-low / scale), held within 0 and 255;  q as in `Quantize`
public struct DynamicQuantize: GeneralOperator {
  /// What is asked for.
  public enum Result: Sendable {
    /// The integers.
    case values
    /// Their scale.
    case scale
    /// Their zero point.
    case zeroPoint
  }

  private let result: Result

  /// Creates the operator.
  public init(_ result: Result) {
    self.result = result
  }

  /// "dynamic quantize".
  public var name: String { "dynamic quantize" }

  /// All: one scale is of all elements.
  public func joinedAxes(of input: TensorType) -> [Int] { Array(input.shape.indices) }

  /// Integers in the shape of x, or one number.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    guard inputs[0].element == .float32 else {
      throw EngineError("input", expected: "float32", found: inputs[0].element.rawValue)
    }
    return switch result {
    case .values: TensorType(inputs[0].shape, .uint8)
    case .scale: TensorType([])
    case .zeroPoint: TensorType([], .uint8)
    }
  }

  /// q, the scale or the zero point.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    var (low, high) = (Float(0), Float(0))
    for x in inputs[0].floats {
      if x < low { low = x }
      if x > high { high = x }
    }
    let range = (high - low) / 255
    let scale = range == 0 ? 1 : range
    let zero = ElementType.uint8.saturated(
      Double((-low / scale).rounded(.toNearestOrEven)))
    let scales = AnyTensor([], floats: [scale])
    let zeroPoint = AnyTensor([], integers: [zero], element: .uint8)
    switch result {
    case .scale: return scales
    case .zeroPoint: return zeroPoint
    case .values:
      return try Quantize(QuantizationGrid(axis: 0), to: .uint8)
        .evaluate([inputs[0], scales, zeroPoint])
    }
  }
}
