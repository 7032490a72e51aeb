/// The names met so far, as the file system of any system would see them: finds names that are
/// one after case and composition are ignored, and files that are folders.
///
/// Work and memory are linear in the bytes of the names, however deep they nest.
struct NameTree {
  private struct Key: Hashable {
    let folder: Int
    let name: String
  }

  private struct Node {
    let number: Int
    let name: String
    let isFolder: Bool
  }

  private var nodes: [Key: Node] = [:]

  /// Adds a member or folder and those above it.
  ///
  /// - Returns: why it cannot stand beside an earlier one; nil when it can.
  mutating func insert(_ path: MemberPath, isFolder: Bool) -> String? {
    var folder = 0
    let parts = path.parts
    for (index, part) in parts.enumerated() {
      let wantsFolder = isFolder || index < parts.count - 1
      let key = Key(folder: folder, name: MemberPath.collisionKey(of: part))
      guard let known = nodes[key] else {
        let node = Node(number: nodes.count + 1, name: part, isFolder: wantsFolder)
        nodes[key] = node
        folder = node.number
        continue
      }
      let isSame = known.name.utf8.elementsEqual(part.utf8)
      if known.isFolder && wantsFolder && isSame {
        folder = known.number
      } else if known.isFolder != wantsFolder {
        return "'\(part)' is a file and a folder"
      } else if isSame {
        return "a second member of this name"
      } else {
        return "'\(part)' and '\(known.name)' differ only in case or composition"
      }
    }
    return nil
  }
}
