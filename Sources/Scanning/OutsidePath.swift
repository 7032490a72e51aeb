/// Judges paths that models give for other files: they must name a file in the model's folder.
enum OutsidePath {
  /// Why a path may lead out of the folder that it counts from; nil when it stays inside.
  static func reason(_ path: String) -> String? {
    let bytes = Array(path.utf8)
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return "a control character" }
    if path.hasPrefix("/") || path.hasPrefix("\\") { return "an absolute path" }
    if path.contains("://") || path.lowercased().hasPrefix("file:") { return "an address" }
    if bytes.count >= 2, bytes[1] == UInt8(ascii: ":") { return "a drive" }
    if path.hasPrefix("~") || path.contains("$") || path.contains("%") {
      return "a name that is expanded"
    }
    if path.contains("*") { return "an address in memory or a pattern" }
    let parts = path.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
    if parts.contains(where: { $0.trimmingDots == ".." }) { return "the folder above" }
    if path.contains("\\") { return "a path of Windows" }
    return nil
  }

  /// The path without `.` and empty parts, as members are named.
  static func normal(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}

extension Substring {
  /// Without the blanks that Windows drops.
  fileprivate var trimmingDots: Substring {
    var text = self
    while text.last == " " { text.removeLast() }
    return text.allSatisfy({ $0 == "." }) && text.count >= 2 ? ".." : text
  }
}
