import Models
import Engine
import Evaluation
import Findings
import Judging
import Releases

/// Whether the model still computes what its makers recorded: the goldens within the policy's
/// tolerance, the engine's outputs bit for bit as locked, the evaluation set's count.
enum ReproductionCheck: Check {
  static let name = CheckName.reproduce

  static func run(on subject: Subject, _ settings: AuditSettings) -> CheckOutput {
    var output = CheckOutput(name)
    switch subject.network {
    case .refused(let finding): output.result.findings = [finding]
    case .absent(let reason): output.result.findings = [Rule.noGoldens.at(.subject, reason)]
    case .ready(let model):
      guard let manifest = subject.release.manifest.content else {
        output.result.findings = [
          Rule.noGoldens.at(.subject, "no \(Release.manifestPath) names goldens")
        ]
        return output
      }
      output.result.measurements = [
        Measurement(
          Measurement.Name.parameters, Double(model.network.parameterCount), unit: "count")
      ]
      output.result.findings = weightFindings(model)
      GoldenReproduction(subject, model, manifest, settings).add(to: &output.result)
      addAccuracy(of: model, manifest, subject, settings, to: &output.result)
    }
    return output
  }

  private static func weightFindings(_ model: RunnableModel) -> [Finding] {
    model.model.weights.compactMap { weight in
      let count = weight.nonFiniteCount
      guard count > 0 else { return nil }
      return Rule.notFinite.at(
        model.place.detail(weight.name), "\(count) of the weight's numbers are NaN or infinite")
    }
  }

  /// Counts the evaluation set again and compares with lock and claim.
  private static func addAccuracy(
    of model: RunnableModel, _ manifest: Manifest, _ subject: Subject, _ settings: AuditSettings,
    to result: inout CheckResult
  ) {
    let data: EvaluationSet
    switch subject.evaluation {
    case .absent(let reason):
      result.findings.append(Rule.noEvaluationSet.at(.subject, reason))
      return
    case .refused(let finding):
      result.findings.append(finding)
      return
    case .ready(let content): data = content
    }
    let correct: Int
    do {
      let logits = try model.network.logits(data.inputs, threads: settings.compute.threads)
      correct = data.correctCount(logits)
    } catch {
      result.findings.append(Rule.modelNotRunnable.at(model.place, "\(error)"))
      return
    }
    result.measurements.append(
      Measurement(Measurement.Name.accuracy, correct: correct, of: data.count))
    let counted = "\(correct) of \(data.count)"
    if let locked = subject.release.lock.content?.metrics.first(where: {
      $0.name == Measurement.Name.accuracy
    }), locked.correct != correct || locked.n != data.count {
      result.findings.append(
        Rule.metricDiffers.at(
          Place([Release.lockPath]).detail("metrics.\(locked.name)"),
          "accuracy is not the locked count",
          evidence: ["expected \(locked.correct) of \(locked.n)", "found \(counted)"]))
    }
    if let claim = manifest.evaluation?.accuracy, !claim.holds(correct: correct, of: data.count) {
      result.findings.append(
        Rule.metricDiffers.at(
          Place([Release.manifestPath]).detail("evaluation.metrics.accuracy"),
          "accuracy is not the claimed one",
          evidence: ["expected \(claim.text)", "found \(counted)"]))
    }
  }
}
