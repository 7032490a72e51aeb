import Findings
import Archives
import ArgumentParser
import Bytes
import Judging

/// `proofmark pack`: writes a release folder as an archive.
struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack", _superCommandName: Tool.name,
    abstract: "Write a release folder as an archive, bit-identical on every run.",
    discussion: """
      Members are sorted; owner, group and permissions are normalised; times are SOURCE_DATE_EPOCH \
      or 0. The archive appears whole or not at all.

      EXAMPLES
        proofmark pack digits/ --output digits-1.4.0.tar.zst
        proofmark pack digits/ --output digits.zip
      """)

  @Argument(help: ArgumentHelp("The release's folder.", valueName: "folder"))
  var folder: String

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The archive: .tar.zst, .tar.gz or .zip.", valueName: "file"))
  var output: String

  func run() throws {
    guard let format = ArchiveWriter.Format(path: output) else {
      throw CommandFailure(
        "\(output): expected a name that ends with .tar.zst, .tar.gz or .zip", code: .usage)
    }
    try OutputFile.check(output)
    let inventory = try Inventory(opening: folder, limits: Limits())
    guard inventory.container == .folder else {
      throw CommandFailure("\(folder): not a folder", code: .usage)
    }
    if let finding = inventory.findings.first {
      throw CommandFailure(
        "\(finding.place): \(finding.message)", help: finding.rule.fix, code: .fail)
    }
    try ArchiveWriter(inventory.members, as: format, time: SourceDate.epoch() ?? 0)
      .write(to: output)
    Terminal.note("packed \(inventory.members.count) files into \(safeText(output))")
  }
}
