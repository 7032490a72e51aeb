public import Bytes

// Reading. Unknown keys are errors, so that a misspelt limit is never silently none.
extension TrustFile {
  /// Reads a trust file (DESIGN: `trust-version = "1"`).
  ///
  /// - Throws: `ConfigurationError` that names the key at fault.
  public init(parsing bytes: ByteSlice) throws(ConfigurationError) {
    guard bytes.count <= TrustFile.byteLimit else {
      throw ConfigurationError(
        key: "", "expected at most \(TrustFile.byteLimit) bytes, found \(bytes.count)")
    }
    var document = try TOML.parse(bytes)
    let form = try document.require("trust-version", document.string("trust-version"))
    guard form == "1" else {
      throw ConfigurationError(key: "trust-version", "expected \"1\", found \"\(safeText(form))\"")
    }
    version = try document.require("version", document.integer("version"))
    guard version >= 1 else { throw ConfigurationError(key: "version", "must be at least 1") }
    expires = try document.require("expires", document.moment("expires"))
    keys = try TrustFile.keys(document.tables("key"))
    let owners = Set(keys.map(\.owner))
    roles = try TrustFile.roles(document.table("role"), owners: owners)
    revocations = try document.tables("revoked").map { (table) throws(ConfigurationError) in
      try Revocation(table)
    }
    text = bytes
    try document.finish()
  }

  /// The longest trust file that is read.
  public static let byteLimit = 4 << 20

  private static func keys(_ tables: [TOMLReader]) throws(ConfigurationError) -> [Key] {
    var keys: [Key] = []
    for table in tables {
      let key = try Key(table)
      guard !keys.contains(where: { $0.id == key.id }) else {
        throw ConfigurationError(
          key: table.path("id"), "the id '\(safeText(key.id))' stands twice")
      }
      if let twin = keys.first(where: { $0.publicKey == key.publicKey }) {
        throw ConfigurationError(
          key: table.path("public"), "the same key as '\(safeText(twin.id))'",
          help: "one key counts once: list it under one id and one owner")
      }
      if let namesake = keys.first(where: { $0.isByNamesake(of: key) }) {
        throw ConfigurationError(
          key: table.path("owner"),
          "'\(safeText(key.owner))' and '\(safeText(namesake.owner))' are one name in two spellings",
          help: "write an owner in one way: two names would count as two owners")
      }
      keys.append(key)
    }
    guard !keys.isEmpty else { throw ConfigurationError(key: "key", "no [[key]] is listed") }
    return keys
  }

  private static func roles(
    _ table: TOMLReader?, owners: Set<String>
  ) throws(ConfigurationError) -> [Role] {
    guard var table, !table.keys.isEmpty else {
      throw ConfigurationError(key: "role", "no [role.NAME] is listed")
    }
    var roles: [Role] = []
    for name in table.keys {
      let inner = try table.require(name, table.table(name))
      roles.append(try Role(name, inner, knownOwners: owners))
    }
    return roles
  }
}

extension TrustFile.Key {
  /// Whether the owners are one and the same to a reader, and two to a threshold.
  fileprivate func isByNamesake(of other: TrustFile.Key) -> Bool {
    func words(_ owner: String) -> [Substring] {
      owner.lowercased().split(whereSeparator: \.isWhitespace)
    }
    return owner != other.owner && words(owner) == words(other.owner)
  }

  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    id = try table.name("id")
    owner = try table.name("owner")
    let text = try table.require("public", table.string("public"))
    do {
      publicKey = try PublicKey(text)
    } catch {
      throw ConfigurationError(key: table.path("public"), error.message)
    }
    notBefore = try table.moment("not-before")
    notAfter = try table.moment("not-after")
    if let notBefore, let notAfter, notAfter < notBefore {
      throw ConfigurationError(key: table.path("not-after"), "lies before 'not-before'")
    }
    try table.finish()
  }
}

extension TrustFile.Role {
  fileprivate init(
    _ name: String, _ table: TOMLReader, knownOwners: Set<String>
  ) throws(ConfigurationError) {
    var table = table
    self.name = name
    let owners = try table.require("owners", table.strings("owners"))
    for owner in owners where !knownOwners.contains(owner) {
      let nearest = nearestName(to: owner, among: knownOwners.sorted())
      throw ConfigurationError(
        key: table.path("owners"), "no key is owned by '\(safeText(owner))'",
        help: nearest.map { "did you mean '\(safeText($0))'?" })
    }
    guard Set(owners).count == owners.count else {
      throw ConfigurationError(key: table.path("owners"), "an owner stands twice")
    }
    self.owners = owners.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    threshold = try table.require("threshold", table.integer("threshold"))
    guard threshold >= 1, threshold <= owners.count else {
      throw ConfigurationError(
        key: table.path("threshold"),
        "must lie between 1 and the number of owners, \(owners.count)")
    }
    let place = table.path("models")
    models = try table.strings("models")?.map { (text) throws(ConfigurationError) in
      guard let pattern = NamePattern(text) else {
        throw ConfigurationError(key: place, "an empty pattern matches no model")
      }
      return pattern
    }
    if let models, models.isEmpty {
      throw ConfigurationError(
        key: place, "an empty list allows no model", help: "leave 'models' out to allow all")
    }
    guard models == nil || name != TrustFile.rootRole else {
      throw ConfigurationError(
        key: place, "the root role signs trust files, not models", help: "leave 'models' out")
    }
    try table.finish()
  }
}

extension TrustFile.Revocation {
  fileprivate init(_ table: TOMLReader) throws(ConfigurationError) {
    var table = table
    let key = try table.string("key")
    let digest = try table.string("digest")
    let model = try table.string("model")
    let version = try table.string("version")
    switch (key, digest, model, version) {
    case (let key?, nil, nil, nil): subject = .key(key)
    case (nil, let text?, nil, nil):
      guard let digest = Digest(prefixed: text) else {
        throw ConfigurationError(
          key: table.path("digest"), "expected sha256: and 64 lower-case hexadecimal digits")
      }
      subject = .digest(digest)
    case (nil, nil, let model?, let version?):
      subject = .release(model: model, version: version)
    default:
      throw ConfigurationError(
        key: table.key, "expected either 'key', or 'digest', or 'model' and 'version'")
    }
    reason = try table.require("reason", table.string("reason"))
    since = try table.moment("since")
    try table.finish()
  }
}

extension TOMLReader {
  /// A moment, written as a TOML date and time in UTC.
  mutating func moment(_ name: String) throws(ConfigurationError) -> Timestamp? {
    guard let text = try time(name) else { return nil }
    guard let moment = Timestamp(text) else {
      throw ConfigurationError(
        key: path(name), "expected a time in UTC such as 2027-12-31T00:00:00Z, found \(text)")
    }
    return moment
  }

  /// A short text that names a key or an owner.
  fileprivate mutating func name(_ name: String) throws(ConfigurationError) -> String {
    let text = try require(name, string(name))
    guard (1...128).contains(text.utf8.count), !text.unicodeScalars.contains(where: isUnsafe) else {
      throw ConfigurationError(
        key: path(name), "expected 1 to 128 bytes without control characters")
    }
    return text
  }
}
