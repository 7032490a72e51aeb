import Dependencies
public import Findings

extension Lock {
  /// Packages that are pinned with less than an earlier lock pinned them with: the same version
  /// with fewer accepted digests of its strongest kind, or with none.
  ///
  /// More digests, or stronger ones beside the old, are no weakening: a release gains files for
  /// other platforms.
  public func weakenedPins(since earlier: Lock) -> [Finding] {
    earlier.packages.compactMap { old in
      let now = packages.first {
        $0.ecosystem == old.ecosystem && $0.name == old.name && $0.version == old.version
      }
      guard let now else { return nil }
      let lost = Set(old.hashes).subtracting(now.hashes)
      let isReplaced = Lock.strength(of: now.hashes) > Lock.strength(of: old.hashes)
      guard !lost.isEmpty, !isReplaced else { return nil }
      return Rule.weakenedPin.at(
        Place([Release.lockPath]).detail("deps.\(old.ecosystem.rawValue).\(old.name)"),
        "'\(old.name)' \(old.version) is pinned with fewer or weaker digests than before",
        evidence: lost.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "gone \($0)" })
    }
  }

  /// The bits of the strongest digest.
  private static func strength(of hashes: [String]) -> Int {
    hashes.compactMap { hash in
      hash.split(separator: ":").first.flatMap { Int($0.dropFirst(3)) }
    }.max() ?? 0
  }
}

/// What `proofmark lock` measures by running the network, and does not change in silence.
public enum LockedMeasurement: String, Sendable, CaseIterable {
  /// Counts over the evaluation set.
  case metrics
  /// The goldens' digests.
  case goldens
}

extension Lock {
  /// Measurements of the same release that an earlier lock holds and this one does not, or holds
  /// otherwise. Another version may measure what it likes.
  public func measurementChanges(
    since earlier: Lock
  ) -> [(kind: LockedMeasurement, change: Finding)] {
    guard model.name == earlier.model.name, model.version == earlier.model.version else {
      return []
    }
    func changes<Record: LockRecord>(
      _ table: String, _ old: [Record], _ new: [Record]
    ) -> [Finding] {
      Lock.recordDifferences(
        table, old, new.filter { record in old.contains { $0.key == record.key } })
    }
    return changes("metrics", earlier.metrics, metrics).map { (.metrics, $0) }
      + changes("golden", earlier.goldens, goldens).map { (.goldens, $0) }
  }
}
