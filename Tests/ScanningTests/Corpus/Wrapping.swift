import Foundation
import TestSupport

/// A way to put a file somewhere else, where it must be found all the same.
enum Wrapping: String, CaseIterable, Sendable {
  case tar
  case zip
  case zipInTar
  case renamed
  case readMe
  case withoutExtension

  /// Whether the row of that number is put so: each in two of the ways, all with
  /// `PROOFMARK_WRAPPINGS=all`.
  func takes(_ number: Int) -> Bool {
    if ProcessInfo.processInfo.environment["PROOFMARK_WRAPPINGS"] == "all" { return true }
    let own = Self.allCases.firstIndex(of: self) ?? 0
    return (number + own).isMultiple(of: 3)
  }

  /// The file that is written, and its name.
  func wrap(_ file: HostileFile) -> (name: String, bytes: [UInt8]) {
    let bytes = file.bytes
    return switch self {
    case .tar: ("a.tar", TarBuilder.one("inner/\(file.file)", bytes))
    case .zip: ("a.zip", ZipBuilder.one("inner/\(file.file)", bytes))
    case .zipInTar: ("b.tar", TarBuilder.one("a.zip", ZipBuilder.one(file.file, bytes)))
    case .renamed: ("x.bin", bytes)
    case .readMe: ("README.md", bytes)
    case .withoutExtension: ("model", bytes)
    }
  }
}
