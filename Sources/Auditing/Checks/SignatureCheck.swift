import Archives
import Bytes
import Findings
import Judging
import Releases
import Trust

/// Who signed the release, and whether every file is the signed one.
enum SignatureCheck: Check {
  static let name = CheckName.signature

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    var output = CheckOutput(name)
    let isForeign = !settings.foreignKeys.isEmpty
    // Keys of other tools are asked for instead of a trust file, or besides.
    if settings.authority != nil || !isForeign {
      judgeOwn(subject, settings, &output)
    } else if subject.inventory[Release.signaturePath] != nil {
      output.result.findings.append(
        Rule.foreignSignatureNotJudged.at(
          Place([Release.signaturePath]), "no trust file says whose keys count"))
    }
    if let authority = settings.foreignKeys.oms {
      judgeBundle(subject, by: authority, settings, &output)
    } else if subject.inventory[Release.bundlePath] != nil {
      output.result.findings.append(
        Rule.foreignSignatureNotJudged.at(
          Place([Release.bundlePath]), "no key or root says whose OMS signatures count"))
    }
    if settings.foreignKeys.judgesFiles { judgeDetached(subject, settings, &output) }
    return output
  }

  private static func judgeOwn(
    _ subject: Subject, _ settings: AuditSettings, _ output: inout CheckOutput
  ) {
    let verification = SignatureVerification(
      of: subject.release, by: settings.authority, at: settings.time,
      demands: ReleaseDemands(
        state: settings.state, minimumVersions: settings.policy.signature.minimumVersions,
        parent: settings.parent))
    output.result.findings += verification.findings
    output.sighting = verification.sighting
    output.signers += verification.signers.map {
      AuditReport.Signer(owner: $0.owner, key: $0.keyID, role: $0.role)
    }
    guard let authority = settings.authority, subject.release.envelope.content != nil else {
      return
    }
    let owners = Set(verification.signers.map(\.owner)).count
    output.result.measurements.append(
      Measurement(
        Measurement.Name.signers, Double(owners), unit: "count", n: authority.role.threshold))
  }

  private static func judgeBundle(
    _ subject: Subject, by authority: OMSAuthority, _ settings: AuditSettings,
    _ output: inout CheckOutput
  ) {
    let inside = subject.inventory[Release.bundlePath].map {
      DetachedSignature(name: Release.bundlePath, bytes: $0.bytes)
    }
    guard let bundle = subject.foreignSignatures.bundle ?? inside else {
      output.result.findings.append(
        Rule.missingForeignSignature.at(.subject, "no \(Release.bundlePath)"))
      return
    }
    let verification = OMSVerification(
      of: subject.release, bundle: bundle.bytes, named: bundle.name, by: authority,
      at: settings.time, content: { subject.inventory[$0]?.bytes })
    output.result.findings += verification.findings
    output.signers +=
      verification.signer.map {
        [AuditReport.Signer(owner: $0.owner, key: $0.key, role: "OMS")]
      } ?? []
  }

  private static func judgeDetached(
    _ subject: Subject, _ settings: AuditSettings, _ output: inout CheckOutput
  ) {
    guard let file = subject.inventory.bytes else {
      output.result.findings.append(
        Rule.noBytesToVerify.at(.subject, "the subject is a folder"))
      return
    }
    let verification = DetachedVerification(
      of: file, subject.foreignSignatures.detached, by: settings.foreignKeys, at: settings.time)
    output.result.findings += verification.findings
    output.signers += verification.established.map {
      AuditReport.Signer(owner: $0.owner, key: $0.key, role: $0.tool)
    }
  }
}
