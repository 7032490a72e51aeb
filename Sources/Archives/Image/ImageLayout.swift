import Bytes
public import Findings

/// A container image as it is saved: what `docker save` writes, or a layout of the Open Container
/// Initiative (image-layout.md 1.1), in a folder or an archive.
public struct ImageLayout: Sendable {
  /// The images, each once, in the order of the layout's lists.
  public let images: [ContainerImage]
  /// What is wrong with manifests, digests and paths, and what is missing. Their places begin in
  /// the container.
  public let findings: [Finding]
  /// Links of the container that stand for another member of it: `docker save` writes a layer
  /// that two images share once.
  let layerLinks: Set<String>

  /// The layout that members make up; nil when they are no image.
  ///
  /// - Parameters:
  ///   - members: the files, sorted by the bytes of their paths.
  ///   - links: the container's links.
  init?(_ members: [Member], links: [MemberLink]) {
    let files = MemberList(members)
    let isOCI = files["oci-layout"] != nil && files["index.json"] != nil
    let hasLayers = members.contains {
      let path = $0.path.text
      return path.hasSuffix("/layer.tar") || path.hasPrefix("blobs/sha256/")
    }
    let manifest = files["manifest.json"]
    let isDocker = manifest.map { hasLayers || ImageLayout.namesLayers($0.bytes) } ?? false
    guard isOCI || isDocker || hasLayers && files["repositories"] != nil else { return nil }
    var reader = ImageReader(files, links)
    reader.checkNames()
    if isOCI { reader.readIndex() }
    if isDocker { reader.readDockerManifest() }
    if !isOCI, !isDocker { reader.noteMissingManifest() }
    images = reader.images
    findings = reader.findings
    layerLinks = reader.layerLinks
  }

  /// The paths of all layers that belong to a root file system.
  public var layerPaths: Set<String> {
    Set(images.filter(\.isRootFileSystem).flatMap(\.layers).compactMap(\.path))
  }

  /// The paths of the blobs of what is no root file system.
  public var artifactPaths: Set<String> {
    Set(images.filter { !$0.isRootFileSystem }.flatMap(\.layers).compactMap(\.path))
  }

  /// Whether a text is the list that `docker save` writes. A release may have a manifest, too.
  private static func namesLayers(_ bytes: ByteSlice) -> Bool {
    guard bytes.first(where: { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }) == UInt8(ascii: "["),
      bytes.count <= ImageReader.longestManifest
    else { return false }
    let json: JSON
    do throws(ParseError) {
      json = try ImageReader.parse(bytes)
    } catch {
      return false
    }
    return json.array?.contains { $0["Layers"] != nil } ?? false
  }
}

/// Members, found by their paths.
struct MemberList {
  let members: [Member]

  /// The members, sorted by the bytes of their paths.
  init(_ members: [Member]) {
    self.members = members
  }

  /// The member with the path.
  subscript(path: String) -> Member? {
    let index = members.firstIndex(notBefore: path) { $0.path.text }
    guard index < members.endIndex, members[index].path.text.utf8.elementsEqual(path.utf8) else {
      return nil
    }
    return members[index]
  }
}

extension RandomAccessCollection where Index == Int {
  /// The place of the first element whose name is not before the text, among elements that are
  /// sorted by their names' bytes.
  func firstIndex(notBefore text: String, by name: (Element) -> String) -> Int {
    var range = startIndex..<endIndex
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let isBefore = name(self[middle]).utf8.lexicographicallyPrecedes(text.utf8)
      range = isBefore ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }
}
