import Bytes
import Synchronization

/// The files that projects of Maven in one release have as parents, each taken apart once as long
/// as there is room: a hundred modules may share one.
final class MavenParents: Sendable {
  private struct State {
    var nodes: [[String]: XMLNode] = [:]
    var keptBytes = 0
    var bytesLeft = usedLimit
  }

  /// The most bytes of files whose elements are kept, and of all uses of parents together: what a
  /// parent manages is looked through for each of its children.
  private static let keptLimit = 4 << 20
  private static let usedLimit = 64 << 20

  private let state = Mutex(State())

  /// The elements of the file.
  func node(of file: DependencyFile) throws(ParseError) -> XMLNode {
    let (isOver, known) = state.withLock { state in
      state.bytesLeft -= file.bytes.count
      return (state.bytesLeft < 0, state.nodes[file.members])
    }
    guard !isOver else {
      throw ParseError(
        .limit, at: 0, expected: "at most \(MavenParents.usedLimit) bytes of parents",
        found: "more")
    }
    if let known { return known }
    let node = try XMLNode(parsing: file.bytes.asFile())
    state.withLock { state in
      if state.keptBytes + file.bytes.count > MavenParents.keptLimit {
        state.nodes = [:]
        state.keptBytes = 0
      }
      state.nodes[file.members] = node
      state.keptBytes += file.bytes.count
    }
    return node
  }
}
