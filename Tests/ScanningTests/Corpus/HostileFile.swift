import Findings
import Testing

/// A file that a loader would be harmed by, and what the audit must say of it.
struct HostileFile: Sendable, CustomTestStringConvertible {
  /// What the row shows.
  let name: String
  /// The name of the file, as it comes.
  let file: String
  /// The rule that it breaks, with the severity that the row was written for.
  let rule: Rule
  let severity: Severity
  /// Whether the verdict of the stock policy `ci-gate` may be a pass.
  let isHygiene: Bool
  /// Where the trick was published: an advisory, an issue, or "own".
  let source: String
  private let makeBytes: @Sendable () -> [UInt8]
  private let makeClean: (@Sendable () -> [UInt8])?

  /// A row; `bytes` and the `clean` twin beside it are made when a test asks for them.
  init(
    _ name: String, _ rule: Rule, _ severity: Severity, in file: String, source: String = "own",
    isHygiene: Bool = false, bytes: @escaping @Sendable () -> [UInt8],
    clean: (@Sendable () -> [UInt8])? = nil
  ) {
    self.name = name
    self.rule = rule
    self.severity = severity
    self.file = file
    self.source = source
    self.isHygiene = isHygiene
    makeBytes = bytes
    makeClean = clean
  }

  /// The hostile content.
  var bytes: [UInt8] { makeBytes() }
  /// The nearest content that breaks no rule, where one exists.
  var clean: [UInt8]? { makeClean?() }
  /// Whether there is such content.
  var hasClean: Bool { makeClean != nil }

  var testDescription: String { name }
}

extension Bypass {
  /// The row of the corpus.
  var row: HostileFile {
    HostileFile(
      name, rule, rule.severity, in: file, isHygiene: rule.severity < .high,
      bytes: { hostile }, clean: { clean })
  }
}
