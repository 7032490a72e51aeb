import Bytes
import Glibc

/// Files that a command will write.
enum OutputFile {
  /// Throws when nothing can be written at the path, before any work is done for it. The folder
  /// must exist and be writable, and the path must not be a folder.
  static func check(_ path: String) throws(FileError) {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    let parent = path.contains("/") ? (folder.isEmpty ? "/" : folder) : "."
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw FileError(path: path, action: "write", reason: "it is a folder")
    }
    guard access(parent, W_OK | X_OK) == 0 else { throw FileError(path: path, action: "write") }
  }

  /// Whether the file, which need not exist yet, lies in the folder, whatever links lead there.
  static func lies(_ path: String, inside folder: String) -> Bool {
    guard let outer = canonical(folder) else { return false }
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    let above = path.contains("/") ? (parent.isEmpty ? "/" : parent) : "."
    guard let inner = canonical(path) ?? canonical(above).map({ $0 + "/" }) else { return false }
    return inner.hasPrefix(outer.hasSuffix("/") ? outer : outer + "/")
  }

  private static func canonical(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }
}
