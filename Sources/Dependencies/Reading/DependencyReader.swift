import Bytes
import Findings

/// Reads dependency files of one kind.
///
/// A reader says what the file pins, what it declares and what is wrong with it as it stands. What
/// only several files together tell (drift, a package twice) is the report's.
protocol DependencyReader: SendableMetatype {
  /// The kind, as a lock's `sources` name it.
  static var kind: String { get }
  /// The names of such files in lower case, with stars; one with a slash has its folder's name.
  static var names: [String] { get }
  /// The kinds of declarations that a file of this kind is the lock of.
  static var locks: Set<String> { get }
  /// Whether it locks optional dependencies, too, and those of projects in folders below.
  static var locksAll: Bool { get }

  /// Reads the file.
  static func read(_ file: DependencyFile, into content: inout DependencyContent)
}

extension DependencyReader {
  static var locks: Set<String> { [] }
  static var locksAll: Bool { false }
}

/// The list of all readers: to add a kind of file, write its reader and a line here.
enum DependencyReaders {
  /// In the order in which names are compared.
  static let all: [any DependencyReader.Type] = [
    ConstraintsReader.self, CondaExplicitReader.self, RequirementsReader.self,
    RequirementsInReader.self, PylockReader.self, UVLockReader.self, PoetryLockReader.self,
    PDMLockReader.self, PipfileLockReader.self, PipfileReader.self, PyprojectReader.self,
    SetupConfigurationReader.self, SetupScriptReader.self, CondaLockReader.self,
    CondaEnvironmentReader.self, DockerfileReader.self, MavenReader.self, GradleLockReader.self,
    GradleVerificationReader.self, PackageResolvedReader.self, PackageLockReader.self,
    PackageManifestReader.self,
  ]

  /// Files about Dockerfiles: `Dockerfile.dockerignore`, `dockerfile_lint.py`, `Dockerfile.md`.
  private static let others = ["*.dockerignore", "*.py", "*.md", "*.rst", "*.html"]

  /// The reader of files with the path; nil when there is none.
  static func reader(of path: String) -> (any DependencyReader.Type)? {
    let name = DependencyName(path)
    if name.matches("*file*"), others.contains(where: name.matches) { return nil }
    // The manifests of installed packages are settled by the lock.
    if name.matches("package.json"), path.split(separator: "/").contains("node_modules") {
      return nil
    }
    return all.first { reader in reader.names.contains { name.matches($0) } }
  }
}

/// The last parts of a path, in lower case: some file systems ignore case, so it does not count.
struct DependencyName {
  private let name: Substring
  private let folder: Substring

  init(_ path: String) {
    let parts = path.lowercased().split(separator: "/")
    name = parts.last ?? ""
    folder = parts.dropLast().last ?? ""
  }

  /// Whether the name is of the pattern, in which each star stands for any text.
  func matches(_ pattern: String) -> Bool {
    // Few patterns have the name's last byte, and fewer its first.
    guard let last = pattern.utf8.last, last == UInt8(ascii: "*") || last == name.utf8.last else {
      return false
    }
    if let first = pattern.utf8.first, first != UInt8(ascii: "*"), first != name.utf8.first,
      !pattern.utf8.contains(UInt8(ascii: "/"))
    {
      return false
    }
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    guard let last = parts.last, parts.count < 3 else { return false }
    if parts.count == 2, parts[0] != folder { return false }
    return DependencyName.matches(name, last)
  }

  private static func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else {
      return name == pattern
    }
    guard name.hasPrefix(first) else { return false }
    var rest = name.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}

/// One file that a reader is given, and those around it.
struct DependencyFile {
  /// The chain of members down to the file.
  let members: [String]
  let bytes: ByteSlice
  /// All files that were handed in, for what a file refers to.
  let files: DependencyFiles

  var place: Place { Place(members) }
  /// The path in the innermost container.
  var path: String { members.last ?? "" }
  /// The chain of the folder that the file lies in.
  var folder: [String] { members.dropLast() + [DependencyFiles.folder(of: path)] }

  /// The file at a path relative to this one's folder; nil when there is none, or when the path
  /// leaves the container.
  func neighbour(_ relative: String) -> DependencyFile? {
    guard let target = DependencyFiles.resolve(relative, from: path),
      let found = files.find(target, in: members.dropLast())
    else { return nil }
    return DependencyFile(members: found.members, bytes: found.bytes, files: files)
  }
}

/// Files by their chain of members.
struct DependencyFiles: Sendable {
  private var bytes: [[String]: ByteSlice] = [:]
  /// Container images: the layers in each make one file system.
  private let images: Set<[String]>
  /// The chains of files in layers, by that of the image and the path.
  private var layered: [[String]: [String]] = [:]
  /// The parents of Maven's projects, which many share.
  let mavenParents = MavenParents()

  init(images: Set<[String]> = []) { self.images = images }

  subscript(members: [String]) -> ByteSlice? { bytes[members] }

  /// Adds a file; the first of two with one chain counts.
  mutating func add(_ members: [String], _ content: ByteSlice) {
    if bytes[members] == nil { bytes[members] = content }
    let image = Array(members.dropLast(2))
    if members.count > 1, images.contains(image), let path = members.last {
      layered[image + [path]] = members
    }
  }

  /// The file at the path in a container; for a layer, also in the image's other layers.
  func find(
    _ path: String, in container: [String]
  ) -> (members: [String], bytes: ByteSlice)? {
    let members = container + [path]
    if let content = bytes[members] { return (members, content) }
    guard let other = layered[container.dropLast() + [path]], let content = bytes[other] else {
      return nil
    }
    return (other, content)
  }

  /// The path of the folder, empty for the container's own.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// The path that `target` means in a file at `path`; nil for URLs, absolute paths and those that
  /// leave the container.
  static func resolve(_ target: String, from path: String) -> String? {
    guard !target.has(":"), !target.has("\\"), !target.hasPrefix("/"),
      !target.hasPrefix("~")
    else { return nil }
    var parts = path.split(separator: "/").dropLast().map { String($0) }
    for part in target.split(separator: "/") {
      switch part {
      case ".": continue
      case "..":
        guard parts.popLast() != nil else { return nil }
      default: parts.append(String(part))
      }
    }
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }
}
