import CKernels

/// A function of one number, correctly rounded for every binary32 input.
public enum ElementaryFunction: String, CaseIterable, Sendable {
  /// e^x.
  case exp
  /// 1 / (1 + e^-x).
  case sigmoid
  /// The hyperbolic tangent.
  case tanh

  /// The function's value for each number.
  public func values(_ numbers: [Float], variant: KernelVariant = .best) -> [Float] {
    let x = TensorStorage(padded(numbers))
    let y = TensorStorage(count: x.count)
    if let kernels = variant.kernels?.value {
      kernels.elementary(
        kind, ck_size(blocks: 1, height: 1, width: x.count / Geometry.blockLanes),
        ck_view(start: x.start, block: 0, row: 0), ck_view(start: y.start, block: 0, row: 0))
    } else {
      ck_plain_activation(ck_activation(kind: kind, low: 0, high: 0), x.start, x.count, y.start)
    }
    return Array(y.buffer.prefix(numbers.count))
  }

  private var kind: ck_activation_kind {
    switch self {
    case .exp: CK_EXP
    case .sigmoid: CK_SIGMOID
    case .tanh: CK_TANH
    }
  }
}

extension KernelVariant {
  /// a * b + c, rounded once, as the chains compute it.
  public func fusedMultiplyAdd(_ a: Float, _ b: Float, _ c: Float) -> Float {
    kernels?.value.fma(a, b, c) ?? ck_plain_fma(a, b, c)
  }
}
