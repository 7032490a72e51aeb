public import Bytes

/// The files in the folder of a file that the user named, for what a model says lies beside it.
///
/// A name is one of that folder: no path, and links are not followed.
public struct FilesBeside: Sendable {
  private let folder: String

  /// The files beside the one at `path`.
  public init(_ path: String) {
    guard let slash = path.lastIndex(of: "/") else {
      folder = "."
      return
    }
    folder = slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The content of the file of the name, which comes from a model (untrusted text).
  ///
  /// - Throws: `ParseError` for a name that is none, a link, and a file that cannot be read.
  public func content(of name: String) throws(ParseError) -> ByteSlice {
    func refused(_ found: String) -> ParseError {
      ParseError(
        .unsupported, at: 0, expected: "a file beside the model as '\(safeText(name))'",
        found: found)
    }
    let parts: [String]
    do {
      parts = try MemberPath(name).parts
    } catch {
      throw ParseError(
        at: 0, expected: "the path of a file as '\(safeText(name))'", found: error.reason)
    }
    guard parts.count == 1 else { throw refused("a path into another folder") }
    do {
      return try SafeDirectory(opening: folder).content(
        of: Array(name.utf8), memoryBytes: Limits.memoryBytes
      ).bytes
    } catch {
      throw refused(error.reason)
    }
  }
}
