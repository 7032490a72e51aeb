/// A vector's version and its metrics: `CVSS:3.1/AV:N/...`, each metric once.
struct CVSSVector {
  /// Such as `CVSS:3.1`.
  let version: String
  /// At most 32: they are found faster one by one than by their hashes.
  private let metrics: [(name: Substring, value: Substring)]

  /// The longest vector of version 4.0 has all 32 metrics.
  private static let longest = 512

  init?(_ text: String) {
    guard text.utf8.count <= CVSSVector.longest else { return nil }
    let fields = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    version = String(Substring(fields[0]))
    var metrics: [(name: Substring, value: Substring)] = []
    for field in fields.dropFirst() {
      let parts = field.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      let name = Substring(parts[0])
      guard !metrics.contains(where: { $0.name == name }) else { return nil }
      metrics.append((name, Substring(parts[1])))
    }
    self.metrics = metrics
  }

  /// The value of a metric that stands in the vector.
  subscript(metric: String) -> String? {
    metrics.first { $0.name == metric }.map { String($0.value) }
  }

  /// Whether all demanded metrics are there, and none has a value that is not allowed.
  func isValid(demanding demanded: [String], allowing allowed: Values) -> Bool {
    demanded.allSatisfy { metric in metrics.contains { $0.name == metric } }
      && metrics.allSatisfy { allowed.contains($0.value, of: $0.name) }
  }
}

extension CVSSVector {
  /// The values that each metric of a version may have.
  struct Values: ExpressibleByDictionaryLiteral {
    private let values: [Substring: [Substring]]

    /// The values of a metric stand in one text, with spaces between them.
    init(dictionaryLiteral metrics: (Substring, String)...) {
      values = Dictionary(
        uniqueKeysWithValues: metrics.map { ($0.0, $0.1.split(separator: " ")) })
    }

    func contains(_ value: Substring, of metric: Substring) -> Bool {
      values[metric]?.contains(value) ?? false
    }
  }
}
