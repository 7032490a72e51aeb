public import Bytes

// A state file, in the one form that is written; any other is refused:
//
//   state-version = "1"
//   content = "sha256:HEX"               of all bytes below this line: no cut passes for a whole
//   time = 2026-11-26T04:00:00Z          the latest time at which something passed; absent at first
//   [trust]                              absent before a first trust file
//   version = 3
//   digest = "sha256:HEX"
//   root-threshold = 2                   with root-keys; absent without a root role
//   root-keys = ["ed25519:BASE64 OWNER", ...]
//   [release."NAME"]                     one for each model, sorted by name
//   version = "1.4.0"
//   lock = "sha256:HEX"
//   payload = "sha256:HEX"
//   time = 2026-11-26T04:00:00Z

/// What a verifier remembers from one run to the next, so that nothing older can be given to it:
/// for each model the newest release that passed, and the newest trust file.
public struct VerifierState: Sendable, Equatable {
  /// The newest release of a model that passed.
  public struct Release: Sendable, Equatable {
    /// Its version.
    public let version: ReleaseVersion
    /// SHA-256 of its lock, which pins all its bytes.
    public let lock: Digest
    /// SHA-256 of the signed statement.
    public let payload: Digest
    /// The time that it was judged at.
    public let time: Timestamp

    /// Creates a record.
    public init(version: ReleaseVersion, lock: Digest, payload: Digest, time: Timestamp) {
      self.version = version
      self.lock = lock
      self.payload = payload
      self.time = time
    }
  }

  /// The latest time at which something passed; the clock is not believed to be earlier.
  public private(set) var time: Timestamp?
  /// The newest trust file.
  public private(set) var trust: TrustSighting?
  /// The newest release of each model, by its name.
  public private(set) var releases: [String: Release] = [:]

  /// A state that remembers nothing.
  public init() {}

  /// The state without its releases: for a look back that is held to the newest trust file.
  public func withoutReleases() -> VerifierState {
    var state = self
    state.releases = [:]
    return state
  }

  /// Remembers a trust file, unless a newer one is remembered.
  public mutating func remember(_ trust: TrustFile) {
    if let seen = self.trust, seen.version >= trust.version { return }
    self.trust = TrustSighting(trust)
  }

  /// Remembers a release that passed, unless a newer one is remembered.
  public mutating func remember(_ release: Release, of model: String) {
    if let seen = releases[model], release.version < seen.version { return }
    releases[model] = release
  }

  /// Remembers the time, unless a later one is remembered.
  public mutating func remember(_ time: Timestamp) {
    self.time = max(self.time ?? time, time)
  }
}

extension VerifierState {
  /// The longest state file that is read.
  public static let byteLimit = 64 << 20

  /// The one text of the state.
  public func serialised() -> String {
    var body = time.map { "time = \($0)\n" } ?? ""
    if let trust {
      body += "[trust]\nversion = \(trust.version)\ndigest = \"\(trust.digest.prefixed)\"\n"
      if let root = trust.root {
        body += "root-threshold = \(root.threshold)\n"
        body += "root-keys = \(TOML.quoted(root.keys.map { "\($0.publicKey) \($0.owner)" }))\n"
      }
    }
    let names = releases.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (name, release) in names.compactMap({ name in releases[name].map { (name, $0) } }) {
      body += """
        [release.\(TOML.quoted(name))]
        version = \(TOML.quoted(release.version.text))
        lock = "\(release.lock.prefixed)"
        payload = "\(release.payload.prefixed)"
        time = \(release.time)

        """
    }
    return "state-version = \"1\"\ncontent = \"\(Digest(ofUTF8: body).prefixed)\"\n" + body
  }

  /// Reads a state file.
  ///
  /// - Throws: `ConfigurationError` for anything that `serialised()` would not have written.
  public init(parsing bytes: ByteSlice) throws(ConfigurationError) {
    guard !bytes.isEmpty, bytes.count <= VerifierState.byteLimit else {
      throw ConfigurationError(
        key: "", "expected 1 to \(VerifierState.byteLimit) bytes, found \(bytes.count)")
    }
    var file = try TOML.parse(bytes)
    let form = try file.require("state-version", file.string("state-version"))
    guard form == "1" else {
      throw ConfigurationError(key: "state-version", "expected \"1\", found \"\(safeText(form))\"")
    }
    _ = try file.digest("content")
    time = try file.moment("time")
    if var table = try file.table("trust") { trust = try TrustSighting(&table) }
    if var table = try file.table("release") {
      for name in table.keys {
        let inner = try table.require(name, table.table(name))
        releases[name] = try Release(inner)
      }
    }
    try file.finish()
    guard ByteSlice(utf8: serialised()) == bytes else {
      throw ConfigurationError(key: "content", "the file was cut or changed")
    }
  }
}

extension TrustSighting {
  fileprivate init(_ table: inout TOMLReader) throws(ConfigurationError) {
    let version = try table.require("version", table.integer("version"))
    let digest = try table.digest("digest")
    let threshold = try table.integer("root-threshold")
    let place = table.path("root-keys")
    var keys: [RootRole.Key]?
    if let texts = try table.strings("root-keys") {
      keys = []
      for text in texts { keys?.append(try RootRole.Key(text, at: place)) }
    }
    try table.finish()
    switch (threshold, keys) {
    case (nil, nil): self.init(version: version, digest: digest, root: nil)
    case (let threshold?, let keys?) where threshold >= 1:
      self.init(
        version: version, digest: digest, root: RootRole(threshold: threshold, keys: keys))
    default: throw ConfigurationError(key: place, "expected keys with a threshold")
    }
  }
}

extension RootRole.Key {
  /// The key written `ed25519:BASE64 OWNER`.
  fileprivate init(_ text: String, at place: String) throws(ConfigurationError) {
    // By scalars: an owner may begin with a mark that combines with the space before it.
    let scalars = text.unicodeScalars
    guard let space = scalars.firstIndex(of: " ") else {
      throw ConfigurationError(key: place, "expected a key and its owner")
    }
    do {
      self.init(
        owner: String(scalars[scalars.index(after: space)...]),
        publicKey: try PublicKey(String(scalars[..<space])))
    } catch {
      throw ConfigurationError(key: place, error.message)
    }
  }
}

extension VerifierState.Release {
  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    let text = try table.require("version", table.string("version"))
    guard let version = ReleaseVersion(text) else {
      throw ConfigurationError(
        key: table.path("version"), "'\(safeText(text))' is no version of Semantic Versioning")
    }
    self.init(
      version: version, lock: try table.digest("lock"), payload: try table.digest("payload"),
      time: try table.require("time", table.moment("time")))
    try table.finish()
  }
}

extension TOMLReader {
  fileprivate mutating func digest(_ name: String) throws(ConfigurationError) -> Digest {
    let text = try require(name, string(name))
    guard let digest = Digest(prefixed: text) else {
      throw ConfigurationError(
        key: path(name), "expected sha256: and 64 lower-case hexadecimal digits")
    }
    return digest
  }
}
