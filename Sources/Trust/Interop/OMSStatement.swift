public import Bytes

// The statement of OpenSSF Model Signing v1.0 as any signer may have written it. `Statement` is
// the narrow form of it that Proofmark signs itself.

/// What the signers of a model say about its files: each one, or each piece of one, by its digest.
public struct OMSStatement: Sendable, Equatable {
  /// How a file is cut into what is hashed.
  public enum Method: Sendable, Equatable {
    /// Not at all.
    case files
    /// Into pieces of so many bytes, the last one shorter.
    case shards(size: Int)
  }

  /// The function over each file or piece.
  public enum HashType: String, Sendable {
    case sha256
    /// BLAKE2b-512.
    case blake2b

    /// The bytes of its digest.
    var byteCount: Int {
      switch self {
      case .sha256: 32
      case .blake2b: 64
      }
    }
  }

  /// A file, or a piece of one.
  public struct Resource: Sendable, Equatable {
    /// The file's path.
    public let path: String
    /// The bytes of it, nil for all of them.
    public let range: Range<Int>?
    /// Their digest.
    public let digest: [UInt8]
  }

  /// How files are cut.
  public let method: Method
  /// How they are hashed.
  public let hashType: HashType
  /// Whether the signer hashed what links lead to.
  public let followsLinks: Bool
  /// The paths that the signer left out, and with them all that lies below.
  public let ignoredPaths: [String]
  /// The resources in the order of the list, no path or piece twice.
  public let resources: [Resource]
  /// SHA-256 over all digests, as the statement has it.
  public let rootDigest: Digest
  /// Whether the statement is one about a release, which `Statement` reads.
  public let describesRelease: Bool

  private static let statementType = "https://in-toto.io/Statement/v1"
  private static let predicateType = "https://model_signing/signature/v1.0"
  private static let valueLimit = 1 << 20

  /// Reads the payload of a verified envelope.
  ///
  /// - Throws: `ParseError`; its kind is `unsupported` for another predicate or another hash.
  public init(parsing payload: ByteSlice) throws(ParseError) {
    let root = JSONPlace(
      try JSON(parsing: payload, depth: 32, values: OMSStatement.valueLimit), "",
      at: payload.offset)
    try root.member("_type").expect(OMSStatement.statementType)
    let type = try root.member("predicateType").string()
    guard type == OMSStatement.predicateType else {
      throw root.unsupported(
        expected: OMSStatement.predicateType, found: "'\(safeText(String(type.prefix(80))))'")
    }
    let subjects = try root.member("subject").elements()
    guard subjects.count == 1, let subject = subjects.first else {
      throw root.malformed(expected: "one subject", found: "\(subjects.count)")
    }
    rootDigest = try subject.member("digest").member("sha256").digest()
    let predicate = try root.member("predicate")
    describesRelease = try predicate.optionalMember("release") != nil
    let serialization = try predicate.member("serialization")
    hashType = try OMSStatement.hashType(serialization.member("hash_type"))
    method = try OMSStatement.method(serialization)
    followsLinks = try serialization.optionalMember("allow_symlinks")?.bool() ?? false
    ignoredPaths =
      try serialization.optionalMember("ignore_paths")?.elements().map {
        (element) throws(ParseError) in try element.string()
      } ?? []
    resources = try OMSStatement.resources(predicate.member("resources"), method, hashType)
    let computed = OMSStatement.rootDigest(of: resources)
    guard computed == rootDigest else {
      throw subject.malformed(
        expected: "the digest over all resources, \(computed.hexadecimal)",
        found: rootDigest.hexadecimal)
    }
  }

  /// SHA-256 over the digests in the order of the list. It does not bind the names.
  private static func rootDigest(of resources: [Resource]) -> Digest {
    var stream = DigestStream()
    for resource in resources { stream.update(resource.digest) }
    return stream.finish()
  }

  private static func hashType(_ place: JSONPlace) throws(ParseError) -> HashType {
    let name = try place.string()
    guard let type = HashType(rawValue: name) else {
      throw place.unsupported(
        expected: "sha256 or blake2b", found: "'\(safeText(String(name.prefix(40))))'")
    }
    return type
  }

  private static func method(_ place: JSONPlace) throws(ParseError) -> Method {
    let name = try place.member("method").string()
    switch name {
    case "files": return .files
    case "shards":
      // A protobuf Struct has binary64 numbers only: 1000000000 is written 1000000000.0.
      let size = try place.member("shard_size")
      guard let value = size.value.double, value >= 1, value <= 0x1p53,
        value.rounded() == value
      else { throw size.malformed(expected: "a whole number of bytes", found: "something else") }
      return .shards(size: Int(value))
    default:
      throw place.unsupported(
        expected: "method 'files' or 'shards'",
        found: "'\(safeText(String(name.prefix(40))))'")
    }
  }

  private static func resources(
    _ place: JSONPlace, _ method: Method, _ hashType: HashType
  ) throws(ParseError) -> [Resource] {
    let algorithm =
      switch method {
      case .files: hashType.rawValue
      case .shards(let size): "\(hashType.rawValue)-sharded-\(size)"
      }
    var seen: Set<String> = []
    return try place.elements().map { (element) throws(ParseError) in
      try element.member("algorithm").expect(algorithm)
      let name = try element.member("name").string()
      guard seen.insert(name).inserted else {
        throw element.malformed(expected: "each name once", found: "'\(safeText(name))' again")
      }
      let digest = try element.member("digest")
      guard let bytes = bytes(lowerCaseHexadecimal: try digest.string()),
        bytes.count == hashType.byteCount
      else {
        throw digest.malformed(
          expected: "\(2 * hashType.byteCount) lower-case hexadecimal digits",
          found: "something else")
      }
      guard case .shards(let size) = method else {
        return Resource(path: name, range: nil, digest: bytes)
      }
      guard let piece = Piece(name), piece.range.lowerBound.isMultiple(of: size),
        piece.range.count <= size
      else {
        throw element.malformed(
          expected: "PATH:START:END of a shard", found: "'\(safeText(name))'")
      }
      return Resource(path: piece.path, range: piece.range, digest: bytes)
    }
  }

  /// The name of a piece, `PATH:START:END`.
  private struct Piece {
    let path: String
    let range: Range<Int>

    init?(_ name: String) {
      let parts = name.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count >= 3, let start = Piece.number(parts[parts.count - 2]),
        let end = Piece.number(parts[parts.count - 1]), start < end
      else { return nil }
      path = parts.dropLast(2).joined(separator: ":")
      range = start..<end
    }

    private static func number(_ text: Substring) -> Int? {
      guard let value = Int(text), value >= 0, String(value) == text else { return nil }
      return value
    }
  }
}

extension OMSStatement {
  /// Whether the signer left the path out, by itself or with a folder above it.
  public func ignores(_ path: String) -> Bool {
    ignoredPaths.contains { path == $0 || path.hasPrefix($0 + "/") }
  }

  /// Whether the file, or the piece of it, has the digest that the resource states.
  public func matches(_ resource: Resource, _ file: ByteSlice) -> Bool {
    var bytes = file
    if let range = resource.range {
      guard range.upperBound <= file.count else { return false }
      do {
        bytes = try file.slice(range)
      } catch {
        return false
      }
    }
    return switch hashType {
    case .sha256: Digest(of: bytes).bytes == resource.digest
    case .blake2b: Sodium.blake2b512(of: bytes) == resource.digest
    }
  }
}
