import Bytes
import Findings

/// Judges names of tensors, which loaders that write one file for each make paths of.
enum TensorName {
  /// Folders of the system, which no graph's scope is named after.
  private static let roots: Set<Substring> = [
    "bin", "boot", "dev", "etc", "home", "lib", "opt", "proc", "root", "run", "sbin", "srv", "sys",
    "tmp", "usr", "var", "Users", "Windows",
  ]

  /// A finding when the name leads out of a folder, or is not what it looks like. Names of a graph,
  /// such as those of ONNX, begin with a slash.
  static func finding(_ name: String, at place: Place, isGraph: Bool = false) -> Finding? {
    guard let fault = fault(name, isGraph: isGraph) else { return nil }
    return Rule.tensorName.at(
      place, "a tensor's name \(fault)", evidence: [safeText(String(name.prefix(160)))])
  }

  /// What is wrong with the name; nil when nothing is.
  static func fault(_ name: String, isGraph: Bool) -> String? {
    let bytes = name.utf8
    if bytes.contains(0) { return "holds a NUL byte" }
    let isPrintable = bytes.allSatisfy { (0x20..<0x7f).contains($0) }
    if !isPrintable, let scalar = name.unicodeScalars.first(where: isUnsafe) {
      let code = String(scalar.value, radix: 16, uppercase: true)
      return "holds the invisible character U+\(code)"
    }
    let slashes: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "\\")]
    guard let first = bytes.first, bytes.contains(where: slashes.contains) else {
      return name == ".." ? "leads out of its folder" : nil
    }
    let parts = bytes.split(whereSeparator: slashes.contains)
    if parts.contains(where: { $0.elementsEqual("..".utf8) }) { return "leads out of its folder" }
    if bytes.starts(with: #"\\"#.utf8) { return "is a path to another machine" }
    if parts.count > 1, let drive = parts.first, drive.count == 2, drive.last == 0x3a {
      return "is a path with a drive"
    }
    if first == UInt8(ascii: "/"), let root = parts.first,
      !isGraph || parts.count > 1 && roots.contains(Substring(root))
    {
      return "is a path from the root"
    }
    return bytes.starts(with: "~/".utf8) ? "is a path to a home folder" : nil
  }
}
