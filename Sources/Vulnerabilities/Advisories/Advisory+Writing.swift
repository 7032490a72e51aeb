import Bytes
import Dependencies

// An index holds records in the same format, without what is not judged.
extension Advisory {
  /// The record as compact JSON, with those of its affected packages alone that have the ecosystem
  /// and name.
  func indexText(_ ecosystem: Ecosystem, name: String) -> String {
    let entries = affected.filter { $0.ecosystem == ecosystem.osvName && $0.name == name }
    return JSON.record([
      ("id", .string(id)), ("modified", .string("\(modified)")),
      ("aliases", aliases.isEmpty ? nil : .array(aliases.map { .string($0) })),
      ("summary", summary.isEmpty ? nil : .string(summary)), ("severity", rating.json),
      ("database_specific", rating.wordJSON),
      ("affected", .array(entries.map { $0.json(ecosystem) })),
    ]).compactText()
  }
}

extension Advisory.Affected {
  fileprivate func json(_ family: Ecosystem) -> JSON {
    let versions = versionsOutsideRanges(family)
    return .record([
      ("package", ["ecosystem": .string(ecosystem), "name": .string(name)]),
      ("severity", rating.json), ("ranges", ranges.isEmpty ? nil : .array(ranges.map(\.json))),
      ("versions", versions.isEmpty ? nil : .array(versions.map { .string($0) })),
      ("database_specific", rating.wordJSON),
    ])
  }
}

extension Advisory.Range {
  fileprivate var json: JSON {
    ["type": .string(kind.rawValue), "events": .array(events.map(\.json))]
  }
}

extension Advisory.Event {
  fileprivate var json: JSON {
    switch self {
    case .introduced(let version): ["introduced": .string(version)]
    case .fixed(let version): ["fixed": .string(version)]
    case .lastAffected(let version): ["last_affected": .string(version)]
    case .limit(let version): ["limit": .string(version)]
    }
  }
}

extension Advisory.Rating {
  /// The vectors under the types that they have.
  fileprivate var json: JSON? {
    guard !vectors.isEmpty else { return nil }
    return .array(
      vectors.map { vector in
        let kind = vector.hasPrefix("CVSS:4") ? "CVSS_V4" : "CVSS_V3"
        return ["type": .string(kind), "score": .string(vector)]
      })
  }

  fileprivate var wordJSON: JSON? { word.map { ["severity": .string($0)] } }
}
