import Bytes
import Findings

/// Compares what files declare with what the locks beside them pin.
///
/// A declaration without a lock is held to what it says itself. With one, every name that is
/// always installed must be in it, at a version that the declaration admits, where
/// `DeclaredPackage.admission` can tell.
struct DependencyDrift {
  private(set) var findings: [Finding] = []

  /// The locks of one kind of declaration in one folder.
  private struct Lock {
    var path: String
    var versions: [String: Set<String>] = [:]
    var locksAll = true
  }

  private struct Key: Hashable {
    let folder: [String]
    let kind: String
    /// Whether it holds for folders below, too.
    let isOfWorkspace: Bool
  }

  /// How many versions are compared in all: of one package a lock may have as many as it likes.
  private var comparisonsLeft = 500_000

  private var locks: [Key: Lock] = [:]
  /// Packages whose declarations name one version, where nothing locks them.
  private(set) var pins: [PinnedPackage] = []

  init(_ readings: [DependencyReading]) {
    // A lock alone is compared with nothing.
    guard readings.contains(where: { !$0.content.declarations.isEmpty }) else { return }
    for reading in readings where reading.content.isReadable && reading.content.isLock {
      for kind in reading.lockedKinds {
        add(reading, to: Key(folder: reading.file.folder, kind: kind, isOfWorkspace: false))
        if reading.reader.locksAll {
          add(reading, to: Key(folder: reading.file.folder, kind: kind, isOfWorkspace: true))
        }
      }
    }
    for reading in readings where !reading.content.declarations.isEmpty {
      if let lock = lock(of: reading) {
        compare(reading, with: lock)
      } else {
        judge(reading)
      }
    }
  }

  private mutating func add(_ reading: DependencyReading, to key: Key) {
    var lock = locks.removeValue(forKey: key) ?? Lock(path: reading.file.path)
    for pin in reading.content.pins {
      lock.versions[pin.package.name, default: []].insert(pin.package.version)
    }
    for name in reading.content.knownNames where lock.versions[name] == nil {
      lock.versions[name] = []
    }
    lock.locksAll = lock.locksAll && reading.reader.locksAll
    locks[key] = lock
  }

  /// What locks the declarations: locks in the same folder, else those of a workspace above it.
  private func lock(of reading: DependencyReading) -> Lock? {
    let kind = reading.declaredKind
    var folder = reading.file.folder
    if let lock = locks[Key(folder: folder, kind: kind, isOfWorkspace: false)] { return lock }
    while let path = folder.last, !path.isEmpty {
      folder = folder.dropLast() + [DependencyFiles.folder(of: path)]
      if let lock = locks[Key(folder: folder, kind: kind, isOfWorkspace: true)] { return lock }
    }
    return nil
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
      guard let versions = lock.versions[declared.name] else {
        findings.append(
          Rule.dependencyDrift.at(
            declared.place, "'\(declared.name)' is declared, and missing in '\(lock.path)'"))
        continue
      }
      guard let admission = declared.admission, !versions.isEmpty else { continue }
      comparisonsLeft -= versions.count
      guard comparisonsLeft >= 0 else {
        findings.append(
          Rule.unreadDependencyFile.at(
            reading.file.place, "more versions to compare with '\(lock.path)' than are compared"))
        return
      }
      if !versions.contains(where: admission), let version = versions.min() {
        findings.append(
          Rule.dependencyDrift.at(
            declared.place,
            "'\(declared.name)' is declared as '\(declared.specifier.clipped(to: 400))', and "
              + "'\(version)' in '\(lock.path)'"))
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
        if let version = declared.version {
          hasPins = true
          pins.append(
            PinnedPackage(
              Package(declared.ecosystem, name: declared.name, version: version),
              at: declared.place))
        } else {
          let what =
            declared.specifier.isEmpty ? "no version" : "'\(declared.specifier.clipped(to: 400))'"
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

extension DeclaredPackage {
  /// Tells of a version whether the specifier admits it; nil where that is written in a form of the
  /// tool's own, such as Poetry's `^1.2`, or is a tag.
  fileprivate var admission: ((String) -> Bool)? {
    switch ecosystem {
    case .npm:
      NPMRange(specifier).map { range in { SemanticVersion($0).map(range.admits) ?? true } }
    case .pypi:
      specifier.isEmpty
        ? nil : PEP440.Specifiers(specifier).map { specifiers in { specifiers.contains($0) } }
    case .conda, .maven, .swift, .image: nil
    }
  }
}

extension DependencyReading {
  /// `dev-requirements` of `dev-requirements.in` and of `dev-requirements.txt`.
  private var stem: String {
    let name = (file.path.split(separator: "/").last ?? "").lowercased()
    return String(name.prefix(upTo: name.lastIndex(of: ".") ?? name.endIndex))
  }

  /// The kind of declaration that it is; of pip-compile's sources each has a lock of its own.
  fileprivate var declaredKind: String {
    reader.kind == RequirementsInReader.kind ? "\(reader.kind) \(stem)" : reader.kind
  }

  /// The kinds of declarations that it locks. Of several requirements files only the one without
  /// a purpose in its name locks a project.
  fileprivate var lockedKinds: [String] {
    let isRequirements = reader.kind == RequirementsReader.kind
    let own = "\(RequirementsInReader.kind) \(isRequirements ? stem : "requirements")"
    guard !isRequirements || stem == "requirements" else { return [own] }
    return reader.locks.map { $0 == RequirementsInReader.kind ? own : $0 }.sorted()
  }
}
