import Findings

/// Compares what files declare with what the locks beside them pin.
///
/// A declaration without a lock is held to what it says itself. With one, every name that is
/// always installed must be in it, at a version that the declaration admits as far as
/// `DeclaredPackage.admits` can tell.
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

  private var locks: [Key: Lock] = [:]
  /// Packages whose declarations name one version, where nothing locks them.
  private(set) var pins: [PinnedPackage] = []

  init(_ readings: [DependencyReading]) {
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
      if let version = versions.sorted().first,
        versions.allSatisfy({ declared.admits($0) == false })
      {
        findings.append(
          Rule.dependencyDrift.at(
            declared.place,
            "'\(declared.name)' is declared as '\(declared.specifier)', and '\(version)' in "
              + "'\(lock.path)'"))
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

extension DeclaredPackage {
  /// Whether the specifier admits the version; nil where it is written in a form of the tool's own,
  /// such as Poetry's `^1.2` or a range of npm.
  func admits(_ other: String) -> Bool? {
    switch ecosystem {
    // An exact version of npm is one text.
    case .npm: version.map { $0 == other }
    case .pypi: specifier.isEmpty ? true : PEP440.Specifiers(specifier)?.contains(other)
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
    guard reader.kind == RequirementsReader.kind else { return reader.locks.sorted() }
    let own = "\(RequirementsInReader.kind) \(stem)"
    return stem == "requirements"
      ? reader.locks.filter { $0 != RequirementsInReader.kind }.sorted() + [own] : [own]
  }
}
