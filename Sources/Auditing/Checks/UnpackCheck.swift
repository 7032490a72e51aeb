import Archives
import Findings
import Judging

/// Whether the subject could be opened whole and within the limits, and names nothing outside
/// itself. The opening itself is `Inventory`'s work.
enum UnpackCheck: Check {
  static let name = CheckName.unpack

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    let members = subject.inventory.members
    return CheckOutput(
      name, findings: subject.inventory.findings + subject.inventory.leftOut.map(note),
      measurements: [
        Measurement(Measurement.Name.files, Double(members.count), unit: "count"),
        Measurement(
          Measurement.Name.bytes, Double(members.reduce(0) { $0 + $1.size }), unit: "bytes"),
      ])
  }

  private static func note(_ name: String) -> Finding {
    Rule.repositoryLeftOut.at(Place([name]), "a repository of git, which is no part of the release")
  }
}
