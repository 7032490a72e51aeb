import Archives
import ArgumentParser
import Bytes
import Findings
import Judging

/// `proofmark unpack`: safe extraction.
struct UnpackCommand: AuditingCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpack",
    abstract: "Extract an archive safely: everything, or nothing when anything is wrong.",
    discussion: """
      Links, devices, names that leave the folder or clash, and archives beyond the limits are \
      refused before anything is written.

      EXAMPLES
        proofmark unpack digits.tar.zst digits/
        proofmark unpack digits.zip digits/ --overwrite
      """)

  @Argument(help: "The archive.")
  var archive: String

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "folder"))
  var folder: String

  @Flag(help: "Replace the folder when it exists.")
  var overwrite = false

  func execute() throws -> Judging.ExitCode {
    let inventory = try Inventory(opening: archive, limits: Limits())
    guard inventory.findings.isEmpty else {
      for finding in inventory.findings { Terminal.note(finding) }
      Terminal.note("nothing was written")
      return inventory.findings.contains { $0.rule.kind == .violation } ? .fail : .incomplete
    }
    try Extraction(of: inventory.members).write(to: folder, replaces: overwrite)
    Terminal.note("unpacked \(inventory.members.count) files into \(safeText(folder))")
    return .pass
  }
}
