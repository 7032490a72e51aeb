/// The base score of CVSS 3.0 and 3.1 (FIRST, Common Vulnerability Scoring System v3.1:
/// Specification Document, section 7; v3.0, section 8).
struct CVSS3 {
  private let vector: CVSSVector

  private static let demanded = ["AV", "AC", "PR", "UI", "S", "C", "I", "A"]
  /// The values of each metric.
  private static let allowed: CVSSVector.Values = [
    "AV": "N A L P", "AC": "L H", "PR": "N L H", "UI": "N R", "S": "U C", "C": "N L H",
    "I": "N L H", "A": "N L H",
    "E": "X U P F H", "RL": "X O T W U", "RC": "X U R C",
    "CR": "X L M H", "IR": "X L M H", "AR": "X L M H", "MAV": "X N A L P", "MAC": "X L H",
    "MPR": "X N L H", "MUI": "X N R", "MS": "X U C", "MC": "X N L H", "MI": "X N L H",
    "MA": "X N L H",
  ]

  init?(_ vector: CVSSVector) {
    guard vector.isValid(demanding: CVSS3.demanded, allowing: CVSS3.allowed) else { return nil }
    self.vector = vector
  }

  var baseScore: CVSSScore {
    let isScopeChanged = vector["S"] == "C"
    let missed =
      (1 - weight("C", CVSS3.impact)) * (1 - weight("I", CVSS3.impact))
      * (1 - weight("A", CVSS3.impact))
    let base = 1 - missed
    var impact = 6.42 * base
    if isScopeChanged {
      let power = (0..<15).reduce(1.0) { product, _ in product * (base - 0.02) }
      impact = 7.52 * (base - 0.029) - 3.25 * power
    }
    guard impact > 0 else { return CVSSScore(tenths: 0) }
    let exploitability =
      8.22 * weight("AV", ["N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2])
      * weight("AC", ["L": 0.77, "H": 0.44])
      * weight(
        "PR",
        isScopeChanged ? ["N": 0.85, "L": 0.68, "H": 0.5] : ["N": 0.85, "L": 0.62, "H": 0.27])
      * weight("UI", ["N": 0.85, "R": 0.62])
    let sum = (isScopeChanged ? 1.08 : 1) * (impact + exploitability)
    return CVSSScore(tenths: CVSS3.roundedUp(min(sum, 10)))
  }

  private static let impact = ["N": 0, "L": 0.22, "H": 0.56]

  private func weight(_ metric: String, _ weights: [String: Double]) -> Double {
    vector[metric].flatMap { weights[$0] } ?? 0
  }

  /// The least tenth that is not below the score: appendix A of version 3.1, which takes for equal
  /// what differs by less than the fifth decimal. No base score of version 3.0 lies so close above
  /// a tenth that it would differ.
  private static func roundedUp(_ score: Double) -> Int {
    let scaled = Int((score * 100_000).rounded())
    return scaled.isMultiple(of: 10_000) ? scaled / 10_000 : scaled / 10_000 + 1
  }
}
