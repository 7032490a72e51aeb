import Archives
import Bytes
import Dependencies

/// Files of archives and images in a release that tell of dependencies, or may be included by
/// those that do.
struct NestedDependencies {
  private(set) var files: [(members: [String], bytes: ByteSlice)] = []
  /// The chains of the container images.
  private(set) var images: Set<[String]> = []
  /// Whether there were more than are kept.
  private(set) var isIncomplete = false
  private var allowance: Allowance
  private var bytesLeft = 64 << 20
  private var includableBytesLeft = 16 << 20

  private static let includableByteLimit = 2 << 20
  private static let includable = [".txt", ".in", ".toml", ".cfg", ".xml", ".pom", ".yml", ".yaml"]

  /// Walks through the archives among the members, as deep as the limits allow. What stands in
  /// the way is the scan's to report: it opens the same archives.
  init(in inventory: Inventory) {
    allowance = inventory.allowance
    let isOpen = inventory.container == .file || inventory.container == .folder
    open(inventory, at: [], depth: isOpen ? 0 : 1, profile: .release)
  }

  /// Opens the archives among the members.
  private mutating func open(
    _ inventory: Inventory, at place: [String], depth: Int, profile: Profile
  ) {
    let layers = inventory.image?.layerPaths ?? []
    for image in inventory.image?.images ?? [] where image.isRootFileSystem {
      openLayers(of: image, in: inventory, at: place, depth: depth)
    }
    for member in inventory.members where !layers.contains(member.path.text) {
      let isArchive =
        switch ArchiveFormat(of: member.bytes) {
        case .zip, .tar, .gzip, .zstd, .xz, .bzip2, .lz4, .sevenZip: true
        default: ArchiveFormat.isOldTar(member.bytes)
        }
      guard isArchive, depth <= allowance.limits.archiveDepth else { continue }
      let chain = place + [member.path.text]
      let inner = unpacked(member, depth: depth, profile: profile)
      guard inner.container != .file else { continue }
      for file in inner.members where isWanted(file) {
        add(chain + [file.path.text], file.bytes, named: file.path.text)
      }
      open(inner, at: chain, depth: depth + 1, profile: profile)
    }
  }

  private mutating func unpacked(_ member: Member, depth: Int, profile: Profile) -> Inventory {
    Inventory(
      of: member.bytes, named: member.path.text, depth: depth, allowance: &allowance,
      opensModels: true, profile: profile)
  }

  /// The files of an image as a container sees them: a later layer replaces and removes those of
  /// the earlier ones. What distributions and package managers have installed is left out: its
  /// files say what others once asked for.
  private mutating func openLayers(
    of image: ContainerImage, in inventory: Inventory, at place: [String], depth: Int
  ) {
    images.insert(place)
    var layers: [LayerNames] = []
    var found: [(layer: Int, members: [String], name: String, bytes: ByteSlice)] = []
    for path in image.layers.compactMap(\.path) {
      guard let member = inventory[path], depth <= allowance.limits.archiveDepth else { continue }
      let layer = unpacked(member, depth: depth, profile: .imageLayer)
      guard layer.container != .file else { continue }
      for file in layer.members where isWanted(file) {
        let name = file.path.text
        guard NestedDependencies.isOfApplication(name) else { continue }
        found.append((layers.count, place + [path, name], name, ByteSlice(file.bytes)))
      }
      layers.append(LayerNames(layer))
    }
    let layered = LayeredFiles(layers)
    if !layered.isComplete { isIncomplete = true }
    let visible = found.filter { layered.removal(of: $0.name, in: $0.layer) == nil }
    for file in visible.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      add(file.members, file.bytes, named: file.name)
    }
  }

  /// Keeps a copy: the archive's other bytes may go. Of texts that nobody may include, such as a
  /// data set's, too many are no gap: an include that is not there has a finding of its own.
  private mutating func add(_ members: [String], _ bytes: ByteSlice, named name: String) {
    if DependencyFileKind(path: name) == nil {
      guard bytes.count <= includableBytesLeft else { return }
      includableBytesLeft -= bytes.count
    } else {
      guard bytes.count <= bytesLeft else {
        isIncomplete = true
        return
      }
      bytesLeft -= bytes.count
    }
    files.append((members, ByteSlice(bytes)))
  }

  private static func isOfApplication(_ path: String) -> Bool {
    switch Profile(layerFile: path) {
    case .release, .imageLayer: true
    // Where images of programming languages have the application.
    case .systemFile:
      path.hasPrefix("usr/src/") && !path.contains("/node_modules/")
        && !path.contains("-packages/")
    }
  }

  private func isWanted(_ file: Member) -> Bool {
    let path = file.path.text
    return DependencyFileKind(path: path) != nil
      || file.size <= NestedDependencies.includableByteLimit
        && NestedDependencies.includable.contains { path.lowercased().hasSuffix($0) }
  }
}
