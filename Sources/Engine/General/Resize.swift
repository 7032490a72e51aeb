import Bytes

/// A tensor at another size along some axes, by the nearest elements or by interpolation.
///
/// Places and weights in binary64 by the formulas of `ResizeAxis`. Where one element is taken, it
/// is taken as it is. Else axis by axis from the last to the first, each sum from +0 over the
/// elements ascending of weight times element in binary64, both rounded; after the last axis
/// rounded once to the element type, integers to the nearest, ties to even, within their range.
///
///     dx: the same sums the other way, axis by axis from the first to the last, outputs ascending
public struct Resize: GeneralOperator {
  let requests: [Int: ResizeAxis.Request]
  let method: ResizeAxis.Method
  private let extrapolation: Float

  /// Creates the operator: what is asked for along some axes, and the number that stands where a
  /// crop lies outside.
  public init(
    _ requests: [Int: ResizeAxis.Request], method: ResizeAxis.Method, extrapolation: Float = 0
  ) {
    self.requests = requests
    self.method = method
    self.extrapolation = extrapolation
  }

  /// "resize".
  public var name: String { "resize" }

  /// The sizes asked for.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    guard inputs[0].element != .bool else {
      throw EngineError("input", expected: "numbers", found: inputs[0].element.rawValue)
    }
    var shape = inputs[0].shape
    for (axis, request) in requests {
      try requireAxis(axis, of: shape)
      // A scale that gives no half output has no place for a whole one.
      let wanted = request.scale * Double(shape[axis])
      guard request.size >= 0, request.size == 0 || (wanted >= 0.5 && wanted.isFinite) else {
        throw EngineError(
          "scales", expected: "a size of 0 or more and a scale above 0",
          found: "\(request.size) and \(request.scale) on an axis of \(shape[axis])")
      }
      shape[axis] = request.size
    }
    _ = try EngineLimits.elements(of: shape, attribute: "sizes")
    return TensorType(shape, inputs[0].element)
  }

  /// Four for each element between two axes, or as many as a reduction covers.
  public func operations(inputs: [TensorType], output: TensorType) -> Int {
    var total = max(inputs[0].count, output.count)
    for (axis, request) in requests where request.size > 0 {
      let covered = method.antialiases ? 4 * inputs[0].shape[axis] / request.size + 4 : 4
      total = max(total, saturatingProduct(max(inputs[0].count, output.count), covered))
    }
    return total
  }

  /// The tensor at its new size.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let x = inputs[0]
    let axes = axes(of: x.shape)
    if type.count == 0 { return x.gathered(type.shape, at: []) }
    if axes.values.allSatisfy({ $0.taps.allSatisfy { $0.count == 1 && $0[0].weight == 1 } }) {
      let along = x.shape.indices.map { axis in
        axes[axis]?.taps.map { $0[0].index } ?? Array(0..<x.shape[axis])
      }
      let taken = x.gathered(type.shape, at: crossedPlaces(along, of: x.shape))
      return hasOutside(axes) ? extrapolated(taken, axes) : taken
    }
    var values = x.doubles
    var shape = x.shape
    for axis in axes.keys.sorted(by: >) {
      guard let taps = axes[axis], !taps.isIdentity else { continue }
      values = mixed(values, shape, axis, taps)
      shape[axis] = taps.taps.count
    }
    let result =
      type.element.isFloat
      ? AnyTensor(type.shape, doubles: values, element: type.element)
      : AnyTensor(
        type.shape,
        integers: values.map { type.element.saturated($0.rounded(.toNearestOrEven)) },
        element: type.element)
    return hasOutside(axes) ? extrapolated(result, axes) : result
  }

  func axes(of shape: [Int]) -> [Int: ResizeAxis] {
    var axes: [Int: ResizeAxis] = [:]
    for (axis, request) in requests {
      axes[axis] = ResizeAxis(request, method: method, inputSize: shape[axis])
    }
    return axes
  }

  private func mixed(
    _ values: [Double], _ shape: [Int], _ axis: Int, _ taps: ResizeAxis
  ) -> [Double] {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var result = [Double](repeating: 0, count: outer * taps.taps.count * inner)
    for row in 0..<outer {
      for (output, parts) in taps.taps.enumerated() {
        let to = (row * taps.taps.count + output) * inner
        for part in parts {
          let from = (row * taps.inputSize + part.index) * inner
          for k in 0..<inner { result[to + k] += part.weight * values[from + k] }
        }
      }
    }
    return result
  }

  private func hasOutside(_ axes: [Int: ResizeAxis]) -> Bool {
    axes.values.contains { $0.outside.contains(true) }
  }

  /// The tensor with the number where a crop lies outside.
  private func extrapolated(_ tensor: AnyTensor, _ axes: [Int: ResizeAxis]) -> AnyTensor {
    let number = AnyTensor([1], floats: [extrapolation]).converted(to: tensor.element)
    let source = AnyTensor(
      stacking: [tensor, number], shape: [tensor.count + 1], element: tensor.element)
    let along = tensor.shape.indices.map { axis in
      (0..<tensor.shape[axis]).map { axes[axis]?.outside[$0] == true ? -1 : $0 }
    }
    return source.gathered(
      tensor.shape,
      at: crossedPlaces(along, of: tensor.shape).map { $0 < 0 ? tensor.count : $0 })
  }

  /// Those that get another size or another part of the tensor.
  public func joinedAxes(of input: TensorType) -> [Int] {
    requests.filter { axis, request in
      request.scale != 1 || request.size != input.shape[axis] || request.start != 0
        || request.end != 1
    }.keys.sorted()
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// The sums the other way.
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let axes = axes(of: inputs[0].shape)
    var values = dy.doubles
    if hasOutside(axes) {
      let along = dy.shape.indices.map { axis in
        (0..<dy.shape[axis]).map { axes[axis]?.outside[$0] == true ? -1 : $0 }
      }
      let isInside = crossedPlaces(along, of: dy.shape)
      values = zip(values, isInside).map { $1 < 0 ? 0 : $0 }
    }
    var shape = dy.shape
    for axis in axes.keys.sorted() {
      guard let taps = axes[axis], !taps.isIdentity else { continue }
      values = spread(values, shape, axis, taps)
      shape[axis] = taps.inputSize
    }
    return [AnyTensor(inputs[0].shape, floats: values.map { Float($0) })]
  }

  private func spread(
    _ values: [Double], _ shape: [Int], _ axis: Int, _ taps: ResizeAxis
  ) -> [Double] {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var result = [Double](repeating: 0, count: outer * taps.inputSize * inner)
    for row in 0..<outer {
      for (output, parts) in taps.taps.enumerated() {
        let from = (row * taps.taps.count + output) * inner
        for part in parts {
          let to = (row * taps.inputSize + part.index) * inner
          for k in 0..<inner { result[to + k] += part.weight * values[from + k] }
        }
      }
    }
    return result
  }
}
