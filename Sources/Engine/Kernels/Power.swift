import CKernels

/// x^y element by element, with the special cases of IEEE 754-2019, 9.2.1.
///
/// Correctly rounded unless the true value lies closer to a tie of binary32 than 2^-57 of itself
/// without being one (docs/numerics.md, section 5); the same bits in every variant.
public enum Power {
  /// Each base to the power of its exponent.
  public static func values(
    _ bases: [Float], exponents: [Float], variant: KernelVariant = .best
  ) -> [Float] {
    precondition(bases.count == exponents.count, "as many exponents as bases")
    var powers = [Float](repeating: 0, count: bases.count)
    if let kernels = variant.kernels?.value {
      kernels.power(bases, exponents, bases.count, &powers)
    } else {
      ck_plain_power(bases, exponents, bases.count, &powers)
    }
    return powers
  }

  /// The gradients at the bases of what has the gradients `dz` at the powers: dz y x^(y - 1).
  public static func gradients(
    bases: [Float], exponents: [Float], dz: [Float], variant: KernelVariant = .best
  ) -> [Float] {
    precondition(bases.count == exponents.count && bases.count == dz.count, "equal counts")
    var dx = [Float](repeating: 0, count: bases.count)
    if let kernels = variant.kernels?.value {
      kernels.power_gradient(bases, exponents, dz, bases.count, &dx)
    } else {
      ck_plain_power_gradient(bases, exponents, dz, bases.count, &dx)
    }
    return dx
  }
}
