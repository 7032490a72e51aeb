import Bytes
import Findings
import Formats

/// Judges Office documents, PDF and shortcuts by the active content that they name.
struct OfficeScan: ContentScanner {
  private static let pdfSigns = [
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA", "/SubmitForm",
  ]
  private static let oleSigns = ["_VBA_PROJECT", "VBA", "Macros", "Ole10Native", "Equation Native"]

  static func scan(_ file: ScannedFile, _ context: inout ScanContext) -> Coverage {
    guard file.bytes.count <= context.limits.headerBytes else {
      return .none(Rule.unreadable.at(file.place, "the document is larger than is looked at"))
    }
    let bytes = file.bytes.array
    switch file.claim.format {
    case .shortcut:
      context.report(Rule.activeDocument.at(file.place, "a shortcut, which runs what it names"))
      return .whole
    case .ole:
      // Names in the directory of the document are UTF-16.
      for sign in oleSigns where contains(sign.utf8.flatMap { [$0, 0] }, in: bytes) {
        context.report(Rule.activeDocument.at(file.place, "the document has '\(sign)'"))
        return .whole
      }
    case .pdf:
      PictureScan.judgeTail(file, &context)
      let plain = Self.withoutEscapes(bytes)
      for sign in pdfSigns where contains(Array(sign.utf8), in: plain) {
        context.report(Rule.activeDocument.at(file.place, "the document has '\(sign)'"))
        return .whole
      }
      guard
        contains(Array("/ObjStm".utf8), in: plain) || contains(Array("/Encrypt".utf8), in: plain)
      else { return .whole }
    default: break
    }
    return .partly(
      Rule.unreadable.at(
        file.place, "\(file.claim.format.article) whose packed parts are not looked at"))
  }

  /// The bytes with `#4a` in names undone (ISO 32000-1, 7.3.5).
  private static func withoutEscapes(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == 0x23, index + 2 < bytes.count,
        let value = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        result.append(value)
        index += 3
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return result
  }

  private static func contains(_ wanted: [UInt8], in bytes: [UInt8]) -> Bool {
    guard let first = wanted.first, bytes.count >= wanted.count else { return false }
    for index in 0...(bytes.count - wanted.count) where bytes[index] == first {
      if bytes[index...].starts(with: wanted) { return true }
    }
    return false
  }
}
