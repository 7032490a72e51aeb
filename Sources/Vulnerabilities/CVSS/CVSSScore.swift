public import Findings

/// A score of the Common Vulnerability Scoring System, 0.0 to 10.0, exact in tenths.
public struct CVSSScore: Sendable, Hashable, Comparable {
  /// Ten times the score.
  public let tenths: Int

  init(tenths: Int) { self.tenths = min(max(tenths, 0), 100) }

  /// The score of a vector of version 3.0, 3.1 or 4.0; nil when it is none.
  ///
  /// Of a vector of version 3 it is the base score; temporal and environmental metrics may be there
  /// and do not count. Version 4.0 has one score, of all metrics that the vector states.
  public init?(vector text: String) {
    guard let vector = CVSSVector(text) else { return nil }
    switch vector.version {
    case "CVSS:3.0", "CVSS:3.1":
      guard let score = CVSS3(vector)?.baseScore else { return nil }
      self = score
    case "CVSS:4.0":
      guard let score = CVSS4(vector)?.score else { return nil }
      self = score
    default: return nil
    }
  }

  /// The qualitative rating of section 5 of versions 3.0 and 3.1 and section 6 of 4.0. `None`, the
  /// score of zero, is `low` here: somebody thought it worth an advisory.
  public var severity: Severity {
    switch tenths {
    case ..<40: .low
    case ..<70: .medium
    case ..<90: .high
    default: .critical
    }
  }

  /// The lower score first.
  public static func < (a: CVSSScore, b: CVSSScore) -> Bool { a.tenths < b.tenths }
}

extension CVSSScore: CustomStringConvertible {
  /// The score with one decimal.
  public var description: String { "\(tenths / 10).\(tenths % 10)" }
}
