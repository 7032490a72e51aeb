import Archives
import Bytes
import Dependencies

/// Two locks that both come from a third, put together: what `git merge` needs where both branches
/// changed `proofmark.lock`.
///
/// Every record is merged by itself: one side's change is taken, the same change on both sides
/// counts once, and two different changes of one record are a conflict. A file that both sides
/// changed is always one: its merged content has a digest that neither lock knows.
public struct LockMerge: Sendable {
  /// The merged lock, nil where there are conflicts.
  public let lock: Lock?
  /// The records on which the sides disagree, such as `files "model/m.h5"`, in the lock's order.
  public let conflicts: [String]

  /// Merges `ours` and `theirs`, which both come from `base`; nil when each made a lock where there
  /// was none.
  public init(base: Lock?, ours: Lock, theirs: Lock) {
    var merge = RecordMerge()
    let sides = [base ?? LockMerge.nothing, ours, theirs]
    let createdBy = merge.value(
      "created-by", sides.map(\.createdBy), whereBothDiffer: ours.createdBy)
    let name = merge.value("model.name", sides.map(\.model.name))
    let version = merge.value("model.version", sides.map(\.model.version))
    let format = merge.value("model.format", sides.map(\.model.format))
    let parent = merge.value("model.parent", sides.map(\.model.parent))
    let contract = merge.value("engine.contract", sides.map(\.contract))
    let files = merge.records("files", sides.map(\.files))
    let sources = merge.records("sources", sides.map(\.sources))
    let packages = Ecosystem.allCases.flatMap { ecosystem in
      merge.records(
        "deps.\(ecosystem.rawValue)",
        sides.map { PackageRecord.records(of: $0.packages, in: ecosystem) }
      ).map { $0.package(of: ecosystem) }
    }
    let seed = merge.value("training.seed", sides.map(\.seed))
    let training = merge.records("training", sides.map(\.trainingData))
    let dataSets = merge.records("data", sides.map(\.dataSets))
    let metrics = merge.records("metrics", sides.map(\.metrics))
    let goldens = merge.records("golden", sides.map(\.goldens))
    // One branch adds `a.h5`, the other `A.h5`: neither saw the clash.
    let names = Dictionary(grouping: files) { MemberPath.collisionKey(of: $0.path.utf8) }
    merge.conflicts += names.values.filter { $0.count > 1 }
      .map { twins in twins.map { quoted($0.path) }.joined(separator: " and ") }
      .sorted().map { "files \($0) are one name to some file systems" }
    conflicts = merge.conflicts
    guard conflicts.isEmpty else {
      lock = nil
      return
    }
    lock = Lock(
      createdBy: createdBy,
      model: Lock.Model(name: name, version: version, format: format, parent: parent),
      contract: contract, files: files, sources: sources, packages: packages, seed: seed,
      trainingData: training, dataSets: dataSets, metrics: metrics, goldens: goldens)
  }
}

extension LockMerge {
  /// A lock of which no side has kept anything.
  private static let nothing = Lock(
    createdBy: "", model: Lock.Model(name: "", version: "", format: "", parent: nil), contract: "",
    files: [])
}

/// Merges values and tables of a base and two sides, and collects where the sides disagree.
private struct RecordMerge {
  var conflicts: [String] = []

  /// The merged value of `[base, ours, theirs]`; ours, and a conflict, where both changed it.
  mutating func value<Value: Equatable>(
    _ name: String, _ sides: [Value], whereBothDiffer fallback: Value? = nil
  ) -> Value {
    let (base, ours, theirs) = (sides[0], sides[1], sides[2])
    if ours == theirs || theirs == base { return ours }
    if ours == base { return theirs }
    if let fallback { return fallback }
    conflicts.append(name)
    return ours
  }

  mutating func records<Record: LockRecord>(_ table: String, _ sides: [[Record]]) -> [Record] {
    let byKey = sides.map { side in
      Dictionary(side.map { ($0.key, $0) }) { first, _ in first }
    }
    let keys = Set(byKey.flatMap(\.keys)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return keys.compactMap { key in
      value("\(table) \(quoted(key))", byKey.map { $0[key] })
    }
  }
}
