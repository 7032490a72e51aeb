import CKernels

/// The hyperbolic tangent, correctly rounded.
///
///     y = round(tanh x)      dx = round(dy (1 - y y))
///
/// The gradient is computed from the rounded y, in binary64, each step rounded there.
public struct Tanh: Sendable {
  /// Creates the operator.
  public init() {}
}

extension Tanh: ElementaryDefinition {
  var name: String { "tanh" }
  var activation: ck_activation { ck_activation(kind: CK_TANH, low: 0, high: 0) }
}
