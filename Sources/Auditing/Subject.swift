import Judging
public import Archives
public import Bytes
public import Engine
public import Evaluation
public import Findings
public import Models
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
  /// The network, ready to run.
  public let network: Provision<RunnableModel>
  /// The evaluation set, as the network's inputs.
  public let evaluation: Provision<EvaluationSet>

  /// Opens the archive, folder or file at `path`. The model and the evaluation set are read only
  /// when a check needs them.
  ///
  /// - Throws: `FileError` when there is nothing to open at the path.
  public init(opening path: String, _ settings: AuditSettings) throws(FileError) {
    let limits = settings.policy.limits
    let inventory = try Inventory(opening: path, limits: limits)
    let release = Release(inventory)
    self.inventory = inventory
    self.release = release
    guard settings.checks.contains(.reproduce) || settings.checks.contains(.robustness) else {
      network = .absent("the model was not asked for")
      evaluation = .absent("the evaluation set was not asked for")
      return
    }
    network = RunnableModel.load(
      from: inventory, manifest: release.manifest, limits: limits,
      variant: settings.compute.variant)
    evaluation = EvaluationSet.load(
      from: inventory, manifest: release.manifest.content, network: network)
  }
}

/// A model's file and the network it became.
public struct RunnableModel: Sendable {
  /// Where the file lies.
  public let place: Place
  /// What the file says.
  public let model: Model
  /// The network on the chosen kernels.
  public let network: Network

  /// The number of classes.
  public var classCount: Int { model.graph.outputShape.reduce(1, *) }

  /// The model that the manifest names; without a manifest the subject itself when it is one file.
  static func load(
    from inventory: Inventory, manifest: Document<Manifest>, limits: Limits,
    variant: KernelVariant
  ) -> Provision<RunnableModel> {
    let path: String
    switch manifest {
    case .refused(let finding):
      return .refused(Rule.modelNotRunnable.at(finding.place, "the manifest cannot be read"))
    case .read(let content): path = content.model.file
    case .missing:
      guard let only = inventory.members.first, inventory.members.count == 1,
        Model.canRead(only.bytes)
      else { return .absent("no \(Release.manifestPath) says which file is the model") }
      path = only.path.text
    }
    let place = Place([path])
    guard let member = inventory[path] else {
      return .refused(Rule.modelNotRunnable.at(place, "the manifest's model is not in the release"))
    }
    do {
      let model = try Model(parsing: member.bytes, limits: limits)
      return .ready(
        RunnableModel(
          place: place, model: model, network: try Network(model.graph, variant: variant)))
    } catch let error as ModelError {
      let detailed = error.layer.map { place.detail("layer \($0)") } ?? place
      return .refused(Rule.modelNotRunnable.at(detailed.at(error.offset), error.reason))
    } catch {
      return .refused(Rule.modelNotRunnable.at(place, "\(error)"))
    }
  }
}
