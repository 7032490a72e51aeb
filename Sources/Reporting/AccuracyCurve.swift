import Bytes
import Findings
import Judging

/// Accuracy against the size of one attack, as text, tables and pictures show it.
struct AccuracyCurve {
  struct Point {
    let eps: Double
    let measurement: Measurement
    /// The policy's bound at this size.
    let bound: Double?

    /// Whether the lower end of the interval reaches the bound; nil without one.
    var reachesBound: Bool? {
      guard let bound, let interval = measurement.interval else { return nil }
      return interval.low >= bound
    }
  }

  let attack: String
  let norm: String
  let loss: String
  /// Ascending in eps; the first is the accuracy without an attack, where that was measured.
  let points: [Point]

  /// One curve for each attack that was measured, in the order of the measurements.
  static func all(in report: AuditReport) -> [AccuracyCurve] {
    let measured = report.checks.flatMap(\.measurements).filter {
      $0.name == Measurement.Name.accuracy && $0.interval != nil
    }
    let clean = measured.first { $0.attack == nil }
    var kinds: [Measurement.Attack] = []
    for attack in measured.compactMap(\.attack) where !kinds.contains(where: attack.isSameKind) {
      kinds.append(attack)
    }
    return kinds.map { kind in
      let attacked = measured.filter { $0.attack.map(kind.isSameKind) ?? false }
      let points = attacked.compactMap { measurement in
        measurement.attack.map { attack in
          Point(
            eps: attack.eps, measurement: measurement,
            bound: report.policy.minimums.first {
              $0.attack == attack.name && $0.norm == attack.norm && $0.eps == attack.eps
            }?.lowerBound)
        }
      }
      let start = clean.map { [Point(eps: 0, measurement: $0, bound: nil)] } ?? []
      return AccuracyCurve(
        attack: kind.name, norm: kind.norm, loss: kind.loss,
        points: start + points.sorted { $0.eps < $1.eps })
    }
  }

  /// The attack's name in capitals, as the field writes it.
  var title: String { "Accuracy under \(attack.uppercased())" }

  /// Norm, loss, sample and interval: what the numbers mean.
  var conditions: String {
    let samples = points.compactMap { $0.measurement.n }.max() ?? 0
    return "\(norm) norm, \(loss) loss, \(counted(samples, "labelled input")), "
      + "95 % Wilson intervals, eps in units of the [0,1] input"
  }

  /// The point that the policy bounds, or else the middle one, in a few words.
  var headline: String? {
    let attacked = points.filter { $0.measurement.attack != nil }
    guard !attacked.isEmpty else { return nil }
    let point = attacked.first { $0.bound != nil } ?? attacked[attacked.count / 2]
    guard let interval = point.measurement.interval else { return nil }
    let demand = point.bound.map { ", \(shortestDecimal($0)) demanded" } ?? ""
    return "\(attack.uppercased()) accuracy at eps \(shortestDecimal(point.eps)) is at least "
      + fixedDecimal(interval.low, places: 3) + demand
  }
}

extension Measurement.Attack {
  fileprivate func isSameKind(_ other: Measurement.Attack) -> Bool {
    name == other.name && norm == other.norm && loss == other.loss
  }
}
