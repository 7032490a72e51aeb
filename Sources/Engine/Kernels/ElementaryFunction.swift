public import Bytes
import CKernels

/// A function of one number, applied element by element. Those without parameters are correctly
/// rounded for every binary32 input (docs/numerics.md, section 5).
public enum ElementaryFunction: String, CaseIterable, Sendable {
  /// e^x.
  case exp
  /// 2^x.
  case exp2
  /// e^x - 1.
  case expm1
  /// The natural logarithm.
  case log
  /// The logarithm to base 2.
  case log2
  /// The logarithm to base 10.
  case log10
  /// log(1 + x).
  case log1p

  /// 1 / (1 + e^-x).
  case sigmoid
  /// log(1 + e^x).
  case softplus
  /// x / (1 + |x|).
  case softsign
  /// x sigmoid(x).
  case silu
  /// x tanh(softplus(x)).
  case mish
  /// x / 2 (1 + erf(x / sqrt 2)).
  case gelu
  /// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
  case geluTanh = "gelu_tanh"
  /// The error function.
  case erf

  /// The sine.
  case sin
  /// The cosine.
  case cos
  /// The tangent.
  case tan
  /// The arc sine.
  case asin
  /// The arc cosine.
  case acos
  /// The arc tangent.
  case atan
  /// The hyperbolic sine.
  case sinh
  /// The hyperbolic cosine.
  case cosh
  /// The hyperbolic tangent.
  case tanh
  /// The inverse hyperbolic sine.
  case asinh
  /// The inverse hyperbolic cosine.
  case acosh
  /// The inverse hyperbolic tangent.
  case atanh

  /// The square root.
  case sqrt
  /// 1 / x.
  case reciprocal
  /// x max(0, min(1, x / 6 + 1 / 2)).
  case hardSwish = "hard_swish"

  /// x, but alpha (e^x - 1) below 0.
  case elu
  /// beta x, but beta alpha (e^x - 1) below 0.
  case selu
  /// x, but alpha (e^(x / alpha) - 1) below 0.
  case celu
  /// max(0, min(1, alpha x + beta)), the sum one fused multiply-add of binary32.
  case hardSigmoid = "hard_sigmoid"
  /// x + beta below -alpha, x - beta above alpha, else 0.
  case shrink
  /// x above alpha, else 0.
  case thresholdedReLU = "thresholded_relu"
}

extension ElementaryFunction {
  /// What the two parameters are where a model does not say (ONNX operators, version 1.19); 0 for
  /// those that the function does not have.
  public var defaultParameters: (alpha: Float, beta: Float) {
    switch self {
    case .elu, .celu, .thresholdedReLU: (1, 0)
    case .selu: (1.67326319217681884765625, 1.05070102214813232421875)
    case .hardSigmoid: (0.2, 0.5)
    case .shrink: (0.5, 0)
    default: (0, 0)
    }
  }

  /// The function's value for each number.
  public func values(
    _ numbers: [Float], alpha: Float? = nil, beta: Float? = nil, variant: KernelVariant = .best
  ) -> [Float] {
    let activation = activation(alpha: alpha, beta: beta)
    var y = [Float](repeating: 0, count: numbers.count)
    if let kernels = variant.kernels?.value {
      kernels.activation_values(activation, numbers, numbers.count, &y)
    } else {
      ck_plain_activation(activation, numbers, numbers.count, &y)
    }
    return y
  }

  /// The gradients at the inputs x, whose values are y, of what has the gradients dy at y.
  public func gradients(
    x: [Float], y: [Float], dy: [Float], alpha: Float? = nil, beta: Float? = nil,
    variant: KernelVariant = .best
  ) -> [Float] {
    precondition(x.count == y.count && y.count == dy.count, "as many gradients as numbers")
    let activation = activation(alpha: alpha, beta: beta)
    var dx = [Float](repeating: 0, count: x.count)
    if let kernels = variant.kernels?.value {
      kernels.activation_gradients(activation, x, y, dy, x.count, &dx)
    } else {
      ck_plain_activation_gradient(activation, x, y, dy, x.count, &dx)
    }
    return dx
  }

  /// The digest of the function's values over `walk`: little-endian binary32, each NaN 0x7fc00000.
  public func walkDigest(variant: KernelVariant = .best) -> Digest {
    let values = values(ElementaryFunction.walk, variant: variant)
    var bytes = [UInt8](repeating: 0, count: values.count * MemoryLayout<Float>.stride)
    ck_store_little_endian(values, values.count, &bytes)
    var stream = DigestStream()
    stream.update(bytes)
    return stream.finish()
  }

  /// Every 65,537th of all binary32 numbers by their bits, from +0 on.
  public static let walk = (0..<UInt32(1 << 16)).map { Float(bitPattern: $0 * 65_537) }

  /// The function as C knows it.
  func activation(alpha: Float? = nil, beta: Float? = nil) -> ck_activation {
    let defaults = defaultParameters
    return ck_activation(kind: kind, low: alpha ?? defaults.alpha, high: beta ?? defaults.beta)
  }

  private var kind: ck_activation_kind {
    switch self {
    case .exp: CK_EXP
    case .exp2: CK_EXP2
    case .expm1: CK_EXPM1
    case .log: CK_LOG
    case .log2: CK_LOG2
    case .log10: CK_LOG10
    case .log1p: CK_LOG1P
    case .sigmoid: CK_SIGMOID
    case .softplus: CK_SOFTPLUS
    case .softsign: CK_SOFTSIGN
    case .silu: CK_SILU
    case .mish: CK_MISH
    case .gelu: CK_GELU
    case .geluTanh: CK_GELU_TANH
    case .erf: CK_ERF
    case .sin: CK_SIN
    case .cos: CK_COS
    case .tan: CK_TAN
    case .asin: CK_ASIN
    case .acos: CK_ACOS
    case .atan: CK_ATAN
    case .sinh: CK_SINH
    case .cosh: CK_COSH
    case .tanh: CK_TANH
    case .asinh: CK_ASINH
    case .acosh: CK_ACOSH
    case .atanh: CK_ATANH
    case .sqrt: CK_SQRT
    case .reciprocal: CK_RECIPROCAL
    case .hardSwish: CK_HARD_SWISH
    case .elu: CK_ELU
    case .selu: CK_SELU
    case .celu: CK_CELU
    case .hardSigmoid: CK_HARD_SIGMOID
    case .shrink: CK_SHRINK
    case .thresholdedReLU: CK_THRESHOLDED_RELU
    }
  }
}

extension KernelVariant {
  /// a * b + c, rounded once, as the chains compute it.
  public func fusedMultiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
    kernels?.value.fma(a, b, c) ?? ck_plain_fma(a, b, c)
  }
}
