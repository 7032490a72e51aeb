import CKernels

/// The logistic function, correctly rounded.
///
///     y = round(1 / (1 + e^-x))      dx = round(dy (y (1 - y)))
///
/// The gradient is computed from the rounded y, in binary64, each step rounded there.
public struct Sigmoid: Sendable {
  /// Creates the operator.
  public init() {}
}

extension Sigmoid: ElementaryDefinition {
  var name: String { "sigmoid" }
  var activation: ck_activation { ck_activation(kind: CK_SIGMOID, low: 0, high: 0) }
}
