/// A vector's version and its metrics: `CVSS:3.1/AV:N/...`, each metric once.
struct CVSSVector {
  /// Such as `CVSS:3.1`.
  let version: String
  private let metrics: [String: String]

  /// The longest vector of version 4.0 has all 32 metrics.
  private static let longest = 512

  init?(_ text: String) {
    guard text.utf8.count <= CVSSVector.longest else { return nil }
    let fields = text.split(separator: "/", omittingEmptySubsequences: false)
    version = String(fields[0])
    var metrics: [String: String] = [:]
    for field in fields.dropFirst() {
      let parts = field.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2,
        metrics.updateValue(String(parts[1]), forKey: String(parts[0])) == nil
      else { return nil }
    }
    self.metrics = metrics
  }

  /// The value of a metric that stands in the vector.
  subscript(metric: String) -> String? { metrics[metric] }

  /// Whether all demanded metrics are there, and none has a value that is not allowed.
  func isValid(demanding demanded: [String], allowing allowed: [String: String]) -> Bool {
    demanded.allSatisfy { metrics[$0] != nil }
      && metrics.allSatisfy { metric, value in
        allowed[metric]?.split(separator: " ").contains(Substring(value)) ?? false
      }
  }
}
