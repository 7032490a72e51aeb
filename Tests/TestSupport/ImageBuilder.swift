import Bytes
import CZlib

/// Builds container images as `docker save` and tools of the Open Container Initiative write them,
/// and every lie about them.
public struct ImageBuilder: Sendable {
  /// A layer, with what a manifest says of it.
  public struct Layer: Sendable {
    /// The blob's bytes.
    public var bytes: [UInt8]
    /// The media type in the descriptor.
    public var mediaType = "application/vnd.oci.image.layer.v1.tar"
    /// The digest that the configuration gives; nil for the true one.
    public var diffID: String?
    /// The digest in the descriptor; nil for the true one.
    public var digest: String?
    /// The size in the descriptor; nil for the true one.
    public var size: Int?
    /// Further members of the descriptor, each as JSON text.
    public var extra: [String] = []
    /// The path in Docker's manifest; nil for the true one.
    public var path: String?
    /// Whether the bytes are in the image.
    public var isPresent = true

    /// The layer's archive, not compressed.
    public let archive: [UInt8]

    /// A layer of the archive.
    public init(_ archive: [UInt8]) {
      self.archive = archive
      bytes = archive
    }

    /// A layer of the files.
    public init(_ add: (inout TarBuilder) -> Void) {
      var builder = TarBuilder()
      add(&builder)
      self.init(builder.bytes)
    }

    /// The same layer in gzip.
    public func gzipped() -> Layer {
      var layer = self
      layer.bytes = gzip(archive)
      layer.mediaType += "+gzip"
      return layer
    }
  }

  /// The layers, the lowest first.
  public var layers: [Layer]
  /// The members of `config` in the configuration, as JSON text.
  public var settings = #""User":"1000","Cmd":["/bin/sh"]"#
  /// The members of each object in `history`, as JSON text.
  public var history: [String] = []
  /// What stands around the manifest: so many indices.
  public var indexDepth = 0
  /// Further members of the container.
  public var others: [(name: String, bytes: [UInt8])] = []

  /// An image of the layers.
  public init(_ layers: [Layer]) {
    self.layers = layers
  }

  /// An image of one layer with the files.
  public static func one(_ add: (inout TarBuilder) -> Void) -> ImageBuilder {
    ImageBuilder([Layer(add)])
  }

  /// SHA-256 of the bytes in hexadecimal digits.
  public static func digest(_ bytes: [UInt8]) -> String { Digest(of: ByteSlice(bytes)).hexadecimal }

  /// The path of a blob.
  public static func blobPath(_ bytes: [UInt8]) -> String { "blobs/sha256/" + digest(bytes) }

  /// The image's configuration.
  public var configuration: [UInt8] {
    let diffIDs = layers.map { "\"\($0.diffID ?? "sha256:" + ImageBuilder.digest($0.archive))\"" }
    let steps = history.map { "{\($0)}" }.joined(separator: ",")
    return Array(
      """
      {"architecture":"amd64","os":"linux","config":{\(settings)},"history":[\(steps)],\
      "rootfs":{"type":"layers","diff_ids":[\(diffIDs.joined(separator: ","))]}}
      """.utf8)
  }

  /// The manifest (OCI image-spec, manifest.md).
  public var manifest: [UInt8] {
    let blobs = layers.map { layer in
      let digest = layer.digest ?? "sha256:" + ImageBuilder.digest(layer.bytes)
      let fields =
        [
          "\"mediaType\":\"\(layer.mediaType)\"", "\"digest\":\"\(digest)\"",
          "\"size\":\(layer.size ?? layer.bytes.count)",
        ] + layer.extra
      return "{\(fields.joined(separator: ","))}"
    }
    let type = "application/vnd.oci.image.config.v1+json"
    return Array(
      """
      {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
      "config":\(ImageBuilder.descriptor(configuration, type)),\
      "layers":[\(blobs.joined(separator: ","))]}
      """.utf8)
  }

  private static func descriptor(_ bytes: [UInt8], _ type: String) -> String {
    #"{"mediaType":"\#(type)","digest":"sha256:\#(digest(bytes))","size":\#(bytes.count)}"#
  }

  /// An index of one manifest or index.
  public static func index(of blob: [UInt8], _ type: String) -> [UInt8] {
    Array(#"{"schemaVersion":2,"manifests":[\#(descriptor(blob, type))]}"#.utf8)
  }

  private var layerBlobs: [(String, [UInt8])] {
    layers.filter(\.isPresent).map { (ImageBuilder.blobPath($0.bytes), $0.bytes) }
  }

  /// The members of an OCI layout, each once.
  public var oci: [(name: String, bytes: [UInt8])] {
    var files = [(name: "oci-layout", bytes: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))]
    for blob in layerBlobs + [configuration, manifest].map({ (ImageBuilder.blobPath($0), $0) })
    where !files.contains(where: { $0.name == blob.0 }) {
      files.append(blob)
    }
    var index = ImageBuilder.index(of: manifest, "application/vnd.oci.image.manifest.v1+json")
    for _ in 0..<indexDepth {
      files.append((ImageBuilder.blobPath(index), index))
      index = ImageBuilder.index(of: index, "application/vnd.oci.image.index.v1+json")
    }
    return files + [("index.json", index)] + others
  }

  /// The members that `docker save` wrote before version 25: a folder for each layer.
  public var docker: [(name: String, bytes: [UInt8])] {
    let name = "\(ImageBuilder.digest(configuration)).json"
    var files = [(name: name, bytes: configuration)]
    var paths: [String] = []
    for layer in layers {
      let folder = ImageBuilder.digest(layer.archive + Array("\(paths.count)".utf8))
      paths.append(layer.path ?? "\(folder)/layer.tar")
      guard layer.isPresent else { continue }
      files.append(("\(folder)/VERSION", Array("1.0".utf8)))
      files.append(("\(folder)/layer.tar", layer.bytes))
    }
    let list = paths.map { "\"\($0)\"" }.joined(separator: ",")
    let manifest = #"[{"Config":"\#(name)","RepoTags":["a:1"],"Layers":[\#(list)]}]"#
    files.append(("manifest.json", Array(manifest.utf8)))
    return files + [("repositories", Array(#"{"a":{"1":"\#(paths.last ?? "")"}}"#.utf8))] + others
  }

  /// The members that `docker save` writes since version 25: both layouts over the same blobs.
  public var both: [(name: String, bytes: [UInt8])] {
    let list = layers.map { "\"\(ImageBuilder.blobPath($0.bytes))\"" }.joined(separator: ",")
    let path = ImageBuilder.blobPath(configuration)
    let manifest = #"[{"Config":"\#(path)","RepoTags":["a:1"],"Layers":[\#(list)]}]"#
    return oci + [("manifest.json", Array(manifest.utf8))]
  }

  /// The members in a tar archive.
  public static func tar(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var builder = TarBuilder()
    for file in files { builder.add(file.name, file.bytes) }
    return builder.bytes
  }
}

/// The bytes in gzip (RFC 1952).
public func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var length = compressBound(UInt(bytes.count))
  var packed = [UInt8](repeating: 0, count: Int(length))
  precondition(compress2(&packed, &length, bytes, UInt(bytes.count), 6) == Z_OK)
  let sum = UInt64(crc32(0, bytes, UInt32(bytes.count)))
  return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + Array(packed[2..<(Int(length) - 4)])
    + little(sum, 4) + little(UInt64(bytes.count), 4)
}
