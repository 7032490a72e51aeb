import Archives
import Formats
import Judging
public import Bytes
public import Engine
public import Findings
public import Models
import Releases

/// What a model is read with that no manifest describes: given by the user, empty in an audit.
public struct BareModel: Sendable {
  /// The graph of a file that holds weights alone.
  public var architecture: ByteSlice?
  /// The shape of an input without the batch axis.
  public var rowShape: [Int]?
  /// What lies in other files.
  public var externalFile: ONNXProgram.ExternalFile = ONNXProgram.none

  /// Nothing.
  public init() {}
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
    from inventory: Inventory, manifest: Document<Manifest>, _ settings: AuditSettings,
    bare: BareModel
  ) -> Provision<RunnableModel> {
    switch manifest {
    case .refused(let finding):
      return .refused(Rule.modelNotRunnable.at(finding.place, "the manifest cannot be read"))
    case .read(let content): return load(content, from: inventory, settings)
    case .missing:
      guard let only = inventory.members.first, inventory.members.count == 1,
        Model.canRead(only.bytes)
      else { return .absent("no \(Release.manifestPath) says which file is the model") }
      return load(only, bare, settings)
    }
  }

  /// The model of a manifest, with the files of the release that it needs.
  private static func load(
    _ manifest: Manifest, from inventory: Inventory, _ settings: AuditSettings
  ) -> Provision<RunnableModel> {
    let path = manifest.model.file
    let place = Place([path])
    guard let member = inventory[path] else {
      return .refused(Rule.modelNotRunnable.at(place, "the manifest's model is not in the release"))
    }
    var given = BareModel()
    given.rowShape = manifest.input?.shape
    given.externalFile = inventory.files(beside: manifest.model.architecture ?? path)
    if let path = manifest.model.architecture {
      guard let architecture = inventory[path] else {
        return .refused(
          Rule.modelNotRunnable.at(
            Place([path]), "the manifest's architecture is not in the release"))
      }
      given.architecture = architecture.bytes
    }
    return load(at: place, settings) { () throws(ModelError) in
      try Model(
        ModelFile(
          parsing: member.bytes, architecture: given.architecture, limits: settings.policy.limits,
          externalFile: given.externalFile), rowShape: given.rowShape)
    }
  }

  /// A file that is its own release. One that needs what only a manifest says brings no network.
  private static func load(
    _ only: Member, _ bare: BareModel, _ settings: AuditSettings
  ) -> Provision<RunnableModel> {
    let place = Place([only.path.text])
    let file: ModelFile
    do {
      file = try ModelFile(
        parsing: only.bytes, architecture: bare.architecture, limits: settings.policy.limits,
        externalFile: bare.externalFile)
    } catch {
      // Any value may be pickled; what the scan says of it counts.
      if FileFormat(of: only.bytes) == .pickle {
        return .absent("the pickle is no model of torch.save")
      }
      return .refused(refusal(of: error, at: place))
    }
    if file.lacksArchitecture {
      return .absent("weights alone; a manifest's model.architecture names the file of their graph")
    }
    if file.lacksShape, bare.rowShape == nil {
      return .absent("a module does not say the shape of its input; a manifest's input.shape does")
    }
    return load(at: place, settings) { () throws(ModelError) in
      try Model(file, rowShape: bare.rowShape)
    }
  }

  private static func load(
    at place: Place, _ settings: AuditSettings, _ model: () throws(ModelError) -> Model
  ) -> Provision<RunnableModel> {
    let content: Model
    do {
      content = try model()
    } catch {
      return .refused(refusal(of: error, at: place))
    }
    do {
      let network = try Network(content.graph, variant: settings.compute.variant)
      let (needed, allowed) = (
        network.memory.perInputBytes, settings.policy.reproduce.maxMemoryBytes
      )
      guard needed <= allowed else {
        return .refused(
          Rule.modelNotRunnable.at(
            place, "one input needs more working memory than policy \(settings.policy.name) allows",
            evidence: ["expected at most \(allowed) bytes", "found \(needed) bytes"]))
      }
      return .ready(RunnableModel(place: place, model: content, network: network))
    } catch {
      return .refused(Rule.modelNotRunnable.at(place, "\(error)"))
    }
  }

  private static func refusal(of error: ModelError, at place: Place) -> Finding {
    let detailed = error.layer.map { place.detail("layer \($0)") } ?? place
    return Rule.modelNotRunnable.at(detailed.at(error.offset), error.reason)
  }
}

extension Inventory {
  /// The members below the folder of the one at `path`, for what a model says lies beside it.
  ///
  /// A location is a path as members have: what leads out of the folder, begins at a root or has
  /// a backslash is refused. Links are no members.
  func files(beside path: String) -> ONNXProgram.ExternalFile {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return { (location) throws(ParseError) in
      do throws(MemberPath.Fault) {
        _ = try MemberPath(location)
      } catch {
        throw ParseError(
          at: 0, expected: "the path of a file as '\(safeText(location))'", found: error.reason)
      }
      guard let member = self[folder + location] else {
        throw ParseError(
          at: 0, expected: "the external file '\(safeText(location))'",
          found: "none of this name in the release")
      }
      return member.bytes
    }
  }
}
