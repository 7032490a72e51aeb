import Bytes

/// The loss of logarithms of probabilities against classes: logarithms, classes, class weights.
///
///     l[n, d...] = -weight[c] x[n, c, d...],  c the class at [n, d...]; 0 where c is ignored
///     sum S(l)      mean S(l) / S(weight[c]), without what is ignored
///
/// In binary64, sums from +0 in row-major order, one rounding. Classes lie along axis 1.
public struct NegativeLogLikelihood: GeneralOperator {
  /// What becomes of the losses.
  public enum Summary: String, Sendable {
    /// They stay.
    case none
    /// Their sum.
    case sum
    /// Their weighted mean.
    case mean
  }

  private let summary: Summary
  private let ignored: Int64?

  /// Creates the operator.
  public init(_ summary: Summary, ignoring ignored: Int64?) {
    self.summary = summary
    self.ignored = ignored
  }

  /// "negative log likelihood".
  public var name: String { "negative log likelihood" }

  /// The shape of the classes, or one number.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 2...3)
    try requireFloat(inputs[0])
    let shape = inputs[0].shape
    guard shape.count >= 2, inputs[1].shape == [shape[0]] + shape.dropFirst(2),
      !inputs[1].element.isFloat
    else {
      throw EngineError(
        "target", expected: "integers in the shape \(shape) without axis 1",
        found: "\(inputs[1].element) of shape \(inputs[1].shape)")
    }
    if inputs.count == 3, inputs[2].shape != [shape[1]] {
      throw EngineError("weight", expected: "shape [\(shape[1])]", found: "\(inputs[2].shape)")
    }
    return TensorType(summary == .none ? inputs[1].shape : [], inputs[0].element)
  }

  /// The losses.
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let type = try outputType(of: inputs.map(\.type))
    let (shape, x) = (inputs[0].shape, inputs[0].doubles)
    let weights = inputs.count == 3 ? inputs[2].doubles : .init(repeating: 1, count: shape[1])
    let pixels = shape.dropFirst(2).reduce(1, *)
    var losses: [Double] = []
    var total = 0.0
    for (place, target) in inputs[1].integers.enumerated() {
      guard target != ignored else {
        losses.append(0)
        continue
      }
      guard (0..<Int64(shape[1])).contains(target) else {
        throw EngineError("target", expected: "0 to \(shape[1] - 1)", found: "\(target)")
      }
      let (row, pixel) = (place / pixels, place % pixels)
      let weight = weights[Int(target)]
      losses.append(-(weight * x[(row * shape[1] + Int(target)) * pixels + pixel]))
      total += weight
    }
    switch summary {
    case .none: break
    case .sum: losses = [losses.reduce(0, +)]
    case .mean: losses = [losses.reduce(0, +) / total]
    }
    return AnyTensor(type.shape, doubles: losses, element: type.element)
  }
}
