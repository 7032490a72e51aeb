import Bytes
import Findings

/// Follows the manifests of an image layout from its lists down to the layers.
///
/// Digests are those of the members, computed when they were read; no name of a manifest is looked
/// up outside the container.
struct ImageReader {
  /// Registries refuse longer ones.
  static let longestManifest = 8 << 20
  /// An index in an index, as builders of many platforms write.
  private static let deepestIndex = 4
  /// Manifests and layers of one layout.
  private static let mostDescriptors = 10_000

  private let files: MemberList
  private let links: [String: MemberLink]
  private var descriptorCount = 0
  private var seen: Set<String> = []
  private(set) var images: [ContainerImage] = []
  private(set) var findings: [Finding] = []
  private(set) var layerLinks: Set<String> = []

  init(_ files: MemberList, _ links: [MemberLink]) {
    self.files = files
    self.links = Dictionary(links.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a manifest, index or configuration.
  static func parse(_ bytes: ByteSlice) throws(ParseError) -> JSON {
    guard bytes.count <= longestManifest else {
      throw ParseError(
        .limit, at: 0, expected: "a manifest of at most \(longestManifest) bytes",
        found: "\(bytes.count)")
    }
    return try JSON(parsing: bytes, depth: 64, values: 500_000)
  }

  mutating func note(_ rule: Rule, in path: String, _ message: String, cve: [String] = []) {
    guard findings.count < 1_000 else { return }
    findings.append(rule.at(Place([path]), message, references: cve))
  }

  /// The value that a member holds; nil after a finding.
  private mutating func json(of path: String, _ what: String) -> JSON? {
    guard let member = files[path] else {
      note(.layerElsewhere, in: path, "\(what) is not in the image")
      return nil
    }
    do throws(ParseError) {
      return try ImageReader.parse(member.bytes)
    } catch {
      findings.append(Rule.unreadableArchive.at(Place([path]), error))
      return nil
    }
  }

  /// Whether one more descriptor may be followed.
  private mutating func count(in path: String) -> Bool {
    descriptorCount += 1
    if descriptorCount == ImageReader.mostDescriptors + 1 {
      note(.overLimit, in: path, "more than \(ImageReader.mostDescriptors) manifests and layers")
    }
    return descriptorCount <= ImageReader.mostDescriptors
  }

  /// Compares blobs with their names, and configurations that older versions of Docker wrote.
  mutating func checkNames() {
    for member in files.members {
      let path = member.path.text
      var name = path[...]
      if path.hasPrefix("blobs/sha256/") {
        name = path.dropFirst("blobs/sha256/".count)
      } else if path.hasSuffix(".json"), !path.contains("/") {
        name = path.dropLast(".json".count)
      } else {
        continue
      }
      guard let digest = Digest(hexadecimal: name), digest != member.digest else { continue }
      note(
        .imageDigestMismatch, in: path,
        "the bytes have the digest \(member.digest.prefixed), the name says another")
    }
  }

  mutating func noteMissingManifest() {
    note(
      .layerElsewhere, in: "manifest.json",
      "an image without its manifest: the order of its layers is not known")
  }

  // MARK: docker save

  /// Reads the list of images with the paths of their configurations and layers.
  mutating func readDockerManifest() {
    let path = "manifest.json"
    guard let json = json(of: path, "the manifest") else { return }
    guard let entries = json.array, !entries.isEmpty else {
      note(.unreadableArchive, in: path, "the manifest is no list of images")
      return
    }
    let known = Set(images.map { [$0.configuration] + $0.layers.map(\.path) })
    let isComparable = !known.isEmpty && findings.isEmpty
    for entry in entries {
      guard let layers = entry["Layers"]?.array, layers.allSatisfy({ $0.string != nil }) else {
        note(.unreadableArchive, in: path, "an image without a list of layers")
        continue
      }
      let configuration = entry["Config"]?.string.flatMap {
        dockerPath($0, "the configuration", in: path)
      }
      if entry["Config"]?.string == nil {
        note(.unreadableArchive, in: path, "an image without a configuration")
      }
      let found = layers.compactMap(\.string).map {
        ImageLayer(path: count(in: path) ? dockerPath($0, "the layer", in: path) : nil)
      }
      if isComparable, !known.contains([configuration] + found.map(\.path)) {
        note(
          .ambiguousArchive, in: path, "the image is none of those that index.json leads to")
      }
      add(
        found, names: (entry["RepoTags"]?.array ?? []).compactMap(\.string), platform: nil,
        configuration: configuration, isRootFileSystem: true)
    }
  }

  /// The member of a path in the manifest, through a link between layers; nil after a finding.
  private mutating func dockerPath(_ name: String, _ what: String, in path: String) -> String? {
    do throws(MemberPath.Fault) {
      _ = try MemberPath(name)
    } catch {
      note(error.rule, in: path, "\(what) '\(name)': \(error.reason)")
      return nil
    }
    if files[name] != nil { return name }
    if let link = links[name], let target = link.resolved, files[target] != nil {
      layerLinks.insert(name)
      return target
    }
    note(.layerElsewhere, in: path, "\(what) '\(name)' is not in the image")
    return nil
  }

  // MARK: OCI

  /// Reads the list that an OCI layout begins with, and everything below it.
  mutating func readIndex() {
    if let version = json(of: "oci-layout", "the layout"),
      version["imageLayoutVersion"]?.string != "1.0.0"
    {
      note(.unreadableArchive, in: "oci-layout", "another version of the layout than 1.0.0")
    }
    guard let index = json(of: "index.json", "the index") else { return }
    read(index, at: "index.json", names: [], platform: nil, depth: 0)
  }

  private mutating func read(
    _ json: JSON, at path: String, names: [String], platform: String?, depth: Int
  ) {
    switch (json["manifests"]?.array, json["layers"]?.array) {
    case (.some, .some):
      note(
        .ambiguousArchive, in: path, "a manifest and an index in one", cve: ["CVE-2021-41190"])
      readIndexEntries(json["manifests"]?.array ?? [], of: path, depth: depth)
      readManifest(json, at: path, names: names, platform: platform)
    case (let manifests?, nil): readIndexEntries(manifests, of: path, depth: depth)
    case (nil, .some): readManifest(json, at: path, names: names, platform: platform)
    case (nil, nil):
      note(.unreadableArchive, in: path, "neither a manifest nor an index of manifests")
    }
  }

  private mutating func readIndexEntries(_ entries: [JSON], of path: String, depth: Int) {
    guard depth <= ImageReader.deepestIndex else {
      note(.overLimit, in: path, "an index in an index, more than \(ImageReader.deepestIndex) deep")
      return
    }
    for entry in entries where count(in: path) {
      guard let blob = blob(of: entry, "the manifest", in: path), seen.insert(blob).inserted,
        let json = json(of: blob, "the manifest")
      else { continue }
      let tag = entry["annotations"]?["org.opencontainers.image.ref.name"]?.string
      let platform = [entry["platform"]?["os"]?.string, entry["platform"]?["architecture"]?.string]
      read(
        json, at: blob, names: [tag].compactMap { $0 },
        platform: platform.compactMap { $0 }.joined(separator: "/"), depth: depth + 1)
    }
  }

  private mutating func readManifest(
    _ json: JSON, at path: String, names: [String], platform: String?
  ) {
    let type = json["config"]?["mediaType"]?.string ?? ""
    let isImage =
      type.hasPrefix("application/vnd.oci.image.config.")
      || type.hasPrefix("application/vnd.docker.container.image.")
    var configuration: String?
    if let descriptor = json["config"] {
      configuration = blob(of: descriptor, "the configuration", in: path)
    } else {
      note(.unreadableArchive, in: path, "a manifest without a configuration")
    }
    var layers: [ImageLayer] = []
    for descriptor in json["layers"]?.array ?? [] where count(in: path) {
      let layer = blob(of: descriptor, "a layer", in: path)
      layers.append(ImageLayer(path: layer, mediaType: descriptor["mediaType"]?.string))
    }
    let holdsFiles = layers.allSatisfy { $0.mediaType?.contains("tar") ?? true }
    add(
      layers, names: names, platform: platform, configuration: configuration,
      isRootFileSystem: isImage && holdsFiles)
  }

  /// The member that a descriptor names; nil after a finding.
  private mutating func blob(of descriptor: JSON, _ what: String, in path: String) -> String? {
    guard let digest = descriptor["digest"]?.string else {
      note(.unreadableArchive, in: path, "a descriptor without a digest")
      return nil
    }
    noteAnnotations(descriptor, in: path)
    let hasURLs = descriptor["urls"]?.array?.isEmpty == false
    if hasURLs { note(.layerElsewhere, in: path, "\(what) \(digest) comes from a URL") }
    guard let value = Digest(prefixed: digest) else {
      note(.unreadableArchive, in: path, "\(what) is named by '\(digest)', which is no SHA-256")
      return nil
    }
    let name = "blobs/sha256/\(value.hexadecimal)"
    guard let member = files[name] else {
      if !hasURLs { note(.layerElsewhere, in: path, "\(what) \(digest) is not in the image") }
      return nil
    }
    if let size = descriptor["size"]?.integer, size != member.size {
      note(
        .imageDigestMismatch, in: path,
        "\(what) \(digest) has \(member.size) bytes, its descriptor says \(size)")
    }
    return name
  }

  /// Tools write a layer to the file that one of these names.
  private static let fileAnnotations: [(key: String, references: [String])] = [
    ("org.opencontainers.image.title", []),
    ("com.docker.compose.file", ["CVE-2025-62725"]),
    ("com.docker.compose.extends", ["CVE-2025-62725"]),
    ("com.docker.compose.envfile", ["CVE-2025-62725"]),
  ]

  private mutating func noteAnnotations(_ descriptor: JSON, in path: String) {
    for (key, references) in ImageReader.fileAnnotations {
      guard let name = descriptor["annotations"]?[key]?.string else { continue }
      do throws(MemberPath.Fault) {
        _ = try MemberPath(name)
      } catch  where error.rule == .pathTraversal {
        note(
          .pathTraversal, in: path, "the annotation \(key) '\(name)': \(error.reason)",
          cve: references)
      } catch {
        // Any other name stays where it is put.
        continue
      }
    }
  }

  // MARK: both

  /// Adds an image with what its configuration says of the layers, unless it is there already.
  private mutating func add(
    _ layers: [ImageLayer], names: [String], platform: String?, configuration: String?,
    isRootFileSystem: Bool
  ) {
    let paths = layers.map(\.path)
    let isKnown = images.contains {
      $0.configuration == configuration && $0.layers.map(\.path) == paths
    }
    guard !isKnown else { return }
    var layers = layers
    var system = platform ?? ""
    if isRootFileSystem, let path = configuration, let json = json(of: path, "the configuration") {
      let parts = [json["os"]?.string, json["architecture"]?.string].compactMap { $0 }
      if system.isEmpty { system = parts.joined(separator: "/") }
      let diffIDs = json["rootfs"]?["diff_ids"]?.array ?? []
      if diffIDs.count != layers.count {
        note(
          .imageDigestMismatch, in: path,
          "\(diffIDs.count) layers in the configuration, \(layers.count) in the manifest")
      }
      for (index, text) in zip(layers.indices, diffIDs) {
        layers[index].diffID = text.string.flatMap { Digest(prefixed: $0) }
        if layers[index].diffID == nil {
          note(.unreadableArchive, in: path, "a diff_id that is no SHA-256")
        }
      }
    }
    images.append(
      ContainerImage(
        names: names, platform: system, configuration: configuration, layers: layers,
        isRootFileSystem: isRootFileSystem))
  }
}
