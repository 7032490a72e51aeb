public import Bytes

/// A trust file that is being made or changed. It becomes one by being written and read again, so
/// that nothing can be written that would be refused.
public struct TrustFileDraft: Sendable {
  /// The version that the file will have.
  public private(set) var version: Int
  /// From when on it is not to be relied upon.
  public var expires: Timestamp
  /// The keys, in file order.
  public private(set) var keys: [TrustFile.Key] = []
  /// The roles, by name.
  public private(set) var roles: [String: TrustFile.Role] = [:]
  /// The revocations, in file order.
  public private(set) var revocations: [TrustFile.Revocation] = []

  /// The first version of a new file.
  public init(expires: Timestamp) {
    version = 1
    self.expires = expires
  }

  /// The next version of the file.
  public init(following trust: TrustFile) throws(ConfigurationError) {
    guard trust.version < .max else {
      throw ConfigurationError(key: "version", "there is no higher one")
    }
    version = trust.version + 1
    expires = trust.expires
    keys = trust.keys
    roles = Dictionary(trust.roles.map { ($0.name, $0) }) { first, _ in first }
    revocations = trust.revocations
  }

  /// Adds a key; its id must be new.
  public mutating func add(_ key: TrustFile.Key) throws(ConfigurationError) {
    guard !keys.contains(where: { $0.id == key.id }) else {
      throw ConfigurationError(key: "key", "the id '\(safeText(key.id))' is taken")
    }
    keys.append(key)
  }

  /// Puts the owner into the role, which begins with a threshold of one.
  public mutating func add(owner: String, to role: String) {
    let old = roles[role] ?? TrustFile.Role(name: role, threshold: 1, owners: [], models: nil)
    guard !old.owners.contains(owner) else { return }
    roles[role] = TrustFile.Role(
      name: role, threshold: old.threshold, owners: old.owners + [owner], models: old.models)
  }

  /// Sets how many owners the role demands.
  public mutating func setThreshold(
    _ threshold: Int, of role: String
  ) throws(ConfigurationError) {
    let old = try self.role(role)
    roles[role] = TrustFile.Role(
      name: role, threshold: threshold, owners: old.owners, models: old.models)
  }

  /// Sets the models that the role may release; an empty list allows all.
  public mutating func setModels(
    _ models: [NamePattern], of role: String
  ) throws(ConfigurationError) {
    let old = try self.role(role)
    roles[role] = TrustFile.Role(
      name: role, threshold: old.threshold, owners: old.owners,
      models: models.isEmpty ? nil : models)
  }

  /// Removes the key, and its owner from all roles with the owner's last key.
  public mutating func removeKey(_ id: String) throws(ConfigurationError) {
    let owner = try key(id).owner
    keys.removeAll { $0.id == id }
    guard !keys.contains(where: { $0.owner == owner }) else { return }
    for role in roles.values where role.owners.contains(owner) {
      try remove(owner: owner, from: role.name)
    }
  }

  /// Takes the owner out of the role.
  public mutating func remove(owner: String, from role: String) throws(ConfigurationError) {
    let old = try self.role(role)
    guard old.owners.contains(owner) else {
      throw ConfigurationError(
        key: "role.\(role)", "'\(safeText(owner))' is not in it",
        help: "its owners are \(old.owners.map { safeText($0) }.joined(separator: ", "))")
    }
    roles[role] = TrustFile.Role(
      name: role, threshold: old.threshold, owners: old.owners.filter { $0 != owner },
      models: old.models)
  }

  /// Removes the role.
  public mutating func removeRole(_ name: String) throws(ConfigurationError) {
    _ = try role(name)
    roles[name] = nil
  }

  /// Revokes a key, a digest or a release. The key stays listed, so that its use is reported.
  public mutating func revoke(_ revocation: TrustFile.Revocation) throws(ConfigurationError) {
    if case .key(let id) = revocation.subject { _ = try key(id) }
    guard !revocations.contains(where: { $0.subject == revocation.subject }) else {
      throw ConfigurationError(key: "revoked", "that is revoked already")
    }
    revocations.append(revocation)
  }

  /// The key of that id.
  public func key(_ id: String) throws(ConfigurationError) -> TrustFile.Key {
    guard let key = keys.first(where: { $0.id == id }) else {
      let nearest = nearestName(to: id, among: keys.map(\.id))
      throw ConfigurationError(
        key: "key", "there is none with the id '\(safeText(id))'",
        help: nearest.map { "did you mean '\(safeText($0))'?" })
    }
    return key
  }

  private func role(_ name: String) throws(ConfigurationError) -> TrustFile.Role {
    guard let role = roles[name] else {
      let nearest = nearestName(to: name, among: roles.keys.sorted())
      throw ConfigurationError(
        key: "role", "there is none with the name '\(safeText(name))'",
        help: nearest.map { "did you mean '\(safeText($0))'?" })
    }
    return role
  }

  /// The trust file.
  ///
  /// - Throws: `ConfigurationError` for what no trust file may say.
  public func finish() throws(ConfigurationError) -> TrustFile {
    try TrustFile(parsing: ByteSlice(utf8: text))
  }

  /// The one text of the draft.
  fileprivate var text: String {
    var text = "trust-version = \"1\"\nversion = \(version)\nexpires = \(expires)\n"
    for key in keys {
      text += "\n[[key]]\nid = \(TOML.quoted(key.id))\nowner = \(TOML.quoted(key.owner))\n"
      text += "public = \"\(key.publicKey)\"\n"
      if let start = key.notBefore { text += "not-before = \(start)\n" }
      if let end = key.notAfter { text += "not-after = \(end)\n" }
    }
    let sorted = roles.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for role in sorted {
      let isBare = !role.name.isEmpty && role.name.utf8.allSatisfy(isBareKeyByte)
      let name = isBare ? role.name : TOML.quoted(role.name)
      text += "\n[role.\(name)]\nthreshold = \(role.threshold)\n"
      text += "owners = \(TOML.quoted(role.owners))\n"
      if let models = role.models { text += "models = \(TOML.quoted(models.map(\.text)))\n" }
    }
    for revocation in revocations {
      text += "\n[[revoked]]\n"
      switch revocation.subject {
      case .key(let id): text += "key = \(TOML.quoted(id))\n"
      case .digest(let digest): text += "digest = \"\(digest.prefixed)\"\n"
      case .release(let model, let version):
        text += "model = \(TOML.quoted(model))\nversion = \(TOML.quoted(version))\n"
      }
      text += "reason = \(TOML.quoted(revocation.reason))\n"
      if let since = revocation.since { text += "since = \(since)\n" }
    }
    return text
  }
}

extension TrustFile {
  /// Whether the file is as this program writes one: editing loses no comment and no layout.
  public var isCanonical: Bool {
    var draft = TrustFileDraft(expires: expires)
    draft.restore(self)
    return ByteSlice(utf8: draft.text) == text
  }
}

extension TrustFileDraft {
  /// Takes everything from the file, its version too.
  fileprivate mutating func restore(_ trust: TrustFile) {
    version = trust.version
    keys = trust.keys
    roles = Dictionary(trust.roles.map { ($0.name, $0) }) { first, _ in first }
    revocations = trust.revocations
  }
}

/// Letters, digits, `-` and `_`: what a TOML key may hold without quotes.
private func isBareKeyByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
  default: false
  }
}
