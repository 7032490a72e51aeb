import Bytes
import Findings
import Judging
import TestSupport

/// Reports made by hand, judged by the real judge.
enum Sample {
  static let accuracyUnderFGSM = [
    (0.01, 964), (0.05, 903), (0.1, 612), (0.15, 290), (0.2, 127), (0.3, 35),
  ]
  static let robustAccuracyUnderFGSM = [
    (0.01, 944), (0.05, 895), (0.1, 837), (0.15, 752), (0.2, 633), (0.3, 197),
  ]

  /// A stock policy under a digest that no comment in its text changes.
  private static func policy(_ name: String) throws -> Policy {
    try Policy(
      parsing: ByteSlice(
        utf8: "policy-version = \"1\"\nname = \"\(name)\"\nextends = \"\(name)\"\n"))
  }

  /// The release that passes.
  static func robust() throws -> AuditReport {
    var report = try digits(
      path: "Reports/digits-1.4.0.tar.zst", name: "handwritten-digits", version: "1.4.0",
      results: results(clean: 953, attacked: robustAccuracyUnderFGSM))
    report.pictures = try pictures(attackedPredictions: [5, 9, 1, 0])
    return report
  }

  /// The release that fails on robustness alone.
  static func fragile() throws -> AuditReport {
    var report = try digits(
      path: "Reports/digits-fragile-1.3.2.tar.zst", name: "handwritten-digits-fragile",
      version: "1.3.2", results: results(clean: 970, attacked: accuracyUnderFGSM))
    report.pictures = try pictures(attackedPredictions: [5, 8, 8, 2])
    return report
  }

  /// A folder under ci-gate whose model is missing half its checks, and cannot be read.
  static func incomplete() throws -> AuditReport {
    let policy = try policy("ci-gate")
    let model = Place(["model/handwritten_digit_model.h5"])
    let results = [
      CheckResult(
        .unpack,
        measurements: [
          Measurement(Measurement.Name.files, 1, unit: "count"),
          Measurement(Measurement.Name.bytes, 900, unit: "bytes"),
        ]),
      CheckResult(.signature, findings: [Rule.noGoldens.at(.subject, "the release is not signed")]),
      CheckResult(.lock, findings: [Rule.noGoldens.at(.subject, "there is no proofmark.lock")]),
      CheckResult(
        .dependencies, findings: [Rule.noGoldens.at(.subject, "there is no dependency file")]),
      CheckResult(
        .scan,
        findings: [
          Rule.modelNotRunnable.at(
            model.at(96), "expected a superblock of version 0 to 3, found 7"),
          Rule.tooFewGoldens.at(model.detail("conv2d"), "the layer is named like another"),
        ]),
      CheckResult(
        .reproduce, findings: [Rule.modelNotRunnable.at(model, "the file could not be read")]),
    ]
    return AuditReport(
      tool: .init(name: "proofmark", version: "0.1.0"),
      subject: .init(
        path: "releases/digits/", container: .folder, digest: Digest(ofUTF8: "subject"),
        model: nil),
      policy: .init(policy), judgement: Judge(policy).judge(results))
  }

  /// A report in which every text that a release can choose is an attack on some format.
  static func hostile() throws -> AuditReport {
    let attack = hostileText
    let policy = try policy("ci-gate")
    let place = Place([attack, attack], offset: 7, detail: attack)
    let findings = [
      Rule.outputDiffers.at(place, attack, evidence: [attack, "second: \(attack)"]),
      Rule.modelNotRunnable.at(place, attack),
    ]
    let results = CheckName.allCases.map { check in
      CheckResult(
        check, findings: check == .scan ? findings : [],
        measurements: check == .unpack ? [Measurement(attack, .nan, unit: attack)] : [])
    }
    var report = AuditReport(
      tool: .init(name: "proofmark", version: "0.1.0"),
      subject: .init(
        path: attack, container: .archive, digest: nil,
        model: .init(name: attack, version: attack)),
      policy: .init(policy), at: attack, judgement: Judge(policy).judge(results))
    report.signers = [.init(owner: attack, key: attack, role: attack)]
    report.files = [.init(path: attack, size: 1, digest: Digest(ofUTF8: "file"))]
    report.pictures = [
      .init(
        index: 0, width: 1, height: 1, original: [0], attacked: [255], label: attack,
        prediction: attack, attackedPrediction: attack, eps: 0.1)
    ]
    return report
  }

  /// Terminal escapes, direction overrides, markup, quotes with combining marks, ends of CDATA,
  /// table cells, mentions and links.
  static let hostileText =
    "\u{1b}]0;x\u{7}\u{202e}\u{2066}\u{200b}\u{feff}\r\n\u{0}]]><script>alert(1)</script>"
    + "\"\u{301} onload=\"x\" '\u{301} & &amp; `code` | cell | [a](http://b.example) @all #1 ![i](x)"
    + " {{{x}}} \u{85}\u{2028}\u{fffe}"

  private static func digits(
    path: String, name: String, version: String, results: [CheckResult]
  ) throws -> AuditReport {
    let policy = try policy("release")
    var report = AuditReport(
      tool: .init(name: "proofmark", version: "0.1.0"),
      subject: .init(
        path: path, container: .archive, digest: Digest(ofUTF8: path),
        model: .init(name: name, version: version)),
      policy: .init(policy), trust: .init(version: 3, digest: Digest(ofUTF8: "trust")),
      at: "2026-03-01T12:00:00Z", judgement: Judge(policy).judge(results))
    report.signers = [
      .init(owner: "ana", key: "ana-2026", role: "release"),
      .init(owner: "ci", key: "ci-2026", role: "release"),
    ]
    report.files = [
      ("CHANGELOG.md", 512), ("evaluation/images-idx3-ubyte", 784_016),
      ("model/handwritten_digit_model.h5", 2_796_896), ("proofmark.lock", 1_702),
      ("requirements.txt", 311),
    ].map { .init(path: $0.0, size: $0.1, digest: Digest(ofUTF8: $0.0)) }
    return report
  }

  private static func results(clean: Int, attacked: [(Double, Int)]) -> [CheckResult] {
    let accuracy = Measurement(Measurement.Name.accuracy, correct: clean, of: 1000)
    let curve = attacked.map { eps, correct in
      Measurement(
        Measurement.Name.accuracy, correct: correct, of: 1000,
        attack: .init(name: "fgsm", norm: "linf", eps: eps, loss: "cross-entropy"))
    }
    return [
      CheckResult(
        .unpack,
        measurements: [
          Measurement(Measurement.Name.files, 5, unit: "count"),
          Measurement(Measurement.Name.bytes, 3_583_437, unit: "bytes"),
        ]),
      CheckResult(
        .signature, measurements: [Measurement(Measurement.Name.signers, 2, unit: "count")]),
      CheckResult(
        .lock, measurements: [Measurement(Measurement.Name.lockedFiles, 4, unit: "count")]),
      CheckResult(
        .dependencies, measurements: [Measurement(Measurement.Name.packages, 3, unit: "count")]),
      CheckResult(.scan),
      CheckResult(
        .reproduce,
        measurements: [
          Measurement(Measurement.Name.goldenRows, 16, unit: "count"),
          Measurement(
            Measurement.Name.goldenMaxAbs, 2.9802322387695312e-07, unit: "absolute", n: 16),
          Measurement(
            Measurement.Name.goldenAnyOrder, 0.0078125, unit: "bound", n: 16),
          Measurement(Measurement.Name.goldenArgmaxEqual, correct: 16, of: 16),
          Measurement(Measurement.Name.engineDigestsEqual, correct: 1, of: 1),
          accuracy,
        ]),
      CheckResult(
        .robustness,
        measurements: [
          accuracy, Measurement(Measurement.Name.unusableGradients, 0, unit: "fraction", n: 1000),
        ] + curve),
    ]
  }

  /// Four real digits, the attacked ones as another implementation made them.
  private static func pictures(attackedPredictions: [Int]) throws -> [AuditReport.Picture] {
    let images = try Fixture.bytes("digits/evaluation/images-idx3-ubyte").array.dropFirst(16)
    let array = try Fixture.bytes("goldens/digits_cnn.fgsm_eps0.1_adv16.npy").array
    let header = 10 + Int(array[8]) + Int(array[9]) << 8
    let labels = [5, 4, 8, 9, 7, 8, 5, 1, 5, 2, 9, 5, 9, 7, 0, 6]
    return zip([0, 3, 7, 14], attackedPredictions).map { index, prediction in
      let attacked = (0..<784).map { pixel -> UInt8 in
        let at = header + 4 * (784 * index + pixel)
        let bits = (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(array[at + $1]) }
        return UInt8((Float(bitPattern: bits) * 255).rounded())
      }
      return AuditReport.Picture(
        index: index, width: 28, height: 28,
        original: Array(images.dropFirst(784 * index).prefix(784)), attacked: attacked,
        label: "\(labels[index])", prediction: "\(labels[index])",
        attackedPrediction: "\(prediction)", eps: 0.1)
    }
  }
}
