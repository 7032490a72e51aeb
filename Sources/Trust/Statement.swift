public import Bytes

// The payload of a signature: an in-toto Statement v1 in the layout of OpenSSF Model Signing
// v1.0 for methods `files` and `sha256`, with one member of our own, `release`, which other
// readers pass over.
//
//   _type          https://in-toto.io/Statement/v1
//   subject[0]     name: informative    digest.sha256: over the digests of all resources
//   predicateType  https://model_signing/signature/v1.0
//   predicate
//     serialization  method, hash_type, allow_symlinks, ignore_paths
//     resources[]    algorithm, name, digest: sorted by path components
//     release        name, version, parent?, issued?, expires?, lock.sha256

/// What the signers of a release say: these files, under this name and version.
public struct Statement: Sendable, Equatable {
  /// A file and its digest.
  public struct Resource: Sendable, Equatable {
    /// The path in the release.
    public let name: String
    /// SHA-256 of the content.
    public let digest: Digest

    /// Creates a resource.
    public init(name: String, digest: Digest) {
      self.name = name
      self.digest = digest
    }
  }

  /// Which release the files are.
  public struct ReleaseIdentity: Sendable, Equatable {
    /// The model's name.
    public let name: String
    /// The model's version.
    public let version: String
    /// The version that it replaces.
    public let parent: String?
    /// When its makers say that they signed it: a claim, nothing proves it.
    public let issued: Timestamp?
    /// From when on it must not be deployed any more.
    public let expires: Timestamp?
    /// SHA-256 of `proofmark.lock`.
    public let lock: Digest

    /// Creates an identity.
    public init(
      name: String, version: String, parent: String?, issued: Timestamp?, expires: Timestamp?,
      lock: Digest
    ) {
      self.name = name
      self.version = version
      self.parent = parent
      self.issued = issued
      self.expires = expires
      self.lock = lock
    }
  }

  /// The files, sorted by path components; each name stands once.
  public let resources: [Resource]
  /// The digest of all files as the statement has it; compare it with `rootDigest(of:)`.
  public let rootDigest: Digest
  /// Which release the files are.
  public let release: ReleaseIdentity

  /// The files that a statement leaves out: those that hold signatures of it.
  public static let ignoredPaths = ["model.sig", "proofmark.sig"]

  private static let statementType = "https://in-toto.io/Statement/v1"
  private static let predicateType = "https://model_signing/signature/v1.0"
  // A resource is an object with three members: four values.
  private static let valueLimit = 1 << 20

  /// The statement about the files, in any order, each name once.
  public init(_ resources: [Resource], of release: ReleaseIdentity) {
    self.resources = resources.sorted { Statement.precedes($0.name, $1.name) }
    rootDigest = Statement.rootDigest(of: self.resources)
    self.release = release
  }

  /// SHA-256 over the concatenated digests in the order of the list (OMS v1.0). It does not bind
  /// the names: compare those too.
  public static func rootDigest(of resources: [Resource]) -> Digest {
    var stream = DigestStream()
    for resource in resources { stream.update(resource.digest.bytes) }
    return stream.finish()
  }

  /// The order of OMS: component by component, so that `a/x` comes before `a-b/x`.
  static func precedes(_ a: String, _ b: String) -> Bool {
    let slash = UInt8(ascii: "/")
    let left = a.utf8.split(separator: slash, omittingEmptySubsequences: false)
    let right = b.utf8.split(separator: slash, omittingEmptySubsequences: false)
    for (l, r) in zip(left, right) {
      if l.lexicographicallyPrecedes(r) { return true }
      if r.lexicographicallyPrecedes(l) { return false }
    }
    return left.count < right.count
  }
}

extension Statement {
  /// The payload: compact JSON, the same bytes for the same statement.
  public func payload() -> ByteSlice {
    let list = resources.map { resource in
      JSON.record([
        ("algorithm", "sha256"), ("name", .string(resource.name)),
        ("digest", .string(resource.digest.hexadecimal)),
      ])
    }
    let serialization: JSON = [
      "method": "files", "hash_type": "sha256", "allow_symlinks": false,
      "ignore_paths": .array(Statement.ignoredPaths.map { .string($0) }),
    ]
    let subject: JSON = [
      "name": .string(release.name), "digest": ["sha256": .string(rootDigest.hexadecimal)],
    ]
    let statement: JSON = [
      "_type": .string(Statement.statementType), "subject": [subject],
      "predicateType": .string(Statement.predicateType),
      "predicate": [
        "serialization": serialization, "resources": .array(list), "release": release.json,
      ],
    ]
    return ByteSlice(utf8: statement.compactText())
  }

  /// Reads the payload of a verified envelope.
  ///
  /// Unknown members are passed over, as in-toto demands; what is known must be exact: one
  /// subject, names that are unique and in order, digests of SHA-256 in lower case.
  public init(parsing payload: ByteSlice) throws(ParseError) {
    let root = JSONPlace(
      try JSON(parsing: payload, depth: 32, values: Statement.valueLimit), "", at: payload.offset)
    try root.member("_type").expect(Statement.statementType)
    try root.member("predicateType").expect(Statement.predicateType)
    let subjects = try root.member("subject").elements()
    guard subjects.count == 1, let subject = subjects.first else {
      throw root.malformed(expected: "one subject", found: "\(subjects.count)")
    }
    rootDigest = try subject.member("digest").member("sha256").digest()
    let predicate = try root.member("predicate")
    try Statement.checkSerialization(predicate.member("serialization"))
    resources = try Statement.resources(predicate.member("resources"))
    release = try ReleaseIdentity(predicate.member("release"))
  }

  private static func checkSerialization(_ place: JSONPlace) throws(ParseError) {
    let method = try place.member("method").string()
    guard method == "files" else {
      throw place.unsupported(expected: "method 'files'", found: "'\(safeText(method))'")
    }
    let hash = try place.member("hash_type").string()
    guard hash == "sha256" else {
      throw place.unsupported(expected: "hash_type 'sha256'", found: "'\(safeText(hash))'")
    }
    guard try !place.member("allow_symlinks").bool() else {
      throw place.malformed(expected: "allow_symlinks false", found: "true")
    }
    for ignored in try place.member("ignore_paths").elements() {
      let path = try ignored.string()
      guard ignoredPaths.contains(path) else {
        throw ignored.malformed(
          expected: "no file left out but those that hold signatures",
          found: "'\(safeText(path))'")
      }
    }
  }

  private static func resources(_ place: JSONPlace) throws(ParseError) -> [Resource] {
    var resources: [Resource] = []
    for element in try place.elements() {
      try element.member("algorithm").expect("sha256")
      let name = try element.member("name").string()
      if let last = resources.last, !precedes(last.name, name) {
        throw element.malformed(
          expected: "names in order, each once",
          found: "'\(safeText(name))' after '\(safeText(last.name))'")
      }
      resources.append(Resource(name: name, digest: try element.member("digest").digest()))
    }
    return resources
  }
}

extension Statement.ReleaseIdentity {
  fileprivate var json: JSON {
    .record([
      ("name", .string(name)), ("version", .string(version)),
      ("parent", parent.map { .string($0) }), ("issued", issued.map { .string("\($0)") }),
      ("expires", expires.map { .string("\($0)") }),
      ("lock", ["sha256": .string(lock.hexadecimal)]),
    ])
  }

  fileprivate init(_ place: JSONPlace) throws(ParseError) {
    self.init(
      name: try place.member("name").string(), version: try place.member("version").string(),
      parent: try place.optionalMember("parent")?.string(),
      issued: try place.optionalMember("issued")?.timestamp(),
      expires: try place.optionalMember("expires")?.timestamp(),
      lock: try place.member("lock").member("sha256").digest())
  }
}
