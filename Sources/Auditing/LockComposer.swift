import Archives
import Bytes
import Dependencies
import Engine
import Evaluation
public import Findings
import Models
public import Releases

/// Makes the lock of a release folder: hashes its files, reads its dependencies, runs its goldens
/// and counts its evaluation set.
public struct LockComposer {
  /// The lock; nil when `findings` hold what stands in its way.
  public private(set) var lock: Lock?
  /// What a lock must not be made over.
  public private(set) var findings: [Finding]

  /// Composes the lock of a subject that was opened for the reproduce check.
  public init(_ subject: Subject, _ settings: AuditSettings) {
    findings = subject.inventory.findings
    guard let manifest = subject.release.manifest.content else {
      findings += subject.release.lockFindings().filter {
        $0.rule == .missingManifest || $0.rule == .malformedManifest
      }
      return
    }
    let model: RunnableModel
    switch subject.network {
    case .ready(let content): model = content
    case .refused(let finding):
      findings.append(finding)
      return
    case .absent(let reason):
      findings.append(Rule.modelNotRunnable.at(.subject, reason))
      return
    }
    let dependencies = DependencyReport(of: subject)
    // A lock of a part would pass for one of the whole.
    findings += dependencies.omissions
    let goldens = goldens(of: subject, manifest, model, settings)
    let evaluation = evaluation(of: subject, manifest, model, settings)
    let parent = parent(of: manifest, subject, settings)
    guard findings.isEmpty else { return }
    lock = Lock(
      createdBy: "\(Tool.name) \(Tool.version)",
      model: Lock.Model(
        name: manifest.model.name, version: manifest.model.version,
        format: model.model.format.rawValue, parent: parent),
      contract: Network.contract, files: Lock.files(from: subject.release.files),
      sources: dependencies.sources.map {
        Lock.Source(path: $0.path, digest: $0.digest, kind: $0.kind)
      },
      packages: dependencies.packages, seed: manifest.seed,
      trainingData: manifest.trainingData.map {
        Lock.TrainingData(name: $0.name, digest: $0.digest)
      },
      dataSets: evaluation.map { [$0.data] } ?? [], metrics: evaluation.map { [$0.metric] } ?? [],
      goldens: goldens)
  }

  /// Pins the parent's lock where it was given; else the digest that an earlier lock gives is kept.
  private mutating func parent(
    of manifest: Manifest, _ subject: Subject, _ settings: AuditSettings
  ) -> Lock.Parent? {
    if let given = settings.parent {
      let model = given.lock.model
      guard model.name == manifest.model.name, model.version == manifest.model.parent else {
        findings.append(
          Rule.parentDiffers.at(
            Place([Release.manifestPath]).detail("model.parent"),
            "the given lock is of \(model.name) \(model.version)",
            evidence: [
              "expected \(manifest.model.name) \(manifest.model.parent ?? "without a parent")",
              "found \(model.name) \(model.version)",
            ]))
        return nil
      }
      return Lock.Parent(version: model.version, lock: given.digest)
    }
    guard let version = manifest.model.parent else { return nil }
    let locked = subject.release.lock.content?.model.parent
    return Lock.Parent(version: version, lock: locked?.version == version ? locked?.lock : nil)
  }

  private mutating func goldens(
    of subject: Subject, _ manifest: Manifest, _ model: RunnableModel, _ settings: AuditSettings
  ) -> [Lock.Golden] {
    var locked: [Lock.Golden] = []
    for named in manifest.goldens {
      do {
        let golden = try Golden.load(named, from: subject.inventory, model: model.model)
        let computed = try model.network.forward(
          golden.inputs, threads: settings.compute.threads)
        locked.append(
          Lock.Golden(
            name: named.name, n: golden.inputs.shape[0], input: golden.inputs.digest,
            output: golden.outputs.digest, engine: computed.digest))
      } catch {
        findings.append(
          Rule.unusableData.at(Place([named.input]).detail("golden \(named.name)"), "\(error)"))
      }
    }
    return locked
  }

  private mutating func evaluation(
    of subject: Subject, _ manifest: Manifest, _ model: RunnableModel, _ settings: AuditSettings
  ) -> (data: Lock.DataSet, metric: Lock.Metric)? {
    switch subject.evaluation {
    case .absent: return nil
    case .refused(let finding):
      findings.append(finding)
      return nil
    case .ready(let data):
      guard let named = manifest.evaluation, let inputs = subject.release.file(named.inputs),
        let labels = subject.release.file(named.labels)
      else { preconditionFailure("an evaluation set was read from files of the release") }
      do {
        let logits = try model.network.logits(data.inputs, threads: settings.compute.threads)
        return (
          Lock.DataSet(
            name: LockComposer.dataName, inputs: inputs.digest, labels: labels.digest,
            n: data.count),
          Lock.Metric(
            name: Measurement.Name.accuracy, data: LockComposer.dataName, n: data.count,
            correct: data.correctCount(logits))
        )
      } catch {
        findings.append(Rule.modelNotRunnable.at(model.place, "\(error)"))
        return nil
      }
    }
  }

  /// The lock's name of the manifest's one evaluation set.
  private static let dataName = "evaluation"
}
