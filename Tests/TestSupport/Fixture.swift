public import Bytes
import Foundation

/// The real files that tests read, all inside the repository.
public enum Fixture {
  /// The folder of the repository.
  public static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// The path of a file under Fixtures.
  public static func path(_ name: String) -> String { "\(root)/Fixtures/\(name)" }

  /// The names of the files in a folder under Fixtures, sorted.
  public static func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(folder)).sorted()
  }

  /// The content of a file under Fixtures.
  public static func bytes(_ name: String) throws -> ByteSlice { try ByteSlice(path: path(name)) }
}
