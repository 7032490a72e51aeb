/// One number that was measured, with its unit and the size of its sample.
public struct Measurement: Sendable, Equatable {
  /// An attack that a measurement was made under.
  public struct Attack: Sendable, Equatable {
    /// The attack's short name, such as `fgsm`.
    public let name: String
    /// The norm that bounds the change, such as `linf`.
    public let norm: String
    /// The bound in units of the [0,1] input.
    public let eps: Double
    /// The loss whose gradient was taken, such as `cross-entropy`.
    public let loss: String

    /// Creates the description of an attack.
    public init(name: String, norm: String, eps: Double, loss: String) {
      self.name = name
      self.norm = norm
      self.eps = eps
      self.loss = loss
    }
  }

  /// What was measured, such as `accuracy`.
  public let name: String
  /// The number.
  public let value: Double
  /// Its unit: `fraction`, `count`, `absolute`, `bound`, `bytes`, `parameters`,
  /// `days`.
  public let unit: String
  /// The sample size.
  public var n: Int?
  /// How many of the sample counted.
  public var correct: Int?
  /// The interval around a fraction.
  public var interval: Interval?
  /// The attack, when there was one.
  public var attack: Attack?

  /// A plain number.
  public init(_ name: String, _ value: Double, unit: String, n: Int? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.n = n
  }

  /// A share of a sample with its 95 % Wilson interval.
  public init(_ name: String, correct: Int, of n: Int, attack: Attack? = nil) {
    self.init(name, n == 0 ? 0 : Double(correct) / Double(n), unit: "fraction", n: n)
    self.correct = correct
    self.interval = .wilson(correct: correct, of: n)
    self.attack = attack
  }
}

/// A confidence interval of a fraction.
public struct Interval: Sendable, Equatable {
  /// The lower bound.
  public let low: Double
  /// The upper bound.
  public let high: Double
  /// The confidence, two-sided.
  public let confidence: Double

  /// Wilson's score interval, two-sided 95 % (E. B. Wilson, JASA 22, 1927), z = 1.959964; all of
  /// [0, 1] for an empty sample.
  public static func wilson(correct: Int, of n: Int) -> Interval {
    guard n > 0 else { return Interval(low: 0, high: 1, confidence: 0.95) }
    let z = 1.959964
    let size = Double(n)
    let p = Double(correct) / size
    let denominator = 1 + z * z / size
    let centre = p + z * z / (2 * size)
    let half = z * (p * (1 - p) / size + z * z / (4 * size * size)).squareRoot()
    // The share lies within by definition; where it is 0 or 1, rounding must not move the bound.
    return Interval(
      low: Swift.min(p, Swift.max(0, (centre - half) / denominator)),
      high: Swift.max(p, Swift.min(1, (centre + half) / denominator)), confidence: 0.95)
  }
}
