import Bytes
import CKernels

/// One function applied to every element.
///
///     y = round(f(x))      dx = round(dy f'(x))
///
/// `Sources/CKernels/elementary/list.h` states every f and f', which some take from the rounded y.
/// In binary32 correctly rounded (docs/numerics.md, section 5). In binary16 and bfloat16 the binary32
/// value, rounded once more. In binary64 roots and reciprocals are correctly rounded; of the others,
/// with h the binary32 number nearest to x, y = f(h) + (x - h) f'(h) from the unrounded f and f',
/// whose error is of the order 2^-48. Numbers beyond binary32's range are refused there, and so are
/// such near 0 of a logarithm.
///
/// A core operator over maps and vectors of binary32, a general one over everything else.
public struct Elementwise: Sendable {
  /// The function.
  public let function: ElementaryFunction
  /// The function's parameters; those that it does not have count for nothing.
  public let alpha: Float
  /// The second of them.
  public let beta: Float

  /// Creates the operator; parameters not given are ONNX' defaults.
  public init(_ function: ElementaryFunction, alpha: Float? = nil, beta: Float? = nil) {
    self.function = function
    self.alpha = alpha ?? function.defaultParameters.alpha
    self.beta = beta ?? function.defaultParameters.beta
  }

  /// The function's name.
  public var name: String { function.rawValue }
  /// None.
  public var parameterCount: Int { 0 }

  var activation: ck_activation { function.activation(alpha: alpha, beta: beta) }
}

extension Elementwise: ActivationDefinition {
  func plan(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.append(
      ActivationStep(
        activation: activation, input: try plan.map(of: unit.inputs[0]),
        output: try plan.map(of: unit.value)))
  }

  func planGradient(_ unit: Unit, in plan: inout Plan) throws(EngineError) {
    plan.append(
      ActivationGradientStep(
        activation: activation, input: try plan.map(of: unit.inputs[0]),
        value: try plan.map(of: unit.value), dy: plan.gradient(of: unit),
        dx: try plan.contribution(to: unit.inputs[0], of: unit)))
  }
}

extension Elementwise: GeneralOperator {
  /// The input's type, of floats.
  public func outputType(of inputs: [TensorType]) throws(EngineError) -> TensorType {
    try requireCount(inputs, 1...1)
    try requireFloat(inputs[0])
    return inputs[0]
  }

  /// f(x).
  public func evaluate(_ inputs: [AnyTensor]) throws(EngineError) -> AnyTensor {
    let x = inputs[0]
    guard x.element == .float64 else {
      let y = function.values(x.floats, alpha: alpha, beta: beta)
      return AnyTensor(x.shape, floats: y, element: x.element)
    }
    let y =
      switch function {
      case .sqrt: x.doubles.map { $0.squareRoot() }
      case .reciprocal: x.doubles.map { 1 / $0 }
      default: try wide(x.doubles)
      }
    return AnyTensor(x.shape, doubles: y, element: .float64)
  }

  /// f(h) + (x - h) f'(h) for each x.
  private func wide(_ x: [Double]) throws(EngineError) -> [Double] {
    let nearest = x.map { Float($0) }
    var y = [Double](repeating: 0, count: x.count)
    var slopes = y
    ck_plain_activation_wide(activation, nearest, nearest.count, &y, &slopes)
    for (index, h) in nearest.enumerated() where Double(h) != x[index] && !h.isNaN {
      // The slope of a logarithm near 0 is too steep for a line.
      guard h.isFinite, h.isNormal || slopes[index].magnitude < 0x1p64 else {
        throw EngineError(
          .unsupported, "input", expected: "numbers within binary32's range", found: "\(x[index])")
      }
      let step = (x[index] - Double(h)) * slopes[index]
      if step.isFinite { y[index] += step }
    }
    return y
  }

  /// Yes.
  public var isDifferentiable: Bool { true }

  /// dy f'(x).
  public func gradients(
    _ dy: AnyTensor, inputs: [AnyTensor], output: AnyTensor
  ) throws(EngineError) -> [AnyTensor?] {
    let dx = function.gradients(
      x: inputs[0].floats, y: output.floats, dy: dy.floats, alpha: alpha, beta: beta)
    return [AnyTensor(inputs[0].shape, floats: dx)]
  }
}
