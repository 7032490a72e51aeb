public import Engine

/// How many inputs have a gradient that an attack can use.
///
/// A saturated softmax or a broken layer gives gradients that are zero or not numbers; a gradient
/// attack then fails without the network being robust (Athalye, Carlini, Wagner: Obfuscated
/// Gradients Give a False Sense of Security, 2018).
public struct GradientCensus: Sendable, Equatable {
  /// The inputs looked at.
  public let n: Int
  /// Inputs whose gradient is zero everywhere.
  public let zero: Int
  /// Inputs whose gradient holds NaN or an infinity.
  public let notFinite: Int

  /// Counts the rows of a gradient.
  public init(of gradient: Tensor) {
    let rows = gradient.shape.first ?? 0
    let columns = rows == 0 ? 0 : gradient.count / rows
    var zero = 0
    var notFinite = 0
    gradient.withSpan { values in
      for row in 0..<rows {
        var isZero = true
        var isFinite = true
        for index in (row * columns)..<((row + 1) * columns) {
          if values[index] != 0 { isZero = false }
          if !values[index].isFinite { isFinite = false }
        }
        if !isFinite { notFinite += 1 } else if isZero { zero += 1 }
      }
    }
    n = rows
    self.zero = zero
    self.notFinite = notFinite
  }

  /// Inputs without a usable gradient.
  public var unusable: Int { zero + notFinite }
}
