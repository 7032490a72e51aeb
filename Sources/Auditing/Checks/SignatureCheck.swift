import Trust
import Findings
import Judging
import Releases

/// Who signed the release, and whether every file is the signed one.
enum SignatureCheck: Check {
  static let name = CheckName.signature

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    let verification = SignatureVerification(
      of: subject.release, by: settings.authority, at: settings.time,
      demands: ReleaseDemands(
        state: settings.state, minimumVersions: settings.policy.signature.minimumVersions,
        parent: settings.parent))
    var output = CheckOutput(name, findings: verification.findings)
    output.sighting = verification.sighting
    output.signers = verification.signers.map {
      AuditReport.Signer(owner: $0.owner, key: $0.keyID, role: $0.role)
    }
    if let authority = settings.authority, subject.release.envelope.content != nil {
      let owners = Set(verification.signers.map(\.owner)).count
      output.result.measurements.append(
        Measurement(
          Measurement.Name.signers, Double(owners), unit: "count", n: authority.role.threshold))
    }
    return output
  }
}
