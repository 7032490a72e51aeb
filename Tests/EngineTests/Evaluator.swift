import Engine
import Glibc
import TestSupport

/// The arithmetic of one evaluation of a network: binary64 in running order, or binary32 as some
/// framework might have it, with the order of each sum and the form of each step drawn by lot.
struct Evaluator {
  /// nil for binary64.
  private var random: RandomNumbers?

  /// The definition.
  static let binary64 = Evaluator(random: nil)

  /// One of the many binary32 evaluations.
  static func binary32(seed: UInt64) -> Evaluator { Evaluator(random: RandomNumbers(seed: seed)) }

  /// `start` and the products, added.
  mutating func products(_ start: Double, _ factors: [(Double, Double)]) -> Double {
    guard random != nil else { return factors.reduce(start) { $0 + $1.0 * $1.1 } }
    let isFused = draw(2) == 0
    let ordered = arranged(factors) { $0.0 * $0.1 }
    // In one chain or in lanes whose sums are added at the end.
    let lanes = [1, 1, 4, 16][draw(4)]
    var sums = [Float](repeating: 0, count: lanes)
    let startsWithBias = draw(2) == 0
    if startsWithBias { sums[0] = Float(start) }
    for (index, (a, b)) in ordered.enumerated() {
      let (a, b) = (Float(a), Float(b))
      let lane = index % lanes
      sums[lane] = isFused ? sums[lane].addingProduct(a, b) : sums[lane] + a * b
    }
    let sum = sums.dropFirst().reduce(sums[0], +)
    return Double(startsWithBias ? sum : sum + Float(start))
  }

  /// The numbers, added.
  mutating func sum(_ terms: [Double]) -> Double {
    guard random != nil else { return terms.reduce(0, +) }
    return Double(arranged(terms) { $0 }.reduce(Float(0)) { $0 + Float($1) })
  }

  /// A step of binary32.
  func rounded(_ number: Double) -> Double { random == nil ? number : Double(Float(number)) }

  /// An elementary function as frameworks have it: up to 6 ulp off.
  mutating func function(_ exact: Double) -> Double {
    guard var random else { return exact }
    let error = Double(random.float(scale: 6)) * 0x1p-23
    self.random = random
    return Double(Float(exact * (1 + error)))
  }

  /// One of the ways to compute (x - mean) gamma / sqrt(variance + epsilon) + beta.
  mutating func normalized(
    _ x: Double, gamma: Float, beta: Float, mean: Float, variance: Float, epsilon: Double
  ) -> Double {
    guard random != nil else {
      let scale = Double(gamma) / (Double(variance) + epsilon).squareRoot()
      return (x - Double(mean)) * scale + Double(beta)
    }
    let x = Float(x)
    let root = (variance + Float(epsilon)).squareRoot()
    return switch draw(3) {
    case 0: Double((x - mean) / root * gamma + beta)
    case 1: Double((x - mean) * (gamma / root) + beta)
    default: Double((beta - mean * (gamma * (1 / root))).addingProduct(x, gamma * (1 / root)))
    }
  }

  private mutating func draw(_ count: Int) -> Int {
    guard var random else { return 0 }
    let drawn = Int(random.next() % UInt64(count))
    self.random = random
    return drawn
  }

  /// As they are, the last first, shuffled, or the smallest first: the largest partial sums.
  private mutating func arranged<Term>(
    _ terms: [Term], by value: (Term) -> Double
  ) -> [Term] {
    switch draw(4) {
    case 0: return terms
    case 1: return terms.reversed()
    case 2:
      guard var random else { return terms }
      let shuffled = terms.shuffled(using: &random)
      self.random = random
      return shuffled
    default: return terms.sorted { value($0) < value($1) }
    }
  }
}
