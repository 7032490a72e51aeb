import Archives
import Bytes
import Dependencies

/// Files of archives and images in a release that tell of dependencies, or may be included by
/// those that do.
struct NestedDependencies {
  private(set) var files: [(members: [String], bytes: ByteSlice)] = []
  private var allowance: Allowance

  private static let byteLimit = 16 << 20
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
        files.append((chain + [file.path.text], file.bytes))
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
    var seen: [String: (members: [String], bytes: ByteSlice)] = [:]
    for path in image.layers.compactMap(\.path) {
      guard let member = inventory[path], depth <= allowance.limits.archiveDepth else { continue }
      let layer = unpacked(member, depth: depth, profile: .imageLayer)
      guard layer.container != .file else { continue }
      for file in layer.members {
        NestedDependencies.apply(whiteout: file.path.text, to: &seen)
      }
      for file in layer.members where isWanted(file) {
        let text = file.path.text
        guard NestedDependencies.isOfApplication(text) else { continue }
        seen[text] = (place + [path, text], file.bytes)
      }
    }
    files += seen.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
  }

  /// `.wh.NAME` removes a file or folder of earlier layers, `.wh..wh..opq` all in its folder.
  private static func apply(
    whiteout path: String, to files: inout [String: (members: [String], bytes: ByteSlice)]
  ) {
    let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let name = path[slash...]
    guard name.hasPrefix(".wh."), !files.isEmpty else { return }
    let folder = path[..<slash]
    let target = name == ".wh..wh..opq" ? String(folder) : "\(folder)\(name.dropFirst(4))"
    files = files.filter { key, _ in
      name == ".wh..wh..opq"
        ? !key.hasPrefix(target) : key != target && !key.hasPrefix(target + "/")
    }
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
    guard file.size <= NestedDependencies.byteLimit else { return false }
    return DependencyFileKind(path: path) != nil
      || NestedDependencies.includable.contains { path.lowercased().hasSuffix($0) }
  }
}
