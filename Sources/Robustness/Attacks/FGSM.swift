public import Engine

/// The fast gradient sign method: one step along the sign of the loss's gradient, untargeted,
/// bounded in the maximum norm (Goodfellow, Shlens, Szegedy: Explaining and Harnessing Adversarial
/// Examples, 2015).
///
/// `x_adv = clip(x + e * sign(g))` with e = eps rounded to binary32, one rounded addition, then
/// the clip to the input range; sign(0) = 0, and a NaN in the gradient moves nothing
/// (proofmark-numerics/1, item 8).
public struct FGSM: Sendable {
  /// The short name in reports and policies.
  public static let name = "fgsm"
  /// The norm that bounds the step.
  public static let norm = "linf"
  /// The size of the step, in units of the input.
  public let eps: Double
  /// The inputs that the network expects.
  public let range: ClosedRange<Float>

  /// Creates an attack.
  public init(eps: Double, range: ClosedRange<Float>) {
    self.eps = eps
    self.range = range
  }

  /// The attacked inputs, of the inputs' shape.
  ///
  /// - Throws: `EngineError` when inputs and gradient differ in shape.
  public func perturb(
    _ inputs: Tensor, along gradient: Tensor
  ) throws(EngineError) -> Tensor {
    try inputs.signedStep(along: gradient, step: Float(eps), within: range)
  }
}
