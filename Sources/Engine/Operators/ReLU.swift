import CKernels

/// Negative elements set to 0.
///
///     y = +0 where x < 0, else x        so -0 and NaN stay
///     dx = dy where x > 0, else +0      so relu'(0) = 0
public struct ReLU: Sendable {
  /// Creates the operator.
  public init() {}
}

extension ReLU: ActivationDefinition {
  var name: String { "relu" }
  var activation: ck_activation { ck_activation(kind: CK_RELU, low: 0, high: 0) }
}
