import CKernels

/// Negative elements scaled.
///
///     y = x where x > 0, else x slope       dx = dy where x > 0, else dy slope
///
/// Each product is rounded once, in binary32; a NaN stays one.
public struct LeakyReLU: Sendable {
  /// The factor of elements that are not positive.
  public let slope: Float

  /// Creates the operator.
  public init(slope: Float) {
    self.slope = slope
  }
}

extension LeakyReLU: ActivationDefinition {
  var name: String { "leaky relu" }
  var activation: ck_activation { ck_activation(kind: CK_LEAKY_RELU, low: slope, high: 0) }
}
