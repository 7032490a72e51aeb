import Archives
import ArgumentParser
import Bytes
import Findings
import Judging

/// `proofmark unpack`: safe extraction.
struct UnpackCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpack", _superCommandName: Tool.name,
    abstract: "Extract an archive safely: everything, or nothing when anything is wrong.",
    discussion: """
      Links, devices, names that leave the folder or clash, and archives beyond the limits are \
      refused before anything is written. With --keep-safe, the members that no finding names \
      are written all the same; the exit code stays that of the findings.

      EXAMPLES
        proofmark unpack digits.tar.zst digits/
        proofmark unpack digits.zip digits/ --overwrite
        proofmark unpack suspicious.tar digits/ --keep-safe
        proofmark unpack models.7z models/
      """)

  @Argument(help: "The archive.")
  var archive: String

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "folder"))
  var folder: String

  @Flag(help: "Replace the folder when it exists.")
  var overwrite = false

  @Flag(help: "Write what no finding names, even when there are findings.")
  var keepSafe = false

  func execute() throws -> Judging.ExitCode {
    let inventory = try Inventory(opening: archive, worker: .thisProgram)
    let findings = inventory.findings
    for finding in findings { Terminal.note(finding) }
    let extraction = Extraction(
      of: inventory.members, without: Set(findings.compactMap(\.place.members.first)))
    guard findings.isEmpty || keepSafe && extraction.count > 0 else {
      Terminal.note("nothing was written")
      return exitCode(of: findings)
    }
    try extraction.write(to: folder, replaces: overwrite)
    Terminal.note("unpacked \(extraction.count) files into \(safeText(folder))")
    return exitCode(of: findings)
  }

  private func exitCode(of findings: [Finding]) -> Judging.ExitCode {
    if findings.isEmpty { return .pass }
    return findings.contains { $0.rule.kind == .violation } ? .fail : .incomplete
  }
}
