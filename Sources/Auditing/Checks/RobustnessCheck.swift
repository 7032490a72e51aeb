import Archives
import Bytes
import Engine
import Evaluation
import Findings
import Judging
import Releases
import Robustness

/// How accuracy holds under FGSM, and whether the attack's gradients can be believed.
enum RobustnessCheck: Check {
  static let name = CheckName.robustness

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    var output = CheckOutput(name)
    switch probe(subject, settings) {
    case .absent(let reason): output.result.findings = [Rule.noAttackData.at(.subject, reason)]
    case .refused(let finding): output.result.findings = [finding]
    case .ready(let outcome):
      output.result.measurements = outcome.measurements
      output.pictures = pictures(of: outcome, subject, settings)
    }
    return output
  }

  /// Attacks the subject's network on its evaluation set.
  static func probe(_ subject: Subject, _ settings: AuditSettings) -> Provision<ProbeOutcome> {
    let model: RunnableModel
    switch subject.network {
    case .absent(let reason): return .absent(reason)
    case .refused(let finding):
      return .refused(Rule.attackNotRunnable.at(finding.place, finding.message))
    case .ready(let content): model = content
    }
    let data: EvaluationSet
    switch subject.evaluation {
    case .absent(let reason): return .absent(reason)
    case .refused(let finding):
      return .refused(Rule.attackNotRunnable.at(finding.place, finding.message))
    case .ready(let content): data = content
    }
    do {
      return .ready(
        try RobustnessProbe(epsilons: settings.policy.robustness.eps, range: range(of: subject))
          .run(on: model.network, with: data, threads: settings.compute.threads))
    } catch {
      return .refused(Rule.attackNotRunnable.at(model.place, "\(error)"))
    }
  }

  /// The inputs that the network expects; [0, 1] where the manifest does not say.
  private static func range(of subject: Subject) -> ClosedRange<Float> {
    guard let range = subject.release.manifest.content?.input?.range else { return 0...1 }
    return Float(range.lowerBound)...Float(range.upperBound)
  }

  /// Some inputs before and after the attack, at the size that the policy bounds: the first whose
  /// decision it turned, then the first that stood.
  private static func pictures(
    of outcome: ProbeOutcome, _ subject: Subject, _ settings: AuditSettings
  ) -> [AuditReport.Picture] {
    let eps = settings.policy.robustness.minimums.first?.eps
    guard case .ready(let data) = subject.evaluation,
      let step = outcome.steps.first(where: { $0.eps == eps })
        ?? outcome.steps.dropFirst(outcome.steps.count / 2).first,
      let frame = PictureFrame(sampleShape: Array(data.inputs.shape.dropFirst()))
    else { return [] }
    let classes = ClassNames(subject)
    let right = (0..<data.count).filter { outcome.cleanPredictions[$0] == data.labels[$0] }
    let turned = right.filter { step.predictions[$0] != data.labels[$0] }.prefix(8)
    let stood = right.filter { step.predictions[$0] == data.labels[$0] }.prefix(16 - turned.count)
    return (turned + stood).map { row in
      AuditReport.Picture(
        index: row, width: frame.width, height: frame.height,
        original: frame.grey(data.inputs, row: row, range: range(of: subject)),
        attacked: frame.grey(step.inputs, row: row, range: range(of: subject)),
        label: classes[data.labels[row]],
        prediction: classes[outcome.cleanPredictions[row]],
        attackedPrediction: classes[step.predictions[row]], eps: step.eps)
    }
  }
}

/// How a sample becomes a grey picture: one channel, up to 64 x 64 pixels.
private struct PictureFrame {
  let width: Int
  let height: Int

  /// Nil for samples that are no such picture.
  init?(sampleShape: [Int]) {
    let sides = sampleShape.filter { $0 != 1 }
    guard sides.count == 2, sides.allSatisfy({ $0 <= 64 }) else { return nil }
    height = sides[0]
    width = sides[1]
  }

  func grey(_ inputs: Tensor, row: Int, range: ClosedRange<Float>) -> [UInt8] {
    let size = width * height
    let extent = range.upperBound - range.lowerBound
    return (0..<size).map { index in
      let level = (inputs[row * size + index] - range.lowerBound) / extent
      return UInt8(max(0, min(255, (level * 255).rounded())))
    }
  }
}

/// The names of the classes: the lines of the manifest's labels file, else their numbers.
private struct ClassNames {
  private let names: [String]

  init(_ subject: Subject) {
    let path = subject.release.manifest.content?.labels
    let text = path.flatMap { subject.inventory[$0]?.bytes.utf8 } ?? ""
    names = text.split(whereSeparator: \.isNewline).map(String.init)
  }

  subscript(index: Int?) -> String {
    guard let index else { return "NaN" }
    return names.indices.contains(index) ? names[index] : String(index)
  }
}
