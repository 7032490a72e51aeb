import Bytes

/// Judges paths that models give for other files: they must name a file in the model's folder.
///
/// By bytes, as file systems do: to them no mark combines with the slash before it.
enum OutsidePath {
  /// Why a path may lead out of the folder that it counts from; nil when it stays inside.
  static func reason(_ path: String) -> String? {
    let bytes = Array(path.utf8)
    if bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return "a control character" }
    let separators = "/\\".utf8
    if let first = bytes.first, separators.contains(first) { return "an absolute path" }
    if ByteSlice(bytes).contains("://") || path.lowercased().hasPrefix("file:") {
      return "an address"
    }
    if bytes.count >= 2, bytes[1] == UInt8(ascii: ":") { return "a drive" }
    if bytes.first == UInt8(ascii: "~") || bytes.contains(where: "$%".utf8.contains) {
      return "a name that is expanded"
    }
    if bytes.contains(UInt8(ascii: "*")) { return "an address in memory or a pattern" }
    if bytes.split(whereSeparator: separators.contains).contains(where: isAbove) {
      return "the folder above"
    }
    if bytes.contains(UInt8(ascii: "\\")) { return "a path of Windows" }
    return nil
  }

  /// The path without `.` and empty parts, as members are named.
  static func normal(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  /// Whether a part of a path leads up: dots alone, without the blanks that Windows drops.
  private static func isAbove(_ part: ArraySlice<UInt8>) -> Bool {
    let trimmed = part.reversed().drop { $0 == 0x20 }
    return trimmed.count >= 2 && trimmed.allSatisfy { $0 == UInt8(ascii: ".") }
  }
}
