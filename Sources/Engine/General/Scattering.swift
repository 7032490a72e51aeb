import Bytes

/// A tensor with elements replaced or changed by updates, at places that indices name. Takes the
/// tensor, the indices and the updates; updates of one place follow one another in their order.
public struct Scatter: GeneralOperator {
  /// How indices name places.
  public enum Addressing: Sendable, Hashable {
    /// One index for each update: its own place but for the axis.
    case elements(axis: Int)
    /// Rows of indices, each for a slice of updates.
    case slices
  }

  /// What an update does.
  public enum Reduction: String, Sendable, CaseIterable {
    /// Takes the element's place.
    case replace = "none"
    /// Is added to it: floats in binary64, rounded once; integers wrap.
    case add
    /// Is multiplied with it: floats in binary64, rounded once; integers wrap.
    case multiply = "mul"
    /// The smaller stays; NaN where one is.
    case minimum = "min"
    /// The larger stays; NaN where one is.
    case maximum = "max"
  }

  private let addressing: Addressing
  let reduction: Reduction

  /// Creates the operator.
  public init(_ addressing: Addressing, reduction: Reduction = .replace) {
    self.addressing = addressing
    self.reduction = reduction
  }

  /// "scatter".
  public var name: String { "scatter" }

  /// The tensor's type.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 3...3)
    try requireOneElement([inputs[0], inputs[2]])
    guard reduction == .replace || inputs[0].element != .bool else {
      throw EngineError("reduction", expected: "numbers", found: inputs[0].element.rawValue)
    }
    let (data, indices) = (inputs[0].shape, inputs[1].shape)
    var expected = indices
    switch addressing {
    case .elements(let axis):
      try requireElementIndices(inputs[1], of: inputs[0], axis: axis)
    case .slices:
      try requireIndices(inputs[1])
      guard let width = indices.last, width >= 1, width <= data.count else {
        throw EngineError(
          "indices", expected: "rows of 1 to \(data.count) indices", found: "\(indices)")
      }
      expected = Array(indices.dropLast()) + data.dropFirst(width)
    }
    guard inputs[2].shape == expected else {
      throw EngineError("updates", expected: "\(expected)", found: "\(inputs[2].shape)")
    }
    return inputs[0]
  }

  /// For each update its place.
  private func places(_ inputs: [AnyTensor]) throws(EngineError) -> [Int] {
    let shape = inputs[0].shape
    switch addressing {
    case .elements(let axis): return try elementPlaces(inputs[1], of: shape, axis: axis)
    case .slices:
      let inner = shape.dropFirst(inputs[1].shape.last ?? 0).reduce(1, *)
      return try rowPlaces(inputs[1], of: shape, batchAxes: 0).flatMap { $0..<$0 + inner }
    }
  }

  /// The tensor behind all updates.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    _ = try outputType(of: inputs.map(\.type))
    let (data, updates) = (inputs[0], inputs[2])
    let places = try places(inputs)
    let element = data.element
    guard reduction != .replace else {
      var sources = Array(0..<data.count)
      for (number, place) in places.enumerated() { sources[place] = data.count + number }
      return AnyTensor(
        stacking: [data, updates], shape: [data.count + updates.count], element: element
      ).gathered(data.shape, at: sources)
    }
    if element.isFloat {
      let values = reduced(data.doubles, updates.doubles, places) { (x, y) -> Double in
        switch reduction {
        case .add: x + y
        case .multiply: x * y
        case .minimum: x.isNaN || x < y ? x : y
        case .maximum: x.isNaN || x > y ? x : y
        case .replace: y
        }
      }
      return AnyTensor(data.shape, doubles: values, element: element)
    }
    func below(_ x: Int64, _ y: Int64) -> Bool {
      element == .uint64 ? UInt64(bitPattern: x) < UInt64(bitPattern: y) : x < y
    }
    let values = reduced(data.integers, updates.integers, places) { (x, y) -> Int64 in
      switch reduction {
      case .add: x &+ y
      case .multiply: x &* y
      case .minimum: below(x, y) ? x : y
      case .maximum: below(x, y) ? y : x
      case .replace: y
      }
    }
    return AnyTensor(data.shape, integers: values, element: element)
  }

  private func reduced<Number>(
    _ data: [Number], _ updates: [Number], _ places: [Int], _ step: (Number, Number) -> Number
  ) -> [Number] {
    var result = data
    for (update, place) in zip(updates, places) { result[place] = step(result[place], update) }
    return result
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// Replacing: dy to what is left and to the last update of each place. Adding: dy to both.
  ///
  /// - Throws: `EngineError` for the other reductions.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let places = try places(inputs)
    let values = dy.floats
    let updates = places.map { values[$0] }
    switch reduction {
    case .add: return [dy, nil, AnyTensor(inputs[2].shape, floats: updates)]
    case .replace:
      var last = [Int: Int]()
      for (number, place) in places.enumerated() { last[place] = number }
      var rest = values
      for place in places { rest[place] = 0 }
      let taken = places.indices.map { last[places[$0]] == $0 ? updates[$0] : 0 }
      return [
        AnyTensor(inputs[0].shape, floats: rest), nil,
        AnyTensor(inputs[2].shape, floats: taken),
      ]
    case .multiply, .minimum, .maximum:
      throw EngineError(
        .unsupported, "gradient", expected: "reduction none or add", found: reduction.rawValue)
    }
  }
}
