import Archives
import Bytes

/// The files of a container, found by their paths relative to one of them.
struct Siblings: Sendable {
  private let inventory: Inventory?
  private let folder: String

  /// The files beside the one at `path` of the inventory; none for a file alone.
  init(of path: String = "", in inventory: Inventory? = nil) {
    self.inventory = inventory
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// The path in the container of a file that is named relative to this one's folder.
  ///
  /// No part of the name is resolved: `..` and links name nothing.
  func path(_ name: String) -> String { folder + name }

  /// The content of the file of that name.
  func bytes(_ name: String) -> ByteSlice? { inventory?[path(name)]?.bytes }

  /// A part of the file of that name; nil when there is none or it is shorter.
  func range(_ name: String, _ range: Range<Int>) -> ByteSlice? {
    guard let bytes = bytes(name), range.lowerBound >= 0, range.upperBound <= bytes.count else {
      return nil
    }
    do throws(ParseError) {
      return try bytes.slice(range)
    } catch {
      return nil
    }
  }

  /// The paths in the container, sorted by their bytes.
  var paths: [String] { inventory?.members.map(\.path.text) ?? [] }
}
