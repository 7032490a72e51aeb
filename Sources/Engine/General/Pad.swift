import Bytes

/// Elements around a tensor, or cut off where a padding is negative.
///
/// A negative padding cuts first; the modes then see what is left. The number of constant padding
/// is a second input of one element, +0 where it is left out.
///
///     dx = round(S),  S = binary64 sum of dy over the places that the element went to
public struct Pad: GeneralOperator {
  /// What stands around the tensor.
  public enum Mode: String, Sendable, CaseIterable {
    /// One number.
    case constant
    /// The elements mirrored, the outermost not repeated.
    case reflect
    /// The outermost element.
    case edge
    /// The elements from the other end.
    case wrap
  }

  private let begins: [Int]
  private let ends: [Int]
  private let mode: Mode

  /// Creates the operator: one number for each axis in front and one behind.
  public init(begins: [Int], ends: [Int], mode: Mode = .constant) {
    self.begins = begins
    self.ends = ends
    self.mode = mode
  }

  /// "pad".
  public var name: String { "pad" }

  /// The sizes with both paddings.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...(mode == .constant ? 2 : 1))
    try requireOneElement(inputs)
    guard inputs.count == 1 || inputs[1].count == 1 else {
      throw EngineError("constant_value", expected: "one number", found: "\(inputs[1].shape)")
    }
    let shape = inputs[0].shape
    guard begins.count == shape.count, ends.count == shape.count else {
      throw EngineError(
        "pads", expected: "\(2 * shape.count)", found: "\(begins.count + ends.count)")
    }
    var padded: [Int] = []
    for axis in shape.indices {
      let (first, isFirstWide) = shape[axis].addingReportingOverflow(begins[axis])
      let (size, isWide) = first.addingReportingOverflow(ends[axis])
      guard !isFirstWide, !isWide, size >= 0, left(axis, shape) >= 0 else {
        throw EngineError(
          "pads", expected: "a size of 0 or more along axis \(axis)",
          found: "\(begins[axis]) and \(ends[axis]) around \(shape[axis])")
      }
      guard mode == .constant || left(axis, shape) > 0 || size == 0 else {
        throw EngineError("pads", expected: "elements to repeat", found: "none on axis \(axis)")
      }
      padded.append(size)
    }
    _ = try EngineLimits.elements(of: padded, attribute: "pads")
    return TensorType(padded, inputs[0].element)
  }

  /// The elements of an axis that no negative padding cuts off.
  private func left(_ axis: Int, _ shape: [Int]) -> Int {
    shape[axis] + min(0, begins[axis]) + min(0, ends[axis])
  }

  /// The elements, and what stands around them.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let x = inputs[0]
    let source =
      inputs.count == 1
      ? x.followedByZero
      : AnyTensor(stacking: [x, inputs[1]], shape: [x.count + 1], element: x.element)
    return source.gathered(
      type.shape, at: places(from: x.shape, to: type.shape).map { $0 < 0 ? x.count : $0 })
  }

  /// Those around which elements stand or fall away.
  public func joinedAxes(of input: TensorType) -> [Int] {
    begins.indices.filter { begins[$0] != 0 || ends[$0] != 0 }
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dy from where the elements went; to the constant the sum of the rest.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let count = inputs[0].count
    let sums = summed(
      dy.floats,
      at: places(from: inputs[0].shape, to: dy.shape).map { $0 < 0 ? count : $0 },
      shape: [count + 1])
    let dx = sums.gathered(inputs[0].shape, at: Array(0..<count))
    guard inputs.count == 2 else { return [dx] }
    return [dx, sums.gathered(inputs[1].shape, at: [count])]
  }

  /// For each output element its place in the input, -1 for the constant.
  private func places(from input: [Int], to output: [Int]) -> [Int] {
    let along = input.indices.map { axis in
      let (cut, size) = (max(0, -begins[axis]), left(axis, input))
      return (0..<output[axis]).map { place in
        let index = place - max(0, begins[axis])
        if (0..<size).contains(index) { return cut + index }
        switch mode {
        case .constant: return -1
        case .edge: return cut + min(max(index, 0), size - 1)
        case .wrap: return cut + index.modulo(size)
        case .reflect:
          guard size > 1 else { return cut }
          let turned = index.modulo(2 * (size - 1))
          return cut + min(turned, 2 * (size - 1) - turned)
        }
      }
    }
    return crossedPlaces(along, of: input)
  }
}

/// For each combination of one index from each list, the last list fastest, its place in a tensor
/// of the shape; -1 where an index is negative.
func crossedPlaces(_ along: [[Int]], of shape: [Int]) -> [Int] {
  let strides = rowMajorStrides(of: shape)
  // So low that no further index lifts it to 0.
  let outside = -2 * max(1, shape.reduce(1, *))
  var places = [0]
  for axis in along.indices {
    let steps = along[axis].map { $0 < 0 ? outside : $0 * strides[axis] }
    places = places.flatMap { place in
      steps.map { place < 0 ? outside : place + $0 }
    }
  }
  return places.map { $0 < 0 ? -1 : $0 }
}

extension Int {
  /// The rest that is 0 or more.
  func modulo(_ divisor: Int) -> Int {
    let rest = self % divisor
    return rest < 0 ? rest + divisor : rest
  }
}

/// Axes cut in two, put in another order and joined again: depth to space and back.
///
/// A reshape to `split`, a transposition, a reshape to `shape`.
public struct AxisRegrouping: IndexingOperator {
  private let split: [Int]
  private let axes: [Int]
  private let shape: [Int]

  /// Creates the operator.
  public init(split: [Int], axes: [Int], shape: [Int]) {
    self.split = split
    self.axes = axes
    self.shape = shape
  }

  /// "regroup".
  public var name: String { "regroup" }

  /// The shape, of as many elements.
  public func outputShape(of input: [Int]) throws(EngineError) -> [Int] {
    let count = input.reduce(1, *)
    guard split.reduce(1, *) == count, shape.reduce(1, *) == count,
      axes.sorted() == Array(split.indices)
    else {
      throw EngineError("blocksize", expected: "\(count) elements", found: "\(split)")
    }
    return shape
  }

  /// Those of the transposition.
  public func places(from input: [Int]) -> [Int] { Transpose(axes: axes).places(from: split) }
}
