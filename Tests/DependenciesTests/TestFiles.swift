import Bytes
import Dependencies
import Findings
import Foundation
import TestSupport

/// SHA-256 in hexadecimal, of no file in particular.
let hexadecimal = String(repeating: "a1", count: 32)

extension DependencyReport {
  /// The report on files given as path and text.
  init(texts: [(String, String)]) {
    self.init(in: texts.map { ($0.0, ByteSlice(utf8: $0.1)) })
  }

  /// The report on one file.
  init(_ path: String, _ text: String) { self.init(texts: [(path, text)]) }

  /// The report on a folder of files that the real tools have written.
  init(fixture folder: String) throws {
    let names = try Fixture.names(in: "vectors/dependencies/\(folder)")
    self.init(
      in: try names.map { ($0, try Fixture.bytes("vectors/dependencies/\(folder)/\($0)")) })
  }

  /// The ids of the rules that are broken, sorted.
  var rules: [String] { findings.map(\.rule.id).sorted() }

  /// `ECOSYSTEM NAME VERSION` of every package.
  var names: [String] { packages.map { "\($0.ecosystem) \($0.name) \($0.version)" } }
}
