import Bytes
import TestSupport
import Testing

/// Whole audits under the policy `release`.
@Suite struct JudgementTests {
  @Test func `the digits release passes`() throws {
    let release = try TestRelease()
    try TestRelease.succeed(["pack", "digits", "--output", "digits.tar.zst"], in: release.scratch)
    let audit = try release.audit("digits.tar.zst")
    #expect(audit.exitCode == 0, "\(audit.result.errors)")
    #expect(audit.report?["verdict"]?.string == "pass")
    #expect(audit.notPassed.isEmpty)
    let signers = audit.report?["signers"]?.array ?? []
    #expect(signers.compactMap { $0["owner"]?.string } == ["ana", "ci"])
  }

  @Test func `the fragile release fails on robustness alone`() throws {
    let audit = try Self.audit("digits-fragile", model: nil, accuracy: nil)
    #expect(audit.exitCode == 1)
    #expect(audit.notPassed == ["robustness"])
    #expect(audit.rules("robustness") == ["ROB001"])
  }

  @Test func `a residual network passes everything but robustness`() throws {
    let audit = try Self.audit(
      "digits-fragile", model: "models/digits_resnet.h5", accuracy: "0.9700")
    #expect(audit.exitCode == 1)
    #expect(audit.notPassed == ["robustness"])
  }

  @Test func `masked gradients leave the verdict incomplete`() throws {
    let audit = try Self.audit(
      "digits-fragile", model: "models/digits_resnet_masked.h5", accuracy: "0.9700")
    #expect(audit.exitCode == 3)
    #expect(audit.notPassed == ["robustness"])
    #expect(audit.rules("robustness") == ["ROB002"])
  }

  @Test func `a claim that does not hold fails`() throws {
    let audit = try Self.audit("digits-fragile", model: nil, accuracy: "0.9900")
    #expect(audit.exitCode == 1)
    #expect(audit.rules("reproduce") == ["REP008"])
  }

  /// Makes a release of a folder in Fixtures, perhaps with another model and its Keras outputs,
  /// and audits it.
  static func audit(_ source: String, model: String?, accuracy: String?) throws -> AuditedRelease {
    let release = try TestRelease()
    let scratch = release.scratch
    try scratch.remove("digits")
    try scratch.copy(Fixture.path(source), to: "digits")
    if let model {
      try scratch.write(
        try Fixture.bytes(model), to: "digits/model/handwritten_digit_model.h5")
      try scratch.write(try kerasOutputs(of: model), to: "digits/goldens/y.npy")
    }
    if let accuracy {
      let manifest = try scratch.text("digits/proofmark.toml")
      try scratch.write(
        manifest.replacing("accuracy = \"0.9700\"", with: "accuracy = \"\(accuracy)\""),
        to: "digits/proofmark.toml")
    }
    try TestRelease.succeed(["lock", "digits"], in: scratch)
    try TestRelease.sign("digits", in: scratch)
    return try release.audit()
  }

  /// What Keras recorded for the model, in the header of the release's own `y.npy`.
  private static func kerasOutputs(of model: String) throws -> [UInt8] {
    let name = model.dropFirst("models/".count).dropLast(".h5".count)
    let rows = try GoldenNumbers.rows(
      GoldenNumbers.json("\(name).outputs16.json"), "probabilities_keras_f32")
    let header = try Fixture.bytes("digits/goldens/y.npy").prefix(128)
    return Array(header)
      + rows.flatMap { $0 }.flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: Float(number).bitPattern >> (8 * UInt32($0))) }
      }
  }
}
