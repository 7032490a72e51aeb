/// Tensors one behind the other along an axis; they agree in all others.
public struct Concatenate: GeneralOperator {
  /// The axis.
  public let axis: Int

  /// Creates the operator.
  public init(axis: Int) {
    self.axis = axis
  }

  /// "concat".
  public var name: String { "concat" }

  /// The sizes along the axis are added.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...EngineLimits.nodes)
    try requireOneElement(inputs)
    var shape = inputs[0].shape
    guard shape.indices.contains(axis) else {
      throw EngineError("axis", expected: "below \(shape.count)", found: "\(axis)")
    }
    shape[axis] = 0
    for input in inputs {
      guard input.shape.count == shape.count,
        shape.indices.allSatisfy({ $0 == axis || input.shape[$0] == shape[$0] })
      else {
        throw EngineError(
          "inputs", expected: "one shape but for axis \(axis)",
          found: inputs.map { "\($0.shape)" }.joined(separator: " and "))
      }
      let (sum, overflow) = shape[axis].addingReportingOverflow(input.shape[axis])
      guard !overflow else {
        throw EngineError(.limit, "axis", expected: "a size of 64 bits", found: "more")
      }
      shape[axis] = sum
    }
    return TensorType(shape, inputs[0].element)
  }

  /// By blocks: what lies within the axis is contiguous in each input.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let shape = try outputType(of: inputs.map(\.type)).shape
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let all = AnyTensor(stacking: inputs, shape: [shape.reduce(1, *)], element: inputs[0].element)
    guard outer != 1 else { return all.reshaped(shape) }
    var starts: [Int] = []
    var start = 0
    for input in inputs {
      starts.append(start)
      start += input.count
    }
    var places: [Int] = []
    places.reserveCapacity(all.count)
    for row in 0..<outer {
      for (input, start) in zip(inputs, starts) {
        let block = input.shape[axis] * inner
        places.append(contentsOf: start + row * block..<start + (row + 1) * block)
      }
    }
    return all.gathered(shape, at: places)
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// Each input's part of dy.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    var start = 0
    return try inputs.map { (input) throws(EngineError) in
      let spans = input.shape.enumerated().map { axis, size in
        Slice.Span(start: axis == self.axis ? start : 0, count: size)
      }
      start += input.shape[axis]
      return try Slice(spans: spans).evaluate([dy])
    }
  }
}
