import CKernels

/// Elements held between two bounds; ReLU6 is `Clip(minimum: 0, maximum: 6)`.
///
///     y = minimum where x < minimum, maximum where x > maximum, else x    so NaN stays
///     dx = dy where minimum < x < maximum, else +0
public struct Clip: Sendable {
  /// The lower bound.
  public let minimum: Float
  /// The upper bound.
  public let maximum: Float

  /// Creates the operator; an error unless minimum <= maximum.
  public init(minimum: Float, maximum: Float) throws(EngineError) {
    guard minimum <= maximum else {
      throw EngineError(
        "bounds", expected: "minimum <= maximum", found: "\(minimum) and \(maximum)")
    }
    self.minimum = minimum
    self.maximum = maximum
  }
}

extension Clip: ActivationDefinition {
  var name: String { "clip" }
  var activation: ck_activation { ck_activation(kind: CK_CLIP, low: minimum, high: maximum) }
}
