import Bytes

// Operators that take elements of their first input at places that their second input names.

/// An operator whose output elements are elements of its first input; the others say which.
///
/// The gradient of the first input is the sum, in binary64 in the order of the output, of dy over
/// the places that the element went to, rounded once; the others have none.
public protocol GatheringOperator: GeneralOperator {
  /// For each output element its place in the first input; an error for an index out of range.
  func places(_ inputs: [AnyTensor]) throws(EngineError) -> [Int]
}

extension GatheringOperator {
  /// The elements at their places.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let shape = try outputType(of: inputs.map(\.type)).shape
    return inputs[0].gathered(shape, at: try places(inputs))
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// Sums of dy for the first input.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    [summed(dy.floats, at: try places(inputs), shape: inputs[0].shape)]
      + inputs.dropFirst().map { _ in nil }
  }
}

extension GeneralOperator {
  /// Throws unless an input holds integers.
  func requireIndices(_ input: TensorType) throws(EngineError) {
    guard !input.element.isFloat, input.element != .bool else {
      throw EngineError("indices", expected: "integers", found: input.element.rawValue)
    }
  }

  /// Throws unless a tensor has the axis.
  func requireAxis(_ axis: Int, of shape: [Int]) throws(EngineError) {
    guard shape.indices.contains(axis) else {
      throw EngineError("axis", expected: "below \(shape.count)", found: "\(axis)")
    }
  }
}

/// An index along an axis; negative ones count from the end.
func checkedIndex(_ index: Int64, size: Int) throws(EngineError) -> Int {
  let size64 = Int64(size)
  guard index >= -size64, index < size64 else {
    throw EngineError("indices", expected: "-\(size) to \(size - 1)", found: "\(index)")
  }
  return Int(index < 0 ? index + size64 : index)
}

/// Slices along one axis at the indices of the second input: NumPy's `take`.
public struct Gather: GatheringOperator {
  private let axis: Int

  /// Creates the operator.
  public init(axis: Int) {
    self.axis = axis
  }

  /// "gather".
  public var name: String { "gather" }

  /// The input's shape with the indices' in the place of the axis.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireIndices(inputs[1])
    let shape = inputs[0].shape
    try requireAxis(axis, of: shape)
    let result = Array(shape[..<axis]) + inputs[1].shape + Array(shape[(axis + 1)...])
    _ = try EngineLimits.elements(of: result, attribute: "indices")
    return TensorType(result, inputs[0].element)
  }

  /// By slices, each contiguous.
  public func places(_ inputs: [AnyTensor]) throws(EngineError) -> [Int] {
    let shape = inputs[0].shape
    let inner = shape[(axis + 1)...].reduce(1, *)
    let indices = try inputs[1].integers.map { (index) throws(EngineError) in
      try checkedIndex(index, size: shape[axis])
    }
    var places: [Int] = []
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for index in indices {
        let start = (outer * shape[axis] + index) * inner
        places.append(contentsOf: start..<start + inner)
      }
    }
    return places
  }
}

/// For each index an element of the same place but for one axis, where the index stands.
public struct GatherElements: GatheringOperator {
  private let axis: Int

  /// Creates the operator.
  public init(axis: Int) {
    self.axis = axis
  }

  /// "gather elements".
  public var name: String { "gather elements" }

  /// The indices' shape.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireElementIndices(inputs[1], of: inputs[0], axis: axis)
    return TensorType(inputs[1].shape, inputs[0].element)
  }

  /// By the index along the axis.
  public func places(_ inputs: [AnyTensor]) throws(EngineError) -> [Int] {
    try elementPlaces(inputs[1], of: inputs[0].shape, axis: axis)
  }
}

extension GeneralOperator {
  /// Throws unless indices for single elements fit a tensor along all axes but one.
  func requireElementIndices(
    _ indices: TensorType, of data: TensorType, axis: Int
  ) throws(EngineError) {
    try requireIndices(indices)
    try requireAxis(axis, of: data.shape)
    guard indices.shape.count == data.shape.count,
      data.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= data.shape[$0] })
    else {
      throw EngineError(
        "indices", expected: "at most \(data.shape) but for axis \(axis)",
        found: "\(indices.shape)")
    }
  }
}

/// For each index its own place in a tensor of the shape, but for one axis, where it stands.
func elementPlaces(
  _ indices: AnyTensor, of shape: [Int], axis: Int
) throws(EngineError) -> [Int] {
  var strides = rowMajorStrides(of: shape)
  let step = strides[axis]
  strides[axis] = 0
  let bases = stridedPlaces(of: indices.shape, strides: strides)
  var places: [Int] = []
  places.reserveCapacity(bases.count)
  for (base, index) in zip(bases, indices.integers) {
    places.append(base + (try checkedIndex(index, size: shape[axis])) * step)
  }
  return places
}

/// Slices at the places that the rows of the second input name: a row has one index for each of
/// the first axes, behind axes that both share.
public struct GatherND: GatheringOperator {
  private let batchAxes: Int

  /// Creates the operator.
  public init(batchAxes: Int = 0) {
    self.batchAxes = batchAxes
  }

  /// "gather nd".
  public var name: String { "gather nd" }

  /// The rows' shape, then what their indices leave.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireIndices(inputs[1])
    let (data, indices) = (inputs[0].shape, inputs[1].shape)
    guard let width = indices.last, batchAxes >= 0, batchAxes < min(data.count, indices.count),
      width >= 1, width <= data.count - batchAxes,
      data.prefix(batchAxes) == indices.prefix(batchAxes)
    else {
      throw EngineError(
        "indices", expected: "rows of 1 to \(data.count - batchAxes) indices",
        found: "shape \(indices), batch_dims \(batchAxes)")
    }
    let shape = Array(indices.dropLast()) + data.dropFirst(batchAxes + width)
    _ = try EngineLimits.elements(of: shape, attribute: "indices")
    return TensorType(shape, inputs[0].element)
  }

  /// By slices, each contiguous.
  public func places(_ inputs: [AnyTensor]) throws(EngineError) -> [Int] {
    let starts = try rowPlaces(inputs[1], of: inputs[0].shape, batchAxes: batchAxes)
    let inner = inputs[0].shape.dropFirst(batchAxes + (inputs[1].shape.last ?? 0)).reduce(1, *)
    return starts.flatMap { $0..<$0 + inner }
  }
}

/// The places where the slices begin that the rows of indices name.
func rowPlaces(
  _ indices: AnyTensor, of shape: [Int], batchAxes: Int
) throws(EngineError) -> [Int] {
  let width = indices.shape.last ?? 0
  let strides = rowMajorStrides(of: shape)
  let rows = indices.shape.dropLast().reduce(1, *)
  let batch = shape.prefix(batchAxes).reduce(1, *)
  let batchSize = shape.dropFirst(batchAxes).reduce(1, *)
  let numbers = indices.integers
  var places: [Int] = []
  places.reserveCapacity(rows)
  for row in 0..<rows {
    var place = batch == 0 ? 0 : row / max(1, rows / batch) * batchSize
    for number in 0..<width {
      let axis = batchAxes + number
      place +=
        (try checkedIndex(numbers[row * width + number], size: shape[axis])) * strides[axis]
    }
    places.append(place)
  }
  return places
}

/// The first elements of each row's sequence in reverse order; those behind stay.
///
/// The second input holds the length of each row's sequence.
public struct ReverseSequence: GatheringOperator {
  private let rowAxis: Int
  private let stepAxis: Int

  /// Creates the operator.
  public init(rowAxis: Int, stepAxis: Int) {
    self.rowAxis = rowAxis
    self.stepAxis = stepAxis
  }

  /// "reverse sequence".
  public var name: String { "reverse sequence" }

  /// The input's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    try requireIndices(inputs[1])
    try requireAxis(rowAxis, of: inputs[0].shape)
    try requireAxis(stepAxis, of: inputs[0].shape)
    guard rowAxis != stepAxis, inputs[1].shape == [inputs[0].shape[rowAxis]] else {
      throw EngineError(
        "sequence_lens", expected: "one length for each row along another axis",
        found: "\(inputs[1].shape)")
    }
    return inputs[0]
  }

  /// Mirrored within the length.
  public func places(_ inputs: [AnyTensor]) throws(EngineError) -> [Int] {
    let shape = inputs[0].shape
    let lengths = inputs[1].indices
    for length in lengths where !(0...shape[stepAxis]).contains(length) {
      throw EngineError(
        "sequence_lens", expected: "0 to \(shape[stepAxis])", found: "\(length)")
    }
    let strides = rowMajorStrides(of: shape)
    return (0..<inputs[0].count).map { place in
      let step = place / strides[stepAxis] % shape[stepAxis]
      let length = lengths[place / strides[rowAxis] % shape[rowAxis]]
      return step < length ? place + (length - 1 - 2 * step) * strides[stepAxis] : place
    }
  }
}

/// For each index a row of `depth` elements, all "off" but for the one that it names: the second
/// input holds off and on. Indices outside -depth ..< depth name none.
public struct OneHot: GeneralOperator {
  private let axis: Int
  private let depth: Int

  /// Creates the operator; `axis` is where the new axis stands.
  public init(axis: Int, depth: Int) {
    self.axis = axis
    self.depth = depth
  }

  /// "one hot".
  public var name: String { "one hot" }

  /// The indices' shape with the new axis.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...2)
    guard inputs[1].shape == [2] else {
      throw EngineError("values", expected: "off and on", found: "\(inputs[1].shape)")
    }
    guard (0...inputs[0].shape.count).contains(axis), depth >= 1 else {
      throw EngineError(
        "depth", expected: "1 or more along an axis up to \(inputs[0].shape.count)",
        found: "\(depth) along \(axis)")
    }
    var shape = inputs[0].shape
    shape.insert(depth, at: axis)
    _ = try EngineLimits.elements(of: shape, attribute: "depth")
    return TensorType(shape, inputs[1].element)
  }

  /// Off, and on where the index says.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let shape = try outputType(of: inputs.map(\.type)).shape
    let inner = inputs[0].shape[axis...].reduce(1, *)
    var choices = [Int](repeating: 0, count: shape.reduce(1, *))
    for (number, index) in inputs[0].integers.enumerated() {
      let depth64 = Int64(depth)
      guard index >= -depth64, index < depth64 else { continue }
      let place = Int(index < 0 ? index + depth64 : index)
      choices[(number / inner * depth + place) * inner + number % inner] = 1
    }
    return inputs[1].gathered(shape, at: choices)
  }
}
