/// The names of an archive, compared as the file system of any system would: finds names that are
/// one when case and composition are ignored, and files that are folders.
///
/// Names are compared with their neighbours once they are sorted, so that time and memory follow
/// the bytes of the names, however deep they nest.
struct NameList {
  /// A name that cannot stand beside an earlier one.
  struct Collision {
    /// The name's place in the order of appearance.
    let index: Int
    /// The name.
    let path: MemberPath
    /// Whether the earlier one is the very same.
    let isRepetition: Bool
    /// Why.
    let reason: String
  }

  private struct Name {
    let index: Int
    let path: MemberPath
    let isFolder: Bool
    let isASCII: Bool
    /// What makes two names one, with slashes as zeros: these sort before all else, so that what
    /// is in a folder follows it.
    let key: [UInt8]
  }

  private var names: [Name] = []
  private let ignoresCase: Bool

  /// No names; they are compared by their bytes alone when case is not to be ignored.
  init(ignoresCase: Bool = true) {
    self.ignoresCase = ignoresCase
  }

  /// Adds the name of a file or folder.
  mutating func append(_ path: MemberPath, isFolder: Bool) {
    let name = path.text.utf8
    let key = ignoresCase ? MemberPath.collisionKey(of: name) : Array(name)
    names.append(
      Name(
        index: names.count, path: path, isFolder: isFolder,
        isASCII: name.allSatisfy { $0 < 0x80 }, key: key.map { $0 == 0x2f ? 0 : $0 }))
  }

  /// Every name that collides with one before it, in the order of appearance.
  func collisions() -> [Collision] {
    let sorted = names.sorted {
      $0.key == $1.key ? $0.index < $1.index : $0.key.lexicographicallyPrecedes($1.key)
    }
    var found: [Collision] = []
    for (left, right) in zip(sorted, sorted.dropFirst()) {
      guard let reason = NameList.clash(left, right) else { continue }
      let later = left.index > right.index ? left : right
      found.append(
        Collision(
          index: later.index, path: later.path, isRepetition: left.path == right.path,
          reason: reason))
    }
    return found.sorted { $0.index < $1.index }
  }

  /// Why two neighbours cannot stand beside each other; nil when they can.
  private static func clash(_ left: Name, _ right: Name) -> String? {
    let common = zip(left.key, right.key).prefix { $0 == $1 }.count
    // The usual case, in which key and path have the same bytes at the same places: equal as far
    // as their keys are, and the left one goes on.
    if left.isASCII, common < left.key.count,
      left.path.text.utf8.prefix(common).elementsEqual(right.path.text.utf8.prefix(common))
    {
      return nil
    }
    let leftKeys = left.key.split(separator: 0)
    let rightKeys = right.key.split(separator: 0)
    let shared = zip(leftKeys, rightKeys).prefix { $0 == $1 }.count
    let leftParts = left.path.parts
    let rightParts = right.path.parts
    for (a, b) in zip(leftParts, rightParts).prefix(shared) where a != b {
      return "'\(a)' and '\(b)' differ only in case or composition"
    }
    // What is left of a name that ends here, or does not.
    guard shared == leftKeys.count else { return nil }
    let isSame = shared == rightKeys.count
    if isSame && left.isFolder && right.isFolder { return nil }
    if isSame && !left.isFolder && !right.isFolder { return "a second member of this name" }
    return isSame || !left.isFolder ? "'\(left.path)' is a file and a folder" : nil
  }
}
