import TestSupport

/// A way to put a file somewhere else, where it must be found all the same.
enum Wrapping: String, CaseIterable, Sendable {
  case tar
  case zip
  case zipInTar
  case renamed
  case readMe
  case withoutExtension

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
