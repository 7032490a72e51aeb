import Archives
import Bytes
import Findings

/// What is wrong with a container image as a whole; its files are scanned like any others.
struct ImageScan {
  /// A layer that was opened.
  private struct Opened {
    let names: LayerNames
    let contentDigest: Digest?
    /// The other compressions and formats are no layers.
    let isArchive: Bool
  }

  private let image: ImageLayout
  private let place: Place
  private let layerPaths: Set<String>
  private let artifactPaths: Set<String>
  private let configurations: [String: ByteSlice]
  private var opened: [String: Opened] = [:]

  /// The scan of the image that stands at `place`.
  init?(_ inventory: Inventory, at place: Place) {
    guard let image = inventory.image else { return nil }
    self.image = image
    self.place = place
    layerPaths = image.layerPaths
    artifactPaths = image.artifactPaths
    configurations = Dictionary(
      image.images.compactMap { image in
        image.configuration.flatMap { path in inventory[path].map { (path, $0.bytes) } }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether the member is a layer of a root file system, or could be one that no manifest names.
  func isLayer(_ member: Member) -> Bool {
    let path = member.path.text
    if layerPaths.contains(path) { return true }
    guard !artifactPaths.contains(path),
      path.hasPrefix("blobs/") || path.hasSuffix("layer.tar")
    else { return false }
    return switch ArchiveFormat(of: member.bytes) {
    case .tar, .gzip, .zstd, .xz, .bzip2: true
    default: ArchiveFormat.isOldTar(member.bytes)
    }
  }

  /// Takes note of a layer when it was opened.
  mutating func add(_ layer: Inventory, at path: String) {
    let isArchive =
      switch layer.container {
      case .tar, .tarGzip, .tarZstd, .tarXZ, .tarBzip2, .tarLZ4, .tarLZMA, .tarZlib: true
      case .folder, .file, .zip, .sevenZip, .compressed: false
      }
    opened[path] = Opened(
      names: LayerNames(layer), contentDigest: layer.contentDigest, isArchive: isArchive)
  }

  /// Reports what the layers are together, when all members were scanned.
  func finish(_ context: inout ScanContext) {
    judgeLayers(&context)
    var removals: [String: [String: String]] = [:]
    var tricks: Set<[String]> = []
    let hasFindings = Set(context.findings.compactMap(layerFile).map(\.layer))
    var namesLeft = 2_000_000
    for image in image.images where image.isRootFileSystem {
      let paths = image.layers.compactMap(\.path)
      let layers = paths.compactMap { opened[$0]?.names }
      // Of an image with a missing layer it is not known what hides what.
      guard layers.count == image.layers.count else { continue }
      namesLeft -= layers.reduce(0) { $0 + $1.count }
      let files = namesLeft >= 0 ? LayeredFiles(layers) : LayeredFiles([])
      guard namesLeft >= 0, files.isComplete else {
        context.report(Rule.overLimit.at(place, "too many files and whiteouts in the layers"))
        return
      }
      for trick in files.tricks {
        let path = paths[trick.layer]
        guard tricks.insert([path, trick.name, trick.reason]).inserted else { continue }
        context.report(Rule.whiteoutTrick.at(place.member(path).member(trick.name), trick.reason))
      }
      for (number, path) in paths.enumerated() where hasFindings.contains(path) {
        for name in layerFiles(of: path, in: context.findings) where removals[path]?[name] == nil {
          guard let later = files.removal(of: name, in: number) else { continue }
          removals[path, default: [:]][name] = "layer \(later + 1) of \(layers.count)"
        }
      }
    }
    for path in removals.keys.sorted() {
      for (name, layer) in (removals[path] ?? [:]).sorted(by: { $0.key < $1.key }) {
        context.report(
          Rule.deletedFile.at(
            place.member(path).member(name), "'\(name)' is gone in \(layer), and still in the image"
          ))
      }
    }
    for path in configurations.keys.sorted() {
      guard let bytes = configurations[path] else { continue }
      ImageSettings.judge(bytes, at: place.member(path), &context)
    }
  }

  /// Compares layers with what their configuration says of them.
  private func judgeLayers(_ context: inout ScanContext) {
    for layer in Set(image.images.filter(\.isRootFileSystem).flatMap(\.layers)).sorted(by: {
      ($0.path ?? "", $0.diffID?.hexadecimal ?? "") < ($1.path ?? "", $1.diffID?.hexadecimal ?? "")
    }) {
      guard let path = layer.path, let found = opened[path] else { continue }
      guard found.isArchive else {
        context.report(
          Rule.imageDigestMismatch.at(place.member(path), "the layer is no tar archive"))
        continue
      }
      if let expected = layer.diffID, let digest = found.contentDigest, digest != expected {
        context.report(
          Rule.imageDigestMismatch.at(
            place.member(path),
            "the layer's tar archive has the digest \(digest.prefixed), the configuration says "
              + expected.prefixed))
      }
    }
  }

  /// The layer and the file in it that a finding is about.
  private func layerFile(_ finding: Finding) -> (layer: String, name: String)? {
    let members = finding.place.members
    let depth = place.members.count
    guard members.count >= depth + 2, members.starts(with: place.members) else { return nil }
    return (members[depth], members[depth + 1])
  }

  private func layerFiles(of path: String, in findings: [Finding]) -> [String] {
    let files = findings.filter { $0.rule != .whiteoutTrick }.compactMap(layerFile)
    return Set(files.filter { $0.layer == path }.map(\.name)).sorted()
  }
}

/// What a container is started with.
enum ImageSettings {
  /// Judges an image's configuration (OCI image-spec, config.md). Its text is scanned besides.
  static func judge(_ bytes: ByteSlice, at place: Place, _ context: inout ScanContext) {
    let json: JSON
    do throws(ParseError) {
      json = try JSON(parsing: bytes, depth: 64, values: 500_000)
    } catch {
      // The layout's reader has reported it.
      return
    }
    let settings = json["config"]
    let user = settings?["User"]?.string ?? ""
    let isRoot = ["root", "0"].contains(user.split(separator: ":").first ?? "")
    // An image to build on leaves the user to those that are built on it.
    let isService =
      settings?["Entrypoint"]?.array?.isEmpty == false
      || settings?["ExposedPorts"]?.object?.isEmpty == false
    if isRoot || user.isEmpty && isService {
      context.report(
        Rule.unsafeImageSettings.at(
          place.detail("User"), isRoot ? "the container runs as '\(user)'" : "no user is set"))
    }
  }
}
