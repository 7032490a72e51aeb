public import Bytes

/// A layer of a container image, as its manifest and configuration describe it.
public struct ImageLayer: Sendable, Hashable {
  /// The path of the member that holds it; nil when the image does not.
  public let path: String?
  /// What its descriptor says that it is; nil where the manifest names a file alone.
  public let mediaType: String?
  /// SHA-256 of the layer's tar archive without compression; nil when no configuration says it.
  public internal(set) var diffID: Digest?

  init(path: String?, mediaType: String? = nil, diffID: Digest? = nil) {
    self.path = path
    self.mediaType = mediaType
    self.diffID = diffID
  }
}

/// One image of a layout.
public struct ContainerImage: Sendable, Hashable {
  /// Its tags, where the layout gives some; untrusted.
  public let names: [String]
  /// Operating system and processor, such as `linux/amd64`; untrusted, empty when not given.
  public let platform: String
  /// The path of its configuration; nil when there is none.
  public let configuration: String?
  /// The layers, the lowest first.
  public let layers: [ImageLayer]
  /// Whether the layers make up a root file system. Registries also hold other things as images:
  /// charts, signatures, models.
  public let isRootFileSystem: Bool
}
