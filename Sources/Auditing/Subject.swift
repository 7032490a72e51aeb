import Judging
public import Archives
public import Bytes
public import Evaluation
public import Findings
public import Releases

/// Something that a check needs and that the release may not bring.
public enum Provision<Content: Sendable>: Sendable {
  /// The release brings none; the text says what is missing.
  case absent(String)
  /// What it brings cannot be used; the finding says why.
  case refused(Finding)
  /// It is there.
  case ready(Content)
}

/// What is audited, opened once for all checks.
public struct Subject: Sendable {
  /// The files.
  public let inventory: Inventory
  /// Manifest, lock and signature as far as they can be read.
  public let release: Release
  /// The signatures of other tools beside it that somebody asked to judge.
  public let foreignSignatures: ForeignSignatures
  /// The network, ready to run.
  public let network: Provision<RunnableModel>
  /// The evaluation set, as the network's inputs.
  public let evaluation: Provision<EvaluationSet>

  /// Opens the archive, folder or file at `path`. The model and the evaluation set are read only
  /// when a check needs them; `bare` is what a model without a manifest is read with.
  ///
  /// - Throws: `FileError` when there is nothing to open at the path.
  public init(
    opening path: String, _ settings: AuditSettings, bare: BareModel = BareModel()
  ) throws(FileError) {
    foreignSignatures = try ForeignSignatures(beside: path, settings)
    let limits = settings.policy.limits
    let inventory = try Inventory(
      opening: path, limits: limits, worker: settings.worker
    ).atRelease()
    let release = Release(inventory, detachedSignature: settings.detachedSignature)
    self.inventory = inventory
    self.release = release
    guard settings.checks.contains(.reproduce) || settings.checks.contains(.robustness) else {
      network = .absent("the model was not asked for")
      evaluation = .absent("the evaluation set was not asked for")
      return
    }
    network = RunnableModel.load(
      from: inventory, manifest: release.manifest, settings, bare: bare)
    evaluation = EvaluationSet.load(
      from: inventory, manifest: release.manifest.content, network: network)
  }
}
