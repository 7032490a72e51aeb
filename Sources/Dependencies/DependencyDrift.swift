import Findings

/// Compares what files declare with what the locks beside them pin.
///
/// A declaration without a lock is held to what it says itself. With one, every name that is
/// always installed must be in it. Whether the locked version is one of those declared is a
/// question for the ecosystem's order of versions: `DeclaredPackage.specifier` and the versions
/// in `Lock.versions` are what it needs.
struct DependencyDrift {
  private(set) var findings: [Finding] = []

  /// All locks of one declaration together.
  private struct Lock {
    var versions: [String: Set<String>] = [:]
    var path = ""
    var locksAll = true
  }

  private let locks: [(reading: DependencyReading, folder: [String])]

  init(_ readings: [DependencyReading]) {
    locks = readings.filter { !$0.reader.locks.isEmpty && $0.content.isReadable }
      .map { ($0, $0.file.folder) }
    for reading in readings where !reading.content.declarations.isEmpty {
      if let lock = lock(of: reading) {
        compare(reading, with: lock)
      } else {
        judge(reading)
      }
    }
  }

  /// What locks the declarations: locks in the same folder, and of workspaces in those above.
  private func lock(of reading: DependencyReading) -> Lock? {
    let folder = reading.file.folder
    var lock: Lock?
    for (candidate, place) in locks where candidate.reader.locks.contains(reading.reader.kind) {
      let isAbove =
        candidate.reader.locksAll && place.dropLast().elementsEqual(folder.dropLast())
        && (place.last == "" || (folder.last ?? "").hasPrefix((place.last ?? "") + "/"))
      guard place == folder || isAbove, !candidate.content.pins.isEmpty else { continue }
      var joined = lock ?? Lock()
      for pin in candidate.content.pins {
        joined.versions[pin.package.name, default: []].insert(pin.package.version)
      }
      // What comes from elsewhere is no pin, and has its finding.
      for name in candidate.content.directNames where joined.versions[name] == nil {
        joined.versions[name] = []
      }
      joined.path = joined.path.isEmpty ? candidate.file.path : joined.path
      joined.locksAll = joined.locksAll && candidate.reader.locksAll
      lock = joined
    }
    return lock
  }

  private mutating func compare(_ reading: DependencyReading, with lock: Lock) {
    for declared in reading.content.declarations {
      switch declared.scope {
      case .required: break
      case .optional where lock.locksAll: break
      case .optional, .conditional: continue
      case .build:
        judgeBuild(declared)
        continue
      }
      if lock.versions[declared.name] == nil {
        findings.append(
          Rule.dependencyDrift.at(
            declared.place, "'\(declared.name)' is declared, and missing in '\(lock.path)'"))
      }
    }
  }

  /// Judges declarations that nothing locks.
  private mutating func judge(_ reading: DependencyReading) {
    var hasPins = false
    for declared in reading.content.declarations {
      switch declared.scope {
      case .build: judgeBuild(declared)
      // They are installed where somebody asks for them.
      case .optional: continue
      case .required, .conditional:
        if declared.version != nil {
          hasPins = true
        } else {
          let what = declared.specifier.isEmpty ? "no version" : "'\(declared.specifier)'"
          findings.append(
            Rule.unpinnedDependency.at(
              declared.place, "'\(declared.name)' is not pinned: \(what), and no lock beside it"))
        }
      }
    }
    if hasPins {
      findings.append(
        Rule.unhashedDependency.at(
          reading.file.place, "versions without hashes, and no lock beside them"))
    }
  }

  private mutating func judgeBuild(_ declared: DeclaredPackage) {
    guard declared.version == nil else { return }
    findings.append(
      Rule.unpinnedBuild.at(declared.place, "'\(declared.name)' is not pinned"))
  }
}
