import Archives
import Bytes
public import Dependencies
public import Findings

// Every difference, not the first only: somebody who mends a release needs all of them.
extension Lock {
  /// How the release differs from the lock: files added, removed, changed, renamed, and a
  /// manifest that speaks of another release. `files` are all files of the release.
  public func differences(from files: [FileRecord], manifest: Manifest?) -> [Finding] {
    fileDifferences(from: Lock.files(from: files)) + sourceDifferences(from: files)
      + (manifest.map { manifestDifferences(from: $0) + statedDifferences(from: $0, files) } ?? [])
  }

  /// How the locked packages differ from those that the release's declarations pin.
  public func packageDifferences(from found: [Package]) -> [Finding] {
    Ecosystem.allCases.flatMap { ecosystem in
      Lock.recordDifferences(
        "deps.\(ecosystem.rawValue)", PackageRecord.records(of: packages, in: ecosystem),
        PackageRecord.records(of: PackageRecord.sorted(found), in: ecosystem))
    }
  }

  /// Records that manifest and files tell without a computation: what the training began with, and
  /// the files of the evaluation set.
  private func statedDifferences(from manifest: Manifest, _ files: [FileRecord]) -> [Finding] {
    var findings = Lock.recordDifferences(
      "training", trainingData,
      manifest.trainingData.map { TrainingData(name: $0.name, digest: $0.digest) })
    func compare(_ name: String, _ locked: String, _ found: String?) {
      guard let found, locked != found else { return }
      findings.append(
        Rule.recordDiffers.at(
          Place([Release.lockPath]).detail(name), "\(name) differs from the locked one",
          evidence: ["expected \(locked)", "found \(found)"]))
    }
    compare(
      "training.seed", seed.map { "\($0)" } ?? "none", manifest.seed.map { "\($0)" } ?? "none")
    guard let evaluation = manifest.evaluation, let data = dataSets.first else { return findings }
    let digest = { (path: String) in files.first { $0.path == path }?.digest.prefixed }
    compare("data.\(data.name).inputs", data.inputs.prefixed, digest(evaluation.inputs))
    compare("data.\(data.name).labels", data.labels.prefixed, digest(evaluation.labels))
    return findings
  }

  /// How the lock differs from one that was made of the release just now. Who made it does not
  /// count.
  public func differences(from recomputed: Lock) -> [Finding] {
    let place = Place([Release.lockPath])
    var findings = fileDifferences(from: recomputed.files)
    func compare(_ name: String, _ locked: String, _ found: String) {
      guard locked != found else { return }
      findings.append(
        Rule.recordDiffers.at(
          place.detail(name), "\(name) differs from the locked one",
          evidence: ["expected \(locked)", "found \(found)"]))
    }
    compare("model.name", model.name, recomputed.model.name)
    compare("model.version", model.version, recomputed.model.version)
    compare("model.format", model.format, recomputed.model.format)
    compare(
      "model.parent", model.parent?.version ?? "none", recomputed.model.parent?.version ?? "none")
    compare("engine.contract", contract, recomputed.contract)
    findings += Lock.recordDifferences("sources", sources, recomputed.sources)
    for ecosystem in Ecosystem.allCases {
      findings += Lock.recordDifferences(
        "deps.\(ecosystem.rawValue)", PackageRecord.records(of: packages, in: ecosystem),
        PackageRecord.records(of: recomputed.packages, in: ecosystem))
    }
    findings += recomputed.weakenedPins(since: self)
    compare(
      "training.seed", seed.map { "\($0)" } ?? "none",
      recomputed.seed.map { "\($0)" } ?? "none")
    findings += Lock.recordDifferences("training", trainingData, recomputed.trainingData)
    findings += Lock.recordDifferences("data", dataSets, recomputed.dataSets)
    findings += Lock.recordDifferences("metrics", metrics, recomputed.metrics)
    findings += Lock.recordDifferences("golden", goldens, recomputed.goldens)
    return findings
  }

  static func recordDifferences<Record: LockRecord>(
    _ table: String, _ locked: [Record], _ found: [Record]
  ) -> [Finding] {
    let lockedByKey = Dictionary(locked.map { ($0.key, $0) }) { first, _ in first }
    let foundByKey = Dictionary(found.map { ($0.key, $0) }) { first, _ in first }
    let keys = Set(lockedByKey.keys).union(foundByKey.keys)
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return keys.compactMap { key in
      let (old, new) = (lockedByKey[key], foundByKey[key])
      guard old != new else { return nil }
      let message =
        switch (old, new) {
        case (nil, _): "is not locked"
        case (_, nil): "is locked, but there is none any more"
        default: "differs from the locked one"
        }
      return Rule.recordDiffers.at(
        Place([Release.lockPath]).detail("\(table).\(key)"), "\(table) \"\(key)\" \(message)",
        evidence: ["expected \(line(old))", "found \(line(new))"])
    }
  }

  private static func line(_ record: (some LockRecord)?) -> String {
    guard let record else { return "none" }
    return record.fields.map { "\($0.name) = \($0.value.written)" }.joined(separator: ", ")
  }

  private func fileDifferences(from found: [FileRecord]) -> [Finding] {
    let lockedByPath = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
    let foundByPath = Dictionary(found.map { ($0.path, $0) }) { first, _ in first }
    let lockedByCollisionKey = Dictionary(
      files.map { (MemberPath.collisionKey(of: $0.path.utf8), $0.path) }
    ) {
      first, _ in first
    }
    let unlisted = found.filter { lockedByPath[$0.path] == nil }
    let pathsByDigest = Dictionary(unlisted.map { ($0.digest, $0.path) }) { first, _ in first }

    var findings: [Finding] = []
    for file in files {
      if let other = foundByPath[file.path] {
        findings += Lock.difference(of: other, from: file)
      } else {
        let twin = pathsByDigest[file.digest].map { ["the same bytes stand in \($0)"] } ?? []
        findings.append(
          Rule.lockedFileMissing.at(Place([file.path]), "locked, but missing", evidence: twin))
      }
    }
    for file in unlisted {
      let place = Place([file.path])
      if let listed = lockedByCollisionKey[MemberPath.collisionKey(of: file.path.utf8)] {
        findings.append(
          Rule.pathAlias.at(
            place, "not listed in proofmark.lock, and an alias of a listed name",
            evidence: ["listed \(listed)", "found \(file.path)"]))
      } else {
        findings.append(
          Rule.unlistedFile.at(
            place, "not listed in proofmark.lock", evidence: ["found \(file.digest.prefixed)"]))
      }
    }
    return findings + aliasesInLock()
  }

  /// Names in the lock itself that some file systems would store as one.
  private func aliasesInLock() -> [Finding] {
    var seen: [[UInt8]: String] = [:]
    var findings: [Finding] = []
    for file in files {
      let key = MemberPath.collisionKey(of: file.path.utf8)
      if let first = seen[key] {
        findings.append(
          Rule.pathAlias.at(
            Place([Release.lockPath]).detail(file.path), "two locked names are aliases",
            evidence: [first, file.path]))
      } else {
        seen[key] = file.path
      }
    }
    return findings
  }

  private static func difference(of found: FileRecord, from locked: FileRecord) -> [Finding] {
    let place = Place([locked.path])
    var findings: [Finding] = []
    if found.digest != locked.digest {
      let size = found.size == locked.size ? ", same size" : ""
      findings.append(
        Rule.fileChanged.at(
          place, "digest differs from proofmark.lock",
          evidence: [
            "expected \(locked.digest.prefixed), \(locked.size) bytes",
            "found \(found.digest.prefixed), \(found.size) bytes\(size)",
          ]))
    } else if found.size != locked.size {
      findings.append(
        Rule.sizeDisagrees.at(
          place, "size differs from proofmark.lock, the digest does not",
          evidence: ["expected \(locked.size) bytes", "found \(found.size) bytes"]))
    }
    if found.mode != locked.mode {
      findings.append(
        Rule.modeDiffers.at(
          place, "mode differs from proofmark.lock",
          evidence: ["expected \(locked.mode.rawValue)", "found \(found.mode.rawValue)"]))
    }
    return findings
  }

  /// The declarations that the locked dependencies came from must be the locked files.
  private func sourceDifferences(from found: [FileRecord]) -> [Finding] {
    sources.compactMap { source in
      let file = found.first { $0.path == source.path }
      guard file?.digest != source.digest else { return nil }
      return Rule.staleSource.at(
        Place([source.path]), "not the file that the locked dependencies were read from",
        evidence: [
          "expected \(source.digest.prefixed)", "found \(file?.digest.prefixed ?? "no such file")",
        ])
    }
  }

  private func manifestDifferences(from manifest: Manifest) -> [Finding] {
    let pairs = [
      ("name", model.name, manifest.model.name),
      ("version", model.version, manifest.model.version),
      ("parent", model.parent?.version ?? "none", manifest.model.parent ?? "none"),
    ]
    var findings = pairs.filter { $0.1 != $0.2 }.map { key, locked, stated in
      Rule.lockOfAnotherRelease.at(
        Place([Release.lockPath]).detail("model.\(key)"),
        "the lock's \(key) is not the manifest's",
        evidence: ["manifest \(stated)", "lock \(locked)"])
    }
    for path in manifest.dependencyFiles where !sources.contains(where: { $0.path == path }) {
      findings.append(
        Rule.staleSource.at(
          Place([path]), "named in the manifest, but the lock holds no dependencies from it"))
    }
    return findings
  }
}
