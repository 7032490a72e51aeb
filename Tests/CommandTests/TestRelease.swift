import Bytes
import TestSupport
import Testing

/// A copy of the digits release, locked and signed by the two published keys.
///
/// Locking runs the network, so one is prepared for all tests and copied by each.
struct TestRelease {
  let scratch: ScratchFolder

  /// The options that every audit of it takes.
  static let trust = ["--trust", Fixture.path("keys/trust.toml"), "--at", "2026-12-01T00:00:00Z"]

  private static let prepared: Result<ScratchFolder, any Error> = Result {
    let scratch = try ScratchFolder()
    try scratch.copy(Fixture.path("digits"), to: "digits")
    try TestRelease.installKeys(in: scratch)
    try succeed(["lock", "digits"], in: scratch)
    try TestRelease.sign("digits", in: scratch)
    return scratch
  }

  /// A private copy of the prepared release in the folder `digits`.
  init() throws {
    scratch = try ScratchFolder()
    let prepared = try Self.prepared.get()
    try scratch.copy(prepared.file("digits"), to: "digits")
    try Self.installKeys(in: scratch)
  }

  /// Copies the published keys, readable by the owner alone as `sign` demands.
  static func installKeys(in scratch: ScratchFolder) throws {
    for owner in ["ana", "ci"] {
      try scratch.copy(Fixture.path("keys/\(owner).key"), to: "\(owner).key")
      try scratch.setMode(0o600, of: "\(owner).key")
    }
  }

  /// Signs a folder with both keys.
  static func sign(_ folder: String, in scratch: ScratchFolder) throws {
    try succeed(["sign", folder, "--key", "ana.key"], in: scratch)
    try succeed(["sign", folder, "--key", "ci.key", "--add"], in: scratch)
  }

  /// Runs a command that must succeed.
  @discardableResult
  static func succeed(_ arguments: [String], in scratch: ScratchFolder) throws -> CommandResult {
    let result = try Command.run(arguments, in: scratch)
    guard result.exitCode == 0 else { throw CommandFailed(arguments: arguments, result: result) }
    return result
  }

  /// Audits the folder or archive under the policy `release`.
  func audit(
    _ name: String = "digits", policy: String = "release", trust: [String] = Self.trust,
    more: [String] = []
  ) throws -> AuditedRelease {
    let result = try Command.run(
      ["audit", name, "--policy", policy, "--format", "json"] + trust + more, in: scratch)
    return AuditedRelease(
      result: result, report: try? JSON(parsing: ByteSlice(utf8: result.output)))
  }

  /// The signature and lock checks alone: what most tampering shows in, without a network run.
  func verify(_ name: String = "digits", trust: [String] = Self.trust) throws -> AuditedRelease {
    let result = try Command.run(
      ["verify", name, "--format", "json"] + trust, in: scratch)
    return AuditedRelease(
      result: result, report: try? JSON(parsing: ByteSlice(utf8: result.output)))
  }
}

/// A command that a test builds on and that failed.
struct CommandFailed: Error, CustomStringConvertible {
  let arguments: [String]
  let result: CommandResult

  var description: String {
    "proofmark \(arguments.joined(separator: " ")): \(result.exitCode)\n\(result.errors)"
  }
}

/// The outcome of an audit with its JSON report.
struct AuditedRelease {
  let result: CommandResult
  let report: JSON?

  var exitCode: Int { result.exitCode }

  /// The status of a check.
  func status(_ check: String) -> String? { self.check(check)?["status"]?.string }

  /// The checks that did not pass.
  var notPassed: [String] {
    (report?["checks"]?.array ?? []).filter { $0["status"]?.string != "pass" }
      .compactMap { $0["name"]?.string }
  }

  /// The rules of a check's findings.
  func rules(_ check: String) -> Set<String> {
    Set((self.check(check)?["findings"]?.array ?? []).compactMap { $0["rule"]?.string })
  }

  private func check(_ name: String) -> JSON? {
    report?["checks"]?.array?.first { $0["name"]?.string == name }
  }
}
